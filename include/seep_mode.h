/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Seep is doing as a whole, and why it passes everything when it does;
 * the numbers are those of the gauges seep.mode and seep.passthrough.
 */
#ifndef SEEP_MODE_H
#define SEEP_MODE_H

enum seep_mode {
	SEEP_MODE_PASSTHROUGH = 0, /* nothing is metered */
	SEEP_MODE_LEARNING = 1,    /* metered; nothing is refused yet */
	SEEP_MODE_FLAG = 2,        /* metered; `action: flag` */
	SEEP_MODE_GUARD = 3,       /* metered and refused */
};

enum seep_passthrough {
	SEEP_PASSTHROUGH_NO = 0,
	SEEP_PASSTHROUGH_BUILD = 1,  /* built for another Unbound */
	SEEP_PASSTHROUGH_CONF = 2,   /* seep.conf cannot be used */
	SEEP_PASSTHROUGH_MEMORY = 3, /* memory-size is not to be had */
	SEEP_PASSTHROUGH_SYSTEM = 4, /* no randomness or suffix list */
};

#endif
