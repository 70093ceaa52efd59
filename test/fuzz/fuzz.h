/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every fuzz target has, and what several need: checks, an input taken apart, files in memory.
 *
 * A target is one file with fuzz_target and LLVMFuzzerTestOneInput. clang's libFuzzer drives it, or
 * replay.c, which only runs what is kept in the tree. See README.md.
 */
#ifndef SEEP_FUZZ_H
#define SEEP_FUZZ_H

#include "fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The target's name: that of its file, and of its directories in seeds and crashers. */
extern const char fuzz_target[];

/* One input; 0. What is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold, whatever the input. */
#define fuzz_check(condition) ((condition) ? (void)0 : fuzz_failed(#condition, __FILE__, __LINE__))

static inline void fuzz_failed(const char *condition, const char *file, int line)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/*
 * The bytes of SIZE in memory of their own, so that a read past them is seen by the sanitizer. Free
 * it.
 */
static inline uint8_t *fuzz_copy(const void *bytes, size_t size)
{
	uint8_t *copy = calloc(1, size ? size : 1);

	fuzz_check(copy);
	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

/* ---- an input, taken from its front; after its end come zeros ---- */

struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t fuzz_take8(struct fuzz_input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

/* BYTES of them, the highest first. */
static inline uint64_t fuzz_take(struct fuzz_input *input, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | fuzz_take8(input);
	return value;
}

/* Up to SIZE bytes, that stay where they are; how many there were. */
static inline size_t fuzz_take_bytes(struct fuzz_input *input, size_t size, const uint8_t **bytes)
{
	if (size > input->left)
		size = input->left;
	*bytes = input->at;
	input->at += size;
	input->left -= size;
	return size;
}

/* ---- a file in memory, with a path; all zero is none yet ---- */

struct fuzz_file {
	int descriptor;
	char path[40];
};

/* The file holds these bytes now. */
static inline void fuzz_file_put(struct fuzz_file *file, const void *bytes, size_t size)
{
	if (!file->descriptor) {
		file->descriptor = memfd_create("fuzz", MFD_CLOEXEC);
		fuzz_check(file->descriptor > 0);
		snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->descriptor);
	}
	fuzz_check(ftruncate(file->descriptor, 0) == 0);
	fuzz_check(pwrite(file->descriptor, bytes, size, 0) == (ssize_t)size);
}

/* ---- names ---- */

/* Whether the bytes are a whole name in wire form, by RFC 1035 alone. */
static inline bool fuzz_is_name(const uint8_t *wire, size_t size)
{
	size_t at = 0;

	if (size > SEEP_NAME_MAX_BYTES)
		return false;
	while (at < size && wire[at] && wire[at] < 64)
		at += 1u + wire[at];
	return at + 1 == size && !wire[at];
}

/* A list of public suffixes, the same on every machine, opened once. */
static inline const struct seep_suffixes *fuzz_suffix_list(void)
{
	static const char text[] = "// ===BEGIN ICANN DOMAINS===\ncom\norg\nnet\njp\nco.jp\n"
				   "*.kawasaki.jp\n!city.kawasaki.jp\nck\n*.ck\n!www.ck\n"
				   "cn\nxn--55qx5d.cn\narpa\nin-addr.arpa\n"
				   "// ===END ICANN DOMAINS===\n// ===BEGIN PRIVATE DOMAINS===\n"
				   "github.io\n*.compute.amazonaws.com\n"
				   "// ===END PRIVATE DOMAINS===\n";
	/* Never closed, and so not lost either. */
	static struct seep_suffixes *list __attribute__((used));

	if (!list)
		list = seep_suffix_open(text, sizeof(text) - 1);
	fuzz_check(list);
	return list;
}

/* A reader of that list, opened once. */
static inline struct seep_suffix_reader *fuzz_suffixes(void)
{
	static struct seep_suffix_reader *reader;

	if (!reader) {
		reader = seep_suffix_reader_open(fuzz_suffix_list());
		fuzz_check(reader);
	}
	return reader;
}

#endif
