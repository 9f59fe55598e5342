// Where a transfer stops to ask whether a fault acts on it: holds it up, cuts its connection or ends it.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "backends/link/interference.hpp"
#include "backends/link/relay.hpp"
#include "emulator/core/clock.hpp"

namespace sim800 {

/// One per transfer; used in the loop's thread.  A fault may destroy the transfer, and this with it, while it is asked;
/// nothing more is called then.
class TransferGate {
 public:
  using Next = std::function<void()>;
  struct Acts {
    /// A fault wants the transfer to end: with a code, as if its server had no address, or because its connection has
    /// just been cut.  True: it has ended, and may have been destroyed.  False: it goes on, and meets the cut itself.
    std::function<bool(const Verdict&)> end;
    /// A hold is over: what may_move() has refused may be tried again.
    std::function<void()> resume;
  };

  /// `watch` null: no fault has anything to do with the transfer, and all may go on at once.
  TransferGate(Clock& clock, std::unique_ptr<TransferWatch> watch, Acts acts);
  TransferGate(const TransferGate&) = delete;
  TransferGate& operator=(const TransferGate&) = delete;

  bool watched() const { return watch_ != nullptr; }
  /// The transfer is over: nothing is asked or called any more.
  void forget();

  /// The connection that holds stall and cuts end, in place of all that were carried before.
  void carry(const Relay& relay);
  /// One more that holds stall.
  void carry_also(const Relay& relay);
  /// Cuts end this one from now on; null: none.
  void let_cut(const Relay* relay);
  /// Ends all connections at once.
  void cut_all(Verdict::Cut how);

  /// False: no fault waits for this phase, so that nobody needs to stop at it.
  bool wants(Phase phase) const { return watch_ && !reached(phase) && watch_->wants(phase); }
  /// Asks, the first time a phase is reached.  `next` is called at once, or after a hold, unless that was the end.
  void reach(Phase phase, const Next& next);
  bool reached(Phase phase) const { return reached_.at(static_cast<std::size_t>(phase)); }
  /// Asks at a stop; for `next` see reach().
  void moved(Direction direction, std::uint64_t total, const Next& next);
  /// The byte count after which to call moved().
  std::uint64_t stop(Direction direction) const;
  /// The count after which truncate() is to be called.
  std::uint64_t limit() const { return limit_; }
  /// Closes the connection; `next` where the transfer goes on to meet that itself.
  void truncate(const Next& next);
  bool held() const { return held_; }

  /// All of this for streams: asks what is to be asked after `total` bytes, and closes the connection at the limit.
  /// False: the next byte waits for `resume`, or the transfer has ended.
  bool may_move(Direction direction, std::uint64_t total);
  /// Somebody asks about the data themselves: see passed().
  bool wants_content() const { return watch_ && watch_->wants_content(); }
  /// These bytes have moved.
  void passed(Direction direction, std::string_view bytes);
  /// How many of `count` more bytes may move before the next question.
  std::size_t allowed(Direction direction, std::uint64_t total, std::size_t count) const;

 private:
  template <class Question>
  void ask(Question question, const Next& next);
  void obey(Verdict verdict, const std::function<void(const Verdict&)>& then);
  bool goes_on(const Verdict& verdict);
  void hold(Duration span);
  void release();
  void stall(bool on) const;

  Clock& clock_;
  std::shared_ptr<TransferWatch> watch_;
  Acts acts_;
  std::vector<std::weak_ptr<Relay::Core>> relays_;
  std::weak_ptr<Relay::Core> cut_next_;
  std::array<bool, 8> reached_{};
  std::array<std::uint64_t, 2> asked_{};  // the last stop in each direction
  std::uint64_t limit_ = TransferWatch::never;
  bool held_ = false;
  std::vector<Next> waiting_;
  Timer timer_;
  TimePoint until_{};
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace sim800
