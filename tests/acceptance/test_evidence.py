# Replays tests/evidence, the transcripts of real modules, against the module under the personality they came from.
# SPDX-License-Identifier: MIT
"""The closing line says how many agree, and how many are known to differ.  A transcript that is listed as differing and
agrees is a failure too: its line `# differs:` is to go."""
import concurrent.futures
import glob
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import transcripts
from ftp_servers import ScriptedFtp
from harness import DEADLINE, ROOT, SIM800, AcceptanceTest
from servers import LOOPBACK, OpensslServer, ScriptedServer, at, hold, page
from sockets import Sink, TcpServer, UdpServer, echo
from test_ntp import NtpServer, reply

PARALLEL = 8  # most of what they do is wait
# With what differs, the player waits in vain: 0.2 s for a line, 2.4 s for a URC.
SCALE_OF_DIFFERING = 0.02


def counting(size):
    return (bytes(range(256)) * (size // 256 + 1))[:size]


def content(spec):
    """Bytes given as text, or by their number."""
    return counting(spec) if isinstance(spec, int) else spec.encode("latin-1")


def http(status="200 OK", body=0, headers=()):
    return ScriptedServer(page(content(body), status.encode(), *(header.encode() for header in headers)))


def tcp(says="", after=0, then="stay"):
    """Says something once it has received so many bytes; then it closes the connection, or leaves that to the client."""
    def talk(connection):
        got = 0
        while got < after:
            data = connection.recv(65536)
            if not data:
                return
            got += len(data)
        connection.sendall(says.encode("latin-1"))
        if then == "stay":
            hold(connection, None)
    return TcpServer(talk)


class Silent:
    """A UDP server that takes everything and says nothing."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class World:
    """The servers that a head names; they end with it."""

    def __init__(self, wanted, certificate):
        self.certificate = certificate
        self.servers = []
        self.hosts = {}
        try:
            for name, what in wanted.items():
                self.hosts[name] = at(self.start(what).port)
        except BaseException:
            self.close()
            raise

    def start(self, what):
        (kind, options), = what.items() if isinstance(what, dict) else ((what, {}),)
        server = getattr(self, "start_" + kind)(**options)
        self.servers.append(server)
        return server

    start_http = staticmethod(http)
    start_tcp = staticmethod(tcp)

    @staticmethod
    def start_echo():
        return TcpServer(echo)

    @staticmethod
    def start_sink():
        return TcpServer(Sink())

    start_silent = Silent

    @staticmethod
    def start_udp():
        return UdpServer(lambda data: data)

    @staticmethod
    def start_ntp(time):  # pylint: disable=redefined-outer-name
        return NtpServer(lambda request: reply(request, time))

    @staticmethod
    def start_smtp():
        from mail_servers import Smtp  # pylint: disable=import-outside-toplevel
        return Smtp()

    def start_tls(self, version):
        return OpensslServer(self.certificate(), "-tls" + version.replace(".", "_").removesuffix("_0"), "-cipher",
                             "ALL:@SECLEVEL=0")

    @staticmethod
    def start_ftp(files, listing=""):
        return ScriptedFtp(files={name: content(what) for name, what in files.items()}, listing=listing.encode("latin-1"))

    def close(self):
        for server in self.servers:
            server.close()


class Evidence(AcceptanceTest):
    def setUp(self):
        super().setUp()
        self.pair = None

    def certificate(self):
        """(file, key) with an RSA key, which is what the suites of these modules want."""
        if not self.pair:
            self.pair = self.path("rsa.pem"), self.path("rsa.key")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=secure.test",
                            "-out", self.pair[0], "-keyout", self.pair[1]], check=True, capture_output=True, timeout=DEADLINE)
        return self.pair

    def replay(self, transcript):
        """None where it agrees, else the first difference."""
        if transcript.differs and (difference := self.play(transcript, hurried=True)):
            return difference
        return self.play(transcript, hurried=False)  # on a busy machine a hurried player can miss what differs

    def play(self, transcript, hurried):
        folder = tempfile.mkdtemp(dir=self.dir)
        scale = transcript.scale
        if hurried and transcript.timing == "instant":
            scale *= SCALE_OF_DIFFERING
        world = World(transcript.servers, self.certificate)
        try:
            scenario = transcript.world()
            network = scenario.setdefault("network", {})
            network["hosts"] = {"*": "unresolvable", **network.get("hosts", {}), **world.hosts}
            path = os.path.join(folder, "scenario.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(scenario, file)
            patience = ["--least-wait", "0" if hurried else str(DEADLINE)]
            ran = subprocess.run([SIM800, "play", *patience, "--scenario", path, "--timing", transcript.timing, "--time-scale",
                                  str(scale), transcript.name], capture_output=True, text=True,
                                 cwd=transcripts.EVIDENCE, timeout=4 * DEADLINE, check=False)
        finally:
            world.close()
        if ran.returncode == 0:
            return None
        if ran.returncode == 1:
            return ran.stderr.strip()
        raise AssertionError("%s: exit status %d, %s" % (transcript.name, ran.returncode, ran.stderr))

    def test_replay(self):
        everything = transcripts.load()
        if only := os.environ.get("EVIDENCE"):
            everything = [transcript for transcript in everything if only in transcript.name]
        start = time.monotonic()
        if any("tls" in str(transcript.servers) for transcript in everything):
            self.certificate()
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            running = [(transcript, pool.submit(self.replay, transcript)) for transcript in everything]
            agreeing = []
            for transcript, future in running:
                with self.subTest(transcript.name):
                    difference = future.result()
                    if difference is None:
                        agreeing.append(transcript)
                    if only and difference:
                        print(difference, file=sys.stderr)
                    if difference and not transcript.differs:
                        self.fail(difference)
                    if transcript.differs and not difference:
                        if "EVIDENCE_MEND" in os.environ:
                            transcript.agrees()
                        self.fail("listed as differing, and agrees: its line \"# differs:\" is to go")
        listed = [transcript for transcript in everything if transcript.differs]
        for transcript in listed:
            print("%s differs: %s" % (transcript.name, transcript.differs))
        print("%d transcripts: %d agree, %d listed as differing (%.1f s)"
              % (len(everything), len(agreeing), len(listed), time.monotonic() - start))

    def test_every_chapter_has_transcripts(self):
        self.assertEqual(set(transcripts.CHAPTERS), {transcript.chapter for transcript in transcripts.load()})

    def test_the_page_is_what_the_heads_say(self):
        script = os.path.join(ROOT, "docs", "evidence.py")
        ran = subprocess.run([sys.executable, "-B", script, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))


class Kinds(unittest.TestCase):
    def test_each_names_cases_that_exist(self):
        with open(os.path.join(ROOT, "docs", "evidence.md"), encoding="utf-8") as page:
            section = page.read().split("## Kinds\n")[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        cases = set()
        for path in glob.glob(os.path.join(ROOT, "tests", "unit", "**", "*.cpp"), recursive=True):
            with open(path, encoding="utf-8") as source:
                cases.update(re.findall(r'TEST_CASE(?:_FIXTURE\(\w+, |\()"((?:[^"\\]|\\.)*)"', source.read()))
        cases = {re.sub(r"\\(.)", r"\1", case) for case in cases}
        named = [name for row in rows for name in re.findall(r"`([^`]*)`", row.split(" | ")[1])]
        self.assertGreater(len(named), 50)
        self.assertEqual([name for name in named if name not in cases], [])


HEAD = "# source: owner/repository#1\n# module: SIM800L R14.18\n# seen: OK.\n"


class Heads(unittest.TestCase):
    def read(self, text, folder="line"):
        return transcripts.Transcript(os.path.join(transcripts.EVIDENCE, folder, "x.txt"), text)

    def complaint(self, text, folder="line"):
        with self.assertRaises(transcripts.HeadError) as caught:
            self.read(text, folder)
        return str(caught.exception).removeprefix("tests/evidence/%s/x.txt:" % folder)

    def test_what_a_head_says(self):
        read = self.read("# source: owner/repository#1; Stack Overflow 12; \"A page\"; public log\n"
                         "# module: SIM808 1418B04SIM808M32\n# seen: One,\n#   two.\n# scenario: {\"sim\":\n#   {\"pin\": \"1111\"}}\n"
                         "# servers: {\"a.example\": \"echo\"}\n# timing: typical 0.5\n# differs: because\n> AT\n# other: words\n")
        self.assertEqual(read.sources, ["owner/repository#1", "Stack Overflow 12", "\"A page\"", "public log"])
        self.assertEqual((read.chapter, read.timing, read.scale, read.differs), ("line", "typical", 0.5, "because"))
        self.assertEqual(read.values["seen"], "One, two.")
        self.assertEqual(read.world(), {"sim": {"pin": "1111"}, "module": {"model": "SIM808", "revision": "1418B04SIM808M32"}})
        self.assertEqual(read.servers, {"a.example": "echo"})

    def test_a_release_is_made_a_revision(self):
        self.assertEqual(self.read(HEAD).world()["module"]["revision"], "1418B05SIM800L24")
        self.assertEqual(self.read(HEAD.replace("R14.18", "R13.08")).world()["module"]["revision"], "1308B08SIM800L16")
        self.assertEqual(self.read(HEAD.replace(" R14.18", "")).world(), {"module": {"model": "SIM800L"}})

    def test_mistakes_name_file_and_line(self):
        keys = "source, module, seen, scenario, servers, timing, differs"
        self.assertEqual(self.complaint("> AT\n"), "1: expected a line \"# source: \" in the head, found none")
        self.assertEqual(self.complaint(HEAD + "# speed: 3\n"),
                         "4: expected \"# KEY: VALUE\" with one of the keys %s, found '# speed: 3'" % keys)
        self.assertEqual(self.complaint("# A title\n" + HEAD),
                         "1: expected \"# KEY: VALUE\" with one of the keys %s, found '# A title'" % keys)
        self.assertEqual(self.complaint(HEAD + "# seen: again\n"), "4: expected each key once, found \"seen\" again")
        self.assertEqual(self.complaint(HEAD, "misc").partition(" (")[0], "1: expected a folder named after a chapter")
        self.assertEqual(self.complaint(HEAD.replace("owner/", "")),
                         "1: expected OWNER/REPOSITORY#NUMBER, OWNER/REPOSITORY, Stack Overflow NUMBER, a page's title in "
                         "quotes or \"public log\", found repository#1")
        self.assertEqual(self.complaint(HEAD.replace("SIM800L", "modem")),
                         "2: expected a model such as SIM800L, and its revision where it is known, found 'modem R14.18'")
        self.assertEqual(self.complaint(HEAD + "# timing: slow\n"),
                         "4: expected \"instant\" or \"typical\", and a scale up to 1, found 'slow'")
        self.assertEqual(self.complaint(HEAD + "# scenario: {\"sim\":\n#   {\"pin\": 1,}}\n").partition(", found")[0],
                         "5: expected JSON")
        self.assertEqual(self.complaint(HEAD + "# scenario: []\n"), "4: expected a JSON object, found []")
        self.assertEqual(self.complaint(HEAD + "# servers: {\"a\": 1, \"a\": 2}\n"),
                         "4: expected each key once, found \"a\" again")
        self.assertEqual(self.complaint(HEAD + "# scenario: {\"module\": {\"model\": \"SIM808\"}}\n"),
                         "4: expected no module.model beside the keys of the head, found it")


if __name__ == "__main__":
    unittest.main()
