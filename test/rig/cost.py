# SPDX-License-Identifier: BSD-3-Clause
"""The most that a name can be charged, worked out apart from the module."""

import dns.name
from dns.rdataclass import IN

BITS_SYMBOL = 5.322		# a byte of a label, or its end
BITS_MORE = 1			# before each label and after the last: does one follow?
BITS_WHICH_CODE = 1		# spelled out or shared, each label; in a reverse name, a number or not
BITS_ODD_BYTE = 8
BITS_NEW_DOMAIN = 16
BITS_TYPE_A = 1.035
BITS_TYPE = 26			# the rarest
BITS_CLASS = 17			# and of a class that is not IN
BITS_KIND = 14			# novel or known, for one who sends hardly any of it
BITS_CHOICE = 26		# which domain, or which known name
PLAIN = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

# Reverse zones: the numbers that their labels may be, bits of each, and how many of them are paid for.
DIGITS = {b"%x" % number for number in range(16)}
BYTES = {b"%d" % number for number in range(256)}
REVERSE = {b"ip6": (DIGITS, 4, 8), b"in-addr": (BYTES, 8, 2)}


def labels_of(name):
    if isinstance(name, str):
        name = dns.name.from_text(name)
    if isinstance(name, dns.name.Name):
        name = name.labels
    return tuple(label for label in name if label)


def reverse_of(labels):
    is_reverse = len(labels) > 1 and labels[-1] == b"arpa" and labels[-2] in REVERSE
    return REVERSE[labels[-2]] if is_reverse else (set(), 0, 0)


def label_bits(label, numbers, number_bits):
    """A label and which code it is in, without the one of shared labels."""
    if label in numbers:
        return BITS_WHICH_CODE + number_bits
    bits = BITS_WHICH_CODE * (2 if numbers else 1) + (len(label) + 1) * BITS_SYMBOL
    return bits + sum(BITS_ODD_BYTE for byte in label if byte not in PLAIN)


def spelled_bits(name, domain_labels=2):
    """A novel name of type A, spelled out; the last domain_labels labels are its domain."""
    labels = labels_of(name)
    numbers, number_bits, _ = reverse_of(labels)
    prefix = labels[:max(len(labels) - domain_labels, 0)]
    return BITS_MORE + BITS_TYPE_A + sum(
        BITS_MORE + label_bits(label, numbers, number_bits) for label in prefix)


def domain_bits(name, domain_labels=2):
    """
    A new domain. Labels of it before its last two are taken for given ones, as they are below a
    private suffix of two labels; those of a reverse zone are, unless they are paid for.
    """
    labels = labels_of(name)[-domain_labels:]
    numbers, number_bits, paid = reverse_of(labels)
    given = labels[:-2] if len(labels) > 2 else ()
    while given and paid and given[-1] in numbers:
        given, paid = given[:-1], paid - 1
    return BITS_NEW_DOMAIN + sum(label_bits(label, numbers, number_bits) for label in given)


def question_bits(rdclass=IN):
    """Any type, of that class."""
    return BITS_TYPE if rdclass == IN else BITS_TYPE + BITS_CLASS


def most_bits(name, domain_labels=2, rdclass=IN):
    """With the domain, the type and all else that may come on top."""
    return question_bits(rdclass) + spelled_bits(name, domain_labels) + BITS_KIND + max(
        domain_bits(name, domain_labels), BITS_CHOICE)


def most_known_bits(rdclass=IN):
    """A known name, of a type that may be new for it."""
    return question_bits(rdclass) + BITS_KIND + BITS_CHOICE
