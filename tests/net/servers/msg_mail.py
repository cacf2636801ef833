# SPDX-License-Identifier: MIT
"""IMAP and POP3: Dovecot, with Python's imaplib and poplib, and by a socket what these cannot do: pipelines, IDLE,
literals that nobody waits for, long lines."""
import os

from place import PEER

needs = ["dovecot"]
IMAP, POP3 = 1143, 1110

CONF = """
protocols = imap pop3
base_dir = {w}/msg-dovecot
log_path = /dev/stderr
listen = {peer}
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{w}/msg-mail
service anvil {{
  chroot =
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={w}/msg-mail
}}
"""

IMAPLIB = """
import imaplib, sys
host, port = sys.argv[1], int(sys.argv[2])
letter = b'Subject: x\\r\\n\\r\\na NOOP\\r\\n* BYE\\r\\n' + b'line\\r\\n' * 20000

def ok(answer):
    assert answer[0] == 'OK', answer

def no(answer):
    assert answer[0] == 'NO', answer
m = imaplib.IMAP4(host, port)
try:
    m.login('someone', 'wrong')
    assert False
except imaplib.IMAP4.error as e:
    assert 'AUTHENTICATIONFAILED' in str(e)
ok(m.login('someone', 'secret'))
ok(m.create('box'))
no(m.create('box'))
ok(m.append('box', None, None, letter))
ok(m.append('INBOX', None, None, b'Subject: y\\r\\n\\r\\n.dot\\r\\n..\\r\\n.\\r\\nend\\r\\n'))
ok(m.append('INBOX', None, None, letter))
no(m.append('nothing', None, None, letter))
no(m.select('nothing'))
ok(m.select('box'))
ok(m.fetch('1', '(RFC822)'))
ok(m.uid('FETCH', '1:*', '(FLAGS BODY[HEADER])'))
ok(m.search(None, 'ALL'))
ok(m.uid('SEARCH', 'SEEN'))
ok(m.sort('DATE', 'UTF-8', 'ALL'))
ok(m.store('1', '+FLAGS', '(\\\\Flagged)'))
ok(m.uid('STORE', '1', '+FLAGS', '(\\\\Answered)'))
ok(m.copy('1', 'INBOX'))
no(m.copy('1', 'nothing'))
ok(m.uid('MOVE', '1', 'INBOX'))
ok(m.expunge())
ok(m.status('INBOX', '(MESSAGES)'))
ok(m.list())
ok(m.lsub())
ok(m.subscribe('box'))
ok(m.noop())
ok(m.check())
ok(m.namespace())
ok(m.close())
try:
    m.getquotaroot('box')
    assert False
except imaplib.IMAP4.error as e:
    assert 'BAD' in str(e)
m.logout()
"""
IMAP_BARE = """
import base64, socket, sys
host, port = sys.argv[1], int(sys.argv[2])
c = socket.create_connection((host, port))
f = c.makefile('rwb')

def say(text, *tags):
    f.write(text)
    f.flush()
    waits = set(tags)
    while waits:
        line = f.readline()
        assert line, (text[:60], waits)
        waits.discard(line.split(b' ')[0])
f.readline()
say(b'1 AUTHENTICATE PLAIN\\r\\n', b'+')
say(base64.b64encode(b'\\0someone\\0wrong') + b'\\r\\n', b'1')
say(b'2 LOGIN {7+}\\r\\nsomeone {6+}\\r\\nsecret\\r\\n', b'2')
say(b'a SELECT INBOX\\r\\nb STATUS INBOX (UNSEEN)\\r\\nc FETCH 1:* BODY.PEEK[]\\r\\nd NOSUCH\\r\\ne NOOP\\r\\n',
    b'a', b'b', b'c', b'd', b'e')
say(b'f APPEND box {14+}\\r\\n\\r\\nx LOGOUT\\r\\nyz\\r\\ng IDLE\\r\\n', b'f', b'+')
say(b'DONE\\r\\nh UID SEARCH UID ' + b','.join(b'%d' % n for n in range(1, 3000)) + b'\\r\\n', b'g', b'h')
say(b'i APPEND box {8}\\r\\n', b'+')
say(b'\\r\\n{5}\\r\\nx\\r\\nm ENABLE CONDSTORE\\r\\n', b'i', b'm')
say(b'j LIST "" {1}\\r\\n', b'+')
say(b'*\\r\\nk UNSELECT\\r\\nl LOGOUT\\r\\n', b'j', b'k', b'l')
"""
POPLIB = """
import poplib, socket, sys
host, port = sys.argv[1], int(sys.argv[2])

def refused(ask, *args):
    try:
        ask(*args)
    except poplib.error_proto as e:
        return str(e)
    assert False, args
p = poplib.POP3(host, port)
p.user('someone')
assert '[AUTH]' in refused(p.pass_, 'wrong')
p.user('someone')
p.pass_('secret')
p.capa()
n = p.stat()[0]
assert n == 4, n
assert len(p.list()[1]) == n
p.list(1)
p.uidl()
p.uidl(2)
assert p.retr(1)[1][-4:] == [b'.dot', b'..', b'.', b'end'] or print(p.retr(1))
for i in range(2, n + 1):
    p.retr(i)
p.top(2, 3)
assert 'no message' in refused(p.retr, 99)
assert refused(p._shortcmd, 'NOSUCH')
p.noop()
p.dele(n)
assert refused(p.dele, n)
p.rset()
p.quit()

c = socket.create_connection((host, port))
f = c.makefile('rwb')
f.readline()
f.write(b'USER someone\\r\\nPASS secret\\r\\nSTAT\\r\\nLIST\\r\\nRETR 1\\r\\nUIDL 7\\r\\nRETR 2\\r\\nNOOP\\r\\nQUIT\\r\\n')
f.flush()
assert f.read().endswith(b'+OK Logging out.\\r\\n')
"""
DID = {
    ("imap", IMAP): (
        (None, "authentication_failed", 2), ("capability", None, 3), ("mailbox", None, 2), ("mailbox", "already_exists", 1),
        ("append", None, 5), ("append", "try_create", 1), ("select", "no", 1), ("select", None, 2),
        ("fetch", None, 3), ("search", None, 4), ("store", None, 2), ("copy", None, 1), ("copy", "try_create", 1),
        ("move", None, 1), ("expunge", None, 1), ("status", None, 2), ("list", None, 3), ("noop", None, 3),
        ("close", None, 2), ("other", "bad", 2), ("idle", None, 1)),
    ("pop3", POP3): (
        (None, "auth", 1), ("capabilities", None, 1), ("stat", None, 2), ("list", None, 3), ("uidl", None, 2),
        ("uidl", "err", 1), ("retrieve", None, 6), ("retrieve", "err", 1), ("top", None, 1), ("other", "err", 1),
        ("noop", None, 2), ("delete", None, 1), ("delete", "err", 1), ("reset", None, 1)),
}


def serve(place):
    for name in ("msg-dovecot", "msg-mail"):
        os.makedirs(place.path(name), exist_ok=True)
    os.chmod(place.path("msg-mail"), 0o777)
    conf = place.write("msg-dovecot.conf", CONF.format(w=place.folder, peer=PEER, imap=IMAP, pop3=POP3))
    place.server("msg-dovecot-all", "dovecot", "-F", "-c", conf)
    return ["tcp:%d" % IMAP, "tcp:%d" % POP3]


def ask(place):
    place.client("/usr/bin/python3", "-c", IMAPLIB, PEER, IMAP)
    place.client("/usr/bin/python3", "-c", IMAP_BARE, PEER, IMAP)
    place.client("/usr/bin/python3", "-c", POPLIB, PEER, POP3)
    for (app, port), did in DID.items():
        for kind, error, n in did:
            place.operation(port, app, kind, error, n)
