# serialport-gsm, the usual package for modems under Node.js, sends and receives messages.
# SPDX-License-Identifier: MIT
import json
import os
import subprocess
import unittest

from harness import BOOT, AcceptanceTest, Host, Pipe, end, spawn
from peers import UNPACKED, require

OWN = "+8613800138000"
PROGRAM = """
const modem = require('serialport-gsm').Modem();
const say = (...what) => console.log(JSON.stringify(what));
const [port, own] = process.argv.slice(1);
modem.on('error', (error) => say('error', String(error)));
modem.on('onNewMessage', (messages) => say('message', messages[0].sender, messages[0].message));
modem.on('onNewIncomingCall', (call) => say('call', call.data.number));
modem.on('open', () => modem.initializeModem((answer, error) => {
  say('initialized', error ? String(error) : answer.status);
  modem.setModemMode((mode) => {
    say('mode', mode.status);
    modem.getModemSerial((serial) => say('serial', serial.data.modemSerial));
    modem.getNetworkSignal((signal) => say('signal', signal.data.signalQuality));
    modem.sendSMS(own, 'Hello {€}', false, (sent) => say('sent', sent.data.response));
  }, 'PDU');
}));
modem.open(port, {baudRate: 115200, autoDeleteOnReceive: true, enableConcatenation: true, incomingCallIndication: true,
                  cnmiCommand: 'AT+CNMI=2,1,0,1,0'});
"""


class SerialportGsm(AcceptanceTest):
    def session(self, timing):
        require("node")
        packages = os.path.join(UNPACKED, "..", "npm", "node_modules")
        if not os.path.exists(os.path.join(packages, "serialport-gsm")):
            self.skipTest("there is no serialport-gsm (npm's package)")
        link = self.path(timing)
        self.module("--pty", link, timing=timing, tcp=0)
        host = self.keep(Host.pty(link))
        host.expect(BOOT)
        host.registered()
        host.close()
        node = spawn(["node", "-e", PROGRAM, link, OWN], env={**os.environ, "NODE_PATH": packages},
                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(end, node)
        said = Pipe(node.stdout.fileno())
        said.until(b'"message"')
        said.until(b"\n")
        return [json.loads(line) for line in said.seen.decode().splitlines()]

    def test_messages(self):
        for timing in "instant", "typical":
            with self.subTest(timing):
                self.assertEqual(sorted(self.session(timing)), [
                    ["initialized", "success"], ["message", OWN[1:], "Hello {€}"], ["mode", "success"],
                    ["sent", "Message Successfully Sent"], ["sent", "Successfully Sent to Message Queue"],
                    ["serial", "866104020304051"], ["signal", "21"]])


if __name__ == "__main__":
    unittest.main()
