/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of a trace, packed or not. The first byte says what the rest is:
 *
 *   even      a file as it is, whose format is to be found out; with bit 1 it is merged with its
 *             first half
 *   odd       contents, which are packed here, into as many members as bits 1 and 2 say; what is
 *             read has to be the same, in lines if bit 3 is set. With bit 4 the packed file is cut
 *             short, with bit 5 a byte of it is wrong.
 */
#include "trace_fuzz.h"

#include "trace_merge.h"

#include <zlib.h>

const char fuzz_target[] = "gzip";

#define PACK  0x01
#define MERGE 0x02
#define LINES 0x08
#define CUT   0x10
#define WRONG 0x20

struct packed {
	uint8_t *bytes;
	size_t size, room;
};

static void pack_member(struct packed *packed, const uint8_t *data, size_t size)
{
	z_stream stream = { .next_in = (uint8_t *)(uintptr_t)data, .avail_in = (uInt)size };

	fuzz_check(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	stream.next_out = packed->bytes + packed->size;
	stream.avail_out = (uInt)(packed->room - packed->size);
	fuzz_check(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	packed->size = packed->room - stream.avail_out;
	deflateEnd(&stream);
}

static struct packed pack(const uint8_t *data, size_t size, unsigned members)
{
	struct packed packed = { .room = size + size / 8 + 1024 * members };

	packed.bytes = malloc(packed.room);
	fuzz_check(packed.bytes);
	for (unsigned i = 0; i < members; i++) {
		size_t from = size * i / members;

		pack_member(&packed, data + from, size * (i + 1) / members - from);
	}
	return packed;
}

/* The input gives what was packed, in pieces of any size; or the start of it, and then an error. */
static void check_bytes(struct trace_input *input, const uint8_t *data, size_t size)
{
	uint8_t bytes[700];
	size_t at = 0, got;
	const char *ahead;

	do {
		size_t want = 1 + at * 7 % sizeof(bytes);
		size_t there = trace_input_peek(input, want, &ahead);

		fuzz_check(there <= size - at && memcmp(ahead, data + at, there) == 0);
		got = trace_input_read(input, bytes, want);
		fuzz_check(got <= size - at && memcmp(bytes, data + at, got) == 0);
		fuzz_check(got == want || got == there);
		at += got;
	} while (got);
	fuzz_check(at == size || input->error[0]);
	trace_input_offset_bytes(input);
}

static void check_lines(struct trace_input *input, const uint8_t *data, size_t size)
{
	const char *line;
	size_t length, at = 0;
	enum trace_line status;

	while ((status = trace_input_line(input, &line, &length)) != TRACE_LINE_NONE) {
		const uint8_t *newline = memchr(data + at, '\n', size - at);
		size_t want = newline ? (size_t)(newline - data) - at : size - at;
		size_t next = at + want + (newline != NULL);

		fuzz_check(at < size);
		want -= want > 0 && data[at + want - 1] == '\r';
		fuzz_check((status == TRACE_LINE_TOO_LONG) == (want > TRACE_LINE_MAX));
		if (status == TRACE_LINE)
			fuzz_check(length == want && memcmp(line, data + at, want) == 0);
		at = next;
	}
	fuzz_check(at == size || input->error[0]);
}

static void fuzz_packed(uint8_t how, const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	struct packed packed = pack(data, size, 1 + how / 2 % 4);
	struct trace_input input;
	bool spoiled = how & (CUT | WRONG);

	if (how & CUT)
		packed.size -= packed.size * (how / 64u + 1) / 8;
	if (how & WRONG)
		packed.bytes[packed.size * (how / 64u + 1) / 5] ^= (uint8_t)(1 + how);
	fuzz_file_put(&file, packed.bytes, packed.size);
	free(packed.bytes);
	fuzz_check(trace_input_open(&input, file.path));
	if (spoiled)
		while (trace_input_line(&input, &(const char *){ 0 }, &(size_t){ 0 }) !=
		       TRACE_LINE_NONE)
			continue;
	else if (how & LINES)
		check_lines(&input, data, size);
	else
		check_bytes(&input, data, size);
	fuzz_check(spoiled || !input.error[0]);
	trace_input_close(&input);
}

static void count_broken(void *context, const char *file, const char *error)
{
	size_t *count = context;

	fuzz_check(file && error[0]);
	++*count;
}

/* Two traces as one; what is slightly out of order comes in order. */
static void fuzz_merged(const uint8_t *data, size_t size)
{
	static struct fuzz_file whole, half;
	size_t broken = 0;
	char *paths[2];
	struct trace_merge_setup setup = { .trace = { .context = &broken },
					   .broken = count_broken,
					   .paths = paths,
					   .count = COUNT(paths) };
	struct trace_merge *merge;
	struct trace_event event;
	uint64_t events = 0;

	fuzz_file_put(&whole, data, size);
	fuzz_file_put(&half, data, size / 2);
	paths[0] = whole.path;
	paths[1] = half.path;
	merge = trace_merge_open(&setup);
	fuzz_check(merge);
	for (; trace_merge_next(merge, &event); events++)
		fuzz_check_trace_event(&event);
	fuzz_check(trace_merge_counts(merge).rows >= events);
	fuzz_check(trace_merge_broken(merge) == broken);
	trace_merge_close(merge);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] & PACK)
		fuzz_packed(data[0], data + 1, size - 1);
	else if (data[0] & MERGE)
		fuzz_merged(data + 1, size - 1);
	else
		fuzz_trace(TRACE_AUTO, data + 1, size - 1);
	return 0;
}
