/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Punycode (RFC 3492, 6.3): the label's ASCII letters, a "-" if there are any, and then for each
 * other letter, the lowest code point first, how far a decoder's state has to move to insert it: a
 * number in digits of 36, the length of which adapts to the last ones.
 *
 * Example: "b\u00fccher" is "bcher", "-", and "kva": 745, which is 124 * 6 + 1, for U+00FC is 124
 * above U+0080, a word of five letters has six places, and the one behind the first is meant.
 */
#include "names/punycode.h"

#include <string.h>

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST = 0x80 };

/* Reads the characters of TEXT. Returns their count, or 0 if there are more than 63 or no UTF-8. */
static size_t read_utf8(uint32_t points[63], const char *text, size_t length)
{
	size_t count = 0;

	for (size_t at = 0; at < length; count++) {
		uint8_t first = (uint8_t)text[at++];
		unsigned more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
		uint32_t point = more ? first & (0x3fu >> more) : first;

		if (count == 63 || (first >= 0x80 && first < 0xc2) || first > 0xf4 ||
		    length - at < more)
			return 0;
		for (; more; more--, at++) {
			if (((uint8_t)text[at] & 0xc0) != 0x80)
				return 0;
			point = point << 6 | ((uint8_t)text[at] & 0x3fu);
		}
		points[count] = point;
	}
	return count;
}

static uint32_t adapt(uint32_t delta, uint32_t written, int is_first)
{
	uint32_t steps = 0;

	delta /= is_first ? DAMP : 2;
	delta += delta / written;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; steps += BASE)
		delta /= BASE - T_MIN;
	return steps + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static char digit(uint32_t value)
{
	return (char)(value < 26 ? 'a' + value : '0' + value - 26);
}

/* Appends DELTA to the LENGTH bytes of OUT, at most 63. Returns the new length, 0 without room. */
static size_t put_delta(char out[63], size_t length, uint32_t delta, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t least = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (length == 63)
			return 0;
		if (delta < least) {
			out[length++] = digit(delta);
			return length;
		}
		out[length++] = digit(least + (delta - least) % (BASE - least));
		delta = (delta - least) / (BASE - least);
	}
}

size_t seep_punycode_label(uint8_t label[64], const char *text, size_t length)
{
	uint32_t points[63], next = FIRST, delta = 0, bias = FIRST_BIAS, ascii = 0, written;
	size_t count = read_utf8(points, text, length), size = 4;
	char out[63] = "xn--";

	for (size_t i = 0; i < count; i++) {
		if (points[i] >= FIRST)
			continue;
		if (size == sizeof(out))
			return 0;
		out[size++] = (char)points[i];
		ascii++;
	}
	if (ascii && size < sizeof(out))
		out[size++] = '-';
	for (written = ascii; written < count; delta++, next++) {
		uint32_t lowest = UINT32_MAX;

		for (size_t i = 0; i < count; i++)
			if (points[i] >= next && points[i] < lowest)
				lowest = points[i];
		/* At most 0x1fffff times 64: no overflow. */
		delta += (lowest - next) * (written + 1);
		next = lowest;
		for (size_t i = 0; i < count; i++) {
			delta += points[i] < next;
			if (points[i] != next)
				continue;
			size = put_delta(out, size, delta, bias);
			if (!size)
				return 0;
			bias = adapt(delta, written + 1, written == ascii);
			delta = 0;
			written++;
		}
	}
	if (!count)
		return 0;
	label[0] = (uint8_t)size;
	memcpy(label + 1, out, size);
	return size;
}
