/* SPDX-License-Identifier: BSD-3-Clause */
/* Tab-separated rows: the input is the file. */
#include "trace_fuzz.h"

const char fuzz_target[] = "tsv";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_trace(TRACE_TSV, data, size);
	return 0;
}
