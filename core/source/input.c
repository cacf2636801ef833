/* SPDX-License-Identifier: MIT */
/* Where a capture's octets come from, and by which means they are read. */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Standard input may be a pipe that someone else made non-blocking: wait for it. */
static ssize_t
read_descriptor(struct nsc_input *in, uint8_t *to, size_t n)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};
	ssize_t got;

	while ((got = read(in->fd, to, n)) < 0 && errno == EAGAIN)
		if (poll(&p, 1, -1) < 0)
			break;
	if (got >= 0)
		return got;
	got = -errno;
	in->why = errno == EINTR ? "interrupted" : strerrordesc_np(errno);
	return got;
}

static ssize_t
read_memory(struct nsc_input *in, uint8_t *to, size_t n)
{
	if (n > in->memory_left)
		n = in->memory_left;
	if (n == 0)
		return 0;
	memcpy(to, in->memory, n);
	in->memory += n;
	in->memory_left -= n;
	return (ssize_t)n;
}

ssize_t
nsc_input_raw(struct nsc_input *in, uint8_t *to, size_t n)
{
	size_t held = (size_t)(in->head_size - in->head_at);
	ssize_t got;

	if (held > 0) {
		if (n > held)
			n = held;
		memcpy(to, in->head + in->head_at, n);
		in->head_at = (uint8_t)(in->head_at + n);
		return (ssize_t)n;
	}
	got = in->fd < 0 ? read_memory(in, to, n) : read_descriptor(in, to, n);
	if (got > 0)
		in->offset += (size_t)got;
	return got;
}

static const struct nsc_input_ops plain = {.read = nsc_input_raw};

/* Fills `head`; a pipe gives it octet by octet if it likes. */
static int
read_head(struct nsc_input *in)
{
	ssize_t got;

	while (in->head_size < NSC_INPUT_HEAD) {
		uint8_t *to = in->head + in->head_size;
		size_t n = (size_t)(NSC_INPUT_HEAD - in->head_size);

		got = in->fd < 0 ? read_memory(in, to, n) : read_descriptor(in, to, n);
		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		in->head_size = (uint8_t)(in->head_size + got);
		in->offset += (size_t)got;
	}
	return 0;
}

/* gzip: RFC 1952, 2.3.1; zstd: RFC 8878, 3.1.1 (a frame) and 3.1.2 (a skippable one). */
static int
choose(struct nsc_input *in)
{
	static const uint8_t gzip[] = {0x1f, 0x8b}, frame[] = {0x28, 0xb5, 0x2f, 0xfd},
			     skippable[] = {0x2a, 0x4d, 0x18};
	const uint8_t *h = in->head;
	int code = read_head(in);

	if (code < 0)
		return code;
	if (in->head_size >= 2 && memcmp(h, gzip, 2) == 0)
		return nsc_input_gzip(in);
	if (in->head_size >= 4 && (memcmp(h, frame, 4) == 0 ||
				   (h[0] >> 4 == 5 && memcmp(h + 1, skippable, 3) == 0)))
		return nsc_input_zstd(in);
	return 0;
}

int
nsc_input_open(struct nsc_input *in, int fd)
{
	struct stat st;
	int code;

	*in = (struct nsc_input){.ops = &plain, .fd = fd};
	if (fstat(fd, &st) == 0) {
		if (S_ISDIR(st.st_mode)) {
			in->why = "is a directory";
			nsc_input_close(in);
			return -EISDIR;
		}
		if (S_ISREG(st.st_mode))
			in->size = (uint64_t)st.st_size;
	}
	code = choose(in);
	if (code < 0)
		nsc_input_close(in);
	return code;
}

int
nsc_input_open_memory(struct nsc_input *in, const void *data, size_t size)
{
	int code;

	*in = (struct nsc_input){
		.ops = &plain, .fd = -1, .memory = data, .memory_left = size, .size = size,
	};
	code = choose(in);
	if (code < 0)
		nsc_input_close(in);
	return code;
}

void
nsc_input_close(struct nsc_input *in)
{
	if (in->ops != NULL && in->ops->close != NULL)
		in->ops->close(in);
	if (in->fd >= 0)
		close(in->fd);
	in->ops = NULL;
	in->fd = -1;
}
