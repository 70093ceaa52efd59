# SPDX-License-Identifier: BSD-3-Clause
"""A text that passes for the Public Suffix List: see module/conf/lists_read.h."""

RULES_LEAST = 5000


def suffix_text(rules=RULES_LEAST, more=()):
    """Both sections, rules that every version has, so many others; more: further private rules."""
    return "\n".join(
        ["// ===BEGIN ICANN DOMAINS===", "com", "org", "edu", "net", "example", "co.uk", "com.au",
         "co.jp", "com.br", "*.ck", "!www.ck", "*.kawasaki.jp", "!city.kawasaki.jp"] +
        ["r%d.jp" % at for at in range(rules)] +
        ["// ===END ICANN DOMAINS===", "// ===BEGIN PRIVATE DOMAINS===", "github.io",
         "herokuapp.com", "azurewebsites.net", *more, "// ===END PRIVATE DOMAINS===", ""])
