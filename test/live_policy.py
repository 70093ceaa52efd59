# SPDX-License-Identifier: BSD-3-Clause
"""Policies by netblock and by domain, and vital domains, in a guarded Unbound."""

import rig
from rig import rcode_of

LABEL = "n%03d" + "q7zx9k2w5vj4g8zhxykrw2vujo"	# 30 letters that no model knows: some 157 bits
SENT = 60	# of which a budget of 512 bytes holds some 26
CONF = """\
learning: 0
user-budget: 512
network-budget: 1m
domain-budget: 1m
stale: 0
policy: 127.1.0.0/16 flag
policy: 127.1.2.0/24 refuse
policy: 127.1.3.1 ignore
policy: 127.2.0.0/16 refuse budget 64k
domain-policy: open.example flag
domain-policy: below.open.example refuse
vital: updates.example
"""


class Users:
    """Each asks for fresh names; how many of them are refused."""

    def __init__(self, lab):
        self.lab = lab
        self.count = 0

    def refused(self, source, zone):
        codes = []
        for _ in range(SENT):
            self.count += 1
            codes.append(rcode_of(self.lab.ask("%s.%s" % (LABEL % self.count, zone), source=source)))
        assert set(codes) <= {"NOERROR", "NXDOMAIN", "REFUSED"}, codes
        return codes.count("REFUSED")


def test_policies(tap):
    with rig.Lab(conf=CONF) as lab:
        users = Users(lab)
        tap.ok(users.refused("127.0.5.1", "far1.example") > 20, "without a policy: refused above the budget")
        before = lab.seep()
        tap.equal(users.refused("127.1.1.1", "far2.example"), 0, "flag: never")
        after = lab.seep()
        tap.ok(after["num.seep.would_refuse.user"] > before["num.seep.would_refuse.user"] and
               after["num.seep.charged"] - before["num.seep.charged"] == SENT, "flag: charged and counted", after)
        tap.ok(users.refused("127.1.2.1", "far3.example") > 20, "refuse in a netblock within: refused")
        before = lab.seep()
        tap.equal(users.refused("127.1.3.1", "far4.example"), 0, "ignore: never")
        after = lab.seep()
        tap.ok(after["num.seep.exempt"] - before["num.seep.exempt"] == SENT and
               after["num.seep.bits"] == before["num.seep.bits"] and
               after["seep.users"] == before["seep.users"], "ignore: not charged, no user", after)
        tap.equal(users.refused("127.2.0.1", "far5.example"), 0, "a budget of its own: that is what counts")
        tap.ok(users.refused("127.0.7.1", "below.open.example") > 20, "a domain that is refused")
        tap.equal(users.refused("127.0.6.1", "open.example"), 0, "and the one around it that is flagged")
        tap.equal(users.refused("127.0.8.1", "updates.example"), 0, "a vital domain")
        tap.equal(users.refused("127.0.8.1", "far6.example"), SENT, "which took all of the budget")
        tap.equal(users.refused("127.0.8.1", "updates.example"), 0, "and goes on all the same")


def test_flagging(tap):
    """Under action: flag what a policy refuses is refused, and the side ways are closed as when guarding."""
    conf = CONF.replace("learning: 0\n", "learning: 0\naction: flag\n")
    with rig.Lab(conf=conf) as lab:
        users = Users(lab)
        tap.equal(lab.seep()["seep.mode"], 2, "flagging")
        tap.equal(users.refused("127.0.5.1", "far7.example"), 0, "without a policy: not refused")
        tap.ok(users.refused("127.1.2.1", "far8.example") > 20, "refuse: refused")
        tap.ok(users.refused("127.0.7.1", "below.open.example") > 20, "a domain's refuse: refused")


def test_bad(tap):
    """A bad policy passes everything, and the log has its line."""
    with rig.Lab(conf="learning: 0\npolicy: 127.1.0.0/16 deny\n") as lab:
        tap.equal(lab.seep()["seep.passthrough"], 2, "everything passes")
        tap.ok('seep.conf:2: policy: "deny" is no treatment: expected ignore, flag or refuse' in lab.log(), "said",
               lab.log()[-500:])
