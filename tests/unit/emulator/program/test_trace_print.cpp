// Traces as transcripts.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "emulator/program/trace_print.hpp"

namespace {

std::string transcript(const std::string& trace, sim800::TraceView view = {}) {
  std::istringstream in(trace);
  std::ostringstream out;
  sim800::print_trace(in, "t.jsonl", out, view);
  return out.str();
}

std::string complaint(const std::string& trace) {
  try {
    transcript(trace);
  } catch (const sim800::TraceError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("trace: a session reads as a transcript") {
  CHECK(transcript(R"({"t":0,"event":"start","version":"0.1.0","seed":7,"timing":"typical"}
{"t":0.0004,"event":"power","state":"on"}
{"t":1.5,"event":"client","channel":"stdio","present":true}
{"t":1.6,"event":"rx","channel":"stdio","data":"AT+CSQ\r"}
{"t":1.6,"event":"command","channel":"stdio","line":"AT+CSQ"}
{"t":1.615,"event":"tx","channel":"stdio","data":"\r\n+CSQ: 21,0\r\n\r\nOK\r\n"}
{"t":1.615,"event":"result","channel":"stdio","text":"OK"}
{"t":2,"event":"line","channel":"stdio","signal":"DCD","on":true}
{"t":3,"event":"http","phase":"end","method":"GET","url":"http://a/","status":200,"length":5}
{"t":4,"event":"urc","text":"+HTTPACTION: 0,200,5"}
{"t":5,"event":"lost","channel":"stdio","bytes":12}
{"t":12345.6789,"event":"novelty","depth":{"a":1}}
{"t":12346,"event":"end"}
)") == R"(      0.000    start version=0.1.0 seed=7 timing=typical
      0.000    power on
      1.500    client present=true
      1.600  > AT+CSQ\r
      1.615  < \r\n+CSQ: 21,0\r\n\r\nOK\r\n
      2.000    line signal=DCD on=true
      3.000    http phase=end method=GET url=http://a/ status=200 length=5
      4.000    urc +HTTPACTION: 0,200,5
      5.000    lost bytes=12
  12345.679    novelty depth={"a":1}
  12346.000    end
)");
}

TEST_CASE("trace: channels have a column where there are several") {
  CHECK(transcript(R"({"t":1,"event":"rx","channel":"stdio","data":"AT\r"}
{"t":1,"event":"rx","channel":"pty:a","data":"A"}
{"t":2,"event":"end"}
)") == R"(      1.000  stdio  > AT\r
      1.000  pty:a  > A
      2.000           end
)");
}

TEST_CASE("trace: bytes of the host that come in pieces are shown as one") {
  const std::string trace = R"({"t":1,"event":"rx","channel":"a","data":"A"}
{"t":2,"event":"rx","channel":"a","data":"T\r"}
{"t":3,"event":"tx","channel":"a","data":"x"}
{"t":4,"event":"tx","channel":"a","data":"y"}
{"t":5,"event":"rx","channel":"a","data":"Z"}
)";
  CHECK(transcript(trace) == "      1.000  > AT\\r\n      3.000  < x\n      4.000  < y\n      5.000  > Z\n");
  CHECK(transcript(trace, {.all = true}).starts_with("      1.000  > A\n      2.000  > T\\r\n"));
}

TEST_CASE("trace: commands and results are printed when all is asked for") {
  const std::string trace = R"({"t":1,"event":"command","channel":"a","line":"AT"}
{"t":1,"event":"result","channel":"a","text":"OK"}
)";
  CHECK(transcript(trace).empty());
  CHECK(transcript(trace, {.all = true}) == "      1.000    command AT\n      1.000    result OK\n");
}

TEST_CASE("trace: characters up to U+00FF are bytes") {
  CHECK(transcript("{\"t\":1,\"event\":\"tx\",\"data\":\"\\u0000\\u007f\\u0080\\u00ff\xC3\xBF\xC2\x80\"}\n") ==
        "      1.000  < \\x00\\x7f\\x80\\xff\\xff\\x80\n");
  CHECK(complaint("{\"t\":1,\"event\":\"tx\",\"data\":\"\\u0100\"}\n") ==
        "t.jsonl:1: expected \"data\", a string of characters up to U+00FF, got "
        "\"{\"t\":1,\"event\":\"tx\",\"data\":\"\\\\u0100\"}\"");
}

TEST_CASE("trace: a long payload is shown by its beginning, its end and its length") {
  const std::string begin = "{\"t\":1,\"event\":\"tx\",\"data\":\"";
  const auto body = [](std::size_t size) { return std::string(size, 'x'); };
  CHECK(transcript(begin + body(256) + "\"}\n") == "      1.000  < " + body(256) + "\n");
  CHECK(transcript(begin + body(319480) + "\\r\\n\\r\\nOK\\r\\n\"}\n") ==
        "      1.000  < " + body(64) + " ... \\r\\n\\r\\nOK\\r\\n (319488 bytes)\n");
  CHECK(transcript(begin + body(257) + "\"}\n", {.all = true}) == "      1.000  < " + body(257) + "\n");
}

TEST_CASE("trace: a broken line is told after what comes before it") {
  const std::string good = R"({"t":1,"event":"end"})";
  std::istringstream in(good + "\n{\"t\":2,\n" + good + "\n");
  std::ostringstream out;
  CHECK_THROWS_WITH_AS(sim800::print_trace(in, "t.jsonl", out), R"(t.jsonl:2: expected a JSON object, got "{"t":2,")",
                       sim800::TraceError);
  CHECK(out.str() == "      1.000    end\n");
  CHECK(complaint("[]\n") == R"(t.jsonl:1: expected a JSON object, got "[]")");
  CHECK(complaint("\n").starts_with("t.jsonl:1: expected a JSON object"));
  CHECK(complaint("{\"t\":\"1\",\"event\":\"end\"}\n").starts_with("t.jsonl:1: expected \"t\", a number of seconds"));
  CHECK(complaint("{\"t\":1}\n").starts_with("t.jsonl:1: expected \"event\", a string"));
  CHECK(complaint("{\"t\":1,\"event\":\"rx\"}\n").starts_with("t.jsonl:1: expected \"data\""));
  CHECK(complaint("{\"t\":1,\"event\":\"rx\",\"data\":\"\xFF\"}\n").starts_with("t.jsonl:1: expected a JSON object"));
}

TEST_CASE("trace: a trace cut in the middle of a line is printed up to there") {
  const std::string good = R"({"t":1,"event":"end"})";
  CHECK(transcript(good + "\n{\"t\":2,\"ev") ==
        "      1.000    end\n(the trace ends in the middle of an event: its writer was stopped there)\n");
  CHECK(transcript(good) == "      1.000    end\n");  // only its newline is missing
  CHECK(transcript("").empty());
}
