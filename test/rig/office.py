# SPDX-License-Identifier: BSD-3-Clause
"""Traces of an office for `seepctl replay`: its people by a seed, their addresses, and whatever else is there.

What people ask is the benchmark's mixture (bench/detect/org_browse.c and habit.h), with fewer repeats: those only hit
the cache. A query is (WHEN, WHO, TEXT): seconds, a number, and the columns from the type on.
"""
import functools
import math
import random

MONDAY_S = 1767571200		# 2026-01-05, midnight in UTC; days count from there
DAY_S = 86400
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
HEX = "0123456789abcdef"
SITES = 24000
SYLLABLES = [a + b + c for a in "bcdfghjklmnprstvwz" for b in "aeiou" for c in ("", "", "", "n", "r", "s", "t")]
SUFFIXES = ("com",) * 10 + ("net", "org", "org", "co.jp", "de", "co.uk", "io", "fr")


def drawn(draw, alphabet, count):
    return "".join(draw.choices(alphabet, k=count))


def word(draw):
    return "".join(draw.choices(SYLLABLES, k=draw.choice((2, 2, 3, 3, 4))))


def zipf(draw, count):
    """A rank from 0 on by Zipf's law."""
    return min(int(math.exp(draw.random() * math.log(count + 1))) - 1, count - 1)


def domain_text(draw):
    return "%s.%s" % (word(draw), draw.choice(SUFFIXES))


@functools.lru_cache(None)
def site(rank):
    """A site's one name, and how long it lives."""
    draw = random.Random("site %d" % rank)
    www = "www." if draw.random() < 0.62 else ""
    return www + domain_text(draw), draw.choice((60, 300, 300, 300, 3600, 3600, 86400))


@functools.lru_cache(None)
def party(rank):
    """A domain that pages pull in, or a platform: its names; the first ones have many."""
    draw = random.Random("party %d" % rank)
    domain = domain_text(draw)
    count = max(1, 120 // (rank + 1)) if rank < 160 else draw.choice((1, 1, 1, 2))
    hosts = ("www", "static", "cdn", "api", "img", "m", "mail", "assets", "login", "app", "media", "events")
    return [("%s%s.%s" % (draw.choice(hosts), draw.randrange(20) or "", domain), draw.choice((30, 60, 300, 300, 3600)))
            for _ in range(count)]


@functools.lru_cache(None)
def dead(rank):
    return "t%d.%s" % (rank, domain_text(random.Random("dead %d" % rank)))


def uuid(draw):
    return "-".join(drawn(draw, HEX, count) for count in (8, 4, 4, 4, 12))


def many(domain, count):
    """In many domains, no domain's meter is spent."""
    return ["d%d-%s" % (number, domain) for number in range(count)]


def at(day, hour=0.0):
    return MONDAY_S + day * DAY_S + hour * 3600


def both(when, who, name, ttl=300, rcode="NOERROR"):
    """A query for each kind of address."""
    return [(when, who, "A\t%s\t%s\t%d" % (name, rcode, ttl)),
            (when + 0.01, who, "AAAA\t%s\t%s\t%d" % (name, rcode, ttl))]


def one(when, who, name, ttl=300, kind="A", rcode="NOERROR"):
    return (when, who, "%s\t%s\t%s\t%d" % (kind, name, rcode, ttl))


def polled(who, names, every_s, first_day, last_day, ttl=60, rcode="NOERROR", jitter=0.1):
    """Each name of both types on a clock of its own of about so many seconds."""
    draw = random.Random(who)
    rows = []
    for name in names:
        when = at(first_day) + draw.uniform(0, every_s)
        while when < at(last_day):
            rows += both(when, who, name, ttl, rcode)
            when += every_s * draw.uniform(1 - jitter, 1 + jitter)
    return rows


class Person:
    """Whoever works there; `day` makes up what one asks on a day."""

    # Times a day, as habit.h has them for an office.
    HABITS = (("av", 8), ("safeframe", 3), ("measure", 2), ("footprint", 1), ("amp", 0.5), ("video", 4),
              ("probe", 1), ("corp", 6), ("storm", 0.08), ("portal", 8), ("courier", 2), ("dead", 30),
              ("gone", 0.2), ("typo", 0.25))

    def __init__(self, who, seed):
        self.who = who
        self.draw = draw = random.Random("%d %d" % (seed, who))
        self.pages = 30 * math.exp(draw.gauss(-0.12, 0.5))
        self.favourites = [zipf(draw, SITES) for _ in range(40)]
        self.programs = [draw.choice(party(zipf(draw, 160 if draw.random() < 0.7 else 4000)))
                         for _ in range(14)]
        self.rows = []

    def day(self, day):
        draw = self.draw
        if day % 7 >= 5 or draw.random() < 0.06:	# weekends, holidays
            return
        start = MONDAY_S + day * DAY_S + draw.gauss(8.6, 0.8) * 3600
        end = start + draw.gauss(9, 1) * 3600

        for _ in range(int(self.pages * math.exp(draw.gauss(-0.1, 0.45)) + draw.random())):
            self.page(draw.uniform(start, end))
        for _ in range(60):
            self.rows += both(draw.uniform(start, end), self.who, *draw.choice(self.programs))
        for name, rate in self.HABITS:
            for _ in range(int(rate) + (draw.random() < rate % 1)):
                getattr(self, name)(draw.uniform(start, end))

    def page(self, when):
        draw = self.draw
        rank = self.favourites[zipf(draw, 40)] if draw.random() < 0.78 else zipf(draw, SITES)
        if draw.random() < 0.02:
            rank = draw.randrange(400000)
        self.rows += both(when, self.who, *site(rank))
        fixed = random.Random("page %d" % rank)
        pulled = [fixed.choice(party(zipf(fixed, 160 if fixed.random() < 0.62 else 4000))) for _ in range(3)]
        pulled.append(draw.choice(party(zipf(draw, 160 if draw.random() < 0.62 else 4000))))
        for name, ttl in pulled:
            self.rows += both(when + 0.2, self.who, name, ttl)

    def av(self, when):
        common = self.draw.random() < 0.5
        file = random.Random("file %d" % zipf(self.draw, 4000)) if common else self.draw
        self.rows.append(one(when, self.who, drawn(file, BASE32, 26) + ".avqs.mcafee.com", 3600))

    def safeframe(self, when):
        self.rows += both(when, self.who, drawn(self.draw, HEX, 32) + ".safeframe.googlesyndication.com")

    def measure(self, when):
        self.rows += both(when, self.who, drawn(self.draw, HEX, 32) + ".fp.measure.office.com", 60)

    def footprint(self, when):
        self.rows += both(when, self.who, drawn(self.draw, HEX, 32) + ".clo.footprintdns.com", 60)

    def amp(self, when):
        name = site(zipf(self.draw, SITES))[0].replace(".", "-")
        self.rows += both(when, self.who, name + ".cdn.ampproject.org")

    def video(self, when):
        for _ in range(3):
            node = random.Random("node %d" % zipf(self.draw, 400))
            self.rows += both(when, self.who, "rr%d---sn-%s.googlevideo.com"
                              % (node.randrange(1, 21), drawn(node, BASE32, 8)), 1800)

    def probe(self, when):
        if self.who % 5 < 2:
            for _ in range(3):
                name = drawn(self.draw, "abcdefghijklmnopqrstuvwxyz", self.draw.randrange(7, 16))
                self.rows.append(one(when, self.who, name, 900, rcode="NXDOMAIN"))

    def corp(self, when):
        host = ("www", "mail", "vpn", "files", "dc1", "dc2", "wiki", "git", "ldap", "proxy")[zipf(self.draw, 10)]
        self.rows += both(when, self.who, host + ".corp.ordinarygroup.com", 3600)

    def storm(self, when):
        for _ in range(4):
            self.rows += both(when, self.who, word(self.draw) + ".corp.ordinarygroup.com", 900, "NXDOMAIN")

    def portal(self, when):
        self.rows += both(when, self.who, ("connectivitycheck.gstatic.com", "www.msftconnecttest.com",
                                           "detectportal.firefox.com")[zipf(self.draw, 3)])

    def courier(self, when):
        self.rows += both(when, self.who, "%d-courier.push.apple.com" % self.draw.randrange(1, 51), 3600)

    def dead(self, when):
        self.rows += both(when, self.who, dead(zipf(self.draw, 150)), 900, "NXDOMAIN")

    def gone(self, when):
        self.rows += both(when, self.who, "www." + domain_text(self.draw), 900, "NXDOMAIN")

    def typo(self, when):
        name = list(site(self.favourites[zipf(self.draw, 40)])[0])
        name[self.draw.randrange(4, 6)] = self.draw.choice(HEX[10:])
        self.rows += both(when, self.who, "".join(name), 900, "NXDOMAIN")


@functools.lru_cache(8)
def people(count, days, seed=1, first=0):
    """All queries of so many people in so many days, in order of time; their numbers are from FIRST on."""
    rows = []
    for who in range(first, first + count):
        person = Person(who, seed)
        for day in range(days):
            person.day(day)
        rows += person.rows
    return sorted(rows)


# Which address somebody has at a time.

def v4(who, _when=0):
    return "10.0.%d.%d" % (who // 200, who % 200 + 10)


@functools.lru_cache(None)
def _interface(who, day):
    return ":".join("%x" % random.Random("%d %d %d" % (who, day, at)).randrange(1, 65536) for at in range(4))


def slaac(who, when):
    """In one /64, by privacy addresses (RFC 8981): a new one each day."""
    return "2001:db8:1:1:" + _interface(who, int(when // DAY_S))


def dual(who, when):
    """IPv4 and IPv6 by turns."""
    return slaac(who, when) if int(when * 1000) % 2 else v4(who)


def nat(_who, _when):
    return "10.0.0.1"


def lease(seconds):
    """A new IPv4 address in the same /24 after so many seconds."""
    return lambda who, when: "10.0.0.%d" % (random.Random("%d %d" % (who, when // seconds)).randrange(10, 250))


def trace(rows, address=v4):
    """The text for `seepctl replay -`. Who is a text has that address."""
    return "".join(["%.3f\t%s\t%s\n" % (when, who if isinstance(who, str) else address(who, when), text)
                    for when, who, text in rows]).encode("ascii")
