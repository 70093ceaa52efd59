/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"
int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	return done();
}
