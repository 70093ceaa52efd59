/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl replay: whom would Seep have flagged or refused in recorded traffic? */
#include "seepctl.h"

#include "cmd_replay.h"

#define TOP 20

#define NUMBER(field, least, most)                                                          \
	.offset = offsetof(struct replay_options, field), .type = &seep_option_type_number, \
	.min = (least), .max = (most)

static const struct option_row option_rows[] = {
	{ .name = "json",
	  .text = "one JSON object, instead of text",
	  .offset = offsetof(struct replay_options, json) },
	{ .name = "top",
	  .argument = "NUMBER",
	  .text = "rows of each table of the text, 0 for all (default 20)",
	  NUMBER(top, 0, UINT32_MAX) },
	{ .name = "seed",
	  .argument = "NUMBER",
	  .text = "draws other hash keys (default 0)",
	  NUMBER(seed, 0, INT64_MAX) },
};
const struct option_set cmd_replay_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &replay_base_options,
	.take_conf = replay_take_override,
};

const char cmd_replay_more[] =
	"\nTRACE is a file, gzip or not, or \"-\": rows of time, client, type, name [, rcode [, ttl]]\n"
	"with tabs between, a pcap or dnstap file, or Unbound's log with log-queries or log-replies.\n"
	"Unless --learning is given, it is 0 and the action refuse.\n";

/* The key that --seed draws: the same trace gives the same result. */
static void set_key(struct replay_options *options)
{
	options->key = (struct seep_hash_key){ .bytes = "seepctl", .rounds = SEEP_HASH_1_3 };
	for (size_t at = 0; at < 8; at++)
		options->key.bytes[8 + at] = (uint8_t)(options->seed >> 8 * at);
}

static int report(const struct replay *replay)
{
	const char *emptiness = replay_emptiness(replay);

	replay_say(replay);
	if (replay->problem) {
		fprintf(stderr, "seepctl: replay: %s\n", replay->problem);
		return SEEPCTL_WRONG;
	}
	if (replay->options->json)
		replay_print_json(replay);
	else
		replay_print_text(replay);
	if (emptiness)
		fprintf(stderr, "seepctl: nothing to replay: %s\n", emptiness);
	return replay->broken || emptiness ? SEEPCTL_WRONG : SEEPCTL_OK;
}

int cmd_replay(int argc, char **argv)
{
	struct replay_options options = { .top = TOP };
	struct replay replay;
	int first;
	int status = replay_parse(&cmd_replay_options, argc, argv, &options, &first);

	set_key(&options);
	if (status == SEEPCTL_OK && !replay_lists_open(&options))
		status = SEEPCTL_WRONG;
	if (status == SEEPCTL_OK && !replay_do(&replay, &options)) {
		status = SEEPCTL_WRONG;
	} else if (status == SEEPCTL_OK) {
		status = report(&replay);
		replay_release(&replay);
	}
	replay_options_release(&options);
	return status;
}
