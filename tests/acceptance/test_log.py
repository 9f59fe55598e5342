# The log and the trace of a run: nobody waits for who reads them, nothing is left out uncounted, and no password is in them.
# SPDX-License-Identifier: MIT
import json
import os
import re
import signal
import subprocess
import time
import unittest

from harness import BOOT, DEADLINE, OK, SIM800, AcceptanceTest, Host, Pipe, end, spawn
from traces import read_trace

QUEUE = 1 << 20  # bytes that wait for a reader (Output::limit)


class LogTest(AcceptanceTest):
    def run_with(self, *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE, wrapper=()):
        """A module whose standard streams are the test's; its host, past the boot, with echo off."""
        process = spawn([*wrapper, SIM800, "run", "--timing", "instant", "--pty", self.path("tty"), *options],
                        stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        self.addCleanup(lambda: process.returncode is None and end(process, signal.SIGKILL))
        return process

    def host_of(self, lines):
        lines.until(b"\nready\n")
        host = self.keep(Host.pty(self.path("tty")))
        host.expect(BOOT)
        host.say("ATE0", OK)
        return host

    def chatter(self, host, count):
        """Commands that leave `count` bytes in a log or a trace, at least; the module answers each of them."""
        line = "AT+CGMM" + ";+CGMM" * 19
        for _ in range(count // 500 + 1):
            host.send(line + "\r")
            host.until(OK)

    def ended(self, process):
        process.send_signal(signal.SIGTERM)
        return process.wait(DEADLINE)


class Log(LogTest):
    def test_a_pipe_that_nobody_reads(self):
        process = self.run_with("--log-level", "debug")
        host = self.host_of(Pipe(process.stdout.fileno()))
        self.chatter(host, QUEUE)
        self.assertEqual(self.ended(process), 0)
        process.stdout.close()
        process.stderr.close()

    def test_a_reader_that_comes_back_is_told_what_it_missed(self):
        process = self.run_with("--log-level", "debug")
        host = self.host_of(Pipe(process.stdout.fileno()))
        self.chatter(host, QUEUE)
        log = Pipe(process.stderr.fileno())
        while len(log.buffer) < QUEUE:  # what has waited comes without anything new being said
            log.fill(time.monotonic() + DEADLINE)
        host.send("AT+CGMM\r")
        host.until(OK)
        missed = log.until(re.compile(rb"\nsim800: (\d+) lines of the log are missing here\n"))
        self.assertGreater(int(missed[1]), 100)
        self.assertEqual(end(process), 0)

    def test_a_terminal_that_is_stopped(self):
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        process = self.run_with("--log-level", "debug", stderr=slave)
        self.assertTrue(os.get_blocking(slave), "whoever shares the terminal keeps it as it is")
        os.close(slave)
        host = self.host_of(Pipe(process.stdout.fileno()))
        self.chatter(host, QUEUE)
        self.assertEqual(self.ended(process), 0)
        process.stdout.close()

    def test_a_reader_that_has_left(self):
        process = self.run_with("--log-level", "debug")
        process.stderr.close()
        self.chatter(self.host_of(Pipe(process.stdout.fileno())), 10000)
        self.assertEqual(self.ended(process), 0)
        process.stdout.close()

    def test_an_error_that_repeats_itself_is_counted(self):
        with open(self.path("log"), "w+b") as log:
            process = self.run_with("--state", self.path("state"), stderr=log)
            host = self.host_of(Pipe(process.stdout.fileno()))
            os.makedirs(self.path("state/nvram.json.tmp/x"))
            for _ in range(500):
                host.send("AT+CRSL=3\r")
                host.expect(b"\r\nERROR\r\n")
            self.assertEqual(end(process), 0)
            log.seek(0)
            lines = log.read().decode().splitlines()
        shown = [line for line in lines if "could not be saved" in line and "left out" not in line]
        left_out = [int(count) for count in re.findall(r"(\d+) more like this were left out: .*could not be saved",
                                                       "\n".join(lines))]
        self.assertGreaterEqual(len(shown), 10)
        self.assertEqual(len(shown) + sum(left_out), 500)
        self.assertLess(len(shown), 500)


class Trace(LogTest):
    def test_a_pipe_that_nobody_reads(self):
        with open(self.path("log"), "w+b") as log:
            process = self.run_with("--trace", "-", stderr=log)
            host = self.host_of_trace(process)
            self.chatter(host, QUEUE)
            self.assertEqual(self.ended(process), 1)
            log.seek(0)
            self.assertRegex(log.read().decode(), r"trace -: events are missing from it: its reader is too slow\n")
        process.stdout.close()

    def host_of_trace(self, process):
        """Its lines are in the log, so the trace tells when it is ready."""
        trace = Pipe(os.dup(process.stdout.fileno()))
        trace.until(b"SMS Ready")
        os.close(trace.descriptor)
        host = self.keep(Host.pty(self.path("tty")))
        host.send("ATE0\r")
        host.until(OK)
        return host

    def test_a_fifo_whose_reader_stops_and_goes_on(self):
        fifo = self.path("trace")
        os.mkfifo(fifo)
        descriptor = os.open(fifo, os.O_RDWR)
        trace = Pipe(descriptor)
        self.addCleanup(os.close, descriptor)
        process = self.run_with("--trace", fifo)
        host = self.host_of(Pipe(process.stdout.fileno()))
        self.chatter(host, QUEUE)
        trace.until(re.compile(rb'"channel":"[^"]*","data":"ATE0'))
        while True:  # what has waited comes by itself; then events are written again, behind the mark of the gap
            host.send("AT\r")
            host.until(OK)
            trace.fill(time.monotonic() + DEADLINE)
            found = re.search(rb'\{"t":[0-9.]+,"event":"missing","events":(\d+)\}\n\{"t"', trace.buffer)
            if found:
                break
        self.assertGreater(int(found[1]), 0)
        process.send_signal(signal.SIGTERM)
        trace.until(b'"event":"end"}\n')
        self.assertEqual(process.wait(DEADLINE), 1)
        for line in trace.seen.splitlines():
            json.loads(line)
        end(process)

    def test_a_full_disk(self):
        for options, wrapper in (("/dev/full", ()), (self.path("trace"), ("prlimit", "--fsize=2000"))):
            with open(self.path("log"), "w+b") as log:
                process = self.run_with("--trace", options, stderr=log, wrapper=wrapper)
                host = self.host_of(Pipe(process.stdout.fileno()))
                self.chatter(host, 10000)
                self.assertEqual(end(process), 1)
                log.seek(0)
                said = log.read().decode()
            told = re.findall(r"trace .*: events are missing from it: (.*)", said)
            self.assertEqual(len(told), 1, said)
            self.assertIn(told[0], ("No space left on device", "File too large"))
            self.assertRegex(said, r"trace: \d+ events are missing from it\n")

    def test_a_reader_that_has_left(self):
        with open(self.path("log"), "w+b") as log:
            process = self.run_with("--trace", "-", stderr=log)
            host = self.host_of_trace(process)
            process.stdout.close()
            self.chatter(host, 10000)
            self.assertEqual(self.ended(process), 1)

    def test_a_refused_run_leaves_the_trace_of_the_last_one(self):
        trace = self.path("trace")
        module = self.module("--trace", trace)
        self.assertEqual(module.end(), 0)
        os.mkdir(self.path("state"))
        os.symlink(".", self.path("state/files"))
        ran = subprocess.run([SIM800, "run", "--tcp", "127.0.0.1:0", "--trace", trace, "--state", self.path("state")],
                             capture_output=True, timeout=DEADLINE, check=False)
        self.assertEqual(ran.returncode, 2)
        self.assertEqual([event["event"] for event in read_trace(trace)][-1], "end")


class Secrets(LogTest):
    def test_pins_and_passwords_are_masked(self):
        trace = self.path("trace")
        module = self.module("--log-level", "debug", "--trace", trace)
        host = self.host(module)
        secret = "5ecret"
        for line in ('AT+CSTT="apn","user","5ecret"', "AT+CSTT?", 'AT+SAPBR=3,1,"PWD","5ecret"', "AT+SAPBR=4,1",
                     'AT+FTPPW="5ecret"', "AT+FTPPW?;+FTPSCONT?", 'AT+SMTPAUTH=1,"user","5ecret"', "AT+SMTPAUTH?",
                     'AT+POP3SRV="pop","user","5ecret",110', "AT+POP3SRV?", 'AT+CIPCSGP=1,"apn","user","5ecret"',
                     "AT+CIPCSGP?;+CIPSCONT?", "AT+CPIN=5ecret",
                     'AT+CLCK="SC",1,"5ecret"', 'AT+CPWD="SC","5ecret","5ecret"', "AT+CACM=5ecret"):
            host.ask(line)
        host.send('AT+SSLSETCERT="C:\\a.p12","5ecret"\r')
        host.until(b"+SSLSETCERT: 1\r\n")
        host.send('AT+CLCK="AO",1,"5e')  # in pieces
        host.expect(b'AT+CLCK="AO",1,"5e')
        host.send('cret"\r')
        host.until(b"\r\nERROR\r\n")
        for digits in "**04*31415*92653*92653#", "*33*3141#", '+CSIM=26,"A020000108333134313592FF"':
            host.ask(("ATD%s;" if "CSIM" not in digits else "AT%s") % digits)
        self.assertEqual(module.end(), 0)
        with open(trace, encoding="ascii") as file:
            text = file.read()
        self.assertNotRegex(text, secret + "|31415|92653|3141|33313431")
        self.assertRegex(text, r'"event":"rx",[^\n]*AT\+FTPPW=\\"\*{6}\\"\\r","masked":6\}')
        self.assertRegex(text, r'"event":"command",[^\n]*"line":"\+CSTT=\\"apn\\",\\"user\\",\\"\*{6}\\"","masked":6\}')
        module = self.module("--log-level", "debug")
        host = self.host(module)
        host.ask('AT+CSTT="apn","user","5ecret"')
        module.process.send_signal(signal.SIGTERM)
        module.process.wait(DEADLINE)
        self.assertIn('AT+CSTT="apn","user","******"', module.stderr())
        self.assertNotIn(secret, module.stderr())
        module.end()


if __name__ == "__main__":
    unittest.main()
