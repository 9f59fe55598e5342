// Short messages in the module: memories, sending, and reporting those that arrive (27.005; AT manual chapter 4).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/network_time.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/broadcast_selection.hpp"
#include "emulator/sms/message_store.hpp"
#include "emulator/sms/sms_centre.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/sms/cell_broadcast.hpp"

namespace sim800 {

class SmsPrint;

class SmsService final : public Service {
 public:
  static constexpr std::string_view section = "sms";  ///< of the NVRAM: what it keeps besides messages

  SmsService(const Environment& environment, Settings& settings, const Sim& sim, const Network& network,
             const NetworkTime& time, Nvram& nvram, Trace* trace);

  /// A text (UTF-8) from a number or a name; a long one arrives in parts.
  void receive(std::string_view from, std::string_view text, std::optional<int> message_class = {}) {
    IncomingSms incoming;
    incoming.from = from;
    incoming.text = text;
    incoming.message_class = message_class;
    receive(incoming);
  }
  void receive(const IncomingSms& incoming) { centre_.send_to_module(incoming); }
  /// A message as it is, of type DELIVER.
  void receive(const Sms& message) { centre_.send_to_module(message); }
  /// A page of a cell broadcast: shown if AT+CNMI and AT+CSCB allow it, and it has not been shown before.
  void broadcast(const BroadcastPage& page);

  /// The network's side, where messages of other modules arrive.
  SmsRecipient& mailbox() { return centre_; }

  /// Power-on: settings that survive it.
  void power_on() override;
  /// SMS Ready.
  void start();
  /// The card is gone, or has no supply.
  void stop();
  void power_off() override {
    stop();
    pages_shown_.clear();
  }
  /// The network is available.
  void registered() { centre_.try_again(); }

  /// Whether a message from this number is accepted (AT+CWHITELIST); any other is discarded without a report.
  std::function<bool(std::string_view from)> lets_in = [](std::string_view) { return true; };

  /// Whether the network bars messages to the module (22.088).
  std::function<bool()> is_barred = [] { return false; };

  /// The card takes the message itself (51.014 7.1, SMS-PP download); it is not stored or shown then.
  std::function<bool(const Sms&)> card_takes = [](const Sms&) { return false; };

  /// The name of a number in the phone book, in UTF-8; empty if none.
  std::function<std::string(std::string_view number)> name_of = [](std::string_view) { return std::string(); };

  /// Shows messages as the host wants them.
  SmsPrint print() const;

  /// Why no message command can run now: CME 3 before SMS Ready; no SIM, PIN, PUK: CMS 310, 311, 316.
  std::optional<Result> refusal() const;

  /// The memory that AT+CPMS selected for a use, and its name.
  enum class Use : std::uint8_t { read, write, receive };
  SmsMemory memory(Use use) { return memory(memory_name(use)); }
  SmsMemory memory(std::string_view name);
  /// A location of the card, written as a file; nothing empties it. False if it cannot be stored.
  bool put_on_card(int index, std::optional<StoredSms> message) { return on_sim_.put(index, std::move(message)); }
  const std::string& memory_name(Use use) const {
    return settings_.text(use == Use::read ? key::cpms_mem1 : use == Use::write ? key::cpms_mem2 : key::cpms_mem3);
  }
  /// A location became free: the network may deliver again.
  void room_made() { centre_.try_again(); }

  /// Sends one message; its <mr> is stored in `reference`. CMS 330: no service centre, 331: no network, 38: refused.
  Task<Result> send(std::optional<SmsAddress> centre, Sms message, std::uint8_t& reference);
  /// A message is being sent: calls are rejected during that time (AT manual 4.2.5).
  bool sending() const { return sending_ > 0; }
  bool busy() const override { return sending(); }
  std::function<void()> on_sending = [] {};
  /// <mr> of the message that was sent last since power-on; nothing: none was.
  std::optional<std::uint8_t> last_reference() const { return last_reference_; }
  /// For the parts of the next concatenated message.
  std::uint8_t next_part_reference() { return ++part_reference_; }

  /// AT+CSCA; stored on the card.
  const std::optional<SmsAddress>& centre() const { return centre_address_; }
  bool set_centre(const SmsAddress& address);

  /// AT+CSAS, AT+CRES: service centre and AT+CSMP in one of four profiles; restoring one never saved changes nothing.
  /// False if the state directory refuses.
  bool save_profile(std::uint32_t profile);
  bool restore_profile(std::uint32_t profile);
  /// <fo> of AT+CSMP is stored at once.
  bool keep_first_octet();

  const BroadcastSelection& broadcasts() const { return broadcasts_; }
  bool set_broadcasts(BroadcastSelection selection);

  /// AT+CNMI has changed: lines held by mode 0 are sent, or with <bfr> 1 dropped.
  void indications_changed();
  /// A message shown to the host waits for AT+CNMA.
  bool awaits_acknowledgement() const { return unacknowledged_; }
  /// AT+CNMA: the host has taken the message, or refuses it. False if no message waits for it.
  bool acknowledge(bool taken);

 private:
  SmsCentre::Answer arrived(const Sms& message);
  SmsCentre::Answer show(const Sms& message);
  SmsCentre::Answer keep(const Sms& message, bool on_sim, bool tell_host);
  std::optional<int> place_to_replace(SmsMemory& memory, const Sms& message) const;
  bool tell(std::string text);
  void not_acknowledged();
  bool save(Nvram::Section values);
  void restore_parameters(const Nvram::Section& saved, const std::string& prefix, std::size_t count);
  std::string card_section() const;

  const Environment& environment_;
  Settings& settings_;
  const Sim& sim_;
  const Network& network_;
  Nvram& nvram_;
  MessageStore on_sim_, in_module_;
  SmsCentre centre_;
  std::optional<SmsAddress> centre_address_;
  BroadcastSelection broadcasts_;
  std::deque<std::uint64_t> pages_shown_;  ///< the newest last
  bool started_ = false;
  int sending_ = 0;
  std::uint8_t reference_ = 0, part_reference_ = 0;
  std::optional<std::uint8_t> last_reference_;
  std::deque<std::string> kept_back_;  ///< lines held by AT+CNMI=0
  Timer acknowledgement_;
  bool unacknowledged_ = false;
};

}  // namespace sim800
