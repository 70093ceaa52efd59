/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packed files: gzip (RFC 1952) of one member or several, and the first entry of a zip archive
 * (APPNOTE 6.3), stored or deflated. What is neither is plain.
 *
 * Of a zip the entry is read as it stands at the front of the file, by its own header; what follows
 * it is not looked at. Nothing that a header says of a size is believed: memory grows with what
 * comes out, and unpacking ends at SEEP_UNPACK_RATIO_MOST or at the bound that the caller gives.
 * Threads: nothing is shared.
 */
#ifndef SEEP_UNPACK_H
#define SEEP_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text is seldom packed to less than a tenth. What is packed to less than this share, beyond its
 * first SEEP_UNPACK_FREE_BYTES, is no list but a bomb.
 */
#define SEEP_UNPACK_RATIO_MOST 100
#define SEEP_UNPACK_FREE_BYTES 65536

enum seep_unpack_status {
	SEEP_UNPACK_PLAIN, /* not packed: TEXT is NULL, the bytes are to be taken as they are */
	SEEP_UNPACK_DONE,  /* unpacked: TEXT and SIZE are, and the caller frees TEXT */
	SEEP_UNPACK_BAD,   /* see PROBLEM and EXPECTED, constants; TEXT is NULL */
};

struct seep_unpacked {
	char *text;
	size_t size;
	const char *problem;  /* to follow the file's name: "the gzip file is cut short" */
	const char *expected; /* instead */
};

/* Unpacks SIZE BYTES to at most MOST bytes. */
enum seep_unpack_status seep_unpack(struct seep_unpacked *unpacked, const char *bytes, size_t size,
				    size_t most);

#endif
