// What every service is given: the time, the world, and a way to send URCs.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "emulator/core/clock.hpp"
#include "emulator/core/identity.hpp"
#include "emulator/core/observer.hpp"
#include "emulator/core/trace.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Channel;
class Latencies;
class Plmn;
struct World;

/// What becomes of a URC on a channel in data mode.
enum class WhileOnline : std::uint8_t {
  waits,     ///< for command mode
  dropped,   ///< the host does not hear of it
  embedded,  ///< a line between the data
};

struct Environment {
  const World& world;
  Clock& clock;
  const Latencies& latency;
  std::uint64_t seed;
  /// Sends a URC to every channel. On `cause`, whose running command caused it, it precedes that command's result; on
  /// other channels it waits for a free line.
  std::function<void(std::string_view text, Channel* cause)> urc;
  /// Sends an unsolicited result code (RING, NO CARRIER) to every channel.
  std::function<void(Code code)> code;
  /// A call is over: RING, +CRING and +CLIP that still wait for a free line are not sent any more.
  std::function<void()> stop_ringing;
  /// Likewise for a URC that need not wait for the end of data mode. False if it is dropped on every channel.
  std::function<bool(std::string_view text, WhileOnline policy)> urc_while_online;
  /// What answers an earlier command (CONNECT OK, +HTTPACTION): sent to the channel that asked, or as a URC once that
  /// one has no lines any more.
  std::function<void(std::string_view text, Channel* asker)> answer;
  std::function<void(Code code, Channel* asker)> answer_code;
  Trace* trace = nullptr;  ///< null: nothing is recorded
  const Identity& identity;
  Plmn* plmn = nullptr;          ///< the network that it shares with other modules; null: it is alone
  unsigned index = 0;            ///< its number among them
  Observer* observer = nullptr;  ///< null: nobody watches
  TimePoint origin{};            ///< the times of a scenario count from here

  void record(std::string_view event, Trace::Fields fields) const {
    if (trace != nullptr) trace->event(event, fields);
  }
};

}  // namespace sim800
