/* SPDX-License-Identifier: MIT */
/* What a cell of a column says, how rows are compared by it, and how it looks. */
#ifndef NSC_CLI_TOP_CELLS_H
#define NSC_CLI_TOP_CELLS_H

#include "top_columns.h"

#define TOP_CELL(name) \
	const char *top_cell_##name(const struct top_row *r, const struct top_layout *l, \
				    unsigned width, char text[TEXT_FIELD])
#define TOP_BY(name) int top_by_##name(const struct top_row *a, const struct top_row *b)

TOP_CELL(name);
TOP_CELL(flows);
TOP_CELL(opening);
TOP_CELL(opened);
TOP_CELL(rx);
TOP_CELL(tx);
TOP_CELL(rate);
TOP_CELL(share);
TOP_CELL(received);
TOP_CELL(sent);
TOP_CELL(peer);
TOP_CELL(address);
TOP_CELL(owner);
TOP_CELL(scope);
TOP_CELL(rtt);
TOP_CELL(way);
TOP_CELL(proto);
TOP_CELL(local);
TOP_CELL(remote);
TOP_CELL(app);
TOP_CELL(state);
TOP_CELL(retransmits);
TOP_CELL(idle);
TOP_CELL(unit);
TOP_CELL(bind);
TOP_CELL(exposure);
TOP_CELL(verdict);
TOP_CELL(queue);

TOP_BY(name);
TOP_BY(flows);
TOP_BY(opening);
TOP_BY(opened);
TOP_BY(rx);
TOP_BY(tx);
TOP_BY(rate);
TOP_BY(received);
TOP_BY(sent);
TOP_BY(peer);
TOP_BY(address);
TOP_BY(process);
TOP_BY(scope);
TOP_BY(rtt);
TOP_BY(way);
TOP_BY(proto);
TOP_BY(local);
TOP_BY(remote);
TOP_BY(app);
TOP_BY(state);
TOP_BY(retransmits);
TOP_BY(idle);
TOP_BY(unit);
TOP_BY(bind);
TOP_BY(exposure);
TOP_BY(verdict);
TOP_BY(queue);

enum top_look top_look_share(const struct top_row *r);
enum top_look top_look_way(const struct top_row *r);
enum top_look top_look_exposure(const struct top_row *r);

/* Of a whole row: it fades at 75 and 90 % of its timeout. */
enum top_look top_look_row(const struct top_row *r);

#endif
