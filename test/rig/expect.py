# SPDX-License-Identifier: BSD-3-Clause
"""Compares the statistics before and after a case with what must have changed."""

import contextlib
import time

from . import cost

CLASSES = ("known", "charged", "internal", "allowed", "exempt", "unproven",
           "untracked")
UNSENT = ("unsent", "refused.user", "refused.network", "refused.domain", "refused.dga", "stale")
BITS = ("bits", "bits.metered")
WAIT_S = 5			# a busy machine is late with what it counts


def complete(want):
    """The sums that follow from the others: sent, misses, queries."""
    want = {key.replace("_", "."): value for key, value in want.items()}
    want = {key.replace("would.refuse", "would_refuse"): value for key, value in want.items()}
    sent = sum(want.get(key, 0) for key in CLASSES)
    want.setdefault("sent", sent)
    want.setdefault("misses", sent - want.get("refreshes", 0) +
                    sum(want.get(key, 0) for key in UNSENT))
    want.setdefault("queries", sum(want.get(key, 0)
                                   for key in ("hits", "local", "misses", "joined")))
    return want


def bounds(charge, want):
    """Between what num.seep.bits changes: the names that are charged, and known ones."""
    least = 1 if charge else 0
    most = sum(cost.most_bits(name, *more) for _, name, *more in charge)
    return least, most + want.get("known", 0) * cost.most_known_bits()


class Watch:
    """One lab's statistics, case by case."""

    def __init__(self, lab, tap, title):
        self.lab = lab
        self.tap = tap
        self.title = title

    def snapshot(self):
        """The statistics when they have come to rest."""
        last = self.lab.seep()
        for _ in range(50):
            time.sleep(0.02)
            now = self.lab.seep()
            if now == last:
                break
            last = now
        return last

    def delta(self, before):
        return {key: value - before.get(key, 0) for key, value in self.lab.seep().items()}

    def wrong(self, got, want, charge, gauges, ignore):
        """The differences between got and want, as text."""
        lines = []
        least, most = bounds(charge, want)
        if got.get("num.seep.bits.metered", 0) > got.get("num.seep.bits", 0) + 1:
            lines.append("more bits are metered than charged")
        for key, value in got.items():
            if key.startswith("seep."):
                short = key[len("seep."):]
                if short in gauges and value != gauges[short]:
                    lines.append("%s: changed by %d, not %d" % (key, value, gauges[short]))
                continue
            short = key[len("num.seep."):]
            if short in ignore:
                continue
            if short in BITS:
                # shared by many, what is metered may be less than a bit
                if not (0 if short == "bits.metered" else least) <= value <= most:
                    lines.append("%s: changed by %d, not %d to %.1f" % (key, value, least, most))
            elif value != want.get(short, 0):
                lines.append("%s: changed by %d, not %d" % (key, value, want.get(short, 0)))
        for short in want:
            if "num.seep." + short not in got:
                lines.append("num.seep.%s is not in the statistics" % short)
        return lines

    @contextlib.contextmanager
    def case(self, name, either=None, charge=(), gauges=None, ignore=(), **want):
        """
        Around the questions of a case. want: counters without num.seep. (flagged_user=1), all
        others must not move; charge: the (user, name[, domain labels]) that are charged;
        either: a list of alternatives to want; gauges: changes of seep.* gauges.
        """
        before = self.snapshot()
        wrong = []
        yield
        choices = [complete(one) for one in (either or [want])]
        until_s = time.monotonic() + WAIT_S
        while True:
            got = self.delta(before)
            tries = [self.wrong(got, one, charge, gauges or {}, ignore) for one in choices]
            wrong = min(tries, key=len)
            if not wrong and got:
                break
            if time.monotonic() > until_s:
                break
            time.sleep(0.03)
        if not got:
            wrong = ["no statistics of Seep"]
        self.tap.ok(not wrong, "%s: %s" % (self.title, name), "\n".join(wrong))
