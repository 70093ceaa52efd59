# SPDX-License-Identifier: BSD-3-Clause
"""unbound.conf.example loads as it stands, and Seep works behind another dynlib module."""

import os
import subprocess
import time

import rig
from rig import need, netns

INSTALLED = "/usr/local/lib/unbound/seep.so"
OTHER = r"""
#include <stddef.h>
int init(void *env, int id) { (void)env, (void)id; return 1; }
void deinit(void *env, int id) { (void)env, (void)id; }
void operate(void *qstate, int event, int id, void *outbound)
{
	(void)outbound;
	((int *)((char *)qstate + EXT_STATE))[id] = event <= 1 ? 2 : 6;
}
void inform_super(void *qstate, int id, void *super) { (void)qstate, (void)id, (void)super; }
void clear(void *qstate, int id) { (void)qstate, (void)id; }
size_t get_mem(void *env, int id) { (void)env, (void)id; return 0; }
"""


def test_example(tap):
    """Checked, and run, with nothing changed but where the files lie."""
    sbin = os.path.dirname(need.unbound_path())
    with open(os.path.join(need.PROJECT, "unbound.conf.example")) as text:
        conf = text.read()
    tap.ok(INSTALLED in conf, "it names the module where make install puts it")
    with rig.Lab(module=None, conf=None) as lab:
        conf = conf.replace(INSTALLED, need.module_path()).replace("/run/unbound.ctl",
                                                                   lab.dir + "/example.ctl")
        with open(lab.dir + "/example.conf", "w") as out:
            out.write(conf + "server:\n\tusername: \"\"\n\tchroot: \"\"\n\tdirectory: \"%s\"\n"
                      "\tpidfile: \"%s/example.pid\"\n\tuse-syslog: no\n\tlogfile: \"%s\"\n"
                      % (lab.dir, lab.dir, lab.dir + "/example.log"))
        done = subprocess.run((sbin + "/unbound-checkconf", lab.dir + "/example.conf"),
                              capture_output=True, timeout=20)
        tap.ok(done.returncode == 0, "unbound-checkconf takes it", done.stdout + done.stderr)
        lab.stop()
        child = lab.hub.spawn(netns.hiding(rig.DEFAULT_STATE,
                                           (need.unbound_path(), "-d", "-c",
                                            lab.dir + "/example.conf")),
                              log=lab.dir + "/example.out", cwd=lab.dir)
        text = ""
        for _ in range(100):
            time.sleep(0.1)
            if os.path.exists(lab.dir + "/example.log"):
                with open(lab.dir + "/example.log") as log:
                    text = log.read()
            if "start of service" in text or child.poll() is not None:
                break
        tap.ok("start of service" in text, "an Unbound starts with it", text)
        tap.ok("seep: " in text and "learning" in text, "and Seep is learning", text)
        netns.stop(child)


def test_neighbour(tap):
    """Another library exports the same names and is loaded first: our calls stay ours."""
    with rig.Lab() as lab:
        source = os.path.join(need.PROJECT, "build", "unbound", need.VERSION, "src")
        probe = lab.dir + "/probe"
        with open(probe + ".c", "w") as out:
            out.write("#include <config.h>\n#include <stdio.h>\n#include <stddef.h>\n"
                      "#include \"util/module.h\"\nint main(void) { printf(\"%zu\", "
                      "offsetof(struct module_qstate, ext_state)); return 0; }\n")
        subprocess.run(("gcc", "-I", source, probe + ".c", "-o", probe), check=True, timeout=60)
        offset = subprocess.run((probe,), check=True, capture_output=True, timeout=5).stdout
        with open(lab.dir + "/other.c", "w") as out:
            out.write(OTHER.replace("EXT_STATE", offset.decode()))
        subprocess.run(("gcc", "-shared", "-fPIC", lab.dir + "/other.c", "-o",
                        lab.dir + "/other.so"), check=True, timeout=60)
        with open(lab.dir + "/unbound.conf") as text:
            conf = text.read()
        conf = conf.replace("\"dynlib validator", "\"dynlib dynlib validator").replace(
            "dynlib:\n", "dynlib:\n\tdynlib-file: \"%s/other.so\"\n" % lab.dir, 1)
        with open(lab.dir + "/unbound.conf", "w") as out:
            out.write(conf)
        lab.restart()
        tap.equal(rig.rcode_of(lab.ask("www.both.example")), "NOERROR", "both loaded: it resolves")
        stats = lab.seep()
        tap.equal((stats.get("seep.mode"), stats.get("seep.passthrough")), (3, 0),
                  "both loaded: Seep knows its own Unbound, and guards")
        tap.equal(stats.get("num.seep.charged"), 1, "both loaded: the name is metered")
