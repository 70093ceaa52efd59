#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""bench/detect/report.py: known results give known tables, aims and plots. TAP."""
import copy
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SEEP_SRC", ".")
REPORT = os.path.join(SOURCE, "bench", "detect", "report.py")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal


def trouble(refused_days, **more):
    return {"user_days": 2000, "people_days_refused": refused_days, "people_days_by_user": 3,
            "people_days_by_domain": 4, "people_days_flagged": 10, "alerts": 5,
            "domains_refused": 1, "domains_flagged": 2, "queries_refused": 9,
            "server_days_refused": 30, **more}


def benign(method, refused_days, **more):
    return trouble(refused_days, method=method, user_bytes=928, domain_bytes=248, **more)


def leak(payload_bytes, before=None, refused=50):
    """BEFORE the first refusal; None: never refused."""
    return {"names": 100, "refused": refused, "bytes": payload_bytes,
            "bytes_before_flag": 0, "flag_s": -1,
            "bytes_before_block": payload_bytes if before is None else before,
            "block_s": -1 if before is None else 60}


def case(name, seep, rival, machines=1, **more):
    return {"case": name, "interval_s": 1, "domains": 1, "machines": machines, "insiders": 0,
            "file_bytes": 0, "tool": False, "ran": True, "methods": [seep, rival], **more}


def bot(family, caught, missing):
    said = {"caught": caught, "in_time": caught, "missing": missing, "refused": False,
            "before_refusal": 0}
    return {"family": family, "interval_s": 1, "seep": said, "missing_names": said}


def extra(name, refused, first=-1):
    book = {"names": 200, "refused": refused, "flagged": 0, "days_refused": 1,
            "first_refused_day": first}
    return {"extra": name, "text": "", "machines": 1, "methods": [book, dict(book, refused=7)]}


def office(people, shape, refused_days, extras=()):
    return {"people": people, "shape": shape, "home": people <= 10, "days": 30,
            "methods": [dict(trouble(days), method=method)
                        for method, days in (("seep auto", refused_days), ("rival", 4))],
            "extras": list(extras)}


TIMED = {"ns_mean": 110, "ns_p50": 100, "ns_p99": 400}
RESULTS = {
    "users": 100, "servers": 1, "days": 30, "warm_days": 7, "seed": 1, "home": False,
    "names": False, "common_list": False, "settings": False, "rate": 0.1, "dga_cover": 0,
    "promise_bytes": 3000, "seconds": 12, "queries": 1000, "misses": 250, "domains": 200,
    "domains_one_name": 150, "user_days": 2000,
    "census": {"days": 18, "people": 100, "sent": 400, "missing": 20, "www": 100,
               "label_lengths": [0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10],
               "prefix_lengths": [0, 1, 1, 0, 1]},
    "benign": [benign("seep auto", 0, budget_bytes=None, refill_bytes=None, **TIMED),
               benign("rival", 20, threshold=46.0, **TIMED),
               benign("seep 1k+128", 2, budget_bytes=1024, refill_bytes=128),
               benign("seep 512+128", 60, budget_bytes=512, refill_bytes=128)],
    "cases": [case("base32/10s", leak(2000, 500), leak(200000)),
              # Two machines: 1,900 bytes each.
              case("base32/10s/10d", leak(1900, 500), leak(12345)),
              case("base32/10s/2m", leak(5800, 500), leak(9000), machines=2),
              case("words/10s", leak(1700, 500), leak(9000)),
              case("codebook/1s", leak(2500, 500), leak(9000)),
              case("dyndns/10s", leak(2900, 500), leak(9000)),
              case("base32/frog", leak(2800, 500), leak(9000)),
              # A file of 20,000 bytes: 600 gone when it was stopped.
              case("iodine/file", leak(25000, 600), leak(30000), file_bytes=20000, tool=True),
              case("iodine/100s", leak(2700, 600), leak(9000), tool=True),
              case("base32/10s/picture50", leak(3400, 500), leak(9000)),
             case("base32/10s/rotate24", leak(30000, 500), leak(90000)),
             case("base32/10s/joins", leak(2600, 500), leak(9000)),
             case("base32/10s/50m", leak(0), leak(0), machines=50, ran=False)],
    "offices": [office(5, "slaac", 0), office(50, "slaac", 0),
                office(50, "new", 0, [extra("tv-3", 0), extra("mtr-2", 9, 1.5),
                                      extra("product-2m", 5, 3.2)])],
    "bots": [bot("a", True, 4), bot("a", True, 6), bot("b", True, 9), bot("b", False, 0)],
    "bots_wrongly": {"seep": 1, "missing_names": 2, "person_weeks": 400.0},
}

# What each of these lines holds, blanks apart.
LINES = (
    "Seep against its rivals: 100 people, 1 servers, 30 days after 7 of warm-up, seed 1",
    "of them with exactly one name 150 25,333 (90.2 %)",
    "75.0% 90.2 %; 88 % (four people, one day, 625 domains)",
    "label length, mean 7.0 7.0",
    "labels of at most 10 characters 50.0% over 90 %",
    "prefix length, median 2 6 (an ISP)",
    "prefix length, mean 2.3 8.08 (an ISP)",
    "names sent that begin with www 25.0% -",
    "sent names that do not exist 5.0% 9 % of look-ups (a campus)",
    "answered from cache 75.0% -",
    "seep auto 0.000 1.500 2.000 5.000 2.500 0.500 1.000 30 -",
    "rival 10.000 - - 5.000 - 0.500 1.000 30 46.0",
    "seep 512+128 30.000 1.500 2.000 5.000 2.500 0.500 1.000 30 -",
    # Half of the names were refused: twice as much was offered.
    "base32/10s 400k | 500 2000 | never 200k",
    "base32/10s/10d 24.7k | 500 1900 | never 12.3k",
    "iodine/file 20.0k | 600 20.0k | never 20.0k",
    "base32/10s/50m needs more machines than there are",
    "seep 75.0% 75.0% 6 9 0.250% 0.0% 0",
    "missing names an hour 75.0% 75.0% 6 9 0.500% 0.0% 0",
    "rival 110 100 400 928 248",
    "one domain, 0.75 down to 0.00075 B/s 2000 200k met at most 3000",
    "2, 10, 50 machines, of each 2900 4500 met at most 3000",
    "tools slowed to 100 s a query or slower 2700 9000 met at most 3000",
    "tools, 20 kB file: least share unsent when stopped 97.0% 0.0% met over 95%",
    "false blocks in 1000 user-days 0.000 10.000 met at most 0.1",
    # A promise of 3,000, and four times four bytes a day.
    "popular by 10, 30, 50 % of all, a picture each 3400 9000 met at most 3480",
    "rotated addresses, dual stack, leases 30.0k 90.0k met at most 38912",
    "machines that join, from the first minute or later 2600 9000 met at most 3000",
    "refused days in 1000: slaac, of 5, 50 people 0.000 2.000 met none",
    "devices, products, links refused, new, 50 people 0 1 met none",
    "5 at home, slaac 30 2000 0.000 2.000",
    "50, new 30 2000 0.000 2.000",
    "tv-3 200 0 7 | never",
    "mtr-2 200 9 7 | 1.5",
    "one observation, p50 / p99, ns 100/400 100/400 met 150 / 500",
)

# What breaks each aim: the place in the results, the value, and the aim's title.
BREAKS = (
    (("cases", 0, "methods", 0, "bytes"), 3001, "one domain, 0.75 down to 0.00075 B/s"),
    (("cases", 1, "methods", 0, "bytes"), 2001, "10, 100, 1000 domains"),
    (("cases", 2, "methods", 0, "bytes"), 6001, "2, 10, 50 machines, of each"),
    (("cases", 3, "methods", 0, "bytes"), 1599, "other encodings"),
    (("cases", 3, "methods", 0, "bytes"), 2401, "other encodings"),
    (("cases", 4, "methods", 0, "bytes"), 3001, "codebooks and types, nothing new"),
    (("cases", 5, "methods", 0, "bytes"), 3001, "registered names under dynamic DNS"),
    (("cases", 6, "methods", 0, "bytes"), 3001, "boiling frog, office hours, made popular"),
    (("cases", 7, "methods", 0, "bytes_before_block"), 1001,
     "tools, 20 kB file: least share unsent when stopped"),
    (("cases", 8, "methods", 0, "bytes"), 3001, "tools slowed to 100 s a query or slower"),
    (("benign", 0, "people_days_refused"), 1, "false blocks in 1000 user-days"),
    (("cases", 9, "methods", 0, "bytes"), 3481, "popular by 10, 30, 50 % of all, a picture each"),
    (("cases", 10, "methods", 0, "bytes"), 38913, "rotated addresses, dual stack, leases"),
    (("cases", 11, "methods", 0, "bytes"), 3001,
     "machines that join, from the first minute or later"),
    (("offices", 1, "methods", 0, "people_days_refused"), 1,
     "refused days in 1000: slaac, of 5, 50 people"),
    (("offices", 2, "extras", 0, "methods", 0, "refused"), 1,
     "devices, products, links refused, new, 50 people"),
    (("offices", 2, "extras", 2, "methods", 0, "first_refused_day"), 2.9,
     "devices, products, links refused, new, 50 people"),
)


def report(folder, results, *options):
    """Exit status, the words of each line of output, and the messages."""
    path = os.path.join(folder, "results.json")
    with open(path, "w", encoding="ascii") as file:
        if isinstance(results, str):
            file.write(results)
        else:
            json.dump(results, file)
    run = subprocess.run((sys.executable, REPORT, path, *options), capture_output=True, text=True,
                         timeout=60, check=False)
    return run.returncode, [" ".join(line.split()) for line in run.stdout.splitlines()], run.stderr


def check_tables(folder):
    text = os.path.join(folder, "tables.txt")
    status, lines, errors = report(folder, RESULTS, "--text", text)
    equal((status, errors), (0, ""), "the tables")
    for line in LINES:
        ok(line in lines, line, "\n".join(lines))
    with open(text, encoding="ascii") as file:
        equal([" ".join(line.split()) for line in file], lines, "--text FILE has the same")
    other = dict(RESULTS, seed=9, offices=[office(5, "slaac", 2)],
                 cases=[case("base32/10s", leak(2700, 500), leak(1))])
    status, lines, errors = report(folder, dict(RESULTS, other=other))
    for line in ("5 at home, slaac 30 2000 0.000 2.000 | 1.000",
                 "50, slaac 30 2000 0.000 2.000 | -",
                 "base32/10s 400k | 500 2000 | never 200k | 2700",
                 "one domain, 0.75 down to 0.00075 B/s 2000 200k met at most 3000 | 2700 met",
                 "refused days in 1000: slaac, of 5, 50 people 0.000 2.000 met none"):
        ok(line in lines, "another seed: " + line, "\n".join(lines) + errors)
    bare = dict(RESULTS, cases=[], bots=[], offices=[])
    status, lines, errors = report(folder, bare, "--aims")
    ok(status == 0 and not any("aim" in line or "Bots" in line for line in lines),
       "no cases, no bots: no such tables", "\n".join(lines) + errors)


def check_sweep(folder):
    rows = [trouble(count, budget_bytes=budget, refill_bytes=refill)
            for count, budget, refill in ((2, 512, 64), (1, 512, 128),
                                          (0, None, None), (0, None, None))]
    sweep = {"days": 30, "warm_days": 7, "seed": 1, "seconds": 3, "refills": [64, 128],
             "sweep": [{"users": 5, "home": True, "common_list": False, "start": "cold",
                        "rows": rows}]}
    _, lines, errors = report(folder, sweep)
    for line in ("5 users at home, without common-list, cold: refused days, alerts, flagged days "
                 "per 1000 user-days (2000 user-days)",
                 "budget | refill 64 | refill 128",
                 "512 | 1.000 2.500 5.000 | 0.500 2.500 5.000",
                 "auto | 0.000 2.500 5.000 | 0.000 2.500 5.000"):
        ok(line in lines, "sweep: " + line, "\n".join(lines) + errors)


def check_aims(folder):
    status, _, errors = report(folder, RESULTS, "--aims")
    equal((status, errors), (0, ""), "--aims, all met: status 0")
    for path, value, title in BREAKS:
        broken = copy.deepcopy(RESULTS)
        place = broken
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        status, _, errors = report(folder, broken, "--aims")
        ok(status == 1 and "missed: %s\n" % title in errors,
           "--aims, %s at %s: status 1, and says so" % (title, value), "%d\n%s" % (status, errors))
    equal(report(folder, broken)[0], 0, "without --aims: status 0")
    slow = copy.deepcopy(RESULTS)
    slow["benign"][0]["ns_p50"] = 151
    status, lines, _ = report(folder, slow, "--aims")
    ok(status == 0 and "one observation, p50 / p99, ns 151/400 100/400 MISSED 150 / 500" in lines,
       "speed is shown, and is no failure", "\n".join(lines))


def check_refused(folder):
    for text, said in (("{", "no JSON"), ("[1]", "not what detect writes"),
                       ('{"users": 1, "benign": []}', "an older one")):
        status, _, errors = report(folder, text)
        ok(status == 1 and said in errors and "Traceback" not in errors, "%s: refused" % text,
           errors)
    run = subprocess.run((sys.executable, REPORT, os.path.join(folder, "none")), check=False,
                         capture_output=True, text=True, timeout=60)
    ok(run.returncode == 1 and "No such file" in run.stderr, "no file: refused", run.stderr)


def plotted(folder, results):
    status, _, errors = report(folder, results, "--svg", folder)
    equal(status, 0, "the plots are drawn: " + errors)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".svg"))
    return {name: open(os.path.join(folder, name), encoding="utf-8").read() for name in names}


def check_runs(folder):
    """--detect runs a program: here one that says what it was called with and copies a file."""
    program, results, kept = (os.path.join(folder, name) for name in ("detect", "in", "kept.json"))
    with open(program, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho \"$@\" >&2\ncase $1 in --write-common) ;; --bad) exit 3 ;; "
                   "*) cat '%s' ;; esac\n" % results)
    os.chmod(program, 0o755)
    with open(results, "w", encoding="ascii") as file:
        json.dump(RESULTS, file)

    def run(*options):
        return subprocess.run((sys.executable, REPORT, "--detect", program, *options), check=False,
                              capture_output=True, text=True, timeout=60)

    done = run("--users", "5", "--json", kept, "--aims", "--sweep-users", "1,2")
    equal((done.returncode, done.stderr), (0, "--users 5 --sweep-users 1,2\n"),
          "--detect: the program gets what is not the report's")
    ok("seep auto" in done.stdout, "--detect: the tables", done.stdout)
    with open(kept, encoding="ascii") as file:
        equal(json.load(file), RESULTS, "--detect --json: the results are kept")
    done = run("--seed", "1", "--users", "5", "--json", kept, "--other-seed", "9")
    equal((done.returncode, done.stderr), (0, "--seed 1 --users 5\n--users 5 --seed 9\n"),
          "--other-seed: a second run, by that seed")
    with open(kept, encoding="ascii") as file:
        equal(json.load(file), dict(RESULTS, other=RESULTS), "--other-seed: both are kept")
    equal((run("--write-common", "x").stdout, run("--bad").returncode), ("", 3),
          "--detect: nothing measured, no tables; a failure is passed on")


def check_published(folder):
    """The raw tables in doc/ are those of the results beside them; above them is how they came."""
    results, tables = (os.path.join(SOURCE, "doc", "results", "detect." + kind)
                       for kind in ("json", "txt"))
    text = os.path.join(folder, "published.txt")
    run = subprocess.run((sys.executable, REPORT, results, "--text", text), check=False,
                         capture_output=True, text=True, timeout=60)
    with open(text, encoding="ascii") as made, open(tables, encoding="ascii") as kept:
        ok(kept.read().endswith("\n\n" + made.read()), "doc/results/detect.txt is of detect.json",
           run.stderr)


def check_plots():
    if not importlib.util.find_spec("matplotlib"):
        tap.skip("plots", "no matplotlib")
        return
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first = plotted(one, RESULTS)
        equal(list(first), ["blocks-by-budget.svg", "leak-by-domains.svg", "leak-by-rate.svg"],
              "three plots")
        equal(plotted(two, RESULTS), first, "the same results, the same bytes")
    says = {"leak-by-rate.svg": ("seep auto", "rival", "payload offered, bytes a second",
                                 "payload that left in 30 days"),
            "leak-by-domains.svg": ("domains of the tunnel",),
            "blocks-by-budget.svg": ("user-budget, bytes", "512", "1024")}
    for name, words in says.items():
        for word in words:
            ok(">%s<" % word in first[name], "%s says %s" % (name, word))
    with tempfile.TemporaryDirectory() as folder:
        equal(list(plotted(folder, dict(RESULTS, cases=[]))), ["blocks-by-budget.svg"],
              "no cases, no plots of them")


def main():
    with tap, tempfile.TemporaryDirectory() as folder:
        check_tables(folder)
        check_sweep(folder)
        check_aims(folder)
        check_refused(folder)
        check_runs(folder)
        check_published(folder)
        check_plots()
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
