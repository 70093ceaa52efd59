/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A response policy zone as text, in master file format: who loads it answers NXDOMAIN for each of
 * its domains and all names below.
 *
 *     ; Seep's response policy zone ...
 *     $TTL 60
 *     @ SOA localhost. seep.invalid. 1764150000 60 30 604800 60
 *     @ NS localhost.
 *     tunnel.com CNAME .
 *     *.tunnel.com CNAME .
 *
 * Names are relative, so the zone may have any name. The serial is that of RFC 1982.
 *
 * Source: draft-vixie-dnsop-dns-rpz-00, 3 and 4.1.1; RFC 1035, 5.1.
 * Threads: nothing is shared.
 */
#ifndef SEEP_RPZ_TEXT_H
#define SEEP_RPZ_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

/* What each zone of Seep's begins with. */
#define SEEP_RPZ_HEAD "; Seep's response policy zone: "

/* Bytes of text that no zone of DOMAINS domains needs more than; a byte of a name takes four. */
#define SEEP_RPZ_TEXT_BYTES(domains) (512 + (size_t)(domains)*2 * (4 * SEEP_DOMAIN_TEXT_BYTES + 16))

/*
 * Can the DOMAIN be a trigger? Not if one of its labels is "*", which would be a wildcard, or if it
 * ends in a label that is no name's in such a zone, as "rpz-ip".
 */
bool seep_rpz_can_name(const uint8_t *domain);

/*
 * Writes the zone of SPENT, each of which can be named, with SERIAL to TEXT of
 * SEEP_RPZ_TEXT_BYTES(SPENT's count) bytes. Returns how many it used; no NUL follows.
 */
size_t seep_rpz_text(char *text, const struct seep_spent *spent, uint32_t serial);

/*
 * Reads the serial of the zone that TEXT, with a NUL at its end, begins with. Returns false if it
 * is no zone of Seep's.
 */
bool seep_rpz_serial_of(const char *text, uint32_t *serial);

/* Returns the serial after LAST, at NOW_S: the time, or the next one if that is not later. */
uint32_t seep_rpz_next_serial(uint32_t last, uint64_t now_s);

#endif
