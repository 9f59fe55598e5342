# The host's side of the serial multiplexer (27.010, basic option), for tests: a descriptor for each link.
# SPDX-License-Identifier: MIT
import os
import re
import select
import socket
import threading

SABM, UA, DM, DISC, UIH = 0x3F, 0x73, 0x1F, 0x53, 0xEF
CLD, MSC = 0xC3, 0xE3


def check(data):
    """CRC-8 of x^8 + x^2 + x + 1, low bit first, inverted."""
    value = 0xFF
    for octet in data:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0xE0 if value & 1 else 0)
    return 0xFF - value


def frame(link, control, info=b"", command=True):
    size = len(info)
    length = bytes([size << 1 | 1]) if size < 128 else bytes([(size & 0x7F) << 1, size >> 7])
    header = bytes([link << 2 | command << 1 | 1, control]) + length
    return b"\xF9" + header + info + bytes([check(header)]) + b"\xF9"


class MuxHost:
    """Opens `count` links on a line that has just answered AT+CMUX; moves bytes until it is closed."""

    def __init__(self, line, count=4, frame_size=127):
        self.line, self.frame_size = line, frame_size
        self.input = line.buffer
        self.answers, self.messages, self.problems = [], [], []
        self.changed = threading.Condition()
        pairs = [socket.socketpair() for _ in range(count)]
        self.inner = {link: pair[0] for link, pair in enumerate(pairs, 1)}
        self.links = {link: pair[1] for link, pair in enumerate(pairs, 1)}
        self.wake, self.woken = os.pipe()
        self.thread = threading.Thread(target=self.move, daemon=True)
        self.thread.start()
        for link in range(count + 1):
            self.ask(link, SABM, UA)

    def ask(self, link, control, answer):
        self.line.send(frame(link, control))
        self.until(lambda: (link, answer) in self.answers)
        self.answers.remove((link, answer))

    def tell(self, message, values=b""):
        self.line.send(frame(0, UIH, bytes([message, len(values) << 1 | 1]) + values))
        self.until(lambda: (message & ~2, values) in self.messages)
        self.messages.remove((message & ~2, values))

    def until(self, condition):
        with self.changed:
            if not self.changed.wait_for(condition, 30):
                raise AssertionError("no such answer: %r" % (self.answers + self.messages + self.problems))

    def move(self):
        while True:
            self.take_frames()
            ready = select.select([self.line.descriptor, self.wake, *self.inner.values()], [], [])[0]
            if self.wake in ready:
                return
            for link, inner in self.inner.items():
                if inner in ready:
                    data = inner.recv(self.frame_size)
                    self.line.send(frame(link, UIH, data))
            if self.line.descriptor in ready:
                self.input += os.read(self.line.descriptor, 1 << 16)

    def take_frames(self):
        while found := re.match(rb"\xF9+(?=[^\xF9])", self.input):
            start = found.end()
            if len(self.input) < start + 4:
                return
            octets = 1 if self.input[start + 2] & 1 else 2
            size = self.input[start + 2] >> 1 | (self.input[start + 3] << 7 if octets == 2 else 0)
            end = start + 2 + octets + size
            if len(self.input) < end + 2:
                return
            header, info = self.input[start:start + 2 + octets], self.input[start + 2 + octets:end]
            with self.changed:
                if self.input[end] != check(header) or self.input[end + 1] != 0xF9:
                    self.problems.append(self.input[start - 1:end + 2])
                self.dispatch(header[0] >> 2, header[1], info)
                self.changed.notify_all()
            self.input = self.input[end + 1:]

    def dispatch(self, link, control, info):
        if control != UIH:
            self.answers.append((link, control))
        elif link == 0:
            self.messages.append((info[0], info[2:]))
            if info[0] == MSC:
                self.line.send(frame(0, UIH, bytes([MSC & ~2]) + info[1:]))
        else:
            self.inner[link].sendall(info)

    def close(self):
        os.write(self.woken, b"x")
        self.thread.join()
        for end in (*self.inner.values(), *self.links.values()):
            end.close()
        os.close(self.wake)
        os.close(self.woken)
