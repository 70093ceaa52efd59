/* SPDX-License-Identifier: BSD-3-Clause */
/* The readers of traces against crafted and damaged files. */
#include "tap.h"
#include "trace.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define MUTATIONS 400

/* A file in memory, and its path. */
struct file {
	int descriptor;
	char path[64];
};

static struct file file_of(const void *bytes, size_t size)
{
	struct file file = { .descriptor = memfd_create("trace", 0) };
	size_t done = 0;

	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.descriptor);
	while (done < size) {
		ssize_t put = write(file.descriptor, (const char *)bytes + done, size - done);

		if (put <= 0)
			abort();
		done += (size_t)put;
	}
	return file;
}

/* What became of a trace. */
struct read {
	struct trace_counts counts;
	uint64_t events;
	enum trace_status end;
	char error[256];
	char reason[256]; /* of the first malformed row */
	uint64_t record;  /* its number */
	uint64_t name_bytes;
	struct trace_event last;
};

static void complain(void *context, const char *file, uint64_t record, const char *reason)
{
	struct read *read = context;

	(void)file;
	if (read->record)
		return;
	read->record = record;
	snprintf(read->reason, sizeof(read->reason), "%s", reason);
}

static struct read read_bytes(const void *bytes, size_t size, enum trace_format format)
{
	struct read read = { .end = TRACE_FAILED };
	struct trace_setup setup = { .format = format, .complain = complain, .context = &read };
	struct file file = file_of(bytes, size);
	struct trace_event event;
	struct trace trace;

	if (trace_open(&trace, file.path, &setup)) {
		while ((read.end = trace_next(&trace, &event)) == TRACE_EVENT) {
			read.events++;
			read.name_bytes += event.name_size;
			read.last = event;
		}
	}
	read.counts = trace.counts;
	memcpy(read.error, trace.error, sizeof(read.error));
	trace_close(&trace);
	close(file.descriptor);
	return read;
}

#define READ(text, format) read_bytes(text, sizeof(text) - 1, format)

#define ROW "1258569170.5\t192.0.2.1\tA\twww.example.com"

static void test_tsv(void)
{
	static const struct {
		const char *title;
		const char *text;
		size_t size;
		unsigned events, malformed;
		const char *reason;
	} cases[] = {
#define CASE(title, text, events, malformed, reason) \
	{ title, text, sizeof(text) - 1, events, malformed, reason }
		CASE("four columns", ROW "\n", 1, 0, ""),
		CASE("no LF at the end", ROW, 1, 0, ""),
		CASE("CRLF", ROW "\r\n" ROW "\r\n", 2, 0, ""),
		CASE("CRLF after rcode", ROW "\tNOERROR\r\n", 1, 0, ""),
		CASE("empty lines and comments", "\n\r\n# x\n#\n" ROW "\n\n", 1, 0, ""),
		CASE("rcode and ttl", ROW "\tNXDOMAIN\t77\textra\t\tcolumns\n", 1, 0, ""),
		CASE("no rcode but ttl", ROW "\t-\t77\n", 1, 0, ""),
		CASE("a label where ttl would be", ROW "\t-\tbenign\n", 1, 0, ""),
		CASE("three columns", "1\t192.0.2.1\tA\n" ROW "\n", 1, 1, "fewer columns"),
		CASE("blanks for tabs", "1 192.0.2.1 A www.example.com\n", 0, 1, "fewer columns"),
		CASE("a blank before the time", " " ROW "\n", 0, 1, "the time"),
		CASE("an empty client", "1\t\tA\ta\n", 0, 1, "the client"),
		CASE("an empty type", "1\t192.0.2.1\t\ta\n", 0, 1, "type"),
		CASE("an empty name", "1\t192.0.2.1\tA\t\n", 0, 1, "name is empty"),
		CASE("a NUL in the name", "1\t192.0.2.1\tA\ta\0b\n", 0, 1, "control character"),
		CASE("a NUL in the client", "1\t192.0.2.1\0\tA\ta\n", 0, 1, "the client"),
		CASE("a NUL alone", "\0\n" ROW "\n", 1, 1, "fewer columns"),
		CASE("a NUL in a column that is skipped", ROW "\t-\t-\ta\0b\n", 1, 0, ""),
		CASE("a wrong rcode", ROW "\tWHAT\n", 0, 1, "response code"),
		CASE("escapes", "1\t192.0.2.1\tA\ta\\.b\\000\\255.example\n", 1, 0, ""),
		CASE("a broken escape", "1\t192.0.2.1\tA\ta\\3\n", 0, 1, "\"\\\""),
		CASE("nothing", "", 0, 0, ""),
		CASE("only comments", "# a\n# b", 0, 0, ""),
		CASE("a header", "#time\tclient\ttype\tname\n" ROW "\n", 1, 0, ""),
		CASE("a header without #", "time\tclient\ttype\tname\n" ROW "\n", 1, 0, ""),
		CASE("another order", "# qname\tqtype\tclient\tts\nb.example\tA\t192.0.2.1\t9\n", 1,
		     0, ""),
		CASE("a header is the first line only",
		     ROW "\n# name\ttime\tclient\ttype\n" ROW "\n", 2, 0, ""),
		CASE("more columns than are looked at",
		     ROW
		     "\t-"
		     "\t1\t2\t3\t4\t5\t6\t7\t8\t9\t1\t2\t3\t4\t5\t6\t7\t8\t9\t1\t2\t3\t4\t5\t6\t7\t8\t9\t1\t2\t3\t4\t5\t6\t7\t8\n",
		     1, 0, ""),
#undef CASE
	};
	struct read read;

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		read = read_bytes(cases[at].text, cases[at].size, TRACE_TSV);
		is_int(read.end, TRACE_END, "TSV, %s: read to the end", cases[at].title);
		is_int(read.events, cases[at].events, "TSV, %s: queries", cases[at].title);
		is_int(read.counts.malformed, cases[at].malformed, "TSV, %s: malformed",
		       cases[at].title);
		ok(strstr(read.reason, cases[at].reason) != NULL, "TSV, %s: reason \"%s\"",
		   cases[at].title, read.reason);
		is_int(read.counts.rows, read.events + read.counts.malformed, "TSV, %s: rows",
		       cases[at].title);
	}
	read = READ("1258569170.5\t::1\tTYPE65\tA.b.\tNXDOMAIN\t77\n", TRACE_AUTO);
	ok(read.last.when_ms == UINT64_C(1258569170500) && read.last.client.size_bytes == 16 &&
		   read.last.type == 65 && read.last.rcode == 3 && read.last.ttl_s == 77 &&
		   read.last.name_size == 5 && memcmp(read.last.name, "\1a\1b", 5) == 0,
	   "TSV: each column");
	read = READ(ROW "\n", TRACE_AUTO);
	ok(read.last.rcode == TRACE_RCODE_NONE && read.last.ttl_s == TRACE_TTL_NONE,
	   "TSV: nothing, where nothing is told");
	read = READ("# x\n\n" ROW "\nbad\n" ROW "\n", TRACE_AUTO);
	is_int(read.record, 4, "TSV: the malformed line's number counts all lines");
}

/* Lines around the longest, and around the edges of the buffer. */
static void test_long_lines(void)
{
	static const size_t lengths[] = { 65000,  65535,  65536,  65537,  65538,
					  131072, 262143, 262144, 262145, 900000 };
	char *text = malloc(2000000);

	for (size_t at = 0; at < sizeof(lengths) / sizeof(lengths[0]); at++) {
		size_t row = sizeof(ROW "\t-\t-\t") - 1;
		size_t used = lengths[at];
		struct read read;

		memcpy(text, ROW "\t-\t-\t", row);
		memset(text + row, 'x', used - row);
		text[used++] = '\n';
		memcpy(text + used, ROW "\n", sizeof(ROW));
		used += sizeof(ROW);
		read = read_bytes(text, used, TRACE_TSV);
		is_int(read.events, lengths[at] <= TRACE_LINE_MAX ? 2 : 1,
		       "a line of %zu bytes, and one after it", lengths[at]);
		is_int(read.counts.malformed, lengths[at] > TRACE_LINE_MAX,
		       "a line of %zu bytes: malformed?", lengths[at]);
		read = read_bytes(text, lengths[at], TRACE_TSV);
		is_int(read.counts.rows, 1, "a line of %zu bytes, without its end", lengths[at]);
	}
	/* Many rows of all lengths, so that they lie across the buffer's end in every way. */
	for (size_t used = 0, rows = 0;; rows++) {
		size_t row = sizeof(ROW "\t-\t-\t") - 1, length = row + rows % 97;

		if (used + length + 1 > 2000000) {
			is_int(read_bytes(text, used, TRACE_AUTO).events, rows,
			       "rows across the edges of blocks");
			break;
		}
		memcpy(text + used, ROW "\t-\t-\t", row);
		memset(text + used + row, 'x', length - row);
		text[used + length] = '\n';
		used += length + 1;
	}
	free(text);
}

static void test_unbound(void)
{
#define LOG "[1258569170] unbound[7:0] info: "
	static const struct {
		const char *text;
		unsigned events, malformed, ignored, answers;
	} cases[] = {
		{ LOG "192.0.2.1 www.example.com. A IN\n", 1, 0, 0, 0 },
		{ LOG "192.0.2.1 www.example.com. A IN NOERROR 0.1 0 44\n", 1, 0, 0, 0 },
		{ LOG "192.0.2.1 a.example. A IN\n" LOG
		      "192.0.2.1 a.example. A IN SERVFAIL 0.1 0 44\n",
		  1, 0, 0, 1 },
		{ LOG "192.0.2.1 a.example. A IN\n" LOG
		      "192.0.2.1 b.example. A IN SERVFAIL 0.1 0 44\n",
		  1, 0, 0, 1 },
		{ LOG "::1 . NS IN\n", 1, 0, 0, 0 },
		{ LOG "192.0.2.1 version.bind. TXT CH\n", 0, 0, 1, 0 },
		{ LOG "192.0.2.1 www.example.com. A\n", 0, 1, 0, 0 },
		{ LOG "192.0.2.1\n", 0, 1, 0, 0 },
		{ LOG "192.0.2.1 a..b. A IN\n", 0, 1, 0, 0 },
		{ LOG "192.0.2.1 a. WHAT IN\n", 0, 1, 0, 0 },
		{ LOG "192.0.2.1 a. A IN WHAT\n", 0, 1, 0, 0 },
		{ LOG "start of service (unbound 1.17.1).\n", 0, 0, 1, 0 },
		{ "[1258569170] unbound[7:0] debug: answer cb\n", 0, 0, 1, 0 },
		{ "junk\n", 0, 1, 0, 0 },
		{ "unbound[7:0] info: 192.0.2.1 www.example.com. A IN\n", 0, 1, 0, 0 },
		{ "[x] unbound[7:0] info: 192.0.2.1 www.example.com. A IN\n", 0, 1, 0, 0 },
		{ "", 0, 0, 0, 0 },
	};
	struct read read;

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		read = read_bytes(cases[at].text, strlen(cases[at].text), TRACE_UNBOUND);
		ok(read.events == cases[at].events &&
			   read.counts.malformed == cases[at].malformed &&
			   read.counts.ignored == cases[at].ignored &&
			   read.counts.answers == cases[at].answers && read.end == TRACE_END,
		   "Unbound's log: %s", cases[at].text);
	}
	read = READ(LOG "192.0.2.1 a.example. AAAA IN\n" LOG
			"192.0.2.1 a.example. AAAA IN NXDOMAIN 0.1 0 44\n",
		    TRACE_AUTO);
	ok(read.last.rcode == 3 && read.last.type == 28 &&
		   read.last.when_ms == UINT64_C(1258569170000),
	   "Unbound's log: found out, and each part taken");
	setenv("TZ", "UTC", 1);
	read = READ("Dec 31 23:59:59 unbound[7:0] info: 192.0.2.1 a.example. A IN\n"
		    "Jan  1 00:00:01 unbound[7:0] info: 192.0.2.1 b.example. A IN\n",
		    TRACE_AUTO);
	ok(read.events == 2 && read.last.when_ms % 86400000 == 1000,
	   "Unbound's log: times without a year go on into the next");
}

/* Some bytes of each format that is told by its first ones. */
static void test_recognise(void)
{
	char binary[4000];
	struct read read;

	for (size_t at = 0; at < sizeof(binary); at++)
		binary[at] = (char)(at * 37);
	read = read_bytes(binary, sizeof(binary), TRACE_AUTO);
	ok(read.end == TRACE_FAILED && strstr(read.error, "not in a format"), "binary junk: %s",
	   read.error);
	read = READ("\xfd"
		    "7zXZ\0 and so on",
		    TRACE_AUTO);
	ok(read.end == TRACE_FAILED && strstr(read.error, "xz"), "xz: %s", read.error);
	read = READ("\xd4\xc3\xb2\xa1", TRACE_AUTO);
	ok(read.end == TRACE_FAILED && strstr(read.error, "capture"), "four bytes of pcap: %s",
	   read.error);
	read = READ("\0\0\0\0", TRACE_AUTO);
	ok(read.end == TRACE_FAILED && strstr(read.error, "Frame Streams"),
	   "four bytes of Frame Streams: %s", read.error);
	read = READ("\0\0\0\0\0\0\0\x0c\0\0\0\2\0\0\0\1\0\0\0\0", TRACE_AUTO);
	ok(read.end == TRACE_FAILED, "Frame Streams of another content type: %s", read.error);
	read = READ("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x77\0\0\0", TRACE_AUTO);
	ok(read.end == TRACE_FAILED && strstr(read.error, "link"), "a link that is not known: %s",
	   read.error);
	read = READ("\x1f\x8b\x08", TRACE_AUTO);
	ok(read.end == TRACE_FAILED, "three bytes of gzip: %s", read.error);
}

/* ---- damaged files ---- */

static size_t load(const char *name, uint8_t **bytes)
{
	const char *source = getenv("SEEP_SRC");
	char path[512];
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/test/data/%s", source ? source : ".", name);
	file = fopen(path, "rb");
	*bytes = malloc(1 << 20);
	if (file) {
		size = fread(*bytes, 1, 1 << 20, file);
		fclose(file);
	}
	return size;
}

static uint64_t draw_state = 20261122;

static uint64_t draw(uint64_t below)
{
	draw_state ^= draw_state << 13;
	draw_state ^= draw_state >> 7;
	draw_state ^= draw_state << 17;
	return draw_state % below;
}

/*
 * Whole, then with bytes flipped, put in, left out and cut off: no more events than the whole has.
 */
static void test_damaged(const char *name, const uint8_t *whole, size_t size, unsigned events)
{
	uint8_t *bytes = malloc(size + 16);
	struct read read = read_bytes(whole, size, TRACE_AUTO);
	bool sane = true;

	is_int(read.events, events, "%s: whole", name);
	is_int(read.end, TRACE_END, "%s: to its end", name);
	for (unsigned trial = 0; trial < MUTATIONS && sane; trial++) {
		size_t now = size;

		memcpy(bytes, whole, size);
		for (uint64_t edit = draw(8); edit > 0 && now > 64; edit--) {
			size_t at = draw(now - 32);
			size_t count = 1 + draw(8);

			switch (draw(4)) {
			case 0:
				bytes[at] = (uint8_t)draw(256);
				break;
			case 1:
				bytes[at] ^= (uint8_t)(1u << draw(8));
				break;
			case 2: /* left out */
				memmove(bytes + at, bytes + at + count, now - at - count);
				now -= count;
				break;
			case 3: /* a length or count that is extreme */
				memset(bytes + at, draw(2) ? 0xff : 0, 4);
				break;
			}
		}
		if (draw(4) == 0)
			now = draw(now);
		read = read_bytes(bytes, now, TRACE_AUTO);
		sane = read.events <= 2 * (uint64_t)events + 2 &&
		       (read.end == TRACE_END || (read.end == TRACE_FAILED && read.error[0])) &&
		       read.counts.rows >= read.counts.malformed + read.counts.ignored;
	}
	ok(sane, "%s: %d damaged copies", name, MUTATIONS);
	read = read_bytes(whole, size - 7, TRACE_AUTO);
	ok(read.end == TRACE_FAILED && read.events > 0, "%s: cut short: %s", name, read.error);
	free(bytes);
}

static void check_binary(const char *name, unsigned events)
{
	uint8_t *bytes, *packed = malloc(1 << 20);
	size_t size = load(name, &bytes);
	z_stream stream = { 0 };

	if (size == 0) {
		ok(false, "%s is to be found in SEEP_SRC", name);
		free(bytes);
		free(packed);
		return;
	}
	test_damaged(name, bytes, size, events);
	/* The same as gzip. */
	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	stream.next_in = bytes;
	stream.avail_in = (unsigned)size;
	stream.next_out = packed;
	stream.avail_out = 1 << 20;
	deflate(&stream, Z_FINISH);
	size = stream.total_out;
	deflateEnd(&stream);
	is_int(read_bytes(packed, size, TRACE_AUTO).events, events, "%s: gzip", name);
	is_int(read_bytes(packed, size - 9, TRACE_AUTO).end, TRACE_FAILED, "%s: gzip cut short",
	       name);
	for (unsigned trial = 0; trial < 50; trial++) {
		packed[20 + draw(size - 20)] ^= (uint8_t)(1u << draw(8));
		read_bytes(packed, size, TRACE_AUTO);
	}
	ok(true, "%s: damaged gzip", name);
	free(bytes);
	free(packed);
}

static void test_pcap(void)
{
	check_binary("trace.pcap", 48);
}

static void test_dnstap(void)
{
	check_binary("trace.dnstap", 48);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	printf("# seed %" PRIu64 "\n", draw_state);
	tap_run(test_tsv);
	tap_run(test_long_lines);
	tap_run(test_unbound);
	tap_run(test_recognise);
	tap_run(test_pcap);
	tap_run(test_dnstap);
	return done();
}
