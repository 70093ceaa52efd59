/* SPDX-License-Identifier: BSD-3-Clause */
/* The options' table, from include/seep_options.h: what each expects, and its words, numbers and units. */
#include "conf/conf_option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct seep_option seep_options[SEEP_OPTION_COUNT] = {
#define X(field, name, type, default_text, min, max, unit, text) \
	{                                                        \
		name,                                            \
		SEEP_OPTION_##type,                              \
		offsetof(struct seep_conf, field),               \
		default_text,                                    \
		min,                                             \
		max,                                             \
		unit,                                            \
		text                                             \
	},
	SEEP_OPTIONS(X)
#undef X
};

#define X(constant, word) [constant] = word,
static const char *const action_words[] = { SEEP_ACTIONS(X) };
static const char *const spoofable_words[] = { SEEP_SPOOFABLES(X) };
#undef X

/* The words that an option takes, or NULL. */
static const char *const *words_of(enum seep_option_type type, size_t *count)
{
	if (type == SEEP_OPTION_SPOOFABLE) {
		*count = sizeof(spoofable_words) / sizeof(spoofable_words[0]);
		return spoofable_words;
	}
	*count = sizeof(action_words) / sizeof(action_words[0]);
	return type == SEEP_OPTION_ACTION ? action_words : NULL;
}

struct unit {
	char letter;
	uint64_t factor;
};

/* Ascending; the first is what a bare number counts. */
static const struct unit size_units[] = {
	{ 0, 1 }, { 'k', SEEP_KIB }, { 'm', SEEP_MIB }, { 'g', SEEP_GIB }, { 0, 0 }
};
static const struct unit duration_units[] = {
	{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', SEEP_DAY_S }, { 0, 0 }
};
static const struct unit percent_units[] = { { '%', 1 }, { 0, 0 } };
static const struct unit number_units[] = { { 0, 1 }, { 0, 0 } };

const struct seep_option *seep_option_find(const char *name)
{
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		if (strcmp(seep_options[at].name, name) == 0)
			return &seep_options[at];
	}
	return NULL;
}

bool seep_option_is_list(const struct seep_option *option)
{
	return option->type == SEEP_OPTION_NETBLOCKS || option->type == SEEP_OPTION_DOMAINS ||
	       option->type == SEEP_OPTION_DOMAIN_FILES;
}

const char *seep_conf_action_text(enum seep_action action)
{
	return action_words[action];
}

const char *seep_conf_spoofable_text(enum seep_spoofable spoofable)
{
	return spoofable_words[spoofable];
}

/* A number in the largest unit that leaves no remainder, as it would be written in the file. */
static void format_number(char *text, size_t size, uint64_t value, const struct unit *units)
{
	const struct unit *best = units;

	for (const struct unit *unit = units; value && unit->factor; unit++) {
		if (value % unit->factor == 0)
			best = unit;
	}
	if (value && best->letter)
		snprintf(text, size, "%" PRIu64 "%c", value / best->factor, best->letter);
	else
		snprintf(text, size, "%" PRIu64, value);
}

static const struct unit *units_of(enum seep_option_type type)
{
	switch (type) {
	case SEEP_OPTION_SIZE:
	case SEEP_OPTION_AUTO_SIZE:
		return size_units;
	case SEEP_OPTION_DURATION:
		return duration_units;
	case SEEP_OPTION_PERCENT:
		return percent_units;
	default:
		return number_units;
	}
}

/* "refuse or flag" */
static void format_words(char *text, size_t size, enum seep_option_type type)
{
	size_t count, used = 0;
	const char *const *words = words_of(type, &count);

	text[0] = '\0';
	for (size_t at = 0; at < count && used < size; at++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", at ? " or " : "",
					 words[at]);
}

void seep_option_expected(const struct seep_option *option, char *text)
{
	size_t size = SEEP_CONF_EXPECTED_SIZE;
	char min[32], max[32];

	format_number(min, sizeof(min), option->min, units_of(option->type));
	format_number(max, sizeof(max), option->max, units_of(option->type));
	switch (option->type) {
	case SEEP_OPTION_SIZE:
		snprintf(text, size, "a size from %s to %s", min, max);
		break;
	case SEEP_OPTION_AUTO_SIZE:
		snprintf(text, size, "a size from %s to %s, or auto", min, max);
		break;
	case SEEP_OPTION_DURATION:
		snprintf(text, size, "a duration from %s to %s", min, max);
		break;
	case SEEP_OPTION_NUMBER:
		snprintf(text, size, "a number from %s to %s", min, max);
		break;
	case SEEP_OPTION_PERCENT:
		snprintf(text, size, "a percentage from %s to %s", min, max);
		break;
	case SEEP_OPTION_YESNO:
		snprintf(text, size, "yes or no");
		break;
	case SEEP_OPTION_ACTION:
	case SEEP_OPTION_SPOOFABLE:
		format_words(text, size, option->type);
		break;
	case SEEP_OPTION_PATH:
		snprintf(text, size, "a path of at most %s bytes", max);
		break;
	case SEEP_OPTION_NETBLOCKS:
		snprintf(text, size, "a netblock such as 192.0.2.0/24 or 2001:db8::/32");
		break;
	case SEEP_OPTION_DOMAINS:
		snprintf(text, size, "a domain name such as example.com");
		break;
	case SEEP_OPTION_DOMAIN_FILES:
		snprintf(text, size, "the path of a file of domain names");
		break;
	}
}

const char *seep_option_number(const struct seep_option *option, const char *value,
			       uint64_t *number)
{
	const char *const out_of_range = "is out of range";
	const struct unit *unit = units_of(option->type);
	uint64_t digits = 0;
	size_t at;
	char letter;

	if (option->type == SEEP_OPTION_AUTO_SIZE && strcmp(value, "auto") == 0) {
		*number = SEEP_AUTO;
		return NULL;
	}
	if (value[0] == '-')
		return "is negative";
	for (at = 0; value[at] >= '0' && value[at] <= '9'; at++) {
		uint64_t digit = (uint64_t)(value[at] - '0');

		if (digits > (UINT64_MAX - digit) / 10)
			digits = UINT64_MAX;
		else
			digits = 10 * digits + digit;
	}
	if (at == 0)
		return "is not a number";
	letter = value[at];
	if (letter >= 'A' && letter <= 'Z')
		letter = (char)(letter + ('a' - 'A'));
	if (letter != '\0') {
		while (unit->factor && unit->letter != letter)
			unit++;
		if (unit->factor == 0 || value[at + 1] != '\0')
			return "has no such unit";
	}
	/* A number that overflowed stays the largest there is, and no range reaches that far. */
	if (digits > UINT64_MAX / unit->factor)
		return out_of_range;
	*number = digits * unit->factor;
	return *number < option->min || *number > option->max ? out_of_range : NULL;
}

bool seep_option_word(const struct seep_option *option, const char *value, unsigned *word)
{
	size_t count;
	const char *const *words = words_of(option->type, &count);

	for (size_t at = 0; at < count; at++) {
		if (strcmp(value, words[at]) == 0) {
			*word = (unsigned)at;
			return true;
		}
	}
	return false;
}
