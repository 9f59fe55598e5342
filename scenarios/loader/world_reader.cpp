// The world that a scenario describes: every section is a list of its keys.
// SPDX-License-Identifier: MIT
#include "scenarios/loader/world_reader.hpp"
#include "emulator/core/world.hpp"

#include <algorithm>
#include <set>

#include "emulator/at/settings.hpp"
#include "emulator/commands/command_list.hpp"
#include "emulator/core/latency.hpp"
#include "scenarios/json/nearest.hpp"
#include "scenarios/loader/host_text.hpp"

namespace sim800 {
namespace {

void read_quirks(const Section& quirks, Quirks& into) {
  quirks["tls"].text(into.tls);
  quirks["sni"].flag(into.sni);
  quirks["sync_bytes"].flag(into.sync_bytes);
  quirks["cfun_reset_ok_last"].flag(into.cfun_reset_ok_last);
  quirks["sapbr_save"].flag(into.sapbr_save);
  quirks["network_name_by_manual"].flag(into.network_name_by_manual);
  quirks["http_status_number"].flag(into.http_status_number);
  quirks["cusd_blanks"].flag(into.cusd_blanks);
  quirks["http_timeout_status"].number(into.http_timeout_status);
  quirks["http_overflow_status"].number(into.http_overflow_status);
  quirks["http_data_max"].number(into.http_data_max);
  quirks["http_url_max"].number(into.http_url_max);
  quirks["ftp_empty_name"].number(into.ftp_empty_name);
  quirks["ftp_mode"].number(into.ftp_mode);
  quirks["ftp_put_length"].number(into.ftp_put_length);
  quirks["ping_unit_ms"].number(into.ping_unit_ms);
}

// As it would be typed behind the command's "=".
std::string typed(const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void read_setting(const Value& setting, std::vector<std::string>& into) {
  if (const auto refused = Settings::refuse(all_commands(), setting.name(), {})) return setting.refuse_name(*refused);
  const auto& json = setting.json();
  for (const auto& item : json.is_array() ? json : nlohmann::json::array({json})) {
    if (!item.is_string() && !item.is_number()) return;
    into.push_back(typed(item));
  }
  if (const auto refused = Settings::refuse(all_commands(), setting.name(), into)) setting.refuse(*refused);
}

void read_module(const Section& module, ModuleConfig& into) {
  module["model"].text(into.model);
  if (const auto model = find_model(into.model)) into.revision = usual_revision(*model);
  module["revision"].text(into.revision);
  module["imei"].text(into.imei);
  module["settings"].map(into.settings, read_setting);
  module["quirks"].object(into.quirks, read_quirks);
}

void read_message(const Section& message, StoredMessage& into) {
  message["index"].number(into.index);
  message["status"].text(into.status);
  message["from"].text(into.from);
  message["time"].text(into.time);
  message["text"].text(into.text);
}

void read_phonebook_entry(const Section& entry, PhonebookEntry& into) {
  entry["index"].number(into.index);
  entry["number"].text(into.number);
  entry["type"].number(into.type);
  entry["name"].text(into.name);
}

void read_sim(const Section& sim, SimConfig& into) {
  sim["present"].flag(into.present);
  sim["pin"].text(into.pin);
  sim["puk"].text(into.puk);
  sim["imsi"].text(into.imsi);
  sim["iccid"].text(into.iccid);
  sim["number"].text(into.number);
  sim["messages"].list(into.messages, read_message);
  sim["phonebook"].list(into.phonebook, read_phonebook_entry);
}

void read_signal(const Value& signal, NetworkConfig& into) {
  signal.object(into, [](const Section& now, NetworkConfig& network) {
    now["rssi"].number(network.rssi);
    now["ber"].number(network.ber);
  });
  std::optional<Duration> last;
  signal.list(into.signal, [&last](const Section& point, SignalPoint& to) {
    point["at"].duration(to.at);
    point["rssi"].number(to.rssi);
    point["ber"].number(to.ber);
    const Value at = point["at"];
    if (at && last && to.at <= *last) at.refuse("a time after the one before it in the list");
    last = to.at;
  });
}

void read_operator(const Section& found, Operator& into) {
  using enum Operator::Status;
  found["status"].choice<Operator::Status>(
      into.status, {{"unknown", unknown}, {"available", available}, {"current", current}, {"forbidden", forbidden}});
  found["long_name"].text(into.long_name);
  into.short_name = into.long_name;
  found["short_name"].text(into.short_name);
  found["plmn"].text(into.plmn);
}

void read_apn(const Value& apn, Apn& into) {
  apn.object(into, [](const Section& who, Apn& entry) {
    who["user"].text(entry.user);
    who["password"].text(entry.password);
    who["ip"].text(entry.ip);
  });
}

void read_hosts(const Value& hosts, HostMap& into) {
  std::set<std::string> seen;
  hosts.map(into, [&seen](const Value& host, std::string& target) {
    std::string name = host.name();
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (!is_host_key(name))
      host.refuse_name("a key that is a name, an address, either with a port (\"www.sim.com:8080\"), or \"*\"");
    if (!seen.insert(name).second) host.refuse_name("a host that is given once; case counts for nothing here");
    host.text(target);
    if (host.text() && !is_host_value(target))
      host.refuse("\"unresolvable\", \"refuse\", \"blackhole\", or a host with or without a port (\"127.0.0.1:8080\")");
  });
}

void read_ussd(const Value& code, std::vector<std::string>& into) {
  const auto& said = code.json();
  for (const auto& text : said.is_array() ? said : nlohmann::json::array({said})) {
    if (text.is_string()) into.push_back(text.get<std::string>());
  }
}

void read_subscriber(const Value& number, Subscriber& into) {
  number.object(into, [](const Section& who, Subscriber& entry) {
    using enum Subscriber::Call;
    using enum Subscriber::Sms;
    who["call"].choice<Subscriber::Call>(
        entry.call, {{"answer", answer}, {"busy", busy}, {"no-answer", no_answer}, {"unreachable", unreachable}});
    who["after"].duration(entry.after);
    who["hangs_up_after"].duration(entry.hangs_up_after);
    who["sms"].choice<Subscriber::Sms>(entry.sms, {{"deliver", deliver}, {"reject", reject}, {"lost", lost}});
  });
}

void read_location(const Section& location, Location& into) {
  location["longitude"].number(into.longitude);
  location["latitude"].number(into.latitude);
  location["accuracy_m"].number(into.accuracy);
}

void read_network(const Section& network, NetworkConfig& into) {
  using enum Registration;
  network["operator"].text(into.operator_name);
  network["plmn"].text(into.plmn);
  network["time"].text(into.time);
  network["operators"].list(into.operators, read_operator);
  network["registration"].choice<Registration>(
      into.registration,
      {{"home", home}, {"roaming", roaming}, {"searching", searching}, {"denied", denied}, {"unknown", unknown}});
  read_signal(network["signal"], into);
  network["gprs"].flag(into.gprs);
  network["location"].object(into.location, read_location);
  if (const Value apns = network["apns"]) apns.map(into.apns.emplace(), read_apn);
  read_hosts(network["hosts"], into.hosts);
  network["link"].object(into.link, read_link);
  network["ussd"].map(into.ussd, read_ussd);
  network["numbers"].map(into.numbers, read_subscriber);
}

void read_serial(const Section& serial, SerialConfig& into) {
  serial["baud"].number(into.baud);
  serial["paced"].flag(into.paced);
}

void read_override(const Value& value, Duration& into) {
  if (find_latency(value.name())) return value.duration(into);
  std::vector<std::string_view> names;
  for (const LatencyRow& row : latency_rows()) names.push_back(row.name);
  value.refuse_name(unknown_word("latency", value.name(), names));
}

void read_timing(const Section& timing, TimingConfig& into) {
  using enum TimingProfile;
  timing["profile"].choice<TimingProfile>(into.profile,
                                          {{"typical", typical}, {"instant", instant}, {"maximum", maximum}});
  timing["scale"].number(into.scale);
  timing["overrides"].map(into.overrides, read_override);
}

}  // namespace

void read_link(const Section& link, LinkModel& into) {
  const auto milliseconds = [](const Value& value, Duration& member) {
    double number = std::chrono::duration<double, std::milli>(member).count();
    value.number(number);
    member = std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(number));
  };
  milliseconds(link["latency_ms"], into.latency);
  milliseconds(link["jitter_ms"], into.jitter);
  link["down_kbps"].number(into.down_kbps);
  link["up_kbps"].number(into.up_kbps);
  link["blackhole"].flag(into.blackhole);
}

void read_world(const Section& scenario, World& into) {
  scenario["name"].text(into.name);
  scenario["description"].text(into.description);
  scenario["module"].object(into.module, read_module);
  scenario["sim"].object(into.sim, read_sim);
  scenario["network"].object(into.network, read_network);
  scenario["serial"].object(into.serial, read_serial);
  scenario["timing"].object(into.timing, read_timing);
}

}  // namespace sim800
