/* SPDX-License-Identifier: MIT */
/*
 * Inode of a cgroup2 folder -> its path.  The inode is the folder's file handle too
 * (kernfs, 64 bit), which CAP_DAC_READ_SEARCH may open; else the tree is searched.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/process.h"

enum {
	PATH = 4096,
	DEEPEST = 32,			/* folders below each other */
	FOLDERS = 16384,		/* looked at by one search */
	HANDLE_KERNFS = 0xfe,		/* FILEID_KERNFS, include/linux/exportfs.h */
};

static bool
find_mount(char mount[PATH])
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m, one;
	char text[PATH];
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && (m = getmntent_r(f, &one, text, sizeof text)) != NULL)
		if (strcmp(m->mnt_type, "cgroup2") == 0 && strlen(m->mnt_dir) < PATH) {
			strcpy(mount, m->mnt_dir);
			found = true;
		}
	endmntent(f);
	return found;
}

struct handle {
	unsigned handle_bytes;
	int handle_type;
	uint64_t inode;
};

static int
open_by_inode(int mount, uint64_t inode, int flags)
{
	struct handle h = {.handle_bytes = sizeof inode, .handle_type = HANDLE_KERNFS, inode};

	return mount < 0 ? -1 : open_by_handle_at(mount, (struct file_handle *)&h, flags);
}

/* The path that the folder's descriptor has, without the mount's. */
static bool
by_handle(const char *mount, uint64_t inode, char *path, unsigned size)
{
	char link[40], where[PATH];
	size_t above = strcmp(mount, "/") == 0 ? 0 : strlen(mount);
	int root = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = open_by_inode(root, inode, O_PATH | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, where, sizeof where - 1);
		close(fd);
	}
	if (root >= 0)
		close(root);
	if (n < (ssize_t)above || memcmp(where, mount, above) != 0)
		return false;
	where[n] = '\0';
	return snprintf(path, size, "%s", (size_t)n > above ? where + above : "/") < (int)size;
}

/* Depth first; the folder's entry tells the inode, so that nothing is asked but the lists. */
static bool
by_search(const char *mount, uint64_t inode, char *path, unsigned size)
{
	DIR *open_dir[DEEPEST] = {opendir(mount)};
	size_t end[DEEPEST] = {0};		/* of path, at that depth */
	int depth = open_dir[0] != NULL ? 1 : 0;
	bool found = false;

	for (unsigned seen = 0; depth > 0 && !found;) {
		struct dirent *e = readdir(open_dir[depth - 1]);
		size_t at = end[depth - 1];
		int fd;

		if (e == NULL) {
			closedir(open_dir[--depth]);
			continue;
		}
		if (e->d_type != DT_DIR || e->d_name[0] == '.' ||
		    at + 1 + strlen(e->d_name) >= size)
			continue;
		path[at] = '/';
		strcpy(path + at + 1, e->d_name);
		found = e->d_ino == inode;
		if (found || depth == DEEPEST || ++seen > FOLDERS)
			continue;
		fd = openat(dirfd(open_dir[depth - 1]), e->d_name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		open_dir[depth] = fd >= 0 ? fdopendir(fd) : NULL;
		if (open_dir[depth] != NULL)
			end[depth++] = at + 1 + strlen(e->d_name);
		else if (fd >= 0)
			close(fd);
	}
	while (depth > 0)
		closedir(open_dir[--depth]);
	return found;
}

bool
nsc_cgroup_path(uint64_t inode, char *path, unsigned size)
{
	char mount[PATH];

	if (inode == 0 || size < 2)
		return false;
	if (inode == 1) {
		strcpy(path, "/");
		return true;
	}
	return find_mount(mount) && (by_handle(mount, inode, path, size) ||
				     by_search(mount, inode, path, size));
}

int
nsc_cgroup_open(uint64_t inode)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	char mount[PATH], path[PATH];
	struct stat st;
	int root, fd = -1;

	if (inode == 0 || !find_mount(mount)) {
		errno = ENOENT;
		return -1;
	}
	root = open(mount, flags);
	if (root < 0 || inode == 1 || (fstat(root, &st) == 0 && st.st_ino == inode))
		return root;
	fd = open_by_inode(root, inode, flags);
	if (fd < 0 && by_search(mount, inode, path, sizeof path))
		fd = openat(root, path + 1, flags);
	close(root);
	return fd;
}
