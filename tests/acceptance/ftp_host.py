# A host that moves files: what the FTP tests say to the module, and what they expect of it.
# SPDX-License-Identifier: MIT
import re
import select

from ftp_servers import PASSWORD, USER
from harness import ERROR, OK, AcceptanceTest, Host
from servers import at

READ, WRITE = 1460, 1360  # bytes that one AT+FTPGET=2 and one AT+FTPPUT=2 move at most
LINE = re.compile(rb"\A\r\n([^\r\n]*)\r\n")


class FtpHost(Host):
    """Speaks without echo; a session that runs may announce something between any two lines."""

    def fill(self, give_up):
        more = super().fill(give_up)
        self.seen = self.seen[-4000:]  # megabytes pass here
        return more

    def line(self):
        """The next line."""
        found = self.until(LINE)
        if not found[1]:
            raise AssertionError("an empty line before %r" % self.buffer[:100])
        return found[1].decode("latin-1")

    def say(self, line, answer):
        self.send(line + "\r")
        self.expect(answer)

    def read_out(self, line):
        """What stands before OK."""
        self.send(line + "\r")
        return self.until(re.compile(rb"\A(.*)\r\nOK\r\n", re.DOTALL))[1].decode("latin-1")

    def outcome(self, command):
        """What +FTP…: 1,<…> or +FTPGETTOFS: <…> says."""
        line = self.line()
        name, _, value = line.partition(": ")
        if name != "+" + command:
            raise AssertionError("expected +%s, got %r" % (command, line))
        return value if command in ("FTPGETTOFS", "FTPPUTFRMFS") else value.removeprefix("1,")

    def run(self, command, line=None):
        """The outcome of a session without data."""
        self.ok("AT+" + (line or command))
        return self.outcome(command)

    def parameters(self, **values):
        """AT+FTP<NAME>="value" for each."""
        self.ok(*('AT+FTP%s=%s' % (name, value if isinstance(value, int) else '"%s"' % value)
                  for name, value in values.items()))

    def get(self, command="FTPGET", take=None, block=READ):
        """(bytes, outcome); each piece goes to `take` instead where there is one."""
        pieces = []
        take = take or pieces.append
        said = self.run(command, command + "=1")
        while said == "1":
            said = self._read(command, take, block)
        return b"".join(pieces), said

    def _read(self, command, take, block):
        """Reads until nothing is there; returns what is announced then."""
        while True:
            self.send("AT+%s=2,%d\r" % (command, block))
            line = self.line()
            while line == "+%s: 1,1" % command:  # said again, just before
                line = self.line()
            if line.startswith("+%s: 1," % command):
                self.expect(ERROR)  # the end came before the question
                return line.rpartition(",")[2]
            found = re.fullmatch(r"\+%s: 2,(\d+)" % command, line)
            if not found or int(found[1]) > block:
                raise AssertionError("expected data, got %r" % line)
            if data := self.take(int(found[1])):
                take(data)
            self.expect(OK)
            if not data:
                return self.outcome(command)

    def silent(self, seconds):
        """The module says nothing for so long."""
        if self.buffer or select.select([self.descriptor], [], [], seconds)[0]:
            raise AssertionError("not silent: %r" % self.until(LINE)[0])

    def put(self, data, block=WRITE, halfway=None):
        """The outcome; `halfway` is called when it is the host's turn and half of the data are out."""
        said = self.run("FTPPUT", "FTPPUT=1")
        sent = 0
        pieces = (data[at:at + block] for at in range(0, len(data), block))
        while said == "1,1360":
            piece = next(pieces, b"")
            sent += len(piece)
            if halfway and sent > len(data) / 2:
                halfway()
                halfway = None
            self.send("AT+FTPPUT=2,%d\r" % len(piece))
            line = self.line()
            if line.startswith("+FTPPUT: 1,"):
                self.expect(ERROR)  # the end came before the question
                return line.rpartition(",")[2]
            if piece:
                if line != "+FTPPUT: 2,%d" % len(piece):
                    raise AssertionError("expected to be asked for data, got %r" % line)
                self.send(piece)
                line = self.line()
            if line != "OK":
                raise AssertionError("expected OK, got %r" % line)
            said = self.outcome("FTPPUT")
        return said


class FtpTest(AcceptanceTest):
    MODULE = {}

    def start(self, server=None, *options, scenario=None, **parameters):
        """`self.line`: a host on a module that reaches this server, and no other, as ftp.test."""
        hosts = {} if server is None else {"ftp.test": at(server.port)}
        scenario = scenario or {"module": self.MODULE, "network": {"hosts": {**hosts, "*": "unresolvable"}}}
        self.process = self.module(*options, scenario=scenario)
        self.line = self.connect(self.process)
        self.line.parameters(**{"SERV": "ftp.test", "UN": USER, "PW": PASSWORD, "GETPATH": "/", "GETNAME": "file",
                                "PUTPATH": "/", "PUTNAME": "new", **parameters})

    def connect(self, module):
        line = self.keep(FtpHost.tcp(module.tcp[0]))
        line.until(re.compile(rb"SMS Ready\r\n"))
        line.send("ATE0\r")
        line.until(OK)
        line.open_bearer()
        return line
