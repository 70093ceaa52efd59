/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words in which the engine answers: the outcome, the meter that caused it, and what kind of
 * charge the name got.
 */
#ifndef SEEP_VERDICT_H
#define SEEP_VERDICT_H

#include <stdint.h>

/* What becomes of a query, weakest first. */
enum seep_outcome {
	SEEP_PASS,
	SEEP_FLAG,         /* passes; its meter is above flag-at */
	SEEP_WOULD_REFUSE, /* passes: Seep learns or flags, or no budget fits */
	SEEP_REFUSE,
};

/* The meter that a verdict names. */
enum seep_meter {
	SEEP_METER_NONE,
	SEEP_METER_USER,
	SEEP_METER_NETWORK,
	SEEP_METER_DOMAIN,
	SEEP_METER_DGA,
};

/* Why a name is charged or is not; each sent name counts in exactly one. */
enum seep_class {
	SEEP_CLASS_KNOWN,     /* sent by somebody here within `memory` */
	SEEP_CLASS_CHARGED,   /* novel, or not certain to be known where a client may be guessing */
	SEEP_CLASS_INTERNAL,  /* stub or forward zone on a private address */
	SEEP_CLASS_ALLOWED,   /* below an allow-domain or the like, or a domain-policy ignores it */
	SEEP_CLASS_EXEMPT,    /* asked by an exempt-user, or by one whom a policy ignores */
	SEEP_CLASS_UNPROVEN,  /* asked from an address that may be forged; spoofable: no-meter */
	SEEP_CLASS_UNTRACKED, /* no entry of its own: metered on the shared one */
	SEEP_CLASS_COUNT
};

struct seep_verdict {
	enum seep_outcome outcome;
	enum seep_meter meter; /* SEEP_METER_NONE with SEEP_PASS only */
};

#endif
