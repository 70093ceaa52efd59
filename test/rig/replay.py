# SPDX-License-Identifier: BSD-3-Clause
"""Traces through `seepctl replay`."""
import collections
import json
import subprocess

TIMEOUT_S = 120
# A network's newcomers: bytes at once, and bytes a day.
NETWORK = (8192, 1024)
Result = collections.namedtuple("Result", "totals review users domains engine")


def replayed(seepctl, trace, *options):
    """What comes of TRACE, which is bytes. Of its rows none may be malformed."""
    done = subprocess.run([seepctl, "replay", "--json", *options, "-"], input=trace, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False)
    if done.returncode:
        raise RuntimeError("replay exits with %d: %s" % (done.returncode, done.stderr.decode()))
    result = json.loads(done.stdout)
    assert not result["totals"]["malformed"], done.stderr.decode()
    return Result(**{key: result[key] for key in Result._fields})
