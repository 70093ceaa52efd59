# SPDX-License-Identifier: BSD-3-Clause
"""Servers and devices: one machine or several of a kind, which ask by themselves."""

import scene
from scene import DIGITS
import office
from office import BASE32, HEX, at, both, drawn, one, polled, uuid, word, zipf

MACHINES = []
SITES = office.SITES
POD_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
OWN = "ordinarygroup.com"


def machine(*arguments, **options):
    return scene.listed(MACHINES, *arguments, **options)


@machine()
def mail_gateway(it):
    """gateway that checks mail: SPF, DMARC, BIMI, MTA-STS, DKIM, TLSA, 120 mails a day"""
    rows, who = [], "10.0.0.201"
    for when in it.some(120, 30):
        sender = scene.fixed("sender", zipf(it.draw, 3000))
        domain = scene.domain(zipf(sender, SITES))
        rows += [one(when, who, domain, 3600, "TXT"),
                 one(when + 0.1, who, "_dmarc." + domain, 3600, "TXT")]
        rows += [one(when + 0.2, who, prefix + domain, 3600, "TXT", "NXDOMAIN")
                 for prefix in ("default._bimi.", "_mta-sts.", "_smtp._tls.")]
        selector = sender.choice(("selector1", "google", "s1", "k2", "dkim",
                                  "20%d" % sender.randrange(200000, 259999)))
        if sender.random() < 0.2:
            selector = drawn(sender, BASE32, 32)
        rows.append(one(when + 0.5, who, "%s._domainkey.%s" % (selector, domain), 3600, "TXT"))
        if sender.random() < 0.3:
            relay = "_25._tcp.mx%d.%s" % (sender.randrange(1, 4), domain)
            rows.append(one(when + 0.6, who, relay, 3600, "TLSA"))
    return rows


@machine()
def keyed_lists(it):
    """block lists by key: addresses, digests of senders and files, 120 mails a day"""
    rows, who = [], "10.0.0.202"
    key = drawn(it.draw, BASE32, 26)
    for when in it.some(120, 30):
        host = scene.fixed("host", zipf(it.draw, 3000))
        asked = [".".join(str(host.randrange(1, 224)) for _ in range(4)) + ".%s.zen" % key,
                 drawn(host, BASE32, 32) + "._email.%s.hbl" % key,
                 scene.domain(zipf(host, SITES)) + ".%s.dbl" % key]
        if it.draw.random() < 0.2:
            asked.append(drawn(it.draw, BASE32, 52) + "._file.%s.hbl" % key)
        rows += [one(when + number * 0.1, who, name + ".dq.spamhaus.net", 60, rcode="NXDOMAIN")
                 for number, name in enumerate(asked)]
    return rows


@machine()
def certificates(it):
    """certificates by DNS-01: 40 hosts, six renewals a day, a UUID for each host"""
    rows, who = [], "10.0.0.203"
    hosts = ["%s%d.%s" % (word(it.draw), it.draw.randrange(9), OWN) for _ in range(40)]
    targets = {host: uuid(it.draw) + ".challenges-for-all.org" for host in hosts}
    for day in it.workdays():
        for host in it.draw.sample(hosts, 6):
            when = at(day, it.draw.uniform(0, 24))
            challenge = "_acme-challenge." + host
            asked = ((challenge, "SOA"), (host, "SOA"), (OWN, "SOA"), (host, "CAA"),
                     (challenge, "CNAME"), (targets[host], "TXT"), (targets[host], "TXT"),
                     (challenge, "TXT"))
            rows += [one(when + number * 3, who, name, 1, kind)
                     for number, (name, kind) in enumerate(asked)]
    return rows


@machine()
def cluster_node(it):
    """node of a cluster: 105 names, five search suffixes (ndots:5), 900 look-ups a day"""
    rows, who, draw = [], "10.0.0.204", it.draw
    outside = [office.party(200 + number)[0][0] for number in range(80)]
    suffixes = (".default.svc.cluster.local", ".svc.cluster.local", ".cluster.local",
                ".eu-central-1.compute.internal", ".corp." + OWN)
    services = ["%s-svc.%s" % (word(draw), draw.choice(("prod", "staging", "kube-system")))
                for _ in range(25)]
    for day in it.days():
        pods = ["%s-%s-%s" % (draw.choice(services).split(".")[0], drawn(draw, POD_LETTERS, 10),
                              drawn(draw, POD_LETTERS, 5)) for _ in range(12)]
        for _ in range(900):
            when = at(day, draw.uniform(0, 24))
            name = draw.choice(outside if draw.random() < 0.7 else services + pods)
            for number, suffix in enumerate(suffixes):
                rows += both(when + number * 0.02, who, name + suffix, 30, "NXDOMAIN")
            if name in outside:
                rows += both(when + 0.2, who, name, 60)
    return rows


@machine()
def travelling_laptops(it):
    """eight laptops that ask for the services of twelve sites, by SRV names and GUIDs"""
    rows, draw = [], it.draw
    sites = ["%s-%02d" % (word(draw), draw.randrange(20)) for _ in range(12)]
    controllers = [uuid(draw) for _ in range(30)]
    trusts = [word(draw) + ".local" for _ in range(4)]
    for day in it.workdays():
        for who in ["10.0.0.%d" % (205 + number) for number in range(8)]:
            site = draw.choice(sites)
            begin = it.at_work(day, 7, 10)
            for when in [begin + turn * 3600 for turn in range(4)]:
                services = ("_ldap._tcp.%s._sites.dc._msdcs" % site,
                            "_kerberos._tcp.%s._sites.dc._msdcs" % site,
                            "_gc._tcp.%s._sites" % site, "_ldap._tcp.pdc._msdcs", "_kpasswd._udp",
                            "_ldap._tcp.%s._sites.%s.domains._msdcs" % (site, controllers[0]))
                rows += [one(when + number, who, "%s.corp.%s" % (service, OWN), 600, "SRV")
                         for number, service in enumerate(services)]
                controller = "%s._msdcs.corp.%s" % (draw.choice(controllers), OWN)
                rows.append(one(when + 6, who, controller, 600, "CNAME"))
                trust = "_ldap._tcp.%s._sites.dc._msdcs.%s" % (site, draw.choice(trusts))
                rows.append(one(when + 9, who, trust, 600, "SRV", "NXDOMAIN"))
    return rows


@machine()
def service_discovery(it):
    """service discovery that leaks: browsing domains, names of computers, on six machines"""
    rows, draw = [], it.draw
    computers = ["%s's-computer-%s" % (word(draw), drawn(draw, DIGITS, 2)) for _ in range(20)]
    for day in it.workdays():
        for who in ["10.0.0.%d" % (213 + number) for number in range(6)]:
            for hour in range(9, 18):
                when = at(day, hour + draw.random())
                for number, browse in enumerate(("b", "db", "r", "dr", "lb")):
                    zones = ("0.0.0.10.in-addr.arpa", "corp." + OWN,
                             "0.%d.168.192.in-addr.arpa" % draw.randrange(3))
                    rows += [one(when + number, who, "%s._dns-sd._udp.%s" % (browse, zone), 300,
                                 "PTR", "NXDOMAIN") for zone in zones]
                info = "%s._device-info._tcp.corp.%s" % (draw.choice(computers), OWN)
                rows.append(one(when + 8, who, info, 300, "TXT", "NXDOMAIN"))
    return rows


@machine()
def sensors(it):
    """60 sensors, each polls a name of its own (16 digits) every ten minutes"""
    rows = []
    for number in range(60):
        name = drawn(it.draw, HEX, 16) + ".meters.sensor-maker.io"
        rows += polled("10.0.7.%d" % (number + 10), [name], 600, it.first, it.last)
    return rows


@machine()
def sensor_gateway(it):
    """gateway that polls 60 names (16 digits each) every ten minutes"""
    names = [drawn(it.draw, HEX, 16) + ".meters.sensor-gate.io" for _ in range(60)]
    return polled("10.0.0.220", names, 600, it.first, it.last)


@machine()
def tills(it):
    """ten tills, each with a new name (UUID) a morning, which it polls every five minutes"""
    rows = []
    for day in it.workdays():
        for number in range(10):
            name = uuid(it.draw) + ".session.till-maker.com"
            for turn in range(96):
                when = at(day, 9) + turn * 300 + it.draw.random() * 60
                rows += both(when, "10.0.0.%d" % (221 + number), name, 60)
    return rows


@machine()
def storage(it):
    """storage by names, 30 of 900 a day, each below a suffix of the list"""
    rows, draw = [], it.draw
    names = ["%s-%s-%s.s3.amazonaws.com" % (word(draw), word(draw), drawn(draw, HEX, 8))
             for _ in range(600)]
    names += ["%s%s.blob.core.windows.net" % (word(draw), drawn(draw, DIGITS, 4))
              for _ in range(300)]
    for day in it.workdays():
        for _ in range(30):
            rows += both(it.at_work(day, 8, 18), "10.0.0.232", draw.choice(names), 5)
    return rows


@machine()
def telephone_exchange(it):
    """telephone exchange: ENUM, 80 calls a day, half of them to 300 known numbers"""
    rows = []
    for day in it.workdays():
        for _ in range(80):
            known = it.draw.random() < 0.5
            draw = scene.fixed("number", it.draw.randrange(300)) if known else it.draw
            number = "49" + drawn(draw, "123456789", 1) + drawn(draw, DIGITS, 9)
            rows.append(one(it.at_work(day, 8, 18), "10.0.0.233",
                            ".".join(reversed(number)) + ".e164.arpa", 3600, "NAPTR", "NXDOMAIN"))
    return rows


@machine()
def clock_in_name(it):
    """monitor with the time in the name, a name a minute"""
    return [one(when, "10.0.0.234", "%d.check.monitoring-service.io" % when, 60)
            for when in it.every(60)]


@machine()
def dead_server(it):
    """program whose server is down for two days: asks every three seconds, no answer"""
    name, who = "api.supplier-portal.com", "10.0.0.235"
    down = [number for number in range(2 * 28800) if at(12) + number * 3 < at(it.last)]
    return polled(who, [name], 300, it.first, it.last) + [
        one(at(12) + number * 3, who, name, 0, ("A", "AAAA")[number % 2], "SERVFAIL")
        for number in down]


@machine()
def signed_tree(it):
    """node that walks a tree of 3,000 TXT names of 26 letters, a tenth of them new a day"""
    rows, draw = [], it.draw
    leaves = [drawn(draw, BASE32, 26) for _ in range(3000)]
    for day in it.days():
        for _ in range(300):
            leaves[draw.randrange(3000)] = drawn(draw, BASE32, 26)
        rows += [one(at(day) + number * 120, "10.0.0.236",
                     draw.choice(leaves) + ".all.tree-of-peers.org", 86400, "TXT")
                 for number in range(720)]
    return rows


@machine()
def chat_server(it):
    """chat server that federates with 600 domains: addresses and two SRV names of each"""
    rows, who = [], "10.0.0.237"
    peers = [scene.domain(10000 + number) for number in range(600)]
    for day in it.days():
        for _ in range(1500):
            peer = peers[zipf(it.draw, 600)]
            when = at(day, it.draw.uniform(0, 24))
            rows += both(when, who, peer)
            rows.append(one(when + 0.1, who, "_matrix-fed._tcp." + peer, 300, "SRV", "NXDOMAIN"))
            rows.append(one(when + 0.2, who, "_matrix._tcp." + peer, 300, "SRV"))
    return rows


@machine(ways=("new",))
def guessed_names(it):
    """assessor who tries 4,000 guessed names below the office's own domain on one day"""
    return [one(at(it.first + 1, 10) + number * 0.5, "10.0.0.238",
                "%s%s.%s" % (word(it.draw), it.draw.choice(("", "-dev", "1", "-test")), OWN), 900,
                rcode="NXDOMAIN") for number in range(4000)]
