# SPDX-License-Identifier: BSD-3-Clause
"""Compares the statistics before and after a case with exactly what must have changed."""

import contextlib
import time

from . import cost

CLASSES = ("known", "charged", "internal", "allowed", "exempt", "untracked")
REFUSALS = ("refused.user", "refused.domain")
BITS = ("bits", "bits.metered")


def complete(want):
    """The sums that follow from the others: sent, misses, queries."""
    want = {key.replace("_", "."): value for key, value in want.items()}
    want = {key.replace("would.refuse", "would_refuse"): value for key, value in want.items()}
    sent = sum(want.get(key, 0) for key in CLASSES)
    want.setdefault("sent", sent)
    want.setdefault("misses", sent + want.get("unsent", 0) + sum(want.get(key, 0)
                                                                 for key in REFUSALS))
    want.setdefault("queries", sum(want.get(key, 0)
                                   for key in ("hits", "local", "misses", "joined")))
    return want


class Model:
    """What names cost so far, in one lab: who uses a domain, and whether it is new."""

    def __init__(self):
        self.users = {}

    def join(self, user, name, domain_labels=2):
        """The user sent a known name: it costs nothing, but makes a user of the domain."""
        self.charge(user, name, domain_labels)

    def charge(self, user, name, domain_labels=2):
        labels = cost.labels_of(name)
        domain = tuple(label.lower() for label in labels[-domain_labels:])
        users = self.users.setdefault(domain, set())
        bits = cost.charge_bits(labels, domain_labels, not users)
        weighted = bits / max(len(users), 1)
        users.add(user)
        return bits, weighted


class Watch:
    """One lab's statistics, case by case."""

    def __init__(self, lab, tap, title):
        self.lab = lab
        self.tap = tap
        self.title = title
        self.model = Model()

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

    def wrong(self, got, want, bits, gauges, ignore):
        """The differences between got and want, as text."""
        lines = []
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
                due = bits[BITS.index(short)] if bits else 0
                if abs(value - due) > (1.01 if due else 0):
                    lines.append("%s: changed by %d, not %.1f" % (key, value, due))
            elif value != want.get(short, 0):
                lines.append("%s: changed by %d, not %d" % (key, value, want.get(short, 0)))
        for short in want:
            if "num.seep." + short not in got:
                lines.append("num.seep.%s is not in the statistics" % short)
        return lines

    @contextlib.contextmanager
    def case(self, name, either=None, charge=(), gauges=None, ignore=(), wait_s=1.0, **want):
        """
        Around the questions of a case. want: counters without num.seep. (flagged_user=1), all
        others must not move; charge: the (user, name[, domain labels]) that are charged, in
        order; either: a list of alternatives to want; gauges: changes of seep.* gauges.
        """
        before = self.snapshot()
        wrong = []
        yield
        bits = None
        if charge:
            charges = [self.model.charge(*one) for one in charge]
            bits = (sum(one[0] for one in charges), sum(one[1] for one in charges))
        choices = [complete(one) for one in (either or [want])]
        until_s = time.monotonic() + wait_s
        while True:
            got = self.delta(before)
            tries = [self.wrong(got, one, bits, gauges or {}, ignore) for one in choices]
            wrong = min(tries, key=len)
            if not wrong and got:
                break
            if time.monotonic() > until_s:
                break
            time.sleep(0.03)
        if not got:
            wrong = ["no statistics of Seep"]
        self.tap.ok(not wrong, "%s: %s" % (self.title, name), "\n".join(wrong))
