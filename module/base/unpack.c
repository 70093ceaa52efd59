/* SPDX-License-Identifier: BSD-3-Clause */
/* Packed files by zlib's inflate, and a zip's first entry by its local header. */
#include "base/unpack.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* inflateInit2's: gzip's frame is read and checked, or there is none. */
#define WINDOW_GZIP (15 + 16)
#define WINDOW_BARE (-15)

/* A local file header up to its name. */
#define HEADER_BYTES    30
#define FLAG_ENCRYPTED  0x0001u
#define FLAG_DESCRIPTOR 0x0008u /* sizes and checksum follow the data */
#define FLAG_MASKED     0x2000u /* parts of the header are encrypted */
#define METHOD_STORED   0
#define METHOD_DEFLATED 8

#define ROOM_FIRST 65536

static const uint8_t gzip_magic[] = { 0x1f, 0x8b };
static const uint8_t zip_magic[] = { 'P', 'K', 3, 4 };
static const uint8_t zip_end_magic[] = { 'P', 'K', 5, 6 };
static const uint8_t descriptor_magic[] = { 'P', 'K', 7, 8 };

/* One file while it is unpacked. */
struct unpacking {
	struct seep_unpacked *unpacked;
	const uint8_t *next;
	size_t left;  /* of what is packed */
	size_t total; /* that was there at first */
	size_t room;  /* of unpacked->text */
	size_t most;
	const char *cut; /* the problem if bytes are missing */
};

static bool fail(const struct unpacking *unpacking, const char *problem, const char *expected)
{
	free(unpacking->unpacked->text);
	*unpacking->unpacked = (struct seep_unpacked){ .problem = problem, .expected = expected };
	return false;
}

static bool fail_cut(const struct unpacking *unpacking)
{
	return fail(unpacking, unpacking->cut, "the whole file: fetch it again");
}

static bool starts_with(const struct unpacking *unpacking, const uint8_t *magic, size_t size)
{
	return unpacking->left >= size && memcmp(unpacking->next, magic, size) == 0;
}

static void skip(struct unpacking *unpacking, size_t bytes)
{
	unpacking->next += bytes;
	unpacking->left -= bytes;
}

static uint32_t number_at(const uint8_t *bytes, unsigned size)
{
	uint32_t number = 0;

	while (size--)
		number = number << 8 | bytes[size];
	return number;
}

/* ---- deflate ---- */

/* Makes room for more, up to the bound and one byte, by which it is seen to be passed. */
static bool grow(struct unpacking *unpacking)
{
	size_t room = unpacking->room ? 2 * unpacking->room : ROOM_FIRST;
	char *text;

	if (room > unpacking->most + 1)
		room = unpacking->most + 1;
	text = realloc(unpacking->unpacked->text, room);
	if (!text)
		return fail(unpacking, "out of memory", "more memory");
	unpacking->unpacked->text = text;
	unpacking->room = room;
	return true;
}

/* Did more come out of TAKEN packed bytes than a list can hold? */
static bool is_bomb(size_t made, size_t taken)
{
	return made > SEEP_UNPACK_FREE_BYTES &&
	       (made - SEEP_UNPACK_FREE_BYTES) / SEEP_UNPACK_RATIO_MOST > taken;
}

static bool fail_inflate(const struct unpacking *unpacking, int code, const z_stream *stream)
{
	if (code == Z_MEM_ERROR)
		return fail(unpacking, "out of memory", "more memory");
	if (code == Z_BUF_ERROR)
		return fail_cut(unpacking);
	if (stream->msg && (strcmp(stream->msg, "incorrect data check") == 0 ||
			    strcmp(stream->msg, "incorrect length check") == 0))
		return fail(unpacking, "what is packed in it has another checksum than it says",
			    "an undamaged file: fetch it again");
	return fail(unpacking, "what is packed in it is damaged",
		    "an undamaged file: fetch it again");
}

/* Inflates one stream to behind what is there, and takes it off what is left. */
static bool inflate_stream(struct unpacking *unpacking, z_stream *stream)
{
	struct seep_unpacked *unpacked = unpacking->unpacked;
	int code = Z_OK;

	/* The caller's bound keeps both far below what zlib counts to. */
	stream->next_in = (uint8_t *)(uintptr_t)unpacking->next;
	stream->avail_in = (uInt)unpacking->left;
	while (code == Z_OK) {
		size_t room;

		if (unpacked->size == unpacking->room && !grow(unpacking))
			return false;
		room = unpacking->room - unpacked->size;
		stream->next_out = (uint8_t *)unpacked->text + unpacked->size;
		stream->avail_out = (uInt)room;
		code = inflate(stream, Z_NO_FLUSH);
		unpacked->size += room - stream->avail_out;
		if (unpacked->size > unpacking->most)
			return fail(unpacking, "it unpacks to more than a list may have",
				    "a shorter list");
		if (is_bomb(unpacked->size, unpacking->total - stream->avail_in))
			return fail(
				unpacking,
				"it unpacks to more than a hundred times its size, as no list does",
				"a packed list");
	}
	if (code != Z_STREAM_END)
		return fail_inflate(unpacking, code, stream);
	skip(unpacking, unpacking->left - stream->avail_in);
	return true;
}

static bool unpack_stream(struct unpacking *unpacking, int window)
{
	z_stream stream = { .next_in = NULL };
	bool done;

	if (inflateInit2(&stream, window) != Z_OK)
		return fail(unpacking, "out of memory", "more memory");
	done = inflate_stream(unpacking, &stream);
	inflateEnd(&stream);
	return done;
}

/* ---- gzip ---- */

/* Some writers fill a file up with zeros. */
static bool is_padding(const struct unpacking *unpacking)
{
	for (size_t at = 0; at < unpacking->left; at++) {
		if (unpacking->next[at])
			return false;
	}
	return true;
}

static bool unpack_gzip(struct unpacking *unpacking)
{
	unpacking->cut = "the gzip file is cut short";
	do {
		if (!unpack_stream(unpacking, WINDOW_GZIP))
			return false;
	} while (starts_with(unpacking, gzip_magic, sizeof(gzip_magic)));
	return is_padding(unpacking) || fail(unpacking, "other bytes follow what is packed in it",
					     "a gzip file and no more");
}

/* ---- zip ---- */

/* What a zip says of its first entry. */
struct entry {
	unsigned flags, method;
	uint32_t crc, bytes;
};

static bool check_entry(const struct unpacking *unpacking, const struct entry *entry)
{
	if (entry->flags & (FLAG_ENCRYPTED | FLAG_MASKED))
		return fail(unpacking, "the zip file is encrypted", "a zip file without password");
	if (entry->method != METHOD_DEFLATED && entry->method != METHOD_STORED)
		return fail(unpacking, "the zip file is packed by another method than deflate",
			    "a zip file as the list's publisher makes it, or gzip");
	if (entry->method == METHOD_STORED && entry->flags & FLAG_DESCRIPTOR)
		return fail(unpacking, "the zip file does not say how long its first entry is",
			    "a zip file that is packed, or gzip");
	return true;
}

static bool take_header(struct unpacking *unpacking, struct entry *entry)
{
	const uint8_t *header = unpacking->next;
	size_t name_bytes, extra_bytes;

	if (unpacking->left < HEADER_BYTES)
		return fail_cut(unpacking);
	*entry = (struct entry){ .flags = number_at(header + 6, 2),
				 .method = number_at(header + 8, 2),
				 .crc = number_at(header + 14, 4),
				 .bytes = number_at(header + 22, 4) };
	name_bytes = number_at(header + 26, 2);
	extra_bytes = number_at(header + 28, 2);
	if (unpacking->left < HEADER_BYTES + name_bytes + extra_bytes)
		return fail_cut(unpacking);
	if (name_bytes && header[HEADER_BYTES + name_bytes - 1] == '/')
		return fail(unpacking, "the zip file's first entry is a folder",
			    "a zip file whose first entry is the list");
	skip(unpacking, HEADER_BYTES + name_bytes + extra_bytes);
	return check_entry(unpacking, entry);
}

static bool copy_stored(struct unpacking *unpacking, const struct entry *entry)
{
	struct seep_unpacked *unpacked = unpacking->unpacked;

	if (unpacking->left < entry->bytes)
		return fail_cut(unpacking);
	/* One byte to allocate when the entry is empty. */
	unpacked->text = malloc((size_t)entry->bytes + 1);
	if (!unpacked->text)
		return fail(unpacking, "out of memory", "more memory");
	memcpy(unpacked->text, unpacking->next, entry->bytes);
	unpacked->size = entry->bytes;
	skip(unpacking, entry->bytes);
	return true;
}

/* The checksum and sizes that follow the data; sizes of eight bytes begin with the same four. */
static bool take_descriptor(struct unpacking *unpacking, struct entry *entry)
{
	if (starts_with(unpacking, descriptor_magic, sizeof(descriptor_magic)))
		skip(unpacking, sizeof(descriptor_magic));
	if (unpacking->left < 12)
		return fail_cut(unpacking);
	entry->crc = number_at(unpacking->next, 4);
	return true;
}

static bool unpack_zip(struct unpacking *unpacking)
{
	const struct seep_unpacked *unpacked = unpacking->unpacked;
	struct entry entry = { .bytes = 0 };

	unpacking->cut = "the zip file is cut short";
	if (!take_header(unpacking, &entry))
		return false;
	if (!(entry.method == METHOD_STORED ? copy_stored(unpacking, &entry)
					    : unpack_stream(unpacking, WINDOW_BARE)))
		return false;
	if (entry.flags & FLAG_DESCRIPTOR && !take_descriptor(unpacking, &entry))
		return false;
	if (crc32(0, (const uint8_t *)unpacked->text, (uInt)unpacked->size) != entry.crc)
		return fail(unpacking, "what is packed in it has another checksum than it says",
			    "an undamaged file: fetch it again");
	return true;
}

/* ---- which it is ---- */

enum seep_unpack_status seep_unpack(struct seep_unpacked *unpacked, const char *bytes, size_t size,
				    size_t most)
{
	struct unpacking unpacking = { .unpacked = unpacked,
				       .next = (const uint8_t *)bytes,
				       .left = size,
				       .total = size,
				       .most = most };
	bool done;

	*unpacked = (struct seep_unpacked){ .text = NULL };
	if (starts_with(&unpacking, gzip_magic, sizeof(gzip_magic)))
		done = unpack_gzip(&unpacking);
	else if (starts_with(&unpacking, zip_magic, sizeof(zip_magic)))
		done = unpack_zip(&unpacking);
	else if (starts_with(&unpacking, zip_end_magic, sizeof(zip_end_magic)))
		done = fail(&unpacking, "the zip file has nothing in it", "a zip file with a list");
	else
		return SEEP_UNPACK_PLAIN;
	return done ? SEEP_UNPACK_DONE : SEEP_UNPACK_BAD;
}
