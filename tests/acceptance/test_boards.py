# Boards in an emulator: their UART on the module's port, as docs/attach.md has it for QEMU and simavr.
# SPDX-License-Identifier: MIT
import os
import re
import socket
import subprocess
import unittest

from harness import DEADLINE, AcceptanceTest, end, spawn
from peers import ROOT, require, sources

BOARDS = os.path.join(ROOT, "tests", "support", "boards")


def attachments():
    """[(what the module is given, what QEMU is given)]."""
    with open(os.path.join(ROOT, "docs", "attach.md"), encoding="utf-8") as file:
        return re.findall(r"(?m)^\| `(--\w+ \S+)` \| `(-(?:serial|chardev) .*)` \|$", file.read())


class Qemu(AcceptanceTest):
    def disk(self):
        """With a boot sector."""
        require("as")
        require("qemu-system-i386")
        built, disk = self.path("boot.o"), self.path("boot.img")
        subprocess.run(["as", "--32", "-o", built, os.path.join(BOARDS, "boot.s")], check=True)
        subprocess.run(["objcopy", "-O", "binary", "-j", ".text", built, disk], check=True)
        return disk

    def check(self, disk, port, serial, folder):
        """`folder`: where the paths that the page shows are to be."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            here = "127.0.0.1:%d" % free.getsockname()[1]

        def placed(text):
            return re.sub(r"127\.0\.0\.1:\d+", here, text).replace("/tmp/", folder + "/")
        module = self.module(*placed(port).split(), tcp=0)
        if "/dev/pts/" in serial:
            serial = "-serial " + os.path.realpath(os.path.join(folder, "modem"))
        console = os.path.join(folder, "console")
        ran = subprocess.run(
            ["qemu-system-i386", "-nodefaults", "-display", "none", "-drive", "format=raw,file=" + disk, "-debugcon",
             "file:" + console, "-device", "isa-debug-exit,iobase=0xf4", *placed(serial).split()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE, check=False)
        self.assertEqual(ran.returncode, 1, ran.stdout)  # the board has switched it off
        with open(console, "rb") as file:
            said = file.read()
        self.assertTrue(said.endswith(b"AT\r\r\nOK\r\nAT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK"), said)
        self.assertEqual(module.end(), 0)

    def test_every_way_that_the_page_shows(self):
        disk, ways = self.disk(), attachments()
        self.assertEqual(len(ways), 6)
        for number, (port, serial) in enumerate(ways):
            with self.subTest(port=port, serial=serial):
                folder = self.path(str(number))
                os.mkdir(folder)
                self.check(disk, port, serial, folder)


class Simavr(AcceptanceTest):
    def test_its_pseudo_terminal(self):
        require("avr-gcc")
        sources("avr-libc")
        headers = sources("simavr")
        firmware, board = self.path("firmware.elf"), self.path("board")
        # What the firmware tells simavr is no part of what is loaded.
        subprocess.run(["avr-gcc", "-mmcu=atmega644", "-DF_CPU=8000000UL", "-Os", "-I", headers,
                        "-Wl,--undefined=_mmcu,--section-start=.mmcu=0x910000", "-o", firmware,
                        os.path.join(BOARDS, "firmware.c")], check=True)
        subprocess.run(["cc", "-I", headers, "-o", board, os.path.join(BOARDS, "board.c"), "-lsimavrparts", "-lsimavr", "-lpthread"],
                       check=True)
        simulator = spawn([board, firmware], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(end, simulator)
        said = b""
        while not (port := re.search(rb"(?m)^uart (/dev/pts/\d+)$", said)):
            line = simulator.stdout.readline()
            self.assertTrue(line, said)
            said += line
        self.module("--serial", port[1].decode(), tcp=0)
        said += simulator.stdout.read()
        self.assertEqual(simulator.wait(DEADLINE), 0, said)
        self.assertIn(b"+CSQ: 21,0", said)


if __name__ == "__main__":
    unittest.main()
