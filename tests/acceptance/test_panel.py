# The panel: the page that GET / of the control interface answers with, in a real browser.
# SPDX-License-Identifier: MIT
"""With SCREENSHOTS=FOLDER it leaves pictures there, light and dark."""
import json
import os
import re
import unittest

from browser import Browser
from control import Control
from harness import OK, AcceptanceTest
from peers import ROOT, require
from test_pytest import run_pytest


class Answer(AcceptanceTest):
    def setUp(self):
        super().setUp()
        self.control = Control.of(self.module("--control", "127.0.0.1:0"))

    def get(self, method="GET", path="/", **headers):
        connection = self.control.connect()
        self.addCleanup(connection.close)
        connection.request(method, path, headers=headers)
        return connection.getresponse()

    def test_it_is_one_page_that_only_its_own_script_runs_in(self):
        first, second = self.get(), self.get()
        self.assertEqual((first.status, first.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        policy, page = first.headers["Content-Security-Policy"], first.read().decode()
        nonce = re.search(r"script-src 'nonce-([0-9a-f]{32})'", policy)[1]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(page.count('nonce="%s"' % nonce), 2)
        self.assertEqual(len(re.findall("<(?:script|style)", page)), 2)
        self.assertNotEqual(second.headers["Content-Security-Policy"], policy)
        self.assertNotIn("@", re.sub(r"@media", "", page))
        self.assertIsNone(re.search(r"""(?:src|href)=["'](?!data:,)|https?:|\son\w+=|\sstyle=|innerHTML|eval\(""", page))
        self.assertIn("AT+HTTPINIT", page)

    def test_who_may_not_ask(self):
        for headers in {"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}:
            self.assertEqual(self.get(**headers).status, 403)
        self.assertEqual(self.get("POST").status, 404)
        self.assertEqual(self.get(path="/panel").status, 404)
        self.assertEqual(self.get("HEAD").read(), b"")

    def test_with_a_token_the_page_comes_and_asks_for_it(self):
        with open(self.path("token"), "w", encoding="ascii") as file:
            file.write("0123456789abcdef\n")
        self.control = Control.of(self.module("--control", "127.0.0.1:0", "--control-token", self.path("token")))
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.get(path="/v1/modem").status, 401)


class InABrowser(AcceptanceTest):
    def setUp(self):
        require("chromium")
        super().setUp()
        self.runs = self.module("--control", "127.0.0.1:0")
        self.control = Control.of(self.runs)

    def open(self, dark=False):
        page = self.keep(Browser(self.control.url + "/", dark))
        page.until('document.querySelectorAll("#state dd").length > 5 && document.querySelectorAll("#scenario option").length > 3 && '
                   'document.querySelector("#log .tx")')
        return page

    def fill(self, page, name, text):
        page.run("document.getElementById(%s).value = ''; document.getElementById(%s).focus()" % (json.dumps(name), json.dumps(name)))
        page.write(text)

    def test_what_happens_is_seen_and_what_is_done_happens(self):
        page, host = self.open(), self.host(self.runs)
        page.until('document.querySelector("#log").innerText.includes("SMS Ready")')

        self.fill(page, "line", "AT+CSQ")
        page.press("Enter")
        page.until('document.querySelector("#log").innerText.includes("+CSQ: 21,0")')

        page.run('document.getElementById("rssi").focus()')
        page.press("ArrowLeft")
        page.until('document.getElementById("level").innerText === "rssi 20"')
        host.say("AT+CSQ", b"\r\n+CSQ: 20,0\r\n" + OK)

        self.fill(page, "sms-text", "hello from the panel")
        page.press("Enter")
        host.expect(b'\r\n+CMTI: "SM",1\r\n')
        page.until('[...document.querySelectorAll("#log .decoded")].some(one => one.innerText.includes("hello from the panel"))')

        page.run('document.querySelector("#fault button").click()')
        page.until('document.querySelectorAll("#faults tr").length === 1')
        host.say("AT+CSQ", b"\r\nERROR\r\n")
        page.until('document.querySelector("#log .fault") && document.querySelectorAll("#faults td.number")[1].innerText === "1"')
        page.run('document.querySelector("#faults button[aria-label^=Remove]").click()')
        page.until('document.querySelectorAll("#faults tr").length === 0')
        self.assertEqual(self.control.get("/faults"), [])

        page.run('document.querySelector("#call button").click()')
        host.expect(b"\r\nRING\r\n")
        page.until('document.querySelector("#calls button[aria-label^=Hang]")')
        page.run('document.querySelector("#calls button[aria-label^=Hang]").click()')
        page.until('document.querySelectorAll("#calls li").length === 0')

        page.run('document.getElementById("as-scenario").click()')
        page.until('document.getElementById("copied").value.includes("hello from the panel")')
        copied = json.loads(page.run('document.getElementById("copied").value'))
        self.assertEqual([event["do"] for event in copied["events"]],
                         [{"signal": {"rssi": 20}}, {"sms": {"from": "+420777000000", "text": "hello from the panel"}},
                          {"call": {"from": "+420777000000"}}, {"call": {"state": "ended"}}])
        (fault,) = copied["faults"]
        self.assertLessEqual({"on", "do", "after", "before"}, set(fault))
        self.assertRegex(copied["description"], r"The host typed AT\+CSQ at [\d.]+s$")
        self.control.ask("PUT", "/scenario", copied)  # the program takes it
        self.runs_as_pytest(page, 'modem.at("AT+CSQ")', "fault_0.remove()", 'modem.do({"call": {"state": "ended"}})')
        self.assertEqual(page.complaints, [])

    def runs_as_pytest(self, page, *statements):
        page.run('document.getElementById("copied").value = ""; document.getElementById("as-pytest").click()')
        page.until('document.getElementById("copied").value.startsWith("def test_")')
        text = page.run('document.getElementById("copied").value')
        for statement in statements:
            self.assertIn("    %s  # at " % statement, text)
        with open(self.path("test_copied.py"), "w", encoding="utf-8") as file:
            file.write(text)
        done = run_pytest(self.dir, "-p", "pytest_sim800.plugin", self.path("test_copied.py"))
        self.assertEqual(done.returncode, 0, done.stdout)

    def press_button(self, page, label):
        """As the keyboard does it."""
        selector = "button[aria-label=%s]" % json.dumps(label)
        page.until("document.querySelector(%s)" % json.dumps(selector))
        page.run("document.querySelector(%s).focus()" % json.dumps(selector))
        page.press("Enter")

    def test_a_call_with_keys_and_lines_and_a_question(self):
        page, host = self.open(), self.host(self.runs)
        host.ok("AT+DDET=1", "AT+CUSD=1")
        page.run('document.querySelector("#call button").click()')
        host.until(b"\r\nRING\r\n")
        host.ok("ATA")
        page.until('document.querySelectorAll("#calls .keys button").length === 16')
        for key in "5D#":
            self.press_button(page, "Key %s of +420777000000" % key)
            host.expect(b"\r\n+DTMF: %s\r\n" % key.encode())
            # Where the state is drawn anew, the focus stays.
            self.assertEqual(page.run("document.activeElement.getAttribute('aria-label')"), "Key %s of +420777000000" % key)
        host.ok("AT+VTS=1", 'AT+VTS="2"')
        page.until('document.querySelector("#calls").innerText.includes("The host has pressed 12")')
        self.press_button(page, "Hang up +420777000000")
        host.expect(b"\r\nNO CARRIER\r\n")

        page.run('document.getElementById("ussd-asks").click()')
        self.fill(page, "ussd-text", "Which tariff?")
        page.press("Enter")
        host.until(b"+CUSD: 1")
        ri = self.control.get("/modem")["lines"][0]["RI"]
        page.run('[...document.querySelectorAll("#lamps button")].find(one => one.innerText === "RI").click()')
        page.until('document.querySelector("#lamps button[aria-label^=RI]").getAttribute("aria-pressed") === "%s"' % ("false" if ri else "true"))
        page.run('document.getElementById("own-lines").click()')
        page.until('document.getElementById("said").innerText.startsWith("The lines are")')

        page.run('document.getElementById("as-scenario").click()')
        page.until('document.getElementById("copied").value.includes("Which tariff?")')
        copied = json.loads(page.run('document.getElementById("copied").value'))
        self.assertEqual([next(iter(event["do"].items())) for event in copied["events"]][:6],
                         [("call", {"from": "+420777000000"}), *[("call", {"dtmf": key}) for key in "5D#"], ("call", {"state": "ended"}),
                          ("ussd", {"text": "Which tariff?", "reply_expected": True})])
        self.assertEqual([next(iter(event["do"])) for event in copied["events"]][6:], ["level", "level"])
        self.control.ask("PUT", "/scenario", copied)
        self.runs_as_pytest(page, 'modem.do({"call": {"dtmf": "D"}})')
        self.assertEqual(page.complaints, [])

    def test_what_is_refused_is_said(self):
        page = self.open()
        page.run('document.getElementById("new-fault").value = "{}"; document.querySelector("#fault button").click()')
        page.until('document.getElementById("said").classList.contains("refused") && document.getElementById("said").innerText.includes("body")')
        self.assertEqual(page.complaints, [])

    def test_keyboard_and_screen_reader(self):
        page = self.open()
        controls = page.run('[...document.querySelectorAll("input,select,textarea,button")].filter(one => one.offsetParent).length')
        self.assertGreater(controls, 20)
        page.run("document.activeElement.blur()")
        reached = set()
        for _ in range(controls + 3):
            page.press("Tab")
            reached.add(page.run("document.activeElement.id || document.activeElement.innerText"))
        for name in "log", "line", "rssi", "registration", "sms-text", "key", "scenario", "as-scenario":
            self.assertIn(name, reached)
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
        wanted = {"textbox", "button", "slider", "combobox", "menuitem", "MenuListPopup"}
        nameless = [node for node in nodes if not node.get("ignored") and node.get("role", {}).get("value") in wanted - {"MenuListPopup"} and
                    not node.get("name", {}).get("value")]
        self.assertEqual(nameless, [])
        roles = {node.get("role", {}).get("value") for node in nodes}
        self.assertLessEqual({"log", "status", "main", "banner"}, roles)

    def test_light_and_dark(self):
        backgrounds = set()
        host = self.host(self.runs)
        self.control.post("/sms", {"from": "+420777000000", "text": "set relay 2 on"})
        host.expect(b'\r\n+CMTI: "SM",1\r\n')
        self.control.post("/faults", {"name": "flaky", "on": {"command": "AT+CSQ", "nth": 2}, "do": {"result": "ERROR"}})
        for line in "AT+CSQ", "AT+CSQ", "AT+CMGF=1", "AT+CMGR=1", "AT+CREG?":
            host.ask(line)
        for dark in False, True:
            page = self.open(dark)
            page.until('document.querySelector("#log .fault")')
            backgrounds.add(page.run("getComputedStyle(document.body).backgroundColor"))
            self.assertGreaterEqual(self.contrast(page), 4.5)
            if folder := os.environ.get("SCREENSHOTS"):
                page.screenshot(os.path.join(folder, "panel-%s.png" % ("dark" if dark else "light")))
        self.assertEqual(len(backgrounds), 2)

    def contrast(self, page):
        """The least between a text and what is behind it (WCAG 2)."""
        return page.run("""(() => {
          const parts = text => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const behind = one => { for (; one; one = one.parentElement) { const c = parts(getComputedStyle(one).backgroundColor);
            if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
          return Math.min(...[...document.querySelectorAll("label, dt, dd, p, h2, button, th, td, #log span, #log time, input, select")]
            .filter(one => one.offsetParent).map(one => { const a = light(parts(getComputedStyle(one).color)), b = light(behind(one));
              return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); }));
        })()""")


class Pictures(unittest.TestCase):
    def test_the_one_that_readme_shows_is_small(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            name = re.search(r"!\[[^]]+\]\((docs/panel\.png)\)", file.read())[1]
        self.assertLess(os.path.getsize(os.path.join(ROOT, name)), 200_000)


if __name__ == "__main__":
    unittest.main()
