/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The form in which a label with letters outside ASCII travels: "xn--" and its Punycode, RFC 3492.
 * The label has to be as IDNA wants it already, in lower case and NFC.
 * Threads: any.
 */
#ifndef SEEP_PUNYCODE_H
#define SEEP_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes the label of LENGTH bytes of UTF-8 TEXT to LABEL in wire form, its length byte first.
 * Returns the length, or 0 if TEXT is no UTF-8 or the label would have more than 63 bytes.
 */
size_t seep_punycode_label(uint8_t label[64], const char *text, size_t length);

#endif
