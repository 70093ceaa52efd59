# SPDX-License-Identifier: BSD-3-Clause
"""The users of a lab: single questions over every transport, and bursts of them."""

import ipaddress
import random
import select
import socket
import ssl
import struct
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

SERIAL = iter(range(1, 1 << 30))
PROXY_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def as_name(name):
    """Text, a dns.name, or a tuple of label bytes, as a dns.name."""
    if isinstance(name, dns.name.Name):
        return name
    if isinstance(name, str):
        return dns.name.from_text(name)
    return dns.name.Name(tuple(name) + (b"",))


def secret(domain="example", digits=40):
    """A name that nobody asked before, in a domain that nobody uses: DIGITS hexadecimal ones are
    its secret, four bits each."""
    return "%0*x.d%d.%s" % (digits, random.getrandbits(4 * digits), next(SERIAL), domain)


def make_query(name, rdtype="A", rdclass="IN", edns=True, cd=False, ad=False, dnssec=False,
               ident=None, options=()):
    query = dns.message.make_query(as_name(name), rdtype, rdclass, want_dnssec=dnssec,
                                   use_edns=0 if edns or dnssec else -1, payload=1232,
                                   options=list(options))
    if cd:
        query.flags |= dns.flags.CD
    if ad:
        query.flags |= dns.flags.AD
    query.id = random.randrange(65536) if ident is None else ident
    return query


def proxy_header(source, target, stream):
    """A PROXYv2 header for (address, port) pairs."""
    version = ipaddress.ip_address(source[0]).version
    family = (0x10 if version == 4 else 0x20) | (1 if stream else 2)
    body = (ipaddress.ip_address(source[0]).packed + ipaddress.ip_address(target[0]).packed +
            struct.pack("!HH", source[1], target[1]))
    return PROXY_SIGNATURE + struct.pack("!BBH", 0x21, family, len(body)) + body


def open_socket(namespace, server, source, stream):
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with namespace.entered():
        made = socket.socket(family, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    try:
        if source:
            made.bind((source, 0))
    except OSError:
        made.close()
        raise
    return made


class Question:
    """A question on its way; wait() gives the answer, None if none came in time."""

    def __init__(self, namespace, server, query, source=None, tcp=False, tls=False, proxy=None,
                 timeout_s=5):
        self.query = query
        self.stream = tcp or tls
        self.until_s = time.monotonic() + timeout_s
        self.socket = open_socket(namespace, server, source, self.stream)
        self.socket.settimeout(timeout_s)
        wire = query.to_wire()
        header = proxy_header(proxy[0], proxy[1], self.stream) if proxy else b""
        if not self.stream:
            self.socket.connect(server)
            self.socket.send(header + wire)
            return
        self.socket.connect(server)
        if header:
            self.socket.sendall(header)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
        self.socket.sendall(struct.pack("!H", len(wire)) + wire)

    def read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise ConnectionError("closed")
            data += piece
        return data

    def wait(self, timeout_s=None):
        if timeout_s is not None:
            self.until_s = time.monotonic() + timeout_s
        try:
            while True:
                self.socket.settimeout(max(self.until_s - time.monotonic(), 0.001))
                if self.stream:
                    wire = self.read(struct.unpack("!H", self.read(2))[0])
                else:
                    wire = self.socket.recv(65535)
                answer = dns.message.from_wire(wire)
                if answer.id == self.query.id:
                    return answer
        except (socket.timeout, ConnectionError):
            return None
        finally:
            self.socket.close()


class Burst:
    """Many questions in flight at once from one socket; answers and rcodes are kept by place."""

    def __init__(self, namespace, server, names, source, rdtype="A"):
        kind = dns.rdatatype.from_text(rdtype)
        self.wires = [struct.pack("!HHHHHH", at, 0x0100, 1, 0, 0, 0) + as_name(name).to_wire() +
                      struct.pack("!HH", kind, dns.rdataclass.IN)
                      for at, name in enumerate(names)]
        self.rcodes = [None] * len(self.wires)
        self.answers = [None] * len(self.wires)	# in wire form
        self.socket = open_socket(namespace, server, source, False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.connect(server)

    def send(self):
        for wire in self.wires:
            self.socket.send(wire)
        return self

    def collect(self, timeout_s, count=None):
        """Read answers until count of them are here, or the time is up."""
        until_s = time.monotonic() + timeout_s
        count = len(self.rcodes) if count is None else count
        while len(self.rcodes) - self.rcodes.count(None) < count:
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not select.select([self.socket], [], [], left_s)[0]:
                break
            wire = self.socket.recv(65535)
            ident, flags = struct.unpack("!HH", wire[:4])
            if ident < len(self.rcodes):
                self.rcodes[ident] = flags & 15
                self.answers[ident] = wire
        return self.rcodes

    def close(self):
        self.socket.close()


class Talk:
    """A user's questions from one socket, a few at a time, in the order that they are given."""

    def __init__(self, namespace, server, source):
        self.socket = open_socket(namespace, server, source, False)
        self.socket.connect(server)
        self.count = random.randrange(65536)

    def ask(self, queries, window=1, timeout_s=4, bound_s=30):
        """Each query's rcode; None where no answer came in time, or the time was up."""
        rcodes = [None] * len(queries)
        under_way = {}			# id: (place, until)
        until_s = time.monotonic() + bound_s
        todo = iter(enumerate(queries))
        while time.monotonic() < until_s:
            while len(under_way) < window:
                at, query = next(todo, (None, None))
                if query is None:
                    break
                self.count = (self.count + 1) & 0xffff
                under_way[self.count] = at, time.monotonic() + timeout_s
                self.socket.send(struct.pack("!H", self.count) + query[2:])
            if not under_way:
                break
            self.listen(under_way, rcodes, max(min(end for _, end in under_way.values()) -
                                               time.monotonic(), 0))
        return rcodes

    def listen(self, under_way, rcodes, timeout_s):
        if select.select([self.socket], [], [], timeout_s)[0]:
            wire = self.socket.recv(65535)
            ident, flags = struct.unpack("!HH", wire[:4])
            if ident in under_way:
                rcodes[under_way.pop(ident)[0]] = flags & 15
        now_s = time.monotonic()
        for ident in [ident for ident, (_, end_s) in under_way.items() if end_s <= now_s]:
            del under_way[ident]

    def close(self):
        self.socket.close()


def wire_query(name, rdtype="A", rdclass=1, cd=False, dnssec=False, options=(), opcode=0):
    """A question with EDNS in wire form, made quickly; its number is 0."""
    flags = 0x0100 | (0x0010 if cd else 0) | opcode << 11
    if isinstance(name, str):
        labels = name.encode().rstrip(b".").split(b".")
        name = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    else:
        name = as_name(name).to_wire()
    if isinstance(rdtype, str):
        rdtype = dns.rdatatype.from_text(rdtype)
    data = b"".join(struct.pack("!HH", code, len(value)) + value for code, value in options)
    return (struct.pack("!6H", 0, flags, 1, 0, 0, 1) + name +
            struct.pack("!HHBHHIH", rdtype, rdclass, 0, 41, 1232, 0x8000 if dnssec else 0,
                        len(data)) + data)


def rcode_of(answer):
    """An answer's rcode in text; "none" if there was no answer."""
    return "none" if answer is None else dns.rcode.to_text(answer.rcode())


def ede_of(answer):
    """The (code, text) of each Extended DNS Error in an answer."""
    return [(int(option.code), option.text or "") for option in (answer.options if answer else ())
            if option.otype == 15]
