# SPDX-License-Identifier: MIT
"""SMTP: Exim, with Python's smtplib, and by a socket what that cannot do: pipelines and BDAT."""
import os
import shutil

from place import PEER

needs = ["exim4"]
PORT, SLOW = 2525, 2526

EXIM = """
spool_directory = {w}/exim
log_file_path = {w}/exim/%slog
pid_file_path = {w}/exim/pid
primary_hostname = mail.example
local_interfaces = {peer}
daemon_smtp_ports = {port} : {slow}
smtp_accept_max_per_host = 0
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
queue_only
begin acl
acl_rcpt:
  warn condition = ${{if eq{{$received_port}}{{{slow}}}}}
    set acl_m0 = ${{run{{/bin/sleep 0.05}}}}
  deny local_parts = nobody
  defer local_parts = later
  accept
acl_data:
  deny condition = ${{if match{{$h_subject:}}{{spam}}}}
  discard
"""

TALK = """
import smtplib, socket, sys, time
host, port = sys.argv[1], int(sys.argv[2])
s = smtplib.SMTP(host, port)
s.ehlo('client.example')
body = 'Subject: x\\r\\n\\r\\n.dot first\\r\\n' + 'long line\\r\\n' * 20000
assert s.sendmail('a@b.example', ['c@d.example', 'e@d.example'], body) == {}
refused = s.sendmail('a@b.example', ['nobody@d.example', 'later@d.example', 'c@d.example'], 'Subject: y\\r\\n\\r\\nx')
assert sorted(code for code, _ in refused.values()) == [451, 550] or print(refused)
try:
    s.sendmail('a@b.example', ['c@d.example'], 'Subject: spam\\r\\n\\r\\nx')
except smtplib.SMTPDataError as e:
    assert e.smtp_code == 550
s.noop()
assert s.docmd('NOSUCH')[0] == 500
assert s.docmd('VRFY', 'x')[0] == 501
s.docmd('HELP')
s.quit()

def talk(text, answers):
    c = socket.create_connection((host, port))
    f = c.makefile('rwb')
    f.readline()
    for piece, n in text:
        f.write(piece)
        f.flush()
        while n > 0:
            n -= f.readline()[3:4] == b' '
    c.close()
talk([(b'EHLO client.example\\r\\n', 1),
      (b'MAIL FROM:<a@b.example>\\r\\nRCPT TO:<c@d.example>\\r\\nRCPT TO:<nobody@d.example>\\r\\nDATA\\r\\n', 4),
      (b'Subject: z\\r\\n\\r\\n..\\r\\n.\\r\\nQUIT\\r\\n', 2)], 0)
talk([(b'EHLO client.example\\r\\n', 1),
      (b'MAIL FROM:<a@b.example>\\r\\nRCPT TO:<c@d.example>\\r\\nBDAT 14\\r\\nSubject: z\\r\\n\\r\\nBDAT 100000\\r\\n' +
       b'QUIT\\r\\n' * 16666 + b'QUIT' + b'BDAT 3 LAST\\r\\nx\\r\\n' + b'RSET\\r\\nQUIT\\r\\n', 7)], 0)
"""
SLEEP = """
import smtplib, sys, time
s = smtplib.SMTP(sys.argv[1], int(sys.argv[2]))
s.ehlo('client.example')
s.mail('a@b.example')
for _ in range(9):
    began = time.monotonic()
    s.rcpt('c@d.example')
    print(time.monotonic() - began)
s.quit()
"""
DID = (("helo", None, 3), ("mail", None, 5), ("rcpt", None, 6), ("rcpt", "550", 2), ("rcpt", "451", 1),
       ("message", None, 4), ("message", "550", 1), ("noop", None, 2), ("other", "500", 1), ("verify", "501", 1),
       ("reset", None, 2))


def serve(place):
    os.makedirs(place.path("exim"), exist_ok=True)
    shutil.chown(place.path("exim"), "Debian-exim", "Debian-exim")
    conf = place.write("msg-exim.conf", EXIM.format(w=place.folder, peer=PEER, port=PORT, slow=SLOW))
    place.server("msg-exim", "exim4", "-bdf", "-C", conf)
    return ["tcp:%d" % PORT, "tcp:%d" % SLOW]


def ask(place):
    place.client("/usr/bin/python3", "-c", TALK, PEER, PORT)
    for kind, error, n in DID:
        place.operation(PORT, "smtp", kind, error, n)
    for line in place.client("/usr/bin/python3", "-c", SLEEP, PEER, SLOW).splitlines():
        place.operation(SLOW, "smtp", "rcpt")
        place.took(SLOW, "smtp", "rcpt", float(line))
    place.operation(SLOW, "smtp", "helo")
    place.operation(SLOW, "smtp", "mail")
