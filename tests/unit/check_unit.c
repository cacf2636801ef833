/* SPDX-License-Identifier: MIT */
/* Cgroup paths as systemd, docker, containerd, CRI-O, podman, Kubernetes and LXC write them. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/process.h"
#include "host/process_text.h"
#include "suite.h"

#define ID "4f7c3b2a1908d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2"

struct line {
	const char *path, *unit;
};

static const struct line systemd[] = {
	{"/", ""},
	{"", ""},
	{"/system.slice/nginx.service", "nginx.service"},
	{"/system.slice/nginx.service/", "nginx.service"},
	{"/init.scope", "init.scope"},
	{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"},
	{"/system.slice/system-postgresql.slice/postgresql@15-main.service",
	 "postgresql@15-main.service"},
	{"/system.slice/system-systemd\\x2dfsck.slice/systemd-fsck@dev-disk-by\\x2duuid.service",
	 "systemd-fsck@dev-disk-by\\x2duuid.service"},
	/* systemd.socket(5), Accept=: a unit for each connection; its ends are no name */
	{"/system.slice/system-sshd.slice/sshd@7-192.0.2.1:22-192.0.2.9:40000.service",
	 "sshd@.service"},
	{"/system.slice/sshd@0-2001:db8::1:22-2001:db8::9:40000.service", "sshd@.service"},
	{"/system.slice/proxy@192.0.2.1:80.service", "proxy@192.0.2.1:80.service"},
	{"/system.slice/backup@2026-11-21.service", "backup@2026-11-21.service"},
	/* cg_escape: a name that could be an attribute's */
	{"/system.slice/_memory.service", "memory.service"},
	{"/system.slice", "system.slice"},
	{"/user.slice/user-1000.slice", "user-1000.slice"},
	{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope"},
	{"/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service"},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/syncthing.service",
	 "syncthing.service"},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome\\x2dshell-7.scope",
	 "app-gnome\\x2dshell-7.scope"},
	{"/system.slice/cups.socket", "cups.socket"},
	/* delegated: what is below a service is the service's */
	{"/system.slice/containerd.service/worker", "containerd.service"},
	/* a cgroup namespace shows what is outside with dots */
	{"/../../system.slice/cron.service", "cron.service"},
	{"/.service", ""},
	{"/process_api/7180dba3a50800736d503a1e697d6547", ""},
};

static const struct line containers[] = {
	{"/system.slice/docker-" ID ".scope", "docker-4f7c3b2a1908"},
	{"/docker/" ID, "docker-4f7c3b2a1908"},
	{"/docker/" ID "/system.slice/nginx.service", "docker-4f7c3b2a1908"},
	{"/system.slice/docker-" ID ".scope/init.scope", "docker-4f7c3b2a1908"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope",
	 "docker-4f7c3b2a1908"},
	{"/system.slice/docker.service", "docker.service"},
	{"/system.slice/docker-proxy.service", "docker-proxy.service"},
	{"/docker/buildkit", ""},
	{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
	 "0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0.slice/cri-containerd-" ID ".scope",
	 "containerd-4f7c3b2a1908"},
	{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod"
	 "0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0.slice/crio-" ID ".scope",
	 "crio-4f7c3b2a1908"},
	{"/kubepods.slice/kubepods-pod0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0.slice/crio-conmon-" ID
	 ".scope", "crio-conmon-4f7c3b2a1908"},
	{"/kubepods.slice/kubepods-pod0f1e2d3c_4b5a_6978_8796_a5b4c3d2e1f0.slice",
	 "pod-0f1e2d3c4b5a"},
	{"/kubepods/besteffort/pod0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/" ID,
	 "container-4f7c3b2a1908"},
	{"/kubepods/pod0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "pod-0f1e2d3c4b5a"},
	{"/kubepods.slice", "kubepods.slice"},
	/* containerd's runc with the wrong driver */
	{"/system.slice/containerd.service/kubepods-besteffort-pod0f1e2d3c_4b5a_6978_8796_"
	 "a5b4c3d2e1f0.slice:cri-containerd:" ID, "containerd-4f7c3b2a1908"},
	{"/default/" ID, "containerd-4f7c3b2a1908"},
	{"/system.slice/nerdctl-" ID ".scope", "containerd-4f7c3b2a1908"},
	{"/machine.slice/libpod-" ID ".scope", "podman-4f7c3b2a1908"},
	{"/machine.slice/libpod-" ID ".scope/container", "podman-4f7c3b2a1908"},
	{"/machine.slice/libpod-conmon-" ID ".scope", "podman-conmon-4f7c3b2a1908"},
	{"/libpod_parent/libpod-" ID, "podman-4f7c3b2a1908"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
	 "podman-4f7c3b2a1908"},
	{"/lxc.payload.web", "lxc-web"},
	{"/lxc.payload.web/system.slice/nginx.service", "lxc-web"},
	{"/lxc.payload/web", "lxc-web"},
	{"/lxc/web", "lxc-web"},
	{"/lxc.monitor.web", "lxc-monitor-web"},
	{"/machine.slice/systemd-nspawn@deb\\x2d12.service/payload", "machine-deb-12"},
	{"/machine.slice/systemd-nspawn@deb.service", "machine-deb"},
	{"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator", "machine-qemu-1-vm"},
	{"/machine.slice", "machine.slice"},
	{"/ecs/0123456789abcdef0123456789abcdef/" ID, "container-4f7c3b2a1908"},
	/* one digit short, or no hex: no container */
	{"/docker/4f7c3b2a1908d7e6", ""},
	{"/system.slice/docker-xyz.scope", "docker-xyz.scope"},
};

START_TEST(test_systemd)
{
	char unit[NSC_UNIT_NAME];

	nsc_unit_name(unit, systemd[_i].path);
	ck_assert_str_eq(unit, systemd[_i].unit);
}
END_TEST

START_TEST(test_containers)
{
	char unit[NSC_UNIT_NAME];

	nsc_unit_name(unit, containers[_i].path);
	ck_assert_str_eq(unit, containers[_i].unit);
}
END_TEST

START_TEST(test_long_names_are_cut)
{
	char unit[NSC_UNIT_NAME], path[400] = "/system.slice/";

	memset(path + strlen(path), 'a', 300);
	strcat(path, ".service");
	nsc_unit_name(unit, path);
	ck_assert_uint_eq(strlen(unit), NSC_UNIT_NAME - 1);
}
END_TEST

/* proc(5): version 1, hybrid and version 2 hosts. */
START_TEST(test_cgroup_files)
{
	static const struct line files[] = {
		{"0::/system.slice/ssh.service\n", "ssh.service"},
		{"0::/system.slice/ssh.service", "ssh.service"},
		{"0::/system.slice/old.service (deleted)\n", "old.service"},
		{"9:name=systemd:/system.slice/a.service\n8:pids:/docker/" ID "\n0::/\n",
		 "a.service"},
		{"9:name=systemd:/\n8:pids:/\n4:memory:/docker/" ID "\n0::/\n",
		 "docker-4f7c3b2a1908"},
		{"3:cpu,cpuacct:/lxc/web\n0::/system.slice/b.service\n", "b.service"},
		{"0::/kubepods/pod0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0:x/" ID "\n",
		 "container-4f7c3b2a1908"},
		{"", ""},
		{"0:\n::\nx", ""},
	};
	char unit[NSC_UNIT_NAME];

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		nsc_process_cgroup(unit, files[i].path, strlen(files[i].path));
		ck_assert_str_eq(unit, files[i].unit);
	}
}
END_TEST

/* Where a cgroup2 hierarchy is mounted: stat(2) tells the inode, we tell the path. */
START_TEST(test_inode_to_path)
{
	static const char *const mounts[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
	char made[300] = "", path[4096];
	const char *mount = NULL;
	struct stat st;

	for (int i = 0; i < 2 && made[0] == '\0'; i++) {
		snprintf(path, sizeof path, "%s/cgroup.procs", mounts[i]);
		mount = mounts[i];
		snprintf(made, sizeof made, "%s/nsc-unit-%d", mount, (int)getpid());
		if (access(path, F_OK) != 0 || mkdir(made, 0755) != 0)
			made[0] = '\0';
	}
	ck_assert(nsc_cgroup_path(1, path, sizeof path));
	ck_assert_str_eq(path, "/");
	ck_assert(!nsc_cgroup_path(0, path, sizeof path));
	if (made[0] == '\0')
		return;			/* not ours to make folders in */
	strcat(made, "/inner.service");
	ck_assert_int_eq(mkdir(made, 0755), 0);
	ck_assert_int_eq(stat(made, &st), 0);
	ck_assert(nsc_cgroup_path(st.st_ino, path, sizeof path));
	ck_assert_str_eq(path, made + strlen(mount));
	if (geteuid() == 0 && seteuid(65534) == 0) {	/* without CAP_DAC_READ_SEARCH: searched */
		ck_assert(nsc_cgroup_path(st.st_ino, path, sizeof path));
		ck_assert_str_eq(path, made + strlen(mount));
		ck_assert(!nsc_cgroup_path(st.st_ino, path, 8));
		ck_assert_int_eq(seteuid(0), 0);
	}
	rmdir(made);
	ck_assert(!nsc_cgroup_path(st.st_ino, path, sizeof path));
	*strrchr(made, '/') = '\0';
	rmdir(made);
}
END_TEST

RUN_TESTS("unit", NULL, NULL, ROWS(test_systemd, sizeof systemd / sizeof systemd[0]),
	  ROWS(test_containers, sizeof containers / sizeof containers[0]),
	  ONCE(test_long_names_are_cut), ONCE(test_cgroup_files), ONCE(test_inode_to_path))
