/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An address with a port, as Unbound writes them: "127.0.0.1@8954", "2001:db8::1@8954". It is an
 * address and no name: nothing is looked up.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_CONF_INTERFACE_H
#define SEEP_CONF_INTERFACE_H

#include <stdbool.h>
#include <sys/socket.h>

/* Holds any address as text, with the NUL. */
#define SEEP_INTERFACE_ADDRESS_SIZE 46

struct seep_interface {
	struct sockaddr_storage address;
	socklen_t size;
};

/* Who can reach what listens there. */
enum seep_interface_reach {
	SEEP_INTERFACE_LOOPBACK,  /* who is on this machine */
	SEEP_INTERFACE_ADDRESS,   /* who can send to that address */
	SEEP_INTERFACE_EVERYWHERE /* who can send to any address of this machine */
};

/*
 * Reads TEXT. A port is from 1 to 65535. Returns NULL, or why it is none, such as "has no port":
 * then INTERFACE is undefined.
 */
const char *seep_interface_parse(struct seep_interface *interface, const char *text);

enum seep_interface_reach seep_interface_reach(const struct seep_interface *interface);

/* Writes the address without its port to TEXT of SEEP_INTERFACE_ADDRESS_SIZE bytes. */
void seep_interface_address(const struct seep_interface *interface, char *text);

#endif
