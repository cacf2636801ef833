# SPDX-License-Identifier: MIT
"""MQTT: mosquitto, with mosquitto_pub and mosquitto_sub; 3.1.1 and 5, each quality of service in both directions."""
from place import PEER, Failed

needs = ["mosquitto", "mosquitto_pub", "mosquitto_sub", "stdbuf"]
OPEN, CLOSED, PINGS = 1883, 1884, 1885		# for everyone; with a password; where pings are counted

CONF = """
per_listener_settings true
log_dest stderr
listener {open} {peer}
allow_anonymous true
acl_file {w}/mqtt.acl
listener {closed} {peer}
allow_anonymous false
listener {pings} {peer}
allow_anonymous true
"""
# MQTT 3.1.1, 3.1 and 3.3: clean session, no name of its own; quality of service 1, which PUBACK answers.
TIMED = """
import socket, struct, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(b"\\x10\\x0c\\0\\4MQTT\\4\\2\\0\\x3c\\0\\0")
assert s.recv(4) == b"\\x20\\2\\0\\0"
for n in range(1, 6):
    began = time.monotonic()
    s.sendall(b"\\x32\\x0b\\0\\6news/x" + struct.pack(">H", n) + b"y")
    assert s.recv(4) == b"\\x40\\2" + struct.pack(">H", n)
    print(time.monotonic() - began)
"""
ACL = "topic readwrite news/#\ntopic read secret/#\n"


def serve(place):
    place.write("mqtt.acl", ACL)
    conf = place.write("mosquitto.conf", CONF.format(w=place.folder, peer=PEER, open=OPEN, closed=CLOSED, pings=PINGS))
    place.server("mosquitto-all", "mosquitto", "-c", conf)
    return ["tcp:%d" % p for p in (OPEN, CLOSED, PINGS)]


def until(client, word):
    for line in client.stdout:
        if word in line:
            return
    raise Failed("mosquitto_sub said no %s" % word)


def subscriber(place, port, *options):
    client = place.started("stdbuf", "-oL", "mosquitto_sub", "-d", "-h", PEER, "-p", port, *options)
    until(client, "Subscribed")
    place.operation(port, "mqtt", "subscribe")
    return client


def publish(place, *options, given=None, port=OPEN, status=(0,)):
    return place.client("mosquitto_pub", "-h", PEER, "-p", port, *options, given=given, status=status)


def ask(place):
    pings = subscriber(place, PINGS, "-k", "5", "-t", "end", "-C", 1)
    for version in ("311", "5"):
        for qos in "012":
            topic = "news/%s/%s" % (version, qos)
            listener = subscriber(place, OPEN, "-V", version, "-q", qos, "-t", topic, "-U", "news/none", "-C", 4)
            place.operation(OPEN, "mqtt", "unsubscribe")
            publish(place, "-V", version, "-q", qos, "-t", topic, "-l", given="one\ntwo\nthree\n")
            name = place.write("mqtt.long", "x" * 300000)
            publish(place, "-V", version, "-q", qos, "-t", topic, "-f", name)
            listener.communicate(timeout=120)
            place.operation(OPEN, "mqtt", "publish", n=4)
            place.operation(OPEN, "mqtt", "deliver", n=4)
    # Nobody may write there: 5 says so, 3.1.1 has no word for it.
    publish(place, "-V", "5", "-q", "1", "-t", "secret/a", "-m", "x", status=None)
    place.operation(OPEN, "mqtt", "publish", "not_authorized")
    publish(place, "-V", "5", "-q", "2", "-t", "secret/a", "-m", "x", status=None)
    place.operation(OPEN, "mqtt", "publish", "not_authorized")
    publish(place, "-V", "311", "-q", "1", "-t", "secret/a", "-m", "x")
    place.operation(OPEN, "mqtt", "publish")
    # Nobody comes in there: an error that answers no operation.
    for version in ("5", "311"):
        publish(place, "-V", version, "-t", "news/a", "-m", "x", port=CLOSED, status=None)
        place.operation(CLOSED, "mqtt", None, "not_authorized")
    # A message ends it: a signal may find it in the line that it just printed, and then it waits for itself.
    until(pings, "PINGRESP")
    publish(place, "-t", "end", "-m", "x", port=PINGS)
    rest = pings.communicate(timeout=120)[0]
    place.operation(PINGS, "mqtt", "publish")
    place.operation(PINGS, "mqtt", "deliver")
    place.operation(PINGS, "mqtt", "ping", n=1 + rest.count("PINGRESP"))


def slow(place):
    for line in place.client("/usr/bin/python3", "-c", TIMED, PEER, OPEN).splitlines():
        place.operation(OPEN, "mqtt", "publish")
        place.took(OPEN, "mqtt", "publish", float(line))
