/* SPDX-License-Identifier: MIT */
/* The Huffman code of HPACK strings (RFC 7541, 5.2 and appendix B), octet by octet. */
#ifndef NSC_DISSECT_HPACK_HUFFMAN_H
#define NSC_DISSECT_HPACK_HUFFMAN_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: a string begins. */
struct nsc_huffman {
	uint64_t bits;			/* read, not yet decoded: the low `count` ones */
	uint8_t count;
};

enum { NSC_HUFFMAN_BURST = 2 };		/* octets that one octet may yield: codes have 5 bits at least */

/* Decodes one octet into out[]: how many octets it yields, or -EPROTO (the code EOS). */
int nsc_huffman_octet(struct nsc_huffman *h, uint8_t octet, uint8_t out[NSC_HUFFMAN_BURST]);

/* True if a string may end here: in fewer than 8 bits of padding, all ones. */
bool nsc_huffman_ends(const struct nsc_huffman *h);

#endif
