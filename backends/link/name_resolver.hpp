// Name lookups off the loop: the system's function blocks, for minutes where the name server is dead.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sim800 {

/// At most so many lookups run at a time, each in a thread; others wait for one of them to end, and those that nobody
/// waits for any more are never begun.  A name that is being looked up is not looked up again: all get the one answer.
/// May be used from one thread, and destroyed while lookups run: their threads end on their own.
class NameResolver {
 public:
  using Addresses = std::vector<std::string>;
  using Ask = std::function<Addresses(const std::string& name)>;

  /// `ask` blocks, and is called in several threads.
  NameResolver(std::size_t most_threads, Ask ask);

  /// `done` is called in another thread, unless `wanted` has expired before the name's turn came.  False: there is no
  /// thread to be had, and `done` is never called.
  bool find(const std::string& name, std::weak_ptr<void> wanted, std::function<void(const Addresses&)> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The process's own, which asks the system.
NameResolver& system_resolver();

}  // namespace sim800
