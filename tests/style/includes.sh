#!/bin/sh
# SPDX-License-Identifier: MIT
# Each #include "..." is an edge between directories, and tests/style/edges
# lists those that are allowed.  Headers of the system that reach the kernel
# are for the directories marked `system`.
. "$(dirname "$0")/files"

# Memory and constants are no system calls: sys/mman.h, netinet/*, arpa/*, linux/if_*.h.
forbidden='unistd\.h|fcntl\.h|poll\.h|pthread\.h|sched\.h|signal\.h|dirent\.h|spawn\.h|sys/(socket|ioctl|epoll|eventfd|timerfd|stat|wait|prctl|resource|syscall|uio|un)\.h|net/if\.h|linux/(netlink|rtnetlink|sock_diag|bpf|seccomp|landlock)\.h|pcap(/.*)?\.h|libmnl/.*|zlib\.h|zstd\.h|dlfcn\.h'

files | grep -E '^(core|bpf|plugins|tests)/.*\.[ch]$' >"${TMPDIR:-/tmp}/nsc-includes.$$"
trap 'rm -f "${TMPDIR:-/tmp}/nsc-includes.$$"' EXIT

while read -r f; do
	dir=${f%/*}
	rule=$(awk -v d="$dir" '$1 == d { $1 = ""; print " " $0 " "; found = 1 } END { exit !found }' \
		tests/style/edges) || { fault "$f: tests/style/edges has no line for $dir"; continue; }
	case $rule in *' any '*) continue ;; esac
	for inc in $(sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$f"); do
		case $inc in nsc_config.h) continue ;; esac
		if [ -e "core/$inc" ]; then
			target=core/$inc
		elif [ -e "$dir/$inc" ]; then
			target=$dir/$inc
		elif [ -e "$inc" ]; then
			target=$inc
		elif [ -e "${inc%%.*}.bpf.c" ]; then
			target=$inc	# made of that
		else
			fault "$f: \"$inc\" is neither below core/ nor beside it"
			continue
		fi
		to=${target%/*}
		[ "$to" = "$dir" ] && continue
		case $rule in *" $to "* | *" $to:${target##*/} "*) continue ;; esac
		fault "$f: $dir may not include $target"
	done
	case $rule in *' system '*) continue ;; esac
	inc=$(sed -n 's/^[ \t]*#[ \t]*include[ \t]*<\([^>]*\)>.*/\1/p' "$f" | grep -xE "$forbidden") &&
		fault "$f: $dir makes no system calls, but includes" $inc
done <"${TMPDIR:-/tmp}/nsc-includes.$$"
exit $bad
