// NameResolver: a queue of names, and threads that live as long as there are any.
// SPDX-License-Identifier: MIT
#include "backends/link/name_resolver.hpp"

#include <netdb.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "backends/link/radio_link.hpp"

namespace sim800 {
namespace {

constexpr std::size_t most_threads_of_process = 8;

struct Waiter {
  std::weak_ptr<void> wanted;
  std::function<void(const NameResolver::Addresses&)> done;
};

struct Question {
  std::string name;
  std::vector<Waiter> waiters;
  bool asked = false;

  bool wanted() const {
    return std::ranges::any_of(waiters, [](const Waiter& waiter) { return !waiter.wanted.expired(); });
  }
};

NameResolver::Addresses ask_system(const std::string& name) {
  if (name.empty() || name.size() > NI_MAXHOST || name.find('\0') != std::string::npos) return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  return numeric_addresses(list);
}

}  // namespace

struct NameResolver::State {
  std::list<Question>::iterator next();
  void work();

  const Ask ask;
  const std::size_t most_threads;
  std::mutex mutex;  // guards what is below
  std::list<Question> questions;
  std::size_t threads = 0;
};

std::list<Question>::iterator NameResolver::State::next() {
  questions.remove_if([](const Question& question) { return !question.asked && !question.wanted(); });
  return std::ranges::find_if(questions, [](const Question& question) { return !question.asked; });
}

void NameResolver::State::work() {
  std::unique_lock lock(mutex);
  for (auto question = next(); question != questions.end(); question = next()) {
    question->asked = true;
    const std::string name = question->name;
    lock.unlock();
    const Addresses found = ask(name);
    lock.lock();
    const std::vector<Waiter> waiters = std::move(question->waiters);
    questions.erase(question);
    lock.unlock();
    for (const Waiter& waiter : waiters) waiter.done(found);
    lock.lock();
  }
  --threads;
}

NameResolver::NameResolver(std::size_t most_threads, Ask ask)
    : state_(new State{.ask = std::move(ask), .most_threads = most_threads, .mutex = {}, .questions = {}}) {}

bool NameResolver::find(const std::string& name, std::weak_ptr<void> wanted,
                        std::function<void(const Addresses&)> done) {
  const std::scoped_lock lock(state_->mutex);
  auto same = std::ranges::find(state_->questions, name, &Question::name);
  if (same == state_->questions.end()) same = state_->questions.insert(same, {name, {}});
  std::erase_if(same->waiters, [](const Waiter& waiter) { return waiter.wanted.expired(); });
  same->waiters.push_back({std::move(wanted), std::move(done)});
  if (same->asked || state_->threads == state_->most_threads) return true;
  try {
    std::thread([state = state_] { state->work(); }).detach();
    ++state_->threads;
  } catch (const std::system_error&) {  // the others do it, if there are any
    if (state_->threads > 0) return true;
    state_->questions.erase(same);
    return false;
  }
  return true;
}

// Never destroyed: its threads may outlive main().
NameResolver& system_resolver() {
  static NameResolver& resolver = *new NameResolver(most_threads_of_process, ask_system);
  return resolver;
}

}  // namespace sim800
