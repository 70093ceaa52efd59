# SPDX-License-Identifier: BSD-3-Clause
"""
One user tries to tell a witness outside a random message, in every way that anybody thought of: no
more gets out than its meter says, and nothing once that is spent.

    python3 test/live_wire.py           names the ways
    ./dev live wire -k "[alias]"        one of them; "alias or dns64": those with that in their name
    ./dev live wire --seed 7            another message
    ./dev live wire --plain             without Seep: what each way would let out
"""

import collections
import contextlib
import os
import random
import re
import struct
import tempfile
import time
import zlib

import dns.rdatatype
import dns.reversename
import pytest

import rig
from rig import client, need, suffixes, witness
from rig.expect import CLASSES, UNSENT
from rig.faults import CLOCK, Faults
from rig.telling import (BUDGET_BYTES, FRAME_BITS, HELPER, Choices, Data, Flag, Order, Row, Run,
                         Words)
from rig.witness import CD, INNER, LONG_S, Outside, Reply, Zone, labels_of, wire_of

CONF = """\
learning: 0
user-budget: %d
user-refill: 0
domain-budget: 1g
exempt-user: 127.0.9.0/24
""" % BUDGET_BYTES

FORWARDED = "100.200.90.53"
SUBNETTED = "100.200.91.53"
OUT_OF_CORP = "100.200.92.53"
HOST = "100.200.93.53"		# every domain of the ordinary names
TLDS = "100.200.94.53"		# every domain above those
MANY = range(256)
ECS, NSID, COOKIE = 8, 3, 10


# -- the outside

def dead_end(owner):
    """A delegation whose server has an address that is never asked."""
    reply = Reply(authoritative=False)
    reply.authority.append((owner, witness.NS, LONG_S, wire_of(labels_of("void.dead.example"))))
    return reply


def all_dead(zone, depth=1):
    """Every name so far below the zone is delegated to nowhere; between there is nothing."""
    zone = labels_of(zone)

    def script(labels, _):
        if len(labels) <= len(zone):
            return None
        if len(labels) < len(zone) + depth:
            return Reply()
        return dead_end(labels[len(labels) - len(zone) - depth:])

    return script


def each(line):
    return "".join(line.format(at="%02x" % at) + "\n" for at in MANY)


ANYTHING = "* 0 A 192.0.2.1\n* 0 PTR host.example.\n"


def fleeting(origin, records=ANYTHING, **more):
    """A zone of which nothing is kept."""
    return Zone(origin, records, ttl=0, missing_ttl=0, **more)


def unsigned(labels, rdtype):
    """Answers without the signatures that their zone should have."""
    if len(labels) != 3 or not labels[0].startswith(b"r") or rdtype != witness.A:
        return None
    reply = Reply()
    reply.answer.append((labels, witness.A, 1000, bytes((192, 0, 2, 1))))
    return reply


def zones():
    """What all ways use, made anew for each lab."""
    return [
        Zone("alias.example", each("a{at} CNAME t{at}.target.example.")),
        Zone("kind.example", "one CNAME t.types.example.\n"),
        Zone("rename.example", "d DNAME z.target.example.\n"),
        Zone("shift.example", "d DNAME z.target.example.\n"),
        fleeting("target.example", ANYTHING + "* 0 TXT \"x\"\n"),
        fleeting("types.example"),
        Zone("cut.example", each("d{at} NS n{at}.addr.example.")),
        fleeting("addr.example", "* 0 A 127.0.0.1\n"),
        Zone("dead.example", "void A 127.0.0.1\n"),
        fleeting("github.io", script=all_dead("github.io")),
        fleeting("dyndns.org"),
        fleeting("compute.amazonaws.com"),
        fleeting("compute-1.amazonaws.com"),
        fleeting(REVERSE_DEAD, script=all_dead(REVERSE_DEAD, 4)),
        fleeting(REVERSE_ODD, script=all_dead(REVERSE_ODD, 4)),
        fleeting(REVERSE_SHORT),
        fleeting(REVERSE),
        fleeting("45.in-addr.arpa"),
        fleeting("46.in-addr.arpa"),
        fleeting("47.in-addr.arpa"),
        fleeting("six.example", "* 0 A 192.0.2.1\n"),
        fleeting("seven.example", "* 0 A 192.0.2.1\n"),
        fleeting("forwarded.example", at=FORWARDED),
        fleeting("subnet.example", at=SUBNETTED),
        fleeting("out.corp.example", at=OUT_OF_CORP),
        fleeting("up.corp.example", at=OUT_OF_CORP),
        fleeting("hosts.example", "ns 0 A %s\n" % OUT_OF_CORP),
        fleeting("first.example"),
        fleeting("second.example"),
        fleeting("renamed.example"),
        Zone("refresh.example", "* 1000 A 192.0.2.1\n"),
        Zone("other.example", "* 3600 A 192.0.2.1\n"),
        Zone("tld", "".join("www.rare%d A 192.0.2.1\n" % at for at in range(100)), ttl=3600,
             missing_ttl=300, signed=True),
        fleeting("flags.signed0", "one 0 A 192.0.2.1\n", signed=True),
        Zone("48.in-addr.arpa", "* 1000 PTR host.example.\n", ttl=1000),
        Zone("bogus.example", "one A 192.0.2.1\n", ttl=1000, signed=True, script=unsigned),
        Zone("choice", "".join("c%02x 0 A 192.0.2.1\n" % at for at in range(64)), ttl=3600,
             missing_ttl=3600, signed=True),
    ]


CORP = "".join("stub-zone:\n\tname: \"%s.example\"\n\tstub-addr: %s\n" % (name, INNER)
               for name in ("corp", "mail", "shop")) + """\
stub-zone:
	name: "first.example"
	stub-addr: {inner}
	stub-first: yes
forward-zone:
	name: "second.example"
	forward-addr: {inner}
	forward-first: yes
""".format(inner=INNER)

HARD = """\
harden-referral-path: yes
target-fetch-policy: "3 2 1 0 0"
prefetch-key: yes
"""

# Triggers that make Unbound look at a zone's servers and their addresses.
RPZ_ZONE = """\
ns.bad.example.rpz-nsdname 3600 CNAME .
32.1.2.0.192.rpz-nsip 3600 CNAME .
*.walled.example 3600 CNAME *.garden.example.
"""
LOCAL = "".join("local-zone: \"l{at:02x}.local.example\" redirect\n"
                "local-data: \"l{at:02x}.local.example 3600 CNAME l{at:02x}.types.example\"\n"
                .format(at=at) for at in range(64))

FORWARD = """\
forward-zone:
	name: "forwarded.example"
	forward-addr: %s
""" % FORWARDED

# Reverse zones of a /32, each another way's.
REVERSE_DEAD, REVERSE_ODD, REVERSE_SHORT, REVERSE = (
    "%x.2.c.1.b.0.a.2.ip6.arpa" % at for at in range(4))


def corp():
    """The organisation's own server: anybody may make such records in its own directory."""
    return [Zone("corp.example", "out NS ns.out\nns.out A %s\nup NS ns.hosts.example.\n"
                 % OUT_OF_CORP),
            Zone("mail.example", "d DNAME renamed.example.\n"),
            Zone("shop.example", each("c{at} CNAME t{at}.target.example."))]


# -- the ways

WAYS = []


def way(name, lab="plain"):
    def register(function):
        WAYS.append((name, lab, function))
        return function
    return register


def first_label(zone, prefix=""):
    """Reads the number behind a prefix in the label before the zone."""
    def heard(packet):
        labels = packet.below(zone)
        if not labels or not labels[-1].startswith(prefix.encode()):
            return None
        with contextlib.suppress(ValueError):
            return int(labels[-1][len(prefix):], 16)
        return None
    return heard


def only(rdtype, heard):
    """Of one type: each look-up of both address types counts once."""
    kind = dns.rdatatype.from_text(rdtype)
    return lambda packet: heard(packet) if packet.rdtype == kind else None


@way("plain")
def plain(run):
    """No way around at all: names that are charged."""
    run.tell(Words(run, lambda word: (run.spelled(word), {})))


@way("known")
def known(run):
    """No way around either: the choice among known names."""
    names = ["n%02x.%s" % (at, run.zone) for at in range(32)]
    run.ask([(name, {}) for name in names])
    run.tell(Choices(run, len(names), lambda symbol, _: (names[symbol], {}),
                     first_label(run.zone, "n")), 600)


@way("class-any")
def class_any(run):
    """QCLASS=ANY is asked in a sub-query, of class IN."""
    run.tell(Words(run, lambda word: (run.spelled(word), {"rdclass": 255})), silent=None)


@way("opcodes")
def opcodes(run):
    """What is no ordinary query does not leave."""
    codes = run.random.choices((1, 2, 3, 4, 5, 6), k=1000)
    run.tell(Words(run, lambda word: (run.spelled(word), {"opcode": codes.pop()})), silent=True)


@way("class-other")
def class_other(run):
    """Classes that nobody serves do not leave."""
    classes = run.random.choices((2, 3, 4, 254, 4711), k=1000)
    run.tell(Words(run, lambda word: (run.spelled(word), {"rdclass": classes.pop()})), silent=True)


@way("alias")
def alias(run):
    """Cached aliases whose targets are not kept: the choice among them."""
    run.warm(["a%02x.alias.example" % at for at in MANY])
    run.tell(Choices(run, len(MANY), lambda symbol, _: ("a%02x.alias.example" % symbol, {}),
                     first_label("target.example", "t")), 1000)


@way("alias-type")
def alias_type(run):
    """One cached alias, and the type that it is asked for."""
    run.warm(["one.kind.example"])
    run.tell(Choices(run, 256, lambda symbol, _: ("one.kind.example", {"rdtype": 1024 + symbol}),
                     lambda packet: packet.rdtype - 1024 if packet.below("types.example") and
                     packet.rdtype >= 1024 else None), 600)


@way("dname-novel")
def dname_novel(run):
    """Novel names below a cached DNAME."""
    run.warm(["x.d.rename.example"])
    run.tell(Words(run, lambda word: ("%s.d.rename.example" % word.decode(), {})))


@way("dname-known")
def dname_known(run):
    """Known names below a cached DNAME: the choice among sixteen."""
    names = ["%x.d.shift.example" % at for at in range(16)]
    run.warm(["x.d.shift.example"])
    run.ask([(name, {}) for name in names])
    run.tell(Choices(run, 16, lambda symbol, _: (names[symbol], {}),
                     first_label("z.target.example")), 800)


@way("servers")
def servers(run):
    """Delegations whose server's address is not kept: it is looked up in a sub-query."""
    for turn in range(3):		# the zone above is asked once more, as the last resort
        run.warm(["x%d.d%02x.cut.example" % (turn, at) for at in MANY])
    run.tell(Choices(run, len(MANY), lambda symbol, at: ("q%d.d%02x.cut.example" % (at, symbol),
                                                         {}),
                     only("A", first_label("addr.example", "n"))), 500)


@way("suffix-dead")
def suffix_dead(run):
    """A name given for nothing whose delegation is dead: minimised, only the domain leaves."""
    run.tell(Words(run, lambda word: ("x.%s.github.io" % word.decode(), {}), letters=60))


@way("suffix-live")
def suffix_live(run):
    """Names given for nothing, which answer."""
    run.tell(Words(run, lambda word: ("%s.dyndns.org" % word.decode(), {}), letters=60))


@way("suffix-wild")
def suffix_wild(run):
    """Names that are a public suffix by a wildcard rule."""
    run.tell(Words(run, lambda word: ("%s.compute.amazonaws.com" % word.decode(), {}),
                   letters=60))


@way("suffix-wild-below")
def suffix_wild_below(run):
    """Names below such a one, of which two labels are free."""
    run.tell(Words(run, lambda word: (in_labels(word, 50, "compute-1.amazonaws.com"), {}),
                   lambda packet: joined(packet, "compute-1.amazonaws.com"), letters=100))


def in_labels(word, size, zone):
    """A long word as labels below a zone."""
    text = word.decode()
    return ".".join([text[at:at + size] for at in range(0, len(text), size)] + [zone])


def joined(packet, zone, count=64):
    """The word that so many labels right before the zone make."""
    return [b"".join((packet.below(zone) or ())[-count:])]


def nibbles_of(packet, zone, count):
    """The first nibbles below a reverse zone, as bytes, if the name has so many."""
    text = b"".join((packet.below(zone) or ())[::-1])[:count].decode("ascii", "replace")
    with contextlib.suppress(ValueError):
        return [bytes.fromhex(text)] if len(text) == count else []
    return []


@way("reverse-dead")
def reverse_dead(run):
    """Reverse zones of the owner of a /32, delegated to nowhere: the 16 bits of a /48."""
    run.tell(Data(run, lambda word: ("x.%s.%s" % (".".join(word.hex()[::-1]), REVERSE_DEAD),
                                     {"rdtype": "PTR"}),
                  lambda packet: nibbles_of(packet, REVERSE_DEAD, 4), 2), 400)


@way("reverse-labels")
def reverse_labels(run):
    """Labels that are no nibbles where a reverse zone's domain is taken to be, and a dead end."""
    run.tell(Words(run, lambda word: ("x." + in_labels(word, 50, REVERSE_ODD), {"rdtype": "PTR"}),
                   lambda packet: joined(packet, REVERSE_ODD, 4), letters=200))


@way("reverse-labels-v4")
def reverse_labels_v4(run):
    """The same of an IPv4 /8, alive: two labels of a /24 are free."""
    run.tell(Words(run, lambda word: ("1." + in_labels(word, 50, "46.in-addr.arpa"),
                                      {"rdtype": "PTR"}),
                   lambda packet: joined(packet, "46.in-addr.arpa", 2), letters=100))


@way("reverse-short-v4")
def reverse_short_v4(run):
    """Names shorter than a /24, which have no domain."""
    run.tell(Words(run, lambda word: ("%s.47.in-addr.arpa" % word.decode(), {"rdtype": "PTR"}),
                   letters=60))


@way("reverse-short")
def reverse_short(run):
    """Names shorter than a /48, which have no domain."""
    run.tell(Words(run, lambda word: ("%s.%s" % (word.decode(), REVERSE_SHORT), {"rdtype": "PTR"}),
                   letters=60))


@way("reverse-host")
def reverse_host(run):
    """Addresses below one /32, each in a /48 of its own: 96 bits each."""
    def question(word):
        return ".".join(word.hex()[::-1]) + "." + REVERSE, {"rdtype": "PTR"}

    run.tell(Data(run, question, lambda packet: nibbles_of(packet, REVERSE, 24), 12))


@way("internal-referral", "corp")
def internal_referral(run):
    """An internal server delegates a name to a public address."""
    run.tell(Words(run, lambda word: ("%s.out.corp.example" % word.decode(), {})))


@way("internal-dname", "corp")
def internal_dname(run):
    """An internal server renames what is asked into a public zone."""
    run.tell(Words(run, lambda word: ("%s.d.mail.example" % word.decode(), {})))


@way("internal-alias", "corp")
def internal_alias(run):
    """Internal aliases of public names: the choice among them."""
    run.tell(Choices(run, len(MANY), lambda symbol, _: ("c%02x.shop.example" % symbol, {}),
                     first_label("target.example", "t")), 600)


@way("stub-first", "corp")
def stub_first(run):
    """An internal server that refuses, and recursion instead."""
    run.tell(Words(run, lambda word: ("%s.first.example" % word.decode(), {})))


@way("forward-first", "corp")
def forward_first(run):
    """The same of an internal forwarder."""
    run.tell(Words(run, lambda word: ("%s.second.example" % word.decode(), {})))


@way("refresh-expired", "expired")
def refresh_expired(run):
    """Expired answers are served, and set off refreshes: their order."""
    refresh(run, 1100)


@way("refresh-prefetch", "prefetch")
def refresh_prefetch(run):
    """Answers near their end set off refreshes: their order."""
    refresh(run, 950)


def refresh(run, later_s, zone="refresh.example", rcode=witness.NOERROR):
    names = ["r%03x.%s" % (at, zone) for at in range(512)]
    refresh_of(run, later_s, names, first_label(zone, "r"))
    run.ok(run.rcodes.count(rcode) == len(run.rcodes), "the answers still come",
           collections.Counter(run.rcodes))


def refresh_of(run, later_s, names, heard, **more):
    run.warm(names, **more)
    run.leap(later_s)
    run.tell(Order(run, len(names), lambda symbol, _: (names[symbol], more), heard), 400,
             before=lambda: time.sleep(0.001))	# hits are faster than what they set off


@way("refresh-bogus", "expired-now")
def refresh_bogus(run):
    """Old answers that did not validate: SERVFAIL, and a refresh."""
    refresh(run, 70, "bogus.example", witness.SERVFAIL)


@way("refresh-dns64", "dns64-expired")
def refresh_dns64(run):
    """A refresh of which dns64 makes another query: the reverse name of an IPv4 address."""
    def heard(packet):
        labels = packet.below("48.in-addr.arpa") or ()
        with contextlib.suppress(ValueError):
            return int(labels[1]) * 256 + int(labels[0]) if len(labels) == 3 else None

    names = [dns.reversename.from_address("64:ff9b::3001:%02x%02x" % divmod(at, 256))
             for at in range(512)]
    refresh_of(run, 1100, names, heard, rdtype="PTR")


LETTERS = "abcdefghijklmnopqrstuvwxyzabcdef"


def cased(word):
    """32 letters, whose case spells four bytes."""
    number = int.from_bytes(word, "big")
    return "".join(letter.upper() if number >> at & 1 else letter
                   for at, letter in enumerate(LETTERS))


def case_of(packet):
    for label in packet.spelled[:1]:
        if label.lower() == LETTERS.encode():
            number = sum(1 << at for at, byte in enumerate(label) if chr(byte).isupper())
            return [number.to_bytes(4, "big")] if number else []
    return []


@way("letter-case")
def letter_case(run):
    """The spelling of one name."""
    run.ask([("%s.%s" % (LETTERS, run.zone), {})])
    run.tell(Data(run, lambda word: ("%s.%s" % (cased(word), run.zone), {}), case_of, 4),
             silent=True)


@way("refresh-case", "expired")
def refresh_case(run):
    """The spelling of names whose refresh a hit sets off."""
    names = ["%s.c%03x.refresh.example" % (LETTERS, at) for at in range(400)]
    run.warm(names)
    run.leap(1100)
    todo = iter(names)
    run.tell(Data(run, lambda word: (next(todo).replace(LETTERS, cased(word)), {}), case_of, 4),
             300, silent=None, before=lambda: time.sleep(0.001))


@way("dns64", "dns64")
def dns64(run):
    """The look-up for an A record that DNS64 makes of one for AAAA."""
    run.tell(Words(run, lambda word: ("%s.six.example" % word.decode(), {"rdtype": "AAAA"})))


@way("dns64-internal", "dns64-corp")
def dns64_internal(run):
    """The same below an internal zone that leads outside: refused on its way."""
    run.tell(Words(run, lambda word: ("%s.out.corp.example" % word.decode(),
                                      {"rdtype": "AAAA"})))


@way("dns64-nsec", "dns64")
def dns64_nsec(run):
    """It is known that there is no AAAA record, and only the look-up for A leaves."""
    run.warm(["c%02xm.choice" % at for at in range(64)], rdtype="AAAA")
    run.tell(Choices(run, 64, lambda symbol, _: ("c%02x.choice" % symbol, {"rdtype": "AAAA"}),
                     only("A", first_label("choice", "c"))), 600)


@way("dns64-cd", "dns64")
def dns64_cd(run):
    """With the CD bit there is no look-up for an A record."""
    def heard(packets):
        after = []			# look-ups for A after each for AAAA; one is the next minimised
        for packet in packets:
            if packet.below("seven.example") and packet.rdtype == witness.AAAA:
                after.append(0)
            elif packet.below("seven.example") and after:
                after[-1] += 1
        if after:
            after[-1] += 1
        return [int(count < 2) for count in after]

    flags(run, "one.seven.example", heard, rdtype="AAAA")


@way("dns64-reverse", "dns64")
def dns64_reverse(run):
    """Reverse look-ups below DNS64's prefix."""
    def question(word):
        name = dns.reversename.from_address("64:ff9b::2d%02x:%02x%02x" % tuple(word))
        return name, {"rdtype": "PTR"}

    def heard(packet):
        labels = packet.below("45.in-addr.arpa") or ()
        with contextlib.suppress(ValueError):
            return [bytes(map(int, labels[::-1]))] if len(labels) == 3 else []
        return []

    answer = run.lab.ask(dns.reversename.from_address("64:ff9b::2d01:203"), "PTR", source=HELPER)
    run.ok(answer and answer.answer, "a reverse look-up works", answer)
    run.tell(Data(run, question, heard, 3), 400)


@way("subnet", "subnet")
def subnet(run):
    """The client's own EDNS client subnet on one known name."""
    def question(word):
        # A /56 of 2000::/3: 53 bits of one's choice.
        first = bytes((0x20 | word[0] & 0x1f,)) + word[1:]
        return "one.subnet.example", {"options": [(ECS, bytes((0, 2, 56, 0)) + first)]}

    def heard(packet):
        return [data[4:11] for code, data in packet.options if code == ECS]

    channel = Data(run, question, heard, 7, 53)
    channel.word = lambda: bytes((0x20 | run.random.randrange(32),)) + run.random.randbytes(6)
    run.tell(channel, 300, silent=None)


@way("edns-options")
def edns_options(run):
    """Other EDNS options of a client."""
    codes = (NSID, 5, 6, 7, COOKIE, 12, 14, 15, 16, 17, 18, 65001)

    def question(word):
        return "one." + run.zone, {"options": [(code, word) for code in codes]}

    run.tell(Data(run, question, lambda packet: [data for _, data in packet.options], 16),
             silent=True)


@way("edns-options-subnet", "subnet")
def edns_options_subnet(run):
    """The same beside the client subnet module."""
    edns_options(run)


def told_by_key(packets):
    """For each question of the name, whether the keys were asked for before the next."""
    heard = []
    for packet in packets:
        labels = packet.below("flags.signed0")
        if labels:
            heard.append(1)
        elif labels == () and packet.rdtype == witness.DNSKEY and heard:
            heard[-1] = 0
    return heard


@way("checking-disabled", "signed")
def checking_disabled(run):
    """The CD bit on one name, in a zone whose keys are not kept: the look-up of these."""
    # A key is kept till its second is over.
    flags(run, "one.flags.signed0", told_by_key, lambda: run.leap(2, 0))


@way("checking-forwarded", "signed")
def checking_forwarded(run):
    """The same bit in what a forwarder is asked."""
    flags(run, "one.forwarded.example",
          lambda packets: [int(bool(packet.flags & CD)) for packet in packets
                           if packet.below("forwarded.example")])


def flags(run, name, heard, before=None, **more):
    for cd in 0, 1, 0, 1:
        run.ask([(name, {"cd": bool(cd), **more})])
    run.tell(Flag(run, lambda symbol, _: (name, {"cd": bool(symbol), **more}), heard), 600,
             silent=None, before=before)


@way("local-alias", "rpz")
def local_alias(run):
    """Aliases in the resolver's own local data: the choice among them."""
    run.tell(Choices(run, 64, lambda symbol, _: ("l%02x.local.example" % symbol, {}),
                     first_label("types.example", "l")), 400)


@way("rpz-alias", "rpz")
def rpz_alias(run):
    """A policy that leads names into a walled garden, whole."""
    run.tell(Words(run, lambda word: ("%s.walled.example" % word.decode(), {})))


for _lab in "hard", "rpz":
    for _name, _function in (("class-any", class_any), ("alias", alias), ("servers", servers),
                             ("suffix-dead", suffix_dead), ("internal-dname", internal_dname)):
        way("%s-%s" % (_name, _lab), _lab)(_function)


# -- what is no message

class Free:
    """A way that makes its labs itself."""

    def __init__(self, tap, name, number, seed, module):
        self.tap = tap
        self.name = name
        self.number = number
        self.seed = seed
        self.module = module
        self.rows = []

    def ok(self, passed, what, diag=""):
        return self.tap.ok(passed, "%s: %s" % (self.name, what), diag)

    def close(self):
        """As a Run has it; its labs are closed by then."""

    @contextlib.contextmanager
    def run(self, key="plain", **options):
        """A user in a lab of its own."""
        with laboratory(key, self.module, **options) as lab, contextlib.closing(
                Run(lab, self.tap, self.name, self.number, self.seed)) as run:
            yield run


ORDERS = ("validator iterator dynlib", "iterator dynlib", "validator dynlib iterator",
          "dynlib iterator", "dynlib validator iterator", "dynlib respip validator iterator",
          "dns64 dynlib validator iterator", "dynlib subnetcache validator iterator")
GUARDED = ORDERS[3:]
UNGUARDED = ORDERS[:2]
ORDER_UNKNOWN = 5		# seep.passthrough


@way("orders", None)
def orders(free):
    """Module orders: Seep guards in them, or says that it does not."""
    for order in ORDERS:
        with free.run(modules=order) as run:
            _, bits, metered = run.send(Words(run, lambda word: (run.spelled(word), {})), 60)
            stats = run.seep()
            lines = [line for line in run.lab.log().splitlines()
                     if re.search(r"seep: .*(order|module-config)", line)]
        passes = (stats["seep.mode"], stats["seep.passthrough"]) == (0, ORDER_UNKNOWN)
        guards = stats["seep.mode"] == 3 and bits <= metered + FRAME_BITS
        what = "mode %d, passthrough %d, %d bits heard, %d metered" % (
            stats["seep.mode"], stats["seep.passthrough"], bits, metered)
        free.ok(guards if order in GUARDED else passes if order in UNGUARDED else
                guards or passes, "%s: %s" % (order, "it guards" if order in GUARDED else
                                              "it says that it cannot"), what)
        if passes:
            free.ok(len(lines) == 1, order + ": one log line says why", lines)


@way("oracle", None)
def oracle(free):
    """A spent user tries on until the memory of names errs."""
    zone = "fill.example"
    forward = "forward-zone:\n\tname: \"%s\"\n\tforward-addr: %s\n" % (zone, FILLED)
    with free.run("unminimised", conf=CONF + "memory-size: 1m\naction: flag\n", state="seep.state",
                  clauses=forward) as run:
        lab = run.lab
        lab.hub.address(FILLED)
        text = Zone(zone, "* 0 A 192.0.2.1\n", ttl=0, at=FILLED)
        lab.world.nsd("fill", (FILLED,), {zone: lab.world.write(zone, text.text())})
        made = 0
        while made < 60000 and lab.seep()["seep.novelty.names"] < FULL:
            run.ask([("f%d.%s" % (at, zone), {}) for at in range(made, made + 3000)], "127.2.0.1",
                    128)
            made += 3000
        run.tap.note("oracle: %d names are known, %d fill it" % (
            made, lab.seep()["seep.novelty.names"]))
        lab.conf = CONF + "memory-size: 1m\n"
        lab.write_conf()
        lab.reload()
        run.begin()
        run.spend_novel()
        channel = Words(run, lambda word: (run.spelled(word), {}), letters=60)
        words, bits, metered = run.send(channel, TRIES, 128)
        run.tap.note("oracle: %d of %d tries got out, %.0f B, %.0f B metered" % (
            words, TRIES, bits / 8, metered / 8))
        run.rows.append(Row(free.name, TRIES, words, bits, metered, bits, metered))
        # Of the first 64 tries, which are believed, one in a thousand.
        free.ok(words <= 3, "hardly a novel name gets out", "%d words" % words)
        free.ok(bits <= max(metered + FRAME_BITS, 3 * 300), "or it is metered", bits)
        rcode, = run.ask([("k0." + run.purse, {})])
        free.ok(rcode == witness.NOERROR, "its own known names go on", rcode)
        free.rows = run.rows


FILLED = "100.200.95.53"	# an NSD beside the resolver: a fast server, not the witness
FULL = 54000			# of 57,344 names that a generation holds
TRIES = 20000


def changed(before, after, *keys):
    return tuple(after[key] - before[key] for key in keys)


@way("entries", None)
def entries(free):
    """Names that never leave take no place in the tables."""
    with free.run(clauses=UPSTREAM, files={"auth.zone": AUTH_ZONE},
                  extra="aggressive-nsec: yes") as run:
        run.begin()
        run.warm(["gone.tld"])
        for what, names in (("an upstream auth-zone", "x%d.d%d.up"),
                            ("aggressive NSEC", "www.gp%d%d.tld")):
            before = run.seep()
            mark = run.witness.mark()
            run.ask([(names % (at, at), {}) for at in range(20)])
            after = run.seep()
            free.ok(run.witness.mark() == mark, what + ": nothing left")
            free.ok(changed(before, after, "seep.users", "seep.domains",
                            "num.seep.bits.metered", "num.seep.unsent") == (0, 0, 0, 20),
                    what + ": 20 names, no domain is entered, no bit is metered",
                    "users, domains, bits, unsent: %r" % (changed(
                        before, after, "seep.users", "seep.domains", "num.seep.bits.metered",
                        "num.seep.unsent"),))


UPSTREAM = """\
auth-zone:
	name: "up"
	zonefile: "auth.zone"
	for-downstream: no
	for-upstream: yes
"""
AUTH_ZONE = "@ 3600 SOA ns admin 1 7200 3600 1209600 300\n@ 3600 NS ns\n* 3600 A 192.0.2.8\n"


@way("ratelimit", None)
def ratelimit(free):
    """What Unbound's own ratelimit stops is given back, and is not known afterwards."""
    with free.run("faults", extra="ratelimit: 1\nratelimit-factor: 0") as run:
        run.warm(["x." + run.zone])
        run.leap(60)
        before, mark = run.seep(), run.witness.mark()
        names = ["limited%d.%s" % (at, run.zone) for at in range(20)]
        run.ask([(name, {}) for name in names])
        after = run.seep()
        left = {packet.name().rstrip(".") for packet in run.witness.since(mark)} & set(names)
        free.ok(len(left) < 10, "the limit stops names", left)
        free.ok(changed(before, after, "num.seep.charged", "num.seep.unsent") ==
                (len(left), 20 - len(left)), "only what left is charged",
                "charged, unsent: %r of %d that left" % (changed(
                    before, after, "num.seep.charged", "num.seep.unsent"), len(left)))
        stopped = [name for name in names if name not in left][:3]
        for at, name in enumerate(stopped):
            run.leap(60)
            before = run.seep()
            run.ask([(name, {})])
            free.ok(changed(before, run.seep(), "num.seep.charged", "num.seep.known") == (1, 0),
                    "stopped name %d is novel when it leaves" % at)


def passed_until(run, names):
    """How many of the names were not refused."""
    rcodes = run.ask([(name, {}) for name in names])
    return len(rcodes) - rcodes.count(witness.REFUSED)


@way("dga", None)
def dga(free):
    """Generated domains below a signed top-level domain, minimised."""
    conf = CONF.replace(str(BUDGET_BYTES), "64k") + "dga-action: refuse\n" + suffixes.CONF
    for aggressive in "no", "yes":
        for name in "www.xkqvz%d.tld", "xkqvz%d.tld":
            with free.run(conf=conf, extra="aggressive-nsec: " + aggressive,
                          files=suffixes.files()) as run:
                run.begin()
                passed = passed_until(run, [name % at for at in range(40)])
                free.ok(passed <= 10, "%s, aggressive-nsec: %s: stopped after a handful"
                        % (name % 0, aggressive), "%d of 40 pass" % passed)
    with free.run(conf=conf, extra="aggressive-nsec: no", files=suffixes.files()) as run:
        run.begin()
        passed = passed_until(run, mixed(60))
        free.ok(passed < 120, "three rare domains that exist for two that do not: stopped",
                "%d of 150 pass" % passed)


def mixed(count):
    """So many generated domains among half as many again that exist, but that nobody uses."""
    names, real = [], 0
    for at in range(count):
        names.append("www.xkqvz%d.tld" % at)
        for _ in range(1 + at % 2):
            names.append("www.rare%d.tld" % real)
            real += 1
    return names


# -- the inverse

NAMES = os.path.join(need.PROJECT, "test", "data", "ordinary-names.txt")
USERS = 60


def hosts(labels, _rdtype):
    """Below each top-level domain every name of two labels is a zone of the same host's."""
    if len(labels) < 2:
        return Reply()
    reply = Reply(authoritative=False)
    server = wire_of(labels_of("h.hoster.example"))
    reply.authority.append((labels[-2:], witness.NS, LONG_S, server))
    return reply


def hosted(labels, rdtype):
    """A third are aliases in a network for content; the others have addresses of both kinds."""
    number = zlib.crc32(b".".join(labels))
    reply = Reply()
    if number % 3 == 0 and len(labels) > 2:
        reply.answer.append((labels, witness.CNAME, 300,
                             wire_of(labels_of("e%02x.cdn.example" % (number >> 8 & 63)))))
    elif rdtype in (witness.A, witness.AAAA):
        reply.answer.append((labels, rdtype, 300, bytes((192, 0, 2, 9)) if rdtype == witness.A
                             else bytes(15) + b"\1"))
    else:
        reply.authority.append((labels[-2:], witness.SOA, 300, b"\0\0" + struct.pack(
            "!5I", 1, 7200, 3600, 1209600, 300)))
    return reply


def ordinary_world(names):
    """What the names are made of: every top-level domain, the hoster, and the signed network."""
    edges = "".join("s%02x 30 A 192.0.2.1\ns%02x 30 AAAA 2001:db8::1\n" % (at, at)
                    for at in range(64))
    tlds = sorted({name.rsplit(".", 1)[-1] for name in names} - {"example"})
    made = [Zone(tld, at=TLDS) for tld in tlds]
    made += [Zone("hoster.example", "h A %s\n" % HOST),
             Zone("cdn.example", "".join("e%02x 60 CNAME s%02x.edge.example.\n" % (at, at)
                                         for at in range(64))),
             Zone("edge.example", edges, signed=True)]
    return lambda lab: Outside(lab, made, scripts={TLDS: hosts, HOST: hosted})


def everybody(run, names, rdtypes):
    """Each of the names, asked by one of the users; the rcodes."""
    rcodes = collections.Counter()
    for at, name in enumerate(names):
        for rdtype in rdtypes:
            rcodes.update(run.ask([(name, {"rdtype": rdtype})], "127.20.0.%d" % (at % USERS + 1)))
    return rcodes


@way("ordinary", None)
def ordinary(free):
    """People at work, with all that a resolver does unasked: each charge is committed once."""
    with open(NAMES) as lines:
        names = [line.strip() for line in lines if not line.startswith("#")]
    with free.run("ordinary", outside=ordinary_world(names)) as run:
        rounds = (("first", 0, names, ("A", "AAAA")), ("prefetched", 285, names[::3], ("A",)),
                  ("expired", 1715, names[1::3], ("A", "AAAA")))
        for title, ahead_s, some, rdtypes in rounds:
            run.leap(ahead_s)
            mark = run.witness.mark()
            rcodes = everybody(run, some, rdtypes)
            stats = run.seep()
            free.ok(run.witness.mark() - mark > len(some) / 4, "%s: there is work" % title)
            free.ok(set(rcodes) == {witness.NOERROR}, "%s: all are answered" % title, rcodes)
            identities(free.tap, "ordinary, %s" % title, stats)
            free.ok(not sum(stats["num.seep." + key] for key in UNSENT[1:]),
                    "%s: nobody is refused anything" % title)
            if not ahead_s:
                # A few were seen before, as a longer name's were asked for step by step.
                free.ok(len(names) - 5 <= stats["num.seep.charged"] <= len(names),
                        "%s: every name is charged once" % title, stats["num.seep.charged"])
        free.tap.note("ordinary: " + ", ".join("%d %s" % (stats["num.seep." + key], key) for key in
                                               ("misses", "refreshes", "charged", "known",
                                                "unsent", "background")))
        most = sum(rig.most_bits(name) for name in set(names))
        free.ok(stats["num.seep.bits.metered"] <= most, "no more is metered than the names spell")


# -- what was refused

def refused_questions(run):
    """Of many kinds; run.random chooses the names."""
    def word(letters=20):
        return "".join(run.random.choices("abcdefghijklmnopqrstuvwxyz", k=letters))

    made = []
    for _ in range(20):
        made += [("%s.new.example" % word(), {}), ("%s.new.example" % word(), {"rdclass": 255}),
                 ("%s.new.example" % word(), {"rdtype": "AAAA", "cd": True}),
                 ("%s.new.example" % word(), {"rdtype": "DS"}),
                 ("%s.new.example" % word(), {"rdclass": 3}),
                 ("a%02x.alias.example" % run.random.randrange(256), {}),
                 ("%s.d.rename.example" % word(), {}),
                 ("%s.d%02x.cut.example" % (word(), run.random.randrange(256)), {}),
                 ("x.%s.github.io" % word(), {}), ("%s.dyndns.org" % word(), {}),
                 ("%s.compute.amazonaws.com" % word(), {}),
                 ("%s.%s" % (word(), REVERSE), {"rdtype": "PTR"}),
                 ("x.%s.d.mail.example" % word(), {}), ("%s.out.corp.example" % word(), {}),
                 ("%s.first.example" % word(), {}),
                 ("r%03x.refresh.example" % run.random.randrange(256), {})]
    return made


def seen_in_a_run(free, seed):
    """What the witness sees of a script in which only refused names depend on the seed."""
    with free.run("same") as run:
        for names in (["a%02x.alias.example" % at for at in MANY] + ["x.d.rename.example"],
                      ["x%d.d%02x.cut.example" % (turn, at) for turn in range(3) for at in MANY],
                      ["r%03x.refresh.example" % at for at in MANY]):
            run.warm(names)
        for at in range(40):
            run.ask([("n%d.other.example" % at, {})], "127.3.0.%d" % (at % 4 + 1))
        run.begin()
        run.spend()
        run.leap(1100)
        run.witness.settle()
        # Until here Seep's secret key decides how many known names the budget allows.
        mark = run.witness.mark()
        run.random = random.Random(seed)
        rcodes = run.ask(refused_questions(run))
        for at in range(40):
            run.ask([("m%d.other.example" % at, {})], "127.3.0.%d" % (at % 4 + 1))
        run.witness.settle()
        return collections.Counter(packet.seen() for packet in run.witness.since(mark)), rcodes


@way("refused-unseen", None)
def refused_unseen(free):
    """Two runs that differ only in what was refused look the same from outside."""
    one, rcodes = seen_in_a_run(free, free.seed + " one")
    two, _ = seen_in_a_run(free, free.seed + " two")
    differ = (one - two) + (two - one)
    free.tap.note("refused-unseen: %d packets, rcodes %s" % (
        sum(one.values()), dict(collections.Counter(rcodes))))
    free.ok(not differ, "packet for packet", "%d packets differ, such as\n%s" % (
        sum(differ.values()), "\n".join(
            "%s %d to %s" % (witness.text_of(packet[3]), packet[4], packet[0])
            for packet in list(differ)[:8])))


# -- others

OTHER = "127.5.5.5"


@way("other-later", None)
def other_later(free):
    """What a user is refused on its way out is nobody's answer: the next who asks gets his own."""
    with free.run("corp") as run:
        run.begin()
        run.spend()
        for name in "x.up.corp.example", "x.out.corp.example", "c07.shop.example":
            rcodes = run.ask([(name, {})] * 3)
            free.ok(set(rcodes) == {witness.REFUSED}, name + ": its user is refused", rcodes)
            rcodes = run.ask([(name, {})], OTHER)
            free.ok(rcodes == [witness.NOERROR], name + ": the next one is answered", rcodes)
        identities(free.tap, "other-later", run.seep())


@way("other-joins", None)
def other_joins(free):
    """Who joins a query that is then refused is told to ask again, and is answered."""
    with free.run("corp", threads=1) as run:
        run.begin()
        run.spend()
        run.ask([("c01.shop.example", {})], OTHER)	# warms what is asked of the outside
        run.lab.world.inner.slow_s[INNER] = 0.3
        first = run.lab.send("c07.shop.example", source=run.user)
        time.sleep(0.1)
        second = run.lab.send("c07.shop.example", source=OTHER)
        rcodes = [client.rcode_of(one.wait()) for one in (first, second)]
        run.lab.world.inner.slow_s.clear()
        free.ok(rcodes == ["SERVFAIL"] * 2, "both are to ask again", rcodes)
        rcodes = run.ask([("c07.shop.example", {})]) + run.ask([("c07.shop.example", {})], OTHER)
        free.ok(rcodes == [witness.REFUSED, witness.NOERROR], "then each gets his own", rcodes)
        identities(free.tap, "other-joins", run.seep())


# -- a crowd

CROWD = """\
serve-expired: yes
prefetch: yes
harden-referral-path: yes
prefetch-key: yes
num-queries-per-thread: 16
jostle-timeout: 20
outbound-msg-retry: 2
"""
CROWD_S = 4


def hang_up(run, wire, source):
    """Ask over TCP, and be gone before the answer."""
    with contextlib.suppress(OSError), contextlib.closing(
            client.open_socket(run.lab.hub, ("127.0.0.1", 53), source, True)) as made:
        made.connect(("127.0.0.1", 53))
        made.sendall(struct.pack("!H", len(wire)) + wire)


def ask_as_a_crowd(run, users, until_s):
    """More than the resolver has room for, from many; nobody waits for the answers."""
    sockets = [client.open_socket(run.lab.hub, ("127.0.0.1", 53), user, False) for user in users]
    asked = 0
    with contextlib.ExitStack() as stack:
        for one in sockets:
            stack.enter_context(contextlib.closing(one))
            one.connect(("127.0.0.1", 53))
        while time.monotonic() < until_s:
            for name, more in refused_questions(run):
                at = run.random.randrange(len(users))
                wire = client.wire_query(name, **more)
                with contextlib.suppress(OSError):
                    sockets[at].send(wire)
                    sockets[at - 1].send(wire)	# another joins, or finds it known
                if run.random.random() < 0.03:
                    hang_up(run, wire, users[at])
                asked += 1
            time.sleep(0.01)
    return asked


@way("crowd", None)
def crowd(free):
    """States that are dropped half-way, with look-ups that go on without them: nothing is lost."""
    with free.run("corp", conf=CONF.replace("200", "20k"), extra=CROWD) as run:
        run.witness.lost = 0.3
        asked = ask_as_a_crowd(run, ["127.4.0.%d" % at for at in range(1, 40)],
                               time.monotonic() + CROWD_S)
        run.witness.lost = 0.0
        time.sleep(1)
        stats = run.seep()
        free.ok(asked > 1000 and run.lab.alive(), "the resolver is up", asked)
        identities(free.tap, "crowd", stats)


# -- running

def outside(lab):
    return Outside(lab, zones(), corp())


LABS = {
    "plain": {"qmin": True},
    "unminimised": {},
    "faults": {"faults": True},
    "corp": {"qmin": True, "clauses": CORP},
    "ordinary": {"qmin": True, "conf": "learning: 0\n", "faults": True,
                 "extra": "prefetch: yes\nserve-expired: yes"},
    "same": {"qmin": True, "clauses": CORP, "extra": "serve-expired: yes", "faults": True},
    "expired": {"extra": "serve-expired: yes", "faults": True},
    "prefetch": {"extra": "prefetch: yes", "faults": True},
    "expired-now": {"extra": "serve-expired: yes\nserve-expired-client-timeout: 0",
                    "faults": True},
    "dns64-expired": {"modules": "dns64 dynlib validator iterator", "faults": True,
                      "extra": "serve-expired: yes\nserve-expired-client-timeout: 0"},
    "dns64": {"qmin": True, "modules": "dns64 dynlib validator iterator",
              "extra": "aggressive-nsec: yes"},
    "dns64-corp": {"qmin": True, "modules": "dns64 dynlib validator iterator", "clauses": CORP},
    "subnet": {"modules": "dynlib subnetcache validator iterator",
               "extra": "client-subnet-always-forward: yes\nsend-client-subnet: " + SUBNETTED},
    "signed": {"clauses": FORWARD, "faults": True},
    "hard": {"qmin": True, "clauses": CORP, "extra": HARD},
    "rpz": {"qmin": True, "rpz": RPZ_ZONE, "clauses": CORP, "extra": LOCAL},
}


@contextlib.contextmanager
def laboratory(key, module, **more):
    """A lab by its name, with what it needs beside it."""
    options = {"conf": CONF, "outside": outside, "module": module, **LABS[key], **more}
    faults = None
    with contextlib.ExitStack() as stack:
        if options.pop("faults", False):
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="seep-faults-"))
            faults = Faults(directory, need.unbound_path(), CLOCK)
            options["binary"] = faults.binary
        lab = stack.enter_context(rig.Lab(**options))
        lab.faults, lab.ahead_s = faults, 0
        yield lab


def identities(tap, title, stats):
    """What always holds when nothing is under way."""
    def of(*keys):
        return sum(stats.get("num.seep." + key, 0) for key in keys)

    if not stats:
        return
    tap.equal(of("queries"), of("hits", "local", "misses", "joined"), title + ": queries")
    tap.equal(of("misses", "refreshes"), of("sent", *UNSENT), title + ": misses")
    tap.equal(of("sent"), of(*CLASSES), title + ": sent")
    tap.equal(stats.get("seep.inflight"), 0, title + ": nothing is in flight")


@pytest.fixture(scope="module")
def module(request):
    return None if request.config.getoption("plain") else rig.BUILT


@pytest.fixture(scope="module")
def shared(request, module):
    """The laboratory of that name, for all the ways that use it; None for those that make one."""
    if request.param is None:
        yield None
        return
    with laboratory(request.param, module) as lab:
        yield lab


@pytest.fixture(scope="module")
def rows():
    """What each way let out, shown as a table at the end."""
    rows = []
    yield rows
    print()
    table(rows)


@pytest.mark.parametrize("shared, number, name, function", [
    pytest.param(lab, number, name, function, id=name)
    for number, (name, lab, function) in enumerate(sorted(WAYS, key=lambda one: one[1] or "~"), 1)],
    indirect=["shared"], scope="module")
def test_way(shared, number, name, function, module, rows, tap, request):
    seed = request.config.getoption("seed")
    tap.note("seed %s, budget %d B" % (seed, BUDGET_BYTES))
    if shared:
        one = Run(shared, tap, name, number, seed)
    elif module:
        one = Free(tap, name, number, seed, module)
    else:
        pytest.skip("looks at the counters of Seep")
    with contextlib.closing(one):
        function(one)
        if shared:
            identities(tap, name, one.seep())
            tap.equal(shared.world.unseen(), {}, name + ": the witness misses nothing")
    rows += one.rows


def table(rows):
    print("# %-22s %6s %6s %10s %10s %10s %10s" % ("way", "asked", "heard", "payload B",
                                                    "metered B", "spent, B", "metered B"))
    for row in rows:
        print("# %-22s %6d %6d %10.0f %10.0f %10.0f %10.0f" % (
            row.name, row.asked, row.words, row.payload / 8, row.metered / 8,
            row.spent_payload / 8, row.spent_metered / 8))


if __name__ == "__main__":
    for _name, _, _function in WAYS:
        print("%-22s %s" % (_name, _function.__doc__.strip().splitlines()[0]))
