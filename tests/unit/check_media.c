/* SPDX-License-Identifier: MIT */
/* Where media is awaited: session descriptions (RFC 8866), RTSP's Transport, and RTP by it alone. */
#include "dissect/media.h"
#include "dissect/rtp.h"
#include "suite.h"
#include "worker_world.h"

static const uint64_t second = 1000000000;

static struct nsc_addr
address(const char *text)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, text), 0);
	return a;
}

static bool
expected(const struct nsc_media *m, const char *text, uint16_t port, uint64_t now)
{
	struct nsc_addr a = address(text);

	return nsc_media_expected(m, &a, port, now);
}

START_TEST(a_description_names_its_places)	/* RFC 8866, 5 and 5.14; RFC 3264 for port 0 */
{
	static const char text[] =
		"v=0\r\no=jdoe 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
		"m=audio 49170 RTP/AVP 0\r\n"
		"m=video 51372 RTP/AVP 99\r\nc=IN IP6 2001:db8::7\r\na=rtpmap:99 h263-1998/90000\r\n"
		"m=image 5000 udptl t38\r\n"
		"m=text 0 RTP/AVP 98\r\n"
		"m=audio 6000 RTP/SAVPF 111\n";
	static struct nsc_media m;

	memset(&m, 0, sizeof m);
	nsc_media_description(&m, nsc_bytes(text, sizeof text - 1), second);
	ck_assert_uint_eq(m.count, 3);
	ck_assert(expected(&m, "198.51.100.1", 49170, second));
	ck_assert(expected(&m, "198.51.100.1", 49171, second));	/* its RTCP */
	ck_assert(!expected(&m, "198.51.100.1", 49172, second));
	ck_assert(expected(&m, "2001:db8::7", 51372, second));
	ck_assert(!expected(&m, "198.51.100.1", 51372, second));
	ck_assert(expected(&m, "198.51.100.1", 6000, second));
	ck_assert(!expected(&m, "198.51.100.1", 5000, second));
	ck_assert(!expected(&m, "198.51.100.1", 49170, 62 * second));	/* long ago */
}
END_TEST

START_TEST(odd_descriptions)
{
	static const char *const odd[] = {
		"", "m=audio 49170 RTP/AVP 0", "c=IN IP4 198.51.100.300\r\nm=audio 1 RTP/AVP 0",
		"c=IN IP4 198.51.100.1\r\nm=audio 70000 RTP/AVP 0\r\n", "c=IN IP4 198.51.100.1\r\nm=audio",
		"c=IN IP4 198.51.100.1", "\n\n\n",
		"c=IN IP4 1111111111111111111111111111111111111111111111111111\r\nm=audio 1 RTP/AVP 0",
	};
	static struct nsc_media m;

	memset(&m, 0, sizeof m);
	for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++)
		nsc_media_description(&m, nsc_bytes(odd[i], strlen(odd[i])), second);
	ck_assert_uint_eq(m.count, 0);
}
END_TEST

START_TEST(the_oldest_place_makes_room)
{
	static struct nsc_media m;
	struct nsc_addr a = address("192.0.2.1");

	memset(&m, 0, sizeof m);
	for (unsigned i = 0; i <= NSC_MEDIA_PLACES; i++)
		nsc_media_expect(&m, &a, (uint16_t)(1000 + 2 * i), second);
	ck_assert_uint_eq(m.count, NSC_MEDIA_PLACES);
	ck_assert(!expected(&m, "192.0.2.1", 1000, second));
	ck_assert(expected(&m, "192.0.2.1", 1002, second));
	nsc_media_expect(&m, &a, 1002, 2 * second);	/* said again: no second place */
	ck_assert_uint_eq(m.count, NSC_MEDIA_PLACES);
}
END_TEST

START_TEST(heads)	/* RFC 3550, 5.1 and 6.4; RFC 5761, 4 */
{
	static const uint8_t media[12] = {0x80, 0x6f}, sources[16] = {0x81, 0}, cut[12] = {0x81, 0},
			     extended[20] = {0x90, 8, [15] = 1}, control[8] = {0x80, 201, 0, 1},
			     old[12] = {0x40, 0x6f}, feedback[12] = {0x81, 205, 0, 2},
			     lies[8] = {0x80, 201, 0, 2};

	ck_assert(nsc_like_rtp(nsc_bytes(media, sizeof media)));
	ck_assert(nsc_like_rtp(nsc_bytes(sources, sizeof sources)));
	ck_assert(!nsc_like_rtp(nsc_bytes(cut, sizeof cut)));
	ck_assert(nsc_like_rtp(nsc_bytes(extended, sizeof extended)));
	ck_assert(!nsc_like_rtp(nsc_bytes(old, sizeof old)));
	ck_assert(!nsc_like_rtp(nsc_bytes(control, sizeof control)));
	ck_assert(nsc_like_rtcp(nsc_bytes(control, sizeof control)));
	ck_assert(nsc_like_rtcp(nsc_bytes(feedback, sizeof feedback)));
	ck_assert(!nsc_like_rtcp(nsc_bytes(lies, sizeof lies)));
	ck_assert(!nsc_like_rtcp(nsc_bytes(media, sizeof media)));
}
END_TEST

RUN_SUITE("media", a_description_names_its_places, odd_descriptions, the_oldest_place_makes_room, heads)
