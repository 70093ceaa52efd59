/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes and recognizes a response policy zone. */
#include "state/rpz_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SOA "@ SOA localhost. seep.invalid. "

/* Text that grows; its room is enough for all that is put. */
struct text {
	char *bytes;
	size_t size;
	size_t room;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text->bytes + text->size, text->room - text->size, format, arguments);
	va_end(arguments);
	if (size > 0 && (size_t)size < text->room - text->size)
		text->size += (size_t)size;
}

/* Only these mean nothing in a master file, wherever they stand. */
static bool is_plain(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

static void put_name(struct text *text, const uint8_t *name)
{
	for (const uint8_t *label = name; *label; label += 1u + *label) {
		if (label != name)
			put(text, ".");
		for (unsigned i = 1; i <= *label; i++)
			put(text, is_plain(label[i]) ? "%c" : "\\%03u", label[i]);
	}
}

bool seep_rpz_can_name(const uint8_t *domain)
{
	const uint8_t *last = domain;

	for (const uint8_t *label = domain; *label; label += 1u + *label) {
		if (label[0] == 1 && label[1] == '*')
			return false;
		last = label;
	}
	return *last && !(*last >= 4 && strncasecmp((const char *)last + 1, "rpz-", 4) == 0);
}

size_t seep_rpz_text(char *text, const struct seep_spent *spent, uint32_t serial)
{
	struct text out = { .bytes = text, .room = SEEP_RPZ_TEXT_BYTES(spent->count) };

	put(&out,
	    SEEP_RPZ_HEAD "domains whose meter is spent (seep.conf: rpz-file).\n"
			  "; It is written anew at each change.\n"
			  "$TTL 60\n" SOA "%lu 60 30 604800 60\n"
			  "@ NS localhost.\n",
	    (unsigned long)serial);
	for (size_t i = 0; i < spent->count; i++) {
		put_name(&out, spent->domains[i]);
		put(&out, " CNAME .\n*.");
		put_name(&out, spent->domains[i]);
		put(&out, " CNAME .\n");
	}
	return out.size;
}

bool seep_rpz_serial_of(const char *text, uint32_t *serial)
{
	const char *soa = strstr(text, "\n" SOA);
	unsigned long value;

	if (strncmp(text, SEEP_RPZ_HEAD, strlen(SEEP_RPZ_HEAD)) != 0 || !soa ||
	    sscanf(soa + 1 + strlen(SOA), "%10lu ", &value) != 1 || value > UINT32_MAX)
		return false;
	*serial = (uint32_t)value;
	return true;
}

uint32_t seep_rpz_next_serial(uint32_t last, uint64_t now_s)
{
	uint32_t now = (uint32_t)now_s;

	return (int32_t)(now - last) > 0 ? now : last + 1;
}
