/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of options, from include/seep_options.def, and the types that its rows name. */
#include "conf/conf_option.h"
#include "conf/interface.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	char letter;
	uint64_t factor;
};

/* Everything that is particular to a type but for its field, which conf.h declares. */
struct seep_option_type {
	const char *noun;         /* for a value, in the manual; NULL: what is expected */
	const char *expected;     /* of a number, without its range; NULL: the option's words */
	const struct unit *units; /* of a number; NULL: it is none */
	bool takes_auto;          /* a number, or the word auto */
	bool is_list;
	bool takes_words;
	bool takes_mac; /* of netblocks: a MAC address is one, too */
	/*
	 * Sets FIELD to VALUE, or adds VALUE to it; of a list, VALUE is not "". Returns
	 * SEEP_CONF_BAD with READER's error filled in if it does not suit OPTION.
	 */
	enum seep_conf_status (*parse)(void *field, const struct seep_option *option,
				       const char *value, const struct seep_conf_reader *reader);
	void (*release)(void *field); /* NULL: owns nothing */
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

/* ---- what each type takes ---- */

/* Says WHY a value does not suit its option. */
static enum seep_conf_status fail(const struct seep_conf_reader *reader,
				  const struct seep_option *option, const char *value,
				  const char *why)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];
	char shown[SEEP_CONF_SHOWN_SIZE];

	seep_option_expected(option, expected);
	seep_conf_lines_show(shown, sizeof(shown), value, strlen(value));
	return seep_conf_lines_fail(reader, expected, "%s: \"%s\" %s", option->name, shown, why);
}

const char *seep_option_number(const struct seep_option *option, const char *value,
			       uint64_t *number)
{
	const char *const out_of_range = "is out of range";
	const struct unit *unit = option->type->units;
	uint64_t digits = 0;
	size_t at;
	char letter;

	if (option->type->takes_auto && strcmp(value, "auto") == 0) {
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
	if (letter == '.' || letter == ',')
		return "is not a whole number";
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
	digits *= unit->factor;
	if (digits < option->min || digits > option->max)
		return out_of_range;
	*number = digits;
	return NULL;
}

static enum seep_conf_status parse_number(void *field, const struct seep_option *option,
					  const char *value, const struct seep_conf_reader *reader)
{
	const char *problem = seep_option_number(option, value, field);

	return problem ? fail(reader, option, value, problem) : SEEP_CONF_OK;
}

static enum seep_conf_status parse_yesno(void *field, const struct seep_option *option,
					 const char *value, const struct seep_conf_reader *reader)
{
	bool is_yes = strcmp(value, "yes") == 0;

	if (!is_yes && strcmp(value, "no") != 0)
		return fail(reader, option, value, "is neither");
	*(bool *)field = is_yes;
	return SEEP_CONF_OK;
}

static enum seep_conf_status parse_choice(void *field, const struct seep_option *option,
					  const char *value, const struct seep_conf_reader *reader)
{
	char problem[64] = "is neither";

	for (unsigned at = 0; option->words[at]; at++) {
		if (strcmp(value, option->words[at]) == 0) {
			*(unsigned *)field = at;
			return SEEP_CONF_OK;
		}
	}
	if (option->noun)
		snprintf(problem, sizeof(problem), "is no %s", option->noun);
	return fail(reader, option, value, problem);
}

static enum seep_conf_status parse_path(void *field, const struct seep_option *option,
					const char *value, const struct seep_conf_reader *reader)
{
	if (strlen(value) >= SEEP_PATH_SIZE)
		return fail(reader, option, value, "is too long");
	memcpy(field, value, strlen(value) + 1);
	return SEEP_CONF_OK;
}

/* A socket's path is as long as the system takes it, and there is one. */
static enum seep_conf_status parse_event_log(void *field, const struct seep_option *option,
					     const char *value,
					     const struct seep_conf_reader *reader)
{
	const size_t before = strlen(SEEP_EVENT_LOG_SOCKET);

	if (strncmp(value, SEEP_EVENT_LOG_SOCKET, before) == 0 && value[before] == '\0')
		return fail(reader, option, value, "has no path");
	if (strncmp(value, SEEP_EVENT_LOG_SOCKET, before) == 0 &&
	    strlen(value + before) > SEEP_SOCKET_PATH_MAX)
		return fail(reader, option, value, "is too long");
	return parse_path(field, option, value, reader);
}

static enum seep_conf_status parse_group(void *field, const struct seep_option *option,
					 const char *value, const struct seep_conf_reader *reader)
{
	if (strlen(value) >= SEEP_GROUP_SIZE)
		return fail(reader, option, value, "is too long");
	memcpy(field, value, strlen(value) + 1);
	return SEEP_CONF_OK;
}

static enum seep_conf_status parse_interface(void *field, const struct seep_option *option,
					     const char *value,
					     const struct seep_conf_reader *reader)
{
	struct seep_interface interface;
	const char *problem = value[0] ? seep_interface_parse(&interface, value) : NULL;

	if (problem)
		return fail(reader, option, value, problem);
	if (strlen(value) >= SEEP_INTERFACE_SIZE)
		return fail(reader, option, value, "is too long");
	memcpy(field, value, strlen(value) + 1);
	return SEEP_CONF_OK;
}

#define USER_EXPECTED                                                                       \
	"a netblock such as 192.0.2.0/24 or 2001:db8::/32, or a MAC address alone such as " \
	"02:00:5e:00:53:01"

static enum seep_conf_status add_netblock(void *field, const struct seep_option *option,
					  const char *value, const struct seep_conf_reader *reader)
{
	struct seep_netblocks **list = field;
	char meant[SEEP_NETBLOCK_TEXT_SIZE];
	char alternatives[2 * SEEP_NETBLOCK_TEXT_SIZE + sizeof(" or ")];
	struct seep_netblock block;
	enum seep_netblock_status status = option->type->takes_mac
						   ? seep_netblock_parse_user(&block, value)
						   : seep_netblock_parse(&block, value);

	if (status == SEEP_NETBLOCK_HOST_BITS) {
		seep_netblock_format(&block, meant);
		snprintf(alternatives, sizeof(alternatives), "%s or %.*s", meant,
			 (int)strcspn(value, "/"), value);
		return seep_conf_lines_fail(reader, alternatives, "%s: \"%s\" %s", option->name,
					    value, seep_netblock_status_text(status));
	}
	if (status != SEEP_NETBLOCK_OK)
		return fail(reader, option, value, seep_netblock_status_text(status));
	if (!*list)
		*list = seep_netblocks_create();
	if (!*list || seep_netblocks_add(*list, &block) != SEEP_NETBLOCK_OK)
		return seep_conf_lines_fail(reader, "", "%s: out of memory", option->name);
	return SEEP_CONF_OK;
}

static void release_netblocks(void *field)
{
	seep_netblocks_destroy(*(struct seep_netblocks **)field);
}

static enum seep_conf_status add_domain(void *field, const struct seep_option *option,
					const char *value, const struct seep_conf_reader *reader)
{
	struct seep_subtrees **set = field;
	enum seep_subtree_status status = SEEP_SUBTREE_NO_MEMORY;

	if (!*set)
		*set = seep_subtrees_create();
	if (*set)
		status = seep_subtrees_add(*set, value, strlen(value));
	if (status != SEEP_SUBTREE_OK)
		return fail(reader, option, value, seep_subtree_status_text(status));
	return SEEP_CONF_OK;
}

static void release_domains(void *field)
{
	seep_subtrees_destroy(*(struct seep_subtrees **)field);
}

/* Notes a file that lists.c reads later. */
static enum seep_conf_status add_file(void *field, const struct seep_option *option,
				      const char *value, const struct seep_conf_reader *reader)
{
	struct seep_conf_files **list = field, *longer;
	size_t count = *list ? (*list)->count : 0;

	if (strlen(value) >= SEEP_PATH_SIZE)
		return fail(reader, option, value, "is too long");
	longer = realloc(*list, sizeof(*longer) + (count + 1) * sizeof(longer->files[0]));
	if (!longer)
		return seep_conf_lines_fail(reader, "more memory", "%s: out of memory",
					    option->name);
	*list = longer;
	longer->count = count + 1;
	longer->files[count].file = reader->included;
	longer->files[count].line = reader->line;
	memcpy(longer->files[count].path, value, strlen(value) + 1);
	return SEEP_CONF_OK;
}

static void release_files(void *field)
{
	free(*(struct seep_conf_files **)field);
}

/* ---- policies ---- */

static const struct seep_option_type seep_option_type_size = {
	.noun = "size",
	.expected = "a size",
	.units = size_units,
	.parse = parse_number,
};

/* The sizes in a policy, by their words. */
static const struct seep_option policy_sizes[] = {
	{ .type = &seep_option_type_size, .name = "budget", .min = 16, .max = SEEP_GIB },
	{ .type = &seep_option_type_size, .name = "refill", .max = SEEP_GIB },
};

#define POLICY_WORDS 6

/* A policy's value cut into words. */
struct policy_words {
	char text[SEEP_CONF_LINE_MAX + 1];
	char *words[POLICY_WORDS + 1]; /* then NULL */
	unsigned count;                /* more than POLICY_WORDS: there are too many */
};

static void cut_words(struct policy_words *cut, const char *value)
{
	char *rest = NULL;

	snprintf(cut->text, sizeof(cut->text), "%s", value);
	cut->count = 0;
	for (char *word = strtok_r(cut->text, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest)) {
		if (cut->count < POLICY_WORDS)
			cut->words[cut->count] = word;
		cut->count++;
	}
	cut->words[cut->count < POLICY_WORDS ? cut->count : POLICY_WORDS] = NULL;
}

/* Reads the second word of either kind of policy. */
static enum seep_conf_status parse_treatment(const struct policy_words *cut,
					     const struct seep_option *option, const char *value,
					     const struct seep_conf_reader *reader,
					     enum seep_treatment *treatment)
{
	char shown[SEEP_CONF_SHOWN_SIZE];

	if (cut->count < 2)
		return fail(reader, option, value, "is not whole");
	*treatment = seep_treatment_of(cut->words[1]);
	if (*treatment != SEEP_TREATMENT_NONE)
		return SEEP_CONF_OK;
	seep_conf_lines_show(shown, sizeof(shown), cut->words[1], strlen(cut->words[1]));
	return seep_conf_lines_fail(reader, "ignore, flag or refuse", "%s: \"%s\" is no treatment",
				    option->name, shown);
}

static enum seep_conf_status parse_block(struct seep_netblock *block, const char *word,
					 const struct seep_option *option,
					 const struct seep_conf_reader *reader)
{
	enum seep_netblock_status status = seep_netblock_parse_user(block, word);
	char shown[SEEP_CONF_SHOWN_SIZE], meant[SEEP_NETBLOCK_TEXT_SIZE];

	if (status == SEEP_NETBLOCK_OK)
		return SEEP_CONF_OK;
	seep_conf_lines_show(shown, sizeof(shown), word, strlen(word));
	if (status == SEEP_NETBLOCK_HOST_BITS)
		seep_netblock_format(block, meant);
	return seep_conf_lines_fail(
		reader, status == SEEP_NETBLOCK_HOST_BITS ? meant : USER_EXPECTED, "%s: \"%s\" %s",
		option->name, shown, seep_netblock_status_text(status));
}

/* Reads a policy's sizes, from its third word on; each stands at most once. */
static enum seep_conf_status parse_policy_sizes(struct seep_policy *policy,
						const struct policy_words *cut,
						const struct seep_option *option, const char *value,
						const struct seep_conf_reader *reader)
{
	uint64_t *const sizes[] = { &policy->budget_bytes, &policy->refill_bytes_per_day };
	const uint64_t unset[] = { 0, SEEP_AUTO };

	for (unsigned at = 2; at < cut->count; at += 2) {
		unsigned which = 0;
		const char *problem;

		while (which < 2 && strcmp(cut->words[at], policy_sizes[which].name) != 0)
			which++;
		if (which == 2 || !cut->words[at + 1] || *sizes[which] != unset[which])
			return fail(reader, option, value, "is not well-formed");
		problem =
			seep_option_number(&policy_sizes[which], cut->words[at + 1], sizes[which]);
		if (problem)
			return fail(reader, &policy_sizes[which], cut->words[at + 1], problem);
	}
	if (policy->treatment == SEEP_TREATMENT_IGNORE && cut->count > 2)
		return seep_conf_lines_fail(reader, "ignore alone",
					    "%s: a budget for those who are not metered",
					    option->name);
	return SEEP_CONF_OK;
}

static enum seep_conf_status add_policy(void *field, const struct seep_option *option,
					const char *value, const struct seep_conf_reader *reader)
{
	struct seep_policy policy = { .file = reader->included,
				      .line = reader->line,
				      .refill_bytes_per_day = SEEP_AUTO };
	const struct seep_policy *twin;
	char text[SEEP_NETBLOCK_TEXT_SIZE], where[SEEP_CONF_WHERE_SIZE];
	enum seep_conf_status status;
	struct policy_words cut;
	bool added;

	cut_words(&cut, value);
	if (cut.count > POLICY_WORDS)
		return fail(reader, option, value, "has too many words");
	status = parse_treatment(&cut, option, value, reader, &policy.treatment);
	if (status == SEEP_CONF_OK)
		status = parse_block(&policy.block, cut.words[0], option, reader);
	if (status == SEEP_CONF_OK)
		status = parse_policy_sizes(&policy, &cut, option, value, reader);
	if (status != SEEP_CONF_OK)
		return status;
	twin = seep_policies_add(field, &policy, &added);
	if (added)
		return SEEP_CONF_OK;
	if (!twin)
		return seep_conf_lines_fail(reader, "more memory", "%s: out of memory",
					    option->name);
	seep_netblock_format(&policy.block, text);
	seep_conf_lines_where(where, reader, twin->file, twin->line);
	return seep_conf_lines_fail(reader, "each netblock at most once",
				    "%s: %s has a policy on %s already", option->name, text, where);
}

static void release_policies(void *field)
{
	seep_policies_destroy(*(struct seep_policies **)field);
}

static enum seep_conf_status add_domain_policy(void *field, const struct seep_option *option,
					       const char *value,
					       const struct seep_conf_reader *reader)
{
	struct seep_domain_policy policy = { .file = reader->included, .line = reader->line };
	enum seep_subtree_status added;
	enum seep_conf_status status;
	char shown[SEEP_CONF_SHOWN_SIZE];
	struct policy_words cut;

	cut_words(&cut, value);
	if (cut.count > 2)
		return fail(reader, option, value, "has too many words");
	status = parse_treatment(&cut, option, value, reader, &policy.treatment);
	if (status != SEEP_CONF_OK)
		return status;
	added = seep_domain_policies_add(field, cut.words[0], strlen(cut.words[0]), &policy);
	if (added == SEEP_SUBTREE_OK)
		return SEEP_CONF_OK;
	seep_conf_lines_show(shown, sizeof(shown), cut.words[0], strlen(cut.words[0]));
	return seep_conf_lines_fail(
		reader,
		added == SEEP_SUBTREE_TWICE ? "each domain at most once"
					    : "a domain name such as example.com",
		"%s: \"%s\" %s", option->name, shown, seep_subtree_status_text(added));
}

static void release_domain_policies(void *field)
{
	seep_domain_policies_destroy(*(struct seep_domain_policies **)field);
}

/* ---- the types ---- */

static const struct seep_option_type seep_option_type_policies = {
	.noun = "netblock ignore|flag|refuse [budget size] [refill size]",
	.expected = "a netblock, then ignore, flag or refuse, then perhaps budget and a size, and "
		    "refill and a size",
	.is_list = true,
	.takes_words = true,
	.parse = add_policy,
	.release = release_policies,
};

static const struct seep_option_type seep_option_type_domain_policies = {
	.noun = "domain ignore|flag|refuse",
	.expected = "a domain name, then ignore, flag or refuse",
	.is_list = true,
	.takes_words = true,
	.parse = add_domain_policy,
	.release = release_domain_policies,
};

static const struct seep_option_type seep_option_type_auto_size = {
	.noun = "size",
	.expected = "a size",
	.units = size_units,
	.takes_auto = true,
	.parse = parse_number,
};

const struct seep_option_type seep_option_type_duration = {
	.noun = "duration",
	.expected = "a duration",
	.units = duration_units,
	.parse = parse_number,
};

const struct seep_option_type seep_option_type_number = {
	.noun = "number",
	.expected = "a number",
	.units = number_units,
	.parse = parse_number,
};

static const struct seep_option_type seep_option_type_percent = {
	.noun = "percent",
	.expected = "a percentage",
	.units = percent_units,
	.parse = parse_number,
};

static const struct seep_option_type seep_option_type_yesno = {
	.expected = "yes or no",
	.parse = parse_yesno,
};

static const struct seep_option_type seep_option_type_choice = {
	.parse = parse_choice,
};

static_assert(SEEP_GROUP_SIZE == 64, "what is expected of a group says how long it may be");
static const struct seep_option_type seep_option_type_group = {
	.noun = "group",
	.expected = "a group's name or number of at most 63 bytes",
	.parse = parse_group,
};

static_assert(SEEP_PATH_SIZE == 1024, "what is expected of a path says how long it may be");
const struct seep_option_type seep_option_type_path = {
	.noun = "path",
	.expected = "a path of at most 1023 bytes",
	.parse = parse_path,
};

static_assert(SEEP_SOCKET_PATH_MAX == 107, "what is expected says how long a path may be");
static const struct seep_option_type seep_option_type_event_log = {
	.noun = "target",
	.expected = "a file, syslog, or unix: and a socket's path of at most 107 bytes",
	.parse = parse_event_log,
};

static const struct seep_option_type seep_option_type_interface = {
	.noun = "address@port",
	.expected = "an address and a port such as 127.0.0.1@8954 or ::1@8954",
	.parse = parse_interface,
};

static const struct seep_option_type seep_option_type_netblocks = {
	.noun = "netblock",
	.expected = "a netblock such as 192.0.2.0/24 or 2001:db8::/32",
	.is_list = true,
	.parse = add_netblock,
	.release = release_netblocks,
};

static const struct seep_option_type seep_option_type_users = {
	.noun = "netblock",
	.expected = USER_EXPECTED,
	.is_list = true,
	.takes_mac = true,
	.parse = add_netblock,
	.release = release_netblocks,
};

static const struct seep_option_type seep_option_type_domains = {
	.noun = "domain",
	.expected = "a domain name such as example.com",
	.is_list = true,
	.parse = add_domain,
	.release = release_domains,
};

static const struct seep_option_type seep_option_type_domain_files = {
	.noun = "path",
	.expected = "the path of a file of domain names",
	.is_list = true,
	.parse = add_file,
	.release = release_files,
};

/* ---- the table ---- */

const struct seep_option seep_options[SEEP_OPTION_COUNT] = {
#define SEEP_OPTION(kind, field, ...)                        \
	{ .type = &seep_option_type_##kind,                  \
	  .offset = offsetof(struct seep_conf, field),       \
	  .size = sizeof(((struct seep_conf *)NULL)->field), \
	  __VA_ARGS__ },
#include "seep_options.def"
};

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
	return option->type->is_list;
}

bool seep_option_takes_words(const struct seep_option *option)
{
	return option->type->takes_words;
}

/* Writes a number in the largest unit that leaves no remainder, as it would stand in the file. */
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

/* Writes "refuse or flag". */
static void format_words(char *text, const struct seep_option *option)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t at = 0; option->words[at] && used < SEEP_CONF_EXPECTED_SIZE; at++)
		used += (size_t)snprintf(text + used, SEEP_CONF_EXPECTED_SIZE - used, "%s%s",
					 at ? " or " : "", option->words[at]);
}

void seep_option_expected(const struct seep_option *option, char *text)
{
	const struct seep_option_type *type = option->type;
	char min[32], max[32];

	if (type->units) {
		format_number(min, sizeof(min), option->min, type->units);
		format_number(max, sizeof(max), option->max, type->units);
		snprintf(text, SEEP_CONF_EXPECTED_SIZE, "%s from %s to %s%s", type->expected, min,
			 max, type->takes_auto ? ", or auto" : "");
	} else if (type->expected) {
		snprintf(text, SEEP_CONF_EXPECTED_SIZE, "%s", type->expected);
	} else {
		format_words(text, option);
	}
}

void seep_option_placeholder(const struct seep_option *option, char *text)
{
	const char *noun = option->noun ? option->noun : option->type->noun;

	if (noun)
		snprintf(text, SEEP_CONF_EXPECTED_SIZE, "%s", noun);
	else
		seep_option_expected(option, text);
}

/* ---- their fields ---- */

static void *field_of(struct seep_conf *conf, const struct seep_option *option)
{
	return (char *)conf + option->offset;
}

enum seep_conf_status seep_option_set(struct seep_conf *conf, const struct seep_option *option,
				      const char *value, const struct seep_conf_reader *reader)
{
	if (option->type->is_list && value[0] == '\0')
		return SEEP_CONF_OK;
	return option->type->parse(field_of(conf, option), option, value, reader);
}

enum seep_conf_status seep_option_note(struct seep_conf *conf, const struct seep_option *option,
				       const char *value, const struct seep_conf_reader *reader)
{
	struct seep_conf_domain added = { .option = option,
					  .file = reader->included,
					  .line = reader->line };
	size_t count = conf->domains ? conf->domains->count : 0;
	struct seep_conf_domains *longer;

	if (option->type->parse != add_domain ||
	    seep_subtree_parse(value, strlen(value), added.wire, &added.size) != SEEP_SUBTREE_OK)
		return SEEP_CONF_OK;
	longer = realloc(conf->domains, sizeof(*longer) + (count + 1) * sizeof(longer->each[0]));
	if (!longer)
		return seep_conf_lines_fail(reader, "more memory", "%s: out of memory",
					    option->name);
	conf->domains = longer;
	longer->count = count + 1;
	longer->each[count] = added;
	return SEEP_CONF_OK;
}

void seep_option_release(struct seep_conf *conf, const struct seep_option *option)
{
	if (option->type->release)
		option->type->release(field_of(conf, option));
}
