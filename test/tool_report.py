#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seepctl report: the page and its pictures against counts made here, hostile names, sizes, messages. TAP."""
import collections
import gzip
import html.parser
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
import zlib

SOURCE = os.environ.get("SEEP_SRC", ".")
SEEPCTL = os.environ.get("SEEPCTL", os.path.join(os.environ.get("SEEP_BUILD", "."), "seepctl"))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal

START_S = 1700006400		# 2023-11-15, midnight in UTC
DAY_S = 86400
SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta", "br", "link", "img", "input", "hr"}
EDGES_MS = [0] + [int(10 ** (place / 20) + 1e-6) for place in range(221)]
BUDGETS = [256, 512, 1024, 2048, 4096, 8192, 16384]

Query = collections.namedtuple("Query", "at client kind name")


def run(*arguments, stdin=b"", timeout=120):
    done = subprocess.run([SEEPCTL, *arguments], input=stdin, capture_output=True, timeout=timeout, check=False)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


def report(*arguments, status=0, stdin=b""):
    """The object that --json prints."""
    code, out, err = run("report", "--json", *arguments, stdin=stdin)
    ok(code == status, "report %s exits with %d" % (" ".join(arguments)[-60:], status), "%d\n%s" % (code, err))
    return json.loads(out)


def replay(*arguments, stdin=b""):
    return json.loads(run("replay", "--json", *arguments, stdin=stdin)[1])


def text_of(queries):
    return "".join("%.3f\t%s\t%s\t%s\tNOERROR\t60\n" % query for query in queries).encode("ascii")


def traffic():
    """Three days of people, and on the last two a tunnel."""
    draw = random.Random(7)
    names = ["%s.site%d.com" % (prefix, site) for site in range(30)
             for prefix in ("www", "mail.eu", "cdn%d" % site)[:1 + site % 3]] + ["bare%d.org" % site for site in range(9)]
    queries = []
    for day in range(3):
        for _ in range(400):
            at = START_S + day * DAY_S + draw.randrange(DAY_S * 1000) / 1000
            queries.append(Query(at, "192.0.2.%d" % draw.randrange(1, 7), "A", draw.choice(names)))
    for at in range(300):
        label = "".join(draw.choice("0123456789abcdef") for _ in range(40))
        when = START_S + DAY_S + DAY_S / 2 + at * 400
        queries.append(Query(when, "192.0.2.66", "TXT", label + ".t.tunnel.net"))
    return sorted(queries)


def domain_of(name):
    return ".".join(name.split(".")[-2:])


def prefix_of(name):
    return ".".join(name.split(".")[:-2])


# ---- the page ----

class Page(html.parser.HTMLParser):
    """Tags that are closed as they should be, ids, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.problems, self.ids, self.tags = [], [], [], collections.Counter()
        self.attributes, self.text, self.titles = [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append("left open: %s" % self.open)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, key, value) for key, value in attrs]
        self.ids += [value for key, value in attrs if key == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append("</%s> in %s" % (tag, self.open))

    def handle_data(self, data):
        self.text.append(data)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def figures_of(text):
    """Each picture's tree, by the id of its figure."""
    found = {}
    for match in re.finditer(r'<figure id="figure-([\w-]+)">.*?(<svg .*?</svg>)', text, re.DOTALL):
        found[match.group(1)] = ElementTree.fromstring(match.group(2))
    return found


def tables_of(text):
    """The rows of each table, by its caption."""
    tables = {}
    for match in re.finditer(r"<table>\n<caption>(.*?)</caption>(.*?)</table>", text, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", match.group(2), re.DOTALL)
        tables[match.group(1)] = [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
                                  for row in rows]
    return tables


def is_inert(text, name):
    """Nothing runs, and nothing is fetched."""
    page = Page(text)
    equal(page.problems, [], name + ": all tags are closed")
    equal({"script", "img", "iframe", "object", "embed", "link", "form", "base", "foreignobject", "animate"} & set(page.tags),
          set(), name + ": no tag that runs or fetches")
    bad = [(tag, key, value) for tag, key, value in page.attributes
           if key.startswith("on") or key in ("src", "srcset", "action", "style", "xlink:href") or
           (key == "href" and not value.startswith("#"))]
    equal(bad, [], name + ": no attribute that runs or fetches")
    equal([match for match in re.findall(r"https?://[^\"<\s]*", text) if match != "http://www.w3.org/2000/svg"], [],
          name + ": no address of elsewhere")
    equal(re.findall(r"url\(|@import|expression\(", text), [], name + ": none in the style")
    equal(re.findall("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), [], name + ": no control characters")
    return page


def looks(text, name):
    """What holds of every page."""
    page = is_inert(text, name)
    equal(len(page.ids), len(set(page.ids)), name + ": each id is there once")
    targets = [value[1:] for tag, key, value in page.attributes if key == "href"]
    ok(targets and set(targets) <= set(page.ids), name + ": each link leads somewhere", targets)
    figures = figures_of(text)
    equal(len(figures), page.tags["svg"], name + ": each picture is XML")
    for key, svg in figures.items():
        width, height = map(float, svg.get("viewBox").split()[2:])
        labels = svg.get("aria-labelledby").split()
        within = {node.get("id"): node for node in svg.iter() if node.get("id")}
        ok([within[label].tag for label in labels] == [SVG + "title", SVG + "desc"] and
           all(within[label].text for label in labels), "%s: %s has a title and a description" % (name, key))
        outside = [ElementTree.tostring(node) for node in svg.iter() for axis, most in (("x", width), ("cx", width),
                   ("x1", width), ("x2", width), ("y", height), ("cy", height), ("y1", height), ("y2", height))
                   if node.get(axis) and not -0.01 <= float(node.get(axis)) <= most]
        equal(outside[:3], [], "%s: %s is drawn within its frame" % (name, key))
        ticks = [node for node in svg.iter(SVG + "text") if node.get("class") == "tick"]
        for anchor in {node.get("y") for node in ticks}:
            row = sorted((float(node.get("x")), node.text) for node in ticks if node.get("y") == anchor)
            close = [pair for pair in zip(row, row[1:]) if pair[1][0] - pair[0][0] < 5.5 * max(len(pair[0][1]), len(pair[1][1]))
                     and float(anchor) > height - 46]
            equal(close, [], "%s: %s: no number on the x axis is on the next" % (name, key))
        ok(len(ticks) >= 4, "%s: %s has numbers on its axes" % (name, key), [node.text for node in ticks])
        empty = any(node.text == "none" for node in svg.iter(SVG + "text"))
        equal(bool(list(svg.iter(SVG + "title"))[1:]), not empty, "%s: %s has titles to point at" % (name, key))
    return page, figures


# ---- counted here ----

def shares(values, at):
    """The ECDF of VALUES as far as it rises, at the places AT."""
    points, before = [], 0
    for place in at:
        upto = sum(value <= place for value in values)
        if upto != before:
            points.append([place, round(upto / len(values), 6)])
        before = upto
    return points


def curve(data, figure, series):
    return [[round(x, 6), round(y, 6)] for x, y, *_ in data["figures"][figure]["series"][series]]


def distributions(data, queries):
    """Lengths and times between queries, of queries and of distinct names."""
    names = {query.name for query in queries}
    equal(curve(data, "prefix-length", "all queries"), shares([len(prefix_of(query.name)) for query in queries], range(256)),
          "the lengths of all queries' prefixes")
    equal(curve(data, "prefix-length", "distinct names"), shares([len(prefix_of(name)) for name in names], range(256)),
          "those of distinct names")
    labels = [len(label) for query in queries for label in prefix_of(query.name).split(".") if label]
    equal(curve(data, "label-length", "all queries"), shares(labels, range(64)), "the lengths of labels")
    last, intervals = {}, []
    for query in queries:
        now = round(query.at * 1000)
        if domain_of(query.name) in last:
            intervals.append(now - last[domain_of(query.name)])
        last[domain_of(query.name)] = now
    equal(curve(data, "interval", "all queries"), shares(intervals, EDGES_MS), "the times between queries")
    equal(curve(data, "prefix-length", "refused queries"), [[42, 1]], "refused are the tunnel's alone, of 42 characters")


def rankings(data, queries):
    names = collections.defaultdict(set)
    users = collections.defaultdict(set)
    for query in queries:
        names[domain_of(query.name)].add(query.name)
        users[domain_of(query.name)].add(query.client)
    counts = sorted((len(of) for of in names.values()), reverse=True)
    points = data["figures"]["domains"]["series"]["distinct names"]
    equal([[x, y] for x, y, _ in points], [[rank, count] for rank, count in enumerate(counts, 1)],
          "domains are ranked by their distinct names")
    equal(points[0][2], "tunnel.net", "the tunnel's is first")
    equal({row["domain"]: (row["names"], row["users"], row["queries"]) for row in data["domains"]},
          {row["domain"]: (len(names[row["domain"]]), len(users[row["domain"]]),
                           sum(domain_of(query.name) == row["domain"] for query in queries)) for row in data["domains"]},
          "names, users and queries of domains")
    first = data["domains"][0]
    ok(first["domain"] == "tunnel.net" and first["refused"] > 50 and first["refused_by"] == "user's budget (%d)" % first["refused"],
       "the domain with refusals is first, and why is told", first)


def up_to(queries, day, *options):
    """What replay says of the first days."""
    return replay(*options, "-", stdin=text_of(query for query in queries if query.at < START_S + day * DAY_S))


def days(data, queries, options):
    """Each day is what replay finds with it and does not find without it."""
    leak, most, refused_days, before = [], [], 0, {}
    metered = collections.Counter()
    for day in (1, 2, 3):
        result = up_to(queries, day, *options)
        added = {user: row["metered_bytes"] - metered[user] for user, row in result["users"].items()}
        metered.update(added)
        leak.append(round(sum(added.values()), 3))
        most.append(round(max(added.values()), 3))
        refused = {user: row["refused"] for user, row in result["users"].items()}
        refused_days += sum(count > before.get(user, 0) for user, count in refused.items())
        before = refused
    whole = up_to(queries, 3, *options)
    series = data["figures"]["leak"]["series"]["all users"]
    equal([x for x, _ in series], [START_S + day * DAY_S for day in range(3)], "a bar for each day")
    ok(all(abs(y - bytes_day) < 0.002 for (_, y), bytes_day in zip(series, leak)), "what left on each day", (series, leak))
    series = data["figures"]["leak-most"]["series"]["the user who sent most"]
    ok(all(abs(y - bytes_day) < 0.002 for (_, y), bytes_day in zip(series, most)), "and what one user sent at most", (series, most))
    configured = data["what_if"][-1]
    ok(configured["configured"] and refused_days == 2, "the tunnel is refused on two days", configured)
    equal([configured[key] for key in ("user_days_refused", "users_refused", "queries_refused", "stale")],
          [refused_days, 1, whole["totals"]["refused"], whole["totals"]["stale"]], "user-days, users and queries refused")
    equal(configured["user_days"], len({(query.client, int(query.at // DAY_S)) for query in queries}), "user-days")
    hours = data["figures"]["refusals"]["series"]["refused"]
    equal(sum(y for _, y in hours), whole["totals"]["refused"], "each refusal is at some time")
    equal({row["user"]: round(row["metered_bytes"], 3) for row in data["users"]},
          {user: round(row["metered_bytes"], 3) for user, row in whole["users"].items()}, "what each user sent")


def other_budgets(data, trace):
    rows = data["what_if"][:-1]
    equal([row["budget_bytes"] for row in rows], BUDGETS, "so many other budgets")
    for row in rows:
        totals = replay("--user-budget", str(row["budget_bytes"]), trace)["totals"]
        equal([row["queries_refused"], row["users_refused"], row["stale"], row["metered_bytes"]],
              [totals["refused"], totals["users_refused"], totals["stale"], totals["metered_bytes"]],
              "with %d bytes: what replay says" % row["budget_bytes"])
        equal((row["refill_bytes_day"], row["bound_bytes_30_days"]),
              (row["budget_bytes"] // 8, row["budget_bytes"] + 30 * (row["budget_bytes"] // 8)), "and its bound")
    blocks = [row["user_days_refused"] for row in rows]
    ok(blocks == sorted(blocks, reverse=True) and blocks[0] > blocks[-1], "a larger budget disturbs fewer", blocks)
    equal([round(y, 3) for _, y in data["figures"]["blocks"]["series"]["at each budget"]],
          [round(1000 * row["user_days_refused"] / row["user_days"], 3) for row in rows], "and so it is drawn")


def levels(queries):
    """With nothing drained, the highest level is all that was metered."""
    data = report("--user-refill", "0", "--no-what-if", "-", stdin=text_of(queries))
    equal([row["user"] for row in data["users"] if abs(row["highest_level_bytes"] - row["metered_bytes"]) > 0.001], [],
          "without a refill the highest level is what was metered")
    data = report("--no-what-if", "-", stdin=text_of(queries))
    spy = next(row for row in data["users"] if row["user"] == "192.0.2.66")
    ok(1000 < spy["highest_level_bytes"] <= 1024 < spy["metered_bytes"], "with one it comes to the budget, and no higher", spy)
    drawn = {name: y for _, y, name in data["figures"]["users"]["series"]["highest level"]}
    equal(drawn, {row["user"]: row["highest_level_bytes"] for row in data["users"]}, "and so it is drawn")
    equal({y for _, y, _ in data["figures"]["users"]["series"]["budget"]}, {1024}, "beside the budget")
    equal((spy["domain"], spy["domain_bytes"]), ("tunnel.net", spy["metered_bytes"]), "the domain to which most went")


def page_shows(text, data, figures):
    """What the page shows is what --json has."""
    equal(set(figures), set(data["figures"]), "each picture is on the page")
    for key in ("domains", "users"):
        series = next(iter(data["figures"][key]["series"].values()))
        titles = [node.text for node in figures[key].iter(SVG + "title")][1:]
        missing = [name for _, _, name in series if not any(title.startswith(name + ", ") for title in titles)]
        equal(missing, [], key + ": each point says whose it is")
    bars = [node for node in figures["leak"].iter(SVG + "rect") if node.find(SVG + "title") is not None]
    values = [y for _, y in data["figures"]["leak"]["series"]["all users"]]
    heights = [float(node.get("height")) for node in bars]
    ok(len(bars) == 3 and all(abs(height / max(heights) - value / max(values)) < 0.01 for height, value in zip(heights, values)),
       "bars are as high as their values", (heights, values))
    tables = tables_of(text)
    rows = tables["Users nearest to their budget"]
    equal([row[0] for row in rows[1:]], [row["user"] for row in data["users"]], "the table of users")
    rows = tables["Domains with refusals, then those to which most was metered: 20 of 40"]
    equal([(row[0], row[2].replace(",", "")) for row in rows[1:]], [(row["domain"], str(row["names"])) for row in data["domains"]],
          "the table of domains")
    rows = tables["The same traces at other budgets"]
    equal([int(row[4].replace(",", "")) for row in rows[1:]], [row["user_days_refused"] for row in data["what_if"]],
          "the table of other budgets")
    lead = html.unescape(re.search(r'<p class="lead">(.*?)</p>', text, re.DOTALL).group(1))
    ok("7 users asked 1,500 queries in 40 domains" in lead and "1 user would have been refused something" in lead and
       "on 2 of 20 user-days" in lead and re.search(r"\(UTC, 2\.\d\d days\)", lead), "the first paragraph says so in words", lead)


def counted(directory):
    queries = traffic()
    trace = os.path.join(directory, "trace.tsv")
    with open(trace, "wb") as file:
        file.write(text_of(queries))
    place = os.path.join(directory, "counted")
    code, out, err = run("report", "-o", place, trace)
    equal((code, out, err), (0, place + "/index.html is written\n", ""), "a page is written, and that is told")
    text = read(place + "/index.html")
    data = report(trace)
    _, figures = looks(text, "a trace")
    page_shows(text, data, figures)
    distributions(data, queries)
    rankings(data, queries)
    days(data, queries, [])
    other_budgets(data, trace)
    levels(queries)
    again = os.path.join(directory, "again")
    run("report", "-o", again, trace)
    equal(read(again + "/index.html"), text, "the same trace gives the same page")
    spans(trace, queries)
    edges()
    learning(trace, queries)
    return trace


def spans(trace, queries):
    middle = report("--no-what-if", "--since", "2023-11-16", "--until", str(START_S + 2 * DAY_S), trace)
    cut = [query for query in queries if START_S + DAY_S <= query.at < START_S + 2 * DAY_S]
    equal(middle, report("--no-what-if", "-", stdin=text_of(cut)), "--since and --until: what is between")


def edges():
    """A time between queries counts at the edge that it is not beyond; one refusal is seen as well as many."""
    waits = [0, 1, 2, 10, 11, 1000, 1001, 3600000]
    rows, at = [], START_S * 1000
    for wait in [0, *waits]:
        at += wait
        rows.append("%d.%03d\t192.0.2.1\tA\twww.example.com\n" % (at // 1000, at % 1000))
    data = report("--no-what-if", "-", stdin="".join(rows).encode())
    equal(curve(data, "interval", "all queries"), shares(waits, EDGES_MS), "times at an edge, and just beyond")
    draw = random.Random(5)
    lone = [Query(START_S + at * 5 * 3600, "192.0.2.1", "TXT", "%050x.example.com" % draw.getrandbits(200)) for at in range(16)]
    data = report("--no-what-if", "--user-budget", "256", "--user-refill", "0", "-", stdin=text_of(lone))
    series = data["figures"]["refusals"]["series"]["refused"]
    ok(data["totals"]["refused"] > 3 and [y for _, y in series] == [1] * data["totals"]["refused"], "single refusals are drawn", series)


def learning(trace, queries):
    """Nothing is refused while learning, nor counts as that."""
    data = report("--learning", "2d", "--user-budget", "512", trace)
    times = [x for x, _ in data["figures"]["refusals"]["series"].get("refused", [])]
    ok(times and min(times) >= START_S + 2 * DAY_S - 3600, "with learning: refusals come after it", times[:2])
    equal(data["what_if"][-1]["user_days_refused"], 1, "and user-days with one")
    place = os.path.join(os.path.dirname(trace), "short")
    run("report", "-o", place, "--learning", "30d", "--no-what-if", trace)
    ok("The trace is no longer than the learning, in which nothing is refused." in read(place + "/index.html"),
       "a trace that is all learning: said in the first paragraph")
    flag = report("--learning", "0", "--user-budget", "1k", "--action", "flag", trace)
    refuse = report("--learning", "0", "--user-budget", "1k", trace)
    ok(flag["totals"]["refused"] > 0 and flag["what_if"][-1]["user_days_refused"] == refuse["what_if"][-1]["user_days_refused"],
       "with action: flag what guarding would refuse is counted", flag["totals"])


# ---- hostile names ----

HOSTILE = ["<script>alert(1)</script>", "\"onload=alert(1)x=\"", "'><img src=x onerror=alert(1)>", "&lt;&amp;&#60;",
           "]]>-->", "\1\2\33[31m\177", "\xff\xfe\x80", "</title></svg></style>", "a.b.c", "{{7*7}}"]


def escaped(label):
    """As a trace has it: all but letters in decimal."""
    return "".join(c if c.isalnum() and ord(c) < 128 else "\\%03d" % ord(c) for c in label)


def hostile(directory):
    lines = []
    for at, label in enumerate(HOSTILE * 12):
        name = "x%d.%s.com" % (at, escaped(label))
        lines.append("%d\t192.0.2.9\tTXT\t%s\n" % (START_S + at, name))
        lines.append("%d\t192.0.2.9\tTXT\t%s.plain.com\n" % (START_S + at, escaped(label * 2)[:200]))
    trace = os.path.join(directory, "hostile<b>.tsv")
    with open(trace, "w", encoding="ascii") as file:
        file.writelines(sorted(lines))
    place = os.path.join(directory, "hostile")
    title = "</title><script>alert('1')</script> \"&\u202e\x07 \u65e5\u672c"
    code, _, err = run("report", "-o", place, "--title", title, "--user-budget", "256", trace)
    equal(code, 0, "hostile names: a page is written" + err)
    text = read(place + "/index.html")
    page, _ = looks(text, "hostile names")
    shown = "".join(page.text)
    ok("<script>alert(1)</script>.com" in shown, "a label <script> is shown as text")
    ok("</title><script>alert('1')</script> \"&\ufffd\ufffd \u65e5\u672c" in shown, "and so is a title", shown[:300])
    data = report("--user-budget", "256", trace)
    ok(any("<script>" in row["domain"] for row in data["domains"]), "JSON has the name", [row["domain"] for row in data["domains"]])
    state = os.path.join(directory, "hostile<i>.state")
    code, _, err = run("learn", "-o", state, "--learning", "0", trace)
    equal(code, 0, "a state file is learned " + err)
    run("report", "--force", "-o", place, state)
    page, _ = looks(read(place + "/index.html"), "hostile names of a state file")
    shown = "".join(page.text)
    ok("<script>alert(1)</script>.com" in shown and "hostile<i>.state" in shown, "shown as text, too")
    broken = b"\xff\xc0\xaf<b>\xed\xa0\x80"
    subprocess.run([SEEPCTL.encode(), b"report", b"--force", b"-o", place.encode(), b"--title", broken, state.encode()], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)
    ok("<h1>" + "\ufffd" * 3 + "&lt;b&gt;\ufffd</h1>" in read(place + "/index.html"), "a title that is no UTF-8")
    return place


# ---- a state file ----

def states(directory, trace):
    state = os.path.join(directory, "seep.state")
    run("learn", "-o", state, "--learning", "0", trace)
    place = os.path.join(directory, "state")
    code, _, err = run("report", "-o", place, state)
    equal((code, err), (0, ""), "a page of a state file")
    text = read(place + "/index.html")
    _, figures = looks(text, "a state file")
    equal(set(figures), {"state-users", "state-domains"}, "what the state can tell is drawn")
    ok("need recorded queries" in text, "and what needs a trace is said")
    ok(re.search(r"\. (No user has|[1-9]\d* users? ha(s|ve)) a spent budget now", html.unescape(text)), "how many are spent is said",
       re.findall(r'<p class="lead">.*?</p>', text, re.DOTALL))
    data = report(state)
    top = json.loads(run("top", "--json", "-n", "0", state)[1])
    equal(sorted((name, round(y, 0)) for _, y, name in data["figures"]["state-users"]["series"]["level"]),
          sorted((row["user"], round(row["level_bytes"], 0)) for row in top["users"]), "levels are those of seepctl top")
    names = sorted((row["names"] for row in top["domains"]), reverse=True)
    equal([y for _, y, _ in data["figures"]["state-domains"]["series"]["distinct names"]], names, "and so are domains' names")
    both = os.path.join(directory, "both")
    equal(run("report", "-o", both, "--no-what-if", state, trace)[0], 0, "a state file and a trace")
    _, figures = looks(read(both + "/index.html"), "both")
    ok({"state-users", "users", "leak"} <= set(figures) and "blocks" not in figures, "both are drawn", set(figures))
    ok("not shown: it was left out (--no-what-if)" in read(both + "/index.html"), "what was left out is said")
    code, _, err = run("report", "--json", state, state)
    ok(code == 2 and "both state files" in err, "two state files: told", err)
    with open(state, "r+b") as file:
        file.truncate(500)
    code, _, err = run("report", "-o", os.path.join(directory, "never"), state)
    ok(code == 1 and "seep.state: " in err and not os.path.exists(os.path.join(directory, "never", "index.html")),
       "a damaged state file: told, and nothing is written", err)


def crowds(directory):
    """Whom no budget fits is named."""
    draw = random.Random(11)
    trace = os.path.join(directory, "crowd.tsv")
    with open(trace, "w", encoding="ascii") as file:
        for at in range(1600):
            file.write("%d\t198.51.100.7\tTXT\t%040x.d%d.com\tNOERROR\t5\n" % (START_S + at * 300, draw.getrandbits(160), at % 50))
    place = os.path.join(directory, "crowd")
    equal(run("report", "-o", place, "--learning", "5d", trace)[0], 0, "a crowd")
    text = html.unescape(read(place + "/index.html"))
    ok("No budget fits 1 user and " in text and "user 198.51.100.7" in text, "whom no budget fits is named", text[text.find("<p"):][:900])
    ok("nobody would have been refused" in text, "and is not refused")
    ok("came to after learning, highest first" in text and "of users that no budget fits, more may leave" in text,
       "the pictures say that learning is not held to a budget")
    ok(re.search(r"0 refused, 0 answered from the cache in place of that, 1,\d\d\d flagged", text), "counts are written as elsewhere",
       re.findall(r"0 refused, .*? flagged", text))
    data = report("--learning", "5d", "--no-what-if", trace)
    equal(data["totals"]["refused"], 0, "nor counted as that")
    state = os.path.join(directory, "crowd.state")
    run("learn", "-o", state, "--learning", "5d", trace)
    run("report", "--force", "-o", place, state)
    ok("No budget fits 1 user, who is flagged" in read(place + "/index.html"), "a state file tells it, too")


# ---- sizes ----

def large(directory, count):
    draw = random.Random(3)
    trace = os.path.join(directory, "large.tsv.gz")
    with gzip.open(trace, "wb", compresslevel=1) as file:
        for at in range(count):
            labels = [("%x" % draw.getrandbits(250))[:60].zfill(60) for _ in range(3)]
            file.write(b"%d\t10.%d.%d.1\tTXT\t%s.d%d.com\n" % (START_S + at * 700000 // count * 90, at % 200, at % 50, ".".join(labels).encode(),
                                                       draw.randrange(count // 3)))
    place = os.path.join(directory, "large")
    code, _, err = run("report", "--force", "-o", place, "--no-what-if", trace)
    equal((code, err), (0, ""), "%d queries in two years" % count)
    text = read(place + "/index.html")
    looks(text, "%d queries" % count)
    data = report("--no-what-if", trace)
    points = data["figures"]["domains"]["series"]["distinct names"]
    ranks = [x for x, _, _ in points]
    ok(len(ranks) <= 160 and ranks == sorted(set(ranks)) and ranks[0] == 1 and ranks[-1] == data["totals"]["domains"],
       "from the first domain to the last, in 160 points", ranks)
    bars = data["figures"]["leak"]["series"]["all users"]
    width_days = (bars[1][0] - bars[0][0]) / DAY_S
    ok(len(bars) <= 110 and width_days > 1, "bars of several days", width_days)
    metered = data["totals"]["metered_bytes"]
    ok(abs(sum(y for _, y in bars) * width_days - metered) < 0.01 * metered, "hold a day's mean of what was metered", metered)
    return len(text)


def sizes(directory):
    small, big = large(directory, 6000), large(directory, 24000)
    ok(big < 400000, "a page stays below 400 kB", big)
    ok(big < 1.15 * small, "four times the trace makes no larger page", (small, big))
    ends = b"0\t192.0.2.1\tA\ta.example.com\n253402300799\t192.0.2.1\tA\tb.example.com\n"
    start = time.monotonic()
    code, _, err = run("report", "--force", "-o", os.path.join(directory, "large"), "-", stdin=ends)
    text = read(os.path.join(directory, "large", "index.html"))
    ok(code == 0 and len(text) < 200000 and time.monotonic() - start < 20, "queries of 1970 and 9999: no larger, no longer", err)
    looks(text, "1970 to 9999")
    one = b"1700000000\t192.0.2.1\tA\texample.com\n"
    code, _, err = run("report", "--force", "-o", os.path.join(directory, "large"), "-", stdin=one)
    text = read(os.path.join(directory, "large", "index.html"))
    equal((code, err), (0, ""), "one query makes a page")
    is_inert(text, "one query")
    equal([key for key, svg in figures_of(text).items() if re.search(r"\b(nan|inf)\b", ElementTree.tostring(svg).decode())], [],
          "one query: every number is one")
    ok("would have been refused anything" in text and "standard input" in text, "it says what it cannot show")


# ---- messages ----

def messages(directory, trace):
    def told(*arguments, stdin=b""):
        code, out, err = run("report", *arguments, stdin=stdin)
        return code, out + err

    place = os.path.join(directory, "messages")
    page = place + "/index.html"
    code, text = told(trace)
    ok(code == 2 and "expected -o DIR" in text, "without -o: told", text)
    code, text = told("-o", place, "/nonexistent.tsv")
    ok(code == 1 and "/nonexistent.tsv: No such file" in text and "nothing is written" in text and not os.path.exists(place),
       "no such trace: told, and nothing is written, not even the folder", text)
    os.mkdir(place)
    told("-o", place, "/nonexistent.tsv")
    ok(os.path.isdir(place), "a folder that was there stays")
    for name, data in (("nothing", b""), ("comments", b"# nothing\n")):
        code, text = told("-o", place, "-", stdin=data)
        ok(code == 1 and "the trace is empty; nothing is written" in text and not os.path.exists(page), name + ": told", text)
    code, text = told("-o", place, "-", stdin=b"this is no trace\n")
    ok(code == 1 and "standard input:1: malformed" in text and "no query could be read" in text and not os.path.exists(page),
       "no trace at all: told, with the line", text)
    code, text = told("-o", place, "--until", "2020-01-01", trace)
    ok(code == 1 and "none is of the time asked for" in text, "no query of the time asked for: told", text)
    code, text = told("-o", place, "--since", "2023-11-16", "--until", "2023-11-15", trace)
    ok(code == 2 and "--until is not after --since" in text, "--until before --since: told", text)
    code, text = told("-o", place, "--since", "soon", trace)
    ok(code == 2 and '--since: "soon": expected a time' in text, "no time: told", text)
    equal(told("-o", place, "--no-what-if", trace)[0], 0, "a folder that is there")
    before = os.stat(page).st_mtime_ns
    code, text = told("-o", place, "--no-what-if", trace)
    ok(code == 1 and page in text and "--force" in text and os.stat(page).st_mtime_ns == before,
       "an index.html that is there: left alone, and how to write over it is told", text)
    code, text = told("-o", place, "--no-what-if", "--force", "--title", "Anew", trace)
    ok(code == 0 and "<h1>Anew</h1>" in read(page), "--force writes over it", text)
    equal(os.listdir(place), ["index.html"], "nothing is left beside it")
    code, text = told("-o", trace, trace)
    ok(code == 1 and "Not a directory" in text, "a file for a folder: told", text)
    code, text = told("-o", os.path.join(directory, "no", "where"), trace)
    ok(code == 1 and "No such file or directory" in text, "a folder in none: told", text)
    code, text = told("-o", place, "--force", "--conf", "/nonexistent.conf", trace)
    ok(code == 1 and "/nonexistent.conf" in text, "no such seep.conf: told", text)
    with open(trace, "rb") as file:
        packed = gzip.compress(file.read())
    cut = os.path.join(directory, "cut.tsv.gz")
    with open(cut, "wb") as file:
        file.write(packed[:len(packed) // 2])
    code, text = told("-o", place, "--force", cut)
    ok(code == 1 and "cut.tsv.gz: " in text and "could not be read to its end" in read(page), "a trace that is cut: told here and there",
       text)
    with open(page, "rb") as file:
        whole = file.read()
    with open("/dev/full", "wb") as full:
        done = subprocess.run([SEEPCTL, "report", "--json", "--no-what-if", trace], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    ok(done.returncode == 1 and b"No space left" in done.stderr, "a full disk: told", done.stderr)
    ok(whole.endswith(b"</html>\n"), "a page is whole")
    full_disk(directory, trace)
    code, out, err = run("help", "report")
    ok(code == 0 and "--no-what-if" in out and "DIR" in out, "help report", out + err)


def full_disk(directory, trace):
    """A page that cannot be written whole is not there, and the one before it still is."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    place = os.path.join(directory, "messages")
    before = read(place + "/index.html")
    done = subprocess.run([SEEPCTL, "report", "--force", "-o", place, "--no-what-if", trace], preexec_fn=limit, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=60, check=False)
    ok(done.returncode == 1 and b"index.html: File too large" in done.stderr, "a page that cannot be written whole: told", done.stderr)
    equal((os.listdir(place), read(place + "/index.html") == before), (["index.html"], True), "and the one before it stays")


def terminal(directory):
    """A bar of progress on a terminal, for each run, and gone at the end."""
    trace = os.path.join(directory, "long.tsv")
    with open(trace, "w", encoding="ascii") as file:
        for at in range(200000):
            file.write("%d\t192.0.2.%d\tA\tn%d.example.com\n" % (START_S + at, at % 9, at % 5000))
    leader, follower = os.openpty()
    with open(os.devnull, "wb") as null:
        process = subprocess.Popen([SEEPCTL, "report", "-o", os.path.join(directory, "long"), trace], stdout=null, stderr=follower)
    os.close(follower)
    shown = b""
    while True:
        try:
            got = os.read(leader, 65536)
        except OSError:
            break
        if not got:
            break
        shown += got
    os.close(leader)
    equal(process.wait(60), 0, "on a terminal")
    ok(b"first run  [" in shown and re.search(rb"run [2-8] of 8  \[#* *\] +\d+ %", shown) is not None, "each run shows how far it is", shown[-300:])
    ok(shown.endswith(b"\r\x1b[K"), "and nothing of it is left", shown[-30:])


# ---- as a browser shows it ----

def first_pixel(path):
    """Of a PNG of 8 bits a colour: red, green, blue."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        packed += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return tuple(zlib.decompressobj().decompress(packed, 4)[1:])


def browser(directory, place):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        tap.skip("a browser shows the page", "there is no chromium")
        return
    base = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--user-data-dir=" + os.path.join(directory, "profile"), "--window-size=1000,1400"]
    url = "file://" + os.path.join(place, "index.html")

    def start(*arguments):
        return subprocess.run([*base, *arguments, url], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=90, check=False).stdout

    try:
        dom = start("--dump-dom").decode("utf-8", "replace")
        for scheme, name in ((1, "light"), (0, "dark")):
            start("--blink-settings=preferredColorScheme=%d" % scheme, "--screenshot=" + os.path.join(directory, name + ".png"))
    except subprocess.TimeoutExpired:
        tap.skip("a browser shows the page", "chromium does not answer")
        return
    ok("<script" not in dom and dom.count("<svg") == read(os.path.join(place, "index.html")).count("<svg") > 0, "a browser sees no script, and all pictures")
    equal([first_pixel(os.path.join(directory, name + ".png")) for name in ("light", "dark")], [(255, 255, 255), (0x14, 0x17, 0x1b)],
          "a light page, and a dark one")


def main():
    with tap, tempfile.TemporaryDirectory() as directory:
        trace = counted(directory)
        place = hostile(directory)
        states(directory, trace)
        crowds(directory)
        messages(directory, trace)
        sizes(directory)
        terminal(directory)
        browser(directory, place)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
