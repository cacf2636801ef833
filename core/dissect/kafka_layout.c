/* SPDX-License-Identifier: MIT */
/*
 * Layouts of Kafka's answers up to their last error (kafka.apache.org/protocol, the message
 * definitions of its clients).  Of a layout's letters: 1 2 4 8 octets, u a UUID, s a text, S one
 * with a fixed length also in flexible versions, b records, t tagged fields, [ ] an array,
 * e an error, a acks.
 */
#include "dissect/kafka.h"

enum { UUID = 16, UVARINT_MAX = 5 };

static const struct layout {
	uint8_t kind, from;		/* from that version on */
	bool flexible;
	const char *text;		/* NULL: not known */
} layouts[] = {
	{NSC_KAFKA_PRODUCE, 0, false, "[s[4e8]]"},
	{NSC_KAFKA_PRODUCE, 2, false, "[s[4e88]]"},
	{NSC_KAFKA_PRODUCE, 5, false, "[s[4e888]]"},
	{NSC_KAFKA_PRODUCE, 8, false, "[s[4e888[4s]s]]"},
	{NSC_KAFKA_PRODUCE, 9, true, "t[s[4e888[4st]st]t]"},
	{NSC_KAFKA_PRODUCE, 13, true, "t[u[4e888[4st]st]t]"},
	{NSC_KAFKA_PRODUCE, 14, true, NULL},
	{NSC_KAFKA_FETCH, 0, false, "[s[4e8b]]"},
	{NSC_KAFKA_FETCH, 1, false, "4[s[4e8b]]"},
	{NSC_KAFKA_FETCH, 4, false, "4[s[4e88[88]b]]"},
	{NSC_KAFKA_FETCH, 5, false, "4[s[4e888[88]b]]"},
	{NSC_KAFKA_FETCH, 7, false, "4e4[s[4e888[88]b]]"},
	{NSC_KAFKA_FETCH, 11, false, "4e4[s[4e888[88]4b]]"},
	{NSC_KAFKA_FETCH, 12, true, "t4e4[s[4e888[88t]4bt]t]"},
	{NSC_KAFKA_FETCH, 13, true, "t4e4[u[4e888[88t]4bt]t]"},
	{NSC_KAFKA_FETCH, 19, true, NULL},
	{NSC_KAFKA_LIST_OFFSETS, 0, false, "[s[4e[8]]]"},
	{NSC_KAFKA_LIST_OFFSETS, 1, false, "[s[4e88]]"},
	{NSC_KAFKA_LIST_OFFSETS, 2, false, "4[s[4e88]]"},
	{NSC_KAFKA_LIST_OFFSETS, 4, false, "4[s[4e884]]"},
	{NSC_KAFKA_LIST_OFFSETS, 6, true, "t4[s[4e884t]t]"},
	{NSC_KAFKA_LIST_OFFSETS, 12, true, NULL},
	{NSC_KAFKA_METADATA, 0, false, "[4s4][es[e44[4][4]]]"},
	{NSC_KAFKA_METADATA, 1, false, "[4s4s]4[es1[e44[4][4]]]"},
	{NSC_KAFKA_METADATA, 2, false, "[4s4s]s4[es1[e44[4][4]]]"},
	{NSC_KAFKA_METADATA, 3, false, "4[4s4s]s4[es1[e44[4][4]]]"},
	{NSC_KAFKA_METADATA, 5, false, "4[4s4s]s4[es1[e44[4][4][4]]]"},
	{NSC_KAFKA_METADATA, 7, false, "4[4s4s]s4[es1[e444[4][4][4]]]"},
	{NSC_KAFKA_METADATA, 8, false, "4[4s4s]s4[es1[e444[4][4][4]]4]"},
	{NSC_KAFKA_METADATA, 9, true, "t4[4s4st]s4[es1[e444[4][4][4]t]4t]"},
	{NSC_KAFKA_METADATA, 10, true, "t4[4s4st]s4[esu1[e444[4][4][4]t]4t]"},
	{NSC_KAFKA_METADATA, 13, true, "t4[4s4st]s4[esu1[e444[4][4][4]t]4t]e"},
	{NSC_KAFKA_METADATA, 14, true, NULL},
	{NSC_KAFKA_OFFSET_COMMIT, 0, false, "[s[4e]]"},
	{NSC_KAFKA_OFFSET_COMMIT, 3, false, "4[s[4e]]"},
	{NSC_KAFKA_OFFSET_COMMIT, 8, true, "t4[s[4et]t]"},
	{NSC_KAFKA_OFFSET_COMMIT, 10, true, "t4[u[4et]t]"},
	{NSC_KAFKA_OFFSET_COMMIT, 11, true, NULL},
	{NSC_KAFKA_OFFSET_FETCH, 0, false, "[s[48se]]"},
	{NSC_KAFKA_OFFSET_FETCH, 2, false, "[s[48se]]e"},
	{NSC_KAFKA_OFFSET_FETCH, 3, false, "4[s[48se]]e"},
	{NSC_KAFKA_OFFSET_FETCH, 5, false, "4[s[484se]]e"},
	{NSC_KAFKA_OFFSET_FETCH, 6, true, "t4[s[484set]t]e"},
	{NSC_KAFKA_OFFSET_FETCH, 8, true, "t4[s[s[484set]t]et]"},
	{NSC_KAFKA_OFFSET_FETCH, 10, true, "t4[s[u[484set]t]et]"},
	{NSC_KAFKA_OFFSET_FETCH, 11, true, NULL},
	{NSC_KAFKA_FIND_COORDINATOR, 0, false, "e"},
	{NSC_KAFKA_FIND_COORDINATOR, 1, false, "4e"},
	{NSC_KAFKA_FIND_COORDINATOR, 3, true, "t4e"},
	{NSC_KAFKA_FIND_COORDINATOR, 4, true, "t4[s4s4est]"},
	{NSC_KAFKA_FIND_COORDINATOR, 7, true, NULL},
	{NSC_KAFKA_JOIN_GROUP, 0, false, "e"},
	{NSC_KAFKA_JOIN_GROUP, 2, false, "4e"},
	{NSC_KAFKA_JOIN_GROUP, 6, true, "t4e"},
	{NSC_KAFKA_HEARTBEAT, 0, false, "e"},
	{NSC_KAFKA_HEARTBEAT, 1, false, "4e"},
	{NSC_KAFKA_HEARTBEAT, 4, true, "t4e"},
	{NSC_KAFKA_LEAVE_GROUP, 0, false, "e"},
	{NSC_KAFKA_LEAVE_GROUP, 1, false, "4e"},
	{NSC_KAFKA_LEAVE_GROUP, 3, false, "4e[sse]"},
	{NSC_KAFKA_LEAVE_GROUP, 4, true, "t4e[sset]"},
	{NSC_KAFKA_SYNC_GROUP, 0, false, "e"},
	{NSC_KAFKA_SYNC_GROUP, 1, false, "4e"},
	{NSC_KAFKA_SYNC_GROUP, 4, true, "t4e"},
	{NSC_KAFKA_DESCRIBE_GROUPS, 0, false, "[e"},	/* of the first group alone */
	{NSC_KAFKA_DESCRIBE_GROUPS, 1, false, "4[e"},
	{NSC_KAFKA_DESCRIBE_GROUPS, 5, true, "t4[e"},
	{NSC_KAFKA_LIST_GROUPS, 0, false, "e"},
	{NSC_KAFKA_LIST_GROUPS, 1, false, "4e"},
	{NSC_KAFKA_LIST_GROUPS, 3, true, "t4e"},
	{NSC_KAFKA_API_VERSIONS, 0, false, "e"},	/* in every version: it tells what others there are */
	{NSC_KAFKA_CREATE_TOPICS, 0, false, "[se]"},
	{NSC_KAFKA_CREATE_TOPICS, 1, false, "[ses]"},
	{NSC_KAFKA_CREATE_TOPICS, 2, false, "4[ses]"},
	{NSC_KAFKA_CREATE_TOPICS, 5, true, "t4[ses42[ss111t]t]"},
	{NSC_KAFKA_CREATE_TOPICS, 7, true, "t4[sues42[ss111t]t]"},
	{NSC_KAFKA_CREATE_TOPICS, 8, true, NULL},
	{NSC_KAFKA_DELETE_TOPICS, 0, false, "[se]"},
	{NSC_KAFKA_DELETE_TOPICS, 1, false, "4[se]"},
	{NSC_KAFKA_DELETE_TOPICS, 4, true, "t4[set]"},
	{NSC_KAFKA_DELETE_TOPICS, 5, true, "t4[sest]"},
	{NSC_KAFKA_DELETE_TOPICS, 6, true, "t4[suest]"},
	{NSC_KAFKA_DELETE_TOPICS, 7, true, NULL},
	{NSC_KAFKA_INIT_PRODUCER, 0, false, "4e"},
	{NSC_KAFKA_INIT_PRODUCER, 2, true, "t4e"},
	{NSC_KAFKA_ADD_PARTITIONS, 0, false, "4[s[4e]]"},
	{NSC_KAFKA_ADD_PARTITIONS, 3, true, "t4[s[4et]t]"},
	{NSC_KAFKA_ADD_PARTITIONS, 4, true, "t4e"},
	{NSC_KAFKA_END_TRANSACTION, 0, false, "4e"},
	{NSC_KAFKA_END_TRANSACTION, 3, true, "t4e"},
	{NSC_KAFKA_COMMIT_TRANSACTION, 0, false, "4[s[4e]]"},
	{NSC_KAFKA_COMMIT_TRANSACTION, 3, true, "t4[s[4et]t]"},
	{NSC_KAFKA_CONSUMER_HEARTBEAT, 0, true, "t4e"},
	{NSC_KAFKA_LOGIN, 0, false, "e"},		/* SaslHandshake */
	{NSC_KAFKA_LOGIN + 1, 0, false, "e"},		/* SaslAuthenticate */
	{NSC_KAFKA_LOGIN + 1, 2, true, "te"},
};

static void
begin(struct nsc_kafka_walk *w, const char *text, bool flexible)
{
	*w = (struct nsc_kafka_walk){.at = text, .flexible = flexible};
}

void
nsc_kafka_answer(struct nsc_kafka_walk *w, unsigned kind, unsigned version)
{
	const struct layout *found = NULL;

	for (unsigned i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
		if (layouts[i].kind == kind && layouts[i].from <= version)
			found = &layouts[i];
	begin(w, found != NULL ? found->text : NULL, found != NULL && found->flexible);
}

void
nsc_kafka_produce(struct nsc_kafka_walk *w, unsigned version)
{
	begin(w, version >= 9 ? "Stsa" : version >= 3 ? "Ssa" : "Sa", version >= 9);
}

/* Seven bits an octet, the lowest first; of more than 32 bits: all ones. */
static uint32_t
uvarint(struct nsc_bytes *b)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < UVARINT_MAX; i++) {
		uint8_t c = nsc_bytes_u8(b);

		v |= (uint64_t)(c & 0x7f) << 7 * i;
		if ((c & 0x80) == 0)
			return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
	}
	return UINT32_MAX;
}

/* A length or a count, of which null is 0. */
static uint32_t
length(const struct nsc_kafka_walk *w, struct nsc_bytes *b, bool wide, bool flexible)
{
	uint32_t n;

	if (flexible && w->flexible) {
		n = uvarint(b);
		return n > 0 ? n - 1 : 0;
	}
	if (!wide) {
		n = nsc_bytes_u16(b);
		return n > INT16_MAX ? 0 : n;
	}
	n = nsc_bytes_u32(b);
	return n > INT32_MAX ? 0 : n;
}

/* Behind the array's end. */
static const char *
behind(const char *at)
{
	for (unsigned depth = 1; *at != '\0' && depth > 0; at++)
		depth += *at == '[' ? 1u : *at == ']' ? -1u : 0u;
	return at;
}

static void
enter(struct nsc_kafka_walk *w, uint32_t count)
{
	if (count == 0) {
		w->at = behind(w->at);
	} else if (w->depth < NSC_KAFKA_DEPTH) {
		w->loop[w->depth] = w->at;
		w->left[w->depth++] = count;
	} else {
		w->at = NULL;
	}
}

static void
next_element(struct nsc_kafka_walk *w)
{
	if (--w->left[w->depth - 1] > 0)
		w->at = w->loop[w->depth - 1];
	else
		w->depth--;
}

/* A value was found: the first one that is not 0 is what the walk is for. */
static void
found(struct nsc_kafka_walk *w, uint16_t value, bool last)
{
	w->value = (int16_t)value;
	if (value != 0 || last)
		w->at = NULL;
}

bool
nsc_kafka_step(struct nsc_kafka_walk *w, struct nsc_bytes *octets, uint32_t *pass)
{
	struct nsc_kafka_walk was = *w;
	struct nsc_bytes b = *octets;

	*pass = 0;
	if (w->tags > 0) {
		(void)uvarint(&b);
		*pass = uvarint(&b);
		w->tags--;
	} else {
		switch (*w->at++) {
		case '1': *pass = 1; break;
		case '2': *pass = 2; break;
		case '4': *pass = 4; break;
		case '8': *pass = 8; break;
		case 'u': *pass = UUID; break;
		case 's': *pass = length(w, &b, false, true); break;
		case 'S': *pass = length(w, &b, false, false); break;
		case 'b': *pass = length(w, &b, true, true); break;
		case 't': w->tags = uvarint(&b); break;
		case '[': enter(w, length(w, &b, true, true)); break;
		case ']': next_element(w); break;
		case 'e': found(w, nsc_bytes_u16(&b), false); break;
		case 'a': found(w, nsc_bytes_u16(&b), true); break;
		default: w->at = NULL; break;
		}
	}
	if (b.bad) {
		*w = was;
		return false;
	}
	*octets = b;
	return true;
}
