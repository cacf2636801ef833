#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes that hold sockets in odd ways, and what show_owners says of them.

owners.py serve FOLDER           starts them in this namespace, writes FOLDER/truth.json, waits
owners.py compare TITLE TRUTH SHOWN PICK [SS]
    PICK: all       everything is known, with its name
          script    the same, interpreters by their scripts
          comm      the same, but a name may be comm: executables cannot be read
          own       what uid 65534 holds is known, all else denied
    SS: output of ss -Htulnp; whom we name is one of those that it lists, the eldest
"""
import array
import ctypes
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

APP = """
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 7004))
s.listen(5)
print("ready", flush=True)
time.sleep(1000)
"""
truth = []
children = []


def listen(port, kind=socket.SOCK_STREAM):
    s = socket.socket(socket.AF_INET, kind)
    s.bind(("127.0.0.1", port))
    if kind == socket.SOCK_STREAM:
        s.listen(5)
    return s


def fork(body):
    """A child that runs body, which says by its return that it is ready; its PID."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            body()
            os.write(w, b"x")
            while True:
                time.sleep(1000)
        finally:
            os._exit(1)
    os.close(w)
    assert os.read(r, 1) == b"x"
    os.close(r)
    children.append(pid)
    return pid


def expect(port, pid, process, comm=None, script=None, own=False, unit=None, proto="tcp"):
    truth.append({"proto": proto, "port": port, "pid": pid, "process": process, "comm": comm or process,
                  "script": script or process, "own": own, "unit": unit})


def rename_thread():
    libc = ctypes.CDLL(None)

    def run():
        libc.prctl(15, b"worker-thread-a", 0, 0, 0)      # PR_SET_NAME
        kept.append(listen(7002))

    t = threading.Thread(target=run)
    t.start()
    t.join()


def as_nobody():
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    libc = ctypes.CDLL(None)
    libc.prctl(4, 1, 0, 0, 0)                            # PR_SET_DUMPABLE
    kept.append(listen(7008))


kept = []


def wait_exe(pid, path):
    for _ in range(500):
        if os.readlink("/proc/%d/exe" % pid).split(" (deleted)")[0] == path:
            return
        time.sleep(0.01)
    raise SystemExit("%s did not start" % path)


def cgroup():
    """A folder that looks like a unit's in the cgroup2 hierarchy; None if it cannot be made."""
    for line in open("/proc/mounts"):
        words = line.split()
        if words[2] == "cgroup2":
            folder = "%s/nsc%d.slice/nsc-test.service" % (words[1], os.getpid())
            try:
                os.makedirs(folder)
                return folder
            except OSError:
                return None
    return None


def serve(folder):
    me = os.path.basename(os.path.realpath("/proc/self/exe"))
    here = "owners.py"
    comm = open("/proc/self/comm").read().strip()

    # One socket, three processes: the eldest.
    shared = listen(7001)
    eldest = fork(lambda: kept.append(shared))
    time.sleep(0.05)
    fork(lambda: None)
    fork(lambda: None)
    shared.close()
    expect(7001, eldest, me, comm, here)

    expect(7002, fork(rename_thread), me, comm, here)

    # An executable that is gone.
    server = folder + "/my-server"
    shutil.copy(os.path.realpath("/proc/self/exe"), server)
    gone = subprocess.Popen([server, "-c", APP.replace("7004", "7003")], stdout=subprocess.PIPE,
                            env={"PYTHONHOME": "/usr"})
    gone.stdout.readline()
    os.unlink(server)
    children.append(gone.pid)
    expect(7003, gone.pid, "my-server")

    with open(folder + "/app.py", "w") as f:
        f.write(APP)
    app = subprocess.Popen(["/usr/bin/python3", "-u", folder + "/app.py"], stdout=subprocess.PIPE)
    app.stdout.readline()
    children.append(app.pid)
    expect(7004, app.pid, me, "python3", "app.py")

    # exec after bind.
    after = folder + "/after-exec"
    shutil.copy("/bin/sleep", after)
    s = listen(7005)
    s.set_inheritable(True)
    pid = os.fork()
    if pid == 0:
        os.execv(after, ["x", "1000"])
    wait_exe(pid, after)
    s.close()
    children.append(pid)
    expect(7005, pid, "after-exec")

    # Passed to another process, and closed here.
    a, b = socket.socketpair()

    def receive():
        _, got, _, _ = b.recvmsg(1, socket.CMSG_SPACE(4))
        kept.append(array.array("i", got[0][2])[0])

    s = listen(7006)
    pid = os.fork()
    if pid == 0:
        try:
            s.close()
            receive()
            b.send(b"x")
            time.sleep(1000)
        finally:
            os._exit(1)
    children.append(pid)
    a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [s.fileno()]))])
    s.close()
    assert a.recv(1) == b"x"
    expect(7006, pid, me, comm, here)

    expect(7007, fork(lambda: kept.append(listen(7007, socket.SOCK_DGRAM))), me, comm, here, proto="udp")
    expect(7008, fork(as_nobody), me, comm, here, own=True)

    # A unit, by its cgroup.
    unit = cgroup()
    pid = fork(lambda: kept.append(listen(7009)))
    if unit is not None:
        with open(unit + "/cgroup.procs", "w") as f:
            f.write(str(pid))
    expect(7009, pid, me, comm, here, unit="nsc-test.service" if unit else None)

    with open(folder + "/truth.json.new", "w") as f:
        json.dump(truth, f)
    os.rename(folder + "/truth.json.new", folder + "/truth.json")
    try:
        sys.stdin.read()
    finally:
        for pid in children:
            os.kill(pid, 9)
        for pid in children:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass
        if unit is not None:
            time.sleep(0.1)
            os.rmdir(unit)
            os.rmdir(os.path.dirname(unit))


def start_of(pid):
    return int(open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[19])


def compare(title, truth_file, shown_file, pick, ss_file=None):
    want = json.load(open(truth_file))
    lines = [json.loads(line) for line in open(shown_file)]
    way = lines.pop() if "way" in lines[-1] else {"way": "netflowscope listen"}
    shown = {(o["proto"], o["port"]): o for o in lines}
    bad = []
    for t in want:
        o = shown.get((t["proto"], t["port"]), {})
        if pick == "own" and not t["own"]:
            good = o.get("process_state") == "denied" and "process" not in o
        else:
            names = {"script": [t["script"]], "comm": [t["process"], t["comm"]]}.get(pick, [t["process"]])
            good = o.get("process_state") == "known" and o["pid"] == t["pid"] and o["process"] in names
            good = good and (t["unit"] is None or o.get("unit") == t["unit"])
        if not good:
            bad.append("%s, wanted %s" % (json.dumps(o), json.dumps(t)))
    if ss_file:
        listed = 0
        for line in open(ss_file):
            words = line.split()
            pids = sorted((start_of(int(p)), int(p)) for p in set(re.findall(r"pid=(\d+)", line)))
            o = shown[(words[0], int(words[4].rsplit(":", 1)[1]))]
            listed += 1
            if (o.get("pid") != pids[0][1]) if pids else o["process_state"] == "known":
                bad.append("%s, ss: %s" % (json.dumps(o), line.strip()))
        if listed < len(want):
            bad.append("ss lists %d sockets" % listed)
    print("%s owners: %s by %s%s" % ("not ok" if bad else "ok", title, way["way"],
                                     "".join("\n# " + b for b in bad)))
    return 1 if bad else 0


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    sys.exit(compare(*sys.argv[2:]))
