/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of what operators changed: read as it is, then with a last line that is right.
 */
#include "fuzz.h"

#include "state/changes_file.h"

const char fuzz_target[] = "changes";

#define LAST_LINE_SIZE 64

static bool is_printable(const char *text, size_t size)
{
	for (size_t at = 0; at < size && text[at]; at++) {
		if (text[at] < ' ' || text[at] > '~')
			return false;
	}
	return memchr(text, '\0', size) != NULL;
}

/* An exception is one of a name, for users that there can be, and what it says can be printed. */
static void check_exception(const struct seep_exception *exception)
{
	const struct seep_netblock *user = &exception->user;
	struct seep_address client = { .size_bytes = user->addr_len ? user->addr_len : 4 };
	struct seep_exceptions *set;

	fuzz_check(is_printable(exception->maker, sizeof(exception->maker)));
	fuzz_check(is_printable(exception->reason, sizeof(exception->reason)));
	fuzz_check(user->addr_len == 0 || user->addr_len == 4 || user->addr_len == 16 ||
		   user->addr_len == SEEP_MAC_BYTES);
	fuzz_check(user->prefix_bits <= 8 * user->addr_len);
	memcpy(client.bytes, user->addr, client.size_bytes);
	/* In some forwarder's network. */
	if (client.size_bytes == SEEP_MAC_BYTES) {
		client.size_bytes = SEEP_ADDRESS_MAC_V4_BYTES;
		memcpy(client.bytes + 4, user->addr, SEEP_MAC_BYTES);
	}
	fuzz_check(seep_exceptions_create(&set, exception, 1) == SEEP_EXCEPTIONS_OK);
	/* It covers its own name, as long as it holds. */
	fuzz_check(seep_exceptions_cover(set, exception->name, exception->name_size, &client, 0) ==
		   seep_exception_holds(exception, 0));
	seep_exceptions_destroy(set);
}

static void read_one(const uint8_t *bytes, size_t size)
{
	static struct seep_changes_content content;
	static struct fuzz_file file;
	char problem[SEEP_CHANGES_PROBLEM_SIZE];
	enum seep_changes_read read;

	fuzz_file_put(&file, bytes, size);
	read = seep_changes_file_read(file.path, &content, problem);
	fuzz_check(read == SEEP_CHANGES_READ || read == SEEP_CHANGES_DAMAGED);
	if (read == SEEP_CHANGES_DAMAGED) {
		fuzz_check(strncmp(problem, file.path, strlen(file.path)) == 0 &&
			   is_printable(problem, sizeof(problem)));
		return;
	}
	fuzz_check(content.count <= SEEP_EXCEPTIONS_MOST);
	for (size_t at = 0; at < content.count; at++)
		check_exception(&content.exceptions[at]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct seep_hash_key key = { .rounds = SEEP_HASH_1_3 };
	uint8_t *copy = calloc(1, size + LAST_LINE_SIZE);
	size_t count = 0;

	fuzz_check(copy);
	read_one(data, size);
	memcpy(copy, data, size);
	for (size_t at = 0; at + 6 < size; at++)
		count += (!at || data[at - 1] == '\n') && memcmp(data + at, "allow ", 6) == 0;
	size += (size_t)snprintf((char *)copy + size, LAST_LINE_SIZE, "end %zu %016" PRIx64 "\n",
				 count, seep_hash_bytes(&key, copy, size));
	read_one(copy, size);
	free(copy);
	return 0;
}
