// Requests of the control interface: whatever they are, each has an answer, or waits, and AT still answers OK. An input
// is a script of requests: METHOD PATH?NAME=VALUE&… BODY, a line for each.
// SPDX-License-Identifier: MIT
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/fuzz/target.hpp"
#include "tests/support/control_fixture.hpp"

namespace sim800::test {
namespace {

std::string_view taken(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

ServerRequest request_of(std::string_view line) {
  ServerRequest request;
  request.headers["host"] = "localhost";
  request.method = taken(line, ' ');
  std::string_view target = taken(line, ' ');
  request.path = "/v1/" + std::string(taken(target, '?'));
  while (!target.empty()) {
    std::string_view pair = taken(target, '&');
    const std::string_view name = taken(pair, '=');
    request.query[std::string(name)] = pair;
  }
  request.body = line;
  return request;
}

}  // namespace
}  // namespace sim800::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  spdlog::set_level(spdlog::level::off);
  std::string_view script = text_of(data, std::min<std::size_t>(size, 65536));
  ControlFixture fixture;
  for (int requests = 0; !script.empty() && requests < 50; ++requests) {
    const auto exchange = fixture.send(request_of(taken(script, '\n')));
    if (!exchange->answered) continue;
    require(exchange->answered->status >= 200 && exchange->answered->status < 600, "no status");
    require(exchange->answered->status < 400 || exchange->answered->body.find("errors") != std::string::npos ||
                exchange->answered->body.find("booting") != std::string::npos,
            "a refusal without a reason");
    if (exchange->source) exchange->source();
  }
  fixture.api.let_go();
  fixture.api.forget();
  return 0;
}
