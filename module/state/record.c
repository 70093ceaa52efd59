/* SPDX-License-Identifier: BSD-3-Clause */
/* Mends the records of a state file, field by field. */
#include "state/record.h"

#include <string.h>

#include "base/clock.h"
#include "engine/internal.h"

#define KEY_BYTES sizeof(uint64_t)

/* No network has more users. */
#define SIZE_MOST (UINT32_C(1) << 24)

static_assert(SEEP_RECORD_USER_FIRST_BYTES == KEY_BYTES + offsetof(struct user, sequence) ||
		      sizeof(void *) < 8,
	      "what a file of before says of a user is where it was");
static_assert(SEEP_RECORD_DOMAIN_FIRST_BYTES == KEY_BYTES + offsetof(struct domain, habit) ||
		      sizeof(void *) < 8,
	      "what a file of before says of a domain is where it was");
static_assert(SEEP_RECORD_NETWORK_BYTES == KEY_BYTES + sizeof(struct network),
	      "a network's record");

enum seep_state_fault seep_record_fault(const struct seep_state_header *header)
{
	if ((header->user_bytes != KEY_BYTES + sizeof(struct user) &&
	     header->user_bytes != SEEP_RECORD_USER_FIRST_BYTES) ||
	    (header->domain_bytes != KEY_BYTES + sizeof(struct domain) &&
	     header->domain_bytes != SEEP_RECORD_DOMAIN_FIRST_BYTES))
		return SEEP_FAULT_OTHER_RECORDS;
	return SEEP_FAULT_NONE;
}

enum seep_state_opened seep_record_verify(struct seep_state_reader *reader, const char *path)
{
	enum seep_state_opened opened = seep_state_verify(reader, path);
	enum seep_state_fault fault;

	if (opened != SEEP_STATE_OPENED)
		return opened;
	fault = seep_record_fault(&reader->header);
	if (!fault)
		return opened;
	reader->fault = fault;
	reader->offset = 0;
	return SEEP_STATE_DAMAGED;
}

static uint32_t moved_s(const struct seep_record_times *times, uint32_t saved_s)
{
	return (uint32_t)seep_clock_moved_s(saved_s, times->shift_s, times->now_s);
}

static void mend_entry(struct seep_entry *entry, const struct seep_record_times *times)
{
	seep_bucket_mend(&entry->meter, times->shift_s, times->now_s);
	entry->first_s = moved_s(times, entry->first_s);
	entry->last_s = moved_s(times, entry->last_s);
	entry->crossed_s = moved_s(times, entry->crossed_s);
	/* What was under way has ended, and is not given back. */
	entry->inflight = 0;
	entry->flagged = entry->flagged != 0;
	entry->spent = entry->spent != 0;
	if (entry->units > SEEP_BUDGET_MOST)
		entry->units = SEEP_BUDGET_MOST;
}

bool seep_record_user(struct user *user, const void *from, size_t bytes,
		      const struct seep_record_times *times)
{
	memset(user, 0, sizeof(*user));
	memcpy(user, (const unsigned char *)from + KEY_BYTES, bytes - KEY_BYTES);
	mend_entry(&user->head, times);
	user->head.standing = 0;
	seep_sketch_mend(&user->names_sum, user->names, NAMES_BITS);
	seep_sketch_mend(&user->domains_sum, user->domains, DOMAINS_BITS);
	seep_sketch_mend(&user->rare_sum, user->rare, NAMES_BITS);
	seep_sketch_mend(&user->missing_sum, user->missing, DOMAINS_BITS);
	seep_dga_mend(&user->dga, times->shift_s, times->now_s);
	seep_repeat_mend(&user->repeat);
	seep_flag_mend(&user->checking_disabled);
	seep_sequence_mend(&user->sequence);
	seep_shape_mend(&user->shapes);
	user->is_established = user->is_established != 0;
	return seep_address_is_sound(&user->address);
}

/* Does the text end within its bytes? */
static bool is_text_sound(const uint8_t text[SEEP_DOMAIN_TEXT_BYTES])
{
	size_t at = 0;

	while (at < SEEP_DOMAIN_TEXT_BYTES && text[at] && text[at] < 64)
		at += 1u + text[at];
	return at < SEEP_DOMAIN_TEXT_BYTES && !text[at];
}

void seep_record_domain(struct domain *domain, const void *from, size_t bytes,
			const struct seep_record_times *times)
{
	memset(domain, 0, sizeof(*domain));
	memcpy(domain, (const unsigned char *)from + KEY_BYTES, bytes - KEY_BYTES);
	mend_entry(&domain->head, times);
	seep_sketch_mend(&domain->users_sum, domain->users, USERS_BITS);
	seep_sketch_mend(&domain->names_sum, domain->names, NAMES_BITS);
	domain->head.standing = (uint32_t)users_of_domain(domain);
	if (!is_text_sound(domain->text))
		memset(domain->text, 0, sizeof(domain->text));
}

static uint32_t most_of(uint32_t size)
{
	return size < SIZE_MOST ? size : SIZE_MOST;
}

bool seep_record_network(struct network *network, const void *from,
			 const struct seep_record_times *times)
{
	memcpy(network, (const unsigned char *)from + KEY_BYTES, sizeof(*network));
	mend_entry(&network->head, times);
	mend_entry(&network->newcomers, times);
	seep_sketch_mend(&network->today_sum, network->today, USERS_BITS);
	network->day = moved_s(times, network->day < UINT32_MAX / SEEP_DAY_S
					      ? network->day * (uint32_t)SEEP_DAY_S
					      : 0) /
		       SEEP_DAY_S;
	network->size = most_of(network->size);
	network->size_before = most_of(network->size_before);
	return network->address.size_bytes == 4 || network->address.size_bytes == 16;
}

uint64_t seep_record_key(const void *from)
{
	uint64_t key;

	memcpy(&key, from, sizeof(key));
	return key;
}
