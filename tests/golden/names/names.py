#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Conversations that are named by their first octets: names.py CAPTURE CORPUS

Each is written by its specification (the octets) on the port where tshark expects it, into
CAPTURE, and its payloads into CORPUS as seeds of fuzz_names.  CAPTURE.txt gets a line a
flow: port, name (or unknown: near misses, which differ in one place), what tshark calls it.
Needs scapy and tshark.
"""
import os
import struct
import subprocess
import sys

from scapy.all import (BOOTP, DHCP, DUID_LL, IP, NTP, SNMP, TCP, TFTP, TFTP_RRQ, UDP, BOOTP, DHCP6_Solicit,
                       DHCP6OptClientId, DHCP6OptElapsedTime, Ether, Raw, Radius, RadiusAttribute,
                       SNMPget, SNMPvarbind, wrpcap)

B = bytes
h = bytes.fromhex


def rpc(program, version, procedure, xid=b"\x38\x41\xaa\xdf"):
    return xid + struct.pack(">7I", 0, 2, program, version, procedure, 0, 0) + b"\0" * 8


def mark(record):
    return struct.pack(">I", 0x80000000 | len(record)) + record


def nbname(text, suffix=0x20):
    raw = text.ljust(15).encode() + bytes([suffix])
    return b"\x20" + bytes(c for o in raw for c in (65 + (o >> 4), 65 + (o & 15))) + b"\0"


def mongo(opcode, body):
    return struct.pack("<4i", 16 + len(body), 7, 0, opcode) + body


def ntp(first, rest):
    return bytes([first]) + rest


NOW = struct.pack(">II", 0xE8C4A5B0, 0x12345678)
EARLIER = struct.pack(">II", 0xE8C4A500, 0x9ABCDEF0)
SERVER = h("0206ec") + struct.pack(">II4s", 0x00000A3D, 0x00000B21, b"\x0a\0\0\1")
BSON = h("10000000") + b"\x10ping\0" + struct.pack("<i", 1) + b"\0"
ISAKMP = h("0102030405060708" "0000000000000000")
KRB = h("6a81b0" "3081ad" "a103020105" "a20302010a" "a481a0" "30819d") + b"\0" * 157
DHT = b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"

# name, transport, server's port, [(from the client?, octets) ...]
FLOWS = [
    ("ntp", "udp", 123, [(1, ntp(0x23, b"\0" * 39 + NOW)),
                         (0, ntp(0x24, SERVER + EARLIER + NOW + NOW + NOW))]),
    ("ntp", "udp", 123, [(1, ntp(0xE3, h("0003fa") + h("0001000000010000") + b"\0" * 28 + NOW))]),
    ("ntp", "udp", 123, [(1, ntp(0x16, h("0200010000000000000008") + b"leapxxxx"))]),
    ("ntp", "udp", 123, [(0, ntp(0x97, h("00032a00020048") + b"\1" * 144))]),
    ("unknown", "udp", 123, [(1, ntp(0x23, b"\x11" * 47))]),
    ("unknown", "udp", 123, [(0, ntp(0x24, SERVER + EARLIER + NOW + EARLIER[:3] + b"\0" * 5 + NOW))]),
    ("dhcp", "udp", 67, [(1, B(BOOTP(chaddr=b"\2\0\0\0\0\1") / DHCP(options=[("message-type", "discover"), "end"])))]),
    ("unknown", "udp", 67, [(1, B(BOOTP(chaddr=b"\2\0\0\0\0\1")) + h("63825364") + b"\xff")]),
    ("dhcpv6", "udp", 547, [(1, B(DHCP6_Solicit(trid=0x1234) / DHCP6OptClientId(duid=DUID_LL(lladdr="02:00:00:00:00:01"))
                                  / DHCP6OptElapsedTime()))]),
    ("dhcpv6", "udp", 547, [(1, bytes([12, 0]) + b"\xfe\x80" + b"\0" * 30 + h("0009000401123456"))]),
    ("unknown", "udp", 547, [(1, h("01001234" "0001000a" "00030001"))]),
    ("radius", "udp", 1812, [(1, B(Radius(code=1, authenticator=b"a" * 16, attributes=[RadiusAttribute(type=1, value=b"bob")])))]),
    ("unknown", "udp", 1812, [(1, h("01010019") + b"a" * 16 + h("0106626f62"))]),
    ("tftp", "udp", 69, [(1, B(TFTP() / TFTP_RRQ(filename="pxelinux.0", mode="octet")))]),
    ("unknown", "udp", 69, [(1, b"\0\1pxelinux.0\0octe\0")]),
    ("ssdp", "udp", 1900, [(1, b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n")]),
    ("ssdp", "udp", 1900, [(0, b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\n\r\n")]),
    ("unknown", "udp", 1900, [(0, b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n")]),
    ("netbios", "udp", 137, [(1, h("800101100001000000000000") + nbname("FILESERVER") + h("00200001"))]),
    ("netbios", "udp", 138, [(1, h("1102abcd" "0a000001" "008a" "00bb" "0000") + nbname("A") + nbname("B") + b"\xffSMB" + b"\0" * 80)]),
    ("netbios", "tcp", 139, [(1, h("81000044") + nbname("SERVER") + nbname("CLIENT", 0))]),
    ("unknown", "udp", 137, [(1, h("800101100001000000000000") + nbname("FILESERVER").replace(b"P", b"Q").replace(b"E", b"Q") + h("00200001"))]),
    ("wireguard", "udp", 51820, [(1, h("01000000") + bytes(range(144))), (0, h("02000000") + bytes(range(88)))]),
    ("wireguard", "udp", 51820, [(1, h("04000000" "11223344" "0500000000000000") + b"x" * 32)]),
    ("unknown", "udp", 51820, [(1, h("01000000") + bytes(range(143)))]),
    ("ike", "udp", 500, [(1, ISAKMP + h("21202208" "00000000" "00000024") + h("00000008") + b"\0" * 4)]),
    ("ike", "udp", 4500, [(1, b"\0" * 4 + ISAKMP + h("01100200" "00000000" "0000001c"))]),
    ("unknown", "udp", 500, [(1, ISAKMP + h("21202208" "00000000" "00000025") + b"\0" * 8)]),
    ("snmp", "udp", 161, [(1, B(SNMP(community="public", PDU=SNMPget(varbindlist=[SNMPvarbind()]))))]),
    ("snmp", "udp", 161, [(1, h("303e" "020103" "3011" "020420dd06a7" "020300ffe3" "040104" "020103" "0410300e0400020100020100040004000400"
                                 "3014" "0400" "0400" "a00e" "02042c180dbc" "020100" "020100" "3000"))]),
    ("unknown", "udp", 161, [(1, B(SNMP(community="public", PDU=SNMPget(varbindlist=[SNMPvarbind()])))[:-1])]),
    ("kerberos", "udp", 88, [(1, KRB)]),
    ("kerberos", "tcp", 88, [(1, struct.pack(">I", len(KRB)) + KRB)]),
    ("unknown", "udp", 88, [(1, KRB.replace(h("a103020105"), h("a103020104")))]),
    ("syslog", "udp", 514, [(1, b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed")]),
    ("syslog", "udp", 514, [(1, b"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 - An event")]),
    ("syslog", "udp", 514, [(1, b"<189>29: *Mar  1 00:01:02.003: %SYS-5-CONFIG_I: Configured")]),
    ("syslog", "tcp", 514, [(1, b"67 <34>1 - host app - - - text of the message that has some length here")]),
    ("unknown", "udp", 514, [(1, b"<192>Oct 11 22:14:15 mymachine su: no")]),
    ("unknown", "udp", 514, [(1, b"<34>Okt 11 22:14:15 mymachine su: no")]),
    ("bittorrent", "tcp", 6881, [(1, b"\x13BitTorrent protocol" + b"\0" * 8 + b"i" * 20 + b"p" * 20)]),
    ("bittorrent", "udp", 6881, [(1, DHT)]),
    ("unknown", "udp", 6881, [(1, DHT[:-1])]),
    ("vnc", "tcp", 5900, [(0, b"RFB 003.008\n"), (1, b"RFB 003.008\n")]),
    ("unknown", "tcp", 5900, [(0, b"RFB 003.0x8\n")]),
    ("bgp", "tcp", 179, [(1, b"\xff" * 16 + h("001d01" "04" "fde8" "00b4" "0a000001" "00"))]),
    ("unknown", "tcp", 179, [(1, b"\xff" * 15 + b"\xfe" + h("001d01" "04" "fde8" "00b4" "0a000001" "00"))]),
    ("mqtt", "tcp", 1883, [(1, h("1010") + b"\0\4MQTT\4\2\0\x3c\0\4abcd"), (0, h("20020000"))]),
    ("mqtt", "tcp", 1883, [(1, h("1012") + b"\0\6MQIsdp\3\2\0\x3c\0\4abcd")]),
    ("mqtt", "tcp", 1883, [(1, h("1011") + b"\0\4MQTT\5\2\0\x3c\0\0\4abcd")]),
    ("unknown", "tcp", 1883, [(1, h("1010") + b"\0\4MQTU\4\2\0\x3c\0\4abcd")]),
    ("amqp", "tcp", 5672, [(1, b"AMQP\0\0\x09\1")]),
    ("amqp", "tcp", 5672, [(1, b"AMQP\3\1\0\0")]),
    ("unknown", "tcp", 5672, [(1, b"AMQP\7\1\0\0")]),
    ("nats", "tcp", 4222, [(0, b'INFO {"server_id":"NA","version":"2.9.10","proto":1}\r\n'), (1, b'CONNECT {"verbose":false}\r\n')]),
    ("unknown", "tcp", 4222, [(0, b'INFO {"nothing":1}\r\n')]),
    ("redis", "tcp", 6379, [(1, b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"), (0, b"$-1\r\n")]),
    ("unknown", "tcp", 6379, [(1, b"*2\r\n$3\r\nG\x01T\r\n$3\r\nkey\r\n")]),
    ("mongodb", "tcp", 27017, [(1, mongo(2013, struct.pack("<IB", 0, 0) + BSON))]),
    ("mongodb", "tcp", 27017, [(1, mongo(2004, struct.pack("<I", 4) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + BSON))]),
    ("unknown", "tcp", 27017, [(1, mongo(2014, struct.pack("<IB", 0, 0) + BSON))]),
    ("smb", "tcp", 445, [(1, struct.pack(">I", 102) + b"\xfeSMB" + h("4000") + b"\0" * 58 + h("2400") + b"\0" * 36)]),
    ("unknown", "tcp", 445, [(1, struct.pack(">I", 102) + b"\xfeSMC" + h("4000") + b"\0" * 96)]),
    ("rsync", "tcp", 873, [(0, b"@RSYNCD: 31.0\n"), (1, b"@RSYNCD: 31.0\n")]),
    ("unknown", "tcp", 873, [(0, b"@RSYNCE: 31.0\n")]),
    ("telnet", "tcp", 23, [(1, h("fffd03" "fffb18" "fffb1f"))]),
    ("telnet", "tcp", 23, [(0, h("fffd18")), (1, h("fffb18"))]),
    ("unknown", "tcp", 23, [(1, h("fffd03" "fefb18"))]),
    ("modbus", "tcp", 502, [(1, h("000100000006" "01" "03" "00000002")), (0, h("000100000007" "01" "03" "04" "00010002"))]),
    ("modbus", "tcp", 502, [(1, h("000200000006" "01" "05" "0000ff00")), (0, h("000200000006" "01" "05" "0000ff00"))]),
    ("modbus", "tcp", 502, [(1, h("00030000000b" "01" "10" "000100020400010002")), (0, h("000300000006" "01" "10" "00010002"))]),
    ("modbus", "tcp", 502, [(1, h("000400000008" "01" "16" "000400f20025"))]),
    ("modbus", "tcp", 502, [(1, h("00050000000d" "01" "17" "0003000200010001" "02" "00ff"))]),
    ("modbus", "tcp", 502, [(1, h("000600000005" "01" "2b" "0e0100"))]),
    ("modbus", "tcp", 502, [(0, h("000100000003" "01" "83" "02"))]),
    ("unknown", "tcp", 502, [(1, h("000100000006" "01" "05" "0000ff0000"))]),
    ("cassandra", "tcp", 9042, [(1, h("04000000" "05" "00000000"))]),
    ("cassandra", "tcp", 9042, [(1, h("03000001" "01" "00000016" "0001") + b"\0\x0bCQL_VERSION\0\x053.0.0")]),
    ("unknown", "tcp", 9042, [(1, h("04000000" "05" "00000001" "00"))]),
    ("kafka", "tcp", 9092, [(1, struct.pack(">IHHIH", 20, 18, 0, 1, 10) + b"consumer-1")]),
    ("unknown", "tcp", 9092, [(1, struct.pack(">IHHIH", 20, 18, 0, 1, 10) + b"consumer\0-")]),
    ("nfs", "udp", 2049, [(1, rpc(100003, 3, 0))]),
    ("nfs", "tcp", 2049, [(1, mark(rpc(100003, 4, 0)))]),
    ("sunrpc", "udp", 2049, [(1, rpc(100099, 3, 0))]),
    ("sip", "udp", 5060, [(1, b"OPTIONS sip:carol@chicago.example SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n"),
                          (0, b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n")]),
    ("unknown", "udp", 5060, [(1, b"OPTIONS sip:carol@chicago.example SIP/3.0\r\n\r\n")]),
    ("rtsp", "tcp", 554, [(1, b"OPTIONS rtsp://cam.example/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n"), (0, b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")]),
    ("unknown", "tcp", 554, [(1, b"OPTIONS rtsp://cam.example/1 RTSQ/1.0\r\nCSeq: 1\r\n\r\n")]),
    ("memcached", "tcp", 11211, [(1, b"set key 0 60 5\r\nvalue\r\n"), (0, b"STORED\r\n")]),
    ("memcached", "tcp", 11211, [(1, b"get key\r\n"), (0, b"END\r\n")]),
    ("memcached", "tcp", 11211, [(1, h("80000003" "00000000" "00000003" "00000000" "0000000000000000") + b"key")]),
    ("unknown", "tcp", 11211, [(1, b"get key\r\n"), (0, b"EMD\r\n")]),
    ("unknown", "tcp", 11211, [(1, b"set key 0 60 x\r\nvalue\r\n"), (0, b"ERROR\r\n")]),
    ("stun", "udp", 3478, [(1, h("00010008" "2112a442") + b"identifier12" + h("80220004") + b"test"),
                           (0, h("0101000c" "2112a442") + b"identifier12" + h("00200008" "0001a147e112a643"))]),
    ("stun", "udp", 3478, [(1, h("00010000") + b"identifier of 16"),
                           (0, h("0101000c") + b"identifier of 16" + h("00010008" "0001c3a1c0000201"))]),
    ("unknown", "udp", 3478, [(1, h("0001000c" "2112a442") + b"identifier12" + h("80220004") + b"test")]),
    ("unknown", "udp", 3478, [(1, h("0101000c") + b"identifier of 16" + h("00710008" "0001c3a1c0000201"))]),
    ("stun", "udp", 3478, [(1, h("01150010") + b"identifier of 16" + h("000f0004" "72c64bc6" "00130004") + b"data")]),
    ("unknown", "udp", 3478, [(1, h("01150010") + b"identifier of 16" + h("000f0004" "72c64bc7" "00130004") + b"data")]),
    ("stun", "tcp", 3478, [(1, h("00030008" "2112a442") + b"identifier12" + h("00190004" "11000000"))]),
    ("unknown", "udp", 40100, [(1, h("80000001" "00000000" "01020304") + b"media" * 20)]),
    ("mssql", "tcp", 1433, [(1, h("1201002f00000100" "00001a0006" "010020000102002100010300220004" "0400260001ff"
                                  "1000000000" "00" "00" "00000000" "00"))]),
    ("unknown", "tcp", 1433, [(1, h("1201002f00000100" "00001a0005" "010020000102002100010300220004" "0400260001ff"
                                    "1000000000" "00" "00" "00000000" "00"))]),
    ("mssql", "tcp", 1433, [(1, h("0101002a00000100" "16000000" "12000000" "0200" "0000000000000000" "01000000")
                            + "SELECT 1".encode("utf-16-le")[:12])]),
    ("oracle", "tcp", 1521, [(1, struct.pack(">HHBBH", 126, 0, 1, 0, 0) + h("0136012c00000800" "7fff7f080000000100")
                              + b"\0" * 7 + (b"(DESCRIPTION=(CONNECT_DATA=(SID=x))(ADDRESS=(PROTOCOL=TCP)(HOST=a)))"
                                             .ljust(94)))]),
    ("unknown", "tcp", 1521, [(1, struct.pack(">HHBBH", 126, 0, 1, 0, 0) + b" " * 118)]),
    ("git", "tcp", 9418, [(1, b"0033git-upload-pack /project.git\0host=myserver.com\0")]),
    ("unknown", "tcp", 9418, [(1, b"003ggit-upload-pack /project.git\0host=myserver.com\0")]),
    ("netflow", "udp", 2055, [(1, struct.pack(">HHIIIIBBH", 5, 1, 1, 2, 3, 4, 0, 0, 0) + b"\0" * 48)]),
    ("unknown", "udp", 2055, [(1, struct.pack(">HHIIIIBBH", 5, 2, 1, 2, 3, 4, 0, 0, 0) + b"\0" * 48)]),
    ("netflow", "udp", 2055, [(1, struct.pack(">HHIIII", 9, 1, 1, 2, 3, 4) + h("0000000c" "01000001" "00080004"))]),
    ("netflow", "udp", 4739, [(1, struct.pack(">HHIII", 10, 28, 1, 2, 3) + h("0002000c" "01000001" "00080004"))]),
    ("unknown", "udp", 4739, [(1, struct.pack(">HHIII", 10, 28, 1, 2, 3) + h("0002000d" "01000001" "00080004"))]),
    ("sflow", "udp", 6343, [(1, struct.pack(">II4sIIII", 5, 1, b"\xc0\0\2\1", 0, 7, 1000, 1)
                             + struct.pack(">II", 2, 12) + struct.pack(">III", 1, 1, 0))]),
    ("unknown", "udp", 6343, [(1, struct.pack(">II4sIIII", 5, 1, b"\xc0\0\2\1", 0, 7, 1000, 1)
                               + struct.pack(">II", 2, 16) + struct.pack(">III", 1, 1, 0))]),
    ("dcerpc", "tcp", 135, [(1, h("05000b0310000000" "48000000" "01000000" "d016d016" "00000000" "01000000" "00000100"
                                  "0883afe11f5dc91191a408002b14a0fa" "03000000"
                                  "045d888aeb1cc9119fe808002b104860" "02000000"))]),
    ("unknown", "tcp", 135, [(1, h("05000b0320000000" "48000000" "01000000" "d016d016" "00000000" "01000000"))]),
    ("rtmp", "tcp", 1935, [(1, b"\3" + h("0000100000000000") + b"\x5a" * 1528)]),
    ("unknown", "tcp", 1935, [(1, b"\3" + h("0000100012000000") + b"\x5a" * 1528)]),
    ("ajp", "tcp", 8009, [(1, h("12340040" "0202") + b"\0\x08HTTP/1.1\0" + b"\0\1/\0" + b"\0\x09127.0.0.1\0" + b"\xff\xff"
                           + b"\0\x09localhost\0" + h("0050" "00" "0000" "ff"))]),
    ("unknown", "tcp", 8009, [(1, h("12340040" "0202") + b"\0\x08HTTQ/1.1\0")]),
    ("ceph", "tcp", 6789, [(0, b"ceph v027" + b"\0" * 272)]),
    ("ceph", "tcp", 3300, [(1, b"ceph v2\n" + h("1000") + b"\0" * 16)]),
    ("unknown", "tcp", 3300, [(1, b"ceph vx\n" + h("1000") + b"\0" * 16)]),
    ("zabbix", "tcp", 10051, [(1, b"ZBXD\1" + struct.pack("<II", 27, 0) + b'{"request":"active checks"}')]),
    ("unknown", "tcp", 10051, [(1, b"ZBXD\0" + struct.pack("<II", 27, 0) + b'{"request":"active checks"}')]),
    ("collectd", "udp", 25826, [(1, h("00000006") + b"a\0" + h("0008000c" "14a0000000000000") + h("00020008") + b"cpu\0"
                                 + h("00040008") + b"cpu\0" + h("0006000f" "0001" "02") + b"\0" * 8)]),
    ("unknown", "udp", 25826, [(1, h("00000006") + b"ab" + h("0008000c" "14a0000000000000") + h("00020008") + b"cpu\0")]),
    ("whois", "tcp", 43, [(1, b"example.com\r\n"), (0, b"   Domain Name: EXAMPLE.COM\r\n   Registry Domain ID: 1\r\n")]),
    ("slp", "udp", 427, [(1, h("02010000270000000000" "1234" "0002") + b"en" + h("0000" "000e") + b"service:x.test"
                          + h("0000" "0000" "0000")[:5])]),
    ("unknown", "udp", 427, [(1, h("02010000270000000000" "1234" "0002") + b"e\0" + h("0000" "000e") + b"service:x.test"
                              + h("0000" "0000" "0000")[:5])]),
    ("slp", "udp", 427, [(1, h("0101" "0016" "0000") + b"en" + h("0003" "1234" "0000" "0004") + b"a//x" + h("0000"))]),
    ("elasticsearch", "tcp", 9200, [(1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), (0, b"HTTP/1.1 200 OK\r\nX-elastic-product: "
                                     b"Elasticsearch\r\nContent-Length: 2\r\n\r\n{}")]),
    ("http", "tcp", 9200, [(1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), (0, b"HTTP/1.1 200 OK\r\nX-elastic-product: "
                            b"Another\r\nContent-Length: 2\r\n\r\n{}")]),
    ("influxdb", "tcp", 8086, [(1, b"POST /write?db=a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na 1"),
                               (0, b"HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 1.6.7~rc0\r\n\r\n")]),
    ("clickhouse", "tcp", 8123, [(1, b"GET /?query=SELECT%201 HTTP/1.1\r\nHost: a\r\n\r\n"), (0, b"HTTP/1.1 200 OK\r\n"
                                  b"X-ClickHouse-Query-Id: 1\r\nContent-Length: 2\r\n\r\n1\n")]),
    ("unknown", "tcp", 43, [(1, b"example.com\r\n"), (0, b"Hello, what is this?\r\n" * 30)]),
]


def packets():
    for n, (_, transport, port, talk) in enumerate(FLOWS):
        client, server, source = "192.0.2.%d" % (n % 200 + 1), "198.51.100.%d" % (n // 200 + 1), 40000 + n
        seq = [1000, 5000]

        def frame(mine, flags, payload=b""):
            a, b, s, d = (client, server, source, port) if mine else (server, client, port, source)
            l4 = UDP(sport=s, dport=d) if transport == "udp" else TCP(
                sport=s, dport=d, flags=flags, seq=seq[not mine], ack=seq[mine] if flags != "S" else 0)
            p = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=a, dst=b) / l4 / Raw(payload)
            seq[not mine] += len(payload) + ("S" in flags)
            p.time = 1700000000 + n + len(done) / 1000
            done.append(p)
            return p

        done = []
        if transport == "tcp":
            frame(1, "S"), frame(0, "SA"), frame(1, "A")
        for mine, payload in talk:
            frame(mine, "PA", payload)
        yield from done


def main(capture, corpus):
    wrpcap(capture, list(packets()), linktype=1)
    kinds = {}
    text = subprocess.run(["tshark", "-n", "-r", capture, "-T", "fields", "-e", "udp.srcport", "-e", "tcp.srcport",
                           "-e", "udp.dstport", "-e", "tcp.dstport", "-e", "_ws.col.Protocol"],
                          stdout=subprocess.PIPE, check=True, text=True).stdout
    for line in text.splitlines():
        word = line.split("\t")
        port = next(int(w) for w in word[:4] if w and int(w) >= 40000 and int(w) < 40000 + len(FLOWS))
        if word[4] not in ("TCP", "UDP"):
            kinds[port] = word[4]
    with open(capture.replace(".pcap", ".txt"), "w") as out:
        out.write("# client's port, name, tshark's column\n")
        for n, (name, *_) in enumerate(FLOWS):
            out.write("%d %s %s\n" % (40000 + n, name, kinds.get(40000 + n, "-")))
    os.makedirs(corpus, exist_ok=True)
    for n, (name, transport, _, talk) in enumerate(FLOWS):
        with open(os.path.join(corpus, "%02d-%s" % (n, name)), "wb") as out:
            other = next((p for mine, p in talk if mine != talk[0][0]), b"")[:200]
            out.write(bytes([transport == "udp", len(other)]) + other + talk[0][1])


main(*sys.argv[1:])
