# SPDX-License-Identifier: MIT
"""SSH: OpenSSH on its port and on another protocol's; the client prints both banners."""
import os
import re

from place import PEER, Failed

needs = ["sshd", "ssh", "ssh-keygen"]
PORTS = (22, 143)
CONFIGURATION = """
{listen}
HostKey {w}/ssh-host
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile {w}/ssh-user.pub
PermitRootLogin yes
VersionAddendum of a test
"""


def serve(place):
    for name in ("ssh-host", "ssh-user"):
        place.client("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place.path(name))
    listen = "\n".join("ListenAddress %s:%d" % (PEER, p) for p in PORTS)
    conf = place.write("sshd.conf", CONFIGURATION.format(w=place.folder, listen=listen))
    # `ip netns exec` gave it mounts of its own: the folder that sshd insists on is seen by it alone.
    place.server("sshd", "sh", "-c", 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"', "sh",
                 "/usr/sbin/sshd", "-D", "-e", "-f", conf)
    return ["tcp:%d" % p for p in PORTS]


def ssh(place, port, user_key, status):
    out = place.client("ssh", "-v", "-F", "none", "-p", port, "-i", place.path(user_key), "-o", "BatchMode=yes",
                       "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o",
                       "UserKnownHostsFile=/dev/null", "root@" + PEER, "true", status=status)
    ours = re.search(r"Local version string (\S.*)", out)
    version = re.search(r"Remote protocol version (\S+), remote software version (.*)", out)
    if not ours or not version:
        raise Failed("ssh: " + out[-400:])
    client, server = ours[1].strip(), "SSH-%s-%s" % (version[1], version[2].strip())
    place.count("ssh", port, client, server)
    place.count("flow", port, "ssh", client, server)


def ask(place):
    os.chmod(place.path("ssh-user"), 0o600)
    for port in PORTS:
        for _ in range(2):
            ssh(place, port, "ssh-user", (0, 255))
        ssh(place, port, "ssh-host", (255,))		# a key that it does not know
