/* SPDX-License-Identifier: MIT */
/* A conversation of HTTP/1: what http.c (framing) and http_exchange.c (messages) share. */
#ifndef NSC_DISSECT_HTTP_H
#define NSC_DISSECT_HTTP_H

#include "dissect/dissector.h"
#include "dissect/http_chunked.h"
#include "dissect/http_head.h"
#include "dissect/http_pending.h"

struct nsc_http_side {
	uint64_t began;	  /* time of the head's first octet, ns; 0: none yet */
	uint64_t last;	  /* time of the last octet of a body that ends with the connection, ns */
	uint32_t scanned; /* octets of the head known to hold no empty line */
	struct nsc_http_chunked chunked;
	uint16_t interim; /* last 1xx status */
	uint8_t phase;
	bool spoke;	  /* a start line was read */
	bool request;	  /* the message at hand is one */
};

struct nsc_http {
	struct nsc_http_side side[2];
	struct nsc_http_queue queue;
	uint64_t latency;     /* of the answer that is being read, ns; 0 unknown */
	uint16_t status;      /* its status; 0: none is */
	uint8_t version;
	uint8_t answerer;     /* whose it is */
	bool answered;	      /* a final status was seen */
	/*
	 * Labels are those of whole messages: a request or response whose body
	 * was not captured to its end says nothing of the flow.
	 */
	bool owes_request;
};

/* A request's head was read; its body, if it has one, follows. */
void nsc_http_asked(struct nsc_http *s, const struct nsc_http_head *h, bool body,
		    struct nsc_out *out);

/* A request's body was read to its end. */
void nsc_http_request_ended(struct nsc_http *s, struct nsc_out *out);

/* A final response's head was read; *req is what it answers (borrowed, perhaps empty). */
void nsc_http_answered(struct nsc_http *s, int side, const struct nsc_http_head *h,
		       struct nsc_http_request *req, struct nsc_out *out);

/* The answer's last octet was read at `time` (ns). */
void nsc_http_complete(struct nsc_http *s, uint64_t time, struct nsc_out *out);

/* The answer, if one is being read, cannot be read to its end. */
void nsc_http_cut(struct nsc_http *s, struct nsc_out *out);

/* Tells the requests without an answer. */
void nsc_http_unanswered(struct nsc_http *s, struct nsc_out *out);

/* The answer leads to HTTP/2: what its first stream answers is wished for it. */
void nsc_http_hand_to_h2(struct nsc_http *s, struct nsc_out *out);

/* The status that stands for the flow. */
void nsc_http_label_status(uint16_t status, struct nsc_out *out);

#endif
