# SPDX-License-Identifier: BSD-3-Clause
"""Users behind a forwarder are told apart by what it states, nobody else is believed, and none of it
leaves the resolver."""

import base64
import contextlib
import ipaddress
import json
import os
import socket
import struct
import subprocess
import threading
import time

import dns.edns
import pytest

import rig
from rig import need, rcode_of
from rig.witness import Outside, Zone

SEEPCTL = os.path.join(os.path.dirname(need.module_path()), "seepctl")

SUBNET, MAC, DEVICE = 8, 65001, 65073
NOERROR, REFUSED = "NOERROR", "REFUSED"

# The router, on the resolver's side; its users' network behind it, by its addresses there.
ROUTER, UPLINK = "10.98.0.2", "10.98.0.1"
GATEWAY, GATEWAY6 = "10.97.0.1", "fd00:97::1"
ALICE, BOB = ("10.97.0.11", "fd00:97::11"), ("10.97.0.12", "fd00:97::12")
MACS = {ALICE: "02:00:5e:00:53:11", BOB: "02:00:5e:00:53:12"}

# Direct clients: one that is trusted, and one that is not.
TRUSTED, STRANGER = "127.2.0.1", "127.1.0.1"

CONF = """\
learning: 0
user-budget: 512
user-refill: 0
domain-budget: 1g
network-budget: 1g
stale: 0
trusted-forwarder: %s
trusted-forwarder: 127.2.0.0/16
""" % ROUTER

SUBNETCACHE = {"modules": "dynlib subnetcache validator iterator",
               "extra": "client-subnet-always-forward: yes\nsend-client-subnet: 0.0.0.0/0\n"
                        "max-client-subnet-ipv4: 32\n"}


def outside(lab):
    return Outside(lab, [Zone("kept.example", "www A 192.0.2.9\n")])


def laboratory(**more):
    return rig.Lab(**{"conf": CONF, "outside": outside, **more})


class Names:
    """Names that nobody sent yet, of letters that no model knows."""

    def __init__(self):
        self.made = 0

    def __call__(self, zone="tunnel.example"):
        self.made += 1
        return "n%03dq7zx9k2w5vj4g8zhxykrw2vujo.%s" % (self.made, zone)


class Office:
    """A router with dnsmasq and two users behind it, in one network."""

    def __init__(self, lab, *options):
        self.lab = lab
        self.router = lab.namespace("router")
        lab.hub.join(self.router, "router", UPLINK + "/30", "uplink", ROUTER + "/30")
        self.router.ip("route", "add", rig.RESOLVER, "via", UPLINK)
        self.router.ip("link", "add", "lan", "type", "bridge")
        self.router.address(GATEWAY + "/24", "lan")
        self.router.address(GATEWAY6 + "/64", "lan")
        self.router.ip("link", "set", "lan", "up")
        self.spaces = {user: self.user(at, user) for at, user in enumerate((ALICE, BOB))}
        self.log = lab.dir + "/dnsmasq.log"
        self.process = self.router.spawn(
            ("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
             "--no-hosts", "--user=root", "--pid-file=", "--bind-interfaces",
             "--listen-address=" + GATEWAY, "--listen-address=" + GATEWAY6,
             "--server=" + rig.RESOLVER, *options), log=self.log)
        self.wait()

    def user(self, at, user):
        space = self.lab.namespace("user%d" % at)
        port = "port%d" % at
        self.router.ip("link", "add", port, "type", "veth",
                       "peer", "name", "eth0", "address", MACS[user], "netns", space.name)
        self.router.ip("link", "set", port, "master", "lan", "up")
        space.address(user[0] + "/24", "eth0")
        space.address(user[1] + "/64", "eth0")
        space.ip("link", "set", "eth0", "up")
        return space

    def wait(self, timeout_s=10):
        until_s = time.monotonic() + timeout_s
        while self.ask(BOB, "up.example", timeout_s=0.5) is None:
            if time.monotonic() > until_s or self.process.poll() is not None:
                with open(self.log) as text:
                    raise RuntimeError("dnsmasq does not answer\n" + text.read())
        while self.ask(BOB, "up.example", v6=True, timeout_s=0.5) is None:
            if time.monotonic() > until_s:
                raise RuntimeError("dnsmasq does not answer over IPv6")

    def ask(self, user, name, v6=False, **more):
        return self.lab.ask(name, source=None, space=self.spaces[user],
                            server=(GATEWAY6 if v6 else GATEWAY, 53), **more)


@contextlib.contextmanager
def office(*options, **more):
    need.live(tools=("dnsmasq",))
    with laboratory(**more) as lab:
        yield lab, Office(lab, *options)


def packed(address):
    return ipaddress.ip_address(address).packed


def option(code, data):
    return dns.edns.GenericOption(code, data)


def subnet(address, bits=32, scope=0):
    family = 2 if ":" in address else 1
    whole = packed(address)[:(bits + 7) // 8]
    return option(SUBNET, struct.pack("!HBB", family, bits, scope) + whole)


def raw(mac):
    return bytes.fromhex(mac.replace(":", ""))


def spend(ask, names, most=100):
    """Ask for fresh names until one is refused: how many went out before; most if none was."""
    for count in range(most):
        if rcode_of(ask(names())) == REFUSED:
            return count
    return most


def told(packets):
    """The options that state who asked, of those that reached the outside."""
    return [(code, data) for packet in packets for code, data in packet.options
            if code in (SUBNET, MAC, DEVICE)]


def identities(lab):
    stats = lab.seep()
    return {kind: stats["num.seep.identity." + kind] for kind in ("mac", "subnet", "none",
                                                                  "refused")}


WAYS = {
    "raw": (("--add-mac", "--strip-mac"), "mac", False),
    "base64": (("--add-mac=base64", "--strip-mac"), "mac", False),
    "text": (("--add-mac=text", "--strip-mac"), "mac", False),
    "subnet": (("--add-subnet=32,128", "--strip-subnet"), "subnet", False),
    "subnet6": (("--add-subnet=32,128", "--strip-subnet"), "subnet", True),
    "both": (("--add-mac", "--strip-mac", "--add-subnet=32,128", "--strip-subnet"), "mac", False),
}


@pytest.mark.parametrize("way", WAYS)
def test_neighbour(tap, way):
    """One of two users of a dnsmasq tunnels and is refused; the other goes on."""
    options, kind, v6 = WAYS[way]
    names = Names()
    with office(*options) as (lab, here):
        def ask(user, **more):
            return lambda name: here.ask(user, name, v6=v6, **more)

        sent = spend(ask(ALICE), names)
        tap.ok(5 < sent < 50, "one sends until the budget is spent", sent)
        tap.equal(rcode_of(ask(ALICE)(names())), REFUSED, "and is refused from then on")
        tap.equal([rcode_of(ask(BOB)(names("other.example"))) for _ in range(5)], [NOERROR] * 5,
                  "the neighbour's names go on")
        # Whoever is spent tries to be the other one: dnsmasq puts its own options in their place.
        forged = [option(MAC, raw(MACS[BOB])), option(DEVICE, MACS[BOB].encode()),
                  subnet(BOB[0])]
        for code in {"mac": (0, 1), "subnet": (2,)}[kind]:
            tap.equal(rcode_of(ask(ALICE, options=[forged[code]])(names())), REFUSED,
                      "it cannot say that it is the neighbour: option %d" % forged[code].otype)
        counted = identities(lab)
        others = {key: count for key, count in counted.items() if key != kind and count}
        tap.ok(counted[kind] > sent + 5 and set(others) <= {"none"}, "all are counted", counted)
        who = ("%s@10.98.0.0" % MACS[ALICE] if kind == "mac" else ALICE[v6])
        tap.ok("seep: user %s is spent" % who in lab.log(), "the log names the user: " + who)
        tap.ok("seep: user %s" % ROUTER not in lab.log(), "and not the router")
        tap.ok(lab.world.witness.packets and not told(lab.world.witness.packets),
               "nothing outside states who asked", told(lab.world.witness.packets))


class Capture:
    """A context manager: what passes the resolver's end of the router's link, as a pcap file."""

    def __init__(self, lab):
        self.path = lab.dir + "/link.pcap"
        self.packets = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)
        with lab.hub.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("router", 3))
        self.socket.settimeout(0.1)

    def run(self):
        while not self.ending.is_set():
            with contextlib.suppress(TimeoutError):
                self.packets.append((time.time(), self.socket.recv(65536)))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(5)
        self.socket.close()
        with open(self.path, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for when_s, data in self.packets:
                out.write(struct.pack("<IIII", int(when_s), int(when_s % 1 * 1000000), len(data),
                                      len(data)) + data)


def seepctl_json(*words):
    done = subprocess.run((SEEPCTL, *words, "--json"), capture_output=True, text=True, timeout=30)
    return json.loads(done.stdout)


@pytest.mark.parametrize("way", WAYS)
def test_replay(tap, way):
    """Of a capture on the resolver, seepctl replay names the users that the resolver had."""
    options, kind, v6 = WAYS[way]
    names = Names()
    with office(*options) as (lab, here):
        with Capture(lab) as capture:
            sent = spend(lambda name: here.ask(ALICE, name, v6=v6), names)
            for _ in range(5):
                here.ask(BOB, names("other.example"), v6=v6)
            time.sleep(0.3)
        live = {row["user"] for row in seepctl_json("top", "-n", "0", "-s", lab.dir + "/seep.control")["users"]}
        told = seepctl_json("replay", "--conf", lab.dir + "/seep.conf", capture.path)["users"]
        alice, bob = ["%s@10.98.0.0" % MACS[user] if kind == "mac" else user[v6] for user in (ALICE, BOB)]
        tap.equal({user: row["queries"] for user, row in told.items()}, {alice: sent + 1, bob: 5},
                  "a replay of the capture has both, with all that they asked")
        tap.ok({alice, bob} <= live, "so has the resolver", live)
        tap.equal((told[alice]["refused"], told[bob]["refused"]), (1, 0),
                  "and refuses what the resolver did, and no more")


def test_mac_exempt(tap):
    """Who is exempt or has a policy by its MAC address, and neither by a netblock nor without being named."""
    names = Names()
    conf = CONF + "exempt-user: %s\npolicy: %s flag\n" % (MACS[ALICE].upper(), MACS[BOB])
    with office("--add-mac", "--strip-mac", conf=conf) as (lab, here):
        before = lab.seep()
        codes = {rcode_of(here.ask(ALICE, names(), v6=v6)) for _ in range(20) for v6 in (False, True)}
        tap.equal(codes, {NOERROR}, "who is exempt is never refused")
        after = lab.seep()
        tap.equal(after["num.seep.exempt"] - before["num.seep.exempt"], 40, "and each query counts as that")
        tap.equal(spend(lambda name: here.ask(BOB, name), names, 60), 60, "whose policy is flag is not refused")
        tap.ok(lab.seep()["num.seep.flagged.user"] > 0, "but flagged")
        sent = spend(lambda name: lab.ask(name, source=STRANGER, options=[option(MAC, raw(MACS[ALICE]))]),
                     names, 60)
        tap.ok(5 < sent < 60, "a stranger that says it has that MAC address is refused", sent)
        third = [option(MAC, raw("02:00:5e:00:53:13"))]
        sent = spend(lambda name: lab.ask(name, source=TRUSTED, options=third), lambda: names("third.example"), 60)
        tap.ok(5 < sent < 60, "and so is another user of a trusted forwarder", sent)


def test_mac_allowed(tap):
    """A domain is allowed for a user by its MAC address, and for nobody else."""
    names = Names()
    with laboratory(state="seep.state") as lab:
        def ask(user, zone="tunnel.example"):
            return rcode_of(lab.ask(names(zone), source=TRUSTED, options=[option(MAC, raw(MACS[user]))]))

        # Of several, for one that costs less than the last that was refused may still pass.
        def codes(user, zone="tunnel.example"):
            return {ask(user, zone) for _ in range(8)}

        for user in (ALICE, BOB):
            for _ in range(50):
                ask(user)
            tap.ok(REFUSED in codes(user), "%s is spent" % MACS[user])
        told = seepctl_json("allow", "other.example", "--user", MACS[ALICE].upper(), "-s", lab.dir + "/seep.control")
        tap.equal((told["domain"], told["user"]), ("other.example", MACS[ALICE]), "allow --user MAC")
        for when in ("at once", "after a restart"):
            tap.equal(codes(ALICE, "other.example"), {NOERROR}, when + " it passes there")
            tap.ok(REFUSED in codes(BOB, "other.example"), when + " the neighbour does not")
            tap.ok(REFUSED in codes(ALICE), when + " it does not elsewhere")
            lab.restart()


def test_without(tap):
    """A forwarder that states nobody is one user, and so is one that is not trusted."""
    names = Names()
    for what, options, conf in (("states nobody", (), CONF),
                                ("is not trusted", ("--add-mac",),
                                 CONF.replace("trusted-forwarder: %s\n" % ROUTER, ""))):
        with office(*options, conf=conf) as (lab, here):
            spend(lambda name: here.ask(ALICE, name), names)
            tap.equal(rcode_of(here.ask(BOB, names())), REFUSED,
                      "a forwarder that %s: the neighbour shares its budget" % what)
            tap.ok("seep: user %s is spent" % ROUTER in lab.log(),
                   "a forwarder that %s: the log names it" % what)
            tap.equal(identities(lab)["mac"], 0, "a forwarder that %s: nobody is taken" % what)


def test_operators(tap):
    """The running Seep shows, explains and clears a user by MAC by the name that its log has."""
    names = Names()
    who = "%s@127.2.0.0" % MACS[ALICE]
    options = [option(MAC, raw(MACS[ALICE]))]
    with laboratory(state="seep.state") as lab:
        def ask(name):
            return lab.ask(name, source=TRUSTED, options=options)

        def running(*words):
            return seepctl_json(*words, "-s", lab.dir + "/seep.control")

        tap.ok(spend(ask, names) < 50, "a user is spent")
        tap.equal([row["user"] for row in running("top")["users"]], [who], "top")
        tap.equal({row["client"] for row in running("refused")["refused"]}, {who}, "refused")
        other = "%s@127.2.0.77" % MACS[ALICE]
        for text in (who, other):
            shown = running("show", "user", text)
            tap.equal((shown["user"], shown["spent"], shown["network"]), (who, True, "127.2.0.0/24"),
                      "show user " + text)
        tap.ok("would be refused" in json.dumps(running("explain", names(), "--for", other)), "explain")
        neighbour = "%s@127.2.0.0" % MACS[BOB]
        tap.ok("would be refused" not in json.dumps(running("explain", names(), "--for", neighbour)),
               "explain, of the neighbour")
        cleared = running("clear", "user", other)
        tap.equal((cleared["user"], cleared["was_spent"]), (who, True), "clear")
        tap.ok("cleared user %s, at" % who in lab.log(), "the log says whom")
        tap.equal(rcode_of(ask(names())), NOERROR, "and it may ask again")
        for wrong in ("%s@127.9.0.0" % MACS[ALICE], "01:00:5e:00:53:11@127.2.0.0", MACS[ALICE],
                      MACS[ALICE] + "@", MACS[ALICE] + "@nowhere"):
            for command in ("show", "clear"):
                done = subprocess.run((SEEPCTL, command, "user", wrong, "-s", lab.dir + "/seep.control"),
                                      capture_output=True, text=True, timeout=20)
                tap.ok(done.returncode != 0 and done.stderr and not done.stdout,
                       "%s user %s: no such user" % (command, wrong), done.stdout + done.stderr)


def rotated(at):
    """Options that state another user each time, of each kind."""
    mac = bytes((2, 0, 0x5e, 0, 0x54, at))
    return {
        "raw": [option(MAC, mac)],
        "text": [option(DEVICE, mac.hex(":").encode())],
        "base64": [option(DEVICE, base64.b64encode(mac))],
        "v4": [subnet("192.0.2.%d" % at)],
        "v6": [subnet("2001:db8::%x" % at, 128)],
    }


@pytest.mark.parametrize("form", rotated(1))
def test_stranger(tap, form):
    """Who is not trusted is one user, whatever it states; who is trusted is as many."""
    names = Names()
    with laboratory() as lab:
        for source, most in ((STRANGER, 50), (TRUSTED, 60)):
            users = iter(range(1, 200))
            sent = spend(lambda name: lab.ask(name, source=source,
                                              options=rotated(next(users))[form]), names, 60)
            if source == STRANGER:
                tap.ok(5 < sent < 50, "a stranger is one user, and refused", sent)
                tap.equal(sum(identities(lab).values()), 0, "and its options are not looked at")
            else:
                tap.equal(sent, 60, "a trusted forwarder's users are many, and not refused")
                tap.equal(identities(lab)["subnet" if form in ("v4", "v6") else "mac"], 60,
                          "and are counted")
        tap.ok(not told(lab.world.witness.packets), "nothing outside states who asked")


MALFORMED = {
    "a MAC too short": [option(MAC, bytes((2, 0, 0x5e, 0, 0x53)))],
    "a MAC too long": [option(MAC, bytes((2, 0, 0x5e, 0, 0x53, 1, 1)))],
    "an empty MAC": [option(MAC, b"")],
    "text that is no MAC": [option(DEVICE, b"02:00:5e:00:53:xx")],
    "base64 that is none": [option(DEVICE, b"AgBe!FMB")],
    "two MACs": [option(MAC, bytes((2, 0, 0x5e, 0, 0x53, 1))),
                 option(DEVICE, b"02:00:5e:00:53:02")],
    "an address too short": [option(SUBNET, bytes((0, 1, 32, 0, 192, 0, 2)))],
    "an address too long": [option(SUBNET, bytes((0, 1, 32, 0, 192, 0, 2, 99, 0)))],
    "of another family": [option(SUBNET, bytes((0, 3, 32, 0, 192, 0, 2, 99)))],
    "with a scope": [subnet("192.0.2.99", scope=32)],
    "with bits beyond its prefix": [option(SUBNET, bytes((0, 1, 31, 0, 192, 0, 2, 99)))],
    "of many addresses": [subnet("192.0.2.0", 24)],
    "two addresses": [subnet("192.0.2.98"), subnet("192.0.2.99")],
    "a bad MAC and an address": [option(MAC, b"1"), subnet("192.0.2.99")],
    "33 options": [option(65100, b"x")] * 32 + [option(MAC, bytes((2, 0, 0x5e, 0, 0x53, 1)))],
}
UNSTATED = {
    "nothing": [],
    "another option": [option(65074, b"cpe")],
    "that there is no address": [option(SUBNET, bytes((0, 1, 0, 0)))],
    "its own loopback": [subnet("127.0.0.1")],
}


def test_malformed(tap):
    """What is malformed is counted, and is the forwarder's own."""
    names = Names()
    with laboratory() as lab:
        spend(lambda name: lab.ask(name, source=TRUSTED), names)
        for counter, cases in (("refused", MALFORMED), ("none", UNSTATED)):
            for what, options in cases.items():
                before = identities(lab)
                code = rcode_of(lab.ask(names(), source=TRUSTED, options=options))
                after = identities(lab)
                tap.equal(code, REFUSED, what + ": is the forwarder's, which is spent")
                tap.equal({key: after[key] - before[key] for key in after if
                           after[key] != before[key]}, {counter: 1}, what + ": is counted")
        tap.equal(rcode_of(lab.ask(names(), source=TRUSTED,
                                   options=[option(MAC, raw("02:00:5e:00:53:01"))])), NOERROR,
                  "what is sound is its user's")


def test_proxy(tap):
    """Of a proxied query the address in its PROXYv2 header is trusted, or not."""
    names = Names()
    with laboratory() as lab:
        def ask(source, at):
            return lab.ask(names(), source="127.9.0.1", options=rotated(at)["raw"],
                           proxy=((source, 5000), ("127.0.0.1", 53)))

        for at in range(5):
            ask(TRUSTED, at + 1)
        tap.equal(identities(lab)["mac"], 5, "a trusted forwarder behind a proxy is believed")
        for at in range(5):
            ask(STRANGER, at + 1)
        tap.equal(identities(lab)["mac"], 5, "a stranger behind the proxy is not")


def test_outside(tap):
    """With subnetcache: not even while learning does a forwarder's option leave."""
    user = subnet("192.0.2.99")
    mac = option(MAC, raw(MACS[ALICE]))
    for mode, conf in (("learning", CONF.replace("learning: 0", "learning: 1d")),
                       ("flagging", CONF + "action: flag\n"), ("guarding", CONF)):
        names = Names()
        with laboratory(conf=conf, **SUBNETCACHE) as lab:
            witness = lab.world.witness
            for options in ([user], [mac], [user, mac]):
                mark = len(witness.packets)
                lab.ask(names(), source=TRUSTED, options=options)
                heard = told(witness.packets[mark:])
                tap.ok(len(witness.packets) > mark and
                       all(code == SUBNET and data[4:8] == packed(TRUSTED)
                           for code, data in heard),
                       "%s: of a forwarder's query only its own address leaves" % mode, heard)
            mark = len(witness.packets)
            lab.ask(names(), source=STRANGER, options=[user])
            heard = [data[4:8] for code, data in told(witness.packets[mark:])]
            own = packed("192.0.2.99" if mode != "guarding" else STRANGER)
            tap.ok(heard and set(heard) == {own}, "%s: a stranger's leaves as before" % mode,
                   heard)


def shown(path, who):
    done = subprocess.run((SEEPCTL, "show", "user", who, "--json", path), capture_output=True,
                          text=True, timeout=20)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def test_kept(tap):
    """The state file has users by MAC; a hit is its user's; a restart forgets neither."""
    names = Names()
    who = "%s@127.2.0.0" % MACS[ALICE]
    options = [option(MAC, raw(MACS[ALICE]))]
    with laboratory(state="seep.state", threads=1) as lab:
        path = lab.dir + "/seep.state"

        def ask(name):
            return lab.ask(name, source=TRUSTED, options=options)

        ask(names())
        for _ in range(4):
            ask("www.kept.example")
        # A hit is passed on with the user's next name.
        ask(names())
        until_s = time.monotonic() + 10
        while shown(path, who).get("hits", 0) < 3 and time.monotonic() < until_s:
            time.sleep(0.2)
        user = shown(path, who)
        tap.equal(user.get("user"), who, "seepctl shows the user by its MAC")
        tap.equal((user.get("hits"), user.get("sent")), (3, 3), "with its hits and names")
        tap.equal(user.get("network"), "127.2.0.0/24", "in the forwarder's network")
        tap.equal(shown(path, "%s@127.2.0.77" % MACS[ALICE]), user,
                  "any address of the network does")
        tap.equal(shown(path, "%s@127.2.9.0" % MACS[ALICE]), {}, "of another network there is none")
        tap.equal(shown(path, TRUSTED), {}, "the forwarder itself asked for nothing")
        spend(ask, names)
        lab.restart()
        tap.equal(rcode_of(ask(names())), REFUSED, "who was spent is so after a restart")
        tap.equal(rcode_of(lab.ask(names(), source=TRUSTED,
                                   options=[option(MAC, raw(MACS[BOB]))])), NOERROR,
                  "the neighbour is not")
