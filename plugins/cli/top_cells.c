/* SPDX-License-Identifier: MIT */
/* Cells: text for people, of octets that a stranger may have chosen. */
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "top_cells.h"

/* --- texts -------------------------------------------------------------------------------- */

static const char *
word(const char *p, unsigned width, char text[TEXT_FIELD])
{
	return text_name(p, strlen(p), width, text);
}

/* In `width` columns: 1234, 12 k, 1.2 M. */
static const char *
count(uint64_t n, unsigned width, char text[TEXT_FIELD])
{
	static const char unit[] = " kMGTPE";
	char digits[24];
	unsigned u = 0;
	double v = (double)n;

	if (snprintf(digits, sizeof digits, "%llu", (unsigned long long)n) <= (int)width) {
		snprintf(text, TEXT_FIELD, "%s", digits);
		return text;
	}
	for (; v >= 999.5 && unit[u + 1] != '\0'; u++)
		v /= 1000;
	snprintf(text, TEXT_FIELD, "%.0f%c", v, unit[u]);
	return text;
}

/* Silence is shown as such: what moves stands out. */
static const char *
octets_a_second(double rate, char text[TEXT_FIELD])
{
	if (rate < 0.5)
		snprintf(text, TEXT_FIELD, "-");
	else
		text_octets((uint64_t)(rate + 0.5), text);
	return text;
}

static const char *
octets(uint64_t n, char text[TEXT_FIELD])
{
	if (n == 0)
		snprintf(text, TEXT_FIELD, "-");
	else
		text_octets(n, text);
	return text;
}

static const char *
seconds(uint64_t ns, char text[TEXT_FIELD])
{
	if (ns == 0)
		text[0] = '\0';
	else if (ns >= 99500000000)
		snprintf(text, TEXT_FIELD, "%.0f m", (double)ns / 6e10);
	else
		text_seconds((double)ns / 1e9, text);
	return text;
}

static const char *
end(const struct top_row *r, const struct nsc_addr *a, unsigned port, unsigned width,
    char text[TEXT_FIELD])
{
	const char *zone = nsc_addr_is_v4(a) && r->kind != TOP_LISTENERS ? "" : r->zone;

	if (port == 0 && r->kind == TOP_CONNECTIONS)
		return text_end(a, 0, width, text);
	return columns_end(a, port, zone, r->dual, width, text);
}

/* --- cells ---------------------------------------------------------------------------------- */

TOP_CELL(name)
{
	(void)l;
	if ((r->kind == TOP_PROCESSES || r->kind == TOP_UNITS) && r->process.name[0] != '\0')
		return word(r->process.name, width, text);
	if (r->kind == TOP_CONNECTIONS && r->name[0] == '\0')
		return word(r->peer_process, width, text);
	return word(r->name, width, text);
}

TOP_CELL(flows)
{
	(void)l;
	return count(r->flows, width, text);
}

TOP_CELL(opening)
{
	(void)l;
	(void)width;
	snprintf(text, TEXT_FIELD, r->opening < 0.05 ? "-" : r->opening < 99.95 ? "%.1f" : "%.0f",
		 r->opening);
	return text;
}

TOP_CELL(opened)
{
	(void)l;
	return count(r->opened, width, text);
}

TOP_CELL(rx)
{
	(void)l;
	(void)width;
	return octets_a_second(r->rate[TOP_RECEIVED], text);
}

TOP_CELL(tx)
{
	(void)l;
	(void)width;
	return octets_a_second(r->rate[TOP_SENT], text);
}

TOP_CELL(rate)
{
	(void)l;
	(void)width;
	return octets_a_second(top_rate(r), text);
}

TOP_CELL(share)
{
	unsigned n = l->all > 0 ? (unsigned)(top_rate(r) / l->all * width + 0.5) : 0;

	if (n == 0 && top_rate(r) >= 0.5)
		n = 1;			/* a little is not nothing */
	if (n > width)
		n = width;
	memset(text, '|', n);
	text[n] = '\0';
	return text;
}

TOP_CELL(received)
{
	(void)l;
	(void)width;
	return octets(r->octets[TOP_RECEIVED], text);
}

TOP_CELL(sent)
{
	(void)l;
	(void)width;
	return octets(r->octets[TOP_SENT], text);
}

/* Beside a name; who has none is told by it. */
TOP_CELL(address)
{
	(void)l;
	if (r->rest || r->name[0] == '\0')
		return word("", width, text);
	return text_end(&r->remote, 0, width, text);
}

TOP_CELL(peer)
{
	(void)l;
	if (r->name[0] != '\0')
		return word(r->name, width, text);
	return text_end(&r->remote, 0, width, text);
}

TOP_CELL(owner)
{
	char name[TEXT_FIELD];
	size_t n = strlen(r->process.name), far = strlen(r->peer_process);

	(void)l;
	/* A flow's owner may be known by name alone. */
	if (r->owner_state != NSC_OWNER_KNOWN)
		return r->kind == TOP_PEERS ? word("", width, text)
					    : columns_owner(r->owner_state, &r->process, width, text);
	if (r->kind == TOP_CONNECTIONS && far > 0 && n + 3 + far <= width) {
		word(r->process.name, width, name);
		word(r->peer_process, width, text);
		if (strlen(name) + 3 + strlen(text) <= width) {
			memmove(text + strlen(name) + 3, text, strlen(text) + 1);
			memcpy(text, name, strlen(name));
			memcpy(text + strlen(name), " > ", 3);
			return text;
		}
	}
	if (r->process.pid == 0)
		return word(r->process.name, width, text);
	return columns_owner(r->owner_state, &r->process, width, text);
}

TOP_CELL(scope)
{
	(void)l;
	return word(r->scope, width, text);
}

TOP_CELL(rtt)
{
	(void)l;
	(void)width;
	return seconds(r->rtt, text);
}

TOP_CELL(way)
{
	(void)l;
	(void)width;
	snprintf(text, TEXT_FIELD, "%s",
		 strcmp(r->direction, "incoming") == 0    ? "<-"
		 : strcmp(r->direction, "outgoing") == 0  ? "->"
		 : strcmp(r->direction, "local") == 0	  ? "=="
		 : strcmp(r->direction, "forwarded") == 0 ? ".." : "");
	return text;
}

TOP_CELL(proto)
{
	(void)l;
	return word(r->proto, width, text);
}

/* Where there is little room, the port alone: the address is one of ours. */
TOP_CELL(local)
{
	(void)l;
	if (width < 14 && r->kind == TOP_CONNECTIONS) {
		if (r->local_port == 0)
			return word("", width, text);
		snprintf(text, TEXT_FIELD, ":%u", r->local_port);
		return text;
	}
	return end(r, &r->local, r->local_port, width, text);
}

/* A name if there is one and no column for it. */
TOP_CELL(remote)
{
	char port[12] = "";
	unsigned room;

	if (l->named || r->name[0] == '\0')
		return end(r, &r->remote, r->remote_port, width, text);
	if (r->remote_port > 0)
		snprintf(port, sizeof port, ":%u", r->remote_port);
	room = width - (unsigned)strlen(port);
	word(r->name, room, text);
	memcpy(text + strlen(text), port, strlen(port) + 1);
	return text;
}

TOP_CELL(app)
{
	(void)l;
	return word(r->app, width, text);
}

/* "ESTABLISHED" of sockets and "established" of flows are one; short where room is. */
TOP_CELL(state)
{
	static const struct {
		const char *state, *brief;
	} known[] = {{"established", "estab"}, {"syn_sent", "syn"}, {"syn_received", "synrx"},
		     {"syn_recv", "synrx"}, {"fin_wait", "fin"}, {"fin_wait1", "fin1"},
		     {"fin_wait2", "fin2"}, {"close_wait", "clswt"}, {"last_ack", "lack"},
		     {"time_wait", "twait"}, {"closing", "close"}, {"closed", "closd"}};
	char lower[16];
	size_t n;

	if (strcmp(r->proto, "tcp") != 0)	/* others have no state worth a column */
		return word(l->with_proto ? "" : r->proto, width, text);
	for (n = 0; r->state[n] != '\0' && n + 1 < sizeof lower; n++)
		lower[n] = (char)(r->state[n] >= 'A' && r->state[n] <= 'Z' ? r->state[n] + 32
									    : r->state[n]);
	lower[n] = '\0';
	for (size_t i = 0; n > width && i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].state, lower) == 0)
			return word(known[i].brief, width, text);
	return word(lower, width, text);
}

TOP_CELL(retransmits)
{
	(void)l;
	if (r->retransmits == 0)
		return word("", width, text);
	return count(r->retransmits, width, text);
}

TOP_CELL(idle)
{
	(void)l;
	(void)width;
	return seconds(r->idle >= 1000000000 ? r->idle : 0, text);
}

TOP_CELL(unit)
{
	(void)l;
	return word(r->process.unit, width, text);
}

TOP_CELL(bind)
{
	(void)l;
	return word(r->bind, width, text);
}

TOP_CELL(exposure)
{
	(void)l;
	return word(r->exposure, width, text);
}

TOP_CELL(verdict)
{
	(void)l;
	return word(r->verdict, width, text);
}

TOP_CELL(queue)
{
	(void)l;
	text[0] = '\0';
	if (strcmp(r->proto, "tcp") != 0)
		return text;
	snprintf(text, TEXT_FIELD, "%u/%u", r->queue, r->queue_max);
	if (strlen(text) > width)
		count(r->queue, width, text);
	return text;
}

/* --- looks ---------------------------------------------------------------------------------- */

enum top_look
top_look_share(const struct top_row *r)
{
	return r->rest ? TOP_FAINT : TOP_GOOD;
}

enum top_look
top_look_way(const struct top_row *r)
{
	return strcmp(r->direction, "incoming") == 0   ? TOP_MIND
	       : strcmp(r->direction, "outgoing") == 0 ? TOP_GOOD : TOP_FAINT;
}

enum top_look
top_look_exposure(const struct top_row *r)
{
	return strcmp(r->exposure, "exposed") == 0     ? TOP_BAD
	       : strcmp(r->exposure, "lan_only") == 0  ? TOP_MIND
	       : strcmp(r->exposure, "unknown") == 0   ? TOP_ACCENT : TOP_GOOD;
}

enum top_look
top_look_row(const struct top_row *r)
{
	if (r->rest)
		return TOP_FAINT;
	if (r->timeout == 0)
		return r->closed ? TOP_FAINT : TOP_PLAIN;
	/* idle / timeout without a product that might be too great */
	if (r->idle >= r->timeout - r->timeout / 10)
		return TOP_FAINTER;
	return r->idle >= r->timeout - r->timeout / 4 ? TOP_FAINT : TOP_PLAIN;
}
