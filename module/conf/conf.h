/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep.conf: the options of include/seep_options.def as a struct, read from a file.
 *
 * The syntax is Unbound's: one `name: value` a line, and an optional `seep:` line. A comment starts
 * with `#`, at a line's start or after a blank. A value is bare, or in double or single quotes; a
 * backslash stays as it is. Lines end in LF or CRLF. An option that is no list stands at most once.
 * The value "" adds nothing to a list. A policy's value is several words. A line `include: PATTERN`
 * stands for the lines of other files; conf_include.h says of which.
 *
 * Threads: nothing is shared. Called at start only: files are read whole, memory is allocated.
 */
#ifndef SEEP_CONF_H
#define SEEP_CONF_H

#include "conf/policy.h"
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
/* The most words of a choice, and a NULL after them. */
#define SEEP_CONF_WORDS         4

/* The place of each option in seep_options, by its field; their number. */
enum seep_option_at {
#define SEEP_OPTION(type, field, ...) SEEP_OPTION_AT_##field,
#include "seep_options.def"
	SEEP_OPTION_COUNT
};

/* Files that an option names, in the order given; lists.h reads them. */
struct seep_conf_files {
	size_t count;
	struct seep_conf_file {
		const char *file;   /* that has the line, if seep.conf includes it; or NULL */
		unsigned long line; /* of seep.conf or of FILE; 0: of neither */
		char path[SEEP_PATH_SIZE];
	} files[];
};

/* The lines with a domain, for who looks at what they say; in the order given. */
struct seep_conf_domains {
	size_t count;
	struct seep_conf_domain {
		const struct seep_option *option;
		const char *file;   /* that has the line, if seep.conf includes it; or NULL */
		unsigned long line; /* of seep.conf or of FILE; 0: of neither */
		size_t size;        /* of the name, in wire form */
		uint8_t wire[SEEP_NAME_MAX_BYTES];
	} each[];
};

/* What a field of each type is. */
#define SEEP_FIELD_size(field)            uint64_t field;
#define SEEP_FIELD_auto_size(field)       uint64_t field;
#define SEEP_FIELD_duration(field)        uint64_t field;
#define SEEP_FIELD_number(field)          uint64_t field;
#define SEEP_FIELD_percent(field)         uint64_t field;
#define SEEP_FIELD_yesno(field)           bool field;
#define SEEP_FIELD_choice(field)          unsigned field;
#define SEEP_FIELD_group(field)           char field[SEEP_GROUP_SIZE];
#define SEEP_FIELD_path(field)            char field[SEEP_PATH_SIZE];
#define SEEP_FIELD_interface(field)       char field[SEEP_INTERFACE_SIZE];
#define SEEP_FIELD_event_log(field)       char field[SEEP_PATH_SIZE];
#define SEEP_FIELD_netblocks(field)       struct seep_netblocks *field;
#define SEEP_FIELD_users(field)           struct seep_netblocks *field;
#define SEEP_FIELD_domains(field)         struct seep_subtrees *field;
#define SEEP_FIELD_domain_files(field)    struct seep_conf_files *field;
#define SEEP_FIELD_policies(field)        struct seep_policies *field;
#define SEEP_FIELD_domain_policies(field) struct seep_domain_policies *field;

struct seep_conf {
	/* Of seep.conf or of the file below, where each option stands last; 0: nowhere. */
	unsigned long lines[SEEP_OPTION_COUNT];
	const char *files[SEEP_OPTION_COUNT]; /* where seep.conf includes the file; or NULL */
	struct seep_conf_names *included;     /* of conf_include.h: owns what `file` points to */
	struct seep_conf_domains *domains;    /* that options of that type have; NULL: none */
#define SEEP_OPTION(type, field, ...) SEEP_FIELD_##type(field)
#include "seep_options.def"
};

/* What all options of one type share; conf_option.c has them. */
struct seep_option_type;
/* Those that a program may use for options of its own. */
extern const struct seep_option_type seep_option_type_duration, seep_option_type_number,
	seep_option_type_path;

/* A row of the table, for the parser, the manual and seepctl. */
struct seep_option {
	const struct seep_option_type *type;
	size_t offset;            /* of the field in struct seep_conf */
	size_t size;              /* of the field, bytes */
	const char *name;         /* as in seep.conf */
	const char *default_text; /* as in seep.conf; "" for none */
	uint64_t min, max;        /* of a number, both included; max is 0 for all other types */
	const char *words[SEEP_CONF_WORDS]; /* of a choice, by value; then NULL */
	const char *noun;                   /* for a value; NULL: the type's */
	const char *unit;                   /* for the manual; NULL: the type says it */
	const char *text;                   /* for the manual */
};

extern const struct seep_option seep_options[SEEP_OPTION_COUNT];

/* Returns the option called NAME, or NULL. */
const struct seep_option *seep_option_find(const char *name);

/*
 * Reads the digits of VALUE, and the unit if OPTION's type has any, to NUMBER. OPTION says the
 * range. Returns NULL, or why it is no such number, such as "is out of range".
 */
const char *seep_option_number(const struct seep_option *option, const char *value,
			       uint64_t *number);

/* Whether OPTION's line may stand more than once. */
bool seep_option_is_list(const struct seep_option *option);

/* Whether a value of OPTION is several words, with one blank between each in a string. */
bool seep_option_takes_words(const struct seep_option *option);

/* Writes what OPTION expects, "a size from 16 to 1g", to TEXT of SEEP_CONF_EXPECTED_SIZE bytes. */
void seep_option_expected(const struct seep_option *option, char *text);

/* Writes what the manual calls a value of OPTION, "size", to TEXT of the same size. */
void seep_option_placeholder(const struct seep_option *option, char *text);

enum seep_conf_status {
	SEEP_CONF_OK,
	SEEP_CONF_MISSING, /* there is no such file; CONF holds the defaults */
	SEEP_CONF_BAD,     /* see the error; CONF holds the defaults */
};

/* Printable ASCII only: other bytes of the file and of paths stand as \DDD. */
struct seep_conf_error {
	char file[256];     /* seep.conf or a list; a longer path is cut, and ends in "..." */
	unsigned long line; /* from 1; 0 if it is not about a line */
	char text[256];     /* what is wrong */
	char expected[256]; /* what was expected instead; "" where nothing else could help */
};

/* Sets every option of CONF to its default. What CONF held is not released. */
void seep_conf_defaults(struct seep_conf *conf);

/*
 * Sets OPTION in CONF to VALUE, a string as it would be written in seep.conf, but without quotes. A
 * list gains VALUE. CONF is set up already, and is no longer said to have the option from a line of
 * a file. Returns SEEP_CONF_OK, or SEEP_CONF_BAD: then ERROR has text and expected, no file and no
 * line, and OPTION is as before or in range.
 */
enum seep_conf_status seep_conf_set(struct seep_conf *conf, const struct seep_option *option,
				    const char *value, struct seep_conf_error *error);

/*
 * Reads the file at PATH into CONF, with those that it includes; the lists that it names are left
 * to lists.h. What CONF held is not released; seep_conf_release belongs after every status. ERROR
 * is written unless OK is returned.
 */
enum seep_conf_status seep_conf_load(struct seep_conf *conf, const char *path,
				     struct seep_conf_error *error);

/*
 * The same from SIZE bytes of TEXT, which errors call NAME, and which includes as if it stood in a
 * file there. MISSING is not returned.
 */
enum seep_conf_status seep_conf_parse(struct seep_conf *conf, const char *text, size_t size,
				      const char *name, struct seep_conf_error *error);

/* Frees the lists, and leaves the defaults. */
void seep_conf_release(struct seep_conf *conf);

/*
 * Writes "FILE:LINE: TEXT: expected EXPECTED", as far as there is each, to TEXT of
 * SEEP_CONF_ERROR_SIZE bytes.
 */
void seep_conf_error_format(const struct seep_conf_error *error, char *text);

#endif
