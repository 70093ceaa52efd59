/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the policies of a seep.conf do, in sentences, and which of them never do it: for seepctl
 * check-conf.
 */
#ifndef SEEP_CHECK_POLICIES_H
#define SEEP_CHECK_POLICIES_H

#include <stdbool.h>

#include "conf/conf.h"
#include "conf/lists.h"

/*
 * Prints a line for each policy, domain-policy and for vital to standard output; for each policy
 * that can never apply, FILE:LINE and why to standard error. Returns whether there is no such one.
 */
bool check_policies(const struct seep_conf *conf, const struct seep_lists *lists, const char *file);

#endif
