# SPDX-License-Identifier: MIT
"""NATS: publishing, subscriptions, requests with their answers, headers, verbose clients, refusals; as the server's own
account (/varz) says."""
import json

from place import PEER, Failed

needs = ["nats-server"]
PORT, MONITOR = 4222, 8222

CONFIG = """
listen: "%s:%d"
http: "%s:%d"
max_payload: 65536
authorization {
  users = [
    {user: free, password: free}
    {user: bound, password: bound, permissions: {publish: {deny: "secret.>"}, subscribe: {deny: "secret.>"}}}
  ]
}
"""

SPEAK = r"""
import json, socket, sys, threading, time, urllib.request
HOST, PORT, MONITOR = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
done, took = {}, []

def did(kind, error=None, n=1):
    done[(kind, error)] = done.get((kind, error), 0) + n

class Client:
    def __init__(self, user="free", **options):
        self.s = socket.create_connection((HOST, PORT), 15)
        self.got = b""
        assert self.line().startswith("INFO {")
        connect = {"verbose": False, "pedantic": False, "user": user, "pass": user, "headers": True,
                   "no_responders": True, "lang": "python", "version": "1"}
        connect.update(options)
        self.say("CONNECT " + json.dumps(connect))
        if connect["verbose"]:
            assert self.line() == "+OK"
    def say(self, text):
        self.s.sendall(text.encode() + b"\r\n")
    def line(self):
        while b"\r\n" not in self.got:
            part = self.s.recv(65536)
            if not part:
                return None
            self.got += part
        line, self.got = self.got.split(b"\r\n", 1)
        return line.decode()
    def payload(self, n):
        while len(self.got) < n + 2:
            self.got += self.s.recv(65536)
        data, self.got = self.got[:n], self.got[n + 2:]
        return data
    def message(self):
        line = self.line()
        while line == "PING":
            self.say("PONG")
            line = self.line()
        words = line.split()
        assert words[0] in ("MSG", "HMSG"), line
        return words, self.payload(int(words[-1]))
    def flush(self):
        self.say("PING")
        line = self.line()
        assert line == "PONG", line
        did("ping")

def serve(responder, n, wait):
    for _ in range(n):
        words, data = responder.message()
        did("message")
        time.sleep(wait)
        responder.say("PUB %s %d\r\n%s" % (words[3], len(data), data.decode()))
        did("publish")

listener = Client()
listener.say("SUB news.* 1\r\nSUB queue.> workers 2")
did("subscribe", n=2)
listener.flush()
publisher = Client()
for i in range(500):
    publisher.say("PUB news.a 11\r\nMSG x 1 1\r\n")		# 11 octets, of which some look like a line
    did("publish")
head = "NATS/1.0\r\nName: a b\r\n\r\n"
publisher.say("HPUB news.b %d %d\r\n%shello" % (len(head), len(head) + 5, head))
did("publish")
publisher.say("PUB queue.x.y 0\r\n")
did("publish")
publisher.say("PUB news.big 60000\r\n" + "p" * 60000)
did("publish")
publisher.say("PUB nobody 2\r\nhi")
did("publish")
publisher.flush()
for _ in range(503):
    words, data = listener.message()
    did("message")
listener.say("UNSUB 2 10")
did("unsubscribe")
listener.flush()

responder, asker = Client(), Client()
responder.say("SUB service 1")
did("subscribe")
responder.flush()
asker.say("SUB _INBOX.me.* 9")
did("subscribe")
asker.flush()
helper = threading.Thread(target=serve, args=(responder, 9, 0.05))
helper.start()
for i in range(9):
    began = time.monotonic()
    asker.say("PUB service _INBOX.me.%d 5\r\nhello" % i)
    words, data = asker.message()
    took.append(time.monotonic() - began)
    assert words[1] == "_INBOX.me.%d" % i and data == b"hello", (words, data)
    did("request")
helper.join()
began = time.monotonic()
asker.say("PUB service.none _INBOX.me.none 0\r\n")
words, data = asker.message()
took.append(time.monotonic() - began)
assert b"503" in data, data
did("request", "no_responders")

verbose = Client(verbose=True)
for say, kind in (("SUB v 1", "subscribe"), ("PUB nobody 2\r\nhi", "publish"), ("UNSUB 1", "unsubscribe")):
    verbose.say(say)
    assert verbose.line() == "+OK"
    did(kind)
verbose.flush()
bound = Client(user="bound", verbose=True)
bound.say("PUB secret.a 1\r\nx")
assert bound.line().startswith("-ERR 'Permissions Violation")
did("publish", "permissions")
bound.say("SUB secret.a 4")
assert bound.line().startswith("-ERR 'Permissions Violation")
did("subscribe", "permissions")
bound.say("PUB open 1\r\nx")
assert bound.line() == "+OK"
did("publish")
quiet = Client(user="bound")
quiet.say("PUB secret.b 1\r\nx")
did("publish")
assert quiet.line().startswith("-ERR 'Permissions Violation")
did(None, "permissions")
wrong = Client(user="nobody")
assert wrong.line().startswith("-ERR 'Authorization Violation")
did(None, "authorization")
broken = Client()
broken.say("NOSUCH verb")
assert broken.line().startswith("-ERR 'Unknown Protocol")
varz = json.load(urllib.request.urlopen("http://%s:%d/varz" % (HOST, MONITOR), timeout=15))
print(json.dumps({"did": [[k[0], k[1], n] for k, n in done.items()], "took": took, "varz": varz}))
"""


def serve(place):
    name = place.write("nats.conf", CONFIG % (PEER, PORT, PEER, MONITOR))
    place.server("nats", "nats-server", "-c", name)
    return ["tcp:%d" % PORT, "tcp:%d" % MONITOR]


def ask(place):
    out = json.loads(place.client("python3", "-c", SPEAK, PEER, PORT, MONITOR).splitlines()[-1])
    did = {(kind, error): n for kind, error, n in out["did"]}
    for (kind, error), n in did.items():
        place.operation(PORT, "nats", kind, error, n)
    for seconds in out["took"]:
        place.took(PORT, "nats", "request", seconds)
    # The server counts what it took in, and what it gave out.
    came = sum(n for (kind, _), n in did.items() if kind in ("publish", "request"))
    refused = did["publish", "permissions"] + did[None, "permissions"]
    if out["varz"]["in_msgs"] not in (came, came - refused):
        raise Failed("the server took in %d messages, the clients sent %d" % (out["varz"]["in_msgs"], came))
