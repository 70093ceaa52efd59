# SPDX-License-Identifier: BSD-3-Clause
"""What the kinds are made of: days, chance by a seed, and the lists that they are in."""

import collections
import os
import random
import sys

RIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "rig")
sys.path.append(RIG)
import office  # noqa: E402

LEARNING_DAYS = 7
NEW_DAY = 8			# one more than the learning takes
LAST_DAY = 21			# no more of it
OTHERS = 40			# people who are there besides
WAYS = {"learned": 0, "new": NEW_DAY}

DIGITS = "0123456789"
BASE36 = "abcdefghijklmnopqrstuvwxyz" + DIGITS

Kind = collections.namedtuple("Kind", "key title make people ways")


class Scene:
    """One run of a kind, from day FIRST until LAST. Two of the same seed are alike."""

    def __init__(self, key, seed, first, last=LAST_DAY):
        self.seed = seed
        self.first = first
        self.last = last
        self.draw = random.Random("%s %d" % (key, seed))

    def days(self):
        return range(self.first, self.last)

    def workdays(self):
        return [day for day in self.days() if works(day)]

    def every(self, seconds):
        """The times from the first day on, one in so many seconds."""
        count = int((self.last - self.first) * office.DAY_S / seconds)
        return [office.at(self.first) + number * seconds for number in range(count)]

    def some(self, workday, weekend):
        """What happens so often on a day: the times, at any of its hours from six to eight."""
        return [office.at(day, self.draw.uniform(6, 20)) for day in self.days()
                for _ in range(workday if works(day) else weekend)]

    def at_work(self, day, first_hour=9, last_hour=17):
        """One time of a day's working hours."""
        return office.at(day, self.draw.uniform(first_hour, last_hour))

    def people(self, count, number):
        """What so many people ask meanwhile, whose numbers are from NUMBER on."""
        return [row for row in office.people(count, self.last, self.seed, number)
                if row[0] >= office.at(self.first)]


def works(day):
    return day % 7 < 5


def fixed(what, number):
    """Chance that is the same each time for one of many."""
    return random.Random("%s %d" % (what, number))


def domain(rank):
    """A site's domain."""
    return office.site(rank)[0].removeprefix("www.")


def by_time(rows):
    return sorted(rows, key=lambda row: row[0])


def made(kind, it):
    """What a kind that is no tunnel asks, in order of time."""
    return by_time(kind.make(it))


def listed(kinds, people=OTHERS, ways=tuple(WAYS)):
    """
    Puts a function into KINDS. It is told a scene and returns rows as rig/office.py has them, in
    any order; its docstring is the title. PEOPLE are there besides.
    """
    def put(make):
        kinds.append(Kind(make.__name__, make.__doc__, make, people, ways))
        return make
    return put
