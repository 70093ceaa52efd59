# SPDX-License-Identifier: BSD-3-Clause
"""Says what a live test needs, and skips it, or fails it, with the reason."""

import os
import shutil
import sys

SYSTEM_PYTHON = "/usr/bin/python3"

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VERSION = os.environ.get("SEEP_UNBOUND_VERSION", "1.17.1")
THREADS = int(os.environ.get("SEEP_THREADS", "4"))

TOOLS = ("ip", "nsenter", "setpriv", "prlimit", "nsd", "openssl", "ldns-keygen", "ldns-signzone")

os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def system_python():
    """Run again with Debian's python3 if this one has no dnspython."""
    try:
        import dns.message  # noqa: F401
    except ImportError:
        if os.path.realpath(sys.executable) != os.path.realpath(SYSTEM_PYTHON) \
                and os.path.exists(SYSTEM_PYTHON) and sys.argv and os.path.exists(sys.argv[0]):
            os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON] + sys.argv)
        skip("needs python3-dnspython")


def skip(reason):
    """End the whole test: a TAP skip, or a failure where live tests are required."""
    if os.environ.get("SEEP_REQUIRE_LIVE") == "1":
        print("1..1\nnot ok 1 - live test can run\n# %s" % reason, flush=True)
        sys.exit(1)
    print("1..0 # SKIP %s" % reason, flush=True)
    sys.exit(0)


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
    """Skip unless this machine can run a lab; files are paths that must exist."""
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
