/* SPDX-License-Identifier: MIT */
/* Labels of a handshake in the form of tests/golden/protocols/handshakes.py. */
#ifndef NSC_TESTS_HANDSHAKES_H
#define NSC_TESTS_HANDSHAKES_H

#include "dissect/tls_hello.h"
#include "dissect/tls_names.h"
#include "tape.h"

/* A line of handshakes.py with its numbers written as the labels have them. */
static inline void
handshake_wanted(const char *line, char *want, size_t size)
{
	char sni[100], version[8], cipher[8], group[8], resumed[8], end[24], names[300];
	char a[NSC_TLS_VERSION_TEXT], b[NSC_TLS_NAME], c[NSC_TLS_NAME];
	const char *curve = "-";
	unsigned n;

	ck_assert_int_eq(sscanf(line, "%u %99s %7s %7s %7s %7s %23s %299s", &n, sni, version,
				cipher, group, resumed, end, names),
			 8);
	if (group[0] != '-')
		curve = nsc_tls_group_text((uint16_t)atoi(group), c);
	snprintf(want, size, "%s %s %s %s %s %s %s", sni,
		 nsc_tls_version_text((uint16_t)strtoul(version, NULL, 16), a),
		 nsc_tls_cipher_text((uint16_t)strtoul(cipher, NULL, 16), b), curve, resumed, end,
		 names);
}

static inline void
handshake_got(const struct tape *t, bool dtls, char *got, size_t size)
{
	const enum nsc_label sni = dtls ? NSC_LABEL_DTLS_SNI : NSC_LABEL_TLS_SNI;
	const enum nsc_label version = dtls ? NSC_LABEL_DTLS_VERSION : NSC_LABEL_TLS_VERSION;
	const char *l[] = {t->label[sni],
			   t->label[version],
			   t->label[NSC_LABEL_TLS_CIPHER],
			   t->label[NSC_LABEL_TLS_GROUP],
			   strcmp(t->label[NSC_LABEL_RESUMED], "true") == 0 ? "yes" : "no",
			   t->label[NSC_LABEL_CERT_NOT_AFTER],
			   t->label[NSC_LABEL_CERT_NAMES]};
	char *p = got;

	for (size_t i = 0; i < sizeof l / sizeof l[0]; i++)
		p += snprintf(p, size - (size_t)(p - got), "%s%s", i > 0 ? " " : "",
			      l[i][0] != '\0' ? l[i] : "-");
	for (p = got; *p != '\0'; p++)
		if (*p == '\n')
			*p = ',';
}

#endif
