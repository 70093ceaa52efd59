/* SPDX-License-Identifier: BSD-3-Clause */
/* A system without randomness. */
#include "faults.h"

int RAND_priv_bytes(unsigned char *bytes, int size);

int RAND_priv_bytes(unsigned char *bytes, int size)
{
	static int (*real_bytes)(unsigned char *, int);

	if (atomic_load(&fault_words[NO_RANDOM]))
		return 0;
	if (!real_bytes)
		find(&real_bytes, "RAND_priv_bytes");
	return real_bytes(bytes, size);
}
