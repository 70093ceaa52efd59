/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines of events: the input is a note, its fields one after the other.
 *
 * Whatever it says, its line is printable, balanced JSON of one line, in the room that there is.
 */
#include "fuzz.h"

#include "events/line.h"

const char fuzz_target[] = "events";

/* A JSON text's brackets and strings; nothing else is looked at. */
static void check_line(const char *line, size_t size)
{
	unsigned depth = 0;
	bool in_string = false;

	fuzz_check(size > 2 && size <= SEEP_LINE_MAX && line[size - 1] == '\n');
	for (size_t at = 0; at < size - 1; at++) {
		fuzz_check(line[at] > 31 && line[at] < 127);
		if (in_string && line[at] == '\\')
			at++;
		else if (line[at] == '"')
			in_string = !in_string;
		else if (!in_string && strchr("{[", line[at]))
			depth++;
		else if (!in_string && strchr("}]", line[at]))
			fuzz_check(depth-- > 0);
		fuzz_check(depth || at == size - 2);
	}
	fuzz_check(!in_string && !depth);
}

static void take_text(struct fuzz_input *input, char *text, size_t size)
{
	const uint8_t *bytes;
	size_t got = fuzz_take_bytes(input, fuzz_take8(input) % size, &bytes);

	memcpy(text, bytes, got);
	text[got] = '\0';
}

static void take_address(struct fuzz_input *input, struct seep_address *address)
{
	const uint8_t *bytes;

	size_t got;

	address->size_bytes = (uint8_t[]){ 0, 4, 16, 4 }[fuzz_take8(input) % 4];
	got = fuzz_take_bytes(input, address->size_bytes, &bytes);
	memcpy(address->bytes, bytes, got);
}

static struct seep_note_estimate take_estimate(struct fuzz_input *input)
{
	return (struct seep_note_estimate){ .is_known = fuzz_take8(input) & 1,
					    .error_permille = (uint16_t)fuzz_take(input, 2),
					    .count = fuzz_take(input, 8) };
}

static void take_name(struct fuzz_input *input, struct seep_note *note)
{
	const uint8_t *bytes;
	size_t domain_at = fuzz_take8(input);
	size_t size = fuzz_take_bytes(input, fuzz_take8(input), &bytes);

	if (fuzz_is_name(bytes, size))
		seep_note_set_name(note, bytes, size, domain_at);
}

static void take_note(struct fuzz_input *input, struct seep_note *note)
{
	seep_note_start(note, fuzz_take8(input) % SEEP_NOTE_KINDS, fuzz_take(input, 8));
	note->action = fuzz_take8(input) % (SEEP_NOTE_ANSWERS + 1);
	note->mode = fuzz_take8(input) % (SEEP_MODE_GUARD + 1);
	note->meter = fuzz_take8(input) % (SEEP_METER_DGA + 1);
	note->type = (uint16_t)fuzz_take(input, 2);
	note->level_mbit = fuzz_take(input, 8);
	note->budget_mbit = fuzz_take(input, 8);
	note->first_ms = fuzz_take(input, 8);
	note->count = fuzz_take(input, 8);
	note->names = take_estimate(input);
	note->domains = take_estimate(input);
	note->users = take_estimate(input);
	note->missing = take_estimate(input);
	take_address(input, &note->client);
	take_address(input, &note->network);
	take_name(input, note);
	take_text(input, note->operator_name, sizeof(note->operator_name));
	take_text(input, note->reason, sizeof(note->reason));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct seep_hash_key key = { .bytes = { 1 } };
	struct fuzz_input input = { data, size };
	char *line = malloc(SEEP_LINE_MAX); /* of its own: a write past it is seen */
	struct seep_people people;
	struct seep_conf conf;
	struct seep_note note;

	fuzz_check(line);
	seep_conf_defaults(&conf);
	conf.privacy = fuzz_take8(&input) & 1;
	seep_people_start(&people, &conf, &key);
	take_note(&input, &note);
	check_line(line, seep_line_write(line, &note, &people, 1));
	free(line);
	return 0;
}
