#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Grafana's dashboards against Grafana's own types (npm: @grafana/schema), by the TypeScript compiler, which
# must also refuse two faults that are put into one of them.  Downloads two packages.
set -u
top=$(cd "$(dirname "$0")/.." && pwd -P)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
command -v npm >/dev/null && command -v node >/dev/null || { echo "skip types: npm is not installed"; exit 0; }

cd "$work" || exit 99
echo '{"private": true, "type": "module"}' >package.json
for try in 1 2 3; do
	timeout 60 npm install --silent --ignore-scripts --no-audit --no-fund --no-package-lock \
		@grafana/schema@11.6.0 typescript@5.8.3 >npm.log 2>&1 && break
	[ $try = 3 ] && { echo "skip types: npm cannot install: $(grep -v '^npm warn' npm.log | tail -n 1)"; exit 0; }
	sleep 2
done

# typed NAME JSON: a module that the compiler holds against the type
typed() {
	{ echo "import type { Dashboard } from './node_modules/@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen';"
	  # JSON has the words of enumerations, not their names.
	  echo "type Json<T> = 0 extends 1 & T ? any : T extends string ? \`\${T}\` : T extends object ?"
	  echo "  { [K in keyof T]: Json<T[K]> } : T;"
	  printf 'export const d: Json<Dashboard> = '
	  cat "$2"; } >"$1.ts"
}
compile() { node node_modules/typescript/bin/tsc --noEmit --strict --skipLibCheck --module esnext \
	--target es2020 --moduleResolution bundler "$@"; }

n=0
for f in "$top"/contrib/grafana/*/*.json; do
	typed "$(basename "$(dirname "$f")")-$(basename "$f" .json)" "$f"
	n=$((n + 1))
done
compile ./*.ts >tsc.log 2>&1
rc=$?
[ $rc = 0 ] && [ $n -ge 24 ] && echo "ok types: $n dashboards are what @grafana/schema says" ||
	{ echo "not ok types: $(head -n 3 tsc.log)"; exit 1; }

one=$top/contrib/grafana/prometheus/dns.json
sed 's/"h": 8/"h": "8"/' "$one" >wrong-height.json && typed bad-height wrong-height.json
sed 's/^ "schemaVersion"/ "shemaVersion"/' "$one" >wrong-key.json && typed bad-key wrong-key.json
refused=0
for f in bad-height bad-key; do
	compile $f.ts >$f.log 2>&1 || { grep -qE 'TS2322|TS2353|TS2561' $f.log && refused=$((refused + 1)); }
done
[ $refused = 2 ] && echo "ok types: a height in quotes and a misspelt key are refused" ||
	{ echo "not ok types: faults are not refused: $(cat bad-height.log bad-key.log)"; exit 1; }
