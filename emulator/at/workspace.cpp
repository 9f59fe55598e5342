// SPDX-License-Identifier: MIT
#include "emulator/at/workspace.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace sim800 {
namespace {

/// A channel at work may cause another one to say something: more than a few at once are the exception.
constexpr std::size_t max_spare = 4;
thread_local std::vector<std::unique_ptr<Workspace>> spare;

}  // namespace

void BorrowedWorkspace::borrow() {
  if (spare.empty()) {
    held_ = std::make_unique<Workspace>();
  } else {
    held_ = std::move(spare.back());
    spare.pop_back();
  }
  held_->response.emplace(held_->out, format_);
}

void BorrowedWorkspace::give_back() {
  if (!held_) return;
  held_->invocation.reset();
  if (spare.size() < max_spare) spare.push_back(std::move(held_));
  held_.reset();
}

}  // namespace sim800
