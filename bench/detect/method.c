/* SPDX-License-Identifier: BSD-3-Clause */
/* What is common to all methods. */
#include "method.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

struct method *method_new(const char *title)
{
	struct method *method = util_zeroed(1, sizeof(*method));

	snprintf(method->title, sizeof(method->title), "%s", title);
	method->threshold = INFINITY;
	return method;
}

void method_close(struct method *method)
{
	method->close(method);
	free(method);
}
