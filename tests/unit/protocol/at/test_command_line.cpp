// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/at/arguments.hpp"
#include "protocol/at/command_line.hpp"

namespace sim800 {
namespace {

using Texts = std::vector<std::string>;

/// The commands of a line: "+CSQ!" execute, "?" read, "=?" test, "=args" write; "many" where there are too many.
Texts commands_of(std::string_view line) {
  CommandLine parsed;
  if (!parsed.parse(line)) return {"many"};
  Texts texts;
  for (const TypedCommand& command : parsed.commands()) {
    std::string text(command.name.view());
    switch (command.form) {
      case Form::execute: text += command.arguments.empty() ? "!" : "!" + std::string(command.arguments); break;
      case Form::read: text += "?"; break;
      case Form::test: text += "=?"; break;
      case Form::write: text += "=" + std::string(command.arguments); break;
    }
    texts.push_back(text);
  }
  return texts;
}

TEST_CASE("a line is cut into commands") {
  const struct {
    const char* line;
    Texts commands;
  } rows[] = {
      {"", {}},
      {"E1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200",
       {"E=1", "Q=0", "S0=1", "S3=13", "V=1", "X=4", "+IFC=0,0", "+IPR=115200"}},
      {"&FZE0&W", {"&F!", "Z!", "E=0", "&W!"}},
      {"E0&W0", {"E=0", "&W=0"}},
      {"V1Q0&V", {"V=1", "Q=0", "&V!"}},
      {"+IPR=115200&w", {"+IPR=115200", "&W!"}},
      {"+CIFSR;E0", {"+CIFSR!", "E=0"}},
      {"+csq;+creg?;+cpin=?", {"+CSQ!", "+CREG?", "+CPIN=?"}},
      {" + CSQ ; + CREG ? ", {"+CSQ!", "+CREG?"}},
      {"+CMGF = 1", {"+CMGF=1"}},
      {"S0?", {"S0?"}},
      {"S10=5", {"S10=5"}},
      {"S0", {"S0!"}},
      {"+HTTPPARA=URL,http://x/?a=1&b=2", {"+HTTPPARA=URL,http://x/?a=1&b=2"}},
      {R"(+HTTPPARA="URL","a;b";+CSQ)", {R"(+HTTPPARA="URL","a;b")", "+CSQ!"}},
      {R"(+HTTPPARA="USERDATA","{\"a;\":1}";+CSQ)", {R"(+HTTPPARA="USERDATA","{\"a;\":1}")", "+CSQ!"}},
      {"D+4912345;", {"D!+4912345;"}},
      {"D123;+CSQ", {"D!123;", "+CSQ!"}},
      {R"(D>"a;b";)", {R"(D!>"a;b";)"}},
      {"A+CSQ", {"A!"}},
      {"1", {"1!"}},
      {"+CSQx", {"+CSQX!"}},
      {"+CSQ?1", {"+CSQ??"}},
      {";;;", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    CHECK(commands_of(row.line) == row.commands);
  }
}

TEST_CASE("39 commands are a line, 40 are not") {
  std::string line;
  for (int i = 0; i < 39; ++i) line += "E0";
  CHECK(commands_of(line).size() == 39);
  CHECK(commands_of(line + "E0") == Texts{"many"});
}

Texts arguments_of(std::string_view text) {
  Arguments arguments;
  if (!arguments.parse(text)) return {"bad"};
  Texts texts;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    texts.push_back((argument.quoted ? "'" : "") + unescape(argument.text));
  }
  return texts;
}

TEST_CASE("arguments are cut at the commas outside quotes") {
  CHECK(arguments_of("") == Texts{});
  CHECK(arguments_of("1,2") == Texts{"1", "2"});
  CHECK(arguments_of(" 1 , \"a, b\" ,x y ") == Texts{"1", "'a, b", "x y"});
  CHECK(arguments_of(",,0") == Texts{"", "", "0"});
  CHECK(arguments_of("1,") == Texts{"1", ""});
  CHECK(arguments_of("\"\"") == Texts{"'"});
  CHECK(arguments_of(R"("{\"id\":1}",2)") == Texts{R"('{"id":1})", "2"});
  CHECK(arguments_of(R"("C:\User\")") == Texts{R"('C:\User\)"});
  CHECK(arguments_of("\"open") == Texts{"bad"});
  CHECK(arguments_of("\"a\"b") == Texts{"bad"});
  CHECK(arguments_of(std::string(Arguments::max_count, ',')) == Texts{"bad"});
}

TEST_CASE("parameters check count, kind and range") {
  const Parameter parameters[] = {number("0-2,4"), optional(text(3)), optional(words("\"A\",\"BC\""))};
  const auto fits = [&](std::string_view typed) {
    Arguments arguments;
    return arguments.parse(typed) && check(arguments, parameters).is_ok();
  };
  for (const char* good : {"0", "2", "4", "1,abc", "1,\"abc\"", "1,,\"A\"", "1,,\"BC\"", "1,\"\"", "01", "\"1\""}) {
    CAPTURE(good);
    CHECK(fits(good));
  }
  Arguments typed;
  REQUIRE(typed.parse("1,,\"bc\""));
  CHECK(check(typed, parameters).is_ok());
  CHECK(typed[2].text == "BC");  // as the manual spells it
  for (const char* bad : {"", "3", "5", "-1", "+1", "1.0", "\"3\"", "x", "99999999999", "1,abcd", "1,,A", "1,,\"B\"",
                          "1,,\"D\"", "1,a,\"A\",1", ",a"}) {
    CAPTURE(bad);
    CHECK_FALSE(fits(bad));
  }
}

}  // namespace
}  // namespace sim800
