# Multimedia messages to and from a centre on loopback.
# SPDX-License-Identifier: MIT
import re
import unittest

from harness import OK, AcceptanceTest
from servers import ScriptedServer, at, page

SENT = b"\x8c\x81\x98A\0\x8d\x92\x92\x80"  # M-Send.conf: accepted
REFUSED = b"\x8c\x81\x98A\0\x8d\x92\x92\x82"


def part(kind, name, data):
    head = bytes([len(kind) + len(name) + 2]) + kind + b"\x85" + name + b"\0"
    return bytes([len(head), len(data)]) + head + data


RETRIEVED = (b"\x8c\x84\x98t\0\x8d\x92\x85\x04\x65\xd0\xa6\x33\x89\x12\x80+27123/TYPE=PLMN\0\x96Hi\0\x84\x01\xa3\x02"
             + part(b"\x9e", b"image0.jpg", b"jpeg\0data") + part(b"\x83", b"text_0.txt", "hé".encode()))


class Mms(AcceptanceTest):
    def start(self, centre):
        module = self.module(scenario={"name": "mms", "module": {"settings": {"+CMEE": 1}}, "network": {
            "hosts": {"mmsc.test": at(centre.port), "10.0.0.172": at(centre.port), "*": "unresolvable"}}})
        host = self.host(module)
        host.open_bearer()
        host.ok("AT+CMMSINIT", 'AT+CMMSCURL="mmsc.test/mms"')
        return host

    def download(self, host, arguments, data):
        host.say("AT+CMMSDOWN=" + arguments, b"\r\nCONNECT\r\n")
        host.send(data)
        host.expect(OK)

    def compose(self, host):
        host.ok("AT+CMMSEDIT=1")
        picture = bytes(range(256)) * 100
        self.download(host, '"PIC",%d,20000' % len(picture), picture)
        self.download(host, '"TEXT",5,2000', b"Hello")
        host.ok('AT+CMMSRECP="+8613800138000"')
        return picture

    def test_sending(self):
        centre = self.keep(ScriptedServer(page(SENT)))
        host = self.start(centre)
        host.ok('AT+CMMSPROTO="10.0.0.172",80')
        picture = self.compose(host)
        host.ok("AT+CMMSSEND")
        head, _, body = centre.requests[0].partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"POST http://mmsc.test/mms HTTP/1.1\r\n"), head)  # as a proxy is asked
        self.assertIn(b"\r\nContent-Type: application/vnd.wap.mms-message\r\n", head)
        self.assertTrue(body.startswith(b"\x8c\x80\x98"), body[:40])
        self.assertIn(b"\x97+8613800138000/TYPE=PLMN\0", body)
        self.assertIn(picture, body)
        self.assertTrue(body.endswith(b"Hello"), body[-40:])

    def test_refused_and_unreachable(self):
        centre = self.keep(ScriptedServer(page(REFUSED)))
        host = self.start(centre)
        self.compose(host)
        host.say("AT+CMMSSEND", b"\r\n+CME ERROR: 193\r\n")
        host.ok('AT+CMMSCURL="nowhere.test"')
        host.say("AT+CMMSSEND", b"\r\n+CME ERROR: 177\r\n")

    def test_receiving(self):
        centre = self.keep(ScriptedServer(page(RETRIEVED)))
        host = self.start(centre)
        notification = b"\x8c\x82\x98t\0\x8d\x92\x89\x12\x80+27123/TYPE=PLMN\0\x8a\x80\x8e\x02\x07\xe7" \
                       b"\x88\x05\x81\x03\x01\x51\x80\x83http://mmsc.test/m1\0"
        push = b"\x06\x05\x04\x0b\x84\x23\xf0" + b"\x01\x06\x03\xbe\xaf\x84" + notification
        pdu = "41000D91683108108300F00004%02X" % len(push) + push.hex().upper()
        host.ok("AT+CMGF=0")
        host.send("AT+CMGS=%d\r" % (len(pdu) // 2))
        host.until(b"> ")
        host.send("00" + pdu + "\x1a")
        host.until(b'+CMTI: "SM",1,"MMS PUSH"\r\n')
        host.say("AT+CMMSRDPUSH=1", b'\r\n+CMMSRDPUSH: 2,"+27123","","t","http://mmsc.test/m1","",0,2023\r\n' + OK)
        answer = host.ask("AT+CMMSRECV=1")
        self.assertRegex(answer, re.compile(
            r'\A\r\n\+CMMSRECV: "\+27123","2024-02-17,\d\d:\d\d:\d\d","Hi",14\r\n'
            r'1,"image0.jpg",7,9\r\n2,"text_0.txt",4,3\r\n\r\nOK\r\n\Z'))
        self.assertTrue(centre.requests[0].startswith(b"GET /m1 HTTP/1.1\r\n"))
        self.assertTrue(centre.requests[1].startswith(b"POST /mms HTTP/1.1\r\n"))
        self.assertTrue(centre.requests[1].endswith(b"\x8c\x83\x98t\0\x8d\x92\x95\x81"))
        host.say("AT+CMMSREAD=1", b'\r\n+CMMSREAD: "image0.jpg",9\r\njpeg\0data' + OK)
        host.say("AT+CMMSREAD=2", b'\r\n+CMMSREAD: "text_0.txt",4\r\nh\0\xe9\0' + OK)
        host.ok("AT+CMMSTERM")


if __name__ == "__main__":
    unittest.main(verbosity=2)
