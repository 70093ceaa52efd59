/* SPDX-License-Identifier: BSD-3-Clause */
/* Public suffixes of wire-form names, by libpsl. */
#include "suffix.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "seep_observation.h"

/* Rules of the list have five labels at most; no more than this many of a
 * name's last labels are looked at, whatever its length. */
#define LABELS_MAX 9

struct seep_suffixes {
	psl_ctx_t *list;
};

struct seep_suffixes *seep_suffix_open(const char *path)
{
	struct seep_suffixes *suffixes = calloc(1, sizeof(*suffixes));

	if (!suffixes)
		return NULL;
	suffixes->list = path[0] ? psl_load_file(path) : psl_latest(NULL);
	if (!suffixes->list || !psl_suffix_count(suffixes->list)) {
		seep_suffix_close(suffixes);
		return NULL;
	}
	return suffixes;
}

void seep_suffix_close(struct seep_suffixes *suffixes)
{
	if (!suffixes)
		return;
	psl_free(suffixes->list); /* leaves the built-in list alone */
	free(suffixes);
}

/*
 * One byte of a label as text.  Labels may hold any byte, dots and NULs too;
 * no rule of the list does, and '_' is in none, so it stands for all of them.
 */
static char text_byte(uint8_t byte)
{
	if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-')
		return (char)byte;
	return '_';
}

unsigned seep_suffix_labels(const struct seep_suffixes *suffixes, const uint8_t *name,
			    const uint8_t *offsets, unsigned labels)
{
	char text[SEEP_NAME_MAX_BYTES + 1];
	char *end = text;
	unsigned skipped = labels > LABELS_MAX ? labels - LABELS_MAX : 0;
	const char *suffix;
	unsigned count = 1;

	for (unsigned i = skipped; i < labels; i++) {
		const uint8_t *label = name + offsets[i];

		if (end != text)
			*end++ = '.';
		for (unsigned j = 1; j <= label[0]; j++)
			*end++ = text_byte(label[j]);
	}
	*end = '\0';
	suffix = psl_unregistrable_domain(suffixes->list, text);
	if (!suffix)
		return 1;
	for (; *suffix; suffix++)
		count += *suffix == '.';
	return count;
}
