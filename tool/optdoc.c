/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints what documents the options of seep.conf, from their table: the OPTIONS of seep.conf(5), or
 * (--example) the example file.
 */
#include "conf/conf.h"
#include "roff.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* "A size from 16 to 1g (bytes a day)." */
static void format_takes(const struct seep_option *option, char *text, size_t size)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];

	seep_option_expected(option, expected);
	expected[0] = (char)toupper((unsigned char)expected[0]);
	snprintf(text, size, "%s%s%s%s.%s", expected, option->unit ? " (" : "",
		 option->unit ? option->unit : "", option->unit ? ")" : "",
		 seep_option_is_list(option) ? " May be given more than once." : "");
}

static void print_manual(const struct seep_option *option)
{
	char placeholder[SEEP_CONF_EXPECTED_SIZE];
	char takes[512];

	fputs(".TP\n.BI ", stdout);
	roff_put(option->name, strlen(option->name));
	seep_option_placeholder(option, placeholder);
	printf(": \" %s\"\n", placeholder);
	roff_put_sentences(option->text);
	puts(".br");
	format_takes(option, takes, sizeof(takes));
	roff_put(takes, strlen(takes));
	fputs("\nDefault: ", stdout);
	if (option->default_text[0])
		roff_put(option->default_text, strlen(option->default_text));
	else
		fputs("none", stdout);
	puts(".");
}

static void print_example(const struct seep_option *option)
{
	char takes[512];

	format_takes(option, takes, sizeof(takes));
	printf("\n# %.*s\n# %s\n", (int)roff_sentence_length(option->text), option->text, takes);
	printf("#%s: %s\n", option->name, option->default_text[0] ? option->default_text : "\"\"");
}

int main(int argc, char **argv)
{
	bool example = argc == 2 && strcmp(argv[1], "--example") == 0;

	if (argc > 1 && !example) {
		fprintf(stderr, "usage: optdoc [--example]\n");
		return 2;
	}
	if (example)
		puts("# Options of Seep: what they mean in full is in seep.conf(5).\n"
		     "# Seep reads this file as seep.conf in Unbound's directory: (see unbound.conf(5)).\n"
		     "# Every option stands here with its default; take away the \"#\" before its name to change it.\n"
		     "seep:");
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		if (example)
			print_example(&seep_options[at]);
		else
			print_manual(&seep_options[at]);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("optdoc");
		return 1;
	}
	return 0;
}
