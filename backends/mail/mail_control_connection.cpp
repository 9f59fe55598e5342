// MailControlConnection: commands and replies, line by line.
// SPDX-License-Identifier: MIT
#include "backends/mail/mail_control_connection.hpp"

#include "backends/curl/reply_line.hpp"

namespace sim800 {

void MailControlConnection::sent(std::string_view line) {
  const bool answers_challenge = protocol_ == MailProtocol::smtp && command_ == "AUTH" && code_ == 334;
  if (answers_challenge) return;
  line = without_line_end(line);
  command_ = line.substr(0, line.find(' '));
}

bool MailControlConnection::received(std::string_view line) {
  length_ += line.size();
  unreadable_ |= length_ > max_reply;
  line = without_line_end(line);
  unreadable_ |= !(protocol_ == MailProtocol::smtp ? received_smtp(line) : received_pop3(line));
  return !unreadable_;
}

// libcurl skips any other lines, however many come.
bool MailControlConnection::received_smtp(std::string_view line) {
  const auto code = reply_code(line);
  if (!code) return false;
  code_ = *code;
  if (command_ == "AUTH" && code_ == 235) authenticated_ = true;
  if (line.size() <= 3 || line[3] != '-') length_ = 0;
  return true;
}

bool MailControlConnection::received_pop3(std::string_view line) {
  if (listing_) {
    listing_ = line != ".";
    if (!listing_) length_ = 0;
    return true;
  }
  if (!line.starts_with('+') && !line.starts_with("-ERR")) return false;
  status_ = line.substr(0, 512);
  listing_ = command_ == "CAPA" && line.starts_with("+OK");
  if (!listing_) length_ = 0;
  return true;
}

}  // namespace sim800
