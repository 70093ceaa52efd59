# SPDX-License-Identifier: BSD-3-Clause
"""Runs a resolver whose module was built with --enable-timed, for the time inside its calls."""

import os

from rig import lab

import calls
import loads
import measure
from problem import Problem

SECONDS = 5


def log_of(arm, load, seconds):
    """What it logs when it ends after so many seconds of the load."""
    arm.start(load)
    arm.send(*load.send, "--window", measure.WINDOW, "--seconds", str(seconds), "--start", "7000",
             "--seed", "2")
    before = len(arm.lab.log())
    arm.lab.stop()
    text = arm.lab.log()[before:]
    arm.lab.start()
    return text


def measured(build, sender, seconds):
    flat = {}
    with lab.Lab(module=os.path.join(build, "seep.so"), conf=loads.PLENTY, threads=1,
                 extra=measure.EXTRA, zones=loads.ZONES) as one:
        arm = measure.Arm("timed", one, sender)
        for load in loads.LOADS:
            if load.name in calls.LOADS:
                found = calls.of_load(load.name, log_of(arm, load, seconds))
                if not found:
                    raise Problem("the log of %s has no times" % load.name)
                flat.update(found)
    return flat
