# The heads of tests/evidence: where a transcript of a real module comes from, and the world it is replayed in.
# SPDX-License-Identifier: MIT
"""A head is the comment lines that a transcript begins with, `# key: value`; a value goes on in lines that begin with `#`
and three blanks.  docs/evidence.md, which is written from them, says what the keys mean."""
import glob
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EVIDENCE = os.path.join(ROOT, "tests", "evidence")

# A folder each, in the order of docs/evidence.md.
CHAPTERS = {
    "line": "The line", "errors": "Error codes", "identification": "Identification", "boot": "Start-up",
    "registration": "Registration and cells", "sim": "SIM card", "calls": "Calls", "sms": "Messages",
    "phonebook": "Phone book", "ussd": "USSD", "bearer": "Bearer and PDP context", "sockets": "Sockets",
    "ssl": "TLS", "http": "HTTP", "ftp": "FTP", "mail": "E-mail", "files": "Files and sound",
    "location": "Location and time", "power": "Power, settings and hardware", "cmux": "Multiplexer and PPP",
    "family": "GNSS, Bluetooth and FM",
}

KEY = re.compile(r"# ([a-z]+): (\S.*)")
MODULE = re.compile(r"(SIM8[0-9A-Z-]+)(?: (R1[34]\.[0-9]{2}|1[34]0?[0-9]{1,2}B[0-9A-Z_]+))?")
SOURCE = re.compile(r"[\w.-]+/[\w.-]+(?:#[0-9]+)?|Stack Overflow [0-9]+|\"[^\"]+\"|public log")
TIMING = re.compile(r"(instant|typical)(?: (0\.[0-9]+|1))?")
REQUIRED = ("source", "module", "seen")
KEYS = (*REQUIRED, "scenario", "servers", "timing", "differs")
OURS = (("module", "model"), ("module", "revision"), ("timing", "profile"))  # what the other keys say


class HeadError(Exception):
    """FILE:LINE: what was expected."""


class Transcript:
    """One file of tests/evidence."""

    def __init__(self, path, text):
        self.path = path
        self.name = os.path.relpath(path, EVIDENCE)
        self.lines = {}  # where each key stands
        self.values = {}
        self._read_head(text)
        self.chapter = os.path.basename(os.path.dirname(path))
        if self.chapter not in CHAPTERS:
            self._fail(1, "a folder named after a chapter (%s)" % ", ".join(CHAPTERS), self.chapter)
        for key in REQUIRED:
            if key not in self.values:
                self._fail(1, "a line \"# %s: \" in the head" % key, "none")
        self.sources = self.values["source"].split("; ")
        for source in self.sources:
            if not SOURCE.fullmatch(source):
                self._fail(self.lines["source"], "OWNER/REPOSITORY#NUMBER, OWNER/REPOSITORY, Stack Overflow NUMBER, a page's title "
                           "in quotes or \"public log\"", source)
        module = self._match("module", MODULE, "a model such as SIM800L, and its revision where it is known")
        self.model, self.revision = module.groups()
        timing = self._match("timing", TIMING, "\"instant\" or \"typical\", and a scale up to 1", "instant 1")
        self.timing, self.scale = timing[1], float(timing[2] or 1)
        self.scenario = self._json("scenario")
        for section, key in OURS:
            if key in self.scenario.get(section, {}):
                self._fail(self.lines["scenario"], "no %s.%s beside the keys of the head" % (section, key), "it")
        self.servers = self._json("servers")
        self.differs = self.values.get("differs")

    def _fail(self, line, expected, found):
        raise HeadError("%s:%d: expected %s, found %s" % (os.path.relpath(self.path, ROOT), line, expected, found))

    def _read_head(self, text):
        key = None
        for number, line in enumerate(text.splitlines(), 1):
            if not line.startswith("#"):
                break
            if line.startswith("#   ") and key:
                self.values[key] += "\n" + line[4:]
                continue
            found = KEY.fullmatch(line)
            if not found or found[1] not in KEYS:
                self._fail(number, "\"# KEY: VALUE\" with one of the keys " + ", ".join(KEYS), repr(line))
            key = found[1]
            if key in self.values:
                self._fail(number, "each key once", "\"%s\" again" % key)
            self.lines[key], self.values[key] = number, found[2]
        for key in set(self.values) - {"scenario", "servers"}:
            self.values[key] = " ".join(self.values[key].split())

    def _match(self, key, pattern, expected, default=None):
        value = self.values.get(key, default)
        found = pattern.fullmatch(value)
        if not found:
            self._fail(self.lines[key], expected, repr(value))
        return found

    def _json(self, key):
        def once(pairs):
            for name, _ in pairs:
                if [other for other, _ in pairs].count(name) > 1:
                    self._fail(self.lines[key], "each key once", "\"%s\" again" % name)
            return dict(pairs)
        try:
            value = json.loads(self.values.get(key, "{}"), object_pairs_hook=once)
        except json.JSONDecodeError as error:
            self._fail(self.lines[key] + error.lineno - 1, "JSON", error.msg)
        if not isinstance(value, dict):
            self._fail(self.lines[key], "a JSON object", repr(value))
        return value

    def world(self):
        """The scenario, as the personality of the module it came from."""
        module = {**self.scenario.get("module", {}), "model": self.model}
        if self.revision:
            module["revision"] = self.firmware()
        return {**self.scenario, "module": module}

    def agrees(self):
        """Takes the line `# differs:`, with those it goes on in, out of the file."""
        with open(self.path, encoding="utf-8") as file:
            lines = file.readlines()
        first = end = self.lines["differs"] - 1
        while end == first or lines[end].startswith("#   "):
            end += 1
        with open(self.path, "w", encoding="utf-8") as file:
            file.writelines(lines[:first] + lines[end:])

    def firmware(self):
        """The whole name of a revision of which a log shows only the release."""
        if not self.revision.startswith("R"):
            return self.revision
        return {"R13.08": "1308B08%s16", "R14.18": "1418B05%s24"}.get(self.revision, self.revision) % self.model


def load():
    """All transcripts, in the order of the chapters.  Throws HeadError."""
    transcripts = []
    for path in glob.glob(os.path.join(EVIDENCE, "*", "*.txt")):
        with open(path, encoding="utf-8") as file:
            transcripts.append(Transcript(path, file.read()))
    order = list(CHAPTERS)
    return sorted(transcripts, key=lambda transcript: (order.index(transcript.chapter), transcript.name))
