/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON to memory. */
#include "events/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put(struct seep_json *json, const char *bytes, size_t size)
{
	if (json->is_full || size > json->room - json->size) {
		json->is_full = true;
		return;
	}
	memcpy(json->text + json->size, bytes, size);
	json->size += size;
}

static void put_byte(struct seep_json *json, uint8_t byte)
{
	char escaped[8];

	if (byte == '"' || byte == '\\')
		put(json, (char[]){ '\\', (char)byte }, 2);
	else if (byte >= 0x20 && byte < 0x7f)
		put(json, (char[]){ (char)byte }, 1);
	else
		put(json, escaped,
		    (size_t)snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned)byte));
}

static void put_string(struct seep_json *json, const char *text)
{
	put(json, "\"", 1);
	for (; *text; text++)
		put_byte(json, (uint8_t)*text);
	put(json, "\"", 1);
}

/* The comma behind what stands before, and the key. */
static void begin(struct seep_json *json, const char *key)
{
	if (json->has_more)
		put(json, ",", 1);
	json->has_more = true;
	if (!key)
		return;
	put_string(json, key);
	put(json, ":", 1);
}

void seep_json_open(struct seep_json *json, const char *key, char bracket)
{
	begin(json, key);
	put(json, &bracket, 1);
	json->has_more = false;
}

void seep_json_close(struct seep_json *json, char bracket)
{
	put(json, &bracket, 1);
	json->has_more = true;
}

void seep_json_text(struct seep_json *json, const char *key, const char *text)
{
	begin(json, key);
	put_string(json, text);
}

void seep_json_number(struct seep_json *json, const char *key, uint64_t value)
{
	char digits[24];

	begin(json, key);
	put(json, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, value));
}

void seep_json_percent(struct seep_json *json, const char *key, unsigned permille)
{
	char digits[24];

	begin(json, key);
	put(json, digits,
	    (size_t)snprintf(digits, sizeof(digits), "%u.%u", permille / 10, permille % 10));
}
