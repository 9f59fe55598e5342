// The packet service by the commands of 27.007 chapter 10: contexts that the host defines and activates itself (AT
// manual chapter 7). SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/network/pdp.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Gprs final : public Service {
 public:
  static constexpr unsigned count = 3;

  /// AT+CGDCONT.
  struct Definition {
    std::string apn;
    std::string address;  ///< requested; empty: any
  };
  /// AT+CGQREQ, AT+CGQMIN: precedence, delay, reliability, peak, mean.
  using Quality = std::array<unsigned, 5>;
  static constexpr Quality initial_quality{0, 0, 3, 0, 0};

  Gprs(const Environment& environment, Settings& settings, PdpContexts& pdp, Nvram& nvram);

  // <cid> is 1 to 3 everywhere.
  const std::optional<Definition>& definition(unsigned cid) const { return context(cid).definition; }
  /// Nothing undefines it; survives power-off. False if it cannot be stored, and then nothing has changed.
  bool define(unsigned cid, std::optional<Definition> definition);
  bool active(unsigned cid) const { return context(cid).active; }
  static constexpr bool has(unsigned cid) { return cid >= 1 && cid <= count; }
  /// The first context that is defined or active; 1 if there is none.
  unsigned first() const;
  /// "0.0.0.0" unless active.
  std::string address(unsigned cid) const;

  const Quality& requested(unsigned cid) const { return context(cid).requested; }
  const Quality& minimum(unsigned cid) const { return context(cid).minimum; }
  bool request(unsigned cid, const Quality& quality) { return keep(context(cid).requested, quality); }
  bool demand(unsigned cid, const Quality& minimum) { return keep(context(cid).minimum, minimum); }

  /// AT+CGACT: 133 for an undefined context, unless `by_default`: then it gets the subscription's own access point.
  Task<Result> activate(unsigned cid, bool by_default) { return activate(cid, by_default, {}); }
  /// As a host that gives a name and a password.
  struct Credentials {
    std::string user, password;
  };
  Task<Result> activate(unsigned cid, bool by_default, Credentials credentials);
  /// 133 for a context that is neither defined nor active.
  Task<Result> deactivate(unsigned cid, Channel* cause);

  /// At once, as the end of a data call.
  void release(unsigned cid);
  /// The password of the context's access point; nothing: it has none.
  std::optional<std::string> secret(unsigned cid) const;

  /// The contexts are gone, with a +CGEV for each.
  void lose_contexts();
  /// The packet service is gone, by the module's own decision (`by_module`) or the network's.
  void detached(Channel* cause, bool by_module);
  void power_off() override;
  /// A context is not active any more.
  std::function<void(unsigned cid)> on_ended;

 private:
  struct Context {
    std::optional<Definition> definition;
    Quality requested = initial_quality, minimum = initial_quality;
    bool active = false;
    std::string apn;  ///< that it was activated with
  };
  const Context& context(unsigned cid) const { return contexts_[cid - 1]; }
  Context& context(unsigned cid) { return contexts_[cid - 1]; }
  template <class Value>
  bool keep(Value& place, Value value) {
    std::swap(place, value);
    if (save()) return true;
    std::swap(place, value);
    return false;
  }
  bool save() const;
  void end(unsigned cid);
  void report(std::string_view event, Channel* cause) const;

  const Environment& environment_;
  Settings& settings_;
  PdpContexts& pdp_;
  Nvram& nvram_;
  std::array<Context, count> contexts_;
};

}  // namespace sim800
