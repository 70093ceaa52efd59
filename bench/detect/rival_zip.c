/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compressed bytes of a client, domain and day: Paxson et al., "Practical
 * Comprehensive Bounds on Surreptitious Communication Over DNS", USENIX
 * Security 2013.
 *
 * What a client could have told a domain in a day is at most what its look-ups
 * compress to; here names and types, with deflate, past the cache. Query times
 * are left out, as for all methods here. The paper works off-line; to block,
 * the client is refused that domain for the rest of the day.
 * As there, a cheap bound spares most of the compressing: what is added to a
 * text lengthens what it compresses to by no more than itself.
 */
#include "method.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "util.h"

#define STORED_BYTES 8 /* what deflate adds to text that it cannot shorten */

struct talk {
	char *text;
	uint32_t size, room;
	uint32_t zipped_at; /* size of the text when last compressed */
	uint32_t zipped;    /* and to how much */
	uint32_t over;
};

struct zip {
	struct map of; /* (client, domain) to number of talk, plus one */
	struct talk *talks;
	size_t count, room;
	unsigned day;
	uint32_t most; /* that any talk of a person was compressed to, while tuning */
	uint32_t people;
	z_stream stream;
	unsigned char scratch[1 << 16];
};

static void forget_day(struct zip *zip)
{
	for (size_t i = 0; i < zip->count; i++)
		free(zip->talks[i].text);
	zip->count = 0;
	map_release(&zip->of);
}

static struct talk *talk_of(struct zip *zip, const struct event *event)
{
	uint64_t *number = util_map_at(
		&zip->of, (event->domain ^ (event->client + 1) * UINT64_C(0x9e3779b97f4a7c15)) | 1);

	if (*number)
		return &zip->talks[*number - 1];
	if (zip->count == zip->room) {
		zip->room = zip->room ? 2 * zip->room : 1024;
		zip->talks = util_resize(zip->talks, zip->room * sizeof(*zip->talks));
	}
	*number = ++zip->count;
	zip->talks[zip->count - 1] = (struct talk){ 0 };
	return &zip->talks[zip->count - 1];
}

static void add_text(struct talk *talk, const struct event *event)
{
	uint32_t size = event->domain_at + 2u;

	if (talk->size + size > talk->room) {
		talk->room = talk->room ? 2 * talk->room + size : size;
		talk->text = util_resize(talk->text, talk->room);
	}
	memcpy(talk->text + talk->size, event->name, event->domain_at);
	talk->text[talk->size + size - 2] = (char)event->type;
	talk->text[talk->size + size - 1] = '\n';
	talk->size += size;
}

static void compress_text(struct zip *zip, struct talk *talk)
{
	uint32_t bytes = 0;

	deflateReset(&zip->stream);
	zip->stream.next_in = (unsigned char *)talk->text;
	zip->stream.avail_in = talk->size;
	do {
		zip->stream.next_out = zip->scratch;
		zip->stream.avail_out = sizeof(zip->scratch);
		deflate(&zip->stream, Z_FINISH);
		bytes += (uint32_t)sizeof(zip->scratch) - zip->stream.avail_out;
	} while (!zip->stream.avail_out);
	talk->zipped = bytes;
	talk->zipped_at = talk->size;
}

/* Is it time to compress? Only if the result could be over. While tuning,
 * when the text has grown by a tenth, and could come near the largest: smaller
 * ones do not matter to a threshold that hardly anybody is to cross. */
static bool due(const struct method *method, const struct zip *zip, const struct talk *talk,
		bool person)
{
	uint32_t added = talk->size - talk->zipped_at;

	if (!method->armed)
		return person && added > talk->zipped_at / 10 + 64 &&
		       talk->size + STORED_BYTES > zip->most / 5 * 4;
	return talk->zipped + added + STORED_BYTES > method->threshold;
}

static enum act observe(struct method *method, const struct event *event)
{
	struct zip *zip = method->state;
	struct talk *talk;

	if (zip->day != event_day(event)) {
		forget_day(zip);
		zip->day = event_day(event);
	}
	talk = talk_of(zip, event);
	if (talk->over)
		return ACT_REFUSE;
	add_text(talk, event);
	if (due(method, zip, talk, event->user < zip->people))
		compress_text(zip, talk);
	if (!method->armed && event->user < zip->people && talk->zipped > zip->most)
		zip->most = talk->zipped;
	method->score = talk->zipped;
	if (!method->armed || method->score <= method->threshold)
		return ACT_PASS;
	talk->over = 1;
	free(talk->text);
	talk->text = NULL;
	return ACT_REFUSE;
}

static void close_zip(struct method *method)
{
	struct zip *zip = method->state;

	forget_day(zip);
	free(zip->talks);
	deflateEnd(&zip->stream);
	free(zip);
}

struct method *rival_zip_open(const struct method_plan *plan)
{
	struct method *method = method_new("compressed bytes a day");
	struct zip *zip = util_zeroed(1, sizeof(*zip));

	zip->people = plan->people;
	/* Without header and checksum: no bytes that nobody could send. */
	if (deflateInit2(&zip->stream, 6, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		util_die("zlib does not start");
	method->state = zip;
	method->observe = observe;
	method->close = close_zip;
	method->tune_share = 1;
	method->per_user = true;
	method->domain_bytes = sizeof(struct talk) + sizeof(struct map_slot) * 2;
	method->from_day = plan->warm_days;
	return method;
}
