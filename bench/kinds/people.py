# SPDX-License-Identifier: BSD-3-Clause
"""People who do something that others do not, and offices of other shapes."""

import math

import scene
from scene import BASE36, DIGITS
import office
from office import BASE32, DAY_S, HEX, MONDAY_S, at, both, drawn, one, word, zipf

PEOPLE = []
SITES = office.SITES
PATCH_DAY = 15			# a Tuesday


def person(*arguments, **options):
    return scene.listed(PEOPLE, *arguments, **options)


@person()
def cdn_readers(it):
    """three readers of 25 CDN and hosting names a day, half of them new"""
    rows, draw = [], it.draw
    known = ["d%s.cloudfront.net" % drawn(draw, BASE36, 13) for _ in range(200)]
    for day in it.workdays():
        for who in [who for who in range(3) for _ in range(25)]:
            new = ("d%s.cloudfront.net" % drawn(draw, BASE36, 13),
                   "%s-%s.vercel.app" % (word(draw), word(draw)),
                   "%s%s.github.io" % (word(draw), word(draw)), word(draw) + ".netlify.app")
            name = draw.choice(known if draw.random() < 0.5 else new)
            rows += both(it.at_work(day), who, name, 60)
    return rows


@person()
def streaming(it):
    """two who stream from thousands of edges, 60 a day"""
    rows, draw = [], it.draw
    for day in it.days():
        for who in [who for who in (3, 4) for _ in range(60)]:
            edges = ("ipv4-c%03d-city%03d-ix.1.edge.films-of-many.net"
                     % (draw.randrange(200), draw.randrange(1, 4)),
                     "video-edge-%s.city%02d.live-of-many.net"
                     % (drawn(draw, HEX, 6), draw.randrange(1, 6)),
                     "vod%03d-ttl.broadcaster-player.tv" % draw.randrange(1000))
            rows += both(at(day, draw.uniform(12, 22)), who, draw.choice(edges), 60)
    return rows


@person()
def game_launcher(it):
    """game launcher: 80 caches, relays and lobbies an evening"""
    rows, draw = [], it.draw
    for day in it.days():
        for _ in range(80):
            hosts = ("cache%d-city%d.game-store.com"
                     % (draw.randrange(1, 30), draw.randrange(1, 3)),
                     "ext%d-city1.game-store.com" % draw.randrange(1, 12),
                     "relay-%s.eu%d.match.play-game.com"
                     % (drawn(draw, HEX, 8), draw.randrange(1, 9)),
                     "lobby-%d.eu.play-game.com" % draw.randrange(10000))
            rows += both(at(day, draw.uniform(17, 23)), 5, draw.choice(hosts), 60)
    return rows


@person()
def customers_tenants(it):
    """ten in sales with 20 customers' tenants a day, each below one of five services"""
    rows, draw = [], it.draw
    services = ("tickets-of-many.com", "wiki-of-many.net", "files-of-many.com",
                "my.sales-of-many.com", "login-of-many.com")
    for day in it.workdays():
        for who in [who for who in range(6, 16) for _ in range(20)]:
            customer = office.site(zipf(draw, SITES))[0]
            tenant = customer.removeprefix("www.").split(".")[0]
            when = it.at_work(day)
            rows += both(when, who, customer)
            rows += both(when + 1, who, "%s.%s" % (tenant, draw.choice(services)), 60)
    return rows


@person()
def one_time_names(it):
    """advertiser's one-time names, a dozen a day and person, on all machines"""
    rows, draw = [], it.draw
    for day in it.workdays():
        for who in range(40):
            for _ in range(int(12 * math.exp(draw.gauss(0, 0.7)))):
                name = "%s-%s.sync.exchange-of-many.com" % (drawn(draw, HEX, 12),
                                                            drawn(draw, BASE36, 8))
                rows += both(it.at_work(day), who, name, 60)
    return rows


@person()
def patch_day(it):
    """250 digests in an hour on each of 40 machines that ask for ten a day, 200 the same"""
    rows, draw = [], it.draw

    def asked(when, who, digest):
        name = digest + ".reputation-of-files.com"
        rows.append(one(when, who, name, 3600, rcode="NXDOMAIN"))

    patch = [drawn(scene.fixed("patch", number), BASE32, 39) for number in range(200)]
    for day in it.workdays():
        for who in range(40):
            for _ in range(10):
                known = draw.random() < 0.5
                file = scene.fixed("file", draw.randrange(3000)) if known else draw
                asked(it.at_work(day), who, drawn(file, BASE32, 39))
            if day == PATCH_DAY:
                begin = it.at_work(day, 9, 13)
                digests = patch + [drawn(draw, BASE32, 39) for _ in range(50)]
                draw.shuffle(digests)
                for number, digest in enumerate(digests):
                    asked(begin + number * 14.4, who, digest)
    return rows


@person()
def keys_by_digest(it):
    """four mail programs that look for keys by digest, ten a day, half of known people"""
    rows = []
    for day in it.workdays():
        for who in [who for who in range(16, 20) for _ in range(10)]:
            known = it.draw.random() < 0.5
            writer = (scene.fixed("writer", it.draw.randrange(60) + 1000 * who) if known
                      else it.draw)
            digest = drawn(writer, HEX, 56)
            domain = scene.domain(zipf(writer, SITES))
            when = it.at_work(day)
            rows += [one(when, who, "%s._openpgpkey.%s" % (digest, domain), 3600, "TYPE61",
                         "NXDOMAIN"),
                     one(when + 0.1, who, "%s._smimecert.%s" % (digest, domain), 3600, "TYPE53",
                         "NXDOMAIN")]
    return rows


@person()
def validating_stubs(it):
    """ten stubs that validate: DS, DNSKEY and SOA with each name"""
    rows = []
    for when, who, text in it.people(30, 0):
        kind, name, rcode, ttl = text.split("\t")
        if who >= 20 and kind == "A":
            domain = ".".join(name.split(".")[-2:])
            rows += [one(when + 0.02, who, name, int(ttl), "DS", rcode),
                     one(when + 0.03, who, domain, 3600, "DS"),
                     one(when + 0.04, who, domain, 3600, "DNSKEY"),
                     one(when + 0.05, who, name, int(ttl), "SOA", rcode)]
    return rows + [one(at(day, 10), who, "_ta-4a5c-4f66", 3600, "NULL", "NXDOMAIN")
                   for day in it.workdays() for who in range(20, 30)]


@person()
def random_case(it):
    """eight who write each name in random case"""
    rows = []
    for when, who, text in it.people(8, 100):
        kind, name, rest = text.split("\t", 2)
        name = "".join(letter.upper() if it.draw.random() < 0.5 else letter for letter in name)
        rows.append((when, who, "\t".join((kind, name, rest))))
    return rows


@person()
def cloud_engineer(it):
    """engineer with 40 instances, databases and functions a day, half of them new"""
    rows, draw, known = [], it.draw, []
    account = drawn(draw, BASE36, 12)
    for day in it.workdays():
        for _ in range(40):
            new = ("ec2-%d-%d-%d-%d." % tuple(draw.randrange(256) for _ in range(4))
                   + "eu-central-1.compute.amazonaws.com",
                   "%s-db.%s.eu-central-1.rds.amazonaws.com" % (word(draw), account),
                   drawn(draw, BASE36, 10) + ".execute-api.eu-central-1.amazonaws.com",
                   "adb-%s.%d.notebooks-of-many.net" % (drawn(draw, DIGITS, 16),
                                                        draw.randrange(20)))
            if known and draw.random() < 0.5:
                name = draw.choice(known[-80:])
            else:
                name = draw.choice(new)
                known.append(name)
            rows += both(it.at_work(day, 9, 18), 31, name, 60)
    return rows


# --- offices of other shapes ---

@person(people=12, ways=("new",))
def back_from_holiday(it):
    """learning in a holiday: 12 people then, forty more from the next day on"""
    return it.people(40, 12)


@person()
def guests(it):
    """guests: 25 a day, 8 at weekends, each a day, in a /24 of their own"""
    rows = []
    for day in it.days():
        # A person does nothing at weekends, so its Tuesday or Wednesday is moved there.
        later = 0 if scene.works(day) else 4
        for number in range(25 if scene.works(day) else 8):
            guest = office.Person(10000 + day * 50 + number, it.seed)
            guest.day(day - later)
            address = "10.9.0.%d" % (10 + (day * 25 + number) % 200)
            rows += [(when + later * DAY_S, address, text) for when, _, text in guest.rows]
    return rows


@person()
def vpn_pool(it):
    """VPN: 25 people, each with another address of a pool of 200 every three hours"""
    return [(when, "10.8.0.%d" % (10 + scene.fixed(who, when // 10800).randrange(200)), text)
            for when, who, text in it.people(25, 200)]


@person()
def students_room(it):
    """students' room: 120 people at 20 machines, in six classes a day"""
    rows = []
    for when, who, text in it.people(120, 300):
        hour = (when - MONDAY_S) % DAY_S / 3600
        seat, group = (who - 300) % 20, (who - 300) // 20
        if group == int((hour - 8) // 1.6):
            rows.append((when, "10.6.0.%d" % (10 + seat), text))
    return rows


@person()
def call_centre(it):
    """call centre: 25 new sites a day for each of 30"""
    rows, draw = [], it.draw
    for day in it.workdays():
        for who in ["10.5.0.%d" % (10 + number) for number in range(30)]:
            for _ in range(25):
                rows += both(it.at_work(day, 8, 20), who, "www." + office.domain_text(draw))
            for _ in range(20):
                rows += both(it.at_work(day, 8, 20), who,
                             "crm%d.calls-of-many.com" % draw.randrange(6), 60)
    return rows


@person()
def bought_company(it):
    """office of 30 that joins with a network and internal names of its own"""
    return [(when, "10.4.0.%d" % (who - 390), text.replace("ordinarygroup", "boughtcompany"))
            for when, who, text in it.people(30, 400)]
