# SPDX-License-Identifier: BSD-3-Clause
"""The charge of a name, worked out apart from the module."""

import dns.name

BITS_SYMBOL = 5.322		# a byte of a label, or its end
BITS_MORE = 1			# before each label and after the last: does one follow?
BITS_ODD_BYTE = 8
BITS_NEW_DOMAIN = 16
PLAIN = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def labels_of(name):
    if isinstance(name, str):
        name = dns.name.from_text(name)
    if isinstance(name, dns.name.Name):
        name = name.labels
    return tuple(label for label in name if label)


def charge_bits(name, domain_labels=2, new_domain=True, users=1):
    """Bits for a novel name; the last domain_labels labels are its registrable domain."""
    labels = labels_of(name)
    prefix = labels[:max(len(labels) - domain_labels, 0)]
    bits = BITS_MORE + (BITS_NEW_DOMAIN if new_domain else 0)
    for label in prefix:
        bits += BITS_MORE + (len(label) + 1) * BITS_SYMBOL
        bits += sum(BITS_ODD_BYTE for byte in label if byte not in PLAIN)
    return bits / users
