# SPDX-License-Identifier: BSD-3-Clause
"""Events for a SIEM from a guarded Unbound: read back as JSON and held against their schema; over
rotations, full disks and sockets; and with pseudonyms, without anybody's address."""

import contextlib
import json
import os
import re
import socket
import stat
import threading
import time

import rig
from live_change import seepctl
from rig import rcode_of, schema, secret, suffixes

CONF = ("learning: 0\nuser-budget: 200\nuser-refill: 0\ndomain-budget: 1g\n"
        "event-rate: 10000\nevent-log: events.json\n")
USER = "127.3.0.17"
NOBODY = 65534


def until(condition, timeout_s=10):
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def events_of(path):
    """The events in a file; a line that is no JSON is an error."""
    try:
        with open(path, encoding="ascii") as lines:
            return [json.loads(line) for line in lines if line.endswith("\n")]
    except FileNotFoundError:
        return []


def of(lab, *actions, name="/events.json"):
    return [event for event in events_of(lab.dir + name) if event["event"]["action"] in actions]


def hold(tap, events, text):
    """Each is as the schema has it, and numbered."""
    wanted = schema.of_events()
    faults = [fault for event in events for fault in schema.faults(event, wanted)]
    tap.ok(events and not faults, "%s: %d events are as the schema has it" % (text, len(events)),
           faults[:5])


def spend(lab, user=USER):
    return [rcode_of(lab.ask(secret(), source=user)) for _ in range(14)]


def test_events(tap):
    with rig.Lab(conf=CONF + suffixes.CONF, files=suffixes.files(), state="seep.state") as lab:
        tap.ok(until(lambda: of(lab, "started")), "a start is told")
        tap.equal(of(lab, "started")[0]["seep"]["mode"], "guard", "with its mode")
        before_s = time.time()
        codes = spend(lab)
        tap.ok(codes[0] == "NOERROR" and codes[-1] == "REFUSED", "a user is spent", codes)
        tap.ok(until(lambda: of(lab, "meter-spent") and of(lab, "query-refused")),
               "that is told, and a refusal")
        event = of(lab, "meter-spent")[0]
        own = event["seep"]
        tap.equal((event["source"]["ip"], own["user"], own["network"], own["meter"], own["action"]),
                  (USER, USER, "127.3.0.0/24", "user", "refuse"), "who, and what becomes of it")
        tap.ok(own["budget_bits"] == 1600 and 1200 < own["level_bits"] <= 1600, "level and budget",
               own)
        tap.ok(1 <= own["names"]["count"] <= 14 and own["names"]["error_percent"] == 10.4,
               "its names, with their error", own)
        question = event["dns"]["question"]
        tap.ok(question["name"].endswith("." + question["registered_domain"]) and
               question["type"] == "A", "the last name, and its domain", question)
        when_s = time.mktime(time.strptime(event["@timestamp"][:19], "%Y-%m-%dT%H:%M:%S")) - \
            time.timezone
        tap.ok(before_s - 2 < when_s < time.time() + 2, "when", event["@timestamp"])
        hostile = "a\\\"}{\\255\\000\\010" + os.urandom(8).hex() + ".hostile.example"
        for _ in range(5):
            lab.ask(hostile, source=USER)
        tap.ok(until(lambda: any(e["dns"]["question"]["registered_domain"] == "hostile.example"
                                 for e in of(lab, "query-refused"))), "a hostile name is told")
        event = of(lab, "query-refused")[-1]
        tap.ok(event["dns"]["question"]["name"].startswith("a\\\"}{\\255\\000\\010"),
               "as it is written in zone files", event)
        tap.equal(len([e for e in of(lab, "query-refused")
                       if e["dns"]["question"]["registered_domain"] == "hostile.example"]), 1,
                  "five refusals are one event, at first")
        for at in range(6):
            lab.ask("xkqvz%d.void" % at, source="127.3.0.99")
        tap.ok(until(lambda: of(lab, "dga-alarm")), "a DGA alarm")
        event = of(lab, "dga-alarm")[0]
        tap.equal((event["source"]["ip"], event["dns"]["question"]["registered_domain"][-5:]),
                  ("127.3.0.99", ".void"), "of whom, and its last domain")
        until(lambda: lab.seep()["num.seep.events.written"] == len(events_of(lab.dir + "/events.json")))
        seen = events_of(lab.dir + "/events.json")
        tap.equal([e["event"]["sequence"] for e in seen], list(range(1, len(seen) + 1)),
                  "they are numbered")
        stats = lab.seep()
        tap.equal((stats["num.seep.events.written"], stats["num.seep.events.left_out"],
                   stats["num.seep.events.failed"]), (len(seen), 0, 0), "and counted")
        lab.reload()
        tap.ok(until(lambda: len(of(lab, "started")) == 2), "a reload is a start")
        tap.equal([(e["seep"]["count"], "since" in e["seep"]) for e in of(lab, "query-refused")
                   if e["dns"]["question"]["registered_domain"] == "hostile.example"],
                  [(1, False), (4, True)], "before it, the other four refusals are told")
        tap.equal(len(of(lab, "stopped")), 1, "and the end")
        hold(tap, events_of(lab.dir + "/events.json"), "all")
        mode = os.stat(lab.dir + "/events.json").st_mode
        tap.equal(stat.S_IMODE(mode), 0o640, "the file's mode")


def test_problems(tap):
    with rig.Lab(conf=CONF + "allow-list: none.txt\n", state="seep.state") as lab:
        tap.ok(until(lambda: of(lab, "list-problem")), "a list that is missing")
        tap.ok("none.txt" in of(lab, "list-problem")[0]["event"]["reason"], "which one")
        lab.ask(secret())
        time.sleep(1.2)
        lab.stop()
        with open(lab.dir + "/seep.state", "r+b") as out:
            out.seek(400)
            out.write(b"\xff")
        lab.start()
        tap.ok(until(lambda: of(lab, "state-problem")), "a state file that is damaged")
        tap.ok("set aside as" in of(lab, "state-problem")[0]["event"]["reason"], "what became of it")
        lab.modules = "validator dynlib iterator"
        lab.write_conf()
        lab.restart()
        tap.ok(until(lambda: of(lab, "passthrough")), "an order in which nothing is guarded")
        event = of(lab, "passthrough")[0]
        tap.ok(event["seep"]["mode"] == "passthrough" and "dynlib" in event["event"]["reason"],
               "and why", event)
        hold(tap, events_of(lab.dir + "/events.json"), "all")


def test_learned(tap):
    """The end of learning, with its review."""
    with rig.Lab(conf=CONF.replace("learning: 0", "learning: 3s").replace(
            "user-budget: 200\nuser-refill: 0\n", "")) as lab:
        lab.ask("www.one.wild.example", source=USER)
        tap.equal(of(lab, "learning-ended"), [], "not while learning")
        time.sleep(3.2)
        for _ in range(3):
            lab.ask(secret(), source=USER)
            lab.seep()
        tap.ok(until(lambda: of(lab, "learning-ended")), "the end of learning")
        tap.equal(of(lab, "learning-ended")[0]["seep"]["learned"]["users"], 1, "who learned")
        hold(tap, events_of(lab.dir + "/events.json"), "all")


def test_rotation(tap):
    """Moved away while events come: no line is lost, or torn."""
    with rig.Lab(conf=CONF) as lab:
        going = threading.Event()

        def load():
            user = 0
            while not going.is_set():
                user += 1
                for _ in range(10):
                    lab.ask(secret(), source="127.3.%d.%d" % (user // 200, user % 200 + 1))
        asking = threading.Thread(target=load)
        asking.start()
        try:
            for turn in range(3):
                tap.ok(until(lambda: len(events_of(lab.dir + "/events.json")) > 5),
                       "events come, %d" % turn)
                os.rename(lab.dir + "/events.json", lab.dir + "/events.json.%d" % turn)
                tap.ok(until(lambda: os.path.exists(lab.dir + "/events.json"), 5),
                       "moved: there is a new file, %d" % turn)
        finally:
            going.set()
            asking.join(30)
        lab.stop()
        every = [event for name in ("/events.json.0", "/events.json.1", "/events.json.2",
                                    "/events.json") for event in events_of(lab.dir + name)]
        tap.equal([e["event"]["sequence"] for e in every], list(range(1, len(every) + 1)),
                  "all events are there, in order: %d" % len(every))
        hold(tap, every, "all")
        lab.start()


def test_full_disk(tap):
    with rig.Lab(conf=CONF.replace("events.json", "/dev/full")) as lab:
        codes = spend(lab)
        tap.ok(codes[0] == "NOERROR" and codes[-1] == "REFUSED", "it guards", codes)
        tap.ok(until(lambda: lab.seep()["num.seep.events.failed"] > 2), "what fails is counted")
        tap.equal(lab.seep()["num.seep.events.written"], 0, "nothing is written")
        said = [line for line in lab.log().splitlines() if "event-log:" in line]
        tap.ok(len(said) == 1 and "No space left on device" in said[0], "one line says so", said)
        lab.conf = CONF.replace("events.json", "none/events.json")
        lab.write_conf()
        lab.reload()
        tap.equal(rcode_of(lab.ask("www.one.wild.example")), "NOERROR", "without a directory, too")
        tap.ok(until(lambda: lab.seep()["num.seep.events.failed"] > 0), "that is counted")
        os.mkdir(lab.dir + "/none")
        tap.ok(until(lambda: of(lab, "events-left-out", name="/none/events.json")),
               "once there is one, it goes on, and says what is missing")
        hold(tap, events_of(lab.dir + "/none/events.json"), "there")


def test_rate(tap):
    with rig.Lab(conf=CONF.replace("event-rate: 10000", "event-rate: 2")) as lab:
        time.sleep(1)
        for user in range(1, 21):
            for _ in range(10):
                lab.ask(secret(), source="127.3.1.%d" % user)
        tap.ok(until(lambda: of(lab, "events-left-out")), "more than two a second are left out")
        # What waits in the queue may be left out yet.
        tap.ok(until(lambda: sum(e["seep"]["left_out"] for e in of(lab, "events-left-out")) ==
                     lab.seep()["num.seep.events.left_out"] > 10),
               "which is most of them, and events say how many")


def test_socket(tap):
    """Who listens may come later, and go."""
    with rig.Lab(conf=CONF.replace("events.json", "unix:siem.sock")) as lab, \
            contextlib.ExitStack() as stack:
        path = lab.dir + "/siem.sock"
        tap.ok(until(lambda: lab.seep()["num.seep.events.failed"] > 0), "nobody listens: counted")
        taken = []

        def listen():
            made = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            made.bind(path)
            made.settimeout(0.1)
            return made

        def take(made):
            with contextlib.suppress(TimeoutError):
                while True:
                    taken.append(json.loads(made.recv(65536)))
            return taken

        def actions(made):
            return {event["event"]["action"] for event in take(made)}

        def users(made):
            return {event["source"]["ip"] for event in take(made) if "source" in event}
        made = listen()
        spend(lab)
        tap.ok(until(lambda: {"events-left-out", "meter-spent", "query-refused"} <= actions(made)),
               "who listens gets them, and how many are missing", taken)
        hold(tap, taken, "datagrams")
        made.close()
        os.unlink(path)
        spend(lab, "127.3.0.18")
        made = listen()
        taken.clear()
        spend(lab, "127.3.0.19")
        tap.ok(until(lambda: "127.3.0.19" in users(made)), "so does another one later", taken)


SYSLOG = CONF.replace("event-log: events.json", "event-log: syslog") + suffixes.CONF
# RFC 3164: priority, local time, program and its number; then the message.
MESSAGE = re.compile(r"<(\d+)>([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) ([a-z]+)\[(\d+)\]: (\{.*\})")
# A /dev of the resolver's own, for the resolver's eyes only, whose log is a name for {0}/syslog.
OWN_DEV = ("mkdir -p '{0}/dev' && mount -t tmpfs tmpfs '{0}/dev' && cd '{0}/dev' && "
           "for node in null zero full random urandom; do "
           "touch $node && mount --bind /dev/$node $node || exit 1; done && "
           "ln -s '{0}/syslog' log && cd '{0}' && mount --rbind '{0}/dev' /dev")


class Syslog:
    """A daemon of the system's log, at its place: takes messages, or lets them lie where reads is False."""

    def __init__(self, lab, reads=True):
        self.path = lab.dir + "/syslog"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        self.events, self.odd, self.heads = [], [], set()
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)
        if reads:
            self.thread.start()

    def run(self):
        while not self.ending.is_set():
            with contextlib.suppress(TimeoutError):
                self.take(self.socket.recv(65536).decode("ascii"))

    def take(self, text):
        found = MESSAGE.fullmatch(text)
        if not found:
            self.odd.append(text)
            return
        priority, when, program, number, event = found.groups()
        stated_s = time.mktime(time.strptime("%d %s" % (time.localtime().tm_year, when),
                                             "%Y %b %d %H:%M:%S"))
        if abs(stated_s - time.time()) > 60:
            self.odd.append(text)
        self.heads.add((int(priority), program, int(number)))
        self.events.append(json.loads(event))

    def of(self, *actions):
        return [event for event in list(self.events) if event["event"]["action"] in actions]

    def close(self):
        self.ending.set()
        if self.thread.is_alive():
            self.thread.join(5)
        self.socket.close()
        os.unlink(self.path)


def quickly(lab, tap, text):
    """New names and known ones are answered as if there were no log."""
    since_s = time.monotonic()
    names = ["www.one.wild.example" if at % 2 else secret() for at in range(60)]
    codes = [rcode_of(lab.ask(name, source="127.3.2.%d" % (at + 1)))
             for at, name in enumerate(names)]
    took_s = time.monotonic() - since_s
    tap.ok(set(codes) == {"NOERROR"} and took_s < 3, text + ": it serves, at once",
           (sorted(set(codes)), took_s))


@contextlib.contextmanager
def own_dev(conf):
    """A lab whose resolver has a /dev/log of its own; the machine's is left alone."""
    with rig.Lab(conf=conf, files=suffixes.files(), state="seep.state") as lab:
        lab.mount = OWN_DEV.format(lab.dir)
        lab.restart()
        yield lab


def test_syslog(tap):
    with own_dev(SYSLOG) as lab:
        tap.ok(os.path.islink("/proc/%d/root/dev/log" % lab.process.pid), "the resolver's own /dev")
        daemon = Syslog(lab)
        spend(lab)
        tap.equal(seepctl(lab, "allow", "kind.example", "--reason", "ticket 18")[0], 0, "allow")
        tap.ok(until(lambda: daemon.of("operator-allow") and daemon.of("query-refused")),
               "a refusal and what an operator allowed are told", daemon.events)
        spent = daemon.of("meter-spent")
        tap.equal([event["source"]["ip"] for event in spent], [USER], "and a crossing, of whom")
        tap.ok("ticket 18" in daemon.of("operator-allow")[0]["event"]["reason"], "and why")
        tap.equal(daemon.heads, {(3 * 8 + 5, "seep", lab.process.pid)},
                  "daemon.notice, the program and its number")
        tap.equal(daemon.odd, [], "each message as RFC 3164 has it, of now")
        failed = lab.seep()["num.seep.events.failed"]
        for user in range(100, 110):
            spend(lab, "127.3.0.%d" % user)
        tap.ok(until(lambda: len(daemon.of("meter-spent")) == 11), "a burst of many, too")
        tap.equal(lab.seep()["num.seep.events.failed"], failed, "and none of it is lost")
        hold(tap, daemon.events, "all")
        daemon.close()


def test_syslog_stalls(tap):
    """Who does not read, or is not there, holds up nothing."""
    with own_dev(SYSLOG) as lab:
        tap.ok(until(lambda: lab.seep()["num.seep.events.failed"] > 0), "nobody is there: counted")
        quickly(lab, tap, "nobody is there")
        daemon = Syslog(lab, reads=False)
        # What a socket holds for who does not read is net.unix.max_dgram_qlen, or some more.
        with open("/proc/sys/net/unix/max_dgram_qlen") as file:
            room = int(file.read())
        before = lab.seep()["num.seep.events.failed"]
        users = iter(range(1, 8 * room))

        def fails():
            spend(lab, "127.4.%d.%d" % divmod(next(users), 200))
            return lab.seep()["num.seep.events.failed"] > before
        tap.ok(until(fails, 60), "it does not read: counted")
        tap.ok("event-log: /dev/log: Resource temporarily unavailable" in lab.log() or
               "event-log: /dev/log: No such file or directory" in lab.log(), "and said", lab.log())
        quickly(lab, tap, "it does not read")
        since_s = time.monotonic()
        lab.reload()
        tap.ok(time.monotonic() - since_s < 10, "it does not read: a reload is a reload")
        quickly(lab, tap, "after the reload")
        before = lab.seep()["num.seep.events.failed"]
        tap.ok(until(fails, 60), "it still does not read: counted")
        daemon.thread.start()
        spend(lab, "127.3.0.20")
        tap.ok(until(lambda: daemon.of("events-left-out")), "when it reads again, it is told how many it missed",
               daemon.events[-3:])
        tap.equal(daemon.odd, [], "and nothing came in part")
        hold(tap, daemon.events, "all")
        daemon.close()
        quickly(lab, tap, "it is gone")
        tap.equal(lab.stop(), 0, "and ends in time")
        lab.start()


def test_pseudonyms(tap):
    """Neither the log nor events have an address, or a name below its domain."""
    conf = CONF + "privacy: pseudonyms\n" + suffixes.CONF
    with rig.Lab(conf=conf, files=suffixes.files(), state="seep.state") as lab:
        hidden = []
        for _ in range(14):
            hidden.append(secret())
            lab.ask(hidden[-1], source=USER)
        for at in range(6):
            lab.ask("mine%d.xkqvz%d.void" % (at, at), source="127.3.0.99")
        tap.ok(until(lambda: of(lab, "meter-spent") and of(lab, "query-refused") and
                     of(lab, "dga-alarm")), "a crossing, a refusal and an alarm are told")
        lines = [line for line in lab.log().splitlines() if "seep: user " in line]
        tap.ok(any(" is spent; refusing" in line for line in lines) and
               any("generated domains" in line for line in lines), "in the log, too", lab.log())
        user = of(lab, "meter-spent")[0]["user"]["hash"]
        tap.ok(any(user in line for line in lines), "by the same pseudonym", (user, lines))
        lab.restart()
        spend(lab)
        tap.ok(until(lambda: len(of(lab, "query-refused")) > 2), "after a restart")
        tap.equal({e["user"]["hash"] for e in of(lab, "query-refused")}, {user},
                  "the user has the same one")
        lab.stop()
        with open(lab.dir + "/events.json", encoding="ascii") as file:
            text = file.read() + lab.log()
        lab.start()
        found = [part for part in [USER, "127.3.0.", "mine1"] +
                 [name.split(".", maxsplit=1)[0] for name in hidden] if part in text]
        tap.equal(found, [], "no address, and no label below a domain, in all of it")
        hold(tap, events_of(lab.dir + "/events.json"), "all")


def test_operators(tap):
    """What operators change is told: who, what and why; with pseudonyms without an address."""
    for privacy in "names", "pseudonyms":
        with rig.Lab(conf=CONF + "privacy: %s\n" % privacy + suffixes.CONF,
                     files=suffixes.files(), state="seep.state") as lab:
            spend(lab)
            for words in (("clear", "user", USER, "--reason", "ticket 17"),
                          ("allow", "kind.example", "--for", "1d"),
                          ("allow", "kind.example", "--user", USER),
                          ("allow", "remove", "kind.example")):
                code, text = seepctl(lab, *words)
                tap.ok(code == 0, "%s: seepctl %s" % (privacy, " ".join(words[:2])), text)
            tap.ok(until(lambda: of(lab, "operator-disallow")), "told")
            told = of(lab, "operator-clear", "operator-allow", "operator-disallow")
            tap.equal([event["event"]["action"] for event in told],
                      ["operator-clear", "operator-allow", "operator-allow", "operator-disallow"],
                      "each change")
            tap.ok(all("uid 0" in event["user"]["name"] for event in told), "by whom", told)
            tap.ok("ticket 17" in told[0]["event"]["reason"] and
                   "kind.example" in told[1]["event"]["reason"], "what, and why", told)
            hold(tap, told, privacy)
            with open(lab.dir + "/events.json") as events:
                both = events.read() + lab.log()
            tap.equal(USER in both, privacy == "names", "with %s" % privacy)


def test_ended(tap):
    """An exception that ends by itself is told once: while Seep runs, and when it did not."""
    with rig.Lab(conf=CONF + suffixes.CONF, files=suffixes.files(), state="seep.state") as lab:
        seepctl(lab, "allow", "one.example", "--for", "2s", "--reason", "ticket 18")
        tap.ok(until(lambda: of(lab, "allow-ended")), "told without a question")
        seepctl(lab, "allow", "two.example", "--for", "2s")
        lab.stop()
        time.sleep(2.5)
        lab.start()
        tap.ok(until(lambda: len(of(lab, "allow-ended")) > 1), "what ended meanwhile is told at the start")
        lab.restart()
        time.sleep(1.5)
        told = of(lab, "allow-ended")
        tap.ok(len(told) == 2 and "allowed one.example for everybody until" in told[0]["event"]["reason"] and
               "ticket 18" in told[0]["event"]["reason"] and "two.example" in told[1]["event"]["reason"],
               "each once, and why it was", told)
        tap.ok(all("uid 0" in event["user"]["name"] for event in told), "who allowed it", told)
        lines = [line for line in lab.log().splitlines() if "which is over" in line]
        tap.ok(len(lines) == 2 and "operator" in lines[0], "the log has an audit line of each", lines)
        hold(tap, told, "ended")


def test_unprivileged(tap):
    """As a user without rights, in a directory of its own and in one that is not."""
    with rig.Lab(conf=CONF.replace("events.json", "own/events.json"),
                 extra="username: \"nobody\"") as lab:
        lab.stop()
        os.makedirs(lab.dir + "/own", exist_ok=True)
        for name in (lab.dir + "/own", lab.dir, *(entry.path for entry in os.scandir(lab.dir))):
            os.chown(name, NOBODY, NOBODY)
        lab.start()
        path = lab.dir + "/own/events.json"
        tap.equal(os.stat("/proc/%d" % lab.process.pid).st_uid, NOBODY, "it has no rights")
        tap.ok(until(lambda: of(lab, "started", name="/own/events.json")), "it writes")
        tap.equal(os.stat(path).st_uid, NOBODY, "as that user")
        os.rename(path, path + ".1")
        tap.ok(until(lambda: os.path.exists(path), 5), "and makes a new file")
        os.chown(lab.dir + "/own", 0, 0)
        os.unlink(path)
        users = iter(range(20, 200))
        tap.ok(until(lambda: spend(lab, "127.3.0.%d" % next(users)) and
                     lab.seep()["num.seep.events.failed"] > 0), "without rights: counted")
        tap.ok("own/events.json: Permission denied" in lab.log(), "and said")
        tap.equal(rcode_of(lab.ask("www.one.wild.example")), "NOERROR", "it serves")
