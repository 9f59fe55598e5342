# A host's PPP, independent of the module's: framing, negotiation, and as much of IP as tests need.
# SPDX-License-Identifier: MIT
import select
import struct
import time

LCP, IPCP, PAP, CHAP, IP = 0xC021, 0x8021, 0xC023, 0xC223, 0x0021
TCP, UDP, ICMP = 6, 17, 1
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def fcs(data):
    value = 0xFFFF
    for octet in data:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value ^ 0xFFFF


def frame(protocol, info, short=False):
    """`short`: without address and control, the protocol as one octet where that is possible (RFC 1661 6.5, 6.6)."""
    number = struct.pack(">H", protocol)
    content = (number.lstrip(b"\0") if short else b"\xFF\x03" + number) + info
    content += struct.pack("<H", fcs(content))
    escaped = b"".join(bytes([0x7D, c ^ 0x20]) if c < 0x20 or c in b"}~" else bytes([c]) for c in content)
    return b"~" + escaped + b"~"


def packet(code, identifier, data=b""):
    return struct.pack(">BBH", code, identifier, len(data) + 4) + data


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class PppHost:
    """Speaks on a file descriptor that has just said CONNECT; `early`: what came with it."""

    def __init__(self, line, proof=None):
        self.line, self.proof = line, proof
        self.frames, self.said = [], []  # said: what the module sent, frame by frame
        self.rest = b""
        self.address = self.dns = None
        self.shortened = False  # the last frame

    # --- frames

    def send(self, protocol, info, short=False):
        self.line.send(frame(protocol, info, short))

    def ask(self, protocol, code, identifier, options=""):
        self.send(protocol, packet(code, identifier, bytes.fromhex(options)))

    def hears(self, protocol, *wanted):
        """The next frames of that protocol are these; others are passed over."""
        for each in wanted:
            got, info = self.next()
            while got != protocol:
                got, info = self.next()
            assert info.hex() == each, (info.hex(), each)

    def next(self, seconds=30):
        """(protocol, content) of the next good frame."""
        until = time.monotonic() + seconds
        while not self.frames:
            self.rest += bytes(self.line.buffer)
            self.line.buffer = b""
            while b"~" in self.rest:
                raw, self.rest = self.rest.split(b"~", 1)
                self.take(raw)
            if self.frames:
                break
            left = until - time.monotonic()
            if left <= 0:
                raise AssertionError("no frame in time; so far %r, rest %r" % (self.said, self.rest))
            if select.select([self.line.descriptor], [], [], left)[0]:
                self.line.fill(until)
        self.said.append(self.frames[0])
        return self.frames.pop(0)

    def take(self, raw):
        content, escaped = bytearray(), False
        for octet in raw:
            if octet == 0x7D:
                escaped = True
            else:
                content.append(octet ^ 0x20 if escaped else octet)
                escaped = False
        if len(content) < 4 or fcs(content[:-2]) != struct.unpack("<H", content[-2:])[0]:
            return  # CONNECT, or noise
        content = bytes(content[:-2])
        self.shortened = not content.startswith(b"\xFF\x03")
        if not self.shortened:
            content = content[2:]
        if content[0] & 1:
            self.frames.append((content[0], content[1:]))
        else:
            self.frames.append((struct.unpack(">H", content[:2])[0], content[2:]))

    # --- negotiation

    def negotiate(self, protocol, options):
        """Asks for `options`, follows what it is told, and takes what the module asks for; both sides are through."""
        identifier, mine, theirs = 1, False, False
        self.send(protocol, packet(1, identifier, options))
        while not (mine and theirs):
            got, info = self.next()
            if got != protocol:
                if got == LCP and info[0] == 5:
                    raise ConnectionError("the module terminates the link")
                continue
            code, number, data = info[0], info[1], info[4:struct.unpack(">H", info[2:4])[0]]
            if code == 1:
                if protocol == LCP and self.proof == "refuse" and b"\x03\x04\xC0\x23" in data:
                    self.send(protocol, packet(4, number, b"\x03\x04\xC0\x23"))
                    continue
                self.send(protocol, packet(2, number, data))
                theirs = True
            elif number == identifier and code == 2:
                mine = True
                self.agreed = data
            elif number == identifier and code in (3, 4):
                told = self.options(data)
                wanted = self.options(options)
                for kind in told:
                    wanted.pop(kind, None)
                    if code == 3:
                        wanted[kind] = told[kind]
                options = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in sorted(wanted.items()))
                identifier += 1
                self.send(protocol, packet(1, identifier, options))

    @staticmethod
    def options(data):
        found = {}
        while data:
            found[data[0]] = data[2:data[1]]
            data = data[data[1]:]
        return found

    def open(self):
        self.negotiate(LCP, bytes.fromhex("0206000000000506112233440702 0802".replace(" ", "")))
        if self.proof != "refuse":
            user, password = self.proof or (b"", b"")
            self.send(PAP, packet(1, 1, bytes([len(user)]) + user + bytes([len(password)]) + password))
            protocol, info = self.next()
            assert protocol == PAP and info[0] == 2, (protocol, info)
        self.negotiate(IPCP, bytes.fromhex("030600000000810600000000830600000000"))
        agreed = self.options(self.agreed)
        self.address, self.dns = agreed[3], agreed[129]
        return self

    def close(self):
        self.send(LCP, packet(5, 77))
        while True:
            protocol, info = self.next()
            if protocol == LCP and info[:2] == b"\x06\x4D":
                return

    # --- IP

    def ip(self, protocol, to, payload):
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, self.address, to)
        self.send(IP, header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload)

    def next_ip(self, protocol, seconds=30):
        """(source, payload) of the next packet of that protocol; LCP is answered meanwhile."""
        until = time.monotonic() + seconds
        while True:
            got, info = self.next(until - time.monotonic())
            if got == IP and info[9] == protocol:
                assert checksum(info[:20]) == 0 and info[16:20] == self.address, info
                return info[12:16], info[20:struct.unpack(">H", info[2:4])[0]]

    def datagram(self, to, port, data, own=40000):
        self.ip(UDP, to, struct.pack(">HHHH", own, port, len(data) + 8, 0) + data)

    def query(self, name, server=None):
        question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0\0\1\0\1"
        self.datagram(server or self.dns, 53, b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + question)

    def answer(self):
        """The address, or the code of the refusal."""
        _, payload = self.next_ip(UDP)
        answer = payload[8:]
        assert answer[:2] == b"\x12\x34" and answer[2] & 0x80, answer
        if answer[3] & 15:
            return answer[3] & 15
        return answer[-4:] if answer[7] else None

    def resolve(self, name, server=None):
        self.query(name, server)
        return self.answer()

    def ping(self, to, seconds=30):
        body = struct.pack(">BBHHH", 8, 0, 0, 7, 1) + b"0123456789"
        self.ip(ICMP, to, body[:2] + struct.pack(">H", checksum(body)) + body[4:])
        return self.next_ip(ICMP, seconds)

    def segment(self, to, ports, flags, sequence, acknowledged, data=b""):
        body = struct.pack(">HHIIBBHHH", *ports, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, 0x50, flags, 8192,
                           0, 0) + data
        pseudo = self.address + to + struct.pack(">BBH", 0, TCP, len(body))
        self.ip(TCP, to, body[:16] + struct.pack(">H", checksum(pseudo + body)) + body[18:])

    def fetch(self, to, port, request, own=50000):
        """Sends a request over TCP and returns what comes until the server closes; an RST is a ConnectionError."""
        ports, sent, received, closed = (own, port), 1000, None, False
        self.segment(to, ports, SYN, sent, 0)
        sent += 1
        answer = b""
        while not closed:
            source, got = self.next_ip(TCP)
            theirs, mine, number, acknowledged, offset, flags = struct.unpack(">HHIIBB", got[:14])
            if source != to or (mine, theirs) != ports:
                continue
            if flags & RST:
                raise ConnectionError("reset")
            data = got[(offset >> 4) * 4:]
            if flags & SYN:
                received = number + 1
                self.segment(to, ports, ACK, sent, received)
                self.segment(to, ports, ACK | PSH, sent, received, request)
                sent += len(request)
                continue
            if number != received & 0xFFFFFFFF:
                self.segment(to, ports, ACK, sent, received)  # again, please
                continue
            answer += data
            received += len(data)
            if flags & FIN:
                received += 1
                closed = True
            if data or closed:
                self.segment(to, ports, ACK | (FIN if closed else 0), sent, received)
        return answer
