// Scenario files: what is read, and how every mistake in them is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "emulator/core/world.hpp"
#include "scenarios/json/duration_text.hpp"
#include "scenarios/json/nearest.hpp"
#include "scenarios/loader/loader.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

const std::vector<fs::path> shipped{test::source_dir() + "/scenarios"};

std::string complaint_about(const std::string& name, const std::vector<fs::path>& directories) {
  try {
    load_scenario(name, directories);
    return "";
  } catch (const ScenarioError& error) {
    return error.what();
  }
}

void write_file(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

// Every value of a world that default.json spells out.
std::string described(const World& world) {
  const auto& [model, revision, imei, settings, commands, unknown, q] = world.module;
  const SimConfig& sim = world.sim;
  const NetworkConfig& net = world.network;
  return fmt::format(
      "{} {} {} {} | {} {} {} {} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} {} {} {} {} | "
      "{} {} {} | {} "
      "{} {} | {} {} {} {} {} | {} {} {} {}",
      model, revision, imei, settings.size() + commands.size() + static_cast<unsigned>(unknown), q.tls, q.sni,
      q.sync_bytes, q.cfun_reset_ok_last, q.sapbr_save, q.http_status_number, q.http_timeout_status,
      q.http_overflow_status, q.http_data_max, q.http_url_max, sim.present, sim.pin.value_or("-"), sim.puk, sim.imsi,
      sim.iccid, sim.number, sim.messages.size(), sim.phonebook.size(), net.operator_name, net.plmn,
      static_cast<int>(net.registration), net.rssi, net.ber, net.gprs, net.location.longitude, net.location.latitude,
      net.location.accuracy, q.ping_unit_ms, net.apns.has_value(), net.hosts.size(),
      static_cast<int>(world.timing.profile), world.timing.scale, world.timing.overrides.size(), q.ftp_empty_name,
      q.ftp_mode, q.ftp_put_length, initial_link(world).latency / 1ms, net.signal.size(), net.operators.size(),
      net.ussd.size(), net.numbers.size(), world.serial.baud, world.serial.paced, q.http_cut_body,
      q.http_port_behind_path);
}

TEST_CASE("an empty object is the healthy module") {
  CHECK(described(parse_scenario("{}", "f").world) == described(World{}));
}

TEST_CASE("every key of a scenario reaches its member") {
  const World world = parse_scenario(R"({
    "$schema": "./scenario.schema.json", "name": "n", "description": "d",
    "module": {"model": "SIM800C", "revision": "R", "imei": "012345678901234",
      "settings": {"+CMEE": 2, "E": 0, "+CSCS": "GSM", "+ICF": [3, "3"]}, "commands": {"+CTTS": true},
      "quirks": {"tls": "1.1", "sni": true, "sync_bytes": true, "cfun_reset_ok_last": true, "sapbr_save": true,
        "http_status_number": true, "http_timeout_status": 604, "http_overflow_status": 601, "http_cut_body": false,
        "http_port_behind_path": true, "http_data_max": 1000, "http_url_max": 2048, "ftp_empty_name": 66, "ftp_mode": 0,
        "ftp_put_length": 1, "ping_unit_ms": 10, "sms_header_hex": true, "cnma_prompt": false,
        "flow_control_silent": true, "second_call_ready": true, "drive_bytes": 2048, "ftp_timeout": false}},
    "sim": {"present": false, "pin": "1234", "puk": "87654321", "imsi": "230011", "iccid": "8942000000000000012F", "number": "",
      "messages": [{"index": 3, "status": "REC READ", "from": "INFO", "time": "26/11/22,10:00:00+04", "text": "a\nb"}],
      "phonebook": [{"index": 1, "number": "+420123", "type": 145, "name": "Eva"}, {"index": 2, "number": "*101#"}]},
    "network": {"operator": "T-Mobile", "plmn": "230010", "registration": "roaming", "signal": {"rssi": 99, "ber": 7},
      "location": {"code": 4}, "number_type": 161, "gprs": false, "apns": {"CMNET": {}, "vpn": {"user": "u", "password": "p", "ip": "10.89.193.1"}},
      "hosts": {"www.sim.com": "127.0.0.1:8080", "a:81": "[::1]:1", "10.0.0.1": "::1", "*": "unresolvable"}},
    "serial": {"baud": 9600, "paced": true},
    "timing": {"profile": "maximum", "scale": 0.01, "overrides": {"bearer.open": "1.5s", "answer": "0s"}}})",
                                     "f")
                          .world;
  CHECK(world.name == "n");
  CHECK(world.description == "d");
  CHECK(described(world) ==
        "SIM800C R 012345678901234 5 | 1.1 true true true true true 604 601 1000 2048 | false 1234 87654321 "
        "230011 8942000000000000012F  1 2 | T-Mobile 230010 1 99 7 false 121.354848 31.220641 550 10 true 4 | 2 0.01 2 "
        "| 66 0 1 | 600 0 0 0 0 | 9600 true false true");
  CHECK(world.module.quirks.second_call_ready);
  CHECK(world.module.quirks.drive_bytes == 2048);
  CHECK_FALSE(world.module.quirks.ftp_timeout);
  CHECK(world.network.location.code == 4);
  CHECK(world.network.number_type == 161);
  CHECK(world.module.settings.at("+CMEE") == Texts{"2"});
  CHECK(world.module.settings.at("+CSCS") == Texts{"GSM"});
  CHECK(world.module.settings.at("+ICF") == Texts{"3", "3"});
  const StoredMessage& message = world.sim.messages[0];
  CHECK(message.index == 3);
  CHECK(message.status == "REC READ");
  CHECK(message.from == "INFO");
  CHECK(message.time == "26/11/22,10:00:00+04");
  CHECK(message.text == "a\nb");
  CHECK(world.sim.phonebook[0].name == "Eva");
  CHECK(world.sim.phonebook[0].type == 145);
  CHECK(world.sim.phonebook[1].number == "*101#");
  CHECK(world.sim.phonebook[1].type == 129);
  REQUIRE(world.network.apns);
  CHECK_FALSE(world.network.apns->at("CMNET").user);
  CHECK(world.network.apns->at("vpn").user == "u");
  CHECK(world.network.apns->at("vpn").password == "p");
  CHECK(world.network.apns->at("vpn").ip == "10.89.193.1");
  CHECK(world.network.hosts ==
        HostMap{{"www.sim.com", "127.0.0.1:8080"}, {"a:81", "[::1]:1"}, {"10.0.0.1", "::1"}, {"*", "unresolvable"}});
  CHECK(world.serial.baud == 9600);
  CHECK(world.serial.paced);
  CHECK(world.module.quirks.flow_control_silent);
  CHECK(world.timing.overrides.at("bearer.open") == 1500ms);
  CHECK(world.timing.overrides.at("answer") == 0ms);
}

TEST_CASE("the network around a module reaches its members") {
  const NetworkConfig network = parse_scenario(R"({"network": {
    "signal": [{"at": "0s", "rssi": 5}, {"at": "1min", "rssi": 99, "ber": 7}],
    "operators": [{"status": "current", "long_name": "CHINA MOBILE", "short_name": "CMCC", "plmn": "46000"},
                  {"long_name": "CHN-UNICOM", "plmn": "46001"}],
    "location": {"longitude": -0.5, "latitude": 51, "accuracy_m": 10},
    "link": {"latency_ms": 600, "jitter_ms": 0.5, "down_kbps": 40, "up_kbps": 0.1, "blackhole": true},
    "ussd": {"*111#": "Credit", "*1#": ["one", ""]},
    "numbers": {"*": {}, "+420": {"call": "answer", "after": "1s", "hangs_up_after": "10s", "sms": "lost"}}}})",
                                               "f")
                                    .world.network;
  REQUIRE(network.signal.size() == 2);
  CHECK(network.signal[0].rssi == 5);
  CHECK(network.signal[0].ber == 0);
  CHECK(network.signal[1].at == 1min);
  CHECK(network.signal[1].rssi == 99);
  CHECK(network.signal[1].ber == 7);
  REQUIRE(network.operators.size() == 2);
  CHECK(network.operators[0].status == Operator::Status::current);
  CHECK(network.operators[0].short_name == "CMCC");
  CHECK(network.operators[1].status == Operator::Status::available);
  CHECK(network.operators[1].short_name == "CHN-UNICOM");
  CHECK(network.operators[1].plmn == "46001");
  CHECK(network.location.longitude == -0.5);
  CHECK(network.location.latitude == 51);
  CHECK(network.location.accuracy == 10);
  CHECK(network.link.latency == 600ms);
  CHECK(network.link.jitter == 500us);
  CHECK(network.link.down_kbps == 40);
  CHECK(network.link.up_kbps == 0.1);
  CHECK(network.link.blackhole);
  CHECK(network.ussd.at("*111#") == Texts{"Credit"});
  CHECK(network.ussd.at("*1#") == Texts{"one", ""});
  const Subscriber &anybody = network.numbers.at("*"), &someone = network.numbers.at("+420");
  CHECK(anybody.call == Subscriber::Call::no_answer);
  CHECK(anybody.after == 3s);
  CHECK_FALSE(anybody.hangs_up_after);
  CHECK(anybody.sms == Subscriber::Sms::deliver);
  CHECK(someone.call == Subscriber::Call::answer);
  CHECK(someone.after == 1s);
  CHECK(someone.hangs_up_after == 10s);
  CHECK(someone.sms == Subscriber::Sms::lost);
}

TEST_CASE("durations are numbers with a unit") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("0.1s") == 100ms);
  CHECK(parse_duration("2min") == 120s);
  CHECK(parse_duration("7us") == 7us);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("1000h") == 1000h);
  for (const char* wrong : {"",
                            "s",
                            "5",
                            "5 s",
                            " 5s",
                            "5s ",
                            "-5s",
                            "+5s",
                            "5S",
                            "5ns",
                            ".5s",
                            "5.s",
                            "1e3s",
                            "1.2.3s",
                            "infs",
                            "nans",
                            "0x5s",
                            "1000.1h",
                            "99999999999999999999999h",
                            "5m"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
}

TEST_CASE("the nearest word is the one with the fewest slips") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "Sitting") == 3);
  CHECK(edit_distance("hosts", "HOSTS") == 0);
  CHECK(near_words("bearer.clse", {"bearer.open", "bearer.close", "cfun"}) ==
        std::vector<std::string_view>{"bearer.close", "bearer.open"});
  CHECK(near_words("x", {"e"}).empty());
}

TEST_CASE("the scenarios that ship are found by name and read") {
  CHECK(described(load_scenario("default", shipped).world) == described(World{}));
  CHECK(load_scenario("hermetic.json", shipped).world.network.hosts == HostMap{{"*", "unresolvable"}});
  CHECK(load_scenario("sim-pin-locked", shipped).world.sim.pin == "1234");
  int count = 0;
  for (const auto& entry : fs::directory_iterator(shipped[0])) {
    if (entry.path().extension() != ".json" || entry.path().stem().has_extension()) continue;
    ++count;
    const World world = load_scenario(entry.path().string(), {}).world;
    CHECK(world.name == entry.path().stem());
    CHECK_FALSE(world.description.empty());
  }
  CHECK(count >= 3);
}

TEST_CASE("a file is read by its path, before one that ships, and named in its mistakes") {
  const TemporaryDirectory temporary;
  const std::string file = temporary.path() / "mine.json";
  write_file(file, "{\"name\": \"mine\"}");
  CHECK(load_scenario(file, shipped).world.name == "mine");
  write_file(file, "{\"name\":\n1}");
  CHECK(complaint_about(file, shipped) == file + ":2:1: /name: expected a string of one line, found 1");
  write_file(file, "");
  CHECK(complaint_about(file, shipped) == file + ":1:1: expected a JSON object, found an empty file");
}

TEST_CASE("a scenario that does not exist is named, with the names near to it") {
  const auto missing = [](const std::string& name, const std::string& hint) {
    return name + ": expected a file, or the name of a scenario that ships, found neither (" + hint + ")";
  };
  const std::string none = ": expected a scenario file, found none (no scenarios ship with this program)";
  CHECK(complaint_about("hermetik", shipped) == missing("hermetik", "did you mean \"hermetic\"?"));
  CHECK(complaint_about("sim-pin-loked.json", shipped) ==
        missing("sim-pin-loked.json", "did you mean \"sim-pin-locked\"?"));
  CHECK(complaint_about("a/b", {}) == "a/b" + none);
  CHECK(complaint_about("", {}) == none);

  const TemporaryDirectory temporary;
  const std::string directory = temporary.path();
  CHECK(complaint_about(directory, shipped) == directory + ": expected a scenario file, found a directory");
  for (const char* name : {"one.json", "two.json", "one.schema.json", "notes.txt"})
    write_file(temporary.path() / name, "{}");
  CHECK(complaint_about("zebra", {directory}) == missing("zebra", "those that ship are \"one\", \"two\""));
  for (int i = 0; i < 40; ++i) write_file(temporary.path() / fmt::format("sms-storm-{}.json", i), "{}");
  CHECK(complaint_about("zebra", {directory}) == missing("zebra", "\"sim800 scenarios\" lists the 42 that ship"));
  CHECK(complaint_about("sms-stor-7", {directory}) ==
        missing("sms-stor-7", "did you mean \"sms-storm-7\" or \"sms-storm-0\" or \"sms-storm-1\"?"));
  CHECK(complaint_about("../one", {directory + "/sub"}) == "../one" + none);
}

TEST_CASE("a file that cannot be read is named") {
  // Readable by nobody, not even root: reading it from its start fails.
  CHECK(complaint_about("/proc/self/mem", {}) ==
        "/proc/self/mem: expected a scenario file, found none that can be read (Input/output error)");
  CHECK(complaint_about("/dev/zero", {}) == "/dev/zero: expected a scenario file of at most 4 MiB, found more");
}

}  // namespace
}  // namespace sim800
