// A coroutine that owns itself: it starts when awaited or started, and destroying it cancels it where it waits.
// SPDX-License-Identifier: MIT
//
// Two shapes of coroutine that GCC 12.2 compiles wrongly, without a warning (clang 19 compiles them rightly).
// tests/acceptance/test_coroutines.py looks for both; tests/unit/emulator/core/test_task.cpp runs what to write
// instead.
//
// 1. co_await in the condition of if, while, switch or do, in a body that declares nothing at its top level: the
//    condition comes out false, or the program crashes.
//        Task<int> f() { if (!co_await there()) co_return 0; co_return 1; }          // wrong
//        Task<int> f() { const bool found = co_await there(); if (!found) ... }      // right
// 2. An aggregate with members that have destructors, a conditional expression of such a type, or a lambda that
//    captures one by value, made in the arguments of an awaited call: it is destroyed twice.
//        co_await f({.text = text});  co_await f(here ? make() : T());  co_await f([text] { ... });     // wrong
//        const Options options{.text = text};  co_await f(options);                                     // right
//
// Parameters of class type are fine, also by value, and so are other temporaries: co_await f("AT" + text).
#pragma once

#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace sim800 {

template <class T = void>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::function<void()> done;
  bool starting = false;  ///< it has been awaited and has not come back yet

  std::suspend_always initial_suspend() noexcept { return {}; }
  // A handler that throws is a broken invariant: stop the program.
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

  struct Final {
    bool await_ready() noexcept { return false; }
    // What goes on now may destroy this coroutine; nothing of it is touched afterwards.
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.starting) return std::noop_coroutine();  // await_suspend() of the Task goes on
      if (promise.continuation) return promise.continuation;
      if (const auto finish = std::move(promise.done)) finish();
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
  void take() {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      cancel();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { cancel(); }

  /// Runs it from outside a coroutine. `done` is called when it has finished, and may destroy it.
  void start(std::function<void()> done) {
    handle_.promise().done = std::move(done);
    handle_.resume();
  }
  /// Ends it where it waits: its locals are destroyed, and `done` is not called.
  void cancel() {
    if (const auto handle = std::exchange(handle_, nullptr)) handle.destroy();
  }
  bool finished() const { return handle_ && handle_.done(); }
  bool running() const { return handle_ && !handle_.done(); }
  /// The returned value, once finished.
  T take() { return handle_.promise().take(); }

  bool await_ready() const noexcept { return false; }
  /// False where it has come to its end at once: whoever awaits it goes on without a stack frame more, so that a loop
  /// may await any number of tasks.  Compilers make no tail calls at -O0 or under a sanitizer, so a jump would not do.
  bool await_suspend(std::coroutine_handle<> awaiting) {
    auto& promise = handle_.promise();
    promise.continuation = awaiting;
    promise.starting = true;
    handle_.resume();
    promise.starting = false;
    return !handle_.done();
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

/// Something one coroutine waits for and anyone raises.  A signal raised while nobody waits is forgotten: wait in a
/// loop on the condition it announces.  A second coroutine that waits for it stops the program: the first would never
/// go on.
class Signal {
 public:
  void raise() {
    if (const auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
  }

  auto operator co_await() {
    struct Awaiter {
      Signal* signal;
      std::coroutine_handle<> self;
      explicit Awaiter(Signal* s) : signal(s) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() {
        if (self && signal->waiting_ == self) signal->waiting_ = nullptr;
      }
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> h) {
        if (signal->waiting_) {
          std::fputs("sim800: two coroutines wait for one signal\n", stderr);
          std::abort();
        }
        self = h;
        signal->waiting_ = h;
      }
      void await_resume() const noexcept {}
    };
    return Awaiter(this);
  }

 private:
  std::coroutine_handle<> waiting_;
};

}  // namespace sim800
