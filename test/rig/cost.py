# SPDX-License-Identifier: BSD-3-Clause
"""The most that a name can be charged, worked out apart from the module."""

import math

import dns.name
from dns.rdataclass import IN

# A label is written in the cheapest of several codes; those here need no table of letters, so the
# module can only find a cheaper one. Each: the bytes that it writes, bits of one, and what says which
# code and length it is, of shares of 64 and 63 lengths.
LENGTHS = math.log2(63)
DIGITS = b"0123456789"
HEX = DIGITS + b"abcdef"
PLAIN = HEX + b"ghijklmnopqrstuvwxyz-_"
CODES = (
    (PLAIN, 5.248, math.log2(64 / 3) + LENGTHS),
    (HEX, 4, 5 + LENGTHS),
    (DIGITS, 3.322, 5 + LENGTHS),
    (bytes(range(256)), 8, 6 + LENGTHS),
)
BITS_MORE = 1			# before each label and after the last: does one follow?
BITS_NUMBERS = 0.153		# in a reverse name: the labels are numbers
BITS_NO_NUMBERS = 3.322		# or they are not
BITS_NEW_DOMAIN = 16
BITS_TYPE_A = 1.035
BITS_TYPE = 26			# the rarest
BITS_CLASS = 17			# and of a class that is not IN
BITS_NO_PTR = 4.322		# of a reverse name's type that is not PTR
BITS_KIND = 14			# novel or known, for one who sends hardly any of it
BITS_SHAPE = 14			# that the shape is fresh, for one who sends hardly any such
BITS_GUESS = 11			# that it is not guessed, for one who sends what is
BITS_CHOICE = 26 + 9		# which domain, after whether it is the last one; or which known name

# Reverse zones: the numbers that their labels may be, bits of each, how many of them are paid for,
# and how many a whole address has below the zone.
NIBBLES = {b"%x" % number for number in range(16)}
BYTES = {b"%d" % number for number in range(256)}
REVERSE = {b"ip6": (NIBBLES, 4, 8, 20), b"in-addr": (BYTES, 8, 2, 1)}


def labels_of(name):
    if isinstance(name, str):
        name = dns.name.from_text(name)
    if isinstance(name, dns.name.Name):
        name = name.labels
    return tuple(label for label in name if label)


def reverse_of(labels):
    is_reverse = len(labels) > 1 and labels[-1] == b"arpa" and labels[-2] in REVERSE
    return REVERSE[labels[-2]] if is_reverse else (set(), 0, 0, 0)


def label_bits(label):
    """A label and which code it is in, without the one of shared labels and the model of letters."""
    return min(which + len(label) * bits for alphabet, bits, which in CODES
               if set(label.lower()) <= set(alphabet))


def numbers_bits(labels, number_bits):
    return BITS_NUMBERS + len(labels) * number_bits


def spelled_bits(name, domain_labels=2):
    """A novel name of type A, spelled out; the last domain_labels labels are its domain."""
    labels = labels_of(name)
    numbers, number_bits, _, whole = reverse_of(labels)
    prefix = labels[:max(len(labels) - domain_labels, 0)]
    if numbers and len(prefix) == whole and set(prefix) <= numbers:
        return BITS_TYPE_A + numbers_bits(prefix, number_bits)
    return BITS_TYPE_A + BITS_MORE + (BITS_NO_NUMBERS if numbers else 0) + sum(
        BITS_MORE + label_bits(label) for label in prefix)


def domain_bits(name, domain_labels=2):
    """
    A new domain. Labels of it before its last two are taken for given ones, as they are below a
    private suffix of two labels; those of a reverse zone are, unless they are paid for.
    """
    labels = labels_of(name)[-domain_labels:]
    numbers, number_bits, paid, _ = reverse_of(labels)
    given = labels[:-2] if len(labels) > 2 else ()
    while given and paid and given[-1] in numbers:
        given, paid = given[:-1], paid - 1
    if given and set(given) <= numbers:
        return BITS_NEW_DOMAIN + numbers_bits(given, number_bits)
    return BITS_NEW_DOMAIN + (BITS_NO_NUMBERS if numbers and given else 0) + sum(map(label_bits, given))


def question_bits(rdclass=IN):
    """Any type, of that class, in any name."""
    return BITS_NO_PTR + BITS_TYPE + (0 if rdclass == IN else BITS_CLASS)


def most_bits(name, domain_labels=2, rdclass=IN):
    """With the domain, the type and all else that may come on top."""
    return question_bits(rdclass) + spelled_bits(name, domain_labels) + BITS_KIND + BITS_SHAPE + \
        BITS_GUESS + max(domain_bits(name, domain_labels), BITS_CHOICE)


def most_known_bits(rdclass=IN):
    """A known name, of a type that may be new for it."""
    return question_bits(rdclass) + BITS_KIND + BITS_GUESS + BITS_CHOICE
