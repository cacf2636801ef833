/* SPDX-License-Identifier: MIT */
/*
 * Error packets of MySQL and MariaDB: by their code where its SQLSTATE says less (42000, 23000
 * and HY000 stand for many), else by the SQLSTATE (their manuals, "Server Error Messages").
 */
#include "dissect/mysql.h"

enum { PROGRESS = 0xffff };	/* MariaDB: a report in an error's place */

struct row {
	uint16_t code;
	uint8_t error;
};

/* In the order of codes. */
static const struct row rows[] = {
	{1007, NSC_SQL_ERROR_EXISTS},	     {1008, NSC_SQL_ERROR_NO_DATABASE},
	{1020, NSC_SQL_ERROR_SERIALIZATION}, {1021, NSC_SQL_ERROR_RESOURCES},
	{1037, NSC_SQL_ERROR_RESOURCES},     {1038, NSC_SQL_ERROR_RESOURCES},
	{1040, NSC_SQL_ERROR_RESOURCES},     {1041, NSC_SQL_ERROR_RESOURCES},
	{1044, NSC_SQL_ERROR_ACCESS},	     {1046, NSC_SQL_ERROR_NO_DATABASE},
	{1048, NSC_SQL_ERROR_CONSTRAINT},    {1049, NSC_SQL_ERROR_NO_DATABASE},
	{1053, NSC_SQL_ERROR_SHUTDOWN},	     {1061, NSC_SQL_ERROR_EXISTS},
	{1062, NSC_SQL_ERROR_DUPLICATE},     {1114, NSC_SQL_ERROR_RESOURCES},
	{1142, NSC_SQL_ERROR_ACCESS},	     {1143, NSC_SQL_ERROR_ACCESS},
	{1153, NSC_SQL_ERROR_RESOURCES},     {1203, NSC_SQL_ERROR_RESOURCES},
	{1205, NSC_SQL_ERROR_LOCK_TIMEOUT},  {1213, NSC_SQL_ERROR_DEADLOCK},
	{1226, NSC_SQL_ERROR_RESOURCES},     {1227, NSC_SQL_ERROR_ACCESS},
	{1235, NSC_SQL_ERROR_NOT_SUPPORTED}, {1243, NSC_SQL_ERROR_STATEMENT},
	{1290, NSC_SQL_ERROR_READ_ONLY},     {1304, NSC_SQL_ERROR_EXISTS},
	{1305, NSC_SQL_ERROR_NO_FUNCTION},   {1364, NSC_SQL_ERROR_CONSTRAINT},
	{1366, NSC_SQL_ERROR_DATA},	     {1370, NSC_SQL_ERROR_ACCESS},
	{1569, NSC_SQL_ERROR_DUPLICATE},     {1586, NSC_SQL_ERROR_DUPLICATE},
	{1614, NSC_SQL_ERROR_DEADLOCK},	     {1630, NSC_SQL_ERROR_NO_FUNCTION},
	{1698, NSC_SQL_ERROR_ACCESS},	     {1792, NSC_SQL_ERROR_READ_ONLY},
	{1836, NSC_SQL_ERROR_READ_ONLY},     {1927, NSC_SQL_ERROR_SHUTDOWN},
	{3024, NSC_SQL_ERROR_CANCELLED},     {3572, NSC_SQL_ERROR_LOCK_TIMEOUT},
	{3819, NSC_SQL_ERROR_CONSTRAINT},    {4025, NSC_SQL_ERROR_CONSTRAINT},
	{4031, NSC_SQL_ERROR_SHUTDOWN},
};

unsigned
nsc_mysql_error(struct nsc_bytes body)
{
	const uint8_t *state = NULL;
	size_t low = 0, high = sizeof rows / sizeof *rows;
	uint16_t code;

	nsc_bytes_skip(&body, 1);
	code = nsc_bytes_le16(&body);
	if (nsc_bytes_starts(&body, "#")) {
		nsc_bytes_skip(&body, 1);
		state = nsc_bytes_peek(&body, 5);
	}
	if (code == PROGRESS)
		return 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (rows[mid].code == code)
			return 1u + rows[mid].error;
		if (rows[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return state != NULL ? nsc_sql_state(state) : 1 + NSC_SQL_ERROR_OTHER;
}
