// A request that is answered once something happens, or its time is up.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "emulator/control/api.hpp"

namespace sim800 {

class PendingWait : public std::enable_shared_from_this<PendingWait> {
 public:
  struct Wish {
    std::optional<Fault> trigger;      ///< without actions
    std::optional<std::size_t> fault;  ///< that is to fire
    Duration timeout = 10s;            ///< of module time; while that stands still, of wall time
    bool pause = false;                ///< module time stands still from then on
    std::string words;                 ///< what it waits for
  };
  static constexpr std::size_t most = 100;

  /// Throws Refusal where too many wait.
  static void begin(Call& call, Wish wish);
  /// It holds already.
  static void met_at_once(Call& call, const Wish& wish);

  PendingWait(Call& call, Wish wish);
  ~PendingWait();
  PendingWait(const PendingWait&) = delete;
  PendingWait& operator=(const PendingWait&) = delete;

  void fault_fired(unsigned module);
  /// The modules go.
  void give_up();

 private:
  void start();
  void met();
  void watch_wall();
  void timed_out();
  void end();

  ControlApi& api_;
  std::shared_ptr<HttpExchange> exchange_;
  ControlledModule module_;
  Wish wish_;
  std::uint64_t fired_before_ = 0;
  std::optional<std::size_t> trigger_;  ///< its number in the engine
  Timer timeout_;
  asio::steady_timer wall_;
  bool over_ = false;
};

}  // namespace sim800
