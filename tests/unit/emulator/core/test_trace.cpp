// Secrets in events: masked for whoever hears them, also where nobody has heard how the line began.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "emulator/core/trace.hpp"

namespace sim800 {
namespace {

struct TraceFixture {
  void listen(Trace& trace) {
    trace.listener = [this](std::string_view name, Trace::Fields fields) {
      heard += name;
      for (const Trace::Field& field : fields) {
        if (const auto* text = std::get_if<std::string_view>(&field.value)) heard.append(" ").append(*text);
        if (const auto* number = std::get_if<std::int64_t>(&field.value)) heard += " " + std::to_string(*number);
      }
    };
  }

  VirtualClock clock;
  std::string heard;
};

TEST_CASE_FIXTURE(TraceFixture,
                  "trace: secrets are masked without a file, and without anybody who has heard their beginning") {
  Trace run(clock);
  Trace module(run, "meter");
  module.event("rx", {{"channel", "a"}, {"data", "AT+CPIN=12"}});
  listen(module);
  module.event("rx", {{"channel", "b"}, {"data", "34\r"}});
  CHECK(std::exchange(heard, {}) == "rx b 34\r");
  module.event("tx", {{"channel", "a"}, {"data", "34\r"}});
  CHECK(std::exchange(heard, {}) == "tx a 34\r");
  module.event("rx", {{"channel", "a"}, {"data", "34\r"}});
  CHECK(std::exchange(heard, {}) == "rx a **\r 2");
  module.event("command", {{"channel", "a"}, {"line", "+CPIN=1234"}});
  CHECK(std::exchange(heard, {}) == "command a +CPIN=**** 4");
  module.event("command", {{"channel", "a"}, {"line", "+CSQ"}});
  CHECK(std::exchange(heard, {}) == "command a +CSQ");
}

}  // namespace
}  // namespace sim800
