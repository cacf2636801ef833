/* SPDX-License-Identifier: MIT */
/* Two growing lists; hosts with thousands of container interfaces are ordinary. */
#include <stdlib.h>
#include <string.h>

#include "host/interfaces.h"

/* Room for one more of size octets behind n; NULL leaves the list as it was. */
static void *
grow(void *list, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 32 : *room * 2;
	void *p;

	if (n < *room)
		return list;
	p = reallocarray(list, more, size);
	if (p != NULL)
		*room = more;
	return p;
}

void
nsc_interfaces_clear(struct nsc_interfaces *t)
{
	free(t->interface);
	free(t->address);
	*t = (struct nsc_interfaces){0};
}

struct nsc_interface *
nsc_interfaces_add(struct nsc_interfaces *t)
{
	struct nsc_interface *p =
		grow(t->interface, t->interfaces, &t->interface_room, sizeof *p);

	if (p == NULL)
		return NULL;
	t->interface = p;
	p += t->interfaces++;
	*p = (struct nsc_interface){0};
	return p;
}

struct nsc_interface_address *
nsc_interfaces_add_address(struct nsc_interfaces *t)
{
	struct nsc_interface_address *p =
		grow(t->address, t->addresses, &t->address_room, sizeof *p);

	if (p == NULL)
		return NULL;
	t->address = p;
	p += t->addresses++;
	*p = (struct nsc_interface_address){0};
	return p;
}

static int
by_index(const void *a, const void *b)
{
	const struct nsc_interface *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int
by_address(const void *a, const void *b)
{
	const struct nsc_interface_address *x = a, *y = b;
	int c = nsc_addr_cmp(&x->addr, &y->addr);

	return c != 0 ? c : (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

void
nsc_interfaces_sort(struct nsc_interfaces *t)
{
	size_t n = 0;

	if (t->interfaces > 0)
		qsort(t->interface, t->interfaces, sizeof *t->interface, by_index);
	for (size_t i = 0; i < t->interfaces; i++) {
		if (n > 0 && t->interface[n - 1].ifindex == t->interface[i].ifindex)
			n--;
		t->interface[n++] = t->interface[i];
	}
	t->interfaces = n;
	if (t->addresses > 0)
		qsort(t->address, t->addresses, sizeof *t->address, by_address);
	n = 0;
	for (size_t i = 0; i < t->addresses; i++) {
		if (n > 0 && by_address(&t->address[n - 1], &t->address[i]) == 0)
			n--;
		t->address[n++] = t->address[i];
	}
	t->addresses = n;
}

const struct nsc_interface *
nsc_interfaces_find(const struct nsc_interfaces *t, uint32_t ifindex)
{
	struct nsc_interface key = {.ifindex = ifindex};

	if (t->interfaces == 0)
		return NULL;
	return bsearch(&key, t->interface, t->interfaces, sizeof key, by_index);
}

const struct nsc_interface *
nsc_interfaces_named(const struct nsc_interfaces *t, const char *name)
{
	for (size_t i = 0; i < t->interfaces; i++)
		if (strncmp(t->interface[i].name, name, NSC_NAME) == 0)
			return &t->interface[i];
	return NULL;
}
