#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`read` of the golden captures with --hide-names beside the same without.

  hide.py NETFLOWSCOPE CAPTURE...

Line by line all is equal but names and addresses; each of these has one token, and no token two
of them; none of them is anywhere in what was told, as JSON or as a table.
"""
import ipaddress
import json
import re
import subprocess
import sys

ADDRESSES = {"initiator", "responder", "client", "server", "answers", "local", "remote", "address"}
NAMES = {"name", "host", "sni", "http_host", "tls_sni", "dtls_sni", "remote_name", "cert_names", "quic_migrated_from"}
KEPT = ("loopback", "multicast", "unspecified")
failed = 0


def tell(good, text):
    global failed
    failed |= not good
    print("%s hide: %s" % ("ok" if good else "not ok", text))


def run(tool, *words):
    return subprocess.run([tool, "read", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def address(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_kept(text):
    a = address(text)
    if a is None:
        return False
    if a.version == 6 and a.ipv4_mapped:
        a = a.ipv4_mapped
    return a.is_loopback or a.is_multicast or a.is_unspecified or str(a) == "255.255.255.255"


def fold(text):
    """What one token stands for: a name without case, dot behind and port."""
    if text.count(":") == 1 or "]:" in text:
        text = text[:text.rindex(":")]
    return text.strip("[]").rstrip(".").lower()


class Tokens:
    def __init__(self):
        self.of, self.back, self.wrong = {}, {}, []

    def pair(self, key, plain, hidden):
        if plain == hidden:
            if plain and not is_kept(fold(plain)):
                self.wrong.append("%s stays" % plain)
            return
        plain, hidden = fold(plain), fold(hidden)
        if self.of.setdefault(plain, hidden) != hidden or self.back.setdefault(hidden, plain) != plain:
            self.wrong.append("%s %s: %s, %s" % (key, plain, hidden, self.of[plain]))


def compare(tokens, key, plain, hidden):
    """True if both are equal but for names and addresses."""
    if isinstance(plain, dict):
        return list(plain) == list(hidden) and all(compare(tokens, k, plain[k], hidden[k]) for k in plain)
    if isinstance(plain, list):
        return len(plain) == len(hidden) and all(compare(tokens, key, p, h) for p, h in zip(plain, hidden))
    # In the lines of SSH, client and server are banners.
    if isinstance(plain, str) and (key in NAMES or key in ADDRESSES and not plain.startswith("SSH-")):
        tokens.pair(key, plain, hidden)
        return True
    return plain == hidden


def main(tool, captures):
    names, unequal, leaks, wrong, lines = 0, [], [], [], 0
    for capture in captures:
        plain, hidden = (run(tool, "--json", *w, capture).splitlines() for w in ((), ("--hide-names", "true")))
        tokens = Tokens()
        if len(plain) != len(hidden):
            unequal.append("%s: %d lines, %d" % (capture, len(plain), len(hidden)))
        for p, h in zip(plain, hidden):
            lines += 1
            if not compare(tokens, "", json.loads(p), json.loads(h)):
                unequal.append("%s: %s" % (capture, h[:150]))
        names += len(tokens.of)
        wrong += ["%s: %s" % (capture, w) for w in tokens.wrong]
        # A word of one label may be a word of ours.
        known = {n for n in tokens.of if len(n) > 3 and ("." in n or ":" in n)}
        told = "\n".join(hidden) + run(tool, "--hide-names", "true", capture).replace(capture, "")
        found = set(re.findall(r"[0-9A-Za-z_.:*-]+", told.lower()))
        words = found | {w.rsplit(":", 1)[0] for w in found} | {w.strip(".:") for w in found}
        leaks += ["%s: %s" % (capture, n) for n in sorted(known & words)]
    tell(lines > 400 and not unequal, "%d lines of %d captures are equal but for names and addresses %s" %
         (lines, len(captures), unequal[:3]))
    tell(names > 100 and not wrong, "%d names and addresses have a token each %s" % (names, wrong[:5]))
    tell(not leaks, "none of them was told %s" % leaks[:5])
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
