/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl check-state: is a state file whole, and if not, what is wrong and where? */
#include "seepctl.h"

#include "base/plural.h"
#include "state/reader.h"
#include "state/record.h"
#include "state_view.h"

#include <inttypes.h>
#include <string.h>

static const char *of_owner(const struct seep_state_owner *owner, char text[SEEP_FAULT_TEXT_SIZE])
{
	if (!owner->pid)
		return "ended well";
	snprintf(text, SEEP_FAULT_TEXT_SIZE, "written by process %" PRIu64, owner->pid);
	return text;
}

static int say_wrong(const char *path, const struct seep_state_reader *reader)
{
	char fault[SEEP_FAULT_TEXT_SIZE];

	seep_state_fault_text(reader->fault, reader->header.version, fault);
	if (reader->error)
		fprintf(stderr, "%s: %s: %s\n", path, fault, strerror(reader->error));
	else
		fprintf(stderr, "%s: byte %" PRIu64 ": %s\n", path, reader->offset, fault);
	return SEEPCTL_WRONG;
}

/* The file that has been walked over to its end. */
static int say_whole(const char *path, const struct seep_state_reader *reader)
{
	const struct seep_state_progress *progress = &reader->progress;
	char text[SEEP_FAULT_TEXT_SIZE];

	printf("ok: version %" PRIu32 ", checkpoint of %" PRIu64 " %s, ", reader->header.version,
	       progress->seen.users, seep_plural(progress->seen.users, "user", "users"));
	/* A file of before networks has none. */
	if (progress->networks)
		printf("%" PRIu64 " %s, ", progress->networks,
		       seep_plural(progress->networks, "network", "networks"));
	printf("%" PRIu64 " %s; %" PRIu64 " bytes, and %" PRIu64 " of journal; %s\n",
	       progress->seen.domains, seep_plural(progress->seen.domains, "domain", "domains"),
	       reader->checkpoint_bytes, reader->offset - reader->checkpoint_bytes,
	       of_owner(&progress->owner, text));
	if (reader->fault)
		printf("%s: byte %" PRIu64 ": %s, as it is after a crash; all before it is used\n",
		       path, reader->offset,
		       seep_state_fault_text(reader->fault, reader->header.version, text));
	return SEEPCTL_OK;
}

int cmd_check_state(int argc, char **argv)
{
	const char *path = state_view_default;
	struct seep_state_reader reader;
	int status;

	status = seepctl_take_path(argc, argv, &path);
	if (status != SEEPCTL_OK)
		return status;
	if (seep_record_verify(&reader, path) == SEEP_STATE_OPENED)
		status = say_whole(path, &reader);
	else
		status = say_wrong(path, &reader);
	seep_state_close(&reader);
	return status;
}
