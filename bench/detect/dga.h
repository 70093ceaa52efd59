/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bots that look for their master: each asks one name after the other of its
 * family's list of the day, until one exists. It may hide them among domains
 * that exist and that nobody here uses, which any list of small sites has.
 */
#ifndef DETECT_DGA_H
#define DETECT_DGA_H

#include "stage.h"

/* event.sender of a bot: this bit and its number. */
#define DGA_SENDER 0x8000u

struct dga_family {
	char name[32];
	/* The INDEXth name of DAY; NULL for a family of a list. */
	void (*make)(const struct dga_family *family, uint32_t day, uint32_t index,
		     struct wire *wire);
	/* What most generators need. */
	const char *alphabet;
	uint8_t shortest, longest;
	const char *suffixes; /* separated by blanks */
	uint32_t list_size;   /* names a day */
	char **names;         /* of a list; list_size of them */
};

struct dga_families {
	struct dga_family *families;
	size_t count;
};

/* The built-in families, or those of a file of family<TAB>domain lines. */
void dga_families_open(struct dga_families *families, const char *path);
void dga_families_close(struct dga_families *families);
void dga_family_name(const struct dga_family *family, uint32_t day, uint32_t index,
		     struct wire *wire);

struct dga_bot {
	struct actor actor;
	const struct dga_family *family;
	uint32_t user;
	uint16_t number;
	double interval_s;
	double cover; /* existing domains before each name of the family */
	double due;   /* of these, not asked yet */
	uint64_t start_ms;
	uint32_t asked;  /* names so far */
	uint32_t exists; /* index of the first name that does */
};

void dga_bot_start(struct dga_bot *bot, struct stage *stage);

#endif
