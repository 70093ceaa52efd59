/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a state file, frame by frame, also while it is written: what is there when
 * it is read is whole, or is the end.
 *
 * Never maps the file, so that cutting it cannot hurt the reader.
 */
#ifndef SEEP_STATE_READ_H
#define SEEP_STATE_READ_H

#include <stdint.h>
#include <sys/types.h>

#include "state/format.h"

struct seep_state_reader {
	int fd;
	dev_t device;
	ino_t inode;
	struct seep_state_header header;
	struct seep_state_progress progress;
	uint64_t offset;                /* of the next frame; of the fault, if there is one */
	uint64_t checkpoint_bytes;      /* up to the checkpoint's end, once that was read */
	uint64_t verified;              /* the checksums up to here were right */
	enum seep_state_fault fault;    /* what is wrong */
	int error;                      /* errno, where the file could not be opened or read */
	struct seep_state_frame *frame; /* the last one read, its payload behind it */
};

enum seep_state_opened {
	SEEP_STATE_OPENED,
	SEEP_STATE_MISSING,  /* there is no such file */
	SEEP_STATE_UNUSABLE, /* it cannot be opened, or is no file; see fault and error */
	SEEP_STATE_DAMAGED,  /* what is in it is wrong; see fault and offset */
};

/* Opens the file at PATH, not following a symbolic link, and reads its header.
 * seep_state_close belongs after every outcome. */
enum seep_state_opened seep_state_open(struct seep_state_reader *reader, const char *path);
void seep_state_close(struct seep_state_reader *reader);

/*
 * Reads the next frame. False at the end, with a fault if that is not where a frame
 * ends; the checkpoint is whole if progress.ended.
 */
bool seep_state_next(struct seep_state_reader *reader);

/* Begins again behind the header; checksums that were right are not computed again. */
void seep_state_rewind(struct seep_state_reader *reader);

/* Opens the file and walks over all of it: DAMAGED if there is no whole checkpoint. */
enum seep_state_opened seep_state_verify(struct seep_state_reader *reader, const char *path);

#endif
