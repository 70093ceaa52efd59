# SPDX-License-Identifier: BSD-3-Clause
"""The same small traffic in each format that seepctl replay reads.

usage: trace_make.py DIRECTORY

Two clients look up ordinary names, a third sends a tunnel's. What is written depends on nothing but this file:
trace.pcap and trace.dnstap beside it are what it makes, for tests without Python.
"""
import gzip
import os
import random
import struct
import sys

START_S = 1700000000
PORT = 53
RESOLVER = {4: bytes([192, 0, 2, 53]), 16: bytes.fromhex("20010db8" + "0" * 22 + "53")}
A, NS, SOA, TXT, AAAA = 1, 2, 6, 16, 28
TYPES = {A: "A", TXT: "TXT", AAAA: "AAAA"}
RCODES = {0: "NOERROR", 3: "NXDOMAIN"}


class Query:
    """A query, and its answer's response code and TTL; rcode None: there was no answer. Options: (code, data)."""

    def __init__(self, at, client, kind, labels, rcode=0, ttl=0, tcp=False, options=()):
        self.when_us = START_S * 1000000 + round(at * 1000000)
        self.client = client
        self.kind = kind
        self.labels = [label.encode("latin1") for label in labels]
        self.rcode, self.ttl, self.tcp = rcode, ttl, tcp
        self.id = round(at * 10) & 0xFFFF
        self.options = options


def traffic():
    draw = random.Random(3)
    one, two = bytes([192, 0, 2, 10]), bytes.fromhex("20010db800010002" + "0" * 15 + "5")
    spy = bytes([192, 0, 2, 66])
    queries = [
        Query(0.1, one, A, ["www", "Example", "com"], ttl=60),
        Query(10, one, A, ["WWW", "example", "com"], ttl=50),  # a hit
        Query(70, one, A, ["www", "example", "com"], ttl=60),  # a miss, and known
        Query(71, two, AAAA, ["nowhere", "example", "org"], rcode=3, ttl=30),
        Query(90, two, AAAA, ["nowhere", "example", "org"], rcode=3, ttl=11),  # a hit
        Query(102, two, AAAA, ["nowhere", "example", "org"], rcode=3, ttl=30),  # a miss
        Query(110, one, TXT, ["a.b c\0", "example", "net"], ttl=5, tcp=True),
        Query(111, two, A, ["unanswered", "example", "net"], rcode=None),
    ]
    for count in range(40):
        label = "".join(draw.choice("0123456789abcdef") for _ in range(60))
        queries.append(Query(200 + 2 * count, spy, TXT, [label, "t", "example", "edu"], ttl=0))
    return queries


def wire(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def edns(options):
    """An OPT record."""
    data = b"".join(struct.pack(">HH", code, len(content)) + content for code, content in options)
    return b"\0" + struct.pack(">HHIH", 41, 1232, 0, len(data)) + data


def message(query, answer):
    question = wire(query.labels) + struct.pack(">HH", query.kind, 1)
    if not answer:
        more = edns(query.options) if query.options else b""
        return struct.pack(">6H", query.id, 0x0100, 1, 0, 0, bool(more)) + question + more
    flags = 0x8180 | query.rcode
    if query.rcode:
        soa = b"\xc0\x0c" + struct.pack(">HHIH", SOA, 1, query.ttl + 100, 24)
        soa += b"\0\xc0\x0c\0" + struct.pack(">5I", 1, 2, 3, 4, query.ttl)
        return struct.pack(">6H", query.id, flags, 1, 0, 1, 0) + question + soa
    data = {A: b"\xc0\x00\x02\x01", TXT: b"\1x", AAAA: bytes(16)}[query.kind]
    record = b"\xc0\x0c" + struct.pack(">HHIH", query.kind, 1, query.ttl, len(data)) + data
    return struct.pack(">6H", query.id, flags, 1, 1, 0, 0) + question + record


def moments(queries):
    """Each message as (time in microseconds, query, whether it is the answer), in order of time."""
    every = [(query.when_us, query, False) for query in queries]
    every += [(query.when_us + 30000, query, True) for query in queries if query.rcode is not None]
    return sorted(every, key=lambda moment: moment[0])


# ---- packets ----

def packet(query, answer):
    """An IP packet; checksums are left zero, as captures on the sending machine have them."""
    body = message(query, answer)
    client = (query.client, 40000 + query.id % 1000)
    server = (RESOLVER[len(query.client)], PORT)
    source, target = (server, client) if answer else (client, server)
    if query.tcp:
        body = struct.pack(">HHIIBBHHH", source[1], target[1], 1, 1, 5 << 4, 0x18, 512, 0, 0) + \
            struct.pack(">H", len(body)) + body
    else:
        body = struct.pack(">HHHH", source[1], target[1], 8 + len(body), 0) + body
    protocol = 6 if query.tcp else 17
    if len(query.client) == 4:
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0) + \
            source[0] + target[0] + body
    # With a hop-by-hop header, which has to be stepped over.
    body = bytes([protocol, 0, 1, 4, 0, 0, 0, 0]) + body
    return struct.pack(">IHBB", 6 << 28, len(body), 0, 64) + source[0] + target[0] + body


def ethernet(ip):
    kind = b"\x08\x00" if ip[0] >> 4 == 4 else b"\x86\xdd"
    return bytes(12) + kind + ip


def vlan(ip):
    kind = b"\x08\x00" if ip[0] >> 4 == 4 else b"\x86\xdd"
    return bytes(12) + b"\x81\x00\x00\x07" + kind + ip


LINKS = {
    "pcap": (1, ethernet),
    "vlan.pcap": (1, vlan),
    "raw.pcap": (101, lambda ip: ip),
    "sll.pcap": (113, lambda ip: bytes(14) + (b"\x08\x00" if ip[0] >> 4 == 4 else b"\x86\xdd") + ip),
    "sll2.pcap": (276, lambda ip: (b"\x08\x00" if ip[0] >> 4 == 4 else b"\x86\xdd") + bytes(18) + ip),
    "null.pcap": (0, lambda ip: struct.pack("<I", 2 if ip[0] >> 4 == 4 else 10) + ip),
}


def pcap(link, frame, packets):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for when_us, data in packets:
        data = frame(data)
        out += struct.pack("<IIII", when_us // 1000000, when_us % 1000000, len(data), len(data)) + data
    return out


def pcapng(packets):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = 12 + len(body)
        return struct.pack("<II", kind, size) + body + struct.pack("<I", size)

    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", 1, 0, 65535))
    for when_us, data in packets:
        data = ethernet(data)
        out += block(6, struct.pack("<IIIII", 0, when_us >> 32, when_us & 0xFFFFFFFF, len(data), len(data)) + data)
    return out


# ---- dnstap ----

def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def fixed32(number, value):
    return varint(number << 3 | 5) + struct.pack("<I", value)


def tap(when_us, query, answer):
    inner = field(1, 6 if answer else 5)
    inner += field(2, 1 if len(query.client) == 4 else 2) + field(3, 2 if query.tcp else 1)
    inner += field(4, query.client) + field(5, RESOLVER[len(query.client)])
    inner += field(6, 40000 + query.id % 1000) + field(7, PORT)
    inner += field(8, query.when_us // 1000000) + fixed32(9, query.when_us % 1000000 * 1000)
    if answer:
        inner += field(12, when_us // 1000000) + fixed32(13, when_us % 1000000 * 1000)
        inner += field(14, message(query, True))
    else:
        inner += field(10, message(query, False))
    return field(1, b"resolver") + field(14, inner) + field(15, 1)


def frames(contents, stop=True):
    def control(kind):
        kind_field = struct.pack(">II", 1, 22) + b"protobuf:dnstap.Dnstap" if kind == 2 else b""
        body = struct.pack(">I", kind) + kind_field
        return struct.pack(">II", 0, len(body)) + body

    out = control(2) + b"".join(struct.pack(">I", len(frame)) + frame for frame in contents)
    return out + (control(3) if stop else b"")


# ---- text ----

def escaped(labels):
    out = []
    for label in labels:
        text = ""
        for byte in label:
            if byte in b".\\":
                text += "\\" + chr(byte)
            elif 0x21 <= byte < 0x7F:
                text += chr(byte)
            else:
                text += "\\%03d" % byte
        out.append(text)
    return ".".join(out)


def address(raw):
    if len(raw) == 4:
        return ".".join(str(byte) for byte in raw)
    return ":".join("%x" % part for part in struct.unpack(">8H", raw))


def tsv(queries):
    rows = ["# time\tclient\ttype\tname\trcode\tttl"]
    for query in queries:
        rcode = "-" if query.rcode is None else RCODES[query.rcode]
        ttl = "-" if query.rcode is None else str(query.ttl)
        rows.append("%d.%06d\t%s\t%s\t%s\t%s\t%s" % (
            query.when_us // 1000000, query.when_us % 1000000, address(query.client),
            TYPES[query.kind], escaped(query.labels), rcode, ttl))
    return "\n".join(rows) + "\n"


def log(every, asked=True, answered=True):
    """As Unbound logs it: whole seconds, and a "?" for what it does not print."""
    lines = ["[%d] unbound[7:0] info: start of service (unbound 1.17.1)." % START_S]
    for when_us, query, answer in every:
        name = ".".join("".join(chr(byte) if chr(byte).isalnum() or byte in b"-_" else "?" for byte in label)
                        for label in query.labels)
        line = "[%d] unbound[7:0] info: %s %s. %s IN" % (
            when_us // 1000000, address(query.client), name, TYPES[query.kind])
        if answer and answered:
            lines.append(line + " %s 0.030000 0 80" % RCODES[query.rcode])
        elif not answer and asked:
            lines.append(line)
    return "\n".join(lines) + "\n"


def write(directory):
    queries = traffic()
    every = moments(queries)
    packets = [(when_us, packet(query, answer)) for when_us, query, answer in every]
    contents = [tap(*moment) for moment in every]
    made = {name: pcap(link, frame, packets) for name, (link, frame) in LINKS.items()}
    made["pcapng"] = pcapng(packets)
    made["queries.pcap"] = pcap(1, ethernet, [(when_us, packet(query, False))
                                              for when_us, query, answer in every if not answer])
    made["dnstap"] = frames(contents)
    made["open.dnstap"] = frames(contents, stop=False)
    made["answers.dnstap"] = frames([tap(*moment) for moment in every if moment[2]])
    made["tsv"] = tsv(queries).encode()
    made["log"] = log(every).encode()
    made["queries.log"] = log(every, answered=False).encode()
    made["replies.log"] = log(every, asked=False).encode()
    made["tsv.gz"] = gzip.compress(made["tsv"], mtime=0)
    made["pcap.gz"] = gzip.compress(made["pcap"], mtime=0)
    made["dnstap.gz"] = gzip.compress(made["dnstap"], mtime=0)
    for name, data in made.items():
        with open(os.path.join(directory, "trace." + name), "wb") as out:
            out.write(data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
