/* SPDX-License-Identifier: MIT */
/* Kafka: what its APIs count as, and its error codes by class (org.apache.kafka.common.protocol). */
#include "dissect/kafka.h"

const char *const nsc_kafka_operations[] = {
	"other", "produce", "fetch", "list_offsets", "metadata", "offset_commit", "offset_fetch",
	"find_coordinator", "join_group", "heartbeat", "leave_group", "sync_group",
	"describe_groups", "list_groups", "api_versions", "create_topics", "delete_topics",
	"init_producer", "add_partitions", "end_transaction", "commit_transaction",
	"consumer_heartbeat", "admin", NULL};

#define ERRORS(X)                                                                                  \
	X(OTHER, "other") X(OFFSET, "offset") X(CORRUPT, "corrupt") X(UNKNOWN_TOPIC, "unknown_topic")   \
	X(LEADER, "leader") X(TIMEOUT, "timeout") X(BROKER, "broker") X(TOO_LARGE, "too_large")         \
	X(COORDINATOR, "coordinator") X(REPLICAS, "replicas") X(GROUP, "group")                         \
	X(REBALANCE, "rebalance") X(AUTHORIZATION, "authorization")                                     \
	X(AUTHENTICATION, "authentication") X(VERSION, "version") X(EXISTS, "exists")                   \
	X(INVALID, "invalid") X(POLICY, "policy") X(TRANSACTION, "transaction")                         \
	X(STORAGE, "storage") X(SESSION, "session") X(QUOTA, "quota")

#define ID(id, text) ERROR_##id,
enum { ERRORS(ID) };
#undef ID

#define TEXT(id, text) text,
const char *const nsc_kafka_errors[] = {ERRORS(TEXT) NULL};
#undef TEXT

unsigned
nsc_kafka_kind(unsigned api)
{
	static const uint8_t first[] = {
		NSC_KAFKA_PRODUCE, NSC_KAFKA_FETCH, NSC_KAFKA_LIST_OFFSETS, NSC_KAFKA_METADATA,
		NSC_KAFKA_OTHER, NSC_KAFKA_OTHER, NSC_KAFKA_OTHER, NSC_KAFKA_OTHER,
		NSC_KAFKA_OFFSET_COMMIT, NSC_KAFKA_OFFSET_FETCH, NSC_KAFKA_FIND_COORDINATOR,
		NSC_KAFKA_JOIN_GROUP, NSC_KAFKA_HEARTBEAT, NSC_KAFKA_LEAVE_GROUP,
		NSC_KAFKA_SYNC_GROUP, NSC_KAFKA_DESCRIBE_GROUPS, NSC_KAFKA_LIST_GROUPS,
		NSC_KAFKA_LOGIN, NSC_KAFKA_API_VERSIONS, NSC_KAFKA_CREATE_TOPICS,
		NSC_KAFKA_DELETE_TOPICS, NSC_KAFKA_ADMIN, NSC_KAFKA_INIT_PRODUCER,
		NSC_KAFKA_OTHER, NSC_KAFKA_ADD_PARTITIONS, NSC_KAFKA_OTHER,
		NSC_KAFKA_END_TRANSACTION, NSC_KAFKA_OTHER, NSC_KAFKA_COMMIT_TRANSACTION,
	};

	if (api < sizeof first)
		return first[api];
	if (api == 36)
		return NSC_KAFKA_LOGIN + 1;
	if (api == 68)
		return NSC_KAFKA_CONSUMER_HEARTBEAT;
	/* ACLs, configurations, log directories, partitions, tokens, elections, quotas, users. */
	return (api >= 29 && api <= 51) || api == 60 || api == 61 ? NSC_KAFKA_ADMIN : NSC_KAFKA_OTHER;
}

/* By code; 0 is OTHER. */
static const uint8_t classes[] = {
	[1] = ERROR_OFFSET,
	[2] = ERROR_CORRUPT,
	[3] = ERROR_UNKNOWN_TOPIC,
	[5] = ERROR_LEADER,
	[6] = ERROR_LEADER,
	[7] = ERROR_TIMEOUT,
	[8] = ERROR_BROKER,
	[9] = ERROR_REPLICAS,
	[10] = ERROR_TOO_LARGE,
	[12] = ERROR_OFFSET,
	[13] = ERROR_BROKER,
	[14] = ERROR_COORDINATOR,
	[15] = ERROR_COORDINATOR,
	[16] = ERROR_COORDINATOR,
	[17] = ERROR_INVALID,
	[18] = ERROR_TOO_LARGE,
	[19] = ERROR_REPLICAS,
	[20] = ERROR_REPLICAS,
	[21] = ERROR_INVALID,
	[22] = ERROR_GROUP,
	[23] = ERROR_GROUP,
	[24] = ERROR_GROUP,
	[25] = ERROR_GROUP,
	[26] = ERROR_GROUP,
	[27] = ERROR_REBALANCE,
	[28] = ERROR_TOO_LARGE,
	[29] = ERROR_AUTHORIZATION,
	[30] = ERROR_AUTHORIZATION,
	[31] = ERROR_AUTHORIZATION,
	[32] = ERROR_INVALID,
	[33] = ERROR_AUTHENTICATION,
	[34] = ERROR_AUTHENTICATION,
	[35] = ERROR_VERSION,
	[36] = ERROR_EXISTS,
	[37] = ERROR_INVALID,
	[38] = ERROR_INVALID,
	[39] = ERROR_INVALID,
	[40] = ERROR_INVALID,
	[41] = ERROR_BROKER,
	[42] = ERROR_INVALID,
	[43] = ERROR_VERSION,
	[44] = ERROR_POLICY,
	[45] = ERROR_TRANSACTION,
	[46] = ERROR_TRANSACTION,
	[47] = ERROR_TRANSACTION,
	[48] = ERROR_TRANSACTION,
	[49] = ERROR_TRANSACTION,
	[50] = ERROR_TRANSACTION,
	[51] = ERROR_TRANSACTION,
	[52] = ERROR_TRANSACTION,
	[53] = ERROR_AUTHORIZATION,
	[56] = ERROR_STORAGE,
	[57] = ERROR_STORAGE,
	[58] = ERROR_AUTHENTICATION,
	[59] = ERROR_TRANSACTION,
	[65] = ERROR_AUTHORIZATION,
	[67] = ERROR_TRANSACTION,
	[68] = ERROR_GROUP,
	[69] = ERROR_GROUP,
	[70] = ERROR_SESSION,
	[71] = ERROR_SESSION,
	[72] = ERROR_BROKER,
	[74] = ERROR_LEADER,
	[75] = ERROR_LEADER,
	[76] = ERROR_VERSION,
	[77] = ERROR_BROKER,
	[78] = ERROR_OFFSET,
	[79] = ERROR_GROUP,
	[80] = ERROR_LEADER,
	[81] = ERROR_GROUP,
	[82] = ERROR_GROUP,
	[87] = ERROR_CORRUPT,
	[88] = ERROR_OFFSET,
	[89] = ERROR_QUOTA,
	[90] = ERROR_TRANSACTION,
	[100] = ERROR_UNKNOWN_TOPIC,
	[103] = ERROR_UNKNOWN_TOPIC,
	[106] = ERROR_SESSION,
	[110] = ERROR_GROUP,
	[111] = ERROR_GROUP,
	[112] = ERROR_GROUP,
	[113] = ERROR_GROUP,
	[120] = ERROR_TRANSACTION,
};

unsigned
nsc_kafka_error(int code)
{
	if (code == 0)
		return 0;
	return 1u + (code > 0 && (size_t)code < sizeof classes ? classes[code] : (unsigned)ERROR_OTHER);
}
