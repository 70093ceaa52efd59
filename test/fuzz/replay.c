/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts every seed and past crasher of a target to it, or the files that it is given, with any
 * compiler. TAP.
 *
 * What crashes the target ends the process: the last line then names the file, and the plan is
 * missing.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>

#define INPUT_MAX (1024 * 1024)

/* The target is run with the bytes of PATH, called NAME. */
static void replay(const char *path, const char *name)
{
	static uint8_t bytes[INPUT_MAX];
	FILE *file = fopen(path, "re");
	uint8_t *input;
	size_t size;

	if (!file) {
		ok(false, "%s: %s", name, strerror(errno));
		return;
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	printf("# %s\n", name);
	fflush(stdout);
	input = fuzz_copy(bytes, size);
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	ok(true, "%s", name);
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every file of test/fuzz/KIND/TARGET, in the order of their names; how many. */
static int replay_all(const char *kind)
{
	const char *source = getenv("SEEP_SRC");
	struct dirent **entries;
	char directory[1024], path[1300];
	int count;

	snprintf(directory, sizeof(directory), "%s/test/fuzz/%s/%s", source ? source : ".", kind,
		 fuzz_target);
	count = scandir(directory, &entries, is_input, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		replay(path, strstr(path, kind));
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i], argv[i]);
	if (argc == 1) {
		ok(replay_all("seeds") > 0, "there are seeds for %s", fuzz_target);
		replay_all("crashers");
	}
	return done();
}
