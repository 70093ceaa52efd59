/* SPDX-License-Identifier: BSD-3-Clause */
#include "roff.h"

#include <ctype.h>
#include <stdio.h>

/* A sentence ends at a full stop with a blank and a capital behind it. */
size_t roff_sentence_length(const char *text)
{
	size_t at = 0;

	while (text[at] &&
	       !(text[at] == '.' && text[at + 1] == ' ' && isupper((unsigned char)text[at + 2])))
		at++;
	return text[at] ? at + 1 : at;
}

void roff_put(const char *text, size_t length)
{
	if (length > 0 && (text[0] == '.' || text[0] == '\''))
		fputs("\\&", stdout);
	for (size_t at = 0; at < length; at++) {
		if (text[at] == '-')
			fputs("\\-", stdout);
		else if (text[at] == '\\')
			fputs("\\e", stdout);
		else
			putchar(text[at]);
	}
}

void roff_put_sentences(const char *text)
{
	while (*text) {
		size_t length = roff_sentence_length(text);

		roff_put(text, length);
		putchar('\n');
		text += length;
		text += *text == ' ';
	}
}
