/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep.conf: the input is its text; after a NUL, that of an allow-list, which stands in the file "300".
 */
#include "fuzz.h"

#include "conf.h"

const char fuzz_target[] = "conf";

#define LIST_DESCRIPTOR 300

/* What was accepted is in range; what was not left the defaults. */
static void check_values(const struct seep_conf *conf)
{
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		const struct seep_option *option = &seep_options[at];
		const void *field = (const char *)conf + option->offset;
		uint64_t number;

		switch (option->type) {
		case SEEP_OPTION_SIZE:
		case SEEP_OPTION_DURATION:
		case SEEP_OPTION_NUMBER:
		case SEEP_OPTION_PERCENT:
			memcpy(&number, field, sizeof(number));
			fuzz_check(number >= option->min && number <= option->max);
			break;
		case SEEP_OPTION_AUTO_SIZE:
			memcpy(&number, field, sizeof(number));
			fuzz_check(number == SEEP_AUTO ||
				   (number >= option->min && number <= option->max));
			break;
		case SEEP_OPTION_ACTION:
			fuzz_check(seep_conf_action_text(*(const enum seep_action *)field));
			break;
		case SEEP_OPTION_SPOOFABLE:
			fuzz_check(seep_conf_spoofable_text(*(const enum seep_spoofable *)field));
			break;
		case SEEP_OPTION_PATH:
			fuzz_check(strnlen(field, SEEP_PATH_SIZE) <= option->max);
			break;
		default:
			break;
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

static enum seep_conf_status parse(const char *text, size_t size)
{
	static struct seep_conf conf;
	struct seep_conf_error error;
	enum seep_conf_status status = seep_conf_parse(&conf, text, size, "input", &error);

	check_values(&conf);
	fuzz_check(status == SEEP_CONF_OK || status == SEEP_CONF_BAD);
	if (status == SEEP_CONF_BAD) {
		fuzz_check(is_default(&conf));
		check_error(&error, "input", count_lines(text, size));
	}
	seep_conf_release(&conf);
	return status;
}

/* From a file it is the same. */
static enum seep_conf_status load(const char *text, size_t size)
{
	static struct fuzz_file file;
	static struct seep_conf conf;
	struct seep_conf_error error;
	enum seep_conf_status status;

	fuzz_file_put(&file, text, size);
	status = seep_conf_load(&conf, file.path, &error);
	check_values(&conf);
	if (status == SEEP_CONF_BAD)
		check_error(&error, file.path, count_lines(text, size));
	seep_conf_release(&conf);
	return status;
}

/* The allow-list is at hand as a file of the working directory, where but the process's own descriptors are. */
static void put_list(const uint8_t *list, size_t size)
{
	static struct fuzz_file file;

	if (!file.descriptor) {
		fuzz_file_put(&file, "", 0);
		fuzz_check(dup2(file.descriptor, LIST_DESCRIPTOR) == LIST_DESCRIPTOR);
		fuzz_check(chdir("/proc/self/fd") == 0);
	}
	fuzz_file_put(&file, list, size);
}

/* Of a line that names an allow-list, what could be the path of another file than ours. */
static void keep_line_inside(char *line, char *stop)
{
	while (line < stop) {
		size_t digits = 0;

		while (line + digits < stop && line[digits] >= '0' && line[digits] <= '9')
			digits++;
		if (digits != 3 || memcmp(line, "300", 3) != 0)
			memset(line, 'x', digits);
		if (line + digits < stop && line[digits] == '/')
			line[digits] = '_';
		line += digits + 1;
	}
}

/* Nothing else on this machine may be opened, whatever name the input comes up with. */
static void keep_inside(char *text, size_t size)
{
	char *end = text + size;

	for (char *line = text; line < end;) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *stop = newline ? newline : end;

		if (memmem(line, (size_t)(stop - line), "allow-list", 10))
			keep_line_inside(line, stop);
		line = stop + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	size_t text_size = end ? (size_t)(end - data) : size;
	size_t list_at;
	char *text;

	/* A NUL at the very start is part of the text, for once. */
	if (end == data)
		text_size = size;
	text = (char *)fuzz_copy(data, text_size);
	keep_inside(text, text_size);
	list_at = text_size < size ? text_size + 1 : size;
	put_list(data + list_at, size - list_at);
	fuzz_check(parse(text, text_size) == load(text, text_size));
	free(text);
	return 0;
}
