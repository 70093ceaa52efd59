# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the control socket and of the control interface have in common."""

import re
import time

from .client import rcode_of, secret


def of_seep(text):
    """The lines of a text of statistics that are Seep's."""
    return [line for line in text.splitlines() if line.startswith(("num.seep.", "seep."))]


def lasting(text):
    """Those lines; of what the state file changes by itself, the key alone."""
    return [re.sub(r"^(seep\.state\.\w.*)=\d+$", r"\1", line) for line in of_seep(text)]


def settled(read):
    """The lines that last, of what READ() returns, once they no longer change: what a query set
    off goes on after its answer."""
    lines = lasting(read())
    for _ in range(50):
        time.sleep(0.1)
        before, lines = lines, lasting(read())
        if lines == before:
            break
    return lines


def ask_beside(lab, connect, clients):
    """One new name of a user each beside a client that CONNECT(at) returns, all of which stay
    connected: the clients, the answers' codes, and the longest wait in seconds."""
    silent, codes, slowest_s = [], [], 0
    try:
        for at in range(clients):
            silent.append(connect(at))
            started_s = time.monotonic()
            codes.append(rcode_of(lab.ask(secret(), source="127.3.1.%d" % (at + 1))))
            slowest_s = max(slowest_s, time.monotonic() - started_s)
    except BaseException:
        leave(silent)
        raise
    return silent, codes, slowest_s


def leave(clients):
    for client in clients:
        client.close()
