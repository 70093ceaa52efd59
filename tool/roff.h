/* SPDX-License-Identifier: BSD-3-Clause */
/* Plain text as the source of a manual page (man(7)), on standard output. */
#ifndef SEEP_ROFF_H
#define SEEP_ROFF_H

#include <stddef.h>

/* Bytes of the first sentence of TEXT, its full stop included. */
size_t roff_sentence_length(const char *text);

/* LENGTH bytes of TEXT, with what roff would take for a command or a hyphen escaped. */
void roff_put(const char *text, size_t length);

/* All of TEXT, each sentence on a line of its own. */
void roff_put_sentences(const char *text);

#endif
