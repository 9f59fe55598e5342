// Every delay of the module has a name and three values; no other code contains a number of milliseconds.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/core/chance.hpp"
#include "emulator/core/duration.hpp"

namespace sim800 {

struct TimingConfig;

enum class Latency : std::uint8_t {
  answer,
  echo_idle,
  urc_gap,
  boot_uart,
  boot_rdy,
  boot_cfun,
  boot_cpin,
  boot_call_ready,
  boot_sms_ready,
  network_register,
  network_attach,
  network_detach,
  pdp_activate,
  pdp_deactivate,
  bearer_open,
  bearer_close,
  cfun,
  cfun_leave,
  cfun_sim_off,
  cfun_sms_ready,
  cfun_call_ready,
  pin,
  facility,
  sim_read,
  sim_imsi,
  sim_write,
  sensor,
  power_down,
  radio_round_trip,
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
  supplementary_set,
  ussd,
  phone_book,
  phone_book_list,
  operator_scan,
  operator_select,
  sms_settings,
  sms_store,
  sms_list,
  sms_delete,
  sms_send,
  sms_deliver,
  sms_gap,
  mms_read,
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
  /// Some are ranges: a module has a table of its own then, whose values are drawn again and again.
  bool vary() const { return !ranges_.empty(); }
  void draw(Chance& chance);

 private:
  std::array<Duration, static_cast<std::size_t>(Latency::count_)> values_{};
  std::vector<std::pair<std::size_t, DurationRange>> ranges_;
};

/// Made on first use, and kept for all modules with this timing. Thread-safe.
const Latencies& latencies_of(const TimingConfig& timing);

/// A module's table: the shared one, unless some of its latencies vary.
class OwnLatencies {
 public:
  OwnLatencies(const TimingConfig& timing, std::uint64_t seed);
  const Latencies& table() const { return varying_ ? varying_->table : *shared_; }
  /// What varies gets new values.
  void draw() {
    if (varying_) varying_->table.draw(varying_->chance);
  }

 private:
  struct Varying {
    Latencies table;
    Chance chance;
  };
  const Latencies* shared_;
  std::unique_ptr<Varying> varying_;
};

}  // namespace sim800
