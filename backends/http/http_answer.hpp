// The part of a server's response that is kept: the last head and the body, each up to the request's limit.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "backends/ports/http.hpp"

namespace sim800 {

class HttpAnswer {
 public:
  explicit HttpAnswer(std::size_t limit) : limit_(limit) {}

  // False: over the limit. Interim responses and trailers are counted too, or a server could send them without end.
  bool add_header(std::string_view line, long status) {
    header_bytes_ += line.size();
    if (header_bytes_ > limit_) return false;
    if (complete_) return true;  // a trailer
    if (ended_) head_.clear();
    head_ += line;
    ended_ = line == "\r\n" || line == "\n";
    complete_ = ended_ && status >= 200;
    return true;
  }

  bool add_body(std::string_view bytes) {
    if (bytes.size() > limit_ - body_.size()) return false;
    body_ += bytes;
    return true;
  }

  bool complete() const { return complete_; }  // the head of a final response is complete
  std::size_t body_size() const { return body_.size(); }
  HttpResult result(int status) const { return {status, head_, body_}; }
  HttpResult take(int status) { return {status, std::move(head_), std::move(body_)}; }

 private:
  std::size_t limit_;
  std::size_t header_bytes_ = 0;
  bool ended_ = false;
  bool complete_ = false;
  std::string head_, body_;
};

}  // namespace sim800
