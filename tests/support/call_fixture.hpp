// A module with numbers to call: some answer, some do not.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

/// Echo off; delays only for what people do.
struct CallFixture : ModuleFixture {
  static World with_people(World given = instant()) {
    using Call = Subscriber::Call;
    auto& numbers = given.network.numbers;
    numbers["100"] = {.call = Call::answer, .after = 2s};
    numbers["101"] = {.call = Call::answer, .after = 2s, .hangs_up_after = 5s};
    numbers["102"] = {.call = Call::busy};
    numbers["103"] = {.call = Call::no_answer};
    numbers["104"] = {.call = Call::unreachable};
    numbers["+49105"] = {.call = Call::answer, .after = 2s};
    return given;
  }
  explicit CallFixture(World given = with_people(), Nvram* kept = nullptr)
      : ModuleFixture(std::move(given), true, kept) {
    ask("ATE0");
  }

  /// Types a line, lets `span` pass, and returns the output.
  std::string ask_for(std::string_view line, Duration span) {
    const std::string answer = ask(line);
    return answer + wait(span);
  }
  /// Calls, and the call is answered.
  void talk_to(std::string_view number) { ask_for("ATD" + std::string(number) + ";", 3s); }
};

inline std::string line(std::string_view text) { return "\r\n" + std::string(text) + "\r\n"; }
inline std::string lines(std::initializer_list<std::string_view> texts) {
  std::string all = "\r\n";
  for (const std::string_view text : texts) all += std::string(text) + "\r\n";
  return all + OK;
}

}  // namespace sim800::test
