# SPDX-License-Identifier: MIT
"""What hands over to TLS: Exim, Dovecot (also its ManageSieve), vsftpd, OpenLDAP's slapd, Prosody, InspIRCd, with openssl and curl."""
import os
import shutil

from place import PEER, Failed
import secret

needs = ["exim4", "dovecot", "vsftpd", "slapd", "prosody", "inspircd", "openssl", "curl"]
SMTP, IMAP, POP3, SIEVE, FTP, LDAP, XMPP, IRC = 25, 1430, 110, 4190, 21, 389, 5222, 6667

EXIM = """
spool_directory = {w}/exim
log_file_path = {w}/exim/%slog
pid_file_path = {w}/exim/pid
primary_hostname = mail.example
local_interfaces = {peer}
daemon_smtp_ports = {port}
tls_advertise_hosts = *
tls_certificate = {w}/open/cert.pem
tls_privatekey = {w}/open/key.pem
smtp_accept_max_per_host = 0
acl_smtp_rcpt = acl_all
acl_smtp_data = acl_none
queue_only
begin acl
acl_all:
  accept
acl_none:
  discard
"""
DOVECOT = """
protocols = imap pop3 sieve
base_dir = {w}/dovecot
log_path = /dev/stderr
listen = {peer}
ssl = yes
ssl_cert = <{w}/open/cert.pem
ssl_key = <{w}/open/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
mail_location = maildir:{w}/mail
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
service managesieve-login {{
  inet_listener sieve {{
    port = {sieve}
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={w}/mail
}}
"""
VSFTPD = """
listen=YES
background=NO
listen_address={peer}
listen_port={port}
anonymous_enable=YES
anon_root={w}/empty
secure_chroot_dir={w}/empty
seccomp_sandbox=NO
ssl_enable=YES
allow_anon_ssl=YES
require_ssl_reuse=NO
rsa_cert_file={w}/open/cert.pem
rsa_private_key_file={w}/open/key.pem
ssl_ciphers=HIGH
xferlog_enable=NO
"""
SLAPD = """
include /etc/ldap/schema/core.schema
pidfile {w}/slapd.pid
argsfile {w}/slapd.args
TLSCertificateFile {w}/open/cert.pem
TLSCertificateKeyFile {w}/open/key.pem
"""
PROSODY = """
run_as_root = true
pidfile = "{w}/prosody.pid"
data_path = "{w}/prosody"
interfaces = {{ "{peer}" }}
c2s_ports = {{ {port} }}
modules_enabled = {{ "tls", "saslauth" }}
modules_disabled = {{ "s2s", "offline", "s2s_auth_certs" }}
ssl = {{ certificate = "{w}/open/cert.pem", key = "{w}/open/key.pem" }}
log = {{ warn = "*console" }}
VirtualHost "xmpp.example"
"""

INSPIRCD = """
<server name="irc.example" description="test" network="Test" id="001">
<admin name="a" nick="a" email="a@b.example">
<bind address="{peer}" port="{port}" type="clients">
<connect allow="*" timeout="20" resolvehostnames="no">
<module name="ssl_gnutls">
<sslprofile name="one" provider="gnutls" cafile="" certfile="{w}/open/cert.pem" keyfile="{w}/open/key.pem">
<module name="cap">
<module name="starttls">
<starttls sslprofile="one">
<log method="file" type="*" level="default" target="{w}/irc/log">
<pid file="{w}/irc/pid">
<path datadir="{w}/irc" logdir="{w}/irc" runtimedir="{w}/irc">
"""


def open_files(place):
    """A certificate that servers may read which have given up root, and folders for them."""
    for name in ("open", "exim", "dovecot", "mail", "prosody", "irc", "empty"):
        os.makedirs(place.path(name), exist_ok=True)
    for name in ("cert.pem", "key.pem"):
        shutil.copy(place.path(name), place.path("open", name))
        os.chmod(place.path("open", name), 0o644)
    shutil.chown(place.path("exim"), "Debian-exim", "Debian-exim")
    os.chmod(place.path("mail"), 0o777)
    os.chmod(place.path("empty"), 0o555)


def exim(place, port):
    conf = place.write("exim-%d.conf" % port, EXIM.format(w=place.folder, peer=PEER, port=port))
    place.server("exim-%d" % port, "exim4", "-bdf", "-C", conf)


def serve(place):
    open_files(place)
    values = {"w": place.folder, "peer": PEER, "imap": IMAP, "pop3": POP3, "sieve": SIEVE}

    def conf(name, text, port=0):
        return place.write(name, text.format(port=port, **values))
    exim(place, SMTP)
    place.server("dovecot-all", "dovecot", "-F", "-c", conf("dovecot.conf", DOVECOT))
    place.server("vsftpd", "vsftpd", conf("vsftpd.conf", VSFTPD, FTP))
    place.server("slapd", "slapd", "-d", "0", "-f", conf("slapd.conf", SLAPD), "-h", "ldap://%s:%d" % (PEER, LDAP))
    place.server("prosody-all", "prosody", "--config", conf("prosody.cfg.lua", PROSODY, XMPP), "-F")
    place.server("inspircd", "inspircd", "--nofork", "--runasroot", "--config=" + conf("irc.conf", INSPIRCD, IRC))
    return ["tcp:%d" % p for p in (SMTP, IMAP, POP3, SIEVE, FTP, LDAP, XMPP, IRC)]


def upgraded(place, word, port, *more):
    """s_client asks for TLS in the protocol's words, with a name, with none, and by two versions."""
    for version in ("-tls1_2", "-tls1_3"):
        name = "%s%s.example" % (word, version.replace("_", "-"))
        out = secret.openssl(place, port, name, "-starttls", word, version, *more)
        if "BEGIN CERTIFICATE" not in out:
            raise Failed("%s: %s" % (word, out[-300:]))
    secret.openssl(place, port, None, "-starttls", word, *more)


def curl(place, scheme, port, *more, user="someone:secret", alpn=None):
    """curl asks for TLS, and goes on inside."""
    name = "curl-%s.example" % scheme
    place.client("curl", "-sSk", "--ssl-reqd", "--tls-max", "1.2", "-u", user, "--connect-to",
                 "%s:%d:%s:%d" % (name, port, PEER, port), "-o", place.path("got"),
                 "%s://%s:%d/" % (scheme, name, port), *more)
    place.count("tls", port, name, alpn)
    place.count("flow", port, "tls", "1.2", name)


def plain(place, app, port, text):
    """A conversation that never asks for it keeps its own name."""
    place.client("/usr/bin/python3", "-c", """
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
f = s.makefile("rw", newline="")
f.readline()
for line in sys.argv[3].split("|"):
    f.write(line + "\\r\\n")
    f.flush()
    f.readline()
""", PEER, port, text)
    place.count("flow", port, app)


def ask(place):
    # Two of them want this group, and would ask for another hello.
    for word, port, more in (("smtp", SMTP, ()), ("imap", IMAP, ()), ("pop3", POP3, ()), ("sieve", SIEVE, ()),
                             ("ftp", FTP, ("-groups", "P-256")),
                             ("ldap", LDAP, ()), ("xmpp", XMPP, ("-xmpphost", "xmpp.example")),
                             ("irc", IRC, ("-groups", "P-256"))):
        upgraded(place, word, port, *more)
    letter = place.write("letter", "Subject: hello\r\n\r\nhello\r\n")
    curl(place, "smtp", SMTP, "--mail-from", "a@b.example", "--mail-rcpt", "c@d.example", "-T", letter)
    curl(place, "imap", IMAP)
    curl(place, "pop3", POP3)
    curl(place, "ftp", FTP, user="anonymous:a@b.example")
    plain(place, "smtp", SMTP, "HELO client.example|QUIT")
    plain(place, "imap", IMAP, "a1 CAPABILITY|a2 LOGOUT")
    plain(place, "pop3", POP3, "CAPA|QUIT")
    plain(place, "managesieve", SIEVE, "CAPABILITY|LOGOUT")
    plain(place, "ftp", FTP, "USER anonymous|QUIT")
