# SPDX-License-Identifier: BSD-3-Clause
"""The zone of rpz-file: another resolver refuses what is spent here, and no longer when it is not."""

import contextlib
import os
import re
import shutil
import subprocess
import time

import rig
from rig import rcode_of

OTHER_PORT = 5399
PERIOD_S = 10			# how often Seep looks
LINES = "tunnel.com CNAME .\n*.tunnel.com CNAME .\n"

CONF = """\
learning: 0
user-budget: 1g
network-budget: 1g
domain-budget: 128
domain-refill: 0
stale: 0
rpz-file: "seep.rpz"
"""

OTHER_CONF = """\
server:
	directory: "{dir}"
	chroot: ""
	username: ""
	pidfile: ""
	logfile: "{dir}/other.log"
	use-syslog: no
	interface: 127.0.0.1@{port}
	access-control: 127.0.0.0/8 allow
	do-not-query-localhost: no
	module-config: "respip validator iterator"
	root-hints: "{dir}/root.hints"
	target-fetch-policy: "0 0 0 0 0"
	trust-anchor-signaling: no
remote-control:
	control-enable: yes
	control-interface: "{dir}/other.control"
	control-use-cert: no
rpz:
	name: "seep.rpz"
	zonefile: "{dir}/seep.rpz"
"""


class Other:
    """A resolver without Seep that loads the zone."""

    def __init__(self, lab):
        self.lab = lab
        with open(lab.dir + "/other.conf", "w") as out:
            out.write(OTHER_CONF.format(dir=lab.dir, port=OTHER_PORT))
        self.process = lab.hub.spawn((lab.binary, "-d", "-c", lab.dir + "/other.conf"),
                                     log=lab.dir + "/other.out", cwd=lab.dir)
        until_s = time.monotonic() + 10
        while self.ask("up.net", timeout_s=0.3) is None:
            if time.monotonic() > until_s:
                raise RuntimeError("the other resolver does not answer")

    def ask(self, name, **more):
        return self.lab.ask(name, source=None, server=("127.0.0.1", OTHER_PORT), **more)

    def reload(self):
        control = os.path.join(os.path.dirname(self.lab.binary), "unbound-control")
        done = self.lab.hub.run((control, "-s", self.lab.dir + "/other.control", "-c",
                                 self.lab.dir + "/other.conf", "auth_zone_reload", "seep.rpz"), 10)
        return done.stdout.strip()


def zone(lab):
    with contextlib.suppress(OSError), open(lab.dir + "/seep.rpz") as text:
        return text.read()
    return ""


def serial(text):
    return int(re.search(r"^@ SOA \S+ \S+ (\d+) ", text, re.M).group(1))


def until(what, timeout_s=2 * PERIOD_S + 5):
    end_s = time.monotonic() + timeout_s
    while not what() and time.monotonic() < end_s:
        time.sleep(0.1)
    return what()


def spend(lab, made=[0]):
    """Ask for fresh names until one is refused; whether one was."""
    for _ in range(60):
        made[0] += 1
        if rcode_of(lab.ask("n%04dq7zx9k2w5vj4g8zhxykrw2vujo.tunnel.com" % made[0])) == "REFUSED":
            return True
    return False


def checked(tap, lab):
    """What the tool of BIND says of it, where there is one."""
    if not shutil.which("named-checkzone"):
        tap.note("there is no named-checkzone")
        return
    done = subprocess.run(("named-checkzone", "seep.rpz", lab.dir + "/seep.rpz"),
                          capture_output=True, text=True, timeout=20)
    tap.ok(done.returncode == 0, "named-checkzone takes the zone", done.stdout)


def test_other(tap):
    """A second Unbound refuses the domain while it is spent, and not before or after."""
    with rig.Lab(conf=CONF) as lab:
        tap.ok(until(lambda: zone(lab)), "the zone is there from the start")
        first = serial(zone(lab))
        tap.ok("CNAME" not in zone(lab), "and is empty")
        other = Other(lab)
        tap.equal(rcode_of(other.ask("before.tunnel.com")), "NOERROR", "the other one answers")

        tap.ok(spend(lab), "the domain is spent")
        tap.ok(until(lambda: LINES in zone(lab)), "and soon in the zone", zone(lab))
        second = serial(zone(lab))
        tap.ok(second > first, "with a serial that rises", (first, second))
        tap.equal([lab.seep()["seep.rpz." + key] for key in ("domains", "left", "failing")],
                  [1, 0, 0], "the statistics say so")
        checked(tap, lab)
        tap.equal(other.reload(), "ok", "the other one loads it")
        for name in ("tunnel.com", "after.tunnel.com", "a.b.tunnel.com"):
            tap.equal(rcode_of(other.ask(name)), "NXDOMAIN", "and refuses " + name)
        for name in ("mytunnel.com", "up.net"):
            tap.equal(rcode_of(other.ask(name)), "NOERROR", "and answers " + name)

        lab.conf = CONF + "allow-domain: tunnel.com\n"
        lab.write_conf()
        lab.reload()
        tap.ok(until(lambda: "tunnel.com" not in zone(lab), 5), "allowed, it leaves the zone")
        tap.ok(serial(zone(lab)) > second, "with a serial that rises")
        tap.equal(other.reload(), "ok", "the other one loads that")
        tap.equal(rcode_of(other.ask("released.tunnel.com")), "NOERROR", "and answers again")


def test_reload(tap):
    """A reload begins with a look; a file that is gone comes back; a foreign one stays."""
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        tap.ok(spend(lab), "the domain is spent")
        lab.reload()
        tap.ok(until(lambda: LINES in zone(lab), 5), "after a reload it is in the zone at once")
        before = serial(zone(lab))
        lab.conf = CONF + "action: flag\n"
        lab.write_conf()
        lab.reload()
        tap.ok(until(lambda: "CNAME" not in zone(lab), 5), "not where nothing is refused")
        tap.ok(serial(zone(lab)) > before, "the serial rises over a reload")
        os.unlink(lab.dir + "/seep.rpz")
        tap.ok(until(lambda: zone(lab)), "a file that is removed comes back")
        lab.world.write("seep.rpz", "not a zone\n")
        lab.reload()
        tap.ok(until(lambda: lab.seep()["seep.rpz.failing"] == 1, 5), "a foreign file is told")
        tap.equal(zone(lab), "not a zone\n", "and left as it is")
        tap.ok("rpz-file: seep.rpz: is no zone of Seep's" in lab.log(), "the log says why")
        lab.conf = CONF.replace('"seep.rpz"', '"seep.state"') + 'state-file: "seep.state"\n'
        lab.write_conf()
        lab.reload()
        tap.ok("is the state-file" in lab.log(), "the state file is not overwritten")
        tap.ok(lab.alive() and lab.seep()["seep.mode"] == 3, "and Seep guards all the same")
