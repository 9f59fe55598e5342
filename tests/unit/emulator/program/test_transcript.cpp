// Traces while they are written, decoded, and as dialogues.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "emulator/program/run_report.hpp"
#include "emulator/program/trace_decode.hpp"
#include "emulator/program/trace_dialogue.hpp"
#include "emulator/program/trace_follower.hpp"
#include "emulator/program/trace_print.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {

using sim800::TraceEvent;
using Texts = std::vector<std::string>;

TraceEvent event_of(const std::string& line) {
  TraceEvent event;
  CHECK(sim800::parse_trace_event(line, event) == "");
  return event;
}

Texts meaning(const std::string& name, const std::string& bytes) {
  TraceEvent event;
  event.name = name;
  event.bytes = bytes;
  return sim800::decoded(event);
}

std::string dialogue(const std::string& trace, const std::string& channel = {}) {
  std::istringstream in(trace);
  std::ostringstream out;
  try {
    sim800::print_dialogue(in, "t", channel, out);
  } catch (const sim800::TraceError& error) {
    return error.what();
  }
  return out.str();
}

}  // namespace

TEST_CASE("transcript: lines come as they are whole, with a column once there are two channels") {
  Texts lines;
  sim800::Transcript transcript([&lines](const std::string& line) { lines.push_back(line); });
  transcript.add(event_of(R"({"t":1,"event":"rx","channel":"a","data":"A"})"));
  transcript.add(event_of(R"({"t":2,"event":"rx","channel":"a","data":"T\r"})"));
  CHECK(lines.empty());
  transcript.add(event_of(R"({"t":2,"event":"command","channel":"a","line":""})"));
  transcript.add(event_of(R"({"t":3,"event":"tx","channel":"bb","data":"x"})"));
  CHECK(lines == Texts{"      1.000  > AT\\r", "      3.000  bb  < x"});
  transcript.add(event_of(R"({"t":4,"event":"rx","channel":"a","data":"Z"})"));
  transcript.flush();
  transcript.flush();
  CHECK(lines.size() == 3);
  CHECK(lines.back() == "      4.000  a   > Z");
}

TEST_CASE("transcript: on a terminal the host's bytes and faults stand out") {
  const auto line = [](const char* text) { return sim800::transcript_line(event_of(text), 0, {.colour = true}); };
  CHECK(line(R"({"t":1,"event":"rx","data":"A"})") == "\033[36m      1.000  > A\033[0m");
  CHECK(line(R"({"t":1,"event":"tx","data":"A"})") == "      1.000  < A");
  CHECK(line(R"({"t":1,"event":"fault","on":"command AT","do":"reset"})").starts_with("\033[31m"));
}

TEST_CASE("decode: messages in PDU mode, in both directions") {
  CHECK(meaning("rx", "0011000B914421436587F90000AA05C8329BFD06\x1a") ==
        Texts{R"(SMS-SUBMIT to +44123456789: "Hello")"});
  const std::string deliver = "07916407058099F9040B916407752743F50000627011900400000AE8329BFD4697D9EC37";
  const Texts said = meaning("tx", "\r\n+CMT: ,28\r\n" + deliver + "\r\n");
  REQUIRE(said.size() == 1);
  CHECK(said[0].starts_with("SMS-DELIVER from +"));
  CHECK(said[0].ends_with(R"(: "hellohello")"));
  CHECK(meaning("tx", "\r\n0123456789ABCDEF01\r\n").empty());
  CHECK(meaning("rx", "00112233\x1a").empty());
  CHECK(meaning("urc", deliver).empty());
}

TEST_CASE("decode: HTTP and FTP over a socket") {
  CHECK(meaning("rx", "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n") == Texts{"HTTP request: GET /a?b"});
  CHECK(meaning("tx", "\r\n+RECEIVE,0,20:\r\nHTTP/1.1 404 Not Found\r\n") == Texts{"HTTP response: 404 Not Found"});
  CHECK(meaning("rx", "USER me\r\nPASS secret\r\n") == Texts{"FTP command: USER me", "FTP command: PASS ***"});
  CHECK(meaning("rx", "GET \x1b[2J HTTP/1.1\r\n") == Texts{"HTTP request: GET \\x1b[2J"});
  CHECK(meaning("rx", "AT+CSQ\r").empty());
  CHECK(meaning("rx", "").empty());
}

TEST_CASE("decode: the blocks of data that the module's FTP client moves") {
  CHECK(meaning("tx", "\r\n+FTPGET: 2,50\r\n") == Texts{"FTP data: 50 bytes from the server"});
  CHECK(meaning("tx", "\r\n+FTPLIST: 2,7\r\n") == Texts{"FTP data: 7 bytes from the server"});
  CHECK(meaning("tx", "\r\n+FTPPUT: 2,1360\r\n") == Texts{"FTP data: 1360 bytes for the server"});
  CHECK(meaning("tx", "\r\n+FTPGET: 2,0\r\n\r\n+FTPGET: 1,1\r\n+FTPGET: 2,x\r\n+FTPGET: 2,\r\n").empty());
  CHECK(meaning("rx", "+FTPGET: 2,50\r\n").empty());
}

TEST_CASE("follower: gives whole lines as they come, and waits for the file") {
  const sim800::TemporaryDirectory folder;
  const std::string file = folder.path() / "t";
  sim800::TraceFollower follower(file);
  Texts names;
  const auto take = [&names](const TraceEvent& event) { names.push_back(event.name); };
  CHECK(follower.read(take) == 0);
  std::ofstream out(file);
  out << R"({"t":1,"event":"a"})" << '\n' << R"({"t":1,"ev)" << std::flush;
  follower.read(take);
  CHECK(names == Texts{"a"});
  out << R"(ent":"b"})" << '\n' << std::flush;
  follower.read(take);
  CHECK(names == Texts{"a", "b"});
  out << "nothing\n" << std::flush;
  CHECK_THROWS_AS(follower.read(take), sim800::TraceError);
}

TEST_CASE("trace: as a dialogue") {
  CHECK(dialogue(R"({"t":0,"event":"tx","channel":"a","data":"\r\nRDY\r\n"}
{"t":1,"event":"rx","channel":"a","data":"AT+CSQ\r"}
{"t":1,"event":"command","channel":"a","line":"+CSQ"}
{"t":1,"event":"tx","channel":"a","data":"AT+CSQ\r"}
{"t":1,"event":"tx","channel":"a","data":"\r\n+CSQ: 21,0\r\n\r\nO"}
{"t":1.1,"event":"tx","channel":"a","data":"K\r\n"}
{"t":3.6,"event":"rx","channel":"a","data":"AT+CMGS=1\r"}
{"t":3.6,"event":"command","channel":"a","line":"+CMGS=1"}
{"t":3.6,"event":"tx","channel":"a","data":"AT+CMGS=1\r\r\n> "}
{"t":3.7,"event":"rx","channel":"a","data":"Hi\u001a"}
{"t":3.7,"event":"tx","channel":"a","data":"Hi\r\n+CMGS: 1\r\n\r\nOK\r\n"}
{"t":4,"event":"rx","channel":"a","data":"AT+HTTPREAD\r"}
{"t":4,"event":"command","channel":"a","line":"+HTTPREAD"}
{"t":4,"event":"tx","channel":"a","data":"\r\n+HTTPREAD: 4\r\n\r\nAB"}
{"t":4,"event":"tx","channel":"a","data":"\r\nOK\r\n"}
)") == R"(> AT+CSQ
< +CSQ: 21,0
< OK
~ 2.500s
> AT+CMGS=1
< > 
>= Hi\x1a
< +CMGS: 1
< OK
> AT+HTTPREAD
< +HTTPREAD: 4
<< 4 bytes
< OK
)");
}

TEST_CASE("trace: a dialogue is that of one line") {
  const std::string two = R"({"t":1,"event":"rx","channel":"a","data":"AT\r"}
{"t":1,"event":"command","channel":"a","line":""}
{"t":2,"event":"rx","channel":"b","data":"ATI\n"}
{"t":2,"event":"command","channel":"b","line":"I"}
)";
  CHECK(dialogue(two) == "t: expected one line that a host has used, or --channel, found a, b");
  CHECK(dialogue(two, "b") == ">= ATI\\n\n");
  CHECK(dialogue(two, "c") == R"(t: expected a line that a host has used (a, b), found "c")");
  CHECK(dialogue("") == "t: expected one line that a host has used, or --channel, found none");
  CHECK(dialogue("no\n{}\n").starts_with("t:1: expected a JSON object"));
}

TEST_CASE("report: any bytes make valid XML") {
  CHECK(sim800::xml_text("a<b>&\"\x01\xff\n\xc3\xa9\xc3") == "a&#60;b&#62;&#38;&#34;\\x01\\xff\n\xc3\xa9\\xc3");
  CHECK(sim800::xml_text("") == "");
}
