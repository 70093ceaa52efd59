/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes up the questions of a load: who asks, and for what. */
#ifndef SPEED_QUESTION_H
#define SPEED_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUESTION_MOST_BYTES 320

/* The names that are asked for; what is below ".zero" has a TTL of 0. */
enum question_kind {
	QUESTION_POPULAR, /* www.siteN.com, N by Zipf's law among NAMES */
	QUESTION_EACH,    /* the same, each in turn */
	QUESTION_NOVEL,   /* ten letters below siteN.com, N by Zipf's law among DOMAINS */
	QUESTION_KNOWN,   /* hN.siteM.zero, each of NAMES in turn, always by the same user */
	QUESTION_MIX,     /* SHARE_PERCENT popular ones, else novel ones */
	QUESTION_TUNNEL,  /* 150 letters below one domain, by one user */
	QUESTION_KINDS,
};

extern const char *const question_kinds[QUESTION_KINDS];

struct question_load {
	enum question_kind kind;
	uint32_t users;
	uint32_t names;
	uint32_t domains;
	uint32_t share_percent;
	uint64_t random; /* state of the generator; not 0 */
	uint64_t serial; /* of the next question */
};

/* The next question, in wire form but for its number; returns its size, and in USER who asks. */
size_t question_next(struct question_load *load, uint8_t wire[QUESTION_MOST_BYTES], uint32_t *user);

#endif
