/* SPDX-License-Identifier: BSD-3-Clause */
#include "question.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const question_kinds[QUESTION_KINDS] = {
	[QUESTION_POPULAR] = "popular", [QUESTION_EACH] = "each", [QUESTION_NOVEL] = "novel",
	[QUESTION_KNOWN] = "known",     [QUESTION_MIX] = "mix",   [QUESTION_TUNNEL] = "tunnel",
};

#define TUNNEL_LABELS      3
#define TUNNEL_LABEL_BYTES 50

/* RD; one question and one more record. */
static const uint8_t head[] = { 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1 };
/* Type A, class IN; EDNS with 1,232 bytes. */
static const uint8_t tail[] = { 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0 };

static uint64_t draw(struct question_load *load)
{
	load->random ^= load->random << 13;
	load->random ^= load->random >> 7;
	load->random ^= load->random << 17;
	return load->random;
}

static uint32_t draw_below(struct question_load *load, uint32_t bound)
{
	return (uint32_t)(((draw(load) >> 32) * bound) >> 32);
}

/* A rank below COUNT by Zipf's law: its logarithm is spread evenly. */
static uint32_t draw_rank(struct question_load *load, uint32_t count)
{
	double share = (double)(draw(load) >> 11) / 9007199254740992.0;
	uint32_t rank = (uint32_t)exp(share * log((double)count + 1)) - 1;

	return rank < count ? rank : count - 1;
}

static size_t put_label(uint8_t *wire, size_t at, const char *text, uint32_t number, bool numbered)
{
	char label[64];
	int size = numbered ? snprintf(label, sizeof(label), "%s%u", text, number)
			    : snprintf(label, sizeof(label), "%s", text);

	wire[at] = (uint8_t)size;
	memcpy(wire + at + 1, label, (size_t)size);
	return at + 1 + (size_t)size;
}

static size_t put_letters(struct question_load *load, uint8_t *wire, size_t at, size_t count)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

	wire[at++] = (uint8_t)count;
	for (size_t i = 0; i < count; i++)
		wire[at++] = (uint8_t)letters[(draw(load) >> 33) & 31];
	return at;
}

static size_t put_popular(uint8_t *wire, size_t at, uint32_t rank)
{
	at = put_label(wire, at, "www", 0, false);
	at = put_label(wire, at, "site", rank, true);
	return put_label(wire, at, "com", 0, false);
}

static size_t put_novel(struct question_load *load, uint8_t *wire, size_t at)
{
	at = put_letters(load, wire, at, 10);
	at = put_label(wire, at, "site", draw_rank(load, load->domains), true);
	return put_label(wire, at, "com", 0, false);
}

static size_t put_known(const struct question_load *load, uint8_t *wire, size_t at, uint32_t name)
{
	at = put_label(wire, at, "h", name, true);
	at = put_label(wire, at, "site", name % load->domains, true);
	return put_label(wire, at, "zero", 0, false);
}

static size_t put_tunnel(struct question_load *load, uint8_t *wire, size_t at)
{
	for (int label = 0; label < TUNNEL_LABELS; label++)
		at = put_letters(load, wire, at, TUNNEL_LABEL_BYTES);
	at = put_label(wire, at, "tunnel", 0, false);
	return put_label(wire, at, "com", 0, false);
}

static size_t put_name(struct question_load *load, uint8_t *wire, size_t at, uint32_t *user)
{
	uint64_t serial = load->serial++;

	*user = draw_below(load, load->users);
	switch (load->kind) {
	case QUESTION_EACH:
		*user = (uint32_t)(serial % load->users);
		return put_popular(wire, at, (uint32_t)(serial % load->names));
	case QUESTION_KNOWN:
		*user = (uint32_t)(serial % load->names % load->users);
		return put_known(load, wire, at, (uint32_t)(serial % load->names));
	case QUESTION_TUNNEL:
		*user = 0;
		return put_tunnel(load, wire, at);
	case QUESTION_NOVEL:
		return put_novel(load, wire, at);
	case QUESTION_MIX:
		if (draw_below(load, 100) >= load->share_percent)
			return put_novel(load, wire, at);
		break;
	default:
		break;
	}
	return put_popular(wire, at, draw_rank(load, load->names));
}

size_t question_next(struct question_load *load, uint8_t wire[QUESTION_MOST_BYTES], uint32_t *user)
{
	size_t at = sizeof(head);

	memcpy(wire, head, sizeof(head));
	at = put_name(load, wire, at, user);
	wire[at++] = 0;
	memcpy(wire + at, tail, sizeof(tail));
	return at + sizeof(tail);
}
