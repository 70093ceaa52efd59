# SPDX-License-Identifier: BSD-3-Clause
"""An authoritative server that answers when it is told to: at once, late, or never."""

import heapq
import itertools
import select
import socket
import threading
import time

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset


class SlowServer:
    """
    Serves zones of two labels. hold() keeps every answer back until release(); delay_s is how
    late each is, None is never; rcode is every answer's.
    """

    def __init__(self, namespace, address, delay_s=0.0, ttl=3600):
        self.delay_s = delay_s
        self.ttl = ttl
        self.rcode = 0
        self.held = False
        self.names = []			# each query name in lower case, resends included
        self.spellings = set()		# each query name as it came
        self.waiting = []
        self.order = itertools.count()
        self.lock = threading.Condition()
        with namespace.entered():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind((address, 53))
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def hold(self):
        self.held = True

    def release(self):
        self.held = False

    def distinct(self):
        with self.lock:
            return set(self.names)

    def wait_for(self, count, timeout_s=5):
        """Until so many different names have come; returns how many have."""
        with self.lock:
            self.lock.wait_for(lambda: len(set(self.names)) >= count, timeout_s)
            return len(set(self.names))

    def wait_name(self, name, timeout_s=5):
        name = name.rstrip(".").lower()
        with self.lock:
            return self.lock.wait_for(lambda: name in self.names, timeout_s)

    def serve(self):
        while not self.stopping:
            ready, _, _ = select.select([self.socket], [], [], 0.02)
            if ready:
                wire, peer = self.socket.recvfrom(4096)
                self.take(wire, peer)
            now_s = time.monotonic()
            while self.waiting and not self.held and self.waiting[0][0] <= now_s:
                _, _, answer, peer = heapq.heappop(self.waiting)
                self.socket.sendto(answer, peer)

    def take(self, wire, peer):
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except Exception:
            return
        with self.lock:
            self.names.append(question.name.to_text(omit_final_dot=True).lower())
            self.spellings.add(question.name.to_text(omit_final_dot=True))
            self.lock.notify_all()
        if self.delay_s is None:
            return
        item = (time.monotonic() + self.delay_s, next(self.order),
                self.answer(query, question).to_wire(), peer)
        heapq.heappush(self.waiting, item)

    def answer(self, query, question):
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        if self.rcode > 15 and reply.edns < 0:
            reply.use_edns()
        reply.set_rcode(self.rcode)
        if question.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", "A",
                                                    "192.0.2.9"))
        else:
            reply.authority.append(dns.rrset.from_text(
                dns.name.Name(question.name.labels[-3:]), self.ttl, "IN", "SOA",
                "ns. admin. 1 7200 3600 1209600 300"))
        return reply

    def close(self):
        self.stopping = True
        self.thread.join(2)
        self.socket.close()
