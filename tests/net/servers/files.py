# SPDX-License-Identifier: MIT
"""SMB 3: smbd and smbclient; the commands as the server itself counted them, the errors as the client was told."""
import os
import re
import subprocess

from place import PEER, SERVERS, Failed

needs = ["smbd", "smbclient", "smbpasswd", "smbstatus"]
PORT, WORD = 445, "Passw0rd"

CONF = """[global]
interfaces = p0
bind interfaces only = yes
smb ports = %(port)d
server role = standalone server
passdb backend = tdbsam:%(folder)s/passdb.tdb
smbd profiling level = on
load printers = no
disable spoolss = yes
log level = 1
[share]
path = %(folder)s/share
read only = no
[closed]
path = %(folder)s/share
valid users = nobody
"""

# Given by -c.
TALK = ("ls", "get hello got", "put got new", "allinfo new", "rename new newer", "del newer", "mkdir inner", "cd inner",
        "cd ..", "rmdir inner")
FAIL = ("get nothing x", "rmdir missing")

# MS-SMB2, 2.2.1.2, 2.2.3, 2.2.28: a negotiation of 2.0.2 and ECHO, which asks for no login.
TIMED = """
import socket, struct, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def say(n, command, body):
    message = struct.pack("<4sHHIHHIIQIIQ16x", b"\\xfeSMB", 64, 1, 0, command, 1, 0, 0, n, 0, 0, 0) + body
    s.sendall(struct.pack(">I", len(message)) + message)
    want, got = 4, b""
    while len(got) < want:
        got += s.recv(9000)
        if len(got) >= 4:
            want = 4 + struct.unpack(">I", got[:4])[0]
    assert got[4:8] == b"\\xfeSMB" and struct.unpack("<I", got[12:16])[0] == 0
say(0, 0, struct.pack("<HHHHI16xQH", 36, 1, 1, 0, 0, 0, 0x202))
for n in range(1, 6):
    began = time.monotonic()
    say(n, 13, struct.pack("<HH", 4, 0))
    print(time.monotonic() - began)
"""

# Ours and the server's names of commands.
NAMES = {"create": "create", "close": "close", "read": "read", "write": "write", "ioctl": "ioctl", "find": "query_directory",
         "getinfo": "query_info", "setinfo": "set_info", "tcon": "tree_connect", "tdis": "tree_disconnect"}


def serve(place):
    conf = CONF % {"port": PORT, "folder": place.folder}
    for name in ("private dir", "state directory", "lock directory", "cache directory", "pid directory", "ncalrpc dir"):
        where = place.path("samba", name.split()[0])
        os.makedirs(where, mode=0o755, exist_ok=True)
        conf = conf.replace("[share]", "%s = %s\n[share]" % (name, where), 1)
    place.write("smb.conf", conf)
    place.write("share/hello", "hello\n" * 100)
    subprocess.run(["smbpasswd", "-c", place.path("smb.conf"), "-a", "-s", "root"], input="%s\n%s\n" % (WORD, WORD),
                   text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    place.server("smbd", "smbd", "--foreground", "--debug-stdout", "-s", place.path("smb.conf"))
    return ["tcp:%d" % PORT]


def counted(place):
    """Of each command, how often smbd had it."""
    out = subprocess.run(place.inside(SERVERS, ["smbstatus", "-P", "-s", place.path("smb.conf")]),
                         stdout=subprocess.PIPE, text=True, timeout=120, check=True).stdout
    return {name: int(n) for name, n in re.findall(r"^smb2_([a-z]+)_count:\s*(\d+)$", out, re.M)}


def client(place, share, commands, word=WORD):
    return place.client("smbclient", "-s", place.path("smb.conf"), "-m", "SMB3", "-U", "root%" + word,
                        "//%s/%s" % (PEER, share), "-c", commands, status=None)


def expect(text, *words):
    for word in words:
        if text.count(word) != 1:
            raise Failed("smbclient: %s is not there once: %s" % (word, text))


def ask(place):
    out = client(place, "share", ";".join(TALK))
    if "NT_STATUS" in out:
        raise Failed("smbclient: " + out)
    expect(client(place, "share", ";".join(FAIL)), "NT_STATUS_OBJECT_NAME_NOT_FOUND opening",
           "NT_STATUS_OBJECT_NAME_NOT_FOUND removing")
    expect(client(place, "share", "ls", "wrong"), "NT_STATUS_LOGON_FAILURE")
    expect(client(place, "closed", "ls"), "NT_STATUS_ACCESS_DENIED")
    expect(client(place, "absent", "ls"), "NT_STATUS_BAD_NETWORK_NAME")
    errors = {
        ("create", "not_found"): len(FAIL),
        # Whoever could log in asks where else the share is; allinfo asks for snapshots.
        ("ioctl", "not_found"): 4, ("ioctl", "not_supported"): 1,
        ("tree_connect", "access_denied"): 1, ("tree_connect", "bad_network_name"): 1,
    }
    total = {NAMES[name]: n for name, n in counted(place).items() if n > 0 and name in NAMES}
    for (kind, error), n in errors.items():
        place.operation(PORT, "smb", kind, error, n)
        total[kind] -= n
    for kind, n in total.items():
        if n > 0:
            place.operation(PORT, "smb", kind, n=n)
    # Of the tree that is none: refused before it is counted.
    place.operation(PORT, "smb", "tree_disconnect", "session", 2)
    place.operation(PORT, "smb", None, "logon_failure")


def slow(place):
    for line in place.client("/usr/bin/python3", "-c", TIMED, PEER, PORT).splitlines():
        place.operation(PORT, "smb", "echo")
        place.took(PORT, "smb", "echo", float(line))
