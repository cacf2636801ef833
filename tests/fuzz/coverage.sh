#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the committed corpora reach: each parser's file needs 70 % of its lines
# executed when its own target replays its own corpus.  Builds in a directory of
# its own (argument 1, else a temporary one).  One line a file:
# "ok coverage: FILE NN %" or "not ok ...".
set -u -o pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 99
least=70

# Target, and the files that it is there for.  (Half of core/source/{file,input}.c is system calls,
# which a fuzzer has no use for: tests/unit/check_file*.c do that.)
table='
pcap		core/source/pcap.c core/source/pcapng.c core/source/inflate.c
decode		core/decode/link.c core/decode/tags.c core/decode/ip.c core/decode/extension.c
decode		core/decode/transport.c core/decode/tunnel.c core/decode/fragment.c core/decode/datagram.c
decode		core/decode/assembly.c core/decode/decoder.c
flow		core/flow/tcp.c core/flow/table.c core/flow/key.c core/flow/evict.c core/flow/measure.c
flow		core/flow/life.c core/flow/wheel.c
reassembly	core/flow/reassembly.c core/flow/held.c core/flow/pieces.c
session		core/dissect/session.c core/dissect/stream.c core/dissect/identify.c core/dissect/datagram.c
session		core/dissect/speak.c core/dissect/labels.c
dns		core/dissect/dns.c core/dissect/dns_guess.c core/dissect/dns_message.c core/dissect/dns_match.c
tls		core/dissect/tls.c core/dissect/tls_hello.c core/dissect/tls_record.c
http		core/dissect/http.c core/dissect/http_start.c core/dissect/http_head.c core/dissect/http_chunked.c core/dissect/http_pending.c
http		core/dissect/http_exchange.c
http2		core/dissect/http2.c core/dissect/h2_exchange.c core/dissect/h2_context.c core/dissect/h2_frame.c
hpack		core/dissect/hpack.c core/dissect/hpack_table.c core/dissect/hpack_huffman.c
ssh		core/dissect/ssh.c
names		core/dissect/ssdp.c core/dissect/netbios.c core/dissect/wireguard.c
names		core/dissect/ike.c core/dissect/syslog.c
names		core/dissect/bittorrent.c core/dissect/vnc.c core/dissect/bgp.c
names		core/dissect/rsync.c core/dissect/telnet.c
operations	core/dissect/nfs.c core/dissect/rpc_message.c core/dissect/rpc_words.c core/dissect/smb.c core/dissect/smb_words.c
operations	core/dissect/radius.c core/dissect/snmp.c core/dissect/snmp_words.c core/dissect/ntp.c core/dissect/ntp_words.c
operations	core/dissect/dhcp.c core/dissect/dhcpv6.c core/dissect/dhcpv6_status.c core/dissect/tftp.c core/dissect/await.c
operations	core/dissect/redis.c core/dissect/redis_words.c core/dissect/words.c core/dissect/pending.c
operations	core/dissect/mqtt.c core/dissect/mqtt_words.c core/dissect/amqp.c core/dissect/amqp_channel.c
operations	core/dissect/amqp_words.c core/dissect/ldap.c core/dissect/ldap_words.c core/dissect/smtp.c
operations	core/dissect/smtp_words.c core/dissect/sip.c core/dissect/kerberos.c
operations	core/dissect/dialogue.c core/dissect/ftp.c core/dissect/ftp_words.c core/dissect/imap.c
operations	core/dissect/imap_words.c core/dissect/pop3.c core/dissect/modbus.c
handon		core/dissect/nntp.c core/dissect/managesieve.c core/dissect/lines.c core/dissect/starttls.c
names		core/dissect/mssql.c core/dissect/oracle.c core/dissect/git.c core/dissect/netflow.c core/dissect/sflow.c
names		core/dissect/dcerpc.c core/dissect/rtmp.c core/dissect/ajp.c core/dissect/ceph.c core/dissect/zabbix.c
names		core/dissect/collectd.c core/dissect/whois.c core/dissect/slp.c
media		core/dissect/media.c core/dissect/rtsp.c
operations	core/dissect/postgresql.c core/dissect/pgsql_message.c core/dissect/pgsql_exchange.c core/dissect/sql.c
operations	core/dissect/memcached.c core/dissect/memcached_text.c core/dissect/memcached_binary.c core/dissect/nats.c
operations	core/dissect/memcached_guess.c core/dissect/nats_line.c core/dissect/kafka.c core/dissect/kafka_layout.c
operations	core/dissect/kafka_words.c core/dissect/mongodb.c core/dissect/mongodb_bson.c core/dissect/mongodb_words.c
operations	core/dissect/cassandra.c core/dissect/cassandra_parts.c
operations	core/dissect/mysql.c core/dissect/mysql_login.c core/dissect/mysql_command.c core/dissect/mysql_answer.c
operations	core/dissect/mysql_packet.c core/dissect/mysql_error.c
openvpn		core/dissect/openvpn.c core/dissect/openvpn_packet.c core/dissect/openvpn_order.c
quic		core/dissect/quic.c core/dissect/quic_initial.c core/dissect/quic_frame.c core/dissect/quic_hello.c
quic		core/dissect/quic_link.c core/dissect/quic_google.c core/dissect/quic_header.c core/dissect/quic_paths.c
ledger		core/ledger/ledger.c
proc_net	core/host/proc_net_line.c core/host/socket.c
counters	core/host/counters_text.c
diag		core/host/diag_answer.c
conntrack	core/host/conntrack_message.c
proc		core/host/process_text.c core/host/script.c core/host/unit.c
nft		core/host/nft_message.c core/host/nft_expr.c core/host/nft_xt.c core/host/nft_packet.c
nft		core/host/nft_attr.c core/host/nft_register.c core/host/nft_match.c core/host/nft_xt_target.c core/host/nft.c
nft		core/host/nft_lookup.c core/host/nft_walk.c core/host/nft_eval.c core/host/ternary.c
config		core/engine/config.c core/engine/value.c core/engine/option.c
'

command -v gcov >/dev/null || { echo "skip coverage: gcov is not installed"; exit 77; }
command -v gcc >/dev/null || { echo "skip coverage: gcc is not installed"; exit 77; }
dir=${1:-}
if [ -z "$dir" ]; then
	dir=$(mktemp -d) || exit 99
	trap 'rm -rf "$dir"' EXIT
fi
mkdir -p "$dir" && dir=$(cd "$dir" && pwd) || exit 99
rm -rf "$dir/obj" "$dir/run" && mkdir -p "$dir/obj" "$dir/run"
libs=$(pkg-config --libs libpcap libmnl zlib libzstd nettle 2>/dev/null) ||
	libs='-lpcap -lmnl -lz -lzstd -lnettle'
# Any string literal does as a version, this one without quotes.
flags='-std=c11 -D_GNU_SOURCE -DNSC_VERSION=__FILE__ -O0 -w -Icore'

# What an object is called: its path with dots for slashes.
build() {
	local f=$1 o
	o=$dir/obj/${f//\//.}
	gcc $flags --coverage -c -o "${o%.c}.o" "$f"
}
export -f build
export dir flags
# With nettle, without libpsl, and without BPF, whose skeletons are not made here.
find core -name '*.c' ! -path 'core/dissect/*_none.c' ! -name suffix_psl.c ! -name '*_bpf.c' ! -name bpf.c -print0 | xargs -0 -P "$(nproc)" -n 1 bash -c 'build "$1"' _ ||
	{ echo "not ok coverage: core was not built"; exit 1; }

bad=0
export top_srcdir=$PWD
for target in $(awk 'NF && !seen[$1]++ { print $1 }' <<<"$table"); do
	run=$dir/run/$target
	mkdir -p "$run"
	if ! gcc $flags -o "$dir/fuzz_$target" "tests/fuzz/fuzz_$target.c" tests/fuzz/replay.c "$dir"/obj/*.o \
		--coverage $libs -lpthread -lm; then
		echo "not ok coverage: fuzz_$target was not built"
		bad=1
		continue
	fi
	if ! (cd "$run" && GCOV_PREFIX=$run GCOV_PREFIX_STRIP=99 timeout 60 "$dir/fuzz_$target" >out 2>&1); then
		echo "not ok coverage: fuzz_$target: $(tail -n 1 "$run/out")"
		bad=1
		continue
	fi
	for file in $(awk -v t="$target" '$1 == t { for (i = 2; i <= NF; i++) print $i }' <<<"$table"); do
		object=${file//\//.}
		object=${object%.c}
		cp "$dir/obj/$object.gcno" "$run/"
		percent=$(cd "$run" && gcov -n "$object.gcda" 2>/dev/null |
			awk -v f="$file" '/^File / { mine = index($0, "\047" f "\047") }
				mine && /^Lines executed:/ { sub(/.*executed:/, ""); print int($0); exit }')
		if [ "${percent:-0}" -ge $least ]; then
			echo "ok coverage: $file $percent %"
		else
			echo "not ok coverage: $file ${percent:-0} % (at least $least) by fuzz_$target"
			bad=1
		fi
	done
done
exit $bad
