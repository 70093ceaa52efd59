# SPDX-License-Identifier: BSD-3-Clause
"""Rounds that last as long as a checkpoint of the state file."""

import os
import threading
import time

from problem import Problem

DUE_S = 10			# after the last one; loads.py
LOOK_S = 0.001
LOAD_S = 4			# from before the checkpoint is due to after its end
LEAD_S = 0.3			# until a load is at its full rate
WAIT_S = 3 * DUE_S
DATAGRAMS = 4			# of a miss, in its namespace: two questions, two answers


def datagrams(pid):
    """That have come to sockets of the process's namespace."""
    with open("/proc/%d/net/snmp" % pid) as text:
        rows = [line.split() for line in text if line.startswith("Udp:")]
    return int(rows[1][rows[0].index("InDatagrams")])


def wait_due(arm):
    until_s = time.monotonic() + WAIT_S
    # The age is in whole seconds.
    while arm.lab.seep()["seep.state.checkpoint.age"] < DUE_S - 1:
        if time.monotonic() > until_s:
            raise Problem("no checkpoint became due")
        time.sleep(0.05)


def wait_file(path, exists):
    """Until a file is there, or gone: false if it takes too long."""
    until_s = time.monotonic() + LOAD_S
    while os.path.exists(path) != exists:
        if time.monotonic() > until_s:
            return False
        time.sleep(LOOK_S)
    return True


def slice_of(arm, options, seconds, begin, end):
    """
    A run from when BEGIN returns to when END does, in the midst of a load of SECONDS. None if one
    of them returns false.
    """
    lost = []
    load = threading.Thread(target=lambda: lost.append(arm.send(*options, "--seconds",
                                                                str(seconds))["lost"]))
    pid = arm.lab.process.pid
    load.start()
    try:
        began = begin()
        workers, whole = arm.cpu_ns()
        count, then_s = datagrams(pid), time.monotonic()
        ended = began and end()
        workers, whole = (now - then for now, then in zip(arm.cpu_ns(), (workers, whole)))
        count, passed_s = (datagrams(pid) - count) / DATAGRAMS, time.monotonic() - then_s
    finally:
        load.join()
    if not ended or not count or not lost:
        return None
    return {"cpu": workers / count / 1000, "other": max(whole - workers, 0) / count / 1000,
            "rate": count / passed_s, "seconds": passed_s, "lost": lost[0]}


def one_round(arms, load, seed):
    """{arm: run}: Seep's from the begin of a checkpoint to its end, and the others' as long."""
    options = load.send + ("--seed", str(seed), "--window", "100")
    path = arms["seep"].lab.dir + "/seep.state.new"
    wait_due(arms["seep"])
    runs = {"seep": slice_of(arms["seep"], options, LOAD_S, lambda: wait_file(path, True),
                             lambda: wait_file(path, False))}
    if not runs["seep"]:
        return None
    seconds = runs["seep"]["seconds"]
    for name in ("plain", "again"):
        runs[name] = slice_of(arms[name], options, seconds + 2 * LEAD_S,
                              lambda: time.sleep(LEAD_S) or True,
                              lambda: time.sleep(seconds) or True)
    return runs if all(runs.values()) else None
