# SPDX-License-Identifier: MIT
"""Redis: redis-cli's commands and pipelines, redis-benchmark, subscriptions, errors, RESP2 and RESP3."""
import re
import time

from place import PEER, Failed

needs = ["redis-server", "redis-cli", "redis-benchmark"]
PORT, BUSY, SLOW = 6379, 6380, 6381		# one server; by port, so that each client is counted apart

# What is said in one session: the commands, what each counts as, its error.
TALK = (
    ("PING", "ping", None),
    ("SET greeting hello", "set", None),
    ("GET greeting", "get", None),
    ("GET nothing", "get", None),			# a miss is no error
    ("SET long %s" % ("x" * 20000), "set", None),
    ("GET long", "get", None),
    ("INCR greeting", "incr", "err"),			# not an integer
    ("LPUSH queue a b c", "list", None),
    ("LRANGE queue 0 -1", "list", None),
    ("GET queue", "get", "wrongtype"),
    ("HSET user name x", "hash", None),
    ("HGETALL user", "hash", None),
    ("SADD tags a b", "sets", None),
    ("SMEMBERS tags", "sets", None),
    ("ZADD scores 1 a 2 b", "sorted_sets", None),
    ("ZRANGE scores 0 -1 WITHSCORES", "sorted_sets", None),
    ("XADD events * k v", "stream", None),
    ("XRANGE events - +", "stream", None),		# arrays in arrays
    ("XREADGROUP GROUP none me STREAMS events >", "stream", "stream"),
    ("MGET greeting nothing", "mget", None),
    ("EXPIRE greeting 100", "expire", None),
    ("EXISTS greeting", "exists", None),
    ("SCAN 0", "scan", None),
    ("EVAL 'return redis.error_reply(\"MY own\")' 0", "eval", "other"),
    ("EVALSHA ffffffffffffffffffffffffffffffffffffffff 0", "eval", "noscript"),
    ("MULTI", "transaction", None),
    ("SET a 1", "set", None),
    ("GET a", "get", None),
    ("EXEC", "transaction", None),
    ("NOSUCH command", "other", "err"),
    ("PUBLISH nobody x", "publish", None),
    ("DEL greeting long", "del", None),
    ("CONFIG GET maxmemory", "admin", None),
)


SLEEP = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
began = time.monotonic()
s.sendall(b"*3\\r\\n$5\\r\\nDEBUG\\r\\n$5\\r\\nSLEEP\\r\\n$4\\r\\n0.05\\r\\n")
assert s.recv(100) == b"+OK\\r\\n"
print(time.monotonic() - began)
"""


def serve(place):
    for port in (PORT, BUSY, SLOW):
        place.server("redis-%d" % port, "redis-server", "--bind", PEER, "--port", port, "--save", "", "--appendonly",
                     "no", "--dir", place.folder, "--enable-debug-command", "yes", "--protected-mode", "no")
    return ["tcp:%d" % p for p in (PORT, BUSY, SLOW)]


def cli(place, port, lines, *options):
    name = place.write("redis.commands", "".join(line + "\n" for line in lines))
    place.operation(port, "redis", "admin")
    return place.client("sh", "-c", 'exec redis-cli -h "$1" -p "$2" $4 <"$3"', "sh", PEER, port, name,
                        " ".join(options))	# (it begins with COMMAND DOCS)


def ask(place):
    for options in ((), ("-3",)):
        cli(place, PORT, [line for line, _, _ in TALK], *options)
        for _, kind, error in TALK:
            place.operation(PORT, "redis", kind, error)
    # Sixty unlike commands in one go.
    place.client("sh", "-c", "for i in $(seq 30); do"
                 " printf '*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nk\\r\\n$1\\r\\nv\\r\\nGET k\\r\\n'; done |"
                 ' redis-cli -h "$0" -p "$1" --pipe', PEER, PORT)
    place.operation(PORT, "redis", "set", n=30)
    place.operation(PORT, "redis", "get", n=30)
    place.operation(PORT, "redis", "ping")		# --pipe ends with an ECHO
    # 20,000 requests of each kind and some, 64 at a time on each of 4 connections, as the server counted them.
    place.client("redis-benchmark", "-h", PEER, "-p", BUSY, "-q", "-c", 4, "-P", 64, "-n", 20000, "-t", "set,get,lpush")
    stats = place.client("redis-cli", "-h", PEER, "-p", BUSY, "INFO", "commandstats")
    calls = {name: int(n) for name, n in re.findall(r"cmdstat_([^:]+):calls=(\d+)", stats)}
    if min(calls.get(name, 0) for name in ("set", "get", "lpush")) < 20000:
        raise Failed("redis-benchmark: " + stats)
    for name, kind in (("set", "set"), ("get", "get"), ("lpush", "list")):
        place.operation(BUSY, "redis", kind, n=calls.pop(name))
    place.operation(BUSY, "redis", "admin", n=sum(calls.values()) + 1)	# CONFIG GET, and this INFO
    subscriptions(place)
    slow(place)


def subscriptions(place):
    """Two channels and a pattern; three messages are pushed, which answer nothing."""
    listener = place.started("redis-cli", "-h", PEER, "-p", PORT, "SUBSCRIBE", "news", "weather")
    patterns = place.started("redis-cli", "-3", "-h", PEER, "-p", PORT, "PSUBSCRIBE", "n*")
    end = time.monotonic() + 20
    while True:			# as many hear it as there are subscriptions
        out = cli(place, PORT, ["PUBSUB NUMSUB news weather", "PUBSUB NUMPAT"]).split()
        place.operation(PORT, "redis", "publish", n=2)
        if out == ["news", "1", "weather", "1", "1"] or time.monotonic() > end:
            break
        time.sleep(0.1)
    cli(place, PORT, ["PUBLISH news one", "PUBLISH weather two", "PUBLISH news three"])
    place.operation(PORT, "redis", "publish", n=3)
    place.operation(PORT, "redis", "subscribe", n=2)
    for client in (listener, patterns):
        client.terminate()
        client.communicate(timeout=120)


def slow(place):
    """DEBUG SLEEP holds the server; the client's own clock says how long."""
    for _ in range(9):
        out = place.client("python3", "-c", SLEEP, PEER, SLOW)
        place.operation(SLOW, "redis", "admin")
        place.took(SLOW, "redis", "admin", float(out))
