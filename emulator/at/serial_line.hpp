// The serial line between an endpoint and an AT channel, if it is more than a wire: bytes take their time, faults
// affect them, and who has another rate than the other side hears garbage.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/at/fault_hooks.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/world.hpp"
#include "protocol/at/port.hpp"

namespace sim800 {

/// Stands between the two: to the endpoint it is the channel, to the channel the endpoint.
class SerialLine final : public Port, public PortUser {
 public:
  /// `faults` may be null; all outlive the line.
  SerialLine(Clock& clock, const SerialConfig& config, SerialFaults* faults, Port& wire);
  SerialLine(const SerialLine&) = delete;
  SerialLine& operator=(const SerialLine&) = delete;

  /// Call before anything is sent or received.
  void attach(PortUser& module) { module_ = &module; }
  /// A host whose rate or framing is known and differs from the module's sends and gets garbage.
  void mind_framing() { strict_ = true; }
  /// The module's UART stops: unsent bytes are lost. Returns their number.
  std::size_t cut();

  /// Nothing is on its way from the host.
  bool idle() const { return rx_.size() == 0; }

  // From the module.
  void send(std::string_view bytes) override;
  std::size_t unsent() const override { return tx_.size() + wire_.unsent(); }
  void input_wanted() override { wire_.input_wanted(); }
  void set_line(ModemLine line, bool on) override { wire_.set_line(line, on); }
  void set_framing(const Framing& framing) override;

  // From the endpoint.
  void receive(std::string_view bytes) override { rx_.push(bytes); }
  bool wants_input() const override { return rx_.size() < input_limit && module_->wants_input(); }
  void client_arrived() override;
  void client_left() override;
  void drained() override;
  void output_lost(std::size_t count) override { module_->output_lost(count); }
  void host_line(ModemLine line, bool on) override { module_->host_line(line, on); }
  void host_framing(const Framing& framing) override;
  void host_break(bool on) override { module_->host_break(on); }

 private:
  static constexpr std::size_t input_limit = 4096;

  /// One direction: the bytes in transit, oldest first.
  class Lane {
   public:
    Lane(SerialLine& line, SerialDirection direction) : line_(line), direction_(direction) {}
    void push(std::string_view bytes);
    std::size_t size() const { return waiting_.size() - head_; }
    /// Everything arrives now.
    void hurry();
    void clear();

   private:
    void run();
    bool pass(std::size_t count);
    Duration next_piece();

    SerialLine& line_;
    SerialDirection direction_;
    std::string waiting_;  ///< from head_ on
    std::size_t head_ = 0;
    TimePoint free_at_{};  ///< when the last byte has arrived
    Timer timer_;
    std::size_t left_of_piece_ = 0;  ///< bytes that still arrive together; see SerialFaults::slice()
    bool follows_ = false;           ///< a piece of the same burst has arrived
    bool under_way_ = false;         ///< run() continues on its own
  };
  void arrived(SerialDirection direction, std::string_view bytes);
  void tell_drained();
  Framing module_framing() const;
  void pace();
  bool agrees() const;
  std::string distorted(SerialDirection direction, std::string_view bytes);
  std::string synchronised(std::string_view bytes);

  Clock& clock_;
  const bool paced_;
  bool strict_ = false;
  bool framed_ = false;          ///< the module has said how
  bool follows_rate_ = false;    ///< pacing does
  Framing framing_;              ///< of the module; rate 0: it finds the host's
  unsigned found_ = 0;           ///< that rate, once it has found it
  char before_ = '\0';           ///< the last byte from a host whose rate it looks for
  std::optional<Framing> host_;  ///< nothing: unknown
  Duration byte_time_;
  std::size_t slice_;  ///< bytes that arrive at once: as many as take 1 ms, at least one
  SerialFaults* faults_;
  Port& wire_;
  PortUser* module_ = nullptr;
  Lane rx_{*this, SerialDirection::rx}, tx_{*this, SerialDirection::tx};
  bool congested_ = false;
};

}  // namespace sim800
