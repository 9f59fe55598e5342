# What a state directory keeps when things go wrong: a full disk, a kill, links and pipes in it, somebody else's eyes.
# SPDX-License-Identifier: MIT
import json
import os
import stat
import subprocess
import unittest

import kills
from harness import DEADLINE, OK, SIM800, AcceptanceTest

# Commands that save: each with what it is read by, and what is done before, on a disk that has room.
SAVES = [
    ("AT&W", "AT&V", ["ATS0=7"]),
    ("AT+CRSL=10", "AT+CRSL?", []),
    ("AT+SIDET=0,5", "AT+SIDET?", []),
    ("AT+CLVL=10", "AT+CLVL?", []),
    ("AT+CMIC=0,5", "AT+CMIC?", []),
    ("AT+ECHO=0,1,2,3,0,1", "AT+ECHO?", []),
    ("AT+CGSMS=2", "AT+CGSMS?", []),
    ('AT+CGCLASS="CG"', "AT+CGCLASS?", []),
    ("AT+CGMSCLASS=8", "AT+CGMSCLASS?", []),
    ("AT*CELLLOCK=1,1,81", "AT*CELLLOCK?", []),
    ("AT+CIPCTL=0", "AT+CIPCTL?", []),
    ("AT+CFUN=4", "AT+CFUN?", []),
    ("AT+COPS=3,1", "AT+COPS?", []),
    ("AT+COPS=2", "AT+COPS?", []),
    ('AT+CPOL=3,2,"23001"', "AT+CPOL?", []),
    ("AT+CPOL=3", "AT+CPOL?", ['AT+CPOL=3,2,"23001"']),
    ('AT+CALA="01:02:00",2,0', "AT+CALA?", []),
    ("AT+CALD=2", "AT+CALA?", ['AT+CALA="01:02:00",2,0']),
    ('AT+CCVM="+420111"', "AT+CCVM?", []),
    ('AT+CPBW=1,"+420111",145,"Zoe"', "AT+CPBR=1,9", []),
    ("AT+CPBW=1", "AT+CPBR=1,9", ['AT+CPBW=1,"+420111",145,"Zoe"']),
    ("AT+CEMNL=1,1,123", "AT+CEMNL?", []),
    ("AT+CEMNL=1", "AT+CEMNL?", []),
    ('AT+CWHITELIST=1,4,"+420111"', "AT+CWHITELIST?", []),
    ("AT+CWHITELIST=1", "AT+CWHITELIST?", []),
    ('AT+CGDCONT=2,"IP","apn"', "AT+CGDCONT?", []),
    ("AT+CGDCONT=2", "AT+CGDCONT?", ['AT+CGDCONT=2,"IP","apn"']),
    ("AT+CGQREQ=1,2", "AT+CGQREQ?", []),
    ("AT+CGQMIN=1,2", "AT+CGQMIN?", []),
    ('AT+CIPFLT=1,5,"10.0.0.1","255.0.0.0"', "AT+CIPFLT?", []),
    ("AT+CIPFLT=0,5", "AT+CIPFLT?", ['AT+CIPFLT=1,5,"10.0.0.1","255.0.0.0"']),
    ("AT+CIPFLT=2", "AT+CIPFLT?", ['AT+CIPFLT=1,5,"10.0.0.1","255.0.0.0"']),
    ('AT+CLCK="SC",1,"1234"', 'AT+CLCK="SC",2', []),
    ('AT+CLCK="SC",1,"4321"', "AT+SPIC", []),  # an attempt less would have to be saved
    ('AT+CLCK="FD",1,"1234"', 'AT+CLCK="FD",2', []),
    ('AT+CPWD="SC","1234","4321"', 'AT+CLCK="SC",2', ['AT+CLCK="SC",1,"1234"']),
    ('AT+CLCK="OI",1,"0000"', 'AT+CLCK="OI",2', []),
    ('AT+CPWD="AB","0000","1111"', 'AT+CLCK="OI",2', []),
    ('AT+CCFC=1,3,"+420111"', "AT+CCFC=1,2", []),
    ("AT+CCFC=1,4", "AT+CCFC=1,2", ['AT+CCFC=1,3,"+420111"']),
    ("AT+CCWA=1,0,1", "AT+CCWA?;+CCWA=0,2", []),
    ('AT+CSCA="+420111",145', "AT+CSCA?", []),
    ("AT+CSMP=49", "AT+CSMP?", []),
    ("AT+CSAS=1", "AT+CSMP?", []),
    ('AT+CSCB=0,"5,6","0"', "AT+CSCB?", []),
    ("AT+CMGR=1", 'AT+CMGL="ALL",1', []),
    ('AT+CMGL="REC UNREAD"', 'AT+CMGL="ALL",1', []),
    ("AT+CMGD=2", 'AT+CMGL="ALL",1', []),
    ("AT+CMGD=1,1", 'AT+CMGL="ALL",1', []),
    ('AT+CMGDA="DEL UNSENT"', 'AT+CMGL="ALL",1', []),
    ('AT+CMGDA="DEL ALL"', 'AT+CMGL="ALL",1', []),
    ("AT+SIMEI=490154203237518", "AT+SIMEI?;+CGSN", []),
    ("AT+HTTPSCONT", "AT+HTTPSCONT?", ["AT+HTTPINIT", 'AT+HTTPPARA="UA","x"']),
    ("AT+FTPSCONT", "AT+FTPSCONT?", ['AT+FTPUN="x"']),
    ("AT+CIPSCONT", "AT+CIPSCONT?", ["AT+CIPHEAD=1"]),
    ("AT+CMMSSCONT", "AT+CMMSSCONT?", ['AT+CMMSCURL="x.test"']),
    ("AT+FSCREATE=C:\\a.txt", "AT+FSLS=C:\\", []),
]
SCENARIO = {"sim": {"messages": [
    {"index": n, "status": status, "from": "+420777", "time": "26/11/22,10:00:00+04", "text": "hello"}
    for n, status in enumerate(("REC UNREAD", "REC UNREAD", "REC UNREAD", "STO UNSENT", "STO SENT"), 1)]}}
REFUSED = r"\r\n(ERROR|\+CM[ES] ERROR: [^\r]*)\r\n\Z"
DONE = r"\r\nOK\r\n\Z"
# What undoes a command for those behind it.
BACK = {"AT+CFUN=4": "AT+CFUN=1", "AT+COPS=2": "AT+COPS=0", 'AT+CPWD="SC","1234","4321"': 'AT+CPWD="SC","4321","1234"'}
WRONG_PIN = 'AT+CLCK="SC",1,"4321"'


class StateTest(AcceptanceTest):
    def setUp(self):
        super().setUp()
        self.state = self.path("state")

    def start(self, *options, **rest):
        module = self.module("--state", self.state, *options, **rest)
        host = self.host(module)
        host.say("ATE0", OK)
        return module, host

    def ask(self, host, line, expected=None):
        """The answer to a line, echo being off."""
        host.send(line + "\r")
        found = host.until(kills.LAST)
        answer = found.string[:found.end()].decode("latin-1")
        if expected is not None:
            self.assertRegex(answer, expected, line)
        return answer

    def refused(self, message, *options, **rest):
        ran = subprocess.run([SIM800, "run", "--tcp", "127.0.0.1:0", "--state", self.state, *options], cwd=self.dir,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False,
                             **rest)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertRegex(ran.stderr, message)


class Refused(StateTest):
    """Where a directory has the name of the unfinished file nothing can be written, by root neither."""

    def in_the_way(self):
        return [os.path.join(self.state, name) for name in ("nvram.json.tmp", "files/.sim800-unfinished")]

    def refuse(self):
        for path in self.in_the_way():
            os.makedirs(os.path.join(path, "x"), exist_ok=True)

    def allow(self):
        for path in self.in_the_way():
            os.rmdir(os.path.join(path, "x"))
            os.rmdir(path)

    def test_a_command_that_cannot_save_changes_nothing(self):
        module, host = self.start(scenario=SCENARIO)
        self.ask(host, "AT+CMGF=1", DONE)
        for command, read, before in SAVES:
            with self.subTest(command):
                for line in before:
                    self.ask(host, line, DONE)
                was = self.ask(host, read)
                self.refuse()
                self.ask(host, command, REFUSED)
                self.assertEqual(self.ask(host, read), was)
                self.allow()
                self.ask(host, "AT+CGSMS=%d" % (len(command) % 2), DONE)  # it saves again, and only what was accepted
                if read != "AT+CGSMS?":
                    self.assertEqual(self.ask(host, read), was)
                self.ask(host, command, REFUSED if command == WRONG_PIN else DONE)
                if command in BACK:
                    self.ask(host, BACK[command], DONE)
                while "+CREG: 0,1" not in self.ask(host, "AT+CREG?"):
                    pass
        self.assertIn("non-volatile data could not be saved", module.stderr())

    def test_a_message_and_a_file_that_cannot_be_written(self):
        _, host = self.start()
        self.ask(host, "AT+CMGF=1", DONE)
        self.ask(host, "AT+FSCREATE=C:\\1.txt", DONE)
        lists = 'AT+CMGL="ALL",1;+CPMS?', "AT+FSLS=C:\\", "AT+FSREAD=C:\\1.txt,1,9,0"
        was = [self.ask(host, line) for line in lists]
        self.refuse()
        host.send('AT+CMGW="+420777"\r')
        host.until(b"> ")
        self.ask(host, "text\x1a", REFUSED)
        host.send("AT+FSWRITE=C:\\1.txt,0,4,9\r")
        host.until(b">")
        self.ask(host, "text", REFUSED)
        self.assertEqual([self.ask(host, line) for line in lists], was)
        self.allow()
        self.assertEqual([self.ask(host, line) for line in lists], was)

    def test_what_is_too_large_for_the_disk(self):
        """A limit of a file's size is met in the middle of a write: the file that was there stays."""
        limit = 4096
        module, host = self.start(wrapper=("prlimit", "--fsize=%d" % limit))
        kept = 0
        for n in range(1, 251):
            answer = self.ask(host, 'AT+CPBW=%d,"+420777000%03d",145,"someone"' % (n, n))
            if not answer.endswith("OK\r\n"):
                break
            kept = n
        self.assertGreater(kept, 10)
        self.assertLess(kept, 250)
        self.assertNotIn("+CPBR: %d," % (kept + 1), self.ask(host, "AT+CPBR=1,250"))
        listed = self.ask(host, "AT+CPBR=1,250")
        module.end(9)
        self.assertLessEqual(os.path.getsize(os.path.join(self.state, "nvram.json")), limit)
        _, host = self.start()
        self.assertEqual(self.ask(host, "AT+CPBR=1,250"), listed)


class Kill(StateTest):
    def test_a_kill_while_something_is_saved(self):
        kills.main(SIM800, int(os.environ.get("KILLS", "25")), 7)


class Place(StateTest):
    """What else a state directory may be, or hold."""

    def files(self):
        return os.path.join(self.state, "files")

    def test_nothing_is_left_of_a_run_that_is_refused(self):
        os.mkdir(self.path("taken"))
        self.state = self.path("above/state")
        self.refused("taken", "--pty", "taken")
        self.refused("no/such/folder", "--trace", "no/such/folder/trace")
        self.refused("no-such-world", "no-such-world")
        self.assertFalse(os.path.lexists(self.path("above")))

    def test_no_name(self):
        self.state = ""
        self.refused('--state: .*""')

    def test_a_lock_that_another_spelling_meets(self):
        self.start()
        os.symlink("state", self.path("link"))
        for self.state in "link", "./state", "link/../state", os.path.join(self.dir, "link", ""):
            self.refused("in use by another sim800")

    def test_only_its_owner_reads_it(self):
        os.umask(os.umask(0o022))
        trace = self.path("trace")
        _, host = self.start("--trace", trace)
        self.ask(host, "AT&W;+FSMKDIR=C:\\d;+FSCREATE=C:\\d\\1.txt", DONE)
        modes = {}
        for path in self.state, self.state + "/nvram.json", self.files(), self.files() + "/d", self.files() + "/d/1.txt", trace:
            modes[path] = stat.S_IMODE(os.stat(path).st_mode)
        self.assertEqual({mode for path, mode in modes.items() if os.path.isdir(path)}, {0o700})
        self.assertEqual({mode for path, mode in modes.items() if os.path.isfile(path)}, {0o600})

    def test_a_planted_link_is_not_followed(self):
        os.mkdir(self.state)
        with open(self.path("precious"), "w", encoding="ascii") as file:
            file.write("precious")
        for name in "nvram.json.tmp", "files":
            os.symlink(self.path("precious") if name != "files" else self.dir, os.path.join(self.state, name))
        self.refused("files: expected a directory, found a symbolic link")
        os.remove(self.files())
        _, host = self.start()
        os.symlink(self.path("precious"), os.path.join(self.state, "nvram.json.tmp"))
        os.symlink(self.path("precious"), os.path.join(self.files(), "a.txt"))
        os.symlink(self.dir, os.path.join(self.files(), "d"))
        self.ask(host, "AT&W", DONE)
        for line in ("AT+FSREAD=C:\\a.txt,0,9,0", "AT+FSCREATE=C:\\a.txt", "AT+FSLS=C:\\d", "AT+FSDEL=C:\\a.txt",
                     "AT+FSREAD=C:\\d\\precious,0,9,0", "AT+FSCREATE=C:\\d\\x"):
            self.ask(host, line, REFUSED)
        with open(self.path("precious"), encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_what_is_no_file(self):
        os.mkdir(self.state)
        nvram = os.path.join(self.state, "nvram.json")
        os.mkfifo(nvram)
        self.refused("nvram.json: expected a file, found a FIFO")
        os.remove(nvram)
        os.symlink("elsewhere", nvram)
        self.refused("nvram.json: expected a file, found a symbolic link")
        os.remove(nvram)
        os.mkdir(nvram)
        self.refused("nvram.json: expected a file, found a directory")
        os.rmdir(nvram)
        os.mkfifo(self.files())
        self.refused("files: Not a directory|files: .*directory")
        os.remove(self.files())
        os.mkfifo(os.path.join(self.state, "nvram.json.tmp"))
        self.start()

    def test_what_is_damaged_or_of_another_make(self):
        os.mkdir(self.state)
        nvram = os.path.join(self.state, "nvram.json")
        for text in "", "{", '{"auto": {"+CRSL": "1', '{"version": 2, "auto": {}}', "[]":
            with open(nvram, "w", encoding="ascii") as file:
                file.write(text)
            self.refused(r"nvram\.json:1: damaged: expected an object of objects of strings")
            with open(nvram, encoding="ascii") as file:
                self.assertEqual(file.read(), text)
        # Sections, keys and values that this version does not know.
        with open(nvram, "w", encoding="ascii") as file:
            json.dump({"auto": {"+CRSL": "999", "+CLVL": "33", "+CNEW": "1"}, "new": {"a": "b"}}, file)
        module, host = self.start()
        self.assertIn("+CRSL: 50\r", self.ask(host, "AT+CRSL?"))
        self.ask(host, "AT+CRSL=51", DONE)
        self.assertEqual(module.end(), 0)
        with open(nvram, encoding="ascii") as file:
            kept = json.load(file)
        self.assertEqual((kept["new"], kept["auto"]["+CLVL"], kept["auto"]["+CRSL"]), ({"a": "b"}, "33", "51"))

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_may_not_be_written(self):
        os.mkdir(self.state, 0o500)
        self.refused("Permission denied")


class Shown(StateTest):
    def state_of(self, *arguments):
        return subprocess.run([SIM800, "state", *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False)

    def test_what_a_state_directory_keeps(self):
        module, host = self.start(scenario=SCENARIO)
        for line in ("AT+CMEE=1;&W;+CMGF=1", 'AT+CLCK="SC",1,"1234"', 'AT+CPBW=1,"+420111",145,"Zoe"', "AT+CMGR=1",
                     'AT+FTPPW="hush";+FTPSCONT', 'AT+CGDCONT=1,"IP","internet"', "AT+FSCREATE=C:\\a.txt"):
            self.ask(host, line, DONE)
        for shown in self.state_of(self.state), self.state_of(self.state + "/"):  # while it runs, too
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            for wanted in (r"User profile \(AT&W\)\n(  .*\n)*  \+CMEE +1\n", r"Card: PINs \(\d+\)\n",
                           r"\n  pin +\*\*\*\*\n", r"\n  pin_asked +1\n", r"  SM 1 +\+420111 Zoe\n",
                           r"  1  REC READ \+420777 26/11/22,10:00:00\+04: hello\n", r"  apn1 +internet\n",
                           r"Files\n(  .*\n)*        0  a\.txt\n"):
                self.assertRegex(shown.stdout, wanted)
            self.assertNotRegex(shown.stdout, r"pin2? +1234|hush")
        document = json.loads(self.state_of(self.state, "--json").stdout)
        self.assertEqual(document["sections"]["profile"]["+CMEE"], "1")
        self.assertEqual(document["sections"]["ftp"]["+FTPPW"], "****")
        self.assertEqual(document["files"], {"a.txt": 0})
        self.assertEqual(module.end(), 0)

    def test_what_is_none(self):
        os.mkdir(self.state)
        with open(self.path("file"), "w", encoding="ascii"):
            pass
        for name, message in (("nowhere", "expected a state directory, found nothing"),
                              ("file", "expected a state directory, found a file"),
                              ("state", "expected nvram.json or files/ of a state directory, found neither")):
            shown = self.state_of(self.path(name))
            self.assertEqual((shown.returncode, shown.stdout), (2, ""))
            self.assertIn(message, shown.stderr)
        self.assertEqual(os.listdir(self.state), [])


if __name__ == "__main__":
    unittest.main()
