/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options by their types: what conf.c and conf_option.c share. conf.h declares the rest of
 * conf_option.c.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_CONF_OPTION_H
#define SEEP_CONF_OPTION_H

#include "conf/conf.h"
#include "conf/conf_lines.h"

/*
 * Sets OPTION in CONF to VALUE, or adds VALUE to a list. A file is noted with READER's line.
 * Returns SEEP_CONF_OK, or SEEP_CONF_BAD with READER's error filled in.
 */
enum seep_conf_status seep_option_set(struct seep_conf *conf, const struct seep_option *option,
				      const char *value, const struct seep_conf_reader *reader);

/*
 * Notes in CONF the domain of OPTION's line, VALUE, where it has one. Returns SEEP_CONF_BAD with
 * READER's error without memory.
 */
enum seep_conf_status seep_option_note(struct seep_conf *conf, const struct seep_option *option,
				       const char *value, const struct seep_conf_reader *reader);

/* Frees what OPTION's field of CONF owns, and leaves the field as it is. */
void seep_option_release(struct seep_conf *conf, const struct seep_option *option);

#endif
