#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Offices of all shapes through `seepctl replay`: who is disturbed, and what gets out, in numbers. TAP.

Every trace is made up here, by rig/office.py and a seed. All run with seep.conf's defaults, of which learning is 7d;
arguments are further options of replay: SEEP_BUILD=build/seep/1.17.1 test/tool_people.py --user-budget 512
"""
import math
import operator
import os
import random
import sys
import tempfile

SOURCE = os.environ.get("SEEP_SRC", ".")
SEEPCTL = os.environ.get("SEEPCTL", os.path.join(os.environ.get("SEEP_BUILD", "."), "seepctl"))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
import office  # noqa: E402
from office import BASE32, DAY_S, HEX, at, both, drawn, many, one, polled, uuid  # noqa: E402
from replay import NETWORK, replayed  # noqa: E402
from tap import Tap  # noqa: E402

# What a user sends to a common domain beyond so many times the habit is charged in full.
BEYOND_HABIT = 4
# Days before something new begins: one more than the learning takes.
NEW = 8

tap = Tap()


def check(key, passed, measured):
    """Prints what was measured."""
    return tap.ok(passed, "%s: %s" % (key, measured))


def replay(rows, *options, address=office.v4, learning="7d"):
    return replayed(SEEPCTL, office.trace(sorted(rows, key=operator.itemgetter(0)), address),
                    "--learning", learning, *options, *sys.argv[1:])


def undisturbed(key, result, flagged=range(3)):
    """Nobody is refused anything, and so many are flagged."""
    totals = result.totals
    check(key, totals["refused"] == 0 and totals["users_flagged"] in flagged,
          "%d of %d queries refused, %d users, %d of them flagged"
          % (totals["refused"], totals["queries"], totals["users"], totals["users_flagged"]))


def within(key, sent_bytes, limit_bytes, more=""):
    check(key, sent_bytes <= limit_bytes, "%.0f bytes out, of %.0f at most%s" % (sent_bytes, limit_bytes, more))


def newcomer(result):
    """What a user of whom nothing is known has here: bytes at once, and bytes a day."""
    new_bytes = result.review["new_bytes"]
    return new_bytes, new_bytes / 8


def allowed(budget, days, habit_bytes=0.0):
    """What may leave in so many days, with a habit of so many bytes a day."""
    return budget[0] + budget[1] * days + BEYOND_HABIT * habit_bytes * days


# --- networks ---

def networks():
    undisturbed("IPv4, 60 people", replay(office.people(60, 14)))
    undisturbed("SLAAC, 60 people in a /64", replay(office.people(60, 14), address=office.slaac))
    undisturbed("SLAAC, 3 people in a /64", replay(office.people(3, 21), address=office.slaac))
    undisturbed("dual stack, 60 people", replay(office.people(60, 14), address=office.dual))
    undisturbed("dual stack, 3 people", replay(office.people(3, 21), address=office.dual))
    undisturbed("a lease an hour, 20 people", replay(office.people(20, 14), address=office.lease(3600)))
    for people, days in ((5, 21), (60, 14)):
        key = "NAT, %d people behind one address" % people
        result = replay(office.people(people, days), address=office.nat)
        undisturbed(key, result, flagged=range(1, 2))
        tap.ok("10.0.0.1" in result.review["named"], key + ": the review names it")
    for people in (4,):
        result = replay(office.people(people, 21), address=office.nat)
        undisturbed("NAT, %d people behind one address" % people, result, flagged=range(2))
    from_thursday = [row for row in office.people(40, 21) if row[0] >= at(3)]
    undisturbed("40 people who come in the midst of learning",
                replay([one(at(0), "192.0.2.1", "www.first.com"), *from_thursday]))
    team = [row for row in office.people(10, 21, first=60) if row[0] >= at(14)]
    undisturbed("a team of 10 that joins 50 in the third week", replay(office.people(50, 21) + team))


# --- machines that change their address ---

LETTERS, LETTERS_BYTES = 40, 25.0	# of base32: one name
TUNNEL_DAYS = 6


def tunnel(address, domains, first_day=NEW, days=TUNNEL_DAYS):
    """A name a minute, in each of the domains in turn. ADDRESS is told the time and the name's number."""
    draw = random.Random(domains[0])
    return [one(at(first_day) + number * 60, address(at(first_day) + number * 60, number),
                "%s.%s" % (drawn(draw, BASE32, LETTERS), domains[number % len(domains)]), 60)
            for number in range(days * 1440)]


def out_bytes(result, domains, each_bytes=LETTERS_BYTES):
    return sum(result.domains[domain]["sent"] for domain in domains if domain in result.domains) * each_bytes


def rotating_v6(_when, number):
    return "2001:db8:1:1:dead::%x" % (number // 10 + 1)


def rotating_v4(_when, number):
    return "10.0.0.%d" % (50 + number // 10 % 200)


def dual_stack(_when, number):
    return "2001:db8:1:1::66" if number % 2 else "10.0.0.200"


def leased(seconds):
    return lambda when, _number: "10.0.0.%d" % (50 + int(when // seconds) % 200)


def patient(addresses, domain_count):
    """Each of so many addresses asks for what everybody does, for ten days; then all of them send."""
    draw = random.Random(addresses)
    begin = NEW + 10
    known = [office.party(rank)[0][0] for rank in range(40)]
    rows = [one(at(day, draw.uniform(9, 17)), "10.0.0.%d" % (200 + who), draw.choice(known), 60)
            for day in range(NEW, begin) for who in range(addresses) for _ in range(10)]
    domains = many("patient-tunnel.com", domain_count)
    result = replay(office.people(60, begin + TUNNEL_DAYS) + rows
                    + tunnel(lambda _when, number: "10.0.0.%d" % (200 + number % addresses), domains, begin))
    # Four of them count at most, so each is charged a quarter; in many domains, its network's other budget is the end.
    budget_bytes = result.review["network_bytes"]
    budget = newcomer(result) if domain_count == 1 else (budget_bytes, budget_bytes / 8)
    within("tunnel, %d addresses held for ten days, %d domain%s"
           % (addresses, domain_count, "s" if domain_count > 1 else ""), out_bytes(result, domains),
           4 * allowed(budget, TUNNEL_DAYS))


def rotation():
    domain = "rotating-tunnel.com"
    for key, address, people_by, days, domains in (
            ("a new address in a /64 every ten names", rotating_v6, office.slaac, TUNNEL_DAYS, 1),
            ("the same, 100 domains", rotating_v6, office.slaac, TUNNEL_DAYS, 100),
            ("a new address in a /24 every ten names", rotating_v4, office.v4, TUNNEL_DAYS, 1),
            ("the same, 100 domains", rotating_v4, office.v4, TUNNEL_DAYS, 100),
            ("half of the names by IPv6", dual_stack, office.dual, TUNNEL_DAYS, 1),
            ("the same, 100 domains", dual_stack, office.dual, TUNNEL_DAYS, 100),
            ("a new lease a day", leased(DAY_S), office.v4, 13, 1),
            ("a new lease an hour", leased(3600), office.v4, TUNNEL_DAYS, 1),
            ("the same, 100 domains", leased(3600), office.v4, TUNNEL_DAYS, 100)):
        domains = many(domain, domains)
        result = replay(office.people(20, NEW + days) + tunnel(address, domains, days=days), address=people_by)
        within("tunnel, " + key, out_bytes(result, domains), allowed(NETWORK, days))


# --- domains that are common ---

PICTURE_BYTES = 4.0	# of a name such as img127


def popular(readers):
    """Of 400 people, so many load one picture each; then one of them sends."""
    domain = "mail-picture.com"
    draw = random.Random(readers)
    pictures = [row for who in range(readers)
                for row in both(at(1, draw.uniform(9, 17)), who, "img%d.%s" % (who, domain))]
    before = office.people(400, 3) + pictures
    alone = replay(before, learning="1d").domains[domain]["sent"]
    result = replay(before + tunnel(lambda *_: office.v4(0), [domain], first_day=2), learning="1d")
    within("tunnel, made popular by %d of 400 people" % readers,
           out_bytes(result, [domain]) - alone * LETTERS_BYTES,
           allowed(newcomer(result), TUNNEL_DAYS, PICTURE_BYTES), ", %d of %d pictures loaded" % (alone, len(pictures)))


def loaded(domains, readers, name=None):
    """So many people load a picture of each domain, on the last day of learning; its NAME, or one of their own each."""
    draw = random.Random(readers)
    return [row for domain in domains for who in range(readers)
            for row in both(at(NEW - 1, draw.uniform(9, 17)), who, "%s.%s" % (name or "img%d" % who, domain))]


def read_by_many():
    """Domains that some of 60 people read; then one machine sends to them."""
    background = office.people(60, NEW + TUNNEL_DAYS)
    domains = many("logo-tunnel.com", 20)
    seen = loaded(domains, 7, "logo")
    result = replay(background + seen + tunnel(lambda *_: office.v4(0), domains))
    # Eight users are few: each is charged a quarter, and may have the largest budget.
    most_bytes = result.review["most_bytes"]
    within("tunnel, 20 domains of which seven people loaded the same name",
           out_bytes(result, domains) - len(seen) * LETTERS_BYTES,
           4 * allowed((most_bytes, most_bytes / 8), TUNNEL_DAYS))
    domains = many("picture-tunnel.com", 10)
    for key, address in (("one new address", lambda *_: "10.0.0.200"), ("a new one every ten names", rotating_v4)):
        seen = loaded(domains, 40)
        result = replay(background + seen + tunnel(address, domains))
        network_bytes = result.review["network_bytes"]
        budget = (network_bytes, network_bytes / 8) if address is rotating_v4 else newcomer(result)
        # Addresses that get established have habits of their own.
        times = 2 if address is rotating_v4 else 1
        within("tunnel, ten domains that 40 people read, " + key,
               out_bytes(result, domains) - len(seen) * LETTERS_BYTES,
               times * allowed(budget, TUNNEL_DAYS, len(domains) * PICTURE_BYTES))
    draw = random.Random(65000)
    domain, count = "typed-tunnel.com", TUNNEL_DAYS * 8640
    for key, kinds in (("64,000 types", ["TYPE%d" % number for number in range(1024, 65000)]),
                       ("eight types", ["A", "AAAA", "HTTPS", "TXT", "MX", "NS", "SOA", "SRV"])):
        rows = [one(at(NEW) + number * 10, office.v4(0), "logo." + domain, 0, draw.choice(kinds))
                for number in range(count)]
        result = replay(background + loaded([domain], 20, "logo") + rows)
        sent = result.domains[domain]["sent"] - 40
        most_bytes = result.review["most_bytes"]
        within("tunnel, a known name of a common domain for one of %s" % key, sent * math.log2(len(kinds)) / 8,
               allowed((most_bytes, most_bytes / 8), TUNNEL_DAYS, HABIT_BYTES))


def grabbed():
    """Addresses that ask for one name each in the last hour of learning, and then send."""
    domains = many("grabbed-tunnel.com", 10)
    names = [one(at(6, 23) + number, "10.0.0.%d" % (100 + number), "www." + office.site(number)[0].removeprefix("www."))
             for number in range(40)]
    result = replay(office.people(60, NEW + TUNNEL_DAYS) + names
                    + tunnel(lambda _when, number: "10.0.0.%d" % (100 + number % 40), domains))
    within("tunnel, 40 addresses taken in the last hour of learning", out_bytes(result, domains),
           allowed(NETWORK, TUNNEL_DAYS))


def listed():
    anybody, owned = ["sslip.io"], many("owned-by-the-attacker.com", 10)
    names = dict([(9000, anybody[0]), *enumerate(owned, 10000)])
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as out:
        for rank in range(1, 20001):
            name = names.get(rank) or office.site(rank)[0].removeprefix("www.")
            out.write("%d,%s\n" % (rank, name))
        out.flush()
        for domains, whose in ((anybody, "a listed domain where anybody gets names"),
                               (owned, "ten listed domains of the attacker's, from rank 10,000 on")):
            result = replay(office.people(20, 14) + tunnel(lambda *_: "10.0.9.9", domains), "--common-list", out.name)
            # A listed domain counts for two users, so each is charged a half.
            within("tunnel, " + whose, out_bytes(result, domains),
                   2 * allowed(newcomer(result), TUNNEL_DAYS))


HABIT_BYTES = 16.0	# in each of the domains, of ten choices a day: the step of the histogram that these are on


def codebook(domains, names=64):
    """Free choice among names that everybody here asks for now and then; no answer lives for long."""
    book = ["n%d.common%d.com" % (name, domain) for domain in range(domains) for name in range(names)]
    bits = math.log2(len(book))
    draw = random.Random(domains)
    ordinary = [one(at(day, draw.uniform(9, 17)), who, draw.choice(book), 1)
                for day in range(14) if day % 7 < 5 for who in range(20) for _ in range(10)]
    choices = [one(at(NEW) + number * 10, "10.0.9.9", draw.choice(book), 1) for number in range(TUNNEL_DAYS * 8640)]
    result = replay(office.people(20, 14) + ordinary + choices)
    sent = result.users["10.0.9.9"]["sent"]
    within("tunnel, a choice of %d known names in %s common domain%s"
           % (len(book), domains, "s" if domains > 1 else ""), sent * bits / 8,
           allowed(newcomer(result), TUNNEL_DAYS, domains * HABIT_BYTES), ", %.1f bits a name" % bits)


def in_what_order(draw):
    """All of sixteen names in each round: which of 16! orders."""
    while True:
        yield from draw.sample(range(16), 16)


def which_of_them(draw):
    """Sixty-four names in one order, each asked for or left out: a bit each."""
    while True:
        yield from [number for number in range(64) if draw.random() < 0.5]


def how_often(draw):
    """One name 1 to 16 times, then another: four bits."""
    while True:
        yield from [0] * draw.randrange(1, 17) + [1]


def polling():
    """Names of a domain of its own, of no TTL; how they are polled is the message."""
    for key, choices, bits in (("the order of 16 known names", in_what_order, math.log2(math.factorial(16)) / 16),
                               ("which of 64 known names", which_of_them, 2), ("how often one", how_often, 4 / 9.5)):
        chosen = choices(random.Random(key))
        rows = [one(at(NEW) + number * 10, office.v4(0), "n%d.polled-tunnel.com" % next(chosen), 0)
                for number in range(TUNNEL_DAYS * 8640)]
        result = replay(office.people(20, 14) + rows)
        most_bytes = result.review["most_bytes"]
        within("tunnel, %s" % key, result.domains["polled-tunnel.com"]["sent"] * bits / 8,
               allowed((most_bytes, most_bytes / 8), TUNNEL_DAYS), ", %.1f bits a query" % bits)


# --- devices ---

def in_order(who, names, every_s, last_day, ttl=60):
    """All names one after the other, from the first day on."""
    return [one(at(0) + turn * every_s + number * 0.05, who, name, ttl)
            for turn in range(int(last_day * DAY_S / every_s)) for number, name in enumerate(names)]


def devices():
    def own(domain, count):
        hosts = ("api", "time", "ads", "log-ingestion", "device-metrics", "mqtt-eu", "firmware", "epg", "config", "cdn",
                 "ota", "telemetry", "push", "images", "voice", "drm", "id", "shop", "recommend")
        return ["%s.%s" % (host, domain) for host in hosts[:count]]

    pools = ["%d.%spool.ntp.org" % (number, vendor) for vendor in ("", "debian.") for number in range(4)]
    last = 21
    kinds = (
        ("an NTP client with eight pools", polled("10.0.9.1", pools, 1024, NEW, last, 130)),
        ("a TV with 3 names", polled("10.0.9.3", own("tv-three.com", 3), 600, NEW, last)),
        ("a TV with 7 names", polled("10.0.9.7", own("tv-seven.com", 7), 900, NEW, last)),
        ("a TV with 19 names", polled("10.0.9.19", own("tv-nineteen.com", 19), 1800, NEW, last, 300)),
        ("the same every five minutes", polled("10.0.9.20", own("tv-often.com", 19), 300, NEW, last)),
        ("a box with a name in each of twelve domains", polled("10.0.9.12", ["api.box%d.com" % number
                                                                             for number in range(12)], 300, NEW, last)),
        ("a hub with six names", polled("10.0.9.6", own("vendoriot.com", 6), 300, NEW, last)),
        ("a camera with three dead names", polled("10.0.9.4", own("dead-camera.com", 3), 120, NEW, last, 60,
                                                  "NXDOMAIN")),
    )
    result = replay(office.people(60, last) + [row for _, rows in kinds for row in rows])
    for key, rows in kinds:
        user = result.users[rows[0][1]]
        check("new after learning: " + key, user["refused"] == 0,
              "%d of %d queries refused in %d days, %.0f bytes metered"
              % (user["refused"], user["queries"], last - NEW, user["metered_bytes"]))

    # Each has a name of its own, or a new one each day, and one domain in all: too little to count as its users.
    meters = [row for number in range(30) for row in polled("10.0.7.%d" % number, ["meter%d.meter-maker.com" % number],
                                                            900, 0, 14)]
    draw = random.Random(10)
    tills = [row for day in range(14) for number in range(10) for name in (uuid(draw) + ".session.till-maker.com",)
             for row in polled("10.0.0.%d" % (200 + number), [name], 300, day, day + 0.4)]
    result = replay(office.people(20, 14) + meters + tills)
    for key, domain in (("30 meters in a network of their own", "meter-maker.com"),
                        ("ten tills with a new name a day", "till-maker.com")):
        found = result.domains[domain]
        check("there while learning, one domain each: " + key, found["refused"] == found["stale"] == 0,
              "%d of %d queries refused, %d answered from the cache" % (found["refused"], found["queries"],
                                                                        found["stale"]))

    hosts = [office.party(200 + number)[0][0] for number in range(200)]
    feeds = ["feeds." + office.site(2000 + number)[0].removeprefix("www.") for number in range(300)]
    result = replay(office.people(20, 14) + in_order("10.0.9.1", hosts, 900, 14)
                    + in_order("10.0.9.2", feeds, 3600, 14))
    for key, who in (("a monitor of 200 hosts", "10.0.9.1"), ("a reader of 300 sites", "10.0.9.2")):
        user = result.users[who]
        check("there while learning: " + key, user["refused"] == 0, "%d of %d queries refused, %.0f bytes metered"
              % (user["refused"], user["queries"], user["metered_bytes"]))


def product():
    """A new product on some machines: 30 hash names a working day, from a Tuesday on."""
    draw = random.Random(30)
    rows, first = [], 0
    counts = (1, 2, 3, 5, 8)
    for count in counts:
        for who in range(first, first + count):
            rows += [one(at(day, draw.uniform(9, 17)), who,
                         "%s.avts.pilot-%d.example" % (drawn(draw, BASE32, 26), count), 3600, rcode="NXDOMAIN")
                     for day in range(NEW, NEW + 11) if day % 7 < 5 for _ in range(30)]
        first += count
    result = replay(office.people(60, NEW + 11) + rows)
    for count in counts:
        found = result.domains["pilot-%d.example" % count]
        first_refused = found["first_refused"]
        said = "first refused %s, %d of %d refused in nine days" % (first_refused or "never", found["refused"],
                                                                    found["queries"])
        if count == 1:
            within("a new product on 1 machine", found["sent"] * 16.25, allowed(newcomer(result), 9), "; " + said)
        else:	# the second day is 2026-01-14
            check("a new product on %d machines: not refused on its second day" % count,
                  not first_refused or first_refused >= "2026-01-15", said)


def reverse_v4(draw):
    return ".".join(str(draw.randrange(1, 224)) for _ in range(4)) + ".in-addr.arpa"


def firewall():
    updates = ["updates.firewall-maker.com", "license.firewall-maker.com", "rules.threat-feed.net", "geo.ip-places.org",
               "ocsp.small-ca.com"]
    draw = random.Random(3000)
    for key, first_day in (("new after learning", NEW), ("there while learning", 0)):
        rows = [one(at(day, draw.uniform(0, 24)), "10.0.9.1", reverse_v4(draw), 3600, "PTR", "NXDOMAIN")
                for day in range(first_day, 14) for _ in range(3000)]
        result = replay(office.people(20, 14) + rows + polled("10.0.9.1", updates, 3600, 0, 14))
        refused = sum(result.domains[".".join(name.split(".")[-2:])]["refused"] for name in set(updates[1:]))
        check("a firewall with 3,000 PTR a day, %s: its own updates" % key, refused == 0,
              "%d of %d refused; of all its queries %d of %d" % (
                  refused, len(polled("", updates, 3600, 0, 14)), result.users["10.0.9.1"]["refused"],
                  result.users["10.0.9.1"]["queries"]))


# --- bursts: by several people at places of their own each, so that each stands for one ---

def leak_test(who, when, draw):
    return [row for number in range(36) for row in both(when + number * 0.3, who, "%s.test.leaktest-of-%d.com" % (
        uuid(draw), who), 60)]


def traceroute(who, when, draw):
    """`mtr -z` to two hosts, 18 hops each."""
    rows = []
    for hop in range(36):
        reverse = reverse_v4(draw)
        rows.append(one(when + hop, who, reverse, 3600, "PTR"))
        places = reverse.replace("in-addr.arpa", "origin.asn.places-of-%d.com" % who)
        rows.append(one(when + hop + 0.1, who, places, 3600, "TXT"))
    return rows


def block_lists(who, when, draw):
    """One address in 40 lists, each a domain of its own."""
    address = ".".join(str(draw.randrange(1, 224)) for _ in range(4))
    lists = random.Random(who)
    return [one(when + number * 0.1, who, "%s.dnsbl.%s" % (address, office.domain_text(lists)), 900, "A", "NXDOMAIN")
            for number in range(40)]


def reverse_v6(who, when, draw):
    return [one(when + number * 60, who, ".".join(drawn(draw, HEX, 28) + draw.choice(("1002", "10a2")))
                + ".ip6.arpa", 900, "PTR", "NXDOMAIN") for number in range(10)]


def bursts():
    """Eight of 68 people have a burst at eleven. What they always use is not refused for the rest of that day."""
    first, count = 60, 8
    for key, burst, last, most_bytes in (("a leak test of 36 names", leak_test, NEW + 1, 920),
                                         ("mtr -z to two hosts", traceroute, NEW + 1, 450),
                                         ("40 block lists", block_lists, NEW + 1, 320),
                                         ("ten IPv6 PTR a day", reverse_v6, NEW + 11, 150)):
        draw = random.Random(key)
        alone = replay(burst(first, at(0), random.Random(key)), learning="0").totals
        check("burst, %s: its price" % key, alone["metered_bytes"] <= most_bytes,
              "%.0f bytes of %d at most" % (alone["metered_bytes"], most_bytes))
        rows = office.people(60, last) + office.people(count, last, first=first)
        always = ["mcafee.com", "googlesyndication.com"]
        for who in range(first, first + count):
            hobbies = ["hobby%d-of-%d.org" % (number, who) for number in range(10)]
            always += hobbies
            for day in range(last):
                if day % 7 >= 5:
                    continue
                if day >= NEW:
                    rows += burst(who, at(day, 11), draw)
                for name in hobbies:
                    rows += both(at(day, draw.uniform(11.1, 19)), who, "www." + name)
                for _ in range(8):
                    name = drawn(draw, BASE32, 26) + ".avqs.mcafee.com"
                    rows.append(one(at(day, draw.uniform(11.1, 19)), who, name, 3600))
                for _ in range(3):
                    name = drawn(draw, HEX, 32) + ".safeframe.googlesyndication.com"
                    rows += both(at(day, draw.uniform(11.1, 19)), who, name)
        result = replay(rows)
        users = [result.users[office.v4(who)] for who in range(first, first + count)]
        theirs = sum(user["refused"] for user in users)
        refused = sum(result.domains[domain]["refused"] for domain in always)
        check("burst, %s: what is always used" % key, refused == 0, "%d refused there, %d of their %d queries in all"
              % (refused, theirs, sum(user["queries"] for user in users)))
        check("burst, %s: the others" % key, result.totals["refused"] == theirs,
              "%d refused of others'" % (result.totals["refused"] - theirs))


def links():
    """A page with 26 links to domains that are new here, read by 50 of 60 people within three hours."""
    draw = random.Random(26)
    names = ["www." + office.domain_text(draw) for _ in range(26)]
    rows = [row for who in range(50) for start in (at(NEW, draw.uniform(9, 12)),)
            for number, name in enumerate(names) for row in both(start + number * 0.05, who, name)]
    undisturbed("a page with 26 links to new domains, 50 readers", replay(office.people(60, NEW + 1) + rows))


# --- known names in order ---

def order():
    """Bits a query in the later half of 1,000 rounds, one a minute."""
    for key, names, kinds in (("two names, A", 2, ("A",)), ("two names, A and AAAA", 2, ("A", "AAAA")),
                              ("twelve names, A", 12, ("A",))):
        rows = [one(at(0) + (turn * names + number) * 60 + ordinal * 0.01, "10.0.9.1",
                    "n%d.vendor.example" % number, 0, kind) for turn in range(1000)
                for number in range(names) for ordinal, kind in enumerate(kinds)]
        half, whole = (replay(part, learning="0").totals for part in (rows[:len(rows) // 2], rows))
        bits = 8 * (whole["metered_bytes"] - half["metered_bytes"]) / (whole["queries"] - half["queries"])
        check("in order: " + key, bits < 0.1, "%.3f bits a query" % bits)


# --- generated names that are none ---

def bots():
    draw = random.Random(6)
    words = ("alpha", "bravo", "nas", "printer", "camera", "router", "tv", "backup")
    for key, names in (
            ("names below .lan", [word + ".lan" for word in words]),
            ("names below .corp", ["%s-%d.corp" % (word, draw.randrange(999)) for word in words]),
            ("names below .eth", [word + ".eth" for word in words]),
            ("UUID.local", [uuid(draw) + ".local" for _ in range(18)])):
        rows = [row for number, name in enumerate(names)
                for row in both(at(NEW, 10) + number * 20, 0, name, 900, "NXDOMAIN")]
        for learning in ("0", "7d"):
            result = replay(rows, learning=learning)
            alarms = result.engine["seep.users.dga"]
            check("no bot: %s, learning %s" % (key, learning), alarms == 0,
                  "%d alarms after %d names" % (alarms, len(names)))


def main():
    with tap:
        networks()
        rotation()
        for addresses, domains in ((2, 1), (12, 1), (12, 100)):
            patient(addresses, domains)
        for readers in (130, 200):
            popular(readers)
        read_by_many()
        grabbed()
        listed()
        for domains in (1, 10):
            codebook(domains)
        polling()
        devices()
        product()
        firewall()
        bursts()
        links()
        order()
        bots()
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
