/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records of users, networks and domains, as they come out of a state file: a key, and the struct
 * that the engine has in its table.
 *
 * A file may be damaged in ways that its checksums do not show, or made up. So each field is
 * brought into its range, or the record is dropped; a field that is added to one of
 * these structs is mended here as well. Pure functions; threads: any.
 */
#ifndef SEEP_RECORD_H
#define SEEP_RECORD_H

#include "state/reader.h"

struct user; /* engine/internal.h */
struct domain;
struct network;

/* How saved times become times of now. */
struct seep_record_times {
	int64_t shift_s; /* they are moved by this, and to NOW_S at most */
	uint64_t now_s;
};

/* Why this Seep cannot use the records of such a file. */
enum seep_state_fault seep_record_fault(const struct seep_state_header *header);

/* As seep_state_verify; DAMAGED as well if this Seep cannot use the records. */
enum seep_state_opened seep_record_verify(struct seep_state_reader *reader, const char *path);

/* The key of the record at FROM. */
uint64_t seep_record_key(const void *from);

/* Of users before sequences and shapes were kept, and of domains before habits were: what came
 * later is all zero then. */
#define SEEP_RECORD_USER_FIRST_BYTES   928
#define SEEP_RECORD_DOMAIN_FIRST_BYTES 248

/* Of networks. */
#define SEEP_RECORD_NETWORK_BYTES 200

/*
 * Copies the record of BYTES bytes at FROM and mends it; false if it is no user, or the shared one.
 */
bool seep_record_user(struct user *user, const void *from, size_t bytes,
		      const struct seep_record_times *times);
void seep_record_domain(struct domain *domain, const void *from, size_t bytes,
			const struct seep_record_times *times);
/* As with users. */
bool seep_record_network(struct network *network, const void *from,
			 const struct seep_record_times *times);

#endif
