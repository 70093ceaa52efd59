/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's explain: what a name costs, piece by piece, and what would become of it. */
#include "control/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "engine/explain.h"
#include "meter/habit.h"
#include "seep_rr.h"

/* A piece in words has at most a label, escaped, and a sentence. */
#define WORDS_SIZE 512

static const char *const class_words[SEEP_CLASS_COUNT] = {
	[SEEP_CLASS_KNOWN] = "known",         [SEEP_CLASS_CHARGED] = "novel",
	[SEEP_CLASS_INTERNAL] = "internal",   [SEEP_CLASS_ALLOWED] = "allowed",
	[SEEP_CLASS_EXEMPT] = "exempt",       [SEEP_CLASS_UNPROVEN] = "unproven",
	[SEEP_CLASS_UNTRACKED] = "untracked",
};

/* Why a class is never charged. */
static const char *const class_reasons[SEEP_CLASS_COUNT] = {
	[SEEP_CLASS_INTERNAL] = "it is in a zone of this organisation",
	[SEEP_CLASS_ALLOWED] =
		"an allow-domain, a name of an allow-list, a domain-policy, or what allow let "
		"pass, covers it",
	[SEEP_CLASS_EXEMPT] = "an exempt-user or a policy covers the client",
	[SEEP_CLASS_UNPROVEN] = "the client's address may be forged",
	[SEEP_CLASS_UNTRACKED] = "it has no domain that is registered by anybody",
};

/* What says that nothing is refused. */
static const char *const rule_reasons[] = {
	[SEEP_RULE_VITAL] = "the domain is vital",
	[SEEP_RULE_DOMAIN_POLICY] = "of a domain-policy",
	[SEEP_RULE_POLICY] = "of a policy of the client",
	[SEEP_RULE_ACTION] = "of action: flag",
};

static const char *const outcome_words[] = {
	[SEEP_PASS] = "pass",
	[SEEP_FLAG] = "flag",
	[SEEP_WOULD_REFUSE] = "would_refuse",
	[SEEP_REFUSE] = "refuse",
};

static const char *const piece_words[] = {
	[SEEP_PIECE_TYPE] = "type",       [SEEP_PIECE_FLAG] = "flag",
	[SEEP_PIECE_ADDRESS] = "address", [SEEP_PIECE_SHAPE] = "shape",
	[SEEP_PIECE_LABEL] = "label",     [SEEP_PIECE_DOMAIN] = "domain",
	[SEEP_PIECE_NEW] = "new",         [SEEP_PIECE_USED] = "used",
	[SEEP_PIECE_NOVEL] = "novel",     [SEEP_PIECE_KNOWN] = "known",
	[SEEP_PIECE_LAST] = "last",       [SEEP_PIECE_CHOICE] = "choice",
	[SEEP_PIECE_ORDER] = "order",
};

static const char *const code_words[SEEP_CODES] = {
	[SEEP_CODE_NONE] = "none",       [SEEP_CODE_SHARED] = "shared",
	[SEEP_CODE_MODEL] = "model",     [SEEP_CODE_FLAT] = "flat",
	[SEEP_CODE_HEX] = "hexadecimal", [SEEP_CODE_DECIMAL] = "decimal",
	[SEEP_CODE_BYTES] = "bytes",
};

/* How a code writes a label. */
static const char *const code_texts[SEEP_CODES] = {
	[SEEP_CODE_NONE] = "not at all",
	[SEEP_CODE_SHARED] = "by its share among the labels that domains share here",
	[SEEP_CODE_MODEL] = "letter by letter, as host names are made",
	[SEEP_CODE_FLAT] = "as characters that might be any of 38",
	[SEEP_CODE_HEX] = "as hexadecimal digits",
	[SEEP_CODE_DECIMAL] = "as decimal digits",
	[SEEP_CODE_BYTES] = "as bytes that might be any",
};

/* What is asked. */
struct question {
	const struct seep_control_call *call;
	struct seep_observation observation;
	uint8_t name[SEEP_NAME_MAX_BYTES];
	bool has_client;
};

static void label_text(const struct seep_explanation *explanation, unsigned at, char text[300])
{
	const uint8_t *label = explanation->name.bytes + at;
	uint8_t wire[65] = { label[0] };

	memcpy(wire + 1, label + 1, label[0]);
	seep_name_print(text, 300, wire, (size_t)label[0] + 2);
}

/* A piece in words. */
static void piece_text(const struct seep_explanation *explanation, const struct seep_piece *piece,
		       char text[WORDS_SIZE])
{
	static const char *const texts[] = {
		[SEEP_PIECE_TYPE] = "the type of the query, by how usual it is",
		[SEEP_PIECE_FLAG] =
			"whether the CD flag is set, as this client usually does or not",
		[SEEP_PIECE_ADDRESS] = "whether the name begins with an address, and which",
		[SEEP_PIECE_SHAPE] = "that it is written like no name of late of this client",
		[SEEP_PIECE_LABEL] = NULL,
		[SEEP_PIECE_DOMAIN] = "whether it is the domain of the client's last name",
		[SEEP_PIECE_NEW] = "which of all domains: nobody here used this one yet",
		[SEEP_PIECE_USED] = "which of the client's domains",
		[SEEP_PIECE_NOVEL] = "that it is a name that nobody here sent",
		[SEEP_PIECE_KNOWN] = "which of the known names, and its type",
		[SEEP_PIECE_LAST] = "the client's last name there again",
		[SEEP_PIECE_CHOICE] = "which of the domain's known names",
		[SEEP_PIECE_ORDER] = NULL,
	};
	char label[300];

	if (piece->kind == SEEP_PIECE_LABEL) {
		label_text(explanation, piece->label_at, label);
		snprintf(text, WORDS_SIZE, "label %s, %s", label, code_texts[piece->code]);
	} else if (piece->kind == SEEP_PIECE_ORDER) {
		snprintf(text, WORDS_SIZE, "%s",
			 piece->mbit < 0 ? "saved, for it follows what the client sent before"
					 : "that it does not follow what the client sent before");
	} else if (piece->kind == SEEP_PIECE_SHAPE && piece->code != SEEP_CODE_NONE) {
		snprintf(text, WORDS_SIZE, "that it is written like a name of late of this client");
	} else {
		snprintf(text, WORDS_SIZE, "%s", texts[piece->kind]);
	}
}

static void write_pieces(struct seep_control_answer *answer,
			 const struct seep_explanation *explanation)
{
	char text[WORDS_SIZE];

	seep_control_open(answer, "pieces", '[');
	for (unsigned at = 0; at < explanation->pieces.count; at++) {
		const struct seep_piece *piece = &explanation->pieces.list[at];

		if (!seep_control_has_room(answer))
			break;
		seep_control_open(answer, NULL, '{');
		seep_control_text(answer, "piece", piece_words[piece->kind]);
		if (piece->kind == SEEP_PIECE_LABEL) {
			label_text(explanation, piece->label_at, text);
			seep_control_text(answer, "label", text);
			seep_control_text(answer, "code", code_words[piece->code]);
		}
		seep_control_bits(answer, "bits", piece->mbit);
		piece_text(explanation, piece, text);
		seep_control_text(answer, "text", text);
		seep_control_close(answer, '}');
	}
	seep_control_close(answer, ']');
}

static void write_meter(struct seep_control_answer *answer, const char *key,
			const struct seep_explained_meter *meter)
{
	seep_control_open(answer, key, '{');
	seep_control_bool(answer, "is_there", meter->is_there);
	seep_control_bytes(answer, "level_bytes", meter->level_mbit);
	seep_control_bytes(answer, "budget_bytes", meter->budget_mbit);
	seep_control_bytes(answer, "charge_bytes", meter->charge_mbit);
	seep_control_text(answer, "outcome", outcome_words[meter->outcome]);
	seep_control_close(answer, '}');
}

/* Which share of the price falls on the client, and why. */
static void share_text(const struct seep_explanation *explanation, char text[WORDS_SIZE])
{
	const char *users = explanation->users == 1 ? "user" : "users";

	if (explanation->is_habit && !explanation->is_rare)
		snprintf(text, WORDS_SIZE,
			 "many use the domain (%" PRIu64 " %s), and this is within what they "
			 "usually send there: the price is divided by them, and no budget speaks "
			 "against it",
			 explanation->users, users);
	else if (!explanation->is_rare)
		snprintf(text, WORDS_SIZE,
			 "many use the domain (%" PRIu64 " %s), but this client sends more there "
			 "than is usual: all of the price falls on it",
			 explanation->users, users);
	else if (explanation->is_service)
		snprintf(text, WORDS_SIZE,
			 "few use the domain (%" PRIu64 " %s, up to %" PRIu64 " are few), but they "
			 "send like amounts, as to a service: the price is divided by four",
			 explanation->users, users, explanation->few);
	else
		snprintf(text, WORDS_SIZE,
			 "few use the domain (%" PRIu64 " %s, up to %" PRIu64 " are few)%s: the "
			 "price is divided by its users, by four at most, and the domain has a "
			 "meter, too",
			 explanation->users, users, explanation->few,
			 explanation->listed > explanation->users
				 ? "; a common-list has it, which counts for more"
				 : "");
}

/* What would become of it, and why. */
static void outcome_text(const struct question *question,
			 const struct seep_explanation *explanation, char text[WORDS_SIZE])
{
	const char *meter = seep_control_meters[explanation->verdict.meter];

	if (!explanation->is_charged) {
		snprintf(text, WORDS_SIZE, "it would be sent, and cost nothing: %s",
			 class_reasons[explanation->class]);
		return;
	}
	switch (explanation->verdict.outcome) {
	case SEEP_PASS:
		snprintf(text, WORDS_SIZE, "it would be sent");
		return;
	case SEEP_FLAG:
		snprintf(text, WORDS_SIZE, "it would be sent, and the meter of the %s flagged",
			 meter);
		return;
	case SEEP_WOULD_REFUSE:
		snprintf(text, WORDS_SIZE,
			 "it would be sent, but only because %s: the meter of the %s is spent",
			 explanation->is_crowd                     ? "no budget fits the client"
			 : explanation->mode == SEEP_MODE_LEARNING ? "Seep is learning"
			 : explanation->mode == SEEP_MODE_FLAG     ? rule_reasons[explanation->rule]
								   : "no budget fits its network",
			 meter);
		return;
	case SEEP_REFUSE:
		break;
	}
	snprintf(text, WORDS_SIZE, "it would be refused%s, by the meter of the %s%s",
		 seep_look_has_stale(question->call->source->engine)
			 ? ", or answered with what the cache still has"
			 : "",
		 meter,
		 explanation->verdict.meter == SEEP_METER_NETWORK
			 ? explanation->is_newcomer ? ", the one for newcomers"
						    : ", the one for established users"
		 : explanation->verdict.meter == SEEP_METER_DGA
			 ? ": the client looks for generated domains"
			 : "");
}

static void write_charged(struct seep_control_answer *answer,
			  const struct seep_explanation *explanation)
{
	char text[WORDS_SIZE];

	write_pieces(answer, explanation);
	seep_control_bits(answer, "price_bits", (int64_t)explanation->price_mbit);
	seep_control_bits(answer, "charge_bits", (int64_t)explanation->user_charge_mbit);
	seep_control_bool(answer, "rare", explanation->is_rare);
	seep_control_number(answer, "users", explanation->users);
	seep_control_number(answer, "few", explanation->few);
	seep_control_number(answer, "listed", explanation->listed);
	seep_control_bool(answer, "service", explanation->is_service);
	seep_control_bool(answer, "within_habit", explanation->is_habit);
	if (explanation->habit_mbit) {
		seep_control_bytes(answer, "sent_there_bytes", explanation->pair_mbit);
		seep_control_bytes(answer, "may_send_there_bytes", explanation->habit_mbit);
	}
	share_text(explanation, text);
	seep_control_text(answer, "share_text", text);
	seep_control_bool(answer, "doubted", explanation->is_doubted);
	seep_control_bool(answer, "counts", explanation->is_counted);
	seep_control_bool(answer, "newcomer", explanation->is_newcomer);
	seep_control_bool(answer, "crowd", explanation->is_crowd);
	seep_control_open(answer, "meters", '{');
	write_meter(answer, "user", &explanation->user);
	write_meter(answer, "network", &explanation->network);
	write_meter(answer, "domain", &explanation->domain);
	seep_control_close(answer, '}');
}

static void write_subject(const struct question *question,
			  const struct seep_explanation *explanation)
{
	struct seep_control_answer *answer = question->call->answer;
	const struct seep_name *name = &explanation->name;
	char text[4 * SEEP_NAME_MAX_BYTES + 4];

	seep_name_print(text, sizeof(text), question->observation.name,
			question->observation.name_size);
	seep_control_text(answer, "name", text);
	seep_control_type(question->call, "type", question->observation.type);
	if (question->has_client)
		seep_control_text(answer, "client", question->call->words[3]);
	else
		seep_control_null(answer, "client");
	if (name->size && name->domain_at < name->size) {
		seep_name_print(text, sizeof(text), name->bytes + name->domain_at,
				(size_t)name->size - name->domain_at);
		seep_control_text(answer, "domain", text);
	} else {
		seep_control_null(answer, "domain");
	}
	seep_control_text(answer, "class", class_words[explanation->class]);
}

static void write_all(const struct question *question, const struct seep_explanation *explanation)
{
	struct seep_control_answer *answer = question->call->answer;
	char text[WORDS_SIZE];

	seep_control_open(answer, NULL, '{');
	write_subject(question, explanation);
	if (explanation->is_charged)
		write_charged(answer, explanation);
	seep_control_text(answer, "outcome", outcome_words[explanation->verdict.outcome]);
	seep_control_text(answer, "meter", seep_control_meters[explanation->verdict.meter]);
	outcome_text(question, explanation, text);
	seep_control_text(answer, "outcome_text", text);
	seep_control_close(answer, '}');
}

/* A type by its mnemonic, as TYPE and a number, or as a number. */
static bool read_type(const struct seep_control_call *call, const char *word, uint16_t *type)
{
	const char *digits = strncasecmp(word, "TYPE", 4) == 0 ? word + 4 : word;
	char *end;
	unsigned long number = strtoul(digits, &end, 10);

#define SEEP_RR_TYPE(name, text, number)     \
	if (strcasecmp(word, (text)) == 0) { \
		*type = (number);            \
		return true;                 \
	}
#include "seep_rr.def"
	if (*digits >= '0' && *digits <= '9' && !*end && number <= UINT16_MAX) {
		*type = (uint16_t)number;
		return true;
	}
	seep_control_fail(call, "%s: not a type such as A, TXT or TYPE65", word);
	return false;
}

void seep_control_explain(const struct seep_control_call *call)
{
	struct seep_explanation explanation;
	struct question question = {
		.call = call,
		.observation = { .client = { .size_bytes = 4 },
				 .type = SEEP_TYPE_A,
				 .qclass = SEEP_QCLASS_IN,
				 .is_proven = true,
				 .when_ms = call->now.when_ms },
		.has_client = call->count > 3,
	};

	question.observation.name = question.name;
	if (!seep_control_name(call, call->words[1], question.name,
			       &question.observation.name_size))
		return;
	if (call->count > 2 && !read_type(call, call->words[2], &question.observation.type))
		return;
	if (question.has_client &&
	    !seep_control_address(call, call->words[3], &question.observation.client))
		return;
	seep_engine_explain(call->source->engine, &question.observation, &explanation);
	write_all(&question, &explanation);
}
