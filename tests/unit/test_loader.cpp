// Scenario files: what is read, and how every mistake in them is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "scenarios/duration_text.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/nearest.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

const std::vector<fs::path> shipped{SIM800_SOURCE_DIR "/scenarios"};

// "LINE:COLUMN: POINTER: EXPECTED" of each mistake in `text`.
Texts mistakes_of(std::string_view text) {
  try {
    parse_scenario(text, "f");
    return {};
  } catch (const ScenarioError& error) {
    Texts result;
    for (const ScenarioMistake& mistake : error.mistakes) result.push_back(mistake.text().substr(2));
    return result;
  }
}

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
  const auto& [model, revision, imei, settings, q] = world.module;
  const SimConfig& sim = world.sim;
  const NetworkConfig& net = world.network;
  return fmt::format(
      "{} {} {} {} | {} {} {} {} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} | {} {} {} {} {} {} {} {} | {} {} {}",
      model, revision, imei, settings.size(), q.tls, q.sni, q.sync_bytes, q.cfun_reset_ok_last, q.sapbr_save,
      q.http_status_number, q.http_timeout_status, q.http_overflow_status, q.http_data_max, q.http_url_max, sim.present,
      sim.pin.value_or("-"), sim.puk, sim.imsi, sim.iccid, sim.number, sim.messages.size(), sim.phonebook.size(),
      net.operator_name, net.plmn, static_cast<int>(net.registration), net.rssi, net.ber, net.gprs,
      net.apns.has_value(), net.hosts.size(), static_cast<int>(world.timing.profile), world.timing.scale,
      world.timing.overrides.size());
}

TEST_CASE("an empty object is the healthy module") {
  CHECK(described(parse_scenario("{}", "f").world) == described(World{}));
}

TEST_CASE("every key of a scenario reaches its member") {
  const World world = parse_scenario(R"({
    "$schema": "./scenario.schema.json", "name": "n", "description": "d",
    "module": {"model": "SIM800C", "revision": "R", "imei": "012345678901234",
      "settings": {"+CMEE": 2, "E": 0, "+CSCS": "GSM", "+ICF": [3, "3"]},
      "quirks": {"tls": "1.0", "sni": false, "sync_bytes": true, "cfun_reset_ok_last": true, "sapbr_save": true,
        "http_status_number": true, "http_timeout_status": 604, "http_overflow_status": 601, "http_data_max": 1000,
        "http_url_max": 2048}},
    "sim": {"present": false, "pin": "1234", "puk": "87654321", "imsi": "230011", "iccid": "8942000000000000012F", "number": "",
      "messages": [{"index": 3, "status": "REC READ", "from": "INFO", "time": "26/11/22,10:00:00+04", "text": "a\nb"}],
      "phonebook": [{"index": 1, "number": "+420123", "type": 145, "name": "Eva"}, {"index": 2, "number": "*101#"}]},
    "network": {"operator": "T-Mobile", "plmn": "230010", "registration": "roaming", "signal": {"rssi": 99, "ber": 7},
      "gprs": false, "apns": {"CMNET": {}, "vpn": {"user": "u", "password": "p", "ip": "10.89.193.1"}},
      "hosts": {"www.sim.com": "127.0.0.1:8080", "a:81": "[::1]:1", "10.0.0.1": "::1", "*": "unresolvable"}},
    "timing": {"profile": "maximum", "scale": 0.01, "overrides": {"bearer.open": "1.5s", "answer": "0s"}}})",
                                     "f")
                          .world;
  CHECK(world.name == "n");
  CHECK(world.description == "d");
  CHECK(described(world) ==
        "SIM800C R 012345678901234 4 | 1.0 false true true true true 604 601 1000 2048 | false 1234 87654321 "
        "230011 8942000000000000012F  1 2 | T-Mobile 230010 1 99 7 false true 4 | 2 0.01 2");
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
  CHECK(world.timing.overrides.at("bearer.open") == 1500ms);
  CHECK(world.timing.overrides.at("answer") == 0ms);
}

TEST_CASE("each mistake is told with its place and what was expected there") {
  const std::string rssi = "a whole number from 0 to 31, or 99";
  const std::string duration = "a duration such as \"250ms\" or \"1.5s\" (us, ms, s, min, h; at most 1000h)";
  const std::string host =
      "\"unresolvable\", \"refuse\", \"blackhole\", or a host with or without a port (\"127.0.0.1:8080\")";
  const std::string host_name = "a key that is a name, an address, either with a port (\"www.sim.com:8080\"), or \"*\"";
  const std::string later = "not supported by this version";
  const std::string setting = "the name of a setting, such as \"+CMEE\", \"E\", \"&C\" or \"S0\"";
  struct Row {
    std::string text;
    Texts mistakes;
  };
  const Row rows[] = {
      // The whole file.
      {"", {"1:1: a JSON object; the file is empty"}},
      {"\xEF\xBB\xBF \r\n", {"1:1: a JSON object; the file is empty"}},
      {"\n []", {"2:2: an object"}},
      {"null", {"1:1: an object"}},
      // Syntax: only the first one can be known.
      {"{\"name\": tru}", {"1:13: /name: valid JSON: invalid literal"}},
      {"{\"sim\": {\n\"pin\" 1}}", {"2:7: /sim/pin: valid JSON: unexpected number literal; expected ':'"}},
      {"{\"sim\": {},\n}", {"2:1: /sim: valid JSON: unexpected '}'; expected string literal"}},
      {"{\"sim\":", {"1:8: /sim: valid JSON: unexpected end of input; expected '[', '{', or a literal"}},
      {"{} {}", {"1:4: valid JSON: unexpected '{'; expected end of input"}},
      {"{\"a\"::1}", {"1:6: /a: valid JSON: unexpected ':'; expected '[', '{', or a literal"}},
      {"[1, ,2]", {"1:5: /0: valid JSON: unexpected ','; expected '[', '{', or a literal"}},
      {"{\"a\": 1]", {"1:8: /a: valid JSON: unexpected ']'; expected '}'"}},
      {"{\"a\": \"b", {"1:9: /a: valid JSON: invalid string: missing closing quote"}},
      {"{\"a\": \"\xFF\"}", {"1:8: /a: valid JSON: invalid string: ill-formed UTF-8 byte"}},
      {"{\"a\": 1e999}", {"1:7: /a: valid JSON: number overflow parsing '1e999'"}},
      {"{} // x", {"1:4: valid JSON: invalid literal"}},
      {std::string(100'000, '['),
       {"1:65: " +
        [] {
          std::string p;
          for (int i = 0; i < 64; ++i) p += "/0";
          return p;
        }() +
        ": nesting of at most 64 levels"}},
      // Keys.
      {"{\"nam\": \"\"}", {"1:2: /nam: unknown key; did you mean \"name\"?"}},
      {"{\"Network\": 1}", {"1:2: /Network: unknown key; did you mean \"network\"?"}},
      {"{\"timing\": {\"zzz\": 1}}",
       {"1:13: /timing/zzz: unknown key; known here: \"profile\", \"scale\", \"overrides\""}},
      {"{\"timing\": {\"a/b~c\": 1}}",
       {"1:13: /timing/a~1b~0c: unknown key; known here: \"profile\", \"scale\", \"overrides\""}},
      {"{\"timing\": {\"\\n\\u0001\": 1}}",
       {"1:13: /timing/??: unknown key; known here: \"profile\", \"scale\", \"overrides\""}},
      {"{\"name\": \"a\",\n \"name\": \"b\"}", {"2:2: /name: a key that is given once; it is already in line 1"}},
      {"{\"sim\": {\"pin\": \"1111\"},\n \"sim\": {\"pin\": \"1111\"}}",
       {"2:2: /sim: a key that is given once; it is already in line 1"}},
      // Keys of later versions are never ignored.
      {"{\"serial\": {}, \"faults\": [],\n\"events\": []}",
       {"1:2: /serial: " + later, "1:16: /faults: " + later, "2:1: /events: " + later}},
      {"{\"network\": {\"link\": {}, \"operators\": [],\n\"ussd\": {}, \"numbers\": {}}}",
       {"1:14: /network/link: " + later, "1:26: /network/operators: " + later, "2:1: /network/ussd: " + later,
        "2:13: /network/numbers: " + later}},
      {"{\"network\": {\"signal\": [{\"at\": \"10s\"}]}}",
       {"1:24: /network/signal: an object; a list is not supported by this version"}},
      {"{\"module\": {\"quirks\": {\"ftp_mode\": 2}}}", {"1:36: /module/quirks/ftp_mode: a whole number from 0 to 1"}},
      // Kinds; a column counts characters.
      {"{\"$schema\": 1, \"name\": null, \"description\": []}",
       {"1:13: /$schema: a text", "1:24: /name: a text", "1:45: /description: a text"}},
      {"{\"description\": \"\u20ac\u20ac\", \"name\": 1}", {"1:31: /name: a text"}},
      {"{\"sim\": [], \"timing\": \"x\"}", {"1:9: /sim: an object", "1:23: /timing: an object"}},
      {"{\"sim\": {\"present\": 1, \"messages\": {}}}",
       {"1:21: /sim/present: true or false", "1:36: /sim/messages: a list"}},
      // Module.
      {"{\"module\": {\"model\": \"\", \"revision\": \"a\\nb\", \"imei\": \"86610402030405\"}}",
       {"1:22: /module/model: a text of one line", "1:38: /module/revision: a text of one line",
        "1:54: /module/imei: 15 digits"}},
      {"{\"module\": {\"settings\": {\"AT+CMEE\": 2, \"+CMEE\": [[2]], \"E\": true}}}",
       {"1:26: /module/settings/AT+CMEE: " + setting,
        "1:49: /module/settings/+CMEE: a number, a text, or a list of those",
        "1:61: /module/settings/E: a number, a text, or a list of those"}},
      {"{\"module\": {\"quirks\": {\"tls\": \"1.3\", \"http_timeout_status\": 99,\n\"http_data_max\": 319489, "
       "\"http_url_max\": 15, \"snii\": 1}}}",
       {"1:31: /module/quirks/tls: one of \"1.0\", \"1.1\", \"1.2\"",
        "1:61: /module/quirks/http_timeout_status: a whole number from 100 to 699",
        "2:18: /module/quirks/http_data_max: a whole number from 1 to 319488",
        "2:42: /module/quirks/http_url_max: a whole number from 16 to 2048",
        "2:46: /module/quirks/snii: unknown key; did you mean \"sni\"?"}},
      // SIM.
      {"{\"sim\": {\"pin\": \"123\", \"puk\": \"1234567\", \"imsi\": \"12345\",\n\"iccid\": \"8986001234567890123G\", "
       "\"number\": \"+42 0\"}}",
       {"1:17: /sim/pin: 4 to 8 digits", "1:31: /sim/puk: 8 digits", "1:50: /sim/imsi: 6 to 15 digits",
        "2:10: /sim/iccid: 18 to 22 hex digits",
        "2:44: /sim/number: a phone number such as \"+8613800138000\", or \"\""}},
      {"{\"sim\": {\"messages\": [{\"index\": 0, \"status\": \"READ\", \"text\": \"\"},\n {\"index\": 1, \"status\": "
       "\"REC READ\", \"time\": \"26/13/22,10:00:00+04\"}, 7]}}",
       {"1:33: /sim/messages/0/index: a whole number from 1 to 255",
        "1:46: /sim/messages/0/status: one of \"REC UNREAD\", \"REC READ\", \"STO UNSENT\", \"STO SENT\"",
        "2:2: /sim/messages/1: an object with the key \"text\"",
        "2:45: /sim/messages/1/time: a time such as \"26/11/22,10:00:00+04\"", "2:70: /sim/messages/2: an object"}},
      {"{\"sim\": {\"phonebook\": [{\"index\": 1, \"number\": \"\", \"type\": 1}]}}",
       {"1:47: /sim/phonebook/0/number: a phone number such as \"+8613800138000\"",
        "1:59: /sim/phonebook/0/type: a whole number from 128 to 255"}},
      // Network.
      {"{\"network\": {\"plmn\": \"4600\", \"registration\": \"homee\", \"gprs\": 0}}",
       {"1:22: /network/plmn: 5 to 6 digits",
        "1:46: /network/registration: one of \"home\", \"roaming\", \"searching\", \"denied\", \"unknown\"",
        "1:63: /network/gprs: true or false"}},
      {"{\"network\": {\"signal\": {\"rssi\": 32, \"ber\": 8}}}",
       {"1:33: /network/signal/rssi: " + rssi, "1:44: /network/signal/ber: a whole number from 0 to 7, or 99"}},
      {"{\"network\": {\"signal\": {\"rssi\": 21.0}}}", {"1:33: /network/signal/rssi: " + rssi}},
      {"{\"network\": {\"signal\": {\"rssi\": 18446744073709551615}}}", {"1:33: /network/signal/rssi: " + rssi}},
      {"{\"network\": {\"signal\": {\"rssi\": -1}}}", {"1:33: /network/signal/rssi: " + rssi}},
      {"{\"network\": {\"apns\": {\"a\": {\"ip\": \"10.0.0.256\", \"usr\": 1}, \"b\": 1}}}",
       {"1:35: /network/apns/a/ip: an IPv4 address such as \"10.89.193.1\"",
        "1:49: /network/apns/a/usr: unknown key; did you mean \"user\"?", "1:65: /network/apns/b: an object"}},
      {"{\"network\": {\"hosts\": {\"\": \"a\", \"b c\": \"a\", \"c:0\": \"a\", \"D\": \"a\", \"d\": \"a\", \"*:80\": "
       "\"a\"}}}",
       {"1:24: /network/hosts/: " + host_name, "1:33: /network/hosts/b c: " + host_name,
        "1:45: /network/hosts/c:0: " + host_name,
        "1:67: /network/hosts/d: a host that is given once; case counts for nothing here",
        "1:77: /network/hosts/*:80: " + host_name}},
      {"{\"network\": {\"hosts\": {\"a\": \"\", \"b\": \":80\", \"c\": \"a:65536\", \"d\": \"a b\", \"e\": "
       "\"http://a\",\n\"f\": \"refused\", \"g\": \"[::1]80\", \"h\": 1, \"i\": \"[::1\"}}}",
       {"1:29: /network/hosts/a: " + host, "1:38: /network/hosts/b: " + host, "1:50: /network/hosts/c: " + host,
        "1:66: /network/hosts/d: " + host, "1:78: /network/hosts/e: " + host, "2:6: /network/hosts/f: " + host,
        "2:22: /network/hosts/g: " + host, "2:38: /network/hosts/h: " + host, "2:46: /network/hosts/i: " + host}},
      // Timing.
      {"{\"timing\": {\"profile\": \"fast\", \"scale\": 0}}",
       {"1:24: /timing/profile: one of \"typical\", \"instant\", \"maximum\"",
        "1:41: /timing/scale: a number above 0 and at most 1000"}},
      {"{\"timing\": {\"scale\": 1000.5}}", {"1:22: /timing/scale: a number above 0 and at most 1000"}},
      {"{\"timing\": {\"overrides\": {\"bearer.opn\": \"1s\", \"answer\": \"1 s\",\n\"pin\": 15}}}",
       {"1:27: /timing/overrides/bearer.opn: unknown latency; did you mean \"bearer.open\"?",
        "1:57: /timing/overrides/answer: " + duration, "2:8: /timing/overrides/pin: " + duration}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    CHECK(fmt::format("{}", fmt::join(mistakes_of(row.text), "\n")) ==
          fmt::format("{}", fmt::join(row.mistakes, "\n")));
  }
}

TEST_CASE("the message of the error is one line for each mistake") {
  CHECK_THROWS_WITH_AS(parse_scenario("{\"name\": 1,\n\"serial\": 2}", "my.json"),
                       "my.json:1:10: /name: a text\nmy.json:2:1: /serial: not supported by this version",
                       ScenarioError);
}

TEST_CASE("a byte-order mark and Windows line ends are taken") {
  CHECK(parse_scenario("\xEF\xBB\xBF{\r\n\"name\": \"n\"}", "f").world.name == "n");
  CHECK(mistakes_of("\xEF\xBB\xBF{\"name\": 1,\r\n\"sim\": 1}") ==
        Texts{"1:10: /name: a text", "2:8: /sim: an object"});
}

TEST_CASE("a very long text is no danger") {
  const std::string longest(1'000'000, 'a');
  CHECK(mistakes_of("{\"network\": {\"hosts\": {\"a\": \"" + longest + "\"}}}").size() == 1);
  CHECK(mistakes_of("{\"" + longest + "\": 1}").size() == 1);
  CHECK(mistakes_of("{\"sim\": {\"imsi\": \"" + std::string(1'000'000, '1') + "\"}}").size() == 1);
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
  CHECK(complaint_about(file, shipped) == file + ":2:1: /name: a text");
  write_file(file, "");
  CHECK(complaint_about(file, shipped) == file + ":1:1: a JSON object; the file is empty");
}

TEST_CASE("a scenario that cannot be had is named, with the names near to it") {
  CHECK(complaint_about("hermetik", shipped) == "hermetik: no such file; did you mean \"hermetic\"?");
  CHECK(complaint_about("sim-pin-loked.json", shipped) ==
        "sim-pin-loked.json: no such file; did you mean \"sim-pin-locked\"?");
  CHECK(complaint_about("a/b", {}) == "a/b: no such file, and no scenarios ship with this program");
  CHECK(complaint_about("", {}) == ": no such file, and no scenarios ship with this program");

  const TemporaryDirectory temporary;
  const std::string directory = temporary.path();
  CHECK(complaint_about(directory, shipped) == directory + ": a directory, not a scenario file");
  for (const char* name : {"one.json", "two.json", "one.schema.json", "notes.txt"})
    write_file(temporary.path() / name, "{}");
  CHECK(complaint_about("zebra", {directory}) == "zebra: no such file; the scenarios that ship are \"one\", \"two\"");
  CHECK(complaint_about("../one", {directory + "/sub"}) ==
        "../one: no such file, and no scenarios ship with this program");
}

TEST_CASE("a file that cannot be read is named") {
  // Readable by nobody, not even root: reading it from its start fails.
  CHECK(complaint_about("/proc/self/mem", {}) == "/proc/self/mem: cannot be read: Input/output error");
  CHECK(complaint_about("/dev/zero", {}) == "/dev/zero: a scenario file of at most 4 MiB");
}

}  // namespace
}  // namespace sim800
