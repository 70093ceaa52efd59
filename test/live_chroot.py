# SPDX-License-Identifier: BSD-3-Clause
"""In a chroot that holds no library but seep.so, which was built with --enable-static-deps, Seep guards."""

import os
import shutil
import time

import pytest

import rig
from rig import need, rcode_of

USUAL = os.path.join(need.PROJECT, "build", "seep", need.VERSION, "seep.so")
CONF = ("include: *.inc\nlearning: 0\nuser-refill: 0\ndomain-budget: 1g\n"
        "event-log: /events.json\nprivacy: pseudonyms\ncontrol-interface: 127.0.0.1@8954\n"
        "server-key-file: /tls.key\nserver-cert-file: /tls.pem\n")
SEEPCTL = os.path.join(os.path.dirname(USUAL), "seepctl")
USER = "127.3.0.1"
GUARDING, KEPT = 3, 1
SERIAL = iter(range(1, 1 << 30))


def new_name():
    """A name that nobody asked before; some 25 bytes."""
    return "%s-%d.d%d.example" % (os.urandom(20).hex(), os.getpid(), next(SERIAL))


def libraries(directory):
    """Every file below that a loader would look for, but seep.so."""
    return [name for _, _, names in os.walk(directory) for name in names
            if ".so" in name and name != "seep.so"]


def enter(lab, module):
    """Stop the resolver, and start it again in a chroot: its own directory, with that module."""
    lab.stop()
    shutil.copy(module, lab.dir + "/seep.so")
    with open(lab.dir + "/unbound.conf") as text:
        conf = text.read()
    with open(lab.dir + "/unbound.conf", "w") as out:
        out.write(conf.replace("chroot: \"\"", "chroot: \"%s\"" % lab.dir)
                  .replace("dynlib-file: \"%s\"" % lab.module, "dynlib-file: \"/seep.so\""))
    lab.start()


@pytest.mark.skipif(need.module_path() == USUAL,
                    reason="wants a --module that was built with --enable-static-deps")
def test_chroot(tap):
    # The budget is an included file's, which is inside.
    with rig.Lab(conf=CONF, state="seep.state", files={"budget.inc": "user-budget: 200\n"}) as lab:
        enter(lab, need.module_path())
        tap.equal(os.readlink("/proc/%d/root" % lab.process.pid), lab.dir, "it is in the chroot")
        tap.equal(libraries(lab.dir), [], "which holds no other library")
        stats = lab.seep()
        tap.equal((stats["seep.mode"], stats["seep.passthrough"]), (GUARDING, 0), "it guards")
        tap.equal(stats["seep.state"], KEPT, "and keeps its state")
        tap.equal(rcode_of(lab.ask("www.one.wild.example", source=USER)), "NOERROR", "it resolves")
        codes = [rcode_of(lab.ask(new_name(), source=USER)) for _ in range(14)]
        tap.ok(codes[0] == "NOERROR" and codes[-1] == "REFUSED", "and refuses who is spent", codes)
        # By its path in the chroot.
        time.sleep(0.5)
        with open(lab.dir + "/events.json", encoding="ascii") as lines:
            text = lines.read()
        tap.ok("\"meter-spent\"" in text and "\"hash\":\"u-" in text, "events are written, with pseudonyms",
               text)
        # libssl is there, for Unbound has loaded it. The server's own certificate is signed by its key.
        with open(lab.dir + "/client.conf", "w") as client:
            client.write("server-cert-file: tls.pem\ncontrol-key-file: tls.key\n"
                         "control-cert-file: tls.pem\n")
        done = lab.hub.run((SEEPCTL, "status", "-c", lab.dir + "/client.conf", "-s",
                            "127.0.0.1@8954"), 20)
        tap.ok(done.returncode == 0 and "Guarding" in done.stdout, "it answers over TLS",
               done.stdout + done.stderr)
        # What a suffix list takes for one domain is one: the built-in list is there.
        before = lab.seep()["seep.domains"]
        for label in ("a", "b"):
            lab.ask("%s.first.co.uk" % label)
            lab.ask("%s.second.co.uk" % label)
        tap.equal(lab.seep()["seep.domains"] - before, 2, "it knows public suffixes")
        lab.reload()
        stats = lab.seep()
        tap.equal((stats["seep.mode"], stats["seep.state"]), (GUARDING, KEPT), "after a reload, too")
        tap.equal(rcode_of(lab.ask(new_name(), source=USER)), "REFUSED", "who was spent still is")
        time.sleep(1.2)
        lab.restart(kill=True)
        tap.equal(rcode_of(lab.ask(new_name(), source=USER)), "REFUSED", "after kill -9, too")
        with pytest.raises(RuntimeError):
            enter(lab, USUAL)
        tap.ok("libpsl.so" in lab.log(), "a module that needs libraries does not load there",
               lab.log())
