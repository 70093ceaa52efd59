# SPDX-License-Identifier: BSD-3-Clause
"""A user who tells the witness a random message: how it is spelled, how much of it was heard."""

import base64
import bisect
import collections
import math
import random
import time

from . import client, witness

BUDGET_BYTES = 200
BUDGET_BITS = BUDGET_BYTES * 8
KNOWN_BITS = BUDGET_BITS // 8	# what known names have more
FRAME_BITS = 40			# of a message's own: a lucky one costs so much less than its length
NEAR = 4			# so many symbols of a message may be lost before the next that is heard
HELPER = "127.0.9.9"		# exempt: fills Unbound's caches, and Seep learns nothing by it


class Words:
    """
    Payload in full: each word is a random label, asked for once. question(word) gives (name, more
    for the query); heard(packet) the words that may be in a packet.
    """

    def __init__(self, run, question, heard=None, letters=32):
        self.random = run.random
        self.question = question
        self.heard = heard or (lambda packet: packet.labels)
        self.letters = letters

    def word(self):
        data = self.random.randbytes((self.letters * 5 + 7) // 8)
        return base64.b32encode(data).lower()[:self.letters]

    def message(self, count):
        return [self.word() for _ in range(count)]

    def told(self, packets, message, passed, spent):
        """How many words of the message the witness has, and their bits."""
        words = set(message) & {word for packet in packets for word in self.heard(packet)}
        return len(words), len(words) * self.letters * 5


class Data(Words):
    """Words of random bytes instead of letters, of which so many bits are payload."""

    def __init__(self, run, question, heard, size, bits=None):
        super().__init__(run, question, heard)
        self.size = size
        self.bits = bits or size * 8

    def word(self):
        return self.random.randbytes(self.size)

    def told(self, packets, message, passed, spent):
        count, _ = super().told(packets, message, passed, spent)
        return count, count * self.bits


class Choices:
    """
    Payload by choosing one of many, again and again. question(symbol, at) gives (name, more);
    heard(packet) the symbol that a packet tells, or None.
    """

    def __init__(self, run, size, question, heard):
        self.random = run.random
        self.size = size
        self.question = question
        self.heard = heard
        self.at = 0

    def message(self, count):
        return [self.random.randrange(self.size) for _ in range(count)]

    def told(self, packets, message, passed, spent):
        """What was heard in the message's order, of two readings the best; all when spent."""
        heard = [symbol for symbol in map(self.heard, packets) if symbol is not None]
        count = len(heard)
        if not spent:
            count = max(self.matching(heard, passed), self.matching(heard, message))
        return count, self.worth(count)

    def worth(self, count):
        return count * math.log2(self.size)

    @staticmethod
    def matching(heard, message):
        at = found = 0
        for symbol in heard:
            near = message[at:at + NEAR]
            if symbol in near:
                at += near.index(symbol) + 1
                found += 1
        return found


class Flag(Choices):
    """Bits, one for each question; heard(packets) reads them all."""

    def __init__(self, run, question, heard):
        super().__init__(run, 2, question, None)
        self.read = heard

    def told(self, packets, message, passed, spent):
        """As many as are right beyond half of them, which are by chance."""
        heard = self.read(packets)
        if spent:
            return len(heard), len(heard)
        right = max(sum(one == other for one, other in zip(heard, said))
                    for said in (message, passed))
        share = max(right / max(len(heard), 1), 0.5)
        if len(heard) < 8 or share < 0.75:
            return 0, 0
        wrong = -sum(one * math.log2(one) for one in (share, 1 - share) if one)
        return right, len(heard) * (1 - wrong)


class Order(Choices):
    """Each of many once, in an order of one's choice."""

    def message(self, count):
        if not self.at:
            self.deck = self.random.sample(range(self.size), self.size)
        return [self.deck.pop() for _ in range(count)]

    def worth(self, count):
        return sum(math.log2(self.size - at) for at in range(count))

    @staticmethod
    def matching(heard, message):
        """The longest part of what was heard that is in order."""
        ends = []
        for place in (message.index(symbol) for symbol in heard if symbol in message):
            at = bisect.bisect_left(ends, place)
            ends[at:at + 1] = [place]
        return len(ends)


Row = collections.namedtuple("Row", "name asked words payload metered spent_payload spent_metered")


class Run:
    """One way: its user, its message, and what the witness is asked about it."""

    def __init__(self, lab, tap, name, number, seed):
        self.lab = lab
        self.tap = tap
        self.name = name
        self.user = "127.1.%d.1" % number
        # Domains of its own: what several users share costs each of them less.
        self.zone = "w%d.example" % number
        self.purse = "s%d.example" % number
        self.random = random.Random("%s %s" % (seed, name))
        self.witness = lab.world.witness
        self.rows = []
        self.talks = {}

    def ok(self, passed, what, diag=""):
        return self.tap.ok(passed, "%s: %s" % (self.name, what), diag)

    def ask(self, questions, source=None, window=1, bound_s=20):
        """Rcodes of (name, more) questions, all from one user."""
        source = source or self.user
        if source not in self.talks:	# one socket: all goes to one of Unbound's threads
            self.talks[source] = client.Talk(self.lab.hub, ("127.0.0.1", 53), source)
        return self.talks[source].ask([client.wire_query(name, **more) for name, more in questions],
                                      window, bound_s=bound_s)

    def close(self):
        for talk in self.talks.values():
            talk.close()

    def spelled(self, word):
        return "%s.%s" % (word.decode(), self.zone)

    def leap(self, ahead_s, wait_s=0.1):
        """The resolver's clock goes on by so much; the lab must have faults."""
        self.lab.ahead_s += ahead_s
        self.lab.faults.clock(self.lab.ahead_s)
        time.sleep(wait_s)

    def warm(self, names, **more):
        """Into Unbound's caches, and unknown to Seep."""
        return self.ask([(name, more) for name in names], HELPER, 16)

    def seep(self):
        """The statistics, once nothing moves any more."""
        self.witness.settle()
        last = None
        for _ in range(50):
            now = self.lab.seep()
            if now == last and not now.get("seep.inflight"):
                break
            last = now
            time.sleep(0.02)
        return collections.Counter(now)

    def metered(self):
        return self.seep()["num.seep.bits.metered"]

    def send(self, channel, count, window=1, before=None, spent=False):
        """Tell so much; (words, bits) that were heard and the bits metered meanwhile."""
        message = channel.message(count)
        was, mark = self.metered(), self.witness.mark()
        if isinstance(channel, Choices):
            questions = [channel.question(symbol, channel.at + at)
                         for at, symbol in enumerate(message)]
            channel.at += count
        else:
            questions = [channel.question(word) for word in message]
        if before:
            self.rcodes = []
            for question in questions:
                before()
                self.rcodes += self.ask([question])
        else:
            self.rcodes = self.ask(questions, window=window)
        metered = self.metered() - was
        passed = [one for one, rcode in zip(message, self.rcodes) if rcode != witness.REFUSED]
        words, bits = channel.told(self.witness.since(mark), message, passed, spent)
        return words, bits, metered

    def spend(self):
        """Until all is refused: names of any length, then known ones."""
        self.spend_novel()
        names = ["k%d.%s" % (at, self.purse) for at in range(4)]
        for _ in range(20):
            rcodes = self.ask([(self.random.choice(names), {}) for _ in range(40)])
            if rcodes.count(witness.REFUSED) == len(rcodes):
                break

    def spend_novel(self):
        for letters in 55, 20, 6, 1:
            refused = 0
            for _ in range(60):
                label = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz", k=letters))
                rcode, = self.ask([("%s.%s" % (label, self.purse), {})])
                refused = refused + 1 if rcode == witness.REFUSED else 0
                if refused == 3:
                    break

    def begin(self):
        """A few known names, for spend()."""
        return self.ask([("k%d.%s" % (at, self.purse), {}) for at in range(4)])

    def tell(self, channel, count=300, spent=60, window=1, silent=False, before=None):
        """
        The message, then more of it when the budget is spent. silent: nothing may ever be heard;
        False: something must, or the way is none; None: either is well. before: what is done before
        each question.
        """
        self.begin()
        words, bits, metered = self.send(channel, count, window, before)
        self.spend()
        _, more, more_metered = self.send(channel, spent, window, before, True)
        self.rows.append(Row(self.name, count, words, bits, metered, more, more_metered))
        self.tap.note("%-22s %5d asked, %5d heard, %6.0f B; %5.0f B metered; spent: %.0f B"
                      % (self.name, count, words, bits / 8, metered / 8, more / 8))
        if not self.lab.module:
            return
        if silent:
            self.ok(not words, "nothing is heard", "%d words, %.0f bits" % (words, bits))
        elif silent is False:
            self.ok(words, "the witness hears something")
        self.ok(bits <= metered + FRAME_BITS, "no more gets out than is metered",
                "%.0f bits heard, %d metered" % (bits, metered))
        self.ok(bits <= BUDGET_BITS + KNOWN_BITS + FRAME_BITS, "no more than the budget",
                "%.0f bits heard" % bits)
        self.ok(more <= 0, "nothing once the budget is spent",
                "%.0f bits heard, %d metered" % (more, more_metered))
