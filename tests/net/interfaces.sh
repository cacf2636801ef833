#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Interfaces that flap, go, come back, are renamed, change address and MTU, or go with their namespace,
# 50 times each while packets are counted: counting resumes within 3 s each time, fewer than 30
# lines are logged in all, descriptors and memory stay as they are.
test=interfaces
. "$(dirname "$0")/common.sh"
cycles=${CYCLES:-50}		# even: the last rename gives the first name back
netns h || { not_ok "a namespace"; exit 1; }

# pair NAME OTHER N: a new veth pair of namespace h, the other end in namespace OTHER; 10.78.N.1 and .2
pair() {
	ip -n "${P}h" link add "$1" type veth peer name p0 netns "$P$2" &&
		address "$1" "$3" && ip -n "$P$2" addr add "10.78.$3.2/24" dev p0 &&
		ip -n "$P$2" link set p0 up && ip -n "${P}h" link set "$1" up
}
address() { ip -n "${P}h" addr add "10.78.$2.1/24" dev "$1"; }

netns p && pair v0 p 0 || { not_ok "a veth pair"; exit 1; }
/usr/bin/python3 - "$N" "$P" "$cycles" "$W" <<'PY'
import json, os, socket, subprocess, sys, threading, time

program, prefix, cycles, work = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
h, p = prefix + "h", prefix + "p"
bad = 0


def tell(good, text):
    global bad
    bad |= not good
    print(("ok" if good else "not ok") + " interfaces: " + text, flush=True)


def ip(ns, *words):
    subprocess.run(["ip", "-n", ns] + list(words), check=True)


# The sender: a datagram each 20 ms to 10.78.N.2 out of namespace h, to a port of its own each cycle.
SENDER = r"""
import socket, sys, time
s, net, port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0, 1000
import select
while True:
    if select.select([0], [], [], 0.02)[0]:
        line = sys.stdin.readline()
        if not line: break
        net, port = map(int, line.split())
    try: s.sendto(b"x" * 100, ("10.78.%d.2" % net, port))
    except OSError: pass
"""
log = open(work + "/log", "w+")
live = subprocess.Popen(["ip", "netns", "exec", h, program, "live", "--json"], stdout=subprocess.PIPE,
                        stderr=log, text=True)
# A second one captures the interface by its name: whether it is there is worth a line, within limits.
named = subprocess.Popen(["ip", "netns", "exec", h, program, "live", "-i", "v0", "--json"],
                         stdout=open(work + "/named", "w"), stderr=log)
sender = subprocess.Popen(["ip", "netns", "exec", h, sys.executable, "-c", SENDER], stdin=subprocess.PIPE,
                          text=True)
seen = {}
ready = threading.Event()


def read():
    for line in live.stdout:
        o = json.loads(line)
        if o["event"] == "ready":
            ready.set()
        if o["event"] == "started" and o["proto"] == "udp":
            seen[o["responder_port"]] = time.monotonic()


reader = threading.Thread(target=read, daemon=True)
reader.start()
if not ready.wait(10):
    tell(False, "no ready line")
    live.kill(), named.kill(), sender.kill()
    sys.exit(1)


def state():
    status = open("/proc/%d/status" % live.pid).read()
    rss = int(status.split("VmRSS:")[1].split()[0])
    return len(os.listdir("/proc/%d/fd" % live.pid)), rss


port, net = 1000, 0
worst = {}


def counted(kind):
    """True once a datagram to a port not used before has been told."""
    global port
    port += 1
    sender.stdin.write("%d %d\n" % (net, port))
    sender.stdin.flush()
    start = time.monotonic()
    while port not in seen and time.monotonic() - start < 5:
        time.sleep(0.005)
    took = seen.get(port, start + 9) - start
    worst[kind] = max(worst.get(kind, 0), took)
    return took < 3


def run(kind, cycle):
    missed = 0
    for n in range(cycles):
        cycle(n)
        missed += not counted(kind)
        if n == 0:
            states.append(state())
    tell(missed == 0, "%s: %d cycles, counting resumed after %.2f s at the worst" % (kind, cycles, worst[kind]))


def address(name, other):
    ip(h, "addr", "add", "10.78.%d.1/24" % net, "dev", name)
    ip(other, "addr", "add", "10.78.%d.2/24" % net, "dev", "p0")


def make(name, other):
    ip(h, "link", "add", name, "type", "veth", "peer", "name", "p0", "netns", other)
    address(name, other)
    ip(other, "link", "set", "p0", "up")
    ip(h, "link", "set", name, "up")


def flap(n):
    ip(h, "link", "set", "v0", "down")
    time.sleep(0.02 * (n % 5))
    ip(h, "link", "set", "v0", "up")


def recreate(n):
    ip(h, "link", "del", "v0")
    time.sleep(0.02 * (n % 5))
    make("v0", p)


def rename(n):
    ip(h, "link", "set", "v0" if n % 2 == 0 else "w0", "down")
    ip(h, "link", "set", "v0" if n % 2 == 0 else "w0", "name", "w0" if n % 2 == 0 else "v0")
    ip(h, "link", "set", "w0" if n % 2 == 0 else "v0", "up")


def change(n):
    global net
    ip(h, "addr", "flush", "dev", "v0")
    ip(p, "addr", "flush", "dev", "p0")
    net = 1 + n % 2
    address("v0", p)
    ip(h, "link", "set", "v0", "mtu", str(1400 + n))


def namespace(n):
    global net
    other = prefix + "q"
    subprocess.run(["ip", "netns", "add", other], check=True)
    net = 3
    make("q0", other)
    if not counted("namespace, before"):
        tell(False, "a new namespace's interface is not counted")
    subprocess.run(["ip", "netns", "del", other], check=True)
    net = 1 + (cycles - 1) % 2
    for _ in range(100):                  # the kernel takes it away in its own time
        if not os.path.exists("/proc/%d/root/sys/class/net/q0" % live.pid) and subprocess.run(
                ["ip", "-n", h, "link", "show", "q0"], capture_output=True).returncode:
            break
        time.sleep(0.02)


states = []
counted("start")
time.sleep(0.3)
states.append(state())
for kind, cycle in (("down and up", flap), ("delete and recreate", recreate), ("rename", rename),
                    ("address and MTU", change), ("deletion of a namespace", namespace)):
    run(kind, cycle)
time.sleep(1.5)
end = state()
# The rings are part of RSS once they have been touched: 2 x 8 MiB here, and one more that leaves.
tell(end[0] <= states[0][0], "%d descriptors at the end, %d at the start" % (end[0], states[0][0]))
tell(end[1] <= states[0][1] + 24 * 1024, "%d KiB resident at the end, %d at the start" % (end[1], states[0][1]))
live.send_signal(15)
start = time.monotonic()
live.wait(10)
named.send_signal(15)
named.wait(10)
tell(live.returncode == 0, "ended with %d after %.2f s" % (live.returncode, time.monotonic() - start))
sender.stdin.close()
sender.wait()
log.seek(0)
lines = log.read().splitlines()
tell(len(lines) < 30, "%d lines logged by both" % len(lines))
told = {json.loads(l).get("responder_port") for l in open(work + "/named") if '"flow"' in l}
tell(port - 50 < max(x for x in told if x) and named.returncode == 0, "captured by name to the end")
for line in lines[:3]:
    print("# " + line)
sys.exit(bad)
PY
[ $? = 0 ] || failed=1
exit $failed
