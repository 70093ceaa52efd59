/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads an address with a port. */
#include "conf/interface.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* The port that TEXT is; 0 if it is none. */
static uint16_t port_of(const char *text)
{
	unsigned long port = 0;
	size_t digits = strspn(text, "0123456789");

	if (!digits || text[digits] || digits > 5)
		return 0;
	for (; *text; text++)
		port = 10 * port + (unsigned long)(*text - '0');
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

const char *seep_interface_parse(struct seep_interface *interface, const char *text)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&interface->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&interface->address;
	const char *at = strchr(text, '@');
	char address[SEEP_INTERFACE_ADDRESS_SIZE];
	uint16_t port;

	if (!at)
		return "has no port";
	port = port_of(at + 1);
	if (!port)
		return "has a port that is none from 1 to 65535";
	memset(interface, 0, sizeof(*interface));
	if ((size_t)(at - text) >= sizeof(address))
		return "is no address";
	memcpy(address, text, (size_t)(at - text));
	address[at - text] = '\0';
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		interface->size = sizeof(*v4);
	} else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		interface->size = sizeof(*v6);
	} else {
		return "is no address";
	}
	return NULL;
}

enum seep_interface_reach seep_interface_reach(const struct seep_interface *interface)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&interface->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&interface->address;
	bool is_v4 = interface->address.ss_family == AF_INET;

	if (is_v4 ? v4->sin_addr.s_addr == htonl(INADDR_ANY)
		  : IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr))
		return SEEP_INTERFACE_EVERYWHERE;
	if (is_v4 ? ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
		  : IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr))
		return SEEP_INTERFACE_LOOPBACK;
	return SEEP_INTERFACE_ADDRESS;
}

void seep_interface_address(const struct seep_interface *interface, char *text)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&interface->address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&interface->address;
	const void *from = &v6->sin6_addr;

	if (interface->address.ss_family == AF_INET)
		from = &v4->sin_addr;
	if (!inet_ntop(interface->address.ss_family, from, text, SEEP_INTERFACE_ADDRESS_SIZE))
		text[0] = '\0';
}
