# SPDX-License-Identifier: BSD-3-Clause
"""The outside world of a lab: a root where every name resolves, and zones below it."""

import glob
import os
import subprocess

ROOT_ADDRESS = "10.53.0.1"
ZONES_ADDRESS = "10.53.0.2"
SLOW_ADDRESS = "10.53.0.3"
DEAD_ADDRESS = "10.53.0.4"
INNER_ADDRESS = "10.53.0.5"
PUBLIC_ADDRESS = "100.200.0.53"	# not a private one: a forward zone there is outside

TUNNEL_ZONES = 16

WILDCARD = """\
* A 192.0.2.1
* AAAA 2001:db8::1
* TXT "anything"
* MX 10 mail
"""

# zone: ttl, records. All live on ZONES_ADDRESS and are delegated by the root.
ZONES = {
    "wild.example": (3600, WILDCARD),
    "nx.example": (3600, "www A 192.0.2.2\n"),
    "ttl0.example": (0, WILDCARD),
    "ttl1.example": (1, WILDCARD),
    "ttl10.example": (10, WILDCARD),
    "chain.example": (3600, "www CNAME www.wild.example.\n"
                         "more CNAME next.chain.example.\nnext CNAME last.wild.example.\n"
                         "* CNAME any.wild.example.\n"),
    "dname.example": (3600, "d DNAME wild.example.\n"),
    "signed.example": (3600, "www A 192.0.2.3\nalpha A 192.0.2.4\nzulu A 192.0.2.5\n"
                          "to CNAME www.signed.example.\n"),
    "big.example": (3600, "".join("* TXT \"%03d%s\"\n" % (at, "x" * 200) for at in range(15))),
}

# Served by INNER_ADDRESS and PUBLIC_ADDRESS, and delegated by nobody: for stub and forward zones.
UNDELEGATED = ("corp.example", "fwd.example", "away.example")

SIGNED = ("signed.example",)


def soa(zone, ttl):
    return "$ORIGIN %s\n$TTL %d\n@ SOA ns admin 1 7200 3600 1209600 %d\n" % (
        zone if zone.endswith(".") else zone + ".", ttl, min(ttl, 300))


def root_zone(delegations):
    """Text of the root: a wildcard at every level that a delegation would otherwise empty."""
    lines = [soa(".", 3600), "@ NS a.root.\na.root. A %s\n" % ROOT_ADDRESS, WILDCARD,
             "void. TXT \"no domain exists below this\"\n"]
    parents = {"root"}
    for zone, address in sorted(delegations.items()):
        lines.append("%s. NS ns.%s.\nns.%s. A %s\n" % (zone, zone, zone, address))
        labels = zone.split(".")
        parents.update(".".join(labels[at:]) for at in range(1, len(labels)))
    for parent in sorted(parents - set(delegations)):
        lines.append("*.%s. A 192.0.2.1\n*.%s. AAAA 2001:db8::1\n*.%s. TXT \"anything\"\n"
                     % (parent, parent, parent))
    return "".join(lines)


def tunnel_zone(number):
    return "t.tun%d.example" % number


def tunnel_address(number):
    return "10.54.%d.2" % number


class World:
    """NSD processes in the lab's namespace; delegations is {zone: address} beyond the usual."""

    def __init__(self, namespace, directory, zones=None, delegations=None, signed=()):
        self.namespace = namespace
        self.directory = directory
        self.anchors = []
        self.zones = dict(ZONES)
        self.zones.update(zones or {})
        self.signed = SIGNED + tuple(signed)
        self.delegations = {zone: ZONES_ADDRESS for zone in self.zones}
        self.delegations["slow.example"] = SLOW_ADDRESS
        self.delegations["late.example"] = SLOW_ADDRESS
        self.delegations["dead.example"] = DEAD_ADDRESS
        for number in range(TUNNEL_ZONES):
            self.delegations[tunnel_zone(number)] = tunnel_address(number)
        self.delegations.update(delegations or {})
        for address in (ROOT_ADDRESS, ZONES_ADDRESS, SLOW_ADDRESS, DEAD_ADDRESS, INNER_ADDRESS,
                        PUBLIC_ADDRESS):
            namespace.address(address)

    def start(self):
        self.nsd("root", (ROOT_ADDRESS,), {".": self.write("root", root_zone(self.delegations))})
        files = {}
        for zone, (ttl, records) in self.zones.items():
            text = soa(zone, ttl) + "@ NS ns\nns A %s\n" % ZONES_ADDRESS + records
            files[zone] = self.write(zone, text)
            if zone in self.signed:
                files[zone] = self.sign(zone, files[zone])
        self.nsd("zones", (ZONES_ADDRESS,), files)
        files = {}
        for zone in UNDELEGATED:
            files[zone] = self.write(zone, soa(zone, 3600) + "@ NS ns\nns A %s\n" %
                                     INNER_ADDRESS + WILDCARD)
        self.nsd("inner", (INNER_ADDRESS, PUBLIC_ADDRESS), files)
        self.write("root.hints", ". 3600 NS a.root.\na.root. 3600 A %s\n" % ROOT_ADDRESS)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, zone, text):
        path = self.path("root.zone" if zone == "root" else zone)
        with open(path, "w") as out:
            out.write(text)
        return path

    def sign(self, zone, path):
        """Sign a zone with one fresh key; its DS joins the trust anchors."""
        key = subprocess.run(("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone),
                             cwd=self.directory, check=True, capture_output=True, text=True,
                             timeout=20).stdout.strip()
        subprocess.run(("ldns-signzone", "-f", path + ".signed", path, key), cwd=self.directory,
                       check=True, capture_output=True, timeout=20)
        for name in glob.glob(os.path.join(self.directory, key + ".ds")):
            with open(name) as text:
                self.anchors.append(" ".join(text.read().split()))
        return path + ".signed"

    def nsd(self, label, addresses, zones):
        home = self.path("nsd-" + label)
        os.makedirs(home)
        conf = "server:\n"
        conf += "".join("\tip-address: %s\n" % address for address in addresses)
        conf += ("\tserver-count: 1\n\tusername: \"\"\n\tchroot: \"\"\n\tdatabase: \"\"\n"
                 "\tzonesdir: \"%s\"\n\tpidfile: \"%s/pid\"\n\txfrdfile: \"%s/xfrd\"\n"
                 "\txfrdir: \"%s\"\n\tzonelistfile: \"%s/zones\"\n\tlogfile: \"%s/log\"\n"
                 "\trrl-ratelimit: 0\n\trrl-whitelist-ratelimit: 0\n\ttcp-count: 500\n"
                 "remote-control:\n\tcontrol-enable: no\n"
                 % (self.directory, home, home, home, home, home))
        for zone, path in zones.items():
            conf += "zone:\n\tname: \"%s\"\n\tzonefile: \"%s\"\n" % (zone, path)
        with open(home + "/nsd.conf", "w") as out:
            out.write(conf)
        self.namespace.spawn(("nsd", "-d", "-c", home + "/nsd.conf"), log=home + "/out")
