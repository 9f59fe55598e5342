# FTP servers of the acceptance tests: pyftpdlib, pure-ftpd, a scripted one that misbehaves, and a relay before them.
# SPDX-License-Identifier: MIT
import os
import pwd
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

from harness import DEADLINE, Pipe, end, spawn
from peers import require
from servers import LOOPBACK, Listener, listening_socket

USER, PASSWORD = "sim.cs1", "secret"
# Debian's own, which has python3-pyftpdlib, whatever other Python runs the tests.
SYSTEM_PYTHON = "/usr/bin/python3"


class FileServer:
    """A server of files in a folder of its own; everybody may write there, as servers give up root."""

    def __init__(self, folder, name):
        self.root = tempfile.mkdtemp(prefix=name + "-", dir=folder)
        self.files = os.path.join(self.root, "files")
        os.mkdir(self.files)
        os.chmod(self.files, 0o777)
        for above in (folder, self.root):
            os.chmod(above, 0o711)

    def put(self, name, data):
        path = os.path.join(self.files, name)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, 0o666)

    def get(self, name):
        with open(os.path.join(self.files, name), "rb") as file:
            return file.read()

    def names(self):
        return sorted(os.listdir(self.files))

    def mkdir(self, name):
        path = os.path.join(self.files, name)
        os.mkdir(path)
        os.chmod(path, 0o777)


class Pyftpdlib(FileServer):
    """python3-pyftpdlib in a process of its own, on a socket that it inherits."""

    def __init__(self, folder):
        super().__init__(folder, "pyftpdlib")
        listener = listening_socket()
        self.port = listener.getsockname()[1]
        self.process = spawn([SYSTEM_PYTHON, "-B", os.path.abspath(__file__), str(listener.fileno()), self.files],
                             pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        listener.close()
        Pipe(self.process.stdout.fileno()).until(b"ready\n")

    def close(self):
        end(self.process)


class PureFtpd(FileServer, Listener):
    """pure-ftpd with a virtual user, a process for each connection, as inetd would start it."""

    # The hash of PASSWORD: the kind that pure-pw makes takes a second to check.
    _hash = "$1$simcs1$LAyKAdHfFtuvCVzfigwQm0"

    def __init__(self, folder, *options):
        require("pure-ftpd")
        FileServer.__init__(self, folder, "pure-ftpd")
        nobody = pwd.getpwnam("nobody")
        users, base = os.path.join(self.root, "users"), os.path.join(self.root, "users.pdb")
        with open(users, "w", encoding="ascii") as file:
            file.write("%s:%s:%d:%d::%s/./%s\n" % (USER, self._hash, nobody.pw_uid, nobody.pw_gid, self.files, ":" * 12))
        subprocess.run(["pure-pw", "mkdb", base, "-f", users], check=True, timeout=DEADLINE)
        self.command = ["pure-ftpd", "-l", "puredb:" + base, "-E", "-H", "-b", *options]
        self.processes = []
        Listener.__init__(self)

    def serve(self, connection, _):
        process = spawn(self.command, stdin=connection, stdout=connection, stderr=subprocess.DEVNULL)
        self.open.discard(connection)
        connection.close()  # it is the process's now
        self.processes.append(process)
        process.wait()

    def close(self):
        Listener.close(self)
        for process in self.processes:
            end(process)


class Relay(Listener):
    """Stands before a server on its control connection.  `before(number, reply)` is called with the connection's number
    and what the server is about to say, and may wait; false: it is left unsaid.  Data connections go past it, as the
    module takes only the port from a PASV answer."""

    def __init__(self, port, before):
        self.upstream, self.before = port, before
        super().__init__()

    def serve(self, connection, number):
        with socket.create_connection((LOOPBACK, self.upstream)) as server:
            self.open.add(server)
            threading.Thread(target=self._upward, args=(connection, server), daemon=True).start()
            while data := server.recv(65536):
                if self.before(number, data) is not False:
                    connection.sendall(data)
            connection.shutdown(socket.SHUT_RDWR)
            self.open.discard(server)

    @staticmethod
    def _upward(connection, server):
        try:
            while data := connection.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def reset(connection):
    """Cuts it with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def receive_all(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


class Session:
    """One control connection of a ScriptedFtp, and its well-behaved answers: a method for each verb."""

    def __init__(self, server, connection, number):
        self.server, self.connection, self.number = server, connection, number
        self.buffer = b""
        self.passive = self.peer = None
        self.offset = 0
        self.type = "A"
        self.protect = False

    def reply(self, line):
        self.connection.sendall(line.encode("latin-1") + b"\r\n")

    def command(self):
        """(verb, argument)"""
        while b"\n" not in self.buffer:
            data = self.connection.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        verb, _, argument = line.rstrip(b"\r").decode("latin-1").partition(" ")
        return verb.upper(), argument

    def hold(self):
        """Says nothing more until the client leaves."""
        while self.connection.recv(65536):
            pass
        raise EOFError

    def secure(self):
        self.connection.settimeout(DEADLINE)
        self.server.open.discard(self.connection)
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.server.open.add(self.connection)

    def data(self):
        """The data connection."""
        if self.passive:
            connection = self.passive.accept()[0]
            self.passive.close()
        else:
            connection = socket.create_connection(self.peer)
        self.server.open.add(connection)
        if self.protect:
            connection = self.server.tls.wrap_socket(connection, server_side=True)
        return connection

    def listen(self):
        """The six numbers of a PASV answer."""
        self.passive = listening_socket()
        port = self.passive.getsockname()[1]
        return "127,0,0,1,%d,%d" % (port >> 8, port & 255)

    # The verbs.

    def USER(self, _): self.reply("331 Password, please")
    def PASS(self, _): self.reply("230 Logged in")
    def PWD(self, _): self.reply('257 "/"')
    def CWD(self, _): self.reply("250 There")
    def PBSZ(self, _): self.reply("200 PBSZ=0")
    def MKD(self, path): self.reply('257 "%s"' % path)
    def RMD(self, _): self.reply("250 Removed")

    def AUTH(self, _):
        if self.server.tls is None:
            self.reply("502 No TLS here")
            return
        self.reply("234 Go on")
        self.secure()

    def PROT(self, level):
        self.protect = level == "P"
        self.reply("200 PROT")

    def TYPE(self, kind):
        self.type = kind
        self.reply("200 Type")

    def REST(self, offset):
        self.offset = int(offset)
        self.reply("350 From there")

    def PASV(self, _):
        self.reply("227 Entering Passive Mode (%s)" % self.listen())

    def PORT(self, argument):
        numbers = argument.split(",")
        self.peer = ".".join(numbers[:4]), int(numbers[4]) * 256 + int(numbers[5])
        self.reply("200 Port")

    def SIZE(self, name):
        data = self.server.files.get(name)
        self.reply("550 No such file" if data is None else "213 %d" % len(data))

    def DELE(self, name):
        self.reply("550 No such file" if self.server.files.pop(name, None) is None else "250 Gone")

    def RETR(self, name):
        if (data := self.server.files.get(name)) is None:
            self.reply("550 No such file")
            return
        offset, self.offset = self.offset, 0
        self.send(data[offset:])

    def LIST(self, _):
        self.send(self.server.listing)

    def send(self, data):
        self.reply("150 Here it comes")
        with self.data() as connection:
            self.server.sends(self, connection, data)
            shut(connection)
        self.reply("226 That is all")

    def STOR(self, name, old=b""):
        self.reply("150 Go ahead")
        with self.data() as connection:
            self.server.files[name] = old
            self.server.files[name] = old + self.server.takes(self, connection)
        self.reply("226 Got it")

    def STOU(self, name):
        self.STOR(name + ".1")

    def APPE(self, name):
        self.STOR(name, self.server.files.get(name, b""))

    def QUIT(self, _):
        self.reply("221 Bye")
        raise EOFError


def shut(connection):
    """Says good-bye as TLS wants it, too."""
    if isinstance(connection, ssl.SSLSocket):
        try:
            connection.unwrap()
        except (OSError, ValueError):
            pass


class ScriptedFtp(Listener):
    """Serves `files`, a dict of names and bytes, with one exception or several.

    `greeting` and the values of `replies`, by verb, are an answer without its line end; None: silence until the client
    leaves; or a function of (session, argument).  `sends(session, connection, bytes)` and `takes(session, connection)`
    do what there is to do on the data connection.  `nice` after that many sessions: everything is as it should be from
    then on.  `commands` has all that came, each (number of the session, verb, argument)."""

    def __init__(self, replies=None, files=None, greeting="220 Welcome", sends=None, takes=None, listing=b"", nice=None,
                 tls=None, implicit=False):
        self.replies = replies or {}
        self.files = files or {}
        self.greeting = greeting
        self.sends = sends or (lambda session, connection, data: connection.sendall(data))
        self.takes = takes or (lambda session, connection: receive_all(connection))
        self.listing, self.nice, self.tls, self.implicit = listing, nice, tls, implicit
        self.commands = []
        self.changed = threading.Condition()
        super().__init__()

    def serve(self, connection, number):
        session = Session(self, connection, number)
        if self.nice is not None and number >= self.nice:
            self.replies, self.greeting, self.implicit = {}, "220 Welcome", False
            self.sends = lambda session, connection, data: connection.sendall(data)
            self.takes = lambda session, connection: receive_all(connection)
        try:
            if self.implicit:
                session.secure()
            self._talk(session, number)
        finally:
            session.connection.close()

    def _talk(self, session, number):
        self._answer(session, self.greeting, None)
        while True:
            verb, argument = session.command()
            with self.changed:
                self.commands.append((number, verb, argument))
                self.changed.notify_all()
            usual = getattr(session, verb, None) if re.fullmatch("[A-Z]{3,4}", verb) else None
            self._answer(session, self.replies.get(verb, usual or "502 Unknown"), argument, verb not in self.replies)

    @staticmethod
    def _answer(session, what, argument, usual=False):
        if what is None:
            session.hold()
        elif isinstance(what, str):
            session.reply(what)
        elif usual:
            what(argument)
        else:
            what(session, argument)

    def verbs(self, number=None):
        """The verbs that came, in all sessions or in one."""
        with self.changed:
            return [verb for session, verb, _ in self.commands if number in (None, session)]

    def wait_for(self, verb, count=1):
        with self.changed:
            if not self.changed.wait_for(lambda: sum(had == verb for _, had, _ in self.commands) >= count, DEADLINE):
                raise AssertionError("no %s came" % verb)


def server_context(certificate):
    """For ScriptedFtp's `tls`; a certificate as servers.make_certificates makes it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def serve_with_pyftpdlib(descriptor, folder):
    # pylint: disable=import-error,import-outside-toplevel
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer
    handler = FTPHandler
    handler.authorizer = DummyAuthorizer()
    handler.authorizer.add_user(USER, PASSWORD, folder, perm="elradfmwMT")
    handler.auth_failed_timeout = 0  # the usual three seconds would only make tests slow
    handler.permit_foreign_addresses = False
    server = FTPServer(socket.socket(fileno=descriptor), handler, backlog=1024)
    server.max_cons = 0  # as many as come
    print("ready", flush=True)
    server.serve_forever(handle_exit=False)


if __name__ == "__main__":
    serve_with_pyftpdlib(int(sys.argv[1]), sys.argv[2])
