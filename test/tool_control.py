#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""seepctl as a client of the control socket and interface: where that is, what is wrong with it, answers of all kinds;
what bash completes; mistyped commands; and that the manual has all of it. TAP."""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = os.environ.get("SEEP_SRC", ".")
BUILD = os.environ.get("SEEP_BUILD", ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402

SEEPCTL = os.environ.get("SEEPCTL", os.path.join(BUILD, "seepctl"))
NOBODY = 65534
STATUS = b'{\nversion="1"\nmode="guard"\nmode_text="Guarding \\"all\\" \\\\ of it"\nusers={\nentries=3\nroom=0\n}\n' \
    b'list=[\n1\n-2.5\ntrue\nnull\n"x"\n{\n}\n]\n}\n'


def run(*words, **more):
    done = subprocess.run((SEEPCTL, *words), capture_output=True, text=True, timeout=30, **more)
    return done.returncode, done.stdout, done.stderr


def served(directory, answer, *words):
    """What seepctl does with an ANSWER; and what it asked."""
    path = os.path.join(directory, "s")
    asked = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(path)
        server.listen(1)
        server.settimeout(10)

        def serve():
            made, _ = server.accept()
            with made:
                made.settimeout(10)
                asked.append(made.recv(2000))
                try:
                    made.sendall(answer)
                except OSError:
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        result = run(*words, "-s", path)
        thread.join()
    os.unlink(path)
    return result, b"".join(asked)


def check_paths(tap, directory):
    missing = os.path.join(directory, "missing")
    lone = os.path.join(directory, "lone")
    plain = os.path.join(directory, "plain")
    conf = os.path.join(directory, "seep.conf")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(lone)
    open(plain, "w").close()
    for words, status, why in ((("-s", missing), 1, "missing: there is no such socket: is Unbound running"),
                               (("-s", "127.0.0.1"), 1, "127.0.0.1: there is no such socket, and an interface is written ADDRESS@PORT"),
                               (("-s", "::1"), 1, "ADDRESS@PORT"), (("-s", "127.0.0.1@"), 1, "ADDRESS@PORT"),
                               (("-s", lone), 1, "lone: nobody listens: Unbound has ended"),
                               (("-s", plain), 1, "plain: is no socket"),
                               (("-s", "x" * 108), 1, "is longer than 107 bytes"),
                               (("-c", missing), 1, "missing: "),
                               (("-s",), 2, "requires an argument"), (("more",), 2, "usage: seepctl status")):
        code, out, err = run("status", *words)
        tap.ok(code == status and not out and why in err and (status == 2 or err.count("\n") == 1),
               "%s: one line, and exit status %d" % (why, status), (code, err))
    for text, where in (("control-socket: here\n", directory + "/here"), ("control-socket: /tmp/x/y\n", "/tmp/x/y"),
                        ("state-file: a.state\n", directory + "/a.control"),
                        ("", "/var/lib/unbound/seep.control"), ("control-socket: \"\"\n", "control-socket: \"\""),
                        ("nonsense: 1\n", conf + ":1: ")):
        with open(conf, "w") as out:
            out.write(text)
        code, out, err = run("status", "-c", conf)
        tap.ok(code == 1 and where in err and err.count("\n") == 1, "-c, and in it " + repr(text), err)


def check_permission(tap, directory):
    if os.geteuid() != 0:
        tap.skip("permission denied", "not root")
        return
    path = os.path.join(directory, "closed")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(path)
        os.chmod(path, 0o600)
        os.chmod(directory, 0o755)
        server.listen(1)
        copy = os.path.join(directory, "seepctl")
        shutil.copy(SEEPCTL if open(SEEPCTL, "rb").read(4) == b"\x7fELF" else
                    os.path.join(BUILD, ".libs", "seepctl"), copy)
        os.chmod(copy, 0o755)
        done = subprocess.run((copy, "status", "-s", path), capture_output=True, text=True, timeout=30,
                              user=NOBODY, group=NOBODY, extra_groups=())
        tap.ok(done.returncode == 1 and "permission denied: call seepctl as root" in done.stderr,
               "permission denied: who may is said", done.stderr)


def check_answers(tap, directory):
    (code, out, err), asked = served(directory, STATUS, "status", "--json")
    tap.equal((code, err, asked), (0, "", b"UBCT1 status\n"), "a command is a line of Unbound's protocol")
    tap.equal(json.loads(out or "{}"),
              {"version": "1", "mode": "guard", "mode_text": "Guarding \"all\" \\ of it",
               "users": {"entries": 3, "room": 0}, "list": [1, -2.5, True, None, "x", {}]},
              "what is answered is the JSON that is printed")
    (code, out, err), _ = served(directory, STATUS, "status")
    tap.ok(code == 0 and "Guarding \"all\" \\ of it\n" in out and "\033" not in out, "or text without colours", out)
    tap.ok("; a new one has 0 bytes" in out, "what a new user has", out)
    (code, out, err), _ = served(directory, STATUS.replace(b'"guard"', b'"learning"'), "status")
    tap.ok("; after learning a new one has 0 bytes" in out, "while learning: what it will have", out)
    lines = b"num.seep.sent=7\nseep.mode=3\n"
    (code, out, err), asked = served(directory, lines, "stats")
    tap.equal((code, out.encode(), err, asked), (0, lines, "", b"UBCT1 stats_noreset\n"), "stats, as they come")
    (code, out, err), _ = served(directory, lines, "stats", "--json")
    tap.equal((code, json.loads(out), err), (0, {"num.seep.sent": 7, "seep.mode": 3}, ""), "stats --json")
    (code, out, err), _ = served(directory, b"error not now\n", "stats")
    tap.equal((code, out, err), (1, "", "seepctl: not now\n"), "stats: what Seep says is wrong")
    (code, out, err), _ = served(directory, b"error it cannot be: do that\n", "status")
    tap.equal((code, out, err), (1, "", "seepctl: it cannot be: do that\n"), "an error is told, exit status 1")
    (code, out, err), _ = served(directory, b"", "status")
    tap.ok(code == 1 and "no answer: " in err, "no answer", err)
    for answer in (b"\n", b"x", b"}\n", b"{\n", b"{\n}", b"{\n}\n{\n}\n", b"{\n]\n", b"{\na=\n}\n", b"{\na=\"\n}\n",
                   b"{\na=\"x\\\"\n}\n", b"{\na=\"x\"y\"\n}\n", b"{\nA=1\n}\n", b"{\na=1x\n}\n", b"{\na=[\n}\n]\n",
                   b"{\na\n}\n", b"{\na=1\0\n}\n", b"1\n", b"version: 1\nmode: x\n", b"{\na={\n" * 9, b"\xff" * 100):
        (code, out, err), _ = served(directory, answer, "status", "--json")
        tap.ok(code == 1 and not out and "none of Seep's" in err, "no answer of Seep's: %r" % answer[:24], (code, err))
    (code, out, err), _ = served(directory, b"{\n" + b"a=1\n" * 20000 + b"}\n", "status")
    tap.ok(code == 1 and "too long" in err, "too long an answer", err)
    code, out, err = run("show", "user", "1.2.3", "-s", "/nowhere")
    tap.ok(code == 1 and "not an IPv4" in err, "what is wrong by itself is not asked", err)


def openssl(*words):
    subprocess.run(("openssl", *words), check=True, capture_output=True, timeout=30)


def make_pairs(directory):
    """Two servers' keys and certificates, and a client's of each, as unbound-control-setup makes them."""
    for name in "ours", "other":
        base = os.path.join(directory, name)
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-batch")
        openssl("req", "-x509", *new, "-keyout", base + ".key", "-out", base + ".pem", "-days", "2", "-subj", "/CN=unbound")
        openssl("req", *new, "-keyout", base + "-client.key", "-out", base + ".csr", "-subj", "/CN=unbound-control")
        openssl("x509", "-req", "-in", base + ".csr", "-CA", base + ".pem", "-CAkey", base + ".key", "-CAcreateserial",
                "-out", base + "-client.pem", "-days", "2")


def server_context(directory, name, trusted=None):
    """Of the server NAME, which takes clients of the server TRUSTED."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(directory, name + ".pem"), os.path.join(directory, name + ".key"))
    context.load_verify_locations(os.path.join(directory, (trusted or name) + ".pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def served_over_tls(context, words, answer=STATUS, host="127.0.0.1"):
    """What seepctl does with an ANSWER, and what it asked; a CONTEXT of None speaks no TLS."""
    asked = []
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        server.settimeout(10)

        def serve():
            made, _ = server.accept()
            made.settimeout(10)
            try:
                with context.wrap_socket(made, server_side=True) if context else made as client:
                    asked.append(client.recv(2000))
                    client.sendall(answer)
                    if context:
                        client.unwrap()
            except OSError:
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        result = run(*(word.replace("PORT", str(server.getsockname()[1])) for word in words))
        thread.join()
    return result, b"".join(asked)


def check_interface(tap, directory):
    """Over TLS: as on the socket; and all that can be wrong, in one line each."""
    if not shutil.which("openssl"):
        tap.skip("TLS", "no openssl")
        return
    make_pairs(directory)
    ours = server_context(directory, "ours")
    conf = os.path.join(directory, "seep.conf")
    usual = "server-key-file: ours.key\nserver-cert-file: ours.pem\ncontrol-key-file: ours-client.key\n" \
        "control-cert-file: %s/ours-client.pem\n" % directory

    def write(text):
        with open(conf, "w") as out:
            out.write(text)

    write(usual)
    at = ("status", "-c", conf, "--json", "-s", "127.0.0.1@PORT")
    (code, out, err), asked = served_over_tls(ours, at)
    tap.equal((code, err, asked), (0, "", b"UBCT1 status\n"), "over TLS, with files beside the file of -c")
    tap.equal(json.loads(out or "{}").get("mode"), "guard", "the answer")
    (code, out, err), _ = served_over_tls(ours, ("status", "-c", conf, "-s", "::1@PORT"), host="::1")
    tap.equal((code, err), (0, ""), "of IPv6, too")
    (code, out, err), _ = served_over_tls(ours, at, b"error it cannot be: do that\n")
    tap.equal((code, out, err), (1, "", "seepctl: it cannot be: do that\n"), "an error is told")
    lines = b"a=1\n" * 16000
    (code, out, err), _ = served_over_tls(ours, ("stats", *at[1:3], *at[4:]), lines)
    tap.equal((code, len(out), err), (0, len(lines), ""), "a long answer comes whole")
    for context, why in ((server_context(directory, "other"), "is another server than that of " + directory + "/ours.pem"),
                         (server_context(directory, "ours", "other"), "the certificate %s/ours-client.pem has to be signed by that server's key" % directory),
                         (None, "is it Seep that listens there, with TLS?")):
        (code, out, err), asked = served_over_tls(context, at)
        tap.ok(code == 1 and not out and why in err and err.count("\n") == 1 and b"UBCT1" not in b"".join([asked]), why, err)
    write(usual.replace("ours-client.key", "other-client.key"))
    code, _, err = run(*(word.replace("PORT", "1") for word in at))
    tap.ok(code == 1 and err.startswith("seepctl: control-key-file: %s/other-client.key: is not the key of" % directory) and
           err.count("\n") == 1, "a key of another pair", err)
    write(usual.replace("ours.pem", "missing.pem"))
    code, _, err = run(*(word.replace("PORT", "1") for word in at))
    tap.ok(code == 1 and err.startswith("seepctl: server-cert-file: %s/missing.pem: No such file" % directory),
           "a file that is missing", err)
    write(usual)
    code, _, err = run(*(word.replace("PORT", "1") for word in at))
    tap.ok(code == 1 and err.startswith("seepctl: 127.0.0.1@1: nobody listens: "), "nobody listens", err)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        write(usual + "control-socket: \"\"\ncontrol-interface: 127.0.0.1@%d\n" % port)
        started_s = time.monotonic()
        code, _, err = run("status", "-c", conf)
        tap.ok(code == 1 and err.startswith("seepctl: 127.0.0.1@%d: no answer in ten seconds: " % port) and
               9 < time.monotonic() - started_s < 15,
               "where the file has no socket, its interface; ten seconds of nothing are enough", err)
    code, _, err = run("status", "-s", "127.0.0.1@1")
    tap.ok(code == 1 and ("/etc/unbound/unbound_control" in err or "127.0.0.1@1: nobody" in err),
           "without -c the files are Unbound's", err)
    for at, reach in (("127.0.0.1@8954", "only from this machine, by who has a certificate that the key of ours.pem signed"),
                      ("::1@8954", "only from this machine"),
                      ("192.0.2.1@8954", "from every machine that can send to that address"),
                      ("::@8954", "from every machine that can send to any address of this one")):
        write(usual + "control-interface: %s\n" % at)
        code, out, err = run("check-conf", conf, cwd=directory)
        tap.ok(code == 0 and not err and "%s:5: control-interface %s: reached %s" % (conf, at, reach) in out,
               "check-conf says who can reach " + at, (code, out, err))
    write("control-interface: ::1@8954\n" + usual.replace("ours.key", "other.key"))
    code, out, err = run("check-conf", conf, cwd=directory)
    tap.ok(code == 1 and err.startswith("%s:2: server-key-file: other.key: is not the key of the certificate" % conf) and
           err.count("\n") == 1 and "ok: " not in out, "check-conf: a key of another pair", (code, out, err))
    write(usual.replace("ours.key", "missing.key"))
    code, out, err = run("check-conf", conf, cwd=directory)
    tap.equal((code, err), (0, ""), "without an interface no file is read")


def counted(count):
    """What is said where each count is that number."""
    return (b'{\nversion="1"\nmode="guard"\nnames=%d\nusers_crowds=%d\nusers_dga=%d\n}\n' % ((count,) * 3),
            b'{\nlearning=false\nuntil="x"\nusers=%d\nnetworks=%d\nusers_learned=0\nno_budget_fits=[\n{\nuser="u"\n'
            b'names=%d\ndomains=%d\n}\n]\n}\n' % ((count,) * 4), b'{\nuser="u"\nmissing=%d\n}\n' % count)


def check_plurals(tap, directory):
    """One of anything stands with the singular."""
    for count, words in ((1, (("1 name is known", "1 user that no", "1 user looks for"),
                              ("1 user, 1 network\n", "about 1 name sent to about 1 domain:"), ("1 that it asked for does not",))),
                         (2, (("2 names are known", "2 users that no", "2 users look for"),
                              ("2 users, 2 networks\n", "about 2 names sent to about 2 domains:"), ("2 that it asked for do not",)))):
        for command, answer, said in zip((("status",), ("learn", "status"), ("show", "user", "192.0.2.1")), counted(count), words):
            (code, out, err), _ = served(directory, answer, *command)
            tap.ok(code == 0 and all(word in out for word in said), "%s: counts of %d" % (" ".join(command), count), out + err)


def check_learn(tap, directory):
    """learn status, end and extend take the same options wherever they stand; a file's status asks nobody."""
    answer = b'{\nlearning=true\nuntil="x"\n}\n'
    for words, command in ((("learn", "status"), b"learn status"), (("learn", "--json", "status"), b"learn status"),
                           (("learn", "--reason", "status", "end"), b"learn end reason status"),
                           (("learn", "-csome", "end"), b"learn end"), (("learn", "extend", "--json", "3d"), b"learn extend 3d")):
        (code, out, err), asked = served(directory, answer, *words)
        tap.ok(code == 0 and asked == b"UBCT1 " + command + b"\n", " ".join(words), (code, out + err, asked))
    missing = os.path.join(directory, "missing")
    for words in (("status", missing, "-s", "x"), ("status", missing, "--reason", "x"), ("-c", "x", "status", missing),
                  ("status", "--reason", "x"), ("end", "now"), ("extend",), ("status", "a", "b")):
        code, out, err = run("learn", *words)
        tap.ok(code == 2 and not out and "usage: seepctl learn" in err, "learn %s: called wrongly" % " ".join(words), err)
    code, out, err = run("learn", "--json", "status", missing)
    tap.ok(code == 1 and "missing: " in err, "a file's status reads that", err)


def check_mistyped(tap):
    for word, meant in (("shwo", "show"), ("explian", "explain"), ("statuss", "status"), ("tpo", "top"),
                        ("refuse", "refused"), ("check_conf", "check-conf")):
        code, _, err = run(word)
        tap.ok(code == 2 and "did you mean \"%s\"?" % meant in err, word + ": " + meant, err)
    for word in ("nonsense", "x", "to", "a-word-longer-than-any-of-these", ""):
        code, _, err = run(word)
        tap.ok(code == 2 and ("did you mean" in err) == (word == "to"), "%r: %s" % (word, err.split("\n")[0]), err)
    for words, typed in ((("top", "user"), "seepctl top users"), (("top", "netwrks"), "seepctl top networks"),
                         (("top", "users", "domain"), "seepctl top domains"),
                         (("top", "usres", "x"), "seepctl top users"),
                         (("show", "users", "192.0.2.1"), "seepctl show user"),
                         (("show", "domian", "a.example"), "seepctl show domain"),
                         (("show", "users"), "seepctl show user"),
                         (("clear", "users", "192.0.2.1"), "seepctl clear user"),
                         (("clear", "domian", "a.example"), "seepctl clear domain")):
        code, out, err = run(*words)
        tap.ok(code == 2 and not out and "is no kind" in err and "\"%s\"" % typed in err.split("\n")[0],
               "%s: type %s" % (" ".join(words), typed), err)
    code, out, err = run("top", "nonsense")
    tap.ok(code == 1 and "is no kind" not in err, "top nonsense: a file that is not there", err)
    for words, meant in ((("allow", "lsit"), "seepctl allow list"), (("allow", "listt"), "seepctl allow list"),
                         (("allow", "remvoe", "a.example"), "seepctl allow remove"), (("learn", "sttaus"), "seepctl learn status"),
                         (("learn", "statsu", "-s", "x"), "seepctl learn status"), (("learn", "-c", "x", "edn"), "seepctl learn end"),
                         (("learn", "extned", "3d"), "seepctl learn extend")):
        code, out, err = run(*words)
        tap.ok(code == 2 and not out and "did you mean \"%s\"?" % meant in err.split("\n")[0],
               "%s: %s" % (" ".join(words), meant), err)
    for words in (("status",), ("stats",), ("top",), ("show", "user", "192.0.2.1"), ("show", "domain", "a.example"), ("refused",),
                  ("explain", "a.example"), ("allow", "list"), ("allow", "a.example"), ("clear", "user", "192.0.2.1"), ("learn", "status"),
                  ("learn", "end")):
        for more in ((), ("--json",)):
            code, out, err = run(*words, *more, "-s", "missing")
            tap.ok((code, out) == (1, "") and err.count("\n") == 1 and "missing: there is no such socket: is Unbound running" in err,
                   "%s: where nobody answers it says so, and nothing else" % " ".join(words + more), out + err)
    for words in (("allow", "lsit."), ("allow", "lan"), ("allow", "remvoe"), ("allow", "lists.example")):
        code, _, err = run(*words, "-s", "missing")
        tap.ok(code == 1 and "missing: there is no such socket" in err, "%s: a domain" % " ".join(words), err)


def check_words(tap):
    """What is no name is not sent, and one line says what to write."""
    for words in (("explain",), ("show", "domain"), ("allow",), ("allow", "remove"), ("clear", "domain")):
        for word, why in (("https://www.example.com:8443/a?b", "is a URL: give the name in it alone, www.example.com\n"),
                          ("m\u00fcnchen.example", "in their xn-- form"), ("a b", "expected one word"), ("", "expected one word")):
            code, out, err = run(*words, word, "-s", "missing")
            tap.ok(code == 1 and not out and why in err and err.count("\n") == 1, "%s %r" % (" ".join(words), word), err)
    for option in ("--type", "--for"):
        code, _, err = run("explain", "a.example", option, "A 192.0.2.1", "-s", "missing")
        tap.ok(code == 1 and "expected one word" in err, "explain %s, of two words" % option, err)


def complete(*words):
    """What bash offers behind these words, of which the last is not ended."""
    script = os.path.join(BUILD, "completions", "seepctl")
    text = "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _seepctl; printf '%%s\\n' \"${COMPREPLY[@]}\"" % (
        script, " ".join("'%s'" % word for word in ("seepctl",) + words), len(words))
    done = subprocess.run(("bash", "--norc", "-c", text), capture_output=True, text=True, timeout=30)
    if done.stderr:
        print("#", done.stderr)
    return done.stdout.split()


def check_completion(tap):
    commands = re.findall(r"(?m)^  ([a-z-]+) ", run("help")[1])
    tap.equal(run("completion")[1], open(os.path.join(BUILD, "completions", "seepctl")).read(),
              "what is installed is what is printed")
    tap.equal(sorted(complete("")), sorted(commands), "all commands")
    tap.equal(complete("sho"), ["show"], "by their beginning")
    tap.equal(complete("show", ""), ["user", "network", "domain"], "a command's words")
    tap.equal(complete("top", "d"), ["domains"], "by their beginning")
    tap.equal(complete("refused", "--s"), ["--since"], "its options")
    tap.ok({"-s", "-c", "--json", "--sort"} <= set(complete("top", "-")), "those of all that connect among them")
    tap.equal(complete("help", "expl"), ["explain"], "commands again, behind help")
    tap.equal(complete("check-conf", ""), [], "nothing where a file is wanted")
    code, _, err = run("completion", "fish")
    tap.ok(code == 2 and "bash alone" in err, "another shell's", err)


def check_manual(tap):
    """Of each command the manual has a paragraph, and each of its options is there."""
    text = open(os.path.join(SOURCE, "doc", "seepctl.8")).read().replace("\\-", "-").replace("\"", "")
    for name in re.findall(r"(?m)^  ([a-z-]+) ", run("help")[1]):
        tap.ok(re.search(r"(?m)^\.B seepctl %s\b" % name, text) and
               re.search(r"(?m)^\.BR? seepctl %s\b" % name, text.split(".SH DESCRIPTION")[1]),
               "the manual has " + name)
        for option in re.findall(r"(?m)^  (--?[a-z-]+)", run("help", name)[1].split("Options of seep.conf")[0]):
            tap.ok(re.search(r"(?<![\w-])%s(?![\w-])" % option, text), "the manual has %s %s" % (name, option))


def main():
    with Tap() as tap, tempfile.TemporaryDirectory() as directory:
        check_paths(tap, directory)
        check_permission(tap, directory)
        check_answers(tap, directory)
        check_interface(tap, directory)
        check_mistyped(tap)
        check_words(tap)
        check_plurals(tap, directory)
        check_learn(tap, directory)
        check_completion(tap)
        check_manual(tap)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
