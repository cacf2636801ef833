# SPDX-License-Identifier: MIT
"""DTLS: openssl and GnuTLS; what the client printed is the truth."""
import re

from place import PEER, Failed

needs = ["openssl", "gnutls-serv", "gnutls-cli"]
OPENSSL, GNUTLS = (4433, 1812), 5684
VERSIONS = {"DTLSv1.2": "1.2", "DTLSv1": "1.0"}


def serve(place):
    for port in OPENSSL:
        place.server("dtls-%d" % port, "openssl", "s_server", "-quiet", "-dtls", "-accept", "%s:%d" % (PEER, port),
                     "-cert", place.path("cert.pem"), "-key", place.path("key.pem"), "-cipher",
                     "DEFAULT@SECLEVEL=0", "-mtu", 1400)
    place.server("gnutls-dtls", "gnutls-serv", "--udp", "--echo", "-p", GNUTLS, "--x509certfile",
                 place.path("cert.pem"), "--x509keyfile", place.path("key.pem"), "--quiet")
    return ["udp:%d" % p for p in OPENSSL + (GNUTLS,)]


def openssl(place, port, name, option, *more):
    out = place.client("openssl", "s_client", "-connect", "%s:%d" % (PEER, port), option, "-servername", name,
                       "-cipher", "DEFAULT@SECLEVEL=0", *more)
    said = re.search(r"^ +Protocol +: (\S+)", out, re.M)
    if not said or "Cipher is (NONE)" in out:
        raise Failed("s_client %s: %s" % (option, out[-300:]))
    place.count("flow", port, "dtls", VERSIONS[said[1]], name)
    return out


def ask(place):
    for port in OPENSSL:
        openssl(place, port, "dtls1.example", "-dtls1")
        openssl(place, port, "dtls12.example", "-dtls1_2")
        openssl(place, port, "small-%d.example" % port, "-dtls1_2", "-mtu", 256)
    out = place.client("gnutls-cli", "--udp", "--insecure", "--no-ca-verification", "-p", GNUTLS, "--sni-hostname",
                       "gnutls.example", PEER, given="")
    if "DTLS1.2" not in out:
        raise Failed("gnutls-cli --udp: " + out[-300:])
    place.count("flow", GNUTLS, "dtls", "1.2", "gnutls.example")
