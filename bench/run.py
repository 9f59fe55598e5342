#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures the emulator against a floor in the same run, and prints one table (docs/performance.md).

Usage: bench/run.py BUILD_DIR [--only NAME]... [--json]
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUFFER = 319_488  # bytes the module's HTTP buffer holds
PAGE = 300_000  # bytes of the page that is fetched
OK = b"\r\nOK\r\n"


class Row:
    """One line of the table.  `better`: on which side of the aim the ratio, or else the figure, is met."""

    def __init__(self, measure, figure, unit, floor=None, ratio=None, aim=None, better="<=", digits=1):
        self.measure, self.figure, self.unit, self.floor = measure, figure, unit, floor
        self.ratio, self.aim, self.better, self.digits = ratio, aim, better, digits
        judged = figure if ratio is None else ratio
        self.met = None if aim is None else judged <= aim if better == "<=" else judged >= aim

    def cells(self):
        number = lambda value: "" if value is None else f"{value:,.{self.digits}f} {self.unit}".strip()
        return [self.measure, number(self.figure), number(self.floor),
                "" if self.ratio is None else f"{self.ratio:.2f}",
                "" if self.aim is None else f"{self.better} {self.aim:,g}",
                {True: "met", False: "NOT MET", None: ""}[self.met]]


class Bench:
    def __init__(self, build, directory):
        self.sim800 = build / "sim800"
        self.programs = build / "bench"
        self.directory = directory
        self.scenario = HERE / "quiet.json"

    # --- processes ---

    @contextlib.contextmanager
    def process(self, *command):
        words = [str(part) for part in command]
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            child.communicate()

    @contextlib.contextmanager
    def running(self, *options):
        """A running module: yields the process, and the words of its endpoints by kind."""
        command = [self.sim800, "run", self.scenario, "--timing", "instant", *options]
        with self.process(*command) as child:
            endpoints = {}
            while "ready" not in endpoints:
                words = child.stdout.readline().split()
                if not words:
                    sys.exit("bench: the emulator did not start")
                endpoints.setdefault(words[0], []).append(words[1:])
            yield child, endpoints

    @contextlib.contextmanager
    def module(self):
        """A running module: yields the process, its pty, and its TCP addresses (one to measure, one to prepare)."""
        tcp = ("--tcp", "127.0.0.1:0")
        with self.running("--pty", self.directory / "tty", *tcp, *tcp) as (child, endpoints):
            measured, prepared = endpoints["tcp"]
            yield child, endpoints["pty"][0][1], ":".join(measured), Line(prepared[0], int(prepared[1]))

    @contextlib.contextmanager
    def answer_loop(self, *words):
        with self.process(self.programs / "bench_answer_loop", *words) as child:
            yield child.stdout.readline().strip()

    def medians(self, program, *arguments):
        """What a stopwatch program prints: measured and floor in nanoseconds, and their ratio."""
        command = [str(self.programs / program), *map(str, arguments)]
        # The limit is for a peer that says less than is waited for.
        report = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout
        return [float(figure) for figure in report.split()]

    @contextlib.contextmanager
    def one_cpu(self):
        """Everything started inside runs on one CPU.  Where the scheduler puts two processes that talk moves a round
        trip by a factor of three, on either side of the comparison; on one CPU what is left is the work they do."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(before)})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)

    def exchange(self, line, depth, size, rounds, count, measured, floor):
        return self.medians("bench_exchange", line, depth, size, rounds, count, measured, floor)

    # --- measures ---

    def round_trip(self, kind, name, aim=None):
        with self.one_cpu(), self.module() as (_, pty, tcp, _), self.answer_loop(kind, len(OK)) as floor:
            ours, bare, ratio = self.exchange("AT", 1, len(OK), 400, 50, pty if kind == "pty" else tcp, floor)
        return Row(f"AT to OK over {name}", ours / 1e3, "us", bare / 1e3, ratio, aim)

    def pty(self):
        yield self.round_trip("pty", "a pty", 1.3)

    def tcp(self):
        yield self.round_trip("tcp", "TCP", 1.03)
        yield self.round_trip("loop", "TCP, floor: a loop that waits with epoll", 1.03)

    def pipeline(self):
        depth = 64
        with self.one_cpu(), self.module() as (_, _, tcp, _), self.answer_loop("tcp", len(OK)) as floor:
            ours, bare, ratio = self.exchange("AT", depth, depth * len(OK), 200, 10, tcp, floor)
        rate = lambda nanoseconds: depth * 1e9 / nanoseconds / 1e3
        yield Row(f"AT {depth} deep over TCP, thousands a second", rate(ours), "k/s", rate(bare), 1 / ratio, 1.0, ">=")

    def httpread(self):
        size = len(f"\r\n+HTTPREAD: {BUFFER}\r\n") + BUFFER + len(OK)
        with self.one_cpu(), self.module() as (_, pty, _, line), self.answer_loop("pty", size) as floor:
            line.ask("AT+HTTPINIT")
            line.ask(f"AT+HTTPDATA={BUFFER},60000", b"DOWNLOAD\r\n")
            line.send(b"x" * BUFFER)
            line.wait_for(OK)
            ours, bare, ratio = self.exchange("AT+HTTPREAD", 1, size, 100, 4, pty, floor)
        yield Row(f"HTTPREAD of {BUFFER:,} bytes over a pty", ours / 1e6, "ms", bare / 1e6, ratio, 1.5, digits=2)

    def httpget(self):
        (self.directory / "page").write_bytes(b"x" * PAGE)
        ours, curl, transfer = [], [], []
        with self.module() as (_, _, _, line), self.web_server() as url:
            fetch = ["curl", "-s", "-o", "/dev/null", "-w", "%{time_total} %{size_download}", "--noproxy", "*", url]
            for command in ("AT+SAPBR=1,1", "AT+HTTPINIT", 'AT+HTTPPARA="CID",1', f'AT+HTTPPARA="URL","{url}"'):
                line.ask(command)
            for _ in range(60):
                start = time.perf_counter()
                line.ask("AT+HTTPACTION=0", f"+HTTPACTION: 0,200,{PAGE}\r\n".encode())
                ours.append(time.perf_counter() - start)
                start = time.perf_counter()
                report = subprocess.run(fetch, check=True, stdout=subprocess.PIPE, text=True).stdout
                curl.append(time.perf_counter() - start)
                seconds, size = report.split()
                if int(size) != PAGE:
                    sys.exit(f"bench: curl fetched {size} bytes")
                transfer.append(float(seconds))
        for name, floor, aim in (("the curl program", curl, 1.5), ("curl's own time_total", transfer, None)):
            ratio = statistics.median(a / b for a, b in zip(ours, floor))
            yield Row(f"HTTP GET of {PAGE:,} bytes, floor: {name}", statistics.median(ours) * 1e3, "ms",
                      statistics.median(floor) * 1e3, ratio, aim, digits=2)

    def start(self):
        empty = self.programs / "bench_empty"
        libraries = [self.libraries(program) for program in (self.sim800, empty)]
        if libraries[0] != libraries[1]:
            sys.exit(f"bench: not the same libraries: {libraries[0] ^ libraries[1]} (bench/CMakeLists.txt)")
        command = [self.sim800, "run", "--stdio", "--timing", "instant", "--", empty]
        ours, bare, ratio = self.medians("bench_first_answer", 100, *command)
        yield Row("start to first OK over --stdio, floor: an empty program", ours / 1e6, "ms", bare / 1e6, ratio,
                  1.5, digits=2)

    def csq(self):
        few, many = 1_000, 11_000
        counted = [self.count_instructions(count) for count in (few, many)]
        command = [self.programs / "bench_csq_loop", str(many)]
        asked = int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        yield Row("instructions of one AT+CSQ", (counted[1] - counted[0]) / (many - few), "", aim=1700, digits=0)
        yield Row(f"heap allocations of {many:,} AT+CSQ", asked, "", aim=0, digits=0)

    def memory(self):
        with self.module() as (child, _, _, line), self.process(self.programs / "bench_empty") as empty:
            line.ask("AT")
            empty.stdout.readline()
            ours, bare = self.resident(child.pid), self.resident(empty.pid)
        yield Row("memory resident, idle", ours, "MiB", bare, ours / bare)

    def ftpget(self):
        return self.ftp("get", 1460, "FTPGET=2,1460")

    def ftpput(self):
        return self.ftp("put", 6, "FTPPUT=2,1360")

    def ftp(self, way, answer, command):
        size = 100 << 20
        with self.process(self.programs / "bench_stream", "source", size + (1 << 20) if way == "get" else 0) as far:
            port = far.stdout.readline().strip()
            for kind, name in ((("tcp",), "bare round trips"), ((way, port), "a loop with a second connection")):
                with self.one_cpu(), self.module() as (_, _, tcp, line), self.answer_loop(kind[0], answer, *kind[1:]) as floor:
                    with self.ftp_server(line, size):
                        ours, bare = self.medians("bench_ftp_host", way, size, tcp, floor)
                yield Row(f"{size >> 20} MB by AT+{command}, floor: {name}", ours / 1e6, "ms", bare / 1e6, ours / bare, 1.1)

    def ftpmemory(self):
        size = 1 << 30
        with self.module() as (child, _, tcp, line), self.ftp_server(line, size):
            self.medians("bench_ftp_host", "get", size, tcp)
            most = self.resident(child.pid, "VmHWM")
        yield Row("most memory, FTP download of 1 GiB", most, "MiB", aim=32)

    def link(self):
        size = 100 << 20
        for way, name, aim in (("clear", "no link model", 0.97), ("relay", "a relay without a model", None)):
            ours, bare, ratio = self.medians("bench_link", way, size)
            rate = lambda nanoseconds: size / nanoseconds * 1e3
            yield Row(f"HTTP of {size >> 20} MB, {name}, floor: no link", rate(ours), "MB/s", rate(bare), 1 / ratio,
                      aim, ">=", digits=0)
        for kbps in (40, 800, 8000):
            achieved, = self.medians("bench_link", "rate", kbps, 5)
            yield Row(f"link of {kbps:,} kbit/s for 5 s, off by how much of it", abs(achieved / kbps - 1) * 100, "%", aim=3,
                      digits=2)

    def ppp(self):
        size, rounds = 64 << 20, 9
        with self.one_cpu(), self.module() as (_, _, tcp, _):
            ours, bare, ratio = self.medians("bench_ppp", "compare", size, rounds, tcp)
        rate = lambda nanoseconds: size / nanoseconds * 1e3
        yield Row(f"{size >> 20} MB of TCP through PPP, floor: libslirp alone", rate(ours), "MB/s", rate(bare), 1 / ratio, 0.5, ">=")
        scenario = self.directory / "paced.json"
        scenario.write_text(json.dumps({"module": {"settings": {"E": 0}}, "serial": {"paced": True}}))
        with self.process(self.sim800, "run", scenario, "--timing", "instant", "--tcp", "127.0.0.1:0") as child:
            endpoint = child.stdout.readline().split()[1:]
            while child.stdout.readline().strip() != "ready":
                pass
            octets, spent = self.medians("bench_ppp", "wire", 128 << 10, ":".join(endpoint))
        yield Row("TCP through PPP at 115200 baud, off by how much of it", abs(octets * 10 / spent * 1e9 / 115_200 - 1) * 100,
                  "%", aim=5, digits=2)

    def sockets(self):
        size, part = 32 << 20, 2 << 20
        rate = lambda seconds, count: count / seconds / 1e6
        stream = self.programs / "bench_stream"
        ours, buffers = [], {2920: [], 65536: []}
        with self.one_cpu(), self.module() as (_, pty, _, line), self.process(stream, "source", size) as source:
            port = source.stdout.readline().strip()
            for command in ("ATE0", "AT+CIPMODE=1", 'AT+CSTT="CMNET"', "AT+CIICR", "AT+CIFSR;E0"):
                line.ask(command)
            with self.process(stream, "copy", port) as floor, open(pty, "r+b", 0) as module, \
                    open(floor.stdout.readline().strip(), "rb", 0) as copied:
                module.write(b"ATE0\r")
                read_to(module, OK)
                for _ in range(9):
                    start = time.perf_counter()
                    module.write(f'AT+CIPSTART="TCP","127.0.0.1",{port}\r'.encode())
                    read_to(module, OK + b"\r\nCONNECT\r\n")
                    read_all(module, size)
                    ours.append(time.perf_counter() - start)
                    read_to(module, b"\r\nCLOSED\r\n")
                    for most, took in buffers.items():
                        start = time.perf_counter()
                        floor.stdin.write(f"{most}\n")
                        floor.stdin.flush()
                        read_all(copied, size)
                        took.append(time.perf_counter() - start)
            for (most, bare), aim in zip(buffers.items(), (None, 0.7)):
                ratio = statistics.median(b / a for a, b in zip(ours, bare))
                yield Row(f"{size >> 20} MB by a transparent connection to a pty, floor: a copy loop, {most:,} bytes at a time",
                          rate(statistics.median(ours), size), "MB/s", rate(statistics.median(bare), size), ratio, aim, ">=")
            floor = statistics.median(buffers[2920])
            with self.process(stream, "source", 0) as sink:
                for command in ("AT+CIPMODE=0", "AT+CIPRXGET=1", "AT+CIPQSEND=1"):
                    line.ask(command)
                for name, move, target in (("CIPRXGET=2,1460", self.fetch, port),
                                           ("CIPSEND=1460", self.transmit, sink.stdout.readline().strip())):
                    line.ask(f'AT+CIPSTART="TCP","127.0.0.1",{target}', b"CONNECT OK\r\n")
                    start = time.perf_counter()
                    move(line, part)
                    seconds = time.perf_counter() - start
                    line.ask("AT+CIPCLOSE=1", b"CLOSE OK\r\n")
                    yield Row(f"{part >> 20} MB by AT+{name} over TCP, floor: the first copy loop", rate(seconds, part),
                              "MB/s", rate(floor, size), floor / size * part / seconds)

    def fetch(self, line, count):
        while count > 0:
            line.send(b"AT+CIPRXGET=2,1460\r")
            head = re.compile(rb"\+CIPRXGET: 2,(\d+),\d+\r\n")
            text = b""
            while not (found := head.search(text)) or len(text) < found.end() + int(found[1]) + len(OK):
                text += line.wire.recv(65536)
            count -= int(found[1])

    def transmit(self, line, count):
        block = b"x" * 1460
        for _ in range(-(-count // len(block))):
            line.ask("AT+CIPSEND=1460", b"> ")
            line.send(block)
            line.wait_for(b"DATA ACCEPT:1460\r\n")

    def fleet(self):
        """Modules of one process with one channel each, on one loop (bench/fleet.cpp)."""
        for count in (1, 100, 10_000):
            held, resident = self.fleet_figures("memory", count)
            yield Row(f"heap of each idle module beyond the first, of {count:,}", held, "bytes", aim=10_000, digits=0)
        yield Row("likewise resident", resident, "bytes", digits=0)
        created, booted = self.fleet_figures("boot", 10_000)
        yield Row("10,000 modules created and booted", created + booted, "s", aim=10, digits=2)
        share, = self.fleet_figures("idle", 10_000, 10)
        yield Row("CPU of 10,000 idle modules", share, "%", aim=1, digits=2)
        alone = None
        for count in (1, 10, 100, 1_000, 10_000):
            with self.one_cpu():
                ours, bare, ratio = self.fleet_figures("wire", count, 30)
            alone = alone or ours
            name = f"commands per second, {count:,} modules in turn over sockets"
            yield Row(f"{name}, floor: a loop of as many sockets", 1e6 / ours, "k/s", 1e6 / bare, 1 / ratio)
            if count > 1:
                yield Row(f"{name}, floor: one module", 1e6 / ours, "k/s", 1e6 / alone, alone / ours, 0.9, ">=")
        for count in (1, 10, 100, 1_000, 10_000):
            spent, = self.fleet_figures("commands", count)
            yield Row(f"AT+CSQ without a wire, {count:,} modules in turn", spent, "ns", digits=0)

    def fleet_figures(self, *words):
        return self.medians("bench_fleet", *words)

    def control(self):
        """What the control interface costs, each against a module without it in the same run."""
        tcp, controlled = ("--tcp", "127.0.0.1:0"), ("--control", "127.0.0.1:0")
        clients = (("--control", 0, ControlClient.idle, 1.05), ("--control and an idle client", 1, ControlClient.idle, 1.05),
                   ("an event client that reads nothing", 1, ControlClient.deaf, None),
                   ("ten event clients that read", 10, ControlClient.reading, None))
        for name, count, kind, aim in clients:
            with self.one_cpu(), self.running(*tcp) as (_, plain), self.running(*tcp, *controlled) as (_, ends), \
                    contextlib.ExitStack() as held:
                for _ in range(count):
                    held.enter_context(kind(ends["control"][0][0]))
                measured, floor = (":".join(one["tcp"][0]) for one in (ends, plain))
                ours, bare, ratio = self.exchange("AT", 1, len(OK), 400, 50, measured, floor)
            yield Row(f"AT to OK over TCP, {name}, floor: no --control", ours / 1e3, "us", bare / 1e3, ratio, aim)
        few, many = 1_000, 11_000
        per_line = lambda count, **how: (count(many, **how) - count(few, **how)) / (many - few)
        ways = (("no --control", {}), ("--control", {"control": True}),
                ("--control and an idle client", {"client": ControlClient.idle}),
                ("--control and an event client that reads", {"client": ControlClient.reading}))
        bare = None
        for name, how in ways:
            ours = per_line(self.typed_instructions, **how)
            bare = bare or ours
            yield Row(f"instructions of one AT over --stdio, {name}, floor: no --control", ours, "", bare, ours / bare, digits=0)
        for name, how in ways[:3]:
            yield Row(f"heap allocations of one AT over --stdio, {name}", per_line(self.typed_allocations, **how), "", aim=0.1,
                      digits=2)
        yield from self.control_memory(tcp, controlled)

    def control_memory(self, tcp, controlled):
        with self.running(*tcp) as (child, _):
            bare = self.resident(child.pid)
        with self.running(*tcp, *controlled) as (child, ends):
            idle = self.resident(child.pid)
        yield Row("memory resident, --control, floor: no --control", idle, "MiB", bare, idle / bare)
        lines = 300_000  # more than twice what is kept
        for name, count in (("no client", 0), ("an event client that reads nothing", 1), ("ten that read nothing", 10)):
            with self.running(*tcp, *controlled) as (child, ends), contextlib.ExitStack() as held:
                for _ in range(count):
                    held.enter_context(ControlClient.deaf(ends["control"][0][0]))
                address = ends["tcp"][0]
                Line(address[0], int(address[1])).ask_often("AT", lines)
                most = self.resident(child.pid, "VmHWM")
            yield Row(f"most memory, --control, {lines:,} AT, {name}", most, "MiB", aim=64)

    def pytest(self):
        """From asking for a module to having one, as the fixture of pytest-sim800 does it."""
        sys.path.insert(0, str(HERE.parent / "clients" / "python" / "src"))
        sys.dont_write_bytecode = True
        from pytest_sim800 import Launch, Modem, Process
        from pytest_sim800.process import Pool
        launch, pool, rounds = Launch(str(self.sim800)), Pool(), 40
        took = {"empty": [], "new": [], "lives on": []}

        def timed(name, deed):
            start = time.perf_counter()
            made = deed()
            took[name].append((time.perf_counter() - start) * 1e3)
            return made

        def ready(process):
            Modem(process).get("/scenario")
            return process

        for _ in range(rounds):
            with contextlib.ExitStack() as held:
                timed("empty", lambda: held.enter_context(self.process(self.programs / "bench_empty")).stdout.readline())
            timed("new", lambda: ready(Process(launch))).end()
        pool.give(Process(launch))
        for _ in range(rounds):
            pool.give(timed("lives on", lambda: ready(pool.take(launch)[0])))
        pool.end()
        bare, new, lives = (statistics.median(took[name]) for name in ("empty", "new", "lives on"))
        yield Row("a module for a test, new process, floor: an empty program", new, "ms", bare, aim=100)
        yield Row("a module for a test, one that lives on and is reset", lives, "ms", aim=100)

    # --- what they need ---

    def typed_instructions(self, count, **how):
        return self.typed(count, r"Collected : (\d+)", "--tool=callgrind",
                          f"--callgrind-out-file={self.directory}/callgrind.out", **how)

    def typed_allocations(self, count, **how):
        return self.typed(count, r"total heap usage: ([\d,]+) allocs", "--leak-check=no", **how)

    def typed(self, count, pattern, *tool, control=False, client=None):
        """A figure that valgrind reports of a run that answers so many AT on its standard input, with a client of the
        control interface beside it."""
        url = f"unix:{self.directory}/control"
        options = ["--control", url] if control or client else []
        command = ["valgrind", *tool, self.sim800, "run", self.scenario, "--timing", "instant", "--stdio", *options]
        # valgrind's reports fill a pipe that nobody reads before the client is there.
        with contextlib.ExitStack() as held, tempfile.TemporaryFile("w+") as reported:
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=reported, text=True)
            if client:
                held.enter_context(client(url))
            answers, _ = child.communicate("AT\r" * count)
            reported.seek(0)
            report = reported.read()
        if child.returncode != 0 or answers.count("OK") != count:
            sys.exit(f"bench: {answers.count('OK')} answers to {count} lines, exit status {child.returncode}: {report}")
        return int(re.search(pattern, report)[1].replace(",", ""))

    @contextlib.contextmanager
    def ftp_server(self, line, size):
        """The module's FTP parameters lead to a server with a file of that size."""
        with self.process(self.programs / "bench_ftp_source") as server:
            port = server.stdout.readline().strip()
            parameters = {"SERV": '"127.0.0.1"', "PORT": port, "UN": '"bench"', "PW": '"bench"', "GETPATH": '"/"',
                          "GETNAME": f'"{size}"', "PUTPATH": '"/"', "PUTNAME": '"sink"'}
            for command in ("AT+SAPBR=1,1", *(f"AT+FTP{name}={value}" for name, value in parameters.items())):
                line.ask(command)
            line.wire.close()  # what is announced would pile up there
            yield

    @contextlib.contextmanager
    def web_server(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        configuration = self.directory / "nginx.conf"
        uses = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        scratch = "".join(f"{use}_temp_path {self.directory}; " for use in uses)
        configuration.write_text(
            f"daemon off; master_process off; pid {self.directory}/nginx.pid; error_log stderr error; events {{}}"
            f"http {{ access_log off; {scratch} server {{ listen 127.0.0.1:{port}; root {self.directory}; }} }}")
        with self.process("/usr/sbin/nginx", "-e", "stderr", "-c", configuration) as server:
            while server.poll() is None:
                with contextlib.suppress(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
            yield f"http://127.0.0.1:{port}/page"

    def count_instructions(self, count):
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.directory}/callgrind.out",
                   str(self.programs / "bench_csq_loop"), str(count)]
        report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        return int(re.search(r"Collected : (\d+)", report)[1])

    def libraries(self, program):
        report = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
        return {line.split()[0] for line in report.splitlines()}

    def resident(self, pid, which="VmRSS"):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(re.search(which + r":\s+(\d+)", status)[1]) / 1024


def read_to(stream, end):
    text = b""
    while not text.endswith(end):
        text += stream.read(1)


def read_all(stream, count):
    while count > 0:
        count -= len(stream.read(min(count, 65536)))


class Line:
    """A serial line to the module, for what has to be said before and between measurements."""

    def __init__(self, host, port):
        self.wire = socket.create_connection((host, port))
        self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wire.settimeout(30)

    def send(self, data):
        self.wire.sendall(data)

    def wait_for(self, end):
        text = b""
        while not text.endswith(end):
            more = self.wire.recv(4096)
            text += more
            if not more or text.endswith(b"ERROR\r\n"):
                raise RuntimeError(f"{text!r} instead of {end!r}")

    def ask(self, command, end=OK):
        self.send(command.encode() + b"\r")
        self.wait_for(end)

    def ask_often(self, command, count, depth=64):
        """Several lines at a time."""
        for _ in range(count // depth):
            self.send((command + "\r").encode() * depth)
            left = depth * len(OK)
            while left:
                left -= len(self.wire.recv(left))


class ControlClient:
    """Clients of the control interface at URL, for as long as the context lasts."""

    @classmethod
    @contextlib.contextmanager
    def asked(cls, url, path):
        """One that has asked, and had the first of the answer."""
        with cls.connected(url) as wire:
            wire.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            if not wire.recv(1).startswith(b"H"):
                sys.exit("bench: the control interface does not answer")
            yield wire

    @staticmethod
    def connected(url):
        kind, _, place = url.partition(":")
        if kind == "http":
            host, _, port = place.strip("/").rpartition(":")
            return socket.create_connection((host, int(port)), 30)
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(30)
        while True:  # it may not listen yet
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                wire.connect(place)
                return wire
            time.sleep(0.01)

    @classmethod
    def idle(cls, url):
        return cls.asked(url, "/v1/health")

    @classmethod
    def deaf(cls, url):
        return cls.asked(url, "/v1/events")

    @classmethod
    @contextlib.contextmanager
    def reading(cls, url):
        with cls.asked(url, "/v1/events") as wire:
            wire.setblocking(True)
            child = subprocess.Popen(["cat"], stdin=wire, stdout=subprocess.DEVNULL)
            try:
                yield
            finally:
                child.kill()
                child.wait()


MEASURES = ["pty", "tcp", "pipeline", "httpread", "httpget", "start", "csq", "memory", "ftpget", "ftpput", "ftpmemory",
            "link", "ppp", "sockets", "fleet", "control", "pytest"]


def print_table(rows):
    table = [["measure (--timing instant)", "figure", "floor", "ratio", "aim", ""]] + [row.cells() for row in rows]
    widths = [max(map(len, column)) for column in zip(*table)]
    for cells in table:
        numbers = [cell.rjust(width) for cell, width in zip(cells, widths)][1:]
        print("  ".join([cells[0].ljust(widths[0]), *numbers]).rstrip())


def main():
    parser = argparse.ArgumentParser(description="Measures the emulator against floors in the same run.")
    parser.add_argument("build", type=pathlib.Path, metavar="BUILD_DIR")
    parser.add_argument("--only", action="append", choices=MEASURES, metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(options.build.resolve(), pathlib.Path(directory))
        for name in options.only or MEASURES:
            print(f"bench: {name}", file=sys.stderr)
            rows += getattr(bench, name)()
    if options.json:
        print(json.dumps([vars(row) for row in rows], indent=2))
    else:
        print_table(rows)


if __name__ == "__main__":
    main()
