# SPDX-License-Identifier: MIT
"""FTP: vsftpd, with Python's ftplib, passive and active, and by a socket a pipeline; one port whose transfers are slow."""
import os
import shutil

from place import PEER

needs = ["vsftpd"]
PORT, SLOW = 2121, 2122

CONF = """
listen=YES
background=NO
listen_address={peer}
listen_port={port}
ftp_data_port={data}
anonymous_enable=YES
no_anon_password=NO
anon_root={w}/ftp
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_umask=022
anon_max_rate={rate}
secure_chroot_dir={w}/ftp-empty
seccomp_sandbox=NO
xferlog_enable=NO
"""

TALK = """
import ftplib, io, socket, sys
host, port = sys.argv[1], int(sys.argv[2])
got = []

def refused(code, ask, *args):
    try:
        ask(*args)
    except (ftplib.error_perm, ftplib.error_temp) as e:
        assert str(e)[:3] == str(code), e
        return
    assert False, args
f = ftplib.FTP()
f.connect(host, port)
refused(530, f.login, 'somebody', 'wrong')
f.login()
f.sendcmd('FEAT')
f.sendcmd('SYST')
f.cwd('up')
f.pwd()
f.storbinary('STOR a', io.BytesIO(b'220 x\\r\\n' * 30000))
f.retrbinary('RETR a', got.append)
assert len(b''.join(got)) == 210000
f.nlst()
f.dir(lambda line: None)
f.set_pasv(False)
f.retrbinary('RETR a', got.append, rest=100000)
f.size('a')
f.sendcmd('MDTM a')
f.rename('a', 'b')
refused(550, f.rename, 'nothing', 'c')
refused(550, f.retrbinary, 'RETR nothing', got.append)
f.delete('b')
refused(550, f.delete, 'b')
f.mkd('d')
f.rmd('d')
refused(550, f.cwd, 'nowhere')
refused(500, f.sendcmd, 'NOSUCH')
refused(425, f.sendcmd, 'LIST')
f.sendcmd('STAT')
f.quit()

c = socket.create_connection((host, port))
t = c.makefile('rwb')
t.readline()
t.write(b'USER ftp\\r\\nPASS x\\r\\nNOOP\\r\\nPWD\\r\\n\\xff\\xf4\\xff\\xf2ABOR\\r\\nEPSV\\r\\nQUIT\\r\\n')
t.flush()
assert b'221' in t.read()
"""
SLEEP = """
import ftplib, sys, time
f = ftplib.FTP()
f.connect(sys.argv[1], int(sys.argv[2]))
f.login()
for _ in range(5):
    f.voidcmd('TYPE I')
    c = f.makepasv()
    s = __import__('socket').create_connection(c)
    began = time.monotonic()
    f.sendcmd('RETR slow')
    while s.recv(1 << 16):
        pass
    s.close()
    f.voidresp()
    print(time.monotonic() - began)
f.quit()
"""
DID = ((None, "530", 1), ("status", None, 5), ("directory", None, 5), ("directory", "550", 1), ("setting", None, 7),
       ("data", None, 7), ("store", None, 1), ("retrieve", None, 2), ("retrieve", "550", 1), ("list", None, 2),
       ("list", "425", 1), ("rename", None, 1), ("rename", "550", 1), ("delete", None, 1), ("delete", "550", 1),
       ("other", "500", 1), ("other", None, 1), ("noop", None, 1))


def serve(place):
    for name in ("ftp", "ftp/up", "ftp-empty"):
        os.makedirs(place.path(name), exist_ok=True)
        os.chmod(place.path(name), 0o555)
    shutil.chown(place.path("ftp/up"), "ftp", "nogroup")
    os.chmod(place.path("ftp/up"), 0o755)
    place.write("ftp/slow", "x" * 20000)
    for port, data, rate in ((PORT, 2120, 0), (SLOW, 2119, 200000)):
        conf = place.write("vsftpd-%d.conf" % port, CONF.format(w=place.folder, peer=PEER, port=port, data=data, rate=rate))
        place.server("vsftpd-%d" % port, "vsftpd", conf)
    return ["tcp:%d" % PORT, "tcp:%d" % SLOW]


def ask(place):
    place.client("/usr/bin/python3", "-c", TALK, PEER, PORT)
    for kind, error, n in DID:
        place.operation(PORT, "ftp", kind, error, n)
    for line in place.client("/usr/bin/python3", "-c", SLEEP, PEER, SLOW).splitlines():
        place.operation(SLOW, "ftp", "retrieve")
        place.operation(SLOW, "ftp", "data")
        place.operation(SLOW, "ftp", "setting")
        place.took(SLOW, "ftp", "retrieve", float(line))
