#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""firewall.py VERDICTS PEER chance COUNT [SEED] | files FOLDER: rulesets, and what real packets meet.

Runs in the namespace of the host (interface h0); PEER is the command prefix that runs a program
in the namespace of the peer.  Each ruleset is loaded by nft or iptables-nft: made by chance
(chance.py), or a file (NAME.nft; NAME.v4 and NAME.v6 as iptables-save writes them).  VERDICTS says
what it expects of a first packet from any public, and any private, source; then the peer connects
from several of each, over TCP and UDP, IPv4 and IPv6.  A definite verdict must be what each of
them met.  Files say themselves where a verdict may be unknown although all sources meet the same:
    # unknown[-v4|-v6][-public|-private]: tcp/22 udp
Ends with one line: rulesets, questions, contradictions, unknown.
"""
import collections, errno, json, os, random, re, select, shlex, socket, subprocess, sys, time

import chance

PORTS = chance.PORTS
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


def ask(verdicts, family, kind, proto):
    out = subprocess.run([verdicts, "h0", kind, proto, HOST[family]] + [str(p) for p in PORTS],
                         stdout=subprocess.PIPE, check=True, text=True).stdout
    return [line.split(" ", 2)[1:] for line in out.splitlines()]


def answers(client, questions):
    client.stdin.write(json.dumps(questions) + "\n")
    client.stdin.flush()
    return json.loads(client.stdout.readline())


class Question:
    """What VERDICTS said of one family, kind of source, protocol and port; what each source met."""

    def __init__(self, verdict, family, kind, proto, port):
        self.verdict, self.rule = verdict[0], verdict[1:]
        self.family, self.kind, self.proto, self.port = family, kind, proto, port
        self.met = {}

    def __str__(self):
        return f"{self.proto}/{self.port} v{self.family} {self.kind}: {self.verdict} {self.rule}, met {self.met}"

    def wrong(self):
        return self.verdict != "unknown" and set(self.met.values()) != {self.verdict}


class Play:
    def __init__(self, verdicts, client):
        self.verdicts, self.client = verdicts, client
        self.done = self.asked = self.unknown = self.contradicted = 0

    def ruleset(self, name, text):
        """The rules in force against real packets; all questions."""
        questions, of = [], []
        for (family, kind), sources in SOURCES.items():
            for proto in ("tcp", "udp"):
                for port, v in zip(PORTS, ask(self.verdicts, family, kind, proto)):
                    questions.append(Question(v, family, kind, proto, port))
                    of += [(questions[-1], s) for s in sources]
        self.meet(of)
        # What a busy machine did not answer in time is asked once more, alone.
        self.meet([(q, s) for q, s in of if q.verdict not in ("unknown", q.met[s])])
        bad = [q for q in questions if q.wrong()]
        for q in bad:
            print(f"contradiction: {name}: {q}", flush=True)
        if bad:
            print(text, flush=True)
        self.done += 1
        self.asked += len(questions)
        self.unknown += sum(q.verdict == "unknown" for q in questions)
        self.contradicted += len(bad)
        return questions

    def meet(self, of):
        if of:
            for (q, s), m in zip(of, answers(self.client, [(q.family, q.proto, s, q.port) for q, s in of])):
                q.met[s] = m


# What each of these finds in the text of a ruleset, the issue asks for.
KINDS = {
    "dport": r"dport \d", "set": r"dport @|dport \{", "interval set": r"flags interval", "vmap": r" vmap ",
    "jump": r"jump ", "goto": r"goto ", "return": r"return|RETURN", "iifname with wildcard": r'iifname "h\*"|-i h\+',
    "saddr": r"saddr |-s ", "daddr": r"daddr ", "range": r"dport \d+-\d+|saddr \S+-\S+", "mark": r"mark ",
    "fib": r"fib ", "concatenation": r"l4proto \. th |saddr \. \w+ dport", "limit": r"limit ",
    "TCP flags": r"tcp flags|--tcp-flags", "two tables": r"(?s)hook input.*hook input", "raw prerouting": r"priority -300",
    "notrack": r"notrack", "redirect": r"redirect", "DNAT": r"dnat to", "dormant": r"dormant",
    "ip": r"table ip ", "ip6": r"table ip6 ", "inet": r"table inet ", "iptables-nft": r"\*filter",
}


def by_chance(play, count, seed=1):
    i, kinds = 0, collections.Counter()
    while play.done < int(count):
        text = chance.load(random.Random(int(seed) * 100000 + i), i)
        i += 1
        if text is None:
            continue
        kinds.update(k for k, what in KINDS.items() if re.search(what, text))
        play.ruleset(f"ruleset {i - 1}", text)
    print("rulesets with: " + ", ".join(f"{k} {kinds[k]}" for k in KINDS))
    print("none with: " + ", ".join(k for k in KINDS if not kinds[k]))


def load_files(paths):
    """Loads one ruleset; its text, or None if the tools refuse it."""
    tools = {"nft": ["nft", "-f", "-"], "v4": ["iptables-nft-restore"], "v6": ["ip6tables-nft-restore"]}
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    text = ""
    for path in paths:
        with open(path) as f:
            own = f.read()
        if subprocess.run(tools[path.rsplit(".", 1)[1]], input=own.encode()).returncode:
            return None
        text += own
    return text


def may_be_unknown(paths):
    """The notes of a ruleset's files: (family or None, kind or None, protocol, port or None)."""
    notes = set()
    for path in paths:
        with open(path) as f:
            for family, kind, what in re.findall(r"^# unknown(-v[46])?(-public|-private)?: (.*)", f.read(), re.M):
                family = int(family[2:]) if family else {"v4": 4, "v6": 6}.get(path.rsplit(".", 1)[1])
                notes |= {(family, kind[1:] or None, w.split("/")[0], int(w.split("/")[1]) if "/" in w else None)
                          for w in what.split()}
    return notes


def files(play, folder):
    rulesets = collections.defaultdict(list)
    for name in sorted(os.listdir(folder)):
        rulesets[name.rsplit(".", 1)[0]].append(os.path.join(folder, name))
    for name, paths in rulesets.items():
        text = load_files(paths)
        if text is None:
            print(f"refused: {name}", flush=True)
            continue
        unknown = play.unknown
        notes = may_be_unknown(paths)
        for q in play.ruleset(name, text):
            noted = any(f in (None, q.family) and k in (None, q.kind) and p == q.proto and o in (None, q.port)
                        for f, k, p, o in notes)
            if q.verdict == "unknown" and not noted and len(set(q.met.values())) == 1:
                print(f"needless: {name}: {q}", flush=True)
        print(f"{name}: {play.unknown - unknown} unknown", flush=True)


def main():
    verdicts, peer, what = sys.argv[1], shlex.split(sys.argv[2]), sys.argv[3]
    me = [sys.executable, os.path.abspath(__file__)]
    server = subprocess.Popen(me + ["serve"], stdout=subprocess.PIPE)
    client = subprocess.Popen(peer + me + ["meet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    play = Play(verdicts, client)
    try:
        server.stdout.readline()
        {"chance": by_chance, "files": files}[what](play, *sys.argv[4:])
        client.stdin.close()  # it ends
    finally:
        server.kill()
        subprocess.run(["nft", "flush", "ruleset"])
    print(f"{play.done} rulesets {play.asked} questions {play.contradicted} contradictions {play.unknown} unknown")
    sys.exit(play.contradicted > 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:] == ["meet"]:
        meet()
    else:
        main()
