/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl completion: a script by which bash completes what is typed, of the commands' table. */
#include "seepctl.h"

#include <string.h>

static void print_commands(void)
{
	for (size_t at = 0; at < seepctl_command_count; at++)
		printf("%s%s", at ? " " : "", seepctl_commands[at].name);
}

static void print_options(const struct option_set *set)
{
	fputs("--help", stdout);
	for (; set; set = set->base) {
		for (size_t at = 0; at < set->count; at++) {
			if (set->rows[at].name)
				printf(" --%s", set->rows[at].name);
			if (set->rows[at].letter)
				printf(" -%c", set->rows[at].letter);
		}
		for (size_t at = 0; set->take_conf && at < SEEP_OPTION_COUNT; at++)
			printf(" --%s", seep_options[at].name);
	}
}

static bool is_small(const char *word, size_t length)
{
	for (size_t at = 0; at < length; at++)
		if (word[at] < 'a' || word[at] > 'z')
			return false;
	return length > 0;
}

/* The words that a command takes: those in small letters of what stands behind it in its usage. */
static void print_words(const char *arguments)
{
	static const char between[] = " []|.";
	const char *space = "";

	while (*(arguments += strspn(arguments, between))) {
		size_t length = strcspn(arguments, between);

		if (is_small(arguments, length) && strncmp(arguments, "options", length) != 0) {
			printf("%s%.*s", space, (int)length, arguments);
			space = " ";
		}
		arguments += length;
	}
}

static void print_command(const struct seepctl_command *command)
{
	printf("\t%s)\n\t\toptions=\"", command->name);
	print_options(command->options);
	fputs("\"\n\t\twords=\"", stdout);
	if (strcmp(command->name, "help") == 0)
		print_commands();
	else
		print_words(command->arguments);
	fputs("\"\n\t\t;;\n", stdout);
}

int cmd_completion(int argc, char **argv)
{
	const char *shell = "bash";
	int status = seepctl_take_path(argc, argv, &shell);

	if (status != SEEPCTL_OK)
		return status;
	if (strcmp(shell, "bash") != 0) {
		fprintf(stderr, "seepctl: completion for %s: there is one for bash alone\n", shell);
		return SEEPCTL_USAGE;
	}
	fputs("# bash completion for seepctl(8); \"seepctl completion bash\" prints it.\n"
	      "_seepctl()\n{\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\"--help --version\" words=\"\"\n\n"
	      "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"",
	      stdout);
	print_commands();
	fputs("\"\n\tfi\n\t[ \"$COMP_CWORD\" -eq 1 ] || case ${COMP_WORDS[1]} in\n", stdout);
	for (size_t at = 0; at < seepctl_command_count; at++)
		print_command(&seepctl_commands[at]);
	fputs("\tesac\n"
	      "\t[[ $word != -* ]] || words=$options\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	      "}\n"
	      "# Where no word fits, it may be a file.\n"
	      "complete -o default -F _seepctl seepctl\n",
	      stdout);
	return SEEPCTL_OK;
}
