# SPDX-License-Identifier: BSD-3-Clause
"""The control socket: the stock unbound-control reads there what a patched Unbound prints, of any
Unbound; and nothing that is done to the socket disturbs the resolver."""

import contextlib
import grp
import os
import re
import socket
import stat
import subprocess
import time

import pytest

import rig
from rig import need, rcode_of, secret
from rig.control import ask_beside, lasting, leave, of_seep, settled

CONTROL = os.path.join(os.path.dirname(need.unbound_path()), "unbound-control")
CONF = "learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 1g\n"
USER = "127.3.0.1"
CLIENTS = 100
GROWTH_KB = 2048
RELOADS = 20
NOBODY = 65534
GROUP = "daemon"
INSTRUMENTED = bool(os.environ.get("SEEP_UNBOUND"))	# by a sanitizer, which has memory of its own

CONNECT = """\
import socket, sys
made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
made.connect(sys.argv[1])
"""


def path_of(lab):
    return lab.dir + "/seep.control"


def unbound_control(lab, *words, path=None):
    """The stock tool; its exit status and all that it prints. With a PATH, on that socket."""
    where = ("-s", path) if path else ()
    done = subprocess.run((CONTROL, "-c", lab.dir + "/unbound.conf") + where + words,
                          capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


def read(lab, *words):
    return unbound_control(lab, *words, path=path_of(lab))


def value(text, key):
    return int(re.search(r"(?m)^%s=(\d+)$" % re.escape(key), text).group(1))


def is_served(lab):
    code, text = read(lab, "status")
    return code == 0 and text.startswith("{\nversion=")


def is_socket(path):
    return os.path.exists(path) and stat.S_ISSOCK(os.lstat(path).st_mode)


def mode_of(path):
    return os.lstat(path).st_mode & 0o7777


def said(lab, *words):
    return [line for line in lab.log().splitlines()
            if "seep: control-socket" in line and all(word in line for word in words)]


def connect(path, first=b""):
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(10)
    made.connect(path)
    if first:
        made.sendall(first)
    return made


def may_connect(path, *groups):
    """May a user without rights, but in these groups?"""
    done = subprocess.run(("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
                           *(("--groups", ",".join(map(str, groups))) if groups else
                             ("--clear-groups",)),
                           "/usr/bin/python3", "-c", CONNECT, path), capture_output=True,
                          timeout=20)
    return done.returncode == 0


def test_same(tap):
    """Line for line what the patched Unbound prints; each resets its own."""
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        for at in range(6):
            lab.ask("www.d%d.wild.example" % at, source="127.3.0.%d" % (at + 2))
            lab.ask("www.d0.wild.example")
        codes = [rcode_of(lab.ask(secret(), source=USER)) for _ in range(14)]
        tap.ok("REFUSED" in codes, "a user spends its budget")
        patched = settled(lambda: unbound_control(lab, "stats_noreset")[1])
        code, own = read(lab, "stats_noreset")
        tap.equal(code, 0, "unbound-control ends well")
        tap.ok(len(of_seep(own)) > 40, "it prints many statistics", own)
        tap.equal(lasting(own), patched, "the same lines")
        tap.equal(value(own, "seep.state"), 1, "the state file's among them")
        sent = value(own, "num.seep.sent")
        tap.ok(sent > 6 and value(own, "num.seep.refused.user") > 0, "they count", own)
        _, own = read(lab, "stats")
        tap.equal(value(own, "num.seep.sent"), sent, "stats prints the same")
        _, own = read(lab, "stats_noreset")
        tap.equal((value(own, "num.seep.sent"), value(own, "seep.users") > 6), (0, True),
                  "counters begin at 0 again, gauges do not")
        _, patched = unbound_control(lab, "stats")
        tap.equal(value(patched, "num.seep.sent"), sent, "Unbound's own go on")
        lab.ask("www.more.wild.example")
        tap.equal(value(read(lab, "stats_noreset")[1], "num.seep.sent"), 1, "one more is one")
        for line in own.splitlines():
            if not re.fullmatch(r"[A-Za-z0-9_.-]+=\d+", line):
                tap.ok(False, "a key and a number", line)


@pytest.mark.skipif(INSTRUMENTED, reason="that without the patch is not instrumented")
def test_plain(tap):
    """An Unbound without the patch."""
    with rig.Lab(conf=CONF.replace("learning: 0", "learning: 2d"), binary="plain") as lab:
        lab.ask("www.one.wild.example")
        tap.equal(of_seep(unbound_control(lab, "stats_noreset")[1]), [], "prints none of Seep's")
        _, own = read(lab, "stats_noreset")
        tap.equal((value(own, "num.seep.sent"), value(own, "seep.mode")), (1, 1),
                  "Seep's socket does")
        code, text = read(lab, "status")
        tap.ok(code == 0 and "mode=\"learning\"\n" in text, "status", text)
        until = re.search(r"learning_until=\"(\S+)Z\"", text)
        off_s = time.mktime(time.strptime(until.group(1), "%Y-%m-%dT%H:%M:%S")) - time.timezone - \
            (time.time() + 2 * 86400) if until else 1e9
        tap.ok(abs(off_s) < 60, "until when it learns", text)
        tap.ok("stats_noreset" in read(lab, "help")[1], "help")
        code, text = read(lab, "reload")
        tap.ok(code == 1 and "error unknown command 'reload'" in text, "an unknown command fails",
               (code, text))
        tap.ok(is_served(lab) and lab.alive(), "and does nothing")
        with open(lab.dir + "/seep.ctl.conf", "w") as conf:
            conf.write("remote-control:\n\tcontrol-enable: yes\n\tcontrol-interface: \"%s\"\n"
                       % path_of(lab))
        done = subprocess.run((CONTROL, "-c", lab.dir + "/seep.ctl.conf", "stats_noreset"),
                              capture_output=True, text=True, timeout=20)
        tap.equal((done.returncode, len(of_seep(done.stdout))), (0, len(of_seep(own))),
                  "a file of its own says where, in place of -s")
        lab.conf += "nonsense: 1\n"
        lab.write_conf()
        parent = os.path.dirname(rig.DEFAULT_STATE)
        lab.mount = "mount -t tmpfs tmpfs '%s' && mkdir '%s'" % (parent, rig.DEFAULT_STATE)
        lab.restart()
        tap.ok(not os.path.exists(path_of(lab)), "a bad seep.conf: not where it was")
        path = "/proc/%d/root%s/seep.control" % (lab.process.pid, rig.DEFAULT_STATE)
        _, text = unbound_control(lab, "stats_noreset", path=path)
        tap.ok("seep.passthrough=2" in text, "but at the default path, and says why", text)


def test_passing(tap):
    """Where seep.conf is well and Seep guards nothing all the same, the socket is where it says."""
    with rig.Lab(conf=CONF, modules="validator dynlib iterator") as lab:
        code, text = read(lab, "stats_noreset")
        tap.ok(code == 0 and "seep.passthrough=5" in text, "an order of modules that does not do",
               text)
        tap.ok("why=\"In that order" in read(lab, "status")[1], "status says why")
        lab.reload()
        tap.ok(is_served(lab), "after a reload, too")


def test_file(tap):
    with rig.Lab(conf=CONF) as lab:
        path = path_of(lab)
        os.chmod(lab.dir, 0o755)
        tap.ok(is_socket(path) and mode_of(path) == 0o600, "its mode", oct(mode_of(path)))
        tap.ok(not may_connect(path), "another user may not connect")
        lab.conf = CONF + "control-group: %s\n" % GROUP
        lab.write_conf()
        lab.reload()
        gid = grp.getgrnam(GROUP).gr_gid
        tap.equal((mode_of(path), os.lstat(path).st_gid), (0o660, gid), "with a group")
        tap.ok(may_connect(path, gid) and not may_connect(path), "who is in it may, others not")
        lab.conf = CONF + "control-group: no-such-group\n"
        lab.write_conf()
        lab.reload()
        tap.equal((mode_of(path), len(said(lab, "no-such-group"))), (0o600, 1),
                  "no such group: one line says so, and nobody else may")
        lab.conf = CONF + "control-socket: \"\"\n"
        lab.write_conf()
        lab.reload()
        tap.ok(not os.path.exists(path), "none is wanted: it is gone")
        lab.conf = CONF + "control-socket: \"%s/other\"\n" % lab.dir
        lab.write_conf()
        lab.reload()
        tap.ok(is_socket(lab.dir + "/other"), "another path")
        lab.conf = CONF + "control-socket: \"%s/%s\"\n" % (lab.dir, "x" * 107)
        lab.write_conf()
        lab.reload()
        tap.ok(said(lab, "longer than 107 bytes") and rcode_of(lab.ask(secret())) == "NOERROR",
               "a path too long: one line, and it serves")


def test_unprivileged(tap):
    """As a user without rights, as Unbound mostly runs."""
    with rig.Lab(conf=CONF, extra="username: \"nobody\"", state="own/seep.state") as lab:
        lab.stop()
        own = lab.dir + "/own"
        os.makedirs(own, exist_ok=True)
        for name in (own, lab.dir, *(entry.path for entry in os.scandir(lab.dir)),
                     *(entry.path for entry in os.scandir(own))):
            os.chown(name, NOBODY, NOBODY)
        lab.start()
        path = own + "/seep.control"
        tap.equal(os.stat("/proc/%d" % lab.process.pid).st_uid, NOBODY, "it has no rights")
        tap.ok(is_socket(path) and mode_of(path) == 0o600, "beside the state file, it listens")
        code, text = unbound_control(lab, "status", path=path)
        tap.ok(code == 0 and "Guarding" in text, "root reads it", text)
        tap.ok(may_connect(path), "so may that user")
        lab.conf = CONF + "control-group: %s\n" % GROUP
        lab.write_conf()
        lab.reload()
        tap.equal((mode_of(path),
                   len(said(lab, "control-group: Operation not permitted"))), (0o600, 1),
                  "a group that it is not in: one line says so, and nobody else may")
        os.chown(own, 0, 0)
        os.chmod(own, 0o755)
        lab.restart()
        tap.equal((len(said(lab, "own/seep.control: ", "Permission denied")),
                   rcode_of(lab.ask(secret()))), (1, "NOERROR"),
                  "a directory of somebody else's: one line, and it serves")


def test_stale(tap):
    with rig.Lab(conf=CONF) as lab:
        path = path_of(lab)
        lab.stop()
        tap.ok(not os.path.exists(path), "at its end the file goes")
        lab.start()
        inode = os.lstat(path).st_ino
        lab.stop(kill=True)
        tap.equal(os.lstat(path).st_ino, inode, "kill -9 leaves it")
        lab.start()
        tap.ok(is_served(lab) and mode_of(path) == 0o600, "the next start replaces it")
        tap.equal(said(lab), [], "without a word")
        with rig.Lab(conf=CONF + "control-socket: \"%s\"\n" % path) as other:
            tap.equal(len(said(other, "another process listens")), 1,
                      "that of a live process is left, and one line says so")
            tap.ok(rcode_of(other.ask(secret())) == "NOERROR", "the other serves")
            tap.ok(is_served(lab), "the first still has it")
        tap.ok(is_served(lab), "and when the other has ended")
        with open(lab.dir + "/unbound.conf", "a") as conf:
            conf.write("nonsense:\n")
        with contextlib.suppress(OSError):
            lab.control("reload")
        until_s = time.monotonic() + 6
        while lab.alive() and time.monotonic() < until_s:
            time.sleep(0.05)
        tap.ok(not lab.alive(), "a reload with a broken unbound.conf ends it")
        lab.write_conf()
        lab.restart()
        tap.ok(is_served(lab), "what that left is replaced, too")


def is_gone(client):
    """Is the other end closed? With bytes of ours that it had not read yet, that is a reset."""
    with contextlib.suppress(ConnectionResetError):
        return client.recv(100) == b""
    return True


def test_reload(tap):
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        pid = lab.process.pid
        lab.reload()
        time.sleep(0.5)
        before = lab.held()
        slowest_s = 0
        served = gone = 0
        for _ in range(RELOADS):
            silent = connect(path_of(lab), b"UBCT1 sta")
            started_s = time.monotonic()
            lab.reload()
            slowest_s = max(slowest_s, time.monotonic() - started_s)
            gone += is_gone(silent)
            silent.close()
            served += is_served(lab)
        tap.equal((served, gone), (RELOADS, RELOADS),
                  "%d reloads: served after each, who was connected is not" % RELOADS)
        tap.ok(slowest_s < 5, "none waits for a silent client", slowest_s)
        time.sleep(0.5)
        tap.equal(lab.held(), before, "as many threads and descriptors as before")
        tap.equal((lab.process.pid, said(lab)), (pid, []), "the same process, and no complaint")


def test_slow(tap):
    """Clients that say nothing, or half a line, while the resolver is asked."""
    with rig.Lab(conf=CONF.replace("user-budget: 200", "user-budget: 1g")) as lab:
        path = path_of(lab)
        lab.ask("www.slow.wild.example")

        def silent(at):
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            made.setblocking(False)
            # The system lets no more than some wait to be let in.
            with contextlib.suppress(BlockingIOError):
                made.connect(path)
                made.send((b"", b"UBCT1 stat", os.urandom(700).replace(b"\n", b""))[at % 3])
            return made

        # What is claimed once only is claimed by the first of them.
        leave(ask_beside(lab, silent, CLIENTS)[0])
        tap.ok(is_served(lab), "after them it is served")
        before_kb = lab.memory_kb()
        clients, codes, slowest_s = ask_beside(lab, silent, CLIENTS)
        try:
            tap.equal(codes, ["NOERROR"] * CLIENTS, "beside %d of them all is answered" % CLIENTS)
            tap.ok(slowest_s < 3, "at once", slowest_s)
            started_s = time.monotonic()
            tap.ok(is_served(lab), "who asks at once is answered")
            tap.ok(time.monotonic() - started_s < 5, "and soon", time.monotonic() - started_s)
            tap.ok(INSTRUMENTED or lab.memory_kb() < before_kb + GROWTH_KB,
                   "memory does not grow", lab.memory_kb() - before_kb)
            started_s = time.monotonic()
            lab.reload()
            tap.ok(time.monotonic() - started_s < 5, "a reload does not wait for them")
        finally:
            leave(clients)
        tap.ok(is_served(lab), "it is served after all")


def test_jailed(tap):
    """In a chroot, which here is the machine's own root in another place."""
    with rig.Lab(conf=CONF, state="seep.state") as lab:
        lab.stop()
        os.mkdir(lab.dir + "/jail")
        with open(lab.dir + "/unbound.conf") as text:
            conf = text.read()
        with open(lab.dir + "/unbound.conf", "w") as out:
            out.write(conf.replace("chroot: \"\"", "chroot: \"%s/jail\"" % lab.dir))
        # Never mounted here: what removes the laboratory would follow it.
        lab.mount = "mount --rbind / '%s/jail'" % lab.dir
        lab.start()
        tap.equal(os.readlink("/proc/%d/root" % lab.process.pid), lab.dir + "/jail",
                  "it is in the chroot")
        code, text = read(lab, "stats_noreset")
        tap.ok(code == 0 and len(of_seep(text)) > 40, "it is read from outside", text)
        lab.reload()
        tap.ok(is_served(lab), "after a reload, too")
        lab.restart(kill=True)
        tap.ok(is_served(lab), "after kill -9, too")
        lab.stop()
        tap.ok(not os.path.exists(path_of(lab)), "at its end the file goes")
        lab.start()
