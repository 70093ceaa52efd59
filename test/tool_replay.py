#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seepctl as it is called: formats, options, messages, exit statuses, and damaged input. TAP."""
import gzip
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SEEP_SRC", ".")
SEEPCTL = os.environ.get("SEEPCTL", os.path.join(os.environ.get("SEEP_BUILD", "."), "seepctl"))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, "test", folder) for folder in ("data", "rig")]
import trace_make  # noqa: E402
from suffixes import suffix_text  # noqa: E402
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal

# Of the tunnel's 40 names, those that no longer fit into 1 KiB. Each tells 240 bits by its 60 digits
# and 5.7 by its type, and costs some 15 more, most of it for its second label; 31 of them are 8,081.
REFUSED = 9
# Of 64 MiB, the default.
CAPACITY = b"ok: memory-size holds 8184 users, 79432 domains, 10080 networks, and 3670016 new names in 10 days\n"


def run(*arguments, stdin=b"", timeout=120):
    done = subprocess.run([SEEPCTL, *arguments], input=stdin, capture_output=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def replay(*arguments, stdin=b"", status=0):
    """The object that --json prints, at 1 KiB; the message is kept in it as `stderr`."""
    if not {"--user-budget", "--conf"} & set(arguments):
        arguments = ("--user-budget", "1k") + arguments
    code, out, err = run("replay", "--json", *arguments, stdin=stdin)
    if code != status:
        ok(False, "replay %s exits with %d" % (" ".join(arguments), status), "%d\n%s" % (code, err))
    try:
        result = json.loads(out)
    except ValueError as error:
        ok(False, "replay %s prints JSON" % " ".join(arguments), "%s\n%s" % (error, err))
        result = {"totals": {}, "users": {}, "domains": {}, "engine": {}}
    result["stderr"] = err
    return result


def rows(*lines):
    return ("\n".join("\t".join(line) if isinstance(line, tuple) else line for line in lines) + "\n").encode("latin1")


def row(at, name, client="192.0.2.1", kind="A", *more):
    return (str(1700000000 + at), client, kind, name, *more)


def formats(directory):
    """One traffic in all formats: the same figures."""
    def path(name):
        return os.path.join(directory, "trace." + name)

    base = replay(path("tsv"))
    totals = base["totals"]
    equal([totals[key] for key in ("rows", "queries", "hits", "sent", "refused", "malformed")],
          [48, 48, 2, 46 - REFUSED, REFUSED, 0], "TSV: all rows are counted")
    spy = base["users"]["192.0.2.66"]
    ok(spy["refused"] == REFUSED and spy["queries"] == 40, "TSV: the tunnel is refused, after its budget", spy)
    # no more, and no name's worth (some 40 bytes) less
    ok(980 < spy["bytes_at_first_refused"] <= 1024, "TSV: it got its budget out, and no more", spy)
    ok(spy["first_flagged"] < spy["first_refused"], "TSV: it is flagged before", spy)
    ok(re.fullmatch(r"2023-11-14T22:\d\d:\d\dZ", spy["first_refused"]), "times are ISO 8601 in UTC", spy)
    equal(base["users"]["192.0.2.10"]["first_refused"], None, "no time where nothing was refused")
    equal(base["domains"]["example.edu"]["refused"], REFUSED, "the tunnel's domain has the refusals too")
    ok("2001:db8:1:2::5" in base["users"], "an IPv6 user is its address", list(base["users"]))
    ok("2001:db8:1:2::/64" in replay("--user-prefix-v6", "64", path("tsv"))["users"], "or its /64")
    ok("example.net" in base["domains"], "escaped names have their domain", list(base["domains"]))
    for name in ("pcap", "vlan.pcap", "raw.pcap", "sll.pcap", "sll2.pcap", "null.pcap", "pcapng", "dnstap",
                 "open.dnstap", "tsv.gz", "pcap.gz", "dnstap.gz"):
        other = replay(path(name))
        equal({key: other[key] for key in ("users", "domains", "engine")},
              {key: base[key] for key in ("users", "domains", "engine")}, name + ": the same result as TSV")
        if name.endswith("pcap") or "dnstap" in name:
            equal(other["totals"]["answers"], 47, name + ": answers are told from queries")
    for name, queries in (("queries.pcap", 48), ("log", 48), ("queries.log", 48), ("replies.log", 47),
                          ("answers.dnstap", 47)):
        other = replay(path(name))
        equal(other["totals"]["queries"], queries, name + ": each query is counted once")
        equal(other["users"]["192.0.2.66"]["refused"], REFUSED, name + ": the tunnel is refused")
        equal(other["totals"]["malformed"], 0, name + ": nothing is malformed")
    for name in ("pcap", "dnstap"):
        with open(path(name), "rb") as made, open(os.path.join(SOURCE, "test/data/trace." + name), "rb") as kept:
            ok(made.read() == kept.read(), "test/data/trace.%s is what trace_make.py makes" % name)
    with open(path("pcap"), "rb") as data:
        equal(replay("-", stdin=data.read())["users"], base["users"], "pcap on standard input")
    with open(path("tsv.gz"), "rb") as data:
        equal(replay("-", stdin=data.read())["users"], base["users"], "gzip on standard input")
    with open(path("tsv"), "rb") as data:
        lines = data.read().splitlines(keepends=True)
    twice = gzip.compress(b"".join(lines[:20])) + gzip.compress(b"".join(lines[20:]))
    equal(replay("-", stdin=twice)["users"], base["users"], "gzip of two members")
    equal(replay("--format", "tsv", path("tsv"))["users"], base["users"], "--format tsv")
    equal(replay("--resolver", "192.0.2.53", path("pcap"))["totals"]["queries"], 44, "--resolver: others' are ignored")
    equal(replay("--port", "5353", path("pcap"), status=1)["totals"]["ignored"], 95, "--port: other ports are ignored")
    code, _, err = run("replay", "--format", "pcap", path("tsv"))
    ok(code == 1 and "capture" in err, "--format that is not the trace's: an error", err)

    head = os.path.join(directory, "head.tsv")
    tail = os.path.join(directory, "tail.tsv")
    with open(head, "wb") as out:
        out.write(b"".join(lines[:20]))
    with open(tail, "wb") as out:
        out.write(b"".join(lines[20:]))
    equal(replay(tail, head)["users"], base["users"], "parts of a log, given in the wrong order")
    both = replay(tail, "/nonexistent.tsv", head, status=1)
    equal(both["users"], base["users"], "a missing part: the others are replayed")
    ok("/nonexistent.tsv: No such file" in both["stderr"], "a missing part: told", both["stderr"])


def forward(directory):
    """A capture on the resolver: what it asks itself is no client's query."""
    queries = [trace_make.Query(1, bytes([192, 0, 2, 10]), 1, ["www", "example", "com"], ttl=60)]
    asked = trace_make.Query(1.01, trace_make.RESOLVER[4], 1, ["www", "example", "com"], ttl=60)
    packets = [(when, trace_make.packet(query, answer)) for when, query, answer in trace_make.moments(queries)]
    upstream = trace_make.packet(asked, False).replace(
        trace_make.RESOLVER[4] * 2, trace_make.RESOLVER[4] + bytes([198, 51, 100, 1]))
    path = os.path.join(directory, "resolver.pcap")
    with open(path, "wb") as out:
        out.write(trace_make.pcap(101, lambda ip: ip, packets[:1] + [(asked.when_us, upstream)] + packets[1:]))
    result = replay(path)
    equal(list(result["users"]), ["192.0.2.10"], "a resolver's own queries are nobody's")


MAC = "02:00:5e:00:53:%02x"


def behind_forwarder():
    """Two machines behind a forwarder, by MAC and by address, one that states both, and what it states wrongly."""
    draw = random.Random(4)
    forwarder, stranger = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 1])
    subnet = (8, bytes([0, 1, 32, 0, 203, 0, 113, 9]))
    steps = [((65001, bytes.fromhex("02005e005301")),), (subnet,), ((65073, b"AgBeAFMC"), subnet),
             ((65073, (MAC % 3).encode()), (10, b"12345678")),
             ((8, bytes([0, 1, 24, 0, 203, 0, 113])),), ((65001, b"short"), subnet), ()]
    made = [trace_make.Query(at, forwarder, 1, ["www%d" % at, "example", "com"], ttl=60, options=options)
            for at, options in enumerate(steps)]
    made.append(trace_make.Query(8, stranger, 1, ["www", "example", "com"], ttl=60, options=steps[0]))
    made.append(trace_make.Query(9, forwarder, 1, ["www0", "example", "com"], ttl=51, options=steps[1]))
    for count in range(40):
        label = "".join(draw.choice("0123456789abcdef") for _ in range(60))
        made.append(trace_make.Query(200 + 2 * count, forwarder, 16, [label, "t", "example", "edu"], options=steps[0]))
    return made


def identities(directory):
    """Whom a trusted forwarder names is the user, as in the resolver."""
    conf = os.path.join(directory, "forwarder.conf")
    with open(conf, "w") as out:
        out.write("user-budget: 1k\ntrusted-forwarder: 192.0.2.0/28\n")
    every = trace_make.moments(behind_forwarder())
    files = {
        "behind.pcap": trace_make.pcap(1, trace_make.ethernet, [
            (when, trace_make.packet(query, answer)) for when, query, answer in every]),
        "behind.dnstap": trace_make.frames([trace_make.tap(*moment) for moment in every]),
    }
    named = {MAC % 1 + "@192.0.2.0": 41, "203.0.113.9": 2, MAC % 2 + "@192.0.2.0": 1, MAC % 3 + "@192.0.2.0": 1,
             "192.0.2.1": 3, "198.51.100.1": 1}
    for name, content in files.items():
        path = os.path.join(directory, name)
        with open(path, "wb") as out:
            out.write(content)
        result = replay("--conf", conf, path)
        equal({user: row["queries"] for user, row in result["users"].items()}, named,
              name + ": who is named, and the forwarder where that is nobody to be believed")
        equal([result["totals"][key] for key in ("answers", "hits", "malformed")], [49, 1, 0],
              name + ": each query finds its answer, whoever asked")
        equal({user: row["refused"] for user, row in result["users"].items() if row["refused"]},
              {MAC % 1 + "@192.0.2.0": REFUSED}, name + ": one machine alone is refused")
        wide = replay("--conf", conf, "--network-prefix-v4", "16", path)
        ok(MAC % 1 + "@192.0.0.0" in wide["users"], name + ": a MAC is in the network by network-prefix-v4",
           list(wide["users"]))
        none = replay(path)
        equal({user: row["queries"] for user, row in none["users"].items()}, {"192.0.2.1": 48, "198.51.100.1": 1},
              name + ": without trusted-forwarder nobody is named")


def text_rows():
    good = rows("# a comment", row(0, "www.example.com"), "", row(1, "WWW.Example.COM.", "192.0.2.1", "A", "-"),
                row(2, "x.example.com", "2001:db8::1", "TYPE65", "NXDOMAIN", "20", "more"))
    result = replay("-", stdin=good)
    equal([result["totals"][key] for key in ("rows", "hits", "malformed")], [3, 1, 0],
          "comments, empty lines, case, final dots, extra columns")
    equal(replay("-", stdin=good.replace(b"\n", b"\r\n"))["users"], result["users"], "CRLF")
    equal(replay("-", stdin=good[:-1])["users"], result["users"], "no LF at the end")
    header = b"#client\tlabel\tqname\tqtype\trcode\ttime\n192.0.2.1\t7\twww.example.com\tA\t-\t2009-11-18T09:00:00\n"
    result = replay("-", stdin=header)
    equal(result["totals"]["first"], "2009-11-18T09:00:00Z", "columns in the order that the header names")
    result = replay("-", stdin=header[1:])
    equal([result["totals"][key] for key in ("queries", "malformed")], [1, 0], "a header without a #")
    result = replay("-", stdin=rows("time\tclient\n", row(0, "a.example")))
    equal([result["totals"][key] for key in ("queries", "malformed")], [1, 1], "a header that lacks columns: a row")

    bad = rows(row(0, "www.example.com"), ("x", "192.0.2.1", "A", "a.example"), row(1, "a..example"),
               row(2, "a.example", "192.0.2.300"), row(3, "a.example", "192.0.2.1", "NOSUCH"), ("1700000004", "192.0.2.1"),
               row(5, "a\\25.example"), row(6, "l" * 64 + ".example"), row(7, "b.example", "192.0.2.1", "A", "WHAT"),
               row(8, "www.example.com"))
    result = replay("-", stdin=bad)
    equal([result["totals"][key] for key in ("rows", "queries", "malformed")], [10, 2, 8], "malformed rows are counted")
    told = [line for line in result["stderr"].splitlines() if "malformed: " in line]
    equal([line.split(":")[2] for line in told], ["2", "3", "4", "5", "6"], "the first five are shown, with their lines")
    ok("standard input:2: malformed: the time is" in told[0], "with the reason", told[0])
    ok("3 more rows were malformed" in result["stderr"], "and how many more there are", result["stderr"])

    apart = rows(row(0, "a.example"), row(4, "c.example"), row(2, "b.example"), row(6, "d.example"))
    equal(replay("-", stdin=apart)["totals"]["late"], 0, "slightly unsorted rows are put in order")
    apart = rows(row(0, "a.example"), row(100, "c.example"), row(200, "d.example"), row(2, "b.example"))
    result = replay("-", stdin=apart)
    ok(result["totals"]["late"] == 1 and "too late" in result["stderr"], "rows that are far out of order are told",
       result["stderr"])

    for name, data in (("nothing", b""), ("an empty line", b"\n"), ("comments", b"# nothing\n# here\n")):
        code, out, err = run("replay", "-", stdin=data)
        ok(code == 1 and "nothing to replay: the trace is empty" in err, name + ": a clear message", err)
        equal(replay("-", stdin=data, status=1)["totals"]["rows"], 0, name + ": JSON, too")
    code, out, err = run("replay", "-", stdin=b"hello\nworld\n")
    ok(code == 1 and "no query could be read" in err, "text that is no trace", err)


def logs():
    """Unbound's lines, by whichever way they come."""
    for name, text in (
            ("its own file", "[1700000000] unbound[7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("log-tag-queryreply", "[1700000000] unbound[7:1] query: 192.0.2.1 www.example.com. A IN\n"),
            ("log-time-iso", "2023-11-14T22:13:20.000+00:00 unbound[7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("log-time-ascii", "Nov 14 22:13:20 unbound[7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("syslog", "Nov  4 22:13:20 host unbound[7]: [7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("syslog, ISO", "2023-11-14T23:13:20+01:00 host unbound[7]: [7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("syslog without ids", "2023-11-14T23:13:20+01:00 host unbound: info: 192.0.2.1 www.example.com. A IN\n"),
            ("syslog with a priority", "<30>2023-11-14T23:13:20+01:00 host unbound[7]: [7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("a journal", "2023-11-14T23:13:20+0100 host unbound[7]: [1700000000] unbound[7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("log-identity", "[1700000000] resolver-1[7:1f] info: 192.0.2.1 www.example.com. A IN\n"),
            ("log-identity, syslog", "2023-11-14T23:13:20+01:00 host resolver 1[7]: [7:1] reply: 192.0.2.1 www.example.com. A IN NOERROR 0.1 0 60\n"),
            ("RFC 5424", "<30>1 2023-11-14T23:13:20+01:00 fw.example.com unbound 7 - [meta sequenceId=\"2\"] [7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("RFC 5424 with more around it", "<134>1 2023-11-14T22:13:20.000001Z - resolver-1 - - [a x=\"\\\"]\"][b@1 y=\"\"]  \ufeff[7:1] query: 192.0.2.1 www.example.com. A IN\n"),
            ("RFC 5424 without data", "<30>1 2023-11-14T22:13:20Z fw unbound 7 - - [7:1] info: 192.0.2.1 www.example.com. A IN\n"),
            ("docker's JSON", '{"log":"[1600000000] unbound[1:0] info: 192.0.2.1 www.example.com. A IN\\n","stream":"stderr","time":"2023-11-14T22:13:20.123456789Z"}\n'),
            ("docker's JSON in another order", '{ "time" : "2023-11-14T22:13:20Z", "attrs": {"tag": ["log\\"", 1]}, "log": "Nov 14 22:13:20 r[1:0] info: 192.0.2.1 www.ex\\u0061mple.com. A IN\\r\\n" }\n'),
            ("docker's JSON without a time", '{"log":"[1700000000] unbound[1:0] info: 192.0.2.1 www.example.com. A IN\\n"}\n'),
            ("a container's CRI log", "2023-11-14T22:13:20.123456789Z stderr F [1600000000] unbound[1:0] info: 192.0.2.1 www.example.com. A IN\n")):
        result = replay("-", stdin=("Nov 14 22:13:19 host cron[1]: other\n" + text if name == "syslog" else text).encode())
        equal([result["totals"].get(key) for key in ("queries", "malformed")], [1, 0], "Unbound's log: " + name)
        equal(list(result["domains"]), ["example.com"], "Unbound's log: the name of " + name)
        if "ascii" not in name and name != "syslog":	# those have no year
            equal(int(result["totals"]["first_s"]), 1700000000, "Unbound's log: the time of " + name)
    bad = "[1700000000] unbound[7:1] info: 192.0.2.1 www.example.com. A IN\n" \
        "[1700000000] unbound[7:1] info: 192.0.2.1 www.example.com.\n" \
        "[1700000000] unbound[7:1] info: 192.0.2.1 version.bind. TXT CH\n" \
        "[1700000000] unbound[7:1] error: 192.0.2.1 went wrong\n" \
        "garbage\n"
    totals = replay("-", stdin=bad.encode())["totals"]
    equal([totals[key] for key in ("rows", "queries", "malformed", "ignored")], [5, 1, 2, 2],
          "Unbound's log: other lines are ignored, broken ones malformed")
    # What clients can have other programs log is no query, and what is cut is told.
    forged = "<30>1 2023-11-14T22:13:20Z fw unbound 7 - - [7:1] info: 192.0.2.1 www.example.com. A IN\n" \
        "<30>1 2023-11-14T22:13:20Z fw web 8 - - GET /[7:1] info: 192.0.2.9 a.example. A IN\n" \
        "2023-11-14T22:13:20Z host web[8]: GET /x [7:1] info: 192.0.2.9 b.example. A IN\n" \
        "2023-11-14T22:13:20Z host web[8]: GET /x[7:1] info: 192.0.2.9 b.example. A IN\n" \
        '{"log":"GET /x [7:1] info: 192.0.2.9 c.example. A IN","time":"2023-11-14T22:13:20Z"}\n'
    cut = '{"log":"[1700000000] unbound[1:0] info: 192.0.2.1 www.example.com. A IN\\n","time":"2023\n' \
        "<30>1 2023-11-14T22:13:20Z fw unbound 7 - [meta sequenceId=\"2 [7:1] info: 192.0.2.1 x.example. A IN\n" \
        "<30>1 - fw unbound 7 - - [7:1] info: 192.0.2.1 x.example. A IN\n"
    result = replay("-", stdin=(forged + cut).encode())
    equal([result["totals"][key] for key in ("rows", "queries", "malformed", "ignored")], [8, 1, 3, 4],
          "Unbound's log: other programs' lines are ignored, also those that look alike")
    ok("it has no time" in result["stderr"], "Unbound's log: a line without a time is told", result["stderr"])


def old_trace(directory, trace):
    """The trace as a file."""
    path = os.path.join(directory, "old.tsv")
    with open(path, "wb") as out:
        out.write(trace)
    return path


def options(directory):
    tsv = os.path.join(directory, "trace.tsv")
    base = replay(tsv)

    def refused(*arguments):
        return replay(*arguments, tsv)["users"]["192.0.2.66"]["refused"]

    equal(refused("--user-budget", "1m", "--domain-budget", "1m"), 0, "--user-budget: more refuses less")
    ok(refused("--user-budget", "512") > base["users"]["192.0.2.66"]["refused"], "--user-budget: less refuses more")
    ok(refused("--user-refill", "1m", "--domain-refill", "1m") < REFUSED, "--user-refill drains")
    equal(refused("--allow-domain", "example.edu"), 0, "--allow-domain")
    equal(refused("--exempt-user", "192.0.2.64/26"), 0, "--exempt-user")
    equal(refused("--allow-domain", "example.net", "--allow-domain", "example.edu"), 0, "--allow-domain twice")
    flagged = replay("--action", "flag", tsv)["users"]["192.0.2.66"]
    equal([flagged["refused"], flagged["would_refuse"]], [0, REFUSED], "--action flag: would be refused")
    flagged = replay("--learning", "1d", tsv)["users"]["192.0.2.66"]
    equal([flagged["refused"], flagged["would_refuse"]], [0, REFUSED], "--learning: would be refused")
    ok(replay("--flag-at", "90", tsv)["totals"]["flagged"] < base["totals"]["flagged"], "--flag-at")
    ok(len(replay("--user-prefix-v4", "24", tsv)["users"]) == 2, "--user-prefix-v4: users by /24")
    equal(replay("--no-cache", tsv)["totals"]["hits"], 0, "--no-cache: no hits")
    equal(replay("--no-cache", tsv)["totals"]["known"], 4, "--no-cache: what would have hit is known")
    equal(replay("--seed", "7", tsv)["totals"]["refused"], REFUSED, "--seed: another key, the same small result")
    equal(replay(tsv)["stderr"], "", "no progress where standard error is no terminal")

    pair = rows(row(0, "a.example"), row(100, "a.example"), row(150, "n.example", "192.0.2.1", "A", "NXDOMAIN"),
                row(250, "n.example", "192.0.2.1", "A", "NXDOMAIN"), row(260, "s.example", "192.0.2.1", "A", "SERVFAIL"),
                row(270, "s.example", "192.0.2.1", "A", "SERVFAIL"))
    equal(replay("-", stdin=pair)["totals"]["hits"], 2, "TTLs by default: five minutes, a failure five seconds")
    equal(replay("--ttl", "99", "-", stdin=pair)["totals"]["hits"], 1, "--ttl")
    equal(replay("--negative-ttl", "1m", "-", stdin=pair)["totals"]["hits"], 1, "--negative-ttl, with a unit")
    # One user makes names known and spends its budget; another's old answers come to it.
    old = rows(*[row(at, "k%d.example" % at, "192.0.2.2") for at in range(50)],
               *[row(50 + at, "n%d.%s.example" % (at, 40 * "x")) for at in range(300)],
               *[row(900 + at, "q%d.k%d.example" % (at, at), "192.0.2.2") for at in range(9)],
               *[row(1000 + at, "q%d.k%d.example" % (at, at)) for at in range(9)],
               *[row(2000 + at, "q%d.k%d.example" % (at, at)) for at in range(9)],
               row(3000, "q9.k9.example"), row(3001, "q1.k1.example", "192.0.2.1", "AAAA"),
               row(3002, "q1.k1.example", "192.0.2.1", "A", "SERVFAIL"))
    for given, stale in (("3d", 9), ("1000", 9), ("600", 0), ("0", 0)):
        totals = replay("--user-budget", "64", "--user-refill", "0", "--domain-budget", "1m", "--stale", given,
                        "--exempt-user", "192.0.2.2", "-", stdin=old)
        equal([totals["totals"][key] for key in ("stale", "hits")], [stale, 9], "--stale %s" % given)
        equal(totals["engine"]["num.seep.stale"], stale, "--stale %s: the engine's count" % given)
        totals = totals["totals"]
        equal(totals["queries"], totals["hits"] + totals["sent"] + totals["refused"] + totals["stale"],
              "--stale %s: the sum" % given)
    # What flagging lets pass is told apart by what guarding would do.
    spent = ("--user-budget", "64", "--user-refill", "0", "--domain-budget", "1m", "--exempt-user", "192.0.2.2")
    lone = old_trace(directory, old)
    for given, stale in (("3d", 9), ("0", 0)):
        totals = replay("--action", "flag", "--stale", given, *spent, lone)
        would = totals["totals"]["would_refuse"], totals["totals"]["would_stale"]
        ok(would[1] == stale == totals["users"]["192.0.2.1"]["would_stale"] and would[0] > 200 and
           would[0] == totals["users"]["192.0.2.1"]["would_refuse"], "--stale %s: what would be stale" % given, would)
        code, out, err = run("learn", "--learning", "0", "--stale", given, *spent, "--force", "--json",
                             "-o", os.path.join(directory, "stale.state"), lone)
        told = json.loads(out)["would_refuse"]
        equal((told["queries"], told["stale"]), would, "--stale %s: learn has the same" % given)
        code, out, err = run("learn", "--learning", "0", "--stale", given, *spent, "--force",
                             "-o", os.path.join(directory, "stale.state"), lone)
        equal(b", and 9 more would have had a stale answer" in out, stale > 0, "--stale %s: learn says so" % given)
    many = rows(*[row(at, "n%d.example" % (at % 500)) for at in range(1000)])
    ok(replay("--ttl", "1d", "--user-budget", "1m", "-", stdin=many)["totals"]["hits"] == 500, "the cache holds what it has room for")
    ok(replay("--ttl", "1d", "--user-budget", "1m", "--cache-entries", "40", "-", stdin=many)["totals"]["hits"] < 100, "--cache-entries")

    conf = os.path.join(directory, "seep.conf")
    with open(conf, "w") as out:
        out.write("seep:\n  user-budget: 1m   # much\n  domain-budget: 1m\n  action: flag\n  allow-domain: example.net\n")
    equal(refused("--conf", conf), 0, "--conf FILE")
    ok(refused("--conf", conf, "--user-budget", "1k") >= REFUSED, "options override FILE")
    allowed = replay("--conf", conf, "--allow-domain", "example.edu", tsv)["totals"]["allowed"]
    equal(allowed, 42, "lists are added to FILE's")
    with open(conf, "a") as out:
        out.write("flag-at: 200\n")
    code, _, err = run("replay", "--conf", conf, tsv)
    ok(code == 1 and conf + ":6: flag-at" in err, "a bad FILE is told by its line", err)
    lists(directory, tsv, refused)
    policies(directory, tsv)
    for wrong in (("--user-budget", "1"), ("--user-budget", "x"), ("--nonsense", "1"), ("--ttl", "-1"), ("--ttl", "1w"),
                  ("--format", "csv"), ("--seed", ""), ("--resolver", "x"), ("--allow-domain", "a\nb"), ("--port", "0"),
                  ("--user-budget", "1k", "--user-budget", "2k"), ("--cache-entries", "0")):
        code, _, err = run("replay", *wrong, tsv)
        ok(code == 2 and "seepctl: " in err and "seepctl help replay" in err, "refused: " + repr(" ".join(wrong)), err)
    code, _, err = run("replay", "--user-budget", "1", tsv)
    ok("--user-budget: \"1\" is out of range: expected a size from 16" in err, "with the range", err)


def policies(directory, tsv):
    """check-conf says what policies do, and which never can; replay goes by them."""
    def conf(text):
        path = os.path.join(directory, "policies.conf")
        with open(path, "w") as out:
            out.write(text)
        return path

    def refused(text):
        return replay("--conf", conf("user-budget: 1k\n" + text), tsv)["totals"]["refused"]

    equal(refused(""), REFUSED, "policies: without one the tunnel is refused")
    for text in ("policy: 192.0.2.0/24 flag", "policy: 192.0.2.66 ignore", "domain-policy: example.edu flag",
                 "policy: 192.0.2.0/24 refuse\npolicy: 192.0.2.66 flag", "vital: example.edu",
                 "policy: 192.0.2.66 refuse budget 64k"):
        equal(refused(text + "\n"), 0, "policies: not with " + text)
    for text in ("policy: 192.0.2.1 flag", "policy: 0.0.0.0/0 flag\npolicy: 192.0.2.66/32 refuse",
                 "domain-policy: edu flag\ndomain-policy: example.edu refuse", "vital: ample.edu"):
        equal(refused(text + "\n"), REFUSED, "policies: as before with " + text)
    ok(refused("policy: 192.0.2.66 refuse budget 512\n") > REFUSED, "policies: more with a smaller budget")

    def checked(text):
        code, out, err = run("check-conf", conf(text))
        return code, out.decode().replace(conf(text), "FILE"), err.replace(conf(text), "FILE")

    equal(checked("policy: 10.0.0.0/8 refuse budget 4k refill 64\ndomain-policy: a.com ignore\nvital: b.com\n"),
          (0, "FILE:1: policy 10.0.0.0/8 refuse: its clients are refused above a budget once learning is over, whatever "
              "action says; each has a budget of 4096 bytes; 64 bytes a day drain from it\n"
              "FILE:2: domain-policy a.com ignore: names there are not metered, not flagged and never refused\n"
              "FILE: vital: names of 1 domain are metered and flagged, and never refused\n" + CAPACITY.decode(), ""),
          "check-conf: what policies do")
    for text, line, why in (
            ("exempt-user: 10.0.0.0/8\npolicy: 10.1.0.0/16 flag\n", 2, "exempt-user comes before it"),
            ("policy: 10.0.0.0/9 flag\npolicy: 10.0.0.0/8 refuse\npolicy: 10.128.0.0/9 ignore\n", 2,
             "more specific policies have all of its addresses"),
            ("domain-policy: a.b.com refuse\nallow-domain: b.com\n", 1, "allow-domain or an allow-list comes before it"),
            ("vital: b.com\ndomain-policy: a.b.com refuse\n", 2, "vital comes before it")):
        code, out, err = checked(text)
        ok(code == 1 and "ok: " not in out and err.count("\n") == 1 and err.startswith("FILE:%d: " % line) and
           "can never apply: " + why in err, "check-conf: a policy that never applies: " + why, (code, out, err))
    for text in ("policy: 10.0.0.0/8 refuse\npolicy: 10.0.0.0/9 flag\npolicy: 10.128.0.0/10 flag\npolicy: 10.192.0.0/11 flag\n",
                 "exempt-user: 10.0.0.1\npolicy: 10.0.0.0/8 flag\n", "allow-domain: a.b.com\ndomain-policy: b.com refuse\n"):
        equal(checked(text)[0::2], (0, ""), "check-conf: one that does: " + text.splitlines()[0])
    code, out, err = checked("policy: 10.0.0.0/8 flag\n\npolicy: 10.0.0.0/8 refuse\n")
    equal((code, out, err), (1, "", "FILE:3: policy: 10.0.0.0/8 has a policy on line 1 already: expected each netblock at "
                                    "most once\n"), "check-conf: a netblock twice")


def lists(directory, tsv, refused):
    """Lists are read by replay and by check-conf, which say the same of those that cannot be used."""
    def write(name, text):
        path = os.path.join(directory, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    page = "<!DOCTYPE html>\n<html><body>503</body></html>\n"
    missing = os.path.join(directory, "nowhere")
    equal(refused("--allow-list", write("allow", "# one\nexample.edu\n")), 0, "--allow-list")
    equal(refused("--public-suffix-list", write("psl", suffix_text())), REFUSED, "--public-suffix-list")
    wide = ("--domain-budget", "1m")
    ok(refused("--common-list", write("top", "100000,example.edu\n"), *wide) < refused(*wide), "--common-list")
    for option, text, told in (
            ("allow-list", "0.0.0.0 ads.example.com\n127.0.0.1 localhost\n", ':1: "ads.example.com" after the name: expected one domain name a line'),
            ("allow-list", "good.example\n||example.org^\n", ':2: "||example.org^" has a character that needs'),
            ("common-list", page, ':1: "<!DOCTYPE html>": expected a rank from 1, then a comma'),
            ("common-list", "", ": no domain in it: expected at least one line"),
            ("public-suffix-list", page, ':1: "<!DOCTYPE html>": expected a rule of the Public Suffix List'),
            ("public-suffix-list", suffix_text()[:3000], ": the file ends here: expected ===END ICANN DOMAINS==="),
            ("public-suffix-list", suffix_text(100), ": only 116 rules in it: expected the whole list, of at least 5000 rules"),
            ("public-suffix-list", suffix_text().replace("co.uk", "co.xx"), ": co.uk has no rule: expected the whole Public Suffix List")):
        path = write("bad", text)
        conf = write("lists.conf", "# lists\nlearning: 0\n%s: \"%s\"\n" % (option, path))
        told = path + told
        for title, arguments in (("replay --" + option, ("replay", "--" + option, path, tsv)),
                                 ("replay --conf", ("replay", "--conf", conf, tsv)), ("check-conf", ("check-conf", conf))):
            code, out, err = run(*arguments)
            text = err if title == "check-conf" else err[len("seepctl: "):]
            if "the file ends" in told:
                text = re.sub(r":\d+: the file", ": the file", text)
            ok(code == 1 and out == b"" and text.startswith(told), "%s: told as it is: %s" % (title, told[len(path):]), err)
        conf = write("lists.conf", "# lists\nlearning: 0\n%s: \"%s\"\n" % (option, missing))
        told = '%s:3: %s: "%s" No such file or directory: expected a readable file\n' % (conf, option, missing)
        equal(run("check-conf", conf), (1, b"", told), "check-conf: a missing %s: told by its line" % option)
        equal(run("replay", "--user-budget", "2k", "--conf", conf, tsv), (1, b"", "seepctl: " + told),
              "replay --conf: a missing %s: the same" % option)
        equal(run("replay", "--" + option, missing, tsv),
              (1, b"", "seepctl: %s: No such file or directory: expected a readable file\n" % missing),
              "replay: a missing --%s: told" % option)
    opening = write("opening", "example.com\n\ngithub.io\n")
    told = ("%s:3: warning: allow-list: github.io is a public suffix: everything below github.io is not metered, of whoever gets a "
            "name there: write the domain that is meant, such as example.github.io\n" % opening)
    conf = write("lists.conf", "allow-list: \"%s\"\n" % opening)
    equal(run("check-conf", conf), (0, CAPACITY, told), "check-conf: warns of a public suffix in a list")
    for arguments in (("--conf", conf), ("--allow-list", opening)):
        code, out, err = run("replay", *arguments, tsv)
        equal((code, err), (0, "seepctl: " + told), "replay %s: the same" % arguments[0])
    conf = write("lists.conf", "allow-list: allow\ncommon-list: top\npublic-suffix-list: psl\n")
    code, out, err = run("check-conf", conf)
    equal((code, out, err.count("No such file")), (1, b"", 3), "check-conf: every list that is wrong is told")
    done = subprocess.run([os.path.abspath(SEEPCTL), "check-conf", conf], cwd=directory, capture_output=True, timeout=60)
    equal((done.returncode, done.stdout, done.stderr), (0, CAPACITY, b""), "check-conf: good lists, from the working directory")
    equal([name for name in os.listdir(directory) if "list-" in name], [], "check-conf and replay keep no copies")


# What names cost: one user, no cache, and budgets that hold everything.

def metered_bits(lines):
    """What the rows cost their users, and how many queries those are."""
    result = replay("--no-cache", "--user-budget", "1g", "--domain-budget", "1g", "-", stdin=rows(*lines))
    return 8 * sum(user["metered_bytes"] for user in result["users"].values()), result["totals"]["sent"]


def each_after(make_round, first, rounds):
    """Bits a query in the rounds after the first ones. MAKE_ROUND(N) is what is asked in round N."""
    asked = [list(make_round(at)) for at in range(first + rounds)]
    lines = [row(2 * at, name, "192.0.2.1", kind) for at, (name, kind) in enumerate(sum(asked, []))]
    start = metered_bits(lines[:sum(map(len, asked[:first]))])
    whole = metered_bits(lines)
    return (whole[0] - start[0]) / (whole[1] - start[1])


def orders():
    """Known names in a fixed order cost next to nothing; in no order, what that tells."""
    draw = random.Random(5)

    def cycle(names, kinds=("A",)):
        return lambda _: [(name, kind) for name in names for kind in kinds]

    hosts = ["h%d.watched.example" % at for at in range(200)]
    sites = ["feeds.site%d.example" % at for at in range(300)]
    for title, names, kinds in (
            ("two names in turn", ["a.vendor.example", "b.vendor.example"], ("A",)),
            ("two names in turn, A and AAAA", ["a.vendor.example", "b.vendor.example"], ("A", "AAAA")),
            ("twelve names in a fixed order", ["n%d.vendor.example" % at for at in range(12)], ("A",)),
            ("the eight of two NTP pools", ["%d.%s.pool.ntp.example" % (at, zone) for zone in ("debian", "de")
                                            for at in range(4)], ("A", "AAAA")),
            ("a monitor of 200 hosts", hosts, ("A",)), ("a reader of 300 sites", sites, ("A", "AAAA"))):
        first = max(4, 100 // len(names) // len(kinds))
        bits = each_after(cycle(names, kinds), first, 4 * first)
        ok(bits < 0.1, "%s: %.3f bit a query after %d rounds" % (title, bits, first))
    bits = each_after(cycle(["a.vendor.example"]), 1000, 4000)
    ok(bits < 0.015, "one name that is polled: %.4f bit a query" % bits)
    # Of the order nothing is told but which of the sixteen is out of turn, once in four rounds.
    twelve = ["n%d.vendor.example" % at for at in range(12)]

    def disturbed(at):
        names = list(twelve)
        if at % 4 == 3:
            names.insert(draw.randrange(12), "odd.vendor.example")
        return [(name, "A") for name in names]
    bits = each_after(disturbed, 20, 100)
    ok(bits < 0.6, "twelve names and at times one between: %.3f bit a query" % bits)
    # Half of sixteen are among the last eight: these cost four bits, and the others five.
    for count, more in ((2, 0.05), (4, 0.05), (8, 0.05), (16, 0.6), (64, 0.6)):
        names = ["c%d.vendor.example" % at for at in range(count)]
        bits = each_after(lambda _: [(draw.choice(names), "A") for _ in range(100)], 10, 40)
        told = math.log2(count)
        ok(told <= bits < told + more, "%d names in no order: %.3f bits a query, for the %.0f that they tell"
           % (count, bits, told))


def payload(title, bits, make, least, kind="A", count=1500):
    """Names that MAKE() makes tell BITS each: they are charged no less, and at most 1 / LEAST of it."""
    lines = [row(2 * at, make(), "192.0.2.1", kind) for at in range(count)]
    charged, sent = metered_bits(lines)
    share = bits * sent / charged
    ok(least <= share <= 1, "%s: %.1f bits a name, of which %.1f are told: %.3f" % (title, charged / sent, bits, share))


def encodings():
    """However payload is written, it is charged for what it tells, and for little more."""
    draw = random.Random(6)

    def text(alphabet, length):
        return "".join(draw.choice(alphabet) for _ in range(length))

    base32 = "abcdefghijklmnopqrstuvwxyz234567"
    base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
    # Flat letters are one of 38: log2(32) / log2(38) is 0.953.
    payload("base32", 60, lambda: text(base32, 12) + ".tunnel.example", 0.9)
    payload("base32, three labels of 60", 900, lambda: ".".join(text(base32, 60) for _ in range(3)) + ".tunnel.example",
            0.94, count=300)
    payload("base36, 9 characters", 9 * math.log2(36), lambda: text(base36, 9) + ".tunnel.example", 0.9)
    payload("hexadecimal", 60, lambda: text("0123456789abcdef", 15) + ".tunnel.example", 0.95)
    payload("decimal", 18 * math.log2(10), lambda: text("0123456789", 18) + ".tunnel.example", 0.95)
    # Which of the /24 is told as one domain of some hundred that are in use, after that it is another one.
    payload("IPv4 addresses, of one /16", 16, lambda: "%d.%d.2.192.in-addr.arpa" % (draw.randrange(256), draw.randrange(256)),
            0.7, "PTR", 1000)
    payload("IPv6 addresses, of one /48", 80, lambda: ".".join(text("0123456789abcdef", 20)) + ".0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
            0.95, "PTR")
    # Of another network each time, as a mail server or an operator looks them up: ten bytes tell which
    # address of its /48, four which /48; the whole is one bit dearer at most.
    made = [row(600 * at, ".".join(text("0123456789abcdef", 28)) + ".1.0.a.2.ip6.arpa", "192.0.2.1", "PTR") for at in range(90)]
    charged, sent = metered_bits(made)
    ok(112 <= charged / sent <= 113, "IPv6 addresses of all networks: %.2f bytes each" % (charged / sent / 8))


def commands(directory):
    for arguments, status, where, words in (
            ((), 2, 2, "usage: seepctl COMMAND"), (("help",), 0, 1, "usage: seepctl COMMAND"),
            (("--help",), 0, 1, "check-conf"), (("help", "replay"), 0, 1, "--user-budget"),
            (("replay", "--help"), 0, 1, "--negative-ttl"), (("help", "nonsense"), 2, 2, "no command"),
            (("nonsense",), 2, 2, "no command"), (("replay",), 2, 2, "no trace given"),
            (("--version",), 0, 1, "seepctl "), (("help", "check-conf"), 0, 1, "[FILE]"),
            (("check-conf", "a", "b"), 2, 2, "usage: seepctl check-conf")):
        result = run(*arguments)
        text = result[1].decode() if where == 1 else result[2]
        ok(result[0] == status and words in text, "seepctl %s: exits with %d" % (" ".join(arguments), status), result)
    conf = os.path.join(directory, "check.conf")
    with open(conf, "w") as out:
        out.write("user-budget: 2k\n")
    equal(run("check-conf", conf), (0, CAPACITY, ""), "check-conf: a good file")
    well_known = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "contrib", "well-known.conf")
    equal(run("check-conf", well_known), (0, CAPACITY, ""), "check-conf: contrib/well-known.conf")
    with open(well_known) as lines:
        blocks = [block.splitlines() for block in lines.read().split("\n\n")[1:]]
    ok(len(blocks) > 5 and all(any(line.startswith("# https://") for line in block) and
                               any(line.startswith("allow-domain: ") for line in block) for block in blocks),
       "contrib/well-known.conf: every line has a reason and a source")
    opening = os.path.join(directory, "opening.conf")
    with open(opening, "w") as out:
        out.write("allow-domain: example.com\nallow-domain: com\nvital: *.co.uk\nallow-domain: lan\n"
                  "domain-policy: org ignore\ndomain-policy: net flag\n")
    code, out, err = run("check-conf", opening)
    warned = [line.split(": everything")[0] for line in err.splitlines()]
    equal((code, warned),
          (0, ["%s:%d: warning: %s is a public suffix" % (opening, line, what) for line, what in
               ((2, "allow-domain: com"), (3, "vital: co.uk"), (5, "domain-policy: org"))]),
          "check-conf: warns of public suffixes alone, and takes them")
    ok("below com is not metered" in err and "such as example.com" in err and "below co.uk is never refused" in err,
       "check-conf: what they open, and what to write", err)
    with open(opening, "w") as out:
        out.write("learning: 7\nstale: 1\n")
    equal(run("check-conf", opening), (0, CAPACITY, "%s: warning: learning: that is 7 seconds: if days are meant, write 7d\n"
                                       "%s: warning: stale: that is 1 second: if days are meant, write 1d\n" % (opening, opening)),
          "check-conf: warns of seconds that may be meant as days")
    with open(opening, "w") as out:
        out.write("learning: 0\nstale: 1m\n")
    equal(run("check-conf", opening), (0, CAPACITY, ""), "check-conf: but not of none, nor of a minute")
    short = os.path.join(directory, "short.conf")
    with open(short, "w") as out:
        out.write("memory: 1d\n")
    ok(run("check-conf", short)[1].endswith(b" new names in 1 day\n"), "check-conf: one day is no days")
    including = os.path.join(directory, "including.conf")
    with open(including, "w") as out:
        out.write("include: check*.conf\ninclude: '%s'\n" % well_known)
    equal(run("check-conf", including), (0, CAPACITY, ""), "check-conf: a file that includes, of another folder")
    with open(conf, "a") as out:
        out.write("user-bugdet: 2k\n")
    code, out, err = run("check-conf", including)
    ok(code == 1 and out == b"" and err.startswith(conf + ":2: "), "check-conf: an included file's line", err)
    code, out, err = run("check-conf", conf)
    ok(code == 1 and out == b"" and err.startswith(conf + ":2: "), "check-conf: FILE:LINE: message", err)
    code, out, err = run("check-conf", conf + ".missing")
    ok(code == 1 and "No such file" in err, "check-conf: no file", err)
    code, out, err = run("replay", "--user-budget", "1k", os.path.join(directory, "trace.tsv"))
    ok(code == 0 and re.search(rb"^ +%d +\d+  2023-\S+ .* 192\.0\.2\.66$" % REFUSED, out, re.M), "the text names who is refused", out)
    code, out, err = run("replay", "-", stdin=rows(row(0, "a.example"), row(1, "a.example")))
    ok(code == 0 and all(words in out for words in (b": 2 queries, 0 answers,", b"1 hit, 1 miss;", b"of 1 user in 1 domain\n",
                                                    b"0 queries, of 0 users in 0 domains\n")), "one is told as one", out)
    code, out, err = run("replay", "--user-budget", "16", "-", stdin=rows(row(0, "x" * 60 + ".a.example")))
    ok(code == 0 and b"1: 1 query, 0 answers" in out and b"refused   1 query, of 1 user in 1 domain\n" in out, "one query, too", out)
    code, out, err = run("replay", "-", stdin=rows(row(0, "a.example"), *["nonsense"] * 6))
    ok("1 more row was malformed" in err, "one more row", err)
    for span_s, text in ((0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (120, "2.0 minutes"), (5400, "1.5 hours"),
                         (86399, "24.0 hours"), (86400, "1.00 days"), (216000, "2.50 days")):
        code, out, err = run("replay", "-", stdin=rows(row(0, "a.example"), row(span_s, "b.example")))
        ok(code == 0 and re.search(rb"^time +\S+ to \S+, %s$" % text.encode(), out, re.M), "a trace of %d s: %s" % (span_s, text), out)
    code, out, err = run("replay", "--top", "1", os.path.join(directory, "trace.tsv"))
    equal(code, 0, "--top")
    with open("/dev/full", "w") as full:
        done = subprocess.run([SEEPCTL, "help"], stdout=full, stderr=subprocess.PIPE, timeout=60)
    ok(done.returncode == 1 and b"No space" in done.stderr, "standard output that is full is an error", done.stderr)


def files(directory):
    """check-conf tells what it has Seep write where nothing can be, and of a group that there is not."""
    conf = os.path.join(directory, "files.conf")
    nowhere = os.path.join(directory, "nowhere")
    place = os.path.join(nowhere, "file")

    def checked(text):
        with open(conf, "w") as out:
            out.write(text)
        return run("check-conf", conf)

    for option, value, effect in (("state-file", place, "nothing outlasts a restart"), ("rpz-file", place, "no zone is written"),
                                  ("control-socket", place, "nothing listens there"), ("event-log", place, "events are dropped"),
                                  ("event-log", "unix:" + place, "events are dropped")):
        for problem in ("No such file or directory", "Not a directory"):
            if problem == "Not a directory":
                open(nowhere, "w").close()
            equal(checked("# one\n%s: \"%s\"\n" % (option, value)),
                  (0, CAPACITY, "%s:2: warning: %s: %s: the directory %s: %s: %s until it is there, and Unbound's user may write to it; "
                                "if Unbound has a chroot, it is one inside\n" % (conf, option, place, nowhere, problem, effect)),
                  "check-conf: %s: %s" % (option, problem))
        os.remove(nowhere)
        equal(checked("%s: \"%s\"\n" % (option, value.replace(nowhere, directory))), (0, CAPACITY, ""),
              "check-conf: %s in a directory that is there" % option)
        if ":" not in value:
            code, out, err = checked("%s: \"%s\"\n" % (option, directory))
            ok(code == 0 and err == "%s:1: warning: %s: %s: is a directory: %s until the line names a file\n" %
               (conf, option, directory, effect), "check-conf: %s is a directory" % option, err)
    equal(checked("event-log: syslog\ncontrol-socket: \"\"\nstate-file: seep.state\ncontrol-group: root\n"), (0, CAPACITY, ""),
          "check-conf: syslog, none, Unbound's directory, and a group that is there")
    equal(checked("control-group: 4242\n"), (0, CAPACITY, ""), "check-conf: a group's number")
    equal(checked("control-group: no-such-group\n"),
          (0, CAPACITY, "%s:1: warning: control-group: this machine has no group \"no-such-group\": only Unbound's user and root can "
                        "connect: make the group, or name another\n" % conf), "check-conf: a group that there is not")
    with open(os.path.join(directory, "part.conf"), "w") as out:
        out.write("\ncontrol-group: no-such-group\n")
    ok(checked("include: part.conf\n")[2].startswith(os.path.join(directory, "part.conf") + ":2: warning: "),
       "check-conf: of the included file that has the line")
    long = "/" + "s" * 107
    equal(checked("control-socket: \"%s\"\n" % long),
          (1, b"", "%s:1: control-socket: %s: expected a path of at most 107 bytes for a socket\n" % (conf, long)),
          "check-conf: a socket's path that is too long")
    equal(checked("state-file: \"%s.state\"\n" % long[:-9])[0], 0, "check-conf: one that is as long as may be")
    ok(checked("state-file: \"%s.state\"\n" % long)[2].startswith(
        "%s:1: state-file: the control-socket beside it would be %s.control: expected" % (conf, long)), "check-conf: the same of auto")
    equal(checked("state-file: \"/seep\"\nrpz-file: \"/seep\"\n"), (1, b"", "%s:2: rpz-file: /seep is the state-file: expected another file\n" % conf),
          "check-conf: a zone that is the state file")


def capacity(directory):
    """The manual's table of what memory-size holds is what check-conf says."""
    with open(os.path.join(SOURCE, "doc", "seep.conf.5.in")) as file:
        table = re.search(r"^memory\\-size  +users.*?\n(.*?)\.EE", file.read(), re.M | re.S).group(1)
    conf = os.path.join(directory, "capacity.conf")
    rows = [line.split() for line in table.splitlines()]
    equal(len(rows), 6, "memory-size: six rows in the manual")
    for size, *numbers in rows:
        with open(conf, "w") as out:
            out.write("memory-size: %s\nmemory: 60d\n" % size)
        told = "ok: memory-size holds %s users, %s domains, %s networks, and %s new names in 20 days\n"
        equal(run("check-conf", conf), (0, (told % tuple(numbers)).encode(), ""), "memory-size: " + size)


def terminal(directory):
    """A bar of progress on a terminal, and gone at the end."""
    path = os.path.join(directory, "long.tsv")
    with open(path, "wb") as out:
        for at in range(20):
            out.write(rows(*[row(at * 20000 + i, "n%d.example.com" % (i % 50)) for i in range(20000)]))
    leader, follower = os.openpty()
    done = subprocess.Popen([SEEPCTL, "replay", path], stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    shown = b""
    try:
        while True:
            block = os.read(leader, 65536)
            if not block:
                break
            shown += block
    except OSError:
        pass
    os.close(leader)
    equal(done.wait(timeout=60), 0, "on a terminal: exits with 0")
    if shown:
        ok(b"%" in shown and b"rows" in shown and shown.endswith(b"\r\x1b[K"), "on a terminal: a bar, cleared at the end", shown[-200:])
    else:
        print("# too fast for a bar")


def damage(directory):
    """Cut, flipped and random bytes: an error or fewer rows, never a crash."""
    draw = random.Random(9)
    names = ("tsv", "tsv.gz", "pcap", "pcapng", "dnstap", "log", "pcap.gz")
    crashes = []
    for name in names:
        with open(os.path.join(directory, "trace." + name), "rb") as data:
            whole = data.read()
        cut = whole[:len(whole) * 2 // 3 + 1]
        result = replay("-", stdin=cut, status=0 if name in ("tsv", "log") else 1)
        if name not in ("tsv", "log"):
            ok(re.search(r"standard input: .*(cut short|damaged)", result["stderr"]), name + " cut short: told", result["stderr"])
            ok(name == "pcap.gz" or name == "tsv.gz" or result["totals"]["queries"] > 10, name + " cut short: what is there is replayed")
        for trial in range(12):
            data = bytearray(whole)
            for _ in range(1 + trial * 3):
                data[draw.randrange(len(data))] = draw.randrange(256)
            code, _, err = run("replay", "--json", "-", stdin=bytes(data))
            if code not in (0, 1):
                crashes.append((name, trial, code, err[-400:]))
    for trial in range(12):
        code, _, err = run("replay", "-", stdin=draw.randbytes(50000))
        if code != 1 or "not in a format" not in err:
            crashes.append(("random", trial, code, err[-400:]))
        for form in ("tsv", "pcap", "dnstap", "unbound"):
            code, _, err = run("replay", "--format", form, "-", stdin=draw.randbytes(5000))
            if code != 1:
                crashes.append((form, trial, code, err[-400:]))
    equal(crashes, [], "damaged and random input (seed 9): exit status 1 or 0, never a crash")
    for name, data in (("xz", b"\xfd7zXZ\0" + bytes(90)), ("zstd", b"\x28\xb5\x2f\xfd" + bytes(90))):
        code, _, err = run("replay", "-", stdin=data)
        ok(code == 1 and "compressed with " + name in err, name + ": named", err)
    code, _, err = run("replay", directory)
    ok(code == 1 and "Is a directory" in err, "a directory: told", err)


def main():
    with tap, tempfile.TemporaryDirectory() as directory:
        trace_make.write(directory)
        formats(directory)
        forward(directory)
        identities(directory)
        text_rows()
        logs()
        options(directory)
        orders()
        encodings()
        commands(directory)
        files(directory)
        capacity(directory)
        terminal(directory)
        damage(directory)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
