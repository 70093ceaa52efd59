# SPDX-License-Identifier: BSD-3-Clause
"""
The outside as an attacker has it: every server there is, from the root down, is one witness, that
answers as it is told to and keeps every packet whole.
"""

import contextlib
import itertools
import random
import select
import socket
import struct
import threading
import time

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.zone

from . import world

ROOT = "100.200.0.1"		# the root's server; zones follow behind it
NEAR, FAR = "10.56.0.1", "10.56.0.2"	# the resolver's end of the only way out, and the witness's
INNER = world.INNER_ADDRESS	# an internal server, in the resolver's own namespace
LONG_S = 86400			# the TTL of what is not part of a script

A, NS, CNAME, SOA, AAAA, DNAME, OPT, DS = 1, 2, 5, 6, 28, 39, 41, 43
RRSIG, NSEC, DNSKEY = 46, 47, 48
ANY_TYPE = 255
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5
QR, AA, TC, RD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0010
DO = 0x8000
ROOM = 1232			# what an answer by UDP may be long


def labels_of(name):
    """A name's labels as bytes in lower case, without the root's."""
    if isinstance(name, (tuple, list)):
        return tuple(name)
    if isinstance(name, str):
        name = dns.name.from_text(name)
    return tuple(label.lower() for label in name.labels if label)


def text_of(labels):
    return dns.name.Name(tuple(labels) + (b"",)).to_text()


def wire_of(labels):
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


class Packet:
    """One question that reached the witness."""

    def __init__(self, order, wire, to, tcp):
        self.order = order
        self.at_s = time.monotonic()
        self.wire = wire
        self.to = to
        self.tcp = tcp
        self.ident, self.flags, questions, _, _, more = struct.unpack("!6H", wire[:12])
        if questions != 1:
            raise ValueError("not one question")
        at, labels = 12, []
        while wire[at]:
            labels.append(wire[at + 1:at + 1 + wire[at]])
            at += 1 + wire[at]
        self.spelled = tuple(labels)
        self.labels = tuple(label.lower() for label in labels)
        self.rdtype, self.rdclass = struct.unpack("!HH", wire[at + 1:at + 5])
        self.question = wire[12:at + 5]
        self.edns = None		# (size, version, flags)
        self.options = ()		# (code, bytes)
        if more:
            self.read_edns(wire[at + 5:])

    def read_edns(self, wire):
        if wire[:1] != b"\0" or len(wire) < 11:
            return
        rdtype, size, _, version, flags, length = struct.unpack("!HHBBHH", wire[1:11])
        if rdtype != OPT:
            return
        self.edns = size, version, flags
        at, options = 11, []
        while at + 4 <= min(len(wire), 11 + length):
            code, length_one = struct.unpack("!HH", wire[at:at + 4])
            options.append((code, wire[at + 4:at + 4 + length_one]))
            at += 4 + length_one
        self.options = tuple(options)

    def name(self):
        return text_of(self.labels)

    def below(self, zone):
        """The labels before the zone's; None if the name is not there."""
        zone = labels_of(zone)
        at = len(self.labels) - len(zone)
        return self.labels[:at] if at >= 0 and self.labels[at:] == zone else None

    def seen(self):
        """All of it but for its number, which is Unbound's."""
        return (self.to, self.tcp, self.flags, self.spelled, self.rdtype, self.rdclass, self.edns,
                self.options)

    def __repr__(self):
        return "%d: %s %s class %d to %s%s%s" % (
            self.order, self.name(), dns.rdatatype.to_text(self.rdtype), self.rdclass, self.to,
            ", CD" if self.flags & CD else "", "".join(", option %d" % one for one, _ in
                                                     self.options))


class Reply:
    """An answer's parts: records are (owner's labels, type, TTL, data in wire form)."""

    def __init__(self, rcode=NOERROR, authoritative=True):
        self.rcode = rcode
        self.authoritative = authoritative
        self.answer, self.authority, self.additional = [], [], []

    def to_wire(self, packet):
        flags = QR | (packet.flags & (RD | CD)) | (AA if self.authoritative else 0) | self.rcode
        sections = self.answer, self.authority, self.additional
        counts = [len(section) for section in sections]
        body = b"".join(wire_of(owner) + struct.pack("!HHIH", rdtype, packet.rdclass, ttl,
                                                     len(data)) + data
                        for section in sections for owner, rdtype, ttl, data in section)
        edns = b""
        if packet.edns:
            edns = struct.pack("!BHHBBHH", 0, OPT, ROOM, 0, 0, packet.edns[2] & DO, 0)
        if not packet.tcp and 12 + len(packet.question) + len(body) + len(edns) > ROOM:
            flags, counts, body = flags | TC, [0, 0, 0], b""
        return struct.pack("!6H", packet.ident, flags, 1, counts[0], counts[1],
                           counts[2] + bool(edns)) + packet.question + body + edns


class Zone:
    """
    What is known of a zone and below it. records: master file lines with owners relative to the
    origin; ttl: theirs; missing_ttl: how long it may be kept that something is not there, and keys;
    script(labels, rdtype): a Reply of its own before the records are asked, or None. at: the
    address of its server; addresses of the witness are given out in turn. A signed zone is flat.
    """

    def __init__(self, origin, records="", ttl=LONG_S, missing_ttl=LONG_S, script=None, at=None,
                 signed=False):
        self.origin = labels_of(origin)
        self.ttl = ttl
        self.missing_ttl = missing_ttl
        self.script = script
        self.at = at
        self.signed = signed
        self.records = records

    def text(self, delegations=()):
        """The whole zone in text; delegations: (name, address) of zones below."""
        lines = ["$ORIGIN %s\n$TTL %d\n" % (text_of(self.origin), self.ttl),
                 "@ %d SOA ns.host. admin.host. 1 7200 3600 1209600 %d\n"
                 % (self.missing_ttl, self.missing_ttl),
                 "@ %d NS ns\nns %d A %s\n" % (LONG_S, LONG_S, self.at), self.records]
        for labels, address in delegations:
            zone = text_of(labels)
            lines.append("%s %d NS ns.%s\nns.%s %d A %s\n" % (zone, LONG_S, zone, zone, LONG_S,
                                                           address))
        return "".join(lines)

    def load(self, text):
        self.nodes = {}			# labels: {type: [records]}
        self.between = set()		# names with something below them only
        zone = dns.zone.from_text(text, origin=text_of(self.origin), relativize=False)
        for name, node in zone.nodes.items():
            owner = labels_of(name)
            at_owner = self.nodes.setdefault(owner, {})
            for rdataset in node.rdatasets:
                key = (RRSIG, rdataset.covers) if rdataset.rdtype == RRSIG else rdataset.rdtype
                # Signatures allow for a shorter time than they name.
                ttl = (self.missing_ttl if DNSKEY in (rdataset.rdtype, rdataset.covers)
                       else rdataset.ttl)
                at_owner[key] = [(owner, rdataset.rdtype, ttl, one.to_wire())
                                 for one in rdataset]
            for at in range(1, len(owner) - len(self.origin)):
                self.between.add(owner[at:])
        self.chain = sorted((owner for owner, node in self.nodes.items() if NSEC in node),
                            key=lambda owner: owner[::-1])

    # -- answers

    def reply(self, labels, rdtype, dnssec):
        made = self.script(labels, rdtype) if self.script else None
        if made:
            return made
        for size in range(len(self.origin) + 1, len(labels) + 1):
            owner = labels[len(labels) - size:]
            node = self.nodes.get(owner, {})
            if NS in node and not (rdtype == DS and owner == labels):
                return self.referral(owner, node, dnssec)
            if DNAME in node and owner != labels:
                return self.renamed(labels, owner, node, dnssec)
        if labels in self.nodes or labels in self.between:
            return self.records_of(labels, self.nodes.get(labels, {}), rdtype, dnssec)
        for at in range(1, len(labels) - len(self.origin) + 1):
            wild = (b"*",) + labels[at:]
            if wild in self.nodes:
                return self.records_of(labels, self.nodes[wild], rdtype, dnssec)
            if labels[at:] in self.nodes or labels[at:] in self.between:
                break
        return self.nothing(Reply(NXDOMAIN), labels, dnssec, missing=True)

    def add(self, section, node, key, dnssec, owner=None):
        records = node.get(key, []) + (node.get((RRSIG, key), []) if dnssec else [])
        section.extend((owner or at,) + tuple(rest) for at, *rest in records)

    def records_of(self, labels, node, rdtype, dnssec):
        reply = Reply()
        for key in node if rdtype == ANY_TYPE else (rdtype, CNAME):
            if key in node and not (isinstance(key, tuple) and reply.answer):
                self.add(reply.answer, node, key, dnssec, labels)
                if rdtype != ANY_TYPE:
                    break
        return reply if reply.answer else self.nothing(reply, labels, dnssec)

    def renamed(self, labels, owner, node, dnssec):
        """A name below a DNAME; the resolver goes on from there by itself."""
        reply = Reply()
        self.add(reply.answer, node, DNAME, dnssec)
        _, _, ttl, target = node[DNAME][0]
        before = labels[:len(labels) - len(owner)]
        reply.answer.append((labels, CNAME, ttl, wire_of(before)[:-1] + target))
        return reply

    def referral(self, owner, node, dnssec):
        reply = Reply(authoritative=False)
        self.add(reply.authority, node, NS, False)
        if DS in node:
            self.add(reply.authority, node, DS, dnssec)
        elif dnssec:
            self.add(reply.authority, node, NSEC, True)
        for _, _, _, server in node[NS]:
            glue = self.nodes.get(labels_of(dns.name.from_wire(server, 0)[0]), {})
            self.add(reply.additional, glue, A, False)
        return reply

    def nothing(self, reply, labels, dnssec, missing=False):
        """With what shows that it is not there."""
        self.add(reply.authority, self.nodes[self.origin], SOA, dnssec)
        if dnssec and self.chain:
            shown = {self.covering(labels)}
            if missing:
                shown.add(self.covering((b"*",) + self.origin))
            for owner in shown:
                self.add(reply.authority, self.nodes[owner], NSEC, True)
        return reply

    def covering(self, labels):
        found = [owner for owner in self.chain if owner[::-1] <= tuple(labels)[::-1]]
        return found[-1] if found else self.chain[-1]


class Witness:
    """Serves zones, each at the address that it names, and keeps all that comes."""

    def __init__(self, namespace, zones, listen="::"):
        self.zones = zones
        self.packets = []
        self.lock = threading.Lock()
        self.order = itertools.count()
        self.scripts = {}		# address: script(labels, type), a Reply to everything
        self.lost = 0.0			# so many packets get no answer
        self.slow_s = {}		# address: how late its answers, and all others meanwhile, are
        listen = listen if ":" in listen else "::ffff:" + listen
        with namespace.entered():
            self.udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            self.tcp = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        for made in self.udp, self.tcp:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        self.udp.bind((listen, 53))
        self.tcp.bind((listen, 53))
        self.tcp.listen(64)
        self.streams = {}
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    # -- what came

    def mark(self):
        """A place in the log, for since()."""
        with self.lock:
            return len(self.packets)

    def since(self, mark=0):
        with self.lock:
            return self.packets[mark:]

    def settle(self, quiet_s=0.05, timeout_s=3):
        """Until nothing has come for a while."""
        until_s = time.monotonic() + timeout_s
        last = -1
        while last != self.mark() and time.monotonic() < until_s:
            last = self.mark()
            time.sleep(quiet_s)

    # -- serving

    def serve(self):
        while not self.stopping:
            ready, _, _ = select.select([self.udp, self.tcp] + list(self.streams), [], [], 0.05)
            for one in ready:
                with contextlib.suppress(OSError):
                    if one is self.udp:
                        self.take_udp()
                    elif one is self.tcp:
                        made, _ = self.tcp.accept()
                        self.streams[made] = b""
                    else:
                        self.take_tcp(one)

    def take_udp(self):
        for _ in range(64):
            try:
                wire, more, _, peer = self.udp.recvmsg(4096, 64, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            info = more[0][2]
            to = socket.inet_ntop(socket.AF_INET6, info[:16]).replace("::ffff:", "")
            answer = self.take(wire, to, False)
            if answer:
                # From the address that was asked, whatever it is.
                info = info[:16] + bytes(4)
                self.udp.sendmsg([answer], [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)], 0,
                                 peer)

    def take_tcp(self, stream):
        data = stream.recv(65536)
        self.streams[stream] += data
        have = self.streams[stream]
        to = stream.getsockname()[0].replace("::ffff:", "")
        while len(have) >= 2 and len(have) >= 2 + struct.unpack("!H", have[:2])[0]:
            end = 2 + struct.unpack("!H", have[:2])[0]
            answer = self.take(have[2:end], to, True)
            if answer:
                stream.sendall(struct.pack("!H", len(answer)) + answer)
            have = have[end:]
        self.streams[stream] = have
        if not data:
            del self.streams[stream]
            stream.close()

    def take(self, wire, to, tcp):
        try:
            packet = Packet(next(self.order), wire, to, tcp)
        except (ValueError, IndexError, struct.error):
            return None
        with self.lock:
            self.packets.append(packet)
        if self.lost and random.random() < self.lost:
            return None
        if to in self.slow_s:
            time.sleep(self.slow_s[to])
        return self.reply(packet).to_wire(packet)

    def reply(self, packet):
        if packet.to in self.scripts:
            return self.scripts[packet.to](packet.labels, packet.rdtype)
        # Of a name's zones at one address the lowest one answers.
        for at in range(len(packet.labels) + 1):
            zone = self.zones.get((packet.to, packet.labels[at:]))
            if zone:
                return zone.reply(packet.labels, packet.rdtype,
                                  bool(packet.edns and packet.edns[2] & DO))
        return Reply(REFUSED, authoritative=False)

    def close(self):
        self.stopping = True
        self.thread.join(2)
        for one in [self.udp, self.tcp] + list(self.streams):
            one.close()


class Outside(world.World):
    """
    A lab's world that is one witness: a namespace to which every address leads but those that are
    the resolver's own. zones: those of the outside; inner: those of the internal server on INNER,
    which has a witness of its own. scripts: {address: script} of servers that answer as they like.
    Below example. every name has an address that is not kept, but for those of zones.
    """

    def __init__(self, lab, zones, inner=(), scripts=None):
        self.namespace = lab.hub
        self.directory = lab.dir
        self.lab = lab
        self.anchors = []
        self.zones = list(zones)
        self.inner_zones = list(inner)
        self.scripts = scripts or {}
        self.away = lab.namespace("witness")
        lab.hub.join(self.away, "witness", NEAR + "/30", "eth0", FAR + "/30")
        lab.hub.ip("route", "add", "default", "via", FAR)
        self.away.ip("route", "add", "local", "0.0.0.0/0", "dev", "lo")
        lab.hub.address(INNER)

    def start(self):
        root = Zone(".", "*.example 0 A 192.0.2.1\n", at=ROOT)
        for at, zone in enumerate(self.zones):
            zone.at = zone.at or "100.200.%d.53" % (at + 1)
        self.load([root] + self.zones)
        for zone in self.inner_zones:
            zone.at = INNER
        self.load(self.inner_zones)
        self.witness = Witness(self.away, {(zone.at, zone.origin): zone
                                           for zone in [root] + self.zones})
        self.witness.scripts.update(self.scripts)
        self.inner = Witness(self.lab.hub, {(INNER, zone.origin): zone
                                            for zone in self.inner_zones}, INNER)
        self.lab.servers += [self.witness, self.inner]
        self.write("root.hints", ". %d NS ns.\nns. %d A %s\n" % (LONG_S, LONG_S, ROOT))

    def load(self, zones):
        for zone in zones:
            below = [(one.origin, one.at) for one in zones if self.parent(one, zones) is zone]
            text = zone.text(below)
            if zone.signed:
                origin = text_of(zone.origin)
                path = self.sign(origin.rstrip("."), self.write(origin + "zone", text))
                with open(path) as lines:
                    text = lines.read()
            zone.load(text)

    def parent(self, zone, zones):
        above = [one for one in zones if one is not zone and len(one.origin) < len(zone.origin)
                 and zone.origin[len(zone.origin) - len(one.origin):] == one.origin]
        return max(above, key=lambda one: len(one.origin), default=None)

    def unseen(self):
        """Datagrams that came to the witness's namespace and are not in its log."""
        lines = self.away.run(("cat", "/proc/self/net/snmp"), 5).stdout.splitlines()
        rows = [line.split()[1:] for line in lines if line.startswith("Udp:")]
        counts = dict(zip(rows[0], map(int, rows[1])))
        return {key: counts[key] for key in ("NoPorts", "InErrors", "RcvbufErrors")
                if counts[key]}
