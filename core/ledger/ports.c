/* SPDX-License-Identifier: MIT */
/* 16 rows in cells: looked through one by one, which is fewer than a cache line's worth of keys. */
#include "ledger/ports.h"

static int
row_of(const uint64_t *cell, uint64_t port)
{
	int i;

	for (i = 0; i < NSC_PORTS; i++)
		if (cell[NSC_PORTS_WIDTH * i] == port)
			return i;
	return -1;
}

/* The row with the highest value. */
static int
highest(const uint64_t *cell)
{
	int found = 0, i;

	for (i = 1; i < NSC_PORTS; i++)
		if ((int64_t)cell[NSC_PORTS_WIDTH * i + 1] >
		    (int64_t)cell[NSC_PORTS_WIDTH * found + 1])
			found = i;
	return found;
}

bool
nsc_ports_set(uint64_t *cell, uint16_t port, int64_t value)
{
	bool whole = true;
	int i;

	if (port == 0)
		return false;
	i = row_of(cell, port);
	if (i < 0)
		i = row_of(cell, 0);
	if (i < 0) {
		whole = false;
		i = highest(cell);
		if ((int64_t)cell[NSC_PORTS_WIDTH * i + 1] <= value)
			return false;
	}
	cell[NSC_PORTS_WIDTH * i] = port;
	cell[NSC_PORTS_WIDTH * i + 1] = (uint64_t)value;
	return whole;
}

void
nsc_ports_unset(uint64_t *cell, uint16_t port)
{
	int i = port != 0 ? row_of(cell, port) : -1;

	if (i < 0)
		return;
	cell[NSC_PORTS_WIDTH * i] = 0;
	cell[NSC_PORTS_WIDTH * i + 1] = 0;
}

void
nsc_ports_merge(uint64_t *to, const uint64_t *from)
{
	const int64_t most = 1000000000;
	int i, have;

	for (i = 0; i < NSC_PORTS; i++) {
		uint64_t port = from[NSC_PORTS_WIDTH * i];
		int64_t value = (int64_t)from[NSC_PORTS_WIDTH * i + 1];

		if (port == 0 || port > UINT16_MAX)
			continue;
		value = value > most ? most : value < -most ? -most : value;
		have = row_of(to, port);
		if (have < 0 || value < (int64_t)to[NSC_PORTS_WIDTH * have + 1])
			nsc_ports_set(to, (uint16_t)port, value);
	}
}

int
nsc_ports_next(const uint64_t *cell, unsigned port)
{
	int found = -1, i;

	for (i = 0; i < NSC_PORTS; i++)
		if (cell[NSC_PORTS_WIDTH * i] > port &&
		    (found < 0 || cell[NSC_PORTS_WIDTH * i] < cell[NSC_PORTS_WIDTH * found]))
			found = i;
	return found;
}

unsigned
nsc_ports_count(const uint64_t *cell)
{
	unsigned i, n = 0;

	for (i = 0; i < NSC_PORTS; i++)
		n += cell[NSC_PORTS_WIDTH * i] != 0;
	return n;
}
