// An HTTPS server for tests.
// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/openssl_program.hpp"

namespace sim800::test {

/// `openssl s_server`: answers each request with a page on the connection.
class TlsServer {
 public:
  explicit TlsServer(const std::vector<std::string>& options = {}) : program_(arguments(options)) {
    program_.read_to("ACCEPT 127.0.0.1:");
    const std::string digits = program_.read_to("\n");
    std::from_chars(digits.data(), digits.data() + digits.size(), port_);
    REQUIRE(port_ != 0);
  }
  std::uint16_t port() const { return port_; }
  static const Certificate& rsa_certificate() {
    static const Certificate made("rsa");
    return made;
  }

 private:
  static std::vector<std::string> arguments(const std::vector<std::string>& options) {
    static const Certificate certificate;
    std::vector<std::string> all = {"s_server", "-accept",           "127.0.0.1:0", "-www",
                                    "-cert",    certificate.file(),  "-key",        certificate.key(),
                                    "-cert2",   certificate.file(),  "-key2",       certificate.key(),
                                    "-cipher",  "DEFAULT@SECLEVEL=0"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  Openssl program_;
  std::uint16_t port_ = 0;
};

}  // namespace sim800::test
