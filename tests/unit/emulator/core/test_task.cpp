// Coroutines: how they go on, and how they are written so that GCC 12.2 compiles them rightly (task.hpp).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "emulator/core/task.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

/// Runs a task that waits for nothing.
template <class T>
T result_of(Task<T> task) {
  bool done = false;
  task.start([&done] { done = true; });
  REQUIRE(done);
  return task.take();
}

Task<int> echo(int number) { co_return number; }

Task<long> sum(int count) {
  long total = 0;
  for (int i = 0; i < count; ++i) total += co_await echo(1);
  co_return total;
}

TEST_CASE("task: a loop may await a million tasks that end at once") { CHECK(result_of(sum(1'000'000)) == 1'000'000); }

Task<int> wait_for(Signal& signal) {
  co_await signal;
  co_return 1;
}

Task<long> sum_of_waits(Signal& signal, int count) {
  long total = 0;
  for (int i = 0; i < count; ++i) {
    total += co_await wait_for(signal);
    total += co_await sum(2);
  }
  co_return total;
}

TEST_CASE("task: and a million that wait first; whoever has started it may destroy it at its end") {
  Signal signal;
  long total = 0;
  std::optional<Task<long>> task(sum_of_waits(signal, 1'000'000));
  task->start([&] {
    total = task->take();
    task.reset();
  });
  while (task) signal.raise();
  CHECK(total == 3'000'000);
}

TEST_CASE("task: destroyed while it waits, it is forgotten") {
  Signal signal;
  {
    Task<int> task = wait_for(signal);
    task.start([] { FAIL("it went on"); });
    CHECK(task.running());
  }
  signal.raise();
}

TEST_CASE("signal: a second coroutine that waits for it stops the program, and says why") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(SIGABRT, SIG_DFL);
    ::dup2(writer.get(), STDERR_FILENO);
    Signal signal;
    Task<int> first = wait_for(signal), second = wait_for(signal);
    first.start([] {});
    second.start([] {});
    ::_exit(0);
  }
  writer = UniqueFd();
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  std::string said(100, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(reader.get(), said.data(), said.size()), 0)));
  CHECK(said == "sim800: two coroutines wait for one signal\n");
}

// --- what GCC 12.2 compiles wrongly, written so that it does not

struct Options {
  std::string text;
  int times = 1;
};

Task<bool> yes() { co_return true; }
Task<int> length_of(Options options) { co_return static_cast<int>(options.text.size()) * options.times; }
Task<int> size_of(std::string text) { co_return static_cast<int>(text.size()); }
template <class Act>
Task<int> call(Act act) {
  co_return act();
}
std::string long_text() { return std::string(100, 'x'); }

/// Shape 1.  `if (!co_await yes()) co_return 0; co_return 1;` alone is the body that returns 0.
Task<int> condition() {
  const bool found = co_await yes();
  if (!found) co_return 0;
  co_return 1;
}

/// Shape 2.  `co_await length_of({.text = text})`, `co_await size_of(given ? long_text() : std::string())` and
/// `co_await call([text] { ... })` free their text twice.
Task<int> arguments(std::string text, bool given) {
  const Options options{.text = text, .times = 2};
  int total = co_await length_of(options);
  Options moved{.text = text};
  total += co_await length_of(std::move(moved));
  const std::string chosen = given ? long_text() : std::string();
  total += co_await size_of(chosen);
  const auto count = [text] { return static_cast<int>(text.size()); };
  total += co_await call(count);
  co_return total;
}

/// Parameters of class type, by value and from temporaries: nothing to go round.
Task<int> temporaries(std::string text) {
  int total = co_await size_of(long_text());
  total += co_await size_of("AT" + text);
  total += co_await size_of("a text that is too long for the inside of a string");
  total += co_await size_of(std::move(text));
  co_return total;
}

TEST_CASE("task: the spellings that GCC 12.2 compiles rightly") {
  CHECK(result_of(condition()) == 1);
  CHECK(result_of(arguments(long_text(), true)) == 200 + 100 + 100 + 100);
  CHECK(result_of(arguments(long_text(), false)) == 200 + 100 + 0 + 100);
  CHECK(result_of(temporaries(long_text())) == 100 + 102 + 50 + 100);
}

}  // namespace
}  // namespace sim800
