// A coroutine that owns itself: it starts when awaited or started, and destroying it cancels it wherever it waits.
// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
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

  std::suspend_always initial_suspend() noexcept { return {}; }
  // A handler that throws is a broken invariant: stop loudly.
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) noexcept {
      // The continuation may destroy this coroutine; nothing of it is touched afterwards.
      if (const auto awaiting = self.promise().continuation) {
        awaiting.resume();
      } else if (const auto finish = std::move(self.promise().done)) {
        finish();
      }
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

  /// Runs it from outside a coroutine.  `done` is called when it has finished, and may destroy it.
  void start(std::function<void()> done) {
    handle_.promise().done = std::move(done);
    handle_.resume();
  }
  /// Ends it where it waits; its locals are destroyed, `done` is not called.
  void cancel() {
    if (const auto handle = std::exchange(handle_, nullptr)) handle.destroy();
  }
  bool finished() const { return handle_ && handle_.done(); }
  bool running() const { return handle_ && !handle_.done(); }
  /// What it returned, once finished.
  T take() { return handle_.promise().take(); }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    handle_.promise().continuation = awaiting;
    handle_.resume();
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
/// loop on the condition it announces.
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
