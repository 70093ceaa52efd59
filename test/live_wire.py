#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
One user tries to tell a witness outside a random message, in every way that anybody thought of: no
more gets out than its meter says, and nothing once that is spent.

    live_wire.py --only alias --only dns64     some ways; --list names them
    live_wire.py --seed 7                      another message
    live_wire.py --plain                       without Seep: what each way would let out
"""

import argparse
import base64
import bisect
import collections
import contextlib
import math
import os
import random
import sys
import tempfile
import time

import rig
from rig import client, need, witness

import dns.edns  # found by rig
import dns.message
import dns.rdatatype
import dns.reversename

from rig.client import wire_query
from rig.expect import CLASSES, REFUSALS
from rig.faults import Faults
from rig.witness import CD, INNER, LONG_S, NXDOMAIN, Outside, Reply, Zone, labels_of, wire_of

BUDGET_BYTES = 200
BUDGET_BITS = BUDGET_BYTES * 8
KNOWN_BITS = BUDGET_BITS // 8	# what known names have more
FRAME_BITS = 40			# of a message's own; a lucky one costs less than its length, but not so much
NEAR = 4			# so many symbols of a message may be lost before the next that is heard
HELPER = "127.0.9.9"		# exempt: fills Unbound's caches, and Seep learns nothing by it
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


def zones():
    """What all ways use, made anew for each lab."""
    return [
        fleeting("spend.example"),
        fleeting("any.example"),
        Zone("alias.example", each("a{at} CNAME t{at}.target.example.") +
             "one CNAME t.types.example.\nd DNAME z.target.example.\n"),
        fleeting("target.example", ANYTHING + "* 0 TXT \"x\"\n"),
        fleeting("types.example"),
        Zone("cut.example", each("d{at} NS n{at}.addr.example.")),
        fleeting("addr.example", "* 0 A 127.0.0.1\n"),
        Zone("dead.example", "void A 127.0.0.1\n"),
        fleeting("github.io", script=all_dead("github.io")),
        fleeting("dyndns.org"),
        fleeting("compute.amazonaws.com", "* 0 A 192.0.2.1\n"),
        fleeting(REVERSE_DEAD, script=all_dead(REVERSE_DEAD, 4)),
        fleeting(REVERSE),
        fleeting("45.in-addr.arpa"),
        fleeting("six.example", "* 0 A 192.0.2.1\n"),
        fleeting("forwarded.example", at=FORWARDED),
        fleeting("subnet.example", at=SUBNETTED),
        fleeting("out.corp.example", at=OUT_OF_CORP),
        fleeting("first.example"),
        fleeting("second.example"),
        fleeting("renamed.example"),
        Zone("refresh.example", "* 1000 A 192.0.2.1\n"),
        Zone("other.example", "* 3600 A 192.0.2.1\n"),
        Zone("tld", "www.real 3600 A 192.0.2.1\n", ttl=3600, missing_ttl=300, signed=True),
        fleeting("flags.signed0", "one 0 A 192.0.2.1\n", signed=True),
    ]


CORP = """\
stub-zone:
	name: "corp.example"
	stub-addr: {inner}
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
RPZ = """\
rpz:
	name: "rpz.example"
	zonefile: "rpz.zone"
"""
RPZ_ZONE = """\
@ 3600 SOA ns admin 1 7200 3600 1209600 300
@ 3600 NS ns
ns.bad.example.rpz-nsdname 3600 CNAME .
32.1.2.0.192.rpz-nsip 3600 CNAME .
"""

FORWARD = """\
forward-zone:
	name: "forwarded.example"
	forward-addr: %s
""" % FORWARDED

REVERSE_DEAD = "d.2.c.1.b.0.a.2.ip6.arpa"	# 2a0b:1c2d::/32
REVERSE = "e.2.c.1.b.0.a.2.ip6.arpa"		# 2a0b:1c2e::/32


def corp():
    """The organisation's own server: anybody may make such records in its own directory."""
    return [Zone("corp.example", "out NS ns.out\nns.out A %s\nd DNAME renamed.example.\n"
                 "* 3600 A 10.1.1.1\n" % OUT_OF_CORP +
                 each("c{at} CNAME t{at}.target.example."))]


# -- telling

class Words:
    """
    Payload in full: each word is a random label, asked for once. question(word) gives (name, more
    for the query); heard(packet) the words that may be in a packet.
    """

    def __init__(self, run, question, heard=None, letters=32):
        self.random = run.random
        self.question = question
        self.heard = heard or (lambda packet: packet.labels)
        self.letters = letters

    def word(self):
        data = self.random.randbytes((self.letters * 5 + 7) // 8)
        return base64.b32encode(data).lower()[:self.letters]

    def message(self, count):
        return [self.word() for _ in range(count)]

    def told(self, packets, message, passed, spent):
        """How many words of the message the witness has, and their bits."""
        words = set(message) & {word for packet in packets for word in self.heard(packet)}
        return len(words), len(words) * self.letters * 5


class Data(Words):
    """Words of random bytes instead of letters, of which so many bits are payload."""

    def __init__(self, run, question, heard, size, bits=None):
        super().__init__(run, question, heard)
        self.size = size
        self.bits = bits or size * 8

    def word(self):
        return self.random.randbytes(self.size)

    def told(self, packets, message, passed, spent):
        count, _ = super().told(packets, message, passed, spent)
        return count, count * self.bits


class Choices:
    """
    Payload by choosing one of many, again and again. question(symbol, at) gives (name, more);
    heard(packet) the symbol that a packet tells, or None.
    """

    def __init__(self, run, size, question, heard):
        self.random = run.random
        self.size = size
        self.question = question
        self.heard = heard
        self.at = 0

    def message(self, count):
        return [self.random.randrange(self.size) for _ in range(count)]

    def told(self, packets, message, passed, spent):
        """What was heard in the message's order, of two readings the best; all when spent."""
        heard = [symbol for symbol in map(self.heard, packets) if symbol is not None]
        count = len(heard) if spent else max(self.matching(heard, passed), self.matching(heard, message))
        return count, self.worth(count)

    def worth(self, count):
        return count * math.log2(self.size)

    @staticmethod
    def matching(heard, message):
        at = found = 0
        for symbol in heard:
            near = message[at:at + NEAR]
            if symbol in near:
                at += near.index(symbol) + 1
                found += 1
        return found


class Flag(Choices):
    """Bits, one for each question; heard(packets) reads them all."""

    def __init__(self, run, question, heard):
        super().__init__(run, 2, question, None)
        self.read = heard

    def told(self, packets, message, passed, spent):
        """As many as are right beyond half of them, which are by chance."""
        heard = self.read(packets)
        if spent:
            return len(heard), len(heard)
        right = max(sum(one == other for one, other in zip(heard, said))
                    for said in (message, passed))
        share = max(right / max(len(heard), 1), 0.5)
        if len(heard) < 8 or share < 0.75:
            return 0, 0
        wrong = -sum(one * math.log2(one) for one in (share, 1 - share) if one)
        return right, len(heard) * (1 - wrong)


class Order(Choices):
    """Each of many once, in an order of one's choice."""

    def message(self, count):
        if not self.at:
            self.deck = self.random.sample(range(self.size), self.size)
        return [self.deck.pop() for _ in range(count)]

    def worth(self, count):
        return sum(math.log2(self.size - at) for at in range(count))

    @staticmethod
    def matching(heard, message):
        """The longest part of what was heard that is in order."""
        ends = []
        for place in (message.index(symbol) for symbol in heard if symbol in message):
            at = bisect.bisect_left(ends, place)
            ends[at:at + 1] = [place]
        return len(ends)


Row = collections.namedtuple("Row", "name asked words payload metered spent_payload spent_metered")


class Run:
    """One way: its user, its message, and what the witness is asked about it."""

    def __init__(self, lab, tap, name, number, seed):
        self.lab = lab
        self.tap = tap
        self.name = name
        self.user = "127.1.%d.1" % number
        self.random = random.Random("%s %s" % (seed, name))
        self.witness = lab.world.witness
        self.rows = []
        self.talks = {}

    def ok(self, passed, what, diag=""):
        return self.tap.ok(passed, "%s: %s" % (self.name, what), diag)

    def ask(self, questions, source=None, window=1, bound_s=20):
        """Rcodes of (name, more) questions, all from one user."""
        source = source or self.user
        if source not in self.talks:	# one socket: all goes to one of Unbound's threads
            self.talks[source] = client.Talk(self.lab.hub, ("127.0.0.1", 53), source)
        return self.talks[source].ask([wire_query(name, **more) for name, more in questions],
                                      window, bound_s=bound_s)

    def close(self):
        for talk in self.talks.values():
            talk.close()

    def warm(self, names, **more):
        """Into Unbound's caches, and unknown to Seep."""
        return self.ask([(name, more) for name in names], HELPER, 16)

    def seep(self):
        """The statistics, once nothing moves any more."""
        self.witness.settle()
        last = None
        for _ in range(50):
            now = self.lab.seep()
            if now == last and not now.get("seep.inflight"):
                break
            last = now
            time.sleep(0.02)
        return collections.Counter(now)

    def metered(self):
        return self.seep()["num.seep.bits.metered"]

    def send(self, channel, count, window=1, before=None, spent=False):
        """Tell so much; (words, bits) that were heard and the bits metered meanwhile."""
        message = channel.message(count)
        was, mark = self.metered(), self.witness.mark()
        if isinstance(channel, Choices):
            questions = [channel.question(symbol, channel.at + at)
                         for at, symbol in enumerate(message)]
            channel.at += count
        else:
            questions = [channel.question(word) for word in message]
        if before:
            self.rcodes = []
            for question in questions:
                before()
                self.rcodes += self.ask([question])
        else:
            self.rcodes = self.ask(questions, window=window)
        metered = self.metered() - was
        passed = [one for one, rcode in zip(message, self.rcodes) if rcode != witness.REFUSED]
        words, bits = channel.told(self.witness.since(mark), message, passed, spent)
        return words, bits, metered

    def spend(self):
        """Until all is refused: names of any length, then known ones."""
        self.spend_novel()
        names = ["k%d.spend.example" % at for at in range(4)]
        for _ in range(20):
            rcodes = self.ask([(self.random.choice(names), {}) for _ in range(40)])
            if rcodes.count(witness.REFUSED) == len(rcodes):
                break

    def spend_novel(self):
        for letters in 55, 20, 6, 1:
            refused = 0
            for _ in range(60):
                label = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz", k=letters))
                rcode, = self.ask([("%s.spend.example" % label, {})])
                refused = refused + 1 if rcode == witness.REFUSED else 0
                if refused == 3:
                    break

    def begin(self):
        """A few known names, for spend()."""
        return self.ask([("k%d.spend.example" % at, {}) for at in range(4)])

    def tell(self, channel, count=300, spent=60, window=1, silent=False, before=None):
        """
        The message, then more of it when the budget is spent. silent: nothing may ever be heard;
        False: something must, or the way is none; None: either is well. before: what is done before
        each question.
        """
        self.begin()
        words, bits, metered = self.send(channel, count, window, before)
        self.spend()
        _, more, more_metered = self.send(channel, spent, window, before, True)
        self.rows.append(Row(self.name, count, words, bits, metered, more, more_metered))
        self.tap.note("%-22s %5d asked, %5d heard: %7.0f B of payload, %5.0f B metered; spent: %.0f B"
                      % (self.name, count, words, bits / 8, metered / 8, more / 8))
        if not self.lab.module:
            return
        if silent:
            self.ok(not words, "nothing is heard", "%d words, %.0f bits" % (words, bits))
        elif silent is False:
            self.ok(words, "the witness hears something")
        self.ok(bits <= metered + FRAME_BITS, "no more gets out than is metered",
                "%.0f bits heard, %d metered" % (bits, metered))
        self.ok(bits <= BUDGET_BITS + KNOWN_BITS + FRAME_BITS, "no more than the budget",
                "%.0f bits heard" % bits)
        self.ok(more <= 0, "nothing once the budget is spent",
                "%.0f bits heard, %d metered" % (more, more_metered))


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
    run.tell(Words(run, lambda word: ("%s.any.example" % word.decode(), {})))


@way("known")
def known(run):
    """No way around either: the choice among known names."""
    names = ["n%02x.any.example" % at for at in range(32)]
    run.ask([(name, {}) for name in names])
    run.tell(Choices(run, len(names), lambda symbol, _: (names[symbol], {}),
                     first_label("any.example", "n")), 600)


@way("class-any")
def class_any(run):
    """QCLASS=ANY is asked in a sub-query, of class IN."""
    run.tell(Words(run, lambda word: ("%s.any.example" % word.decode(), {"rdclass": 255})))


@way("class-other")
def class_other(run):
    """Classes that nobody serves do not leave."""
    classes = run.random.choices((2, 3, 4, 254, 4711), k=1000)
    run.tell(Words(run, lambda word: ("%s.any.example" % word.decode(),
                                      {"rdclass": classes.pop()})), silent=True)


@way("alias")
def alias(run):
    """Cached aliases whose targets are not kept: the choice among them."""
    run.warm(["a%02x.alias.example" % at for at in MANY])
    run.tell(Choices(run, len(MANY), lambda symbol, _: ("a%02x.alias.example" % symbol, {}),
                     first_label("target.example", "t")), 1000)


@way("alias-type")
def alias_type(run):
    """One cached alias, and the type that it is asked for."""
    run.warm(["one.alias.example"])
    run.tell(Choices(run, 256, lambda symbol, _: ("one.alias.example", {"rdtype": 1024 + symbol}),
                     lambda packet: packet.rdtype - 1024 if packet.below("types.example") and
                     packet.rdtype >= 1024 else None), 600)


@way("dname-novel")
def dname_novel(run):
    """Novel names below a cached DNAME."""
    run.warm(["x.d.alias.example"])
    run.tell(Words(run, lambda word: ("%s.d.alias.example" % word.decode(), {})))


@way("dname-known")
def dname_known(run):
    """Known names below a cached DNAME: the choice among sixteen."""
    names = ["%x.d.alias.example" % at for at in range(16)]
    run.warm(["x.d.alias.example"])
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
    def question(word):
        text = word.decode()
        labels = [text[at:at + 50] for at in range(0, len(text), 50)]
        return "x.%s.%s" % (".".join(labels), REVERSE_DEAD), {"rdtype": "PTR"}

    run.tell(Words(run, question, lambda packet: [b"".join((packet.below(REVERSE_DEAD) or ())[-4:])],
                   letters=200))


@way("reverse-short")
def reverse_short(run):
    """Names shorter than a /48, which have no domain."""
    run.tell(Words(run, lambda word: ("%s.%s" % (word.decode(), REVERSE), {"rdtype": "PTR"}),
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
    run.tell(Words(run, lambda word: ("%s.d.corp.example" % word.decode(), {})))


@way("internal-alias", "corp")
def internal_alias(run):
    """Internal aliases of public names: the choice among them."""
    run.tell(Choices(run, len(MANY), lambda symbol, _: ("c%02x.corp.example" % symbol, {}),
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


def refresh(run, later_s):
    run.warm(["r%03x.refresh.example" % at for at in range(512)])
    run.lab.faults.clock(later_s)
    time.sleep(0.2)
    run.tell(Order(run, 512, lambda symbol, _: ("r%03x.refresh.example" % symbol, {}),
                   first_label("refresh.example", "r")), 400,
             before=lambda: time.sleep(0.001))	# hits are faster than what they set off
    run.ok(run.rcodes.count(witness.NOERROR) == len(run.rcodes), "the answers still come",
           collections.Counter(run.rcodes))


@way("dns64", "dns64")
def dns64(run):
    """The look-up for an A record that DNS64 makes of one for AAAA."""
    run.tell(Words(run, lambda word: ("%s.six.example" % word.decode(), {"rdtype": "AAAA"})))


@way("dns64-cd", "dns64")
def dns64_cd(run):
    """With the CD bit there is no look-up for an A record."""
    def heard(packets):
        after = []			# look-ups for A after each for AAAA; one is the next minimised
        for packet in packets:
            if packet.below("six.example") and packet.rdtype == witness.AAAA:
                after.append(0)
            elif packet.below("six.example") and after:
                after[-1] += 1
        if after:
            after[-1] += 1
        return [int(count < 2) for count in after]

    flags(run, "one.six.example", heard, rdtype="AAAA")


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
        option = dns.edns.GenericOption(ECS, bytes((0, 2, 56, 0)) + first)
        return "one.subnet.example", {"options": [option]}

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
        options = [dns.edns.GenericOption(code, word) for code in codes]
        return "one.any.example", {"options": options}

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
    def later():
        run.leapt = getattr(run, "leapt", 0) + 2
        run.lab.faults.clock(run.leapt)		# a key is kept till its second is over

    flags(run, "one.flags.signed0", told_by_key, later)


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


for _lab in "hard", "rpz":
    for _name, _function in (("class-any", class_any), ("alias", alias), ("servers", servers),
                             ("suffix-dead", suffix_dead), ("internal-dname", internal_dname)):
        way("%s, %s" % (_name, _lab), _lab)(_function)


# -- running

def outside(lab):
    return Outside(lab, zones(), corp())


LABS = {
    "plain": {"qmin": True},
    "corp": {"qmin": True, "clauses": CORP},
    "expired": {"extra": "serve-expired: yes", "faults": True},
    "prefetch": {"extra": "prefetch: yes", "faults": True},
    "dns64": {"qmin": True, "modules": "dns64 dynlib validator iterator"},
    "subnet": {"modules": "dynlib subnetcache validator iterator",
               "extra": "client-subnet-always-forward: yes\nsend-client-subnet: " + SUBNETTED},
    "signed": {"clauses": FORWARD, "faults": True},
    "hard": {"qmin": True, "clauses": CORP, "extra": HARD},
    "rpz": {"qmin": True, "rpz": True, "clauses": CORP + RPZ, "files": {"rpz.zone": RPZ_ZONE}},
}


@contextlib.contextmanager
def laboratory(key, module):
    """A lab by its name, with what it needs beside it."""
    options = {"conf": CONF, "outside": outside, "module": module, **LABS[key]}
    faults = None
    with contextlib.ExitStack() as stack:
        if options.pop("faults", False):
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="seep-faults-"))
            faults = Faults(directory, need.unbound_path())
            options["binary"] = faults.binary
        lab = stack.enter_context(rig.Lab(**options))
        lab.faults = faults
        yield lab


def identities(tap, title, stats):
    """What always holds when nothing is under way."""
    def of(*keys):
        return sum(stats.get("num.seep." + key, 0) for key in keys)

    if not stats:
        return
    tap.equal(of("queries"), of("hits", "local", "misses", "joined"), title + ": queries")
    tap.equal(of("misses", "refreshes"), of("sent", "unsent", *REFUSALS), title + ": misses")
    tap.equal(of("sent"), of(*CLASSES), title + ": sent")
    tap.equal(stats.get("seep.inflight"), 0, title + ": nothing is in flight")


def run_ways(tap, chosen, seed, module):
    rows = []
    for key in dict.fromkeys(lab for _, lab, _ in chosen):
        with laboratory(key, module) as lab:
            for number, (name, _, function) in enumerate(one for one in chosen if one[1] == key):
                run = Run(lab, tap, name, number + 1, seed)
                with contextlib.closing(run):
                    function(run)
                rows += run.rows
            if lab.alive():
                lab.world.witness.settle()
                identities(tap, "lab " + key, lab.seep())
            tap.equal(lab.world.unseen(), {}, "lab %s: the witness misses nothing" % key)
    return rows


def table(tap, rows):
    tap.note("%-22s %6s %6s %10s %10s %10s %10s" % ("way", "asked", "heard", "payload B",
                                                    "metered B", "spent, B", "metered B"))
    for row in rows:
        tap.note("%-22s %6d %6d %10.0f %10.0f %10.0f %10.0f" % (
            row.name, row.asked, row.words, row.payload / 8, row.metered / 8,
            row.spent_payload / 8, row.spent_metered / 8))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seed", default="witness")
    parser.add_argument("--plain", action="store_true", help="Unbound alone")
    args = parser.parse_args()
    names = [name for name, _, _ in WAYS]
    if args.list:
        print("\n".join("%-22s %s" % (name, function.__doc__.strip().splitlines()[0])
                        for name, _, function in WAYS))
        return 0
    for name in set(args.only or ()) - set(names):
        parser.error("no way is called %s; --list names them" % name)
    need.live(tools=("cc",), files=(need.module_path(), need.unbound_path()))
    with rig.Tap() as tap:
        tap.note("seed %s, budget %d B" % (args.seed, BUDGET_BYTES))
        chosen = [one for one in WAYS if not args.only or one[0] in args.only]
        table(tap, run_ways(tap, chosen, args.seed, None if args.plain else rig.BUILT))
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
