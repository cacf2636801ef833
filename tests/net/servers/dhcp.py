# SPDX-License-Identifier: MIT
"""DHCP and DHCPv6: isc-dhcp's server and client, on the wire between the namespaces; what dhclient does not say
(inform, a nak) by hand."""
from place import Failed

needs = ["dhcpd", "dhclient", "python3"]

FOUR = """
authoritative;
ping-check off;
default-lease-time 600;
subnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.100 10.77.0.150; option domain-name-servers 10.77.0.2; }
"""
SIX = """
authoritative;
default-lease-time 600;
subnet6 fd77::/64 { range6 fd77::100 fd77::1ff; option dhcp6.name-servers fd77::2; }
"""

# INFORM is answered by an ACK; a REQUEST of an address that is not of this network by a NAK.
ASK = """
import os, socket, sys, time
device = sys.argv[1]
mac = bytes.fromhex(open("/sys/class/net/%s/address" % device).read().strip().replace(":", ""))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
s.bind(("", 68))
s.settimeout(15)
took = []
def say(kind, mine, *options):
    xid = os.urandom(4)
    began = time.monotonic()
    s.sendto(b"\\1\\1\\6\\0" + xid + b"\\0\\0\\x80\\0" + socket.inet_aton(mine) + bytes(12) + mac + bytes(10 + 192) +
             b"\\x63\\x82\\x53\\x63\\x35\\1" + bytes([kind]) + b"".join(options) + b"\\xff", ("255.255.255.255", 67))
    while True:
        answer = s.recv(2000)
        if answer[4:8] == xid:
            took.append(time.monotonic() - began)
            at = answer.index(b"\\x35\\1", 240)
            return answer[at + 2]
for _ in range(int(sys.argv[2])):
    assert say(8, "10.77.0.1") == 5
    print(took[-1])
if int(sys.argv[2]) == 1:
    assert say(3, "0.0.0.0", b"\\x32\\4" + socket.inet_aton("192.0.2.9")) == 6
"""


def serve(place):
    for name, option, conf in (("dhcpd", "-4", FOUR), ("dhcpd6", "-6", SIX)):
        place.write(name + ".leases", "")
        place.server(name, "dhcpd", option, "-f", "-d", "--no-pid", "-user", "root", "-group", "root", "-cf",
                     place.write(name + ".conf", conf), "-lf", place.path(name + ".leases"), "p0")
    return ["udp:67", "udp:547"]


def dhclient(place, version, *words):
    return place.client("dhclient", version, "-v", "-sf", "/bin/true", "-lf", place.path("dhclient%s.leases" % version),
                        "-pf", place.path("dhclient%s.pid" % version), *words, "h0")


def ask(place):
    """The answers of each exchange come from the server's port: the client's is the responder's."""
    for version in ("-4", "-6"):
        place.write("dhclient%s.leases" % version, "")
    out = dhclient(place, "-4", "-1")
    if "bound to" not in out:
        raise Failed("dhclient: " + out)
    for said, kind in (("DHCPDISCOVER on", "discover"), ("DHCPREQUEST ", "request")):
        if out.count(said) != 1:
            raise Failed("dhclient asked again: " + out)
        place.operation(68, "dhcp", kind)
    if "DHCPRELEASE" not in dhclient(place, "-4", "-r"):
        raise Failed("no release")
    place.operation(67, "dhcp", "release")
    place.client("python3", "-c", ASK, "h0", 1)
    place.operation(67, "dhcp", "inform")		# in the flow of the release: its ends are the same
    place.operation(68, "dhcp", "request", "nak")
    dhclient(place, "-6", "-1")
    dhclient(place, "-6", "-r")
    for kind in ("solicit", "request", "release"):
        place.operation(546, "dhcpv6", kind)


def slow(place):
    """An INFORM is answered to the address that it names, not to all."""
    for line in place.client("python3", "-c", ASK, "h0", 5).splitlines():
        place.operation(67, "dhcp", "inform")
        place.took(67, "dhcp", "inform", float(line))
