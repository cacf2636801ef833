#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""firewall.py VERDICTS PEER COUNT [SEED]: rulesets made by chance, and what real packets meet.

Runs in the namespace of the host (interface h0); PEER is the command prefix that runs a program
in the namespace of the peer.  Each ruleset is loaded by nft or iptables-nft; VERDICTS says what
it expects of a first packet from any public, and any private, source; then the peer connects
from several of each, over TCP and UDP, IPv4 and IPv6.  A definite verdict must be what each of
them met.  Ends with one line: rulesets, questions, contradictions, unknown.
"""
import errno, json, os, random, select, shlex, socket, subprocess, sys, time

PORTS = [22, 80, 443, 1000, 2049, 3306, 5353, 8080, 9000]
HOST = {4: "11.0.0.1", 6: "2600:1::1"}
SOURCES = {
    (4, "public"): ["11.0.0.2", "93.184.216.34", "203.0.113.9"],
    (4, "private"): ["10.1.2.3", "172.16.0.9", "192.168.7.7", "100.64.0.2"],
    (6, "public"): ["2600:1::2", "2a00:1450::5", "2001:db8::9"],
    (6, "private"): ["fd00::2", "fc01:2::3"],
}
WAIT = 0.5  # s; a veth pair takes 0.1 ms


# --- the peer: connects, and says what it met ---------------------------------------------

def one(family, proto, source, port):
    s = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6,
                      socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
    s.setblocking(False)
    if proto == "udp":
        s.setsockopt(socket.IPPROTO_IP if family == 4 else 41, 11 if family == 4 else 25, 1)  # RECVERR
    s.bind((source, 0))
    code = s.connect_ex((HOST[family], port))
    if proto == "udp" and code == 0:
        try:
            s.send(b"?")
        except OSError:
            pass
    return s


def connected(s):
    try:
        return bool(s.getpeername())
    except OSError:
        return False


def meet():
    for line in sys.stdin:
        asked = [tuple(q) for q in json.loads(line)]
        socks = {}
        answers = ["drop"] * len(asked)
        for i, (family, proto, source, port) in enumerate(asked):
            s = one(family, proto, source, port)
            socks[s.fileno()] = (s, i, proto)
        end = time.monotonic() + WAIT
        poll = select.poll()
        for fd, (s, i, proto) in socks.items():
            poll.register(fd, select.POLLOUT if proto == "tcp" else select.POLLIN)
        left = len(socks)
        while left and time.monotonic() < end:
            for fd, ev in poll.poll(50):
                s, i, proto = socks[fd]
                err = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if proto == "tcp":
                    # The first packet came through, whatever became of a later one.
                    answers[i] = "allow" if err == errno.ECONNRESET or connected(s) else "reject"
                elif err:
                    answers[i] = "reject"
                else:
                    try:
                        s.recv(10)
                        answers[i] = "allow"
                    except OSError:
                        answers[i] = "reject"
                poll.unregister(fd)
                left -= 1
        for s, i, proto in socks.values():
            # A refusal that came while connect() held the socket is no event, but is kept.
            if answers[i] == "drop" and s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                answers[i] = "reject"
            s.close()
        print(json.dumps(answers), flush=True)


# --- the host: listens and answers --------------------------------------------------------

def serve():
    poll = select.epoll()
    socks = {}
    for port in PORTS:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            s = socket.socket(socket.AF_INET6, kind)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            s.bind(("::", port))
            if kind == socket.SOCK_STREAM:
                s.listen(1000)
            s.setblocking(False)
            socks[s.fileno()] = (s, kind)
            poll.register(s.fileno(), select.EPOLLIN)
    print("ready", flush=True)
    while True:
        for fd, _ in poll.poll():
            s, kind = socks[fd]
            try:
                if kind == socket.SOCK_STREAM:
                    s.accept()[0].close()
                else:
                    data, who = s.recvfrom(100)
                    s.sendto(data, who)
            except OSError:
                pass


# --- rulesets by chance -------------------------------------------------------------------

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
            "mark": lambda: r.choice(["meta mark 0", "meta mark 0x1", "meta mark != 0", "ct mark 0"]),
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
        USED.add(kind)
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
            USED.add(v)
            return f"{v} {r.choice(targets)}"
        if v == "statement":
            USED.add("statement")
            return r.choice(["counter", "log prefix \"x\"", "meta mark set 1" if r.random() < .2 else "counter"])
        return v

    def rule(self, targets):
        r = self.r
        v = self.verdict(targets)
        if v == "vmap":
            USED.add("vmap")
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
            USED.add("raw prerouting")
            what = r.choice(["drop", "notrack", "accept", "drop"])
            USED.add(what)
            body.append(f"chain pre {{\ntype filter hook prerouting priority -300;\n{self.proto()} dport {{ {self.ports(2)} }} {what}\n}}")
        flags = ""
        if r.random() < .05:
            USED.add("dormant")
            flags = "flags dormant;"
        USED.add(self.family)
        return f"table {self.family} t{self.index} {{\n{flags}\n" + "\n".join(self.sets + body) + "\n}\n"


USED = set()


def nat(r):
    USED.add("redirect")
    family = r.choice(["ip", "ip6", "inet"])
    rules = [f"tcp dport {r.choice(PORTS)} redirect to :{r.choice(PORTS)}"]
    if family == "ip" and r.random() < .5:
        USED.add("dnat")
        rules.append(f"udp dport {r.choice(PORTS)} dnat to 11.0.0.1:{r.choice(PORTS)}")
    if family == "ip" and r.random() < .3:
        rules.append(f"tcp dport {r.choice(PORTS)} dnat to 11.9.9.9")
    return "table %s tn {\nchain pre {\ntype nat hook prerouting priority -100;\n%s\n}\n}\n" % (family, "\n".join(rules))


def netdev(r):
    USED.add("netdev")
    return ("table netdev tdev {\nchain in {\ntype filter hook ingress device \"h0\" priority 0;\n"
            f"{r.choice(['tcp', 'udp'])} dport {r.choice(PORTS)} drop\n}}\n}}\n")


def iptables(r):
    USED.add("iptables-nft")
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
        lambda: f"-p tcp -m comment --comment hi -m tcp --dport {r.choice(PORTS)} -j REJECT --reject-with tcp-reset",
    ]
    v4 = ["-s 10.0.0.0/8 -j ACCEPT", "-s 93.184.216.34/32 -j DROP", "! -s 192.168.0.0/16 -p udp -j DROP"]
    v6 = ["-s fc00::/7 -j ACCEPT", "-s 2600:1::2/128 -j DROP"]
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
        USED.add("two tables")
        text += Maker(r, r.choice(["inet", "ip", "ip6"]), 1).text()
    if r.random() < .15:
        text += nat(r)
    if r.random() < .06:
        text += netdev(r)
    done = subprocess.run(["nft", "-f", "-"], input=text.encode(), stderr=subprocess.PIPE)
    if done.returncode and os.environ.get("VERBOSE"):
        print(done.stderr.decode()[:300], text, file=sys.stderr)
    return None if done.returncode else text


def ask(verdicts, family, kind, proto):
    out = subprocess.run([verdicts, "h0", kind, proto, HOST[family]] + [str(p) for p in PORTS],
                         stdout=subprocess.PIPE, check=True, text=True).stdout
    return [line.split(" ", 2)[1:] for line in out.splitlines()]


def main():
    verdicts, peer, count = sys.argv[1], shlex.split(sys.argv[2]), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    me = [sys.executable, os.path.abspath(__file__)]
    server = subprocess.Popen(me + ["serve"], stdout=subprocess.PIPE)
    try:
        server.stdout.readline()
        play(me, verdicts, peer, count, seed)
    finally:
        server.kill()
        subprocess.run(["nft", "flush", "ruleset"])


def answers(client, questions):
    client.stdin.write(json.dumps(questions) + "\n")
    client.stdin.flush()
    return json.loads(client.stdout.readline())


def play(me, verdicts, peer, count, seed):
    client = subprocess.Popen(peer + me + ["meet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    asked = unknown = wrong = done = 0
    i = 0
    while done < count:
        r = random.Random(seed * 100000 + i)
        text = load(r, i)
        i += 1
        if text is None:
            continue
        done += 1
        expected, questions, of = [], [], []
        for (family, kind), sources in SOURCES.items():
            for proto in ("tcp", "udp"):
                for port, v in zip(PORTS, ask(verdicts, family, kind, proto)):
                    expected.append((v, family, kind, proto, port))
                    for s in sources:
                        questions.append((family, proto, s, port))
                        of.append(len(expected) - 1)
        met = answers(client, questions)
        # What a busy machine did not answer in time is asked once more, alone.
        odd = [n for n, e in enumerate(of) if expected[e][0][0] not in ("unknown", met[n])]
        for n, m in zip(odd, answers(client, [questions[n] for n in odd]) if odd else []):
            met[n] = m
        bad = set()
        for q, e, m in zip(questions, of, met):
            v = expected[e][0][0]
            if v != "unknown" and v != m and e not in bad:
                bad.add(e)
                print(f"contradiction: ruleset {i - 1}: {expected[e]} but {q[2]} met {m}", flush=True)
        if bad:
            print(text, flush=True)
        asked += len(expected)
        unknown += sum(e[0][0] == "unknown" for e in expected)
        wrong += len(bad)
    client.stdin.close()  # it ends
    print(f"{done} rulesets {asked} questions {wrong} contradictions {unknown} unknown {len(USED)} kinds")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:] == ["meet"]:
        meet()
    else:
        main()
