# SPDX-License-Identifier: MIT
"""Where the servers and clients of a test live: two namespaces and a private folder."""
import collections
import contextlib
import os
import shutil
import subprocess
import sys
import time

HOST = "10.77.0.1"		# the clients', where we watch
PEER = "10.77.0.2"		# the servers'
CLIENTS, SERVERS = "h", "p"


class Failed(Exception):
    pass


class Place:
    """Starts programs, and keeps what the clients did: tuples that begin with the event's name."""

    def __init__(self, prefix, folder):
        self.prefix = prefix
        self.folder = folder
        self.servers = []
        self.did = collections.Counter()
        self.times = {}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as f:
            return f.read()

    def count(self, *what):
        self.did[what] += 1

    def operation(self, port, app, kind, error=None, n=1):
        self.did["operation", port, app, kind, error] += n

    def took(self, port, app, kind, seconds):
        """Of each operation of that kind on that port: what the client measured."""
        self.times.setdefault((port, app, kind), []).append(seconds)

    def inside(self, space, words):
        return ["ip", "netns", "exec", self.prefix + space] + [str(w) for w in words]

    def server(self, name, *words, cwd=None, env=None, space=SERVERS):
        """In the foreground, its output in NAME.log."""
        log = open(self.path(name + ".log"), "wb")
        self.servers.append((name, subprocess.Popen(
            self.inside(space, words), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=cwd or self.folder, env=dict(os.environ, **env) if env else None)))

    def client(self, *words, given=None, status=(0,), env=None):
        """Runs to its end; what it printed on both outputs."""
        r = subprocess.run(self.inside(CLIENTS, words), input=given,
                           stdin=subprocess.DEVNULL if given is None else None,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                           timeout=120, cwd=self.folder, check=False,
                           env=dict(os.environ, **env) if env else None)
        if status and r.returncode not in status:
            raise Failed("%.300s: status %d: %s" % (" ".join(map(str, words)), r.returncode, r.stdout[-600:]))
        return r.stdout

    def started(self, *words, space=CLIENTS):
        """A client to talk with by pipes."""
        return subprocess.Popen(self.inside(space, words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors="replace", cwd=self.folder)

    @contextlib.contextmanager
    def delayed(self, seconds):
        """What the servers say comes so much later, on the wire where we watch (delay.py)."""
        mac = self.client("cat", "/sys/class/net/h0/address").strip()
        relay = os.path.join(os.path.dirname(os.path.abspath(__file__)), "delay.py")
        process = self.started(sys.executable, relay, seconds, HOST, mac, "p0", PEER, space=SERVERS)
        try:
            line = process.stdout.readline()
            if line != "ready\n":
                raise Failed("delay.py: " + line + process.communicate(timeout=120)[0])
            yield
        finally:
            process.kill()
            process.communicate()

    def listening(self, ports, seconds=60, space=SERVERS):
        """Waits until PROTO:PORT of each is bound in a namespace."""
        wanted, end = set(ports), time.monotonic() + seconds
        while True:
            out = subprocess.run(self.inside(space, ["ss", "-Hlntu"]), stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
            there = set()
            for line in out.splitlines():
                word = line.split()
                there.add("%s:%s" % (word[0], word[4].rsplit(":", 1)[1]))
            if wanted <= there:
                return
            for name, process in self.servers:
                if process.poll() is not None:
                    raise Failed("%s ended: %s" % (name, self.read(name + ".log")[-600:]))
            if time.monotonic() > end:
                raise Failed("nothing listens on %s" % " ".join(sorted(wanted - there)))
            time.sleep(0.05)

    def end(self):
        for _, process in self.servers:
            process.terminate()
        for _, process in self.servers:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def missing(programs):
    """Those of the programs that are not installed; servers live in sbin."""
    where = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    return [p for p in programs if shutil.which(p, path=where) is None]
