// FtpControlConnection: commands and replies, line by line.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_control_connection.hpp"

#include <charconv>

#include "backends/curl/reply_line.hpp"

namespace sim800 {
namespace {

// 0: the line does not begin with an FTP reply code.
int ftp_reply_code(std::string_view line) {
  const auto code = reply_code(line);
  return code && *code >= 100 && *code < 600 && line.size() > 3 ? *code : 0;
}

std::optional<std::uint64_t> number_at_start(std::string_view text, std::string_view follows) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return error == std::errc() && text.starts_with(follows) ? std::optional(number) : std::nullopt;
}

// A file's name may hold brackets as well: the last pair counts.
std::optional<std::uint64_t> announced_size(std::string_view line) {
  const auto bracket = line.rfind('(');
  if (bracket == std::string_view::npos) return std::nullopt;
  return number_at_start(line.substr(bracket + 1), " bytes)");
}

}  // namespace

void FtpControlConnection::sent(std::string_view line) {
  line = without_line_end(line);
  command_ = line.substr(0, line.find(' '));
  reply_ = 0;
}

bool FtpControlConnection::received(std::string_view line) {
  length_ += line.size();
  if (length_ > max_reply) unreadable_ = true;
  line = without_line_end(line);
  const int code = ftp_reply_code(line);
  // libcurl skips lines that are no reply, however many come; the module gives up at the first.
  if (!in_reply_ && code == 0 && !line.empty()) unreadable_ = true;
  if (unreadable_) return false;
  if (code != 0 && line[3] == ' ') {  // as in libcurl, even if the reply's first line had another code
    in_reply_ = false;
    length_ = 0;
    reply_ = code;
    last_line_ = line.substr(0, 64);
    if (code == 125 || code == 150) {
      transferring_ = true;
      announced_ = announced_size(line);
    }
  } else if (code != 0) {
    in_reply_ = true;
  }
  return true;
}

std::optional<std::uint64_t> FtpControlConnection::size() const {
  if (command_ != "SIZE" || reply_ != 213) return std::nullopt;
  return number_at_start((last_line_ + " ").substr(4), " ");
}

}  // namespace sim800
