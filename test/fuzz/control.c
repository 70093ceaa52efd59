/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: the input is what a client sends.
 *
 * With an odd number of bytes, the client then ends its side. Nothing that it asks for changes the
 * engine that is asked, in which some users have sent, and one is spent.
 */
#include "fuzz.h"

#include "control/answer.h"

const char fuzz_target[] = "control";

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ NOW_MS, NOW_MS };
}

/* Lines of printable text, whole, and not without bounds. */
static void check_answer(const struct seep_control_answer *answer, size_t size)
{
	fuzz_check(answer->size <= sizeof(answer->bytes) && !answer->is_full);
	fuzz_check((answer->size == 0) == (size == 0));
	fuzz_check(!answer->size || answer->bytes[answer->size - 1] == '\n');
	for (size_t at = 0; at < answer->size; at++)
		fuzz_check(answer->bytes[at] == '\n' ||
			   (answer->bytes[at] > 31 && answer->bytes[at] < 127));
}

static struct seep_engine *make_engine(void)
{
	static struct rig rig;
	char text[64];

	rig_open(&rig, "memory-size: 1m\nlearning: 0\nuser-budget: 100\nuser-refill: 0\n");
	for (uint32_t user = 1; user <= 12; user++) {
		snprintf(text, sizeof(text), "www%" PRIu32 ".common.example", user);
		rig_send(&rig, user, text);
	}
	for (unsigned at = 0; at < 40; at++)
		rig_send(&rig, 1, rig_fresh(&rig, "rare.example"));
	return rig.engine;
}

static bool is_error(const struct seep_control_answer *answer)
{
	return answer->size > 6 && memcmp(answer->bytes, "error ", 6) == 0;
}

static const struct seep_control_request *ask(struct seep_control_request *request,
					      const uint8_t *bytes, size_t size, bool is_end)
{
	*request = (struct seep_control_request){
		.bytes = (const char *)bytes, .size = size, .is_end = is_end, .may_change = true
	};
	return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seep_control_source source = { .version = "1", .now = now };
	static struct seep_control_answer whole, piece;
	struct seep_counters base = { .queries = 0 };
	struct seep_control_request request;
	bool is_end = size % 2, is_whole;
	uint8_t *copy;

	if (!source.engine)
		source.engine = make_engine();
	if (size > SEEP_CONTROL_REQUEST_MAX)
		size = SEEP_CONTROL_REQUEST_MAX;
	copy = fuzz_copy(data, size);
	is_whole = seep_control_answer(&source, &base, ask(&request, copy, size, is_end), &whole);
	fuzz_check(is_whole || (!is_end && size < SEEP_CONTROL_REQUEST_MAX));
	if (is_whole) {
		check_answer(&whole, size);
		fuzz_check(is_error(&whole) || !size || memcmp(copy, "UBCT1 ", 6) == 0);
	}
	free(copy);
	/* How it was cut on its way makes no difference. */
	for (size_t at = 0; at <= size; at++) {
		bool ends;

		copy = fuzz_copy(data, at);
		base = (struct seep_counters){ .queries = 0 };
		ends = seep_control_answer(&source, &base,
					   ask(&request, copy, at, is_end && at == size), &piece);
		free(copy);
		fuzz_check(!ends || is_whole);
		if (!ends)
			continue;
		fuzz_check(piece.size == whole.size &&
			   memcmp(piece.bytes, whole.bytes, whole.size) == 0);
		break;
	}
	return 0;
}
