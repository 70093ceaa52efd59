/* SPDX-License-Identifier: BSD-3-Clause */
/* The state file's header, what is wrong with one, and the drawing of records in doc/FORMAT.md. */
#include "fixture_state.h"

static void test_headers(void)
{
	struct seep_state_header header, got;
	struct seep_hash_key key;
	struct rig rig;
	const struct {
		const char *title;
		size_t at;
		uint32_t value;
		bool sealed;
		enum seep_state_fault fault;
	} cases[] = {
		{ "another magic", 0, 0, false, SEEP_FAULT_FOREIGN },
		{ "another version", 8, 2, false, SEEP_FAULT_VERSION },
		{ "version 0", 8, 0, false, SEEP_FAULT_VERSION },
		{ "the other byte order", 12, UINT32_C(0x04030201), false, SEEP_FAULT_BYTE_ORDER },
		{ "no byte order", 12, 5, false, SEEP_FAULT_BYTE_ORDER_MARK },
		{ "another size", 16, 8, false, SEEP_FAULT_HEADER_SIZE },
		{ "damage", 60, 1, false, SEEP_FAULT_HEADER_SUM },
		{ "no record", 20, 0, true, SEEP_FAULT_RECORD_SIZES },
		{ "large records", 24, 1u << 30, true, SEEP_FAULT_RECORD_SIZES },
		{ "no memory", 40, 0, true, SEEP_FAULT_TABLE_SIZES },
		{ "huge memory", 44, 1u << 30, true, SEEP_FAULT_TABLE_SIZES },
		{ "more than a budget", 100, 2000, true, SEEP_FAULT_BUDGETS },
		{ "more units than a budget has", 140, SEEP_BUDGET_MOST + 1, true,
		  SEEP_FAULT_BUDGETS },
		{ "as many", 140, SEEP_BUDGET_MOST, true, SEEP_FAULT_NONE },
		{ "the year 36,812", 76, 1u << 18, true, SEEP_FAULT_TIMES },
	};

	rig_open(&rig, SMALL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		header = header_of(&rig);
		memcpy((char *)&header + cases[i].at, &cases[i].value, 4);
		key = seep_state_key(&header);
		if (cases[i].sealed)
			header.checksum = seep_hash_bytes(
				&key, &header, offsetof(struct seep_state_header, checksum));
		is_int(seep_state_header_fault(&got, &header, sizeof(header)), cases[i].fault,
		       "a header with %s", cases[i].title);
	}
	header = header_of(&rig);
	ok(!seep_state_header_fault(&got, &header, sizeof(header)), "a header without");
	for (size_t size = 0; size < sizeof(header); size++)
		if (!seep_state_header_fault(&got, &header, size))
			ok(false, "a header cut at %zu", size);
	header.user_bytes += 8;
	seep_state_seal_header(&header);
	is_int(seep_state_header_fault(&got, &header, sizeof(header)), SEEP_FAULT_NONE,
	       "other records");
	is_int(seep_record_fault(&got), SEEP_FAULT_OTHER_RECORDS, "are not taken for these");
	rig_close(&rig);
}

/* Each fault says something, and no two the same. */
static void test_texts(void)
{
#define COUNT_FAULT(constant, text) +1
	enum { faults = 0 SEEP_STATE_FAULTS(COUNT_FAULT) };
#undef COUNT_FAULT
	char texts[faults][SEEP_FAULT_TEXT_SIZE];
	unsigned same = 0, cut = 0;

	for (unsigned i = 0; i < faults; i++) {
		seep_state_fault_text((enum seep_state_fault)i, UINT32_MAX, texts[i]);
		cut += !texts[i][0] || strlen(texts[i]) == SEEP_FAULT_TEXT_SIZE - 1;
		for (unsigned j = 0; j < i; j++)
			same += strcmp(texts[i], texts[j]) == 0;
	}
	is_int(same, 0, "each fault has a text of its own");
	is_int(cut, 0, "a whole one");
	is_str(seep_state_fault_text(SEEP_FAULT_VERSION, 2, texts[0]),
	       "it has format version 2, this Seep reads 1", "of another version: which");
}

/* The drawing shows the records as they are. */
static void test_drawing(void)
{
#define USER(field)                                                                         \
	{                                                                                   \
#field, 8 + offsetof(struct user, field), sizeof(((struct user *)0)->field) \
	}
#define DOMAIN(field)                                                                           \
	{                                                                                       \
#field, 8 + offsetof(struct domain, field), sizeof(((struct domain *)0)->field) \
	}
	static const struct {
		const char *field;
		size_t at, bytes;
	} fields[] = {
		USER(names_sum),     USER(domains_sum), USER(rare_sum),    USER(missing_sum),
		USER(dga),           USER(repeat),      USER(peak_mbit),   USER(hits),
		USER(sent),          USER(address),     USER(names),       USER(domains),
		USER(rare),          USER(missing),     DOMAIN(users_sum), DOMAIN(names_sum),
		DOMAIN(first_users), DOMAIN(users),     DOMAIN(names),     DOMAIN(text),
	};
	static char text[65536];
	const char *path = source_path("doc/FORMAT.md");
	char row[128];
	FILE *file = fopen(path, "r");

	if (!file) {
		skip("no %s", path);
		return;
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = 0;
	fclose(file);
	for (size_t i = 0; i < COUNT(fields); i++) {
		snprintf(row, sizeof(row), "| %zu | %zu | `%s`", fields[i].at, fields[i].bytes,
			 fields[i].field);
		ok(strstr(text, row) != NULL, "doc/FORMAT.md has: %s", row);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_headers);
	tap_run(test_texts);
	tap_run(test_drawing);
	return done();
}
