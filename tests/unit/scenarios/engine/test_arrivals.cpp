// SPDX-License-Identifier: MIT
// Messages, broadcasts and keys that reach the module from a scenario.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/fault_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

std::string at_1s(const std::string& action) { return "{\"events\": [{\"after\": \"1s\", \"do\": " + action + "}]}"; }
std::string sms(const std::string& keys) { return at_1s("{\"sms\": {\"from\": \"+49170\", " + keys + "}}"); }

/// What the module says of an action, after these commands.
std::string said(const std::string& scenario, const std::string& commands) {
  FaultFixture fixture(scenario);
  fixture.ask("ATE0;+CMGF=1");
  fixture.ask(commands);
  return fixture.wait(1s);
}

const std::string from = "\"+49170\",\"\",\"26/01/01,08:00:01+32\"";
std::string cmt(const std::string& text) { return "\r\n+CMT: " + from + "\r\n" + text + "\r\n"; }
const std::string cmti = "\r\n+CMTI: \"SM\",1\r\n";

}  // namespace

TEST_CASE("what a message is decides where it goes (27.005 3.4.1, 23.038 chapter 4)") {
  struct Row {
    const char* keys;
    std::string stored;  ///< with mt 1
    std::string direct;  ///< with mt 2
    std::string third;   ///< with mt 3
  };
  const Row rows[] = {
      {R"("text": "Hi")", cmti, cmt("Hi"), cmti},
      {R"("text": "Hi", "class": 0)", cmt("Hi"), cmt("Hi"), cmt("Hi")},
      {R"("text": "Hi", "class": 1)", cmti, cmt("Hi"), cmti},
      {R"("text": "Hi", "class": 2)", cmti, cmti, cmti},
      {R"("text": "Hi", "class": 3)", cmti, cmt("Hi"), cmt("Hi")},
      {R"("text": "Hi", "pid": 64)", "", "", ""},
      {R"("text": "Hi", "pid": 57)", cmti, cmt("Hi"), cmti},
      {R"("octets": "00ff")", cmti, cmt("00FF"), cmti},
      {R"("text": "Hi", "dcs": 4)", cmti, cmt("00480069"), cmti},
      {R"("text": "я")", cmti, cmt("044F"), cmti},
      {R"("waiting": {"count": 2})", "", cmt(""), ""},
      {R"("text": "2 new", "waiting": {"count": 2})", "", cmt("2 new"), ""},
      {R"("text": "2 new", "waiting": {"kind": "email", "count": 2, "stored": true})", cmti, cmti, cmti},
      {R"("text": "я", "waiting": {"kind": "email", "count": 2, "stored": true})", cmti, cmti, cmti},
      {R"("text": "я", "waiting": {"kind": "email", "count": 2})", "", cmt("044F"), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys);
    CHECK(said(sms(row.keys), "AT+CNMI=2,1") == row.stored);
    CHECK(said(sms(row.keys), "AT+CNMI=2,2") == row.direct);
    CHECK(said(sms(row.keys), "AT+CNMI=2,3") == row.third);
    CHECK(said(sms(row.keys), "AT+CNMI=2,0") == "");
  }
}

TEST_CASE("CSDH=1 shows the fields of a message that a scenario sets") {
  CHECK(said(sms(R"("text": "Hi", "class": 1, "pid": 57, "time": "20/02/03,04:05:06+07")"), "AT+CNMI=2,2;+CSDH=1") ==
        "\r\n+CMT: \"+49170\",\"\",\"20/02/03,04:05:06+07\",145,4,57,17,\"+8613800100500\",145,2\r\nHi\r\n");
}

TEST_CASE("the user data header: elements, ports, what waits") {
  const auto pdu = [](const std::string& keys) {
    FaultFixture fixture(sms(keys));
    fixture.ask("ATE0;+CMGF=0;+CNMI=2,2");
    const std::string line = fixture.wait(1s);
    return line.substr(line.find("\r\n", 2) + 2);
  };
  // Service centre, first octet with UDHI, sender, pid, dcs, time; then length, header, text.
  const std::string head = "0891683108100005F0440591947100";
  const std::string time = "62101080001023";
  CHECK(pdu(R"("octets": "AA", "ports": {"destination": 2948, "source": 9200})")
            .find("08"
                  "0605040B8423F0"
                  "AA") != std::string::npos);
  CHECK(pdu(R"("octets": "AA", "udh": "700100")")
            .find("05"
                  "03700100"
                  "AA") != std::string::npos);
  // GSM text begins at a septet boundary: 4 octets of header are 5 septets.
  CHECK(pdu(R"("text": "A", "udh": "700100")")
            .find("06"
                  "03700100"
                  "0802") != std::string::npos);
  // 0xC8: discarded, active, voicemail; the element counts three, not stored.
  const std::string voicemail = pdu(R"("waiting": {"count": 3})");
  CHECK(voicemail.find("00C8") != std::string::npos);
  CHECK(voicemail.find("0401020003") != std::string::npos);
  const std::string push = pdu(R"("push": {"url": "http://a/", "text": "Hi"})");
  CHECK(push.find("0605040B8423F0"
                  "010601AE02056A0045C60B03"
                  "687474703A2F2F612F"
                  "000103"
                  "4869"
                  "000101") != std::string::npos);
}

TEST_CASE("what waits, told in a text that needs UCS2: kept by its coding scheme, else by the header alone") {
  const auto coding = [](const std::string& keys) {
    FaultFixture fixture(sms(keys));
    fixture.ask("ATE0;+CMGF=1;+CSDH=1;+CNMI=2,1");
    fixture.wait(1s);
    const std::string shown = fixture.ask("AT+CMGR=1");
    return shown.substr(0, shown.find(",\"+8613800100500\""));
  };
  CHECK(coding(R"("text": "я", "waiting": {"kind": "email", "stored": true})").ends_with(",145,68,0,234"));
  CHECK(coding(R"("text": "я", "waiting": {"count": 0, "stored": true})").ends_with(",145,68,0,224"));
  CHECK(coding(R"("text": "2", "waiting": {"stored": true})").ends_with(",145,68,0,216"));
}

TEST_CASE("parts arrive as they are listed: out of order, one twice, one never") {
  const std::string text(400, 'a');
  const std::string scenario =
      at_1s(R"({"sms": {"from": "+49170", "text": ")" + text + R"(", "parts": [3, 1, 1, 9]}})");
  FaultFixture fixture(scenario);
  fixture.ask("ATE0;+CMGF=0;+CNMI=2,2");
  const std::string all = fixture.wait(2s);
  std::string order;
  for (auto at = all.find("050003"); at != std::string::npos; at = all.find("050003", at + 1))
    order += all.substr(at + 8, 4) + ' ';
  CHECK(order == "0303 0301 0301 ");
}

TEST_CASE("a part has less room beside other elements") {
  FaultFixture fixture(sms("\"text\": \"" + std::string(155, 'a') + R"(", "ports": {"destination": 1})"));
  fixture.ask("ATE0");
  CHECK(fixture.wait(1s) == cmti + "\r\n+CMTI: \"SM\",2\r\n");
}

TEST_CASE("a message that replaces takes the place of the same sender's, unread again") {
  FaultFixture fixture(R"({"events": [
    {"after": "1s", "do": {"sms": {"from": "+49170", "text": "one", "replaces": 1}}},
    {"after": "2s", "do": {"sms": {"from": "+49171", "text": "other", "replaces": 1}}},
    {"after": "3s", "do": {"sms": {"from": "+49170", "text": "two", "replaces": 2}}},
    {"after": "4s", "do": {"sms": {"from": "+49170", "text": "three", "replaces": 1}}}]})");
  fixture.ask("ATE0;+CMGF=1");
  CHECK(fixture.wait(1s) == "\r\n+CMTI: \"SM\",1\r\n");
  fixture.ask("AT+CMGR=1");
  CHECK(fixture.wait(1s) == "\r\n+CMTI: \"SM\",2\r\n");
  CHECK(fixture.wait(1s) == "\r\n+CMTI: \"SM\",3\r\n");
  CHECK(fixture.wait(1s) == "\r\n+CMTI: \"SM\",1\r\n");
  CHECK(fixture.ask("AT+CMGR=1").find("\"REC UNREAD\",\"+49170\",\"\",\"26/01/01,08:00:04+32\"\r\nthree\r\n") !=
        std::string::npos);
  CHECK(fixture.ask("AT+CPMS?").find("\"SM_P\",3,50") != std::string::npos);
}

TEST_CASE("status reports that fail, and late ones, which nothing waits for") {
  FaultFixture fixture(R"({"network": {"numbers": {
      "+491": {"reports": [{"after": "10s", "status": 48}, {"after": "1min", "status": 0}]},
      "+492": {"reports": [{"status": 70}]}}},
    "events": [{"after": "30s", "do": {"sms": {"from": "+49170", "text": "Hi"}}}]})");
  fixture.ask("ATE0;+CMGF=1;+CNMI=2,1,0,1;+CSMP=49,167,0,0");
  fixture.ask("AT+CMGS=\"+491\"");
  fixture.say("Hi\x1a");
  CHECK(fixture.wait(10s) == "\r\n+CDS: 6,0,\"+491\",145,\"26/01/01,08:00:00+32\",\"26/01/01,08:00:10+32\",48\r\n");
  CHECK(fixture.wait(20s) == cmti);
  CHECK(fixture.wait(30s) == "\r\n+CDS: 6,0,\"+491\",145,\"26/01/01,08:00:00+32\",\"26/01/01,08:01:00+32\",0\r\n");
  fixture.ask("AT+CMGS=\"+492\"");
  CHECK(fixture.say("Hi\x1a").find("+CDS: 6,1,\"+492\",145,") != std::string::npos);
  CHECK(fixture.ask("AT+CNMI=2,1,0,0") == OK);
  fixture.ask("AT+CMGS=\"+492\"");
  CHECK(fixture.say("Hi\x1a").find("+CDS") == std::string::npos);
}

TEST_CASE("late status reports that the network drops, because too many wait, are noted") {
  TemporaryDirectory directory;
  const std::string file = (directory.path() / "trace").string();
  {
    FaultFixture fixture(R"({"network": {"numbers": {"+491": {"reports": [{"after": "1h", "status": 0}]}}}})", true, 1,
                         file);
    fixture.ask("ATE0;+CMGF=1;+CNMI=2,1,0,1;+CSMP=49,167,0,0");
    for (int i = 0; i < 501; ++i) {
      fixture.ask("AT+CMGS=\"+491\"");
      fixture.say("Hi\x1a");
    }
    const std::string told = fixture.wait(2h);
    std::size_t reports = 0;
    for (auto at = told.find("+CDS:"); at != std::string::npos; at = told.find("+CDS:", at + 1)) ++reports;
    CHECK(reports == 500);
  }
  std::ifstream trace(file);
  const std::string all{std::istreambuf_iterator<char>(trace), {}};
  CHECK(all.find("a status report was lost in the network: too many wait") != std::string::npos);
}

TEST_CASE("cell broadcasts: AT+CNMI and AT+CSCB let them in, by channel and by coding") {
  struct Row {
    const char* commands;
    bool told;
  };
  const Row rows[] = {
      {"AT", false},
      {"AT+CNMI=2,1,2", false},  // nothing is selected
      {"AT+CSCB=0,\"50\"", false},
      {"AT+CNMI=2,1,2;+CSCB=0,\"50\"", true},
      {"AT+CNMI=2,1,2;+CSCB=0,\"51\"", false},
      {"AT+CNMI=2,1,2;+CSCB=0,\"50\",\"1\"", true},
      {"AT+CNMI=2,1,2;+CSCB=0,\"50\",\"0\"", false},
      {"AT+CNMI=2,1,2;+CSCB=1", true},
      {"AT+CNMI=2,1,2;+CSCB=1,\"50\"", false},
      {"AT+CNMI=2,1,2;+CSCB=0,\"50\";+CDSCB", false},
      {"AT+CNMI=2,1,2;+CSCB=0,\"50\";+CFUN=4", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.commands);
    const std::string all =
        said(at_1s(R"({"cell_broadcast": {"channel": 50, "text": "Flood", "language": "en", "code": 1, "scope": 1}})"),
             row.commands);
    CHECK(all == (row.told ? "\r\n+CBM: 16400,50,1,1,1\r\nFlood\r\n" : ""));
  }
}

TEST_CASE("a page of a broadcast is shown once, until its update number changes") {
  FaultFixture fixture(R"({"events": [{"period": "1s", "do": [
      {"cell_broadcast": {"channel": 4352, "text": "Quake"}},
      {"cell_broadcast": {"channel": 4352, "text": "Quake!", "update": 1}}]}]})");
  fixture.ask("ATE0;+CMGF=1;+CNMI=2,1,2;+CSCB=0,\"4352\"");
  CHECK(fixture.wait(1s) == "\r\n+CBM: 0,4352,15,1,1\r\nQuake\r\n\r\n+CBM: 1,4352,15,1,1\r\nQuake!\r\n");
  CHECK(fixture.wait(5s) == "");
  fixture.ask("AT+CFUN=1,1");
  fixture.wait(1s);
  fixture.ask("ATE0;+CMGF=1;+CNMI=2,1,2");  // the selection was stored
  CHECK(fixture.wait(1s).find("+CBM: 0,4352") != std::string::npos);
}

TEST_CASE("broadcasts in pages, in PDU mode, in hexadecimal, and as a page given whole") {
  const std::string select = "AT+CNMI=2,1,2;+CSCB=1";
  CHECK(
      said(at_1s(R"({"cell_broadcast": {"channel": 1, "text": ")" + std::string(100, 'a') + R"(", "pages": [2, 1]}})"),
           select) == "\r\n+CBM: 0,1,15,2,2\r\naaaaaaa\r\n\r\n+CBM: 0,1,15,1,2\r\n" + std::string(93, 'a') + "\r\n");
  CHECK(said(at_1s(R"({"cell_broadcast": {"channel": 1, "text": "я"}})"), select) ==
        "\r\n+CBM: 0,1,72,1,1\r\n044F\r\n");
  const std::string page =
      "0000000501"
      "11" +
      std::string(164, '0');
  CHECK(said(at_1s(R"({"cell_broadcast": {"pdu": ")" + page + "\"}}"), select + ";+CMGF=0") ==
        "\r\n+CBM: 88\r\n" + page + "\r\n");
}

TEST_CASE("mistakes in messages and broadcasts are refused") {
  struct Row {
    const char* action;
    const char* expected;
  };
  const Row rows[] = {
      {R"({"sms": {"from": "+1", "text": "a", "class": 1, "dcs": 0}})", "either \"dcs\" or \"class\""},
      {R"({"sms": {"from": "+1", "text": "a", "octets": "00"}})", "either \"octets\" or \"text\""},
      {R"({"sms": {"from": "+1", "text": "a", "pid": 0, "replaces": 1}})", "either \"pid\" or \"replaces\""},
      {R"({"sms": {"from": "+1", "text": "a", "push": {"url": "x"}}})", "either \"push\" or \"text\""},
      {R"({"sms": {"from": "+1", "waiting": {}, "class": 1}})", "either \"waiting\" or \"class\""},
      {R"({"sms": {"from": "+1", "text": "a", "udh": "0005"}})", "elements of a user data header"},
      {R"({"sms": {"from": "+1"}})", "the key \"text\""},
      {R"({"sms": {"pdu": "00"}})", "an SMS-DELIVER"},
      {R"({"cell_broadcast": {"channel": 1, "text": "a", "pages": [2]}})", "a page of this message"},
      {R"({"cell_broadcast": {"channel": 1, "text": "a", "dcs": 0, "language": "en"}})",
       "either \"language\" or \"dcs\""},
      {R"({"call": {"from": "+1", "tone": "1s"}})", "beside \"tone\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.action);
    std::string message;
    try {
      FaultFixture::parse(at_1s(row.action), false);
    } catch (const ScenarioError& error) {
      message = error.what();
    }
    CHECK(message.find(row.expected) != std::string::npos);
  }
}

TEST_CASE("keys of the far end, as AT+DDET reports them") {
  struct Row {
    const char* detection;
    const char* call;
    std::string said;
  };
  const Row rows[] = {
      {"AT+DDET=0", R"("dtmf": "1#")", ""},
      {"AT+DDET=1", R"("dtmf": "1#")", "\r\n+DTMF: 1\r\n\r\n+DTMF: #\r\n"},
      {"AT+DDET=1,0,1", R"("dtmf": "1A", "tone": "250ms")", "\r\n+DTMF: 1,250\r\n\r\n+DTMF: A,250\r\n"},
      {"AT+DDET=1,1000,1", R"("dtmf": "112")", "\r\n+DTMF: 1,100\r\n\r\n+DTMF: 2,100\r\n"},
      {"AT+DDET=1", R"("single_tone": 1400)", ""},
      {"AT+DDET=1,0,0,1", R"("single_tone": 2300)", "\r\n+DTMF: 2300\r\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.detection);
    CAPTURE(row.call);
    FaultFixture fixture(R"({"events": [{"after": "1s", "do": {"call": {"from": "+49170"}}},
      {"after": "5s", "do": {"call": {)" +
                         std::string(row.call) + "}}}]}");
    fixture.ask("ATE0");
    fixture.ask(row.detection);
    fixture.wait(2s);
    CHECK(fixture.ask("ATA") == OK);
    CHECK(fixture.wait(5s) == row.said);
  }
}

}  // namespace sim800::test
