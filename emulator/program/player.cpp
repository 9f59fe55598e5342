// Plays dialogues as a host at the other end of a module's serial line, and finds the first difference.
// SPDX-License-Identifier: MIT
#include "emulator/program/player.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <thread>
#include <utility>

#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

constexpr std::chrono::seconds line_wait{10};
constexpr std::chrono::seconds urc_wait{120};
/// A module boots in some ten seconds, and asks a network for as long as that again.
constexpr std::chrono::seconds boot_wait{60};
constexpr std::chrono::milliseconds ask_wait{250}, sms_wait{1200}, least_sms_wait{100}, least_settle_wait{20};
constexpr std::chrono::milliseconds level_wait{5};
/// A longer line is taken for a payload that the dialogue does not expect, and cut here so that it can be reported.
constexpr std::size_t line_max = 65536;

bool is_final_result(std::string_view line) {
  return line == "OK" || line == "ERROR" || line.starts_with("+CME ERROR") || line.starts_with("+CMS ERROR");
}

/// Whether one of the lines in these bytes is a final result.
bool ends_command(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find("\r\n");
    if (is_final_result(bytes.substr(0, end))) return true;
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 2);
  }
  return false;
}

std::string quoted(std::string_view bytes) { return fmt::format("\"{}\"", escaped(bytes)); }

bool fits(const LinePattern& pattern, const std::string& line) {
  return pattern.pattern ? pattern.pattern->matches(line) : line == pattern.source;
}

std::string in_words(const std::vector<LinePattern>& lines, std::string_view between) {
  std::string text;
  for (const LinePattern& line : lines) {
    if (!text.empty()) text += between;
    text += line.pattern ? "/" + line.source + "/" : quoted(line.source);
  }
  return text;
}

bool again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

/// A write that gives an error instead of a signal where the reader is gone.
ssize_t write_some(int descriptor, std::string_view bytes) {
  const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return sent < 0 && errno == ENOTSOCK ? ::write(descriptor, bytes.data(), bytes.size()) : sent;
}

}  // namespace

Player::Player(int descriptor, PlayerOptions options) : descriptor_(descriptor), options_(std::move(options)) {
  ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

bool Player::synchronise(int attempts) {
  for (int sent = 1; sent <= attempts && !lost_; ++sent) {
    if (send_line("AT")) return false;
    const auto deadline = Clock::now() + options_.synchronise_wait;
    auto line = next_line(deadline);
    while (line && line != "OK" && line != "ERROR") line = next_line(deadline);
    if (line != "OK") continue;  // an ERROR was for half a line of the host before us
    // A module that was busy answers the earlier ones too.
    const auto quiet = Clock::now() + options_.synchronise_wait;
    while (sent > 1 && next_line(quiet)) continue;
    const auto settle = std::chrono::ceil<Clock::duration>(std::max<Seconds>(
        options_.settle_wait * options_.time_scale, std::min(options_.settle_wait, least_settle_wait)));
    while (next_line(Clock::now() + settle)) continue;
    echoes_.clear();
    return true;
  }
  return false;
}

std::optional<std::string> Player::play(const Dialogue& dialogue) {
  const auto place = [&](int line, const std::string& what) {
    return fmt::format("{}:{}: {}", dialogue.file, line, what);
  };
  for (const auto& step : dialogue.steps) {
    if (const auto difference = std::visit([this](const auto& action) { return run(action); }, step.action))
      return place(step.line, *difference);
  }
  if (dialogue.steps.empty()) return std::nullopt;
  if (const auto difference = expect_quiet("after this line")) return place(dialogue.steps.back().line, *difference);
  return std::nullopt;
}

Player::Outcome Player::run(const SendLine& step) {
  if (auto difference = expect_quiet("before " + quoted(step.text))) return difference;
  answered_ = after_payload_ = exact_ = false;
  return send_line(step.text);
}

Player::Outcome Player::run(const SendPayload& step) {
  if (auto difference = expect_quiet("before the payload")) return difference;
  exact_ = false;
  const std::string text = step.bytes.substr(0, step.bytes.find_first_of("\x1a\x1b"));
  if (std::exchange(prompted_, false) && text.find_first_of("\r\n") == text.npos) typed_ = text;
  return write(step.bytes);
}

Player::Outcome Player::run(const ExpectLine& step) {
  return expect(quoted(step.text), [&](const std::string& line) { return line == step.text; });
}

Player::Outcome Player::run(const ExpectMatch& step) {
  return expect("/" + step.source + "/", [&](const std::string& line) { return step.pattern.matches(line); });
}

Player::Outcome Player::run(const ExpectCount& step) { return take_payload(step.count, nullptr); }

Player::Outcome Player::run(const ExpectAnnounced&) {
  const auto digits = last_line_.find_last_not_of("0123456789") + 1;
  const auto* end = last_line_.data() + last_line_.size();
  std::size_t count = 0;
  const auto parsed = std::from_chars(last_line_.data() + digits, end, count);
  if (parsed.ec != std::errc() || count > dialogue_payload_max)
    return fmt::format("expected a line that ends with a number of bytes, got {}", quoted(last_line_));
  return take_payload(count, nullptr);
}

Player::Outcome Player::run(const ExpectPayload& step) {
  std::string bytes;
  if (auto difference = take_payload(step.bytes.size(), &bytes)) return difference;
  const auto [wanted, got] = std::mismatch(step.bytes.begin(), step.bytes.end(), bytes.begin());
  if (wanted == step.bytes.end()) return std::nullopt;
  const auto place = static_cast<std::size_t>(got - bytes.begin());
  return fmt::format("expected {} at byte {} of the payload, got {}", quoted(step.bytes.substr(place, 16)), place,
                     quoted(bytes.substr(place, 16)));
}

Player::Outcome Player::run(const ExpectBytes& step) {
  const Seconds wait = answered_ ? urc_wait : line_wait;
  const auto deadline = after(wait);
  const auto agrees = [&] { return std::string_view(step.bytes).starts_with(buffer_); };
  for (drop_line_feed(); line_feed_due_ || (agrees() && buffer_.size() < step.bytes.size()); drop_line_feed()) {
    if (!fill(deadline))
      return fmt::format("expected {}, got {}{}", quoted(step.bytes),
                         buffer_.empty() ? "" : quoted(buffer_) + " and then ", silence(wait));
  }
  if (!buffer_.starts_with(step.bytes))
    return fmt::format("expected {}, got {}", quoted(step.bytes), quoted(buffer_.substr(0, step.bytes.size() + 16)));
  buffer_.erase(0, step.bytes.size());
  after_payload_ = false;
  exact_ = true;
  if (ends_command(step.bytes)) {
    answered_ = true;
    echoes_.clear();
  }
  return std::nullopt;
}

Player::Outcome Player::run(const ExpectPrompt&) {
  constexpr std::string_view prompt = "> ";
  if (std::exchange(after_payload_, false))
    if (auto difference = expect_line_break()) return difference;
  exact_ = false;
  const auto deadline = after(line_wait);
  for (;;) {
    if (const auto line = take_line()) {
      if (ignored(*line)) continue;
      return fmt::format("expected the prompt \"> \", got {}", quoted(*line));
    }
    if (buffer_.starts_with(prompt)) break;
    if (!fill(deadline))
      return fmt::format("expected the prompt \"> \", got {}{}", buffer_.empty() ? "" : quoted(buffer_) + " and then ",
                         silence(line_wait));
  }
  buffer_.erase(0, prompt.size());
  prompted_ = true;
  return std::nullopt;
}

Player::Outcome Player::run(const ExpectOneOf& step) {
  return expect(in_words(step.lines, " or "), [&](const std::string& line) {
    return std::ranges::any_of(step.lines, [&](const LinePattern& one) { return fits(one, line); });
  });
}

Player::Outcome Player::run(const ExpectAllOf& step) {
  std::vector<LinePattern> left = step.lines;
  while (!left.empty()) {
    auto taken = left.end();
    auto difference = expect(in_words(left, " or "), [&](const std::string& line) {
      taken = std::ranges::find_if(left, [&](const LinePattern& one) { return fits(one, line); });
      return taken != left.end();
    });
    if (difference) return difference;
    left.erase(taken);
  }
  return std::nullopt;
}

Player::Outcome Player::run(const ExpectLevel& step) {
  const auto deadline = after(line_wait);
  for (;;) {
    const auto level = level_of(step.signal);
    if (!level) return fmt::format("expected the line {}, got a connection that has none", step.signal);
    if (*level == step.on) return std::nullopt;
    if (lost_ || Clock::now() >= deadline)
      return fmt::format("expected {} to be {}, got {} for {:g} s", step.signal, step.on ? "on" : "off",
                         step.on ? "off" : "on", scaled(line_wait).count());
    fill(std::min(deadline, Clock::now() + level_wait));
  }
}

std::optional<bool> Player::level_of(const std::string& signal) const {
  if (options_.level) return options_.level(signal);
  int levels = 0;
  if (::ioctl(descriptor_, TIOCMGET, &levels) != 0) return std::nullopt;
  return (levels & TIOCM_CAR) != 0;
}

Player::Outcome Player::run(const Pause& step) {
  const auto end = Clock::now() + std::chrono::ceil<Clock::duration>(step.duration * options_.time_scale);
  while (fill(end)) continue;
  if (!lost_) return std::nullopt;
  return fmt::format("expected a connection that lasts, got {}", silence(line_wait));
}

/// The lines of the answer, its final result last; no more than there are in a second.
std::vector<std::string> Player::ask(const std::string& command) {
  std::vector<std::string> lines;
  if (send_line(command)) return lines;
  const auto deadline = Clock::now() + options_.synchronise_wait;
  for (auto line = next_line(deadline); line; line = next_line(deadline)) {
    lines.push_back(*line);
    if (is_final_result(*line)) break;
  }
  echoes_.clear();
  return lines;
}

void Player::await_boot() {
  const auto says = [this](const char* command, std::string_view wanted) {
    return std::ranges::any_of(ask(command), [&](const std::string& line) { return line.starts_with(wanted); });
  };
  const auto deadline = after(boot_wait);
  // Nothing is asked of a module that has booted but this: whatever it is asked may count for a fault.
  if (!says("AT+CCALR?", "+CCALR: 0")) return;
  do {
    // Without a card, or before its PIN, a module says nothing more by itself.
    if (lost_ || Clock::now() >= deadline || !says("AT+CPIN?", "+CPIN: READY")) return;
    std::this_thread::sleep_for(ask_wait * options_.time_scale);
  } while (says("AT+CCALR?", "+CCALR: 0"));
  // "SMS Ready" comes last.
  const auto quiet =
      std::chrono::ceil<Clock::duration>(std::max<Seconds>(sms_wait * options_.time_scale, least_sms_wait));
  while (next_line(Clock::now() + quiet)) continue;
}

template <class Matches>
Player::Outcome Player::expect(const std::string& wanted, const Matches& matches) {
  if (std::exchange(after_payload_, false))
    if (auto difference = expect_line_break()) return difference;
  exact_ = false;
  const Seconds wait = answered_ ? urc_wait : line_wait;
  const auto line = next_line(after(wait));
  if (!line && buffer_.empty()) return fmt::format("expected {}, got {}", wanted, silence(wait));
  if (!line) return fmt::format("expected {}, got {} and then {}", wanted, quoted(buffer_), silence(wait));
  if (!matches(*line)) return fmt::format("expected {}, got {}", wanted, quoted(*line));
  last_line_ = *line;
  if (is_final_result(*line)) {
    answered_ = true;
    echoes_.clear();
  }
  return std::nullopt;
}

/// A payload is followed by one CR LF and a line; with this compared, a payload one byte short cannot pass.
Player::Outcome Player::expect_line_break() {
  while (buffer_.size() < 3 && fill(after(line_wait))) continue;
  if (buffer_.size() >= 3 && buffer_.starts_with("\r\n") && buffer_[2] != '\r' && buffer_[2] != '\n')
    return std::nullopt;
  return fmt::format("expected \"\\r\\n\" and a line after the payload, got {}",
                     buffer_.empty() ? silence(line_wait) : quoted(std::string_view(buffer_).substr(0, 16)));
}

/// Everything that has come must have been expected.  Only the end of a line that has begun is waited for.
Player::Outcome Player::expect_quiet(const std::string& before) {
  if (exact_) fill(Clock::now());
  if (exact_ && !buffer_.empty())  // a blank line too many counts here
    return fmt::format("expected nothing more {}, got {}", before, quoted(buffer_));
  auto line = next_line(Clock::now());
  if (!line && !buffer_.empty() && !echo_begun()) {
    line = next_line(after(line_wait));
    if (!line && !buffer_.empty()) line = buffer_;
  }
  if (!line) return std::nullopt;
  return fmt::format("expected nothing more {}, got {}", before, quoted(*line));
}

/// Takes `count` raw bytes; gives them to `bytes` where that is not null.
Player::Outcome Player::take_payload(std::size_t count, std::string* bytes) {
  for (drop_line_feed(); line_feed_due_ || buffer_.size() < count; drop_line_feed()) {
    if (!fill(after(line_wait)))
      return fmt::format("expected {} bytes, got {} bytes and then {}", count, buffer_.size(), silence(line_wait));
  }
  exact_ = false;
  if (bytes) *bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  after_payload_ = true;
  return std::nullopt;
}

/// What a line was taken at its CR for may have come since.
void Player::drop_line_feed() {
  if (!line_feed_due_ || buffer_.empty()) return;
  if (buffer_.front() == '\n') buffer_.erase(0, 1);
  line_feed_due_ = false;
}

Player::Outcome Player::send_line(const std::string& text) {
  echoes_.push_back(text);
  return write(text + "\r");
}

/// Reads while it writes: a module that cannot get rid of its answers takes no more commands.
Player::Outcome Player::write(std::string_view bytes) {
  auto deadline = after(line_wait);
  while (!bytes.empty() && !lost_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    pollfd wire{descriptor_, POLLIN | POLLOUT, 0};
    ::poll(&wire, 1, static_cast<int>(left.count()));
    if (wire.revents & ~POLLOUT) fill(Clock::now());
    if (!(wire.revents & POLLOUT)) continue;
    const auto sent = write_some(descriptor_, bytes);
    if (sent < 0 && !again(errno)) lost_ = true;
    if (sent <= 0) continue;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    deadline = after(line_wait);
  }
  if (bytes.empty()) return std::nullopt;
  return fmt::format("expected the module to take {} more bytes, got {}", bytes.size(), silence(line_wait));
}

/// Waits for more bytes; false where none came until the deadline, or none will.
bool Player::fill(Clock::time_point deadline) {
  while (!lost_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wire{descriptor_, POLLIN, 0};
    const int ready = ::poll(&wire, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready == 0) return false;
    if (ready < 0) continue;
    std::array<char, 65536> bytes;
    const auto count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count > 0) {
      buffer_.append(bytes.data(), static_cast<std::size_t>(count));
      return true;
    }
    lost_ = count == 0 || !again(errno);
  }
  return false;
}

/// The next line that has come whole, without echo and empty lines.  It ends at CR: with ATV0 a result has no LF.
std::optional<std::string> Player::take_line() {
  if (buffer_.size() < typed_.size() && typed_.starts_with(buffer_)) return std::nullopt;
  if (const std::string typed = std::exchange(typed_, {}); buffer_.starts_with(typed)) buffer_.erase(0, typed.size());
  for (;;) {
    if (const auto blank = std::min(buffer_.find_first_not_of("\r\n"), buffer_.size())) {
      buffer_.erase(0, blank);
      line_feed_due_ = false;
    }
    auto end = buffer_.find_first_of("\r\n");
    if (end == buffer_.npos && buffer_.size() < line_max) return std::nullopt;
    end = std::min(end, line_max);
    auto line = buffer_.substr(0, end);
    const bool at_cr = end < buffer_.size() && buffer_[end] == '\r';
    // An echo ends in a bare CR; an answer in CR LF.  The byte after the CR tells.
    const auto echo = at_cr ? std::find(echoes_.begin(), echoes_.end(), line) : echoes_.end();
    if (echo != echoes_.end()) {
      if (end + 1 == buffer_.size()) return std::nullopt;
      if (buffer_[end + 1] != '\n') {
        echoes_.erase(echoes_.begin(), echo + 1);
        buffer_.erase(0, end + 1);
        continue;
      }
    }
    buffer_.erase(0, end + (at_cr ? 1 : 0));
    line_feed_due_ = at_cr && buffer_.empty();
    if (buffer_.starts_with('\n')) buffer_.erase(0, 1);
    return line;
  }
}

std::optional<std::string> Player::next_line(Clock::time_point deadline) {
  for (;;) {
    while (auto line = take_line())
      if (!ignored(*line)) return line;
    if (!fill(deadline)) return std::nullopt;
  }
}

bool Player::ignored(const std::string& line) const {
  return std::any_of(options_.ignore.begin(), options_.ignore.end(),
                     [&](const Pattern& pattern) { return pattern.matches(line); });
}

/// With ATQ1 nothing but the echo comes, and may still be on its way.
bool Player::echo_begun() const {
  return std::any_of(echoes_.begin(), echoes_.end(),
                     [&](const std::string& echo) { return (echo + "\r").starts_with(buffer_); });
}

Player::Clock::time_point Player::after(Seconds wait) const {
  return Clock::now() + std::chrono::ceil<Clock::duration>(scaled(wait));
}

Player::Seconds Player::scaled(Seconds wait) const { return std::max(wait * options_.time_scale, options_.least_wait); }

std::string Player::silence(Seconds wait) const {
  if (lost_) return "the end of the connection";
  return fmt::format("nothing for {:g} s", scaled(wait).count());
}

}  // namespace sim800
