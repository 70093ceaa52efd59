#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seepctl on state files: what it shows, messages, exit statuses, and damaged files. TAP."""
import datetime
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SEEP_SRC", ".")
BUILD = os.environ.get("SEEP_BUILD", ".")
SEEPCTL = os.environ.get("SEEPCTL", os.path.join(BUILD, "seepctl"))
OLD = os.path.join(SOURCE, "test", "data", "state-version-1")
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
    equal([row["network"] for row in top["networks"]], ["10.0.0.0/24"], "their network")
    code, out, _ = run("top", "-n", "1", "--users", path)
    ok(code == 0 and "10.0.0.3" in out and "10.0.0.2" not in out and "example" not in out,
       "top --users -n 1: one user, no domain", out)
    code, out, _ = run("top", "--domains", path)
    ok("d1.example" in out and "10.0.0" not in out, "top --domains: no user, no network", out)
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
    ok(code == 0 and err == "" and out.startswith("ok: version 1, checkpoint of 3 users, 1 network, 3 domains"),
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


def tables(*words):
    """What top shows, a list of lines for each table, its name first."""
    code, out, err = run("top", *words)
    equal((code, err), (0, ""), "top exits with 0")
    found = [table.splitlines() for table in out.split("\n\n")]
    return {re.search(r"(\w+) \(\d+\)$", table[0]).group(1): table[1:] for table in found}


def networks(path):
    """Of an office that has learned: of 10.0.0.0/24 the newcomers send, no budget fits 10.0.1.0/24."""
    shown = tables(path)
    equal(list(shown), ["users", "networks", "domains"], "top: three tables")
    lines = shown["networks"]
    equal(len(lines), 6, "each network has two lines")
    ok(re.match(r" +25\.\d% +32\d{3}\.\d +131072\.0 .* 10\.0\.1\.0/24 \(no budget fits\)$", lines[0]),
       "the fullest comes first, and no budget fits it", lines[0])
    ok(re.match(r" +0\.0% +0\.0 +8192\.0 .* 10\.0\.1\.0/24, newcomers$", lines[1]),
       "its newcomers sent nothing", lines[1])
    ok(re.match(r" +0\.0% +0\.0 +\d+\.0 .* 10\.0\.0\.0/24$", lines[2]) and
       re.match(r" +3\.\d% +\d+\.\d +8192\.0 .* 10\.0\.0\.0/24, newcomers$", lines[3]),
       "of another the newcomers are ahead, who count for its place", "\n".join(lines[2:4]))
    equal([line.split("  ")[-1] for line in shown["users"] if "no budget" in line],
          ["10.0.0.99 (no budget fits)"], "of the users one is marked")
    shown = tables("--networks", "-n", "2", path)
    equal((list(shown), len(shown["networks"])), (["networks"], 4), "top --networks -n 2")
    equal(list(tables("--networks", "--domains", path)), ["networks", "domains"], "and with --domains")

    top = json.loads(run("top", "--json", "-n", "0", path)[1])
    vast, office, late = top["networks"]
    equal((vast["network"], vast["crowd"], vast["newcomers"]["crowd"]), ("10.0.1.0/24", True, False),
          "top --json: the network that no budget fits")
    ok(7 <= vast["users"] <= 13 and 7 <= vast["users_today"] <= 13, "and about its ten users", vast)
    ok(office["newcomers"]["level_bytes"] > 300 and office["newcomers"]["budget_bytes"] == 8192 and
       office["level_bytes"] == 0 and office["budget_bytes"] > 16384, "both meters", office)
    ok(not office["crowd"] and office["users_today"] == 1 and 30 < office["users"] < 80,
       "and users", office)
    equal((late["network"], late["budget_bytes"]), ("10.0.2.0/24", 8192), "one that came late")
    equal([row["user"] for row in top["users"] if row["crowd"]], ["10.0.0.99"], "the users' crowd")
    level, _ = (office["newcomers"].pop(key) for key in ("level_bytes", "percent"))
    for words in ("10.0.0.0", "10.0.0.5", "::ffff:10.0.0.250", "10.0.0.0/24", "10.0.0.7/24"):
        row = json.loads(run("show", "network", words, "--json", path)[1])
        del row["newcomers"]["percent"]
        ok(abs(row["newcomers"].pop("level_bytes") - level) < 1, "show network %s: the level, which drains" % words, row)
        equal(row, office, "show network %s: the same as in top" % words)
    code, out, _ = run("show", "network", "10.0.1.9", path)
    ok(code == 0 and re.search(r"^level +32\d{3}\.\d of 131072\.0 bytes, 25\.\d %; no budget fits$", out, re.M) and
       re.search(r"^newcomers +0\.0 of 8192\.0 bytes, 0\.0 %$", out, re.M) and
       re.search(r"^users +about (7|8|9|1\d) on its best day .* today about (7|8|9|1\d) .* 0 newly established$", out, re.M) and
       re.search(r"^first +20", out, re.M), "show network, for people", out)
    for words in ("10.9.9.9", "10.0.0.0/16", "2001:db8::1"):
        code, out, err = run("show", "network", words, path)
        equal((code, out, "not in the state file" in err), (1, "", True), "show network " + words)
    for words in ("10.0.0", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/24/"):
        code, out, err = run("show", "network", words, path)
        equal((code, out, "not a" in err), (1, "", True), "show network %s: none" % words)


def members(path):
    """Who is established in its network, and whom no budget fits."""
    for user, said, network, established, newcomer in (
            ("10.0.0.1", "established", "10.0.0.0/24", True, False),
            ("10.0.0.177", "a newcomer", "10.0.0.0/24", False, True),
            ("10.0.2.0", "not established yet", "10.0.2.0/24", False, False)):
        out = run("show", "user", user, path)[1]
        ok(out.endswith("\nnetwork   %s; %s\n" % (network, said)), "%s is %s" % (user, said), out)
        ok("no budget fits" not in out, "and a budget fits it", out)
        row = json.loads(run("show", "user", user, "--json", path)[1])
        equal((row["network"], row["established"], row["newcomer"], row["crowd"]),
              (network, established, newcomer, False), "the same in JSON")
    out = run("show", "user", "10.0.0.99", path)[1]
    ok(re.search(r"^level .* of 16384\.0 bytes, .*; no budget fits$", out, re.M), "one that no budget fits", out)
    equal(json.loads(run("show", "user", "10.0.0.99", "--json", path)[1])["crowd"], True, "the same in JSON")


def ahead_s(text):
    """How many seconds a time of seepctl's is in the future."""
    when = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    return (when - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def learn_status(path):
    code, out, err = run("learn", "status", path)
    equal((code, err), (0, ""), "learn status exits with 0")
    return out, json.loads(run("learn", "status", "--json", path)[1])


def learns(path):
    out, status = learn_status(path)
    ok(re.search(r"^learning  on until \d", out) and "newcomer" not in out, "while learning is on", out)
    ok(status["learning"] and abs(ahead_s(status["until"]) - 5 * 86400) < 300, "until when", status["until"])
    equal((status["users"]["seen"], status["users"]["learned"], status["users"]["most_bytes"], status["new_bytes"]),
          (71, 0, None, None), "no budget is learned yet")
    equal([row.get("user") or row["network"] for row in status["no_budget_fits"]],
          ["10.0.0.99", "10.0.1.0/24"], "but whom none will fit is named")
    ok("it will be flagged" in out and "it is" not in out, "as what is to come", out)


def learned(path, is_counted):
    out, status = learn_status(path)
    days = 1 if is_counted else 0
    ok(re.search(r"^learning  over since \d", out) and not status["learning"] and
       abs(ahead_s(status["until"]) + days * 86400) < 300, "learning is over", out)
    users = "70 learned a budget, 16384 bytes at most" if is_counted else "not counted yet: .* not run with Seep since"
    ok(re.search("^users +%s; no budget fits 1 user$" % users, out, re.M), "how many users learned, and the most", out)
    ok(re.search(r"^networks +1 learned a budget, \d+ bytes at most; no budget fits 1 network$", out, re.M),
       "the same of networks", out)
    equal(tuple(status["users"][key] for key in ("auto", "learned", "most_bytes", "crowds")),
          (True, 70, 16384, 1) if is_counted else (True, 0, None, 1), "in JSON: the users")
    equal(tuple(status["networks"][key] for key in ("auto", "learned", "crowds")), (True, 1, 1), "the networks")
    equal(status["new_bytes"], 4096 if is_counted else None, "a newcomer's budget")
    equal("newcomer  gets 4096 bytes\n" in out, is_counted, "and as text")
    crowd, vast = status["no_budget_fits"]
    ok(crowd["user"] == "10.0.0.99" and 400 < crowd["names"] < 700 and "user-budget" in crowd["what_to_do"] and
       "exempt-user" in crowd["what_to_do"] and "who is behind it" in crowd["what_to_do"],
       "which user no budget fits, and what to do", crowd)
    ok(vast["network"] == "10.0.1.0/24" and "network-budget" in vast["what_to_do"], "which network", vast)
    for who in ("user 10.0.0.99, about", "network 10.0.1.0/24: it is flagged and never refused"):
        equal(out.count("no budget fits " + who), 1, "and as text: " + who)


def fixed(path):
    out, status = learn_status(path)
    equal(out, "learning  none\nusers     have the budget of seep.conf\nnetworks  none learned a budget\n",
          "learn status without learning")
    equal((status["learning"], status["until"], status["users"]["auto"], status["new_bytes"],
           status["no_budget_fits"]), (False, None, False, 100, []), "in JSON")


def before_networks(path):
    """A file that has no networks."""
    if sys.byteorder != "little":
        tap.skip("a file of before networks", "it was written on a little-endian machine")
        return
    shown = tables(path)
    equal((list(shown), len(shown["users"]), len(shown["domains"])), (["users", "domains"], 2, 3),
          "a file of before networks: top has no table of them")
    equal(tables("--networks", path)["networks"], [], "unless it is asked for")
    row = json.loads(run("show", "user", "10.0.0.9", "--json", path)[1])
    ok(row["spent"] and row["budget_bytes"] == 100 and 80 < row["percent"] < 100 and not row["crowd"] and
       not {"network", "established", "newcomer"} & set(row), "its users are in no network", row)
    out = run("show", "user", "10.0.0.9", path)[1]
    ok(re.search(r"^level .*; spent$", out, re.M) and "network" not in out, "nor for people", out)
    code, out, err = run("show", "network", "10.0.0.9", path)
    equal((code, out, "not in the state file" in err), (1, "", True), "show network: none")
    out, status = learn_status(path)
    ok("network" not in out and status["networks"]["seen"] == 0, "learn status: none", out)
    ok(run("check-state", path)[1].startswith("ok: version 1, checkpoint of 2 users, 3 domains; "),
       "check-state: none")


def siphash_1_3(key, data):
    """Aumasson, Bernstein 2012; as module/base/hash.c, which has 1 in place of 0."""
    most = (1 << 64) - 1
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def left(x, bits):
        return (x << bits | x >> 64 - bits) & most

    def rounds(count):
        for _ in range(count):
            v[0], v[2] = (v[0] + v[1]) & most, (v[2] + v[3]) & most
            v[1], v[3] = left(v[1], 13) ^ v[0], left(v[3], 16) ^ v[2]
            v[0], v[2] = (left(v[0], 32) + v[3]) & most, (v[2] + v[1]) & most
            v[1], v[3] = left(v[1], 17) ^ v[2], left(v[3], 21) ^ v[0]
            v[2] = left(v[2], 32)

    data += bytes(7 - len(data) % 8) + bytes([len(data) & 0xff])
    for (word,) in struct.iter_unpack("<Q", data):
        v[3] ^= word
        rounds(1)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(3)
    return (v[0] ^ v[1] ^ v[2] ^ v[3]) or 1


HEADER_BYTES, FRAME_BYTES, NETWORKS, NETWORK_BYTES = 168, 16, 12, 200


def frame_of(whole, kind):
    """Where the first frame of a kind begins and ends."""
    at = HEADER_BYTES
    while True:
        found, size = struct.unpack_from("=II", whole, at)
        if found == kind:
            return at, at + FRAME_BYTES + size
        at += FRAME_BYTES + size


def made_up_networks(path, directory):
    """The bytes of a frame of networks changed: as damage, and by somebody who makes its checksum right."""
    if sys.byteorder != "little":
        tap.skip("networks that are made up", "the hash here is of little-endian numbers")
        return
    bad = os.path.join(directory, "bad")
    with open(path, "rb") as file:
        whole = file.read()
    begin, end = frame_of(whole, NETWORKS)
    head = begin + FRAME_BYTES

    def shown_with(changes, resealed=True):
        content = bytearray(whole)
        for at, value in changes:
            content[at:at + len(value)] = value
        if resealed:
            content[begin + 8:head] = bytes(8)
            checksum = siphash_1_3(bytes(content[56:72]), bytes(content[begin:end]))
            content[begin + 8:head] = struct.pack("<Q", checksum)
        # The checkpoint alone.
        with open(bad, "wb") as out:
            out.write(content[:frame_of(whole, 6)[1]])
        return [run(*words, bad) for words in (
            ("top", "--json"), ("top",), ("show", "network", "10.0.0.3"), ("learn", "status"), ("check-state",))]

    equal([code for code, _, _ in shown_with(())], [0] * 5, "networks as they were")
    equal([code for code, _, _ in shown_with([(head, b"\xc9")], resealed=False)], [1] * 5, "damaged ones")
    shown = shown_with([(head, struct.pack("<I", NETWORK_BYTES // 2))])
    equal(([code for code, _, _ in shown], json.loads(shown[0][1])["networks"]), ([0, 0, 1, 0, 0], []),
          "those of another build are left out")
    ok("users (3)" in shown[1][1] and "networks (" not in shown[1][1], "and users are shown", shown[1][1])
    shown = shown_with([(head + 4, bytes(4)), (head + 16, b"\xff" * 16)])
    row = json.loads(shown[0][1])["networks"][0]
    equal(([code for code, _, _ in shown], row["budget_bytes"], row["network"]),
          ([0] * 5, 2.0 ** 30, "10.0.0.0/24"), "of a made up budget, the most that there can be")
    record = head + 32
    # Budgets of 64 and 8 KiB that do not drain; one meter is flagged, and the newcomers' is spent.
    shown = shown_with([(head + 4, b"\x01"), (head + 24, bytes(8)), (record + 8, struct.pack("<Q", 8000 * 60000)),
                        (record + 52, b"\x01"), (record + 56, struct.pack("<Q", 8000 * 8192)), (record + 100, b"\x01\x01")])
    row = json.loads(shown[0][1])["networks"][0]
    equal([(meter["level_bytes"], meter["flagged"], meter["spent"]) for meter in (row, row["newcomers"])],
          [(60000, True, False), (8192, True, True)], "each meter is flagged or spent by itself")
    ok(re.search(r"60000\.0 +65536\.0  flagged .* 10\.0\.0\.0/24\n +100\.0% +8192\.0 +8192\.0  spent .*, newcomers\n",
                 shown[1][1]), "and in the table", shown[1][1])
    ok(re.search(r"^level .*; flagged\n^newcomers .*; spent$", shown[2][1], re.M), "and in show network", shown[2][1])
    shown = shown_with([(record + 108, b"\xff" * 4)])
    row = json.loads(shown[0][1])["networks"][0]
    equal((row["crowd"], row["newcomers"]["crowd"]), (False, True), "newcomers that no budget fits")
    ok("10.0.0.0/24, newcomers (no budget fits)\n" in shown[1][1] and
       "no budget fits network 10.0.0.0/24: it is flagged" in shown[3][1], "and in text", shown[1][1] + shown[3][1])
    shown = shown_with([(record + 128 + 16, b"\x05")])
    equal(([code for code, _, _ in shown], json.loads(shown[0][1])["networks"]), ([0, 0, 1, 0, 0], []),
          "a record that is no network is left out")
    random.seed(20261126)
    codes = set()
    for _ in range(40):
        changes = [(random.randrange(head + 4, end), bytes([random.randrange(256)])) for _ in range(20)]
        codes.update(code for code, _, _ in shown_with(changes))
    ok(codes <= {0, 1}, "forty made up frames: nothing worse than a message", codes)


def called_wrongly(path):
    for words in (("check-state", "a", "b"), ("check-state", "-x"), ("top", "-n", "x", path),
                  ("top", "a", "b"), ("top", "--none"), ("show",), ("show", "user"),
                  ("show", "name", "x", path), ("show", "user", "10.0.0.3", path, "more"),
                  ("show", "--none", "user", "10.0.0.3", path), ("show", "network"), ("learn",),
                  ("learn", "nothing", path), ("learn", "status", path, "more"), ("learn", "status", "-x")):
        code, out, err = run(*words)
        equal((code, out, "usage: seepctl" in err), (2, "", True), "usage: " + " ".join(words[:3]))
    for command in ("top", "show user 10.0.0.3", "show network 10.0.0.3", "learn status"):
        code, out, err = run(*command.split(), "/nowhere/seep.state")
        equal((code, out, "No such file" in err), (1, "", True), command + ": no file")
    for command in ("check-state", "top", "show", "learn"):
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
        made_up_networks(path, directory)
        called_wrongly(path)
        fixed(path)
        before_networks(OLD)
        for day, test in ((2, learns), (7, lambda path: learned(path, False)), (8, lambda path: learned(path, True)),
                          (8, networks), (8, members)):
            subprocess.run([MAKE, "--make-office", path, str(day)], check=True, timeout=60)
            test(path)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
