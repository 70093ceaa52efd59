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


def identities():
    def options(*which):
        return b"".join(struct.pack("!HB", code, len(data)) + data for code, data in which)

    mac = bytes((2, 0, 0x5e, 0, 0x53, 1))
    v4 = struct.pack("!HBB", 1, 32, 0) + bytes((192, 0, 2, 99))
    v6 = struct.pack("!HBB", 2, 128, 0) + bytes((0x20, 1, 0xd, 0xb8)) + bytes(11) + b"\x11"
    return {
        "mac": options((65001, mac)),
        "text": options((65073, b"02:00:5e:00:53:01")),
        "base64": options((65073, b"AgBeAFMB")),
        "v4": options((8, v4)),
        "v6": options((8, v6)),
        "both": options((10, b"12345678"), (8, v4), (65001, mac)),
        "twice": options((65001, mac), (65073, b"AgBeAFMB")),
        "coarse": options((8, struct.pack("!HBB", 1, 24, 0) + bytes((192, 0, 2)))),
        "none": options((8, bytes(4))),
        "short": options((8, v4[:-1]), (65001, mac[:-1])),
        "cut": options((8, v6))[:-3],
    }


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


def named():
    """Queries that name users, by MAC and by address."""
    subnet = (8, bytes([0, 1, 32, 0, 203, 0, 113, 9]))
    every = [[(65001, bytes.fromhex("02005e005301"))], [subnet], [(65073, b"AgBeAFMC"), (10, b"12345678"), subnet]]
    return [trace_make.Query(at, bytes([192, 0, 2, 1]), 1, ["www", "example", "com"], options=options)
            for at, options in enumerate(every)]


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
    made["options"] = trace_make.pcap(1, trace_make.ethernet, [
        (query.when_us, trace_make.packet(query, False)) for query in named()])
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
        "options": trace_make.frames([trace_make.tap(query.when_us, query, False) for query in named()]),
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


def packed_lists():
    text = b"".join(b"%d,name%d.example\n" % (at, at * 7919) for at in range(1, 60))
    made = {"%s-%02x" % (name, how): bytes([how]) + text for name, how in (
        ("gzip", 0x01), ("gzip-cut", 0x49), ("gzip-wrong", 0x51), ("zip", 0x20), ("zip-stored", 0x02),
        ("zip-descriptor", 0x04), ("zip-unsized", 0x06), ("zip-cut", 0x48), ("zip-wrong", 0x90))}
    made["plain"] = b"\0" + text
    made["bomb.gz"] = b"\0" + gzip.compress(bytes(200000), mtime=0)
    made["encrypted.zip"] = b"\0PK\3\4\x14\0\1\0\x08\0" + bytes(20) + text[:40]
    made["empty.zip"] = b"\0PK\5\6" + bytes(18)
    return made


# ---- the state file, as doc/FORMAT.md draws it

NOW = 1700000000	# the target's clock
USER, DOMAIN = 928, 248	# bytes of a record, with its key
KEY = bytes(range(16))
MASK = 2 ** 64 - 1


def siphash(data):
    """SipHash-2-4 under KEY; Seep has 1 for 0."""
    k0, k1 = struct.unpack("<QQ", KEY)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def turn(word, left):
        return (word << left | word >> 64 - left) & MASK

    def rounds(count):
        for _ in range(count):
            v[0], v[2] = (v[0] + v[1]) & MASK, (v[2] + v[3]) & MASK
            v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
            v[0] = turn(v[0], 32)
            v[2], v[0] = (v[2] + v[1]) & MASK, (v[0] + v[3]) & MASK
            v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    end = data[len(data) // 8 * 8:].ljust(7, b"\0") + bytes([len(data) % 256])
    for at in range(0, len(data) // 8 * 8, 8):
        word, = struct.unpack_from("<Q", data, at)
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    word, = struct.unpack("<Q", end)
    v[3] ^= word
    rounds(2)
    v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3] or 1


def header(version=1, flags=0):
    head = b"Seep\r\n\x1a\0" + struct.pack(
        "<8I2Q16s8Q2I2Q", version, 0x01020304, 168, USER, DOMAIN, 50, 32, 64, 7168, 1024, KEY,
        (NOW - 9000) * 1000, (NOW - 60) * 1000, (NOW - 60) * 1000, 8000000, 800000, 8000000, 800000, 0, flags, 0, 7, 1234)
    return head + struct.pack("<Q", siphash(head))


def frame(kind, payload):
    head = struct.pack("<II", kind, len(payload))
    return head + struct.pack("<Q", siphash(head + bytes(8) + payload)) + payload


def entry(level, standing=0, spent=0):
    return struct.pack("<QQII5I4B", level, NOW - 100, 5, 0, NOW - 9000, NOW - 100, 0, NOW - 200, standing,
                       spent, spent, 6, 0)


def user(number, level=0, spent=0):
    address = bytes((10, 0, 0, number)) + bytes(12) + b"\4"
    at = bytearray(USER - 8)
    at[0:48] = entry(level, spent=spent)
    at[624:640] = struct.pack("<QQ", 12, 34)
    at[640:657] = address
    return struct.pack("<Q", siphash(address)) + bytes(at)


def domain(name, level=0, users=1):
    at = bytearray(DOMAIN - 8)
    at[0:48] = entry(level, users)
    at[80:80 + 2 * users] = struct.pack("<%dH" % users, *range(1, users + 1))
    at[192:192 + len(wire(name))] = wire(name)
    return struct.pack("<Q", siphash(wire(name))) + bytes(at)


def states():
    users = b"".join(user(at, 1000000 * at, at > 7) for at in range(1, 9))
    domains = b"".join(domain("d%d.com" % at, 500000 * at, at) for at in range(1, 8))
    line = struct.pack("<8Q", 1, 0, 3 << 40, 0, 0, 0x8001, 0, 1 << 63)
    runs = struct.pack("<II", 8, 2) + line * 2 + struct.pack("<II", 4000, 1) + line
    empty = [frame(3, struct.pack("<QQII", NOW - 5000, 0, 0, 0))]
    parts = [frame(1, users), frame(2, domains), frame(3, struct.pack("<QQII", NOW - 5000, 3, 2, 0)),
             frame(4, runs), frame(5, runs.replace(struct.pack("<II", 4000, 1), struct.pack("<II", 500, 1)))]
    tick = struct.pack("<QQ", (NOW - 30) * 1000, (NOW - 30) * 1000)
    journal = frame(1, user(3, 5000000)) + frame(2, domain("new.org")) + frame(7, tick + struct.pack(
        "<3Q", 1 << 60, 77, MASK)) + frame(9, tick)
    full = header() + b"".join(parts) + frame(6, struct.pack("<QQQ", 8, 7, 5))
    shared = struct.pack("<Q", MASK)
    return {
        "empty": header() + b"".join(empty) + frame(6, struct.pack("<QQQ", 0, 0, 1)),
        "checkpoint": full,
        "journal": full + journal,
        "ended-well": full + journal + frame(8, struct.pack("<QQ", 7, 0)),
        "cut": (full + journal)[:-9],
        "cut-checkpoint": full[:-100],
        "shared": header() + empty[0] + frame(1, shared + user(1)[8:]) + frame(2, shared + domain("x.com")[8:]) +
        frame(6, struct.pack("<QQQ", 1, 1, 3)),
        "wild": header() + empty[0] + frame(1, user(1)[:8] + b"\xff" * 632 + user(1)[640:]) +
        frame(2, domain("x.com")[:8] + b"\xff" * (DOMAIN - 8)) + frame(6, struct.pack("<QQQ", 1, 1, 3)),
        "version": header(2) + full[168:],
        "hash-1-3": header(flags=16) + full[168:],		# right once its checksums are
        "other-order": full[:12] + full[15:11:-1] + full[16:],
        "text": b"seep:\n",
    }


def event(privacy, kind, about, name=b"", domain_at=0, words=(b"", b"")):
    """A note's fields, in the order of events.c; ABOUT is action, mode, meter."""
    address = b"\1\xc0\0\2\x11"
    estimate = b"\1\0\x68" + struct.pack(">Q", 12)
    return (bytes([privacy, kind]) + struct.pack(">Q", 1700000000042) + bytes(about) +
            struct.pack(">HQQQQ", 16, 8191999, 8192000, 1690000000000, 3) + 4 * estimate +
            address + b"\0" + bytes([domain_at, len(name)]) + name +
            b"".join(bytes([len(word)]) + word for word in words))


def events():
    made = {"kind-%02d" % kind: event(kind % 2, kind, (1, 3, 1 + kind % 4), wire("a.evil.example"), 2)
            for kind in range(17)}
    made["bytes"] = event(0, 4, (2, 3, 1), b"\4\0\"\\\xff\3com\0", 5, (b"\"}{\\", b"\n\xff\x7f"))
    made["longest"] = event(0, 13, (0, 0, 0), wire(".".join(["x" * 63] * 3 + ["y" * 61])), 0,
                            (b"\x01" * 63, b"\xff" * 255))
    made["empty"] = b""
    return made


TARGETS = {"name": names, "charge": charges, "engine": plays, "events": events, "pcap": packets,
           "dnstap": taps, "gzip": zipped, "identity": identities, "state": states, "unpack": packed_lists}


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
