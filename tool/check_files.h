/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the files that a seep.conf has Seep write can be there, and the group that may connect:
 * for seepctl check-conf.
 */
#ifndef SEEP_CHECK_FILES_H
#define SEEP_CHECK_FILES_H

#include <stdbool.h>

#include "conf/conf.h"

/*
 * Looks at state-file, rpz-file, control-socket, event-log and control-group as far as CONF, which
 * FILE is called, has a line for each. Prints FILE:LINE and what is wrong to standard error. What
 * this machine lacks, a directory or a group, is a warning: Unbound may run on another one, or in a
 * chroot. Returns false for what can be nowhere: a path that is too long for a socket, and one file
 * that is to be two.
 */
bool check_files(const struct seep_conf *conf, const char *file);

#endif
