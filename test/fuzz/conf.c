/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep.conf: the input is its text. The lists that it names are not read; the target `lists` has
 * these. It includes no file but itself and others that the target has open.
 */
#include "fuzz.h"

#include "conf/conf.h"

const char fuzz_target[] = "conf";

/* What was accepted is in range; what was not left the defaults. */
static void check_values(const struct seep_conf *conf)
{
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		const struct seep_option *option = &seep_options[at];
		const void *field = (const char *)conf + option->offset;
		uint64_t number;
		unsigned choice;

		if (option->max) {
			memcpy(&number, field, sizeof(number));
			fuzz_check(
				(number >= option->min && number <= option->max) ||
				(number == SEEP_AUTO && strcmp(option->default_text, "auto") == 0));
		} else if (option->words[0]) {
			memcpy(&choice, field, sizeof(choice));
			fuzz_check(choice < SEEP_CONF_WORDS && option->words[choice]);
		} else if (option->size == SEEP_PATH_SIZE) {
			fuzz_check(strnlen(field, SEEP_PATH_SIZE) < SEEP_PATH_SIZE);
		} else if (option->size == SEEP_GROUP_SIZE) {
			fuzz_check(strnlen(field, SEEP_GROUP_SIZE) < SEEP_GROUP_SIZE);
		}
	}
}

static void check_printable(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	fuzz_check(length > 0 && length < room);
	for (size_t at = 0; at < length; at++)
		fuzz_check(text[at] >= 0x20 && text[at] < 0x7f);
}

static size_t count_lines(const char *text, size_t size)
{
	size_t count = 1;

	for (size_t at = 0; at < size; at++)
		count += text[at] == '\n';
	return count;
}

/* An error names the file, a line that is there, what is wrong and what was expected. */
static void check_error(const struct seep_conf_error *error, const char *file, size_t lines)
{
	char text[SEEP_CONF_ERROR_SIZE];

	check_printable(error->file, sizeof(error->file));
	check_printable(error->text, sizeof(error->text));
	check_printable(error->expected, sizeof(error->expected));
	fuzz_check(error->line > 0);
	fuzz_check(strcmp(error->file, file) != 0 || error->line <= lines);
	seep_conf_error_format(error, text);
	check_printable(text, sizeof(text));
}

static bool is_default(const struct seep_conf *conf)
{
	struct seep_conf defaults;

	seep_conf_defaults(&defaults);
	return memcmp(conf, &defaults, sizeof(defaults)) == 0;
}

static enum seep_conf_status parse(const char *text, size_t size, const char *name)
{
	static struct seep_conf conf;
	struct seep_conf_error error;
	enum seep_conf_status status = seep_conf_parse(&conf, text, size, name, &error);

	check_values(&conf);
	fuzz_check(status == SEEP_CONF_OK || status == SEEP_CONF_BAD);
	if (status == SEEP_CONF_BAD) {
		fuzz_check(is_default(&conf));
		check_error(&error, name, count_lines(text, size));
	}
	seep_conf_release(&conf);
	return status;
}

static enum seep_conf_status load(const char *text, size_t size, const char *path)
{
	static struct seep_conf conf;
	struct seep_conf_error error;
	enum seep_conf_status status = seep_conf_load(&conf, path, &error);

	check_values(&conf);
	if (status == SEEP_CONF_BAD)
		check_error(&error, path, count_lines(text, size));
	seep_conf_release(&conf);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	char *text = (char *)fuzz_copy(data, size);

	/* Nothing of the machine's is read: no path leads elsewhere. */
	if (!(memmem(text, size, "include:", strlen("include:")) && memchr(text, '/', size))) {
		fuzz_file_put(&file, text, size);
		/* From a file it is the same. */
		fuzz_check(parse(text, size, file.path) == load(text, size, file.path));
	}
	free(text);
	return 0;
}
