# SPDX-License-Identifier: BSD-3-Clause
"""What operators change in a running resolver by seepctl: at once, through reloads and kill -9."""

import json
import os
import re
import subprocess
import time

import pytest

import rig
from rig import need, rcode_of, secret

CONF = "learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 1g\n"
LEARNING = CONF.replace("learning: 0", "learning: 2d")
USER = "127.3.0.1"
OTHER = "127.3.7.1"
NOBODY = 65534
GROUP = 2	# daemon's, in control-group
SEEPCTL = os.path.join(os.path.dirname(need.module_path()), "seepctl")
if not os.path.exists(SEEPCTL):	# an instrumented module is built without it
    SEEPCTL = os.path.join(need.PROJECT, "build", "seep", need.VERSION, "seepctl")


def seepctl(lab, *words, user=None):
    """Its exit status, and all that it prints. With a USER, as that one, in control-group."""
    who = () if user is None else ("setpriv", "--reuid", str(user), "--regid", str(user),
                                   "--groups", str(GROUP))
    done = subprocess.run((*who, SEEPCTL, *words, "-s", lab.dir + "/seep.control"),
                          capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


def listed(lab):
    return [row["domain"] for row in json.loads(seepctl(lab, "allow", "list", "--json")[1])
            ["exceptions"]]


def audited(lab, *words):
    return [line for line in lab.log().splitlines()
            if "seep: operator" in line and all(word in line for word in words)]


def spend(lab, user=USER):
    """Until the user is refused."""
    for _ in range(40):
        if rcode_of(lab.ask(secret(), source=user)) == "REFUSED":
            return True
    return False


def passes(lab, name, user=USER):
    return rcode_of(lab.ask(name, source=user)) == "NOERROR"


@pytest.mark.parametrize("again", ("reload", "kill"))
def test_allow(tap, again):
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        tap.ok(spend(lab) and spend(lab, OTHER), "two users are spent")
        tap.ok(not passes(lab, secret("wild.example")), "and refused")
        time.sleep(1.5)		# The file has that.
        code, text = seepctl(lab, "allow", "wild.example", "--for", "1h", "--user", USER + "/32",
                             "--reason", "ticket 17")
        if again == "kill":
            lab.restart(kill=True)
        tap.equal(code, 0, "one is allowed: " + text)
        tap.ok(passes(lab, secret("wild.example")), "it passes")
        tap.ok(not passes(lab, secret()), "not elsewhere")
        tap.ok(not passes(lab, secret("wild.example"), OTHER), "nor does the other user")
        tap.equal(len(audited(lab, "root (uid 0) allowed wild.example for user " + USER,
                              "reason: ticket 17")), 1, "one line in the log says who and why")
        if again == "reload":
            lab.reload()
            tap.ok(passes(lab, secret("wild.example")), "after a reload, too")
        tap.equal(listed(lab), ["wild.example"], "it is listed")
        code, _ = seepctl(lab, "allow", "remove", "wild.example", "--user", USER)
        if again == "kill":
            lab.restart(kill=True)
        tap.ok(code == 0 and not passes(lab, secret("wild.example")), "removed, it is refused")
        tap.equal(listed(lab), [], "and not listed")
        seepctl(lab, "allow", "wild.example", "--for", "2s")
        tap.ok(passes(lab, secret("wild.example"), OTHER), "for two seconds")
        time.sleep(2.1)
        tap.ok(not passes(lab, secret("wild.example"), OTHER), "then it ends by itself")
        code, text = seepctl(lab, "allow", "wild..example")
        tap.ok(code == 1 and text.count("\n") == 1 and "has an empty label" in text,
               "a typo is told", (code, text))
        tap.equal(seepctl(lab, "allow", "a", "b")[0], 2, "called wrongly")
        tap.ok(lab.alive(), "it runs")


@pytest.mark.parametrize("again", ("reload", "kill"))
def test_clear(tap, again):
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        tap.ok(spend(lab) and spend(lab, OTHER), "two users are spent")
        time.sleep(1.5)		# The file has that.
        code, text = seepctl(lab, "clear", "user", USER, "--json")
        if again == "kill":
            lab.restart(kill=True)
        else:
            lab.reload()
        found = json.loads(text)
        tap.equal((code, found["user"], found["was_spent"], found["kept"]), (0, USER, True, True),
                  "one is cleared")
        tap.ok(passes(lab, secret()), "it passes, after a %s" % again)
        tap.ok(not passes(lab, secret(), OTHER), "the other does not")
        tap.equal(len(audited(lab, "cleared user " + USER)), 1, "one line in the log")
        code, text = seepctl(lab, "clear", "network", OTHER)
        tap.ok(code == 0 and "127.3.7.0/24" in text, "a network", text)
        code, text = seepctl(lab, "clear", "domain", "nowhere.example")
        tap.ok(code == 1 and "has no meter" in text, "what has none is told", text)


def test_learn(tap):
    with rig.Lab(conf=LEARNING, state="seep.state") as lab:
        tap.ok(not spend(lab), "while learning nobody is refused")
        code, text = seepctl(lab, "learn", "extend", "3d")
        lab.restart(kill=True)
        until = json.loads(seepctl(lab, "learn", "status", "--json")[1])["until"]
        tap.ok(code == 0 and until in text, "it goes on, also after kill -9", (text, until))
        left_s = time.mktime(time.strptime(until, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - \
            time.time()
        tap.ok(abs(left_s - 5 * 86400) < 120, "for five days", left_s)
        tap.equal(seepctl(lab, "learn", "end", "--reason", "enough")[0], 0, "it ends")
        tap.ok(spend(lab), "and who is spent is refused, from then on")
        time.sleep(1.5)		# The file has that.
        lab.restart(kill=True)
        tap.ok(not passes(lab, secret()), "also after kill -9")
        tap.equal(json.loads(seepctl(lab, "learn", "status", "--json")[1])["learning"], False,
                  "it is over")
        code, text = seepctl(lab, "learn", "extend", "1d")
        tap.ok(code == 1 and "learning is over" in text, "what is over does not go on", text)
        time.sleep(1.5)		# A checkpoint follows the start, and says it.
        shown = subprocess.run((SEEPCTL, "learn", "status", lab.dir + "/seep.state"),
                               capture_output=True, text=True, timeout=20).stdout
        tap.ok("over since" in shown, "the state file says so, too", shown)
        tap.equal(len(audited(lab, "ended learning; reason: enough")), 1, "one line in the log")


def test_who(tap):
    """Who is in control-group may look, and change nothing."""
    with rig.Lab(conf=CONF + "control-group: %d\n" % GROUP, state="seep.state") as lab:
        os.chmod(lab.dir, 0o755)
        tap.ok(spend(lab), "a user is spent")
        code, text = seepctl(lab, "allow", "list", user=NOBODY)
        tap.equal(code, 0, "another user may look: " + text)
        for words in (("allow", "wild.example"), ("clear", "user", USER), ("learn", "end")):
            code, text = seepctl(lab, *words, user=NOBODY)
            tap.ok(code == 1 and "only root and Unbound's user" in text,
                   "and not " + " ".join(words), text)
        tap.ok(not passes(lab, secret("wild.example")) and not audited(lab), "nothing has changed")


def test_damaged(tap):
    """A file that is damaged is set aside, and what it said before is in force."""
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        tap.ok(spend(lab), "a user is spent")
        seepctl(lab, "allow", "wild.example")
        seepctl(lab, "allow", "more.example")
        lab.stop()
        path = lab.dir + "/seep.state.changes"
        with open(path) as text:
            lines = text.read()
        with open(path, "w") as out:
            out.write(lines.replace("more", "mare"))
        lab.start()
        tap.equal(listed(lab), ["wild.example"], "the generation before is used")
        tap.ok(passes(lab, secret("wild.example")), "and in force")
        tap.equal(len(re.findall(r"seep\.state\.changes:4: the checksum is wrong.*set aside as",
                                 lab.log())), 1, "one line says which file, where, and what is done")
        os.mkdir(path + ".new")
        code, text = seepctl(lab, "allow", "third.example")
        tap.ok(code == 1 and "nothing has changed" in text, "what cannot be written is told", text)
        tap.equal(listed(lab), ["wild.example"], "and not in force")
        os.rmdir(path + ".new")


def test_unkept(tap):
    """Without a state file: in force, and said to be in memory alone."""
    with rig.Lab(conf=CONF) as lab:
        tap.ok(spend(lab), "a user is spent")
        code, text = seepctl(lab, "allow", "wild.example")
        tap.ok(code == 0 and "in memory alone" in text, "that is said", text)
        tap.ok(passes(lab, secret("wild.example")), "and in force")
        _, text = seepctl(lab, "clear", "user", USER)
        tap.ok("in memory alone" in text and passes(lab, secret()), "so is a clear", text)
