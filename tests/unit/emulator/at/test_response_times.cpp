// SPDX-License-Identifier: MIT
// --timing maximum against the manual's maximum response times (tests/data/catalogue.json): each command that has one
// answers one second before it, and no command that has one is forgotten here.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800::test {
namespace {

struct Row {
  std::string command;  ///< by its name in the catalogue
  Latency latency;
  std::vector<std::string> lines =
      {};           ///< the last one is measured; none: what it waits for needs a server or a caller
  int seconds = 0;  ///< for a form with a time of its own; 0: the catalogue's
};

const std::vector<Row>& rows() {
  using enum Latency;
  static const std::vector<Row> all = {
      {"A", call_answer},
      {"D", call_setup, {"ATD123"}},
      {"H", call_end, {"ATD123;", "ATH"}},
      {"+HVOIC", call_end, {"ATD123;", "AT+HVOIC"}},
      {"+CCFC", supplementary, {"AT+CCFC=0,2"}},
      {"+CCWA", supplementary, {"AT+CCWA=1,2"}},
      {"+CCWA", supplementary_set, {"AT+CCWA=1"}},
      {"+CHLD", call_hold, {"ATD123;", "AT+CHLD=2"}},
      {"+CIMI", sim_imsi, {"AT+CIMI"}},
      {"+CLCK", network_request, {"AT+CLCK=\"AO\",2"}},
      {"+CLCK", facility, {"AT+CLCK=\"SC\",1,\"1234\""}},
      {"+CLIP", supplementary, {"AT+CLIP?"}},
      {"+CLIP", supplementary_set, {"AT+CLIP=1"}},
      {"+CLIR", supplementary, {"AT+CLIR?"}},
      {"+CLIR", supplementary_set, {"AT+CLIR=1"}},
      {"+COPS", operator_select, {"AT+COPS=0"}},
      {"+COPS", operator_select, {"AT+COPS=2"}},
      {"+COPS", operator_select, {"AT+COPS=2", "AT+COPS=0"}},
      {"+COPS", operator_scan, {"AT+COPS=?"}, 45},
      {"+CPBF", phone_book_list, {"AT+CPBF=\"x\""}},
      {"+CPBR", phone_book_list, {"AT+CPBR=1,250"}},
      {"+CPBR", phone_book, {"AT+CPBR=1"}, 3},
      {"+CPBS", phone_book, {"AT+CPBS=\"SM\""}},
      {"+CPBS", phone_book, {"AT+CPBS?"}},
      {"+CPBW", phone_book, {"AT+CPBW=1,\"123\""}},
      {"+CPIN", pin, {"AT+CPIN=1234"}},
      {"+CPWD", facility, {"AT+CPWD=\"P2\",\"1234\",\"4321\""}},
      {"+CPWD", network_request, {"AT+CPWD=\"AO\",\"0000\",\"1111\""}},
      {"+CFUN", cfun_leave, {"AT+CFUN=4"}},
      {"+CFUN", cfun_leave, {"AT+CFUN=0"}},
      {"+CFUN", cfun, {"AT+CFUN=0", "AT+CFUN=1"}},
      {"+CPUC", sim_write, {"AT+CPUC=\"EUR\",\"1\",\"1234\""}},
      {"+CMGD", sms_store, {"AT+CMGF=1", "AT+CMGW=\"123\"", "x\x1a", "AT+CMGD=1"}, 5},
      {"+CMGD", sms_delete, {"AT+CMGD=1,4"}},
      {"+CMGL", sms_list, {"AT+CMGF=1", "AT+CMGL=\"ALL\""}},
      {"+CMGR", sms_store, {"AT+CMGR=1"}},
      {"+CMGS", sms_send, {"AT+CMGF=1", "AT+CMGS=\"123\"", "x\x1a"}},
      {"+CMGW", sms_store, {"AT+CMGF=1", "AT+CMGW=\"123\"", "x\x1a"}},
      {"+CMSS", sms_send, {"AT+CMGF=1", "AT+CMGW=\"123\"", "x\x1a", "AT+CMSS=1"}},
      {"+CRES", sms_settings, {"AT+CRES"}},
      {"+CSAS", sms_settings, {"AT+CSAS"}},
      {"+CSCA", sms_settings, {"AT+CSCA?"}},
      {"+CSCA", sms_settings, {"AT+CSCA=\"+8613800100500\""}},
      {"+CADC", sensor, {"AT+CADC?"}},
      {"+CCID", sim_read, {"AT+CCID"}},
      {"+CMGDA", sms_delete, {"AT+CMGF=1", "AT+CMGDA=\"DEL ALL\""}},
      {"+CNETSCAN", operator_scan, {"AT+CNETSCAN"}},
      {"+CGATT", network_detach, {"AT+CGATT=0"}},
      {"+CGATT", network_detach, {"AT+CGATT=0", "AT+CGATT=1"}},
      {"+CGACT", pdp_activate, {"AT+CGDCONT=1,\"IP\",\"x\"", "AT+CGACT=1,1"}},
      {"+CGACT", pdp_deactivate, {"AT+CGDCONT=1,\"IP\",\"x\"", "AT+CGACT=1,1", "AT+CGACT=0,1"}},
      {"+CIPSTART", ip_connect, {}, 75},  // 160 s where it also opens the context, which AT+CIICR has 85 for
      {"+CIPSHUT", ip_shut, {"AT+CSTT", "AT+CIICR", "AT+CIPSHUT"}},
      {"+CIICR", ip_activate, {"AT+CSTT", "AT+CIICR"}},
      {"+SAPBR", bearer_open, {"AT+SAPBR=1,1"}},
      {"+SAPBR", bearer_close, {"AT+SAPBR=1,1", "AT+SAPBR=0,1"}, 65},
      {"+FTPGET", ftp_session},
      {"+FTPPUT", ftp_session},
      {"+FTPDELE", ftp_session},
      {"+FTPSIZE", ftp_session},
      {"+FTPEXTPUT", ftp_session},
      {"+FTPMKD", ftp_session},
      {"+FTPRMD", ftp_session},
      {"+FTPLIST", ftp_session},
      {"+FTPGETTOFS", ftp_session},
      {"+FTPPUTFRMFS", ftp_session},
      {"+FTPEXTGET", ftp_session},
      {"+FTPFILEPUT", ftp_session},
      {"+CMMSREAD", mms_read, {"AT+CMMSINIT", "AT+CMMSREAD=1"}},
      {"+CMMSRDPUSH", mms_read, {"AT+CMMSINIT", "AT+CMMSRDPUSH=1"}},
  };
  return all;
}

/// Times of the manual that are not waited for.
const std::map<std::string, std::string> exceptions = {
    {"+HTTPACTION", "the 5 s are for its OK, which comes at once; its URC takes up to 60 s"},
    {"+CIPSEND", "the 645 s are for a server that acknowledges nothing, which it takes to give up"},
};

/// By name, where the manual has one.
const std::map<std::string, int>& times() {
  static const std::map<std::string, int> all = [] {
    std::map<std::string, int> found;
    std::ifstream file(test::source_dir() + "/tests/data/catalogue.json");
    for (const auto& entry : nlohmann::json::parse(file)) {
      if (const int seconds = entry.value("seconds", 0); seconds > 0) found[entry["name"]] = seconds;
    }
    return found;
  }();
  return all;
}

struct Slowest : ModuleFixture {
  Slowest() : ModuleFixture(world(), false) {
    modem.power_on();
    clock.advance(1min);
    port.take();
  }

  static World world() {
    World world;
    world.timing.profile = TimingProfile::maximum;
    world.module.settings = {{"E", {"0"}}, {"+CMEE", {"1"}}};
    world.network.numbers["123"] = {.call = Subscriber::Call::answer, .after = 1s};
    return world;
  }

  /// How long the final result of the line takes, without what every line takes.
  Duration time_of(const std::string& line) {
    static const std::regex final_result(
        "(?:[^]*\r\n)?\r\n(?:OK|ERROR|SHUT OK|NO CARRIER|\\+CM[ES] ERROR: \\d+)\r\n[^]*");
    const TimePoint start = clock.now() + modem.latency[Latency::answer];
    channel->receive(line.ends_with('\x1a') ? line : line + "\r");
    std::string heard = port.take();
    while (!std::regex_match(heard, final_result)) {
      if (!clock.advance_to_next() || clock.now() > start + 1h) return -1s;
      heard += port.take();
    }
    return line.ends_with('\x1a') ? clock.now() - start + modem.latency[Latency::answer] : clock.now() - start;
  }
};

}  // namespace

TEST_CASE("timing maximum: every command with a response time in the manual has its latency") {
  std::set<std::string> covered;
  for (const Row& row : rows()) covered.insert(row.command);
  for (const auto& [name, reason] : exceptions) {
    CAPTURE(name);
    CHECK(covered.insert(name).second);
  }
  for (const auto& [name, seconds] : times()) {
    CAPTURE(name);
    CHECK(covered.erase(name) == 1);
  }
  CHECK(covered == std::set<std::string>{});
  TimingConfig timing;
  timing.profile = TimingProfile::maximum;
  const Latencies latencies(timing);
  for (const Row& row : rows()) {
    CAPTURE(row.command);
    CAPTURE(latency_rows()[static_cast<std::size_t>(row.latency)].name);
    CHECK(latencies[row.latency] == std::chrono::seconds(row.seconds > 0 ? row.seconds : times().at(row.command)) - 1s);
  }
}

TEST_CASE("timing maximum: each command answers one second before the manual's time") {
  for (const Row& row : rows()) {
    if (row.lines.empty()) continue;
    Slowest fixture;
    for (std::size_t i = 0; i + 1 < row.lines.size(); ++i) {
      fixture.say(row.lines[i].ends_with('\x1a') ? row.lines[i] : row.lines[i] + "\r");
      fixture.wait(200s);
    }
    CAPTURE(row.lines.back());
    const int seconds = row.seconds > 0 ? row.seconds : times().at(row.command);
    CHECK(fixture.time_of(row.lines.back()) == std::chrono::seconds(seconds) - 1s);
  }
}

TEST_CASE("timing typical: no answer comes later than the time-outs of drivers that work on hardware") {
  const Latencies typical{TimingConfig{}};
  // Adafruit FONA waits 500 ms for a line, TinyGSM and esp_modem 1 s; GSMSim takes what follows an OK within 1.1 s for
  // part of it.
  for (const Latency each :
       {Latency::answer, Latency::sim_read, Latency::sim_imsi, Latency::sms_store, Latency::sms_settings,
        Latency::supplementary_set, Latency::call_answer, Latency::call_end})
    CHECK(typical[Latency::answer] + typical[each] < 500ms);
  for (const Latency each : {Latency::power_down, Latency::pin, Latency::facility, Latency::ip_close})
    CHECK(typical[Latency::answer] + typical[each] < 900ms);
  for (const Latency each : {Latency::cfun, Latency::cfun_leave, Latency::network_detach, Latency::ussd,
                             Latency::sms_send, Latency::location, Latency::ntp})
    CHECK(typical[each] < 10s);
  CHECK(typical[Latency::answer] < 100ms);  // the prompt of AT+CMGS, for serialport-gsm
  CHECK(typical[Latency::http_action] > 1100ms);
}

}  // namespace sim800::test
