// The network that the modules of one run share: whose number is whose, calls and messages from one module to another,
// and their addresses in the packet network.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/address_plan.hpp"
#include "emulator/core/clock.hpp"
#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// One side of a call between two modules; 0: none.
using CallLeg = std::uint64_t;

/// A call as the network offers it.
struct CallOffer {
  std::string from;                                                   ///< empty: not shown
  enum class Number : std::uint8_t { valid, withheld, unavailable };  ///< <CLI validity> of +CLIP
  Number shown = Number::valid;
  bool forwarded = false;         ///< it was meant for somebody else
  std::optional<unsigned> group;  ///< of a closed user group: its index
};

/// What the network tells one side about the other, and nothing follows from (24.080 notifySS).
enum class CallNotice : std::uint8_t { incoming_barred, multiparty, transferred };

/// What the network tells a module about its calls. `leg` is the module's own side. All calls come from the event loop,
/// never from inside a service.
class CallParty {
 public:
  /// Somebody calls. Answered by Plmn::alert, connect or release.
  virtual void called(CallLeg leg, const CallOffer& offer) = 0;
  /// The far end rings; `waits`: behind another call.
  virtual void far_rings(CallLeg leg, bool waits) = 0;
  virtual void far_answers(CallLeg leg) = 0;
  virtual void far_holds(CallLeg leg, bool held) = 0;
  virtual void far_presses(CallLeg leg, char key) = 0;
  virtual void far_notifies(CallLeg leg, CallNotice notice) = 0;
  /// The call is not for this far end: the network tries `number` (22.082). The leg is over.
  virtual void far_forwards(CallLeg leg, const std::string& number) = 0;
  /// The call is over; `cause` as in 24.008 10.5.4.11.
  virtual void far_ends(CallLeg leg, int cause) = 0;

 protected:
  ~CallParty() = default;
};

/// Who sent a message, and what is to be told.
struct SmsSender {
  unsigned module = 0;
  bool wants_report = false;
  std::uint8_t reference = 0;
  SmsAddress recipient;              ///< as the sender wrote it
  std::optional<Duration> validity;  ///< how long the network tries; not given: as long as it takes
};

/// A module's mailbox in the service centre.
class SmsRecipient {
 public:
  /// Keeps a message until the module takes it, or it expires.
  virtual void deliver(Sms message, const SmsSender& sender) = 0;
  /// What became of a message that the module has sent.
  virtual void report(const SmsSender& sent, std::uint8_t status, const SmsTime& accepted) = 0;

 protected:
  ~SmsRecipient() = default;
};

/// A module as the network sees it.
class MobileStation {
 public:
  virtual const std::string& number() const = 0;
  virtual CallParty& call_party() = 0;
  virtual SmsRecipient& sms_recipient() = 0;

 protected:
  ~MobileStation() = default;
};

/// What is told to another module happens at the same instant, in the order in which it was told, on a fresh stack.
class Plmn {
 public:
  Plmn(Clock& clock, std::uint64_t seed) : clock_(clock), addresses(seed) {}
  Plmn(const Plmn&) = delete;
  Plmn& operator=(const Plmn&) = delete;

  // Modules, by their index in the run. A module that goes takes its calls with it.

  void add(unsigned index, MobileStation& station);
  void remove(unsigned index);
  /// The module with this number, international or national, other than `caller`.
  std::optional<unsigned> find(std::string_view number, unsigned caller) const;

  // Messages

  /// Null: that module is gone.
  SmsRecipient* recipient(unsigned index) const;

  // Calls. Legs that have ended are ignored.

  /// Calls another module; the caller's leg.
  CallLeg call(unsigned caller, unsigned callee, const CallOffer& offer);
  void alert(CallLeg leg, bool waits) {
    tell(leg, [waits](CallParty& far, CallLeg its) { far.far_rings(its, waits); });
  }
  void answer(CallLeg leg) {
    tell(leg, [](CallParty& far, CallLeg its) { far.far_answers(its); });
  }
  void hold(CallLeg leg, bool held) {
    tell(leg, [held](CallParty& far, CallLeg its) { far.far_holds(its, held); });
  }
  void press(CallLeg leg, char key) {
    tell(leg, [key](CallParty& far, CallLeg its) { far.far_presses(its, key); });
  }
  void notify(CallLeg leg, CallNotice notice) {
    tell(leg, [notice](CallParty& far, CallLeg its) { far.far_notifies(its, notice); });
  }
  /// To another number; the leg is over.
  void forward(CallLeg leg, const std::string& number) {
    end(leg, [number](CallParty& far, CallLeg its) { far.far_forwards(its, number); });
  }
  void release(CallLeg leg, int cause) {
    end(leg, [cause](CallParty& far, CallLeg its) { far.far_ends(its, cause); });
  }
  /// The far ends of two legs talk to each other from now on; both legs are over (explicit call transfer, 22.091).
  void transfer(CallLeg one, CallLeg other);

 private:
  struct Leg {
    unsigned module = 0;
    CallLeg far = 0;  ///< 0: the far end has released the call
  };
  using Message = std::function<void(CallParty& far, CallLeg its)>;
  CallLeg add_leg(unsigned module);
  void tell(CallLeg leg, Message message, bool last = false);
  void end(CallLeg leg, Message message);
  void tell_all();

  Clock& clock_;
  std::map<unsigned, MobileStation*> stations_;
  std::multimap<std::string, unsigned, std::less<>> by_number_;  ///< by the last digits of the number
  std::map<CallLeg, Leg> legs_;
  CallLeg last_leg_ = 0;
  struct Told {
    CallLeg leg = 0;  ///< whose owner is told
    Message message;
    bool last = false;  ///< the leg is over then
  };
  std::vector<Told> messages_;
  Timer messages_timer_;

 public:
  AddressPlan addresses;
};

}  // namespace sim800
