#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SSH between OpenSSH and Dropbear (RFC 4253, 4.2): the banners of both sides are those that the
# programs say they sent and received, on any port, behind text, through a proxy, and with the server as the
# one that connects.
test=ssh
. "$(dirname "$0")/common.sh"
for program in /usr/sbin/sshd dropbear dropbearkey dbclient ssh ssh-keygen; do
	command -v $program >/dev/null || skip_all "there is no $program"
done
two_hosts || { not_ok "two hosts"; exit 1; }
ssh-keygen -q -t ed25519 -N '' -f "$W/host" && ssh-keygen -q -t ed25519 -N '' -f "$W/user" &&
	dropbearkey -t ed25519 -f "$W/dropbear" >/dev/null 2>&1
check $? "keys"
cp "$W/user.pub" "$W/authorized"
chmod 755 "$W"

# sshd PORT: OpenSSH's, for keys that it has not
sshd() {
	# Its empty root, which no service made here: in a mount namespace of ip's.
	background "$W/sshd$1" p sh -c 'mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"' sh \
		/usr/sbin/sshd -D -e -f /dev/null -p "$1" -h "$W/host" -o UsePAM=no \
		-o PasswordAuthentication=no -o "AuthorizedKeysFile=$W/authorized" -o StrictModes=no \
		-o PidFile=none -o VersionAddendum="on $1"
}
sshd 22
sshd 80
background "$W/dropbear.out" p dropbear -F -E -s -r "$W/dropbear" -p 2222 -P "$W/dropbear.pid"
# A door that says something before it opens, one that opens by CONNECT, and one that
# connects by itself: its far end is a server.
background "$W/doors" p /usr/bin/python3 "$here/doors.py" serve 10.77.0.2
wait_for 10 grep -q ready "$W/doors" && wait_for 10 grep -q 'listening on' "$W/sshd22.err" "$W/sshd80.err"
check $? "servers"
background "$W/live" h "$N" live -i h0 --json
live=$last
wait_for 10 grep -q '"ready"' "$W/live"
check $? "live"

# ask NAME ARGUMENT...: what OpenSSH's client says of both banners, into $W/NAME.said
ask() {
	local name=$1
	shift
	in_ns h timeout 20 ssh -v -F /dev/null -i "$W/user" -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "$@" nobody@10.77.0.2 true 2>&1 |
		sed -n 's/\r$//;
			s/^debug1: Local version string /client /p
			s/^debug1: Remote protocol version 2.0, remote software version /server SSH-2.0-/p' >"$W/$name.said"
}
ask plain -p 22
ask web -p 80
ask other -p 2222
ask text -p 2223
ask proxy -o "ProxyCommand=/usr/bin/python3 $here/doors.py connect 10.77.0.2"
ask back -o "ProxyCommand=/usr/bin/python3 $here/doors.py back 10.77.0.2 10.77.0.1"
in_ns h timeout 20 dbclient -y -y -p 22 nobody@10.77.0.2 true >/dev/null 2>&1 </dev/null
sleep 0.5
stop "$live"

# field KEY: of the flow line on standard input
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
# flow of a responder's port; dbclient's is the other one of port 22
flow() { grep '"event":"flow"' "$W/live" | grep "\"responder_port\":$1,"; }

# same NAME PORT [CLIENT SERVER]: the flow's banners are what the client said
same() {
	local one=${3:-client} two=${4:-server} line
	line=$(flow "$2" | grep -v dropbear_ || flow "$2")
	[ -s "$W/$1.said" ] && [ "$(wc -l <"$W/$1.said")" = 2 ] &&
		[ "$(field "ssh_$one" <<<"$line")" = "$(sed -n 's/^client //p' "$W/$1.said")" ] &&
		[ "$(field "ssh_$two" <<<"$line")" = "$(sed -n 's/^server //p' "$W/$1.said")" ] &&
		[ "$(field app <<<"$line")" = ssh ]
	check $? "$1: both banners are what the client says ($(field "ssh_$two" <<<"$line"))"
}
same plain 22
same web 80
same other 2222
same text 2223
same proxy 3128
same back 2300 server client
dropbear=$(dbclient -V 2>&1 | sed -n 's/^Dropbear v/SSH-2.0-dropbear_/p')
flow 22 | grep -qF "\"ssh_client\":\"$dropbear\""
check $? "Dropbear's client ($dropbear)"
[ "$(grep -c '"event":"ssh"' "$W/live")" = 7 ]
check $? "one line a flow"
[ "$(grep '"event":"summary"' "$W/live" | grep -o '"ssh":[0-9]*')" = '"ssh":7' ]
check $? "seven flows of SSH"
[ ! -s "$W/live.err" ]
check $? "nothing on standard error $(head -c 200 "$W/live.err")"
exit $failed
