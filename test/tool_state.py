#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seepctl on state files: what it shows, messages, exit statuses, and damaged files. TAP."""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SEEP_SRC", ".")
BUILD = os.environ.get("SEEP_BUILD", ".")
SEEPCTL = os.environ.get("SEEPCTL", os.path.join(BUILD, "seepctl"))
MAKE = os.path.join(BUILD, "test", "unit_state_file")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal


def run(*arguments):
    done = subprocess.run([SEEPCTL, *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def shown(path):
    code, out, err = run("top", "--json", path)
    equal((code, err), (0, ""), "top --json exits with 0")
    top = json.loads(out)
    spent = top["users"][0]
    equal(spent["user"], "10.0.0.3", "the fullest meter comes first")
    ok(spent["spent"] and 80 < spent["percent"] <= 100 and spent["budget_bytes"] == 100,
       "it is spent", spent)
    equal(len(top["users"]), 3, "all users are there")
    equal({row["domain"] for row in top["domains"]}, {"d1.example", "d2.example", "d3.example"},
          "all domains")
    equal(spent["first_seen"], "2023-11-14T22:13:20Z", "times")
    code, out, _ = run("top", "-n", "1", "--users", path)
    ok(code == 0 and "10.0.0.3" in out and "10.0.0.2" not in out and "example" not in out,
       "top --users -n 1: one user, no domain", out)
    code, out, _ = run("top", "--domains", path)
    ok("d1.example" in out and "10.0.0" not in out, "top --domains: no user", out)
    one = json.loads(run("show", "user", "10.0.0.3", "--json", path)[1])
    equal(one, spent, "show user --json: the same as in top")
    code, out, _ = run("show", "user", "::ffff:10.0.0.3", path)
    ok(code == 0 and re.search(r"^level .* of 100\.0 bytes, .*spent$", out, re.M),
       "show user, for people", out)
    for name in ("d2.example", "D2.example.", "www.d2.example"):
        code, out, _ = run("show", "domain", name, path)
        ok(code == 0 and re.search(r"^domain +d2\.example$", out, re.M), "show domain " + name,
           out)
    for words in (("user", "10.9.9.9"), ("domain", "nobody.example")):
        code, out, err = run("show", *words, path)
        equal((code, out, "not in the state file" in err), (1, "", True), "show %s %s" % words)
    code, _, err = run("show", "user", "nonsense", path)
    equal((code, "not an IPv4 or IPv6 address" in err), (1, True), "show user: no address")
    code, _, err = run("show", "domain", "a..b", "/nowhere")
    equal((code, "empty label" in err), (1, True), "show domain: no name, told before the file is read")


def checked(path, directory):
    code, out, err = run("check-state", path)
    ok(code == 0 and err == "" and out.startswith("ok: version 1, checkpoint of 3 users, 3 domains"),
       "check-state: a sound file", out + err)
    with open(path, "rb") as file:
        whole = file.read()
    bad = os.path.join(directory, "bad")

    def check(content):
        with open(bad, "wb") as out:
            out.write(content)
        return run("check-state", bad)

    checkpoint = int(re.search(r"domains; (\d+) bytes", out).group(1))
    for content, at, word in (
            (b"", 0, "empty"), (b"x" * 5000, 0, "not a state file"), (whole[:100], 0, "header"),
            (whole[:checkpoint - 1], None, "cut"),
            (whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], 168, "checksum"),
            (whole[:8] + b"\x07" + whole[9:], 0, "version")):
        code, out, err = check(content)
        ok(code == 1 and out == "" and word in err and (at is None or ": byte %d:" % at in err),
           "check-state: %s, and where" % word, "%d %s %s" % (code, out, err))
    code, out, err = check(whole[:-1])
    ok(code == 0 and "as it is after a crash" in out, "check-state: a cut journal is no damage",
       out + err)
    code, _, err = run("check-state", os.path.join(directory, "none"))
    equal((code, "No such file" in err), (1, True), "check-state: no file")
    random.seed(20261122)
    codes = set()
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(random.randint(1, 20)):
            content[random.randrange(len(content))] = random.randrange(256)
        del content[random.randrange(len(content)):]
        codes.add(check(bytes(content))[0])
        codes.update(run(*words, bad)[0] for words in (("top",), ("show", "user", "10.0.0.3")))
    ok(codes <= {0, 1}, "sixty damaged files: nothing worse than a message", codes)


def called_wrongly(path):
    for words in (("check-state", "a", "b"), ("check-state", "-x"), ("top", "-n", "x", path),
                  ("top", "a", "b"), ("top", "--none"), ("show",), ("show", "user"),
                  ("show", "name", "x", path), ("show", "user", "10.0.0.3", path, "more"),
                  ("show", "--none", "user", "10.0.0.3", path)):
        code, out, err = run(*words)
        equal((code, out, "usage: seepctl" in err), (2, "", True), "usage: " + " ".join(words[:3]))
    for command in ("check-state", "top", "show"):
        code, out, _ = run("help", command)
        ok(code == 0 and out.startswith("usage: seepctl " + command), "help " + command, out)


def main():
    if not os.path.exists(MAKE):
        print("1..0 # SKIP no %s" % MAKE)
        return 0
    with tap, tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "seep.state")
        subprocess.run([MAKE, "--make", path], check=True, timeout=60)
        shown(path)
        checked(path, directory)
        called_wrongly(path)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
