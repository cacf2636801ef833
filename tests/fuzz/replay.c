/* SPDX-License-Identifier: MIT */
/*
 * Stands in for libFuzzer's main: gives every file of a corpus to the target
 * once, each in a malloc of its exact size, so that a sanitizer sees a read of
 * one octet too many.  The files are those named (or all in a directory that
 * is named); without arguments those of tests/fuzz/corpus/NAME, NAME being
 * that of the program without fuzz_.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");
	int rc = -EIO;

	if (!data || !f)
		rc = -errno;
	else if (fread(data, 1, size, f) == size)
		rc = 0;
	if (f)
		fclose(f);
	if (!rc && !size) {
		/* No octet at all may be read. */
		free(data);
		data = NULL;
	}
	if (!rc)
		LLVMFuzzerTestOneInput(data, size);
	free(data);
	if (rc)
		fprintf(stderr, "%s: %s\n", path, strerror(-rc));
	return rc;
}

/* The number of files, or -errno. */
static long replay(const char *path);

static long
replay_directory(const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);
	long files = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (files >= 0 && names[i]->d_name[0] != '.') {
			char child[4096];
			long n;

			snprintf(child, sizeof(child), "%s/%s", path, names[i]->d_name);
			n = replay(child);
			files = n < 0 ? n : files + n;
		}
		free(names[i]);
	}
	free(names);
	return files;
}

static long
replay(const char *path)
{
	struct stat st;
	int rc;

	if (stat(path, &st)) {
		rc = -errno;
		fprintf(stderr, "%s: %s\n", path, strerror(-rc));
		return rc;
	}
	if (S_ISDIR(st.st_mode))
		return replay_directory(path);
	rc = replay_file(path, (size_t)st.st_size);
	return rc ? rc : 1;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	const char *slash = strrchr(argv[0], '/');
	const char *name = strstr(slash ? slash : argv[0], "fuzz_");
	char path[4096];
	long files = 0;

	if (argc < 2) {
		if (!name)
			return 2;
		snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", top ? top : ".", name + 5);
		files = replay(path);
	}
	for (int i = 1; i < argc && files >= 0; i++) {
		long n = replay(argv[i]);

		files = n < 0 ? n : files + n;
	}
	if (files < 0)
		return 1;
	if (!files)
		fprintf(stderr, "%s: nothing to replay\n", argc < 2 ? path : argv[1]);
	else
		printf("%ld inputs replayed\n", files);
	return files ? 0 : 1;
}
