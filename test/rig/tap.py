# SPDX-License-Identifier: BSD-3-Clause
"""Writes a test's checks as TAP, one after the other, and keeps those that failed."""

import time
import traceback


class Tap:
    """Use as a context manager: the plan is printed at the end, an exception is a failure."""

    def __init__(self):
        self.count = 0
        self.failed = []		# their names
        self.start_s = time.monotonic()

    def ok(self, passed, name, diag=""):
        self.count += 1
        name = str(name).replace("#", "")
        print("%s %d - %s" % ("ok" if passed else "not ok", self.count, name), flush=True)
        if not passed:
            self.failed.append(name)
            if diag:
                self.note(diag)
        return bool(passed)

    def equal(self, got, want, name):
        return self.ok(got == want, name, "got  %r\nwant %r" % (got, want))

    def skip(self, name, reason):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, reason), flush=True)

    def note(self, text):
        for line in str(text).splitlines():
            print("# " + line, flush=True)

    def code(self):
        return 1 if self.failed or not self.count else 0

    def done(self):
        """At the end of a test: raises unless there were checks, and all passed."""
        assert self.count, "nothing was checked"
        assert not self.failed, "%d of %d checks failed:\n%s" % (
            len(self.failed), self.count, "\n".join(self.failed))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and issubclass(kind, SystemExit) and not self.count:
            return False
        if kind is not None and not issubclass(kind, SystemExit):
            self.ok(False, "no exception",
                    "".join(traceback.format_exception(kind, value, trace)))
        print("1..%d" % self.count, flush=True)
        self.note("%d failed, %.0f s" % (len(self.failed), time.monotonic() - self.start_s))
        return kind is not None and issubclass(kind, Exception)
