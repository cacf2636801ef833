/* SPDX-License-Identifier: MIT */
/* Ports that the kernel hands out by itself. */
#include "host/ephemeral.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void
nsc_ephemeral_range(uint16_t *low, uint16_t *high)
{
	int fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_RDONLY | O_CLOEXEC);
	unsigned long from, to;
	char text[32], *end;
	ssize_t n = -1;

	*low = 32768;
	*high = 60999;
	if (fd >= 0) {
		n = read(fd, text, sizeof text - 1);
		close(fd);
	}
	if (n <= 0)
		return;
	text[n] = '\0';
	from = strtoul(text, &end, 10);
	to = strtoul(end, NULL, 10);
	if (from > 0 && from <= to && to <= 65535) {
		*low = (uint16_t)from;
		*high = (uint16_t)to;
	}
}
