// SPDX-License-Identifier: MIT
#include "emulator/program/trace_decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/sms/sms_pdu.hpp"
#include "protocol/text/escape.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::string_view line_ends("\r\n\x1a\0", 4);
constexpr std::size_t shortest_pdu = 16;  ///< hexadecimal digits; a shorter run of them is anything

/// A terminal takes no orders from it.
std::string printable(std::u16string text) {
  std::ranges::replace_if(text, [](char16_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }, u' ');
  return to_utf8(text);
}

std::string in_words(const Sms& message) {
  const std::string who = printable(message.address.text());
  std::string text;
  if (message.type == SmsType::status_report) return fmt::format("SMS-STATUS-REPORT of {}: {}", who, message.status);
  if (message.type == SmsType::command) return fmt::format("SMS-COMMAND to {}", who);
  if (const auto written = message.text())
    text = '"' + printable(*written) + '"';
  else
    text = fmt::format("{} octets", message.body().size());
  const bool up = message.type == SmsType::submit;
  return fmt::format("{} {} {}: {}", up ? "SMS-SUBMIT" : "SMS-DELIVER", up ? "to" : "from", who, text);
}

std::optional<std::string> message_in(std::string_view line, bool from_host) {
  if (line.size() < shortest_pdu) return std::nullopt;
  const auto octets = from_hex(line);
  if (!octets) return std::nullopt;
  // What is listed of a storage may also have been written there by the host.
  auto pdu = decode_pdu(*octets, from_host);
  if (!pdu && !from_host) pdu = decode_pdu(*octets, true);
  if (!pdu) return std::nullopt;
  return in_words(pdu->message);
}

std::optional<std::string> http_in(std::string_view line) {
  if (line.starts_with("HTTP/1."))
    return "HTTP response: " + std::string(line.substr(std::min(line.find(' ') + 1, line.size())));
  const auto version = line.rfind(" HTTP/1.");
  if (version == line.npos) return std::nullopt;
  static constexpr std::array<std::string_view, 7> methods{"GET ",    "POST ",  "PUT ",    "HEAD ",
                                                           "DELETE ", "PATCH ", "OPTIONS "};
  for (const std::string_view method : methods) {
    const auto begin = line.find(method);
    if (begin < version) return "HTTP request: " + std::string(line.substr(begin, version - begin));
  }
  return std::nullopt;
}

std::optional<std::string> ftp_in(std::string_view line) {
  static constexpr std::array<std::string_view, 12> verbs{"USER ", "RETR ", "STOR ", "APPE ", "SIZE ", "DELE ",
                                                          "MKD ",  "RMD ",  "CWD ",  "TYPE ", "REST ", "PORT "};
  if (std::ranges::any_of(verbs, [line](std::string_view verb) { return line.starts_with(verb); }))
    return "FTP command: " + std::string(line);
  return line.starts_with("PASS ") ? std::optional<std::string>("FTP command: PASS ***") : std::nullopt;
}

/// What the module's own FTP client moves: the line that announces a block of it.
std::optional<std::string> ftp_data_in(std::string_view line) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> blocks{
      {{"+FTPGET: 2,", "from"}, {"+FTPLIST: 2,", "from"}, {"+FTPPUT: 2,", "for"}}};
  for (const auto& [announcement, way] : blocks) {
    if (!line.starts_with(announcement)) continue;
    const std::string_view count = line.substr(announcement.size());
    const bool number = !count.empty() && count != "0" && count.find_first_not_of("0123456789") == count.npos;
    if (number) return fmt::format("FTP data: {} bytes {} the server", count, way);
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> decoded(const TraceEvent& event) {
  std::vector<std::string> lines;
  if (event.name == "sms") {
    const auto tpdu = from_hex(event.text("tpdu"));
    const auto message = tpdu ? decode_sms(*tpdu, true) : std::nullopt;
    if (message) lines.push_back(in_words(*message));
  }
  if (event.name != "rx" && event.name != "tx") return lines;
  const bool from_host = event.name == "rx";
  for (std::string_view rest = event.bytes; !rest.empty();) {
    const auto end = std::min(rest.find_first_of(line_ends), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    auto meaning = message_in(line, from_host);
    if (meaning) {
      lines.push_back(std::move(*meaning));
      continue;
    }
    meaning = http_in(line);
    if (!meaning) meaning = from_host ? ftp_in(line) : ftp_data_in(line);
    if (meaning) lines.push_back(escaped(*meaning));
  }
  return lines;
}

}  // namespace sim800
