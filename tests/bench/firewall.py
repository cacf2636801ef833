#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""firewall.py [--rules N] [--elements N] [--rounds N] - what reading the firewall's rules costs, beside `nft`.

As root: in a network namespace of its own N rules (2,000) and a set of N intervals (10,000) are loaded; then
`nft -j list ruleset` and our reader take their turns, N rounds (7).  Told are the least CPU time (user and
system) of each, of one more look at rules that did not change, and of one more question; and the ratios to
nft.  Only the ratios mean something (at most 0.5, and 0.01), and none passes or fails a test.

top_builddir names the tree that tests/host/verdicts was built in.
"""
import argparse, ctypes, os, random, resource, subprocess, sys

CLONE_NEWNET = 0x40000000
VERDICTS = os.path.join(os.environ.get("top_builddir", "."), "tests/host/verdicts")


def ruleset(rules, elements):
    r = random.Random(1)
    at, spans = 11 << 24, []
    for _ in range(elements):
        spans.append(".".join(str(at >> s & 255) for s in (24, 16, 8, 0)) + "/28")
        at += 32 * r.randint(1, 40)
    lines = ["table inet big {", "set banned { type ipv4_addr; flags interval; elements = { " + ", ".join(spans) + " } }",
             "chain input { type filter hook input priority 0; policy drop",
             "ct state established,related accept", "iif lo accept", "ip saddr @banned drop"]
    for i in range(rules - 4):
        lines.append(r.choice([f"udp dport {i + 1000} accept", f"ip daddr 10.{i >> 8}.{i & 255}.1 tcp dport {i + 1000} accept",
                               f"tcp dport {{ {i + 1}, {i + 4000} }} counter drop"]))
    return "\n".join(lines + ["tcp dport 22 accept", "}", "}"])


def cpu(command, **environment):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=dict(os.environ, **environment))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("--rules", 2000), ("--elements", 10000), ("--rounds", 7)):
        p.add_argument(name, type=int, default=value)
    a = p.parse_args()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) < 0:
        sys.exit("a network namespace of its own needs root")
    subprocess.run("ip link add h0 type veth peer name p0", shell=True, check=True)
    subprocess.run(["nft", "-f", "-"], input=ruleset(a.rules, a.elements).encode(), check=True)
    ask = [VERDICTS, "h0", "public", "tcp", "11.0.0.1", "22"]
    more = ask + [str(port) for port in range(1000, 1100)]
    least = {}
    for _ in range(a.rounds):
        for what, command, looks in (("nft", ["nft", "-j", "list", "ruleset"], 1), ("read", ask, 1),
                                     ("look", ask, 2001), ("question", more, 1)):
            c = cpu(command, LOOKS=str(looks))
            least[what] = min(c, least.get(what, c))
    look = max(0, least["look"] - least["read"]) / 2000
    question = max(0, least["question"] - least["read"]) / 100
    print(f"nft -j list ruleset        {least['nft'] * 1e3:9.3f} ms")
    print(f"all rules and one question {least['read'] * 1e3:9.3f} ms  {least['read'] / least['nft']:.4f}")
    print(f"a look, nothing changed    {look * 1e3:9.3f} ms  {look / least['nft']:.4f}")
    print(f"one more question          {question * 1e3:9.3f} ms  {question / least['nft']:.4f}")


main()
