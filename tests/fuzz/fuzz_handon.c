/* SPDX-License-Identifier: MIT */
/*
 * Conversations of arbitrary octets through the dissectors that hand over.  The first
 * octet chooses one; the rest is in the form of feed.h.
 */
#include "dissect/protocols.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nsc_dissector *const all[] = {
		&nsc_smtp, &nsc_imap,  &nsc_pop3,  &nsc_ftp,        &nsc_irc,   &nsc_xmpp,
		&nsc_ldap, &nsc_proxy, &nsc_socks, &nsc_postgresql, &nsc_mysql, &nsc_rdp,
		&nsc_nntp, &nsc_managesieve,
	};

	if (size > 0)
		fuzz_feed(all[data[0] % (sizeof all / sizeof all[0])], NSC_OVER_TCP, 443,
			  data + 1, size - 1);
	return 0;
}
