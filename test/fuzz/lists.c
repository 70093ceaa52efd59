/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists, one entry a line. The first byte tells which: 'a' domains as in allow-domain, 'n'
 * netblocks; whole files: 'f' an allow-list, 'c' a common-list, 'p' public suffixes, 'q' lines at
 * the end of a good list of these.
 */
#include "fuzz.h"

#include "conf/lists_read.h"
#include "names/netblock.h"
#include "suffix_text.h"

const char fuzz_target[] = "lists";

#define ENTRIES_MOST 256

struct line {
	const char *text;
	size_t length;
};

/* The next line; false after the last. */
static bool take_line(struct fuzz_input *input, struct line *line)
{
	const uint8_t *newline = input->left ? memchr(input->at, '\n', input->left) : NULL;
	const uint8_t *text;

	if (!input->left)
		return false;
	line->length = newline ? (size_t)(newline - input->at) : input->left;
	fuzz_take_bytes(input, line->length + (newline != NULL), &text);
	line->text = (const char *)text;
	return true;
}

/* ---- domains ---- */

/* The wire form of a name that was accepted, by a reading of our own. */
static size_t wire_of_domain(uint8_t wire[SEEP_NAME_MAX_BYTES + 1], const struct line *line)
{
	size_t at = 0, used = 1, label = 0;

	if (line->length > 1 && line->text[0] == '*')
		at = 2;
	else if (line->text[0] == '.')
		at = 1;
	while (at < line->length) {
		unsigned byte = (uint8_t)line->text[at++];

		fuzz_check(used <= SEEP_NAME_MAX_BYTES);
		if (byte == '.') {
			wire[label] = (uint8_t)(used - label - 1);
			label = used++;
			continue;
		}
		if (byte == '\\') {
			byte = (uint8_t)line->text[at++];
			if (byte >= '0' && byte <= '9') {
				byte = (byte - '0') * 100 + (uint8_t)(line->text[at] - '0') * 10u +
				       (uint8_t)(line->text[at + 1] - '0');
				at += 2;
			}
		}
		wire[used++] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : (uint8_t)byte;
	}
	wire[label] = (uint8_t)(used - label - 1);
	if (wire[label])
		wire[used++] = 0;
	return used;
}

/*
 * It is covered, and so is what lies below it; what only ends in its bytes is not, unless by its
 * own parent.
 */
static void check_covered(const struct seep_subtrees *set, const struct line *line)
{
	uint8_t wire[SEEP_NAME_MAX_BYTES + 3] = { 1, 'x' };
	size_t size = wire_of_domain(wire + 2, line);

	fuzz_check(fuzz_is_name(wire + 2, size));
	fuzz_check(seep_subtrees_cover(set, wire + 2, size));
	fuzz_check(seep_subtrees_cover(set, wire, size + 2) == (size + 2 <= SEEP_NAME_MAX_BYTES));
	fuzz_check(!seep_subtrees_cover(set, wire + 2, size - 1));
}

static void fuzz_domains(struct fuzz_input *input)
{
	struct seep_subtrees *set = seep_subtrees_create();
	struct line line;
	size_t count;

	while (take_line(input, &line)) {
		char *text = (char *)fuzz_copy(line.text, line.length);
		enum seep_subtree_status status;

		count = seep_subtrees_count(set);
		status = seep_subtrees_add(set, text, line.length);
		fuzz_check(seep_subtree_status_text(status));
		fuzz_check(seep_subtrees_count(set) <= count + (status == SEEP_SUBTREE_OK));
		if (status == SEEP_SUBTREE_OK) {
			check_covered(set, &line);
			count = seep_subtrees_count(set);
			fuzz_check(seep_subtrees_add(set, text, line.length) == SEEP_SUBTREE_OK);
			fuzz_check(seep_subtrees_count(set) == count);
		}
		/* The same bytes as they come. */
		if (seep_subtrees_cover(set, (uint8_t *)text, line.length))
			fuzz_check(fuzz_is_name((uint8_t *)text, line.length));
		free(text);
	}
	seep_subtrees_destroy(set);
}

/* ---- netblocks ---- */

/* Whether the address's first bits are the block's, one by one. */
static bool holds(const struct seep_netblock *block, const uint8_t *addr, size_t addr_len)
{
	if (block->addr_len != addr_len)
		return false;
	for (unsigned bit = 0; bit < block->prefix_bits; bit++)
		if ((block->addr[bit / 8] ^ addr[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool is_mapped(const uint8_t *addr, size_t addr_len)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return addr_len == 16 && memcmp(addr, mapped, sizeof(mapped)) == 0;
}

static void check_address(const struct seep_netblocks *list, const struct seep_netblock *blocks,
			  size_t count, const struct seep_netblock *asked)
{
	bool held = false;

	if (is_mapped(asked->addr, asked->addr_len))
		return; /* the IPv4 address in it is asked for elsewhere */
	for (size_t i = 0; i < count; i++)
		held |= holds(&blocks[i], asked->addr, asked->addr_len);
	fuzz_check(seep_netblocks_contain(list, asked->addr, asked->addr_len) == held);
}

/* The first and the last address of a block, and those before and after. */
static void check_block(const struct seep_netblocks *list, const struct seep_netblock *blocks,
			size_t count, const struct seep_netblock *block)
{
	struct seep_netblock first = *block, last = *block;

	for (unsigned bit = block->prefix_bits; bit < 8u * block->addr_len; bit++)
		last.addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	check_address(list, blocks, count, &first);
	check_address(list, blocks, count, &last);
	for (unsigned at = block->addr_len; at-- > 0 && !first.addr[at]--;)
		continue;
	for (unsigned at = block->addr_len; at-- > 0 && !++last.addr[at];)
		continue;
	check_address(list, blocks, count, &first);
	check_address(list, blocks, count, &last);
}

/* As text, it is read back as the same. */
static void check_text(const struct seep_netblock *block)
{
	char text[SEEP_NETBLOCK_TEXT_SIZE];
	struct seep_netblock again;

	seep_netblock_format(block, text);
	fuzz_check(seep_netblock_parse(&again, text) == SEEP_NETBLOCK_OK);
	fuzz_check(memcmp(&again, block, sizeof(again)) == 0);
}

/* How many blocks lie in no other; of equal ones, one counts. */
static size_t count_outermost(const struct seep_netblock *blocks, size_t count)
{
	size_t outermost = 0;

	for (size_t i = 0; i < count; i++) {
		bool inside = false;

		for (size_t j = 0; j < count && !inside; j++)
			inside = j != i && holds(&blocks[j], blocks[i].addr, blocks[i].addr_len) &&
				 (blocks[j].prefix_bits < blocks[i].prefix_bits ||
				  (blocks[j].prefix_bits == blocks[i].prefix_bits && j < i));
		outermost += !inside;
	}
	return outermost;
}

static void fuzz_netblocks(struct fuzz_input *input)
{
	static struct seep_netblock blocks[ENTRIES_MOST];
	struct seep_netblocks *list = seep_netblocks_create();
	size_t count = 0;
	struct line line;

	while (count < ENTRIES_MOST && take_line(input, &line)) {
		struct seep_netblock *block = &blocks[count];
		char *text = calloc(1, line.length + 1);
		enum seep_netblock_status status;

		memcpy(text, line.text, line.length);
		status = seep_netblock_parse(block, text);
		free(text);
		fuzz_check(seep_netblock_status_text(status));
		if (status == SEEP_NETBLOCK_OK || status == SEEP_NETBLOCK_HOST_BITS)
			check_text(block);
		if (status != SEEP_NETBLOCK_OK)
			continue;
		seep_netblock_is_private(block->addr, block->addr_len);
		fuzz_check(seep_netblocks_add(list, block) == SEEP_NETBLOCK_OK);
		count++;
		check_block(list, blocks, count, block);
	}
	fuzz_check(seep_netblocks_count(list) == count_outermost(blocks, count));
	for (size_t i = 0; i < count; i++)
		check_block(list, blocks, count, &blocks[i]);
	seep_netblocks_destroy(list);
}

/* ---- whole files ---- */

/* What is said of a file that is not taken. */
static void check_error(enum seep_conf_status status, const struct seep_conf_error *error)
{
	if (status == SEEP_CONF_OK)
		return;
	fuzz_check(status == SEEP_CONF_BAD);
	fuzz_check(strcmp(error->file, "list") == 0 && error->text[0] && error->expected[0]);
}

static struct seep_conf_reader reader_of(const char *text, size_t size,
					 struct seep_conf_error *error)
{
	struct seep_conf_reader reader = { .name = "list", .error = error };

	seep_conf_lines_open(&reader, text, size);
	return reader;
}

/* All of a file's names are added, or none. */
static void fuzz_allow(struct fuzz_input *input)
{
	struct seep_conf_error error = { .line = 0 };
	char *text = (char *)fuzz_copy(input->at, input->left);
	struct seep_conf_reader reader = reader_of(text, input->left, &error);
	struct seep_subtrees *set = NULL;
	enum seep_conf_status status = seep_lists_read_allow(&reader, &set, NULL, NULL);

	check_error(status, &error);
	fuzz_check(set && (status == SEEP_CONF_OK || seep_subtrees_count(set) == 0));
	seep_subtrees_destroy(set);
	free(text);
}

static void fuzz_common(struct fuzz_input *input)
{
	static const struct seep_hash_key key = { .bytes = { 4, 5 }, .rounds = SEEP_HASH_1_3 };
	struct seep_conf_error error = { .line = 0 };
	char *text = (char *)fuzz_copy(input->at, input->left);
	struct seep_conf_reader reader = reader_of(text, input->left, &error);
	struct seep_common *common;
	enum seep_conf_status status =
		seep_lists_read_common(&reader, &key, fuzz_suffixes(), &common);
	struct line line;
	size_t lines = 0;

	check_error(status, &error);
	fuzz_check((common != NULL) == (status == SEEP_CONF_OK));
	while (take_line(input, &line)) {
		uint64_t hash = seep_hash_bytes(&key, line.text, line.length);

		fuzz_check(seep_common_users(common, hash) <= SEEP_COMMON_USERS_MOST);
		lines++;
	}
	fuzz_check(seep_common_domains(common) <= lines);
	seep_common_close(common);
	free(text);
}

/* What is taken has the rules by which the bound is reckoned. */
static void check_suffixes(const char *text, size_t size)
{
	struct seep_conf_error error = { .line = 0 };
	struct seep_conf_reader reader = reader_of(text, size, &error);
	struct seep_suffixes *suffixes;
	enum seep_conf_status status = seep_lists_read_suffixes(&reader, &suffixes);

	check_error(status, &error);
	fuzz_check((suffixes != NULL) == (status == SEEP_CONF_OK));
	if (suffixes) {
		fuzz_check(seep_suffix_kind_of(suffixes, "co.uk") == SEEP_SUFFIX_ICANN);
		fuzz_check(seep_suffix_kind_of(suffixes, "github.io") == SEEP_SUFFIX_PRIVATE);
	}
	seep_suffix_close(suffixes);
}

static void fuzz_suffix_file(struct fuzz_input *input)
{
	char *text = (char *)fuzz_copy(input->at, input->left);

	check_suffixes(text, input->left);
	free(text);
}

static void fuzz_suffix_lines(struct fuzz_input *input)
{
	char *more = calloc(1, input->left + 2);
	size_t size;
	char *text;

	fuzz_check(more);
	memcpy(more, input->at, input->left);
	more[strlen(more)] = '\n';
	text = suffix_text(more, &size);
	check_suffixes(text, size);
	free(text);
	free(more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	switch (fuzz_take8(&input)) {
	case 'a':
		fuzz_domains(&input);
		break;
	case 'n':
		fuzz_netblocks(&input);
		break;
	case 'f':
		fuzz_allow(&input);
		break;
	case 'c':
		fuzz_common(&input);
		break;
	case 'p':
		fuzz_suffix_file(&input);
		break;
	case 'q':
		fuzz_suffix_lines(&input);
		break;
	default:
		break;
	}
	return 0;
}
