# SPDX-License-Identifier: BSD-3-Clause
"""The seeds of the fuzz targets whose inputs are not text.

usage: seeds.py DIRECTORY

What is written, below DIRECTORY/TARGET, depends on nothing but this file and trace_make.py. The seeds in text were
written by hand.
"""
import gzip
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "data"))
import trace_make  # noqa: E402


def wire(name):
    """A name in wire form, of text without escapes."""
    return trace_make.wire([label.encode("latin1") for label in name.split(".") if label])


def names():
    made = {
        "root": wire("."),
        "www": wire("www.example.com"),
        "deep": wire("a." * 30 + "example.co.jp"),
        "wildcard": wire("baz.bar.foo.ck"),
        "exception": wire("b.a.www.ck"),
        "kawasaki": wire("a.b.other.kawasaki.jp"),
        "private": wire("a.b.c.d.compute.amazonaws.com"),
        "reverse-v4": wire("7.2.0.192.in-addr.arpa"),
        "reverse-v6": wire("1." + "0." * 20 + "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        "longest": wire(".".join(["x" * 63] * 3 + ["y" * 61])),
        "labels": wire("a." * 127),
        "bytes": b"\x04\0.\\\xff\x03com\0",
        "cut": wire("www.example.com")[:-3],
        "compressed": b"\x03www\xc0\x0c",
    }
    # A packet's name behind the client's: an odd number of bytes in all.
    for name, client, packet in (("carried", "secret.t.example.com", "t.example.com"),
                                 ("echoed", "secret.t.example.com", "secret.other.org")):
        both = wire(client) + wire(packet)
        made["packet-" + name] = both if len(both) % 2 else both[:-1] + b"\1x\0"
    return made


def label(text):
    return bytes([len(text)]) + text.encode("latin1")


def charges():
    learn, unknown, weigh = 64, 128, 192
    www = label("www") + bytes([learn + 9])
    return {
        "www": b"\x3f" + www * 5 + label("www"),
        "spelled": b"\x3f" + label("a1-_z") + label("MiXeD.\0\xff") + label("x" * 63),
        "many-labels": b"\x3f" + b"".join(label("a%d" % i) for i in range(20)) + bytes([learn + 3]),
        # One set of eight, so that newcomers push others out.
        "evict": b"\0" + b"".join(label("n%d" % i) + bytes([learn + i % 3]) for i in range(40)),
        "hashes": b"\1" + b"".join(bytes([unknown, 7 * i % 256]) for i in range(60)),
        "weigh": b"\0" + bytes([weigh + 7]) + b"\0\0\0\1\0\0" + b"\0" * 7 + b"\3" +
                 bytes([weigh]) + b"\0\0\0\0\x20\0\0",
    }


class Play:
    """An input of the engine's target."""

    ASK, BYTES, BURST, PROBE, AGAIN, COMMIT, INTERNAL, ANSWERED, HIT, CLOCK, PRINT, RELEASE = (
        0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)

    def __init__(self, *configuration):
        """See begin in engine.c; what is left out is zero: guarding, with the default budgets."""
        self.bytes = bytes(configuration) + bytes(11 - len(configuration))

    def step(self, what, *arguments, slot=0):
        self.bytes += bytes([slot << 4 | what]) + bytes(arguments)
        return self


def plays():
    tunnel = Play(0, 0, 0, 0, 0, 0, 0, 49)
    for count in range(60):
        tunnel.step(Play.ASK, 1, 16, count % 6 + 8 * (count // 6), 3, slot=count % 4)
        if count % 7 == 0:
            tunnel.step(Play.CLOCK, 1)
    tunnel.step(Play.PRINT, 1)
    dga = Play(0, 1, 0, 0, 0, 0, 0, 49)
    for count in range(12):
        dga.step(Play.ASK, 2, 1, 0, 100 + count).step(Play.COMMIT).step(Play.ANSWERED, 2)
    dga.step(Play.PRINT, 0)
    clock = Play(0, 0, 0, 2, 0, 2, 0, 0)
    for which in range(13):
        clock.step(Play.ASK, 3, 1, 8 * which, 1).step(Play.CLOCK, which).step(Play.RELEASE)
        clock.step(Play.PROBE, 3, 1, 8 * which, 1)
    clock.step(Play.CLOCK, 0xf7, *b"\xff" * 8).step(Play.PROBE, 3, 1, 0, 2)
    clock.step(Play.CLOCK, 0xf0, 0).step(Play.PROBE, 3, 1, 0, 2)
    bursts = {}
    # Many names, domains and users: alone, together, sent or given back.
    for kinds in range(1, 16):
        burst = bursts["burst-%x" % kinds] = Play(0, 0, 0, kinds % 4, 1, 0, 1, 99)
        burst.step(Play.BURST, 4, 1, 40, kinds, 0, 16).step(Play.BURST, 4, 1, 255, kinds, 1, 0)
        burst.step(Play.BURST, 4, 1, 60, kinds, 2, 0).step(Play.PRINT, 0)
    learning = Play(0, 0, 1, 4, 3, 4, 3, 49)
    learning.step(Play.BURST, 5, 16, 90, 1, 0, 9).step(Play.CLOCK, 3).step(Play.CLOCK, 3)
    learning.step(Play.BURST, 5, 16, 90, 1, 0, 9).step(Play.PRINT, 0)
    # More users under way than there is room for, and more domains, which come and go.
    crowd = Play()
    for user in range(16):
        crowd.step(Play.ASK, 64 + user, 1, 8, 40, slot=user)
    for user in range(16):
        crowd.step(Play.RELEASE if user % 3 else Play.AGAIN, slot=user)
    for domain in range(90):
        crowd.step(Play.ASK, 64 + domain % 5, 1, 7, domain, slot=domain % 16)
    crowd.step(Play.PRINT, 0)
    lists = Play()
    for user in (5, 6):
        for domain in (8, 16):
            lists.step(Play.ASK, user, 1, 8, domain).step(Play.ANSWERED, 2)
    lists.step(Play.PRINT, 0)
    odd = Play()
    for name in names().values():
        odd.step(Play.BYTES, 200, 16, len(name), *name, slot=2).step(Play.AGAIN, slot=2)
    odd.step(Play.ASK, 9, 254, 1, 1).step(Play.INTERNAL).step(Play.HIT, 9).step(Play.HIT, 10)
    made = dict(tunnel=tunnel, dga=dga, clock=clock, learning=learning, crowd=crowd, lists=lists, odd=odd, **bursts)
    return {name: play.bytes for name, play in made.items()}


def few():
    """A small part of the traffic of trace_make.py, with one of each kind."""
    return trace_make.traffic()[:10]


def packets():
    every = trace_make.moments(few())
    ip = [(when_us, trace_make.packet(query, answer)) for when_us, query, answer in every]
    made = {name: trace_make.pcap(link, frame, ip[:6]) for name, (link, frame) in trace_make.LINKS.items()}
    made["ethernet"] = trace_make.pcap(1, trace_make.ethernet, ip)
    made["pcapng"] = trace_make.pcapng(ip)
    made["cut"] = made["pcapng"][:-20]
    # One packet cut at every length: UDP over IPv4, and TCP over IPv6 with an extension header.
    plain, extended = trace_make.traffic()[0], trace_make.traffic()[3]
    extended.tcp = True
    for name, query in (("v4", plain), ("v6", extended)):
        whole = trace_make.ethernet(trace_make.packet(query, False))
        made["short-" + name] = trace_make.pcap(1, lambda data: data, [
            (size, whole[:size]) for size in range(len(whole))])
    made["unknown-link"] = trace_make.pcap(105, lambda data: data, ip[:1])
    return made


def taps():
    every = trace_make.moments(few())
    contents = [trace_make.tap(*moment) for moment in every]
    return {
        "all": trace_make.frames(contents),
        "open": trace_make.frames(contents[:4], stop=False),
        "answers": trace_make.frames([trace_make.tap(*moment) for moment in every if moment[2]]),
        "cut": trace_make.frames(contents[:3])[:-70],
        "large-frame": trace_make.frames([])[:-12] + b"\x7f\xff\xff\xff1234",
    }


def zipped():
    rows = trace_make.tsv(few()).encode()
    lines = b"one\r\ntwo\n\n\r\n" + b"x" * 300 + b"\nlast"
    made = {"plain-" + name: b"\0" + data for name, data in (
        ("tsv", rows), ("log", trace_make.log(trace_make.moments(few())).encode()),
        ("tsv.gz", gzip.compress(rows, mtime=0)), ("xz", b"\xfd7zXZ\0"), ("binary", bytes(range(64))))}
    for how in (0x01, 0x03, 0x07, 0x09, 0x0f, 0x11, 0x19, 0x53, 0x21, 0x67):
        made["packed-%02x" % how] = bytes([how]) + lines
    # A line of more bytes than are read, packed to a few.
    log = trace_make.log(trace_make.moments(few())).encode()
    made["long-line-tsv.gz"] = b"\0" + gzip.compress(b"x" * 70000 + b"\n" + rows, mtime=0)
    made["long-line-log.gz"] = b"\0" + gzip.compress(log + b"x" * 70000 + b"\n" + log, mtime=0)
    made["merge-tsv"] = b"\2" + rows
    made["merge-log.gz"] = b"\2" + gzip.compress(log, mtime=0)
    return made


TARGETS = {"name": names, "charge": charges, "engine": plays, "pcap": packets, "dnstap": taps, "gzip": zipped}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, make in TARGETS.items():
        directory = os.path.join(sys.argv[1], target)
        os.makedirs(directory, exist_ok=True)
        for name, data in make().items():
            with open(os.path.join(directory, name), "wb") as out:
                out.write(data)


if __name__ == "__main__":
    main()
