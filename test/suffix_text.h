/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A text that passes for the Public Suffix List: both sections, rules that every version has, and
 * enough others.
 */
#ifndef SEEP_SUFFIX_TEXT_H
#define SEEP_SUFFIX_TEXT_H

#include <stdio.h>
#include <stdlib.h>

#include "conf/lists_read.h"

/* MORE are further lines at the end of the private section. The caller frees. */
static inline char *suffix_text(const char *more, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	fputs("// ===BEGIN ICANN DOMAINS===\n\ncom\norg\nuk\nco.uk\nau\ncom.au\njp\nco.jp\nbr\ncom.br\n"
	      "*.ck\n!www.ck\n*.kawasaki.jp\n!city.kawasaki.jp\ncn\n"
	      "\xe5\x85\xac\xe5\x8f\xb8.cn comment\n",
	      out);
	for (int at = 0; at < SEEP_LISTS_RULES_LEAST; at++)
		fprintf(out, "r%d.jp\n", at);
	fputs("// ===END ICANN DOMAINS===\n// ===BEGIN PRIVATE DOMAINS===\r\n"
	      "github.io\nherokuapp.com\nazurewebsites.net\n",
	      out);
	fputs(more, out);
	fputs("// ===END PRIVATE DOMAINS===\n", out);
	if (fclose(out) != 0)
		abort();
	return text;
}

#endif
