# SPDX-License-Identifier: BSD-3-Clause
"""Lists that are damaged at a start or at a reload: Seep goes on guarding, and says with what."""

import gzip
import os
import re
import time

import rig
from rig import rcode_of
from rig.suffixes import suffix_text

GUARDING = 3
CONF = """\
learning: 0
user-budget: 1k
allow-list: allow.txt
common-list: top.csv
public-suffix-list: psl.dat
"""
PAGE = "<!DOCTYPE html>\n<html><body>503 Service Unavailable</body></html>\n"
GOOD = {"allow.txt": "allowed.example\n", "top.csv": "1,common.example\n",
        "psl.dat": suffix_text(more=["own.example"])}
BAD = {"allow.txt": "allowed.example\n0.0.0.0 ads.example\n", "top.csv": PAGE,
       "psl.dat": GOOD["psl.dat"][:3000]}
LINES = {"allow.txt": 2, "top.csv": 1}		# where the mistake is


class Lists:
    """One lab, and what its lists do."""

    def __init__(self, lab, tap):
        self.lab = lab
        self.tap = tap
        self.count = 0

    def put(self, files):
        for name, text in files.items():
            with open(os.path.join(self.lab.dir, name), "w") as out:
                out.write(text)

    def changed(self, name, key):
        """How far a statistic moves when a user of its own asks for a name."""
        before = self.lab.seep()[key]
        self.lab.ask(name % self.count, source="127.1.%d.1" % self.count)
        return self.lab.seep()[key] - before

    def check(self, title, in_use, kept, missing):
        """It guards, and the lists are in use, or not."""
        tap, lab = self.tap, self.lab
        self.count += 1
        stats = lab.seep()
        tap.equal([stats[key] for key in ("seep.mode", "seep.passthrough", "seep.lists.kept",
                                          "seep.lists.missing")],
                  [GUARDING, 0, kept, missing], title + ": guarding, with so many lists")
        tap.equal(self.changed("a%d.allowed.example", "num.seep.allowed"), int(in_use),
                  title + ": the allow-list")
        metered = self.changed("m" * 50 + "%d.common.example", "num.seep.bits.metered")
        # Fifty letters hold some 250 bits; of a listed domain's a half or a quarter is metered.
        tap.ok((metered < 150) == in_use, title + ": the common-list", "%d bits" % metered)
        two = self.changed("www.d%d.own.example", "seep.domains") + \
            self.changed("www.e%d.own.example", "seep.domains")
        tap.ok((two == 2) == in_use, title + ": the list of public suffixes", two)
        codes = [rcode_of(lab.ask("%s%d.s%d-%d.example" % ("x" * 55, at, at, self.count),
                                  source="127.2.0.%d" % self.count)) for at in range(40)]
        tap.ok(codes[0] == "NOERROR" and "REFUSED" in codes, title + ": it refuses", codes)

    def told(self, title, words, since):
        """Each list has one line that names its file, and what is used in its place."""
        lines = [line for line in self.lab.log()[since:].splitlines() if "seep: " in line]
        for name in BAD:
            where = "%s:%s: " % (re.escape(name), LINES.get(name, r"\d+"))
            tell = [line for line in lines if re.search("seep: " + where, line)]
            self.tap.ok(len(tell) == 1 and re.search(words, tell[0]) and "mend the file" in tell[0],
                        "%s: %s is told, and what is done" % (title, name), "\n".join(lines[-6:]))

    def copies(self):
        return sorted(name.split("-")[0] for name in os.listdir(self.lab.dir)
                      if name.startswith("seep.state.") and "list-" in name)


def test_kept(tap):
    """With a state file the last good contents are used."""
    with rig.Lab(conf=CONF, state="seep.state", files=BAD) as lab:
        lists = Lists(lab, tap)
        lists.check("damaged at the first start", False, 0, 3)
        lists.told("damaged at the first start", "running without|system's public suffixes", 0)
        tap.equal(lists.copies(), [], "damaged at the first start: no copies")
        lists.put(GOOD)
        since = len(lab.log())
        lab.reload()
        lists.check("mended", True, 0, 0)
        tap.ok("mend" not in lab.log()[since:], "mended: nothing is told")
        tap.equal(lists.copies(), ["seep.state.allow", "seep.state.common", "seep.state.public"],
                  "mended: copies are kept")
        lists.put(BAD)
        since = len(lab.log())
        lab.reload()
        lists.check("damaged at a reload", True, 3, 0)
        lists.told("damaged at a reload", r"last good contents, of 20\d\d-", since)
        lab.restart(kill=True)
        lists.check("still so after a crash", True, 3, 0)
        for name in BAD:
            os.unlink(os.path.join(lab.dir, name))
        since = len(lab.log())
        lab.reload()
        lists.check("missing at a reload", True, 3, 0)
        for at, line in (("allow.txt", 3), ("top.csv", 4), ("psl.dat", 5)):
            tap.ok(re.search(r'seep: seep\.conf:%d: [a-z-]+: "%s" No such file' % (line, at),
                             lab.log()[since:]), "missing at a reload: %s is told" % at)
        lists.put(GOOD)
        lab.reload()
        lists.check("mended again", True, 0, 0)
        lab.conf = CONF.replace("common-list: top.csv\n", "")
        lab.write_conf()
        lab.reload()
        tap.equal(lists.copies(), ["seep.state.allow", "seep.state.public"],
                  "a list that is named no more: nor is its copy kept")


def test_included(tap):
    """What seep.conf includes is in force; a mistake in it, or in a list that it names, is told by its line."""
    files = {"well-known.conf": "\nallow-domain: known.example\nallow-list: none.txt\n"}
    with rig.Lab(conf="learning: 0\ninclude: well-*.conf\n", files=files) as lab:
        lists = Lists(lab, tap)
        tap.equal(lists.changed("a%d.known.example", "num.seep.allowed"), 1, "an included allow-domain")
        tap.ok('seep: well-known.conf:3: allow-list: "none.txt" No such file' in lab.log(),
               "a list that an included file names: told by its line", lab.log())
        lists.put({"well-known.conf": "allow-domain: known.example\nallow-domain: a..b\n"})
        lab.reload()
        tap.equal(lab.seep()["seep.passthrough"], 2, "a mistake in it: everything passes")
        tap.ok('seep: well-known.conf:2: allow-domain: "a..b"' in lab.log(), "and it is told", lab.log())
        lists.put(files)
        lab.reload()
        tap.equal(lab.seep()["seep.passthrough"], 0, "mended: it guards")


def test_unkept(tap):
    """Without a state file there is no copy: Seep runs without the lists."""
    with rig.Lab(conf=CONF, files=GOOD) as lab:
        lists = Lists(lab, tap)
        lists.check("no state file, good lists", True, 0, 0)
        lists.put(BAD)
        since = len(lab.log())
        lab.reload()
        lists.check("no state file, damaged at a reload", False, 0, 3)
        lists.told("no state file", "running without|system's public suffixes", since)


def test_watched(tap):
    """A list that changes while queries run is in force within seconds, a bad one is not: no reload."""
    with rig.Lab(conf=CONF, state="seep.state", files=GOOD) as lab:
        lists = Lists(lab, tap)
        starts = lab.starts()

        def within(seconds, holds):
            """Whether it holds in time, with queries going on all the while."""
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                lab.burst(["w%d.other.example" % at for at in range(20)], source="127.3.0.1")
                if holds():
                    return True
                time.sleep(0.2)
            return False

        def allowed(name):
            lists.count += 1
            return lists.changed("a%d." + name, "num.seep.allowed") == 1

        tap.ok(allowed("allowed.example") and not allowed("later.example"), "at the start")
        lists.put({"allow.txt": "later.example\n"})
        tap.ok(within(15, lambda: allowed("later.example")), "a changed list is in force")
        tap.ok(not allowed("allowed.example"), "and the former one is not")
        tap.ok("seep: allow-list: allow.txt has changed, and is in force now, with 1 domain" in lab.log(),
               "the log says so", "\n".join(lab.log().splitlines()[-4:]))
        lists.put({"allow.txt": BAD["allow.txt"]})
        tap.ok(within(15, lambda: lab.seep()["seep.lists.kept"] == 1), "a bad list is seen")
        line = [line for line in lab.log().splitlines() if "allow.txt:2: " in line]
        tap.ok(len(line) == 1 and "stay in force" in line[0], "one line has file, line and what is in force",
               line)
        tap.ok(allowed("later.example") and not allowed("allowed.example"), "and the last good one stays")
        lists.put({"allow.txt": GOOD["allow.txt"], "psl.dat": suffix_text(more=["fresh.example"])})
        with gzip.open(os.path.join(lab.dir, "top.csv"), "w") as out:
            out.write(b"1,fine.example\n")
        tap.ok(within(15, lambda: allowed("allowed.example") and lab.seep()["seep.lists.kept"] == 0),
               "all lists are mended")
        tap.ok(within(15, lambda: "top.csv has changed" in lab.log() and "psl.dat has changed" in lab.log()),
               "the others are read as well, one packed")
        lists.count += 1
        two = lists.changed("www.f%d.fresh.example", "seep.domains") + \
            lists.changed("www.g%d.fresh.example", "seep.domains")
        tap.equal(two, 2, "the public suffixes are those of the new list")
        tap.equal(lab.starts(), starts, "Unbound was not reloaded")


def test_openings(tap):
    """A public suffix that is allowed is warned of at a start, and when a list that has one changes."""
    told = r"warning: seep: %s:%d: %s: %s is a public suffix: everything below"
    conf = "learning: 0\nuser-budget: 1k\nallow-list: allow.txt\nallow-domain: co.uk\n"
    with rig.Lab(conf=conf, files={"allow.txt": "allowed.example\ngithub.io\n"}) as lab:
        tap.ok(re.search(told % (r"seep\.conf", 4, "allow-domain", r"co\.uk"), lab.log()), "at the start: of seep.conf", lab.log()[-800:])
        tap.ok(re.search(told % (r"allow\.txt", 2, "allow-list", r"github\.io"), lab.log()), "at the start: of the list", lab.log()[-800:])
        tap.equal(len(re.findall("is a public suffix", lab.log())), 2, "of these alone")
        since = len(lab.log())
        Lists(lab, tap).put({"allow.txt": "allowed.example\n\n# all of it\ncom\n"})
        until = time.monotonic() + 20
        while "has changed" not in lab.log()[since:] and time.monotonic() < until:
            time.sleep(0.2)
        tap.ok(re.search(told % (r"allow\.txt", 4, "allow-list", "com"), lab.log()[since:]), "when the list changes", lab.log()[since:])
        tap.equal(len(re.findall("is a public suffix", lab.log()[since:])), 1, "of that alone")
