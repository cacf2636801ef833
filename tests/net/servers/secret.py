# SPDX-License-Identifier: MIT
"""TLS: openssl, GnuTLS and nginx, with what the client printed as the truth."""
import re
import ssl

import web
from place import PEER, Failed

needs = ["openssl", "gnutls-serv", "gnutls-cli", "curl", "nginx"]
ANY, RETRY, GNUTLS = (4433, 1521), 4434, 5556
WEAK = "DEFAULT@SECLEVEL=0"
GROUPS = {"X25519": "x25519", "prime256v1": "secp256r1", "secp384r1": "secp384r1"}
VERSIONS = {"TLSv1.3": "1.3", "TLSv1.2": "1.2", "TLSv1.1": "1.1", "TLSv1": "1.0",
            "TLS1.3": "1.3", "TLS1.2": "1.2", "TLS1.1": "1.1", "TLS1.0": "1.0"}


def s_server(place, name, port, *more):
    place.server(name, "openssl", "s_server", "-quiet", "-accept", "%s:%d" % (PEER, port), "-cert",
                 place.path("cert.pem"), "-key", place.path("key.pem"), "-alpn", "h2,http/1.1", *more)


def serve(place):
    for port in ANY:
        s_server(place, "openssl-%d" % port, port, "-cipher", WEAK)
    s_server(place, "openssl-retry", RETRY, "-groups", "P-384")
    place.server("gnutls", "gnutls-serv", "--echo", "-p", GNUTLS, "--x509certfile", place.path("cert.pem"),
                 "--x509keyfile", place.path("key.pem"), "--alpn", "imap", "--quiet")
    return ["tcp:%d" % p for p in ANY + (RETRY, GNUTLS)]


def standard_names(place):
    """OpenSSL's names of ciphers, and those of the registry."""
    out = place.client("openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:" + WEAK)
    return {words[2]: words[0] for words in map(str.split, out.splitlines())}


def handshake(place, port, name, out):
    """What both sides can see of it: version 1.3 encrypts the certificate and the protocol chosen."""
    new = re.search(r"^(New|Reused), (\S+), Cipher is (\S+)", out, re.M)
    old = "Protocol  : TLSv1.3" not in out and new[2] != "TLSv1.3"
    resumed = new[1] == "Reused"
    group = re.search(r"Server Temp Key: (?:ECDH, )?(\w+)", out)
    chosen = re.search(r"ALPN protocol: (\S+)", out)
    end = place.client("openssl", "x509", "-noout", "-enddate", "-in", place.path("cert.pem")).split("=")[1]
    place.count("handshake", port, name, standard_names(place)[new[3]], group and GROUPS[group[1]],
                chosen[1] if chosen and old else None, resumed or None,
                ssl.cert_time_to_seconds(end.strip()) if old and not resumed else None)


def openssl(place, port, name, *more, alpn=None, until=None):
    """One handshake, ended at once or when the file `until` is written (10 s at most); "tls" and "flow"
    are counted by what s_client says.  What it printed."""
    words = ["openssl", "s_client", "-connect", "%s:%d" % (PEER, port), *more]
    words += ["-servername", name] if name else ["-noservername"]
    words += ["-alpn", alpn] if alpn else []
    if until:			# tickets of TLS 1.3 come behind the handshake
        words = ["sh", "-c", 'for i in $(seq 100); do [ -s "$0" ] && break; sleep 0.1; done | "$@"', until] + words
    out = place.client(*words, status=())
    place.count("tls", port, name, alpn.split(",")[0] if alpn else None)
    new = re.search(r"^(New|Reused), (\S+), Cipher is (\S+)", out, re.M)
    if not new or new[3] == "(NONE)":
        place.count("flow", port, "tls", None, name)
    else:
        place.count("flow", port, "tls", VERSIONS[re.search(r"Protocol *: (\S+)", out)[1]] if
                    new[2] not in VERSIONS else VERSIONS[new[2]], name)
        if name:
            handshake(place, port, name, out)
    return out


def versions(place, port):
    for option in ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"):
        for n in range(2):
            openssl(place, port, "v%s%d.example" % (option.replace("_", "-"), n), option, "-cipher", WEAK,
                    alpn="http/1.1" if n else "h2,http/1.1")
    openssl(place, port, None)
    openssl(place, port, "a" * 63 + ".long-name-of-a-server.example")


def resumption(place, port):
    for option in ("-tls1_2", "-tls1_3"):
        session = place.path("session%s-%d" % (option, port))
        openssl(place, port, "first.example", option, "-sess_out", session, until=session)
        out = openssl(place, port, "again.example", option, "-sess_in", session)
        if "Reused, " not in out:
            raise Failed("nothing resumed: " + out[-300:])


def refused(place):
    """The server wants TLS 1.2 or later of us: its answer is an alert."""
    out = openssl(place, web.TLS_PORTS[0], "refused.example", "-tls1_1", "-cipher", WEAK)
    if "alert protocol version" not in out:
        raise Failed("not refused: " + out)


def retried(place):
    """HelloRetryRequest: the client guessed another group; its second hello is the same conversation's."""
    openssl(place, RETRY, "retried.example", "-groups", "X25519:P-384")
    place.count("tls", RETRY, "retried.example", None)
    openssl(place, RETRY, "guessed.example", "-groups", "P-384:X25519")


def gnutls(place):
    for version in ("1.0", "1.1", "1.2", "1.3"):
        out = place.client("gnutls-cli", "--insecure", "--no-ca-verification", "-p", GNUTLS, "--alpn", "imap",
                           "--sni-hostname", "gnutls.example", "--priority",
                           "NORMAL:-VERS-ALL:+VERS-TLS%s:%%VERIFY_ALLOW_SIGN_WITH_SHA1" % version, PEER,
                           given="")
        said = re.search(r"Description: \((TLS[0-9.]+)", out)
        if not said or VERSIONS[said[1]] != version:
            raise Failed("gnutls-cli: " + out[-400:])
        place.count("tls", GNUTLS, "gnutls.example", "imap")
        place.count("flow", GNUTLS, "tls", version, "gnutls.example")


def curl(place, port):
    for option, offered in (("--http1.1", "http/1.1"), ("--http2", "h2")):
        for version in ("1.2", "1.3"):
            name = "curl-%s.example" % version
            out = place.client("curl", "-sk", option, "--tlsv" + version, "--tls-max", version, "--connect-to",
                               "%s:%d:%s:%d" % (name, port, PEER, port), "-o", "/dev/null", "-w",
                               "%{http_code} %{http_version}", "https://%s:%d/file" % (name, port))
            if out != "200 " + ("2" if offered == "h2" else "1.1"):
                raise Failed("curl: " + out)
            place.count("tls", port, name, offered)
            place.count("flow", port, "tls", version, name)


def ask(place):
    for port in ANY:
        versions(place, port)
        resumption(place, port)
    refused(place)
    retried(place)
    gnutls(place)
    for port in web.TLS_PORTS:
        curl(place, port)
