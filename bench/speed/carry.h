/* SPDX-License-Identifier: BSD-3-Clause */
/* Carries questions to the resolver and answers back: datagrams, or a TCP connection a user. */
#ifndef SPEED_CARRY_H
#define SPEED_CARRY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "question.h"

#define CARRY_BATCH 64 /* questions of one call */

struct carry;

struct carry_question {
	uint32_t user;
	size_t size;
	uint8_t wire[QUESTION_MOST_BYTES];
};

/* What is done with an answer. */
typedef void carry_take(void *context, uint16_t id, uint8_t rcode);

/* Where nothing can be opened the program ends. CONNECTIONS: 0 for datagrams. */
struct carry *carry_open(const struct sockaddr_in *server, uint32_t connections);
void carry_close(struct carry *carry);

/* Sends COUNT questions, at most CARRY_BATCH, each from its user's address. */
void carry_send(struct carry *carry, struct carry_question *questions, size_t count);

/* Gives TAKE the answers that are there; waits for the first of them no longer than WAIT_NS. */
void carry_receive(struct carry *carry, uint64_t wait_ns, carry_take *take, void *context);

#endif
