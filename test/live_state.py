# SPDX-License-Identifier: BSD-3-Clause
"""The state file: what was metered outlasts the process, however it ends, and nothing wrong with the
file or its disk stops the resolver."""

import contextlib
import glob
import json
import os
import random
import resource
import signal
import struct
import subprocess
import time

import rig
from rig import SERIAL, meddle, need, rcode_of, secret

SPENT = "127.3.0.1"
CONF = "learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 1g\ncheckpoint: 10s\n"
NONE, KEPT, FAILING, OTHER, UNKEPT = range(5)
SEEPCTL = os.path.join(os.path.dirname(need.module_path()), "seepctl")
if not os.path.exists(SEEPCTL):
    SEEPCTL = os.path.join(need.PROJECT, "build", "seep", need.VERSION, "seepctl")


def spend(lab, source=SPENT, names=14):
    return [rcode_of(lab.ask(secret(), source=source)) for _ in range(names)]


def is_spent(lab, source=SPENT):
    return rcode_of(lab.ask(secret(), source=source)) == "REFUSED"


def levels(path):
    done = subprocess.run((SEEPCTL, "top", "--users", "-n", "0", "--json", path),
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return {row["user"]: row["level_bytes"] for row in json.loads(done.stdout)["users"]}


def budget(path, user):
    """What seepctl says of a user's budget, in bytes."""
    done = subprocess.run((SEEPCTL, "show", "user", user, "--json", path), capture_output=True,
                          text=True, timeout=60)
    return json.loads(done.stdout)["budget_bytes"] if done.returncode == 0 else None


def is_hashed_by_1_3(path):
    with open(path, "rb") as file:
        return bool(struct.unpack_from("=I", file.read(168), 136)[0] & 16)


def gauge(lab):
    return lab.seep()["seep.state"]


def until(passed, patience_s=6):
    """Wait for a condition; whether it came."""
    end_s = time.monotonic() + patience_s
    while time.monotonic() < end_s:
        if passed():
            return True
        time.sleep(0.1)
    return bool(passed())


def said(lab, *words):
    return [line for line in lab.log().splitlines()
            if "seep: state-file" in line and all(word in line for word in words)]


def tick():
    time.sleep(1.3)


@contextlib.contextmanager
def small_disk(directory, size="256k"):
    os.makedirs(directory, exist_ok=True)
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory), check=True,
                   timeout=10)
    try:
        yield directory
    finally:
        subprocess.run(("umount", "-l", directory), timeout=10, check=False)


def test_killed(tap):
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        path = lab.dir + "/seep.state"
        tap.ok("REFUSED" in spend(lab), "a user spends its budget")
        tap.equal(gauge(lab), KEPT, "the state is kept")
        tap.ok(is_hashed_by_1_3(path), "a new one with SipHash-1-3")
        users = ["127.3.1.%d" % n for n in range(1, 30)]
        for turn in range(3):
            questions = []
            end_s = time.monotonic() + random.uniform(1.2, 2.5)
            while time.monotonic() < end_s:
                questions.append(lab.send(secret(), source=random.choice(users)))
                time.sleep(0.005)
            before = levels(path)
            lab.restart(kill=True)
            after = levels(path)
            tap.ok(before and all(after.get(user, 0) >= level for user, level in before.items()),
                   "kill -9 under load, %d: no level is lower than a second before" % (turn + 1),
                   "%s\n%s" % (before, after))
            tap.ok(is_spent(lab), "kill -9, %d: who was spent is" % (turn + 1))
        tap.equal(len(said(lab, "users and")), 3, "each start says what it found")
        code = subprocess.run((SEEPCTL, "check-state", path), capture_output=True, timeout=20)
        tap.equal(code.returncode, 0, "seepctl finds the live file whole")
        lab.reload()
        tap.ok(is_spent(lab), "reload: who was spent is")
        tap.equal(lab.seep()["num.seep.state.lost"], 0, "nothing was lost")
        with open(lab.dir + "/unbound.conf", "a") as conf:
            conf.write("nonsense:\n")
        with contextlib.suppress(OSError):
            lab.control("reload")
        tap.ok(until(lambda: not lab.alive()), "a reload with a broken unbound.conf ends it")
        lab.write_conf()
        lab.restart()
        tap.ok(is_spent(lab), "broken reload: who was spent is")
        old = path + ".old"
        tap.ok(until(lambda: os.path.exists(old), 15), "the previous generation is kept")
        tap.equal(os.stat(path).st_mode & 0o777, 0o600, "nobody else reads it")
        for turn in range(3):
            started_s = os.stat(path).st_ino
            until(lambda: os.path.exists(path + ".new") or os.stat(path).st_ino != started_s, 12)
            lab.restart(kill=True)
            tap.ok(is_spent(lab) and gauge(lab) == KEPT,
                   "kill -9 about a checkpoint, %d: who was spent is" % (turn + 1))


def test_configured(tap):
    """A budget that was changed is seen in the file long before the next checkpoint."""
    with rig.Lab(conf=CONF.replace("10s", "1h"), state="seep.state") as lab:
        path = lab.dir + "/seep.state"
        spend(lab)
        tick()
        tap.equal(budget(path, SPENT), 200, "seepctl shows the budget")
        inode = os.stat(path).st_ino
        lab.reload()
        tick()
        tap.equal(os.stat(path).st_ino, inode, "a reload that changes nothing: the file is added to")
        lab.conf = lab.conf.replace("user-budget: 200", "user-budget: 400")
        lab.write_conf()
        lab.reload()
        tap.ok(until(lambda: budget(path, SPENT) == 400), "another budget and a reload: seepctl shows it",
               budget(path, SPENT))
        tap.ok("NOERROR" in spend(lab, names=2), "and it holds")


def test_learned(tap):
    """Learning goes on over kill -9 and reload, ends when it would have, and what it found stays."""
    learning_s = 12
    with rig.Lab(conf="learning: %ds\nuser-budget: auto\ndomain-budget: 1g\n" % learning_s,
                 state="seep.state") as lab:
        path = lab.dir + "/seep.state"
        lab.stop()
        for name in glob.glob(path + "*"):
            os.unlink(name)
        soonest_s = time.time() + learning_s
        lab.start()
        latest_s = time.time() + learning_s
        for at in range(1, 21):
            lab.ask(secret(), source="127.3.1.%d" % at)
        spend(lab, names=100)
        tick()
        lab.restart(kill=True)
        lab.reload()
        tap.equal(lab.seep()["seep.mode"], 1, "kill -9 and reload while learning: it learns on")
        before_s = time.time()
        while lab.seep()["seep.mode"] == 1 and time.time() < latest_s + 10:
            before_s = time.time()
            time.sleep(0.1)
        tap.equal(lab.seep()["seep.mode"], 3, "learning ends")
        # in whole seconds, at each of the starts
        tap.ok(before_s >= soonest_s - 2.5, "not early", before_s - soonest_s)
        tap.ok(time.time() <= latest_s + 1.5, "nor late", time.time() - latest_s)
        needed = levels(path)[SPENT]
        spend(lab, "127.3.2.1", names=1)
        tap.ok(until(lambda: (budget(path, SPENT) or 0) > 2 * needed), "two and a half times what was needed or more",
               (budget(path, SPENT), needed))
        tap.ok(until(lambda: budget(path, "127.3.2.1") == 1024), "a newcomer's budget",
               budget(path, "127.3.2.1"))
        own, new = budget(path, SPENT), budget(path, "127.3.2.1")
        for title, act in (("kill -9", lambda: lab.restart(kill=True)), ("reload", lab.reload)):
            act()
            tap.equal((lab.seep()["seep.mode"], lab.seep()["seep.users.raised"]), (3, 1),
                      title + ": it guards, and one user's budget is raised")
            tap.equal((budget(path, SPENT), budget(path, "127.3.2.1")), (own, new),
                      title + ": the same budgets")
        tap.ok("REFUSED" not in spend(lab, names=80), "who needed more goes on")
        tap.ok("REFUSED" in spend(lab, "127.3.2.1", names=80), "where a newcomer is refused")


def test_meddled(tap):
    """What somebody does to the file while it is in use."""
    with rig.Lab(conf=CONF.replace("10s", "1h"), state="seep.state") as lab:
        path = lab.dir + "/seep.state"
        spend(lab)
        tick()
        for act, word in meddle.ACTS:
            again = len(said(lab, "written again"))
            told = len(said(lab, "was " + word))
            act(path)
            tap.ok(until(lambda: len(said(lab, "written again")) > again), act.__name__ +
                   ": it is kept again")
            tap.equal(len(said(lab, "was " + word)), told + 1, act.__name__ + ": one line says it")
            tap.equal(gauge(lab), KEPT, act.__name__ + ": seep.state")
            lab.restart(kill=True)
            tap.ok(is_spent(lab), act.__name__ + ": kill -9, who was spent is")


def test_damaged(tap):
    def set_aside(lab):
        return glob.glob(lab.dir + "/seep.state.damaged-????????-??????*")

    with rig.Lab(conf=CONF, state="seep.state") as lab:
        path = lab.dir + "/seep.state"
        spend(lab)
        until(lambda: os.path.exists(path + ".old"), 15)
        tick()
        for title, damage in (("a byte", lambda out: (out.seek(400), out.write(b"\xff"))),
                              ("cut", lambda out: out.truncate(300)),
                              ("foreign", lambda out: (out.truncate(0), out.write(b"hello" * 99)))):
            known = len(set_aside(lab))
            lab.stop()
            with open(path, "r+b") as out:
                damage(out)
            time.sleep(1)			# another date
            lab.start()
            tap.equal(len(set_aside(lab)), known + 1, title + ": set aside under another name")
            tap.ok(len(said(lab, "set aside as")) == known + 1, title + ": one line says it")
            tap.ok(is_spent(lab), title + ": the generation before is taken")
            tap.equal(gauge(lab), KEPT, title + ": it is kept")
        lab.stop()
        for name in (path, path + ".old"):
            with open(name, "wb") as out:
                out.write(os.urandom(5000))
        lab.start()
        tap.ok(not is_spent(lab) and gauge(lab) == KEPT, "both damaged: it begins anew, and serves")
        lab.stop()
        os.unlink(path)
        os.symlink("/dev/null", path)
        lab.start()
        tap.equal((gauge(lab), rcode_of(lab.ask(secret()))), (UNKEPT, "NOERROR"),
                  "a symbolic link: not followed, it serves")
        tap.ok(os.path.islink(path), "and left alone")


def test_full(tap):
    with rig.Lab(conf=None, state=None) as lab, small_disk(lab.dir + "/disk") as disk:
        lab.conf = CONF.replace("10s", "1h") + "state-file: \"%s/seep.state\"\n" % disk
        lab.write_conf()
        lab.restart()
        path = disk + "/seep.state"
        spend(lab)
        tick()
        tap.ok(is_spent(lab) and gauge(lab) == KEPT, "on a small disk: kept")
        with contextlib.suppress(OSError), open(disk + "/filler", "wb", buffering=0) as out:
            while True:
                out.write(b"x" * 512)
        spend(lab, "127.3.0.2")
        # the file's own last page has room left
        tap.ok(until(lambda: spend(lab, "127.3.%d.4" % (next(SERIAL) % 200 + 10), 2) and gauge(lab) == FAILING),
               "the disk is full: seep.state says so")
        tap.equal(rcode_of(lab.ask("www.full.example", source="127.3.0.3")), "NOERROR",
                  "the disk is full: it serves")
        tap.equal(len(said(lab, "No space left")), 1, "one line says why")
        time.sleep(2)
        os.unlink(disk + "/filler")
        tap.ok(until(lambda: gauge(lab) == KEPT, 25), "room again: kept again")
        tap.ok(said(lab, "written again"), "one line says it")
        lab.restart(kill=True)
        tap.ok(is_spent(lab) and is_spent(lab, "127.3.0.2"),
               "kill -9: who was spent before and meanwhile is")
        limit = os.path.getsize(path) + 4000
        while os.path.getsize(path) < 40000:
            lab.ask(secret(), source="127.3.2.%d" % random.randint(1, 200))
            limit = os.path.getsize(path) + 4000
        resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        for at in range(30):
            lab.ask(secret(), source="127.3.3.%d" % (at + 1))
        tap.ok(until(lambda: gauge(lab) == FAILING) or lab.alive(),
               "a limit on file sizes: it lives")
        tap.ok(lab.alive() and rcode_of(lab.ask("www.more.example")) == "NOERROR",
               "a limit on file sizes: it serves")


def test_nowhere(tap):
    with rig.Lab(conf=CONF, state="/nonexistent/seep.state") as lab:
        tap.equal((gauge(lab), rcode_of(lab.ask(secret()))), (FAILING, "NOERROR"),
                  "no directory: it serves")
        tick()
        tap.equal(len(said(lab, "No such file")), 1, "no directory: one line says so")
        with small_disk(lab.dir + "/disk") as disk:
            lab.conf = CONF + "state-file: \"%s/seep.state\"\n" % disk
            lab.write_conf()
            subprocess.run(("mount", "-o", "remount,ro", disk), check=True, timeout=10)
            lab.restart()
            tap.equal((gauge(lab), rcode_of(lab.ask(secret()))), (FAILING, "NOERROR"),
                      "a read-only disk: it serves")
            tap.equal(len(said(lab, "Read-only")), 1, "a read-only disk: one line says so")
            subprocess.run(("mount", "-o", "remount,rw", disk), check=True, timeout=10)
            tap.ok(until(lambda: gauge(lab) == KEPT, 15), "once it can be written, it is")


def test_second(tap):
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        path = lab.dir + "/seep.state"
        spend(lab)
        tick()
        with rig.Lab(conf=CONF, state=path) as other:
            tap.equal(gauge(other), OTHER, "the second process keeps nothing")
            tap.equal(len(said(other, "is writing this file")), 1, "and says so")
            tap.ok(not is_spent(other), "and begins empty")
            tap.equal(gauge(lab), KEPT, "the first keeps it")
            # one that stands still for long is taken for dead
            os.kill(lab.process.pid, signal.SIGSTOP)
            other.restart()
            tap.ok(gauge(other) == KEPT and is_spent(other), "a first that stands still loses it")
            os.kill(lab.process.pid, signal.SIGCONT)
            tap.ok(until(lambda: gauge(lab) == OTHER), "goes on, and sees that")
            tap.equal(len(said(lab, "writes this file now")), 1, "and says so")
            tick()
            tap.equal(gauge(other), KEPT, "while the second keeps it")
        lab.restart()
        tap.ok(gauge(lab) == KEPT and is_spent(lab), "a restart takes it up again")


def test_jailed(tap):
    """In a chroot, which here is the machine's own root in another place."""
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        lab.stop()
        os.unlink(lab.dir + "/seep.state")
        os.mkdir(lab.dir + "/jail")
        with open(lab.dir + "/unbound.conf") as text:
            conf = text.read()
        with open(lab.dir + "/unbound.conf", "w") as out:
            out.write(conf.replace("chroot: \"\"", "chroot: \"%s/jail\"" % lab.dir))
        # Never mounted here: what removes the laboratory would follow it.
        lab.mount = "mount --rbind / '%s/jail'" % lab.dir
        lab.start()
        spend(lab)
        tap.equal(gauge(lab), KEPT, "in a chroot: kept")
        tap.ok(os.path.exists(lab.dir + "/seep.state"), "in the directory inside")
        tick()
        lab.restart(kill=True)
        tap.ok(is_spent(lab), "in a chroot: kill -9, who was spent is")
