# SPDX-License-Identifier: MIT
"""Kerberos: MIT's krb5kdc with kinit and kvno, over UDP and TCP; their own traces say what they asked."""
import os

from place import PEER, Failed

needs = ["krb5kdc", "kdb5_util", "kadmin.local", "kinit", "kvno"]
DATAGRAMS, STREAM = 88, 750		# of one server

CLIENT = """
[libdefaults]
default_realm = EXAMPLE
dns_lookup_kdc = false
dns_lookup_realm = false
rdns = false
dns_canonicalize_hostname = false
udp_preference_limit = {limit}
[realms]
EXAMPLE = {{
  kdc = {peer}:{port}
}}
"""
SERVER = """
[kdcdefaults]
kdc_listen = {peer}:{udp}
kdc_tcp_listen = {peer}:{tcp}
[realms]
EXAMPLE = {{
  database_name = {w}/kdc/principal
  key_stash_file = {w}/kdc/stash
  acl_file = {w}/kdc/acl
}}
"""
# RFC 4120, 5.4.1: AS-REQ of bob, who need not prove who he is.  (The times of kinit's trace are numbers, not a clock's.)
TIMED = """
import os, socket, sys, time
def der(tag, *parts):
    body = b"".join(parts)
    return bytes([tag] + ([] if len(body) < 128 else [0x81]) + [len(body)]) + body
def number(n): return der(2, bytes([n]))
def name(kind, *words): return der(0x30, der(0xa0, number(kind)), der(0xa1, der(0x30, *[der(0x1b, w) for w in words])))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
s.connect((sys.argv[1], int(sys.argv[2])))
for _ in range(5):
    nonce = der(2, b"\\1" + os.urandom(3))
    message = der(0x6a, der(0x30, der(0xa1, number(5)), der(0xa2, number(10)), der(0xa4, der(0x30,
        der(0xa0, b"\\3\\5\\0\\x40\\0\\0\\x10"), der(0xa1, name(1, b"bob")), der(0xa2, der(0x1b, b"EXAMPLE")),
        der(0xa3, name(2, b"krbtgt", b"EXAMPLE")), der(0xa5, der(0x18, b"20370913024805Z")), der(0xa7, nonce),
        der(0xa8, der(0x30, number(18)))))))
    began = time.monotonic()
    s.send(message)
    assert s.recv(9000)[0] == 0x6b
    print(time.monotonic() - began)
"""


def serve(place):
    os.makedirs(place.path("kdc"), exist_ok=True)
    for name, limit, port in (("krb5-udp", 32700, DATAGRAMS), ("krb5-tcp", 1, STREAM)):
        place.write(name + ".conf", CLIENT.format(limit=limit, peer=PEER, port=port))
    env = {"KRB5_CONFIG": place.path("krb5-udp.conf"),
           "KRB5_KDC_PROFILE": place.write("kdc.conf", SERVER.format(w=place.folder, peer=PEER, udp=DATAGRAMS, tcp=STREAM))}
    place.client("kdb5_util", "-P", "master", "create", "-s", "-r", "EXAMPLE", env=env)
    for words in ("+requires_preauth -pw secret alice", "-requires_preauth -pw secret bob",
                  "-expire yesterday -pw secret carol", "-randkey host/server.example"):
        place.client("kadmin.local", "-r", "EXAMPLE", "-q", "addprinc " + words, env=env)
    place.server("krb5kdc", "krb5kdc", "-n", "-r", "EXAMPLE", env=env)
    return ["udp:%d" % DATAGRAMS, "tcp:%d" % STREAM]


def ask(place):
    for name, port in (("krb5-udp", DATAGRAMS), ("krb5-tcp", STREAM)):
        env = {"KRB5_CONFIG": place.path(name + ".conf"), "KRB5CCNAME": "FILE:" + place.path(name + ".cache"),
               "KRB5_TRACE": "/dev/stdout"}

        def did(kind, error=None, n=1, port=port):
            place.operation(port, "kerberos", kind, error, n)

        def tool(*words, given=None, status=(0,), asks=None, env=env):
            out = place.client(*words, given=given, status=status, env=env)
            heard = out.count("Received answer (")
            if heard != asks:
                raise Failed("%s: %d answers, not %d: %s" % (" ".join(words), heard, asks, out[-1500:]))

        # First it hears that it must prove who it is: no error.
        tool("kinit", "alice", given="secret\n", asks=2)
        did("as_req", n=2)
        tool("kvno", "host/server.example", asks=1)
        did("tgs_req")
        tool("kvno", "host/none.example", status=None, asks=2)		# it asks again, without referrals
        did("tgs_req", "service_unknown", 2)
        tool("kinit", "alice", given="wrong\n", status=(1,), asks=2)
        did("as_req")
        did("as_req", "preauth_failed")
        tool("kinit", "bob", given="secret\n", asks=1)
        did("as_req")
        tool("kinit", "nobody", given="secret\n", status=(1,), asks=1)
        did("as_req", "client_unknown")
        tool("kinit", "carol", given="secret\n", status=(1,), asks=1)
        did("as_req", "expired")


def slow(place):
    for line in place.client("/usr/bin/python3", "-c", TIMED, PEER, DATAGRAMS).splitlines():
        place.operation(DATAGRAMS, "kerberos", "as_req")
        place.took(DATAGRAMS, "kerberos", "as_req", float(line))
