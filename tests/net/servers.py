#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Real servers and clients of each protocol, and our account of what they said.

  servers.py talk PREFIX FOLDER             runs them in the namespaces PREFIXh and PREFIXp; what the
                                            clients did goes to FOLDER/did.json
  servers.py compare FOLDER NAME LINES      NAME's lines against FOLDER/did.json
  servers.py same LIVE READ                 the same events in both files of lines

NSC_GROUP is the group of areas ("servers" if it is not set); NSC_AREAS="http dns" runs some of them.  Prints "ok", "not ok" or "skip" lines.  Only the standard library.
"""
import json
import os
import signal
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "servers"))

import clock		# noqa: E402
import compare		# noqa: E402
import datagrams	# noqa: E402
import db_memcached	# noqa: E402
import db_mysql		# noqa: E402
import db_nats		# noqa: E402
import db_postgresql	# noqa: E402
import db_redis		# noqa: E402
import dhcp		# noqa: E402
import files		# noqa: E402
import modbus		# noqa: E402
import msg_amqp		# noqa: E402
import msg_ftp		# noqa: E402
import msg_kerberos	# noqa: E402
import msg_ldap		# noqa: E402
import msg_mail		# noqa: E402
import msg_mqtt		# noqa: E402
import msg_sip		# noqa: E402
import msg_smtp		# noqa: E402
import names		# noqa: E402
import place		# noqa: E402
import quic		# noqa: E402
import radius		# noqa: E402
import remote		# noqa: E402
import secret		# noqa: E402
import shell		# noqa: E402
import snmp		# noqa: E402
import starttls		# noqa: E402
import tftp		# noqa: E402
import ways		# noqa: E402
import web		# noqa: E402
import web2		# noqa: E402

GROUPS = {
    "servers": {"http": web, "http2": web2, "tls": secret, "dtls": datagrams, "quic": quic, "dns": names, "ssh": shell,
                "starttls": starttls, "ways": ways},
    # Those whose operations are counted.
    "databases": {"redis": db_redis, "postgresql": db_postgresql, "mysql": db_mysql},
    "infrastructure": {"radius": radius, "snmp": snmp, "ntp": clock, "dhcp": dhcp, "tftp": tftp,
                       "smb": files, "nfs": remote, "modbus": modbus},
    "stores": {"memcached": db_memcached, "nats": db_nats},
    # (RabbitMQ takes its time to start.)
    "messages": {"amqp": msg_amqp, "kerberos": msg_kerberos, "ldap": msg_ldap, "mqtt": msg_mqtt, "sip": msg_sip,
                 "smtp": msg_smtp, "mail": msg_mail, "ftp": msg_ftp},
}
DELAY = 0.2		# s, of the answers to what an area's `slow` asks, last
GROUP = os.environ.get("NSC_GROUP", "servers")
AREAS = GROUPS[GROUP]


def say(word, text):
    print("%s %s: %s" % (word, GROUP, text), flush=True)


def talk(prefix, folder):
    at, did, bad = place.Place(prefix, folder), [], 0
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
    areas = {}
    chosen = os.environ.get("NSC_AREAS", " ".join(AREAS)).split()
    for name, area in AREAS.items():
        missing = place.missing(area.needs)
        if missing:
            say("skip", "%s: %s not installed" % (name, ", ".join(missing)))
        else:
            areas[name] = area
    try:
        ports = [p for area in areas.values() for p in area.serve(at)]
        at.listening(ports, max([10] + [getattr(area, "PATIENCE", 0) for area in areas.values()]))
        for name in [n for n in areas if n in chosen]:
            area = areas[name]
            at.did.clear()
            began = time.monotonic()
            try:
                area.ask(at)
                if hasattr(area, "agrees"):
                    area.agrees(at)
                if hasattr(area, "slow"):
                    with at.delayed(DELAY):
                        area.slow(at)
            except Exception as e:
                bad = 1
                say("not ok", "%s: %s" % (name, e))
                traceback.print_exc()
            did += [[name, list(k), n] for k, n in at.did.items()]
            print("# %s: %.1f s" % (name, time.monotonic() - began))
    except place.Failed as e:
        bad = 1
        say("not ok", str(e))
    finally:
        at.end()
    at.write("did.json", json.dumps(did))
    at.write("times.json", json.dumps([[list(k), v] for k, v in at.times.items()]))
    return bad


def tuples(x):
    return tuple(map(tuples, x)) if isinstance(x, list) else x


def against(folder, label, path):
    with open(os.path.join(folder, "did.json"), encoding="utf-8") as f:
        did = json.load(f)
    bad = 0
    for name in AREAS:
        mine = {tuples(k): n for area, k, n in did if area == name}
        if not mine:
            continue
        got = compare.counted(path, mine)
        wrong = compare.differences(mine, got)
        for text in wrong:
            say("not ok", "%s, %s: %s" % (label, name, text))
        kinds = sorted({k[0] for k in mine})
        if wrong:
            bad = 1
        else:
            say("ok", "%s, %s: %s as the clients did" % (label, name, ", ".join(
                "%d %s" % (sum(n for k, n in mine.items() if k[0] == kind), kind) for kind in kinds)))
    with open(os.path.join(folder, "times.json"), encoding="utf-8") as f:
        for (port, app, kind), theirs in json.load(f):
            fits, text = compare.times(path, port, app, kind, theirs)
            say("ok" if fits else "not ok", "%s, %s, %s: %s" % (label, app, kind, text))
            bad |= not fits
    return bad


def same(live, read):
    a, b = compare.events(live), compare.events(read)
    for text in sorted((a - b).elements())[:3]:
        say("not ok", "only live: " + text)
    for text in sorted((b - a).elements())[:3]:
        say("not ok", "only read: " + text)
    if a == b:
        say("ok", "live and read tell the same %d events" % sum(a.values()))
    return a != b


if __name__ == "__main__":
    sys.exit({"talk": talk, "compare": against, "same": same}[sys.argv[1]](*sys.argv[2:]))
