// What an AT channel asks of the module it belongs to.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "emulator/core/clock.hpp"
#include "emulator/core/observer.hpp"
#include "emulator/core/trace.hpp"

namespace sim800 {

class Channel;
class CommandFaults;
class CommandTable;
class Latencies;
class Modem;
class Port;

/// Implemented by the module, which outlives its channels.
class ChannelOwner {
 public:
  ChannelOwner(Clock& time, const Latencies& latencies, const CommandTable& table, Trace* trace)
      : clock(time), latency(latencies), commands(table), trace_(trace) {}
  ChannelOwner(const ChannelOwner&) = delete;
  ChannelOwner& operator=(const ChannelOwner&) = delete;
  virtual ~ChannelOwner() = default;

  Clock& clock;
  const Latencies& latency;
  const CommandTable& commands;
  /// Null: no fault concerns commands or URCs. Outlives the module.
  CommandFaults* faults = nullptr;
  /// Null: nobody watches. Outlives the module.
  Observer* observer = nullptr;

  /// Null: nothing is recorded.
  Trace* trace() const { return trace_; }
  void record(std::string_view event, Trace::Fields fields) const {
    if (trace_ != nullptr) trace_->event(event, fields);
  }

  /// The UART is served: the module is on and not about to switch off.
  virtual bool answers() const = 0;
  /// Bytes arrived. True if they only wake the module, or follow those too closely: they are lost.
  virtual bool consumes_wakeup() = 0;
  /// A line has ended: the module stays awake for a few more seconds.
  virtual void touch() = 0;
  /// The first line after power-on: with autobauding, the host's rate is known only now.
  virtual void synchronised() = 0;
  /// A host has raised DTR there, which wakes a module that sleeps by it.
  virtual void dtr_on(const Channel& /*channel*/) {}
  /// The UART frames bytes as AT+IPR and AT+ICF have it from now on.
  virtual void reframe() {}
  /// AT+CMEE.
  virtual int error_mode() const = 0;
  /// A URC on all channels; on `cause`, before the result of its running command.
  virtual void urc(std::string_view text, Channel* cause = nullptr) = 0;
  /// Puts a channel on a port; both live as long as the module.
  virtual Channel& attach(Port& port, std::string name) = 0;
  /// What handlers work with; opaque to channels.
  virtual Modem& modem() = 0;

 private:
  Trace* trace_;
};

}  // namespace sim800
