# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Shared by contrib/test and contrib/quickstart: packages, a copy of the tree, a build.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Packages of the sections named, one a line.
packages_of() {
	local sections=" $* "
	awk -v want="$sections" '
		/^\[/ { gsub(/[][]/, ""); on = index(want, " " $1 " "); next }
		on && NF && $1 !~ /^#/ && !seen[$1]++ { print $1 }' "$top/contrib/packages"
}

# Those of them that are not installed.
packages_missing() {
	local p
	for p in $(packages_of "$@"); do
		dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed ||
			echo "$p"
	done
}

# While packages are installed no service may start: a policy of our own, only
# if the host has none, gone when this shell ends.
policy_file=/usr/sbin/policy-rc.d
policy_made=

policy_off() {
	[ -z "$policy_made" ] || rm -f "$policy_file"
	policy_made=
}

packages_install() {
	local missing rc=0
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "this system has no apt-get; packages (by Debian's names) to install: ${missing[*]}" >&2
		return 1
	fi
	if [ "$(id -u)" != 0 ]; then
		echo "packages are missing, and only root can install them: ${missing[*]}" >&2
		return 1
	fi
	echo "installing ${missing[*]}"
	if [ ! -e "$policy_file" ]; then
		policy_made=yes
		printf '#!/bin/sh\nexit 101\n' >"$policy_file"
		chmod 755 "$policy_file"
	fi
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get -q -o DPkg::Lock::Timeout=120 update &&
		apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "${missing[@]}"; } || rc=$?
	policy_off
	return $rc
}

# Files of the tree, NUL-terminated: git's, or all but what is made.
tree_files() {
	if [ -e "$top/.git" ] && command -v git >/dev/null &&
	   git -c safe.directory='*' -C "$top" ls-files -z -co --exclude-standard 2>/dev/null; then
		return
	fi
	(cd "$top" && find . \( -path './build*' -o -path ./run -o -path ./autom4te.cache -o -name .git \
		-o -name .deps -o -name .libs \) -prune -o -type f \
		! -name '*.o' ! -name '*.lo' ! -name '*.la' ! -name '*.log' ! -name '*.trs' -print0)
}

# Copies the tree to $1, so that the tree itself stays as it is: a build never
# writes into it, and a tree that was configured in place does no harm.
tree_copy() {
	rm -rf "$1" && mkdir -p "$1" &&
		tree_files | (cd "$top" && while IFS= read -r -d '' f; do
			case $f in
			configure | ./configure | Makefile | ./Makefile | config.status | ./config.status) continue ;;
			nsc_config.h | ./nsc_config.h | stamp-h1 | ./stamp-h1) continue ;;
			esac
			[ -f "$f" ] && printf '%s\0' "$f"
		done) | tar -C "$top" --null -T - -cf - | tar -C "$1" -xf - &&
		(cd "$1" && autoreconf -fi)
}
