# SPDX-License-Identifier: BSD-3-Clause
"""What a budget forbids to send is answered from what the cache still holds, as Unbound's own
serve-expired would, and nothing leaves; what the cache has not is refused."""

import contextlib
import socket
import struct
import time

import dns.flags
import dns.rdatatype
import pytest

import rig
from rig import ede_of, need, rcode_of
from rig.expect import Watch
from rig.world import ZONES_ADDRESS

# Asks what the cache shall hold; its names are learned by nobody, so they are novel to the others.
WARM = "127.0.9.1"
CONF = """\
learning: 0
user-budget: 64
user-refill: 0
domain-budget: 1g
exempt-user: 127.0.9.0/24
"""
BLOCKED, STALE, STALE_NXDOMAIN = 15, 3, 19
EXPIRED_S = 2.2			# by then a TTL of 1 second has passed in every version
REPLY_TTL = 30			# Unbound's serve-expired-reply-ttl

RECORDS = """\
www A 192.0.2.10
mail MX 10 www
to CNAME mid
mid CNAME www.far.example.
below DNAME far.example.
"""
ZONES = {
    "short.example": (1, RECORDS + "".join("ip%d A 192.0.2.%d\n" % (at, 100 + at)
                                           for at in range(8))),
    "far.example": (1, "www A 192.0.2.11\n"),
    "sig.example": (1, RECORDS),
    "bogus.example": (1, "www A 192.0.2.12\n"),
    "inner.example": (1, "to CNAME www.short.example.\n"),
    "long.example": (1, "".join("* TXT \"%03d%s\"\n" % (at, "x" * 200) for at in range(15))),
}
EXTRA = """\
val-bogus-ttl: 1
rrset-roundrobin: no
trust-anchor: "bogus.example. DS 12345 13 2 %s"
""" % (64 * "0")
OWN = EXTRA + """\
serve-expired: yes
serve-expired-client-timeout: 0
ede-serve-expired: yes
"""


def make_lab(conf="", **more):
    more.setdefault("extra", EXTRA)
    return rig.Lab(conf=CONF + conf, zones=ZONES, signed=("sig.example",), **more)


def spend(lab, user):
    """Until no novel name of any length goes any more."""
    for letters in 40, 10, 2, 1:
        for at in range(100):
            name = "%s%d.wild.example" % (letters * "x", at)
            if rcode_of(lab.ask(name, source=user)) == "REFUSED":
                break
        else:
            raise AssertionError("the budget is never spent")


class Outside:
    """Counts the packets to servers outside."""

    def __init__(self, lab):
        with lab.hub.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.socket.bind(("lo", 0x0800))
        self.socket.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def names(self):
        """What came since the last call, as (address, the question's bytes)."""
        seen = set()
        while True:
            try:
                packet = self.socket.recv(65535)
            except BlockingIOError:
                return seen
            start = 4 * (packet[0] & 15)
            if packet[16:18] == bytes((10, 53)) and packet[9] in (6, 17) and \
                    struct.unpack("!H", packet[start + 2:start + 4]) == (53,):
                seen.add((socket.inet_ntoa(packet[16:20]), packet[start + 20:]))


def codes_of(answer):
    return [code for code, _ in ede_of(answer)]


def section(records):
    return sorted("%s %d" % (rrset.to_text(), rrset.ttl) for rrset in records)


def text_of(answer):
    """All that an answer says, but for its number and its EDE."""
    if answer is None:
        return "none"
    return [rcode_of(answer), dns.flags.to_text(answer.flags), answer.edns, answer.ednsflags,
            [rrset.to_text() for rrset in answer.question]] + [
                section(records) for records in (answer.answer, answer.authority,
                                                 answer.additional)]


def is_old(answer):
    """Every TTL is one of old answers; since 1.26 none is longer than it was."""
    return all(0 < rrset.ttl <= REPLY_TTL for rrset in answer.answer + answer.authority)


@contextlib.contextmanager
def cut_off(lab):
    """No server of a zone can be reached."""
    address = ZONES_ADDRESS + "/32"
    lab.hub.ip("address", "del", address, "dev", "lo")
    try:
        yield
    finally:
        lab.hub.ip("address", "add", address, "dev", "lo")


# What the cache holds, and how it is asked for: name, type, EDE, and more of the query.
CASES = {
    "an address": ("www.short.example", "A", STALE, {}),
    "in other letter case": ("WWW.Short.example", "A", STALE, {}),
    "without EDNS": ("www.short.example", "A", None, {"edns": False}),
    "another type": ("mail.short.example", "MX", STALE, {}),
    "a chain": ("to.short.example", "A", STALE, {}),
    "the alias itself": ("to.short.example", "CNAME", STALE, {}),
    "below a DNAME": ("www.below.short.example", "A", STALE, {}),
    "no data": ("www.short.example", "TXT", STALE, {}),
    "no data behind a chain": ("to.short.example", "TXT", STALE, {}),
    "no such name": ("no.short.example", "A", STALE_NXDOMAIN, {}),
    "no such name behind a DNAME": ("no.below.short.example", "A", STALE_NXDOMAIN, {}),
    "too long for UDP": ("any.long.example", "TXT", STALE, {}),
    "the same by TCP": ("any.long.example", "TXT", STALE, {"tcp": True}),
    "signed": ("www.sig.example", "A", STALE, {}),
    "signed, with AD": ("www.sig.example", "A", STALE, {"ad": True}),
    "signed, with AD and without EDNS": ("www.sig.example", "A", None, {"ad": True, "edns": False}),
    "signed, with DO": ("www.sig.example", "A", STALE, {"dnssec": True}),
    "signed, with DO and CD": ("www.sig.example", "A", STALE, {"dnssec": True, "cd": True}),
    "signed, a chain out of it, with DO": ("to.sig.example", "A", STALE, {"dnssec": True}),
    "signed, no data, with DO": ("www.sig.example", "TXT", STALE, {"dnssec": True}),
    "signed, no such name, with DO": ("no.sig.example", "A", STALE_NXDOMAIN, {"dnssec": True}),
    "bogus, with CD": ("www.bogus.example", "A", STALE, {"cd": True}),
    "bogus, with CD and DO": ("www.bogus.example", "A", STALE, {"cd": True, "dnssec": True}),
}


def ask_all(lab, user):
    return {title: lab.ask(name, rdtype, source=user, **more)
            for title, (name, rdtype, _, more) in CASES.items()}


def test_as_unbound(tap):
    """The same answers as by serve-expired, to all that a message in the cache can be."""
    user = "127.1.0.1"
    with make_lab(module=None, extra=OWN) as lab:
        ask_all(lab, WARM)
        time.sleep(EXPIRED_S)
        with cut_off(lab):	# else the first old answer would have been refreshed by the second
            own = ask_all(lab, user)
        lab.module, lab.extra = need.module_path(lab.version), EXTRA
        lab.write_conf()
        lab.restart()
        spend(lab, user)
        ask_all(lab, WARM)
        time.sleep(EXPIRED_S)
        watch = Watch(lab, tap, "as Unbound")
        with Outside(lab) as outside, \
                watch.case("each is counted as stale", stale=len(CASES), gauges={"inflight": 0}):
            got = ask_all(lab, user)
            left = outside.names()
        tap.equal(left, set(), "nothing leaves")
        for title, (_, _, ede, _) in CASES.items():
            tap.equal(text_of(got[title]), text_of(own[title]), title + ": as serve-expired")
            tap.equal(codes_of(got[title]), [ede] if ede else [], title + ": EDE")
            tap.ok(is_old(got[title]), title + ": TTL", text_of(got[title]))
        for title in ("signed, with AD", "signed, with DO", "signed, no such name, with DO"):
            tap.ok(got[title].flags & dns.flags.AD, title + ": it is secure", text_of(got[title]))
