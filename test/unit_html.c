/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages: whatever bytes a text has, it stays text. */
#include "html.h"
#include "tap.h"

#define GONE "\xef\xbf\xbd"

static char written[8192];

static const char *text_of(const char *text)
{
	FILE *file = fmemopen(written, sizeof(written), "w");

	written[0] = '\0'; /* what nothing is written to stays as it is */
	html_text(file, text);
	fclose(file);
	return written;
}

static void test_marks(void)
{
	is_str(text_of("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;", "marks of HTML and XML");
	is_str(text_of("&lt;"), "&amp;lt;", "what is escaped already is text, too");
	is_str(text_of(""), "", "nothing");
}

static void test_characters(void)
{
	is_str(text_of("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80"),
	       "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", "UTF-8 of two, three and four bytes");
	is_str(text_of("a\tb\nc"), "a\tb\nc", "tabs and line ends");
	is_str(text_of("\x01\x1b[0m\x7f"), GONE GONE "[0m" GONE, "controls are gone");
	is_str(text_of("\xc2\x85"), GONE, "those beyond ASCII, too");
	is_str(text_of("\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f"), GONE GONE GONE,
	       "marks that turn the direction");
}

static void test_damaged(void)
{
	is_str(text_of("\xff\x80<"), GONE GONE "&lt;", "bytes that begin no character");
	is_str(text_of("\xc3"), GONE, "a character that is cut by the end");
	is_str(text_of("\xe6\x97<"), GONE GONE "&lt;", "and one that is cut by a mark");
	is_str(text_of("\xc0\xbc"), GONE GONE, "a mark in more bytes than it needs");
	is_str(text_of("\xe0\x80\xbc"), GONE GONE GONE, "the same of three");
	is_str(text_of("\xed\xa0\x80"), GONE, "half of a pair");
	is_str(text_of("\xef\xbf\xbf"), GONE, "what is no character");
	is_str(text_of("\xf4\x90\x80\x80"), GONE, "beyond the last one");
}

static void test_frame(void)
{
	FILE *file = fmemopen(written, sizeof(written), "w");

	html_begin(file, "<&");
	html_end(file);
	fclose(file);
	ok(strstr(written, "content=\"default-src 'none'; style-src 'unsafe-inline'\""),
	   "the page forbids itself to run or fetch anything");
	ok(strstr(written, "<title>&lt;&amp;</title>") && strstr(written, "<h1>&lt;&amp;</h1>"),
	   "its title is text");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_marks);
	tap_run(test_characters);
	tap_run(test_damaged);
	tap_run(test_frame);
	return done();
}
