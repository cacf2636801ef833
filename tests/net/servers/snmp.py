# SPDX-License-Identifier: MIT
"""SNMP: snmpd; net-snmp's clients in versions 1, 2c and 3, a trap, an inform, errors, a slow object."""
from place import PEER, Failed

needs = ["snmpd", "snmpget", "snmpgetnext", "snmpbulkget", "snmpset", "snmptrap", "snmpinform", "snmptrapd", "python3"]
# One server, by port, so that the versions are counted apart.
V1, V2, V3, SECRET, SLOW, TRAPS = 161, 10161, 11161, 12161, 13161, 162

NAME, CONTACT, NOTHING = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.4.0", "1.3.6.1.2.1.1.99.0"

CONF = """
rwcommunity private
createUser open MD5 passphrase
createUser closed SHA passphrase AES passphrase
rwuser open auth
rwuser closed priv
sysServices 72
"""

# A GET of version 2c by hand: an extension's first line is made when it is asked for, and kept for seconds.
ASK = """
import socket, sys, time
def element(tag, *parts):
    text = b"".join(parts)
    return bytes([tag, len(text)]) + text
name = bytes([0x2b, 6, 1, 4, 1, 0xbf, 8, 1, 3, 2, 3, 1, 1, len(sys.argv[3])]) + sys.argv[3].encode()
get = element(0xa0, b"\\2\\1\\7", b"\\2\\1\\0", b"\\2\\1\\0", element(0x30, element(0x30, element(6, name), b"\\5\\0")))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(15)
s.connect((sys.argv[1], int(sys.argv[2])))
began = time.monotonic()
s.send(element(0x30, b"\\2\\1\\1", element(4, b"private"), get))
answer = s.recv(2000)
print(time.monotonic() - began)
assert b"done" in answer, answer
"""

EXTENSIONS = ["s%d" % i for i in range(5)]


def serve(place):
    text = CONF + "".join("extend %s /bin/sh -c 'sleep 0.05; echo done'\n" % e for e in EXTENSIONS)
    where = {"SNMP_PERSISTENT_DIR": place.path("snmp"), "MIBS": ""}
    place.server("snmpd", "snmpd", "-f", "-Lo", "-C", "-c", place.write("snmpd.conf", text), "-p",
                 place.path("snmpd.pid"), "-x", place.path("agentx"), *[
                     "udp:%s:%d" % (PEER, p) for p in (V1, V2, V3, SECRET, SLOW)], env=where)
    place.server("snmptrapd", "snmptrapd", "-f", "-Lo", "-C", "-c", place.write("traps.conf", "disableAuthorization yes\n"),
                 "-p", place.path("snmptrapd.pid"), "udp:%s:%d" % (PEER, TRAPS), env=where)
    return ["udp:%d" % p for p in (V1, V2, V3, SECRET, SLOW, TRAPS)]


def net_snmp(place, program, port, *words, status=(0,)):
    community = [] if "-v3" in words else ["-c", "private"]
    return place.client(program, "-m", "", "-r", 0, "-t", 15, "-On", *community, *words[:words.index("--")],
                        "%s:%d" % (PEER, port), *words[words.index("--") + 1:], status=status,
                        env={"SNMP_PERSISTENT_DIR": place.path("snmp-client")})


def ask(place):
    for version, port in (("-v1", V1), ("-v2c", V2)):
        old = version == "-v1"
        net_snmp(place, "snmpget", port, version, "--", NAME)
        place.operation(port, "snmp", "get")
        # What is not there is an error in version 1, which snmpget mends by asking again without it: not with -Cf.
        net_snmp(place, "snmpget", port, version, "-Cf", "--", NOTHING, status=(0, 2))
        place.operation(port, "snmp", "get", "no_such_name" if old else None)
        net_snmp(place, "snmpgetnext", port, version, "--", NAME)
        place.operation(port, "snmp", "getnext")
        net_snmp(place, "snmpset", port, version, "--", CONTACT, "s", "me")
        place.operation(port, "snmp", "set")
        net_snmp(place, "snmpset", port, version, "--", CONTACT, "i", "7", status=(2,))
        place.operation(port, "snmp", "set", "bad_value" if old else "wrong_type")
        net_snmp(place, "snmpset", port, version, "--", "1.3.6.1.2.1.1.3.0", "t", "7", status=(2,))
        place.operation(port, "snmp", "set", "no_such_name" if old else "not_writable")
    net_snmp(place, "snmpbulkget", V2, "-v2c", "-Cr10", "--", "1.3.6.1.2.1.1")
    place.operation(V2, "snmp", "getbulk")
    walk = net_snmp(place, "snmpwalk", V2, "-v2c", "--", "1.3.6.1.2.1.1.9.1.2")
    if "= OID" not in walk:
        raise Failed("snmpwalk: " + walk)
    # A request a line and the one that leaves the tree.
    place.operation(V2, "snmp", "getnext", n=len(walk.strip().splitlines()) + 1)
    for user, level, port in (("open", "authNoPriv", V3), ("closed", "authPriv", SECRET)):
        more = () if user == "open" else ("-a", "SHA", "-x", "AES", "-X", "passphrase")
        net_snmp(place, "snmpget", port, "-v3", "-u", user, "-l", level, "-A", "passphrase", *more, "--", NAME)
        place.operation(port, "snmp", "discovery")
        place.operation(port, "snmp", "get" if user == "open" else "other")
    net_snmp(place, "snmpget", V3, "-v3", "-u", "nobody", "-l", "noAuthNoPriv", "--", NAME, status=(1,))
    place.operation(V3, "snmp", "discovery")
    place.operation(V3, "snmp", "get", "report")		# unknown user
    for version in ("-v2c", "-v2c"):
        net_snmp(place, "snmptrap", TRAPS, version, "--", "", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.1", "i", "1")
    net_snmp(place, "snmptrap", TRAPS, "-v1", "--", "1.3.6.1.4.1.8072", PEER, "6", "17", "", NAME, "s", "x")
    place.operation(TRAPS, "snmp", "trap", n=3)
    net_snmp(place, "snmpinform", TRAPS, "-v2c", "--", "", "1.3.6.1.6.3.1.1.5.3", NAME, "s", "x")
    place.operation(TRAPS, "snmp", "inform")
    for name in EXTENSIONS:
        out = place.client("python3", "-c", ASK, PEER, SLOW, name)
        place.operation(SLOW, "snmp", "get")
        place.took(SLOW, "snmp", "get", float(out))
