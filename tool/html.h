/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A web page that stands alone: text that is made harmless, the frame with its style, tables. There
 * is no script in it, and it fetches nothing; its own policy forbids both.
 *
 * All functions write to FILE; what that does not take, its error flag tells.
 */
#ifndef SEEP_HTML_H
#define SEEP_HTML_H

#include <stdio.h>

/*
 * Writes TEXT, whatever bytes it holds, so that it is text in HTML and in XML, between tags and in
 * attributes in quotes. What is no UTF-8, a control or a mark that turns the direction of writing
 * becomes U+FFFD.
 */
void html_text(FILE *file, const char *text);

/* Everything up to the contents, which TITLE is above; and everything behind them. */
void html_begin(FILE *file, const char *title);
void html_end(FILE *file);

/* One column of a table. */
struct html_column {
	const char *head;
	enum html_kind { HTML_WORDS, HTML_NUMBER, HTML_NAME } kind;
};

/* A table of COUNT columns, which CAPTION is above; its rows; its end. */
void html_table_begin(FILE *file, const char *caption, const struct html_column *columns,
		      size_t count);
/* CELLS are as many texts as there are columns; the first one is the row's head. */
void html_table_row(FILE *file, const struct html_column *columns, size_t count,
		    const char *const *cells);
void html_table_end(FILE *file);

#endif
