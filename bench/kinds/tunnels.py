# SPDX-License-Identifier: BSD-3-Clause
"""Tunnels, each another way to put bits into queries. They send what chance gives them."""

import collections
import itertools
import math

import scene
from scene import BASE36, DIGITS
import office
from office import BASE32, HEX, at, both, drawn, many, one, word

TUNNELS = []
SENDER = office.v4(0)		# a person's machine, unless a kind says otherwise
LETTERS, LETTERS_BITS = 40, 200		# of base32
HOSTING = ("github.io", "duckdns.org", "workers.dev", "vercel.app", "netlify.app", "pages.dev",
           "web.app", "fly.dev", "onrender.com", "herokuapp.com", "azurewebsites.net", "ddns.net")
WILD_COUNTRIES = ("ck", "bd", "np", "er", "fk", "kh", "mm", "pg")

# ROWS are the sender's, BITS what the encoder put into each query. DOMAINS are those where it is
# counted what left; with None that is counted by sender. BEFORE is what others ask there.
Tunnel = collections.namedtuple("Tunnel", "rows bits domains before", defaults=([],))


def tunnel(make):
    """Puts it into TUNNELS: a function that is told a scene, and whose docstring is the title."""
    TUNNELS.append(scene.Kind(make.__name__, make.__doc__, make, scene.OTHERS, ("new",)))
    return make


def sent(it, every_s, names, ttl=0, kind="A", rcode="NOERROR"):
    """The sender's queries: one of NAMES after the other, one in so many seconds."""
    return [one(when, SENDER, name, ttl, kind, rcode)
            for when, name in zip(it.every(every_s), names)]


def endless(make):
    """MAKE() again and again."""
    while True:
        yield make()


def letters(it, count=LETTERS):
    return drawn(it.draw, BASE32, count)


# --- choices among names, and shapes of names ---

@tunnel
def shared_labels(it):
    """three labels of 256 that most domains have (www, api, cdn7): 24 bits a name"""
    hosts = ("www", "static", "cdn", "api", "img", "m", "mail", "assets", "login", "app", "media",
             "events")
    labels = ["%s%s" % (host, number or "") for host in hosts for number in range(22)][:256]
    names = endless(lambda: ".".join(it.draw.choice(labels) for _ in range(3))
                    + ".shared-tunnel.com")
    return Tunnel(sent(it, 60, names), 24, ["shared-tunnel.com"])


@tunnel
def orders(it):
    """the order of 16 known names: 44.25 bits a round"""
    names = ("p%d.order-tunnel.com" % number
             for number in itertools.chain.from_iterable(
                 endless(lambda: it.draw.sample(range(16), 16))))
    return Tunnel(sent(it, 20, names), math.log2(math.factorial(16)) / 16, ["order-tunnel.com"])


@tunnel
def subsets(it):
    """which of 64 known names in one order are left out: 64 bits a round, 2 a query"""
    names = ("s%d.subset-tunnel.com" % number for number in itertools.cycle(range(64))
             if it.draw.random() < 0.5)
    return Tunnel(sent(it, 20, names), 2, ["subset-tunnel.com"])


@tunnel
def counts(it):
    """how often a known name is asked for, 1 to 16 times: 4 bits for 9.5 queries"""
    rounds = endless(lambda: "a" * it.draw.randrange(1, 17) + "b")
    names = (letter + ".count-tunnel.com" for letter in itertools.chain.from_iterable(rounds))
    return Tunnel(sent(it, 10, names), 4 / 9.5, ["count-tunnel.com"])


@tunnel
def lengths(it):
    """the lengths of two labels of one letter, 1 to 63: 11.95 bits a name"""
    names = endless(lambda: "%s.%s.length-tunnel.com" % ("a" * it.draw.randrange(1, 64),
                                                         "a" * it.draw.randrange(1, 64)))
    return Tunnel(sent(it, 20, names), 2 * math.log2(63), ["length-tunnel.com"])


@tunnel
def service_labels(it):
    """labels of services (SRV): a word of 256, two of four protocols, a port: 28 bits a name"""
    words, protocols = [word(it.draw) for _ in range(256)], ("tcp", "udp", "tls", "sctp")
    names = endless(lambda: "_%s._%s._%d._%s.service-tunnel.com" % (
        it.draw.choice(words), it.draw.choice(protocols), it.draw.randrange(65536),
        it.draw.choice(protocols)))
    return Tunnel(sent(it, 60, names, kind="SRV"), 8 + 2 + 16 + 2, ["service-tunnel.com"])


@tunnel
def chinese_words(it):
    """words of eight Chinese characters of 4,096 (IDN): 96 bits a name"""
    def name():
        text = "".join(chr(0x4e00 + it.draw.randrange(4096)) for _ in range(8))
        return text.encode("idna").decode("ascii") + ".idn-tunnel.com"
    return Tunnel(sent(it, 60, endless(name)), 96, ["idn-tunnel.com"])


@tunnel
def types(it):
    """which of four types of one name: 2 bits a query"""
    rows = [one(when, SENDER, "www.type-tunnel.com", 0,
                it.draw.choice(("A", "AAAA", "HTTPS", "TXT"))) for when in it.every(170)]
    return Tunnel(rows, 2, ["type-tunnel.com"])


@tunnel
def names_of_a_site(it):
    """which of 1,024 names of a site, TTL an hour: 10 bits a name"""
    names = endless(lambda: "h%d.big-site-tunnel.com" % it.draw.randrange(1024))
    return Tunnel(sent(it, 10, names, 3600), 10, ["big-site-tunnel.com"])


@tunnel
def public_sites(it):
    """which of 4,096 public sites of others, TTL a minute: 12 bits a name"""
    names = endless(lambda: office.site(it.draw.randrange(4096))[0])
    return Tunnel(sent(it, 30, names, 60), 12, None)


# --- as if it were something else ---

@tunnel
def as_block_list(it):
    """as a block list's addresses: 32 bits a name"""
    names = endless(lambda: ".".join(str(it.draw.randrange(256)) for _ in range(4))
                    + ".dnsbl.list-tunnel.org")
    return Tunnel(sent(it, 20, names), 32, ["list-tunnel.org"])


@tunnel
def as_telephone_numbers(it):
    """as telephone numbers of eleven digits: 36.5 bits a name"""
    names = endless(lambda: ".".join(drawn(it.draw, DIGITS, 11)) + ".enum-tunnel.net")
    return Tunnel(sent(it, 20, names, kind="NAPTR"), 11 * math.log2(10), ["enum-tunnel.net"])


@tunnel
def as_mail_keys(it):
    """as DKIM selectors of 32 letters over 20 domains: 160 bits a name"""
    domains = many("dkim-tunnel.com", 20)
    names = ("%s._domainkey.%s" % (letters(it, 32), domain) for domain in itertools.cycle(domains))
    return Tunnel(sent(it, 60, names, kind="TXT"), 160, domains)


@tunnel
def as_device(it):
    """as a device that says its status of four digits every five minutes: 16 bits a name"""
    names = endless(lambda: drawn(it.draw, HEX, 4) + ".dev-77aa01.status.device-tunnel.io")
    return Tunnel(sent(it, 300, names, 30), 16, ["device-tunnel.io"])


@tunnel
def reverse_zones(it):
    """classless reverse zones below one /24, and labels before an address: 23 to 24 bits a name"""
    def name():
        if it.draw.random() < 0.5:
            head = "%d.%d-%d" % tuple(it.draw.randrange(256) for _ in range(3))
        else:
            head = "%s.%d" % (letters(it, 3), it.draw.randrange(256))
        return head + ".113.0.203.in-addr.arpa"
    # Which of the two it is tells one more bit.
    return Tunnel(sent(it, 20, endless(name), kind="PTR"), (24 + 23) / 2 + 1,
                  ["0.203.in-addr.arpa", "113.0.203.in-addr.arpa"])


# --- hidden among others' names, or below others' domains ---

@tunnel
def hourly(it):
    """a name of 25 bytes an hour over 50 domains"""
    domains = many("hour-tunnel.com", 50)
    names = ("%s.%s" % (letters(it), domain) for domain in itertools.cycle(domains))
    return Tunnel(sent(it, 3600, names), LETTERS_BITS, domains)


def one_time_names(it, name):
    """Ten a working day for each of the people, from the first day on."""
    rows = []
    for day in [day for day in range(it.last) if scene.works(day)]:
        for who in [who for who in range(scene.OTHERS) for _ in range(10)]:
            rows.append(one(it.at_work(day), who, name(), 60))
    return rows


@tunnel
def among_cdn_names(it):
    """a name of 25 bytes among 20 times as many of a CDN that all here read"""
    known = ["d%s.cdn-of-all.net" % drawn(it.draw, BASE36, 13) for _ in range(500)]
    names = (letters(it) + ".mixed-tunnel.com" if number % 21 == 0 else it.draw.choice(known)
             for number in itertools.count(1))
    return Tunnel(sent(it, 10, names, 60), LETTERS_BITS, ["mixed-tunnel.com"],
                  one_time_names(it, lambda: it.draw.choice(known)))


@tunnel
def own_wildcard_at_cdn(it):
    """a wildcard of its own at a CDN where each has ten one-time names a day: 25 bytes a name"""
    names = endless(lambda: letters(it) + ".account7.cdn-for-all.net")
    return Tunnel(sent(it, 60, names, 60), LETTERS_BITS, ["cdn-for-all.net"],
                  one_time_names(it, lambda: drawn(it.draw, HEX, 16) + ".cdn-for-all.net"))


@tunnel
def hosting_accounts(it):
    """names of 25 bytes below six new accounts a day, at twelve hosting suffixes"""
    accounts = ["u%d-%d.%s" % ((when - at(it.first)) // office.DAY_S, it.draw.randrange(6),
                               it.draw.choice(HOSTING)) for when in it.every(60)]
    names = ("%s.%s" % (letters(it), account) for account in accounts)
    return Tunnel(sent(it, 60, names), LETTERS_BITS, sorted(set(accounts)))


@tunnel
def new_accounts(it):
    """a new account below those suffixes each name, of 16 letters: 83.6 bits a name"""
    names = ["%s.%s" % (letters(it, 16), it.draw.choice(HOSTING)) for _ in it.every(60)]
    return Tunnel(sent(it, 60, names), 80 + math.log2(len(HOSTING)), sorted(set(names)))


@tunnel
def listed_wildcards(it):
    """labels of 20 and 8 letters below a wildcard of the suffix list: 140 bits a name"""
    names = ["%s.%s.compute.amazonaws.com" % (letters(it, 20), letters(it, 8))
             for _ in it.every(60)]
    return Tunnel(sent(it, 60, names), 140, sorted(set(names)))


@tunnel
def own_office_bytes(it):
    """below the office's own domain: 25 bytes a name"""
    names = endless(lambda: letters(it) + ".corp.ordinarygroup.com")
    return Tunnel(sent(it, 60, names), LETTERS_BITS, ["ordinarygroup.com"])


@tunnel
def own_office_words(it):
    """below the office's own domain: three words of 1,024, 30 bits a name"""
    words = [word(it.draw) for _ in range(1024)]
    names = endless(lambda: "-".join(it.draw.choice(words) for _ in range(3))
                    + ".corp.ordinarygroup.com")
    return Tunnel(sent(it, 10, names, 300, rcode="NXDOMAIN"), 30, ["ordinarygroup.com"])


@tunnel
def below_unlisted_suffix(it):
    """names of 25 bytes straight below a suffix that the list has not"""
    names = [letters(it) + ".friend" for _ in it.every(60)]
    return Tunnel(sent(it, 60, names), LETTERS_BITS, sorted(set(names)))


@tunnel
def below_country_wildcards(it):
    """names of 25 bytes straight below countries' wildcards (*.ck)"""
    names = ["%s.%s" % (letters(it), it.draw.choice(WILD_COUNTRIES)) for _ in it.every(60)]
    return Tunnel(sent(it, 60, names), LETTERS_BITS, sorted(set(names)) + list(WILD_COUNTRIES))


# --- several machines, and time ---

@tunnel
def two_by_turns(it):
    """two people's machines by turns over ten domains, each repeats the other's names: 25 bytes"""
    domains, rows = many("turn-tunnel.com", 10), []
    for number, when in enumerate(it.every(60)):
        name = "%s.%s" % (letters(it), domains[number % 10])
        rows += [one(when, office.v4(number % 2), name, 0),
                 one(when + 20, office.v4(1 - number % 2), name, 0)]
    # Two queries tell one name.
    return Tunnel(rows, LETTERS_BITS // 2, domains)


@tunnel
def newcomers_book(it):
    """20 new addresses, 512 known names of a common domain: 9 bits a name"""
    names = ["b%d.picture-tunnel.com" % number for number in range(512)]
    before = [row for number, name in enumerate(names)
              for row in both(it.at_work(it.first - 1), number % scene.OTHERS, name)]
    rows = [one(when, "10.0.0.%d" % (52 + it.draw.randrange(20)), it.draw.choice(names), 0)
            for when in it.every(10)]
    return Tunnel(rows, 9, ["picture-tunnel.com"], before)


def speakers(it, count, domain, before=()):
    """Each address has one known name of its own, and which of them asks is the message."""
    numbers = [it.draw.randrange(count) for _ in it.every(10)]
    rows = [one(when, "10.0.0.%d" % (52 + number), "k%d.%s" % (number, domain), 0)
            for when, number in zip(it.every(10), numbers)]
    return Tunnel(rows, math.log2(count), [domain], list(before))


def pictures(it, domain):
    """Each of the people loads one on the last day of learning."""
    return [row for who in range(scene.OTHERS)
            for row in both(it.at_work(it.first - 1), who, "img%d.%s" % (who, domain))]


@tunnel
def which_of_20(it):
    """which of 20 addresses polls a name of its own: 4.3 bits a query"""
    return speakers(it, 20, "address-tunnel.com")


@tunnel
def which_of_200(it):
    """which of 200 addresses polls a name of its own: 7.6 bits a query"""
    return speakers(it, 200, "address-tunnel.com")


@tunnel
def which_of_60_common(it):
    """which of 60 late addresses polls a name of its own in a common domain: 5.9 bits a query"""
    domain = "picture-tunnel.com"
    return speakers(it, 60, domain, pictures(it, domain))


@tunnel
def which_of_60_early(it):
    """the same where the 60 were there on the network's first day: 5.9 bits a query"""
    domain = "picture-tunnel.com"
    there = [one(at(0, 12) + number, "10.0.0.%d" % (52 + number), "k%d.%s" % (number, domain), 0)
             for number in range(60)]
    return speakers(it, 60, domain, pictures(it, domain) + there)


@tunnel
def timing(it):
    """the time until a known name is asked for again, 16 steps of a second: 4 bits, one day"""
    when, rows = at(it.first), []
    while when < at(it.first + 1):
        rows.append(one(when, SENDER, "beat.time-tunnel.com", 0))
        when += 1 + it.draw.randrange(16)
    return Tunnel(rows, 4, ["time-tunnel.com"])
