/* SPDX-License-Identifier: BSD-3-Clause */
/* dnstap: the input is a file of Frame Streams. */
#include "trace_fuzz.h"

#include <fstrm.h>

const char fuzz_target[] = "dnstap";

fstrm_res __real_fstrm_reader_read(struct fstrm_reader *reader, const uint8_t **frame,
				   size_t *size);
fstrm_res __wrap_fstrm_reader_read(struct fstrm_reader *reader, const uint8_t **frame,
				   size_t *size);

/*
 * The linker puts this between: libfstrm's buffer is so large that no sanitizer sees a read past
 * the frame in it.
 */
fstrm_res __wrap_fstrm_reader_read(struct fstrm_reader *reader, const uint8_t **frame, size_t *size)
{
	static uint8_t *copy;
	fstrm_res result = __real_fstrm_reader_read(reader, frame, size);

	free(copy);
	copy = NULL;
	if (result == fstrm_res_success && *frame)
		*frame = copy = fuzz_copy(*frame, *size);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_trace(TRACE_DNSTAP, data, size);
	return 0;
}
