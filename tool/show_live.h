/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl show, of a running Seep. */
#ifndef SEEPCTL_SHOW_LIVE_H
#define SEEPCTL_SHOW_LIVE_H

#include "control.h"

/*
 * Shows the user, network or domain (KIND) that WHICH names, without blanks in it. Returns what to
 * exit with.
 */
int show_live(const struct control_options *options, const char *kind, const char *which);

#endif
