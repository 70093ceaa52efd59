# SPDX-License-Identifier: BSD-3-Clause
"""seepctl asks a guarded Unbound, with the patch and without, what it is doing."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import rig
from rig import need, rcode_of

SEEPCTL = os.path.join(os.path.dirname(need.module_path()), "seepctl")
if not os.path.exists(SEEPCTL):	# an instrumented module is built without it
    SEEPCTL = os.path.join(need.PROJECT, "build", "seep", need.VERSION, "seepctl")
CONF = "learning: 0\nuser-budget: 200\nuser-refill: 20\ndomain-budget: 1g\ndomain-refill: 0\n"
USER = "127.3.0.1"
CLEAR = "\033[H\033[J"	# what a screen of seepctl top begins with
# With the patch, and without; what is instrumented has it.
BINARIES = (None,) if os.environ.get("SEEP_UNBOUND") else (None, "plain")


def seepctl(lab, *words):
    """Its exit status, what it prints, and what it complains."""
    done = subprocess.run((SEEPCTL, *words, "-s", lab.dir + "/seep.control"), capture_output=True,
                          text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def read(lab, *words):
    """The object that it prints with --json; {} if that is none."""
    code, out, err = seepctl(lab, *words, "--json")
    try:
        return json.loads(out)
    except ValueError:
        print("#", code, out, err)
        return {}


def spend(lab, domain="wild.example"):
    """Sends names of some 25 bytes until one is refused; how many went."""
    for sent in range(40):
        name = "%s.%s" % (os.urandom(20).hex(), domain)
        if rcode_of(lab.ask(name, source=USER)) == "REFUSED":
            return sent
    return -1


def test_refused(tap):
    """The last refusals, and what the cache answered in place of one."""
    for binary in BINARIES:
        with rig.Lab(conf=CONF + "exempt-user: 127.0.9.0/24\n", binary=binary,
                     zones={"short.example": (1, "www A 192.0.2.10\n")}) as lab:
            tap.equal(read(lab, "refused").get("refused"), [], "%s: none" % (binary or "patched"))
            _, out, _ = seepctl(lab, "refused")
            tap.equal(out, "none since Unbound started or reloaded\n", "as text")
            lab.ask("www.short.example", source="127.0.9.1")
            spend(lab)
            time.sleep(2.2)	# the TTL of one second passes
            for letters in 10, 2, 1:	# names of any length are too much then
                for at in range(40):
                    if rcode_of(lab.ask("%s%d.wild.example" % (letters * "x", at),
                                        source=USER)) == "REFUSED":
                        break
            lab.ask("www.short.example", source=USER)
            rows = read(lab, "refused").get("refused", [])
            kinds = {(row["name"], row["stale"]) for row in rows}
            tap.ok(len(rows) >= 2 and all(row["client"] == USER and row["meter"] == "user" and
                                          row["budget_bytes"] == 200 and row["type"] == "A"
                                          for row in rows), "who, by which meter, of what budget", rows)
            tap.ok(all(row["level_bytes"] + row["charge_bytes"] > 200 for row in rows),
                   "what would have been too much", rows)
            tap.ok(("www.short.example", True) in kinds, "a stale answer is told as one", kinds)
            tap.ok(any(name.endswith("wild.example") and not stale for name, stale in kinds),
                   "a refusal is told as one", kinds)
            code, out, err = seepctl(lab, "refused", "--since", "1h")
            tap.ok(code == 0 and not err and out.count("\n") == len(rows) + 1 and "refused" in out and
                   "stale" in out, "as text, of the last hour", out + err)
            time.sleep(1.1)
            tap.equal(read(lab, "refused", "--since", "1s").get("refused"), [],
                      "none in the last second")


def screen(lab, screens, *words, columns=80, term="xterm"):
    """What seepctl shows on a terminal of so many columns and 24 rows, until it began so many screens."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen((SEEPCTL, *words, "-s", lab.dir + "/seep.control"), stdin=theirs,
                               stdout=theirs, stderr=theirs,
                               env={**{key: os.environ[key] for key in os.environ if key != "NO_COLOR"}, "TERM": term})
    os.close(theirs)
    text = b""
    until_s = time.monotonic() + 30
    while text.count(CLEAR.encode()) < screens and time.monotonic() < until_s:
        if select.select((ours,), (), (), 0.1)[0]:
            try:
                text += os.read(ours, 65536)
            except OSError:	# it has ended
                break
    process.kill()
    process.wait()
    os.close(ours)
    return text.decode()


def test_top(tap):
    for binary in BINARIES:
        with rig.Lab(conf=CONF, binary=binary) as lab:
            spend(lab)
            time.sleep(1.1)	# who comes now was seen in a later second
            for at in range(30):
                lab.ask("www.d%d.example" % at, source="127.3.1.%d" % (at + 1))
            top = read(lab, "top")
            tap.equal([len(top.get(kind, [])) for kind in ("users", "networks", "domains")],
                      [10, 2, 10], "%s: ten of each, or all" % (binary or "patched"))
            tap.equal([row["user"] for row in top["users"]][:1], [USER], "the fullest first")
            tap.ok(top["users"][0]["spent"] and "newcomers" in top["networks"][0],
                   "with what show tells", top)
            last = read(lab, "top", "users", "-n", "1", "--sort", "last")
            tap.ok(list(last) == ["users"] and last["users"][0]["user"].startswith("127.3.1."),
                   "only users, who was seen last", last)
            code, out, err = seepctl(lab, "top", "domains", "-n", "3", "--sort", "level")
            tap.ok(code == 0 and not err and out.count("\n") == 4 and "wild.example" in out and
                   "\033" not in out, "as text, once", out + err)
            code, out, err = seepctl(lab, "top", "-n", "65")
            tap.ok((code, out) == (1, "") and "0 for as many" in err, "more than an answer holds", err)
            text = screen(lab, 2, "top")
            tap.equal(text.count(CLEAR), 2, "on a terminal again and again")
            one = re.sub("\033\\[[0-9]*[mHJ]", "", text.split(CLEAR)[1]).split("\r\n")
            tap.ok(10 < len(one) <= 24 and max(len(line) for line in one) <= 80,
                   "no more than it has room for", one)
            tap.ok(any(line.endswith(USER) for line in one) and
                   any(".example" in line for line in one),
                   "the names among it", one)
            tap.ok("\033[31m" in text, "who is spent is red", text)
            text = screen(lab, 1, "top", "--once")
            tap.ok(CLEAR not in text and ".example" in text, "or once", text)
            for columns, kept in ((120, " last seen "), (80, " names "), (58, " bytes "), (40, "level ")):
                rows = re.sub("\033\\[[0-9]*m", "", screen(lab, 1, "top", "--once", columns=columns)).split("\r\n")
                tap.ok(max(len(row) for row in rows) <= columns and any(row.endswith(" " + USER) for row in rows) and
                       any(row.endswith(".example") for row in rows) and kept in rows[0],
                       "of %d columns: the names are whole, and there is room for \"%s\"" % (columns, kept.strip()), rows)
            tap.ok(" last seen " not in rows[0] and " bytes " not in rows[0], "but not for all", rows[0])
            text = screen(lab, 1, "top", term="dumb")
            tap.ok("\033" not in text and USER in text, "on a dumb one once, without codes", text)


class Watched:
    """seepctl top on a terminal, and what it has shown so far."""

    def __init__(self, lab):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen((SEEPCTL, "top", "-s", lab.dir + "/seep.control"), stdin=theirs,
                                        stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.text = ""

    def shows(self, word, times, timeout_s):
        """Whether it shows that so many times, in so many seconds."""
        until_s = time.monotonic() + timeout_s
        while self.text.count(word) < times and time.monotonic() < until_s:
            if select.select((self.ours,), (), (), 0.1)[0]:
                try:
                    self.text += os.read(self.ours, 65536).decode()
                except OSError:	# it has ended
                    break
        return self.text.count(word) >= times

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.ours)


def test_top_reload(tap):
    """While the resolver reloads top says so and goes on; when it does not come back it ends, with 1."""
    with rig.Lab(conf=CONF) as lab:
        top = Watched(lab)
        tap.ok(top.shows(CLEAR, 1, 10), "it shows", top.text)
        for at in range(3):
            lab.reload()
        seen = top.text.count(CLEAR)
        tap.ok(top.shows(CLEAR, seen + 2, 10) and top.process.poll() is None, "reloads do not end it", top.text)
        lab.stop()
        tap.ok(top.shows("resolver is reloading", 1, 10), "it says that nobody listens", top.text)
        seen = top.text.count(CLEAR)
        lab.start()
        tap.ok(top.shows(CLEAR, seen + 2, 10), "and goes on", top.text)
        lab.stop()
        tap.ok(top.shows("resolver is reloading", 2, 10), "it says it again", top.text)
        tap.ok(top.shows("is Unbound running", 1, 40), "it gives up, and says why", top.text)
        tap.equal(top.process.wait(timeout=10), 1, "with exit status 1")
        top.end()
        lab.start()


def test_explain(tap):
    """What a name costs is what it is charged then; and explaining it leaves all as it is."""
    for binary in BINARIES:
        with rig.Lab(conf=CONF + "allow-domain: free.example\n", binary=binary) as lab:
            lab.ask("www.wild.example", source=USER)
            before = read(lab, "show", "user", USER)
            name = "%s.wild.example" % os.urandom(10).hex()
            told = read(lab, "explain", name, "--for", USER, "--type", "TXT")
            kinds = [piece["piece"] for piece in told.get("pieces", [])]
            tap.ok(told.get("class") == "novel" and told.get("domain") == "wild.example" and
                   {"type", "label", "domain", "novel", "order"} <= set(kinds),
                   "%s: a novel name, piece by piece" % (binary or "patched"), told)
            tap.ok(abs(sum(piece["bits"] for piece in told["pieces"]) - told["price_bits"]) < 0.02,
                   "which add up to the price", told)
            label = [piece for piece in told["pieces"] if piece["piece"] == "label"]
            tap.ok([(piece["label"], piece["code"]) for piece in label] ==
                   [(name.split(".")[0], "hexadecimal")], "each label, by which code", label)
            tap.equal(read(lab, "show", "user", USER), before, "nothing has changed by that")
            lab.ask(name, "TXT", source=USER)
            after = read(lab, "show", "user", USER)
            tap.ok(abs(after["level_bytes"] - before["level_bytes"] - told["charge_bits"] / 8) < 0.2,
                   "and that is what it is charged then", (before, after, told))
            tap.equal(read(lab, "explain", name, "--for", USER).get("class"), "known", "then it is known")
            spend(lab)
            told = read(lab, "explain", "x" * 40 + ".wild.example", "--for", USER)
            tap.ok((told.get("outcome"), told.get("meter")) == ("refuse", "user"),
                   "a spent user's is refused", told)
            code, out, err = seepctl(lab, "explain", "x" * 40 + ".wild.example", "--for", USER)
            tap.ok(code == 0 and not err and "refused, or answered with what the cache still has, by "
                   "the meter of the user" in out and "the price" in out, "as text", out + err)
            told = read(lab, "explain", "any.free.example")
            tap.ok((told.get("class"), told.get("client"), told.get("outcome")) ==
                   ("allowed", None, "pass"), "an allowed one costs nothing", told)
            for words, why in ((("a..b",), "has an empty label"), (("a", "--type", "NONSENSE"), "not a type"),
                               (("a", "--for", "1.2.3"), "not an IPv4")):
                code, out, err = seepctl(lab, "explain", *words)
                tap.ok((code, out) == (1, "") and why in err and err.count("\n") == 1,
                       "wrong: " + why, err)


def test_status_and_show(tap):
    for binary in BINARIES:
        with rig.Lab(conf=CONF, state="seep.state", binary=binary) as lab:
            tap.equal(read(lab, "show", "user", USER), {}, "%s: nobody yet" % (binary or "patched"))
            sent = spend(lab)
            tap.ok(sent > 3, "a user spends its budget", sent)
            status = read(lab, "status")
            tap.equal((status.get("mode"), status.get("state"), status.get("users", {}).get("spent"),
                       status.get("users", {}).get("budget_bytes")), ("guard", "kept", 1, 200),
                      "status: it guards, and one is spent")
            code, out, err = seepctl(lab, "status")
            tap.ok(code == 0 and not err and "Guarding" in out and "users     1 of " in out and
                   "\033" not in out, "as text", out + err)
            user = read(lab, "show", "user", USER)
            tap.ok(user.get("spent") and 150 < user.get("level_bytes", 0) <= 225 and
                   user.get("budget_bytes") == 200 and user.get("sent") == sent and
                   user.get("refusals") == 1 and user.get("free"),
                   "show user: its meter, since when and until when", user)
            _, out, _ = seepctl(lab, "show", "user", USER)
            tap.ok("spent; flagged or refused last at " in out and "free from " in out and
                   "standing  " in out, "as text", out)
            network = read(lab, "show", "network", USER + "/24")
            tap.ok(network.get("network") == "127.3.0.0/24" and network.get("users") == 1 and
                   "newcomers" in network, "show network", network)
            domain = read(lab, "show", "domain", "any.wild.example")
            tap.ok(domain.get("domain") == "wild.example" and domain.get("users") == 1 and
                   domain.get("rare") is True, "show domain, by a name in it", domain)
            code, out, err = seepctl(lab, "show", "network", USER + "/16")
            tap.ok((code, out) == (1, "") and "have 24 bits" in err, "another network's bits", err)
            code, out, err = seepctl(lab, "show", "user", "127.3.0.9")
            tap.ok((code, out) == (1, "") and "no such user" in err and err.count("\n") == 1,
                   "one of whom nothing is known: one line", err)
            lab.stop()
            code, out, err = seepctl(lab, "status")
            tap.ok((code, out) == (1, "") and "is Unbound running" in err and err.count("\n") == 1,
                   "it has ended: one line says what to do", err)
