// The latency table. Boot and registration: field logs; maximum: the manual's maximum response times, less 1 s.
// SPDX-License-Identifier: MIT
#include "emulator/core/latency.hpp"

#include "emulator/core/world.hpp"

#include <algorithm>

namespace sim800 {
namespace {

constexpr std::size_t index_of(Latency which) { return static_cast<std::size_t>(which); }

// Filled by name, so that no row can be forgotten or misplaced.
constexpr auto table = [] {
  using enum Latency;
  std::array<LatencyRow, index_of(count_)> rows{};
  const auto row = [&rows](Latency which, const LatencyRow& values) { rows[index_of(which)] = values; };
  row(answer, {"answer", 15ms, 15ms, "end of a command line to its response, if no other latency applies"});
  row(boot_rdy, {"boot.rdy", 2500ms, 2500ms, "power-on to `RDY`"});
  row(boot_cfun, {"boot.cfun", 2510ms, 2510ms, "power-on to `+CFUN: 1`"});
  row(boot_cpin, {"boot.cpin", 3200ms, 3200ms, "power-on to `+CPIN: READY`"});
  row(boot_call_ready, {"boot.call_ready", 8s, 8s, "power-on to `Call Ready`"});
  row(boot_sms_ready, {"boot.sms_ready", 9s, 9s, "power-on to `SMS Ready`"});
  row(network_register, {"network.register", 10s, 10s, "power-on to registration"});
  row(network_attach, {"network.attach", 11s, 11s, "power-on to GPRS attachment"});
  row(network_detach, {"network.detach", 1s, 74s, "`AT+CGATT=0` to its `OK`"});
  row(pdp_activate, {"pdp.activate", 1500ms, 149s, "`AT+CGACT=1` to its `OK`"});
  row(bearer_open, {"bearer.open", 1500ms, 84s, "`AT+SAPBR=1` to its `OK`"});
  row(bearer_close, {"bearer.close", 700ms, 64s, "`AT+SAPBR=0` to its `OK`"});
  row(cfun, {"cfun", 2s, 9s, "`AT+CFUN=` to its `OK`"});
  row(pin, {"pin", 300ms, 4s, "`AT+CPIN=` to its result"});
  row(sim_read, {"sim.read", 15ms, 1s, "a command that reads the SIM (`AT+CCID`, `AT+CIMI`) to its response"});
  row(power_down, {"power.down", 1s, 1s, "`AT+CPOWD=1` to `NORMAL POWER DOWN`"});
  row(ip_activate, {"ip.activate", 1500ms, 84s, "`AT+CIICR` to its `OK`, if the context is not open yet"});
  row(ip_connect, {"ip.connect", 1s, 74s, "at least, `OK` of `AT+CIPSTART` to `CONNECT OK` of TCP"});
  row(ip_acknowledge, {"ip.acknowledge", 600ms, 60s, "at least, data of `AT+CIPSEND` to `SEND OK` of TCP"});
  row(ip_close, {"ip.close", 600ms, 5s, "at least, a slow `AT+CIPCLOSE` to its result"});
  row(ip_closed, {"ip.closed", 300ms, 7s, "end of the peer's data to `CLOSED`; limited by `AT+CIPRDTIMER`"});
  row(ip_shut, {"ip.shut", 800ms, 64s, "`AT+CIPSHUT` to `SHUT OK`, if a context is up"});
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
  row(call_answer, {"call.answer", 500ms, 19s, "`ATA` to its `OK`"});
  row(call_end, {"call.end", 300ms, 19s, "`ATH` to its `OK`, if there is a call"});
  row(call_hold, {"call.hold", 500ms, 19s, "`AT+CHLD=` to its result"});
  row(supplementary, {"supplementary", 1500ms, 14s,
                      "a request for call forwarding, call waiting or number presentation to its answer"});
  row(ussd, {"ussd", 2s, 2s, "a USSD code to the network's answer"});
  row(phone_book, {"phone_book", 50ms, 2s, "a phone book command to its response"});
  row(operator_scan, {"operator.scan", 20s, 44s, "`AT+COPS=?` to its response"});
  row(sms_store, {"sms.store", 30ms, 4s, "a command that reads or writes one message to its response"});
  row(sms_list, {"sms.list", 150ms, 19s, "`AT+CMGL` to its response"});
  row(sms_delete, {"sms.delete", 100ms, 24s, "a command that deletes several messages to its response"});
  row(sms_send, {"sms.send", 2500ms, 59s, "end of the text to the network's answer, for each part"});
  row(sms_deliver,
      {"sms.deliver", 3s, 3s, "sending to the arrival of a status report, or of a message to the own number"});
  row(sms_gap, {"sms.gap", 1s, 1s, "at least, between two arriving messages"});
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
  for (const auto& [name, value] : timing.overrides) values_[index_of(find_latency(name).value())] = value;
}

}  // namespace sim800
