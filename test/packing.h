/* SPDX-License-Identifier: BSD-3-Clause */
/* Text packed as gzip or as a zip's first entry, for tests of what unpacks it. */
#ifndef SEEP_PACKING_H
#define SEEP_PACKING_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Bytes that grow; the caller frees them. */
struct packing {
	char *bytes;
	size_t size;
};

static inline void packing_add(struct packing *packing, const void *bytes, size_t size)
{
	packing->bytes = realloc(packing->bytes, packing->size + size + 1);
	if (!packing->bytes)
		abort();
	if (size)
		memcpy(packing->bytes + packing->size, bytes, size);
	packing->size += size;
}

/* Appends a NUMBER of SIZE bytes, the lowest first. */
static inline void packing_add_number(struct packing *packing, uint32_t number, unsigned size)
{
	for (unsigned at = 0; at < size; at++) {
		const uint8_t byte = (uint8_t)(number >> 8 * at);

		packing_add(packing, &byte, 1);
	}
}

/* Appends TEXT deflated, in the frame that WINDOW says: 31 gzip's, -15 none. */
static inline void packing_add_deflated(struct packing *packing, const void *text, size_t size,
					int window)
{
	z_stream stream = { .next_in = (uint8_t *)(uintptr_t)text, .avail_in = (uInt)size };
	size_t room = size + size / 8 + 1024;
	uint8_t *out = malloc(room);

	stream.next_out = out;
	stream.avail_out = (uInt)room;
	if (!out || deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	packing_add(packing, out, room - stream.avail_out);
	deflateEnd(&stream);
	free(out);
}

static inline void packing_add_gzip(struct packing *packing, const void *text, size_t size)
{
	packing_add_deflated(packing, text, size, 31);
}

/* What a zip says of an entry. */
struct packing_entry {
	const char *name;
	unsigned flags;       /* 8: sizes and checksum follow the data */
	unsigned method;      /* 8: deflated; any other: as it is */
	bool bare_descriptor; /* without its magic bytes */
};

/* Appends an entry of a zip as far as its reader needs it. */
static inline void packing_add_entry(struct packing *packing, const struct packing_entry *entry,
				     const void *text, size_t size)
{
	uint32_t crc = (uint32_t)crc32(0, text, (uInt)size);
	struct packing data = { .size = 0 };

	if (entry->method == 8)
		packing_add_deflated(&data, text, size, -15);
	else
		packing_add(&data, text, size);
	packing_add(packing, "PK\3\4\24\0", 6);
	packing_add_number(packing, entry->flags, 2);
	packing_add_number(packing, entry->method, 2);
	packing_add_number(packing, 0, 4); /* when */
	packing_add_number(packing, entry->flags & 8 ? 0 : crc, 4);
	packing_add_number(packing, entry->flags & 8 ? 0 : (uint32_t)data.size, 4);
	packing_add_number(packing, entry->flags & 8 ? 0 : (uint32_t)size, 4);
	packing_add_number(packing, (uint32_t)strlen(entry->name), 2);
	packing_add_number(packing, 4, 2);
	packing_add(packing, entry->name, strlen(entry->name));
	packing_add(packing, "\xfe\xca\0\0", 4); /* an extra field of no bytes */
	packing_add(packing, data.bytes, data.size);
	if (entry->flags & 8) {
		if (!entry->bare_descriptor)
			packing_add(packing, "PK\7\10", 4);
		packing_add_number(packing, crc, 4);
		packing_add_number(packing, (uint32_t)data.size, 4);
		packing_add_number(packing, (uint32_t)size, 4);
	}
	free(data.bytes);
}

#endif
