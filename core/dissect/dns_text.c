/* SPDX-License-Identifier: MIT */
/* Names of DNS types and response codes (IANA, Domain Name System Parameters). */
#include <stdio.h>

#include "dissect/dns.h"

static const struct {
	uint16_t number;
	const char *name;
} types[] = {
	{1, "A"},          {2, "NS"},          {5, "CNAME"},   {6, "SOA"},
	{10, "NULL"},      {11, "WKS"},        {12, "PTR"},    {13, "HINFO"},
	{14, "MINFO"},     {15, "MX"},         {16, "TXT"},    {17, "RP"},
	{18, "AFSDB"},     {19, "X25"},        {20, "ISDN"},   {21, "RT"},
	{22, "NSAP"},      {24, "SIG"},        {25, "KEY"},    {26, "PX"},
	{28, "AAAA"},      {29, "LOC"},        {30, "NXT"},    {33, "SRV"},
	{35, "NAPTR"},     {36, "KX"},         {37, "CERT"},   {38, "A6"},
	{39, "DNAME"},     {41, "OPT"},        {42, "APL"},    {43, "DS"},
	{44, "SSHFP"},     {45, "IPSECKEY"},   {46, "RRSIG"},  {47, "NSEC"},
	{48, "DNSKEY"},    {49, "DHCID"},      {50, "NSEC3"},  {51, "NSEC3PARAM"},
	{52, "TLSA"},      {53, "SMIMEA"},     {55, "HIP"},    {59, "CDS"},
	{60, "CDNSKEY"},   {61, "OPENPGPKEY"}, {62, "CSYNC"},  {63, "ZONEMD"},
	{64, "SVCB"},      {65, "HTTPS"},      {99, "SPF"},    {104, "NID"},
	{105, "L32"},      {106, "L64"},       {107, "LP"},    {108, "EUI48"},
	{109, "EUI64"},    {249, "TKEY"},      {250, "TSIG"},  {251, "IXFR"},
	{252, "AXFR"},     {253, "MAILB"},     {254, "MAILA"}, {255, "ANY"},
	{256, "URI"},      {257, "CAA"},       {258, "AVC"},   {259, "DOA"},
	{260, "AMTRELAY"}, {32768, "TA"},      {32769, "DLV"}, {65399, "PRIVATE"},
};

static const char *
type_name(uint16_t number)
{
	size_t lo = 0, hi = sizeof types / sizeof types[0];

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (types[mid].number == number)
			return types[mid].name;
		if (types[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool
nsc_dns_type_known(uint16_t qtype)
{
	return type_name(qtype) != NULL;
}

const char *
nsc_dns_type_text(uint16_t qtype, char buf[12])
{
	const char *name = type_name(qtype);

	if (name != NULL)
		return name;
	snprintf(buf, 12, "TYPE%u", qtype);
	return buf;
}

const char *
nsc_dns_rcode_text(uint16_t rcode, char buf[12])
{
	static const char *const names[] = {
		"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",  "REFUSED",
		"YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",
	};

	if (rcode < sizeof names / sizeof names[0])
		return names[rcode];
	if (rcode == 16)
		return "BADVERS";
	if (rcode == 23)
		return "BADCOOKIE";
	snprintf(buf, 12, "%u", rcode);
	return buf;
}
