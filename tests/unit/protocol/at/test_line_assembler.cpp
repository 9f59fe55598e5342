// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/at/line_assembler.hpp"

namespace sim800 {
namespace {

/// All lines of an input: "=text", "too long", "A/ text"; and the echo.
struct Taken {
  std::vector<std::string> lines;
  std::string echo;
};

Taken feed(LineAssembler& assembler, std::string_view input) {
  Taken taken;
  while (!input.empty()) {
    const auto step = assembler.feed(input, &taken.echo);
    input.remove_prefix(step.taken);
    if (step.event == LineAssembler::Event::line) taken.lines.push_back("=" + std::string(assembler.line()));
    if (step.event == LineAssembler::Event::too_long) taken.lines.emplace_back("too long");
    if (step.event == LineAssembler::Event::repeat) taken.lines.push_back("A/" + std::string(assembler.line()));
  }
  return taken;
}

using Lines = std::vector<std::string>;

Lines lines_of(std::string_view input) {
  LineAssembler assembler;
  return feed(assembler, input).lines;
}

TEST_CASE("line ends: CR, LF, CR LF") {
  for (const char* end : {"\r", "\n", "\r\n"}) {
    CHECK(lines_of(std::string("AT+CSQ") + end + "at" + end + "aT" + end + "AtE0" + end) ==
          Lines{"=+CSQ", "=", "=", "=E0"});
  }
  CHECK(lines_of("AT\r\r\n\nAT\r") == Lines{"=", "="});
}

TEST_CASE("what follows no prefix is dropped without an answer") {
  const std::string junk[] = {"\x1b\r",      "\x1a", "hello\r", "\r\n\r\n", std::string(1, '\0'),
                              "CONNECT\r\n", "  ",   "+++\r",   "A\r",      "TA\r"};
  for (const std::string& text : junk) {
    CAPTURE(text);
    CHECK(lines_of(text) == Lines{});
    CHECK(lines_of(text + "AT+CSQ\r") == Lines{"=+CSQ"});
  }
  CHECK(lines_of("xxxxAT+CSQ\r") == Lines{"=+CSQ"});
  CHECK(lines_of("AAAT+CSQ\r") == Lines{"=+CSQ"});
}

TEST_CASE("control characters inside a command are dropped, NUL also inside quotes") {
  CHECK(lines_of("AT\x1a+C\x1bS\tQ\r") == Lines{"=+CSQ"});
  CHECK(lines_of("A\x1aT+CSQ\r\x1b"
                 "A\x1b/\r") == Lines{"=+CSQ", "A/+CSQ"});
  CHECK(lines_of("A T+CSQ\r") == Lines{});
  CHECK(lines_of(std::string("AT+X=\"\x1b\0<\"\r", 11)) == Lines{"=+X=\"\x1b<\""});
}

TEST_CASE("NUL inside a command is dropped") { CHECK(lines_of(std::string("AT+CMGR=1\0\r", 11)) == Lines{"=+CMGR=1"}); }

TEST_CASE("backspace, also over the prefix, and another character by S5") {
  CHECK(lines_of("AT+CSX\bQ\r") == Lines{"=+CSQ"});
  CHECK(lines_of("AT\b\b\bAT\bT+CSQ\r") == Lines{"=+CSQ"});
  CHECK(lines_of("ATI\b\r") == Lines{"="});
  LineAssembler assembler;
  assembler.set_backspace('#');
  CHECK(feed(assembler, "AT+CSX#Q\r").lines == Lines{"=+CSQ"});
}

TEST_CASE("the echo is what was typed, without LF and what is thrown away") {
  LineAssembler assembler;
  CHECK(feed(assembler, "AT\r\nxAT+CSX\bQ\r\n").echo == "AT\rxAT+CSX\bQ\r");
  CHECK(feed(assembler,
             "\x1a"
             "AT\x1b\r")
            .echo == "AT\r");
  CHECK(feed(assembler, "AT+X=\"\x1b<\"\r").echo == "AT+X=\"\x1b<\"\r");  // in the GSM alphabet: [
  CHECK(feed(assembler, std::string("\b\0A\tT\0\r", 7)).echo == "AT\r");
}

TEST_CASE("DEL deletes too; it is text within quotes if the alphabet has it as a letter") {
  LineAssembler assembler;
  const Taken taken = feed(assembler,
                           "\x7f"
                           "AT+CSX\x7fQ\r");
  CHECK(taken.lines == Lines{"=+CSQ"});
  CHECK(taken.echo == "AT+CSX\b \bQ\r");
  assembler.set_del_is_text(true);
  CHECK(feed(assembler,
             "AT+X\x7fY=\"a\x7f\",b\x7f"
             "c\r")
            .lines == Lines{"=+Y=\"a\x7f\",c"});
}

TEST_CASE("556 characters are a line, 557 are not") {
  const std::string longest(LineAssembler::max_length, 'x');
  CHECK(lines_of("AT" + longest + "\r") == Lines{"=" + longest});
  CHECK(lines_of("AT" + longest + "x\rAT\r") == Lines{"too long", "="});
  CHECK(lines_of("AT" + std::string(100'000, 'x') + "\rAT\r") == Lines{"too long", "="});
}

TEST_CASE("A/ repeats at once, but only where a line begins") {
  CHECK(lines_of("AT+CSQ\rA/a/") == Lines{"=+CSQ", "A/+CSQ", "A/+CSQ"});
  CHECK(lines_of("A/") == Lines{"A/"});
  CHECK(lines_of("AT+CSQ\rMEDIA/x\r") == Lines{"=+CSQ"});
  CHECK(lines_of("AT+CSQ\r\x1a\nA/") == Lines{"=+CSQ", "A/+CSQ"});
}

TEST_CASE("a half-typed line can be forgotten") {
  LineAssembler assembler;
  feed(assembler, "AT+CS");
  assembler.reset();
  CHECK(feed(assembler, "Q\rAT\r").lines == Lines{"="});
}

TEST_CASE("whether an LF may still follow is learnt from the host") {
  LineAssembler assembler;
  feed(assembler, "AT\r");
  CHECK(assembler.expects_line_feed());
  feed(assembler, "AT\r");
  CHECK_FALSE(assembler.expects_line_feed());  // this host ends its lines with CR alone
  feed(assembler, "\n");
  CHECK_FALSE(assembler.expects_line_feed());
  feed(assembler, "AT\r");
  CHECK(assembler.expects_line_feed());
}

}  // namespace
}  // namespace sim800
