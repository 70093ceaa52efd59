# SPDX-License-Identifier: BSD-3-Clause
"""A text that passes for the Public Suffix List: see module/conf/lists_read.h."""

RULES_LEAST = 5000

# For a Lab: below the top-level domains that the world's root does not have, domains can be missing.
CONF = "public-suffix-list: \"suffixes.dat\"\n"
MISSING = ("void", "tld")


def suffix_text(rules=RULES_LEAST, more=()):
    """Both sections, rules that every version has, so many others; more: further private rules."""
    return "\n".join(
        ["// ===BEGIN ICANN DOMAINS===", "com", "org", "edu", "net", "example", "co.uk", "com.au",
         "co.jp", "com.br", "*.ck", "!www.ck", "*.kawasaki.jp", "!city.kawasaki.jp"] +
        ["r%d.jp" % at for at in range(rules)] +
        ["// ===END ICANN DOMAINS===", "// ===BEGIN PRIVATE DOMAINS===", "github.io",
         "herokuapp.com", "azurewebsites.net", *more, "// ===END PRIVATE DOMAINS===", ""])


def files():
    """The list, for a Lab's directory."""
    return {"suffixes.dat": suffix_text(more=MISSING)}
