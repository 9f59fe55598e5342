// What LCP and IPCP have in common: requests, answers and retransmission, driven by the automaton.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/ppp/automaton.hpp"
#include "protocol/ppp/control_packet.hpp"

namespace sim800::ppp {

/// Since any moment; it never goes back.
using Time = std::chrono::nanoseconds;

class ControlProtocol {
 public:
  static constexpr Time restart{std::chrono::seconds(3)};
  static constexpr unsigned max_configure = 10, max_terminate = 2, max_failure = 5;

  /// `now` is read whenever something happens; it outlives the protocol.
  ControlProtocol(const Time& now, std::function<void(const ControlPacket&)> send)
      : send_(std::move(send)), now_(now) {}
  virtual ~ControlProtocol() = default;
  ControlProtocol(const ControlProtocol&) = delete;
  ControlProtocol& operator=(const ControlProtocol&) = delete;

  void up() { happen(Event::up); }
  void down() { happen(Event::down); }
  void open() { happen(Event::open); }
  void close() { happen(Event::close); }
  void receive(std::string_view info);
  /// The peer has rejected the whole protocol.
  void rejected() { happen(Event::rxj_bad); }
  /// When expire() is due; nothing while nothing is waited for.
  std::optional<Time> deadline() const { return deadline_; }
  void expire();

  State state() const { return state_; }
  bool opened() const { return state_ == State::opened; }

  std::function<void()> on_up, on_down, on_finished;

 protected:
  /// What becomes of an option that the peer asks for.
  struct Judged {
    enum class Kind : std::uint8_t { ack, nak, reject };
    Kind kind = Kind::ack;
    std::string better;  ///< for `nak`
  };
  virtual Options wanted() const = 0;
  virtual Judged judge(const Option& asked) const = 0;
  /// Options that the peer must ask for, to be added to a Nak.
  virtual Options missing(const Options& asked) const { return static_cast<void>(asked), Options(); }
  /// The peer's request was acknowledged.
  virtual void agreed(const Options& asked) = 0;
  virtual void naked(const Option& suggested) = 0;
  virtual void refused(const Option& rejected) = 0;
  /// Codes beyond Code-Reject; false: there is no such code here.
  virtual bool take_extra(const ControlPacket& packet) { return static_cast<void>(packet), false; }
  /// A layer starts afresh: what was negotiated before is forgotten.
  virtual void forget() = 0;

  void happen(Event event);
  void send(Code code, std::uint8_t id, std::string data) {
    send_({static_cast<std::uint8_t>(code), id, std::move(data)});
  }
  std::uint8_t next_id() { return ++id_; }

 private:
  void act(Action action);
  void take_request(const ControlPacket& packet);
  void take_answer(const ControlPacket& packet);
  void send_request();
  void arm();

  std::function<void(const ControlPacket&)> send_;
  const Time& now_;
  State state_ = State::initial;
  std::uint8_t id_ = 0;
  std::uint8_t request_id_ = 0;
  std::string request_;  ///< the options of the last Configure-Request
  unsigned left_ = 0;    ///< the restart counter
  bool terminating_ = false;
  unsigned failures_ = 0;  ///< Configure-Naks sent without agreement
  unsigned refusals_ = 0;  ///< received without agreement
  std::optional<Time> deadline_;
  ControlPacket answer_;    ///< what sca and scn send
  ControlPacket received_;  ///< what sta, scj and ser answer
};

}  // namespace sim800::ppp
