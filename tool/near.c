/* SPDX-License-Identifier: BSD-3-Clause */
/* The distance of two words, by a table of the distances of their beginnings. */
#include "near.h"

#include <string.h>

#define LENGTH_MAX 15

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned near_distance(const char *a, const char *b)
{
	unsigned table[LENGTH_MAX + 1][LENGTH_MAX + 1];
	size_t rows = strlen(a), columns = strlen(b);

	if (rows > LENGTH_MAX || columns > LENGTH_MAX)
		return LENGTH_MAX + 1;
	for (unsigned i = 0; i <= rows; i++) {
		for (unsigned j = 0; j <= columns; j++) {
			if (!i || !j) {
				table[i][j] = i + j;
				continue;
			}
			table[i][j] = least(table[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
					    1 + least(table[i - 1][j], table[i][j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
		}
	}
	return table[rows][columns];
}

bool near_is_slip(const char *word, const char *meant)
{
	unsigned distance = near_distance(word, meant);

	return distance <= NEAR_WRONG_LETTERS && distance < strlen(word);
}
