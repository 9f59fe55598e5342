// Every delay of the module has a name and three values; no other code contains a number of milliseconds.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/core/duration.hpp"

namespace sim800 {

struct TimingConfig;

enum class Latency : std::uint8_t {
  answer,
  boot_rdy,
  boot_cfun,
  boot_cpin,
  boot_call_ready,
  boot_sms_ready,
  network_register,
  network_attach,
  network_detach,
  pdp_activate,
  bearer_open,
  bearer_close,
  cfun,
  pin,
  sim_read,
  power_down,
  ip_activate,
  ip_connect,
  ip_acknowledge,
  ip_close,
  ip_closed,
  ip_shut,
  dns,
  http_action,
  ftp_session,
  ftp_block,
  ftp_end,
  mail_session,
  mail_block,
  network_request,
  call_setup,
  call_answer,
  call_end,
  call_hold,
  supplementary,
  ussd,
  phone_book,
  operator_scan,
  sms_store,
  sms_list,
  sms_delete,
  sms_send,
  sms_deliver,
  sms_gap,
  ping_gap,
  location,
  ntp,
  count_,
};

struct LatencyRow {
  std::string_view name;      ///< as in `timing.overrides`: "bearer.open"
  Duration typical, maximum;  ///< `instant` is zero for all of them
  std::string_view meaning;
};

/// All rows, in the order of the enumeration.
std::span<const LatencyRow> latency_rows();
std::optional<Latency> find_latency(std::string_view name);

/// The table with the values of one run.
class Latencies {
 public:
  explicit Latencies(const TimingConfig& timing);
  Duration operator[](Latency which) const { return values_[static_cast<std::size_t>(which)]; }

 private:
  std::array<Duration, static_cast<std::size_t>(Latency::count_)> values_{};
};

}  // namespace sim800
