/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a state file, frame by frame. */
#include "state/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads up to SIZE bytes at OFFSET; fewer at the end of the file or on an error. */
static size_t read_at(struct seep_state_reader *reader, void *to, size_t size, uint64_t offset)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = pread(reader->fd, (char *)to + got, size - got, (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			reader->error = errno;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

static enum seep_state_opened open_file(struct seep_state_reader *reader, const char *path)
{
	struct stat status;

	/* Not waiting for the other end, should it be a pipe. */
	reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (reader->fd < 0 || fstat(reader->fd, &status) != 0) {
		reader->error = errno;
		reader->fault = errno == ELOOP ? SEEP_FAULT_LINK : SEEP_FAULT_UNOPENED;
		return errno == ENOENT ? SEEP_STATE_MISSING : SEEP_STATE_UNUSABLE;
	}
	if (!S_ISREG(status.st_mode)) {
		reader->fault = SEEP_FAULT_IRREGULAR;
		return SEEP_STATE_UNUSABLE;
	}
	reader->device = status.st_dev;
	reader->inode = status.st_ino;
	reader->frame = aligned_alloc(64, (SEEP_STATE_BUFFER_BYTES + 63) & ~(size_t)63);
	if (!reader->frame) {
		reader->error = ENOMEM;
		reader->fault = SEEP_FAULT_UNREAD;
		return SEEP_STATE_UNUSABLE;
	}
	return SEEP_STATE_OPENED;
}

enum seep_state_opened seep_state_open(struct seep_state_reader *reader, const char *path)
{
	unsigned char bytes[sizeof(struct seep_state_header)];
	enum seep_state_opened opened;
	size_t size;

	memset(reader, 0, sizeof(*reader));
	opened = open_file(reader, path);
	if (opened != SEEP_STATE_OPENED)
		return opened;
	size = read_at(reader, bytes, sizeof(bytes), 0);
	if (reader->error) {
		reader->fault = SEEP_FAULT_UNREAD;
		return SEEP_STATE_UNUSABLE;
	}
	reader->fault = seep_state_header_fault(&reader->header, bytes, size);
	if (reader->fault)
		return SEEP_STATE_DAMAGED;
	seep_state_rewind(reader);
	return SEEP_STATE_OPENED;
}

void seep_state_close(struct seep_state_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->frame);
	explicit_bzero(reader, sizeof(*reader));
	reader->fd = -1;
}

void seep_state_rewind(struct seep_state_reader *reader)
{
	reader->offset = sizeof(reader->header);
	reader->fault = SEEP_FAULT_NONE;
	seep_state_begin(&reader->progress, &reader->header);
}

/* Reads the payload of a frame whose head is there, and makes progress; or what is wrong. */
static enum seep_state_fault take_frame(struct seep_state_reader *reader)
{
	struct seep_state_frame *frame = reader->frame;
	enum seep_state_fault fault = seep_state_frame_fault(frame);

	if (fault)
		return fault;
	if (read_at(reader, frame + 1, frame->bytes, reader->offset + sizeof(*frame)) <
	    frame->bytes)
		return SEEP_FAULT_FRAME_CUT;
	if (reader->offset >= reader->verified && !seep_state_is_intact(&reader->header, frame))
		return SEEP_FAULT_FRAME_SUM;
	return seep_state_step(&reader->progress, &reader->header, frame);
}

bool seep_state_next(struct seep_state_reader *reader)
{
	struct seep_state_frame *frame = reader->frame;
	size_t got = read_at(reader, frame, sizeof(*frame), reader->offset);

	if (!got && !reader->error) {
		reader->fault =
			reader->progress.ended ? SEEP_FAULT_NONE : SEEP_FAULT_CHECKPOINT_CUT;
		return false;
	}
	reader->fault = got < sizeof(*frame) ? SEEP_FAULT_FRAME_CUT : take_frame(reader);
	if (reader->fault)
		return false;
	reader->offset += sizeof(*frame) + frame->bytes;
	if (frame->type == SEEP_STATE_END)
		reader->checkpoint_bytes = reader->offset;
	return true;
}

enum seep_state_opened seep_state_verify(struct seep_state_reader *reader, const char *path)
{
	enum seep_state_opened opened = seep_state_open(reader, path);

	if (opened != SEEP_STATE_OPENED)
		return opened;
	while (seep_state_next(reader))
		;
	reader->verified = reader->offset;
	return reader->progress.ended ? SEEP_STATE_OPENED : SEEP_STATE_DAMAGED;
}
