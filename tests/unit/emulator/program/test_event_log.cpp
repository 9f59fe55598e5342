// The events of a run in the log.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>
#include <string>

#include "emulator/program/event_log.hpp"

namespace sim800 {
namespace {

/// The lines that a short run leaves in a log of that level.
std::string logged(spdlog::level::level_enum level) {
  std::ostringstream out;
  const auto before = spdlog::default_logger();
  const auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
  logger->set_pattern("%l %v");
  logger->set_level(level);
  spdlog::set_default_logger(logger);
  EventLog log;
  log("start", {{"version", "1.2"}, {"seed", std::int64_t{7}}});
  log("power", {{"state", "on"}});
  log("client", {{"channel", "tcp:a"}, {"present", true}});
  log("rx", {{"channel", "tcp:a"}, {"data", "AT+CSQ\r"}});
  log("command", {{"channel", "tcp:a"}, {"line", "+CSQ"}});
  log("command", {{"channel", "stdio"}, {"line", "+CPIN?"}});
  log("tx", {{"channel", "tcp:a"}, {"data", std::string(1000, 'x')}});
  log("result", {{"channel", "tcp:a"}, {"text", "OK"}});
  log("result", {{"channel", "stdio"}, {"text", "ERROR"}});
  log("socket", {{"id", std::int64_t{0}}, {"phase", "failed"}, {"host", "a.test"}, {"port", std::int64_t{80}}});
  log("fault", {{"fault", std::int64_t{2}}, {"on", "command AT+CSQ"}, {"do", "result ERROR"}});
  log("line", {{"channel", "tcp:a"}, {"signal", "DCD"}, {"on", true}});
  log("client", {{"channel", "tcp:a"}, {"present", false}});
  spdlog::set_default_logger(before);
  return out.str();
}

TEST_CASE("event log: info says who came, what was commanded and what came of it") {
  CHECK(logged(spdlog::level::info) ==
        "info power on\n"
        "info tcp:a: client came\n"
        "info tcp:a: AT+CSQ: OK\n"
        "info stdio: AT+CPIN?: ERROR\n"
        "info socket id=0 phase=failed host=a.test port=80\n"
        "info fault 2 on=command AT+CSQ do=result ERROR\n"
        "info tcp:a: client left\n");
}

TEST_CASE("event log: debug has the bytes too, long ones cut") {
  const std::string log = logged(spdlog::level::debug);
  CHECK(log.find("debug start version=1.2 seed=7\n") != log.npos);
  CHECK(log.find("debug tcp:a: > AT+CSQ\\r\n") != log.npos);
  CHECK(log.find("debug tcp:a: < " + std::string(256, 'x') + " ... (1000 bytes)\n") != log.npos);
  CHECK(log.find("debug tcp:a: line signal=DCD on=true\n") != log.npos);
}

TEST_CASE("event log: at the level warning there is nothing") { CHECK(logged(spdlog::level::warn).empty()); }

}  // namespace
}  // namespace sim800
