/* SPDX-License-Identifier: MIT */
/* For functions that compare two structs field by field. */
#ifndef NSC_BASE_ORDER_H
#define NSC_BASE_ORDER_H

/* Returns from them where the field differs; swap a and b for the largest first. */
#define NSC_COMPARE(a, b, field) \
	do { \
		if ((a)->field != (b)->field) \
			return (a)->field < (b)->field ? -1 : 1; \
	} while (0)

#endif
