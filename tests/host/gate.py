#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gate.py xdp|tcx DEVICE | cgroup FOLDER | lookup NETNS: attaches a BPF program that lets everything pass.

It says "ready", and stays until standard input ends; with "probe" in front of them only whether this
kernel has the place (status 0) or not (77).
"""
import ctypes, os, platform, socket, struct, sys

BPF = {"x86_64": 321, "aarch64": 280}.get(platform.machine(), 280)
PROG_LOAD, LINK_CREATE = 5, 28
# program type, attach type, what it returns to let a packet pass (linux/bpf.h)
PLACES = {"xdp": (6, 37, 2), "tcx": (3, 46, 0), "cgroup": (8, 0, 1), "lookup": (30, 36, 1)}


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    libc = ctypes.CDLL(None, use_errno=True)
    r = libc.syscall(BPF, command, buffer, len(attributes))
    if r < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return r


def load(kind, attach, value):
    code = ctypes.create_string_buffer(struct.pack("<BBhi", 0xb7, 0, 0, value) + struct.pack("<BBhi", 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    #  type, instructions, their address, licence, log, version, flags, name, ifindex, expected attach type
    return bpf(PROG_LOAD, struct.pack("<IIQQIIQII16sII", kind, 2, ctypes.addressof(code), ctypes.addressof(licence),
                                      0, 0, 0, 0, 0, b"gate", 0, attach))


def main():
    probe = sys.argv[1] == "probe"
    place, target = sys.argv[2:4] if probe else sys.argv[1:3]
    kind, attach, value = PLACES[place]
    where = socket.if_nametoindex(target) if place in ("xdp", "tcx") else os.open(target, os.O_RDONLY)
    # XDP_FLAGS_SKB_MODE: every device can do that
    flags = 2 if place == "xdp" else 0
    try:
        link = bpf(LINK_CREATE, struct.pack("<IIII48x", load(kind, attach, value), where, attach, flags))
    except OSError as e:
        print(f"{place}: {e}", file=sys.stderr)
        sys.exit(77 if probe else 1)
    if not probe:
        print("ready", flush=True)
        sys.stdin.read()
    os.close(link)


main()
