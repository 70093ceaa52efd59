/* SPDX-License-Identifier: BSD-3-Clause */
/* What the reports share. */
#ifndef DETECT_REPORT_H
#define DETECT_REPORT_H

#include "lab.h"

/* Payload of case I that method M let out; of a file, no more than all of it. */
double report_bytes(const struct lab *lab, size_t i, unsigned m);
/* Bytes in four digits, with k, M, G above 9999. */
void report_print_bytes(char *text, size_t size, double bytes);

/* The table of aims: report_aims.c. */
void report_aims(const struct lab *lab, FILE *file);

#endif
