// Asks a running sim800 over its control interface.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sim800 {

/// It cannot be reached: tells where and why.
struct ControlClientError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ControlClient {
 public:
  struct Reply {
    int status = 0;
    std::string body;
    bool refused() const { return status >= 400; }
  };

  /// `url` as the run has printed it: "http://127.0.0.1:4711" or "unix:PATH". `token`: what it asks for; may be empty.
  ControlClient(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}

  /// `path` begins behind /v1. Throws ControlClientError.
  Reply ask(const std::string& method, const std::string& path, const std::string& body = {}) const;
  /// Hands over what comes until `take` returns false or the other side ends it.
  Reply follow(const std::string& path, const std::function<bool(std::string_view)>& take) const;

  /// As a part of a path or a query.
  static std::string escaped(std::string_view text);

 private:
  Reply perform(const std::string& method, const std::string& path, const std::string& body,
                const std::function<bool(std::string_view)>& take) const;

  std::string url_, token_;
};

}  // namespace sim800
