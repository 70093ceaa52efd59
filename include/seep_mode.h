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
	SEEP_PASSTHROUGH_ORDER = 5,  /* where dynlib stands in module-config it sees too little */
};

/* How the state file fares; the numbers are those of the gauge seep.state. */
enum seep_state_status {
	SEEP_STATE_NONE = 0,    /* state-file is "" */
	SEEP_STATE_KEPT = 1,    /* every second */
	SEEP_STATE_FAILING = 2, /* it cannot be written now; tried again */
	SEEP_STATE_OTHER = 3,   /* another process keeps it */
	SEEP_STATE_UNKEPT = 4,  /* it cannot be used, nor is that tried before the next start */
};

#endif
