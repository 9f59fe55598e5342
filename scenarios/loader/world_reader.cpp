// SPDX-License-Identifier: MIT
#include "scenarios/loader/world_reader.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <set>

#include "emulator/at/settings.hpp"
#include "emulator/commands/command_list.hpp"
#include "emulator/core/board_config.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/personality.hpp"
#include "emulator/sim/phone_book.hpp"
#include "protocol/at/arguments.hpp"
#include "scenarios/faults/actions.hpp"
#include "scenarios/faults/toolkit_steps.hpp"
#include "scenarios/json/nearest.hpp"
#include "scenarios/loader/card_reader.hpp"
#include "scenarios/loader/host_text.hpp"

namespace sim800 {
namespace {

void read_quirks(const Value& quirks, Quirks& into) {
  quirks["ati"].read(into.ati);
  quirks["tls"].read(into.tls);
  quirks["tls_suites"].read(into.tls_suites);
  quirks["sni"].read(into.sni);
  quirks["cpms_preferred"].read(into.cpms_preferred);
  quirks["gps_ready"].read(into.gps_ready);
  quirks["location_server_gone"].read(into.location_server_gone);
  quirks["cnum_empty_name"].read(into.cnum_empty_name);
  quirks["cnum_tail"].read(into.cnum_tail);
  quirks["sync_bytes"].read(into.sync_bytes);
  quirks["cfun_reset_ok_last"].read(into.cfun_reset_ok_last);
  quirks["flow_control_silent"].read(into.flow_control_silent);
  quirks["boot_sms_ready_first"].read(into.boot_sms_ready_first);
  quirks["cfun_call_ready_first"].read(into.cfun_call_ready_first);
  quirks["second_call_ready"].read(into.second_call_ready);
  quirks["drive_bytes"].read(into.drive_bytes);
  quirks["sapbr_save"].read(into.sapbr_save);
  quirks["network_name_by_manual"].read(into.network_name_by_manual);
  quirks["http_status_number"].read(into.http_status_number);
  quirks["cusd_blanks"].read(into.cusd_blanks);
  quirks["sms_header_hex"].read(into.sms_header_hex);
  quirks["cnma_prompt"].read(into.cnma_prompt);
  quirks["http_timeout_status"].read(into.http_timeout_status);
  quirks["http_overflow_status"].read(into.http_overflow_status);
  quirks["http_cut_body"].read(into.http_cut_body);
  quirks["http_port_behind_path"].read(into.http_port_behind_path);
  quirks["http_data_max"].read(into.http_data_max);
  quirks["http_url_max"].read(into.http_url_max);
  quirks["ftp_empty_name"].read(into.ftp_empty_name);
  quirks["ftp_mode"].read(into.ftp_mode);
  quirks["ftp_timeout"].read(into.ftp_timeout);
  quirks["ftp_put_length"].read(into.ftp_put_length);
  quirks["ping_unit_ms"].read(into.ping_unit_ms);
  quirks["stk_text"].read(into.stk_text);
}

void read_setting(const Value& setting, std::vector<std::string>& into) {
  if (const auto expected = Settings::refuse(all_commands(), setting.name(), {})) return setting.refuse_name(*expected);
  for (const Value& item : setting.items()) {
    auto typed = item.typed();
    if (!typed) return;
    into.push_back(std::move(*typed));
  }
  if (const auto expected = Settings::refuse(all_commands(), setting.name(), into)) setting.refuse(*expected);
}

void read_command(const Value& command, std::map<std::string, bool, std::less<>>& into) {
  if (!command.flag()) return;  // one of the scenario's own: own_command_reader.cpp
  const auto names = all_commands() | std::views::transform(&Command::name);
  if (std::ranges::find(names, command.name()) != names.end()) return command.read(into[command.name()]);
  if (command.report_full()) return;
  std::vector<std::string_view> known(names.begin(), names.end());
  command.refuse_name("the name of a command without AT, such as \"+CREC\"", {}, did_you_mean(command.name(), known));
}

// The revision names its model, and decides what the module does where the scenario says nothing.
void read_identity(const Value& module, ModuleConfig& into) {
  const std::string revision = module["revision"].text().value_or("");
  module["model"].read(into.model);
  auto model = find_model(into.model);
  if (!module["model"] && model_of_revision(revision)) model = model_of_revision(revision);
  if (model) into = module_of(*model, revision);
}

void read_module(const Value& module, ModuleConfig& into) {
  read_identity(module, into);
  module["imei"].read(into.imei);
  for (const Value& command : module["commands"].members()) read_command(command, into.commands);
  using enum ModuleConfig::Unknown;
  module["unknown"].read(into.unknown, {{"error", refused}, {"ok", accepted}, {"no-answer", no_answer}});
  for (const Value& setting : module["settings"].members()) read_setting(setting, into.settings[setting.name()]);
  read_quirks(module["quirks"], into.quirks);
}

void read_message(const Value& message, StoredMessage& into) {
  message["index"].read(into.index);
  message["status"].read(into.status);
  message["from"].read(into.from);
  message["time"].read(into.time);
  message["text"].read(into.text);
}

void read_phonebook_entry(const Value& entry, PhonebookEntry& into) {
  entry["index"].read(into.index);
  entry["number"].read(into.number);
  entry["type"].read(into.type);
  entry["name"].read(into.name);
  entry["memory"].read(into.memory);
  const PhoneBook::Memory* memory = PhoneBook::find_memory(into.memory);
  if (memory != nullptr && into.index > memory->capacity)
    entry["index"].refuse(fmt::format("a location of {}: 1 to {}", into.memory, memory->capacity));
}

void read_sim(const Value& sim, SimConfig& into) {
  sim["present"].read(into.present);
  sim["pin"].read(into.pin);
  sim["puk"].read(into.puk);
  sim["imsi"].read(into.imsi);
  sim["iccid"].read(into.iccid);
  sim["number"].read(into.number);
  sim["pin2"].read(into.pin2);
  sim["provider"].read(into.provider);
  sim["ki"].read(into.ki);
  read_card_files(sim, into);
  into.toolkit = read_card_application(sim["toolkit"]);
  for (const Value& message : sim["messages"].items()) read_message(message, into.messages.emplace_back());
  for (const Value& entry : sim["phonebook"].items()) read_phonebook_entry(entry, into.phonebook.emplace_back());
}

// Reception from the start, or an array of how it changes.
void read_signal(const Value& signal, NetworkConfig& into) {
  signal["rssi"].read(into.rssi);
  signal["ber"].read(into.ber);
  if (!signal.is_array()) return;
  std::optional<Duration> last;
  for (const Value& point : signal.items()) {
    SignalPoint& to = into.signal.emplace_back();
    point["rssi"].read(to.rssi);
    point["ber"].read(to.ber);
    const Value at = point["at"];
    at.read(to.at);
    if (at && last && to.at <= *last) at.refuse("a time after the one before it in the array");
    last = to.at;
  }
}

void read_operator(const Value& seen, Operator& into) {
  using enum Operator::Status;
  seen["status"].read(into.status,
                      {{"unknown", unknown}, {"available", available}, {"current", current}, {"forbidden", forbidden}});
  seen["long_name"].read(into.long_name);
  into.short_name = into.long_name;
  seen["short_name"].read(into.short_name);
  seen["plmn"].read(into.plmn);
}

void read_apn(const Value& apn, Apn& into) {
  apn["user"].read(into.user);
  apn["password"].read(into.password);
  apn["ip"].read(into.ip);
}

void read_hosts(const Value& hosts, HostMap& into) {
  std::set<std::string> seen;
  for (const Value& host : hosts.members()) {
    std::string name = host.name();
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (!is_host_key(name))
      host.refuse_name("a name or an address, either with a port (\"www.sim.com:8080\"), \"*.sim.com\", or \"*\"");
    if (!seen.insert(name).second) host.refuse_name("each host once", {}, "names are not case-sensitive");
    std::string& target = into[host.name()];
    host.read(target);
    if (host.text() && !is_host_value(target))
      host.refuse(
          "\"unresolvable\", \"refuse\", \"blackhole\", or a server with or without a port (\"127.0.0.1:8080\")");
  }
}

void read_subscriber(const Value& number, Subscriber& into) {
  using enum Subscriber::Call;
  using enum Subscriber::Sms;
  number["call"].read(
      into.call,
      {{"answer", answer}, {"busy", busy}, {"no-answer", no_answer}, {"unreachable", unreachable}, {"barred", barred}});
  number["after"].read(into.after);
  number["hangs_up_after"].read(into.hangs_up_after);
  number["forwards_to"].read(into.forwards_to);
  number["waits"].read(into.waits);
  number["hides_number"].read(into.hides_number);
  for (const Value& report : number["reports"].items()) {
    Subscriber::Report& to = into.reports.emplace_back();
    report["after"].read(to.after);
    to.status = static_cast<std::uint8_t>(report["status"].integer().value_or(0));
  }
  number["sms"].read(into.sms, {{"deliver", deliver}, {"reject", reject}, {"lost", lost}});
}

void read_location(const Value& location, Location& into) {
  location["longitude"].read(into.longitude);
  location["latitude"].read(into.latitude);
  location["accuracy_m"].read(into.accuracy);
  location["code"].read(into.code);
}

void read_ppp(const Value& ppp, PppConfig& into) {
  into.lcp_silent = ppp["lcp"].text() == "silent";
  into.refuse_authentication = ppp["authentication"].text() == "refuse";
  into.refuse_ip = ppp["ip"].text() == "refuse";
  ppp["silent_after"].read(into.silent_after);
}

void read_cell_code(const Value& code, std::uint16_t& into) {
  if (const auto text = code.text())
    into = static_cast<std::uint16_t>(std::strtoul(text->c_str(), nullptr, 16));  // the schema has seen its digits
}

void read_level(const Value& level, std::vector<CellLevel>& into) {
  if (!level.is_array()) {
    level.read(into.emplace_back().level);
    return;
  }
  std::optional<Duration> last;
  for (const Value& point : level.items()) {
    CellLevel& to = into.emplace_back();
    point["level"].read(to.level);
    const Value at = point["at"];
    at.read(to.at);
    if (at && last && to.at <= *last) at.refuse("a time after the one before it in the array");
    last = to.at;
  }
}

void read_cell(const Value& cell, RadioCell& into) {
  cell["plmn"].read(into.plmn);
  read_cell_code(cell["lac"], into.area);
  read_cell_code(cell["id"], into.id);
  cell["arfcn"].read(into.channel);
  if (cell["arfcn"] && !in_range("0-124,128-251,512-885,975-1023", static_cast<std::uint32_t>(into.channel)))
    cell["arfcn"].refuse("a channel of GSM 850, 900, 1800 or 1900: 0-124, 128-251, 512-885 or 975-1023");
  cell["bsic"].read(into.bsic);
  read_level(cell["level"], into.level);
  cell["timing_advance"].read(into.timing_advance);
}

void read_group(const Value& group, ClosedUserGroup& into) {
  group["index"].read(into.index);
  into.members = group["members"].texts();
  group["outgoing_access"].read(into.outgoing_access);
  group["incoming_access"].read(into.incoming_access);
}

void read_services(const Value& services, Subscription& into) {
  services["barring"].read(into.barring);
  services["barring_password"].read(into.barring_password);
  services["forwarding"].read(into.forwarding);
  services["waiting"].read(into.waiting);
  services["hold"].read(into.hold);
  services["multiparty"].read(into.multiparty);
  services["clip"].read(into.clip);
  services["colp"].read(into.colp);
  using enum Subscription::Clir;
  services["clir"].read(
      into.clir,
      {{"none", not_provisioned}, {"permanent", permanent}, {"restricted", restricted}, {"allowed", allowed}});
  if (const Value group = services["closed_user_group"]) read_group(group, into.group.emplace());
}

void read_tariff(const Value& tariff, Tariff& into) {
  tariff["set_up"].read(into.set_up);
  tariff["units"].read(into.units);
  tariff["period"].read(into.period);
  if (tariff["period"] && into.period < std::chrono::seconds(1)) tariff["period"].refuse("a second or more");
}

void read_network(const Value& network, NetworkConfig& into) {
  network["operator"].read(into.operator_name);
  network["plmn"].read(into.plmn);
  network["time"].read(into.time);
  for (const Value& seen : network["operators"].items()) read_operator(seen, into.operators.emplace_back());
  into.registration = read_registration_word(network["registration"]).value_or(into.registration);
  read_signal(network["signal"], into);
  for (const Value& cell : network["cells"].items()) read_cell(cell, into.cells.emplace_back());
  if (network["cells"] && network["signal"])
    network["signal"].refuse_name("no \"signal\" beside \"cells\", whose levels it follows");
  read_services(network["services"], into.services);
  if (const Value tariff = network["tariff"]) read_tariff(tariff, into.tariff.emplace());
  network["gprs"].read(into.gprs);
  read_location(network["location"], into.location);
  network["number_type"].read(into.number_type);
  if (const Value apns = network["apns"]) {
    into.apns.emplace();
    for (const Value& apn : apns.members()) read_apn(apn, (*into.apns)[apn.name()]);
  }
  read_hosts(network["hosts"], into.hosts);
  read_ppp(network["ppp"], into.ppp);
  into.link = read_link_change(network["link"]);
  for (const Value& code : network["ussd"].members()) into.ussd[code.name()] = code.texts();
  for (const Value& number : network["numbers"].members()) read_subscriber(number, into.numbers[number.name()]);
}

void read_serial(const Value& serial, SerialConfig& into) {
  serial["baud"].read(into.baud);
  serial["paced"].read(into.paced);
  into.slice = read_size_range(serial["slice"]);
  serial["gap"].read(into.gap);
  if (serial["gap"] && !serial["slice"]) serial["gap"].refuse_name("\"slice\" beside \"gap\"", "none");
}

void read_battery_config(const Value& battery, BatteryConfig& into) {
  battery["level"].read(into.level);
  battery["capacity_mah"].read(into.capacity_mah);
  battery["idle_ma"].read(into.idle_ma);
  battery["busy_ma"].read(into.busy_ma);
  battery["charge_ma"].read(into.charge_ma);
  battery["sag_mv"].read(into.sag_mv);
  battery["charger"].read(into.charger);
}

void read_temperature_course(const Value& temperature, std::vector<TemperaturePoint>& into) {
  if (!temperature) return;
  if (!temperature.is_array()) return temperature.read(into.emplace_back().celsius);
  std::optional<Duration> last;
  for (const Value& point : temperature.items()) {
    TemperaturePoint& to = into.emplace_back();
    point["celsius"].read(to.celsius);
    const Value at = point["at"];
    at.read(to.at);
    if (at && last && to.at <= *last) at.refuse("a time after the one before it in the array");
    last = to.at;
  }
}

std::shared_ptr<const BoardConfig> read_board(const Value& board) {
  if (!board) return nullptr;
  auto read = std::make_shared<BoardConfig>();
  if (const Value battery = board["battery"]) read_battery_config(battery, read->battery.emplace());
  read->adc_mv = read_adc_voltages(board["adc"]);
  read->antenna = read_antenna_word(board["antenna"]).value_or(read->antenna);
  read_temperature_course(board["temperature"], read->temperature);
  for (const Value& pin : board["pins"].members()) read->pins[pin.name()] = pin.text() == "high";
  return read;
}

void read_override(const Value& latency, std::map<std::string, DurationRange>& into) {
  if (find_latency(latency.name())) return latency.read(into[latency.name()]);
  if (latency.report_full()) return;
  std::vector<std::string_view> names;
  for (const LatencyRow& row : latency_rows()) names.push_back(row.name);
  latency.refuse_name("the name of a latency", {}, did_you_mean(latency.name(), names));
}

void read_timing(const Value& timing, TimingConfig& into) {
  using enum TimingProfile;
  timing["profile"].read(into.profile, {{"typical", typical}, {"instant", instant}, {"maximum", maximum}});
  timing["scale"].read(into.scale);
  for (const Value& latency : timing["overrides"].members()) read_override(latency, into.overrides);
}

}  // namespace

void read_world(const Value& scenario, World& into) {
  scenario["name"].read(into.name);
  scenario["description"].read(into.description);
  read_module(scenario["module"], into.module);
  read_sim(scenario["sim"], into.sim);
  read_network(scenario["network"], into.network);
  read_serial(scenario["serial"], into.serial);
  read_timing(scenario["timing"], into.timing);
  into.board = read_board(scenario["board"]);
}

}  // namespace sim800
