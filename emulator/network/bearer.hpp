// Bearer profiles of AT+SAPBR (AT manual 9.2.1, application note 3.1).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/network/pdp.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Bearers final : public Service {
 public:
  static constexpr unsigned count = 3;

  enum class State : std::uint8_t { connecting = 0, connected = 1, closing = 2, closed = 3 };  // <Status>

  /// The parameters of one profile, in the order AT+SAPBR=4 prints them.
  struct Tag {
    std::string_view name;
    std::string_view initial;
  };
  static constexpr std::array<Tag, 6> tags{
      {{"CONTYPE", "GPRS"}, {"APN", ""}, {"PHONENUM", ""}, {"USER", ""}, {"PWD", ""}, {"RATE", "2"}}};

  Bearers(const Environment& environment, PdpContexts& pdp);

  // <cid> is 1 to 3 everywhere.
  State state(unsigned cid) const { return profile(cid).state; }
  bool connected(unsigned cid) const { return state(cid) == State::connected; }
  /// "0.0.0.0" unless connected.
  std::string address(unsigned cid) const { return connected(cid) ? profile(cid).address : "0.0.0.0"; }
  const std::string& value(unsigned cid, std::size_t tag) const { return profile(cid).values[tag]; }
  /// False for an unknown tag or a value that does not fit; takes effect at the next open().
  bool set(unsigned cid, std::string_view tag, std::string_view value);

  Task<Result> open(unsigned cid);
  Task<Result> close(unsigned cid);
  /// The network took the packet service away: every open profile ends, each with its URC.
  void lose_all(Channel* cause);
  void power_off() override;

  std::function<void(unsigned cid)> on_opened;
  /// A profile that was connected is not any more.
  std::function<void(unsigned cid)> on_closed;

 private:
  struct Profile {
    std::array<std::string, tags.size()> values;
    State state = State::closed;
    std::string apn;  ///< that it was opened with
    std::string address;
  };
  Profile& profile(unsigned cid) { return profiles_[cid - 1]; }
  const Profile& profile(unsigned cid) const { return profiles_[cid - 1]; }

  const Environment& environment_;
  PdpContexts& pdp_;
  std::array<Profile, count> profiles_;
};

}  // namespace sim800
