/* SPDX-License-Identifier: MIT */
/* Fields of the tables of listeners and connections. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"

enum { WIDEST = 500 };

unsigned
columns_width(void)
{
	struct winsize w = {.ws_col = 0};
	const char *given = getenv("COLUMNS");
	unsigned long columns = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		columns = w.ws_col;
	else if (given != NULL)
		columns = strtoul(given, NULL, 10);
	return columns < TEXT_WIDTH ? TEXT_WIDTH : columns > WIDEST ? WIDEST : (unsigned)columns;
}

const char *
columns_end(const struct nsc_addr *a, unsigned port, const char *zone, bool dual, unsigned columns,
	    char text[TEXT_FIELD])
{
	char addr[NSC_ADDR_TEXT], number[12] = "*", full[TEXT_FIELD];
	bool brackets = !nsc_addr_is_v4(a) && !dual;

	if (port != 0)
		snprintf(number, sizeof number, "%u", port);
	snprintf(full, sizeof full, "%s%s%s%s%s:%s", brackets ? "[" : "",
		 dual ? "*" : nsc_addr_text(a, addr), zone[0] != '\0' ? "%" : "", zone,
		 brackets ? "]" : "", number);
	return text_name(full, strlen(full), columns, text);
}

const char *
columns_owner(uint8_t state, const struct nsc_process *p, unsigned columns, char text[TEXT_FIELD])
{
	char pid[12];
	size_t len;
	int n;

	if (state != NSC_OWNER_KNOWN) {
		snprintf(text, TEXT_FIELD, "%s", state == NSC_OWNER_DENIED ? "?" : "-");
		return text;
	}
	text_name(p->name, strlen(p->name), columns, text);
	len = strlen(text);
	n = snprintf(pid, sizeof pid, " %u", p->pid);
	if (len + (size_t)n <= columns && len + (size_t)n < TEXT_FIELD)
		memcpy(text + len, pid, (size_t)n + 1);
	return text;
}

void
columns_denied(bool any)
{
	if (any)
		printf("\n?  its process may not be seen (netflowscope doctor tells why)\n");
}
