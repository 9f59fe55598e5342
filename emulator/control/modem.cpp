// The state of a module.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "emulator/board/board.hpp"
#include "emulator/board/pins.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/control/handlers.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/internet/ftp_service.hpp"
#include "emulator/internet/http_service.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/module/net_light.hpp"
#include "emulator/network/bearer.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/sms_service.hpp"

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

/// What a service that the module has not used yet would say is what it starts with: it is not made only to be asked.
Json sim_state(const Modem& modem) {
  Json state{{"present", modem.sim.made() ? modem.sim->present() : modem.world.sim.present},
             {"imsi", modem.identity.imsi},
             {"iccid", modem.identity.iccid},
             {"number", modem.identity.number}};
  if (modem.sim.made()) state["state"] = modem.sim->word();
  return state;
}

std::string_view registration_word(const std::string& creg) {
  constexpr std::string_view words[] = {"idle", "home", "searching", "denied", "unknown", "roaming"};
  const auto stat = static_cast<std::size_t>(creg.empty() ? 0 : creg.front() - '0');
  return stat < std::size(words) ? words[stat] : "unknown";
}

Json network_state(const Modem& modem) {
  if (!modem.network.made()) return Json::object();
  const Network& network = *modem.network;
  const SignalPoint signal = network.signal();
  Json state{{"registration", registration_word(network.creg(0, false))},
             {"attached", network.attached()},
             {"signal", {{"rssi", signal.rssi}, {"ber", signal.ber}}},
             {"area", network.area()},
             {"cell", network.cell()}};
  if (network.registered())
    state["operator"] = {{"name", network.serving().long_name}, {"plmn", network.serving().plmn}};
  return state;
}

Json bearers_state(const Modem& modem) {
  constexpr std::string_view words[] = {"connecting", "connected", "closing", "closed"};
  Json list = Json::array();
  for (unsigned cid = 1; modem.bearers.made() && cid <= Bearers::count; ++cid) {
    const auto state = static_cast<std::size_t>(modem.bearers->state(cid));
    list.push_back({{"cid", cid},
                    {"state", words[state]},
                    {"apn", text_of_bytes(modem.bearers->value(cid, 1))},
                    {"address", modem.bearers->address(cid)}});
  }
  return list;
}

Json sockets_state(const Modem& modem) {
  if (!modem.ip.made()) return Json::object();
  const IpStack& ip = *modem.ip;
  constexpr std::string_view words[] = {"initial", "connecting", "connected", "remote closing", "closing", "closed"};
  Json list = Json::array();
  for (unsigned n = 0; n < IpStack::connection_count; ++n)
    list.push_back({{"id", n},
                    {"state", words[static_cast<std::size_t>(ip.connection(n).state())]},
                    {"readable", ip.readable(n)}});
  Json state{{"state", ip.state_name()}, {"address", ip.address()}, {"connections", std::move(list)}};
  if (ip.listening()) state["listens_on"] = ip.server_port();
  return state;
}

Json calls_state(const Modem& modem) {
  constexpr std::string_view words[] = {"active",   "held",    "dialling",    "alerting",
                                        "incoming", "waiting", "disconnected"};
  Json list = Json::array();
  if (!modem.calls.made()) return list;
  for (const CallService::Connection& call : modem.calls->connections()) {
    list.push_back({{"id", call.id},
                    {"number", text_of_bytes(call.number)},
                    {"direction", call.from_network ? "in" : "out"},
                    {"state", words[static_cast<std::size_t>(call.state)]},
                    {"multiparty", call.multiparty}});
  }
  return list;
}

Json memories(const Modem& modem) {
  Json state = Json::object();
  if (!modem.sms.made()) return state;
  for (const char* name : {"SM", "ME"}) {
    const SmsMemory memory = modem.sms->memory(name);
    state[name] = {{"used", memory.used()}, {"capacity", memory.capacity()}};
  }
  return state;
}

Json lines_of(const Modem& modem, const Journal::Sums& sums) {
  Json list = Json::array();
  for (const auto& channel : modem.channels()) {
    const auto client = sums.clients.find(channel->name());
    Json one{{"channel", text_of_bytes(channel->name())}, {"client", client != sums.clients.end() && client->second}};
    for (const ModemLine line : modem_lines) {
      one[std::string(text_of(line))] = channel->is_on(line);
    }
    list.push_back(std::move(one));
  }
  return list;
}

Json pins_of(const Pins& pins) {
  Json all = Json::object();
  for (const auto& [pin, high] : pins.inputs()) all[pins.name(pin)] = {{"direction", "in"}, {"high", high}};
  for (const auto& [pin, high] : pins.outputs()) all[pins.name(pin)] = {{"direction", "out"}, {"high", high}};
  return all;
}

/// What is wired to it.
Json board_of(const Modem& modem) {
  const NetLight light = net_light(modem);
  Json state{{"netlight", {{"on_ms", light.on / 1ms}, {"off_ms", light.off / 1ms}}}, {"pins", Json::object()}};
  if (modem.gpios.made()) state["pins"].update(pins_of(*modem.gpios));
  if (modem.pins.made()) state["pins"].update(pins_of(*modem.pins));
  if (!modem.board.made()) return state;
  state["adc"] = modem.board->adc_mv;
  if (modem.board->battery) {
    constexpr std::string_view words[] = {"no", "yes", "finished"};
    Battery& battery = *modem.board->battery;
    state["battery"] = {{"level", battery.level()},
                        {"millivolts", battery.millivolts()},
                        {"charging", words[static_cast<std::size_t>(battery.charging())]}};
  }
  return state;
}

std::string_view word_of(Supply supply) {
  constexpr std::string_view words[] = {"normal", "under-voltage", "under-voltage-off", "over-voltage",
                                        "over-voltage-off"};
  return words[static_cast<std::size_t>(supply)];
}

}  // namespace

Json modem_state(Call& call) {
  const Modem& modem = call.module().modem;
  return {{"name", call.module().name},
          {"power", call.sums().power},
          {"answers", modem.answers()},
          {"functionality", modem.functionality()},
          {"supply", word_of(modem.supply())},
          {"temperature", modem.temperature()},
          {"board", board_of(modem)},
          {"model", modem.world.module.model},
          {"revision", modem.world.module.revision},
          {"imei", modem.imei()},
          {"state", call.module().faults.state()},
          {"time", seconds(call.run().clock().now())},
          {"sim", sim_state(modem)},
          {"network", network_state(modem)},
          {"bearers", bearers_state(modem)},
          {"sockets", sockets_state(modem)},
          {"http", {{"on", modem.http.made() && modem.http->on()}, {"busy", modem.http.made() && modem.http->busy()}}},
          {"ftp", {{"busy", modem.ftp.made() && modem.ftp->busy()}}},
          {"calls", calls_state(modem)},
          {"messages", memories(modem)},
          {"drive", {{"free", modem.files.free_bytes()}, {"capacity", FileSystem::capacity}}},
          {"endpoints", call.run().endpoints()},
          {"lines", lines_of(modem, call.sums())}};
}

void get_modem(Call& call) { call.reply(modem_state(call)); }

void get_calls(Call& call) { call.reply(calls_state(call.module().modem)); }

}  // namespace sim800
