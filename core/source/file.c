/* SPDX-License-Identifier: MIT */
/*
 * A capture file as a source: the window on its octets, and which reader has it.
 * read(2) into one buffer is several times faster than mmap(2) and libpcap; frames
 * are handed out where they lie, and a batch ends where the window must move.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "source/reader.h"

static const struct nsc_source_ops file_ops;

int
nsc_file_damage(struct nsc_file *f, const char *fmt, ...)
{
	char text[NSC_ERR];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	f->status = nsc_error(f->err, -EBADMSG, "%s: %s", f->path, text);
	return f->status;
}

int
nsc_file_end(struct nsc_file *f, const char *what)
{
	if (nsc_file_left(f) == 0)
		return 0;
	return nsc_file_damage(f, "cut short in the %s at octet %llu", what,
			       (unsigned long long)(f->before + f->at));
}

uint16_t
nsc_file_linktype(uint32_t n)
{
	enum { DLT_RAW_BSD = 12, DLT_RAW_OPENBSD = 14, LINKTYPE_RAW = 101 };
	uint16_t link = (uint16_t)n;	/* the upper half tells of FCS (the pcap draft, 4) */

	return link == DLT_RAW_BSD || link == DLT_RAW_OPENBSD ? LINKTYPE_RAW : link;
}

/* Only as much memory as the file has octets for, whatever a length field says. */
static int
grow(struct nsc_file *f)
{
	uint8_t *p = realloc(f->window, 2 * f->cap);

	if (p == NULL) {
		f->status = nsc_error(f->err, -ENOMEM, "%s: out of memory", f->path);
		return f->status;
	}
	f->window = p;
	f->cap *= 2;
	return 0;
}

int
nsc_file_fill(struct nsc_file *f, size_t n)
{
	if (nsc_file_left(f) >= n)
		return 1;
	memmove(f->window, f->window + f->at, nsc_file_left(f));
	f->before += f->at;
	f->have -= f->at;
	f->at = 0;
	while (f->have < n) {
		ssize_t got;

		if (f->have == f->cap && grow(f) < 0)
			return f->status;
		got = f->in.ops->read(&f->in, f->window + f->have, f->cap - f->have);
		if (got == 0)
			return 0;
		if (got < 0) {
			(void)nsc_error(f->err, (int)got, "%s: %s", f->path, f->in.why);
			if (got != -EINTR)
				f->status = (int)got;
			return (int)got;
		}
		f->have += (size_t)got;
	}
	return 1;
}

static int
file_batch(struct nsc_source *s, struct nsc_frame *frames, int max, char err[NSC_ERR])
{
	struct nsc_file *f = (struct nsc_file *)s;
	int n = f->status < 0 ? f->status : f->batch(f, frames, max);

	if (n > 0)
		f->frames += (unsigned)n;
	else if (n < 0)
		return nsc_error(err, n, "%s", f->err);
	return n;
}

static int
file_fd(const struct nsc_source *s)
{
	(void)s;
	return -1;
}

static void
file_stats(struct nsc_source *s, struct nsc_source_stats *st)
{
	const struct nsc_file *f = (const struct nsc_file *)s;

	*st = (struct nsc_source_stats){
		.frames = f->frames, .offset = f->in.offset, .size = f->in.size,
	};
}

static void
file_close(struct nsc_source *s)
{
	struct nsc_file *f = (struct nsc_file *)s;

	nsc_input_close(&f->in);
	free(f->ng.interface);
	free(f->window);
	free(f);
}

static const struct nsc_source_ops file_ops = {
	.name = "file", .batch = file_batch, .fd = file_fd, .stats = file_stats,
	.close = file_close,
};

int
nsc_file_link(const struct nsc_source *s)
{
	return s->ops == &file_ops ? ((const struct nsc_file *)s)->link : -1;
}

static int
refuse(struct nsc_file *f, const char *why)
{
	return nsc_error(f->err, -EINVAL, "%s: %s", f->path, why);
}

/* A cut magic number is no capture either; an empty one deserves its own word. */
static int
detect(struct nsc_file *f)
{
	int code = nsc_file_fill(f, 4);

	if (code < 0)
		return code;
	if (code == 0 && nsc_file_left(f) == 0)
		return refuse(f, "empty file");
	if (code != 0 && nsc_pcap_is(nsc_file_next(f)))
		return nsc_pcap_open(f);
	if (code != 0 && nsc_pcapng_is(nsc_file_next(f)))
		return nsc_pcapng_open(f);
	return refuse(f, "not a capture file (pcap or pcapng)");
}

static struct nsc_file *
create(const char *path)
{
	struct nsc_file *f = calloc(1, sizeof *f + strlen(path) + 1);

	if (f == NULL)
		return NULL;
	memcpy(f->path, path, strlen(path) + 1);
	f->source.ops = &file_ops;
	f->in.fd = -1;
	f->link = -1;
	f->cap = NSC_WINDOW;
	f->window = malloc(f->cap);
	if (f->window == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

/* opened: what the input's opening came to. */
static int
finish(struct nsc_source **s, struct nsc_file *f, int opened, char err[NSC_ERR])
{
	int code = opened;

	if (code < 0)
		(void)nsc_error(err, code, "%s: %s", f->path, f->in.why);
	else if ((code = detect(f)) < 0)
		(void)nsc_error(err, code, "%s", f->err);
	if (code < 0) {
		file_close(&f->source);
		return code;
	}
	*s = &f->source;
	return 0;
}

int
nsc_file_open(struct nsc_source **s, const char *path, char err[NSC_ERR])
{
	bool standard = strcmp(path, "-") == 0;
	struct nsc_file *f = create(standard ? "standard input" : path);
	int fd;

	if (f == NULL)
		return nsc_error(err, -ENOMEM, "%s: out of memory", path);
	fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
		      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		int code = nsc_error(err, -errno, "%s: %m", f->path);

		file_close(&f->source);
		return code;
	}
	return finish(s, f, nsc_input_open(&f->in, fd), err);
}

int
nsc_file_open_memory(struct nsc_source **s, const void *data, size_t size, char err[NSC_ERR])
{
	struct nsc_file *f = create("memory");

	if (f == NULL)
		return nsc_error(err, -ENOMEM, "out of memory");
	return finish(s, f, nsc_input_open_memory(&f->in, data, size), err);
}
