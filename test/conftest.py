# SPDX-License-Identifier: BSD-3-Clause
"""What the live tests share: options, a machine that can run them, and checks that are counted."""

import os
import signal

import pytest


def pytest_addoption(parser):
    parser.addoption("--unbound", metavar="VERSION", help="with that Unbound, of build/unbound")
    parser.addoption("--module", metavar="FILE", help="that seep.so instead of the usual one")
    parser.addoption("--threads", metavar="N", help="that Unbound has")
    parser.addoption("--seed", default="witness", help="live_wire: another message")
    parser.addoption("--plain", action="store_true",
                     help="live_wire: Unbound alone, and what each way would let out")
    parser.addoption("--short", action="store_true", help="soak: a few faults of each kind")
    parser.addoption("--step", action="append", help="soak: that kind of faults only")


def pytest_configure(config):
    for option, variable in (("unbound", "SEEP_UNBOUND_VERSION"), ("module", "SEEP_MODULE"),
                             ("threads", "SEEP_THREADS")):
        if config.getoption(option):
            os.environ[variable] = config.getoption(option)
    # Whoever ends the tests ends their laboratories too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def machine():
    """Namespaces, the programs and the builds that every laboratory needs."""
    from rig import need		# reads the variables that are set above
    need.live(files=(need.module_path(), need.unbound_path()))


@pytest.fixture
def tap():
    """The checks of a test: each is made and shown, and the test fails at its end if one did."""
    from rig import Tap
    print()
    return Tap()


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item):
    if "tap" in item.funcargs:
        item.funcargs["tap"].done()
