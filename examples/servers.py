# Servers for the examples: `python3 servers.py http|ftp|tcp` prints the port, and serves until it is ended.
# SPDX-License-Identifier: MIT
import http.server
import socketserver
import sys
import threading


class Http(http.server.BaseHTTPRequestHandler):
    """Answers every request, and keeps the bodies."""

    def do_GET(self):  # pylint: disable=invalid-name
        length = int(self.headers.get("Content-Length", 0))
        self.server.received.append(self.rfile.read(length))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET  # pylint: disable=invalid-name

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Ftp(socketserver.StreamRequestHandler):
    """Takes uploads in passive mode."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        try:
            self.talk()
        except ConnectionResetError:
            pass

    def talk(self):
        listener = None
        self.say("220 here")
        for line in self.rfile:
            verb, _, argument = line.decode("latin-1").strip().partition(" ")
            if verb == "PASV":
                listener = socketserver.TCPServer(("127.0.0.1", 0), None)
                port = listener.server_address[1]
                self.say("227 passive (127,0,0,1,%d,%d)" % divmod(port, 256))
            elif verb == "STOR":
                self.say("150 go on")
                self.store(argument, listener)
            else:
                self.say({"USER": "331 who", "PASS": "230 in", "QUIT": "221 bye", "PWD": '257 "/"'}.get(verb, "200 yes"))

    def store(self, name, listener):
        connection, _ = listener.get_request()
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
            self.server.received.append((name, b"".join(parts)))
            self.say("226 stored")
        except ConnectionResetError:
            self.say("426 cut off")
        connection.close()
        listener.server_close()


class Tcp(socketserver.StreamRequestHandler):
    """Takes what comes."""

    def handle(self):
        try:
            while part := self.request.recv(65536):
                self.server.received.append(part)
        except ConnectionResetError:
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, kind):
        super().__init__(("127.0.0.1", 0), {"http": Http, "ftp": Ftp, "tcp": Tcp}[kind])
        self.received = []
        self.port = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


if __name__ == "__main__":
    print(Server(sys.argv[1]).port, flush=True)
