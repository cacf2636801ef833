#!/bin/sh
# SPDX-License-Identifier: MIT
# The core has no mutable globals: nothing in .data, .bss or common but what
# relocation makes of constant tables (.data.rel.ro).  Its public names begin
# with nsc_.  The collectd module exports module_register and needs no library
# that a host of the agent might lack.
. "$(dirname "$0")/files"
build=${top_builddir:-.}
nm=${NM:-nm}
archive=$build/.libs/libnsccore.a
module=$build/.libs/netflowscope.so
[ -e "$module" ] || module=$build/plugins/collectd/.libs/netflowscope.so

case $NSC_SANITIZE in
*-fsanitize*) echo "a build with sanitizers has globals of its own"; exit 77 ;;
esac
[ -e "$archive" ] || { echo "$archive: not built"; exit 77; }

# nm tells .data.rel.ro as d too: ask for the section's name.
objdump -t "$archive" | awk -F '\t' '
	/file format/ { object = $1; sub(/:.*/, "", object) }
	NF == 2 {
		n = split($1, left, " ")
		m = split($2, right, " ")
		if (left[n] ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM)/ &&
		    left[n] !~ /^\.data\.rel\.ro/ && right[m] != left[n])
			print object ": " right[m] " in " left[n]
	}' >"${TMPDIR:-/tmp}/nsc-globals.$$"
trap 'rm -f "${TMPDIR:-/tmp}/nsc-globals.$$"' EXIT
[ -s "${TMPDIR:-/tmp}/nsc-globals.$$" ] &&
	fault "mutable globals in the core:
$(cat "${TMPDIR:-/tmp}/nsc-globals.$$")"

names=$($nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 && $3 !~ /^nsc_/ { print $3 }' | sort -u)
[ -z "$names" ] || fault "public names of the core without nsc_:" $names

[ -e "$module" ] || { echo "no collectd module in this build"; exit $bad; }
names=$($nm -D --defined-only "$module" | awk '{ print $3 }' | sort | tr '\n' ' ')
[ "$names" = "module_register " ] || fault "$module exports $names, not module_register alone"

allowed=' libc.so.6 libm.so.6 libpthread.so.0 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libpcap.so.0.8 libpcap.so.1 libmnl.so.0 libz.so.1 libzstd.so.1 libnettle.so.8 libbpf.so.1 '
for lib in $(objdump -p "$module" | awk '$1 == "NEEDED" { print $2 }'); do
	case $allowed in
	*" $lib "*) ;;
	*) fault "$module needs $lib, which an agent's host may lack" ;;
	esac
done

# What stays undefined until the agent loads it: libraries' names have a version (@).
names=$($nm -D --undefined-only "$module" | awk '$1 == "U" { print $2 }' |
	grep -vE '@|^(plugin|cf_util|pcap|mnl|ZSTD|nettle|inflate|crc32|uc|sstr|escape|check_capability|hostname_g|cdtime|interval_g|daemon_log|bpf_filter$)')
[ -z "$names" ] || fault "$module: nobody defines" $names
exit $bad
