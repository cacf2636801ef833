# SPDX-License-Identifier: MIT
"""Rulesets by chance for firewall.py."""
import os, subprocess, sys

PORTS = [22, 80, 443, 1000, 2049, 3306, 5353, 8080, 9000]

class Maker:
    """Rules of one table; kinds of matches as people write them."""

    def __init__(self, r, family, index):
        self.r, self.family, self.index = r, family, index
        self.v6 = family == "ip6"
        self.sets, self.chains = [], []

    def port(self):
        return self.r.choice(PORTS)

    def ports(self, n):
        return ", ".join(str(p) for p in sorted(self.r.sample(PORTS, n)))

    def proto(self):
        return self.r.choice(["tcp", "tcp", "udp"])

    def address(self):
        """An address match that any family's table takes."""
        four = self.r.choice([
            "ip saddr 10.0.0.0/8", "ip saddr 192.168.0.0/16", "ip saddr != 10.0.0.0/8",
            "ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 }",
            "ip saddr 93.184.0.0/16", "ip saddr 0.0.0.0/0",
            "ip daddr 11.0.0.1", "ip daddr 11.0.0.0/24", "ip daddr != 11.0.0.1",
            "ip saddr 10.0.0.1-10.255.255.255", "ip saddr 127.0.0.0/8", "ip saddr 224.0.0.0/4",
            "ip saddr != { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 }"])
        six = self.r.choice([
            "ip6 saddr fc00::/7", "ip6 saddr fd00::/8", "ip6 saddr != fc00::/7",
            "ip6 saddr 2600:1::2", "ip6 saddr 2600::/16", "ip6 daddr 2600:1::1",
            "ip6 saddr { fc00::/7, fe80::/10 }", "ip6 daddr 2600:2::/32", "ip6 saddr ::1"])
        if self.family == "ip":
            return four
        return six if self.v6 else self.r.choice([four, six])

    def match(self):
        r, p = self.r, self.proto()
        kinds = {
            "dport": lambda: f"{p} dport {self.port()}",
            "not": lambda: f"{p} dport != {self.port()}",
            "anonymous set": lambda: f"{p} dport {{ {self.ports(3)} }}",
            "range": lambda: f"{p} dport {self.port()}-{r.choice([2050, 9000, 65535])}"
                             if r.random() < .5 else f"{p} dport < {self.port()}",
            "named set": lambda: f"{p} dport @{self.named('inet_service', self.ports(3))}",
            "interval set": lambda: f"{p} dport @{self.named('inet_service', '1-100, 1000-3000, 8000-9000', 'interval')}",
            "not in set": lambda: f"{p} dport != {{ {self.ports(4)} }}",
            "address": self.address,
            "address and port": lambda: f"{self.address()} {p} dport {{ {self.ports(3)} }}",
            "iifname": lambda: r.choice(['iifname "h0"', 'iifname "h*"', 'iifname != "lo"', 'iif "lo"',
                                         'iifname "eth0"', 'iifname { "h0", "x0" }', 'iif != "h0"']),
            "mark": lambda: r.choice(["meta mark 0", "meta mark 0x1", "meta mark != 0", "ct mark 0", "meta mark & 0x2 == 0x2",
                                      "meta mark & 0x1 != 0x0", "ct mark & 0x1 == 0x1", "meta mark { 1, 2, 3 }", "ct mark 1-5"]),
            "fib": lambda: r.choice(["fib daddr type local", "fib saddr type unicast", "fib daddr type broadcast",
                                     "fib saddr . iif oif exists", "fib saddr . iif oif missing"]),
            "concatenation": lambda: f"meta l4proto . th dport {{ {p} . {self.port()}, udp . 5353, tcp . 8080 }}",
            "concatenated intervals": lambda: f"ip saddr . {p} dport {{ 10.0.0.0/8 . 1-1024, 0.0.0.0/0 . {self.port()} }}"
                             if self.family != "ip6" else f"ip6 saddr . {p} dport {{ fc00::/7 . 1-1024, ::/0 . {self.port()} }}",
            "tcp flags": lambda: r.choice(["tcp flags syn", "tcp flags & (fin|syn|rst|ack) == syn",
                                           "tcp flags & (syn|ack) == ack", "tcp flags ! syn"])
                             if r.random() < .8 else "tcp flags & (fin|syn) == (fin|syn)",
            "ct state": lambda: r.choice(["ct state new", "ct state established,related", "ct state invalid",
                                          "ct state { new, established }", "ct state != new", "ct state untracked"]),
            "ct status": lambda: r.choice(["ct status dnat", "ct status ! dnat", "ct direction original"]),
            "protocol": lambda: r.choice(["meta l4proto tcp", "meta l4proto { tcp, udp }", "meta nfproto ipv4",
                                          "meta nfproto ipv6", "meta protocol ip", "meta l4proto icmp"]),
            "packet type": lambda: r.choice(["meta pkttype host", "meta pkttype { broadcast, multicast }"]),
            "limit": lambda: "limit rate 1/day burst 1 packets" if r.random() < .5 else "limit rate over 1000000/second",
            "source port": lambda: r.choice(["th sport 1024-65535", "th sport 0-65535", "th sport 53"]),
            "hop": lambda: "ip ttl > 0" if self.family == "ip" else "ip6 hoplimit < 255",
            "nothing": lambda: "",
        }
        weights = {"limit": .15, "source port": .1, "hop": .3, "packet type": .5, "not": .5, "nothing": .4}
        names = list(kinds)
        kind = r.choices(names, [weights.get(n, 1) for n in names])[0]
        return kinds[kind]()

    def named(self, type_, elements, flags=""):
        name = f"s{self.index}_{len(self.sets)}"
        flag = f" flags {flags};" if flags else ""
        self.sets.append(f"set {name} {{ type {type_};{flag} elements = {{ {elements} }} }}")
        return name

    def verdict(self, targets):
        r = self.r
        v = r.choices(["accept", "drop", "reject", "jump", "goto", "return", "reject with tcp reset", "statement", "vmap"],
                      [5, 4, 2, 2 if targets else 0, 1 if targets else 0, 1, .5, .7, 1])[0]
        if v in ("jump", "goto"):
            return f"{v} {r.choice(targets)}"
        if v == "statement":
            return r.choice(["counter", "log prefix \"x\"", "meta mark set 1", "meta mark set meta mark | 0x2", "ct mark set 3",
                             "meta mark set meta mark ^ 0x1", "ct mark set meta mark", "meta mark set ct mark"])
        return v

    def rule(self, targets):
        r = self.r
        v = self.verdict(targets)
        if v == "vmap":
            others = [t for t in targets]
            verdicts = ["accept", "drop", "continue", "return"] + [f"jump {t}" for t in others]
            pairs = ", ".join(f"{p} : {r.choice(verdicts)}" for p in sorted(r.sample(PORTS, 3)))
            return f"{self.proto()} dport vmap {{ {pairs} }}"
        if v == "reject with tcp reset":
            return f"tcp dport {self.port()} reject with tcp reset"
        matches = " ".join(self.match() for _ in range(r.choice([1, 1, 2])))
        return f"{matches} {v}"

    def text(self, raw=False):
        r = self.r
        names = [f"c{self.index}_{i}" for i in range(r.choice([0, 1, 2, 3]))]
        body = []
        for i, n in enumerate(names):
            rules = "\n".join(self.rule(names[i + 1:]) for _ in range(r.randint(1, 4)))
            body.append(f"chain {n} {{\n{rules}\n}}")
        hook = "type filter hook input priority %d; policy %s;" % (
            r.choice([-150, 0, 0, 10]), r.choice(["accept", "drop"]))
        rules = "\n".join(self.rule(names) for _ in range(r.randint(2, 7)))
        body.append(f"chain input {{\n{hook}\n{rules}\n}}")
        if raw:
            what = r.choice(["drop", "notrack", "accept", "notrack"])
            body.append(f"chain pre {{\ntype filter hook prerouting priority -300;\n{self.proto()} dport {{ {self.ports(2)} }} {what}\n}}")
        flags = ""
        if r.random() < .05:
            flags = "flags dormant;"
        return f"table {self.family} t{self.index} {{\n{flags}\n" + "\n".join(self.sets + body) + "\n}\n"


def nat(r):
    family = r.choice(["ip", "ip", "ip6", "inet"])
    rules = [f"tcp dport {r.choice(PORTS)} redirect to :{r.choice(PORTS)}"]
    if family == "ip" and r.random() < .5:
        rules.append(f"udp dport {r.choice(PORTS)} dnat to 11.0.0.1:{r.choice(PORTS)}")
    if family == "ip" and r.random() < .3:
        rules.append(f"tcp dport {r.choice(PORTS)} dnat to 11.9.9.9")
    return "table %s tn {\nchain pre {\ntype nat hook prerouting priority -100;\n%s\n}\n}\n" % (family, "\n".join(rules))


def netdev(r):
    return ("table netdev tdev {\nchain in {\ntype filter hook ingress device \"h0\" priority 0;\n"
            f"{r.choice(['tcp', 'udp'])} dport {r.choice(PORTS)} drop\n}}\n}}\n")


def iptables(r):
    lines = ["*filter", f":INPUT {r.choice(['ACCEPT', 'DROP'])} [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]", ":X - [0:0]"]
    kinds = [
        lambda: "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        lambda: f"-p tcp -m tcp --dport {r.choice(PORTS)} -j {r.choice(['ACCEPT', 'DROP', 'REJECT', 'X'])}",
        lambda: f"-p udp -m udp --dport {r.choice(PORTS)}:9000 -j {r.choice(['ACCEPT', 'DROP'])}",
        lambda: f"-p tcp -m multiport --dports {','.join(str(p) for p in r.sample(PORTS, 3))} -j {r.choice(['ACCEPT', 'DROP', 'X'])}",
        lambda: f"-p tcp -m multiport ! --dports 1:{r.choice([100, 1000, 5000])} -j DROP",
        lambda: "-i lo -j ACCEPT", lambda: "-i h+ -j X", lambda: "-m addrtype --dst-type BROADCAST -j DROP",
        lambda: "-m addrtype --dst-type LOCAL -j X", lambda: "-m conntrack --ctstate INVALID -j DROP",
        lambda: "-p tcp -m conntrack --ctstate NEW -m tcp --dport 443 -j ACCEPT",
        lambda: "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j X",
        lambda: "-m limit --limit 3/min -j LOG --log-prefix x",
        lambda: "-m mark --mark 0x1/0x1 -j " + r.choice(["ACCEPT", "DROP", "X"]), lambda: "-m connmark ! --mark 0x0 -j DROP",
        lambda: f"-p tcp -m tcp --dport {r.choice(PORTS)} -j MARK --set-xmark 0x{r.randint(1, 3)}/0x3",
        lambda: f"-p udp -m multiport --dports {r.choice(PORTS)},22 -j CONNMARK --set-xmark 0x1/0x1",
        lambda: r.choice(["-j CONNMARK --save-mark", "-j CONNMARK --restore-mark", "-j CONNMARK --save-mark --nfmask 0x1 --ctmask 0x2"]),
        lambda: "-m recent --set --name r -j X", lambda: "-m pkttype --pkt-type " + r.choice(["unicast", "multicast"]) + " -j X",
        lambda: "-m policy --dir in --pol " + r.choice(["none", "ipsec"]) + " -p udp -j DROP",
        lambda: "-m statistic --mode random --probability 0.5 -j LOG",
        lambda: f"-p tcp -m conntrack --ctstate NEW --ctdir ORIGINAL -m tcp --dport {r.choice(PORTS)} -j DROP",
        lambda: f"-p tcp -m comment --comment hi -m tcp --dport {r.choice(PORTS)} -j REJECT --reject-with tcp-reset",
    ]
    v4 = ["-m iprange --src-range 10.0.0.1-10.255.0.0 -p tcp -j DROP", "-m iprange ! --dst-range 11.0.0.1-11.0.0.5 -j DROP",
          "-m iprange --src-range 1.0.0.0-255.255.255.254 -p udp -m udp --dport 22 -j ACCEPT", "-s 10.0.0.0/8 -j ACCEPT", "-s 93.184.216.34/32 -j DROP", "! -s 192.168.0.0/16 -p udp -j DROP"]
    v6 = ["-m rt --rt-type 0 -j DROP", "-m addrtype --dst-type LOCAL --src-type UNICAST -p tcp -j ACCEPT",
          "-m iprange --src-range fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff -j DROP", "-s fc00::/7 -j ACCEPT", "-s 2600:1::2/128 -j DROP"]
    body = []
    for _ in range(r.randint(3, 8)):
        body.append("-A INPUT " + r.choice(kinds)())
    for _ in range(r.randint(1, 3)):
        rule = r.choice(kinds)()
        body.append("-A X " + rule.replace("-j X", "-j RETURN"))
    out = []
    for own in (v4, v6):
        mine = list(body)
        mine.insert(r.randint(0, len(mine)), "-A INPUT " + r.choice(own))
        out.append("\n".join(lines + mine + ["COMMIT", ""]))
    return out


def load(r, i):
    """Loads a ruleset; its text, or None if the tools refuse it."""
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    if i % 8 == 7:
        texts = iptables(r)
        for tool, text in zip(("iptables-nft-restore", "ip6tables-nft-restore"), texts):
            if subprocess.run([tool], input=text.encode(), stderr=subprocess.DEVNULL).returncode:
                return None
        return "\n".join(texts)
    family = r.choice(["inet", "inet", "ip", "ip6"])
    text = Maker(r, family, 0).text(raw=r.random() < .25)
    if r.random() < .35:
        text += Maker(r, r.choice(["inet", "ip", "ip6"]), 1).text()
    if r.random() < .2:
        text += nat(r)
    if r.random() < .06:
        text += netdev(r)
    done = subprocess.run(["nft", "-f", "-"], input=text.encode(), stderr=subprocess.PIPE)
    if done.returncode and os.environ.get("VERBOSE"):
        print(done.stderr.decode()[:300], text, file=sys.stderr)
    return None if done.returncode else text
