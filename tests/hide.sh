#!/bin/sh
# SPDX-License-Identifier: MIT
# row 4.17: no name and no address of the golden captures is told with --hide-names.
here=$(cd "$(dirname "$0")" && pwd -P)
N=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
exec /usr/bin/python3 "$here/hide.py" "$N" "$here"/golden/protocols/*.pcap "$here"/golden/quic/*.pcap \
	"$here"/golden/http2/*.pcap "$here"/golden/handon/*.pcap "$here"/golden/decode/*.pcap
