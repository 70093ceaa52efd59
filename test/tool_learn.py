#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seepctl learn: a state file from a trace is what an engine that saw the trace would have, and nothing is written
of what cannot be used. TAP."""
import calendar
import collections
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

SOURCE = os.environ.get("SEEP_SRC", ".")
BUILD = os.environ.get("SEEP_BUILD", ".")
SEEPCTL = os.path.abspath(os.environ.get("SEEPCTL", os.path.join(BUILD, "seepctl")))
START = os.path.join(BUILD, "test", "warm_start")
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, "test", folder) for folder in ("", "data", "rig")]
import trace_make  # noqa: E402
from tap import Tap  # noqa: E402
from tool_state import siphash_1_3  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal

DAY_S = 86400
MEMORY = ("--memory-size", "4m")
USERS = 12
LATE, TUNNEL = 40, 6	# one that comes after learning, and one that was there
CROWD = 99	# needs more than any budget
WEEK_DAYS = 7.5	# what is learned from; half a day of it is after learning

Row = collections.namedtuple("Row", "at user name")	# seconds, 10.0.0.USER


def run(*arguments, stdin=b"", cwd=None):
    done = subprocess.run([SEEPCTL, *arguments], input=stdin, capture_output=True, timeout=120, cwd=cwd)
    return done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace")


def shown(*arguments):
    """The object that --json prints."""
    code, out, err = run(*arguments, "--json")
    equal((code, err), (0, ""), "%s --json exits with 0" % " ".join(arguments[:2]))
    return json.loads(out or "{}")


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def is_near(text, when_s, within_s=60):
    return abs(seconds(text) - when_s) <= within_s


def secret(draw, domain, length=40):
    return "%s.%s" % ("".join(draw.choices("abcdefghijklmnopqrstuvwxyz234567", k=length)), domain)


def week(start, days=WEEK_DAYS):
    """An office that asks for the same sites every day, and for a few names that are new."""
    draw = random.Random(1)
    made = []
    for day in range(int(days) + 1):
        for user in range(1, USERS + 1):
            hour = start + (day + 0.1) * DAY_S + 3600 * user
            made += [Row(hour + 60 * at, user, "www.site%d.example" % at) for at in range(30)]
            made += [Row(hour + 2000 + 60 * at, user, secret(draw, "of%d.example" % user, 13))
                     for at in range(2 + user)]
    made += [Row(start, 1, "www.site0.example"), Row(start + days * DAY_S, 1, "www.site0.example")]
    return sorted(row for row in made if start <= row.at <= start + days * DAY_S)


def next_day(start):
    """What follows: known names, and two tunnels."""
    draw = random.Random(2)
    made = [Row(start + 60 * at + user, user, "www.site%d.example" % at) for at in range(30) for user in range(1, USERS + 1)]
    for user in (LATE, TUNNEL):
        made += [Row(start + 600 + 30 * at + user / 100, user, secret(draw, "tunnel%d.example" % user)) for at in range(120)]
    return sorted(made)


def write(path, made):
    with open(path, "w") as out:
        out.writelines("%.3f\t10.0.0.%d\tA\t%s\tNOERROR\t60\n" % (row.at, row.user, row.name) for row in made)
    return path


def learned(directory, start):
    """The file is a state file, of now."""
    now_s = time.time()
    trace, path = os.path.join(directory, "week.tsv"), os.path.join(directory, "seep.state")
    made = shown("learn", *MEMORY, "-o", path, trace)
    equal(sorted(os.listdir(directory)), ["seep.state", "week.tsv"], "one file is written, and nothing is left beside it")
    equal(os.stat(path).st_mode & 0o7777, 0o600, "it is for its owner alone")
    code, out, err = run("check-state", path)
    ok(code == 0 and err == "" and out.startswith("ok: version 1, checkpoint of %d users, 1 network, " % USERS) and
       out.endswith("ended well\n"), "check-state: it is whole, and nobody's", out + err)
    equal((made["state"]["file"], made["state"]["bytes"]), (path, os.stat(path).st_size), "--json: where it is")
    equal((made["trace"]["queries"], made["trace"]["malformed"], made["learning_missing_s"]),
          (len(week(start)), 0, 0), "--json: all queries, and no learning is missing")
    status = shown("learn", "status", path)
    equal({key: made[key] for key in status}, status, "learn status says the same of it")
    equal(shown("learn", "--json", "status", path), status, "also with --json first")
    ok(not status["learning"] and is_near(status["until"], now_s - 0.5 * DAY_S),
       "learning is over since seven days after the trace's first query", status["until"])
    equal((status["users"]["learned"], status["networks"]["learned"], status["no_budget_fits"]), (USERS, 1, []),
          "all learned a budget")
    top = shown("top", "-n", "0", path)
    rows = {row["user"]: row for row in top["users"]}
    equal(set(rows), {"10.0.0.%d" % user for user in range(1, USERS + 1)}, "top: the users")
    ok(is_near(rows["10.0.0.1"]["last_seen"], now_s) and is_near(rows["10.0.0.1"]["first_seen"], now_s - WEEK_DAYS * DAY_S),
       "top: seen as if the trace ended now", rows["10.0.0.1"])
    ok(all(row["established"] for row in rows.values()), "they are established", rows)
    site = shown("show", "domain", "site7.example", path)
    # Beyond seven it is an estimate.
    ok(7 < site["users"] < 18 and site["names"] == 1, "show domain: its users and names", site)
    return path


def review(path, trace):
    """What learning found is what the end of learning tells in a replay."""
    code, out, _ = run("replay", "--json", "--learning", "7d", *MEMORY, trace)
    told = json.loads(out)["review"]
    status = shown("learn", "status", path)
    equal(code, 0, "the same by replay")
    equal((status["users"]["learned"], status["networks"]["crowds"]), (told["users"], told["networks_too_large"]),
          "as many learned")
    # The file's key is drawn, and estimates differ by it; a budget counts in 256 bytes.
    for kind, mine, theirs in (("a newcomer's", status["new_bytes"], told["new_bytes"]),
                               ("the largest", status["users"]["most_bytes"], told["most_bytes"])):
        ok(mine > 0 and abs(mine - theirs) <= 256, "%s budget is the same" % kind, (status, told))


def warm(path, made, start, conf="learning: 7d\nmemory-size: 4m\n"):
    """What becomes of queries in a resolver that starts with the file: by user, known, charged and refused ones."""
    text = "".join("%d %d %s\n" % (1000 * (row.at - start), row.user, row.name) for row in made)
    done = subprocess.run([START, path, conf], input=text, capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, "a resolver starts with the file")
    ok("restored %d users" % USERS in done.stderr and "problem" not in done.stderr and "implausible" not in done.stderr,
       "it restores the users, and finds nothing wrong", done.stderr)
    return {int(line.split()[0]): tuple(map(int, line.split()[1:])) for line in done.stdout.splitlines()}


def guards(directory, path, start):
    """The first day with the file is the day that would have followed the trace."""
    end = start + WEEK_DAYS * DAY_S
    after = next_day(end)
    both = write(os.path.join(directory, "both.tsv"), week(start) + after)

    def replayed(trace):
        return json.loads(run("replay", "--json", "--learning", "7d", "--no-cache", *MEMORY, trace)[1])

    path = os.path.join(directory, "bare.state")
    equal(run("learn", "--no-cache", *MEMORY, "-o", path, os.path.join(directory, "week.tsv"))[0], 0, "a trace of misses")
    cold, whole = replayed(os.path.join(directory, "week.tsv")), replayed(both)
    found = warm(path, after, end)
    equal(sum(known for known, _, _ in found.values()), whole["totals"]["known"] - cold["totals"]["known"],
          "as many names are known on the first day as by going on")
    equal([found[user] for user in range(1, USERS + 1) if user != TUNNEL], [(30, 0, 0)] * (USERS - 1),
          "all of those who ask as before, and nothing is refused them")
    for user in (LATE, TUNNEL):
        refused = whole["users"]["10.0.0.%d" % user]["refused"]
        ok(20 < refused < 110 and abs(found[user][2] - refused) <= 2, "10.0.0.%d is refused the same: %d, %d"
           % (user, found[user][2], refused))
    ok(found[TUNNEL][2] > found[LATE][2] + 10, "the one that was there has the budget that it learned, which is small", found)

    # Of both parts, what was refused is told.
    path = os.path.join(directory, "both.state")
    made = shown("learn", "--no-cache", *MEMORY, "-o", path, both)
    flagged = json.loads(run("replay", "--json", "--learning", "7d", "--action", "flag", "--no-cache", *MEMORY, both)[1])
    for user in (LATE, TUNNEL):
        key = "10.0.0.%d" % user
        ok(abs(made["would_refuse"]["users"].get(key, 0) - flagged["users"][key]["would_refuse"]) <= 2,
           "%s: what would have been refused is told as by replay" % key, made["would_refuse"])
    equal(set(made["would_refuse"]["users"]), {"10.0.0.%d" % user for user in (LATE, TUNNEL)}, "of nobody else")
    equal(set(made["would_refuse"]["domains"]), {"tunnel%d.example" % user for user in (LATE, TUNNEL)}, "and where to")
    equal(made["would_refuse"]["queries"], sum(made["would_refuse"]["users"].values()), "in all")
    code, out, _ = run("learn", "--no-cache", *MEMORY, "--force", "-o", path, both)
    found = re.search(r"^refused +after learning, in 13\.\d hours, it would have been (\d+) queries of 2 users in 2 domains; "
                      r"in the last day of learning 0 fitted no budget$", out, re.M)
    ok(code == 0 and found and abs(int(found.group(1)) - made["would_refuse"]["queries"]) <= 2 and
       re.search(r"^ +\d+ user 10\.0\.0\.40$", out, re.M) and re.search(r"^ +\d+ domain tunnel6\.example$", out, re.M),
       "and as text", out)
    # What left is known, also what would have been refused.
    found = warm_again(path, [row for row in after if row.user == LATE][-5:])
    equal(found[0], 5, "what the trace shows did leave, and is known")


def warm_again(path, made):
    text = "".join("0 1 %s\n" % row.name for row in made)
    out = subprocess.run([START, path, "learning: 7d\nmemory-size: 4m\n"], input=text, capture_output=True, text=True,
                         timeout=60).stdout
    return tuple(map(int, out.split()[1:]))


def no_budget(directory, start):
    """Whom no budget fits is named, and in the last day of learning what would not have fitted any."""
    draw = random.Random(3)
    crowd = [Row(start + day * DAY_S + at, CROWD, secret(draw, "crowd.example")) for day in (6.5, 7.2) for at in range(1000)]
    crowd.append(Row(start + 1, CROWD, "www.site0.example"))
    trace = write(os.path.join(directory, "crowd.tsv"), sorted(week(start) + crowd))
    path = os.path.join(directory, "crowd.state")
    code, out, _ = run("learn", *MEMORY, "-o", path, trace)
    ok(code == 0 and "no budget fits user 10.0.0.99, about" in out and "exempt-user" in out, "whom no budget fits, and what to do",
       out)
    ok(int(re.search(r"in the last day of learning (\d+) fitted no budget", out).group(1)) > 100,
       "what no budget would have fitted", out)
    ok(", it would have been 0 queries of 0 users in 0 domains; " in out,
       "of it nothing would have been refused, before learning is over or after", out)
    equal([row.get("user") for row in shown("learn", "status", path)["no_budget_fits"]], ["10.0.0.99"], "as the file says")


def short(directory, start):
    """Of a trace that is shorter than learning, the resolver learns the rest."""
    trace = write(os.path.join(directory, "short.tsv"), week(start, 5))
    path = os.path.join(directory, "short.state")
    now_s = time.time()
    code, out, err = run("learn", *MEMORY, "-o", path, trace)
    ok(code == 0 and err == "" and "\nrefused   nothing yet: the trace lacks 2.00 days of the 7.00 days of learning, which the resolver goes on with\n" in out,
       "a short trace: told", out + err)
    made = shown("learn", *MEMORY, "--force", "-o", path, trace)
    ok(made["learning"] and is_near(made["until"], now_s + 2 * DAY_S), "learning goes on for two days", made["until"])
    ok(abs(made["learning_missing_s"] - 2 * DAY_S) < 1 and made["would_refuse"] == {} and made["new_bytes"] is None and
       made["users"]["seen"] == USERS, "in JSON", made)
    draw = random.Random(4)
    tunnel = [Row(at, TUNNEL, secret(draw, "tunnel.example")) for at in range(200)]
    found = warm(path, tunnel, 0)
    equal(found[TUNNEL][2], 0, "nothing is refused meanwhile")
    found = warm(path, [Row(row.at + 2 * DAY_S, *row[1:]) for row in tunnel], 0)
    ok(found[TUNNEL][2] > 50, "and two days later it is", found)
    made = shown("learn", *MEMORY, "--learning", "5d", "--force", "-o", path, trace)
    ok(not made["learning"] and made["new_bytes"] and made["learning_missing_s"] == 0, "learning as long as the trace: over", made)


def overwriting(directory, start):
    trace = os.path.join(directory, "week.tsv")
    place = os.path.join(directory, "there")
    os.mkdir(place)
    path = os.path.join(place, "seep.state")

    def learn(*arguments):
        return run("learn", *MEMORY, "-o", path, *arguments, trace)

    def content():
        with open(path, "rb") as file:
            return file.read()

    with open(path, "w") as out:
        out.write("mine")
    code, out, err = learn()
    ok(code == 1 and out == "" and path + ": is there already" in err and "--force" in err, "a file that is there: told", err)
    equal((content(), os.listdir(place)), (b"mine", ["seep.state"]), "and left alone")
    os.rename(path, path + ".mine")
    slow = subprocess.Popen([SEEPCTL, "learn", *MEMORY, "-o", path, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
    with open(trace, "rb") as file:
        slow.stdin.write(file.read())	# more than a pipe holds: its look at FILE is over
    os.rename(path + ".mine", path)
    out, err = slow.communicate(timeout=60)
    ok(slow.returncode == 1 and out == b"" and b"cannot be put in place: File exists" in err, "one that came meanwhile: told", err)
    equal((content(), os.listdir(place)), (b"mine", ["seep.state"]), "and left alone")
    equal(learn("--force")[0], 0, "--force")
    equal(sorted(os.listdir(place)), ["seep.state", "seep.state.old"], "it stays beside the new one")
    with open(path + ".old", "rb") as file:
        equal(file.read(), b"mine", "as it was")
    equal(run("check-state", path)[0], 0, "the new one is whole")
    before = content()
    if sys.byteorder == "little":
        # As a resolver's that runs: this process's, written just now.
        owned = bytearray(before)
        owned[152:160] = struct.pack("<Q", os.getpid())
        owned[160:168] = struct.pack("<Q", siphash_1_3(bytes(owned[56:72]), bytes(owned[:160])))
        with open(path, "wb") as out:
            out.write(owned)
        code, _, err = learn("--force")
        ok(code == 1 and "a resolver writes this file now: stop it first" in err, "a file in use is not replaced", err)
        equal(content(), owned, "and left alone")
        os.utime(path, (time.time() - 60,) * 2)
        equal(learn("--force")[0], 0, "unless nobody writes to it")
    os.unlink(path)
    os.symlink(trace, path)
    code, _, err = learn("--force")
    ok(code == 1 and "is no file" in err and os.path.islink(path), "a link is not followed", err)
    os.unlink(path)
    os.mkdir(path)
    code, _, err = learn("--force")
    ok(code == 1 and "is no file" in err, "nor a directory replaced", err)
    path = os.path.join(directory, "nowhere", "seep.state")
    code, _, err = learn()
    ok(code == 1 and path + ": cannot be created: No such file or directory" in err, "no such directory", err)


def bad_input(directory, start):
    """Told by file and line, and nothing is written."""
    good = os.path.join(directory, "week.tsv")
    place = os.path.join(directory, "bad")
    os.mkdir(place)
    path = os.path.join(place, "seep.state")

    def put(name, text):
        with open(os.path.join(directory, name), "wb") as out:
            out.write(text)
        return os.path.join(directory, name)

    line = b"%d\t10.0.0.1\tA\twww.site0.example\n" % start
    conf = put("bad.conf", b"learning: 7d\nflag-at: 200\n")
    listed = put("bad.list", b"good.example\n||example.org^\n")
    torn = put("torn.tsv.gz", b"\x1f\x8b\x08" + bytes(20))
    wrong = put("wrong.tsv", line + 3 * b"yesterday\t10.0.0.1\tA\twww.site0.example\n")
    for title, arguments, status, told in (
            ("no such trace", ("/nonexistent.tsv", good), 1, "/nonexistent.tsv: No such file"),
            ("a damaged trace", (good, torn), 1, torn + ": "),
            ("an empty trace", (put("empty.tsv", b""),), 1, "the trace is empty; nothing is written"),
            ("no trace at all", (put("text", b"hello\nworld\n"),), 1, "nothing is written"),
            ("rows that are malformed", (wrong,), 1, wrong + ":2: malformed: the time is"),
            ("more of these than queries", (wrong,), 1, "more rows are malformed than are queries"),
            ("a bad seep.conf", ("--conf", conf, good), 1, conf + ":2: flag-at"),
            ("a bad list", ("--allow-list", listed, good), 1, listed + ":2: "),
            ("too much memory", ("--memory-size", "64g", good), 1, "memory-size cannot be allocated"),
            ("a bad value", ("--user-budget", "1", good), 2, "--user-budget: \"1\" is out of range"),
            ("another option of replay", ("--seed", "1", good), 2, "--seed"),
            ("no trace named", (), 2, "no trace given")):
        if title == "too much memory" and os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 48 << 30:
            continue
        code, out, err = run("learn", "-o", path, *arguments)
        ok(code == status and out == "" and told in err, title + ": told", "%d\n%s" % (code, out + err))
        equal(os.listdir(place), [], title + ": nothing is written")
    for arguments in ((), ("-o", ""), ("-o", "-")):
        code, _, err = run("learn", *arguments, good)
        ok(code == 2 and "expected -o FILE" in err and "usage: seepctl learn" in err, "no state file: told", err)
    code, out, err = run("learn", *MEMORY, "-o", path, put("some.tsv", line * 3 + b"nonsense\n"))
    ok(code == 0 and "some.tsv:4: malformed" in err and os.listdir(place) == ["seep.state"], "a few malformed rows: told, and it is written",
       err)


def next_steps(directory):
    """What is to be done with the file."""
    trace = os.path.join(directory, "week.tsv")
    place = os.path.join(directory, "place")
    os.mkdir(place)

    def told(conf, output="seep.state"):
        with open(os.path.join(place, "seep.conf"), "w") as out:
            out.write("memory-size: 4m\n" + conf)
        code, out, err = run("learn", "--conf", "seep.conf", "--force", "-o", output, trace, cwd=place)
        equal((code, err), (0, ""), "with a seep.conf")
        return re.search(r"^next: (.*)\n\Z", out, re.M).group(1)

    equal(told(""), "stop Unbound; install -o unbound -g unbound -m 600 seep.state /var/lib/unbound/seep.state; start Unbound",
          "next: where it is to be put")
    equal(told('state-file: "/srv/seep"\n'), "stop Unbound; install -o unbound -g unbound -m 600 seep.state /srv/seep; start Unbound",
          "as seep.conf says")
    own = os.path.join(place, "own.state")
    equal(told('state-file: "%s"\n' % own, "own.state"), "chown unbound: own.state; then start Unbound", "where it is in place: its owner")
    ok("has no state-file" in told('state-file: ""\n'), "nowhere: told")


def formats(directory):
    """Every format that replay reads; several traces; standard input."""
    place = os.path.join(directory, "formats")
    os.mkdir(place)
    trace_make.write(place)
    path = os.path.join(place, "seep.state")

    def users(*arguments, stdin=b""):
        code, _, err = run("learn", "--memory-size", "1m", "--force", "-o", path, *arguments, stdin=stdin)
        ok(code == 0 and err == "", "learn %s" % os.path.basename(arguments[-1]), err)
        return {row["user"]: row["sent"] for row in shown("top", "-n", "0", path)["users"]}

    base = users(os.path.join(place, "trace.tsv"))
    equal((len(base), base["192.0.2.66"]), (3, 40), "of a trace: its users, and all that they sent")
    for name in ("pcap", "pcapng", "dnstap", "tsv.gz"):
        equal(users(os.path.join(place, "trace." + name)), base, name + ": the same")
    equal(users(os.path.join(place, "trace.log"))["192.0.2.66"], 40, "Unbound's log, which tells no TTL")
    with open(os.path.join(place, "trace.pcap"), "rb") as file:
        equal(users("-", stdin=file.read()), base, "standard input")


def identities(directory):
    """Whom a trusted forwarder names is a user in the file; by options of seep.conf on the command line."""
    draw = random.Random(5)
    forwarder = bytes([192, 0, 2, 1])
    options = [((65001, bytes.fromhex("02005e005301")),), ((8, bytes([0, 1, 32, 0, 203, 0, 113, 9])),), ()]
    queries = [trace_make.Query(10 * at + who, forwarder, 1, secret(draw, "of%d.example" % who).split("."), ttl=60,
                                options=options[who]) for at in range(5) for who in range(3)]
    trace, path = os.path.join(directory, "behind.pcap"), os.path.join(directory, "behind.state")
    with open(trace, "wb") as out:
        out.write(trace_make.pcap(1, trace_make.ethernet, [
            (when, trace_make.packet(query, answer)) for when, query, answer in trace_make.moments(queries)]))
    for trusted, users in ((("--trusted-forwarder", "192.0.2.1"), {"02:00:5e:00:53:01@192.0.2.0": 5, "203.0.113.9": 5,
                                                                   "192.0.2.1": 5}), ((), {"192.0.2.1": 15})):
        code, _, err = run("learn", "--memory-size", "1m", "--force", *trusted, "-o", path, trace)
        ok(code == 0 and err == "", "learn %s" % " ".join(trusted), err)
        equal({row["user"]: row["sent"] for row in shown("top", "-n", "0", path)["users"]}, users,
              "learn: users behind a forwarder, %s" % ("trusted" if trusted else "not trusted"))


def main():
    if not os.path.exists(START):
        print("1..0 # SKIP no %s" % START)
        return 0
    with tap, tempfile.TemporaryDirectory() as directory:
        # Forty days ago: longer than a name stays known.
        start = int(time.time()) - int((40 + WEEK_DAYS) * DAY_S)
        write(os.path.join(directory, "week.tsv"), week(start))
        path = learned(directory, start)
        review(path, os.path.join(directory, "week.tsv"))
        guards(directory, path, start)
        no_budget(directory, start)
        short(directory, start)
        overwriting(directory, start)
        bad_input(directory, start)
        next_steps(directory)
        formats(directory)
        identities(directory)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
