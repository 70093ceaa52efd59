#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The main job, live: a real tunnel through a guarded resolver, and ordinary users beside it."""

import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test"))

from rig import client, lab, need, tunnel  # noqa: E402

FILE_BYTES = 20000
TUNNEL_S = 12
USERS = ["127.0.1.%d" % n for n in range(1, 13)]
NAMES = 600


def say(text=""):
    print(text, flush=True)


def ordinary_names():
    path = os.path.join(need.PROJECT, "test", "data", "ordinary-names.txt")
    with open(path) as lines:
        return [line.strip() for line in lines if line.strip() and line[0] != "#"][:NAMES]


class Crowd(threading.Thread):
    """Ordinary users asking ordinary names, in turn, until told to stop."""

    def __init__(self, guarded, names):
        super().__init__(daemon=True)
        self.guarded, self.names = guarded, names
        self.asked = self.answered = self.refused = 0
        self.stopping = False

    def run(self):
        while not self.stopping:
            self.once(self.names)

    def once(self, names):
        for name in names:
            if self.stopping:
                return
            answer = self.guarded.ask(name, source=USERS[self.asked % len(USERS)])
            self.asked += 1
            if client.rcode_of(answer) in ("NOERROR", "NXDOMAIN"):
                self.answered += 1
            elif client.rcode_of(answer) == "REFUSED":
                self.refused += 1

    def stop(self):
        self.stopping = True
        self.join(10)


def unguarded():
    say("\n1. Without Seep: iodine pushes a %d-byte file through the resolver." % FILE_BYTES)
    with lab.Lab(module=None) as plain:
        outcome = tunnel.run_iodine(tunnel.Site(plain, 1), size=FILE_BYTES, bound_s=TUNNEL_S)
    say("   %d of %d bytes arrived outside in %.1f s."
        % (outcome.delivered, FILE_BYTES, outcome.seconds))


def watch(guarded, site, crowd):
    """Run the tunnel and print a line each half second; its outcome."""
    result = []
    runner = threading.Thread(daemon=True, target=lambda: result.append(
        tunnel.run_iodine(site, size=FILE_BYTES, bound_s=TUNNEL_S)))
    start_s, before = time.monotonic(), guarded.seep()
    spent = False
    say("   %6s %18s %16s %12s" % ("time", "tunnel: metered", "refused", "ordinary"))
    say("   %6s %18s %16s %12s" % ("", "bytes out", "queries", "names answered"))
    runner.start()
    while runner.is_alive():
        time.sleep(0.5)
        now = guarded.seep()
        metered = (now["num.seep.bits.metered"] - before["num.seep.bits.metered"]) // 8
        refused = now["num.seep.refused.user"] + now["num.seep.refused.domain"]
        if refused and not spent:
            spent = True
            say("   -- refused: the tunnel's next name would have exceeded its user's budget")
        if int(time.monotonic() - start_s) <= 6 or not runner.is_alive():
            say("   %5.1fs %18d %16d %12d"
                % (time.monotonic() - start_s, metered, refused, crowd.answered))
    runner.join()
    return result[0]


def main():
    need.live(tools=("iodine", "iodined"), tun=True)
    names = ordinary_names()
    unguarded()
    say("\n2. With Seep, without learning: 1 KiB, and 128 bytes a day.")
    with lab.Lab(conf="learning: 0\n") as guarded:
        crowd = Crowd(guarded, names)
        for user in USERS:
            guarded.user(user)
        crowd.once(names)
        say("   %d ordinary names by %d users: %d answered, %d refused."
            % (crowd.asked, len(USERS), crowd.answered, crowd.refused))
        site = tunnel.Site(guarded, 1)
        crowd.start()
        outcome = watch(guarded, site, crowd)
        crowd.stop()
        say("   %d of the file's %d bytes arrived outside."
            % (outcome.delivered, FILE_BYTES))
        say("   Ordinary users meanwhile: %d names asked, %d answered, %d refused."
            % (crowd.asked, crowd.answered, crowd.refused))
        known = names[:50]
        rcodes = [client.rcode_of(site.ask(name)) for name in known]
        say("   The tunnelling user's own machine, for names known here: %d of %d answered."
            % (sum(rcode in ("NOERROR", "NXDOMAIN") for rcode in rcodes), len(known)))
        answer = site.ask("another-novel-name-%d.%s" % (os.getpid(), site.zone), "TXT")
        say("   ... and for one more new name: %s, %s"
            % (client.rcode_of(answer), client.ede_of(answer)))
        say("\n3. unbound-control stats:")
        for key, value in guarded.seep().items():
            say("   %s=%d" % (key, value))
        said = [line.split("seep: ", 1)[1] for line in guarded.log().splitlines()
                if "seep: user" in line]
        say("\n4. What the log says:")
        for line in said[:4]:
            say("   seep: " + line)
        return 0 if outcome.delivered < FILE_BYTES / 20 and crowd.refused == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except need.Missing as reason:
        sys.exit(str(reason))
