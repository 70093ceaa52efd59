/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl check-state: is a state file whole, and if not, what is wrong and where? */
#include "seepctl.h"

#include "base/plural.h"
#include "state/reader.h"
#include "state/record.h"
#include "state_view.h"

#include <inttypes.h>
#include <string.h>

static const char *of_owner(const struct seep_state_owner *owner, char text[64])
{
	if (!owner->pid)
		return "ended well";
	snprintf(text, 64, "written by process %" PRIu64, owner->pid);
	return text;
}

static int say_wrong(const char *path, const struct seep_state_reader *reader)
{
	if (reader->error)
		fprintf(stderr, "%s: %s: %s\n", path, reader->fault, strerror(reader->error));
	else
		fprintf(stderr, "%s: byte %" PRIu64 ": %s\n", path, reader->offset, reader->fault);
	return SEEPCTL_WRONG;
}

/* The file that has been walked over to its end. */
static int say_whole(const char *path, const struct seep_state_reader *reader)
{
	const struct seep_state_progress *progress = &reader->progress;
	char text[64];

	printf("ok: version %" PRIu32 ", checkpoint of %" PRIu64 " %s, %" PRIu64 " %s; %" PRIu64
	       " bytes, and %" PRIu64 " of journal; %s\n",
	       reader->header.version, progress->seen.users,
	       seep_plural(progress->seen.users, "user", "users"), progress->seen.domains,
	       seep_plural(progress->seen.domains, "domain", "domains"), reader->checkpoint_bytes,
	       reader->offset - reader->checkpoint_bytes, of_owner(&progress->owner, text));
	if (reader->fault)
		printf("%s: byte %" PRIu64 ": %s, as it is after a crash; all before it is used\n",
		       path, reader->offset, reader->fault);
	return SEEPCTL_OK;
}

int cmd_check_state(int argc, char **argv)
{
	const char *path = state_view_default;
	struct seep_state_reader reader;
	const char *fault;
	int status;

	status = seepctl_take_path(argc, argv, &path);
	if (status != SEEPCTL_OK)
		return status;
	if (seep_state_verify(&reader, path) != SEEP_STATE_OPENED) {
		status = say_wrong(path, &reader);
	} else {
		fault = seep_record_fault(&reader.header);
		if (fault) {
			fprintf(stderr, "%s: byte 0: %s\n", path, fault);
			status = SEEPCTL_WRONG;
		} else {
			status = say_whole(path, &reader);
		}
	}
	seep_state_close(&reader);
	return status;
}
