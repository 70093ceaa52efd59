/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the EDNS options in which a forwarder states who asked. */
#include "names/identity.h"

#include <string.h>

#define MAC_TEXT_SIZE   17 /* "02:00:5e:00:53:01" */
#define MAC_BASE64_SIZE 8

/* A Client Subnet: its family, and the two prefix lengths; then an address. */
#define SUBNET_HEAD_BYTES 4
#define FAMILY_V4         1
#define FAMILY_V6         2

/* Returns the digit's value, or -1. */
static int hexadecimal(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool mac_of_text(uint8_t *mac, const uint8_t *text)
{
	for (size_t i = 0; i < SEEP_MAC_BYTES; i++) {
		int high = hexadecimal(text[3 * i]), low = hexadecimal(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i + 1 < SEEP_MAC_BYTES && text[3 * i + 2] != ':'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Returns the value of a character of base64 (RFC 4648, 4), or -1. */
static int sextet(uint8_t character)
{
	if (character >= 'A' && character <= 'Z')
		return character - 'A';
	if (character >= 'a' && character <= 'z')
		return character - 'a' + 26;
	if (character >= '0' && character <= '9')
		return character - '0' + 52;
	return character == '+' ? 62 : character == '/' ? 63 : -1;
}

static bool mac_of_base64(uint8_t *mac, const uint8_t *text)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < MAC_BASE64_SIZE; i++) {
		int value = sextet(text[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint64_t)value;
	}
	for (size_t i = 0; i < SEEP_MAC_BYTES; i++)
		mac[i] = (uint8_t)(bits >> 8 * (SEEP_MAC_BYTES - 1 - i));
	return true;
}

static bool mac_of(uint8_t *mac, const uint8_t *data, size_t size)
{
	switch (size) {
	case SEEP_MAC_BYTES:
		memcpy(mac, data, SEEP_MAC_BYTES);
		return true;
	case MAC_BASE64_SIZE:
		return mac_of_base64(mac, data);
	case MAC_TEXT_SIZE:
		return mac_of_text(mac, data);
	default:
		return false;
	}
}

/* Can a machine have it? None is a group's, and none is zero. */
static bool is_station(const uint8_t *mac)
{
	static const uint8_t none[SEEP_MAC_BYTES];

	return !(mac[0] & 1) && memcmp(mac, none, sizeof(none)) != 0;
}

/* MAC_TEXT_SIZE bytes of TEXT. */
static bool station_of_text(uint8_t *mac, const char *text)
{
	return mac_of_text(mac, (const uint8_t *)text) && is_station(mac);
}

bool seep_identity_parse_mac(uint8_t mac[SEEP_MAC_BYTES], const char *text)
{
	return strlen(text) == MAC_TEXT_SIZE && station_of_text(mac, text);
}

static void read_mac(struct seep_identity *identity, const uint8_t *data, size_t size)
{
	if (identity->has_mac || !mac_of(identity->mac, data, size) || !is_station(identity->mac))
		identity->is_bad = true;
	identity->has_mac = true;
}

/* Are all bits of the ADDRESS beyond its first BITS zero? It has just the bytes that these need. */
static bool is_masked(const uint8_t *address, unsigned bits)
{
	return bits % 8 == 0 || !(address[bits / 8] & 0xff >> bits % 8);
}

/* Can a user have it? Not one that is unspecified, or a group's, or an IPv4 one written as IPv6. */
static bool is_host(const struct seep_address *address)
{
	static const uint8_t unspecified[16];
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->size_bytes == 4)
		return address->bytes[0] > 0 && address->bytes[0] < 224;
	return address->bytes[0] != 0xff && memcmp(address->bytes, unspecified, 16) != 0 &&
	       memcmp(address->bytes, mapped, sizeof(mapped)) != 0;
}

static bool is_loopback(const struct seep_address *address)
{
	static const uint8_t own[16] = { [15] = 1 };

	return address->size_bytes == 4 ? address->bytes[0] == 127
					: memcmp(address->bytes, own, sizeof(own)) == 0;
}

/* The whole ADDRESS of who asked. A program of the forwarder's own machine is the forwarder. */
static void take_address(struct seep_identity *identity, const uint8_t *data, size_t size)
{
	struct seep_address address = { .size_bytes = (uint8_t)size };

	memcpy(address.bytes, data, size);
	if (!is_host(&address)) {
		identity->is_bad = true;
	} else if (!is_loopback(&address)) {
		identity->address = address;
		identity->has_address = true;
	}
}

static void read_subnet(struct seep_identity *identity, const uint8_t *data, size_t size)
{
	unsigned family = size < SUBNET_HEAD_BYTES ? 0 : (unsigned)data[0] << 8 | data[1];
	unsigned bits = size < SUBNET_HEAD_BYTES ? 0 : data[2];
	unsigned most = family == FAMILY_V4 ? 32 : family == FAMILY_V6 ? 128 : 0;

	/* In a query the scope is zero. */
	if (size != SUBNET_HEAD_BYTES + (bits + 7) / 8 || bits > most || data[3] ||
	    (!most && family) || !is_masked(data + SUBNET_HEAD_BYTES, bits))
		identity->is_bad = true;
	else if (bits && bits < most)
		identity->is_coarse = true;
	else if (bits)
		take_address(identity, data + SUBNET_HEAD_BYTES, bits / 8);
}

bool seep_identity_read(struct seep_identity *identity, uint16_t code, const uint8_t *data,
			size_t size)
{
	if (identity->options == SEEP_IDENTITY_OPTIONS_MOST) {
		identity->is_bad = true;
		return false;
	}
	identity->options++;
	switch (code) {
	case SEEP_IDENTITY_OPTION_SUBNET:
		if (identity->has_subnet)
			identity->is_bad = true;
		identity->has_subnet = true;
		read_subnet(identity, data, size);
		break;
	case SEEP_IDENTITY_OPTION_MAC:
	case SEEP_IDENTITY_OPTION_DEVICE:
		read_mac(identity, data, size);
		break;
	}
	return !identity->is_bad;
}

const char *seep_identity_read_text(uint8_t mac[SEEP_MAC_BYTES], const char *text, size_t length)
{
	if (length <= MAC_TEXT_SIZE || text[MAC_TEXT_SIZE] != '@' || !station_of_text(mac, text))
		return NULL;
	return text + MAC_TEXT_SIZE + 1;
}

enum seep_identity_kind seep_identity_of(const struct seep_identity *identity)
{
	if (identity->is_bad)
		return SEEP_IDENTITY_REFUSED;
	if (identity->has_mac)
		return SEEP_IDENTITY_MAC;
	if (identity->has_address)
		return SEEP_IDENTITY_SUBNET;
	return identity->is_coarse ? SEEP_IDENTITY_REFUSED : SEEP_IDENTITY_NONE;
}

struct seep_address seep_identity_user(const struct seep_identity *identity,
				       const struct seep_address_masks *networks,
				       const struct seep_address *forwarder)
{
	switch (seep_identity_of(identity)) {
	case SEEP_IDENTITY_SUBNET:
		return identity->address;
	case SEEP_IDENTITY_MAC:
		return seep_address_of_mac(networks, forwarder, identity->mac);
	case SEEP_IDENTITY_REFUSED:
	case SEEP_IDENTITY_NONE:
		break;
	}
	return *forwarder;
}
