# SPDX-License-Identifier: BSD-3-Clause
"""The control interface: the stock unbound-control and seepctl read and change there over TLS, by
the files of unbound-control-setup; who has none is refused; and nothing that is done to it disturbs
the resolver."""

import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import time

import pytest

import rig
from rig import need, rcode_of, secret
from rig.control import ask_beside, lasting, leave, of_seep, settled

SBIN = os.path.join(need.PROJECT, "build", "unbound", need.VERSION, "sbin")
SEEPCTL = os.path.join(os.path.dirname(need.module_path()), "seepctl")
if not os.path.exists(SEEPCTL):	# an instrumented module is built without it
    SEEPCTL = os.path.join(need.PROJECT, "build", "seep", need.VERSION, "seepctl")
CONF = "learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 1g\nevent-log: events.json\n"
PORT = 8954
ADDRESS = "127.0.0.1"
USER = "127.3.0.1"
CLIENTS = 100
GROWTH_KB = 2048
RELOADS = 10
NOBODY = 65534
INSTRUMENTED = bool(os.environ.get("SEEP_UNBOUND"))	# by a sanitizer, which has memory of its own
HALF = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"	# of a handshake
NAMES = ("unbound_server.key", "unbound_server.pem", "unbound_control.key", "unbound_control.pem")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What unbound-control-setup makes."""
    directory = str(tmp_path_factory.mktemp("made"))
    subprocess.run((os.path.join(SBIN, "unbound-control-setup"), "-d", directory), check=True,
                   capture_output=True, timeout=60)
    return directory


def conf(made, at="%s@%d" % (ADDRESS, PORT), **files):
    """CONF, with the interface AT; FILES in place of some of those MADE."""
    lines = "".join("%s-file: \"%s\"\n" % (
        name, files.get(name.replace("-", "_"), "%s/unbound_%s" % (
            made, name.replace("-", ".").replace(".cert", ".pem"))))
        for name in ("server-key", "server-cert"))
    return CONF + "control-interface: %s\n" % at + lines


def unbound_control(lab, made, *words, at="%s@%d" % (ADDRESS, PORT), cert=None):
    """The stock tool over TLS; its exit status and all that it prints."""
    path = lab.dir + "/client.conf"
    with open(path, "w") as out:
        out.write("remote-control:\n\tcontrol-enable: yes\n")
        for name, file in zip(("server-key", "server-cert", "control-key", "control-cert"), NAMES):
            directory = cert if cert and name.startswith("control") else made
            out.write("\t%s-file: \"%s/%s\"\n" % (name, directory, file))
    done = lab.hub.run((os.path.join(SBIN, "unbound-control"), "-c", path, "-s", at) + words, 20)
    return done.returncode, done.stdout + done.stderr


def is_served(lab, made, **more):
    code, text = unbound_control(lab, made, "status", **more)
    return code == 0 and text.startswith("{\nversion=")


def said(lab, *words):
    return [line for line in lab.log().splitlines()
            if "seep: seep.conf:" in line and all(word in line for word in words)]


def connect(lab, first=b""):
    with lab.hub.entered():
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(10)
    client.connect((ADDRESS, PORT))
    if first:
        client.sendall(first)
    return client


def test_stock(tap, made):
    """Line for line what the unix socket prints; a change is told with address and subject."""
    with rig.Lab(conf=conf(made), state="seep.state") as lab:
        for at in range(6):
            lab.ask("www.d%d.wild.example" % at, source="127.3.0.%d" % (at + 2))
        codes = [rcode_of(lab.ask(secret(), source=USER)) for _ in range(14)]
        tap.ok("REFUSED" in codes, "a user spends its budget")
        at_socket = settled(lambda: lab.control("stats_noreset", socket_name="seep.control"))
        code, over_tls = unbound_control(lab, made, "stats_noreset")
        tap.ok(code == 0, "unbound-control ends well", over_tls)
        tap.ok(len(of_seep(over_tls)) > 40, "it prints many statistics", over_tls)
        tap.equal(lasting(over_tls), at_socket, "the same lines")
        code, text = unbound_control(lab, made, "reload")
        tap.ok(code == 1 and "error unknown command 'reload'" in text, "an unknown command fails",
               (code, text))
        code, text = unbound_control(lab, made, "allow", "d1.example", "for", "1h", "reason",
                                     "ticket", "17")
        tap.ok(code == 0 and "operator=\"unbound-control\"\noperator_uid=null\n" in text,
               "a domain is allowed", text)
        lines = [line for line in lab.log().splitlines() if "seep: operator" in line]
        tap.ok(len(lines) == 1 and "operator unbound-control (127.0.0.1, CN=unbound-control) "
               "allowed d1.example" in lines[0] and "ticket 17" in lines[0],
               "one line in the log says who, what and why", lines)
        until_s = time.monotonic() + 10
        events = []
        while not events and time.monotonic() < until_s:
            time.sleep(0.1)
            with open(lab.dir + "/events.json", encoding="ascii") as text:
                events = [event for event in map(json.loads, text)
                          if event["event"]["action"] == "operator-allow"]
        tap.equal([event["user"]["name"] for event in events], ["127.0.0.1, CN=unbound-control"],
                  "so does an event")
        unbound_control(lab, made, "allow", "d2.example", "for", "1s")
        until_s = time.monotonic() + 10
        lines = []
        while not lines and time.monotonic() < until_s:
            time.sleep(0.1)
            lines = [line for line in lab.log().splitlines() if "which is over" in line]
        tap.ok(len(lines) == 1 and "operator unbound-control (over TLS, unbound-control) allowed "
               "d2.example" in lines[0], "its end is told, too, with who allowed it", lines)
        lab.restart()
        _, text = unbound_control(lab, made, "allow", "list")
        tap.ok("domain=\"d1.example\"\n" in text and "operator=\"unbound-control\"\n" in text,
               "and after a restart, who it was is known", text)
        tap.equal(said(lab), [], "no complaint")


def test_seepctl(tap, made):
    """With the client's files beside the seep.conf of -c, from another machine, too."""
    with rig.Lab(conf=conf(made, at="0.0.0.0@%d" % PORT), state="seep.state") as lab:
        far = lab.namespace("far")
        lab.hub.join(far, "near", "10.88.0.1/24", "far", "10.88.0.2/24")
        client = lab.dir + "/client"
        os.mkdir(client)
        for name in NAMES[1:]:
            shutil.copy(os.path.join(made, name), client)
        open(client + "/seep.conf", "w").close()
        there = ("-c", client + "/seep.conf", "-s", "10.88.0.1@%d" % PORT)
        done = far.run((SEEPCTL, "status", "--json", *there), 20)
        tap.ok(done.returncode == 0 and json.loads(done.stdout)["mode"] == "guard", "status",
               done.stdout + done.stderr)
        done = far.run((SEEPCTL, "stats", *there), 20)
        tap.ok(done.returncode == 0 and len(of_seep(done.stdout)) > 40, "stats", done.stderr)
        done = far.run((SEEPCTL, "allow", "d1.example", "--for", "1h", *there), 20)
        tap.ok(done.returncode == 0 and "operator unbound-control (10.88.0.2, CN=unbound-control) "
               "allowed d1.example" in lab.log(), "a change, and who made it", done.stderr)
        done = far.run((SEEPCTL, "allow", "list", *there), 20)
        tap.ok(done.returncode == 0 and "unbound-control" in done.stdout, "it is listed with its maker",
               done.stdout + done.stderr)
        done = far.run((SEEPCTL, "allow", "list", "--json", *there), 20)
        tap.equal([row["operator_uid"] for row in json.loads(done.stdout)["exceptions"]], [None],
                  "who has no uid")
        os.unlink(client + "/" + NAMES[3])
        done = far.run((SEEPCTL, "status", *there), 20)
        tap.ok(done.returncode == 1 and "control-cert-file: %s/%s: No such file" % (
            client, NAMES[3]) in done.stderr, "without a certificate it does not try", done.stderr)


def test_names(tap, made):
    """By default the files have unbound-control-setup's names, in Unbound's directory."""
    with rig.Lab(conf=CONF + "control-interface: ::1@%d\n" % PORT) as lab:
        tap.ok("seep: server-cert-file: unbound_server.pem: No such file or directory" in lab.log(),
               "without files, one line says so", lab.log()[-500:])
        for name in NAMES[:2]:
            shutil.copy(os.path.join(made, name), lab.dir)
        lab.reload()
        tap.ok(is_served(lab, made, at="::1@%d" % PORT), "with them it is served, also at ::1")


def test_refused(tap, made, tmp_path):
    """Without a certificate that the server's key signed nothing is answered."""
    subprocess.run((os.path.join(SBIN, "unbound-control-setup"), "-d", str(tmp_path)), check=True,
                   capture_output=True, timeout=60)
    with rig.Lab(conf=conf(made)) as lab:
        code, text = unbound_control(lab, made, "stats_noreset", cert=str(tmp_path))
        tap.ok(code == 1 and "seep" not in text, "another server's client is refused", (code, text))
        code, text = unbound_control(lab, str(tmp_path), "stats_noreset")
        tap.ok(code == 1 and "seep" not in text, "and does not take this for its server",
               (code, text))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        got = b""
        with contextlib.suppress(OSError), connect(lab) as plain, \
                context.wrap_socket(plain) as client:
            client.sendall(b"UBCT1 stats_noreset\n")
            got = client.recv(100)
        tap.equal(got, b"", "without a certificate nothing comes")
        with connect(lab, b"UBCT1 stats_noreset\n") as plain, contextlib.suppress(OSError):
            got = plain.recv(1000)
        tap.ok(b"seep" not in got, "nor without TLS", got)
        tap.ok(is_served(lab, made), "who has one is served after them")


def test_bad(tap, made):
    """Bad files and addresses: one line with the line of seep.conf, and all else goes on."""
    with rig.Lab(conf=conf(made)) as lab:
        missing = lab.dir + "/missing.key"
        for text, words in (
                (conf(made, server_key=missing),
                 ("seep.conf:7: server-key-file: %s: No such file" % missing,)),
                (conf(made, server_key=made + "/unbound_control.key"),
                 ("seep.conf:7: server-key-file: ", "is not the key of the certificate")),
                (conf(made, at="192.0.2.1@%d" % PORT),
                 ("seep.conf:6: control-interface: 192.0.2.1@%d: " % PORT, "no such address"))):
            before = len(said(lab))
            lab.conf = text
            lab.write_conf()
            lab.reload()
            tap.equal((len(said(lab)) - before, len(said(lab, *words)) >= 1), (1, True),
                      "one line: %s" % " ".join(words))
            tap.ok(lab.control("status", socket_name="seep.control").startswith("{\nversion=") and
                   rcode_of(lab.ask(secret())) == "NOERROR", "the unix socket is there, it serves")
        with lab.hub.entered(), socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind((ADDRESS, PORT))
            other.listen()
            lab.conf = conf(made)
            lab.write_conf()
            lab.reload()
            tap.equal(len(said(lab, "Address already in use", "choose another port")), 1,
                      "somebody listens there")
        lab.reload()
        tap.ok(is_served(lab, made), "once it is free, a reload is enough")


def test_unprivileged(tap, made):
    """As a user without rights, who may read the key or not."""
    with rig.Lab(conf=conf(made), extra="username: \"nobody\"") as lab:
        lab.stop()
        for name in NAMES[:2]:
            shutil.copy(os.path.join(made, name), lab.dir)
        for entry in (lab.dir, *(entry.path for entry in os.scandir(lab.dir))):
            os.chown(entry, NOBODY, NOBODY)
        key = lab.dir + "/" + NAMES[0]
        os.chown(key, 0, 0)
        os.chmod(key, 0o600)
        lab.conf = CONF + "control-interface: %s@%d\nserver-key-file: %s\n" % (ADDRESS, PORT, key)
        lab.write_conf()
        os.chown(lab.dir + "/seep.conf", NOBODY, NOBODY)
        lab.start()
        tap.equal(os.stat("/proc/%d" % lab.process.pid).st_uid, NOBODY, "it has no rights")
        tap.equal(len(said(lab, "server-key-file: %s: Permission denied: " % key)), 1,
                  "a key that it cannot read: one line says so")
        os.chown(key, 0, NOBODY)
        os.chmod(key, 0o640)
        lab.reload()
        tap.ok(is_served(lab, made), "one that its group can: it is served after a reload")


def test_reload(tap, made):
    with rig.Lab(conf=conf(made), state="seep.state") as lab:
        lab.reload()
        time.sleep(0.5)
        before = lab.held()
        slowest_s = served = 0
        for at in range(RELOADS):
            silent = connect(lab, (b"", HALF)[at % 2])
            started_s = time.monotonic()
            lab.reload()
            slowest_s = max(slowest_s, time.monotonic() - started_s)
            silent.close()
            served += is_served(lab, made)
        tap.equal(served, RELOADS, "%d reloads: served after each" % RELOADS)
        tap.ok(slowest_s < 5, "none waits for a silent client", slowest_s)
        time.sleep(0.5)
        tap.equal(lab.held(), before, "as many threads and descriptors as before")
        tap.equal(said(lab), [], "no complaint")


def test_slow(tap, made):
    """Clients that say nothing, or stop in the handshake, while the resolver is asked."""
    with rig.Lab(conf=conf(made).replace("user-budget: 200", "user-budget: 1g")) as lab:
        lab.ask("www.slow.wild.example")

        def silent(at):
            return connect(lab, (b"", HALF, os.urandom(700))[at % 3])

        # What is claimed once only is claimed by the first of them.
        leave(ask_beside(lab, silent, CLIENTS)[0])
        tap.ok(is_served(lab, made), "after them it is served")
        before_kb = lab.memory_kb()
        clients, codes, slowest_s = ask_beside(lab, silent, CLIENTS)
        try:
            tap.equal(codes, ["NOERROR"] * CLIENTS, "beside %d of them all is answered" % CLIENTS)
            tap.ok(slowest_s < 3, "at once", slowest_s)
            started_s = time.monotonic()
            tap.ok(lab.control("status", socket_name="seep.control").startswith("{\nversion="), "so is the unix socket")
            tap.ok(time.monotonic() - started_s < 3, "at once", time.monotonic() - started_s)
            tap.ok(is_served(lab, made), "who has a certificate is answered")
            tap.ok(time.monotonic() - started_s < 6, "and soon", time.monotonic() - started_s)
            tap.ok(INSTRUMENTED or lab.memory_kb() < before_kb + GROWTH_KB,
                   "memory does not grow", lab.memory_kb() - before_kb)
            started_s = time.monotonic()
            lab.reload()
            tap.ok(time.monotonic() - started_s < 5, "a reload does not wait for them")
            tap.ok(is_served(lab, made), "and it is served")
        finally:
            leave(clients)
        tap.ok(lab.alive(), "it lives")
