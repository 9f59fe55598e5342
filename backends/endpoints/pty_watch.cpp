// SPDX-License-Identifier: MIT
#include "backends/endpoints/pty_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

namespace sim800 {

static_assert(PtyWatch::opened == IN_OPEN && PtyWatch::closed == (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE));

/// The kernel merges an event with an equal one right before it, so that two opens would count as one. Watching the
/// directory too puts an event of the directory between any two of a node.
bool PtyWatch::open(const std::string& folder) {
  if (events_.is_open()) return true;
  const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return false;
  events_.assign(descriptor);
  inotify_add_watch(descriptor, folder.c_str(), opened | closed);
  return true;
}

bool PtyWatch::add(const std::string& path, Node& node) {
  const bool ready = open(std::filesystem::path(path).parent_path());
  const int watched = ready ? inotify_add_watch(events_.native_handle(), path.c_str(), opened | closed) : -1;
  if (watched < 0) {
    spdlog::info("{}: cannot detect when a client leaves: {}", path, std::strerror(errno));
    return false;
  }
  nodes_[watched] = &node;
  return true;
}

void PtyWatch::forget(Node& node) {
  std::erase_if(nodes_, [&](const auto& entry) {
    if (entry.second != &node) return false;
    inotify_rm_watch(events_.native_handle(), entry.first);
    return true;
  });
}

void PtyWatch::start() {
  if (!events_.is_open() || std::exchange(started_, true)) return;
  await();
}

void PtyWatch::await() {
  events_.async_wait(asio::posix::stream_descriptor::wait_read, [waiting = weak_from_this()](asio::error_code error) {
    const auto self = waiting.lock();
    if (!self || error) return;
    self->read(nullptr);
    self->await();
  });
}

void PtyWatch::read(const Node* reader) {
  const auto self = shared_from_this();
  std::vector<int> told;
  while (true) {
    const ssize_t count = ::read(events_.native_handle(), buffer_.data(), buffer_.size());
    if (count <= 0) break;
    for (std::size_t taken = 0; taken < static_cast<std::size_t>(count);) {
      inotify_event event{};
      std::memcpy(&event, buffer_.data() + taken, sizeof event);
      taken += sizeof event + event.len;
      const auto found = nodes_.find(event.wd);
      if (found == nodes_.end()) continue;
      if (found->second->masks.empty() && found->second != reader) told.push_back(event.wd);
      found->second->masks.push_back(event.mask);
    }
  }
  // Each may be gone by the time that its turn has come.
  for (const int watched : told) {
    if (const auto found = nodes_.find(watched); found != nodes_.end()) found->second->came();
  }
}

}  // namespace sim800
