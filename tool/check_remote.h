/* SPDX-License-Identifier: BSD-3-Clause */
/* What a control-interface is: who can reach it, and whether its files are well. For check-conf. */
#ifndef SEEP_CHECK_REMOTE_H
#define SEEP_CHECK_REMOTE_H

#include <stdbool.h>

#include "conf/conf.h"

/*
 * Reads the files of the control-interface of CONF, which FILE is called, as a start does, and
 * prints to standard output who can reach it; to standard error, FILE:LINE and what is wrong.
 * Returns whether nothing is. Without one nothing is read or printed.
 */
bool check_remote(const struct seep_conf *conf, const char *file);

#endif
