/* SPDX-License-Identifier: BSD-3-Clause */
/* Unbound's log: the input is the file. */
#include "trace_fuzz.h"

const char fuzz_target[] = "log";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_trace(TRACE_UNBOUND, data, size);
	return 0;
}
