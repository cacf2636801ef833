# SPDX-License-Identifier: MIT
"""LDAP: OpenLDAP's slapd with its own tools, and curl's own LDAP."""
import os

from place import PEER

needs = ["slapd", "ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapcompare", "ldapmodrdn", "ldapwhoami"]
PORT = 3890

CONF = """
include /etc/ldap/schema/core.schema
pidfile {w}/msg-slapd.pid
argsfile {w}/msg-slapd.args
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
maxsize 10485760
directory {w}/ldap
suffix dc=example
rootdn cn=admin,dc=example
rootpw secret
"""
# RFC 4511: a bind as nobody, searches of the root's own entry.
TIMED = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(b"\\x30\\x0c\\2\\1\\1\\x60\\7\\2\\1\\3\\4\\0\\x80\\0")
assert s.recv(99)[7:10] == b"\\x0a\\1\\0"
for n in range(2, 7):
    began = time.monotonic()
    s.sendall(b"\\x30%%\\2\\1%c\\x63\\x20\\4\\0\\x0a\\1\\0\\x0a\\1\\0\\2\\1\\0\\2\\1\\0\\1\\1\\0\\x87\\x0bobjectClass\\x30\\0" % n)
    got = b""
    while b"\\2\\1%c\\x65\\7\\x0a\\1\\0" % n not in got:
        got += s.recv(999)
    print(time.monotonic() - began)
"""
BASE = "dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: x\n\n"
UNIT = "dn: ou=%s,dc=example\nobjectClass: organizationalUnit\nou: %s\ndescription: %s\n\n"
ADMIN = ("-x", "-H", "ldap://%s:%d" % (PEER, PORT), "-D", "cn=admin,dc=example", "-w", "secret")


def serve(place):
    os.makedirs(place.path("ldap"), exist_ok=True)
    conf = place.write("msg-slapd.conf", CONF.format(w=place.folder))
    place.server("msg-slapd", "slapd", "-d", "0", "-f", conf, "-h", "ldap://%s:%d" % (PEER, PORT))
    return ["tcp:%d" % PORT]


def ask(place):
    def did(kind, error=None, n=1):
        place.operation(PORT, "ldap", kind, error, n)

    def tool(name, *words, given=None, status=(0,), as_admin=True):
        did("bind")
        return place.client(name, *(ADMIN if as_admin else ADMIN[:3]), *words, given=given, status=status)

    tool("ldapadd", given=BASE + "".join(UNIT % (n, n, "x" * (3000 * n + 1)) for n in range(4)))	# one of 9,000 octets
    did("add", n=5)
    tool("ldapadd", given=UNIT % (1, 1, "x"), status=(68,))
    did("add", "already_exists")
    tool("ldapadd", given="dn: ou=7,dc=example\nobjectClass: noSuchClass\nou: 7\n\n", status=(21,))
    did("add", "attribute")
    tool("ldapsearch", "-b", "dc=example", "(objectClass=*)")
    did("search")
    tool("ldapsearch", "-b", "dc=example", "-E", "pr=2/noprompt", "(objectClass=*)")	# five, two at a time
    did("search", n=3)
    tool("ldapsearch", "-b", "dc=example", "-z", "1", "(objectClass=*)", status=(4,))
    did("search", "size_limit")
    tool("ldapsearch", "-b", "ou=9,dc=example", status=(32,))
    did("search", "no_such_object")
    tool("ldapsearch", "-b", "dc=example", "(ou=9)")		# a miss
    did("search")
    tool("ldapmodify", given="dn: ou=1,dc=example\nchangetype: modify\nreplace: description\ndescription: y\n\n")
    did("modify")
    tool("ldapmodrdn", "-r", "ou=2,dc=example", "ou=two")
    did("modifydn")
    tool("ldapcompare", "ou=1,dc=example", "description:y", status=(6,))
    did("compare")
    tool("ldapcompare", "ou=1,dc=example", "description:z", status=(5,))		# no is an answer
    did("compare")
    tool("ldapdelete", "ou=two,dc=example", "ou=3,dc=example")
    did("delete", n=2)
    tool("ldapdelete", "dc=example", status=(66,))
    did("delete", "not_leaf")
    tool("ldapwhoami")
    did("extended")
    tool("ldapdelete", "ou=1,dc=example", status=(8,), as_admin=False)	# not as nobody
    did("delete", "auth_method")
    place.client("ldapwhoami", *ADMIN[:5], "-w", "wrong", status=(49,))
    did("bind", "invalid_credentials")


def slow(place):
    for line in place.client("/usr/bin/python3", "-c", TIMED, PEER, PORT).splitlines():
        place.operation(PORT, "ldap", "search")
        place.took(PORT, "ldap", "search", float(line))
    place.operation(PORT, "ldap", "bind")
