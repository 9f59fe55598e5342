# Clients and servers that leave, fall silent or never end: the line, the time and the descriptors of the module are kept.
# SPDX-License-Identifier: MIT
import os
import re
import socket
import threading
import unittest

from harness import BOOT, DEADLINE, OK, AcceptanceTest, Host
from servers import LOOPBACK, ScriptedServer, at, endless, hold
from sockets import SocketTest, TcpServer

KEPT = 65536  # for a client that is not there
FLOOD = b"AT\r" * 100_000


class Leaving(AcceptanceTest):
    """A client that writes a lot, reads nothing and goes."""

    def flood(self, descriptor):
        """Until the module takes no more: its answers wait to be read."""
        os.set_blocking(descriptor, False)
        rest = memoryview(FLOOD)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest):]
        except BlockingIOError:
            pass

    def next_one(self, host):
        """Reads what was kept, and gets the answer to a line of its own."""
        host.send("\rAT+CMEE=2;+CMEE?\r")
        host.until(b"+CMEE: 2\r\n" + OK)

    def test_tcp(self):
        module = self.module()
        for how in ("closed", "reset"):
            with self.subTest(how):
                client = socket.create_connection(module.tcp[0])
                if how == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self.flood(client.fileno())
                client.close()
                host = Host.tcp(module.tcp[0])
                self.next_one(host)
                host.close()

    def test_a_client_that_has_ended_and_reads_nothing_makes_way(self):
        module = self.module()
        client = socket.socket()
        self.addCleanup(client.close)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(module.tcp[0])
        client.sendall(b"AT&V\r" * 3000)  # 5 MB of answers
        client.shutdown(socket.SHUT_WR)
        self.next_one(self.keep(Host.tcp(module.tcp[0])))

    def test_pty(self):
        module = self.module("--pty", self.path("tty"), tcp=0)
        for _ in range(3):
            client = os.open(module.ptys[0], os.O_RDWR | os.O_NOCTTY)
            self.flood(client)
            os.close(client)
            host = Host.pty(module.ptys[0])
            self.next_one(host)
            host.close()

    def test_a_client_that_reads_nothing_and_stays_keeps_its_line(self):
        module = self.module()
        client = self.keep(Host.tcp(module.tcp[0]))
        self.flood(client.descriptor)
        second = self.keep(Host.tcp(module.tcp[0]))
        self.assertEqual(second.rest(), b"busy\r\n")
        client.until(BOOT)
        client.until(OK)


class Silent(SocketTest):
    """Servers that accept a connection and never shake hands."""

    def start(self, *lines):
        server = self.keep(ScriptedServer(hold))
        server.waits = False
        self.process = self.module("--time-scale", "0.01", scenario={
            "network": {"hosts": {"a.test": at(server.port), "*": "unresolvable"}}})
        host = self.host(self.process)
        host.open_bearer()
        host.ok(*lines)
        return host

    def test_https(self):
        host = self.start("AT+HTTPINIT", "AT+HTTPSSL=1", 'AT+HTTPPARA="URL","https://a.test/"')
        self.assertEqual(host.action(), (601, 0))
        host.ok("AT")

    def test_ftps(self):
        for mode in (1, 2):
            with self.subTest(mode):
                host = self.start("AT+FTPSSL=%d" % mode, 'AT+FTPSERV="a.test"', 'AT+FTPGETNAME="f"', "AT+FTPGET=1")
                host.until(b"\r\n+FTPGET: 1,64\r\n")
                host.ok("AT")

    def test_mail(self):
        for mode in (1, 2):
            with self.subTest(mode):
                host = self.start("AT+EMAILSSL=%d" % mode, 'AT+POP3SRV="a.test","me","secret"', "AT+POP3IN")
                host.until(b"\r\n+POP3IN: 64\r\n")
                host.ok("AT")

    def test_sockets(self):
        host = self.start("AT+CIPSSL=1", 'AT+CSTT="CMNET"', "AT+CIICR")
        host.send("AT+CIFSR\r")
        host.until(re.compile(rb"\r\n\d+\.\d+\.\d+\.\d+\r\n"))
        host.ok('AT+CIPSTART="TCP","a.test",443')
        host.until(b"CONNECT FAIL\r\n")
        host.ok("AT")


class Mail(SocketTest):
    """Replies without end."""

    def start(self, talk, *lines):
        server = self.keep(ScriptedServer(talk))
        server.waits = False
        module = self.module("--time-scale", "0.1", scenario={
            "network": {"hosts": {"a.test": at(server.port), "*": "unresolvable"}}})
        host = self.host(module)
        host.open_bearer()
        host.ok("AT+EMAILTO=10", *lines)
        return host, module

    def well(self, host, module):
        host.ok("AT")
        if (used := module.memory_kib()) is not None:
            self.assertLess(used, 40 * 1024)

    def smtp(self, talk):
        host, module = self.start(talk, 'AT+SMTPSRV="a.test"', 'AT+SMTPFROM="me@mail.test"',
                                  'AT+SMTPRCPT=0,0,"john@mail.test"', "AT+SMTPSEND")
        host.until(b"\r\n+SMTPSEND: 65\r\n")
        self.well(host, module)

    def test_a_greeting_without_end(self):
        self.smtp(endless(b"220-more to come\r\n"))

    def test_a_reply_without_end(self):
        def talk(connection, _):
            connection.sendall(b"220 ready\r\n")
            connection.recv(100)
            while True:
                connection.sendall(b"250-more to come\r\n")
        self.smtp(talk)

    def test_pop3(self):
        host, module = self.start(endless(b"+OK ready\r\n" * 100), 'AT+POP3SRV="a.test","me","secret"', "AT+POP3IN")
        found = host.until(re.compile(rb"\r\n\+POP3IN: (\d+)\r\n"))
        if found[1] == b"1":  # every reply is there before its question: even so the host can leave
            host.ok("AT+POP3OUT")
            host.until(re.compile(rb"\r\n\+POP3OUT: \d+\r\n"))
        self.well(host, module)

    def test_a_mail_without_end_can_be_left(self):
        def talk(connection, _):
            connection.sendall(b"+OK ready\r\n")
            for line in connection.makefile("rb"):
                if line.startswith(b"CAPA"):
                    connection.sendall(b"+OK\r\nUSER\r\n.\r\n")
                elif line.startswith(b"RETR"):
                    connection.sendall(b"+OK\r\n")
                    while True:
                        connection.sendall(b"x" * 70 + b"\r\n")
                else:
                    connection.sendall(b"+OK\r\n")
        host, module = self.start(talk, 'AT+POP3SRV="a.test","me","secret"', "AT+POP3IN")
        host.until(b"\r\n+POP3IN: 1\r\n")
        host.ok("AT+POP3CMD=4,1")
        host.until(b"\r\n+POP3CMD: 1\r\n")
        host.until(re.compile(rb"\r\n\+POP3READ: 3,\d+\r\n|\Z"))
        host.buffer = b""
        host.send("AT+POP3OUT\r")
        host.until(b"\r\n+POP3OUT: 64\r\n")
        self.well(host, module)


class Descriptors(SocketTest):
    """Peers that never close."""

    def descriptors(self, module):
        return len(os.listdir("/proc/%d/fd" % module.pid))

    def test_connections_that_the_module_closes(self):
        gate = threading.Event()
        self.addCleanup(gate.set)

        def takes_nothing(connection):
            connection.sendall(b"unread")
            gate.wait(DEADLINE)
        server = self.keep(TcpServer(takes_nothing))
        host = self.socket_host()
        host.bring_up("AT+CIPMUX=1", "AT+CIPRXGET=1", "AT+CIPQSEND=1")
        before = self.descriptors(self.emulator)
        for _ in range(60):
            host.connect(0, LOOPBACK, server.port)
            host.until(b"\r\n+CIPRXGET: 1,0\r\n")
            host.do("AT+CIPCLOSE=0,1", b"\r\n0, CLOSE OK\r\n")
        self.assertLess(self.descriptors(self.emulator), before + 40)

    def test_clients_of_the_modules_server(self):
        host = self.socket_host()
        host.bring_up("AT+CIPMUX=1")
        holder = socket.socket()
        holder.bind((LOOPBACK, 0))
        port = holder.getsockname()[1]
        holder.close()
        host.do("AT+CIPSERVER=1,%d" % port)
        host.until(b"\r\nSERVER OK\r\n")
        before = self.descriptors(self.emulator)
        clients = []
        self.addCleanup(lambda: [client.close() for client in clients])
        for _ in range(200):
            clients.append(socket.create_connection((LOOPBACK, port), DEADLINE))
        for client in clients[5:]:  # sent away at once
            client.settimeout(DEADLINE)
            self.assertEqual(client.recv(1), b"")
        self.assertLess(self.descriptors(self.emulator), before + 16)
        host.send("AT\r")
        host.until(OK)


if __name__ == "__main__":
    unittest.main()
