// USSD: codes that the network answers with a text, and sessions that it leads (22.090, 27.007 7.15; AT manual 3.2.53).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class UssdService final : public Service {
 public:
  static constexpr std::size_t max_length = 182;  ///< characters of one text (23.038: 160 octets of septets)

  UssdService(const Environment& environment, const Settings& settings);

  /// A code, or the reply in an open session; the network's answer follows as +CUSD. CME 3 while an answer is pending.
  Result send(const std::string& text, Channel& asker);
  /// Likewise something that is no code: the network ends the session, +CUSD: 2.
  Result send_rubbish(Channel& asker);
  /// A session in which the host is asked something, or waits for the answer.
  bool open() const { return open_; }
  /// AT+CUSD=2: ends the session, without an answer.
  void cancel();
  /// The network sends a text unasked.
  void receive(std::string_view text, bool reply_expected = false);
  /// Registration is lost: an open session ends with +CUSD: 2.
  void network_lost() override;
  void power_off() override { cancel(); }

 private:
  /// <m> of +CUSD.
  enum class Kind : unsigned char { final = 0, asks = 1, ended = 2, not_supported = 4, timed_out = 5 };
  Result ask();
  void answer();
  void time_out();
  void say(Kind kind, Channel* asker, std::string_view text = {});

  const Environment& environment_;
  const Settings& settings_;
  std::vector<std::string> texts_;  ///< of the open session
  bool known_ = true;               ///< the network knows the code; it does not answer one without texts
  std::size_t next_ = 0;
  bool open_ = false;  ///< a code was sent, and the network has not finished with it
  bool answering_ = false;
  bool unasked_ = false;      ///< the network began it, and ends it once the host has replied
  bool readable_ = true;      ///< what the host has sent last
  Timer timer_;               ///< the network's answer; then its time limit
  Channel* asker_ = nullptr;  ///< of the session
};

}  // namespace sim800
