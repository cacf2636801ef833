/* SPDX-License-Identifier: MIT */
/* The dissectors that table.c lists, one file each. */
#ifndef NSC_DISSECT_PROTOCOLS_H
#define NSC_DISSECT_PROTOCOLS_H

#include "dissect/dissector.h"

extern const struct nsc_dissector nsc_dns;	/* dns.c */
extern const struct nsc_dissector nsc_mdns;	/* dns.c */
extern const struct nsc_dissector nsc_llmnr;	/* dns.c */
extern const struct nsc_dissector nsc_dtls;	/* dtls.c */
extern const struct nsc_dissector nsc_tls;	/* tls.c */
extern const struct nsc_dissector nsc_http;	/* http.c */
extern const struct nsc_dissector nsc_ssh;	/* ssh.c */
extern const struct nsc_dissector nsc_http2;	/* http2.c */
extern const struct nsc_dissector nsc_smtp;	/* smtp.c */
extern const struct nsc_dissector nsc_imap;	/* imap.c */
extern const struct nsc_dissector nsc_pop3;	/* pop3.c */
extern const struct nsc_dissector nsc_ftp;	/* ftp.c */
extern const struct nsc_dissector nsc_irc;	/* irc.c */
extern const struct nsc_dissector nsc_xmpp;	/* xmpp.c */
extern const struct nsc_dissector nsc_ldap;	/* ldap.c */
extern const struct nsc_dissector nsc_proxy;	/* proxy.c */
extern const struct nsc_dissector nsc_socks;	/* socks.c */
extern const struct nsc_dissector nsc_postgresql;	/* postgresql.c */
extern const struct nsc_dissector nsc_mysql;	/* mysql.c */
extern const struct nsc_dissector nsc_rdp;	/* rdp.c */
extern const struct nsc_dissector nsc_websocket;	/* websocket.c */
extern const struct nsc_dissector nsc_quic;	/* quic.c */
extern const struct nsc_dissector nsc_openvpn;	/* openvpn.c */

#endif
