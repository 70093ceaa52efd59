# SPDX-License-Identifier: BSD-3-Clause
"""A lab: the outside world, a guarded Unbound and its users, in namespaces of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from . import client, netns, need, slow, world

RESOLVER = "10.99.0.53"			# where other namespaces reach the resolver
RESOLVER6 = "fd00:99::53"
TLS_PORT = 853
PROXY_PORT = 5300
DEFAULT_STATE = "/var/lib/unbound"	# where the state file is by default
BUILT = "built"				# Lab(module=BUILT): build/seep/VERSION/seep.so

UNBOUND_CONF = """\
server:
	directory: "{dir}"
	chroot: ""
	username: ""
	pidfile: "{dir}/unbound.pid"
	logfile: "{dir}/unbound.log"
	use-syslog: no
	verbosity: {verbosity}
	num-threads: {threads}
	interface: 127.0.0.1
	interface: ::1
	interface: {resolver}
	interface: {resolver6}
	interface: 127.0.0.1@{tls}
	interface: 127.0.0.1@{proxy}
	tls-port: {tls}
	tls-service-key: "{dir}/tls.key"
	tls-service-pem: "{dir}/tls.pem"
	proxy-protocol-port: {proxy}
	access-control: 0.0.0.0/0 allow
	access-control: ::0/0 allow
	module-config: "{modules}"
	qname-minimisation: {qmin}
	target-fetch-policy: "0 0 0 0 0"
	trust-anchor-signaling: no
	outgoing-range: 4096
	num-queries-per-thread: 4096
	ede: yes
{root}{anchors}{extra}
remote-control:
	control-enable: yes
	control-interface: "{dir}/control"
	control-use-cert: no
{clauses}"""

RPZ = """\
rpz:
	name: "rpz.example"
	zonefile: "rpz.zone"
"""
RPZ_HEAD = "@ 3600 SOA ns admin 1 7200 3600 1209600 300\n@ 3600 NS ns\n"


class Lab:
    """
    A context manager. module: BUILT, None for Unbound alone, or a path. binary: None for the
    tree's patched one, "plain" for the one without our patch, or a path. conf: text of seep.conf,
    None for no such file. extra: lines for the server: clause, clauses: whole clauses after it.
    root: "hints", "stub" or "forward", how the resolver reaches the root. zones: {name: (ttl,
    records)} beyond the usual. memory_bytes: limit of the resolver's address space.
    files: {name: text} for its directory. rpz: the rules of a response policy zone; modules: another
    order of modules, whole. state: the state file, if conf does not name one; relative to the resolver's directory.
    outside: makes another world, given the lab. signed: those of the zones that are signed.
    """

    def __init__(self, module=BUILT, version=need.VERSION, binary=None, conf="learning: 0\n",
                 extra="", clauses="", threads=None, qmin=False, root="hints", zones=None,
                 delegations=None, memory_bytes=None, verbosity=1, rpz="",
                 files=None, state="", modules=None, outside=None, signed=()):
        self.version = version
        self.module = need.module_path(version) if module == BUILT else module
        if binary in (None, "plain"):
            binary = need.unbound_path(version, plain=binary == "plain")
        self.binary = binary
        self.conf = conf
        self.extra = extra
        self.clauses = clauses
        self.threads = need.THREADS if threads is None else threads
        self.qmin = qmin
        self.root = root
        self.zones = zones
        self.delegations = delegations
        self.memory_bytes = memory_bytes
        self.verbosity = verbosity
        self.rpz = rpz
        self.state = state
        self.modules = modules
        self.outside = outside
        self.signed = signed
        self.mount = None			# a command, for the resolver's eyes only
        self.files = files or {}
        self.namespaces = []
        self.servers = []
        self.addresses = set()
        self.process = None
        self.log_at = 0
        self.log_starts = 0
        self.dir = None
        self.world = None

    # -- life

    def __enter__(self):
        for path in (self.binary,) + ((self.module,) if self.module else ()):
            if not os.path.exists(path):
                need.skip("needs %s" % path)
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:	# where pytest has set no other
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        netns.sweep()
        self.dir = tempfile.mkdtemp(prefix="seep-lab-")
        os.chmod(self.dir, 0o755)
        try:
            self.hub = self.namespace("hub")
            self.hub.address(RESOLVER)
            self.hub.address(RESOLVER6)
            self.world = (self.outside(self) if self.outside else
                          world.World(self.hub, self.dir, self.zones, self.delegations,
                                      self.signed))
            self.world.start()
            self.certificate()
            for name, text in self.files.items():
                self.world.write(name, text)
            self.write_conf()
            if not self.outside:
                self.wait_world()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and kind is not SystemExit:
            print("".join("# log: %s\n" % line for line in self.log().splitlines()[-15:]),
                  end="", flush=True)
        self.close()
        return False

    def close(self):
        for server in self.servers:
            server.close()
        for space in reversed(self.namespaces):
            space.close()
        self.namespaces = []
        if self.dir and not os.environ.get("SEEP_KEEP_LAB"):
            shutil.rmtree(self.dir, ignore_errors=True)

    def namespace(self, label):
        space = netns.Namespace(label)
        self.namespaces.append(space)
        return space

    def drop_namespace(self, space):
        self.namespaces.remove(space)
        space.close()

    def slow_server(self, address=world.SLOW_ADDRESS, **more):
        """A server whose answers the test controls."""
        server = slow.SlowServer(self.hub, address, **more)
        self.servers.append(server)
        return server

    # -- the resolver

    def certificate(self):
        subprocess.run(("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=seep.example", "-days",
                        "2", "-keyout", self.dir + "/tls.key", "-out", self.dir + "/tls.pem"),
                       check=True, capture_output=True, timeout=20)

    def write_conf(self):
        """Write unbound.conf and seep.conf from this object's fields; reload() after a change."""
        root, clauses = "", self.clauses
        if self.root == "hints":
            root = "\troot-hints: \"%s/root.hints\"\n" % self.dir
        else:
            clauses += "%s-zone:\n\tname: \".\"\n\t%s-addr: %s\n" % (
                self.root, self.root, world.ROOT_ADDRESS)
        if self.rpz:
            clauses += RPZ
            self.world.write("rpz.zone", RPZ_HEAD + self.rpz)
        modules = self.modules or "dynlib %svalidator iterator" % ("respip " if self.rpz else "")
        if not self.module:
            modules = " ".join(word for word in modules.split() if word != "dynlib")
        if "dynlib" in modules:
            clauses += "dynlib:\n\tdynlib-file: \"%s\"\n" % self.module
        with open(self.dir + "/unbound.conf", "w") as out:
            out.write(UNBOUND_CONF.format(
                dir=self.dir, verbosity=self.verbosity, threads=self.threads, resolver=RESOLVER,
                resolver6=RESOLVER6, tls=TLS_PORT, proxy=PROXY_PORT, modules=modules,
                qmin="yes" if self.qmin else "no", root=root, clauses=clauses,
                anchors="".join("\ttrust-anchor: \"%s\"\n" % one for one in self.world.anchors),
                extra="".join("\t%s\n" % line.strip() for line in self.extra.splitlines()
                              if line.strip())))
        path = self.dir + "/seep.conf"
        if self.conf is not None:
            with open(path, "w") as out:
                out.write(self.conf)
                if "state-file:" not in self.conf:
                    out.write("\nstate-file: \"%s\"\n" % self.state)
        elif os.path.exists(path):
            os.unlink(path)

    def start(self):
        argv = (self.binary, "-d", "-c", self.dir + "/unbound.conf")
        if self.conf is None:
            argv = netns.hiding(DEFAULT_STATE, argv)
        if self.mount:
            argv = netns.mounting(self.mount, argv)
        self.process = self.hub.spawn(argv,
                                      log=self.dir + "/unbound.out", cwd=self.dir,
                                      memory_bytes=self.memory_bytes)
        self.wait_resolver()

    def wait_resolver(self, timeout_s=20):
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            if self.process.poll() is not None:
                raise RuntimeError("unbound ended with %s\n%s" % (
                    self.process.returncode, self.log()[-2000:]))
            try:
                if "is running" in self.control("status"):
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError("unbound does not answer on its control socket\n" + self.log()[-2000:])

    def wait_world(self, timeout_s=15):
        """Until each of the outside servers answers."""
        until_s = time.monotonic() + timeout_s
        for address, name in ((world.ROOT_ADDRESS, "up"), (world.ZONES_ADDRESS, "up.wild.example"),
                              (world.INNER_ADDRESS, "up.corp.example")):
            while self.ask(name, server=(address, 53), source=None, timeout_s=0.3) is None:
                if time.monotonic() > until_s:
                    raise RuntimeError("nsd on %s does not answer" % address)
                time.sleep(0.02)

    def stop(self, kill=False):
        if kill:
            self.process.kill()
            self.process.wait()
        status = netns.stop(self.process)
        self.hub.children.remove(self.process)
        return status

    def restart(self, kill=False):
        self.stop(kill)
        self.start()

    def reload(self, timeout_s=20):
        """Reload, and wait until the service has started again."""
        started = self.starts()
        self.control("reload")
        until_s = time.monotonic() + timeout_s
        while self.starts() <= started:
            if time.monotonic() > until_s or self.process.poll() is not None:
                raise RuntimeError("reload did not end\n" + self.log()[-2000:])
            time.sleep(0.005)
        self.wait_resolver()

    def starts(self):
        """How often the log says that the service started."""
        try:
            with open(self.dir + "/unbound.log", "rb") as lines:
                lines.seek(self.log_at)
                text = lines.read()
        except FileNotFoundError:
            return 0
        end = text.rfind(b"\n") + 1
        self.log_at += end
        self.log_starts += text[:end].count(b"start of service")
        return self.log_starts

    def alive(self):
        return self.process.poll() is None

    def control(self, *words, socket_name="control"):
        """One command on Unbound's control socket, or on "seep.control", as unbound-control sends
        it; the text that comes back."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
            made.settimeout(20)
            made.connect(self.dir + "/" + socket_name)
            made.sendall(("UBCT1 %s\n" % " ".join(words)).encode())
            text = b""
            while True:
                piece = made.recv(65536)
                if not piece:
                    return text.decode()
                text += piece

    def stats(self, reset=False):
        """Every statistic that is a whole number, by its key; times are left out."""
        values = {}
        for line in self.control("stats" if reset else "stats_noreset").splitlines():
            key, _, value = line.partition("=")
            try:
                values[key] = int(value)
            except ValueError:
                pass
        return values

    def seep(self, reset=False):
        """The statistics of Seep alone."""
        return {key: value for key, value in self.stats(reset).items()
                if key.startswith(("num.seep.", "seep."))}

    def log(self):
        text = ""
        for name in ("/unbound.log", "/unbound.out"):
            try:
                with open(self.dir + name, errors="replace") as lines:
                    text += lines.read()
            except OSError:
                pass
        return text

    def memory_kb(self):
        """Resident memory of the resolver."""
        with open("/proc/%d/status" % self.process.pid) as lines:
            for line in lines:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0

    def held(self):
        """How many threads and descriptors the resolver has."""
        return tuple(len(os.listdir("/proc/%d/%s" % (self.process.pid, what)))
                     for what in ("task", "fd"))

    # -- users

    def user(self, address):
        """Make an address usable as a source; all of 127.0.0.0/8 is already."""
        if address not in self.addresses and not address.startswith("127."):
            self.hub.address(address)
            self.addresses.add(address)
        return address

    def send(self, name, rdtype="A", source="127.0.0.1", server=None, tcp=False, tls=False,
             proxy=None, space=None, timeout_s=5, **query):
        """Put a question on its way; proxy=((address, port), (address, port)) for PROXYv2."""
        if server is None:
            host = "127.0.0.1"
            if space is not None or (source and not source.startswith("127.")):
                host = RESOLVER6 if source and ":" in source else RESOLVER
            server = (host, TLS_PORT if tls else PROXY_PORT if proxy else 53)
        if source and space is None:
            self.user(source)
        return client.Question(space or self.hub, server, client.make_query(name, rdtype, **query),
                               source=source, tcp=tcp, tls=tls, proxy=proxy, timeout_s=timeout_s)

    def ask(self, name, rdtype="A", **more):
        """Ask and wait: a dns.message, or None."""
        return self.send(name, rdtype, **more).wait()

    def burst(self, names, source="127.0.0.1", rdtype="A"):
        return client.Burst(self.hub, ("127.0.0.1", 53), names, self.user(source), rdtype)
