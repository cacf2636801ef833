/* SPDX-License-Identifier: MIT */
/*
 * A cgroup's path -> systemd unit or container.  The outermost container wins (what runs
 * inside has names of its own), else the innermost unit, else the pod, else the slice.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "host/process.h"

enum { ID = 12, ID_LEAST = 12, ID_WHOLE = 64, COMPONENT = 256 };

enum kind {
	KIND_ID,			/* hex digits, cut to 12; ".scope" may follow */
	KIND_NAME,			/* as it is */
	KIND_ESCAPED,			/* systemd's \xNN */
};

/* A component of the path that is a container: what is before and behind its name. */
struct pattern {
	const char *before, *behind;
	enum kind kind;
	const char *word;		/* "WORD-NAME" */
};

static const struct pattern patterns[] = {
	{"docker-", "", KIND_ID, "docker"},
	{"cri-containerd-", "", KIND_ID, "containerd"},
	{"nerdctl-", "", KIND_ID, "containerd"},
	{"crio-conmon-", "", KIND_ID, "crio-conmon"},
	{"crio-", "", KIND_ID, "crio"},
	{"libpod-conmon-", "", KIND_ID, "podman-conmon"},
	{"libpod-", "", KIND_ID, "podman"},
	{"lxc.payload.", "", KIND_NAME, "lxc"},
	{"lxc.monitor.", "", KIND_NAME, "lxc-monitor"},
	{"systemd-nspawn@", ".service", KIND_ESCAPED, "machine"},
	{"machine-", ".scope", KIND_ESCAPED, "machine"},
};

/* Folders whose children are containers, named by 64 hex digits, or by names. */
static const struct pattern parents[] = {
	{"docker", "", KIND_ID, "docker"},
	{"actions_job", "", KIND_ID, "docker"},
	{"default", "", KIND_ID, "containerd"},
	{"k8s.io", "", KIND_ID, "containerd"},
	{"lxc", "", KIND_NAME, "lxc"},
	{"lxc.payload", "", KIND_NAME, "lxc"},
};

/* Units that hold processes. */
static const char *const suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};

struct text {
	const char *p;
	size_t len;
};

static bool
is(struct text t, const char *word)
{
	return strlen(word) == t.len && memcmp(t.p, word, t.len) == 0;
}

static bool
ends(struct text t, const char *suffix)
{
	size_t n = strlen(suffix);

	return t.len > n && memcmp(t.p + t.len - n, suffix, n) == 0;
}

/* Takes `before` off the front and `behind` off the end; something must be left. */
static bool
strip(struct text *t, const char *before, const char *behind)
{
	size_t n = strlen(before), m = strlen(behind);

	if (t->len <= n + m || memcmp(t->p, before, n) != 0 ||
	    memcmp(t->p + t->len - m, behind, m) != 0)
		return false;
	t->p += n;
	t->len -= n + m;
	return true;
}

static bool
all_hex(struct text t, size_t least)
{
	for (size_t i = 0; i < t.len; i++)
		if (!isdigit((unsigned char)t.p[i]) && (t.p[i] < 'a' || t.p[i] > 'f'))
			return false;
	return t.len >= least;
}

static void
copy(char unit[NSC_UNIT_NAME], const char *word, struct text name)
{
	snprintf(unit, NSC_UNIT_NAME, "%s-%.*s", word, (int)name.len, name.p);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "a\x2db" -> "a-b" (systemd.unit(5), string escaping). */
static void
copy_escaped(char unit[NSC_UNIT_NAME], const char *word, struct text from)
{
	char name[NSC_UNIT_NAME];
	size_t n = 0;

	for (size_t i = 0; i < from.len && n < sizeof name - 1; i++) {
		const char *c = from.p + i;

		if (i + 3 < from.len && c[0] == '\\' && c[1] == 'x' && hex(c[2]) >= 0 &&
		    hex(c[3]) >= 0 && hex(c[2]) + hex(c[3]) > 0) {
			name[n++] = (char)(hex(c[2]) << 4 | hex(c[3]));
			i += 3;
		} else {
			name[n++] = *c;
		}
	}
	copy(unit, word, (struct text){name, n});
}

static bool
named(char unit[NSC_UNIT_NAME], const struct pattern *p, struct text name, size_t least)
{
	switch (p->kind) {
	case KIND_ID:
		(void)strip(&name, "", ".scope");
		if (!all_hex(name, least))
			return false;
		name.len = ID;
		copy(unit, p->word, name);
		return true;
	case KIND_ESCAPED:
		copy_escaped(unit, p->word, name);
		return true;
	case KIND_NAME:
		break;
	}
	copy(unit, p->word, name);
	return true;
}

/*
 * A container, by its own name or by its parent's.  runc under another manager's driver
 * writes "SLICE:docker:ID": the same as "docker-ID".
 */
static bool
container(char unit[NSC_UNIT_NAME], struct text parent, struct text t)
{
	char rewritten[COMPONENT];
	const char *last = memrchr(t.p, ':', t.len), *first;

	for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++)
		if (is(parent, parents[i].before))
			return named(unit, &parents[i], t, ID_WHOLE);
	first = last != NULL ? memrchr(t.p, ':', (size_t)(last - t.p)) : NULL;
	if (first != NULL && t.len < sizeof rewritten) {
		t.len -= (size_t)(first + 1 - t.p);
		memcpy(rewritten, first + 1, t.len);
		rewritten[last - first - 1] = '-';
		t.p = rewritten;
	}
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		struct text name = t;

		if (strip(&name, patterns[i].before, patterns[i].behind) &&
		    named(unit, &patterns[i], name, ID_LEAST))
			return true;
	}
	/* Kubernetes' and ECS' own folders have the digits alone. */
	if (t.len != ID_WHOLE || !all_hex(t, ID_WHOLE))
		return false;
	t.len = ID;
	copy(unit, "container", t);
	return true;
}

/* "kubepods-besteffort-podUID.slice" or "podUID"; the digits of UID without what divides them. */
static bool
pod(char unit[NSC_UNIT_NAME], struct text t)
{
	char id[ID];
	size_t n = 0;

	if (strip(&t, "kubepods-", ".slice")) {
		const char *p = memmem(t.p, t.len, "pod", 3);

		if (p == NULL || (p > t.p && p[-1] != '-'))
			return false;
		t.len -= (size_t)(p - t.p);
		t.p = p;
	}
	if (!strip(&t, "pod", ""))
		return false;
	for (size_t i = 0; i < t.len && n < ID; i++) {
		if (t.p[i] == '-' || t.p[i] == '_')
			continue;
		if (hex(t.p[i]) < 0)
			return false;
		id[n++] = t.p[i];
	}
	if (n < ID)
		return false;
	copy(unit, "pod", (struct text){id, n});
	return true;
}

/*
 * The instance of a unit that is started for each connection (systemd.socket(5), Accept=): a
 * number, and both ends, as in "sshd@7-192.0.2.1:22-192.0.2.9:40000.service".  That is no name.
 */
static bool
is_of_connection(struct text t)
{
	unsigned ports = 0;
	size_t n = 0;

	while (n < t.len && isdigit((unsigned char)t.p[n]))
		n++;
	if (n == 0 || n == t.len || t.p[n] != '-' || !strip(&t, "", ".service"))
		return false;
	for (const char *p = t.p + n, *end = t.p + t.len; p < end; p++) {
		const char *colon = p;

		if (*p != ':')
			continue;
		while (p + 1 < end && isdigit((unsigned char)p[1]))
			p++;
		ports += p > colon && (p + 1 == end || p[1] == '-');
	}
	return ports >= 2;
}

/*
 * systemd puts "_" before names that could be an attribute's.  A unit's name stays as
 * systemctl takes it, escapes and all.
 */
static void
copy_unit(char unit[NSC_UNIT_NAME], struct text t)
{
	const char *at;

	(void)strip(&t, "_", "");
	at = memchr(t.p, '@', t.len);
	if (at != NULL && is_of_connection((struct text){at + 1, (size_t)(t.p + t.len - at - 1)}))
		snprintf(unit, NSC_UNIT_NAME, "%.*s@.service", (int)(at - t.p), t.p);
	else
		snprintf(unit, NSC_UNIT_NAME, "%.*s", (int)t.len, t.p);
}

/* A manager's own processes are in init.scope below its unit, which says more. */
static bool
is_unit(struct text t, bool inside)
{
	if (inside && is(t, "init.scope"))
		return false;
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (ends(t, suffixes[i]))
			return true;
	return false;
}

void
nsc_unit_name(char unit[NSC_UNIT_NAME], const char *path)
{
	char pod_name[NSC_UNIT_NAME] = "", slice[NSC_UNIT_NAME] = "";
	struct text parent = {"", 0};

	unit[0] = '\0';
	while (*path != '\0') {
		struct text t = {path, strcspn(path, "/")};

		path += t.len + (path[t.len] == '/');
		if (t.len == 0 || is(t, ".."))
			continue;
		if (container(unit, parent, t))
			return;
		if (is_unit(t, unit[0] != '\0'))
			copy_unit(unit, t);
		else if (!pod(pod_name, t) && ends(t, ".slice"))
			copy_unit(slice, t);
		parent = t;
	}
	if (unit[0] == '\0')
		memcpy(unit, pod_name[0] != '\0' ? pod_name : slice, NSC_UNIT_NAME);
}
