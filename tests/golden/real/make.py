#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make.py - makes the captures beside it anew: real programs that talk on odd ports.

To be run as root in a network namespace of its own whose loopback device is up;
truth.py then says what tshark reads in them.  Needs nginx, openssl, curl,
ngtcp2's client and server, nghttp2's, BIND with dig, tinyproxy, OpenSSH.
"""
import contextlib
import os
import signal
import shutil
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
W = tempfile.mkdtemp()
os.chmod(W, 0o755)


def run(*words, status=(0,), given=None):
    r = subprocess.run([str(w) for w in words], input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, errors="replace", timeout=30, cwd=W, check=False,
                       **({} if given is not None else {"stdin": subprocess.DEVNULL}))
    if r.returncode not in status:
        raise SystemExit("%s: %d: %s" % (" ".join(map(str, words)), r.returncode, r.stdout[-500:]))
    return r.stdout


def write(name, text):
    with open(os.path.join(W, name), "w", encoding="utf-8") as f:
        f.write(text)
    return os.path.join(W, name)


@contextlib.contextmanager
def server(*words, port, udp=False):
    p = subprocess.Popen([str(w) for w in words], cwd=W, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    for _ in range(100):
        if ":%d " % port in run("ss", "-Hln" + ("u" if udp else "t"), "sport", "=", ":%d" % port) + " ":
            break
        time.sleep(0.05)
    else:
        raise SystemExit("%s does not listen on %d" % (words[0], port))
    try:
        yield
    finally:
        p.terminate()
        p.wait()


@contextlib.contextmanager
def capture(name):
    path = os.path.join(HERE, name + ".pcap")
    p = subprocess.Popen(["tcpdump", "-i", "lo", "-s", "0", "-U", "--immediate-mode", "-Z", "root", "-w", path], stderr=subprocess.PIPE)
    p.stderr.readline()
    time.sleep(0.2)
    try:
        yield
        time.sleep(0.4)
    finally:
        p.send_signal(signal.SIGINT)
        p.wait()
    print(name, os.path.getsize(path))


def quic_client(name, port, *more):
    write("hosts", "127.0.0.1 %s\n" % name)
    return run("unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', W + "/hosts", "gtlsclient",
               "-q", "--no-pmtud", "--exit-on-all-streams-close", *more, name, port,
               "https://%s:%d/small" % (name, port))


def quic():
    keys = (W + "/key.pem", W + "/cert.pem")
    with server("gtlsserver", "-q", "-d", W, "127.0.0.1", 5061, *keys, port=5061, udp=True):
        kept = ("--session-file=" + W + "/session", "--tp-file=" + W + "/tp")
        with capture("quic-0rtt"):
            quic_client("first.real.example", 5061, *kept)
            quic_client("early.real.example", 5061, *kept)
        with capture("quic-negotiation"):
            quic_client("forced.real.example", 5061, "-v", "0x1a2a3a4a")
            quic_client("draft.real.example", 5061, "-v", "v2draft")
    with server("gtlsserver", "-q", "-V", "-d", W, "127.0.0.1", 6343, *keys, port=6343, udp=True):
        with capture("quic-retry"):
            quic_client("retry.real.example", 6343)


def large_hello():
    """More than 11 KB: as many ALPN names as a client may like."""
    names = ",".join(["h2"] + ["protocol-%04d-of-a-long-list" % n for n in range(400)])
    for version in ("1_3", "1_2"):
        with capture("tls%s-large-hello" % version.replace("_", "")):
            run("openssl", "s_client", "-connect", "127.0.0.1:8883", "-servername", "large-%s.real.example" %
                version.replace("_", "-"), "-alpn", names, "-tls" + version)


def tls():
    with server("openssl", "s_server", "-quiet", "-accept", 8883, "-cert", W + "/cert.pem", "-key", W + "/key.pem",
                "-alpn", "h2", port=8883):
        large_hello()
        with capture("tls-records"):
            for size in (512, 600):
                run("openssl", "s_client", "-connect", "127.0.0.1:8883", "-servername", "records-%d.real.example" %
                    size, "-maxfraglen", 512, "-split_send_frag", size, "-max_send_frag", size, "-alpn",
                    ",".join(["h2"] + ["name-%03d" % n for n in range(200)]))


NGINX = """
daemon off; worker_processes 1; pid %(w)s/pid; error_log %(w)s/error;
events { worker_connections 64; }
http { access_log off; default_type text/plain;
  client_body_temp_path %(w)s/b; proxy_temp_path %(w)s/p; fastcgi_temp_path %(w)s/f; uwsgi_temp_path %(w)s/u;
  scgi_temp_path %(w)s/s; ssl_certificate %(w)s/cert.pem; ssl_certificate_key %(w)s/key.pem;
  server { listen 3306 http2; listen 6379; listen 8140 ssl http2;
    location = /200 { return 200 "text\\n"; } location = /204 { return 204; } location = /304 { return 304; }
    location = /500 { return 500; } location = /301 { return 301 /200; } } }
"""


def web():
    with server("nginx", "-e", W + "/error", "-c", write("nginx.conf", NGINX % {"w": W}), port=3306):
        with capture("http2-clear"):
            run("nghttp", "-n", "-H:authority: side.real.example", *["http://127.0.0.1:3306/%d" % s for s in
                                                                   (200, 204, 304, 404, 500, 301)])
            run("curl", "-s", "--http2-prior-knowledge", "-I", "-H", "Host: head.real.example",
                "http://127.0.0.1:3306/200")
        with capture("http2-continuation"):
            run("nghttp", "-n", "--continuation", "-H:authority: continued.real.example", "http://127.0.0.1:3306/200")
        with capture("http-odd-port"):
            run("curl", "-s", "-H", "Host: odd.real.example", *["http://127.0.0.1:6379/%d" % s for s in
                                                              (200, 204, 304, 404, 500)])
            run("curl", "-s", "-I", "-H", "Host: head.real.example", "http://127.0.0.1:6379/200",
                "http://127.0.0.1:6379/301")
            run("curl", "-s", "-H", "Host: post.real.example", "-H", "Transfer-Encoding: chunked", "-d", "a=b",
                "http://127.0.0.1:6379/200")
        conf = write("tinyproxy.conf", "Port 1194\nListen 127.0.0.1\nTimeout 20\nMaxClients 8\nConnectPort 8140\n"
                     "Allow 127.0.0.1\nLogFile \"%s/proxy.log\"\n" % W)
        with server("tinyproxy", "-d", "-c", conf, port=1194):
            with capture("tls-connect"):
                run("curl", "-sk", "-x", "http://127.0.0.1:1194", "--connect-to", "behind.real.example:8140:127.0.0.1:"
                    "8140", "https://behind.real.example:8140/200")


NAMED = """
options { directory "%(w)s"; pid-file none; session-keyfile none; lock-file none; recursion no;
  listen-on port 5222 { 127.0.0.1; }; listen-on-v6 { none; }; minimal-responses yes; dnssec-validation no; };
controls { }; zone "real.example" { type primary; file "%(w)s/zone"; };
"""
ZONE = """$TTL 60
@ IN SOA ns h 1 60 60 60 60
@ IN NS ns
ns IN A 192.0.2.53
www IN A 192.0.2.80
www IN AAAA 2001:db8::80
svc IN HTTPS 1 . alpn=h2 ipv4hint=192.0.2.80
big IN TXT %s
""" % " ".join('"%s"' % (c * 200) for c in "abcdefgh")


def dns():
    write("zone", ZONE)
    dig = ["dig", "@127.0.0.1", "-p", 5222, "+norecurse"]
    with server("named", "-g", "-n", 1, "-c", write("named.conf", NAMED % {"w": W}), port=5222):
        with capture("dns-tcp"):
            run(*dig, "+tcp", "+keepopen", "www.real.example", "A", *dig[1:], "+tcp", "+keepopen", "www.real.example",
                "AAAA", *dig[1:], "+tcp", "none.real.example", "A")
            run(*dig, "+noedns", "big.real.example", "TXT")
            run(*dig, "svc.real.example", "HTTPS")
            run(*dig, "other.test", "A")


def ssh():
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", W + "/host")
    conf = write("sshd.conf", "ListenAddress 127.0.0.1:5900\nHostKey %s/host\nPidFile none\n" % W)
    with server("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"', "sh",
                "/usr/sbin/sshd", "-D", "-f", conf, port=5900):
        with capture("ssh-odd-port"):
            run("ssh", "-F", "none", "-p", 5900, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                "UserKnownHostsFile=/dev/null", "-o", "KexAlgorithms=curve25519-sha256", "127.0.0.1", "true",
                status=(255,))


if __name__ == "__main__":
    run("ip", "link", "set", "lo", "mtu", 1500)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 9,
        "-subj", "/CN=real.example", "-keyout", "key.pem", "-out", "cert.pem")
    write("small", "small\n")
    quic()
    tls()
    web()
    dns()
    ssh()
    shutil.rmtree(W)
