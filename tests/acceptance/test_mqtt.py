# An MQTT 3.1.1 client over AT sockets against mosquitto.
# SPDX-License-Identifier: MIT
import os
import struct
import subprocess
import unittest

from harness import Pipe, end, spawn
from servers import LOOPBACK, at, unused_port
from sockets import MANUAL, SocketTest


class Mosquitto:
    """A broker; it can be started again on its port."""

    def __init__(self, folder):
        self.config = os.path.join(folder, "mosquitto.conf")
        self.holder, self.port = unused_port()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("listener %d %s\nallow_anonymous true\npersistence false\nlog_dest stderr\nuser root\n"
                       % (self.port, LOOPBACK))
        self.start()

    def start(self):
        self.process = spawn(["mosquitto", "-c", self.config], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.log = Pipe(self.process.stdout.fileno())
        self.log.until(b" running\n")

    def stop(self):
        end(self.process)

    def close(self):
        self.stop()
        self.holder.close()


def text(value):
    return struct.pack(">H", len(value)) + value


def packet(kind, body):
    length, digits = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        digits += bytes((digit | (0x80 if length else 0),))
        if not length:
            return bytes((kind,)) + digits + body


class Client:
    def __init__(self, host, number):
        self.host, self.number = host, number

    def send(self, kind, body=b""):
        self.host.transmit(self.number, packet(kind, body))

    def packet(self):
        """The next one from the broker: (first byte, body)."""
        kind, length, shift = self.host.receive(self.number, 1)[0], 0, 0
        while True:
            digit = self.host.receive(self.number, 1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return kind, self.host.receive(self.number, length)

    def connect(self, name):
        self.send(0x10, text(b"MQTT") + b"\x04\x02" + struct.pack(">H", 60) + text(name))


class Mqtt(SocketTest):
    def session(self, host, broker, number=0):
        host.connect(number, "broker.test", 1883)
        client = Client(host, number)
        client.connect(b"sim800-%d" % number)
        self.assertEqual(client.packet(), (0x20, b"\0\0"))
        client.send(0x82, b"\0\x01" + text(b"test/#") + b"\x01")
        self.assertEqual(client.packet(), (0x90, b"\0\x01\x01"))
        return client

    def test_a_session(self):
        broker = self.keep(Mosquitto(self.dir))
        host = self.socket_host({"broker.test": at(broker.port)})
        host.bring_up(*MANUAL)
        client = self.session(host, broker)
        payload = bytes(range(256)) * 20

        client.send(0x30, text(b"test/once") + payload)
        self.assertEqual(client.packet(), (0x30, text(b"test/once") + payload))

        client.send(0x32, text(b"test/surely") + b"\0\x02" + payload)
        answers = sorted([client.packet(), client.packet()])
        self.assertEqual(answers[1], (0x40, b"\0\x02"))
        kind, body = answers[0]
        topic = text(b"test/surely")
        self.assertEqual((kind, body[:len(topic)], body[len(topic) + 2:]), (0x32, topic, payload))
        client.send(0x40, body[len(topic):len(topic) + 2])

        client.send(0xC0)
        self.assertEqual(client.packet(), (0xD0, b""))

        # The broker goes down and comes back.
        broker.stop()
        host.until(b"\r\n0, CLOSED\r\n")
        broker.start()
        client = self.session(host, broker)
        client.send(0x30, text(b"test/again") + b"back")
        self.assertEqual(client.packet(), (0x30, text(b"test/again") + b"back"))
        client.send(0xE0)
        host.until(b"\r\n0, CLOSED\r\n")

    def test_two_clients_hear_each_other(self):
        broker = self.keep(Mosquitto(self.dir))
        host = self.socket_host({"broker.test": at(broker.port)})
        host.bring_up(*MANUAL)
        first, second = self.session(host, broker, 0), self.session(host, broker, 4)
        first.send(0x30, text(b"test/x") + b"hello")
        for client in (first, second):
            self.assertEqual(client.packet(), (0x30, text(b"test/x") + b"hello"))


if __name__ == "__main__":
    unittest.main()
