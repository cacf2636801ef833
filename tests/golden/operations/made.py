#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""made.py FOLDER - kafka.pcap, mongodb.pcap, cassandra.pcap and their counts, octet by octet from the
specifications, as Debian has no such servers."""
import collections
import os
import struct
import sys
import zlib

from scapy.all import IP, TCP, Ether, Raw, wrpcap

LATER = 0.004		# between two packets, s


class Talk:
    """One conversation over TCP, and what of it counts."""

    packets = []
    counts = collections.Counter()
    begun = 0

    def __init__(self, server, midstream=False):
        Talk.begun += 1
        self.ports, self.server, self.seq = (50000 + Talk.begun, server), server, [1000, 9000]
        if not midstream:
            self.packet(0, "S")
            self.packet(1, "SA")
            self.packet(0, "A")

    def packet(self, side, flags, data=b""):
        ip = IP(src="10.0.0.%d" % (1 + side), dst="10.0.0.%d" % (2 - side))
        tcp = TCP(sport=self.ports[side], dport=self.ports[not side], seq=self.seq[side],
                  ack=self.seq[not side] if "A" in flags else 0, flags=flags, window=65535)
        p = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / ip / tcp
        if data:
            p = p / Raw(data)
        p.time = 1700000000 + len(Talk.packets) * LATER
        Talk.packets.append(p)
        self.seq[side] += len(data) + ("S" in flags)

    def says(self, side, data, size=1400):
        for at in range(0, len(data), size):
            self.packet(side, "PA", data[at:at + size])

    def counted(self, kind, error=None, n=1):
        Talk.counts[self.server, kind or "-", error or "-"] += n


def i8(*n):
    return b"".join(struct.pack(">b", x) for x in n)


def i16(*n):
    return b"".join(struct.pack(">h", x) for x in n)


def i32(*n):
    return b"".join(struct.pack(">i", x) for x in n)


def i64(*n):
    return b"".join(struct.pack(">q", x) for x in n)


def array(parts):
    return i32(len(parts)) + b"".join(parts)


def string(text):
    return i16(-1) if text is None else i16(len(text)) + text.encode()


# --- Kafka: kafka.apache.org/protocol ------------------------------------------------------------------

def uvarint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def compact(text):
    return b"\0" if text is None else uvarint(len(text) + 1) + (text if isinstance(text, bytes) else text.encode())


def carray(parts):
    return uvarint(len(parts) + 1) + b"".join(parts)


NO_TAGS = b"\0"
TAGS = uvarint(2) + uvarint(0) + uvarint(3) + b"abc" + uvarint(1) + uvarint(200) + bytes(200)


class Kafka(Talk):
    number = 0

    def ask(self, api, version, body=b"", flexible=False, client="producer-1"):
        Kafka.number += 1
        data = i16(api, version) + i32(Kafka.number) + string(client) + (NO_TAGS if flexible else b"") + body
        self.says(0, i32(len(data)) + data)
        return Kafka.number

    def answer(self, number, body, tags=b""):
        data = i32(number) + tags + body
        self.says(1, i32(len(data)) + data)

    def both(self, kind, api, version, body, answer, error=None, tags=b""):
        self.answer(self.ask(api, version, body, tags != b"" or (api, version) == (18, 3)), answer, tags)
        self.counted(kind, error)


RECORDS = bytes(range(256))


def kafka():
    t = Kafka(9092)
    t.both("api_versions", 18, 0, b"", i16(0) + array([i16(0, 0, 9), i16(18, 0, 3)]))
    t.both("api_versions", 18, 3, compact("python") + compact("1.0") + NO_TAGS, i16(35) + array([i16(18, 0, 2)]), "version")
    broker, rack = i32(1) + string("broker") + i32(9092), string(None)
    t.both("metadata", 3, 0, array([string("t")]), array([broker]) + array(
        [i16(0) + string("t") + array([i16(0) + i32(0, 1) + array([i32(1)]) + array([i32(1)])])]))
    t.both("metadata", 3, 1, array([string("no")]), array([broker + rack]) + i32(1) + array(
        [i16(3) + string("no") + i8(0) + array([])]), "unknown_topic")
    t.both("metadata", 3, 7, array([string("t")]) + i8(0), i32(0) + array([broker + rack]) + string("c") + i32(1) + array(
        [i16(0) + string("t") + i8(0) + array([i16(5) + i32(0, -1, 7) + array([]) + array([]) + array([i32(1)])])]), "leader")
    t.both("metadata", 3, 12, carray([]) + i8(0, 0) + NO_TAGS, i32(0) + carray(
        [i32(1) + compact("broker") + i32(9092) + compact(None) + TAGS]) + compact("c") + i32(1) + carray(
        [i16(0) + compact("t") + bytes(16) + i8(0) + carray(
            [i16(0) + i32(0, 1, 7) + carray([i32(1)]) + carray([i32(1)]) + carray([]) + NO_TAGS]) + i32(0) + NO_TAGS]) +
        NO_TAGS, tags=TAGS)
    # Produce: acks of 1, of none, of a transaction.
    t = Kafka(9092)
    t.both("api_versions", 18, 0, b"", i16(0) + array([]))
    topic = array([string("t") + array([i32(0) + i32(len(RECORDS)) + RECORDS])])
    t.both("produce", 0, 2, i16(1) + i32(1000) + topic, array([string("t") + array([i32(0) + i16(0) + i64(5, -1)])]) + i32(0))
    t.both("produce", 0, 3, string(None) + i16(-1) + i32(1000) + topic,
           array([string("t") + array([i32(0) + i16(0) + i64(5, -1), i32(1) + i16(10) + i64(-1, -1)])]) + i32(0), "too_large")
    t.both("produce", 0, 8, string("x") + i16(1) + i32(1000) + topic, array([string("t") + array(
        [i32(0) + i16(0) + i64(5, -1, 0) + array([i32(0) + string("bad")]) + string(None),
         i32(1) + i16(87) + i64(-1, -1, -1) + array([]) + string("bad")])]) + i32(0), "corrupt")
    ctopic = carray([compact("t") + carray([i32(0) + compact(RECORDS) + NO_TAGS]) + NO_TAGS]) + NO_TAGS
    t.both("produce", 0, 9, compact(None) + i16(-1) + i32(1000) + ctopic, carray([compact("t") + carray(
        [i32(0) + i16(19) + i64(-1, -1, -1) + carray([]) + compact(None) + NO_TAGS]) + NO_TAGS]) + i32(0) + NO_TAGS,
        "replicas", NO_TAGS)
    for version, body in ((2, i16(0) + i32(1000) + topic), (7, string(None) + i16(0) + i32(1000) + topic)):
        t.ask(0, version, body)
        t.counted("produce")
    t.ask(0, 9, compact(None) + i16(0) + i32(1000) + ctopic, True)
    t.counted("produce")
    # Fetch: records of several partitions are passed.
    t = Kafka(9092)
    t.both("api_versions", 18, 0, b"", i16(0) + array([]))
    part = array([string("t") + array([i32(0) + i64(0) + i32(1 << 20)])])
    fetch, fetch4 = i32(-1, 500, 1) + part, i32(-1, 500, 1, 1 << 20) + i8(0) + part
    fetch11 = i32(-1, 500, 1, 1 << 20) + i8(0) + i32(0, -1) + array([string("t") + array(
        [i32(0, -1) + i64(0, -1) + i32(1 << 20)])]) + array([]) + string("")
    fetch12 = i32(-1, 500, 1, 1 << 20) + i8(0) + i32(0, -1) + carray([compact("t") + carray(
        [i32(0, -1) + i64(0) + i32(-1) + i64(-1) + i32(1 << 20) + NO_TAGS]) + NO_TAGS]) + carray([]) + compact("") + NO_TAGS
    t.both("fetch", 1, 0, fetch, array([string("t") + array(
        [i32(0) + i16(0) + i64(9) + i32(256 * 20) + RECORDS * 20, i32(1) + i16(1) + i64(-1) + i32(0)])]), "offset")
    t.both("fetch", 1, 4, fetch4, i32(0) + array([string("t") + array(
        [i32(0) + i16(0) + i64(9, 9) + array([i64(1, 2)]) + i32(len(RECORDS)) + RECORDS])]))
    t.both("fetch", 1, 11, fetch11, i32(0) + i16(70) + i32(0) + array([]), "session")
    t.both("fetch", 1, 11, fetch11, i32(0) + i16(0) + i32(0) + array([string("t") + array(
        [i32(0) + i16(0) + i64(9, 9, 0) + i32(-1) + i32(-1) + i32(len(RECORDS)) + RECORDS,
         i32(1) + i16(6) + i64(-1, -1, -1) + i32(-1) + i32(-1) + i32(-1)])]), "leader")
    t.both("fetch", 1, 12, fetch12, i32(0) + i16(0) + i32(0) + carray([compact("t") + carray(
        [i32(0) + i16(0) + i64(9, 9, 0) + b"\0" + i32(-1) + compact(RECORDS) + TAGS,
         i32(1) + i16(56) + i64(-1, -1, -1) + carray([i64(1, 2) + NO_TAGS]) + i32(-1) + compact(None) + NO_TAGS]) +
        NO_TAGS]) + NO_TAGS, "storage", NO_TAGS)
    # Groups.
    t = Kafka(9092)
    t.both("api_versions", 18, 0, b"", i16(0) + array([]))
    t.both("find_coordinator", 10, 0, string("g"), i16(15) + broker, "coordinator")
    t.both("find_coordinator", 10, 1, string("g") + i8(0), i32(0) + i16(0) + string(None) + broker)
    t.both("find_coordinator", 10, 4, i8(0) + carray([compact("g")]) + NO_TAGS, i32(0) + carray(
        [compact("g") + i32(1) + compact("broker") + i32(9092) + i16(30) + compact("no") + NO_TAGS]) + NO_TAGS,
        "authorization", NO_TAGS)
    member = string("g") + i32(1) + string("m")
    cmember = compact("g") + i32(1) + compact("m")
    t.both("join_group", 11, 4, string("g") + i32(9000, 9000) + string("") + string("consumer") + array([]), i32(0) + i16(79) + i32(-1) + string("") + string("") + string("m") + array([]), "group")
    t.both("join_group", 11, 7, compact("g") + i32(9000, 9000) + compact("m") + compact(None) + compact("consumer") + carray([]) +
           NO_TAGS, i32(0) + i16(0) + i32(1) + compact(None) * 2 + compact("m") * 2 + carray([]) + NO_TAGS,
           tags=NO_TAGS)
    t.both("sync_group", 14, 0, member + array([]), i16(0) + i32(2) + b"ab")
    t.both("sync_group", 14, 3, member + string(None) + array([]), i32(0) + i16(27) + i32(0), "rebalance")
    t.both("heartbeat", 12, 0, member, i16(0))
    t.both("heartbeat", 12, 4, cmember + compact(None) + NO_TAGS, i32(0) + i16(25) + NO_TAGS, "group", NO_TAGS)
    t.both("leave_group", 13, 3, string("g") + array([string("m") + string(None)]), i32(0) + i16(0) + array([string("m") + string(None) + i16(25)]), "group")
    t.both("offset_commit", 8, 2, member + i64(-1) + array([]), array([string("t") + array([i32(0) + i16(0), i32(1) + i16(12)])]), "offset")
    t.both("offset_commit", 8, 8, cmember + compact(None) + carray([]) + NO_TAGS, i32(0) + carray([compact("t") + carray([i32(0) + i16(0) + NO_TAGS]) + NO_TAGS]) +
           NO_TAGS, tags=NO_TAGS)
    t.both("offset_fetch", 9, 1, string("g") + array([]), array([string("t") + array([i32(0) + i64(5) + string("") + i16(0)])]))
    t.both("offset_fetch", 9, 5, string("g") + array([]), i32(0) + array([string("t") + array([i32(0) + i64(5) + i32(1) + string(None) + i16(0)])]) +
           i16(16), "coordinator")
    t.both("offset_fetch", 9, 8, carray([compact("g") + carray([]) + NO_TAGS]) + i8(0) + NO_TAGS, i32(0) + carray([compact("g") + carray([compact("t") + carray(
        [i32(0) + i64(5) + i32(1) + compact(None) + i16(0) + NO_TAGS]) + NO_TAGS]) + i16(0) + NO_TAGS]) + NO_TAGS, tags=NO_TAGS)
    t.both("list_offsets", 2, 0, i32(-1) + array([string("t") + array([i32(0) + i64(-1) + i32(1)])]), array([string("t") + array([i32(0) + i16(0) + array([i64(4), i64(0)])])]))
    t.both("list_offsets", 2, 4, i32(-1) + i8(0) + array([string("t") + array([i32(0, -1) + i64(-1)])]), i32(0) + array([string("t") + array([i32(0) + i16(75) + i64(-1, -1) + i32(-1)])]), "leader")
    # Pipelined, answered out of order; an unlike one.
    numbers = [t.ask(12, 0, member), t.ask(1, 0, fetch), t.ask(3, 0, array([]))]
    t.answer(numbers[2], array([]) + array([]))
    t.answer(numbers[0], i16(0))
    t.answer(numbers[1], array([]))
    for kind in ("metadata", "heartbeat", "fetch"):
        t.counted(kind)
    t.both("create_topics", 19, 2, array([string("t") + i32(1) + i16(1) + array([]) * 2]) + i32(1000) + i8(0), i32(0) + array([string("t") + i16(36) + string("is there")]), "exists")
    t.both("delete_topics", 20, 1, array([string("t")]) + i32(1000), i32(0) + array([string("t") + i16(0)]))
    t.both("init_producer", 22, 0, string("x") + i32(1000), i32(0) + i16(51) + i64(-1) + i16(-1), "transaction")
    t.both("admin", 32, 1, array([]) + i8(0), i32(0) + array([]))
    t.both("other", 88, 0, b"", i32(0))
    # SASL is no operation; its refusal is told.
    t = Kafka(9092)
    t.answer(t.ask(17, 1, string("PLAIN")), i16(0) + array([string("PLAIN")]))
    t.answer(t.ask(36, 0, i32(5) + b"\0a\0b\0"), i16(58) + string("no") + i32(0))
    t.counted(None, "authentication")
    # Found in the middle: an answer first.
    t = Kafka(9092, midstream=True)
    t.server = t.ports[0]	# for all that its packets tell
    t.answer(1, i16(0))
    t.both("heartbeat", 12, 0, string("g") + i32(1) + string("m"), i16(0))


# --- MongoDB: the manual's Wire Protocol, bsonspec.org -------------------------------------------------

def bson(**elements):
    out = b""
    for name, v in elements.items():
        key = name.encode() + b"\0"
        if isinstance(v, bool):
            out += b"\x08" + key + bytes([v])
        elif isinstance(v, float):
            out += b"\x01" + key + struct.pack("<d", v)
        elif isinstance(v, int):
            out += (b"\x10" + key + struct.pack("<i", v) if abs(v) < 1 << 31 else b"\x12" + key + struct.pack("<q", v))
        elif isinstance(v, str):
            out += b"\x02" + key + struct.pack("<i", len(v) + 1) + v.encode() + b"\0"
        elif isinstance(v, bytes):
            out += b"\x05" + key + struct.pack("<i", len(v)) + b"\0" + v
        elif isinstance(v, list):
            out += b"\x04" + key + bson(**{str(i): x for i, x in enumerate(v)})
        elif isinstance(v, tuple):		# the other types, by their octets
            out += bytes([v[0]]) + key + v[1]
        else:
            out += b"\x03" + key + bson(**v)
    return struct.pack("<i", len(out) + 5) + out + b"\0"


class Mongo(Talk):
    number = 100

    def message(self, side, opcode, to, body):
        Mongo.number += 1
        self.says(side, struct.pack("<iiii", 16 + len(body), Mongo.number, to, opcode) + body)
        return Mongo.number

    def msg(self, side, to, document, flags=0, behind=b""):
        body = struct.pack("<I", flags) + b"\0" + document + behind
        return self.message(side, 2013, to, body + (struct.pack("<I", 0x12345678) if flags & 1 else b""))

    def both(self, kind, command, answer, error=None, **options):
        number = self.msg(0, 0, bson(**command), **options)
        self.msg(1, number, bson(**answer))
        if kind:
            self.counted(kind, error)


def section(name, *documents):
    body = name.encode() + b"\0" + b"".join(documents)
    return b"\1" + struct.pack("<i", len(body) + 4) + body


def mongodb():
    t = Mongo(27017)
    number = t.message(0, 2004, 0, struct.pack("<I", 4) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + bson(isMaster=1, client={}))
    t.message(1, 1, number, struct.pack("<IqII", 8, 0, 0, 1) + bson(ismaster=True, ok=1.0))
    t.both(None, {"saslStart": 1, "payload": b"n,,n=u"}, {"conversationId": 1, "done": False, "ok": 1.0})
    t.both(None, {"saslContinue": 1}, {"ok": 0.0, "errmsg": "no", "code": 18, "codeName": "AuthenticationFailed"})
    t.counted(None, "authentication")
    rows = [{"_id": (7, bytes(12)), "text": "x" * 300, "ok": 0, "code": 1} for _ in range(20)]
    t.both("find", {"find": "c", "filter": {}}, {"cursor": {"firstBatch": rows, "id": 1 << 40, "ns": "d.c"}, "ok": 1.0})
    t = Mongo(27017)
    t.both("getmore", {"getMore": 1 << 40, "collection": "c"}, {"cursor": {"nextBatch": rows[:1]}, "ok": 1})
    t.both("getmore", {"getMore": 1 << 40, "collection": "c"}, {"ok": 0.0, "errmsg": "gone", "code": 43}, "cursor")
    t.both("insert", {"insert": "c", "ordered": True}, {"n": 1, "ok": 1.0}, behind=section("documents", bson(_id=1, a="y" * 300)))
    t.both("insert", {"insert": "c"}, {"n": 0, "writeErrors": [{"index": 0, "code": 11000, "errmsg": "E11000 " + "z" * 200}], "ok": 1.0},
           "duplicate_key", behind=section("documents", bson(_id=1)))
    t.both("update", {"update": "c"}, {"n": 1, "ok": True, "writeConcernError": {"code": 64, "errmsg": "waiting"}}, "write_concern")
    t.both("delete", {"delete": "c"}, {"ok": (18, struct.pack("<q", 0)), "code": 13}, "unauthorized")
    t.both("aggregate", {"aggregate": "c"}, {"ok": 0.0, "errmsg": "slow", "code": 50}, "timeout")
    t.both("count", {"count": "c"}, {
        "pattern": (11, b"a.*\0i\0"), "dec": (19, bytes(16)), "null": (10, b""), "octets": b"abc", "id": (7, bytes(12)),
        "old": (12, struct.pack("<i", 2) + b"c\0" + bytes(12)), "js": (13, struct.pack("<i", 2) + b"f\0"),
        "scope": (15, struct.pack("<i", 15) + struct.pack("<i", 2) + b"f\0" + bson()), "n": 5, "ok": 1.0})
    t.both("distinct", {"distinct": "c"}, {"values": [1, 2], "ok": 1.0})
    t.both("findandmodify", {"findAndModify": "c"}, {"ok": 0.0, "code": 112}, "write_conflict")
    t.both("killcursors", {"killCursors": "c"}, {"ok": 1.0})
    t.both("transaction", {"commitTransaction": 1}, {"ok": 0.0, "code": 251}, "transaction")
    t.both("ping", {"ping": 1}, {"ok": 1.0}, flags=1)
    t.both("schema", {"createIndexes": "c"}, {"ok": 1.0})
    t.both("admin", {"serverStatus": 1}, {"ok": 1.0})
    t.both("other", {"noSuchCommand": 1}, {"ok": 0.0, "errmsg": "no such command", "code": 59}, "command")
    # A command in the second section.
    t = Mongo(27017)
    number = t.message(0, 2013, 0, struct.pack("<I", 0) + section("documents", bson(_id=2)) + b"\0" + bson(insert="c"))
    t.msg(1, number, bson(n=1, ok=1.0))
    t.counted("insert")
    # No answer is wanted; several are pushed.
    t.msg(0, 0, bson(insert="c", writeConcern={"w": 0}), flags=2)
    t.counted("insert")
    number = t.msg(0, 0, bson(getMore=1 << 40), flags=0x10000)
    for _ in range(3):
        number = t.msg(1, number, bson(cursor={}, ok=1.0), flags=2)
    t.counted("getmore")
    # Compressed (2 is zlib): the original opcode.
    packed = zlib.compress(struct.pack("<I", 0) + b"\0" + bson(find="c"))
    number = t.message(0, 2012, 0, struct.pack("<IIB", 2013, 40, 2) + packed)
    t.message(1, 2012, number, struct.pack("<IIB", 2013, 40, 2) + packed)
    t.counted("msg")
    # Compressed by nothing.
    number = t.message(0, 2012, 0, struct.pack("<IIB", 2013, 40, 0) + struct.pack("<I", 0) + b"\0" + bson(ping=1))
    t.message(1, 2012, number, struct.pack("<IIB", 2013, 40, 0) + struct.pack("<I", 0) + b"\0" + bson(ok=0.0, code=11600))
    t.counted("ping", "shutdown")
    # Out of order.
    numbers = [t.msg(0, 0, bson(**{c: 1})) for c in ("find", "count")]
    t.msg(1, numbers[1], bson(ok=1.0))
    t.msg(1, numbers[0], bson(ok=1.0))
    t.counted("find")
    t.counted("count")
    # Legacy opcodes.
    t = Mongo(27017)
    number = t.message(0, 2004, 0, struct.pack("<I", 0) + b"d.c\0" + struct.pack("<ii", 0, 10) + bson(a=1))
    t.message(1, 1, number, struct.pack("<IqII", 0, 77, 0, 1) + bson(_id=1))
    t.counted("find")
    number = t.message(0, 2005, 0, struct.pack("<I", 0) + b"d.c\0" + struct.pack("<iq", 10, 77))
    t.message(1, 1, number, struct.pack("<IqII", 1, 0, 0, 0))
    t.counted("getmore", "other")
    number = t.message(0, 2004, 0, struct.pack("<I", 0) + b"d.c\0" + struct.pack("<ii", 0, 10) + bson(a=1))
    t.message(1, 1, number, struct.pack("<IqII", 2, 0, 0, 1) + bson(**{"$err": "not primary", "code": 13435}))
    t.counted("find", "not_primary")
    t.message(0, 2002, 0, struct.pack("<I", 0) + b"d.c\0" + bson(a=1))
    t.message(0, 2001, 0, struct.pack("<I", 0) + b"d.c\0" + struct.pack("<I", 0) + bson(a=1) + bson(a=2))
    t.message(0, 2006, 0, struct.pack("<I", 0) + b"d.c\0" + struct.pack("<I", 0) + bson(a=1))
    t.message(0, 2007, 0, struct.pack("<IIq", 0, 1, 77))
    for kind in ("insert", "update", "delete", "killcursors"):
        t.counted(kind)


# --- Cassandra: native_protocol_v3.spec to v5.spec -------------------------------------------------------

def crc24(data):
    crc = 0x875060
    for octet in data:
        crc ^= octet << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1974f0b if crc & 0x800000 else 0)
    return crc & 0xffffff


def segment(data, alone=True):
    head = (len(data) | alone << 17).to_bytes(3, "little")
    return head + crc24(head).to_bytes(3, "little") + data + zlib.crc32(b"\xfa\x2d\x55\xca" + data).to_bytes(4, "little")


def lz4_segment(data):
    """LZ4 with literals alone, which is a valid block of its."""
    assert 15 <= len(data) < 15 + 255
    block = bytes([0xf0, len(data) - 15]) + data
    head = (len(block) | len(data) << 17 | 1 << 34).to_bytes(5, "little")
    return head + crc24(head).to_bytes(3, "little") + block + zlib.crc32(b"\xfa\x2d\x55\xca" + block).to_bytes(4, "little")


STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED, QUERY = 1, 2, 3, 5, 6, 7
RESULT, PREPARE, EXECUTE, REGISTER, EVENT, BATCH = 8, 9, 10, 11, 12, 13


class Cassandra(Talk):
    version, wrap = 4, None

    def envelope(self, side, opcode, stream, body=b"", flags=0):
        return struct.pack(">BBhBi", self.version | side << 7, flags, stream, opcode, len(body)) + body

    def say(self, side, *what, **options):
        data = self.envelope(side, *what, **options)
        self.says(side, self.wrap(data) if self.wrap else data)

    def begin(self, version, wrap=None, **options):
        self.version = version
        self.say(0, OPTIONS, 0)
        self.say(1, SUPPORTED, 0, i16(1) + string("CQL_VERSION") + i16(1) + string("3.4.5"))
        self.counted("options")
        options["CQL_VERSION"] = "3.0.0"
        self.say(0, STARTUP, 1, i16(len(options)) + b"".join(string(k) + string(v) for k, v in options.items()))
        self.say(1, READY, 1)
        self.wrap = wrap

    def query(self, stream, text, kind, answer=i32(1), error=None, **options):
        self.say(0, QUERY, stream, i32(len(text)) + text.encode() + i16(1) + b"\0", **options)
        self.say(1, 0 if error else RESULT, stream, answer)
        self.counted(kind, error)


ROWS = i32(2, 1, 1) + string("ks") + string("t") + string("c") + i16(13) + i32(20) + (i32(200) + b"r" * 200) * 20


def cassandra():
    for version in (3, 4):
        t = Cassandra(9042)
        t.begin(version)
        t.query(2, "SELECT c FROM t", "select", ROWS)
        t.query(3, "insert INTO t (c) VALUES ('%s')" % ("v" * 3000), "insert")
        t.query(4, "  UPDATE t SET c = 1", "update", i32(0x1100) + string("late") + i16(1) + i32(1, 2) + string("SIMPLE"),
                "write_timeout")
        t.query(5, "DELETE FROM t", "delete")
        t.query(6, "CREATE TABLE t (c int PRIMARY KEY)", "schema", i32(0x2400) + string("there") + string("k") + string("t"), "already_exists")
        t.query(7, "BEGIN BATCH APPLY BATCH", "batch")
        t.query(8, "USE ks", "admin", i32(3) + string("ks"))
        t.query(9, "SELEKT 1", "query", i32(0x2000) + string("no viable alternative"), "syntax")
        t.say(0, PREPARE, 10, i32(8) + b"SELECT 1")
        t.say(0, EXECUTE, 11, i16(16) + bytes(16) + i16(1) + b"\0")
        t.say(0, BATCH, 12, b"\0" + i16(0) + i16(1) + b"\0")
        t.say(1, EVENT, -1, string("TOPOLOGY_CHANGE") + string("NEW_NODE") + b"\4\x0a\0\0\1" + i32(9042))
        t.say(1, RESULT, 12, i32(1))
        t.say(1, 0, 11, i32(0x2500) + string("unknown") + i16(16) + bytes(16))
        t.say(1, RESULT, 10, i32(4) + i16(16) + bytes(16) + i32(0, 0, 0, 0) if version == 4 else i32(1))
        t.counted("prepare")
        t.counted("execute", "unprepared")
        t.counted("batch")
        t.say(0, REGISTER, 13, i16(1) + string("STATUS_CHANGE"))
        t.say(1, READY, 13)
        t.counted("register")
        # Tracing: an error behind its id. A payload hides the statement.
        t.say(0, QUERY, 14, i32(8) + b"SELECT 1" + i16(1) + b"\0", flags=2)
        t.say(1, 0, 14, bytes(16) + i32(0x1000) + string("down") + i16(1) + i32(1, 0), flags=2)
        t.counted("select", "unavailable")
    # Compressed bodies: the opcode alone.
    t = Cassandra(9042)
    t.begin(4, COMPRESSION="lz4")
    t.say(0, QUERY, 2, i32(20) + bytes(22), flags=1)
    t.say(1, RESULT, 2, i32(20) + bytes(22), flags=1)
    t.counted("query")
    t.say(0, QUERY, 3, i32(20) + bytes(22), flags=1)
    t.say(1, 0, 3, i32(20) + bytes(22), flags=1)
    t.counted("query", "other")
    # A login that is refused.
    t = Cassandra(9042)
    t.version = 4
    t.say(0, STARTUP, 1, i16(1) + string("CQL_VERSION") + string("3.0.0"))
    t.say(1, AUTHENTICATE, 1, string("org.apache.cassandra.auth.PasswordAuthenticator"))
    t.say(0, 15, 2, i32(4) + b"\0a\0b")
    t.say(1, 0, 2, i32(0x100) + string("no"))
    t.counted(None, "credentials")
    # Version 5: segments, several envelopes in one, one in several, compressed ones.
    t = Cassandra(9042)
    t.begin(5, segment)
    t.query(2, "SELECT c FROM t", "select", ROWS)
    t.query(3, "SELECT c FROM nowhere", "select", i32(0x2200) + string("unconfigured table"), "invalid")
    many = b"".join(t.envelope(0, QUERY, n, i32(8) + b"SELECT 1" + i16(1) + bytes(5)) for n in range(4, 14))
    t.says(0, segment(many))
    t.says(1, segment(b"".join(t.envelope(1, RESULT, n, i32(1)) for n in range(13, 3, -1))))
    t.counted("select", n=10)
    large = t.envelope(0, QUERY, 20, i32(6000) + b"INSERT " + b"i" * 5993 + i16(1) + bytes(5))
    t.says(0, b"".join(segment(large[at:at + 2500], False) for at in range(0, len(large), 2500)))
    t.say(1, RESULT, 20, i32(1))
    t.counted("insert")
    t = Cassandra(9042)
    t.begin(5, lz4_segment, COMPRESSION="lz4")
    t.query(2, "UPDATE t SET c = 2", "update", i32(1) + bytes(8))
    t.query(3, "UPDATE t SET c = 2", "update", i32(0x1200) + string("late") + i16(1) + i32(1, 2) + b"\0", "read_timeout")
    # Found in the middle.
    t = Cassandra(9042, midstream=True)
    t.query(2, "SELECT c FROM t", "select")
    t = Cassandra(9042, midstream=True)
    t.version, t.wrap = 5, segment
    t.query(2, "DELETE FROM t", "delete")


# --- All three ---------------------------------------------------------------------------------------------

COMMENT = """# Made octet by octet from the specification by made.py, which counts what it says. tshark 4.0 (dissector %s) was
# asked, too: %s
"""
MADE = {"kafka": (kafka, "kafka", "it reads the same APIs and errors, but of the versions that it does not know (metadata\n"
                  "# 12, produce 9, fetch 12, find_coordinator 4, offset_fetch 8)."),
        "mongodb": (mongodb, "mongo", "it reads the same opcodes, and the same keys of commands and answers."),
        "cassandra": (cassandra, "cql", "it reads the same opcodes and error codes, but in segments of version 5, which it\n"
                      "# does not know, and behind a tracing id.")}


def make(folder, app):
    function, protocol, what = MADE[app]
    Talk.packets, Talk.counts, Talk.begun = [], collections.Counter(), 0
    function()
    wrpcap(os.path.join(folder, app + ".pcap"), Talk.packets)
    with open(os.path.join(folder, app + ".txt"), "w", encoding="utf-8") as f:
        f.write(COMMENT % (protocol, what))
        for key, n in sorted(Talk.counts.items()):
            f.write("%d %s %s %d\n" % (key + (n,)))


if __name__ == "__main__":
    for name in MADE:
        make(sys.argv[1], name)
