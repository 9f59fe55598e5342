// Questions to a name server and the answers that a network of our own gives (RFC 1035).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

struct DnsQuestion {
  static constexpr std::uint16_t a = 1, in = 1;
  std::string query;  ///< header and question, as they are to be repeated
  std::string name;   ///< without a dot at its end
  std::uint16_t type = 0;
};

/// A standard query with one question; nothing where it is something else.
std::optional<DnsQuestion> parse_question(std::string_view message);

enum class DnsCode : std::uint8_t { no_error = 0, server_failure = 2, no_such_name = 3 };
/// `address` null: an answer without one.
std::string answer_to(const DnsQuestion& question, DnsCode code, std::optional<std::uint32_t> address);

}  // namespace sim800
