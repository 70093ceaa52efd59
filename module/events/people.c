/* SPDX-License-Identifier: BSD-3-Clause */
/* Users and networks by address or pseudonym. */
#include "events/people.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "names/name.h"

#define PSEUDONYM_BYTES 16

static const char purpose[] = "seep pseudonyms 1";

/* False if OpenSSL cannot. */
static bool hmac(const void *key, size_t key_size, const void *bytes, size_t size,
		 uint8_t out[SEEP_PEOPLE_KEY_BYTES])
{
	unsigned out_size = SEEP_PEOPLE_KEY_BYTES;

	return HMAC(EVP_sha256(), key, (int)key_size, bytes, size, out, &out_size) != NULL;
}

void seep_people_start(struct seep_people *people, const struct seep_conf *conf,
		       const struct seep_hash_key *installation)
{
	*people = (struct seep_people){
		.has_pseudonyms = conf->privacy == SEEP_PRIVACY_PSEUDONYMS,
		.user_masks =
			seep_address_masks(conf->user_prefix_v4_bits, conf->user_prefix_v6_bits),
		.network_masks = seep_address_masks(conf->network_prefix_v4_bits,
						    conf->network_prefix_v6_bits),
		.user_bits = { (unsigned)conf->user_prefix_v4_bits,
			       (unsigned)conf->user_prefix_v6_bits },
		.network_bits = { (unsigned)conf->network_prefix_v4_bits,
				  (unsigned)conf->network_prefix_v6_bits },
	};
	(void)hmac(installation->bytes, SEEP_HASH_KEY_BYTES, purpose, sizeof(purpose) - 1,
		   people->key);
}

/* "u-" or "n-", and 32 digits; without OpenSSL's help "u-unknown". */
static void print_pseudonym(const struct seep_people *people, char kind,
			    const struct seep_address *address, char text[SEEP_PEOPLE_TEXT_SIZE])
{
	uint8_t input[1 + sizeof(address->bytes)] = { (uint8_t)kind };
	uint8_t output[SEEP_PEOPLE_KEY_BYTES];
	int used = snprintf(text, SEEP_PEOPLE_TEXT_SIZE, "%c-", kind);

	memcpy(input + 1, address->bytes, address->size_bytes);
	if (!hmac(people->key, sizeof(people->key), input, 1u + address->size_bytes, output)) {
		(void)snprintf(text + used, SEEP_PEOPLE_TEXT_SIZE - (size_t)used, "unknown");
		return;
	}
	for (unsigned at = 0; at < PSEUDONYM_BYTES; at++)
		used += snprintf(text + used, SEEP_PEOPLE_TEXT_SIZE - (size_t)used, "%02x",
				 output[at]);
}

/* An address, and /BITS unless these are ALL there are; a MAC has none. */
static void print_address(const struct seep_address *address, unsigned bits, unsigned all,
			  char text[SEEP_PEOPLE_TEXT_SIZE])
{
	char plain[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_print(plain, address);
	if (bits == all || seep_address_is_mac(address))
		(void)snprintf(text, SEEP_PEOPLE_TEXT_SIZE, "%s", plain);
	else
		(void)snprintf(text, SEEP_PEOPLE_TEXT_SIZE, "%s/%u", plain, bits);
}

void seep_people_user(const struct seep_people *people, const struct seep_address *client,
		      char text[SEEP_PEOPLE_TEXT_SIZE])
{
	const struct seep_address user = seep_address_user(&people->user_masks, client);

	if (people->has_pseudonyms)
		print_pseudonym(people, 'u', &user, text);
	else
		print_address(&user, people->user_bits[client->size_bytes == 16],
			      8u * client->size_bytes, text);
}

void seep_people_network(const struct seep_people *people, const struct seep_address *client,
			 char text[SEEP_PEOPLE_TEXT_SIZE])
{
	const struct seep_address network = seep_address_network(&people->network_masks, client);

	if (people->has_pseudonyms)
		print_pseudonym(people, 'n', &network, text);
	else
		print_address(&network, people->network_bits[network.size_bytes == 16], 0, text);
}

void seep_people_client(const struct seep_people *people, const struct seep_address *client,
			char text[SEEP_PEOPLE_TEXT_SIZE])
{
	if (people->has_pseudonyms)
		seep_people_user(people, client, text);
	else
		print_address(client, 0, 0, text);
}

void seep_people_domain(const struct seep_note *note, char text[SEEP_PEOPLE_NAME_SIZE])
{
	text[0] = '\0';
	if (note->name_size)
		seep_name_print(text, SEEP_PEOPLE_NAME_SIZE, note->name + note->domain_at,
				(size_t)note->name_size - note->domain_at);
}

void seep_people_name(const struct seep_people *people, const struct seep_note *note,
		      char text[SEEP_PEOPLE_NAME_SIZE])
{
	text[0] = '\0';
	if (people->has_pseudonyms)
		seep_people_domain(note, text);
	else if (note->name_size)
		seep_name_print(text, SEEP_PEOPLE_NAME_SIZE, note->name, note->name_size);
}
