# The socket commands against real servers, over TCP and over a pty.
# SPDX-License-Identifier: MIT
import re
import socket
import struct
import threading
import unittest

from harness import BOOT, MODERN_TLS, OK
from servers import LOOPBACK, Nginx, at, make_certificates, unused_port
from sockets import ALL_BYTES, MANUAL, Sink, SocketHost, SocketTest, TcpServer, UdpServer, digest, echo, pattern
from traces import read_trace

class Data(SocketTest):
    def test_echo_by_commands_in_any_amount(self):
        server = self.keep(TcpServer(echo))
        for pty in (False, True):
            host = self.socket_host(pty=pty)
            host.bring_up(*MANUAL)
            for size in (1, 256, 1460, 1461, 300_000 if not pty else 30_000):
                with self.subTest(pty=pty, size=size):
                    data, back = pattern(size), b""
                    host.connect(0, LOOPBACK, server.port)
                    for start in range(0, size, 1460):
                        block = data[start:start + 1460]
                        host.transmit(0, block)
                        back += host.receive(0, len(block))
                    self.assertEqual(digest(back), digest(data))
                    host.do("AT+CIPCLOSE=0", b"\r\n0, CLOSE OK\r\n")

    def test_upload_reaches_the_server_whole(self):
        for size in (0, 1, 1460, 1461, 300_000):
            with self.subTest(size=size):
                sink = Sink()
                server = self.keep(TcpServer(sink))
                host = self.socket_host()
                host.bring_up(*MANUAL)
                host.connect(3, LOOPBACK, server.port)
                data = pattern(size)
                host.transmit(3, data)
                host.do("AT+CIPCLOSE=3", b"\r\n3, CLOSE OK\r\n")
                server.finished.acquire()
                self.assertEqual(digest(sink.data), digest(data))

    def test_six_connections_receive_at_once(self):
        size = 60_000
        seeds = iter(range(1, 7))
        lock = threading.Lock()

        def talk(connection):
            with lock:
                seed = next(seeds)
            connection.sendall(b"%d" % seed + pattern(size, seed))
        server = self.keep(TcpServer(talk))
        host = self.socket_host()
        host.bring_up(*MANUAL)
        for number in range(6):
            host.connect(number, LOOPBACK, server.port)
        received = [b""] * 6
        while any(len(data) <= size for data in received):
            for number in range(6):
                if len(received[number]) <= size:
                    received[number] += host.fetch(number)
        for data in received:
            self.assertEqual(digest(data[1:]), digest(pattern(size, int(data[:1]))))
        self.assertEqual(len({data[:1] for data in received}), 6)

    def test_a_slow_reader_holds_the_server_back(self):
        data = pattern(3_000_000)
        done = threading.Event()

        def talk(connection):
            connection.sendall(data)
            done.set()
        server = self.keep(TcpServer(talk, send_buffer=65536))
        host = self.socket_host()
        host.bring_up(*MANUAL)
        host.connect(0, LOOPBACK, server.port)
        first = host.fetch(0)
        host.until(b"+CIPRXGET: 1,0\r\n") if not first else None
        host.send("AT+CIPRXGET=4,0\r")
        waiting = int(host.until(re.compile(rb"\r\n\+CIPRXGET: 4,0,(\d+)\r\n\r\nOK\r\n"))[1])
        self.assertLessEqual(waiting, 2920)
        self.assertFalse(done.is_set())
        received = first + host.receive(0, len(data) - len(first))
        self.assertEqual(digest(received), digest(data))
        memory = self.emulator.memory_kib()
        if memory is not None:
            self.assertLess(memory, 64 * 1024)


class Transparent(SocketTest):
    def exchange(self, host, data):
        """Writes and reads at the same time: neither end may wait for the other."""
        writer = threading.Thread(target=host.send, args=(data,), daemon=True)
        writer.start()
        back = host.take(len(data))
        writer.join()
        return back

    def test_binary_data_with_plus_signs_inside(self):
        server = self.keep(TcpServer(echo))
        data = b"+++" + pattern(100_000) + b"+++" + ALL_BYTES + b"AT\r+++ATH\r" + pattern(100_000, 2) + b"+++!"
        for pty in (False, True):
            with self.subTest(pty=pty):
                host = self.socket_host(pty=pty)
                host.bring_up("AT+CIPMODE=1")
                host.do('AT+CIPSTART="TCP","%s",%d' % (LOOPBACK, server.port))
                host.expect(b"\r\nCONNECT\r\n")
                self.assertEqual(digest(self.exchange(host, data)), digest(data))

    def test_the_end_of_the_connection_is_told(self):
        data = pattern(50_000, 3)
        server = self.keep(TcpServer(lambda connection: connection.sendall(data)))
        host = self.socket_host()
        host.bring_up("AT+CIPMODE=1")
        host.do('AT+CIPSTART="TCP","%s",%d' % (LOOPBACK, server.port))
        host.expect(b"\r\nCONNECT\r\n")
        self.assertEqual(digest(host.take(len(data))), digest(data))
        host.expect(b"\r\nCLOSED\r\n")
        host.do("AT")


class Protocols(SocketTest):
    def get(self, host, port, name):
        host.connect(0, name, port)
        host.transmit(0, b"GET /page HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % name.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += host.fetch(0)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"Content-Length: (\d+)", head)[1])
        return head, body + host.receive(0, length - len(body))

    def test_http_and_https_with_nginx(self):
        certificate = make_certificates(self.dir)
        data = pattern(50_000)
        for tls in (False, True):
            with self.subTest(tls=tls):
                server = self.keep(Nginx(self.dir, "ssl_protocols TLSv1.2;" if tls else "", certificate if tls else None))
                server.put("page", data)
                host = self.socket_host({"secure.test": LOOPBACK}, module=MODERN_TLS)
                host.bring_up(*MANUAL, "AT+CIPSSL=%d" % tls)
                head, body = self.get(host, server.port, "secure.test")
                self.assertTrue(head.startswith(b"HTTP/1.1 200 OK"))
                self.assertEqual(digest(body), digest(data))

    def test_a_name_asked_of_a_name_server_by_udp(self):
        def answer(query):
            self.assertEqual(query[12:], b"\x06broker\x04test\x00\x00\x01\x00\x01")
            return (query[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + query[12:] +
                    b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07")
        server = self.keep(UdpServer(answer))
        host = self.socket_host({"8.8.8.8": at(server.port)})
        host.bring_up(*MANUAL)
        host.connect(5, "8.8.8.8", 53, "UDP")
        query = struct.pack(">6H", 0x1A1B, 0x0100, 1, 0, 0, 0) + b"\x06broker\x04test\x00\x00\x01\x00\x01"
        host.transmit(5, query)
        answer_of_server = host.fetch(5)
        self.assertEqual(answer_of_server[:2], query[:2])
        self.assertEqual(answer_of_server[-4:], bytes((192, 0, 2, 7)))
        host.do("AT+CIPCLOSE=5", b"\r\n5, CLOSE OK\r\n")

    def test_the_module_as_a_server(self):
        holder, port = unused_port()
        holder.close()
        host = self.socket_host()
        host.bring_up(*MANUAL)
        host.do("AT+CIPSERVER=1,%d" % port)
        host.until(b"\r\nSERVER OK\r\n")
        data = pattern(20_000)
        with socket.create_connection((LOOPBACK, port)) as client:
            host.until(b"\r\n0, REMOTE IP: 127.0.0.1\r\n")
            client.sendall(data)
            self.assertEqual(digest(host.receive(0, len(data))), digest(data))
            host.transmit(0, data[:5000])
            back = b""
            while len(back) < 5000:
                back += client.recv(65536)
            self.assertEqual(digest(back), digest(data[:5000]))
        host.until(b"\r\n0, CLOSED\r\n")
        host.do("AT+CIPSERVER=0")
        host.until(b"\r\nSERVER CLOSE\r\n")


class Radio(SocketTest):
    def test_each_step_takes_a_round_trip_and_an_answer_follows_its_acknowledgement(self):
        trace = self.path("trace")
        module = self.module("--trace", trace, scenario={"timing": {
            "profile": "instant", "scale": 0.1, "overrides": {"radio.round_trip": "600ms"}}}, timing=None)
        host = self.keep(SocketHost.tcp(module.tcp[0]))
        host.expect(BOOT)
        server = self.keep(TcpServer(lambda connection: connection.sendall(connection.recv(1))))
        host.bring_up("AT+CIPMUX=1", "AT+CIPRXGET=1")
        host.connect(0, LOOPBACK, server.port)
        host.do("AT+CIPSEND=0,1", b"\r\n> ")
        host.send("x")
        host.expect(b"\r\n0, SEND OK\r\n\r\n+CIPRXGET: 1,0\r\n")
        host.until(b"0, CLOSED\r\n")
        host.do("AT+CIPRXGET=2,0,9", b"\r\n+CIPRXGET: 2,0,1,0\r\nx" + OK)
        self.assertEqual(module.end(), 0)
        events = read_trace(trace)

        def time_of(kind, key, text):
            return next(event["t"] for event in events if event["event"] == kind and text in event.get(key, ""))
        started = time_of("command", "line", "+CIPSTART")
        self.assertGreaterEqual(time_of("tx", "data", "CONNECT OK") - started, 0.6)
        given = next(event["t"] for event in events if event["event"] == "rx" and event["data"] == "x")
        self.assertGreaterEqual(time_of("tx", "data", "SEND OK") - given, 0.6)


class Failures(SocketTest):
    def test_a_refused_connection(self):
        holder, port = unused_port()
        self.keep(holder)
        host = self.socket_host()
        host.bring_up("AT+CIPMUX=1")
        host.do('AT+CIPSTART=0,"TCP","%s",%d' % (LOOPBACK, port))
        host.until(b"\r\n0, CONNECT FAIL\r\n")

    def test_a_server_without_tls_where_tls_is_wanted(self):
        server = self.keep(TcpServer(lambda connection: connection.sendall(b"220 plain\r\n")))
        host = self.socket_host()
        host.bring_up("AT+CIPMUX=1", "AT+CIPSSL=1")
        host.do('AT+CIPSTART=0,"TCP","%s",%d' % (LOOPBACK, server.port))
        host.until(b"\r\n0, CLOSE OK\r\n")

    def test_a_reset(self):
        def talk(connection):
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server = self.keep(TcpServer(talk))
        host = self.socket_host()
        host.bring_up(*MANUAL)
        host.connect(0, LOOPBACK, server.port)
        host.transmit(0, b"x")
        host.until(b"\r\n0, CLOSED\r\n")


if __name__ == "__main__":
    unittest.main()
