// Values of WSP headers (WAP-230 8.4.2).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim800::wsp {

std::string uintvar(std::uint32_t value);
std::string value_length(std::size_t length);
std::string long_integer(std::uint32_t value);
/// With its NUL, and a leading quote if the first octet could be taken for something else.
std::string text(std::string_view text);
/// Text, with its character set (UTF-8) if it is not ASCII.
std::string encoded_text(std::string_view text);
/// A content type with its Name parameter, and UTF-8 as the character set of text; `name` may be empty.
std::string content_type(std::string_view type, std::string_view name);

/// The octets not yet read; once something cannot be read, everything reads as nothing and sound() is false.
class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}

  bool sound() const { return sound_; }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  std::uint8_t peek() const { return rest_.empty() ? 0 : static_cast<std::uint8_t>(rest_[0]); }

  std::uint8_t octet();
  std::uint32_t uintvar();
  std::string_view take(std::size_t count);
  std::string text();    ///< Text-string: a quotation mark at its start belongs to it
  std::string quoted();  ///< Quoted-string, or text
  std::string encoded_text();
  std::uint32_t integer();  ///< short or long
  /// A value with a length prefix (octets 0-31).
  Reader counted();
  /// Skips a value of any kind.
  void skip();

  struct ContentType {
    std::string type, name;
    bool operator==(const ContentType&) const = default;
  };
  ContentType content_type();

 private:
  std::string media();
  void fail();

  std::string_view rest_;
  bool sound_ = true;
};

}  // namespace sim800::wsp
