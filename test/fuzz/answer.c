/* SPDX-License-Identifier: BSD-3-Clause */
/* What seepctl is answered on the control socket: the input is the answer. */
#include "fuzz.h"

#include "control.h"

const char fuzz_target[] = "answer";

/* Each object and list ends, and all within it is found. */
static void check_line(const struct control_answer *answer, size_t at)
{
	const struct control_line *line = &answer->lines[at];
	bool is_open = line->kind == '{' || line->kind == '[';
	size_t end = at + 1;

	fuzz_check(line->key && line->value && strchr("\"0t{}[]", line->kind) && line->kind);
	if (!is_open)
		return;
	while (end < answer->count && answer->lines[end].depth > line->depth)
		end++;
	fuzz_check(end < answer->count && answer->lines[end].depth == line->depth &&
		   answer->lines[end].kind == (line->kind == '{' ? '}' : ']'));
	for (size_t in = at + 1; in < end; in++)
		if (answer->lines[in].depth == line->depth + 1 && answer->lines[in].key[0]) {
			size_t found = control_find(answer, at, answer->lines[in].key);

			fuzz_check(found > at && found <= in);
			(void)control_number(answer, at, answer->lines[in].key);
			for (size_t element = control_first(answer, at, answer->lines[in].key);
			     element; element = control_next(answer, element))
				fuzz_check(element < end);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_answer answer;
	static FILE *nowhere;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!control_read(&answer, text, size))
		return 0;
	fuzz_check(answer.count >= 2 && answer.lines[0].kind == '{');
	for (size_t at = 0; at < answer.count; at++)
		check_line(&answer, at);
	struct json json = { .file = nowhere };

	control_write_json(&json, &answer, 0);
	fuzz_check(json.depth == 0);
	control_release(&answer);
	return 0;
}
