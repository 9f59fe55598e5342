# A browser without a window, driven over its remote debugging port: as much of the Chrome DevTools Protocol and of
# WebSocket (RFC 6455) as the tests of a page need.
# SPDX-License-Identifier: MIT
import base64
import http.client
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile

from harness import DEADLINE, Pipe, end, spawn


class WebSocket:
    def __init__(self, url):
        host, port, path = re.fullmatch(r"ws://([\d.]+):(\d+)(/.*)", url).groups()
        self.socket = socket.create_connection((host, int(port)), DEADLINE)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(("GET %s HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (path, host, port, key)).encode())
        self.file = self.socket.makefile("rb")
        if b" 101 " not in self.file.readline():
            raise AssertionError("the browser takes no WebSocket")
        while self.file.readline() != b"\r\n":
            pass

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        size = struct.pack(">BB", 0x81, 0x80 | len(data)) if len(data) < 126 else struct.pack(">BBH", 0x81, 0xFE, len(data)) \
            if len(data) < 65536 else struct.pack(">BBQ", 0x81, 0xFF, len(data))
        self.socket.sendall(size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def receive(self):
        text, last = b"", False
        while not last:
            first, size = self.file.read(2)
            if size > 125:
                size, = struct.unpack(">H" if size == 126 else ">Q", self.file.read(2 if size == 126 else 8))
            text, last = text + self.file.read(size), bool(first & 0x80)
        return text.decode()

    def close(self):
        self.file.close()
        self.socket.close()


class Browser:
    """One page in Debian's chromium; needs chromium (see peers.require)."""

    def __init__(self, url, dark=False, size=(1280, 900)):
        self.folder = tempfile.mkdtemp(prefix="sim800-browser-")
        self.process = spawn(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
                              "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
                              "--remote-debugging-port=0", "--hide-scrollbars", "--user-data-dir=" + self.folder, "about:blank"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        port = int(Pipe(self.process.stderr.fileno()).until(re.compile(rb"DevTools listening on ws://127\.0\.0\.1:(\d+)/"))[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        connection.request("GET", "/json/list")
        target = next(one for one in json.loads(connection.getresponse().read()) if one["type"] == "page")
        connection.close()
        self.socket, self.count, self.complaints = WebSocket(target["webSocketDebuggerUrl"]), 0, []
        for domain in "Page", "Runtime", "Log", "Accessibility":
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=url)

    def call(self, method, **parameters):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.receive())
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise AssertionError("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.heard(answer)

    def heard(self, event):
        """What the page does wrong: exceptions, and what its own policy forbids."""
        if event["method"] == "Runtime.exceptionThrown":
            self.complaints.append(event["params"]["exceptionDetails"])
        elif event["method"] == "Log.entryAdded" and event["params"]["entry"]["source"] in ("security", "violation"):
            self.complaints.append(event["params"]["entry"]["text"])

    def run(self, script):
        """The value of an expression; of a promise, what it comes to."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError("%s: %s" % (script, result["exceptionDetails"]))
        return result["result"].get("value")

    def until(self, condition):
        """Waits until an expression holds: it is asked again whenever the page changes."""
        self.run("""new Promise((met, given_up) => {
          const look = () => { let holds = false; try { holds = (%s); } catch { holds = false; }
                               if (holds) { watch.disconnect(); clearTimeout(end); met(true); } };
          const watch = new MutationObserver(look), end = setTimeout(() => given_up(new Error(document.body.innerText)), %d);
          watch.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
          document.addEventListener("readystatechange", look);
          look(); })""" % (condition, DEADLINE * 1000))

    def press(self, *keys):
        for key in keys:
            code = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowRight": 39}[key]
            text = {"text": "\r"} if key == "Enter" else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def write(self, text):
        self.call("Input.insertText", text=text)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.socket.close()
        end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)
