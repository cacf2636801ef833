# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A Netdata of one test, run by an ordinary user in namespace h: only our plugin, API at 127.0.0.1:19999,
# values in memory.
built=${NSC_NETDATA_PLUGIN:-${top_builddir:?top_builddir is not set}/plugins/netdata/netflowscope.plugin}
netdata=$(command -v netdata || echo /usr/sbin/netdata)
D=$W/netdata

# netdata_folders CAPABILITY,...: its folders, and the plugin with capabilities
netdata_folders() {
	local sets=${1//cap_/+}
	mkdir -p "$D"/{conf/health.d,stock,cache,lib,log,lock,registry,plugins,home} && chmod -R a+rwX "$W"
	# The build's program may be a script of libtool.
	"$top_builddir/libtool" --mode=install install -m 755 "$built" "$D/plugins/netflowscope.plugin" >/dev/null 2>&1
	ambient=()
	setcap "$1+ep" "$D/plugins/netflowscope.plugin" 2>/dev/null || ambient=(--inh-caps "$sets" --ambient-caps "$sets")
	nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups "${ambient[@]}")
}

# start_netdata OPTIONS: its number is $last
start_netdata() {
	: >"$D/conf/.opt-out-from-anonymous-statistics"
	cat >"$D/netdata.conf" <<END
[global]
  hostname = testhost
[directories]
  home = $D/home
  config = $D/conf
  stock config = $D/stock
  stock health config = $D/stock
  cache = $D/cache
  lib = $D/lib
  log = $D/log
  lock = $D/lock
  registry = $D/registry
  plugins = $D/plugins
  web = /usr/share/netdata/web
[db]
  mode = ram
[web]
  bind to = 127.0.0.1:19999
[health]
  enabled = yes
  run at least every seconds = 1
  postpone alarms during hibernation for seconds = 0
  script to execute on alarm = /bin/true
  health configuration directory = $D/conf/health.d
  stock health configuration directory = $D/stock
[ml]
  enabled = no
[statsd]
  enabled = no
[plugins]
  enable running new plugins = no
  proc = no
  diskspace = no
  cgroups = no
  tc = no
  idlejitter = no
  timex = no
  checks = no
  apps = no
  statsd = no
  netdata monitoring = no
  netdata monitoring extended = no
  netflowscope = yes
[plugin:netflowscope]
  update every = 1
  command options = $1
END
	background "$W/netdata.out" h env HOME="$D/home" "${nobody[@]}" "$netdata" -D -c "$D/netdata.conf" -P "$D/pid"
}
