# SPDX-License-Identifier: BSD-3-Clause
"""Says what a laboratory needs: without it a test is skipped, or fails, with the reason."""

import os
import shutil
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VERSION = os.environ.get("SEEP_UNBOUND_VERSION", "1.17.1")
THREADS = int(os.environ.get("SEEP_THREADS", "4"))

TOOLS = ("ip", "nsenter", "setpriv", "prlimit", "mount", "umount", "nsd", "openssl", "ldns-keygen",
         "ldns-signzone")

Missing = unittest.SkipTest		# pytest skips what raises it

os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def skip(reason):
    """End the test: skipped, or failed where live tests are required."""
    raise (AssertionError if os.environ.get("SEEP_REQUIRE_LIVE") == "1" else Missing)(reason)


def unbound_path(version=VERSION, plain=False):
    if os.environ.get("SEEP_UNBOUND") and not plain:
        return os.environ["SEEP_UNBOUND"]
    name = "unbound-plain" if plain else "unbound"
    return os.path.join(PROJECT, "build", "unbound", version, "sbin", name)


def module_path(version=VERSION):
    if os.environ.get("SEEP_MODULE"):
        return os.environ["SEEP_MODULE"]
    return os.path.join(PROJECT, "build", "seep", version, "seep.so")


def live(tools=(), tun=False, files=()):
    """Skip unless this machine can run a lab; FILES are paths that must exist."""
    if os.geteuid() != 0:
        skip("needs root, for network namespaces")
    if not os.path.isdir("/proc/self/ns") or not os.path.exists("/proc/self/ns/net"):
        skip("needs network namespaces in the kernel")
    if tun and not os.path.exists("/dev/net/tun"):
        skip("needs /dev/net/tun")
    for tool in TOOLS + tuple(tools):
        if not shutil.which(tool):
            skip("needs the program %s" % tool)
    for path in files:
        if not os.path.exists(path):
            skip("needs %s" % os.path.relpath(path, PROJECT))
