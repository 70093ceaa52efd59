/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: the input is what a client sends.
 *
 * With an odd number of bytes, the client then ends its side. Some users have sent to the engine
 * that is asked, and one is spent. What may change it is asked of one of its own.
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

static void make_engine(struct rig *rig, const char *learning)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "memory-size: 1m\nlearning: %s\nuser-budget: 100\nuser-refill: 0\n", learning);
	rig_open(rig, text);
	for (uint32_t user = 1; user <= 12; user++) {
		snprintf(text, sizeof(text), "www%" PRIu32 ".common.example", user);
		rig_send(rig, user, text);
	}
	for (unsigned at = 0; at < 40; at++)
		rig_send(rig, 1, rig_fresh(rig, "rare.example"));
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

/* ---- what changes something ---- */

static bool has(const uint8_t *bytes, size_t size, const char *word)
{
	return memmem(bytes, size, word, strlen(word)) != NULL;
}

/* What an operator changed is told in a line, which the log and events take. */
static void changed(void *context, const struct seep_control_change *change)
{
	const char *const texts[] = { change->maker, change->what, change->reason };
	unsigned *told = context;

	++*told;
	fuzz_check(change->maker[0] && change->what[0]);
	for (size_t at = 0; at < 3; at++)
		for (const char *text = texts[at]; *text; text++)
			fuzz_check(*text > 31 && *text < 127);
}

static void say(void *context, bool problem, const char *text)
{
	(void)context, (void)text;
	fuzz_check(!problem);
}

/* It is changed, told once and listed, or there is an error. */
static void ask_to_change(const uint8_t *data, size_t size)
{
	static const uint8_t list[] = "UBCT1 allow list\n";
	static struct seep_control_answer answer;
	struct seep_counters base = { .queries = 0 };
	struct seep_control_request request;
	unsigned told = 0;
	struct rig rig;
	struct seep_control_source source = {
		.version = "1", .now = now, .changed = changed, .context = &told
	};
	struct seep_changes_setup setup = {
		.beside = "", .when_ms = NOW_MS, .wall_ms = NOW_MS, .say = say, .learning_s = 172800
	};
	uint8_t *copy = fuzz_copy(data, size);

	make_engine(&rig, "2d");
	source.engine = setup.engine = rig.engine;
	source.changes = seep_changes_open(&setup);
	if (seep_control_answer(&source, &base, ask(&request, copy, size, true), &answer))
		check_answer(&answer, size);
	fuzz_check(told <= 1 && (!told || !is_error(&answer)));
	seep_control_answer(&source, &base, ask(&request, list, sizeof(list) - 1, true), &answer);
	check_answer(&answer, sizeof(list) - 1);
	fuzz_check(!is_error(&answer));
	seep_changes_close(source.changes);
	rig_close(&rig);
	free(copy);
}

/* ---- what only looks ---- */

static void ask_to_look(const uint8_t *data, size_t size, bool is_end)
{
	static struct rig rig;
	static struct seep_control_source source = { .version = "1", .now = now };
	static struct seep_control_answer whole, piece;
	struct seep_counters base = { .queries = 0 };
	struct seep_control_request request;
	bool is_whole;
	uint8_t *copy;

	if (!source.engine) {
		make_engine(&rig, "0");
		source.engine = rig.engine;
	}
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
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_end = size % 2;

	if (size > SEEP_CONTROL_REQUEST_MAX)
		size = SEEP_CONTROL_REQUEST_MAX;
	if (has(data, size, "allow") || has(data, size, "clear") || has(data, size, "learn"))
		ask_to_change(data, size);
	else
		ask_to_look(data, size, is_end);
	return 0;
}
