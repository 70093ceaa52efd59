# SPDX-License-Identifier: BSD-3-Clause
"""What a budget forbids to send is answered from what the cache still holds, as Unbound's own
serve-expired would, and nothing leaves; what the cache has not is refused."""

import contextlib
import random
import socket
import struct
import time

import dns.flags
import dns.rdatatype
import dns.reversename
import pytest

import rig
from rig import ede_of, need, rcode_of
from rig.expect import Watch
from rig.world import ZONES_ADDRESS

# Asks what the cache shall hold; its names are learned by nobody, so they are novel to the others.
WARM = "127.0.9.1"
CONF = """\
learning: 0
user-refill: 0
domain-budget: 1g
exempt-user: 127.0.9.0/24
"""
BLOCKED, STALE, STALE_NXDOMAIN = 15, 3, 19
SEED = 20261126
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
                                           for at in range(48))),
    "far.example": (1, "www A 192.0.2.11\n"),
    "sig.example": (1, RECORDS),
    "bogus.example": (1, "www A 192.0.2.12\n"),
    "2.0.192.in-addr.arpa": (1, "1 PTR www.short.example.\n"),
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


def make_lab(conf="user-budget: 64\n", **more):
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


def answers_of_unbound(lab, user):
    """
    By serve-expired. On a slow machine a refresh that an old answer set off has failed before the
    next answer is asked for, and then Unbound says SERVFAIL in its place: it gets another try.
    """
    for _ in range(5):
        ask_all(lab, WARM)
        time.sleep(EXPIRED_S)
        with cut_off(lab):	# else the first old answer would have been refreshed by the second
            own = ask_all(lab, user)
        if not any(rcode_of(answer) == "SERVFAIL" for answer in own.values()):
            return own
        lab.restart()
    raise AssertionError("Unbound itself has not answered all of them in five tries")


def test_as_unbound(tap):
    """The same answers as by serve-expired, to all that a message in the cache can be."""
    user = "127.1.0.1"
    with make_lab(module=None, extra=OWN) as lab:
        own = answers_of_unbound(lab, user)
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
            others = set(codes_of(own[title])) - {STALE}
            tap.equal(set(codes_of(got[title])), ({ede} if ede else set()) | others,
                      title + ": EDE")
            tap.ok(is_old(got[title]), title + ": TTL", text_of(got[title]))
        for title in ("signed, with AD", "signed, with DO", "signed, no such name, with DO"):
            tap.ok(got[title].flags & dns.flags.AD, title + ": it is secure", text_of(got[title]))


def ask(lab, tap, what, want, name, rdtype="A", user="127.1.0.1", **more):
    """One answer, which must have WANT's rcode and EDE; it is returned."""
    answer = lab.ask(name, rdtype, source=user, **more)
    tap.equal((rcode_of(answer), codes_of(answer)), want, what)
    return answer


def poll(lab, user, names, until):
    """Asks for NAMES, each once and in no order, until an answer has that EDE: that name, and
    how many it took."""
    for count, name in enumerate(random.Random(SEED).sample(names, len(names)), 1):
        if until in codes_of(lab.ask(name, source=user)):
            return name, count
    raise AssertionError("no answer with EDE %d" % until)


def test_room(tap):
    """A spent user's known names are sent for a sixteenth of the budget more; then those alone of
    which the cache has nothing, for another."""
    user = "127.1.0.1"
    kept = ["ip%d.short.example" % at for at in range(48)]
    gone = ["n%d.ttl0.example" % at for at in range(48)]
    with make_lab(conf="user-budget: 128\n") as lab, Outside(lab) as outside:
        watch = Watch(lab, tap, "room")
        for at, name in enumerate(kept + gone):
            answer = lab.ask(name, source="127.1.1.%d" % (1 + at // 8))
            tap.equal(rcode_of(answer), "NOERROR", name + " is known")
        spend(lab, user)
        time.sleep(EXPIRED_S)
        name, count = poll(lab, user, kept, STALE)
        tap.ok(count > 1, "known names are sent before they are stale")
        outside.names()
        with watch.case("what the cache has", stale=1):
            ask(lab, tap, "an old answer", ("NOERROR", [STALE]), name, user=user)
        tap.equal(outside.names(), set(), "nothing leaves for it")
        with watch.case("what the cache has not", known=1, flagged_user=1, gauges={"inflight": 0}):
            ask(lab, tap, "is asked for", ("NOERROR", []), gone[0], user=user)
        tap.ok(outside.names(), "and leaves")
        name, _ = poll(lab, user, gone, BLOCKED)
        with watch.case("at last nothing is sent", refused_user=1):
            ask(lab, tap, "refused", ("REFUSED", [BLOCKED]), name, user=user)


def test_rules(tap):
    """What is in the cache comes, and everything else is refused; nothing leaves for either."""
    refused, stale = ("REFUSED", [BLOCKED]), ("NOERROR", [STALE])
    user = "127.1.0.1"
    with make_lab() as lab, Outside(lab) as outside:
        watch = Watch(lab, tap, "rules")
        lab.ask("www.short.example", source=WARM)
        tap.ok(outside.names(), "what leaves is seen")
        spend(lab, user)
        time.sleep(EXPIRED_S)
        outside.names()
        with watch.case("cached", stale=1, gauges={"inflight": 0}):
            ask(lab, tap, "cached: answered", stale, "www.short.example")
        with watch.case("cached: again, for it stays old", stale=1):
            ask(lab, tap, "again: answered", stale, "www.short.example")
        with watch.case("by TCP and TLS", stale=2):
            ask(lab, tap, "TCP: answered", stale, "www.short.example", tcp=True)
            ask(lab, tap, "TLS: answered", stale, "www.short.example", tls=True)
        with watch.case("another type, another name, another domain", refused_user=3):
            ask(lab, tap, "another type: refused", refused, "www.short.example", "AAAA")
            ask(lab, tap, "another name: refused", refused, "other.short.example")
            ask(lab, tap, "another domain: refused", refused, "www.never.example")
        with watch.case("another class", refused_user=1):
            ask(lab, tap, "another class: refused", refused, "www.short.example", rdclass="CH",
                rdtype="A")
        tap.equal(outside.names(), set(), "nothing left")
        with watch.case("another user with a budget asks anew", charged=1,
                        charge=[("127.1.0.2", "www.short.example")]):
            ask(lab, tap, "another user: answered", ("NOERROR", []), "www.short.example",
                user="127.1.0.2")
        with watch.case("and what that left is a hit", hits=1):
            ask(lab, tap, "a hit", ("NOERROR", []), "www.short.example")
        lines = [line for line in lab.log().splitlines() if "is spent" in line and user in line]
        tap.ok(len(lines) == 1 and "that the cache has not" in lines[0],
               "the log says that only what the cache has not is refused", lines)


def test_own_names(tap):
    """The user's own names, in no order, once the budget for known ones is spent, too."""
    with make_lab() as lab, Outside(lab) as outside:
        source = random.Random(SEED)
        tap.note("seed %d" % SEED)
        lab.slow_server(ttl=1)
        user = "127.1.0.1"
        names = ["k%d.slow.example" % at for at in range(15)]
        for name in names:
            tap.equal(rcode_of(lab.ask(name, source=user)), "NOERROR", name + ": sent")
        spend(lab, user)
        for _ in range(8):
            time.sleep(EXPIRED_S)
            before = lab.seep()
            outside.names()
            source.shuffle(names)
            got = [lab.ask(name, source=user) for name in names]
            left = outside.names()
            tap.equal({rcode_of(one) for one in got}, {"NOERROR"}, "own names: all are answered")
            stale = lab.seep()["num.seep.stale"] - before["num.seep.stale"]
            tap.equal(len([one for one in got if STALE in codes_of(one)]), stale,
                      "own names: those that are stale say so")
            if stale == len(names):
                break
        tap.equal((stale, left), (len(names), set()), "own names: in the end nothing leaves")
        check_sums(lab, tap)


def check_sums(lab, tap):
    stats = lab.seep()

    def of(*keys):
        return sum(stats["num.seep." + key] for key in keys)

    tap.equal(of("queries"), of("hits", "local", "misses", "joined"), "the sum of queries")
    tap.equal(of("misses", "refreshes"),
              of("sent", "unsent", "refused.user", "refused.domain", "refused.dga", "stale") +
              stats["seep.inflight"], "the sum of misses and refreshes")


def test_age(tap):
    """No older than option stale, counted from when the TTL passed; 0 turns it off."""
    with make_lab("user-budget: 64\nstale: 3s\n") as lab:
        watch = Watch(lab, tap, "age")
        lab.ask("www.short.example", source=WARM)
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S)
        with watch.case("young enough", stale=1):
            ask(lab, tap, "young: answered", ("NOERROR", [STALE]), "www.short.example")
        time.sleep(3)
        with watch.case("too old", refused_user=1):
            ask(lab, tap, "old: refused", ("REFUSED", [BLOCKED]), "www.short.example")
        lab.conf = CONF + "user-budget: 64\nstale: 0\n"
        lab.write_conf()
        lab.restart()
        lab.ask("www.short.example", source=WARM)
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S)
        watch = Watch(lab, tap, "age")
        with watch.case("stale: 0", refused_user=1):
            ask(lab, tap, "stale: 0: refused", ("REFUSED", [BLOCKED]), "www.short.example")


def test_host_ttl(tap):
    """Unbound's own limit on old answers, where serve-expired is on, does not shorten it."""
    extra = EXTRA + "serve-expired: yes\nserve-expired-ttl: 1\nserve-expired-client-timeout: 0\n"
    with make_lab(extra=extra) as lab:
        lab.ask("www.short.example", source=WARM)
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S + 1)
        with Watch(lab, tap, "serve-expired-ttl").case("past it", stale=1):
            ask(lab, tap, "past it: answered", ("NOERROR", [STALE]), "www.short.example")


def test_bogus(tap):
    """What did not validate comes only with CD; what was secure comes with AD."""
    with make_lab() as lab:
        for cd in (False, True):
            tap.equal(rcode_of(lab.ask("www.bogus.example", source=WARM, cd=cd)),
                      "NOERROR" if cd else "SERVFAIL", "bogus, CD %d: cached" % cd)
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S)
        watch = Watch(lab, tap, "bogus")
        with watch.case("without CD", refused_user=1):
            ask(lab, tap, "bogus: refused", ("REFUSED", [BLOCKED]), "www.bogus.example")
        with watch.case("with CD", stale=1):
            tap.equal(rcode_of(lab.ask("www.bogus.example", source="127.1.0.1", cd=True)),
                      "NOERROR", "bogus, with CD: answered")
        lab.extra = EXTRA + "ignore-cd-flag: yes\n"
        lab.write_conf()
        lab.restart()
        lab.ask("www.bogus.example", source=WARM)
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S)
        ask(lab, tap, "bogus, with ignore-cd-flag: refused", ("REFUSED", [BLOCKED]),
            "www.bogus.example", cd=True)


def test_failure(tap):
    """A failure in the cache is no answer."""
    with make_lab(delegations={"fail.example": rig.world.SLOW_ADDRESS}) as lab:
        slow = lab.slow_server()
        slow.rcode = 2
        lab.ask("www.fail.example", source=WARM, timeout_s=15)
        spend(lab, "127.1.0.1")
        for wait_s in (0, 6):		# fresh, which is a hit; and old
            time.sleep(wait_s)
            before = lab.seep()["num.seep.stale"]
            answer = lab.ask("www.fail.example", source="127.1.0.1")
            tap.ok(rcode_of(answer) == ("REFUSED" if wait_s else "SERVFAIL") and
                   lab.seep()["num.seep.stale"] == before,
                   "a failure, %d s old" % wait_s, answer)


RPZ = """\
32.101.2.0.192.rpz-ip 3600 CNAME .
32.102.2.0.192.rpz-ip 3600 CNAME *.
32.103.2.0.192.rpz-ip 3600 A 192.0.2.99
32.104.2.0.192.rpz-ip 3600 CNAME www.far.example.
32.105.2.0.192.rpz-ip 3600 CNAME rpz-drop.
32.106.2.0.192.rpz-ip 3600 CNAME rpz-tcp-only.
32.107.2.0.192.rpz-ip 3600 CNAME rpz-passthru.
"""


@pytest.mark.parametrize("modules", (None, "respip dynlib validator iterator"),
                         ids=("behind", "before"))
def test_rpz(tap, modules):
    """No address that a policy hides is revealed: the same answer as while it was fresh."""
    with make_lab(rpz=RPZ, modules=modules) as lab:
        names = ["ip%d.short.example" % at for at in range(8)]
        lab.ask("www.far.example", source=WARM)	# where a policy leads
        fresh = [lab.ask(name, source=WARM, timeout_s=1) for name in names]
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S)
        for at, name in enumerate(names):
            got = lab.ask(name, source="127.1.0.1", timeout_s=1)
            texts = [[] if one is None else [rcode_of(one)] + sorted(
                rrset.to_rdataset().to_text().split()[-1] for rrset in one.answer)
                for one in (got, fresh[at])]
            if rcode_of(got) == "REFUSED" and not modules:
                tap.ok(at in (4, 5), "%s: what leads elsewhere, or is dropped, is refused" % name)
            else:
                tap.equal(texts[0], texts[1], name + ": as while it was fresh")
            tap.note("%s: %s, fresh %s" % (name, texts[0], texts[1]))


def test_response_ip(tap):
    """The same by response-ip, and by Unbound's own serve-expired."""
    extra = "".join("response-ip: 192.0.2.%d/32 %s\n" % (101 + at, action) for at, action in
                    enumerate(("always_nxdomain", "always_transparent", "always_refuse",
                               "deny", "inform_deny", "inform", "redirect")))
    extra += "response-ip-data: 192.0.2.107/32 \"A 192.0.2.98\"\n"
    modules = "dynlib respip validator iterator"
    names = ["ip%d.short.example" % at for at in range(8)]
    user = "127.1.0.1"
    with make_lab(module=None, extra=OWN + extra, modules=modules) as lab:
        for name in names:
            lab.ask(name, source=WARM, timeout_s=0.3)
        time.sleep(EXPIRED_S)
        with cut_off(lab):
            own = [lab.ask(name, source=user, timeout_s=0.3) for name in names]
        lab.module, lab.extra = need.module_path(lab.version), EXTRA + extra
        lab.write_conf()
        lab.restart()
        spend(lab, user)
        for name in names:
            lab.ask(name, source=WARM, timeout_s=0.3)
        time.sleep(EXPIRED_S)
        for at, name in enumerate(names):
            got = lab.ask(name, source=user, timeout_s=1)
            if own[at] is None:
                tap.equal(rcode_of(got), "REFUSED", name + ": what would be dropped is refused")
            else:
                tap.equal(text_of(got), text_of(own[at]), name + ": as serve-expired")


def test_dns64(tap):
    """An address that dns64 made, and a name that it looks up in place of another."""
    with make_lab(modules="dns64 dynlib validator iterator",
                  extra=EXTRA + "dns64-prefix: 64:ff9b::/96\n") as lab:
        user = "127.1.0.1"
        fresh = lab.ask("www.short.example", "AAAA", source=WARM)
        tap.equal(fresh.answer[0][0].to_text(), "64:ff9b::c000:20a", "an address is made")
        # A query of dns64's own: the name of the IPv4 address inside.
        mapped = dns.reversename.from_address("64:ff9b::c000:201")
        reverse = lab.ask(mapped, "PTR", source=WARM)
        tap.equal(rcode_of(reverse), "NOERROR", "a reverse name is made")
        spend(lab, user)
        time.sleep(EXPIRED_S)
        watch = Watch(lab, tap, "dns64")
        with watch.case("an address", stale=1, ignore=("background",)):
            got = ask(lab, tap, "an address: answered", ("NOERROR", [STALE]), "www.short.example",
                      "AAAA")
        tap.equal(got.answer[0][0].to_text(), "64:ff9b::c000:20a", "the same address")
        with watch.case("nothing cached", refused_user=1, ignore=("background",)):
            ask(lab, tap, "nothing cached: refused", ("REFUSED", [BLOCKED]), "no.short.example",
                "AAAA")
        with watch.case("a reverse name", stale=1, ignore=("background",)):
            got = ask(lab, tap, "a reverse name: answered", ("NOERROR", [STALE]), mapped, "PTR")
        tap.equal(sorted(rrset.rdtype for rrset in got.answer),
                  sorted(rrset.rdtype for rrset in reverse.answer), "the same records")


def test_on_its_way(tap):
    """An internal name that leads outside, refused there: the old chain comes."""
    stub = "stub-zone:\n\tname: \"inner.example\"\n\tstub-addr: %s\n" % ZONES_ADDRESS
    with make_lab(clauses=stub) as lab, Outside(lab) as outside:
        user = "127.1.0.1"
        lab.ask("to.inner.example", source=WARM)
        spend(lab, user)
        time.sleep(EXPIRED_S)
        outside.names()
        watch = Watch(lab, tap, "on its way")
        with watch.case("refused outside", stale=1, gauges={"inflight": 0}):
            got = ask(lab, tap, "answered", ("NOERROR", [STALE]), "to.inner.example")
        tap.equal([rrset.rdtype for rrset in got.answer],
                  [dns.rdatatype.CNAME, dns.rdatatype.A], "the whole chain")
        tap.ok(not any(b"\x03www\x05short" in wire for _, wire in outside.names()),
               "where it leads is not asked for")
        with watch.case("nothing cached", refused_user=1, gauges={"inflight": 0}):
            ask(lab, tap, "another type: refused", ("REFUSED", [BLOCKED]), "to.inner.example",
                "AAAA")


def test_refresh(tap):
    """Nobody waits for a refresh: one that is forbidden is refused, not stale."""
    extra = EXTRA + "serve-expired: yes\nserve-expired-client-timeout: 0\n"
    with make_lab(extra=extra) as lab:
        lab.ask("www.short.example", source=WARM)
        spend(lab, "127.1.0.1")
        time.sleep(EXPIRED_S)
        with Watch(lab, tap, "refresh").case("forbidden", hits=1, refreshes=1, refused_user=1):
            tap.equal(rcode_of(lab.ask("www.short.example", source="127.1.0.1")), "NOERROR",
                      "refresh: its old answer came as a hit")
