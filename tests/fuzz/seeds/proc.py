#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds of fuzz_proc: files of /proc/PID as kernels and container engines write them.  Argument: the folder."""
import os
import sys

ID = "4f7c3b2a1908d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2"
POD = "pod0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0"
REST = " S 1 42 42 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 987654 1000 20\n"
seeds = {
    "stat": "s42 (nginx)" + REST,
    "stat_odd": "s42 (a b) (c\\n\\\\) R 7)" + REST,
    "stat_short": "s42 (nginx) S 1 2",
    "exe": "e/usr/sbin/nginx (deleted)",
    "exe_long": "e/" + "n" * 200,
    "python": "cpython3.11\npython3\0-u\0-W\0ignore\0/srv/app.py\0--port\0",
    "python_module": "cpython3.11\npython3\0-Im\0http.server\0",
    "python_code": "cpython3.11\npython3\0-c\0import x\0",
    "perl": "cperl5.36-x86_64-linux-gnu\nperl\0-w\0-Mfeature=say\0x.pl\0",
    "node": "cnode\nnode\0--require\0./t.js\0--\0server.js\0",
    "node_eval": "cnode\nnode\0--eval\0" + "1\0",
    "java": "cjava\njava\0-cp\0a.jar\0-jar\0/opt/server.jar\0",
    "bash": "cbash\nbash\0-\0",
    "script_long": "cbash\nbash\0" + "j" * 200 + "\0",
    "title": "cpython3.11\ngunicorn: master [app]\0\0\0",
    "no_interpreter": "cnginx\nnginx: worker\0",
    "v2": "g0::/system.slice/nginx.service\n",
    "hybrid": "g9:name=systemd:/system.slice/a.service\n8:pids:/docker/" + ID + "\n0::/\n",
    "v1": "g4:cpu,cpuacct:/lxc/web\n3:pids:/kubepods/" + POD + "/" + ID + " (deleted)\n",
    "bad_cgroup": "gx\n::\n0:\n",
    "unit": "u/system.slice/system-getty.slice/_getty@tty1.service/init.scope",
    "user": "u/../user.slice/user-1000.slice/user@1000.service/app.slice/app-x\\x2dy.scope",
    "slice": "u/user.slice/user-1000.slice",
    "docker": "u/system.slice/docker-" + ID + ".scope",
    "containerd": "u/kubepods.slice/kubepods-burstable-" + POD + ".slice/cri-containerd-" + ID + ".scope",
    "colons": "u/system.slice/kubepods-" + POD + ".slice:cri-containerd:" + ID,
    "pod": "u/kubepods.slice/kubepods-" + POD + ".slice",
    "pod_v1": "u/kubepods/" + POD.replace("_", "-") + "/x",
    "pod_bad": "u/kubepods/podxyz/kubepods-x.slice/kubepods-a.slice",
    "ecs": "u/ecs/0123456789abcdef0123456789abcdef/" + ID,
    "machine": "u/machine.slice/systemd-nspawn@deb\\x2d12.service/payload",
    "lxc": "u/lxc.payload.web/system.slice",
    "long": "u/system.slice/" + "a" * 300 + ".service",
}
for name, text in seeds.items():
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(text.encode())
