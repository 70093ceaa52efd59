# SPDX-License-Identifier: BSD-3-Clause
"""Makes network namespaces, joins them by veth pairs, and runs programs and sockets inside."""

import contextlib
import ctypes
import itertools
import os
import re
import subprocess

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
SERIAL = itertools.count()


def ip(*args):
    done = subprocess.run(("ip",) + args, capture_output=True, text=True, timeout=10)
    if done.returncode:
        raise RuntimeError("ip %s: %s" % (" ".join(args), done.stderr.strip()))
    return done.stdout


class Namespace:
    """One named network namespace, with the programs that were started in it."""

    def __init__(self, label):
        self.name = "seep-%d-%d-%s" % (os.getpid(), next(SERIAL), label)
        self.children = []
        ip("netns", "add", self.name)
        self.path = "/run/netns/" + self.name
        self.ip("link", "set", "lo", "up")

    def ip(self, *args):
        return ip("-n", self.name, *args)

    def address(self, address, device="lo"):
        if "/" not in address:
            address += "/128" if ":" in address else "/32"
        extra = ("nodad",) if ":" in address else ()
        self.ip("address", "add", address, "dev", device, *extra)

    def join(self, other, device, address, other_device, other_address):
        """A veth pair between two namespaces; the addresses carry their prefix length."""
        self.ip("link", "add", device, "type", "veth",
                "peer", "name", other_device, "netns", other.name)
        self.address(address, device)
        other.address(other_address, other_device)
        self.ip("link", "set", device, "up")
        other.ip("link", "set", other_device, "up")

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in the namespace: sockets made here stay here."""
        with open("/proc/thread-self/ns/net") as home, open(self.path) as away:
            if LIBC.setns(away.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns " + self.name)
            try:
                yield self
            finally:
                if LIBC.setns(home.fileno(), CLONE_NEWNET):
                    os.abort()

    def spawn(self, argv, log=None, cwd=None, memory_bytes=None):
        """
        Start a program in the namespace; log takes what it prints. It dies with the thread that
        started it.
        """
        command = ["nsenter", "--net=" + self.path, "--", "setpriv", "--pdeathsig", "KILL", "--"]
        if memory_bytes:
            command += ["prlimit", "--as=%d" % memory_bytes, "--"]
        out = open(log, "ab") if log else subprocess.DEVNULL
        try:
            child = subprocess.Popen(command + list(argv), stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=subprocess.STDOUT, cwd=cwd, start_new_session=True)
        finally:
            if log:
                out.close()
        self.children.append(child)
        return child

    def run(self, argv, timeout_s, **more):
        """Run a program in the namespace to its end."""
        return subprocess.run(["nsenter", "--net=" + self.path, "--"] + list(argv),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout_s, **more)

    def close(self):
        for child in reversed(self.children):
            stop(child)
        self.children = []
        subprocess.run(("ip", "netns", "del", self.name), capture_output=True, timeout=10)


def hiding(directory, argv):
    """The program's words, so that it sees an empty directory of its own there, if there is one."""
    if not os.path.isdir(directory):
        return tuple(argv)
    return mounting("mount -t tmpfs tmpfs '%s'" % directory, argv)


def mounting(command, argv):
    """The program's words, so that it alone sees what the command mounts."""
    return ("unshare", "--mount", "--", "sh", "-c", command + " && exec \"$@\"", "sh") + tuple(argv)


def sweep():
    """Remove the namespaces of tests that were killed."""
    for line in ip("netns", "list").splitlines():
        found = re.match(r"seep-(\d+)-\d+-", line)
        if found and not os.path.exists("/proc/" + found.group(1)):
            subprocess.run(("ip", "netns", "del", line.split()[0]), capture_output=True,
                           timeout=10)


def stop(child, patience_s=3):
    """Ask a child to end, then make it."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return child.returncode
