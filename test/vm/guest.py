# SPDX-License-Identifier: BSD-3-Clause
"""In the virtual machine: Seep under Debian's AppArmor profile and unit, and under upstream's unit; TAP."""

import contextlib
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.exception

os.environ["SEEP_SRC"] = "/opt/vm"
import schema  # noqa: E402
from tap import Tap  # noqa: E402

MODULE = "/usr/lib/unbound/seep.so"
ELSEWHERE = "/usr/local/lib/unbound/seep.so"
STATE = "/var/lib/unbound/seep.state"
CONTROL_SOCKET = "/var/lib/unbound/seep.control"
EVENTS = "/var/lib/unbound/seep.events"
ZONE = "/var/lib/unbound/seep.rpz"
LINES = "/etc/unbound/unbound.conf.d/seep.conf"
LAB = "/etc/unbound/unbound.conf.d/lab.conf"
OPTIONS = "/etc/unbound/seep.conf"
REMOTE = "/etc/unbound/unbound.conf.d/remote-control.conf"
PROFILE = "/etc/apparmor.d/usr.sbin.unbound"
LOCAL = "/etc/apparmor.d/local/usr.sbin.unbound"
DROP_IN = "/etc/systemd/system/unbound.service.d/seep.conf"
UPSTREAM = "/opt/vm/unbound.service.in"
MANUAL = "/opt/vm/README.md"		# unbound/README.md
KEPT, FAILING, UNKEPT = 1, 2, 4
AUTHORITY = ("127.0.0.2", 5300)

THREE_LINES = """\
server:
    module-config: "dynlib validator iterator"
dynlib:
    dynlib-file: "%s"
"""
# The whole outside world is a thread in here.
LAB_CONF = """\
server:
    do-not-query-localhost: no
    domain-insecure: "example"
forward-zone:
    name: "."
    forward-addr: %s@%d
""" % AUTHORITY
SMALL = "learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 1g\ncheckpoint: 10s\n"
# One name that tells much spends a domain, some more a user.
OFFICE = ("learning: 0\nuser-budget: 400\nuser-refill: 0\nnetwork-budget: 1g\ndomain-budget: 128\n"
          "domain-refill: 0\ncheckpoint: 10s\nrpz-file: \"%s\"\n" % ZONE)

# What Seep asks for and Debian's profile does not give; it does without. unbound/README.md has the lines.
EXPECTED = {("open", "/var/lib/unbound/", "r"),
            ("open", "/usr/share/publicsuffix/public_suffix_list.dafsa", "r")}
with open("/etc/os-release") as release:
    if "trixie" in release.read():	# whose libpsl then looks for the list as text
        EXPECTED.add(("open", "/usr/share/publicsuffix/public_suffix_list.dat", "r"))
# In upstream's unit /run cannot be written to, so no socket there.
CONTROL = """\
remote-control:
    control-enable: yes
    control-interface: 127.0.0.1
    control-use-cert: no
"""


def run(*argv, timeout_s=60):
    return subprocess.run(argv, capture_output=True, text=True, timeout=timeout_s, check=False)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(text)


def read(path):
    with open(path, errors="replace") as text:
        return text.read()


def advice(about):
    """The block of lines of unbound/README.md that has this in it."""
    blocks = [one.partition("\n")[2] for one in read(MANUAL).split("```")[1::2]]
    return next(one for one in blocks if about in one)


def until(passed, patience_s=15):
    end_s = time.monotonic() + patience_s
    while time.monotonic() < end_s:
        if passed():
            return True
        time.sleep(0.2)
    return bool(passed())


class Authority(threading.Thread):
    """Has an address for every name, and counts the names that reach it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.names = set()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(AUTHORITY)

    def run(self):
        while True:
            wire, client = self.socket.recvfrom(65535)
            try:
                query = dns.message.from_wire(wire)
            except dns.exception.DNSException:
                continue
            asked = query.question[0]
            self.names.add(asked.name.to_text().lower())
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            if asked.rdtype == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "A", "192.0.2.1"))
            self.socket.sendto(answer.to_wire(), client)


def secret():
    """A name that nobody asked before; some 25 bytes."""
    return "%x.d%d.example" % (random.getrandbits(160), random.getrandbits(30))


def below(domain):
    """A name below it that nobody asked before; some 25 bytes."""
    return "%x.%s" % (random.getrandbits(160), domain)


def ask(name, user):
    query = dns.message.make_query(name, "A")
    try:
        return dns.rcode.to_text(dns.query.udp(query, "127.0.0.1", timeout=5, source=user).rcode())
    except (dns.exception.Timeout, OSError) as error:
        return type(error).__name__


def stats():
    lines = run("unbound-control", "stats_noreset").stdout.splitlines()
    return {key: value for key, _, value in (line.partition("=") for line in lines) if "seep" in key}


def state():
    return int(stats().get("seep.state", -1))


def pid():
    return int(run("systemctl", "show", "-P", "MainPID", "unbound").stdout or 0)


def answers(user="127.2.0.1"):
    return ask("www.example", user) == "NOERROR"


def start():
    """Starts Unbound anew; whether it is there."""
    run("systemctl", "daemon-reload")
    run("systemctl", "reset-failed", "unbound")
    done = run("systemctl", "restart", "unbound", timeout_s=100)
    return done.returncode == 0 and until(answers, 10)


def now():
    """For log(): the journal's end."""
    cursor = re.search("-- cursor: (.*)", run("journalctl", "-n", "1", "--show-cursor").stdout)
    return cursor.group(1)


def log(since):
    return run("journalctl", "-u", "unbound", "-o", "cat", "--after-cursor", since).stdout


def said(since, words, about="seep: state-file"):
    return [line for line in log(since).splitlines() if about in line and words in line]


def denied():
    """(operation, path, what was asked) of all that AppArmor denied Unbound, in order."""
    lines = [line for line in run("dmesg").stdout.splitlines()
             if 'apparmor="DENIED"' in line and 'profile="unbound"' in line]
    fields = [dict(re.findall(r'(\w+)="?([^" ]*)"?', line)) for line in lines]
    return [(one.get("operation"), one.get("name", one.get("capname")), one.get("requested_mask"))
            for one in fields]


def events_of(lines):
    """What these lines are as JSON; one that is none is an error."""
    return [json.loads(line) for line in lines.splitlines()]


def actions(events):
    return {event["event"]["action"] for event in events}


def written():
    """The actions in the events' file; none where there is no file."""
    with contextlib.suppress(OSError):
        return actions(events_of(read(EVENTS)))
    return set()


def journal(since):
    """The events that the journal has. With -t, journalctl leaves out the first one after a cursor of another's."""
    lines = events_of(run("journalctl", "-o", "json", "--after-cursor", since).stdout)
    return [json.loads(line["MESSAGE"]) for line in lines if line.get("SYSLOG_IDENTIFIER") == "seep"]


def owner(path):
    status = os.stat(path)
    return oct(status.st_mode & 0o777), pwd.getpwuid(status.st_uid).pw_name


def are_sound(tap, title, events):
    wanted = schema.of_events()
    faults = [fault for event in events for fault in schema.faults(event, wanted)]
    tap.ok(events and not faults, title + ": events are as the schema has it", faults[:5])


def ended_by_filter():
    """What the kernel says when a system call is one that the unit forbids (type 1326 is seccomp's)."""
    return [line for line in run("dmesg").stdout.splitlines() if "type=1326" in line]


def confinement(number):
    return read("/proc/%d/attr/current" % number).strip()


def guards(tap, title, user, restarts, path=STATE):
    """What has to hold wherever Seep runs: it sees names leave, refuses, and remembers."""
    name = secret()
    tap.equal(ask(name, user), "NOERROR", title + ": a name resolves")
    tap.ok(name + "." in AUTHORITATIVE.names, title + ": it left")
    tap.equal((stats().get("seep.mode"), state()), ("3", KEPT),
              title + ": seep.mode guarding, seep.state kept")
    codes = [ask(secret(), user) for _ in range(14)]
    tap.ok("REFUSED" in codes, title + ": a user is spent", codes)
    tap.equal(ask(secret(), user + "1"), "NOERROR", title + ": another is not")
    time.sleep(1.5)				# the journal is written each second

    first = pid()
    os.kill(first, signal.SIGKILL)
    if not restarts:
        until(lambda: pid() == 0)
        start()
    tap.ok(until(lambda: pid() not in (0, first) and answers()), title + ": it is back after kill -9")
    tap.equal(ask(secret(), user), "REFUSED", title + ": kill -9, who was spent is")
    for what, argv in (("unbound-control reload", ("unbound-control", "reload")),
                       ("systemctl reload", ("systemctl", "reload", "unbound")),
                       ("systemctl restart", ("systemctl", "restart", "unbound"))):
        since = now()
        done = run(*argv, timeout_s=100)
        tap.ok(done.returncode == 0 and until(lambda: said(since, "guarding", "seep: ")) and until(answers),
               "%s: %s" % (title, what), done.stderr)
        tap.equal((ask(secret(), user), state()), ("REFUSED", KEPT),
                  "%s: %s, who was spent is" % (title, what))

    before = os.stat(path).st_ino
    tap.ok(until(lambda: os.path.exists(path) and os.stat(path).st_ino != before, 25),
           title + ": a checkpoint is put in place")
    tap.ok(os.path.exists(path + ".old"), title + ": the one before is kept")
    status = os.stat(path)
    tap.equal((status.st_mode & 0o777, pwd.getpwuid(status.st_uid).pw_name), (0o600, "unbound"),
              title + ": the file is unbound's alone")
    checked = run("seepctl", "check-state", path)
    tap.equal(checked.returncode, 0, title + ": seepctl finds it whole")


def is_confined(tap, title):
    tap.equal(confinement(pid()), "unbound (enforce)", title + ": the process is confined")


def only_denied(tap, title, before, expected):
    new = set(denied()[before:])
    tap.equal(sorted(map(str, new - BY_ITSELF)), sorted(map(str, expected)),
              title + ": AppArmor denied what is documented, and no more")


def allows(tap, title, user):
    """What an operator allows a spent user is so after a restart, until it is removed."""
    done = run("seepctl", "allow", "kind.example", "--for", "1h", "--reason", "ticket 19")
    tap.equal(done.returncode, 0, title + ": seepctl allow, %s" % (done.stdout + done.stderr).strip())
    tap.equal((ask(below("kind.example"), user), ask(secret(), user)), ("NOERROR", "REFUSED"),
              title + ": what is allowed passes, and no more")
    tap.ok(until(lambda: "operator-allow" in written()), title + ": an event says so")
    time.sleep(1.5)				# the file has it within a second
    done = run("systemctl", "restart", "unbound", timeout_s=100)
    tap.ok(done.returncode == 0 and until(answers), title + ": systemctl restart", done.stderr)
    tap.ok("kind.example" in run("seepctl", "allow", "list").stdout, title + ": restart, it is listed")
    tap.equal((ask(below("kind.example"), user), ask(secret(), user)), ("NOERROR", "REFUSED"),
              title + ": restart, what is allowed passes, and no more")
    tap.equal(run("seepctl", "allow", "remove", "kind.example").returncode, 0, title + ": seepctl allow remove")
    tap.equal(ask(below("kind.example"), user), "REFUSED", title + ": it passes no more")


def tells(tap, title, user):
    """Events go to a file, through a rotation, and to the journal."""
    tap.ok(until(lambda: {"started", "meter-spent", "query-refused"} <= written()),
           title + ": the file of events has them", written())
    tap.equal(owner(EVENTS), ("0o640", "unbound"), title + ": the file is unbound's, for its group to read")
    os.rename(EVENTS, EVENTS + ".1")
    tap.ok(until(lambda: os.path.exists(EVENTS), 5), title + ": it is moved away, and there is a new one")
    are_sound(tap, title + ", file", events_of(read(EVENTS + ".1") + read(EVENTS)))
    since = now()
    write(OPTIONS, OFFICE + "event-log: syslog\n")
    tap.ok(run("unbound-control", "reload").returncode == 0 and until(answers), title + ": events to syslog")
    for _ in range(40):
        ask(secret(), user)
    tap.ok(until(lambda: {"started", "meter-spent", "query-refused"} <= actions(journal(since))),
           title + ": the journal has them", actions(journal(since)))
    are_sound(tap, title + ", journal", journal(since))
    tap.equal(stats().get("num.seep.events.failed"), "0", title + ": and misses none")


def operates(tap, title, user, expected):
    """The control socket, events and the zone: all below the state file's directory, at their paths."""
    before = len(denied())
    for path in (EVENTS, EVENTS + ".1", ZONE):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    write(OPTIONS, OFFICE + 'event-log: "%s"\n' % EVENTS)
    tap.ok(start(), title + ": with events and a zone, it starts")
    is_confined(tap, title)
    done = run("seepctl", "status")
    tap.ok(done.returncode == 0 and "Guarding" in done.stdout, title + ": seepctl status", done.stdout + done.stderr)
    tap.equal(owner(CONTROL_SOCKET), ("0o600", "unbound"), title + ": the control socket is unbound's alone")
    stock = run("unbound-control", "-s", CONTROL_SOCKET, "stats_noreset")
    tap.ok("seep.mode=3" in stock.stdout, title + ": unbound-control reads it, too", stock.stdout + stock.stderr)
    done = run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "seepctl", "status")
    tap.ok(done.returncode != 0 and "permission denied" in done.stderr, title + ": nobody may not", done.stderr)
    tap.ok("REFUSED" in [ask(secret(), user) for _ in range(40)], title + ": a user is spent")
    tap.ok("REFUSED" in [ask(below("tunnel.com"), user + "1") for _ in range(14)], title + ": a domain is spent")
    allows(tap, title, user)
    tap.ok(until(lambda: os.path.exists(ZONE) and "tunnel.com" in read(ZONE), 25),
           title + ": the zone is written, with the domain")
    tap.equal(owner(ZONE)[1], "unbound", title + ": the zone is unbound's")
    tells(tap, title, user + "2")
    only_denied(tap, title, before, expected)
    write(OPTIONS, SMALL)


def debian(tap):
    """Debian's unit and profile."""
    title = "Debian's unit"
    since = now()
    before = len(denied())
    write(LINES, THREE_LINES % MODULE)
    tap.ok(start(), title + ": three lines, and it starts", log(since))
    tap.equal((stats().get("seep.mode"), state()), ("1", KEPT),
              title + ": without seep.conf, learning, state kept")
    write(OPTIONS, SMALL)
    tap.ok(run("unbound-control", "reload").returncode == 0 and until(answers),
           title + ": reload with seep.conf")
    is_confined(tap, title)
    guards(tap, title, "127.3.0.1", True)
    only_denied(tap, title, before, EXPECTED)
    operates(tap, title, "127.3.0.2", EXPECTED)


def debian_allowed(tap):
    title = "Debian's unit with the lines of unbound/README.md"
    write(LOCAL, "".join(line for line in advice("publicsuffix").splitlines(True) if ELSEWHERE not in line))
    tap.equal(run("apparmor_parser", "-r", PROFILE).returncode, 0, title + ": the profile loads")
    before = len(denied())
    tap.ok(start(), title + ": it starts")
    is_confined(tap, title)
    guards(tap, title, "127.3.1.1", True)
    only_denied(tap, title, before, ())
    operates(tap, title, "127.3.1.2", ())


def elsewhere(tap):
    title = "in /usr/local/lib/unbound"
    os.makedirs(os.path.dirname(ELSEWHERE), exist_ok=True)
    shutil.copy(MODULE, ELSEWHERE)
    write(LINES, THREE_LINES % ELSEWHERE)
    tap.ok(not start(), title + ": the profile keeps Unbound from loading it")
    write(LOCAL, advice(ELSEWHERE))
    run("apparmor_parser", "-r", PROFILE)
    tap.ok(start() and state() == KEPT, title + ": with a line for it, it loads")
    write(LINES, THREE_LINES % MODULE)


def nowhere(tap, title, error):
    """A state-file where none may be: it serves, and says so. The twin of all that is kept above."""
    path = "/var/spool/seep"
    os.makedirs(path, exist_ok=True)
    shutil.chown(path, "unbound", "unbound")
    since = now()
    write(OPTIONS, SMALL + 'state-file: "%s/seep.state"\nevent-log: "%s/events"\nrpz-file: "%s/zone"\n' % (
        (path,) * 3))
    title += ", state-file elsewhere"
    tap.ok(start(), title + ": it starts")
    tap.equal((ask(secret(), "127.3.9.1"), state()), ("NOERROR", FAILING),
              title + ": it serves, seep.state failing")
    tap.equal(len(said(since, error)), 1, title + ": one line says why")
    for about in "seep: event-log", "seep: rpz-file":
        tap.ok(until(lambda: said(since, error, about)), "%s, %s, too" % (title, about))
    tap.equal(os.listdir(path), [], title + ": nothing is there")
    run("systemctl", "stop", "unbound")		# it would try again, and be denied again
    write(OPTIONS, SMALL)


def upstream(tap):
    """Upstream's unit, contrib/unbound.service.in, with what it asks for where there is no chroot."""
    title = "upstream's unit"
    since = now()
    text = read(UPSTREAM).split("# Below rules are needed when chroot is enabled")[0]
    text = text.replace("@UNBOUND_SBIN_DIR@", "/usr/sbin")
    text = text.replace("@UNBOUND_RUN_DIR@ @UNBOUND_CHROOT_DIR@", "/etc/unbound")
    write("/etc/systemd/system/unbound.service", text)
    write(REMOTE, CONTROL)
    tap.ok(start(), title + ": it starts", log(since))
    is_confined(tap, title)
    sandbox = ["LockPersonality=yes", "MemoryDenyWriteExecute=yes", "ProtectSystem=strict"]
    names = ",".join(one.partition("=")[0] for one in sandbox)
    tap.equal(sorted(run("systemctl", "show", "-p", names, "unbound").stdout.split()), sandbox,
              title + ": systemd's word on the sandbox")
    status = dict(line.split(":", 1) for line in read("/proc/%d/status" % pid()).splitlines())
    tap.equal((status["NoNewPrivs"].strip(), status["Seccomp"].strip()), ("1", "2"),
              title + ": the kernel's word")
    tap.equal((ask(secret(), "127.3.2.1"), state()), ("NOERROR", UNKEPT),
              title + ": it serves, and keeps no state")
    tap.equal(len(said(since, "Permission denied")), 1, title + ": one line says why")
    run("systemctl", "stop", "unbound")
    run("chown", "-R", "unbound:", "/var/lib/unbound")
    write(DROP_IN, advice("[Service]"))
    title += " with the drop-in of unbound/README.md"
    before = len(denied())
    tap.ok(start(), title + ": it starts")
    is_confined(tap, title)
    guards(tap, title, "127.3.2.1", False)
    only_denied(tap, title, before, ())
    operates(tap, title, "127.3.2.2", ())
    tap.equal(ended_by_filter(), [], title + ": no system call was forbidden")
    nowhere(tap, title, "Read-only file system")


def main():
    run("sysctl", "-w", "kernel.printk_ratelimit=0")
    with Tap() as tap:
        tap.note("Linux %s, %s, unbound %s" % (
            os.uname().release, run("systemctl", "--version").stdout.splitlines()[0],
            run("dpkg-query", "-W", "-f", "${Version}", "unbound").stdout))
        tap.equal(read("/proc/1/comm").strip(), "systemd", "systemd runs")
        tap.equal(read("/sys/module/apparmor/parameters/enabled").strip(), "Y", "AppArmor is enabled")
        tap.ok("unbound (enforce)\n" in read("/sys/kernel/security/apparmor/profiles"),
               "Debian's profile of Unbound is enforced")
        AUTHORITATIVE.start()
        write(LAB, LAB_CONF)
        tap.ok(start() and not stats(), "Debian's Unbound runs, without Seep")
        is_confined(tap, "without Seep")
        BY_ITSELF.update(denied())
        tap.note("denied to Unbound without Seep: %s" % sorted(map(str, BY_ITSELF)))
        debian(tap)
        nowhere(tap, "Debian's unit", "Permission denied")
        debian_allowed(tap)
        elsewhere(tap)
        upstream(tap)
        if tap.failed:
            tap.note(run("journalctl", "-u", "unbound", "-o", "short-precise", "-n", "300").stdout)
            tap.note("\n".join(line for line in run("dmesg").stdout.splitlines() if "type=1" in line))
    return tap.code()


AUTHORITATIVE = Authority()
BY_ITSELF = set()

if __name__ == "__main__":
    raise SystemExit(main())
