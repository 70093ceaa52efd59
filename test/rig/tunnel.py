# SPDX-License-Identifier: BSD-3-Clause
"""Runs real tunnel tools through the lab's resolver and counts the bytes that arrive."""

import hashlib
import os
import random
import select
import socket
import threading
import time

from . import lab as labs
from . import netns, world

PASSWORD = "swordfish"
SINK_PORT = 9999
ENTRY_PORT = 9998


class Sink:
    """A TCP server that swallows one file and remembers how much of it came."""

    def __init__(self, space, address, port=SINK_PORT):
        with space.entered():
            self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(4)
        self.listener.settimeout(0.1)
        self.data = bytearray()
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        peers = []
        while not self.stopping:
            try:
                peer, _ = self.listener.accept()
                peer.settimeout(0.05)
                peers.append(peer)
            except socket.timeout:
                pass
            for peer in list(peers):
                try:
                    piece = peer.recv(65536)
                    self.data += piece
                    if not piece:
                        peers.remove(peer)
                        peer.close()
                except socket.timeout:
                    pass
                except OSError:
                    peers.remove(peer)
        for peer in peers:
            peer.close()
        self.listener.close()

    def close(self):
        self.stopping = True
        self.thread.join(2)


class Outcome:
    """What one run of a tool achieved; seconds is until the file was whole, or the bound."""

    def __init__(self, tool):
        self.tool = tool
        self.handshake = False
        self.delivered = 0
        self.whole = False
        self.seconds = 0.0
        self.log = ""

    def __repr__(self):
        return "%s: handshake %s, %d bytes, whole %s, %.1f s" % (
            self.tool, "yes" if self.handshake else "no", self.delivered, self.whole,
            self.seconds)


class Site:
    """A user's machine and a tunnel server outside, each a namespace beside the resolver's."""

    def __init__(self, lab, number, delay_s=0.0):
        self.lab = lab
        self.number = number
        self.zone = world.tunnel_zone(number)
        self.server_address = world.tunnel_address(number)
        self.address = "10.55.%d.2" % number		# the user, as the resolver sees it
        self.user = lab.namespace("user%d" % number)
        self.server = lab.namespace("far%d" % number)
        lab.hub.join(self.user, "user%d" % number, "10.55.%d.1/30" % number,
                     "eth0", self.address + "/30")
        lab.hub.join(self.server, "far%d" % number, "10.54.%d.1/29" % number,
                     "eth0", self.server_address + "/29")
        self.user.ip("route", "add", labs.RESOLVER + "/32", "via", "10.55.%d.1" % number)
        self.listen = self.server_address
        self.relay = None
        if delay_s:
            self.listen = "10.54.%d.3" % number
            self.server.address(self.listen + "/29", "eth0")
            self.relay = Relay(self.server, self.server_address, self.listen, delay_s)
        self.dir = os.path.join(lab.dir, "site%d" % number)
        os.makedirs(self.dir)

    def ask(self, name, rdtype="A", **more):
        """A question of the tunnelling user's own."""
        return self.lab.ask(name, rdtype, space=self.user, source=self.address, **more)

    def log(self):
        text = ""
        for name in sorted(os.listdir(self.dir)):
            with open(os.path.join(self.dir, name), errors="replace") as lines:
                text += "".join("%s: %s" % (name, line) for line in lines)
        return text

    def close(self):
        if self.relay:
            self.relay.close()
        self.lab.drop_namespace(self.user)
        self.lab.drop_namespace(self.server)


class Relay:
    """Passes UDP on to a server, each way late by delay_s."""

    def __init__(self, space, address, target, delay_s):
        self.target = (target, 53)
        self.delay_s = delay_s
        self.space = space
        with space.entered():
            self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind((address, 53))
        self.backs = {}
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        queue = []
        while not self.stopping:
            wait_s = max(min(queue[0][0] - time.monotonic(), 0.05), 0) if queue else 0.05
            ready, _, _ = select.select([self.front] + list(self.backs), [], [], wait_s)
            due_s = time.monotonic() + self.delay_s
            for one in ready:
                try:
                    wire, peer = one.recvfrom(65535)
                except OSError:
                    continue
                if one is self.front:
                    with self.space.entered():
                        back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    self.backs[back] = (peer, due_s + 10)
                    queue.append((due_s, back, wire, self.target))
                else:
                    queue.append((due_s, self.front, wire, self.backs[one][0]))
            now_s = time.monotonic()
            while queue and queue[0][0] <= now_s:
                _, out, wire, peer = queue.pop(0)
                try:
                    out.sendto(wire, peer)
                except OSError:
                    pass
            for back in [back for back, (_, end_s) in self.backs.items() if end_s < now_s]:
                del self.backs[back]
                back.close()

    def close(self):
        self.stopping = True
        self.thread.join(2)
        for one in [self.front] + list(self.backs):
            one.close()


def random_file(size, seed):
    return random.Random(seed).randbytes(size)


def push(space, target, data, sink, outcome, until_s):
    """Send the file to target through the tunnel until it is whole or the time is up."""
    with space.entered():
        out = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sent = 0
    try:
        out.settimeout(max(until_s - time.monotonic(), 0.1))
        out.connect(target)
        out.settimeout(0.2)
        while time.monotonic() < until_s and len(sink.data) < len(data):
            if sent == len(data):
                time.sleep(0.05)
                continue
            try:
                sent += out.send(data[sent:])
            except socket.timeout:
                pass
    except OSError as problem:
        outcome.log += "push: %s\n" % problem
        time.sleep(max(min(until_s - time.monotonic(), 0.5), 0))
    finally:
        out.close()


def finish(site, outcome, sink, data, started_s):
    outcome.delivered = len(sink.data)
    outcome.whole = hashlib.md5(sink.data).digest() == hashlib.md5(data).digest()
    outcome.seconds = time.monotonic() - started_s
    outcome.log += site.log()
    return outcome


def wait_text(path, text, until_s, child=None):
    """Until the program that writes path has written text."""
    while time.monotonic() < until_s:
        if os.path.exists(path):
            with open(path, errors="replace") as lines:
                if text in lines.read():
                    return True
        if child is not None and child.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def run_iodine(site, rdtype="NULL", size=20000, bound_s=30, extra=()):
    """iodine with one record type; bound_s is for handshake and file together."""
    outcome = Outcome("iodine " + rdtype)
    data = random_file(size, rdtype)
    started_s = time.monotonic()
    until_s = started_s + bound_s
    inner = "172.31.%d.1" % site.number
    site.server.spawn(("iodined", "-f", "-c", "-P", PASSWORD, "-l", site.listen, inner + "/24",
                       site.zone), log=site.dir + "/iodined")
    if not wait_text(site.dir + "/iodined", "Listening to dns", until_s):
        outcome.log = "iodined did not start\n" + site.log()
        return outcome
    sink = Sink(site.server, "0.0.0.0")
    child = site.user.spawn(("iodine", "-f", "-r", "-T", rdtype, "-P", PASSWORD) + tuple(extra) +
                            (labs.RESOLVER, site.zone), log=site.dir + "/iodine")
    try:
        outcome.handshake = wait_text(site.dir + "/iodine", "Connection setup complete", until_s,
                                      child)
        if outcome.handshake:
            push(site.user, (inner, SINK_PORT), data, sink, outcome, until_s)
        return finish(site, outcome, sink, data, started_s)
    finally:
        netns.stop(child)
        sink.close()


def run_dns2tcp(site, size=20000, bound_s=30, rdtype="TXT"):
    """dns2tcp to a resource on the server's own loopback."""
    outcome = Outcome("dns2tcp " + rdtype)
    data = random_file(size, "dns2tcp")
    started_s = time.monotonic()
    until_s = started_s + bound_s
    conf = site.dir + "/conf"
    with open(conf, "w") as out:
        out.write("listen = %s\nport = 53\nuser = root\nchroot = %s\ndomain = %s\n"
                  "resources = sink:127.0.0.1:%d\n" % (site.listen, site.dir, site.zone,
                                                       SINK_PORT))
    sink = Sink(site.server, "127.0.0.1")
    site.server.spawn(("dns2tcpd", "-F", "-d", "1", "-f", conf), log=site.dir + "/dns2tcpd")
    wait_text(site.dir + "/dns2tcpd", "Listening on", time.monotonic() + 2)
    child = site.user.spawn(("dns2tcpc", "-d", "1", "-T", rdtype, "-z", site.zone, "-r", "sink",
                             "-l", str(ENTRY_PORT), labs.RESOLVER), log=site.dir + "/dns2tcpc")
    try:
        while time.monotonic() < until_s and child.poll() is None:
            if wait_text(site.dir + "/dns2tcpc", "Listening on port", time.monotonic() + 0.2):
                break
        push(site.user, ("127.0.0.1", ENTRY_PORT), data, sink, outcome, until_s)
        outcome.handshake = "No response" not in site.log() and len(sink.data) > 0
        return finish(site, outcome, sink, data, started_s)
    finally:
        netns.stop(child)
        sink.close()
