# Kills a module while it saves, again and again: each time the store opens, and holds the last save that was acknowledged.
# SPDX-License-Identifier: MIT
"""Usage: tests/acceptance/kills.py SIM800 [KILLS [SEED]]

One host sends commands that save, in an order and with values from the seed. After some of them, also from the seed, the
process gets SIGKILL, with up to three more commands on their way. The module that is started next must show the state after
the last acknowledged command, or after one or more of those that were on their way, in their order.
"""
import collections
import os
import random
import re
import signal
import sys
import tempfile

LAST = re.compile(rb"\r\n(?:OK|ERROR|\+CM[ES] ERROR: [^\r]*)\r\n")


def digits(n, count):
    return str(n % 10 ** count).zfill(count)


# What is saved: how it is changed to the n-th value, and how it is read. What is read must differ for n and n + 1.
PLAIN = {
    "profile": ("ATS0={s0};&W", "ATS0?"),
    "auto": ("AT+CRSL={percent}", "AT+CRSL?"),
    "list": ("AT+SIDET=0,{sixteen}", "AT+SIDET?"),
    "cops": ("AT+COPS=3,{format}", "AT+COPS?"),
    "cpol": ('AT+CPOL=3,2,"{five}"', "AT+CPOL?"),
    "alarm": ('AT+CALA="{time}",2,0', "AT+CALA?"),
    "zone": ('AT+CCLK="26/11/26,12:00:00+{zone}"', "AT+CCLK?"),
    "voice mail": ('AT+CCVM="+420{six}"', "AT+CCVM?"),
    "phone book": ('AT+CPBW=7,"+420{six}",145,"n{six}"', "AT+CPBR=7"),
    "emergency": ("AT+CEMNL=1,2,112,{three}", "AT+CEMNL?"),
    "white list": ('AT+CWHITELIST=1,4,"+420{six}"', "AT+CWHITELIST?"),
    "context": ('AT+CGDCONT=2,"IP","apn{six}"', "AT+CGDCONT?"),
    "requested": ("AT+CGQREQ=1,{quality}", "AT+CGQREQ?"),
    "minimum": ("AT+CGQMIN=1,{quality}", "AT+CGQMIN?"),
    "filter": ('AT+CIPFLT=1,5,"10.0.{byte}.1","255.255.255.0"', "AT+CIPFLT?"),
    "pin": ('AT+CLCK="SC",{flag},"1234"', 'AT+CLCK="SC",2'),
    "barring": ('AT+CLCK="OI",{flag},"0000"', 'AT+CLCK="OI",2'),
    "forwarding": ('AT+CCFC=1,3,"+420{six}"', "AT+CCFC=1,2"),
    "waiting": ("AT+CCWA=0,{flag},1", "AT+CCWA=0,2"),
    "centre": ('AT+CSCA="+420{six}",145', "AT+CSCA?"),
    "broadcasts": ('AT+CSCB=0,"{three}",""', "AT+CSCB?"),
    "imei": ("AT+SIMEI={imei}", "AT+SIMEI?"),
    "http": ('AT+HTTPPARA="UA","u{six}";+HTTPSCONT', "AT+HTTPSCONT?"),
    "ftp": ('AT+FTPUN="u{six}";+FTPSCONT', "AT+FTPSCONT?"),
    "ip": ("AT+CIPRDTIMER={percent},{percent};+CIPSCONT", "AT+CIPSCONT?"),
    "mms": ('AT+CMMSCURL="u{six}";+CMMSSCONT', "AT+CMMSSCONT?"),
}


def filled(text, n):
    return text.format(s0=n % 100, percent=n % 90 + 1, sixteen=n % 16, format=n % 3, five=digits(n, 5), six=digits(n, 6),
                       three=digits(n % 900 + 100, 3), time="%02d:%02d:00" % (n // 60 % 24, n % 60),
                       zone=digits(n % 48, 2), quality="%d" % (n % 3 + 1), byte=n % 256, flag=n % 2,
                       imei="4901542032" + digits(n, 5))


class Bench:
    """The modules that are killed, one after the other, and what the next one must show."""

    def __init__(self, folder, seed):
        from harness import Host, Module  # after SIM800 is known
        self.new_module, self.new_host = Module, Host.tcp
        self.folder, self.random = folder, random.Random(seed)
        self.count = 0
        self.saves = collections.Counter()
        self.start()
        self.shown = self.everything()

    # --- a module

    def start(self):
        self.module = self.new_module(self.folder, "--state", os.path.join(self.folder, "state"), timing="instant")
        self.host = self.new_host(self.module.tcp[0])
        self.host.send("\rAT\r")
        self.host.until(b"\r\nOK\r\n")
        self.ask("ATE0")
        if "SIM PIN" in self.ask("AT+CPIN?"):
            self.ask("AT+CPIN=1234")
        while "+CREG: 0,1" not in self.ask("AT+CREG?"):
            pass
        self.ask("AT+CMGF=1;+CPMS=\"SM\",\"SM\",\"SM\";+HTTPINIT")

    def ask(self, line):
        self.host.send(line + "\r")
        return self.answer()

    def answer(self):
        found = self.host.until(LAST)
        return found.string[:found.end()].decode("latin-1")

    def read(self, name):
        if name == "messages":
            return self.ask('AT+CMGL="ALL",1')
        if name == "files":
            # Those from before the start stand by name, the others in the order of creation.
            return "".join(sorted(self.ask("AT+FSLS=C:\\k\\").splitlines())) + self.ask("AT+FSREAD=C:\\k\\1.txt,0,100,0")
        text = self.ask(PLAIN[name][1])
        return text[-8 - 3:] if name == "zone" else text  # the time moves

    def everything(self):
        return {name: self.read(name) for name in (*PLAIN, "messages", "files")}

    # --- commands that save

    def next(self):
        """A command, and which of the things saved it changes."""
        self.count += 1
        n = self.count
        name = self.random.choice((*PLAIN, "messages", "messages", "files", "files"))
        if name == "messages":
            if n % 7 == 0:
                return name, [b"AT+CMGD=1,4\r"]
            return name, [b'AT+CMGW="+420777",145,"STO UNSENT"\r', b"text %d\x1a" % n]
        if name == "files":
            steps = ([b"AT+FSMKDIR=C:\\k\r"], [b"AT+FSCREATE=C:\\k\\1.txt\r"],
                     [b"AT+FSWRITE=C:\\k\\1.txt,0,10,10\r", b"%010d" % n],
                     [b"AT+FSRENAME=C:\\k\\1.txt,C:\\k\\%d.txt\r" % n], [b"AT+FSDEL=C:\\k\\1.txt\r"],
                     [b"AT+FSWRITE=C:\\k\\1.txt,1,10,10\r", b"%010d" % n])
            return name, self.random.choice(steps)
        return name, [filled(PLAIN[name][0], n).encode() + b"\r"]

    def do(self, parts):
        """The answer to a command; its text is given at the prompt, if it opens one."""
        self.host.send(parts[0])
        if len(parts) == 1:
            return self.answer()
        found = self.host.until(re.compile(rb"> ?|" + LAST.pattern))
        if not found[0].startswith(b">"):
            return found[0].decode()
        self.host.send(parts[1])
        return self.answer()

    def run(self):
        """Commands, a kill, and the check of what the next module shows."""
        for _ in range(self.random.randrange(1, 12)):
            name, parts = self.next()
            self.saves[name, self.do(parts).endswith("\r\nOK\r\n")] += 1
            self.shown[name] = self.read(name)
        # On their way: commands without a prompt, so that they can be sent in one go, and each of another kind, so that what
        # the next module shows tells which of them were carried out.
        on_their_way = []
        while len(on_their_way) < self.random.randrange(1, 4):
            name, parts = self.next()
            if len(parts) == 1 and name not in (known for known, _ in on_their_way):
                on_their_way.append((name, parts[0]))
        for _, line in on_their_way:
            self.host.send(line)
        for _ in range(self.random.randrange(0, 200)):
            os.getpid()  # a moment of no known length
        self.module.process.send_signal(signal.SIGKILL)
        self.module.end()
        self.host.close()
        self.start()
        self.check([name for name, _ in on_their_way], [line for _, line in on_their_way])

    def check(self, names, lines):
        now = self.everything()
        changed = [name for name in now if now[name] != self.shown[name]]
        strange = set(changed) - set(names)
        if strange:
            name = sorted(strange)[0]
            raise AssertionError("%s: acknowledged %r, kept %r" % (name, self.shown[name], now[name]))
        # One that was on its way may have been saved only if all before it were: repeating them must change nothing.
        kept = [name in changed for name in names]
        if True in kept:
            last = len(kept) - 1 - kept[::-1].index(True)
            for name, line in zip(names[:last], lines[:last]):
                before = self.read(name)
                self.host.send(line)
                self.answer()
                if name not in ("files", "messages") and self.read(name) != before:
                    raise AssertionError("%r was not saved, but %r behind it was" % (line, lines[last]))
        self.shown = self.everything()


def main(program, kills=1000, seed=1):
    os.environ["SIM800"] = program
    with tempfile.TemporaryDirectory(prefix="sim800-kills-") as folder:
        bench = Bench(folder, seed)
        try:
            for number in range(1, kills + 1):
                bench.run()
                if number % 100 == 0:
                    print("%d kills" % number, file=sys.stderr)
        finally:
            bench.host.close()
            bench.module.end()
    done = collections.Counter({name: count for (name, good), count in bench.saves.items() if good})
    print("%d kills (seed %d): %d acknowledged saves of %d kinds, none lost"
          % (kills, seed, sum(done.values()), len(done)))
    return done


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), *map(int, sys.argv[2:4]))
