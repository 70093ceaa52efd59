/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep.conf: the options as a struct, read from the file that include/seep_options.h describes.
 *
 * Syntax, as Unbound's: one `name: value` a line, `#` comments at a line's start or after a blank, values bare or in
 * double or single quotes (a backslash stays as it is), an optional `seep:` line. LF or CRLF. An option that is no list
 * stands at most once; the value "" adds nothing to a list.
 *
 * Threads: nothing is shared. Called at start only: files are read whole, memory is allocated.
 */
#ifndef SEEP_CONF_H
#define SEEP_CONF_H

#include "names/netblock.h"
#include "seep_options.h"
#include "names/subtree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest line of seep.conf and of a list, without its end. */
#define SEEP_CONF_LINE_MAX      4096
/* Largest seep.conf or list that is read. */
#define SEEP_CONF_FILE_MAX      (256 * SEEP_MIB)
/* Holds any error as one line of text, with the NUL. */
#define SEEP_CONF_ERROR_SIZE    1024
/* Holds what any option expects, with the NUL. */
#define SEEP_CONF_EXPECTED_SIZE 160

enum {
#define X(...) +1
	SEEP_OPTION_COUNT = SEEP_OPTIONS(X)
#undef X
};

/* Files that an option names, in the order given; lists.h reads them. */
struct seep_conf_files {
	size_t count;
	struct seep_conf_file {
		unsigned long line; /* of seep.conf */
		char path[SEEP_PATH_SIZE];
	} files[];
};

struct seep_conf {
	unsigned long lines
		[SEEP_OPTION_COUNT]; /* of seep.conf, where each option stands last; 0: nowhere */
#define SEEP_FIELD_SIZE(field)                                   uint64_t field;
#define SEEP_FIELD_AUTO_SIZE(field)                              uint64_t field;
#define SEEP_FIELD_DURATION(field)                               uint64_t field;
#define SEEP_FIELD_NUMBER(field)                                 uint64_t field;
#define SEEP_FIELD_PERCENT(field)                                uint64_t field;
#define SEEP_FIELD_YESNO(field)                                  bool field;
#define SEEP_FIELD_ACTION(field)                                 enum seep_action field;
#define SEEP_FIELD_SPOOFABLE(field)                              enum seep_spoofable field;
#define SEEP_FIELD_PATH(field)                                   char field[SEEP_PATH_SIZE];
#define SEEP_FIELD_NETBLOCKS(field)                              struct seep_netblocks *field;
#define SEEP_FIELD_DOMAINS(field)                                struct seep_subtrees *field;
#define SEEP_FIELD_DOMAIN_FILES(field)                           struct seep_conf_files *field;
#define X(field, name, type, default_text, min, max, unit, text) SEEP_FIELD_##type(field)
	SEEP_OPTIONS(X)
#undef X
};

enum seep_option_type {
	SEEP_OPTION_SIZE,
	SEEP_OPTION_AUTO_SIZE,
	SEEP_OPTION_DURATION,
	SEEP_OPTION_NUMBER,
	SEEP_OPTION_PERCENT,
	SEEP_OPTION_YESNO,
	SEEP_OPTION_ACTION,
	SEEP_OPTION_SPOOFABLE,
	SEEP_OPTION_PATH,
	SEEP_OPTION_NETBLOCKS,
	SEEP_OPTION_DOMAINS,
	SEEP_OPTION_DOMAIN_FILES,
};

/* A row of the table, for the parser, the manual and seepctl. */
struct seep_option {
	const char *name;
	enum seep_option_type type;
	size_t offset;            /* of the field in struct seep_conf */
	const char *default_text; /* "" for none */
	uint64_t min, max;        /* both included; 0, 0 where the type has no range */
	const char *unit;
	const char *text;
};

extern const struct seep_option seep_options[SEEP_OPTION_COUNT];

/* The option of that name, or NULL. */
const struct seep_option *seep_option_find(const char *name);
/* Whether the option's line may stand more than once. */
bool seep_option_is_list(const struct seep_option *option);
/* What the option expects, "a size from 16 to 1g", into text[SEEP_CONF_EXPECTED_SIZE]. */
void seep_option_expected(const struct seep_option *option, char *text);

/* The word of seep.conf for an action. */
const char *seep_conf_action_text(enum seep_action action);
/* The same for what is done with spoofable queries. */
const char *seep_conf_spoofable_text(enum seep_spoofable spoofable);

enum seep_conf_status {
	SEEP_CONF_OK,
	SEEP_CONF_MISSING, /* there is no such file; conf holds the defaults */
	SEEP_CONF_BAD,     /* see the error; conf holds the defaults */
};

/* Printable ASCII only: other bytes of the file and of paths stand as \DDD. */
struct seep_conf_error {
	char file[256];     /* seep.conf or a list; a longer path is cut, and ends in "..." */
	unsigned long line; /* from 1; 0 if it is not about a line */
	char text[256];     /* what is wrong */
	char expected[256]; /* what was expected instead; "" where nothing else could help */
};

/* Set every option to its default. What conf held is not released. */
void seep_conf_defaults(struct seep_conf *conf);

/*
 * Read the file at path; the lists that it names are left to lists.h.
 * What conf held is not released; seep_conf_release belongs after every status. error is written unless OK is returned.
 */
enum seep_conf_status seep_conf_load(struct seep_conf *conf, const char *path,
				     struct seep_conf_error *error);

/* The same, from text[0..size), which errors call name. MISSING is not returned. */
enum seep_conf_status seep_conf_parse(struct seep_conf *conf, const char *text, size_t size,
				      const char *name, struct seep_conf_error *error);

/* Free the lists, and leave the defaults. */
void seep_conf_release(struct seep_conf *conf);

/* "FILE:LINE: TEXT: expected EXPECTED", as far as there is each, into text[SEEP_CONF_ERROR_SIZE]. */
void seep_conf_error_format(const struct seep_conf_error *error, char *text);

#endif
