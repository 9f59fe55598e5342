// The scenarios that ship: each has a dialogue in tests/scenarios/.  Those that need no server are played here, on the
// virtual clock; the others by tests/acceptance/test_scenarios.py.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "emulator/core/world.hpp"
#include "protocol/dialogue.hpp"
#include "tests/support/fault_fixture.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800::test {
namespace {

namespace fs = std::filesystem;

const fs::path root = test::source_dir();

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string scenario_text(const std::string& name) { return contents(root / "scenarios" / (name + ".json")); }
fs::path dialogue_file(const std::string& name) { return root / "tests/scenarios" / (name + ".txt"); }

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root / "scenarios")) {
    const fs::path& file = entry.path();
    if (file.extension() == ".json" && file.stem().extension() != ".schema") names.push_back(file.stem());
  }
  std::ranges::sort(names);
  return names;
}

struct TraceFile {
  fs::path path = fs::temp_directory_path() / ("sim800-library-" + std::to_string(::getpid()));
  ~TraceFile() { fs::remove(path); }
};

/// A host that plays a dialogue; time passes only where it waits for a line.
class VirtualHost {
 public:
  explicit VirtualHost(FaultFixture& fixture) : bench_(fixture) {}

  void play(const Dialogue& dialogue) {
    for (const Step& step : dialogue.steps) {
      CAPTURE(dialogue.file);
      CAPTURE(step.line);
      if (const auto* command = std::get_if<SendLine>(&step.action)) {
        bench_.line.receive(command->text + "\r");
        echo_ = command->text;
      } else if (const auto* payload = std::get_if<SendPayload>(&step.action)) {
        bench_.line.receive(payload->bytes);
        echo_ = payload->bytes.substr(0, payload->bytes.find('\x1a'));
      } else if (std::holds_alternative<ExpectPrompt>(step.action)) {
        const bool asked = await_prompt();
        CHECK(asked);
        if (!asked) return;
      } else if (const auto* wanted = std::get_if<ExpectLine>(&step.action)) {
        const std::string line = next_line();
        CHECK(line == wanted->text);
        if (line != wanted->text) return;
      } else if (const auto* form = std::get_if<ExpectMatch>(&step.action)) {
        const std::string line = next_line();
        CAPTURE(line);
        const bool fits = form->pattern.matches(line);
        CHECK(fits);
        if (!fits) return;
      } else if (const auto* some = std::get_if<ExpectCount>(&step.action)) {
        const bool come = await_bytes(some->count);
        CHECK(come);
        if (!come) return;
      } else {
        FAIL("a step that this host does not know");
      }
    }
    bench_.clock.advance(1s);  // what was sent last may have consequences that nothing tells of
  }

 private:
  /// The next line that is neither empty nor an echo; "" where none can come any more.
  std::string next_line() {
    for (;;) {
      received_ += bench_.port.take();
      for (auto end = received_.find("\r\n"); end != received_.npos; end = received_.find("\r\n")) {
        std::string line = received_.substr(0, end);
        received_.erase(0, end + 2);
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty() && line != echo_) return line;
      }
      if (bench_.clock.now() > 1h || !bench_.clock.advance_to_next()) return {};
    }
  }

  bool await_bytes(std::size_t count) {
    for (received_ += bench_.port.take(); received_.size() < count; received_ += bench_.port.take()) {
      if (bench_.clock.now() > 1h || !bench_.clock.advance_to_next()) return false;
    }
    received_.erase(0, count);
    return true;
  }

  bool await_prompt() {
    constexpr std::string_view prompt = "\r\n> ";
    for (;;) {
      received_ += bench_.port.take();
      const auto found = received_.find(prompt);
      if (found != received_.npos) {
        received_.erase(0, found + prompt.size());
        return true;
      }
      if (bench_.clock.now() > 1h || !bench_.clock.advance_to_next()) return false;
    }
  }

  FaultFixture& bench_;
  std::string received_, echo_;
};

/// Its trace.
std::string play(const std::string& name, const Dialogue& dialogue) {
  const TraceFile trace;
  {
    FaultFixture fixture(scenario_text(name), false, 1, trace.path, true);
    VirtualHost(fixture).play(dialogue);
    // That one takes more bytes than a dialogue has; it has a test of its own below.
    if (name != "uart-noise-once") CHECK(fixture.faults.never_fired().empty());
  }
  return contents(trace.path);
}

/// Booted, its boot URCs taken away.
FaultFixture booted(const std::string& name, std::uint64_t seed = 1) {
  return FaultFixture(scenario_text(name), true, seed);
}

}  // namespace

TEST_CASE("every scenario that ships has a name, a description and a dialogue") {
  const auto names = shipped();
  CHECK(names.size() >= 60);
  for (const std::string& name : names) {
    CAPTURE(name);
    const Scenario scenario = load_scenario((root / "scenarios" / (name + ".json")).string(), {});
    CHECK(scenario.world.name == name);
    CHECK(scenario.world.description.ends_with('.'));
    CHECK(fs::exists(dialogue_file(name)));
  }
}

TEST_CASE("scenarios without a server: the module says what it should, three times the same") {
  for (const std::string& name : shipped()) {
    if (contents(dialogue_file(name)).starts_with("# Needs:")) continue;
    CAPTURE(name);
    const Dialogue dialogue = load_dialogue(dialogue_file(name).string());
    const std::string first = play(name, dialogue);
    CHECK(first.size() > 100);
    for (int again = 0; again < 2; ++again) CHECK(play(name, dialogue) == first);
  }
}

TEST_CASE("brownout-during-write: the file is the old one") {
  FaultFixture fixture = booted("brownout-during-write");
  fixture.ask("ATE0");
  fixture.ask("AT+FSCREATE=C:\\User\\log.txt");
  CHECK(fixture.ask("AT+FSWRITE=C:\\User\\log.txt,0,4,10").find("> ") != std::string::npos);
  CHECK(fixture.say("ok 1") == OK);
  CHECK(fixture.ask("AT+FSWRITE=C:\\User\\log.txt,1,4,10").empty());
  CHECK_FALSE(fixture.modem.answers());
  fixture.modem.press_power_key();
  fixture.wait(0s);
  CHECK(fixture.ask("ATE0;+FSFLSIZE=C:\\User\\log.txt").find("+FSFLSIZE: 4\r\n") != std::string::npos);
}

TEST_CASE("signal-fades: AT+CSQ follows") {
  FaultFixture fixture = booted("signal-fades");
  fixture.ask("ATE0");
  for (const char* signal : {"20,0", "9,0", "2,6", "99,99", "18,0"}) {
    CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: " + std::string(signal) + "\r\n" + OK);
    fixture.wait(30s);
  }
}

TEST_CASE("module-deaf-at-first: three attempts in vain") {
  FaultFixture fixture = booted("module-deaf-at-first");
  for (int attempt = 0; attempt < 3; ++attempt) {
    CHECK(fixture.ask("AT").find("OK") == std::string::npos);
    CHECK(fixture.wait(1s).find("OK") == std::string::npos);
  }
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("uart-noise: the seed decides which bytes suffer") {
  const auto heard = [](std::uint64_t seed) {
    FaultFixture fixture = booted("uart-noise", seed);
    std::string all;
    for (int i = 0; i < 200; ++i) {
      all += fixture.say("AT+CSQ\r");
      all += fixture.wait(1s);
    }
    return all;
  };
  const std::string first = heard(1);
  CHECK(first == heard(1));
  CHECK(first != heard(2));
  const std::string clean = "AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n";
  CHECK(first.find(clean) != std::string::npos);
  CHECK(first.size() != 200 * clean.size());
}

TEST_CASE("uart-noise-once: bad for ten seconds, then good again") {
  FaultFixture fixture = booted("uart-noise-once");
  const std::string clean = "AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n";
  int good = 0;
  while (fixture.say("AT+CSQ\r") == clean) REQUIRE(++good < 1000);
  CHECK(good > 150);
  fixture.wait(10s);
  for (int i = 0; i < 1000; ++i) REQUIRE(fixture.say("AT+CSQ\r") == clean);
}

TEST_CASE("uart-9600: bytes take their time") {
  FaultFixture fixture = booted("uart-9600");
  fixture.wait(1s);
  const TimePoint begin = fixture.clock.now();
  fixture.line.receive("AT+CSQ\r");
  std::string heard;
  while (!heard.ends_with(OK)) {
    REQUIRE(fixture.clock.advance_to_next());
    heard += fixture.port.take();
  }
  const double seconds = std::chrono::duration<double>(fixture.clock.now() - begin).count();
  CHECK(seconds == doctest::Approx(10.0 / 9600 * static_cast<double>(7 + heard.size())).epsilon(0.1));
}

}  // namespace sim800::test
