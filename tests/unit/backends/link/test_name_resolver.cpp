// Name lookups in threads, while a name server does not answer.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

#include "backends/link/name_resolver.hpp"

namespace sim800::test {
namespace {

/// A name server that answers when it is told to.
class HeldServer {
 public:
  NameResolver::Addresses ask(const std::string& name) {
    std::unique_lock lock(mutex_);
    asked_.push_back(name);
    changed_.notify_all();
    changed_.wait(lock, [this] { return answers_; });
    return {"address of " + name};
  }
  void answer() {
    const std::scoped_lock lock(mutex_);
    answers_ = true;
    changed_.notify_all();
  }
  void take(const NameResolver::Addresses& found) {
    const std::scoped_lock lock(mutex_);
    found_.push_back(found.at(0));
    changed_.notify_all();
  }
  std::vector<std::string> wait_for_asked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_.size() >= count; });
    return asked_;
  }
  std::vector<std::string> wait_for_found(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return found_.size() >= count; });
    return found_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool answers_ = false;
  std::vector<std::string> asked_, found_;
};

struct ResolverFixture {
  void find(const std::string& name, const std::weak_ptr<void>& who) {
    CHECK(resolver.find(name, who, [this](const NameResolver::Addresses& found) { server->take(found); }));
  }
  /// Outlives the fixture with its threads.
  std::shared_ptr<HeldServer> server = std::make_shared<HeldServer>();
  NameResolver resolver{4, [held = server](const std::string& name) { return held->ask(name); }};
  std::shared_ptr<int> wanted = std::make_shared<int>();
};

}  // namespace

TEST_CASE_FIXTURE(ResolverFixture, "name resolver: a dead name server gets four questions at a time, not hundreds") {
  for (int number = 0; number < 300; ++number) find("name" + std::to_string(number), wanted);
  CHECK(server->wait_for_asked(4).size() == 4);
  server->answer();
  CHECK(server->wait_for_found(300).size() == 300);
  CHECK(server->wait_for_asked(300).size() == 300);
}

TEST_CASE_FIXTURE(ResolverFixture, "name resolver: what nobody waits for any more is not asked") {
  for (int number = 0; number < 4; ++number) find("stuck" + std::to_string(number), wanted);
  server->wait_for_asked(4);
  for (int number = 0; number < 300; ++number) find("given up", std::make_shared<int>());
  find("wanted", wanted);
  server->answer();
  server->wait_for_found(5);
  CHECK(server->wait_for_asked(5).size() == 5);
  CHECK(server->wait_for_asked(5).back() == "wanted");
}

TEST_CASE_FIXTURE(ResolverFixture, "name resolver: one question for all who ask for the same name") {
  for (int number = 0; number < 100; ++number) find("same", wanted);
  CHECK(server->wait_for_asked(1).size() == 1);
  server->answer();
  CHECK(server->wait_for_found(100) == std::vector<std::string>(100, "address of same"));
  CHECK(server->wait_for_asked(1).size() == 1);
}

TEST_CASE("name resolver: it may go while its threads wait") {
  const auto server = std::make_shared<HeldServer>();
  const auto wanted = std::make_shared<int>();
  {
    NameResolver resolver(1, [server](const std::string& name) { return server->ask(name); });
    resolver.find("name", wanted, [server](const NameResolver::Addresses& found) { server->take(found); });
  }
  server->answer();
  CHECK(server->wait_for_found(1).size() == 1);
}

}  // namespace sim800::test
