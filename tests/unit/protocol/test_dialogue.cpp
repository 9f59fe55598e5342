// Dialogue files: every kind of line, and what is said of broken ones.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "protocol/dialogue.hpp"
#include "protocol/text/escape.hpp"

namespace {

namespace fs = std::filesystem;
using sim800::parse_dialogue;

struct TemporaryDirectory {
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "sim800-dialogue-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryDirectory() { fs::remove_all(path); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return (path / name).string();
  }
  fs::path path;
};

/// The one step of a dialogue of one line, as an `Action`.
template <class Action>
Action only(const std::string& text) {
  const auto dialogue = parse_dialogue(text, "d.txt");
  REQUIRE(dialogue.steps.size() == 1);
  return std::get<Action>(dialogue.steps[0].action);
}

std::string complaint(const std::string& text) {
  try {
    parse_dialogue(text, "d.txt");
  } catch (const sim800::DialogueError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("dialogue: each kind of line is a step") {
  CHECK(only<sim800::SendLine>("> AT+CSQ").text == "AT+CSQ");
  CHECK(only<sim800::SendLine>(">").text.empty());
  CHECK(only<sim800::SendPayload>(">> 3 bytes").bytes == std::string("\0\1\2", 3));
  CHECK(only<sim800::SendPayload>(">> 1 byte").bytes == std::string("\0", 1));
  CHECK(only<sim800::ExpectLine>("< +CSQ: 21,0 ").text == "+CSQ: 21,0 ");
  CHECK(only<sim800::ExpectMatch>("<~ \\+CSQ: [0-9]+,0").source == "\\+CSQ: [0-9]+,0");
  CHECK(only<sim800::ExpectCount>("<< 1000 bytes").count == 1000);
  CHECK(only<sim800::ExpectCount>("<< 0 bytes").count == 0);
  CHECK(only<sim800::SendPayload>(R"(>= Hello\x1a\\)").bytes == "Hello\x1a\\");
  CHECK(only<sim800::ExpectBytes>(R"(<= \r\n> )").bytes == "\r\n> ");
  only<sim800::ExpectPrompt>("< > ");
  only<sim800::ExpectPrompt>("< >");
  CHECK(only<sim800::ExpectLevel>("<! DCD on").on);
  CHECK_FALSE(only<sim800::ExpectLevel>("<! DCD off").on);
  CHECK(only<sim800::Pause>("~ 1.5s").duration == std::chrono::milliseconds(1500));
  CHECK(only<sim800::Pause>("~ 250ms").duration == std::chrono::milliseconds(250));
}

TEST_CASE("dialogue: lines of a choice that stand below each other are one step") {
  const auto one = only<sim800::ExpectOneOf>("<| OK\n<|~ \\+CME ERROR: .*\n");
  REQUIRE(one.lines.size() == 2);
  CHECK(one.lines[0].source == "OK");
  CHECK_FALSE(one.lines[0].pattern);
  CHECK(one.lines[1].pattern->matches("+CME ERROR: 3"));
  CHECK(only<sim800::ExpectAllOf>("<& A\n<&~ B\n<& C").lines.size() == 3);
  CHECK(parse_dialogue("<| A\n<& B\n", "d.txt").steps.size() == 2);
  CHECK(parse_dialogue("<| A\n# or, then\n<| B\n", "d.txt").steps.size() == 2);
  CHECK(parse_dialogue("<| A\n\n<| B\n", "d.txt").steps.size() == 2);
}

TEST_CASE("dialogue: payload bytes count up modulo 256") {
  const auto bytes = only<sim800::SendPayload>(">> 300 bytes").bytes;
  CHECK(bytes.size() == 300);
  CHECK(bytes[255] == '\xFF');
  CHECK(bytes[256] == '\0');
  CHECK(bytes[299] == 43);
}

TEST_CASE("dialogue: steps know their line; comments, empty lines and CR LF do not count") {
  const auto dialogue = parse_dialogue("# one\r\n\r\n> AT\r\n#\n< OK", "d.txt");
  REQUIRE(dialogue.steps.size() == 2);
  CHECK(dialogue.steps[0].line == 3);
  CHECK(std::get<sim800::SendLine>(dialogue.steps[0].action).text == "AT");
  CHECK(dialogue.steps[1].line == 5);
}

TEST_CASE("dialogue: files of payload lie beside the dialogue") {
  const TemporaryDirectory directory;
  directory.write("up.bin", std::string("\r\n\0\xFF", 4));
  const auto file = directory.write("d.txt", ">> @up.bin\n< OK\n<< @up.bin\n");
  const auto dialogue = sim800::load_dialogue(file);
  REQUIRE(dialogue.steps.size() == 3);
  CHECK(dialogue.file == file);
  CHECK(std::get<sim800::SendPayload>(dialogue.steps[0].action).bytes == std::string("\r\n\0\xFF", 4));
  CHECK(std::get<sim800::ExpectPayload>(dialogue.steps[2].action).bytes == std::string("\r\n\0\xFF", 4));
}

TEST_CASE("dialogue: mistakes are told with file, line and what was expected") {
  CHECK(
      complaint("> AT\nOK\n") ==
      R"(d.txt:2: expected a line that begins with "> ", ">> ", ">= ", "< ", "<~ ", "<< ", "<= ", "<| ", "<|~ ", "<& ", )"
      R"("<&~ ", "<! ", "~ " or "#", found "OK")");
  CHECK(complaint(">AT").starts_with("d.txt:1: expected a line that begins"));
  CHECK(complaint("<") == R"(d.txt:1: expected text after "<" (empty lines are never compared), found none)");
  CHECK(complaint("<|") == R"(d.txt:1: expected text after "<|" (empty lines are never compared), found none)");
  CHECK(complaint("<&~ (").ends_with("missing ): ("));
  for (const std::string level : {"", "DCD", "DCD high", "RI on", "DCD on "})
    CHECK(complaint("<! " + level) == R"(d.txt:1: expected "<! DCD on" or "<! DCD off", found "<! )" + level + "\"");
  CHECK(complaint("<=") == R"(d.txt:1: expected bytes after "<=", found none)");
  CHECK(complaint(">= ") == R"(d.txt:1: expected bytes after ">=", found none)");
  for (const std::string bytes : {R"(\a)", R"(\)", R"(\x1)", R"(\x1g)", R"(\x-1)"})
    CHECK(complaint("<= OK" + bytes) ==
          R"(d.txt:1: expected the escapes \r, \n, \t, \\ and \xNN only, found "OK)" + bytes + "\"");
  for (const std::string pause : {"", "soon", "3", "-1s", "1min", "nans", "1 s"})
    CHECK(complaint("~ " + pause) ==
          R"(d.txt:1: expected a duration such as "250ms" or "1.5s" after "~", found ")" + pause + "\"");
  CHECK(complaint("~ 3601s") == R"(d.txt:1: expected at most 3600s, found "3601s")");
  CHECK(complaint("#\n<~ (") ==
        "d.txt:2: expected a regular expression in RE2 syntax (no look-around, no back-references), found \"(\": "
        "missing ): (");
  CHECK(complaint("<~ (?=A)B").ends_with(R"(found "(?=A)B": invalid perl operator: (?=)"));
  CHECK(complaint(">> ten bytes") == R"(d.txt:1: expected ">> N bytes" or ">> @FILE", found ">> ten bytes")");
  CHECK(complaint(">> 10") == R"(d.txt:1: expected ">> N bytes" or ">> @FILE", found ">> 10")");
  CHECK(complaint(">> * bytes") == R"(d.txt:1: expected ">> N bytes" or ">> @FILE", found ">> * bytes")");
  CHECK(complaint("<< -1 bytes") ==
        R"(d.txt:1: expected "<< N bytes", "<< * bytes" or "<< @FILE", found "<< -1 bytes")");
  CHECK(complaint("<< 67108865 bytes") == R"(d.txt:1: expected at most 67108864 bytes, found "67108865 bytes")");
  CHECK(complaint("<< 99999999999999999999 bytes").starts_with("d.txt:1: expected at most 67108864 bytes"));
  CHECK(complaint(">> @missing.bin") == R"(d.txt:1: expected a file, found none that can be read at "missing.bin")");
  CHECK(complaint("<< * bytes") ==
        R"(d.txt:1: expected the "<" or "<~" line that tells the number, found "<< * bytes" without one before it)");
  CHECK(complaint("> AT\n# as announced\n<< * bytes").starts_with("d.txt:3: "));
  CHECK(complaint("< +HTTPREAD: 5\n# as announced\n<< * bytes") == "none");
  CHECK_THROWS_WITH_AS(sim800::load_dialogue("no/such.txt"),
                       "no/such.txt: expected a dialogue file, found none that can be read", sim800::DialogueError);
}

TEST_CASE("dialogue: one that would fill the memory is refused") {
  std::string payloads, patterns;
  for (int i = 0; i < 5; ++i) payloads += ">> 67108864 bytes\n";
  CHECK(complaint(payloads) == "d.txt:5: expected payloads of at most 268435456 bytes together, found more");
  for (int i = 0; i < 1001; ++i) patterns += "<~ A\n";
  CHECK(complaint(patterns) == "d.txt:1001: expected at most 1000 regular expressions, found more");
  std::string choices;
  for (int i = 0; i < 101; ++i) choices += "<| A\n";
  CHECK(complaint(choices) == "d.txt:101: expected at most 100 lines of a kind below each other, found one more");
  CHECK(complaint(std::string(4 * 1024 * 1024 + 1, '#')) ==
        "d.txt: expected a dialogue of at most 4194304 bytes, found more");
  CHECK(complaint(std::string(4 * 1024 * 1024, 'x')).size() < 500);
  CHECK(complaint("~ " + std::string(400, '9') + "s").starts_with("d.txt:1: expected a duration"));
  CHECK(complaint(">> @/dev/zero") ==
        "d.txt:1: expected a file of at most 67108864 bytes, found more in \"/dev/zero\"");
  CHECK_THROWS_WITH_AS(sim800::load_dialogue("/dev/zero"),
                       "/dev/zero: expected a dialogue of at most 4194304 bytes, found more", sim800::DialogueError);
}

TEST_CASE("dialogue: one that begins with the module's words begins at power-on") {
  CHECK(parse_dialogue("< RDY", "d.txt").begins_at_power_on());
  CHECK(parse_dialogue("# boot\n<= \\r\\nRDY", "d.txt").begins_at_power_on());
  CHECK(parse_dialogue("~ 1s\n> AT", "d.txt").begins_at_power_on());
  CHECK_FALSE(parse_dialogue("> AT\n< OK", "d.txt").begins_at_power_on());
  CHECK_FALSE(parse_dialogue(">= AT\\n", "d.txt").begins_at_power_on());
  CHECK_FALSE(parse_dialogue("", "d.txt").begins_at_power_on());
}

TEST_CASE("escape: text becomes the bytes it was made of") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  CHECK(sim800::unescaped(sim800::escaped(bytes)) == bytes);
}

TEST_CASE("escape: bytes become text that tells them apart") {
  CHECK(sim800::escaped(std::string("A\r\n\t\\\"\0\x7f\xff", 9)) == R"(A\r\n\t\\"\x00\x7f\xff)");
}
