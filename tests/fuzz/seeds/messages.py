#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""messages.py CORPUS - seeds of fuzz_operations that no real server's capture gives: AMQP, LDAP, SMTP,
Kerberos and NATS in the form of feed.h, written from their specifications."""
import os
import struct
import sys

CLIENT, SERVER, GAP, END = 0, 0x8000, 0x4000, 0x2000


def seed(name, first, *pieces):
    with open(os.path.join(sys.argv[1], name), "wb") as out:
        out.write(first.encode() + b"\n" + b"".join(struct.pack(">H", side | len(data)) + data for side, data in pieces))


def frame(kind, channel, data):
    return struct.pack(">BHI", kind, channel, len(data)) + data + b"\xce"


def method(klass, number, arguments=b"", channel=1):
    return frame(1, channel, struct.pack(">HH", klass, number) + arguments)


def content(body, channel=1, klass=60):
    return frame(2, channel, struct.pack(">HHQH", klass, 0, len(body), 0)) + (frame(3, channel, body) if body else b"")


def tag(number, flag):
    return struct.pack(">QB", number, flag)


def short(text):
    return bytes([len(text)]) + text


PUBLISH = method(60, 40, b"\0\0" + short(b"e") + short(b"k") + b"\0") + content(b"hello")
HEADER = b"AMQP\0\0\11\1"
queue = b"\0\0" + short(b"q")
seed("amqp-confirms", "amqp", (CLIENT, HEADER + method(20, 10, b"\0") + method(85, 10, b"\0")), (SERVER, method(85, 11)),
     (CLIENT, PUBLISH * 3), (CLIENT, PUBLISH * 2), (SERVER, method(60, 80, tag(2, 0))), (SERVER, method(60, 80, tag(3, 1))),
     (SERVER, method(60, 120, tag(4, 0))), (SERVER, method(60, 80, tag(0, 1))), (CLIENT, PUBLISH * 40),
     (SERVER, method(60, 80, tag(45, 0)) + method(60, 80, tag(7, 0)) + method(60, 80, tag(40, 1))),
     (SERVER, method(20, 40, b"\1\x94" + short(b"no") + struct.pack(">HH", 60, 40))), (CLIENT, method(20, 41)))
seed("amqp-methods", "amqp", (CLIENT, HEADER + method(50, 10, queue + b"\0\0\0\0\0") + method(50, 10, queue + b"\x10\0\0\0\0")),
     (SERVER, method(50, 11, short(b"q") + b"\0" * 8)), (CLIENT, method(60, 70, queue + b"\0") + method(60, 20, queue + b"\0\0\0\0\0\0")),
     (SERVER, method(60, 71, tag(1, 0) + short(b"e") + short(b"k") + b"\0\0\0\0") + content(b"") + method(60, 21, short(b"t"))),
     (CLIENT, method(60, 70, queue + b"\0")), (SERVER, method(60, 72, b"\0") + method(60, 60, short(b"t") + tag(2, 0)) + content(b"x")),
     (CLIENT, method(60, 80, tag(2, 0)) + method(40, 40, queue + b"\0\0\0\0\0\0\0")), (SERVER, method(40, 51)),
     (SERVER, method(60, 50, b"\1\x38" + short(b"back") + short(b"e") + short(b"k")) + content(b"x") + frame(8, 0, b"")),
     (CLIENT, method(50, 20, b"\0\0" + short(b"none") + short(b"e") + short(b"k") + b"\0")),
     (SERVER, method(10, 50, b"\1\x40" + short(b"bye") + struct.pack(">HH", 50, 20), 0)))
seed("amqp-midstream", "amqp", (GAP | CLIENT, frame(8, 0, b"") + method(60, 40, queue)[:9]),
     (SERVER, method(60, 11)), (CLIENT | GAP, b"lost"), (CLIENT, method(85, 10, b"\0")), (SERVER | GAP, method(85, 11)),
     (CLIENT | GAP, PUBLISH), (SERVER, method(60, 80, tag(5000, 1)) + method(60, 80, tag(5002, 1))))
seed("amqp-channels", "amqp", (CLIENT, HEADER + b"".join(method(20, 10, b"\0", n) for n in range(1, 20))),
     (CLIENT, b"".join(method(60, 10, b"\0" * 7, n) for n in range(1, 20))),
     (CLIENT, method(60, 40, queue + short(b"k") + b"\0", 19)),
     (SERVER, b"".join(method(60, 11, b"", n) for n in range(1, 20)) + method(60, 71, tag(1, 0) + short(b"e"), 19)))
seed("amqp-10", "amqp", (CLIENT, b"AMQP\3\1\0\0"))


def ber(kind, *parts):
    data = b"".join(parts)
    return bytes([kind]) + (bytes([len(data)]) if len(data) < 128 else b"\x82" + struct.pack(">H", len(data))) + data


def ldap(number, kind, *parts):
    return ber(0x30, ber(2, bytes([number])), ber(kind, *parts))


def result(number, kind, code):
    return ldap(number, kind, ber(10, bytes([code])), ber(4), ber(4))


BIND = ldap(1, 0x60, ber(2, b"\3"), ber(4, b"cn=x"), ber(0x80, b"secret"))
SEARCH = ldap(2, 0x63, ber(4), ber(10, b"\0"), ber(10, b"\0"), ber(2, b"\0"), ber(2, b"\0"), ber(1, b"\0"),
              ber(0x87, b"objectClass"), ber(0x30))
START = ldap(3, 0x77, ber(0x80, b"1.3.6.1.4.1.1466.20037"))
seed("ldap-all", "ldap", (CLIENT, BIND), (SERVER, result(1, 0x61, 49)), (CLIENT, SEARCH + ldap(3, 0x66, ber(4, b"dc=x"), ber(0x30))),
     (SERVER, result(3, 0x67, 32) + ldap(2, 0x64, ber(4), ber(0x30)) + result(2, 0x65, 4)),
     (CLIENT, SEARCH + ldap(4, 0x50)[:-2] + b"\x50\1\2" + ldap(5, 0x68, ber(4, b"x" * 6000))[:5000]),
     (SERVER, result(0, 0x78, 51)), (CLIENT, b"x" * 300 + ldap(6, 0x4a)), (CLIENT | GAP, b"lost"), (CLIENT, START),
     (SERVER, result(3, 0x78, 0)))
seed("ldap-start", "ldap", (CLIENT, START), (SERVER, result(3, 0x78, 53)), (CLIENT, ldap(4, 0x77, ber(0x80, b"1.3.6.1.4.1.4203.1.11.3"))),
     (SERVER, result(4, 0x78, 0)), (CLIENT, ldap(5, 0x6c, ber(4)) + ldap(6, 0x6e, ber(4)) + ldap(7, 0x42)),
     (SERVER, result(5, 0x6d, 0) + result(6, 0x6f, 6)), (SERVER, b"\0\0\0\x20sealed"))
seed("ldap-search", "ldap", (CLIENT, SEARCH), (SERVER | GAP, b"lost"), (SERVER, result(2, 0x65, 0)), (CLIENT | GAP, SEARCH + SEARCH[:3]),
     (SERVER | GAP, ldap(9, 0x73) + result(2, 0x65, 52)), (CLIENT | GAP, b"\x30\x85\0\0"))
seed("ldap-midstream", "ldap", (SERVER | GAP, result(2, 0x65, 0) + result(3, 0x65, 80)), (CLIENT, ldap(4, 0x68, ber(4, b"x" * 6000))),
     (SERVER, result(4, 0x69, 68)))
seed("ldap-bound", "ldap", (SERVER, result(1, 0x61, 0)), (CLIENT, START), (CLIENT, b"\x16\3\1\0\x05\1\0\0\1\0"))

seed("smtp-chunks", "smtp", (SERVER, b"220 mail.example ESMTP\r\n"), (CLIENT, b"EHLO a\r\n"), (SERVER, b"250 ok\r\n"),
     (CLIENT, b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 6\r\nRSET\r\nBDAT 0 LAST\r\nBDAT 100 LAST\r\nxx"), (CLIENT, b"x" * 97),
     (CLIENT, b"x" + b"AUTH PLAIN\r\n"), (SERVER, b"250 ok\r\n" * 5), (SERVER, b"334 \r\n"), (CLIENT, b"AGEAYg==\r\n"),
     (SERVER, b"535 no\r\n"), (CLIENT, b"STARTTLS\r\n"), (SERVER, b"454 no\r\n"), (CLIENT, b"STARTTLS\r\n"), (SERVER, b"220 go\r\n"))
seed("smtp-lost", "smtp", (SERVER, b"220 mail.example LMTP\r\n"), (CLIENT, b"LHLO a\r\n"), (SERVER, b"250 ok\r\n"),
     (CLIENT, b"DATA\r\n"), (SERVER, b"503 no\r\n"), (CLIENT, b"DATA\r\n"), (SERVER, b"354 go\r\n"),
     (CLIENT, b"Subject: x\r\n\r\n..\r\n.x\r\n\r.\r\n.\r\r\n"), (CLIENT | GAP, b"lost\r\n"), (SERVER, b"250 ok\r\n"),
     (CLIENT | GAP, b"lost\r\n"), (CLIENT, b"NOOP\r\n"), (SERVER | GAP, b"x\r\n"), (SERVER, b"421 bye\r\n"), (SERVER, b"421 bye\r\n"))


def kerberos(kind, first, *parts):
    return ber(kind, ber(0x30, ber(first, ber(2, b"\5")), ber(first + 1, ber(2, bytes([kind & 31]))), *parts))


AS, TGS = kerberos(0x6a, 0xa1, ber(0xa4, b"x" * 20)), kerberos(0x6c, 0xa1, ber(0xa3, b"y" * 2000))


def error(code):
    return kerberos(0x7e, 0xa0, ber(0xa4, ber(0x18, b"20261121000000Z")), ber(0xa5, ber(2, b"\0")), ber(0xa6, ber(2, bytes([code]))))


def long(data):
    return struct.pack(">I", len(data)) + data


CODES = (0, 1, 6, 7, 12, 14, 18, 24, 29, 32, 34, 37, 41, 52, 60, 62, 68, 99)
seed("kerberos-codes", "kerberos udp", *(piece for n, code in enumerate(CODES) for piece in (
    (CLIENT, kerberos(0x6a, 0xa1, ber(0xa4, bytes([n]) * 20))), (SERVER, error(code)))))
seed("kerberos-stream", "kerberos", (CLIENT, long(AS)), (SERVER, long(error(25))), (CLIENT, long(TGS)[:1000]), (CLIENT, long(TGS)[1000:]),
     (SERVER, long(kerberos(0x6d, 0xa0, ber(0xa5, b"z" * 100)))), (CLIENT | GAP, b"lost octets of a request, as they come"),
     (CLIENT, long(AS)), (SERVER, long(kerberos(0x6b, 0xa0, ber(0xa5, b"z" * 100)))), (CLIENT, b"\0\xff\xff\xff"))

seed("nats-midstream", "nats", (CLIENT | GAP, b"PING\r\nPUB a 5\r\nhello\r\nSUB a 1\r\n"), (SERVER | GAP, b"lost\r\n"),
     (SERVER, b"PONG\r\nMSG a 1 5\r\nhello\r\n"), (SERVER, b"-ERR 'Stale Connection'\r\n"), (CLIENT | GAP, b"of a body"),
     (CLIENT, b"PUB a 9000\r\nhello"), (SERVER, b"+OK\r\n"))
