# Servers of the acceptance tests: nginx, tinyproxy, openssl, and scripted ones that misbehave.
# SPDX-License-Identifier: MIT
import os
import re
import socket
import subprocess
import tempfile
import threading

from harness import DEADLINE, Pipe, end, spawn

LOOPBACK = "127.0.0.1"


def at(port):
    """As the host map of a scenario wants it."""
    return "%s:%d" % (LOOPBACK, port)


def listening_socket():
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    listener.listen(64)
    return listener


def unused_port():
    """A port that nobody listens on: (socket, port).  While the socket is kept the system gives the port to nobody; a
    server that asks for it, with SO_REUSEADDR as they all do, gets it none the less."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((LOOPBACK, 0))
    return holder, holder.getsockname()[1]


class Nginx:
    """One `server` block of nginx.  It inherits a socket that already listens, so the port is sure and no connection
    comes too early (which crashes nginx 1.22 without a master process)."""

    def __init__(self, folder, server, tls=None, connections=512):
        root = tempfile.mkdtemp(prefix="nginx-", dir=folder)
        self.files = os.path.join(root, "files")
        os.mkdir(self.files)
        listener = listening_socket()
        self.port = listener.getsockname()[1]
        secure = "" if tls is None else "ssl_certificate %s; ssl_certificate_key %s;" % tls
        user = "user root;" if os.geteuid() == 0 else ""
        config = os.path.join(root, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("""daemon off; worker_processes 1; pid %(root)s/pid; error_log %(root)s/error.log; %(user)s
                events { worker_connections %(connections)d; }
                http { access_log %(root)s/access.log; default_type application/octet-stream;
                  client_body_temp_path %(root)s; proxy_temp_path %(root)s; fastcgi_temp_path %(root)s;
                  uwsgi_temp_path %(root)s; scgi_temp_path %(root)s;
                  server { listen %(address)s%(ssl)s; root %(files)s; %(secure)s %(server)s } }
                """ % {"root": root, "user": user, "address": at(self.port), "ssl": " ssl" if tls else "",
                       "connections": connections, "files": self.files, "secure": secure, "server": server})
        with open(os.path.join(root, "output"), "wb") as output:
            self.process = spawn(["nginx", "-p", root, "-e", os.path.join(root, "error.log"), "-c", config],
                                 pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                 env={**os.environ, "NGINX": "%d;" % listener.fileno()})
        listener.close()

    def put(self, name, data):
        path = os.path.join(self.files, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)

    def close(self):
        end(self.process)


class Tinyproxy:
    """Reaches every name at one server; `log` holds what it did."""

    def __init__(self, folder, upstream_port):
        self.holder, self.port = unused_port()
        config = os.path.join(folder, "tinyproxy.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write('Port %d\nListen %s\nTimeout 600\nMaxClients 10\nLogLevel Info\nUpstream http %s\n'
                       % (self.port, LOOPBACK, at(upstream_port)))
        self.process = spawn(["tinyproxy", "-d", "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        self.log = Pipe(self.process.stdout.fileno())
        self.log.until(b"Accepting connections.")

    def close(self):
        end(self.process)
        self.holder.close()


def make_certificates(folder, kind="ec"):
    """A certificate authority of our own and a certificate for secure.test from it: (file, key)."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=DEADLINE)
    option = {"ec": "ec_paramgen_curve:P-256", "rsa": "rsa_keygen_bits:2048"}[kind]
    new_key = ("-newkey", kind, "-pkeyopt", option, "-nodes")
    openssl("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *new_key, "-subj", "/CN=secure.test", "-addext", "subjectAltName=DNS:secure.test",
            "-keyout", "server.key", "-out", "server.csr")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-copy_extensions", "copy", "-out", "server.pem")
    return os.path.join(folder, "server.pem"), os.path.join(folder, "server.key")


class OpensslServer:
    """`openssl s_server`, which answers every request with a page about the connection."""

    def __init__(self, certificate, *options):
        self.process = spawn(["openssl", "s_server", "-accept", "%s:0" % LOOPBACK, "-www", "-cert", certificate[0],
                              "-key", certificate[1], *options],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        output = Pipe(self.process.stdout.fileno())
        output.until(b"ACCEPT %s:" % LOOPBACK.encode())
        self.port = int(output.until(b"\n").string.split(b"\n")[0])

    def close(self):
        end(self.process)


class Listener:
    """Accepts on a port, and serves each connection in a thread of its own."""

    def __init__(self, listener=None):
        self.listener = listener or listening_socket()
        self.port = self.listener.getsockname()[1]
        self.open = set()
        self.count = 0  # of connections so far
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection, self.count), daemon=True).start()
            self.count += 1

    def _serve(self, connection, number):
        try:
            self.serve(connection, number)
        except (OSError, EOFError):
            pass
        finally:
            connection.close()
            self.open.discard(connection)

    def serve(self, connection, number):
        raise NotImplementedError

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class ScriptedServer(Listener):
    """Calls `talk(connection, request)` for each connection, in a thread of its own, after the request has come.

    `talk` may also be bytes: the answer, sent whole; the connection is closed after it.  A client that goes away ends a
    talk quietly.  `requests` holds all that came, head and body, one for each connection."""

    def __init__(self, talk, waits=True):
        self.talk = (lambda connection, request: connection.sendall(talk)) if isinstance(talk, bytes) else talk
        self.waits = waits
        self.requests = []
        super().__init__()

    def serve(self, connection, number):
        connection.settimeout(DEADLINE)
        request = receive_request(connection) if self.waits else b""
        self.requests.append(request)
        self.talk(connection, request)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):  # closing with input unread would reset the connection
            pass


def receive_request(connection):
    """One request, with as much of a body as its Content-Length says."""
    data = b""
    while True:
        head, found, body = data.partition(b"\r\n\r\n")
        if found:
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if len(body) >= int(length[1] if length else 0):
                return data
        more = connection.recv(65536)
        if not more:
            return data
        data += more


def page(body, status=b"200 OK", *headers):
    """A whole answer."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"HTTP/1.1 " + status, length, b"Connection: close", *headers, b"", body])


def hold(connection, _):
    """Says nothing more until the client leaves."""
    while connection.recv(65536):
        pass


def endless(data, head=b""):
    """A talk that never ends."""
    def talk(connection, _):
        connection.sendall(head)
        while True:
            connection.sendall(data)
    return talk
