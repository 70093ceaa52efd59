# SPDX-License-Identifier: BSD-3-Clause
"""Scripted exchanges, each with the exact change of every counter."""

import os
import re
import time

import dns.edns
import dns.message
import dns.reversename
import pytest

import rig
from rig import ede_of, need, rcode_of, suffixes
from rig.expect import Watch
from rig.world import INNER_ADDRESS, PUBLIC_ADDRESS

LONG = "x" * 60		# four such labels make a name near the limit
SECRET = "q7zx9k2w5vj4g8zhxykrw2vujo3fm6tqz8xk5wp"	# 39 letters that no model knows: 205 bits

MAIN_EXTRA = """\
aggressive-nsec: yes
local-zone: "blocked.example" always_nxdomain
local-zone: "static.example" static
local-data: "here.static.example A 192.0.2.7"
"""

MAIN_CLAUSES = """\
stub-zone:
	name: "corp.example"
	stub-addr: {inner}
forward-zone:
	name: "fwd.example"
	forward-addr: {inner}
forward-zone:
	name: "away.example"
	forward-addr: {public}
auth-zone:
	name: "down.example"
	zonefile: "auth.zone"
	for-downstream: yes
	for-upstream: no
auth-zone:
	name: "up.example"
	zonefile: "auth.zone"
	for-downstream: no
	for-upstream: yes
""".format(inner=INNER_ADDRESS, public=PUBLIC_ADDRESS)

AUTH_ZONE = "@ 3600 SOA ns admin 1 7200 3600 1209600 300\n@ 3600 NS ns\nwww 3600 A 192.0.2.8\n"

MAIN_CONF = """\
learning: 0
user-budget: 1k
exempt-user: 127.0.9.0/24
allow-domain: allowed.example
"""

RPZ_ZONE = """\
trigger.rpzqname.example 3600 CNAME .
32.1.2.0.192.rpz-ip 3600 CNAME *.
"""


@pytest.fixture(scope="module")
def lab():
    """What the cases share that take lab and watch, each with users and names of its own."""
    with rig.Lab(conf=MAIN_CONF, extra=MAIN_EXTRA, clauses=MAIN_CLAUSES,
                 files={"auth.zone": AUTH_ZONE}) as lab:
        lab.ask("warm.wild.example", source="127.0.9.1")
        yield lab


@pytest.fixture
def watch(lab, tap):
    tap.equal(lab.seep().get("seep.mode"), 3, "seep.mode says guarding")
    return Watch(lab, tap, "main")


def test_plain(lab, watch, tap):
    a, b = "127.1.0.1", "127.1.0.2"
    with watch.case("plain miss", charged=1, charge=[(a, "www.plain.example")],
                    gauges={"users": 1, "domains": 1, "inflight": 0}):
        lab.ask("www.plain.example", source=a)
    with watch.case("then a hit", hits=1, gauges={"users": 0, "domains": 0}):
        lab.ask("www.plain.example", source=a)
    with watch.case("a hit of another user", hits=1):
        lab.ask("www.plain.example", source=b)
    with watch.case("a hit in other letter case", hits=1):
        lab.ask("WWW.Plain.EXAMPLE", source=b)
    with watch.case("another type of a known name", known=1):
        lab.ask("www.plain.example", "AAAA", source=a)
    with watch.case("second name of a known domain", charged=1,
                    charge=[(a, "mail.plain.example")], gauges={"domains": 0}):
        lab.ask("mail.plain.example", source=a)
    with watch.case("another user's name weighs the same beside one user", charged=1,
                    charge=[(b, "ftp.plain.example")]):
        lab.ask("ftp.plain.example", source=b)
    with watch.case("with two users each pays half", charged=1,
                    charge=[(a, "irc.plain.example")]):
        lab.ask("irc.plain.example", source=a)
    with watch.case("TTL 0: first", charged=1, charge=[(a, "poll.ttl0.example")]):
        lab.ask("poll.ttl0.example", source=a)
    with watch.case("TTL 0: sent again, known", known=3):
        for user in (a, a, b):
            lab.ask("poll.ttl0.example", source=user)
    with watch.case("does not exist", charged=1, charge=[(a, "no.nx.example")]):
        tap.equal(rcode_of(lab.ask("no.nx.example", source=a)), "NXDOMAIN", "NXDOMAIN arrives")
    with watch.case("upper-case name costs as lower-case", charged=1,
                    charge=[(a, "www.upper.example")]):
        lab.ask("WWW.UPPER.EXAMPLE", source=a)


def test_transports(lab, watch, tap):
    with watch.case("TCP", charged=1, charge=[("127.2.0.1", "tcp.by.example")],
                    gauges={"users": 1}):
        lab.ask("tcp.by.example", source="127.2.0.1", tcp=True)
    with watch.case("TCP hit", hits=1):
        lab.ask("tcp.by.example", source="127.2.0.1", tcp=True)
    with watch.case("TLS", charged=1, charge=[("127.2.0.2", "tls.by.example")],
                    gauges={"users": 1}):
        lab.ask("tls.by.example", source="127.2.0.2", tls=True)
    inner = ("10.66.0.1", 4000), ("10.66.0.53", 53)
    with watch.case("PROXYv2: the inner address is the user", charged=1,
                    charge=[("10.66.0.1", "p1.by.example")], gauges={"users": 1}):
        lab.ask("p1.by.example", source="127.2.0.1", proxy=inner)
    with watch.case("PROXYv2 over TCP: the same user", charged=1,
                    charge=[("10.66.0.1", "p2.by.example")], gauges={"users": 0}):
        lab.ask("p2.by.example", source="127.2.0.3", proxy=inner, tcp=True)
    inner = ("10.66.0.2", 4000), ("10.66.0.53", 53)
    with watch.case("PROXYv2: another inner address, another user", charged=1,
                    charge=[("10.66.0.2", "p3.by.example")], gauges={"users": 1}):
        lab.ask("p3.by.example", source="127.2.0.1", proxy=inner)
    with watch.case("PROXYv2 hit", hits=1):
        lab.ask("p3.by.example", source="127.2.0.1", proxy=inner)
    inner = ("fd00:66::1", 4000), ("fd00:66::53", 53)
    with watch.case("PROXYv2 with IPv6 inside", charged=1,
                    charge=[("fd00:66::1", "p4.by.example")], gauges={"users": 1}):
        lab.ask("p4.by.example", source="127.2.0.1", proxy=inner)
    with watch.case("IPv6", charged=1, charge=[("fd00:1::1", "six.by.example")],
                    gauges={"users": 1, "networks": 1}):
        lab.ask("six.by.example", source="fd00:1::1")
    with watch.case("IPv6: another address of the /64, another user of the network", charged=1,
                    charge=[("fd00:1::2:3:4:5", "seven.by.example")], gauges={"users": 1, "networks": 0}):
        lab.ask("seven.by.example", source="fd00:1::2:3:4:5")
    with watch.case("IPv6: another /64, another network", charged=1,
                    charge=[("fd00:1:0:1::1", "eight.by.example")], gauges={"users": 1, "networks": 1}):
        lab.ask("eight.by.example", source="fd00:1:0:1::1")


@pytest.fixture(scope="module")
def slow(lab):
    server = lab.slow_server()
    lab.ask("warm.slow.example", source="127.3.0.9")
    return server


def test_in_flight(lab, slow, watch, tap):
    slow.hold()
    with watch.case("the same user asks twice in flight", charged=1, joined=1,
                    charge=[("127.3.0.1", "twice.slow.example")], gauges={"inflight": 0}):
        pair = lab.burst(["twice.slow.example"] * 2, source="127.3.0.1").send()
        slow.wait_name("twice.slow.example")
        time.sleep(0.1)
        slow.release()
        tap.equal(pair.collect(3), [0, 0], "both are answered")
        pair.close()

    # Two users may come to two threads, then each thread resolves the name for itself, and the
    # second is one more user of the domain or is not: what the meters took is left open.
    once = {"charged": 1, "joined": 1}
    apart = {"charged": 1, "known": 1}
    for turn in range(1 if lab.threads == 1 else 8):
        name = "shared%d.slow.example" % turn
        slow.hold()
        with watch.case("two users join in flight, turn %d" % turn,
                        either=[once] if lab.threads == 1 else [once, apart],
                        charge=[("127.3.1.1", name)], gauges={"inflight": 0},
                        ignore=("bits.metered",)):
            first = lab.send(name, source="127.3.1.1")
            slow.wait_name(name)
            second = lab.send(name, source="127.3.1.%d" % (turn + 2))
            time.sleep(0.1)
            slow.release()
            codes = rcode_of(first.wait()), rcode_of(second.wait())
            tap.equal(codes, ("NOERROR", "NOERROR"), "both are answered")

    slow.hold()
    with watch.case("CD flag differs: two states, the second finds the name known",
                    charged=1, known=1, charge=[("127.3.2.1", "cd.late.example")]):
        first = lab.send("cd.late.example", source="127.3.2.1")
        slow.wait_name("cd.late.example")
        second = lab.send("cd.late.example", source="127.3.2.2", cd=True)
        time.sleep(0.1)
        slow.release()
        codes = rcode_of(first.wait()), rcode_of(second.wait())
        tap.equal(codes, ("NOERROR", "NOERROR"), "both are answered")


    slow.hold()
    with watch.case("the type differs: two states", charged=1, known=1,
                    charge=[("127.3.2.3", "type.late.example")]):
        first = lab.send("type.late.example", source="127.3.2.3")
        slow.wait_name("type.late.example")
        second = lab.send("type.late.example", "AAAA", source="127.3.2.3")
        time.sleep(0.1)
        slow.release()
        codes = rcode_of(first.wait()), rcode_of(second.wait())
        tap.equal(codes, ("NOERROR", "NOERROR"), "both are answered")


def test_letter_case(lab, slow, watch, tap):
    """Names leave in lower case; every client gets its own spelling back."""
    spellings = "MiXed.SLOW.example", "mIXED.slow.EXAMPLE"
    slow.hold()
    with watch.case("two spellings are one name", charged=1, joined=1,
                    charge=[("127.3.4.1", "mixed.slow.example")], ignore=("bits.metered",)):
        pair = lab.burst(spellings, source="127.3.4.1").send()
        slow.wait_name("mixed.slow.example")
        time.sleep(0.1)
        slow.release()
        tap.equal(pair.collect(3), [0, 0], "both are answered")
        pair.close()
    tap.equal({name for name in slow.spellings if name.lower() == "mixed.slow.example"},
              {"mixed.slow.example"}, "the name leaves in lower case")
    answers = [dns.message.from_wire(wire) for wire in pair.answers if wire]
    tap.equal([answer.question[0].name.to_text(True) for answer in answers], list(spellings),
              "each question comes back as it was spelled")
    with watch.case("a third spelling is a hit", hits=1):
        answer = lab.ask("mixeD.slow.example", source="127.3.4.2")
        tap.equal(answer and answer.question[0].name.to_text(True), "mixeD.slow.example",
                  "the hit comes back as it was spelled")


def test_chains(lab, watch, tap):
    a = "127.4.0.1"
    with watch.case("CNAME to another domain: only the asked name is charged", charged=1,
                    charge=[(a, "www.chain.example")]):
        tap.equal(rcode_of(lab.ask("www.chain.example", source=a)), "NOERROR", "chain resolves")
    with watch.case("the CNAME's target, asked for itself: the resolver has it", unsent=1):
        lab.ask("www.wild.example", source=a)
    with watch.case("cached CNAME, another type: only the target leaves, which tells the alias",
                    known=1):
        lab.ask("www.chain.example", "AAAA", source=a)
    with watch.case("two CNAMEs in a row", charged=1, charge=[(a, "more.chain.example")]):
        lab.ask("more.chain.example", source=a)
    with watch.case("DNAME: first name", charged=1, charge=[(a, "one.d.dname.example")]):
        tap.equal(rcode_of(lab.ask("one.d.dname.example", source=a)), "NOERROR",
                  "DNAME resolves")
    with watch.case("DNAME in cache, novel prefix: it leaves under the target", charged=1,
                    charge=[(a, "two.d.dname.example")]):
        lab.ask("two.d.dname.example", source=a)
    with watch.case("answer too large for UDP: asked again by TCP, counted once", charged=1,
                    charge=[(a, "txt.big.example")]):
        answer = lab.ask("txt.big.example", "TXT", source=a, tcp=True)
        tap.ok(answer and len(answer.answer) and len(answer.answer[0]) == 15, "all of it came")


def test_local(lab, watch, tap):
    a = "127.5.0.1"
    for name, rdtype, more in (("www.blocked.example", "A", {}),
                               ("here.static.example", "A", {}),
                               ("gone.static.example", "A", {}),
                               ("localhost", "A", {}),
                               ("1.0.0.127.in-addr.arpa", "PTR", {}),
                               ("version.bind", "TXT", {"rdclass": "CH"}),
                               ("www.down.example", "A", {}),
                               ("none.down.example", "A", {})):
        with watch.case("answered locally: " + name, local=1, gauges={"users": 0}):
            lab.ask(name, rdtype, source=a, **more)
    with watch.case("auth-zone for upstream only: nothing leaves", unsent=1,
                    ignore=("background",)):
        tap.equal(rcode_of(lab.ask("www.up.example", source=a)), "NOERROR", "it resolves")
    with watch.case("stub zone on a private address", internal=1):
        tap.equal(rcode_of(lab.ask("www.corp.example", source=a)), "NOERROR", "it resolves")
    with watch.case("forward zone on a private address", internal=1):
        tap.equal(rcode_of(lab.ask("www.fwd.example", source=a)), "NOERROR", "it resolves")
    with watch.case("hit on an internal name", hits=1):
        lab.ask("www.fwd.example", source=a)
    with watch.case("forward zone on a public address", charged=1,
                    charge=[(a, "www.away.example")]):
        tap.equal(rcode_of(lab.ask("www.away.example", source=a)), "NOERROR", "it resolves")
    with watch.case("exempt user", exempt=1):
        lab.ask("www.plainer.example", source="127.0.9.77")
    with watch.case("beside the exempt netblock", charged=1,
                    charge=[("127.0.10.1", "mail.plainer.example")]):
        lab.ask("mail.plainer.example", source="127.0.10.1")
    with watch.case("allowed domain", allowed=2):
        lab.ask("deep.below.allowed.example", source=a)
        lab.ask("allowed.example", source=a)
    with watch.case("not below the allowed domain", charged=1,
                    charge=[(a, "www.notallowed.example")]):
        lab.ask("www.notallowed.example", source=a)


def test_signed(lab, watch, tap):
    a, ignore = "127.6.0.1", ("background",)
    with watch.case("DNSSEC: a valid answer", charged=1, charge=[(a, "www.signed.example")],
                    ignore=ignore):
        answer = lab.ask("www.signed.example", source=a, dnssec=True)
        tap.ok(answer and "AD" in answer.to_text().split("flags", 1)[1].split("\n")[0],
               "it is validated", answer)
    with watch.case("NXDOMAIN of a signed zone", charged=1, charge=[(a, "beta.signed.example")],
                    ignore=ignore):
        tap.equal(rcode_of(lab.ask("beta.signed.example", source=a)), "NXDOMAIN", "NXDOMAIN")
    with watch.case("aggressive NSEC: the next NXDOMAIN needs nothing", unsent=1):
        tap.equal(rcode_of(lab.ask("gamma.signed.example", source=a)), "NXDOMAIN", "NXDOMAIN")
    with watch.case("no such type, signed", charged=1, charge=[(a, "zulu.signed.example")],
                    ignore=ignore):
        lab.ask("zulu.signed.example", "TXT", source=a)
    with watch.case("aggressive NSEC: the next missing type needs nothing", unsent=1):
        lab.ask("zulu.signed.example", "HINFO", source=a)
    with watch.case("CNAME inside the signed zone", charged=1,
                    charge=[(a, "to.signed.example")], ignore=ignore):
        lab.ask("to.signed.example", source=a, dnssec=True)


def test_odd_names(lab, watch, tap):
    a, b = "127.7.0.1", "127.7.0.2"
    rows = (
        ("one label", "intranet", 1, "A"),
        ("a public suffix", "co.uk", 2, "A"),
        ("a private suffix", "github.io", 2, "A"),
        ("below a private suffix", "www.somebody.github.io", 3, "A"),
        ("a domain itself", "itself.example", 2, "A"),
        ("reverse, IPv4", "77.2.200.100.in-addr.arpa", 5, "PTR"),
        ("reverse, IPv4 again", "78.2.200.100.in-addr.arpa", 5, "PTR"),
        ("reverse, IPv6", dns.reversename.from_address("2a0b:1c2d:3e4f::5:6789"), 14, "PTR"),
        ("a dot in a label", (b"a.b", b"dots", b"example"), 2, "A"),
        ("NUL bytes in labels", (b"\0\0", b"a\0b", b"nuls", b"example"), 2, "A"),
        ("8-bit bytes", (b"\xff\xfe\x80", b"bits", b"example"), 2, "A"),
        ("an IDN", "www.xn--mnchen-3ya.xn--p1ai", 2, "A"),
        ("a label of 63 bytes", "g" * 63 + ".labels.example", 2, "A"),
        ("127 labels", ".".join("h" * 127), 2, "A"),
        ("255 bytes", ("b" * 63 + "." + "c" * 63 + "." + "d" * 63 + "." + "e" * 46 +
                       ".long.example"), 2, "A"),
    )
    for title, name, domain_labels, rdtype in rows:
        with watch.case(title, charged=1, charge=[(a, name, domain_labels)]):
            answer = lab.ask(name, rdtype, source=a, timeout_s=3)
            if answer is None:
                tap.ok(False, title + " is answered")
        with watch.case(title + ", hit", hits=1):
            lab.ask(name, rdtype, source=b)
    with watch.case("name with a NUL is not the name cut at the NUL", charged=1,
                    charge=[(a, (b"\0\0", b"a", b"nuls", b"example"))]):
        lab.ask((b"\0\0", b"a", b"nuls", b"example"), source=a)
    with watch.case("two labels are not one label with a dot", charged=1,
                    charge=[(a, "a.b.dots.example")]):
        lab.ask("a.b.dots.example", source=a)
    with watch.case("the root", charged=1, charge=[(a, ".", 0)], ignore=("background",)):
        lab.ask(".", "TXT", source=a)


def test_over_budget(lab, watch, tap):
    """A budget of 1k is 8192 bits: six long names in six domains fit, a seventh does not."""
    a, b = "127.8.0.1", "127.8.0.2"

    def long_name(at):
        # Labels that no other domain has: those that are shared would be cheap.
        long = tuple("%s%d-%d" % (LONG[:57], part, at) for part in range(3))
        return "%s.%s.%s.%s%d.over%d.example" % (long + ("y" * 39, at, at))

    for at in range(6):
        more = {"flagged_user": 1} if at >= 5 else {}
        with watch.case("long name %d" % at, charged=1, charge=[(a, long_name(at))],
                        gauges={"users.spent": 0}, **more):
            tap.equal(rcode_of(lab.ask(long_name(at), source=a)), "NOERROR", "it resolves")
    with watch.case("over budget", refused_user=1, gauges={"users.spent": 1, "inflight": 0}):
        answer = lab.ask(long_name(6), source=a)
        tap.equal(rcode_of(answer), "REFUSED", "it is refused")
        tap.ok(any(code == 15 and "user" in text for code, text in ede_of(answer)),
               "EDE 15 names the user's meter", ede_of(answer))
    with watch.case("without EDNS the refusal is plain", refused_user=1):
        answer = lab.ask(long_name(6), source=a, edns=False)
        tap.ok(rcode_of(answer) == "REFUSED" and not ede_of(answer), "no EDE", answer)
    with watch.case("refused over TCP as well", refused_user=1):
        tap.equal(rcode_of(lab.ask(long_name(6), source=a, tcp=True)), "REFUSED", "refused")
    with watch.case("cached names still answered", hits=1):
        tap.equal(rcode_of(lab.ask(long_name(0), source=a)), "NOERROR", "it is answered")
    with watch.case("known names still resolve", known=1, flagged_user=1):
        tap.equal(rcode_of(lab.ask(long_name(0), "AAAA", source=a)), "NOERROR", "it resolves")
    with watch.case("local names still answered", local=1):
        tap.equal(rcode_of(lab.ask("here.static.example", source=a)), "NOERROR", "it is answered")
    with watch.case("internal names still resolve", internal=1):
        tap.equal(rcode_of(lab.ask("over.corp.example", source=a)), "NOERROR", "it resolves")
    with watch.case("allowed names still resolve", allowed=1):
        tap.equal(rcode_of(lab.ask("over.allowed.example", source=a)), "NOERROR", "it resolves")
    with watch.case("another user is not touched", charged=1, charge=[(b, long_name(6))]):
        tap.equal(rcode_of(lab.ask(long_name(6), source=b)), "NOERROR", "it resolves")
    with watch.case("what the other sent is now a hit", hits=1):
        tap.equal(rcode_of(lab.ask(long_name(6), source=a)), "NOERROR", "it is answered")


def test_prefetch(tap):
    with rig.Lab(extra="prefetch: yes") as lab:
        watch = Watch(lab, tap, "prefetch")
        a = "127.1.0.1"
        with watch.case("first", charged=1, charge=[(a, "pre.ttl10.example")],
                        ignore=("background",)):
            lab.ask("pre.ttl10.example", source=a)
        time.sleep(9.1)
        with watch.case("a hit, and a refresh that its user pays", hits=1, refreshes=1, known=1):
            lab.ask("pre.ttl10.example", source=a)


def test_statistics(lab, tap):
    """The stock tool prints numbers only, stats resets the counters, stats_noreset does not."""
    lab.ask("www.counted.example", source="127.10.0.1")
    tap.equal(lab.seep().get("seep.inflight"), 0, "nothing left in flight")
    tool = os.path.join(os.path.dirname(lab.binary), "unbound-control")
    texts = []
    for command in ("stats_noreset", "stats", "stats_noreset"):
        texts.append(lab.hub.run((tool, "-c", lab.dir + "/unbound.conf", command), 10).stdout)
    lines = [line for line in texts[0].splitlines() if "seep." in line]
    tap.ok(len(lines) > 20 and all(re.fullmatch(r"(num\.)?seep\.[a-z0-9_.]+=[0-9]+", line)
                                   for line in lines), "statistics: one number a line", lines)
    first, second, third = ([line for line in text.splitlines() if "seep." in line]
                            for text in texts)
    tap.equal(first, second, "statistics: stats_noreset resets nothing")
    tap.equal({line.split("=")[1] for line in third if line.startswith("num.")}, {"0"},
              "statistics: stats resets the counters")
    tap.equal([line for line in third if line.startswith("seep.")],
              [line for line in first if line.startswith("seep.")],
              "statistics: gauges are not reset")


def test_domain(tap):
    """A domain's own budget, spent by two users of whom neither is over theirs."""
    with rig.Lab(conf="learning: 0\nuser-budget: 1m\ndomain-budget: 128\n") as lab:
        watch = Watch(lab, tap, "domain budget")
        a, b = "127.1.0.1", "127.1.0.2"
        # 1024 bits for one user: a label of 40 takes 210 bits, 13 more at first, the new domain 16.
        for at in range(4):
            name = "%s%d.heavy.example" % (SECRET, at)
            more = {"flagged_domain": 1} if at >= 3 else {}
            with watch.case("name %d" % at, charged=1, charge=[(a, name)], **more):
                lab.ask(name, source=a)
        with watch.case("over the domain's budget", refused_domain=1,
                        gauges={"domains.spent": 1, "users.spent": 0}):
            answer = lab.ask("%s9.heavy.example" % SECRET, source=a)
            tap.ok(any(code == 15 and "domain" in text for code, text in ede_of(answer)),
                   "EDE 15 names the domain's meter", ede_of(answer))
        with watch.case("another domain of the same user", charged=1,
                        charge=[(a, "%s9.light.example" % SECRET)]):
            lab.ask("%s9.light.example" % SECRET, source=a)
        with watch.case("another user does not get through either", refused_domain=1):
            lab.ask("%s8.heavy.example" % SECRET, source=b)
        with watch.case("names known there still resolve", known=1, flagged_domain=1):
            lab.ask("%s0.heavy.example" % SECRET, "AAAA", source=b)
        with watch.case("as a user of it, the other brings a budget", charged=1,
                        charge=[(b, "%s8.heavy.example" % SECRET)], ignore=(
                            "bits.metered", "flagged.domain")):
            lab.ask("%s8.heavy.example" % SECRET, source=b)


def test_one(tap):
    """What there is one of is told as one."""
    def told(lab, words):
        tap.ok(re.search(words, lab.log()), "the log has: " + words,
               "\n".join(line for line in lab.log().splitlines() if "seep: " in line))

    with rig.Lab(conf="learning: 0\nuser-budget: 1m\ndomain-budget: 256\nflag-at: 1\n",
                 state="seep.state") as lab:
        lab.ask("%s.one.example" % LONG, source="127.1.0.1")
        lab.ask("%s.a.one.example" % LONG, source="127.1.0.1")
        told(lab, "domain one.example is above flag-at: .* names? sent by about [01] users?; last name")
        lab.conf = "learning: 0\nuser-budget: 256\nflag-at: 1\n"
        lab.write_conf()
        lab.restart()
        told(lab, "restored 1 user and 1 domain, saved")
        lab.ask("%s.b.one.example" % LONG, source="127.1.0.1")
        told(lab, "user 127.1.0.1 is above flag-at: .* names? sent to about 1 domain; last name")


@pytest.mark.parametrize("conf, mode", (("learning: 0\naction: flag\n", 2), ("learning: 7d\n", 1)),
                         ids=("flag", "learning"))
def test_flag(tap, conf, mode):
    with rig.Lab(conf=conf + "user-budget: 128\n") as lab:
        watch = Watch(lab, tap, conf.strip())
        a = "127.1.0.1"
        tap.equal(lab.seep().get("seep.mode"), mode, conf.strip() + ": seep.mode")
        for at in range(4):
            name = "%s%d.flag%d.example" % (SECRET, at, at)
            more = {"flagged_user": 1} if at >= 3 else {}
            with watch.case("name %d" % at, charged=1, charge=[(a, name)], **more):
                lab.ask(name, source=a)
        with watch.case("over budget, but it passes", charged=1, would_refuse_user=1,
                        ignore=("bits", "bits.metered"), gauges={"users.spent": 1}):
            answer = lab.ask("%s9.flag9.example" % SECRET, source=a)
            tap.ok(rcode_of(answer) == "NOERROR" and not ede_of(answer), "answered", answer)


def test_qmin(tap):
    with rig.Lab(qmin=True, conf="learning: 0\n" + suffixes.CONF, files=suffixes.files()) as lab:
        watch = Watch(lab, tap, "qmin")
        a, ignore = "127.1.0.1", ("background",)
        lab.ask("warm.wild.example", source=a)
        with watch.case("three labels below the domain", charged=1,
                        charge=[(a, "x.y.z.wild.example")]):
            tap.equal(rcode_of(lab.ask("x.y.z.wild.example", source=a)), "NOERROR", "it resolves")
        with watch.case("hit", hits=1):
            lab.ask("x.y.z.wild.example", source=a)
        with watch.case("NXDOMAIN half-way", charged=1, charge=[(a, "m.n.nx.example")],
                        ignore=ignore):
            tap.equal(rcode_of(lab.ask("m.n.nx.example", source=a)), "NXDOMAIN", "NXDOMAIN")
        with watch.case("CNAME chain", charged=1, charge=[(a, "www.chain.example")],
                        ignore=ignore):
            tap.equal(rcode_of(lab.ask("www.chain.example", source=a)), "NOERROR", "it resolves")
        with watch.case("DNAME", charged=1, charge=[(a, "p.q.d.dname.example")], ignore=ignore):
            tap.equal(rcode_of(lab.ask("p.q.d.dname.example", source=a)), "NOERROR",
                      "it resolves")
        with watch.case("DNAME in cache", charged=1, charge=[(a, "r.s.d.dname.example")],
                        ignore=ignore):
            lab.ask("r.s.d.dname.example", source=a)
        with watch.case("DNSSEC", charged=1, charge=[(a, "www.signed.example")], ignore=ignore):
            lab.ask("www.signed.example", source=a, dnssec=True)
        with watch.case("a domain itself", charged=1, charge=[(a, "nobody.example")]):
            lab.ask("nobody.example", source=a)
        with watch.case("the domain does not exist", charged=1, missing=1,
                        charge=[(a, "s.gone.void")], ignore=ignore):
            tap.equal(rcode_of(lab.ask("s.gone.void", source=a)), "NXDOMAIN", "NXDOMAIN")


def test_strict(tap):
    """Strict minimisation stops at the domain, which tells something where it costs nothing."""
    with rig.Lab(qmin=True, extra="qname-minimisation-strict: yes",
                 conf="learning: 0\n" + suffixes.CONF, files=suffixes.files()) as lab:
        watch = Watch(lab, tap, "qmin strict")
        lab.ask("warm.wild.example", source="127.1.0.1")
        with watch.case("the domain does not exist: it left by itself", charged=1, missing=1,
                        charge=[("127.1.0.1", "secret.gone.void")], ignore=("background",)):
            tap.equal(rcode_of(lab.ask("secret.gone.void", source="127.1.0.1")), "NXDOMAIN",
                      "NXDOMAIN")


@pytest.mark.parametrize("root", ("stub", "forward"))
def test_root(tap, root):
    with rig.Lab(root=root) as lab:
        watch = Watch(lab, tap, root + ' of "."')
        a = "127.1.0.1"
        lab.ask("warm.first.example", source=a)
        with watch.case("is outside", charged=1, charge=[(a, "www.second.example")]):
            tap.equal(rcode_of(lab.ask("www.second.example", source=a)), "NOERROR", "it resolves")
        with watch.case("hit", hits=1):
            lab.ask("www.second.example", source=a)


def test_caps(tap):
    """Unbound's own letter case, against forgery, on top of the lower case."""
    with rig.Lab(extra="use-caps-for-id: yes") as lab:
        watch = Watch(lab, tap, "use-caps-for-id")
        with watch.case("resolves", charged=1, charge=[("127.1.0.1", "www.caps.example")],
                        ignore=("background",)):
            tap.equal(rcode_of(lab.ask("WWW.caps.example", source="127.1.0.1")), "NOERROR",
                      "it resolves")


def test_spelling(tap):
    """action: flag changes nothing of what leaves, letter case neither."""
    with rig.Lab(conf="learning: 0\naction: flag\n") as lab:
        slow = lab.slow_server()
        watch = Watch(lab, tap, "action: flag")
        with watch.case("metered", charged=1, charge=[("127.1.0.1", "mixed.slow.example")]):
            lab.ask("MiXeD.SLOW.example", source="127.1.0.1")
        tap.ok("MiXeD.SLOW.example" in slow.spellings, "action: flag: the name leaves as it is")


def test_expired(tap):
    # One lost packet makes no server dead, and who waits for a dead one is not dropped before.
    with rig.Lab(extra="serve-expired: yes\nserve-expired-client-timeout: 0\n"
                       "infra-cache-max-rtt: 1000\ndiscard-timeout: 0\n"
                       "outbound-msg-retry: 1\n") as lab:
        watch = Watch(lab, tap, "serve-expired")
        a = "127.1.0.1"
        lab.ask("old.ttl1.example", source=a)
        time.sleep(2.1)
        with watch.case("expired answer: a hit, and a refresh that its user pays", hits=1,
                        refreshes=1, known=1):
            tap.equal(rcode_of(lab.ask("old.ttl1.example", source=a)), "NOERROR", "it is answered")
        with watch.case("upstream dead: SERVFAIL, but the name left", charged=1,
                        charge=[(a, "www.dead.example")], ignore=("background",)):
            answer = lab.ask("www.dead.example", source=a, timeout_s=10)
            tap.equal(rcode_of(answer), "SERVFAIL", "SERVFAIL")


def test_expired_wait(tap):
    """With a client time-out the old answer comes while the resolver still asks."""
    with rig.Lab(extra="serve-expired: yes\nserve-expired-client-timeout: 200\n"
                       "ede-serve-expired: yes\n", conf="learning: 0\nuser-budget: 120\nstale: 0\n") as lab:
        watch = Watch(lab, tap, "serve-expired-client-timeout")
        slow = lab.slow_server(ttl=1)
        a, b = "127.1.0.1", "127.1.0.2"
        lab.ask("old.slow.example", source=a)
        time.sleep(2.1)
        slow.hold()
        with watch.case("old answer while the name is asked again", known=1,
                        gauges={"inflight": 0}):
            tap.equal(rcode_of(lab.ask("old.slow.example", source=a)), "NOERROR",
                      "it is answered")
            slow.release()
        names = ["k%d.slow.example" % at for at in range(80)]
        for at, name in enumerate(names):
            lab.ask(name, source="127.1.1.%d" % (at // 20 + 1))
        for at in range(60):
            lab.ask("n%d.spent.example" % at, source=b)
        time.sleep(2.1)
        name = next((name for name in names if lab.ask(name, source=b) and
                     lab.seep()["num.seep.stale"]), None)
        tap.ok(name, "the budget of known names is spent, too")
        with watch.case("old answer for a user whose budget is spent: nothing leaves",
                        stale=1, gauges={"inflight": 0}):
            answer = lab.ask(name, source=b)
            tap.equal(rcode_of(answer), "NOERROR", "it is answered")
            tap.ok(any(code == 3 for code, _ in ede_of(answer)), "EDE 3 says that it is stale",
                   ede_of(answer))
        with watch.case("no old answer: refused", refused_user=1):
            tap.equal(rcode_of(lab.ask(LONG + ".other.example", source=b)), "REFUSED", "refused")


def test_rpz(tap):
    with rig.Lab(rpz=RPZ_ZONE) as lab:
        watch = Watch(lab, tap, "RPZ")
        a = "127.1.0.1"
        with watch.case("by name: answered locally", local=1):
            tap.equal(rcode_of(lab.ask("trigger.rpzqname.example", source=a)), "NXDOMAIN",
                      "NXDOMAIN")
        lab.ask("warm.wild.example", source="127.1.0.2")
        with watch.case("by address: the name left before", charged=1,
                        charge=[(a, "www.rpzip.example")]):
            tap.equal(rcode_of(lab.ask("www.rpzip.example", source=a)), "NOERROR", "no data")


def generated(lab, watch, tap, user, count):
    """Domains that do not exist, one after the other."""
    for at in range(count):
        name = "xkqvz%d.void" % at
        with watch.case("generated domain %d" % at, charged=1, missing=1, charge=[(user, name)],
                        gauges={"users.dga": int(at == 5)}):
            tap.equal(rcode_of(lab.ask(name, source=user)), "NXDOMAIN", "NXDOMAIN arrives")


@pytest.mark.parametrize("refuse", (False, True), ids=("flag", "refuse"))
def test_dga(tap, refuse):
    conf = "learning: 0\n" + suffixes.CONF + ("dga-action: refuse\n" if refuse else "")
    with rig.Lab(conf=conf, files=suffixes.files()) as lab:
        watch = Watch(lab, tap, "DGA, " + ("refuse" if refuse else "flag"))
        a, b = "127.1.0.1", "127.1.0.2"
        lab.ask("www.wild.example", source=b)
        lab.ask("poll.ttl0.example", source=a)
        # What is no sign of it: a name below a domain that exists, single labels, reverse names,
        # and names of other systems below top-level domains that there are not.
        for name in ("no.nx.example", "qzkwvjxyp.", "5.4.3.10.in-addr.arpa", "printer.lan",
                     "0b1c2d3e.local", "somebody.eth"):
            before = lab.seep()
            lab.ask(name, source=a)
            tap.equal(lab.seep()["num.seep.missing"], before["num.seep.missing"],
                      "%s: %s is not missing" % (watch.title, name))
        for _ in range(3):
            lab.ask("dead.void", source=a)
        tap.equal(lab.seep()["num.seep.missing"], 1, watch.title + ": a dead domain counts once")
        generated(lab, watch, tap, b, 6)
        lines = [line for line in lab.log().splitlines() if "looks for generated domains" in line]
        tap.ok(len(lines) == 1 and b in lines[0], watch.title + ": one log line tells", lines)
        if refuse:
            with watch.case("a new domain", refused_dga=1):
                answer = lab.ask("www.new.void", source=b)
                tap.equal(rcode_of(answer), "REFUSED", "it is refused")
                tap.ok(any(code == 15 and "DGA" in text for code, text in ede_of(answer)),
                       "EDE 15 names the DGA meter", ede_of(answer))
        else:
            with watch.case("a new domain", charged=1, flagged_dga=1, missing=1,
                            charge=[(b, "www.new.void")]):
                tap.equal(rcode_of(lab.ask("www.new.void", source=b)), "NXDOMAIN", "it passes")
        with watch.case("a hit", hits=1):
            tap.equal(rcode_of(lab.ask("www.wild.example", source=b)), "NOERROR", "answered")
        with watch.case("a new name in a domain in use", charged=1,
                        charge=[(b, "ftp.wild.example")]):
            tap.equal(rcode_of(lab.ask("ftp.wild.example", source=b)), "NOERROR", "it resolves")
        with watch.case("a known name of another", known=1):
            tap.equal(rcode_of(lab.ask("poll.ttl0.example", source=b)), "NOERROR", "it resolves")
        with watch.case("another user", charged=1, charge=[(a, "www.other.example")]):
            tap.equal(rcode_of(lab.ask("www.other.example", source=a)), "NOERROR", "it resolves")


def test_framed(tap):
    """Forged queries spent a user's budget: what it still gets, and what others do."""
    victim, other = "127.1.0.1", "127.1.0.2"
    with rig.Lab(conf="learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 200\n"
                      "domain-refill: 0\n") as lab:
        watch = Watch(lab, tap, "framed")
        lab.ask("cached.own.example", source=victim)
        lab.ask("poll.ttl0.example", source=victim)
        for at in range(40):
            lab.ask("n%d.office.example" % at, source="127.2.0.%d" % (at + 1))
        for at in range(30):
            lab.ask("%s%d.forged.example" % (LONG[:9], at), source=victim)
        with watch.case("a novel name", refused_user=1):
            tap.equal(rcode_of(lab.ask(LONG + ".own.example", source=victim)), "REFUSED",
                      "it is refused")
        with watch.case("a cached name", hits=1):
            tap.equal(rcode_of(lab.ask("cached.own.example", source=victim)), "NOERROR",
                      "it is answered")
        with watch.case("a known name that it polls", known=3, ignore=("flagged.user",)):
            for _ in range(3):
                tap.equal(rcode_of(lab.ask("poll.ttl0.example", source=victim)), "NOERROR",
                          "it resolves")
        with watch.case("a known name of a common domain", known=1, ignore=("flagged.user",)):
            tap.equal(rcode_of(lab.ask("n1.office.example", "AAAA", source=victim)), "NOERROR",
                      "it resolves")
        with watch.case("another user's novel name", charged=1,
                        charge=[(other, "other.own.example")]):
            lab.ask("other.own.example", source=other)
        # An insider floods a domain that many use: it is closed to nobody.
        for at in range(60):
            lab.ask("%s%d.office.example" % (LONG, at), source="127.3.0.1")
        codes = {rcode_of(lab.ask("m%d.office.example" % at, source="127.2.0.%d" % (at + 1)))
                 for at in range(20)}
        tap.equal(codes, {"NOERROR"}, "a flooded domain: the others' novel names resolve")


COOKIE = 10	# the EDNS option


def cookies(lab, watch, tap):
    """A cookie proves the address once the resolver has given the client its part."""
    a, half = "127.1.0.9", bytes(range(8))
    with watch.case("UDP with half a cookie", unproven=1):
        answer = lab.ask("half.plain.example", source=a,
                         options=[dns.edns.GenericOption(COOKIE, half)])
    whole = [option.data for option in (answer.options if answer else ())
             if option.otype == COOKIE]
    tap.ok(whole and len(whole[0]) == 24, watch.title + ": the resolver gives the other half",
           whole)
    if not whole:
        return
    with watch.case("UDP with the cookie", charged=1, charge=[(a, "whole.plain.example")],
                    gauges={"users": 1}):
        lab.ask("whole.plain.example", source=a,
                options=[dns.edns.GenericOption(COOKIE, whole[0])])
    with watch.case("UDP with another client's cookie", unproven=1):
        lab.ask("stolen.plain.example", source="127.1.0.10",
                options=[dns.edns.GenericOption(COOKIE, whole[0])])


@pytest.mark.parametrize("how", ("meter", "no-meter"))
def test_spoofable(tap, how):
    has_cookies = tuple(map(int, need.VERSION.split("."))) >= (1, 18)
    metered = how == "meter"
    with rig.Lab(conf="learning: 0\nuser-budget: 100\nspoofable: %s\n" % how,
                 extra="answer-cookie: yes\n" if has_cookies else "") as lab:
        watch = Watch(lab, tap, "spoofable: " + how)
        a = "127.1.0.1"
        udp = {"charged": 1, "charge": [(a, "udp.plain.example")]} if metered else {"unproven": 1}
        with watch.case("UDP", **udp):
            lab.ask("udp.plain.example", source=a)
        with watch.case("TCP", charged=1, charge=[(a, "tcp.plain.example")],
                        gauges={"users": int(not metered)}):
            lab.ask("tcp.plain.example", source=a, tcp=True)
        with watch.case("TLS", charged=1, charge=[(a, "tls.plain.example")],
                        gauges={"users": 0}):
            lab.ask("tls.plain.example", source=a, tls=True)
        if has_cookies and not metered:
            cookies(lab, watch, tap)
        codes = [rcode_of(lab.ask("%s%d.forged.example" % (LONG, at), source=a))
                 for at in range(20)]
        tap.equal(codes[-1], "REFUSED" if metered else "NOERROR",
                  watch.title + ": forged names go on")
        want = "REFUSED" if metered else "NOERROR"
        tap.equal(rcode_of(lab.ask("%s.plain.example" % LONG, source=a, tcp=True)), want,
                  watch.title + ": the victim over TCP")
