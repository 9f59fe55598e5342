// Voice calls: dialling, incoming and waiting calls, and the behaviour of the far end (22.030, 27.007 7; AT manual
// 2.2.2 to 2.2.8, 3.2.14, 3.2.16).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/settings.hpp"
#include "emulator/calls/call_barring.hpp"
#include "emulator/calls/call_lists.hpp"
#include "emulator/calls/charge_meter.hpp"
#include "emulator/calls/forwarding.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "emulator/plmn/plmn.hpp"
#include "emulator/sim/phone_book.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

/// What the scenario's far end of a call does.
enum class FarEnd : std::uint8_t { answers, is_busy, does_not_answer, hangs_up, holds, retrieves, joins, transfers };

class CallService final : public Service, public CallParty {
 public:
  /// Numbers as in AT+CLCC.
  enum class State : std::uint8_t { active, held, dialling, alerting, incoming, waiting, disconnected };
  struct Connection {
    int id = 0;  ///< 1 to 7, as in AT+CHLD=1x
    bool from_network = false;
    State state = State::dialling;
    bool multiparty = false;
    std::string number, name;  ///< the name in UTF-8; no number: withheld
    unsigned rings = 0;        ///< the caller gives up after this many; 0: never
    unsigned rung = 0;
    Channel* asker = nullptr;  ///< that dialled it
    Timer next;                ///< the next action of the network or the far end
    Timer unanswered;          ///< the network forwards a call that has rung for so long
    CallLeg leg = 0;           ///< of a call between two modules; 0: the far end is the scenario's
    std::string reached;       ///< the number it was forwarded to; empty: it was not
    unsigned hops = 0;         ///< how often it was forwarded
    CallOffer offered;         ///< as it came in, or is offered to the far end
    Timer charge;              ///< the next units
    bool on_hold = false;      ///< by the far end
    bool connected() const { return state == State::active || state == State::held; }
  };

  CallService(const Environment& environment, Settings& settings, Network& network, PhoneBook& phone_book,
              CallBarring& barring, Nvram& nvram);

  const std::vector<Connection>& connections() const { return connections_; }
  bool in_state(State state) const;
  /// There is an active call.
  bool talking() const { return in_state(State::active); }

  // Outgoing calls

  /// Dials; an active call is put on hold. `waiter`, if given, is woken and gets the outcome from outcome() (COLP=1);
  /// otherwise `asker` is told by a result code of its own.
  Result dial(const std::string& number, Channel* waiter, Channel& asker) { return dial(number, waiter, asker, {}); }
  /// What a dial string says about this call only.
  struct Options {
    std::optional<bool> hide_number;  ///< AT+CLIR and the subscription decide
    std::optional<bool> group;        ///< a call of the closed user group, or none; not given: as the network has it
  };
  Result dial(const std::string& number, Channel* waiter, Channel& asker, const Options& options);
  /// The outcome of the call somebody waits for; nothing while it is being set up.
  std::optional<Result> outcome() const { return outcome_; }
  /// Nobody waits any more: the call ends.
  void give_up(Channel* channel);
  /// +COLP of the call that the one who waits has set up; nothing where the network does not provide it.
  std::optional<std::string> colp_line() const { return colp_; }

  // Incoming calls

  /// A call comes in and rings this many times (0: until answered). False if it does not get through: no network, busy,
  /// forwarded, refused.
  bool receive(const std::string& from, unsigned rings) {
    CallOffer offer;
    offer.from = from;
    if (from.empty()) offer.shown = CallOffer::Number::withheld;
    return receive(offer, rings);
  }
  bool receive(const CallOffer& offer, unsigned rings);
  /// ATA: ringing stops while the call is being answered; outcome() tells if it ends in the meantime.
  void begin_answer(Channel* waiter);
  void finish_answer();
  /// Whether a message is being sent: no calls get through during that time (AT manual, AT+CMGS).
  std::function<bool()> sends_message = [] { return false; };
  /// A call is being set up, in either direction, by the command of `waiter` or by none that waits.
  std::function<void(Channel* waiter)> on_set_up = [](Channel*) {};
  /// Whether a call asks to be answered; may be told again without need.
  std::function<void(bool asks)> on_asking = [](bool) {};
  /// The last call has ended.
  std::function<void()> on_all_ended = [] {};
  /// The far end of a call, 0 of the first that is active, sends DTMF, each tone of this length: +DTMF for each
  /// recognised digit.
  void remote_digits(std::string_view digits, std::optional<Duration> length = {}, int id = 0);
  /// The scenario's far end of a call acts; false where that makes no sense.
  bool far_end(int id, FarEnd what);

  // Both

  /// ATH, AT+CHUP: all calls end except a waiting one.
  void hang_up(Channel* channel);
  /// AT+VTS: the far end hears a key (0-9, *, #, A-D).
  void press(char key);
  /// AT+CHLD=<n>
  Result hold(unsigned n, Channel* channel);
  /// The network is lost, and every call with it.
  void network_lost() override;
  void power_off() override;
  bool busy() const override { return !connections_.empty(); }

  // CallParty: what the network tells of calls with other modules.
  void called(CallLeg leg, const CallOffer& offer) override;
  void far_rings(CallLeg leg, bool waits) override;
  void far_answers(CallLeg leg) override;
  void far_holds(CallLeg leg, bool held) override;
  void far_presses(CallLeg leg, char key) override;
  void far_notifies(CallLeg leg, CallNotice notice) override;
  void far_forwards(CallLeg leg, const std::string& number) override;
  void far_ends(CallLeg leg, int cause) override;

  std::string describe(const Connection& connection) const;
  /// Why the last call ended (24.008 10.5.4.11); 0: there was none.
  int last_cause() const { return last_cause_; }

  /// AT+DDET, except its switch, which is a setting.
  struct KeyDetection {
    unsigned interval_ms = 0;  ///< minimum time between two reports of one key
    bool duration = false;     ///< also reported
    bool single_tones = false;
  };
  KeyDetection keys;
  CallLists lists;
  SupplementaryServices services;
  ChargeMeter meter;
  /// Where the module is, as the network's barring sees it.
  CallBarring::Place place() const;

 private:
  const Subscriber* find_subscriber(const std::string& number) const;
  std::optional<unsigned> find_module(const std::string& number) const;
  Connection* find(int id);
  Connection* find_leg(CallLeg leg);
  std::vector<int> ids(State state) const;
  Connection& add(const std::string& number, State state);
  int free_id() const;
  int type_of(const Connection& call) const;

  void set_up(int id);
  void call_module(int id, unsigned module);
  void alert(Connection& call);
  void connect(int id, Channel* channel = nullptr);
  struct Refusal {
    int cause = 0;  ///< 0: none
    bool barred = false;
  };
  Refusal refusal(const CallOffer& offer) const;
  const Forwarding* forwarding_for(int cause) const;
  CallOffer presented(CallOffer offer) const;
  void let_in(const CallOffer& offer, unsigned rings, CallLeg leg);
  void no_reply(int id, const std::string& to);
  void release(const Connection& gone, int cause, bool by_host);
  std::optional<int> forbidden(const Connection& call);
  void hide(Connection& call, std::optional<bool> wanted);
  void join_group(Connection& call, std::optional<bool> wanted) const;
  void forward(Connection& call, const std::string& number);
  void tell_caller(const Connection& call, std::string_view text);
  std::string colp_of(const Connection& call) const;
  void charge(int id, unsigned units);
  void charge_later(int id, Duration span);
  void ring(int id);
  void announce(const Connection& connection);
  void end(int id, int cause, bool by_host, Channel* channel = nullptr);
  void tell_end(const Connection& gone, int cause, bool by_host);
  void ring_who_waits(Channel* channel);

  void change(int id, State state, Channel* channel);
  void change_all(State from, State to, Channel* channel);
  void end_all(State state, Channel* channel);
  Result end_others(Channel* channel);
  Result end_one(int id, Channel* channel);
  Result swap(Channel* channel);
  Result talk_only_to(int id, Channel* channel);
  Result join(Channel* channel);
  Result connect_both(Channel* channel);
  void transfer();
  int who_asks() const;
  void check_multiparty();

  void notify(const Connection& call, CallNotice notice);
  void put_on_hold(Connection& call, bool held);
  void say(const Connection& connection, std::string_view text);
  Channel* waiter_of(const Connection& connection) const { return connection.id == awaited_ ? waiter_ : nullptr; }
  void report(const Connection& connection, Channel* channel);
  void hear_next_key();
  void hear_key();
  void forget_keys(int id);

  const Environment& environment_;
  Settings& settings_;
  Network& network_;
  PhoneBook& phone_book_;
  CallBarring& barring_;
  std::vector<Connection> connections_;  ///< ordered by id
  Channel* waiter_ = nullptr;            ///< waits for the outcome of call `awaited_`
  int awaited_ = 0;
  std::optional<Result> outcome_;
  std::optional<std::string> colp_;
  int last_cause_ = 0;

  struct FarKey {
    int call;
    char key;
    Duration length;
  };
  std::vector<FarKey> pressed_;  ///< DTMF digits that the far end has yet to send
  Timer key_;
  char last_key_ = '\0';
  TimePoint last_key_at_{};
};

}  // namespace sim800
