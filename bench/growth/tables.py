# SPDX-License-Identifier: BSD-3-Clause
"""What was found, as lines of tables."""

import fit

TITLES = {
    "names": "Distinct names", "users": "Users", "domains": "Domains", "bytes": "Bytes of a name",
    "threads_own": "Threads, each with users and domains of its own",
    "threads_cdn": "Threads, each with users of its own, all in one domain",
    "threads_one": "Threads, one user and one domain for all",
    "state": "State file, by memory-size, everything full",
    "turn": "The longest observation, by memory-size",
}
# Columns: a figure's key, its title, its format, and what it is divided by.
POINT = (("known_ns", "known, ns", "%.0f", 1), ("novel_ns", "novel, ns", "%.0f", 1),
         ("known_instructions", "instr., known", "%d", 1), ("novel_instructions", "instr., novel", "%d", 1),
         ("needed_bytes", "needed, MiB", "%.1f", 1 << 20),
         ("resident_bytes", "resident, MiB", "%.1f", 1 << 20),
         ("unplaced_share", "no place, %", "%.2f", 0.01))
THREADS = tuple(
    (kind + key, title, form, scale) for kind in ("known", "novel")
    for key, title, form, scale in (("_rate", kind + ", 1000/s", "%.0f", 1000),
                                    ("_ratio", "to one", "%.2f", 1),
                                    ("_locks", "locks", "%.2f", 1), ("_taken", "taken", "%.4f", 1)))
STATE = (("checkpoint_bytes", "file, MiB", "%.1f", 1 << 20), ("written_ms", "written, ms", "%.0f", 1),
         ("synced_ms", "synced, ms", "%.0f", 1), ("checked_ms", "checked, ms", "%.0f", 1),
         ("claimed_ms", "claimed, ms", "%.0f", 1), ("restored_ms", "restored, ms", "%.0f", 1),
         ("started_ms", "started, ms", "%.0f", 1),
         ("journal_10000_bytes", "journal, MiB", "%.2f", 1 << 20),
         ("journal_10000_ms", "journal, ms", "%.1f", 1))
TURN = (("longest_us", "turning, us", "%.1f", 1), ("longest_without_us", "else, us", "%.1f", 1))


def columns_of(curve):
    if curve.startswith("threads"):
        return THREADS
    return {"state": STATE, "turn": TURN}.get(curve, POINT)


def cells(curve, row):
    return [form % (row[key] / scale) if key in row else "-"
            for key, _, form, scale in columns_of(curve)]


def line(first, texts, columns):
    return "  %-9s" % first + "".join(text.rjust(max(len(title), 7) + 2)
                                      for text, (_, title, _, _) in zip(texts, columns))


def table(curve, rows):
    """The lines of a curve: a row for each point, and the exponents."""
    columns = columns_of(curve)
    text = fit.bytes_text if curve in ("state", "turn") else fit.size_text
    lines = ["", TITLES[curve], line("", [title for _, title, _, _ in columns], columns)]
    lines += [line(text(row["x"]), cells(curve, row), columns) for row in rows]
    if not curve.startswith("threads"):
        slopes = fit.exponents(rows)
        lines.append(line("exponent", ["%.2f" % slopes[key] if key in slopes else "-"
                                       for key, _, _, _ in columns], columns))
    return "\n".join(lines)
