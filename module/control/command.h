/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of the control socket: each is one row of the table in answer.c, and a function in a
 * file of what it is about.
 */
#ifndef SEEP_CONTROL_COMMAND_H
#define SEEP_CONTROL_COMMAND_H

#include "control/answer.h"
#include "engine/look.h"

/* A command's most words, its own among them. */
#define SEEP_CONTROL_WORDS 96

/* What a command gets. */
struct seep_control_call {
	const struct seep_control_source *source;
	const struct seep_control_request *request;
	struct seep_counters *base;
	struct seep_control_answer *answer;
	struct seep_state_tick now;
	unsigned count;                        /* of words */
	const char *words[SEEP_CONTROL_WORDS]; /* printable; the first is the command */
};

struct seep_control_command {
	const char *name;
	const char *arguments; /* for help; "" for none */
	unsigned least, most;  /* arguments */
	bool needs_engine;     /* without one, an error says why everything passes */
	void (*run)(const struct seep_control_call *call);
	const char *text; /* one line, for help */
};

/* Answers that the command could not be done; PROBLEM says why, and what to do. */
__attribute__((format(printf, 2, 3))) void seep_control_fail(const struct seep_control_call *call,
							     const char *format, ...);

/* The statistics as of now; without an engine those of one that passes everything. */
void seep_control_statistics(const struct seep_control_call *call,
			     struct seep_statistics *statistics);

/* Writes a time of the meters' as one of the wall clock's; 0 is null. */
void seep_control_when(const struct seep_control_call *call, const char *key, uint64_t when_s);

/* What rows of a kind are called: "user", "users". */
struct seep_control_kind {
	const char *one, *many;
};
extern const struct seep_control_kind seep_control_kinds[SEEP_LOOK_KINDS];
/* Either of a kind's words. */
bool seep_control_find_kind(const char *word, enum seep_look_kind *kind);

/* Reads "02:00:5e:00:53:01@192.0.2.0", with any address of the network; false if it is none. */
bool seep_control_mac(const struct seep_control_call *call, const char *text,
		      struct seep_address *address);

/* Read a word; false, having answered why it is none. */
bool seep_control_address(const struct seep_control_call *call, const char *text,
			  struct seep_address *address);
bool seep_control_name(const struct seep_control_call *call, const char *text,
		       uint8_t name[SEEP_NAME_MAX_BYTES], size_t *size);

#define SEEP_CONTROL_ADDRESS_SIZE SEEP_ADDRESS_TEXT_SIZE
/* A user's or network's address, with its bits unless that is all of it. */
void seep_control_address_text(const struct seep_engine *engine, enum seep_look_kind kind,
			       const struct seep_address *address,
			       char text[SEEP_CONTROL_ADDRESS_SIZE]);

/* Writes a row as members of an object that is open. */
void seep_control_row(const struct seep_control_call *call, enum seep_look_kind kind,
		      const struct seep_view_row *row, bool is_cut);

/* Writes the mnemonic of a type, or TYPE and its number. */
void seep_control_type(const struct seep_control_call *call, const char *key, uint16_t type);
/* The word of each meter. */
extern const char *const seep_control_meters[];

/* The commands, each in a file of its name. */
void seep_control_status(const struct seep_control_call *call);
void seep_control_explain(const struct seep_control_call *call);
void seep_control_refused(const struct seep_control_call *call);
void seep_control_show(const struct seep_control_call *call);
void seep_control_top(const struct seep_control_call *call);
void seep_control_allow(const struct seep_control_call *call);
void seep_control_clear(const struct seep_control_call *call);
void seep_control_learn(const struct seep_control_call *call);

#endif
