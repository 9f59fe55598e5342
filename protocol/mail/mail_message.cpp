// SPDX-License-Identifier: MIT
#include "protocol/mail/mail_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/text/base64.hpp"

namespace sim800 {
namespace {

constexpr std::size_t line_length = 76;  // RFC 2045 6.8
constexpr std::size_t word_octets = 45;  // of a text, in an encoded word of at most 75 characters (RFC 2047 2)

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

/// The inside of a quoted string (RFC 5322 3.2.4).
std::string quoted(std::string_view text) {
  std::string inside;
  for (const char c : without_controls(text)) inside += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string{c};
  return inside;
}

/// "name" <address>
std::string print(const Mailbox& mailbox) {
  if (mailbox.name.empty()) return fmt::format("<{}>", without_controls(mailbox.address));
  return fmt::format("\"{}\" <{}>", quoted(mailbox.name), without_controls(mailbox.address));
}

std::string list_line(std::string_view field, const std::vector<Mailbox>& mailboxes) {
  std::string line;
  for (const Mailbox& mailbox : mailboxes) {
    line += line.empty() ? fmt::format("{}: {}", field, print(mailbox)) : ",\r\n " + print(mailbox);
  }
  return line.empty() ? line : line + "\r\n";
}

/// As many octets as fit into a word; a UTF-8 character is never split.
std::size_t word_end(std::string_view text) {
  std::size_t end = std::min(text.size(), word_octets);
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80; };
  for (std::size_t back = 0; end < text.size() && back < 3 && continues(end); ++back) --end;
  return end;
}

std::string subject_line(std::string_view subject, std::string_view charset) {
  if (is_ascii(subject) && std::ranges::none_of(subject, is_control)) return fmt::format("Subject: {}\r\n", subject);
  std::string line = "Subject:";
  while (!subject.empty()) {
    const std::size_t end = word_end(subject);
    line += fmt::format("{} =?{}?B?{}?=", line.ends_with('=') ? "\r\n" : "", without_controls(charset),
                        to_base64(subject.substr(0, end)));
    subject.remove_prefix(end);
  }
  return line + "\r\n";
}

/// In a multipart, the line end before the boundary belongs to the boundary.
std::string ended(std::string text, bool alone) {
  const bool has_end = text.empty() || text.ends_with('\n') || text.ends_with('\r');
  return alone && has_end ? text : text + "\r\n";
}

std::string text_part(const MailMessage& message) {
  const bool plain = message.charset == "US-ASCII";
  const char* const encoding = !plain ? "base64" : is_ascii(message.body) ? "7bit" : "8bit";
  std::string part = fmt::format("Content-Type: text/plain; charset={}\r\nContent-Transfer-Encoding: {}\r\n\r\n",
                                 without_controls(message.charset), encoding);
  const bool alone = !message.attachment;
  return part + ended(plain ? message.body : MailBase64().next(to_base64(message.body)), alone);
}

}  // namespace

std::string without_controls(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, is_control, ' ');
  return line;
}

std::string MailMessage::head() const {
  std::string text = fmt::format("Date: {}\r\nFrom: {}\r\n", date, print(from));
  text += list_line("To", to) + list_line("Cc", cc) + subject_line(subject, charset) + "MIME-Version: 1.0\r\n";
  if (!attachment) return text + text_part(*this);
  text += fmt::format("Content-Type: multipart/mixed; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\n", boundary,
                      text_part(*this));
  text += fmt::format(
      "Content-Type: {0}; name=\"{1}\"\r\nContent-Transfer-Encoding: {2}\r\n"
      "Content-Disposition: attachment; filename=\"{1}\"\r\n\r\n",
      attachment->base64 ? "application/octet-stream" : "text/plain", quoted(attachment->name),
      attachment->base64 ? "base64" : "7bit");
  return text;
}

std::string MailMessage::tail() const { return attachment ? fmt::format("\r\n--{}--\r\n", boundary) : std::string(); }

std::string MailText::next(std::string_view piece) {
  std::string text;
  for (const char c : piece) {
    if (c == '\n') {
      text += after_cr_ ? "\n" : "\r\n";
    } else {
      if (after_cr_) text += '\n';  // a lone CR also ends a line
      if (c == '.' && (at_start_ || after_cr_)) text += '.';
      text += c;
    }
    at_start_ = c == '\n';
    after_cr_ = c == '\r';
  }
  return text;
}

std::string MailBase64::next(std::string_view piece) {
  std::string text;
  for (const char c : piece) {
    if (c == '\r' || c == '\n') continue;
    text += c;
    if (++column_ < line_length) continue;
    text += "\r\n";
    column_ = 0;
  }
  return text;
}

}  // namespace sim800
