# SPDX-License-Identifier: MIT
"""AMQP 0-9-1: RabbitMQ, with pika; a node of its own with its own port mapper, in the namespace."""
import os
import shutil

from place import PEER

needs = ["rabbitmq-server", "erl", "epmd"]
PORT = 5672
PATIENCE = 60		# s that it may take to start

# What it does is what `ask` counts.
TALK = """
import sys, pika
p = pika.ConnectionParameters(sys.argv[1], int(sys.argv[2]), connection_attempts=20, retry_delay=1)
c = pika.BlockingConnection(p)
ch = c.channel()
ch.exchange_declare('e', 'direct')
ch.queue_declare('q')
ch.queue_bind('q', 'e', 'k')
for n in range(10):
    ch.basic_publish('e', 'k', b'x' * (20000 * n))	# the last ones in two frames
ch.basic_qos(prefetch_count=20)
for n in range(2):
    assert ch.basic_get('q', auto_ack=True)[0]
got = []
for method, _, _ in ch.consume('q'):
    got.append(method.delivery_tag)
    if len(got) == 8:
        break
ch.basic_ack(got[3], multiple=True)
for tag in got[4:7]:
    ch.basic_ack(tag)
ch.basic_nack(got[7], requeue=False)
ch.cancel()
assert ch.basic_get('q')[0] is None
ch.confirm_delivery()
for n in range(20):
    ch.basic_publish('e', 'k', b'confirmed')
ch.queue_purge('q')
ch.queue_unbind('q', 'e', 'k')
try:
    ch.basic_publish('e', 'k', b'back', mandatory=True)
    raise SystemExit('it was not returned')
except pika.exceptions.UnroutableError:
    pass
ch.exchange_delete('e')
ch.queue_delete('q')
t = c.channel()
t.tx_select()
t.tx_commit()
for wrong in (lambda x: x.queue_declare('none', passive=True), lambda x: x.queue_declare('amq.none'),
              lambda x: x.exchange_declare('amq.direct', 'fanout')):
    x = c.channel()
    try:
        wrong(x)
        raise SystemExit('no error')
    except pika.exceptions.ChannelClosedByBroker as e:
        print(e.reply_code)
c.close()
"""
TIMED = """
import sys, time, pika
c = pika.BlockingConnection(pika.ConnectionParameters(sys.argv[1], int(sys.argv[2])))
ch = c.channel()
for _ in range(5):
    began = time.monotonic()
    ch.queue_declare('timed')
    print(time.monotonic() - began)
ch.queue_delete('timed')
c.close()
"""
DID = (("declare", None, 2), ("bind", None, 1), ("publish", None, 31), ("qos", None, 1), ("get", None, 3),
       ("consume", None, 1), ("deliver", None, 8), ("ack", None, 4), ("reject", None, 1), ("cancel", None, 1),
       ("confirm", None, 1), ("purge", None, 1), ("unbind", None, 1), (None, "no_route", 1), ("delete", None, 2),
       ("tx", None, 2), ("declare", "not_found", 1), ("declare", "access_refused", 1),
       ("declare", "precondition_failed", 1))


def serve(place):
    home = place.path("rabbit")
    os.makedirs(home, exist_ok=True)
    with open(place.path("rabbit", "rabbitmq.conf"), "w", encoding="utf-8") as f:
        f.write("listeners.tcp.1 = %s:%d\nloopback_users = none\nlog.console = true\n" % (PEER, PORT))
    with open(place.path("rabbit", "plugins"), "w", encoding="utf-8") as f:
        f.write("[].\n")
    shutil.chown(home, "rabbitmq", "rabbitmq")
    for name in os.listdir(home):
        shutil.chown(os.path.join(home, name), "rabbitmq", "rabbitmq")
    env = {"HOME": home, "RABBITMQ_NODENAME": "nsc@localhost",
           "RABBITMQ_MNESIA_BASE": home + "/mnesia", "RABBITMQ_LOG_BASE": home + "/log",
           "RABBITMQ_CONFIG_FILE": home + "/rabbitmq.conf", "RABBITMQ_ENABLED_PLUGINS_FILE": home + "/plugins",
           "RABBITMQ_PID_FILE": home + "/pid", "RABBITMQ_CONF_ENV_FILE": home + "/none", "ERL_EPMD_ADDRESS": "127.0.0.1",
           "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1", "LANG": "C.UTF-8"}
    place.server("epmd", "setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups", "epmd", env=env)
    place.server("rabbitmq", "setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups",
                 "/usr/lib/rabbitmq/bin/rabbitmq-server", env=env, cwd=home)
    return ["tcp:%d" % PORT]


def ask(place):
    place.client("/usr/bin/python3", "-c", TALK, PEER, PORT)
    for kind, error, n in DID:
        place.operation(PORT, "amqp", kind, error, n)


def slow(place):
    for line in place.client("/usr/bin/python3", "-c", TIMED, PEER, PORT).splitlines():
        place.operation(PORT, "amqp", "declare")
        place.took(PORT, "amqp", "declare", float(line))
    place.operation(PORT, "amqp", "delete")
