# SPDX-License-Identifier: BSD-3-Clause
"""Every rcode that a server may answer, and odd types that a client may ask: the sums hold, what
left is charged, and the client gets what Unbound alone would answer."""

import random

import pytest

import rig
from rig import rcode_of
from rig.expect import Watch
from rig.world import SLOW_ADDRESS

SEED = 20261123
WIDE = "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\n"
USER = "127.1.0.1"
# Those of the header, and extended ones: BADVERS, BADKEY, BADCOOKIE, private, the last.
RCODES = tuple(range(16)) + (16, 17, 23, 3841, 4095)
ZONES = {"rc%d.example" % code: SLOW_ADDRESS for code in RCODES}
AXFR, IXFR, MAILB, MAILA, ANY, OPT, TKEY, TSIG = 252, 251, 253, 254, 255, 41, 249, 250
NAMED = (0, 2, 5, 6, 10, 12, 13, 16, 28, 33, 35, 39, 43, 46, 47, 48, 50, 52, 64, 65, 99, 127, 256,
         257, 32769, 65280, 65535, ANY)
META = (AXFR, IXFR, MAILB, MAILA, OPT, TKEY, TSIG, 128, 200, 248)


def is_meta(rdtype):
    """Those that Unbound answers by itself, before any module sees them."""
    return rdtype == OPT or 128 <= rdtype < ANY


def types():
    source = random.Random(SEED)
    return NAMED + META + tuple(source.randrange(65536) for _ in range(30))


def code_name(code):
    return "a-secret-name.rc%d.example" % code


def type_name(at, rdtype):
    return "n%d-type%d.slow.example" % (at, rdtype)


@pytest.fixture(scope="module")
def plain():
    """What Unbound answers without the module: (name, type) -> rcode."""
    got = {}
    print()
    tap = rig.Tap()
    with rig.Lab(module=None, delegations=ZONES) as lab:
        server = lab.slow_server()
        for code in RCODES:
            name = code_name(code)
            server.rcode = code
            got[name, 1] = rcode_of(lab.ask(name, source=USER, timeout_s=15))
            tap.ok(server.wait_name(name), "rcode %d: without the module the name leaves" % code)
        server.rcode = 0
        for at, rdtype in enumerate(types()):
            name = type_name(at, rdtype)
            got[name, rdtype] = rcode_of(lab.ask(name, rdtype, source=USER))
    tap.done()
    return got


@pytest.fixture(scope="module")
def lab():
    with rig.Lab(conf=WIDE, delegations=ZONES) as lab:
        lab.slow_server()
        yield lab


def test_rcodes(lab, tap, plain):
    server, = lab.servers
    watch = Watch(lab, tap, "rcode")
    for code in RCODES:
        name = code_name(code)
        server.rcode = code
        with watch.case("%d: charged, for the name left" % code, charged=1, charge=[(USER, name)],
                        gauges={"inflight": 0, "domains": 1}, ignore=("background",)):
            got = rcode_of(lab.ask(name, source=USER, timeout_s=15))
        tap.ok(name in server.names, "rcode %d: the server has seen it" % code)
        tap.equal(got, plain[name, 1], "rcode %d: the answer is that of Unbound alone" % code)
        with watch.case("%d: another type is no novel name, or does not leave" % code,
                        either=[{"known": 1}, {"unsent": 1}], gauges={"inflight": 0},
                        ignore=("background", "bits", "bits.metered")):
            lab.ask(name, "AAAA", source=USER, timeout_s=15)
    server.rcode = 0
    tap.ok(lab.alive(), "the same process still")
    tap.note(" ".join("%d:%s" % (code, plain[code_name(code), 1]) for code in RCODES))


def test_odd_types(lab, tap, plain):
    tap.note("seed %d" % SEED)
    server, = lab.servers
    watch = Watch(lab, tap, "type")
    for at, rdtype in enumerate(types()):
        name = type_name(at, rdtype)
        more = {} if is_meta(rdtype) else {"charged": 1, "charge": [(USER, name)]}
        with watch.case("%d: %s" % (rdtype, "charged" if more else "answered by Unbound itself"),
                        gauges={"inflight": 0}, ignore=("background",), **more):
            got = rcode_of(lab.ask(name, rdtype, source=USER))
        tap.equal(got, plain[name, rdtype],
                  "type %d: the answer is that of Unbound alone" % rdtype)
        tap.equal(name in server.names, bool(more),
                  "type %d: the server has seen it, or not" % rdtype)
    tap.ok(lab.alive(), "the same process still")
