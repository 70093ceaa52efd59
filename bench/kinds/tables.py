# SPDX-License-Identifier: BSD-3-Clause
"""What was found, under flat keys and as lines of tables."""

# Columns: a figure's key, and its title.
KIND = (("users", "users"), ("queries", "queries"), ("refused", "refused"), ("stale", "stale"),
        ("user_days_refused", "user-days"), ("user_days", "of"), ("flagged", "flagged"),
        ("named", "named"), ("others_user_days_refused", "others' user-days"))
TUNNEL = (("bytes", "bytes out"), ("bits", "bits each"), ("queries", "queries"), ("sent", "sent"),
          ("refused", "refused"), ("stale", "stale"), ("others_refused", "others' refused"))


def flat(rows):
    """{KEY_WHAT: figure} of (KEY, {WHAT: figure}); README.md says what there is."""
    return {"%s_%s" % (key, what): value for key, found in rows for what, value in found.items()}


def line(first, texts, columns):
    return "  %-10s" % first + "".join(text.rjust(max(len(title), 8) + 2)
                                       for text, (_, title) in zip(texts, columns))


def head(columns):
    return line("", [title for _, title in columns], columns)


def row(first, found, columns):
    if "error" in found:
        return "  %-10s  failed: %s" % (first, found["error"])
    return line(first, [str(found[key]) for key, _ in columns], columns)
