/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a name costs: the length, in thousandths of a bit, of a code word that
 * tells it apart from all the names that could have been sent instead.
 *
 * Kraft: over all prefixes, the sum of 2^-bits is at most one, so no way of
 * putting data into names gets more out than is charged (Shannon 1948; Paxson
 * et al. 2013 bounded tunnels so, with a compressor, off-line).
 */
#ifndef SEEP_CHARGE_H
#define SEEP_CHARGE_H

#include <stddef.h>
#include <stdint.h>

#include "bits.h"
#include "name.h"

/*
 * The first name below a domain that nobody here used before: choosing among
 * the domains that one could own is an alphabet too, and 2^16 of them are
 * more than anybody registers for a tunnel.
 */
#define SEEP_CHARGE_NEW_DOMAIN_MBIT (16 * SEEP_BIT_MBIT)

/*
 * The spelled-out code of a novel prefix, one bit for an empty one.  Linear in
 * the prefix's bytes, one pass.
 */
uint64_t seep_charge_prefix(const struct seep_name *name);

/*
 * The share of CHARGE_MBIT that falls on one of USERS distinct users of a
 * domain (0 counts as 1): what everybody uses costs nobody anything.
 */
uint64_t seep_charge_weigh(uint64_t charge_mbit, uint64_t users);

#endif
