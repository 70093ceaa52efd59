#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""All tests: builds what they need, runs them, and ends on "N passed, N failed"."""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, "build", "check")
FIRST = "1.17.1"
OTHERS = ("1.22.0", "1.26.2")
UNAVAILABLE = 3		# the exit status of unbound/build where no server has the source
NO_ARCHIVES = 77	# that of configure --enable-static-deps where there are no static archives
FUZZ_SECONDS = "2"
AT_ONCE = 4		# live tests mostly wait: so many on two processors
TAP_LINE = re.compile(r"^(not )?ok\b(.*)$")
SKIPPED = re.compile(r"1\.\.0|(\S+::\S.* )?SKIPPED ")	# a whole program, and one of pytest's tests


class Result:
    passed = failed = skipped = 0
    lock = threading.Lock()


def shown(title, started_s, passed, failed, skipped, details=""):
    """The line of a step that is over, behind what failed in it."""
    with Result.lock:
        Result.passed += passed
        Result.failed += failed
        Result.skipped += skipped
        print("%s%-52s %5d passed %3d failed%s  %5.1f s"
              % (details, title, passed, failed, " %3d skipped" % skipped if skipped else "",
                 time.monotonic() - started_s), flush=True)


def indented(lines):
    return "".join("    %s\n" % line for line in lines)


def run(title, argv, env=None, timeout_s=600, root=False):
    """Run one program to its end, as this user or as root; its exit status, its output and its log's path."""
    log = os.path.join(LOGS, re.sub(r"[^A-Za-z0-9.]+", "-", title) + ".log")
    command = ("env", *("%s=%s" % pair for pair in (env or {}).items()),
               "timeout", "--foreground", "-k", "10", str(timeout_s), *argv)
    if root and os.geteuid():
        command = ("sudo",) + command
    with open(log, "wb") as out:
        code = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL).returncode
    with open(log, errors="replace") as text:
        return code, text.read(), log


def step(title, *argv, absent=None, **more):
    """One check that passes if the program ends well, and is skipped if it exits with ABSENT."""
    started_s = time.monotonic()
    code, text, log = run(title, argv, **more)
    details = ""
    if code == absent:
        details = indented(text.splitlines()[-1:])
    elif code:
        details = indented(text.splitlines()[-25:] + ["see " + log])
    shown(title, started_s, code == 0, code not in (0, absent), code == absent, details)
    return code == 0


def tap(title, *argv, **more):
    """One program that speaks TAP."""
    started_s = time.monotonic()
    code, text, log = run(title, argv, **more)
    passed = failed = skipped = 0
    details = []
    for line in text.splitlines():
        found = TAP_LINE.match(line)
        if not found:
            skipped += bool(SKIPPED.match(line))
        elif "# SKIP" in found.group(2):
            skipped += 1
        elif found.group(1):
            failed += 1
            details.append(line)
        else:
            passed += 1
    if code and not failed or not passed + failed + skipped:
        failed += 1
        details += ["ended with status %d, see %s" % (code, log), *text.splitlines()[-15:]]
    shown(title, started_s, passed, failed, skipped, indented(details))
    return text


def pytest(title, file, *options, env=None, **more):
    """Tests in laboratories of their own; they print TAP for each check."""
    return tap(title, "/usr/bin/python3", "-m", "pytest", "test/%s.py" % file, *options, root=True,
               env={"PYTHONDONTWRITEBYTECODE": "1",
                    "SEEP_REQUIRE_LIVE": os.environ.get("SEEP_REQUIRE_LIVE", "1"), **(env or {})},
               **more)


def together(calls, at_once=AT_ONCE):
    """Calls of what mostly waits or uses one processor, each (FUNCTION, ARGUMENT...), so many at a time, in order."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for call in [pool.submit(*call) for call in calls]:
            call.result()


def make_check(title, directory, target="check", *more):
    """automake's own test run, counted by its result lines."""
    started_s = time.monotonic()
    code, text, log = run(title, ("make", "-C", directory, "-j2", target) + more)
    counts = {key: sum(int(n) for n in re.findall(r"^# %s: +(\d+)" % key, text, re.M))
              for key in ("PASS", "FAIL", "ERROR", "SKIP")}
    failed = counts["FAIL"] + counts["ERROR"]
    if code and not failed or not counts["PASS"]:
        failed += 1
    wrong = [line for line in text.splitlines() if re.match(r"^(FAIL|ERROR)", line)]
    shown(title, started_s, counts["PASS"], failed, counts["SKIP"],
          indented(wrong + ["see " + log]) if failed else "")


def configure(name, version, *options, variant="", absent=None, **env):
    """A build of Seep of its own, in build/seep/NAME, for that variant of Unbound; see step() for ABSENT."""
    directory = os.path.join(ROOT, "build", "seep", name)
    tree = os.path.join(ROOT, "build", "unbound", version + variant)
    os.makedirs(directory, exist_ok=True)
    script = ("cd '%s' && { [ -e Makefile ] && [ ! '%s/configure' -nt Makefile ] || "
              "'%s/configure' --enable-werror --with-unbound-src='%s/src' %s; } && "
              "make -j2 && { [ ! -e .libs/seep.so ] || ln -sf .libs/seep.so seep.so; }"
              % (directory, ROOT, ROOT, tree, " ".join(options)))
    return directory, step("build seep for %s" % name, "sh", "-c", script, absent=absent, env=env)


def builds(wanted):
    """Unbound and the module, for each version; which there are. All needs the first, others may be out of reach."""
    versions = [version for version in wanted
                if step("build unbound %s" % version, "unbound/build", "--version", version,
                        absent=None if version == FIRST else UNAVAILABLE, timeout_s=1200)]
    for version in versions:
        configure(version, version)
    return versions


def other_flags():
    step("configure unbound %s with other flags" % FIRST,
         "unbound/build", "--version", FIRST, "--other-flags", timeout_s=600)
    configure(FIRST + "-otherflags", FIRST, variant="-otherflags")


def unit_tests():
    """Those of the core, the tools and the sources."""
    make_check("unit tests, gcc", os.path.join(ROOT, "build", "seep", FIRST))


def core():
    unit_tests()
    directory, built = configure("clang", FIRST, CC="clang")
    if built:
        make_check("unit tests, clang", directory, "check", "TESTS=$(unit_tests)")
    directory, built = configure("asan", FIRST, "--enable-sanitizer=address")
    if built:
        make_check("unit tests, address and undefined sanitizers", directory, "check",
                   "TESTS=$(unit_tests) $(fuzz_targets) $(tool_tests)")
    directory, built = configure("tsan", FIRST, "--enable-sanitizer=thread")
    if built:
        make_check("engine with 4 threads, thread sanitizer", directory, "check",
                   "TESTS=test/unit_threads test/unit_random test/unit_keeper test/unit_control "
                   "test/unit_events")
    directory = os.path.join(ROOT, "build", "seep", FIRST)

    def benchmark():
        tap("small benchmark, leaks and false blocks", "python3", "test/bench_detect.py",
            env={"SEEP_DETECT": os.path.join(directory, "bench", "detect", "detect")})
        tap("offices of all shapes, replayed", "python3", "test/tool_people.py",
            env={"SEEP_BUILD": directory})

    if step("build the benchmark", "make", "-C", directory, "bench/detect/detect"):
        together([(benchmark,), (make_check, "engine, valgrind", directory, "check-valgrind")])


def fuzz():
    step("fuzz targets, %s seconds each" % FUZZ_SECONDS, "./dev", "fuzz", FUZZ_SECONDS)


def sanitized():
    """The module, instrumented, in an Unbound that is not: the run-time library goes first."""
    directory, built = configure("asan", FIRST, "--enable-sanitizer=address")
    if not built:
        return
    sbin = os.path.join(ROOT, "build", "unbound", FIRST, "sbin")
    wrapper = os.path.join(LOGS, "asan", "unbound")
    reports = os.path.join(LOGS, "asan-report")
    for old in os.listdir(LOGS):
        if old.startswith("asan-report."):
            os.unlink(os.path.join(LOGS, old))
    os.makedirs(os.path.dirname(wrapper), exist_ok=True)
    control = os.path.join(os.path.dirname(wrapper), "unbound-control")
    if not os.path.lexists(control):
        os.symlink(os.path.join(sbin, "unbound-control"), control)
    with open(wrapper, "w") as out:
        out.write("#!/bin/sh\nLD_PRELOAD=$(gcc -print-file-name=libasan.so) "
                  "ASAN_OPTIONS=detect_leaks=0:log_path=%s UBSAN_OPTIONS=log_path=%s "
                  "exec %s/unbound \"$@\"\n" % (reports, reports, sbin))
    os.chmod(wrapper, 0o755)
    pytest("cases, address and undefined sanitizers in the module", "live_cases",
           env={"SEEP_UNBOUND": wrapper,
                "SEEP_MODULE": os.path.join(directory, "seep.so")})
    step("no report of the sanitizers", "sh", "-c",
         "! ls %s.* 2>/dev/null || { cat %s.*; exit 1; }" % (reports, reports), root=True)


def reports_of_seep(directory):
    """What the sanitizers wrote, one report each: those with a frame of Seep's, and the others."""
    ours, others = [], 0
    for name in sorted(os.listdir(directory)):
        if not name.startswith("report."):
            continue
        with open(os.path.join(directory, name), errors="replace") as text:
            for report in re.split(r"^=+\n|\n(?=\S+: runtime error: )", text.read(), flags=re.M):
                if not re.search(r"^ +#\d|runtime error: ", report, re.M):
                    continue
                if re.search(r"/module/|seep\.so", report):
                    ours.append(report)
                else:
                    others += 1
    return ours, others


def sanitize():
    """The module and the real Unbound, both instrumented; four threads."""
    for kind, variant in (("address", "-asan"), ("thread", "-tsan")):
        name = FIRST + variant
        if not step("build unbound %s, %s sanitizer" % (FIRST, kind), "unbound/build", "--version",
                    FIRST, "--sanitize", kind, timeout_s=1800):
            continue
        built, made = configure(name, FIRST, "--enable-sanitizer=" + kind, variant=variant)
        if not made:
            continue
        sbin = os.path.join(ROOT, "build", "unbound", name, "sbin")
        directory = os.path.join(LOGS, "sanitize" + variant)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        os.symlink(os.path.join(sbin, "unbound-control"),
                   os.path.join(directory, "unbound-control"))
        wrapper = os.path.join(directory, "unbound")
        with open(wrapper, "w") as out:
            out.write("#!/bin/sh\nlog=log_path=%s/report\nexport ASAN_OPTIONS=verify_asan_link_order=0:$log "
                      "UBSAN_OPTIONS=print_stacktrace=1:$log TSAN_OPTIONS=exitcode=0:$log\n"
                      "exec %s/unbound \"$@\"\n" % (directory, sbin))
        os.chmod(wrapper, 0o755)
        for file in ("cases", "stale", "wire", "answers", "budget", "state", "same", "tunnel",
                    "control", "remote", "events", "look", "change", "reload"):
            pytest("%s, unbound %s, 4 threads" % (file, name), "live_" + file, timeout_s=900,
                   env={"SEEP_UNBOUND": wrapper, "SEEP_MODULE": os.path.join(built, "seep.so"),
                        "SEEP_THREADS": "4", "SEEP_RELOADS": "20", "SEEP_PAUSE_S": "2"})
        step("reports of the %s sanitizer can be read" % kind, "chmod", "-R", "a+rX", directory,
             root=True)
        ours, others = reports_of_seep(directory)
        shown("reports of the %s sanitizer, and %d of Unbound alone" % (kind, others),
              time.monotonic(), not ours, len(ours), 0)
        print("".join("    %s\n" % line for report in ours[:3]
                      for line in report.splitlines()[:30]), end="")


def soak():
    text = pytest("faults under load, short", "soak", "--short", "--unbound", FIRST, timeout_s=540)
    with Result.lock:
        print(indented(line for line in text.splitlines() if line.startswith("soak: ")), end="", flush=True)


def one(name, version, *options, **env):
    """The live tests of a file."""
    pytest(" ".join((name + ",", "unbound", version, *map(os.path.basename, options), *env)),
           "live_" + name, "--unbound", version, *options, env=env)


def chroot():
    directory, built = configure(FIRST + "-static", FIRST, "--enable-static-deps",
                                 absent=NO_ARCHIVES)
    if built:
        tap("names of the module with static archives", "sh", "test/source_symbols.sh",
            env={"SEEP_SRC": ROOT, "SEEP_BUILD": directory})
        one("chroot", FIRST, "--module", os.path.join(directory, "seep.so"))


def live(versions):
    """Each has network namespaces and a directory of its own. Those that take longest come first."""
    return [
        *[(one, name, version) for name in ("state", "tunnel", "wire", "stale", "look")
          for version in versions],
        (chroot,),
        (sanitized,),
        *[(one, "cases", version, "--threads", threads) for version in versions
          for threads in ("1", "4")],
        *[(one, name, version) for name in ("events", "identity", "rpz", "change", "lists", "policy",
                                            "remote", "answers", "control", "foreign")
          for version in versions],
        (one, "same", FIRST),
        *[(one, "budget", FIRST, "--threads", threads) for threads in ("1", "4")],
        (one, "example", FIRST),
    ]


def package():
    step("make distcheck", "make", "-j2", "-C", "build/seep/" + FIRST, "distcheck",
         "DISTCHECK_CONFIGURE_FLAGS=--with-unbound-src=%s/build/unbound/%s/src" % (ROOT, FIRST),
         timeout_s=1200)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="format and unit tests only, without root")
    parser.add_argument("parts", nargs="*", default=[], help="of: format core fuzz live soak "
                        "package; and sanitize, which takes longer")
    args = parser.parse_args()
    parts = args.parts or ["format", "core", "fuzz", "live", "soak", "package"]
    os.makedirs(LOGS, exist_ok=True)
    started_s = time.monotonic()
    if args.quick or "format" in parts:
        step("sources are formatted", "./dev", "format", "--check")
    versions = builds((FIRST,) if args.quick else (FIRST,) + OTHERS)
    if args.quick:
        unit_tests()
        parts = []
    if "core" in parts:
        core()
    if "fuzz" in parts:
        fuzz()
    if "live" in parts:
        other_flags()
    together([*([(soak,)] if "soak" in parts else []), *(live(versions) if "live" in parts else [])])
    if "live" in parts:
        one("reload", FIRST, SEEP_RELOADS="250")	# under a load of its own
    if "sanitize" in parts:
        sanitize()
    if "package" in parts:
        package()
    print("\n%.0f s" % (time.monotonic() - started_s))
    print("%d passed, %d failed, %d skipped" % (Result.passed, Result.failed, Result.skipped))
    return 1 if Result.failed or not Result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
