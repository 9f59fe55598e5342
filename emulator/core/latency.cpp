// The latency table. Typical: field logs (docs/latencies.md says which); maximum: the manual's maximum response times,
// less 1 s.
// SPDX-License-Identifier: MIT
#include "emulator/core/latency.hpp"

#include "emulator/core/world.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace sim800 {
namespace {

constexpr std::size_t index_of(Latency which) { return static_cast<std::size_t>(which); }

// Filled by name, so that no row can be forgotten or misplaced.
constexpr auto table = [] {
  using enum Latency;
  std::array<LatencyRow, index_of(count_)> rows{};
  const auto row = [&rows](Latency which, const LatencyRow& values) { rows[index_of(which)] = values; };
  row(answer,
      {"answer", 15ms, 15ms, "end of a command line to its echo, and to its response if no other latency applies"});
  row(echo_idle, {"echo.idle", 30ms, 30ms,
                  "the last character of an incomplete line to its echo; zero: each is echoed as it comes"});
  row(urc_gap, {"urc.gap", 20ms, 20ms, "at least, a final result to a URC or to pushed data behind it"});
  row(boot_uart, {"boot.uart", 1s, 1s, "power-on until the UART answers `AT`"});
  row(boot_rdy, {"boot.rdy", 3400ms, 3400ms, "power-on to `RDY`"});
  row(boot_cfun, {"boot.cfun", 3410ms, 3410ms, "power-on to `+CFUN: 1`"});
  row(boot_cpin, {"boot.cpin", 3900ms, 3900ms, "power-on to `+CPIN: READY`"});
  row(boot_call_ready, {"boot.call_ready", 6500ms, 6500ms, "power-on to `Call Ready`"});
  row(boot_sms_ready, {"boot.sms_ready", 7300ms, 7300ms, "power-on to `SMS Ready`"});
  row(network_register, {"network.register", 10500ms, 10500ms,
                         "power-on to registration; its distance from `boot.cpin` is that of any registration"});
  row(network_attach, {"network.attach", 12900ms, 12900ms, "power-on to GPRS attachment, likewise"});
  row(network_detach, {"network.detach", 1s, 74s, "`AT+CGATT=0` to its `OK`"});
  row(pdp_deactivate, {"pdp.deactivate", 700ms, 149s, "`AT+CGACT=0` to its `OK`"});
  row(pdp_activate, {"pdp.activate", 1500ms, 149s, "`AT+CGACT=1` to its `OK`"});
  row(bearer_open, {"bearer.open", 1500ms, 84s, "`AT+SAPBR=1` to its `OK`"});
  row(bearer_close, {"bearer.close", 700ms, 64s, "`AT+SAPBR=0` to its `OK`"});
  row(cfun, {"cfun", 1150ms, 9s, "`AT+CFUN=` to its `OK`, and to the `+CPIN: READY` before it"});
  row(cfun_leave, {"cfun.leave", 5s, 9s, "`AT+CFUN=0` or `4` to its `OK`, if it leaves a network"});
  row(cfun_sim_off, {"cfun.sim_off", 250ms, 250ms, "`AT+CFUN=0` to `+CPIN: NOT READY`"});
  row(cfun_sms_ready, {"cfun.sms_ready", 2085ms, 2085ms, "`+CPIN: READY` of `AT+CFUN=1` to `SMS Ready`"});
  row(cfun_call_ready, {"cfun.call_ready", 2120ms, 2120ms, "`+CPIN: READY` of `AT+CFUN=1` to `Call Ready`"});
  row(pin, {"pin", 300ms, 4s, "`AT+CPIN=` to its result"});
  row(facility, {"facility", 300ms, 14s, "`AT+CLCK` or `AT+CPWD` about the card to its result"});
  row(sim_read, {"sim.read", 5ms, 1s, "echo of a command that reads the SIM (`AT+CCID`, `AT+CSPN`) to its response"});
  row(sim_imsi, {"sim.imsi", 5ms, 19s, "echo of `AT+CIMI` to its response"});
  row(sim_write, {"sim.write", 15ms, 4s, "`AT+CPUC=` to its result"});
  row(sensor, {"sensor", 5ms, 1s, "`AT+CADC?` or `AT+CMTE` to its response"});
  row(power_down, {"power.down", 600ms, 600ms, "`AT+CPOWD=1` to `NORMAL POWER DOWN`"});
  row(radio_round_trip,
      {"radio.round_trip", 600ms, 600ms,
       "a round trip of any connection through the radio, if the scenario gives no `link.latency_ms`"});
  row(ip_activate, {"ip.activate", 600ms, 84s, "`AT+CIICR` to its `OK`, if the context is not open yet"});
  row(ip_connect, {"ip.connect", 1s, 74s, "at least, `OK` of `AT+CIPSTART` to `CONNECT OK` of TCP"});
  row(ip_acknowledge, {"ip.acknowledge", 600ms, 60s, "at least, data of `AT+CIPSEND` to `SEND OK` of TCP"});
  row(ip_close, {"ip.close", 600ms, 5s, "at least, a slow `AT+CIPCLOSE` to its result"});
  row(ip_closed, {"ip.closed", 300ms, 7s, "end of the peer's data to `CLOSED`; limited by `AT+CIPRDTIMER`"});
  row(ip_shut, {"ip.shut", 880ms, 64s, "`AT+CIPSHUT` to `SHUT OK`, if a context is up"});
  row(dns, {"dns", 800ms, 15s, "resolving a name of `AT+CIPSTART` or `AT+CDNSGIP`"});
  row(http_action, {"http.action", 1500ms, 60s, "at least, `OK` to `+HTTPACTION`"});
  row(ftp_session, {"ftp.session", 1500ms, 74s, "at least, `OK` to the first URC of an FTP session"});
  row(ftp_block, {"ftp.block", 100ms, 100ms, "at least, `OK` of a written block to the next `+FTPPUT: 1,1`"});
  row(ftp_end, {"ftp.end", 600ms, 600ms,
                "at least, the last read of `AT+FTPGET=2` or `AT+FTPLIST=2` to the URC that ends the session"});
  row(mail_session, {"mail.session", 1500ms, 1500ms, "at least, `OK` to `+SMTPSEND` or `+POP3IN`"});
  row(mail_block, {"mail.block", 100ms, 100ms, "at least, `OK` of a written block to the next `+SMTPFT: 1`"});
  row(network_request,
      {"network.request", 1s, 14s, "a request to the network (`AT+CLCK` for call barring) to its answer"});
  row(call_setup, {"call.setup", 4s, 19s, "dialling until the far end rings or is refused"});
  row(call_answer, {"call.answer", 300ms, 19s, "`ATA` to its `OK`"});
  row(call_end, {"call.end", 300ms, 19s, "`ATH` to its `OK`, if there is a call"});
  row(call_hold, {"call.hold", 500ms, 19s, "`AT+CHLD=` to its result"});
  row(supplementary, {"supplementary", 1500ms, 14s,
                      "a request for call forwarding, call waiting or number presentation to its answer"});
  row(supplementary_set, {"supplementary.set", 5ms, 14s, "`AT+CLIP=` or `AT+CLIR=` to its `OK`"});
  row(ussd, {"ussd", 2s, 2s, "a USSD code to the network's answer"});
  row(phone_book, {"phone_book", 50ms, 2s, "a phone book command about one entry to its response"});
  row(phone_book_list, {"phone_book.list", 150ms, 29s, "`AT+CPBR` of several entries, or `AT+CPBF`, to its response"});
  row(operator_scan, {"operator.scan", 20s, 44s, "`AT+COPS=?` to its response"});
  row(operator_select, {"operator.select", 100ms, 119s, "at least, `AT+COPS=` to its result"});
  row(sms_settings, {"sms.settings", 5ms, 4s, "`AT+CSCA`, `AT+CSAS` or `AT+CRES` to its response"});
  row(sms_store, {"sms.store", 30ms, 4s, "a command that reads or writes one message to its response"});
  row(sms_list, {"sms.list", 150ms, 19s, "`AT+CMGL` to its response"});
  row(sms_delete, {"sms.delete", 100ms, 24s, "a command that deletes several messages to its response"});
  row(sms_send, {"sms.send", 2500ms, 59s, "end of the text to the network's answer, for each part"});
  row(sms_deliver,
      {"sms.deliver", 3s, 3s, "sending to the arrival of a status report, or of a message to the own number"});
  row(sms_gap, {"sms.gap", 1s, 1s, "at least, between two arriving messages"});
  row(mms_read, {"mms.read", 30ms, 4s, "`AT+CMMSREAD` or `AT+CMMSRDPUSH` to its response"});
  row(ping_gap, {"ping.gap", 1s, 1s, "the result of a probe of `AT+CIPPING` to the next probe"});
  row(location, {"location", 3s, 59s, "`AT+CIPGSMLOC` or `AT+CLBS` to its response"});
  row(ntp, {"ntp", 1500ms, 1500ms, "at least, `OK` of `AT+CNTP` to `+CNTP`"});
  return rows;
}();

static_assert(std::ranges::none_of(table, [](const LatencyRow& row) { return row.name.empty(); }),
              "every latency needs a row");

Duration value_in(TimingProfile profile, const LatencyRow& row) {
  switch (profile) {
    case TimingProfile::typical: return row.typical;
    case TimingProfile::maximum: return row.maximum;
    case TimingProfile::instant: break;
  }
  return Duration::zero();
}

}  // namespace

std::span<const LatencyRow> latency_rows() { return table; }

std::optional<Latency> find_latency(std::string_view name) {
  const auto found = std::ranges::find(table, name, &LatencyRow::name);
  if (found == table.end()) return std::nullopt;
  return static_cast<Latency>(found - table.begin());
}

Latencies::Latencies(const TimingConfig& timing) {
  std::ranges::transform(table, values_.begin(),
                         [&timing](const LatencyRow& row) { return value_in(timing.profile, row); });
  // The loader has refused unknown names; one that gets here otherwise is a bug and throws.
  for (const auto& [name, value] : timing.overrides) {
    const std::size_t index = index_of(find_latency(name).value());
    values_[index] = value.least;
    if (!value.fixed()) ranges_.emplace_back(index, value);
  }
}

void Latencies::draw(Chance& chance) {
  for (const auto& [index, range] : ranges_) values_[index] = chance.in(range);
}

const Latencies& latencies_of(const TimingConfig& timing) {
  using Kind = std::pair<TimingProfile, decltype(timing.overrides)>;
  static std::mutex guard;
  static std::map<Kind, Latencies> made;
  const std::scoped_lock lock(guard);
  return made.try_emplace(Kind{timing.profile, timing.overrides}, timing).first->second;
}

OwnLatencies::OwnLatencies(const TimingConfig& timing, std::uint64_t seed) : shared_(&latencies_of(timing)) {
  constexpr std::uint64_t stream = std::uint64_t{1} << 33;  // kept apart from those of faults and events
  if (!shared_->vary()) return;
  varying_ = std::make_unique<Varying>(Varying{*shared_, Chance(seed, stream)});
  draw();
}

}  // namespace sim800
