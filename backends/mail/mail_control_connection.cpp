// MailControlConnection: commands and replies, line by line.
// SPDX-License-Identifier: MIT
#include "backends/mail/mail_control_connection.hpp"

#include <algorithm>

namespace sim800 {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

void MailControlConnection::sent(std::string_view line) {
  const bool answers_challenge = protocol_ == MailProtocol::smtp && command_ == "AUTH" && code_ == 334;
  if (answers_challenge) return;
  line = without_end(line);
  command_ = line.substr(0, line.find(' '));
}

bool MailControlConnection::received(std::string_view line) {
  const bool readable =
      protocol_ == MailProtocol::smtp ? received_smtp(without_end(line)) : received_pop3(without_end(line));
  unreadable_ |= !readable;
  return readable;
}

// "250-more", "250 last" (RFC 5321 4.2.1).  libcurl would pass over anything else, without end.
bool MailControlConnection::received_smtp(std::string_view line) {
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit)) return false;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return false;
  code_ = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (command_ == "AUTH" && code_ == 235) authenticated_ = true;
  return true;
}

bool MailControlConnection::received_pop3(std::string_view line) {
  if (listing_) {
    listing_ = line != ".";
    return true;
  }
  if (!line.starts_with('+') && !line.starts_with("-ERR")) return false;
  status_ = line.substr(0, 512);
  listing_ = command_ == "CAPA" && line.starts_with("+OK");
  return true;
}

}  // namespace sim800
