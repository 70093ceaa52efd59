/* SPDX-License-Identifier: BSD-3-Clause */
/* RR types and response codes by name; the rows are in seep_rr.def. */
#ifndef SEEP_RR_H
#define SEEP_RR_H

enum {
#define SEEP_RR_TYPE(name, word, number) SEEP_TYPE_##name = (number),
#include "seep_rr.def"
};

enum {
#define SEEP_RR_RCODE(name, word, number) SEEP_RCODE_##name = (number),
#include "seep_rr.def"
};

#endif
