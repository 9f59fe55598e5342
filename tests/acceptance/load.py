#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Many modules of one process, each of which fetches the same page over and over: is there one error?

Usage: load.py [--modules N] [--ftp] MINUTES

By HTTP, or by FTP, where each session has a thread.  Every page is compared with the server's.  Prints how many came, how
long one took, and the most memory, threads and descriptors of the program.  Exit status 1: something else than the page.
"""
import argparse
import asyncio
import resource
import sys
import tempfile
import time

from ftp_servers import PASSWORD, USER, Pyftpdlib
from harness import Module, Usage
from servers import Nginx, at
from sockets import pattern

PAGE = pattern(4000, 1)
BLOCK = 1460


class Host:
    """The host of one module: lines, and the bytes that some announce."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.fetched = reader, writer, 0

    async def line(self):
        while not (text := (await self.reader.readline()).rstrip(b"\r\n").decode("latin-1")):
            if self.reader.at_eof():
                raise EOFError("the line is closed")
        return text

    async def expect(self, wanted):
        if (text := await self.line()) != wanted:
            raise AssertionError("%r instead of %r" % (text, wanted))

    async def await_line(self, wanted):
        while await self.line() != wanted:
            pass

    async def ask(self, command):
        self.writer.write(command.encode() + b"\r")
        await self.expect("OK")

    async def set_up(self, commands):
        self.writer.write(b"ATE0\r")
        await self.await_line("OK")
        for command in ('AT+SAPBR=3,1,"APN","CMNET"', "AT+SAPBR=1,1", *commands):
            await self.ask(command)

    async def by_http(self):
        await self.ask("AT+HTTPACTION=0")
        await self.expect("+HTTPACTION: 0,200,%d" % len(PAGE))
        self.writer.write(b"AT+HTTPREAD\r")
        await self.expect("+HTTPREAD: %d" % len(PAGE))
        got = await self.reader.readexactly(len(PAGE))
        await self.expect("OK")
        return got

    async def by_ftp(self):
        await self.ask("AT+FTPGET=1")
        await self.expect("+FTPGET: 1,1")
        got = b""
        while len(got) < len(PAGE):
            self.writer.write(b"AT+FTPGET=2,%d\r" % BLOCK)
            while (text := await self.line()) == "+FTPGET: 1,1":
                pass
            count = int(text.removeprefix("+FTPGET: 2,"))
            got += await self.reader.readexactly(count)
            await self.expect("OK")
            if count == 0:
                await self.expect("+FTPGET: 1,1")
        while (text := await self.line()) == "+FTPGET: 1,1":
            pass
        if text != "+FTPGET: 1,0":
            raise AssertionError("%r at the end" % text)
        return got

    async def fetch(self, how, until):
        while time.monotonic() < until:
            if await how(self) != PAGE:
                raise AssertionError("another page")
            self.fetched += 1


async def load(module, options, commands):
    host, port = module.all("tcp-any")[0][1:3]
    hosts = [Host(*await asyncio.open_connection(host, int(port))) for _ in range(options.modules)]
    await asyncio.gather(*(host.set_up(commands) for host in hosts))
    start = time.monotonic()
    how = Host.by_ftp if options.ftp else Host.by_http
    fetching = asyncio.gather(*(host.fetch(how, start + options.minutes * 60) for host in hosts), return_exceptions=True)
    usage = Usage(module.pid)
    while not fetching.done():
        usage.sample()
        await asyncio.wait([fetching], timeout=1)
    seconds, fetched = time.monotonic() - start, sum(host.fetched for host in hosts)
    print("%d modules, %d pages of %d bytes by %s in %.0f s: %.0f a second, %.0f ms each" % (
        len(hosts), fetched, len(PAGE), "FTP" if options.ftp else "HTTP", seconds, fetched / seconds,
        seconds * len(hosts) / max(fetched, 1) * 1000))
    print("least and most of one module: %d, %d" % (min(host.fetched for host in hosts), max(host.fetched for host in hosts)))
    for name, points in usage.points.items():
        print("%-14s %9d at most" % (name, max(count for _, count in points)))
    return [problem for problem in await fetching if problem is not None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--modules", type=int, default=1000)
    parser.add_argument("--ftp", action="store_true")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="sim800-load-") as folder:
        server = Pyftpdlib(folder) if options.ftp else Nginx(folder, "", connections=4 * options.modules)
        server.put("page", PAGE)
        commands = ["AT+HTTPINIT", 'AT+HTTPPARA="CID",1', 'AT+HTTPPARA="URL","http://%s/page"' % at(server.port)]
        if options.ftp:
            commands = ["AT+FTPCID=1", "AT+FTPPORT=%d" % server.port] + ['AT+FTP%s="%s"' % each for each in (
                ("SERV", "127.0.0.1"), ("UN", USER), ("PW", PASSWORD), ("GETPATH", "/"), ("GETNAME", "page"))]
        module = Module(folder, "--modules", str(options.modules), "--tcp-any", "127.0.0.1:0", tcp=0)
        problems = asyncio.run(load(module, options, commands))
        if status := module.end():
            problems.append("exit status %s" % status)
        server.close()
    for problem in problems[:20]:
        print("PROBLEM: %s: %s" % (type(problem).__name__, problem))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
