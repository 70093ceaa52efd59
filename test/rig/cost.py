# SPDX-License-Identifier: BSD-3-Clause
"""The most that a name can be charged, worked out apart from the module."""

import dns.name

BITS_SYMBOL = 5.322		# a byte of a label, or its end
BITS_MORE = 1			# before each label and after the last: does one follow?
BITS_WHICH_CODE = 1		# spelled out or shared, each label
BITS_ODD_BYTE = 8
BITS_NEW_DOMAIN = 16
BITS_TYPE_A = 1.035
BITS_TYPE = 26			# the rarest
BITS_KIND = 14			# novel or known, for one who sends hardly any of it
BITS_CHOICE = 26		# which domain, or which known name
PLAIN = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def labels_of(name):
    if isinstance(name, str):
        name = dns.name.from_text(name)
    if isinstance(name, dns.name.Name):
        name = name.labels
    return tuple(label for label in name if label)


def spelled_bits(name, domain_labels=2):
    """A novel name of type A, spelled out; the last domain_labels labels are its domain."""
    labels = labels_of(name)
    prefix = labels[:max(len(labels) - domain_labels, 0)]
    bits = BITS_MORE + BITS_TYPE_A
    for label in prefix:
        bits += BITS_MORE + BITS_WHICH_CODE + (len(label) + 1) * BITS_SYMBOL
        bits += sum(BITS_ODD_BYTE for byte in label if byte not in PLAIN)
    return bits


def most_bits(name, domain_labels=2):
    """With the domain, the type and all else that may come on top."""
    return spelled_bits(name, domain_labels) + BITS_TYPE + BITS_KIND + max(BITS_NEW_DOMAIN,
                                                                           BITS_CHOICE)


def most_known_bits():
    """A known name, of a type that may be new for it."""
    return BITS_TYPE + BITS_KIND + BITS_CHOICE
