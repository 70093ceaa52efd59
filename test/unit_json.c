/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON: commas, lines and brackets are the writer's, and no text can end a string. */
#include "json.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>

static char written[4096];

static struct json start(unsigned lines)
{
	return (struct json){ .file = fmemopen(written, sizeof(written), "w"), .lines = lines };
}

static const char *end(struct json *json)
{
	fclose(json->file);
	return written;
}

/* The example in the header, and the same on one line. */
static void test_worked(void)
{
	for (unsigned lines = 0; lines < 2; lines++) {
		struct json json = start(lines);

		json_open(&json, NULL, '{');
		json_number(&json, "a", 1);
		json_open(&json, "b", '[');
		json_text(&json, NULL, "x");
		json_close(&json);
		json_close(&json);
		is_str(end(&json),
		       lines ? "{\n \"a\": 1,\n \"b\": [\"x\"]\n}\n"
			     : "{\"a\": 1, \"b\": [\"x\"]}\n",
		       "%u line levels", lines);
	}
}

static void test_values(void)
{
	struct json json = start(0);

	json_open(&json, NULL, '[');
	json_number(&json, NULL, UINT64_MAX);
	json_decimal(&json, NULL, 2.0 / 3, 3);
	json_decimal(&json, NULL, -1, 0);
	json_decimal(&json, NULL, NAN, 1);
	json_decimal(&json, NULL, INFINITY, 1);
	json_bool(&json, NULL, true);
	json_bool(&json, NULL, false);
	json_null(&json, NULL);
	json_open(&json, NULL, '{');
	json_close(&json);
	json_open(&json, NULL, '[');
	json_close(&json);
	json_close(&json);
	is_str(end(&json),
	       "[18446744073709551615, 0.667, -1, null, null, true, false, null, {}, []]\n",
	       "each kind of value");
}

static void test_texts(void)
{
	static const struct {
		const char *text, *string;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\",\"x\":1}", "\"\\\",\\\"x\\\":1}\"" },
		{ "\n\t\x1f\x7f", "\"\\u000a\\u0009\\u001f\\u007f\"" },
		{ "\xff\x80", "\"\\u00ff\\u0080\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json json = start(0);
		char wanted[128];

		json_open(&json, NULL, '{');
		json_text(&json, cases[i].text, cases[i].text);
		json_close(&json);
		snprintf(wanted, sizeof(wanted), "{%s: %s}\n", cases[i].string, cases[i].string);
		is_str(end(&json), wanted, "text %zu, as key and as value", i);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_worked);
	tap_run(test_values);
	tap_run(test_texts);
	return done();
}
