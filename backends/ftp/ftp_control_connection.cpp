// FtpControlConnection: commands and replies, line by line.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_control_connection.hpp"

#include <algorithm>
#include <charconv>

namespace sim800 {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// 0: the line does not begin with a reply code.
int code_of(std::string_view line) {
  if (line.size() < 4 || !std::all_of(line.begin(), line.begin() + 3, is_digit)) return 0;
  if (line[0] < '1' || line[0] > '5' || (line[3] != ' ' && line[3] != '-')) return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

std::optional<std::uint64_t> number_at_start(std::string_view text, std::string_view follows) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return error == std::errc() && text.starts_with(follows) ? std::optional(number) : std::nullopt;
}

// A file's name may hold brackets, too: the last ones count.
std::optional<std::uint64_t> bytes_told(std::string_view line) {
  const auto bracket = line.rfind('(');
  if (bracket == std::string_view::npos) return std::nullopt;
  return number_at_start(line.substr(bracket + 1), " bytes)");
}

}  // namespace

void FtpControlConnection::sent(std::string_view line) {
  line = without_end(line);
  command_ = line.substr(0, line.find(' '));
  reply_ = 0;
}

bool FtpControlConnection::received(std::string_view line) {
  length_ += line.size();
  if (length_ > reply_limit) unreadable_ = true;
  line = without_end(line);
  const int code = code_of(line);
  // libcurl passes over anything that is no reply, without end; the module would be at a loss at once.
  if (!within_ && code == 0 && !line.empty()) unreadable_ = true;
  if (unreadable_) return false;
  if (code != 0 && line[3] == ' ') {  // as libcurl has it, also where a reply of several lines began with another code
    within_ = false;
    length_ = 0;
    reply_ = code;
    last_line_ = line.substr(0, 64);
    if (code == 125 || code == 150) {
      transferring_ = true;
      announced_ = bytes_told(line);
    }
  } else if (code != 0) {
    within_ = true;
  }
  return true;
}

std::optional<std::uint64_t> FtpControlConnection::size() const {
  if (command_ != "SIZE" || reply_ != 213) return std::nullopt;
  return number_at_start((last_line_ + " ").substr(4), " ");
}

}  // namespace sim800
