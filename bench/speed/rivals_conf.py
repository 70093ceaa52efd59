# SPDX-License-Identifier: BSD-3-Clause
"""How the rivals are set up. None of their limits is ever reached: they count, and refuse nobody."""

import glob
import os

from problem import Problem

# Debian's packages, unpacked below a folder and not installed: nothing of them starts by itself.
LIBRARIES = "usr/lib/x86_64-linux-gnu"

# Unbound's python module, in as few lines as a counter of unique names takes.
PYTHON = "python:\n\tpython-script: \"count.py\"\n"
COUNT = """\
LIMIT = 1000000000
names = {}

def init(id, cfg):
    return True

def deinit(id):
    return True

def inform_super(id, qstate, superqstate, qdata):
    return True

def operate(id, event, qstate, qdata):
    if event not in (MODULE_EVENT_NEW, MODULE_EVENT_PASS):
        qstate.ext_state[id] = MODULE_FINISHED
        return True
    name = qstate.qinfo.qname_str.lower()
    seen = names.setdefault(".".join(name.rsplit(".", 3)[-3:]), set())
    seen.add(name)
    if len(seen) > LIMIT:
        qstate.return_rcode = RCODE_REFUSED
        qstate.ext_state[id] = MODULE_FINISHED
    else:
        qstate.ext_state[id] = MODULE_WAIT_MODULE
    return True
"""

DNSDIST = """\
setLocal("127.0.0.1:%(port)d")
setSecurityPollSuffix("")
addACL("127.0.0.0/8")
newServer({address="127.0.0.1:53", healthCheckMode="up"})
local group = dynBlockRulesGroup()
group:setQueryRate(1000000, 10, "too many queries", 60, DNSAction.Refused)
group:setSuffixMatchRule(10, "too many names", 60, DNSAction.Refused,
    function(node, own, below)
        return node:numChildren() > 1000000
    end)
function maintenance()
    group:apply()
end
"""

RECURSOR = """\
local-address=127.0.0.1
local-port=%(port)d
allow-from=127.0.0.0/8
hint-file=%(dir)s/root.hints
dont-query=
dnssec=process-no-validate
qname-minimization=no
threads=1
pdns-distributes-queries=no
reuseport=yes
daemon=no
write-pid=no
loglevel=3
setuid=
setgid=
security-poll-suffix=
socket-dir=%(dir)s/%(name)s
"""
TRACKING = """\
new-domain-tracking=yes
new-domain-history-dir=%(dir)s/%(name)s
new-domain-log=no
unique-response-tracking=yes
unique-response-history-dir=%(dir)s/%(name)s
unique-response-log=no
"""


def wrapper(root, program):
    """A script that runs PROGRAM of the unpacked packages with their libraries."""
    path = os.path.join(root, os.path.basename(program) + ".sh")
    with open(path, "w") as file:
        file.write("#!/bin/sh\nexport LD_LIBRARY_PATH='%s/%s' PYTHONPATH="
                   "'%s/usr/lib/python3/dist-packages'\nexec '%s/%s' \"$@\"\n"
                   % (root, LIBRARIES, root, root, program))
    os.chmod(path, 0o755)
    return path


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def dnsdist(folder, root):
    def argv(port):
        path = write(folder + "/dnsdist.conf", DNSDIST % {"port": port})
        return (wrapper(root, "usr/bin/dnsdist"), "--supervised", "--disable-syslog", "-C", path)
    return argv


def recursor(folder, program, name, text):
    def argv(port):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        write("%s/%s/recursor.conf" % (folder, name),
              text % {"port": port, "dir": folder, "name": name})
        return (program, "--enable-old-settings", "--config-dir=%s/%s" % (folder, name))
    return argv


def own_wrapper(root, program):
    """The same, of another release of Debian: with its loader, too."""
    root = os.path.abspath(root)
    path = root + ".sh"
    loader = glob.glob(root + "/usr/lib*/ld-linux-*.so.*")
    if not loader:
        raise Problem("no loader in %s" % root)
    with open(path, "w") as file:
        file.write("#!/bin/sh\nexec '%s' --library-path '%s/%s' '%s/%s' \"$@\"\n"
                   % (loader[0], root, LIBRARIES, root, program))
    os.chmod(path, 0o755)
    return path


def programs(folder, root, recursor_root):
    """(name, whether Unbound stands behind it, its words given a port) of each."""
    program = own_wrapper(recursor_root, "usr/sbin/pdns_recursor")
    return (("dnsdist", True, dnsdist(folder, root)),
            ("recursor", False, recursor(folder, program, "recursor", RECURSOR)),
            ("recursor_nod", False,
             recursor(folder, program, "recursor_nod", RECURSOR + TRACKING)))
