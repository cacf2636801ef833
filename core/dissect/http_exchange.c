/* SPDX-License-Identifier: MIT */
/* Requests and the answers to them, in order: what is told of them, and when. */
#include "dissect/h2_seed.h"
#include "dissect/http.h"
#include "dissect/protocols.h"

static bool
method_is(struct nsc_text m, const char *name)
{
	return m.len == strlen(name) && memcmp(m.p, name, m.len) == 0;
}

static void
tell(struct nsc_http *s, uint64_t end, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_HTTP};
	struct nsc_http_request req;
	uint64_t asked;

	nsc_http_queue_oldest(&s->queue, out->unheard ? NULL : out->shared, &req, &asked);
	ev.http.method = req.method;
	ev.http.host = req.host;
	ev.http.status = s->status;
	ev.http.version = s->status != 0 ? s->version : req.version;
	ev.http.latency = s->latency;
	if (asked != 0 && end > asked)
		ev.http.complete = end - asked;
	nsc_out_event(out, &ev);
	nsc_http_queue_drop(&s->queue);
	s->status = 0;
	s->latency = 0;
}

static void
label_request(struct nsc_http *s, const struct nsc_http_request *req, struct nsc_out *out)
{
	s->owes_request = false;
	if (req->method.len == 0)
		return;
	nsc_out_label(out, NSC_LABEL_HTTP_METHOD, req->method.p, req->method.len);
	if (req->host.len > 0)
		nsc_out_label(out, NSC_LABEL_HTTP_HOST, req->host.p, req->host.len);
}

void
nsc_http_label_status(uint16_t status, struct nsc_out *out)
{
	const char text[3] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10),
			      (char)('0' + status % 10)};

	if (status != 0)
		nsc_out_label(out, NSC_LABEL_HTTP_STATUS, text, sizeof text);
}

void
nsc_http_asked(struct nsc_http *s, const struct nsc_http_head *h, bool body, struct nsc_out *out)
{
	struct nsc_http_request req = {
		.method = h->method,
		.host = h->host,
		.version = h->version,
		.no_body = method_is(h->method, "HEAD"),
		.connect = method_is(h->method, "CONNECT"),
	};

	if (body)
		s->owes_request = true;
	else
		label_request(s, &req, out);
	if (!nsc_http_queue_add(&s->queue, out->shared, &req, body ? 0 : out->time)) {
		struct nsc_event ev = {.kind = NSC_EVENT_LOSS, .loss = NSC_LOSS_HTTP_REQUEST};

		nsc_out_event(out, &ev);
	}
}

void
nsc_http_request_ended(struct nsc_http *s, struct nsc_out *out)
{
	struct nsc_http_request req;
	uint64_t asked;

	nsc_http_queue_ended(&s->queue, out->shared, out->time);
	if (s->owes_request && nsc_http_queue_oldest(&s->queue, out->shared, &req, &asked))
		label_request(s, &req, out);
}

void
nsc_http_answered(struct nsc_http *s, int side, const struct nsc_http_head *h,
		  struct nsc_http_request *req, struct nsc_out *out)
{
	const struct nsc_http_side *me = &s->side[side];
	uint64_t asked;

	nsc_http_cut(s, out);
	nsc_http_queue_oldest(&s->queue, out->unheard && !s->owes_request ? NULL : out->shared,
			      req, &asked);
	s->latency = asked != 0 && me->began > asked ? me->began - asked : 0;
	s->status = h->status;
	s->version = h->version;
	s->answerer = (uint8_t)side;
	s->answered = true;
	if (s->owes_request)
		label_request(s, req, out);
}

void
nsc_http_complete(struct nsc_http *s, uint64_t time, struct nsc_out *out)
{
	if (s->status == 0)
		return;
	nsc_http_label_status(s->status, out);
	tell(s, time, out);
}

void
nsc_http_cut(struct nsc_http *s, struct nsc_out *out)
{
	if (s->status != 0)
		tell(s, 0, out);
}

void
nsc_http_unanswered(struct nsc_http *s, struct nsc_out *out)
{
	while (s->queue.count > 0 || s->queue.more > 0)
		tell(s, 0, out);
}

void
nsc_http_hand_to_h2(struct nsc_http *s, struct nsc_out *out)
{
	struct nsc_h2_seed *seed = nsc_http_ring_seed(out->shared);
	struct nsc_http_request req;

	*seed = (struct nsc_h2_seed){.upgraded = true, .client = !s->answerer};
	nsc_http_queue_oldest(&s->queue, out->shared, &req, &seed->asked);
	seed->method_len = (uint8_t)req.method.len;
	seed->host_len = (uint8_t)req.host.len;
	if (req.method.len > 0)
		memcpy(seed->method, req.method.p, req.method.len);
	if (req.host.len > 0)
		memcpy(seed->host, req.host.p, req.host.len);
	s->status = 0;
	out->wish.next = &nsc_http2;
	out->wish.seed = seed;
	out->wish.seed_len = sizeof *seed;
}
