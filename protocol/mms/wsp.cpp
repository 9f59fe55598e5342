// SPDX-License-Identifier: MIT
#include "protocol/mms/wsp.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sim800::wsp {
namespace {

constexpr std::uint8_t short_integer = 0x80, quote = 0x7f, length_quote = 31;
constexpr std::uint8_t utf8 = 106;  // IANA's MIBenum
constexpr std::uint8_t charset_parameter = 0x01, name_parameter = 0x05, new_name_parameter = 0x17;

struct Media {
  std::uint8_t number;
  std::string_view type;
};

// WSP's numbers for the content types used in messages.
constexpr std::array<Media, 12> known = {{{0x02, "text/html"},
                                          {0x03, "text/plain"},
                                          {0x0c, "multipart/mixed"},
                                          {0x1d, "image/gif"},
                                          {0x1e, "image/jpeg"},
                                          {0x1f, "image/tiff"},
                                          {0x20, "image/png"},
                                          {0x23, "application/vnd.wap.multipart.mixed"},
                                          {0x26, "application/vnd.wap.multipart.alternative"},
                                          {0x33, "application/vnd.wap.multipart.related"},
                                          {0x3e, "application/vnd.wap.mms-message"},
                                          {0x00, "*/*"}}};

char octet_of(std::uint32_t value) { return static_cast<char>(value & 0xffU); }

std::string media(std::string_view type) {
  const auto found = std::ranges::find(known, type, &Media::type);
  return found != known.end() ? std::string(1, octet_of(short_integer | found->number)) : text(type);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string uintvar(std::uint32_t value) {
  std::string octets(1, octet_of(value & 0x7fU));
  while ((value >>= 7U) != 0) octets.insert(octets.begin(), octet_of(0x80U | (value & 0x7fU)));
  return octets;
}

std::string value_length(std::size_t length) {
  if (length < length_quote) return std::string(1, octet_of(static_cast<std::uint32_t>(length)));
  return octet_of(length_quote) + uintvar(static_cast<std::uint32_t>(length));
}

std::string long_integer(std::uint32_t value) {
  std::string octets;
  do octets.insert(octets.begin(), octet_of(value));
  while ((value >>= 8U) != 0);
  return octet_of(static_cast<std::uint32_t>(octets.size())) + octets;
}

std::string text(std::string_view text) {
  // The first octet would be taken for a length, for the mark itself, or for a number.
  const auto taken_otherwise = [](unsigned char c) { return c <= length_quote || c == quote || c >= short_integer; };
  const bool ambiguous = !text.empty() && taken_otherwise(static_cast<unsigned char>(text[0]));
  return (ambiguous ? std::string(1, quote) : std::string()) + std::string(text) + '\0';
}

std::string encoded_text(std::string_view text) {
  if (is_ascii(text)) return wsp::text(text);
  const std::string value = octet_of(short_integer | utf8) + wsp::text(text);
  return value_length(value.size()) + value;
}

std::string content_type(std::string_view type, std::string_view name) {
  std::string value = media(type);
  if (type.starts_with("text/")) value += {octet_of(short_integer | charset_parameter), octet_of(short_integer | utf8)};
  const char* const mark = name.starts_with('"') ? "\"" : "";  // it would be taken for that of a Quoted-string
  if (!name.empty()) value += octet_of(short_integer | name_parameter) + (mark + text(name));
  return value_length(value.size()) + value;
}

void Reader::fail() {
  sound_ = false;
  rest_ = {};
}

std::uint8_t Reader::octet() {
  const std::string_view one = take(1);
  return one.empty() ? 0 : static_cast<std::uint8_t>(one[0]);
}

std::string_view Reader::take(std::size_t count) {
  if (count > rest_.size()) {
    fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint32_t Reader::uintvar() {
  std::uint32_t value = 0;
  for (int i = 0; i < 5; ++i) {
    const std::uint8_t next = octet();
    value = value << 7U | (next & 0x7fU);
    if ((next & 0x80U) == 0) return value;
  }
  fail();
  return 0;
}

std::string Reader::text() {
  if (peek() == quote) octet();
  const std::size_t end = rest_.find('\0');
  if (end == std::string_view::npos) {
    fail();
    return {};
  }
  std::string text(rest_.substr(0, end));
  rest_.remove_prefix(end + 1);
  return text;
}

std::string Reader::quoted() {
  if (peek() == '"') octet();
  return text();
}

std::string Reader::encoded_text() {
  if (peek() > length_quote) return text();
  Reader value = counted();
  value.integer();  // the character set: whatever it is, the octets are passed on
  std::string text = value.text();
  if (!value.sound()) fail();
  return text;
}

std::uint32_t Reader::integer() {
  if (peek() >= short_integer) return octet() & 0x7fU;
  const std::string_view octets = take(octet());
  if (octets.size() > 4) fail();
  std::uint32_t value = 0;
  for (const char c : octets) value = value << 8U | static_cast<std::uint8_t>(c);
  return sound_ ? value : 0;
}

Reader Reader::counted() {
  std::size_t length = octet();
  if (length == length_quote) length = uintvar();
  if (length > rest_.size()) fail();
  Reader value(take(length));
  value.sound_ = sound_;
  return value;
}

void Reader::skip() {
  if (peek() >= short_integer) {
    octet();
  } else if (peek() <= length_quote) {
    counted();
  } else {
    text();
  }
}

std::string Reader::media() {
  if (peek() > length_quote && peek() < short_integer) return text();
  const std::uint32_t number = integer();
  const auto found = std::ranges::find(known, number, &Media::number);
  return found != known.end() ? std::string(found->type) : "application/octet-stream";
}

Reader::ContentType Reader::content_type() {
  ContentType result;
  if (peek() > length_quote) {
    result.type = media();
    return result;
  }
  Reader value = counted();
  result.type = value.media();
  while (value.sound() && !value.empty()) {
    if (value.peek() < short_integer) {  // a parameter whose name is text
      value.text();
      value.skip();
      continue;
    }
    const std::uint8_t parameter = value.octet() & 0x7fU;
    if (parameter == name_parameter || parameter == new_name_parameter) {
      result.name = value.quoted();
    } else {
      value.skip();
    }
  }
  if (!value.sound()) fail();
  return result;
}

}  // namespace sim800::wsp
