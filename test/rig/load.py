# SPDX-License-Identifier: BSD-3-Clause
"""Questions that never stop, whatever becomes of the resolver, and what was said to each."""

import collections
import contextlib
import math
import random
import select
import struct
import threading
import time

import dns.rdataclass
import dns.rdatatype

from .client import as_name, open_socket

TICK_S = 0.01
FORGET_S = 5			# without an answer by then, a question is lost
UNDER_WAY_S = 1.5		# the longest that an answer takes: two packets lost on a busy machine


class Tally:
    """What became of some questions, and the outages meanwhile."""

    def __init__(self):
        self.asked = self.answered = 0
        self.cut = 0			# lost to an outage
        self.lost = 0			# lost although there was none
        self.outages = 0
        self.down_s = 0.0

    def each(self):
        """How many are lost to an outage."""
        return self.cut / max(self.outages, 1)


class Load:
    """
    Asks at a steady rate from a thread of its own. choose() gives (source, name) for each; hear
    (source, name, rcode) is called for every answer. pause() leaves nothing on its way. Counts
    in tally, which may be exchanged; each question is counted where it was asked.
    """

    def __init__(self, namespace, rate_qps, choose, hear, server=("127.0.0.1", 53)):
        self.namespace = namespace
        self.server = server
        self.rate_qps = rate_qps
        self.choose = choose
        self.hear = hear
        self.sockets = {}
        self.under_way = {}		# (source, id): (name, asked, tally)
        self.tally = Tally()
        self.outages = collections.deque(maxlen=64)	# [since, until]
        self.running = threading.Event()
        self.running.set()
        self.patience_s = FORGET_S
        self.stopping = False
        self.idle = threading.Event()
        self.problem = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def socket(self, source):
        if source not in self.sockets:
            # Not connected: a resolver that is down shall not be seen as an error.
            made = open_socket(self.namespace, self.server, source, False)
            made.setblocking(False)
            self.sockets[source] = made
        return self.sockets[source]

    def ask(self):
        source, name = self.choose()
        ident = random.randrange(65536)
        if (source, ident) in self.under_way:
            return
        wire = struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + as_name(name).to_wire() + \
            struct.pack("!HH", dns.rdatatype.A, dns.rdataclass.IN)
        self.under_way[source, ident] = (name, time.monotonic(), self.tally)
        self.tally.asked += 1
        try:
            self.socket(source).sendto(wire, self.server)
        except OSError:
            pass				# lost, as it will be counted

    def listen(self, timeout_s):
        by_socket = {made: source for source, made in self.sockets.items()}
        if not by_socket:
            time.sleep(timeout_s)
            return
        for made in select.select(list(by_socket), [], [], timeout_s)[0]:
            while True:
                try:
                    wire = made.recv(4096)
                except OSError:
                    break
                ident, flags = struct.unpack("!HH", wire[:4])
                name, _, tally = self.under_way.pop((by_socket[made], ident), (None,) * 3)
                if name is not None:
                    tally.answered += 1
                    self.hear(by_socket[made], name, flags & 15)

    @contextlib.contextmanager
    def outage(self):
        """What is asked in this time, or was under way when it began, may be lost."""
        tally, since_s = self.tally, time.monotonic()
        times = [since_s - UNDER_WAY_S, math.inf]
        self.outages.append(times)
        try:
            yield
        finally:
            times[1] = time.monotonic()
            tally.outages += 1
            tally.down_s += times[1] - since_s

    def forget(self, now_s):
        """What has waited too long is lost."""
        outages = list(self.outages)
        for key, (_, asked_s, tally) in list(self.under_way.items()):
            waited_s = now_s - asked_s
            if waited_s <= self.patience_s:
                continue
            cut = any(since_s <= asked_s < until_s for since_s, until_s in outages)
            if not cut and waited_s <= FORGET_S:
                continue
            del self.under_way[key]
            if cut:
                tally.cut += 1
            else:
                tally.lost += 1

    def run(self):
        due = 0.0
        then_s = forget_s = time.monotonic()
        try:
            while not self.stopping:
                now_s = time.monotonic()
                # What this thread was late for is not asked all at once.
                due = min(due + (now_s - then_s) * self.rate_qps, 20)
                then_s = now_s
                if not self.running.is_set():
                    due = 0
                    if not self.under_way:
                        self.idle.set()
                while due >= 1:
                    due -= 1
                    self.ask()
                self.listen(TICK_S)
                if now_s - forget_s > 0.1:
                    self.forget(now_s)
                    forget_s = now_s
        except Exception as problem:			# told by whoever stops it
            self.problem = problem
            self.idle.set()

    def pause(self, patience_s=FORGET_S):
        """Ask nothing more, and wait for what is on its way; for what an outage cut only so long."""
        self.patience_s = patience_s
        self.idle.clear()
        self.running.clear()
        self.idle.wait(FORGET_S + 2)
        self.patience_s = FORGET_S

    def go_on(self):
        self.running.set()

    def close(self):
        self.stopping = True
        self.thread.join(5)
        for made in self.sockets.values():
            made.close()
        self.forget(math.inf)
        if self.problem:
            raise self.problem
