/* SPDX-License-Identifier: BSD-3-Clause */
/* Packed files: what is unpacked of each form, and what is refused. */
#include "fixture.h"
#include "base/unpack.h"
#include "packing.h"

#define MOST (1u << 20)

static const struct packing_entry deflated = { .name = "top-1m.csv", .method = 8 };

/* Lines as a list has them, of about SIZE bytes. */
static struct packing lines_of(size_t size)
{
	struct packing text = { .size = 0 };
	char line[64];

	for (unsigned n = 1; text.size < size; n++) {
		snprintf(line, sizeof(line), "%u,name%x.example\n", n, n * 2654435761u);
		packing_add(&text, line, strlen(line));
	}
	return text;
}

static void is_unpacked(const struct packing *packed, const struct packing *text, const char *what)
{
	struct seep_unpacked unpacked;

	is_int(seep_unpack(&unpacked, packed->bytes, packed->size, MOST), SEEP_UNPACK_DONE, "%s",
	       what);
	is_int(unpacked.size, text->size, "%s: its size", what);
	ok(unpacked.size == text->size && unpacked.text &&
		   (!text->size || memcmp(unpacked.text, text->bytes, text->size) == 0),
	   "%s: its bytes", what);
	free(unpacked.text);
}

static void is_refused(const struct packing *packed, const char *problem, const char *what)
{
	struct seep_unpacked unpacked;

	is_int(seep_unpack(&unpacked, packed->bytes, packed->size, MOST), SEEP_UNPACK_BAD,
	       "%s: refused", what);
	is_str(unpacked.problem ? unpacked.problem : "", problem, "%s: why", what);
	ok(unpacked.expected && unpacked.expected[0], "%s: and what is expected", what);
	ok(!unpacked.text, "%s: nothing is left of it", what);
	free(unpacked.text);
}

static void test_plain(void)
{
	static const char *const cases[] = { "", "1,example.com\n", "P", "PK", "\x1f", "PK\3" };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_unpacked unpacked;

		is_int(seep_unpack(&unpacked, cases[i], strlen(cases[i]), MOST), SEEP_UNPACK_PLAIN,
		       "plain: case %zu", i);
		ok(!unpacked.text, "plain: case %zu has no text of its own", i);
	}
}

static void test_gzip(void)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 300000 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct packing text = lines_of(sizes[i]), packed = { .size = 0 };

		packing_add_gzip(&packed, text.bytes, text.size);
		is_unpacked(&packed, &text, "gzip");
		packing_add_number(&packed, 0, 4);
		is_unpacked(&packed, &text, "gzip filled up with zeros");
		packing_add_number(&packed, 1, 1);
		is_refused(&packed, "other bytes follow what is packed in it", "gzip and more");
		free(packed.bytes);
		free(text.bytes);
	}
}

/* A file of many members is one text, however small each is beside what came before it. */
static void test_members(void)
{
	struct packing text = lines_of(900000), packed = { .size = 0 };

	for (size_t at = 0; at < text.size; at += 1000)
		packing_add_gzip(&packed, text.bytes + at,
				 text.size - at < 1000 ? text.size - at : 1000);
	is_unpacked(&packed, &text, "gzip of many members");
	free(packed.bytes);
	free(text.bytes);
}

static void test_zip(void)
{
	static const struct {
		const char *what;
		struct packing_entry entry;
	} cases[] = {
		{ "zip", { "top-1m.csv", 0, 8, false } },
		{ "zip with a descriptor", { "top-1m.csv", 8, 8, false } },
		{ "zip with a bare descriptor", { "top-1m.csv", 8, 8, true } },
		{ "stored zip", { "top-1m.csv", 0, 0, false } },
		{ "zip in UTF-8", { "t\xc3\xb6p.csv", 0x800, 8, false } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct packing text = lines_of(200000), packed = { .size = 0 };

		packing_add_entry(&packed, &cases[i].entry, text.bytes, text.size);
		packing_add(&packed, "PK\1\2 the directory", 17);
		is_unpacked(&packed, &text, cases[i].what);
		free(packed.bytes);
		packed = (struct packing){ .size = 0 };
		packing_add_entry(&packed, &cases[i].entry, "", 0);
		text.size = 0;
		is_unpacked(&packed, &text, cases[i].what);
		free(packed.bytes);
		free(text.bytes);
	}
}

static void test_zip_refused(void)
{
	static const struct {
		struct packing_entry entry;
		const char *problem;
	} cases[] = {
		{ { "a", 1, 8, false }, "the zip file is encrypted" },
		{ { "a", 0x2000, 8, false }, "the zip file is encrypted" },
		{ { "a", 0, 12, false }, "the zip file is packed by another method than deflate" },
		{ { "a", 8, 0, false }, "the zip file does not say how long its first entry is" },
		{ { "lists/", 0, 0, false }, "the zip file's first entry is a folder" },
	};
	const struct packing empty = { .bytes = (char *)(uintptr_t) "PK\5\6", .size = 4 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct packing packed = { .size = 0 };

		packing_add_entry(&packed, &cases[i].entry, "1,example.com\n", 14);
		is_refused(&packed, cases[i].problem, cases[i].problem);
		free(packed.bytes);
	}
	is_refused(&empty, "the zip file has nothing in it", "an empty zip");
}

/* Cut anywhere behind its first bytes, a file is cut short. */
static void test_cut(void)
{
	const struct packing_entry described = { .name = "a", .flags = 8, .method = 8 };
	struct packing text = lines_of(3000), gzip = { .size = 0 }, zip = { .size = 0 },
		       late = { .size = 0 }, stored = { .size = 0 };
	struct seep_unpacked unpacked;
	unsigned cut = 0, wanted = 0;

	packing_add_gzip(&gzip, text.bytes, text.size);
	packing_add_entry(&zip, &deflated, text.bytes, text.size);
	packing_add_entry(&late, &described, text.bytes, text.size);
	packing_add_entry(&stored, &(struct packing_entry){ .name = "a" }, text.bytes, text.size);
	for (struct packing *packed[] = { &gzip, &zip, &late, &stored }, **at = packed;
	     at < packed + COUNT(packed); at++) {
		for (size_t size = 4; size < (*at)->size; size++, wanted++) {
			char *bytes = memcpy(malloc(size), (*at)->bytes, size);

			cut += seep_unpack(&unpacked, bytes, size, MOST) == SEEP_UNPACK_BAD &&
			       strstr(unpacked.problem, "file is cut short") && !unpacked.text;
			free(bytes);
		}
		free((*at)->bytes);
	}
	is_int(cut, wanted, "wherever it is cut, it is cut short");
	free(text.bytes);
}

static void test_damaged(void)
{
	static const char checksum[] = "what is packed in it has another checksum than it says";
	struct packing text = lines_of(3000), packed = { .size = 0 };

	packing_add_gzip(&packed, text.bytes, text.size);
	packed.bytes[packed.size - 8] ^= 1;
	is_refused(&packed, checksum, "gzip of another checksum");
	packed.bytes[packed.size - 8] ^= 1;
	packed.bytes[packed.size - 4] ^= 1;
	is_refused(&packed, checksum, "gzip of another length");
	free(packed.bytes);
	packed = (struct packing){ .size = 0 };
	packing_add_entry(&packed, &deflated, text.bytes, text.size);
	packed.bytes[14] ^= 1;
	is_refused(&packed, checksum, "zip of another checksum");
	packed.bytes[14] ^= 1;
	packed.bytes[30 + 10 + 4] = 7; /* a last block of a type that there is not */
	is_refused(&packed, "what is packed in it is damaged", "zip of a bad block");
	free(packed.bytes);
	free(text.bytes);
}

/* What unpacks to more than a list may have, or than a list would, ends at the bound. */
static void test_bombs(void)
{
	struct packing zeros = { .bytes = calloc(1, 64u << 20), .size = 64u << 20 };
	struct packing packed = { .size = 0 }, lines = lines_of(MOST + 1);

	packing_add_gzip(&packed, zeros.bytes, zeros.size);
	is_refused(&packed, "it unpacks to more than a hundred times its size, as no list does",
		   "a gzip bomb");
	free(packed.bytes);
	packed = (struct packing){ .size = 0 };
	packing_add_entry(&packed, &deflated, zeros.bytes, zeros.size);
	is_refused(&packed, "it unpacks to more than a hundred times its size, as no list does",
		   "a zip bomb");
	free(packed.bytes);
	packed = (struct packing){ .size = 0 };
	packing_add_gzip(&packed, lines.bytes, lines.size);
	is_refused(&packed, "it unpacks to more than a list may have", "a list that is too long");
	free(packed.bytes);
	packed = (struct packing){ .size = 0 };
	packing_add_gzip(&packed, lines.bytes, MOST);
	lines.size = MOST;
	is_unpacked(&packed, &lines, "one that is just as long as may be");
	free(packed.bytes);
	free(lines.bytes);
	free(zeros.bytes);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_plain);
	tap_run(test_gzip);
	tap_run(test_members);
	tap_run(test_zip);
	tap_run(test_zip_refused);
	tap_run(test_cut);
	tap_run(test_damaged);
	tap_run(test_bombs);
	return done();
}
