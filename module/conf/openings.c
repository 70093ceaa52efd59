/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds lines that open a public suffix, and says what that means. */
#include "conf/openings.h"

#include <stdio.h>
#include <string.h>

#include "base/plural.h"
#include "conf/conf_lines.h"
#include "names/name.h"

/* Holds a file's name, and the line in it. */
#define PLACE_SIZE (SEEP_PATH_SIZE + 32)
/* Holds three names and what is said of them. */
#define TEXT_SIZE  (3 * (SEEP_NAME_MAX_BYTES + 1) + 256)

bool seep_openings_tell(const struct seep_lists_setup *setup, const struct seep_opening *opening,
			struct seep_suffix_reader *suffixes)
{
	char name[SEEP_NAME_MAX_BYTES + 1], place[PLACE_SIZE], text[TEXT_SIZE];
	char file[SEEP_PATH_SIZE];

	if (!seep_suffix_is_open(suffixes, opening->wire, opening->size))
		return false;
	if (!setup->warn)
		return true;
	seep_conf_lines_show(file, sizeof(file), opening->file, strlen(opening->file));
	seep_name_print(name, sizeof(name), opening->wire, opening->size);
	snprintf(place, sizeof(place), "%s:%lu", file, opening->line);
	snprintf(text, sizeof(text),
		 "%s: %s is a public suffix: everything below %s is %s, of whoever gets a name "
		 "there: write the domain that is meant, such as example.%s",
		 opening->option, name, name, opening->effect, name);
	setup->warn(setup->context, place, text);
	return true;
}

void seep_openings_tell_more(const struct seep_lists_setup *setup, const char *file,
			     const char *option, size_t more)
{
	char shown[SEEP_PATH_SIZE], text[128];

	if (!more || !setup->warn)
		return;
	seep_conf_lines_show(shown, sizeof(shown), file, strlen(file));
	snprintf(text, sizeof(text),
		 "%s: %zu more %s a public suffix, too: is it the file that is meant?", option,
		 more, seep_plural(more, "line is", "lines are each"));
	setup->warn(setup->context, shown, text);
}

/* The file that has a line: an INCLUDED one, or seep.conf itself. */
static const char *file_of(const struct seep_lists_setup *setup, const char *included)
{
	return included ? included : setup->conf_name;
}

static void tell_domains(const struct seep_lists_setup *setup, struct seep_suffix_reader *suffixes)
{
	const struct seep_conf_domains *domains = setup->conf->domains;

	for (size_t at = 0; domains && at < domains->count; at++) {
		const struct seep_conf_domain *domain = &domains->each[at];
		bool is_vital = domain->option == &seep_options[SEEP_OPTION_AT_vital];
		const struct seep_opening opening = {
			.file = file_of(setup, domain->file),
			.line = domain->line,
			.option = domain->option->name,
			.wire = domain->wire,
			.size = domain->size,
			.effect = is_vital ? "never refused" : "not metered",
		};

		(void)seep_openings_tell(setup, &opening, suffixes);
	}
}

static void tell_policies(const struct seep_lists_setup *setup, struct seep_suffix_reader *suffixes)
{
	const struct seep_domain_policies *policies = setup->conf->domain_policies;

	for (size_t at = 0; policies && at < policies->count; at++) {
		const struct seep_domain_policy *policy = &policies->each[at];
		const struct seep_opening opening = {
			.file = file_of(setup, policy->file),
			.line = policy->line,
			.option = seep_options[SEEP_OPTION_AT_domain_policies].name,
			.wire = policy->wire,
			.size = policy->wire_size,
			.effect = "not metered",
		};

		/* Without a line it is of replay's command, which was given to try it. */
		if (policy->line && policy->treatment == SEEP_TREATMENT_IGNORE)
			(void)seep_openings_tell(setup, &opening, suffixes);
	}
}

void seep_openings_tell_conf(const struct seep_lists_setup *setup,
			     struct seep_suffix_reader *suffixes)
{
	tell_domains(setup, suffixes);
	tell_policies(setup, suffixes);
}
