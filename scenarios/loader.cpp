// Reads scenario files: every section is a list of its keys.
// SPDX-License-Identifier: MIT
#include "scenarios/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "emulator/latency.hpp"
#include "emulator/settings.hpp"
#include "scenarios/nearest.hpp"
#include "scenarios/reader.hpp"

namespace sim800 {
namespace {

const Range http_status_range{100, 699};

void read_quirks(Section& quirks, Quirks& into) {
  quirks["tls"].choice<std::string>(into.tls, {{"1.0", "1.0"}, {"1.1", "1.1"}, {"1.2", "1.2"}});
  quirks["sni"].flag(into.sni);
  quirks["sync_bytes"].flag(into.sync_bytes);
  quirks["cfun_reset_ok_last"].flag(into.cfun_reset_ok_last);
  quirks["sapbr_save"].flag(into.sapbr_save);
  quirks["http_status_number"].flag(into.http_status_number);
  quirks["http_timeout_status"].number(into.http_timeout_status, http_status_range);
  quirks["http_overflow_status"].number(into.http_overflow_status, http_status_range);
  quirks["http_data_max"].number(into.http_data_max, {1, 319'488});
  quirks["http_url_max"].number(into.http_url_max, {16, 2048});
  quirks["ftp_empty_name"].number(into.ftp_empty_name, {61, 99});
  quirks["ftp_mode"].number(into.ftp_mode, {0, 1});
  quirks["ftp_put_length"].number(into.ftp_put_length, {1, 1460});
}

// As it would be typed behind the command's "=".
std::optional<std::string> typed(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

void read_setting(const Value& setting, std::vector<std::string>& into) {
  if (const auto refused = Settings::refuse(setting.name(), {})) return setting.refuse_name(*refused);
  const auto& json = setting.json();
  for (const auto& item : json.is_array() ? json : nlohmann::json::array({json})) {
    const auto value = typed(item);
    if (!value) return setting.refuse("a number, a text, or a list of those");
    into.push_back(*value);
  }
  if (const auto refused = Settings::refuse(setting.name(), into)) setting.refuse(*refused);
}

void read_module(Section& module, ModuleConfig& into) {
  module["model"].text(into.model, one_line());
  module["revision"].text(into.revision, one_line());
  module["imei"].text(into.imei, digits(15, 15));
  module["settings"].map(into.settings, read_setting);
  module["quirks"].object(into.quirks, read_quirks);
}

void read_message(Section& message, StoredMessage& into) {
  message.required("index").number(into.index, {1, 255});
  message.required("status").choice<std::string>(
      into.status,
      {{"REC UNREAD", "REC UNREAD"}, {"REC READ", "REC READ"}, {"STO UNSENT", "STO UNSENT"}, {"STO SENT", "STO SENT"}});
  message["from"].text(into.from, one_line());
  message["time"].text(into.time, message_time());
  message.required("text").text(into.text);
}

void read_phonebook_entry(Section& entry, PhonebookEntry& into) {
  entry.required("index").number(into.index, {1, 250});
  entry.required("number").text(into.number, phone_number());
  entry["type"].number(into.type, {128, 255});
  entry["name"].text(into.name);
}

void read_sim(Section& sim, SimConfig& into) {
  sim["present"].flag(into.present);
  sim["pin"].text(into.pin, digits(4, 8));
  sim["puk"].text(into.puk, digits(8, 8));
  sim["imsi"].text(into.imsi, digits(6, 15));
  sim["iccid"].text(into.iccid, hex_digits(18, 22));
  sim["number"].text(into.number, own_number());
  sim["messages"].list(into.messages, read_message);
  sim["phonebook"].list(into.phonebook, read_phonebook_entry);
}

void read_signal(Section& signal, NetworkConfig& into) {
  signal["rssi"].number(into.rssi, {0, 31, 99});
  signal["ber"].number(into.ber, {0, 7, 99});
}

void read_apn(Section& apn, Apn& into) {
  apn["user"].text(into.user);
  apn["password"].text(into.password);
  apn["ip"].text(into.ip, ipv4_address());
}

void read_hosts(const Value& hosts, HostMap& into) {
  std::set<std::string> seen;
  hosts.map(into, [&seen](const Value& host, std::string& target) {
    host.name_fits(host_key());
    std::string name = host.name();
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (!seen.insert(name).second) host.refuse_name("a host that is given once; case counts for nothing here");
    host.text(target, host_value());
  });
}

void read_network(Section& network, NetworkConfig& into) {
  using enum Registration;
  network["operator"].text(into.operator_name, one_line());
  network["plmn"].text(into.plmn, digits(5, 6));
  network["registration"].choice<Registration>(
      into.registration,
      {{"home", home}, {"roaming", roaming}, {"searching", searching}, {"denied", denied}, {"unknown", unknown}});
  const Value signal = network["signal"];
  if (signal && signal.json().is_array()) {
    signal.refuse("an object; a list is not supported by this version");
  } else {
    signal.object(into, read_signal);
  }
  network["gprs"].flag(into.gprs);
  if (const Value apns = network["apns"]) {
    apns.map(into.apns.emplace(), [](const Value& apn, Apn& entry) { apn.object(entry, read_apn); });
  }
  read_hosts(network["hosts"], into.hosts);
  for (const char* later : {"link", "operators", "ussd", "numbers"}) network[later].not_yet();
}

void read_override(const Value& value, Duration& into) {
  if (find_latency(value.name())) return value.duration(into);
  std::vector<std::string_view> names;
  for (const LatencyRow& row : latency_rows()) names.push_back(row.name);
  value.refuse_name(unknown_word("latency", value.name(), names));
}

void read_timing(Section& timing, TimingConfig& into) {
  using enum TimingProfile;
  timing["profile"].choice<TimingProfile>(into.profile,
                                          {{"typical", typical}, {"instant", instant}, {"maximum", maximum}});
  timing["scale"].factor(into.scale, 1000);
  timing["overrides"].map(into.overrides, read_override);
}

void read_scenario(Section& scenario, Scenario& all) {
  World& into = all.world;
  std::string schema;  // for editors, not for us
  scenario["$schema"].text(schema);
  scenario["name"].text(into.name);
  scenario["description"].text(into.description);
  scenario["module"].object(into.module, read_module);
  scenario["sim"].object(into.sim, read_sim);
  scenario["network"].object(into.network, read_network);
  scenario["timing"].object(into.timing, read_timing);
  for (const char* later : {"serial", "faults", "events"}) scenario[later].not_yet();
}

std::string all_texts(const std::vector<ScenarioMistake>& mistakes) {
  std::string text;
  for (const ScenarioMistake& mistake : mistakes) text += (text.empty() ? "" : "\n") + mistake.text();
  return text;
}

}  // namespace

std::string ScenarioMistake::text() const {
  std::string result = file;
  if (line > 0) result += fmt::format(":{}:{}", line, column);
  if (!pointer.empty()) result += ": " + pointer;
  result += ": " + expected;
  // Keys are shown as they are in the file, but a mistake stays one line.
  std::ranges::replace_if(result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return result;
}

ScenarioError::ScenarioError(std::vector<ScenarioMistake> found)
    : std::runtime_error(all_texts(found)), mistakes(std::move(found)) {}

Scenario parse_scenario(std::string_view text, const std::string& file) {
  const PlacedJson json(text);
  Report report(json, file);
  Scenario scenario;
  if (json.parsed()) Value(report, &json.root(), "", "").object(scenario, read_scenario);
  if (auto mistakes = report.take(); !mistakes.empty()) throw ScenarioError(std::move(mistakes));
  return scenario;
}

}  // namespace sim800
