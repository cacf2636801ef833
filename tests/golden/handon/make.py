#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make.py - makes handon.pcap anew; expect.py then says what tshark reads in it.

To be run as root in a network namespace of its own whose loopback device is up.
A server of a few lines speaks the plain part of each protocol, then TLS; the
clients are openssl s_client, curl and, for RDP and IRC, a socket.
"""
import os
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

work = tempfile.mkdtemp()
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", work + "/key", "-out", work + "/cert", "-days", "9",
                "-subj", "/CN=t"], check=True, capture_output=True)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(work + "/cert", work + "/key")


def lines(greeting, replies, until):
    """Replies by the first word of a line (the second of IMAP's, behind its tag)."""
    def serve(s, f):
        if greeting:
            s.sendall(greeting)
        while True:
            words = f.readline().split()
            if not words:
                return False
            word = words[0] if words[0] in replies else words[1] if len(words) > 1 else b""
            reply = replies.get(word, b"500 what\r\n")
            if reply:
                s.sendall(reply.replace(b"TAG", words[0]))
            if word == until:
                return True
    return serve


def xmpp(s, f):
    s.recv(4096)
    s.sendall(b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream="
              b"'http://etherx.jabber.org/streams' id='1' from='x' version='1.0'><stream:features>"
              b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>")
    s.recv(4096)
    s.sendall(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    return True


def ldap(s, f):
    s.recv(4096)
    s.sendall(bytes.fromhex("300c02010178070a010004000400"))
    return True


def postgres(s, f):
    s.recv(8)
    s.sendall(b"S")
    return True


def mysql(s, f):
    body = (b"\x0a8.0.36\0" + struct.pack("<I", 7) + b"abcdefgh\0" + struct.pack("<HBHHB", 0xffff, 45, 2, 0xc1ff, 21)
            + bytes(10) + b"ijklmnopqrst\0mysql_native_password\0")
    s.sendall(struct.pack("<I", len(body))[:3] + b"\0" + body)
    s.recv(36, socket.MSG_WAITALL)
    return True


def rdp(s, f):
    s.recv(4096)
    s.sendall(bytes.fromhex("030000130ed000001234000200080001000000"))
    return True


def socks(s, f):
    first = s.recv(1)
    if first == b"\x04":
        s.recv(4096)
        s.sendall(b"\0\x5a\0\0\0\0\0\0")
        return True
    n = s.recv(1)[0]
    methods = s.recv(n)
    if 2 in methods:
        s.sendall(b"\5\2")
        s.recv(4096)
        s.sendall(b"\1\0")
    else:
        s.sendall(b"\5\0")
    s.recv(4096)
    s.sendall(b"\5\0\0\3\4host\1\xbb")
    return True


def connect(s, f):
    while f.readline().strip():
        pass
    s.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    return True


def proxy(s, f):
    f.readline()
    return True


def listen(port, serve):
    l = socket.create_server(("127.0.0.1", port))

    def run():
        while True:
            s, _ = l.accept()
            try:
                if serve(s, s.makefile("rb", buffering=0)):
                    t = tls.wrap_socket(s, server_side=True)
                    if b"GET" in t.recv(4096):
                        t.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
                    t.close()
            except OSError:
                pass
            s.close()
    threading.Thread(target=run, daemon=True).start()


SERVERS = [
    (25, lines(b"220 m.test ESMTP\r\n", {b"EHLO": b"250-m.test\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n"},
               b"STARTTLS")),
    (143, lines(b"* OK ready\r\n", {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n",
                                    b"STARTTLS": b"TAG OK begin\r\n"}, b"STARTTLS")),
    (110, lines(b"+OK ready\r\n", {b"STLS": b"+OK begin\r\n"}, b"STLS")),
    (21, lines(b"220-hello\r\n220 there\r\n", {b"FEAT": b"211-Features\r\n AUTH TLS\r\n211 End\r\n",
                                              b"AUTH": b"234 go\r\n"}, b"AUTH")),
    (6667, lines(b":irc.test NOTICE * :*** Looking up\r\n", {b"CAP": b":irc.test CAP * LS :tls\r\n",
                                                                 b"STARTTLS": b":irc.test 670 * :STARTTLS successful\r\n"},
                 b"STARTTLS")),
    # Their greetings say that TLS is to be had, as s_client expects.
    (119, lines(b"200 news.test\r\n", {b"CAPABILITIES": b"101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n",
                                       b"STARTTLS": b"382 go\r\n"}, b"STARTTLS")),
    (4190, lines(b'"IMPLEMENTATION" "test"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\n"VERSION" "1.0"\r\nOK "ready"\r\n',
                 {b"STARTTLS": b'OK "go"\r\n'}, b"STARTTLS")),
    (5222, xmpp), (389, ldap), (5432, postgres), (3306, mysql), (3389, rdp), (1080, socks), (3128, connect),
    (8443, proxy),
]


def client(port, name, version, *more):
    subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-servername", name, version, *more],
                   input=b"Q\n", capture_output=True, timeout=10)


def curl(name, *more):
    subprocess.run(["curl", "-sk", "-m", "5", "--http1.0", *more, "https://%s/" % name], capture_output=True)


def bare(port, name, greeting, *says):
    """A client of these octets; each is answered before TLS, or the next, follows."""
    s = socket.create_connection(("127.0.0.1", port))
    if greeting:
        s.recv(4096)
    for octets in says:
        s.sendall(octets)
        s.recv(4096)
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    c.wrap_socket(s, server_hostname=name).close()


def main():
    for port, serve in SERVERS:
        listen(port, serve)
    dump = subprocess.Popen(["tcpdump", "-i", "lo", "-w", work + "/all.pcap", "--immediate-mode", "-U", "tcp"],
                            stderr=subprocess.DEVNULL)
    time.sleep(1)
    client(25, "smtp.example.test", "-tls1_3", "-starttls", "smtp")
    client(25, "lmtp.example.test", "-tls1_2", "-starttls", "smtp", "-name", "other.test")
    client(143, "imap.example.test", "-tls1_2", "-starttls", "imap")
    client(110, "pop3.example.test", "-tls1_3", "-starttls", "pop3")
    client(21, "ftp.example.test", "-tls1_2", "-starttls", "ftp")
    client(5222, "xmpp.example.test", "-tls1_3", "-starttls", "xmpp")
    client(389, "ldap.example.test", "-tls1_2", "-starttls", "ldap")
    client(5432, "pg.example.test", "-tls1_3", "-starttls", "postgres")
    client(3306, "mysql.example.test", "-tls1_2", "-starttls", "mysql")
    curl("socks5h.example.test", "--socks5-hostname", "127.0.0.1:1080")
    curl("socks5auth.example.test", "--socks5-hostname", "u:p@127.0.0.1:1080")
    curl("socks4a.example.test", "--socks4a", "127.0.0.1:1080")
    curl("socks4.example.test", "--socks4", "127.0.0.1:1080", "--resolve", "socks4.example.test:443:192.0.2.1")
    curl("connect.example.test", "--proxy", "http://127.0.0.1:3128")
    curl("proxy.example.test", "--haproxy-protocol", "--connect-to", "::127.0.0.1:8443")
    bare(3389, "rdp.example.test", b"", bytes.fromhex("0300002e29e00000000000")
         + b"Cookie: mstshash=somebody\r\n" + bytes.fromhex("0100080003000000"))
    bare(6667, "irc.example.test", b"\n", b"CAP LS 302\r\n", b"STARTTLS\r\n")
    client(119, "nntp.example.test", "-tls1_3", "-starttls", "nntp")
    client(4190, "sieve.example.test", "-tls1_2", "-starttls", "sieve")
    time.sleep(1)
    dump.terminate()
    dump.wait()
    shutil.copy(work + "/all.pcap", "handon.pcap")
    shutil.rmtree(work)


main()
