# SPDX-License-Identifier: BSD-3-Clause
"""What is aimed at: the worst case of each kind for every method, and whether Seep meets it."""

from fnmatch import fnmatchcase
from typing import NamedTuple, Optional

from results import leaked, method_rows, per_1000, size_text

ONE_DOMAIN = ("base32/10s", "base32/100s", "base32/1000s", "base32/10000s")
DOMAINS = ("base32/*s/10d", "base32/*s/100d", "base32/*s/1000d")
ENCODINGS = ("words/*", "short9/*", "triples/*", "hex/*", "dotted/*", "hosts/*", "tiny/*",
             "base64/*")
BOOKS = ("codebook*", "widebook/*", "domainbook/*", "types*")
DYNAMIC_DNS = ("dyndns/*",)
MACHINES = ("base32/*s/[0-9]*m",)
CUNNING = ("base32/frog", "base32/office", "base32/10s/popular*")
PICTURES = ("base32/10s/picture*",)
LISTED = ("base32/10s/listed", "base32/10s/anybody")
KNOWN = ("knownbook/*",)
ROUTES = ("base32/10s/rotate*", "base32/10s/dual", "base32/10s/lease*")
JOINED = ("base32/10s/joins", "base32/10s/behaves")
SLOW = ("*/100s", "*/1000s", "*/10000s")

UNSENT_SHARE = 0.95
FALSE_BLOCKS = 0.1
P50_NS, P99_NS = 150, 500
# A network's budget, bytes at once and bytes a day.
NETWORK = (8192, 1024)
# What leaves for a common domain within the habit: so many times a picture's name of four bytes
# a day.
HABITS, HABIT_BYTES = 4, 4
# How far another encoding may be from base32.
ENCODING_SHARE = 0.2


class Aim(NamedTuple):
    """One row of the table of aims."""
    title: str
    values: list  # a text a method, Seep's first
    aim: str
    met: Optional[bool]  # by Seep; None: no such case ran
    counts: bool = True  # towards the exit status; speed is the machine's as much as Seep's


def each(results, patterns, method, tool=False):
    """Payload bytes a machine in each case of these names that ran, by one method."""
    return [leaked(case, method) / case["machines"] for case in results["cases"]
            if case["ran"] and case["tool"] == tool
            and any(fnmatchcase(case["case"], pattern) for pattern in patterns)]


def least_unsent(results, method):
    """The least share of a file unsent at the first refusal, or at the end if there was none."""
    shares = [1 - min(1, case["methods"][method]["bytes_before_block"] / case["file_bytes"])
              for case in results["cases"] if case["ran"] and case["file_bytes"]]
    return min(shares, default=None)


def leak_aim(results, title, patterns, aim, holds, tool=False):
    """HOLDS gets Seep's bytes of every case. None if there is no such case."""
    if not any(fnmatchcase(case["case"], pattern) for case in results["cases"]
               for pattern in patterns):
        return None
    worst = [max(each(results, patterns, method, tool), default=None)
             for method in range(len(method_rows(results)))]
    seep = each(results, patterns, 0, tool)
    return Aim(title, ["-" if most is None else size_text(most) for most in worst], aim,
               holds(seep) if seep else None)


def limits(results):
    """Bytes that may leave: of a user, of one at a common domain, of a network."""
    promise = results["promise_bytes"]
    return (promise, promise + HABITS * HABIT_BYTES * results["days"],
            NETWORK[0] + NETWORK[1] * results["days"])


def limit_of(results, name):
    """The one that holds for a case."""
    promise, common, network = limits(results)
    if any(fnmatchcase(name, pattern) for pattern in ROUTES):
        return network
    if any(fnmatchcase(name, pattern) for pattern in PICTURES + LISTED + KNOWN):
        return common
    return promise


def leak_aims(results):
    promise, common, network = limits(results)
    base32 = max(each(results, ONE_DOMAIN, 0), default=None)

    def kept(seep):
        return max(seep) <= promise

    def kept_and_habit(seep):
        return max(seep) <= common

    def network_kept(seep):
        return max(seep) <= network

    def no_more(seep):
        return None if base32 is None else max(seep) <= base32

    def alike(seep):
        return None if base32 is None else all(abs(one - base32) <= ENCODING_SHARE * base32
                                               for one in seep)

    most, most_common, most_network = ("at most %.0f" % limit
                                       for limit in (promise, common, network))
    rows = [
        leak_aim(results, "one domain, 0.75 down to 0.00075 B/s", ONE_DOMAIN, most, kept),
        leak_aim(results, "10, 100, 1000 domains", DOMAINS, "no more than on one domain", no_more),
        leak_aim(results, "other encodings", ENCODINGS, "as on one domain, 20% either way", alike),
        leak_aim(results, "codebooks and types, nothing new", BOOKS, most, kept),
        leak_aim(results, "registered names under dynamic DNS", DYNAMIC_DNS, most, kept),
        leak_aim(results, "2, 10, 50 machines, of each", MACHINES, most, kept),
        leak_aim(results, "boiling frog, office hours, made popular", CUNNING, most, kept),
        leak_aim(results, "popular by 10, 30, 50 % of all, a picture each", PICTURES, most_common,
                 kept_and_habit),
        leak_aim(results, "on the common-list, or anybody's", LISTED, most_common, kept_and_habit),
        leak_aim(results, "known names of common domains", KNOWN, most_common, kept_and_habit),
        leak_aim(results, "rotated addresses, dual stack, leases", ROUTES, most_network,
                 network_kept),
        leak_aim(results, "machines that join, from the first minute or later", JOINED, most, kept),
        leak_aim(results, "tools slowed to 100 s a query or slower", SLOW, most, kept, tool=True),
    ]
    return [row for row in rows if row]


def worst_office(offices, method):
    """The most refused user-days, or None if the method ran in none of them."""
    return max((per_1000(office["methods"][method], "people_days_refused") for office in offices
                if method < len(office["methods"])), default=None)


def office_aims(results):
    """One row a shape: the worst of all sizes."""
    aims = []
    shapes = dict.fromkeys(office["shape"] for office in results.get("offices", ()))
    for shape in shapes:
        offices = [office for office in results["offices"] if office["shape"] == shape]
        worst = [worst_office(offices, method) for method in range(len(method_rows(results)))]
        aims.append(Aim("refused days in 1000: %s, of %s people" % (
            shape, ", ".join("%d" % office["people"] for office in offices)),
            ["-" if most is None else "%.3f" % most for most in worst], "none", worst[0] == 0))
    return aims


# What the operator has to see, and may have refused by its own word.
MAY_BE_REFUSED = ("reverse-3000", "product-1m", "leak-test-36", "mtr-2", "block-lists-40",
                  "reverse-v6-10")
# Not refused on the first two days; after that it may be the operator's word.
SECOND_DAY = ("product-*",)


def extra_refused(extra, method):
    """Queries refused of what must not be; of a product only if that began before its third day."""
    book = extra["methods"][method]
    late = any(fnmatchcase(extra["extra"], pattern) for pattern in SECOND_DAY) and (
        book["first_refused_day"] >= 3)
    return 0 if late else book["refused"]


def extra_aims(results):
    offices = [office for office in results.get("offices", ()) if office["extras"]]
    aims = []
    for office in offices:
        shares = [sum(extra_refused(extra, method) > 0 for extra in office["extras"]
                      if extra["extra"] not in MAY_BE_REFUSED)
                  for method in range(len(office["methods"]))]
        aims.append(Aim("devices, products, links refused, %s, %d people"
                        % (office["shape"], office["people"]),
                        ["%d" % share for share in shares], "none", shares[0] == 0))
    return aims


def all_aims(results):
    """The rows of the table; none if no case ran."""
    if not results["cases"]:
        return []
    rows = method_rows(results)
    unsent = [least_unsent(results, method) for method in range(len(rows))]
    blocks = [per_1000(row, "people_days_refused") for row in rows]
    return leak_aims(results) + [
        Aim("tools, 20 kB file: least share unsent when stopped",
            ["-" if share is None else "%.1f%%" % (100 * share) for share in unsent],
            "over %.0f%%" % (100 * UNSENT_SHARE),
            None if unsent[0] is None else unsent[0] > UNSENT_SHARE),
        Aim("false blocks in 1000 user-days", ["%.3f" % share for share in blocks],
            "at most %g" % FALSE_BLOCKS, blocks[0] <= FALSE_BLOCKS),
        *office_aims(results),
        *extra_aims(results),
        Aim("one observation, p50 / p99, ns",
            ["%.0f/%.0f" % (row["ns_p50"], row["ns_p99"]) for row in rows],
            "%d / %d" % (P50_NS, P99_NS),
            rows[0]["ns_p50"] <= P50_NS and rows[0]["ns_p99"] <= P99_NS, counts=False),
    ]


def missed(results):
    """Titles of the aims that Seep does not meet and that count."""
    return [aim.title for aim in all_aims(results) if aim.counts and aim.met is False]
