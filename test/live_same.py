# SPDX-License-Identifier: BSD-3-Clause
"""With action: flag, every answer is the one that Unbound gives without the module."""

import collections
import random
import select
import struct
import time

import dns.flags
import dns.message
import dns.rdatatype

import rig
from rig import need
from rig.client import make_query, open_socket
from rig.expect import CLASSES, UNSENT

COUNT = 20000
WINDOW = 48			# under way at once
RETRY_S = 3
TTL_S = 90			# the second is asked later, and caches age by the load of the machine
SEED = 4
BUDGET = "learning: 0\naction: flag\nuser-budget: 100\nuser-refill: 0\ndomain-budget: 100\n"
RCODES = tuple(range(24)) + (4095,)
TYPES = tuple(range(264)) + (32768, 32769, 65279, 65280, 65399, 65534, 65535)
FLAGS = (dns.flags.QR | dns.flags.AA | dns.flags.TC | dns.flags.RD | dns.flags.RA | dns.flags.AD |
         dns.flags.CD)
NAMES = (
    ("h%d.wild.example", ("A", "AAAA", "TXT", "MX", "NS", "HTTPS"), 60),
    ("secret-%d.wild.example", ("A", "TXT"), 1 << 30),
    ("m%d.ttl0.example", ("A", "TXT"), 1 << 30),
    ("gone%d.nx.example", ("A", "AAAA"), 1 << 30),
    ("www.nx.example", ("A", "AAAA", "ANY"), 1),
    ("a%d.chain.example", ("A", "CNAME", "TXT"), 2000),
    ("www.chain.example", ("A", "AAAA"), 1),
    ("more.chain.example", ("A", "MX"), 1),
    ("e%d.d.dname.example", ("A", "TXT"), 2000),
    ("d.dname.example", ("DNAME", "A"), 1),
    ("www.signed.example", ("A", "AAAA", "DNSKEY"), 1),
    ("to.signed.example", ("A", "TXT"), 1),
    ("none%d.signed.example", ("A",), 300),
    ("signed.example", ("SOA", "NS", "DNSKEY", "DS"), 1),
    ("b%d.big.example", ("TXT",), 40),
    ("x%d.y%d.example", ("A", "AAAA"), 1 << 30),
    ("%d.void", ("A", "TXT"), 500),
)


def mixed(name):
    return "".join(random.choice((one.lower(), one.upper())) for one in name)


def questions():
    """The same for both, by the seed."""
    random.seed(SEED)
    made = []
    for at in range(COUNT):
        pattern, types, many = random.choice(NAMES)
        name = pattern
        while "%d" in name:
            name = name.replace("%d", str(random.randrange(many)), 1)
        if random.random() < 0.3:
            name = mixed(name)
        kind = random.random()
        made.append(make_query(name, random.choice(types), edns=kind < 0.6, dnssec=kind < 0.25,
                               cd=random.random() < 0.05, ident=at % 65536))
    return made


def ask(lab, wires):
    """Every question, some at once, those without an answer again; the answers by place."""
    answers = [None] * len(wires)
    made = open_socket(lab.hub, ("127.0.0.1", 53), "127.4.0.1", False)
    made.connect(("127.0.0.1", 53))
    todo = collections.deque(range(len(wires)))
    under_way = collections.OrderedDict()
    end_s = time.monotonic() + 120
    try:
        while (todo or under_way) and time.monotonic() < end_s:
            while todo and len(under_way) < WINDOW:
                at = todo.popleft()
                made.send(wires[at])
                under_way[at] = time.monotonic()
            if select.select([made], [], [], 0.2)[0]:
                wire = made.recv(65535)
                at = struct.unpack("!H", wire[:2])[0]
                if under_way.pop(at, None) is not None:
                    answers[at] = wire
            if under_way and time.monotonic() - next(iter(under_way.values())) > RETRY_S:
                todo.append(under_way.popitem(last=False)[0])
    finally:
        made.close()
    return answers


def corners(lab, slow):
    """Every rcode, and types of all kinds, by a server that answers so; as ask()."""
    answers = []
    for rcode in RCODES:
        slow.rcode = rcode
        lab.control("flush_infra", "all")	# which servers to avoid
        query = make_query("secret-%d.rcode%d.slow.example" % (rcode, rcode), ident=0)
        answers += ask(lab, [query.to_wire()])
    slow.rcode = 0
    return answers + ask(lab, [make_query("t%d.type.slow.example" % rdtype, rdtype, edns=False,
                                          ident=at).to_wire() for at, rdtype in enumerate(TYPES)])


def wrong_sums(statistics):
    """The sums that do not hold, by the names of doc/DESIGN.md."""
    count = {key[len("num.seep."):]: value for key, value in statistics.items()
             if key.startswith("num.seep.")}
    sums = ((("queries",), ("hits", "local", "misses", "joined")),
            (("misses", "refreshes"), ("sent",) + UNSENT), (("sent",), CLASSES))
    return ["%s is %d" % (" + ".join(total), sum(count[key] for key in total))
            for total, parts in sums
            if sum(count[key] for key in total) != sum(count[part] for part in parts)]


def rrsets(section):
    """In an order of their own, apart from the order that they came in; and the TTLs beside."""
    # The CNAME that goes with a DNAME has its TTL from the server, or 0 if Unbound made it from
    # its cache: which of them depends on what else is under way.
    has_dname = any(one.rdtype == dns.rdatatype.DNAME for one in section)
    made = {dns.rdatatype.CNAME} if has_dname else ()
    sets = sorted((rrset.name.to_text(), int(rrset.rdtype), int(rrset.covers),
                   sorted(item.to_text() for item in rrset),
                   0 if rrset.rdtype in made else rrset.ttl) for rrset in section)
    return [one[:4] for one in sets], [one[4] for one in sets]


def difference(first, second):
    """Text, empty if they are the same."""
    if first is None or second is None:
        return "" if first is second else "one has no answer"
    if first[2:] == second[2:]:
        return ""
    one, two = dns.message.from_wire(first), dns.message.from_wire(second)
    if one.rcode() != two.rcode():
        return "rcode %d, %d" % (one.rcode(), two.rcode())
    if (one.flags ^ two.flags) & FLAGS:
        return "flags %s, %s" % (dns.flags.to_text(one.flags), dns.flags.to_text(two.flags))
    if one.question != two.question or one.question[0].name.to_text() != \
            two.question[0].name.to_text():
        return "question %s, %s" % (one.question, two.question)
    if (one.edns, one.ednsflags, one.payload) != (two.edns, two.ednsflags, two.payload):
        return "EDNS"
    if [option.to_text() for option in one.options] != [option.to_text() for option in two.options]:
        return "options %s, %s" % (one.options, two.options)
    for title, left, right in (("answer", one.answer, two.answer),
                               ("authority", one.authority, two.authority),
                               ("additional", one.additional, two.additional)):
        left, left_ttls = rrsets(left)
        right, right_ttls = rrsets(right)
        if left != right:
            return "%s %s, %s" % (title, left, right)
        if any(abs(a - b) > TTL_S for a, b in zip(left_ttls, right_ttls)):
            return "%s, TTLs %s, %s" % (title, left_ttls, right_ttls)
    return ""


def test_same(tap):
    with rig.Lab(module=None, conf=None) as lab:
        slow = lab.slow_server()
        asked = questions()
        wires = [query.to_wire() for query in asked]
        plain = ask(lab, wires)
        plain_corners = corners(lab, slow)
        lab.module = need.module_path()
        lab.conf = BUDGET
        lab.write_conf()
        lab.restart()
        flagged = ask(lab, wires)
        sent = lab.seep()["num.seep.sent"]
        flagged_corners = corners(lab, slow)
        answered = sum(one is not None for one in plain)
        tap.ok(answered > COUNT * 0.99, "%d of %d are answered" % (answered, COUNT))
        kinds = collections.Counter(wire[3] & 15 for wire in plain if wire)
        tap.ok(kinds[0] > COUNT / 4 and kinds[3] > COUNT / 20, "names that exist, and others",
               kinds)
        statistics = lab.seep()
        would = sum(value for key, value in statistics.items() if ".would_refuse." in key)
        tap.ok(statistics["seep.mode"] == 2 and would > COUNT / 20, "%d would be refused" % would)
        found = []
        for query, one, two in zip(asked, plain, flagged):
            text = difference(one, two)
            if text:
                found.append("%s: %s" % (query.question[0], text[:300]))
        tap.ok(not found, "%d questions, %d answers differ" % (COUNT, len(found)),
               "\n".join(found[:10]))
        titles = ["rcode %d" % one for one in RCODES] + ["type %d" % one for one in TYPES]
        found = ["%s: %s" % (title, difference(one, two)) for title, one, two
                 in zip(titles, plain_corners, flagged_corners) if difference(one, two)]
        tap.ok(not found, "%d rcodes, %d types, %d answers differ" % (
            len(RCODES), len(TYPES), len(found)), "\n".join(found[:10]))
        statistics = lab.seep()
        rcodes = collections.Counter(wire[3] & 15 for wire in plain_corners if wire)
        tap.ok(len(rcodes) > 2, "they are of several kinds", rcodes)
        tap.ok(statistics["num.seep.sent"] - sent > len(RCODES) + len(TYPES) / 2,
               "%d of them are metered" % (statistics["num.seep.sent"] - sent))
        tap.equal(wrong_sums(statistics), [], "the statistics add up")
