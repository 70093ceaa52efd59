/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be wrong with a state file: codes, and their texts for people. */
#ifndef SEEP_STATE_FAULT_H
#define SEEP_STATE_FAULT_H

#include <stdint.h>

/* X(constant, text). NONE is 0. The text goes on from the file's path and a colon. */
#define SEEP_STATE_FAULTS(X)                                                                    \
	X(SEEP_FAULT_NONE, "nothing is wrong")                                                  \
	/* The file, as it is opened and read. */                                               \
	X(SEEP_FAULT_LINK, "is a symbolic link")                                                \
	X(SEEP_FAULT_UNOPENED, "cannot be opened")                                              \
	X(SEEP_FAULT_IRREGULAR, "is not a regular file")                                        \
	X(SEEP_FAULT_UNREAD, "cannot be read")                                                  \
	/* Its header. */                                                                       \
	X(SEEP_FAULT_EMPTY, "empty")                                                            \
	X(SEEP_FAULT_FOREIGN, "not a state file of Seep")                                       \
	X(SEEP_FAULT_BYTE_ORDER, "it was written on a machine with the other byte order")       \
	X(SEEP_FAULT_BYTE_ORDER_MARK, "the byte-order mark is damaged")                         \
	X(SEEP_FAULT_VERSION, "it has another format version")                                  \
	X(SEEP_FAULT_HEADER_CUT, "it ends within the header")                                   \
	X(SEEP_FAULT_HEADER_SIZE, "the header has the wrong size")                              \
	X(SEEP_FAULT_HEADER_SUM, "the header's checksum is wrong")                              \
	X(SEEP_FAULT_TABLE_SIZES, "the header has impossible table sizes")                      \
	X(SEEP_FAULT_RECORD_SIZES, "the header has impossible record sizes")                    \
	X(SEEP_FAULT_BUDGETS, "the header has impossible budgets")                              \
	X(SEEP_FAULT_TIMES, "the header has impossible times")                                  \
	X(SEEP_FAULT_OTHER_RECORDS, "it was written by a Seep whose records have another size") \
	/* Its frames. */                                                                       \
	X(SEEP_FAULT_CHECKPOINT_CUT, "the checkpoint is cut short")                             \
	X(SEEP_FAULT_CHECKPOINT_LACKS, "the checkpoint lacks records")                          \
	X(SEEP_FAULT_FRAME_CUT, "a frame is cut short")                                         \
	X(SEEP_FAULT_FRAME_TYPE, "a frame has an unknown type")                                 \
	X(SEEP_FAULT_FRAME_SIZE, "a frame has an impossible size")                              \
	X(SEEP_FAULT_FRAME_SUM, "a frame's checksum is wrong")                                  \
	X(SEEP_FAULT_FRAME_PLACE, "a frame is in the wrong place")                              \
	X(SEEP_FAULT_END_SIZE, "the checkpoint's end mark has the wrong size")                  \
	X(SEEP_FAULT_TICK_SIZE, "a time mark has the wrong size")                               \
	X(SEEP_FAULT_TICK_TIMES, "a time mark has impossible times")                            \
	X(SEEP_FAULT_OWNER_SIZE, "the owner mark has the wrong size")                           \
	X(SEEP_FAULT_NOVELTY_SIZE, "the head of the novelty memory has the wrong size")         \
	X(SEEP_FAULT_RECORD_CUT, "a record is cut short")                                       \
	/* A file that is no longer as we left it. */                                           \
	X(SEEP_FAULT_REMOVED, "was removed")                                                    \
	X(SEEP_FAULT_REPLACED, "was replaced")                                                  \
	X(SEEP_FAULT_SHORTENED, "was cut short")                                                \
	X(SEEP_FAULT_WRITTEN, "was written to by another program")

#define SEEP_FAULT_CONSTANT(constant, text) constant,
enum seep_state_fault { SEEP_STATE_FAULTS(SEEP_FAULT_CONSTANT) };
#undef SEEP_FAULT_CONSTANT

#define SEEP_FAULT_TEXT_SIZE 80

/*
 * Writes what FAULT says to TEXT, and returns that. VERSION is the file's format version, which one
 * of the texts tells.
 */
const char *seep_state_fault_text(enum seep_state_fault fault, uint32_t version,
				  char text[SEEP_FAULT_TEXT_SIZE]);

#endif
