// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>

#include "emulator/core/world.hpp"
#include "emulator/internet/mms_service.hpp"
#include "emulator/sms/sms_service.hpp"
#include "protocol/text/hex.hpp"
#include "tests/support/mail_fixture.hpp"

namespace sim800::test {
namespace {

using namespace std::string_literals;

struct MmsFixture : ModuleFixture {
  explicit MmsFixture(World given = instant()) : ModuleFixture(MailFixture::with_codes(std::move(given))) {
    open_bearer();
    ask("AT+CMMSINIT");
    ask("AT+CMMSCURL=\"mmsc.example.org/mms\"");
    ask("AT+CMMSPROTO=\"10.0.0.172\",8080");
  }
  std::string download(const std::string& arguments, const std::string& data) {
    const std::string prompt = ask("AT+CMMSDOWN=" + arguments);
    return prompt == urc("CONNECT") ? say(data) : prompt;
  }
  void compose() {
    ask("AT+CMMSEDIT=1");
    download("\"PIC\",3,5000", "jpg");
    ask("AT+CMMSRECP=\"+123\"");
  }
  std::string answer(int status, std::string body = {}) {
    http.answer({status, "", std::move(body)});
    clock.advance(0s);
    return port.take();
  }
  std::string confirm(std::uint8_t response) {
    Mms confirmation;
    confirmation.type = MmsType::send_confirmation;
    confirmation.response = response;
    return answer(200, encode_mms(confirmation));
  }
  /// A push comes as a message to oneself.
  std::string push(const std::string& octets) {
    Sms message;
    message.type = SmsType::submit;
    message.first_octet = 0x01 | Sms::has_header;
    message.address = *parse_number_address(u"+8613800138000");
    message.coding = 0x04;
    message.set_data("\x06\x05\x04\x0b\x84\x23\xf0"s, push_of_mms(octets));
    const std::string tpdu = encode_sms(message);
    ask("AT+CMGF=0");
    ask("AT+CMGS=" + std::to_string(tpdu.size()));
    const std::string said = say("00" + to_hex(tpdu) + "\x1a");
    return said + wait(10s);
  }
  std::string push_notification() {
    Mms notification;
    notification.type = MmsType::notification;
    notification.transaction = "t1";
    notification.from = "+123";
    notification.subject = "Hi";
    notification.message_class = 0;
    notification.size = 2023;
    notification.location = "http://mmsc.example.org/m1";
    return push(encode_mms(notification));
  }
};

Mms retrieved() {
  Mms message;
  message.type = MmsType::retrieve_confirmation;
  message.from = "+123";
  message.subject = "Hi";
  message.date = 1'708'172'979;
  message.parts = {{"smil.xml", "application/smil", "<smil/>"}, {"text_0.txt", "text/plain", "h\xc3\xa9"}};
  return message;
}

}  // namespace

TEST_CASE("mms: settings, and what AT+CMMSSCONT keeps of them") {
  Nvram nvram;
  {
    ModuleFixture fixture(MailFixture::with_codes(ModuleFixture::instant()), true, &nvram);
    CHECK(fixture.ask("AT+CMMSSENDCFG?") == urc("+CMMSSENDCFG: 6,3,0,0,2,4,1,0") + OK);
    CHECK(fixture.ask("AT+CMMSSENDCFG=0,1") == OK);
    CHECK(fixture.ask("AT+CMMSSENDCFG?") == urc("+CMMSSENDCFG: 0,1,0,0,2,4,1,0") + OK);
    CHECK(fixture.ask("AT+CMMSSENDCFG=7") == invalid);
    CHECK(fixture.ask("AT+CMMSPROTO=\"10.0.0.172\",80") == OK);
    CHECK(fixture.ask("AT+CMMSPROTO?") == urc("+CMMSPROTO: \"10.0.0.172\",80") + OK);
    for (const char* bad : {"\"10.0.0\",80", "\"10.0.0.256\",80", "\"10.0.0.1\",0", "\"proxy\",80", "\"1..2.3\",80"}) {
      CAPTURE(bad);
      CHECK(fixture.ask("AT+CMMSPROTO=" + std::string(bad)) == invalid);
    }
    CHECK(fixture.ask("AT+CMMSCURL=\"mmsc.monternet.com\"") == OK);
    CHECK(fixture.ask("AT+CMMSTIMEOUT=10,1000") == OK);
    CHECK(fixture.ask("AT+CMMSTIMEOUT=9,1000") == invalid);
    CHECK(fixture.ask("AT+CMMSSCONT?").starts_with("\r\n+CMMSSCONT: 1\r\n"));
    CHECK(fixture.ask("AT+CMMSSCONT") == OK);
    CHECK(fixture.ask("AT+CMMSSCONT?") ==
          "\r\n+CMMSSCONT: 0\r\n+CMMSCID: 1\r\n+CMMSCURL: \"mmsc.monternet.com\"\r\n+CMMSUA: \"SIMCOM_MODULE\"\r\n"
          "+CMMSPROFILE: \"\"\r\n+CMMSPROTO: \"10.0.0.172\",80\r\n+CMMSSENDCFG: 0,1,0,0,2,4,1,0\r\n"
          "+CMMSTIMEOUT: 10,1000\r\n\r\nOK\r\n");
  }
  ModuleFixture fixture(MailFixture::with_codes(ModuleFixture::instant()), true, &nvram);
  CHECK(fixture.ask("AT+CMMSCURL?") == urc("+CMMSCURL: \"mmsc.monternet.com\"") + OK);
  CHECK(fixture.ask("AT+CMMSSCONT?").starts_with("\r\n+CMMSSCONT: 0\r\n"));
}

TEST_CASE("mms: nothing before AT+CMMSINIT and after AT+CMMSTERM") {
  MmsFixture fixture;
  CHECK(fixture.ask("AT+CMMSINIT") == NOT_ALLOWED);
  CHECK(fixture.ask("AT+CMMSTERM") == OK);
  for (const char* line :
       {"AT+CMMSTERM", "AT+CMMSEDIT=1", "AT+CMMSDOWN=\"PIC\",1,5000", "AT+CMMSDELFILE=1", "AT+CMMSSEND",
        "AT+CMMSRECP=\"1\"", "AT+CMMSDELRECP", "AT+CMMSVIEW", "AT+CMMSREAD=1", "AT+CMMSRDPUSH=1", "AT+CMMSRECV=1"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == NOT_ALLOWED);
  }
}

TEST_CASE("mms: a message is composed in edit mode") {
  MmsFixture fixture;
  CHECK(fixture.ask("AT+CMMSDOWN=\"PIC\",3,5000") == cme(186));
  CHECK(fixture.ask("AT+CMMSRECP=\"+123\"") == cme(186));
  CHECK(fixture.ask("AT+CMMSDELRECP") == cme(186));
  CHECK(fixture.ask("AT+CMMSDELFILE=1") == cme(186));
  CHECK(fixture.ask("AT+CMMSSEND=\"+123\"") == cme(186));
  CHECK(fixture.ask("AT+CMMSEDIT=1") == OK);
  CHECK(fixture.ask("AT+CMMSEDIT?") == urc("+CMMSEDIT: 1") + OK);
  CHECK(fixture.download("\"TITLE\",2,2000", "Hi") == OK);
  CHECK(fixture.download("\"PIC\",3,5000", "jpg") == OK);
  CHECK(fixture.ask("AT+CMMSSTATUS?") == urc("+CMMSSTATUS: MMS_DOWNLOADED") + OK);
  CHECK(fixture.download("\"PIC\",4,5000,\"a.jpg\"", "jpeg") == OK);
  CHECK(fixture.download("\"TEXT\",5,2000", "Hello") == OK);
  CHECK(fixture.ask("AT+CMMSRECP=\"+123\"") == OK);
  CHECK(fixture.ask("AT+CMMSRECP=\"+456\"") == OK);
  CHECK(fixture.ask("AT+CMMSCC=\"a@b\"") == OK);
  CHECK(fixture.ask("AT+CMMSBCC=\"+789\"") == OK);
  CHECK(fixture.ask("AT+CMMSRECP?") == "\r\n+CMMSRECP: \"+123\"\r\n+CMMSRECP: \"+456\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMMSVIEW") ==
        "\r\n+CMMSVIEW: 2,\"\",\"+123;+456\",\"a@b\",\"+789\",\"\",\"Hi\",14\r\n1,\"image0.jpg\",7,3\r\n"
        "2,\"a.jpg\",7,4\r\n3,\"text0.txt\",4,5\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMMSDELFILE=2") == OK);
  CHECK(fixture.ask("AT+CMMSDELFILE=3") == cme(188));
  CHECK(fixture.ask("AT+CMMSDELRECP=\"+123\"") == OK);
  CHECK(fixture.ask("AT+CMMSDELRECP=\"+123\"") == cme(176));
  CHECK(fixture.ask("AT+CMMSDELCC") == OK);
  CHECK(fixture.ask("AT+CMMSREAD=1") == "\r\n+CMMSREAD: \"image0.jpg\",3\r\njpg\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMMSREAD=3") == cme(188));
  CHECK(fixture.ask("AT+CMMSEDIT=0") == OK);
  CHECK(fixture.ask("AT+CMMSVIEW") == urc("+CMMSVIEW: 2,\"\",\"\",\"\",\"\",\"\",\"\",0") + OK);
}

TEST_CASE("mms: limits of what is downloaded") {
  MmsFixture fixture;
  fixture.ask("AT+CMMSEDIT=1");
  for (const char* bad :
       {"\"PIC\",307201,5000", "\"PIC\",1,4999", "\"TEXT\",15361,2000", "\"TEXT\",1,1999", "\"TITLE\",41,2000",
        "\"TITLE\",1,2000,\"a\"", "\"AUDIO_AMR\",1,5000", "\"PIC\",0,5000", "\"WHAT\",1,5000"}) {
    CAPTURE(bad);
    CHECK(fixture.ask("AT+CMMSDOWN=" + std::string(bad)) == invalid);
  }
}

TEST_CASE("mms: what comes too late, too often or too large") {
  MmsFixture fixture;
  fixture.ask("AT+CMMSEDIT=1");
  fixture.ask("AT+CMMSDOWN=\"PIC\",3,5000");
  CHECK(fixture.wait(5s) == cme(173));
  for (int i = 0; i < 20; ++i) CHECK(fixture.ask("AT+CMMSRECP=\"1\"") == OK);
  CHECK(fixture.ask("AT+CMMSRECP=\"1\"") == cme(175));
  CHECK(fixture.download("\"PIC\",307200,5000", std::string(307'200, 'x')) == OK);
  CHECK(fixture.download("\"TEXT\",1,2000", "x") == cme(172));
  fixture.ask("AT+CMMSDELFILE=1");
  for (int i = 0; i < 10; ++i) CHECK(fixture.download("\"TEXT\",1,2000", "x") == OK);
  CHECK(fixture.download("\"TEXT\",1,2000", "x") == cme(192));
}

TEST_CASE("mms: audio on the models that have it") {
  World world = ModuleFixture::instant();
  world.module.model = "SIM808";
  MmsFixture fixture(world);
  fixture.ask("AT+CMMSEDIT=1");
  CHECK(fixture.download("\"AUDIO_AMR\",1,5000,\"a.amr\"", "x") == OK);
  CHECK(fixture.modem.mms->files[0].type == "audio/amr");
}

TEST_CASE("mms: a message goes to the centre by the proxy") {
  MmsFixture fixture;
  fixture.compose();
  fixture.ask("AT+CMMSSENDCFG=2,2,1,1,0,0");
  fixture.ask("AT+CMMSPROFILE=\"http://example.org/profile.xml\"");
  CHECK(fixture.ask("AT+CMMSSEND=\"+456\"").empty());
  CHECK(fixture.modem.mms->status() == "MMS_SENDING");
  const HttpRequest& request = fixture.http.request;
  CHECK(request.method == HttpMethod::post);
  CHECK(request.host == "mmsc.example.org");
  CHECK(request.path == "/mms");
  CHECK(request.proxy_host == "10.0.0.172");
  CHECK(request.proxy_port == 8080);
  CHECK(request.content_type == "application/vnd.wap.mms-message");
  CHECK(request.headers == std::vector<std::string>{"X-Wap-Profile: \"http://example.org/profile.xml\""});
  const auto sent = decode_mms(fixture.http.sent_body);
  REQUIRE(sent);
  CHECK(sent->type == MmsType::send_request);
  CHECK(sent->to == std::vector<std::string>{"+123", "+456"});
  CHECK(sent->validity == 86'400);
  CHECK(sent->priority == 2);
  CHECK(sent->delivery_report == true);
  CHECK(sent->read_report == true);
  CHECK(sent->sender_visibility == 0);
  CHECK(sent->message_class == 0);
  CHECK(sent->parts == std::vector<MmsPart>{{"image0.jpg", "image/jpeg", "jpg"}});
  CHECK(fixture.confirm(Mms::accepted) == OK);
  CHECK(fixture.ask("AT+CMMSVIEW").starts_with("\r\n+CMMSVIEW: 1,"));
  CHECK(fixture.ask("AT+CMMSSTATUS?") == urc("+CMMSSTATUS: MMS_IDLE") + OK);
}

TEST_CASE("mms: what sending can come to") {
  MmsFixture fixture;
  fixture.ask("AT+CMMSEDIT=1");
  CHECK(fixture.ask("AT+CMMSSEND") == cme(174));
  CHECK(fixture.ask("AT+CMMSSEND=\"+1\"") == cme(187));
  fixture.compose();
  fixture.ask("AT+CMMSSEND");
  CHECK(fixture.confirm(130) == cme(193));
  fixture.ask("AT+CMMSSEND");
  CHECK(fixture.answer(200, "what") == cme(193));
  fixture.ask("AT+CMMSSEND");
  CHECK(fixture.answer(404) == cme(193));
  fixture.ask("AT+CMMSSEND");
  CHECK(fixture.answer(601) == cme(177));
  fixture.ask("AT+CMMSTIMEOUT=10,10");
  fixture.ask("AT+CMMSSEND");
  CHECK(fixture.wait(9999ms) == "");
  CHECK(fixture.wait(1ms) == cme(173));
  CHECK(fixture.http.running == 0);
  fixture.ask("AT+CMMSSEND");
  fixture.modem.lose_bearers();
  CHECK(fixture.wait(0s).find("+CME ERROR: 177") != std::string::npos);
  CHECK(fixture.ask("AT+CMMSSEND") == cme(177));
  fixture.ask("AT+CGATT=0");
  CHECK(fixture.ask("AT+CMMSSEND") == cme(180));
}

TEST_CASE("mms: another channel finds the task busy") {
  MmsFixture fixture;
  RecordingPort port;
  Channel& other = fixture.modem.attach(port, "other");
  fixture.compose();
  fixture.ask("AT+CMMSSEND");
  other.receive("AT+CMMSSEND;\r");
  fixture.clock.advance(0s);
  CHECK(port.take().ends_with(cme(171)));
}

TEST_CASE("mms: a push is told of, read, and its message fetched") {
  MmsFixture fixture;
  CHECK(fixture.push_notification().find(urc("+CMTI: \"SM\",1,\"MMS PUSH\"")) != std::string::npos);
  CHECK(fixture.ask("AT+CMMSRDPUSH=1") ==
        urc("+CMMSRDPUSH: 2,\"+123\",\"Hi\",\"t1\",\"http://mmsc.example.org/m1\",\"\",0,2023") + OK);
  CHECK(fixture.ask("AT+CMMSRECV=1").empty());
  CHECK(fixture.http.request.method == HttpMethod::get);
  CHECK(fixture.http.request.host == "mmsc.example.org");
  CHECK(fixture.http.request.path == "/m1");
  CHECK(fixture.answer(200, encode_mms(retrieved())) == "");
  const auto response = decode_mms(fixture.http.sent_body);
  REQUIRE(response);
  CHECK(response->type == MmsType::notify_response);
  CHECK(response->transaction == "t1");
  CHECK(response->status == 1);
  CHECK(fixture.answer(200) ==
        "\r\n+CMMSRECV: \"+123\",\"2024-02-17,12:29:39\",\"Hi\",12\r\n1,\"smil.xml\",10,7\r\n"
        "2,\"text_0.txt\",4,3\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMMSSTATUS?") == urc("+CMMSSTATUS: MMS_RECEIVED") + OK);
  CHECK(fixture.ask("AT+CMMSREAD=2") == "\r\n+CMMSREAD: \"text_0.txt\",4\r\nh\0\xe9\0\r\nOK\r\n"s);
  CHECK(fixture.ask("AT+CMMSVIEW")
            .starts_with("\r\n+CMMSVIEW: 0,\"+123\",\"\",\"\",\"\",\"2024-02-17,12:29:39\",\"Hi\",12\r\n"));
}

TEST_CASE("mms: no field of a message becomes a line of its own, and no list of addresses grows without end") {
  MmsFixture fixture;
  fixture.ask("AT+CMMSSENDCFG=6,3,0,0,2,4,1,1");  // nothing is said to the centre
  fixture.push_notification();
  fixture.ask("AT+CMMSRECV=1");
  Mms forged = retrieved();
  forged.subject = "Hi\r\nRING\r\n";
  forged.from = "+123\r\nNO CARRIER\x1b[2J";
  forged.to.assign(5000, "+1\n");
  forged.parts.at(0).name = "a\r\nOK\r\n";
  const std::string said = fixture.answer(200, encode_mms(forged));
  CHECK(said.starts_with("\r\n+CMMSRECV: \"+123NO CARRIER[2J\",\"2024-02-17,12:29:39\",\"HiRING\""));
  CHECK(said.find("1,\"aOK\"") != std::string::npos);
  const std::string shown = fixture.ask("AT+CMMSVIEW");
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.find("\r\nRING") == std::string::npos);
  CHECK(std::ranges::count(shown, '+') == 1 + 1 + 20);  // +CMMSVIEW, the sender, twenty addresses
}

TEST_CASE("mms: what receiving can come to") {
  MmsFixture fixture;
  CHECK(fixture.ask("AT+CMMSRDPUSH=1") == cme(178));
  CHECK(fixture.ask("AT+CMMSRDPUSH=51") == invalid);
  fixture.push_notification();
  fixture.ask("AT+CMMSEDIT=1");
  CHECK(fixture.ask("AT+CMMSRDPUSH=1") == cme(185));
  CHECK(fixture.ask("AT+CMMSRECV=1") == cme(185));
  fixture.ask("AT+CMMSEDIT=0");
  fixture.ask("AT+CMMSSENDCFG=6,3,0,0,2,4,1,1");  // nothing is said to the centre
  const auto receive = [&](int status, const std::string& body) {
    CHECK(fixture.ask("AT+CMMSRECV=1").empty());
    return fixture.answer(status, body);
  };
  CHECK(receive(404, "") == cme(189));
  CHECK(receive(200, "what") == cme(189));
  CHECK(receive(603, "") == cme(177));
  Mms refused = retrieved();
  refused.retrieved = 193;
  CHECK(receive(200, encode_mms(refused)) == cme(189));
  Mms many = retrieved();
  many.parts.resize(11);
  CHECK(receive(200, encode_mms(many)) == cme(192));
  CHECK(receive(200, encode_mms(retrieved())).ends_with(OK));
  fixture.ask("AT+CMMSRECV=1");
  CHECK(fixture.wait(120s) == cme(173));
  Mms report;
  report.type = MmsType::delivery;
  report.to = {"+456"};
  report.date = 1'708'172'979;
  report.status = 1;
  fixture.push(encode_mms(report));
  CHECK(fixture.ask("AT+CMMSRDPUSH=2") == urc("+CMMSRDPUSH: 6,\"+456\",\"2024-02-17,12:29:39\",1") + OK);
  CHECK(fixture.ask("AT+CMMSRECV=2") == cme(191));
  fixture.push("\x8c\xff");
  CHECK(fixture.ask("AT+CMMSRDPUSH=3") == urc("+CMMSRDPUSH: 255") + OK);
  fixture.modem.sms->receive("+1", "text");
  fixture.wait(10s);
  CHECK(fixture.ask("AT+CMMSRDPUSH=4") == cme(179));
}

}  // namespace sim800::test
