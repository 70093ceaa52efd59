/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints a line of each kind of event for each hostile name, by address and by pseudonym, for
 * source_events.py. Each name has the bytes that its line tells in seep.count.
 */
#include "events/line.h"
#include "fixture.h"

static const struct seep_hash_key installation = { .bytes = { 9 }, .rounds = SEEP_HASH_1_3 };

/* "xBx.evil.example" for a byte B; the domain starts behind the first label. */
static void set_name(struct seep_note *note, unsigned byte)
{
	struct wire wire = wire_of("xxx.evil.example");

	wire.bytes[2] = (uint8_t)byte;
	seep_note_set_name(note, wire.bytes, wire.size, 4);
}

static bool is_about_query(enum seep_note_kind kind)
{
	return kind <= SEEP_NOTE_STALE;
}

/* Of a user behind a forwarder. */
static struct seep_address mac_of(unsigned byte)
{
	const struct seep_address_masks masks = seep_address_masks(24, 64);
	const struct seep_address forwarder = address_v4(1);
	const uint8_t mac[SEEP_MAC_BYTES] = { 2, 0, 0x5e, 0, 0x53, (uint8_t)byte };

	return seep_address_of_mac(&masks, &forwarder, mac);
}

/* All that its kind may have. */
static struct seep_note full_note(enum seep_note_kind kind, unsigned byte)
{
	const struct seep_note_estimate estimate = { 12, 104, true };
	struct seep_note note;

	seep_note_start(&note, kind, NOW_MS + byte);
	note.count = byte + 1;
	if (is_about_query(kind)) {
		set_name(&note, byte);
		note.client = byte % 7 ? address_v4(byte) : mac_of(byte);
		note.type = (uint16_t)(byte * 257);
		note.mode = SEEP_MODE_GUARD;
		note.meter = kind == SEEP_NOTE_DGA ? SEEP_METER_DGA
						   : SEEP_METER_USER + byte % SEEP_METER_DOMAIN;
		note.action = SEEP_NOTE_PASSES + byte % SEEP_NOTE_ANSWERS;
		note.level_mbit = byte * 1000;
		note.budget_mbit = kind <= SEEP_NOTE_RELEASED ? 8192000 : 0;
		note.first_ms = byte % 2 ? NOW_MS - DAY_MS : 0;
		note.names = note.domains = note.users = note.missing = estimate;
	} else if (kind == SEEP_NOTE_MISFIT) {
		note.meter = byte % 2 ? SEEP_METER_USER : SEEP_METER_NETWORK;
		note.action = SEEP_NOTE_PASSES;
		*(byte % 2 ? &note.client : &note.network) = address_v4(byte);
	} else {
		(void)snprintf(note.operator_name, sizeof(note.operator_name), "uid %c",
			       (char)(byte ? byte : 1));
		(void)snprintf(note.reason, sizeof(note.reason), "reason %c",
			       (char)(byte ? byte : 1));
	}
	return note;
}

int main(void)
{
	static const char *const confs[] = { "", "privacy: pseudonyms\n" };
	static char line[SEEP_LINE_MAX];
	struct seep_conf_error error;
	struct seep_people people;
	struct seep_conf conf;
	uint64_t sequence = 0;

	for (size_t at = 0; at < COUNT(confs); at++) {
		(void)seep_conf_parse(&conf, confs[at], strlen(confs[at]), "test", &error);
		seep_people_start(&people, &conf, &installation);
		for (unsigned kind = 0; kind < SEEP_NOTE_KINDS; kind++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				struct seep_note note = full_note(kind, byte);

				(void)fwrite(line, 1,
					     seep_line_write(line, &note, &people, ++sequence),
					     stdout);
			}
		}
	}
	return fflush(stdout) != 0;
}
