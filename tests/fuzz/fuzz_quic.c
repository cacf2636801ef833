/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of two flows that share a worker, as feed.h's pieces.  The first octet:
 * bit 0, frames and hellos as behind the tag, which no fuzzer can make.
 */
#include "dissect/protocols.h"
#include "dissect/quic_frame.h"
#include "dissect/quic_google.h"
#include "dissect/quic_hello.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
sharing(const uint8_t *data, size_t size)
{
	const struct nsc_dissector *d = &nsc_quic;
	uint8_t *state[2] = {calloc(1, d->state_size), calloc(1, d->state_size)};
	struct nsc_out out = {.event = fuzz_event,
			      .label = fuzz_label,
			      .time = 1000,
			      .transport = NSC_OVER_UDP,
			      .port = {40000, 443}};
	bool claimed[2] = {false, false};

	if (d->shared_new(&out.shared) != 0)
		abort();
	while (size >= 2) {
		unsigned side = data[0] >> 7, flow = data[0] >> 6 & 1;
		size_t n = (size_t)(data[0] & 0x1f) << 8 | data[1];
		struct nsc_chunk in = {.side = (uint8_t)side,
				       .transport = NSC_OVER_UDP,
				       .time = out.time,
				       .cut = (data[0] & 0x20) != 0};
		struct nsc_guess g = {.side = (uint8_t)side,
				      .transport = NSC_OVER_UDP,
				      .shared = out.shared};
		uint8_t *copy;

		data += 2;
		size -= 2;
		n = n < size ? n : size;
		copy = malloc(n > 0 ? n : 1);
		memcpy(copy, data, n);
		data += n;
		size -= n;
		out.time += 1000000;
		out.port[0] = (uint16_t)(40000 + flow);
		g.bytes = in.bytes = nsc_bytes(copy, n);
		if (n > 0 && (claimed[flow] || d->guess(&g) == NSC_DONE)) {
			claimed[flow] = true;
			if (d->feed(state[flow], &in, &out) != NSC_MORE) {
				memset(state[flow], 0, d->state_size);
				claimed[flow] = false;
			}
		}
		free(copy);
	}
	d->tick(out.shared, &out);
	for (unsigned i = 0; i < 2; i++) {
		d->end(state[i], &out);
		free(state[i]);
	}
	d->shared_free(out.shared);
}

static size_t
length(struct nsc_bytes b)
{
	uint8_t type = nsc_bytes_u8(&b);
	size_t n = nsc_bytes_u24(&b);

	return b.bad ? 0 : type == 1 || type == 2 ? 4 + n : SIZE_MAX;
}

/* Each packet: two octets of length, then its frames. */
static void
frames(const uint8_t *data, size_t size, bool google)
{
	struct nsc_quic_stream s = {.buffer = 0};
	struct nsc_quic_google_hello hello;
	struct nsc_quic_hellos *h;
	struct nsc_bytes message;
	struct nsc_quic_frame f;

	if (nsc_quic_hellos_new(&h) != 0)
		abort();
	while (size >= 2) {
		size_t n = (size_t)(data[0] & 7) << 8 | data[1];
		struct nsc_bytes b;

		data += 2;
		size -= 2;
		n = n < size ? n : size;
		b = nsc_bytes(data, n);
		data += n;
		size -= n;
		while ((f = nsc_quic_frame(&b, google)).kind != NSC_QUIC_END) {
			if (f.kind != NSC_QUIC_CRYPTO ||
			    !nsc_quic_hello_add(h, &s, f.value, f.data,
						google ? nsc_quic_google_length : length,
						&message))
				continue;
			if (google && nsc_quic_google_hello(&hello, message))
				fuzz_touch(hello.sni);
		}
	}
	nsc_quic_hello_drop(h, &s);
	nsc_quic_hellos_free(h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if ((data[0] & 1) == 0)
		sharing(data + 1, size - 1);
	else
		frames(data + 1, size - 1, (data[0] & 2) != 0);
	return 0;
}
