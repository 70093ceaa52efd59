/* SPDX-License-Identifier: BSD-3-Clause */
/* Observations, each by its number. */
#include "load.h"

#include <string.h>

#include "seep_rr.h"

#define LABEL_MAX_BYTES 63
#define NUMBER_DIGITS   7 /* of 36; all names before 36^7 then differ */
/*
 * Tables have sets of eight: of as many entries as fill a third of all places, about one in a
 * thousand finds its set full. With half of them it is one in a hundred.
 */
#define SPARE           3
/* Of memory-size, as module/engine/engine.c shares it out, in thirty-seconds. */
#define SHARES          32
#define DOMAINS_SHARE   10
#define USERS_SHARE     4
#define NAME_BYTES      64 /* so that a generation of the novelty memory holds all */
#define MEMORY_MIN      (4 * SEEP_MIB)

/* splitmix64's finalizer: the same for the same number. */
static uint64_t mixed(uint64_t number)
{
	number += UINT64_C(0x9e3779b97f4a7c15);
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

/* NUMBER by 36 digits, at least MIN of them. Returns how many there are. */
static size_t put_number(uint8_t *to, uint64_t number, size_t min)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	uint8_t reversed[16];
	size_t count = 0;

	while (count < min || number) {
		reversed[count++] = (uint8_t)digits[number % 36];
		number /= 36;
	}
	for (size_t i = 0; i < count; i++)
		to[i] = reversed[count - 1 - i];
	return count;
}

/* A prefix of BYTES, as people write it, in labels as long as may be; the first has NUMBER. */
static size_t put_prefix(uint8_t *name, uint64_t number, uint64_t dice, size_t bytes)
{
	size_t digits = bytes < NUMBER_DIGITS ? bytes : NUMBER_DIGITS;
	size_t at = 0;

	do {
		size_t size = at ? 0 : put_number(name + 1, number, digits);
		size_t want = bytes;

		/* What is left behind a dot is not nothing. */
		if (want > LABEL_MAX_BYTES)
			want = want > LABEL_MAX_BYTES + 1 ? LABEL_MAX_BYTES : LABEL_MAX_BYTES - 1;
		for (; size < want; size++) {
			name[at + 1 + size] = (uint8_t)('a' + dice % 26);
			dice = mixed(dice);
		}
		name[at] = (uint8_t)size;
		at += 1 + size;
		bytes -= want < bytes ? want + 1 : bytes;
	} while (bytes);
	return at;
}

/* A name's size. */
static size_t put_name(const struct load *load, uint64_t number, uint8_t *name)
{
	uint8_t domain[16];
	size_t size = put_number(domain, load->first_domain + number % load->domains, 3);
	size_t behind = 1 + size + strlen(".com");
	size_t at = put_prefix(name, load->first_name + number / load->domains, mixed(~number),
			       load->bytes > behind + 1 ? load->bytes - behind : 1);

	name[at++] = (uint8_t)size;
	memcpy(name + at, domain, size);
	memcpy(name + at + size, "\3com", sizeof("\3com"));
	return at + size + sizeof("\3com");
}

void load_observation(const struct load *load, uint64_t number, uint64_t when_ms,
		      struct seep_observation *observation, uint8_t *name)
{
	uint64_t user =
		load->first_user + (number < load->users ? number : mixed(number) % load->users);

	*observation = (struct seep_observation){
		.client = { .bytes = { 10, (uint8_t)(user >> 16), (uint8_t)(user >> 8),
				       (uint8_t)user },
			    .size_bytes = 4 },
		.name = name,
		.name_size = put_name(load, number, name),
		.type = SEEP_TYPE_A,
		.qclass = SEEP_QCLASS_IN,
		.when_ms = when_ms,
	};
}

uint64_t load_fill(struct seep_thread *thread, const struct load *load, uint64_t first,
		   uint64_t count, uint64_t when_ms)
{
	for (uint64_t i = 0; i < count; i++) {
		uint8_t name[SEEP_NAME_MAX_BYTES];
		struct seep_observation observation;

		load_observation(load, first + i, when_ms + i / LOAD_BATCH, &observation, name);
		engine_observe(thread, &observation, 1);
	}
	return when_ms + count / LOAD_BATCH + 1;
}

uint64_t load_memory_bytes(const struct load *load, uint64_t copies)
{
	uint64_t users = load->users * seep_engine_user_bytes() * SPARE * SHARES / USERS_SHARE;
	uint64_t domains =
		load->domains * seep_engine_domain_bytes() * SPARE * SHARES / DOMAINS_SHARE;
	uint64_t most = load->names * NAME_BYTES;

	most = users > most ? users : most;
	most = (domains > most ? domains : most) * copies;
	return most > MEMORY_MIN ? most : MEMORY_MIN;
}
