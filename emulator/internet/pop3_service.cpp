// SPDX-License-Identifier: MIT
#include "emulator/internet/pop3_service.hpp"
#include "emulator/core/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/internet/mail_settings.hpp"
#include "protocol/mail/mail_message.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

// The manual (13.2.19) gives no figures; these are FTP's.
constexpr Duration repeat_interval = 30s, unread_limit = 75s;

std::string_view word(Pop3Service::Question question) {
  constexpr std::array<std::string_view, 6> words = {"POP3NUM", "POP3LIST", "POP3UIDL",
                                                     "POP3CMD", "POP3DEL",  "POP3RSET"};
  return words[static_cast<std::size_t>(question)];
}

bool is_positive(std::string_view status) { return status.starts_with("+OK"); }

/// RFC 1939: numbers, of any size that a mailbox can have.
bool is_count(std::string_view text) {
  return !text.empty() && text.size() <= 10 && std::ranges::all_of(text, is_digit);
}

/// RFC 1939 7: up to 70 visible characters.
bool is_unique_id(std::string_view text) {
  return !text.empty() && text.size() <= 70 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// The two values after +OK, separated by a comma; empty if they are missing, or are not what was asked for: whatever
/// else the server says is not for the host's line.
std::string values_of(std::string_view status, Pop3Service::Question question) {
  const std::size_t first = status.find_first_not_of(' ', 3);
  if (first == std::string_view::npos) return {};
  const std::size_t gap = status.find(' ', first);
  const std::size_t second = status.find_first_not_of(' ', gap);
  if (second == std::string_view::npos) return {};
  const std::string_view number = status.substr(first, gap - first);
  const std::string_view value = status.substr(second, status.find(' ', second) - second);
  const bool known = question == Pop3Service::Question::unique_id ? is_unique_id(value) : is_count(value);
  return known && is_count(number) ? fmt::format("{},{}", number, value) : std::string();
}

/// RFC 2449 8.1, RFC 3206: the account may be right, but the server does not allow the login.
bool is_about_the_mailbox(std::string_view status) {
  constexpr std::array<std::string_view, 3> marks = {"[IN-USE]", "[LOGIN-DELAY]", "[SYS/"};
  return std::ranges::any_of(marks, [status](std::string_view mark) { return status.find(mark) != status.npos; });
}

int refused(std::string_view status, int code) {
  if (!status.starts_with("-ERR")) return mail_code::response_error;
  return is_about_the_mailbox(status) ? pop3_code::rejected : code;
}

}  // namespace

Pop3Service::Pop3Service(const Environment& environment, const Settings& settings, MailConnection& connection)
    : environment_(environment), settings_(settings), connection_(connection) {}

bool Pop3Service::enter(Channel& asker) {
  if (settings_.text(key::pop3srv_server).empty()) return false;
  asker_ = &asker;
  state_ = State::entering;
  leaving_ = false;
  run_ = run();
  run_.start([this] { run_.cancel(); });
  return true;
}

void Pop3Service::ask(Question question, std::string command, Channel& asker) {
  asker_ = &asker;
  question_ = question;
  command_ = std::move(command);
  state_ = State::asking;
  connection_.news.raise();
}

void Pop3Service::leave(Channel& asker) {
  asker_ = &asker;
  leaving_ = true;
  state_ = State::leaving;
  connection_.news.raise();
}

void Pop3Service::power_off() {
  run_.cancel();
  repeat_.cancel();
  unread_.cancel();
  state_ = State::off;
}

// --- the life of a session

Task<> Pop3Service::run() {
  const TimePoint earliest = environment_.clock.now() + environment_.latency[Latency::mail_session];
  int code = co_await log_in();
  co_await environment_.clock.sleep_until(earliest);
  const bool entered = code == mail_code::done;
  state_ = entered ? State::idle : State::off;
  if (!entered) connection_.close();
  environment_.answer(fmt::format("+POP3IN: {}", code), asker_);
  if (!entered) co_return;
  while (!leaving_ && !connection_.over()) {
    if (state_ == State::asking) {
      if (!co_await answer()) break;
    } else {
      co_await connection_.news;
    }
  }
  code = connection_.ended() ? *connection_.ended() : co_await log_out();
  repeat_.cancel();
  unread_.cancel();
  connection_.close();
  state_ = State::off;
  environment_.answer(fmt::format("+POP3OUT: {}", code), asker_);
}

Task<int> Pop3Service::log_in() {
  MailLogin login;
  login.protocol = MailProtocol::pop3;
  login.host = settings_.text(key::pop3srv_server);
  login.port = mail_port(settings_, MailProtocol::pop3);
  const std::string user = settings_.text(key::pop3srv_user), password = settings_.text(key::pop3srv_password);
  const int code = co_await connection_.enter(std::move(login));
  if (code != mail_code::done) co_return code;
  auto status = co_await exchange("USER " + user);
  if (!status) co_return *connection_.ended();
  if (!is_positive(*status)) co_return refused(*status, pop3_code::bad_user);
  status = co_await exchange("PASS " + password);
  if (!status) co_return *connection_.ended();
  if (!is_positive(*status)) co_return refused(*status, pop3_code::bad_account);
  co_return mail_code::done;
}

Task<std::optional<std::string>> Pop3Service::exchange(std::string line) {
  line = without_controls(line) + "\r\n";
  std::optional<std::string> status;
  if (co_await connection_.write_all(line)) status = co_await connection_.reply();
  co_return status;
}

/// False: the session is over.
Task<bool> Pop3Service::answer() {
  const auto status = co_await exchange(std::exchange(command_, {}));
  if (!status) co_return false;
  const bool streams = question_ == Question::lines && is_positive(*status);
  if (streams) {
    end_ = {};
    waiting_ = 0;
    given_up_ = starved_ = false;
  }
  state_ = streams ? State::reading : State::idle;
  tell(question_, *status);
  co_return !streams || co_await stream();
}

/// A positive answer without the values that belong to it is none.
void Pop3Service::tell(Question question, std::string_view status) {
  const bool with_values =
      question == Question::number || question == Question::size || question == Question::unique_id;
  const std::string values = with_values ? values_of(status, question) : std::string();
  const bool good = is_positive(status) && (!with_values || !values.empty());
  const std::string text = fmt::format("+{}: {}{}{}", word(question), good ? 1 : 0, values.empty() ? "" : ",", values);
  environment_.answer(good ? text : fmt::format("+{}: 0", word(question)), asker_);
}

/// RFC 1939: what was marked is deleted once QUIT has been answered.
Task<int> Pop3Service::log_out() {
  const auto status = co_await exchange("QUIT");
  if (!status) co_return *connection_.ended();
  co_return is_positive(*status) ? mail_code::done : mail_code::network_error;
}

// --- multi-line responses

/// Until the host has read all of it, or all that came before a cut.  False: the session is over.
Task<bool> Pop3Service::stream() {
  connection_.expect();
  for (;;) {
    scan();
    if (state_ == State::idle) co_return true;
    if (leaving_) break;
    if (given_up_ || (waiting_ == 0 && connection_.over())) co_return false;
    co_await connection_.news;
  }
  // The rest is dropped, so that the answer to QUIT can be told from it; it has to end in time.
  repeat_.cancel();
  unread_.cancel();
  connection_.expect();
  for (;;) {
    connection_.consume(std::exchange(waiting_, 0));
    scan();
    if (waiting_ > 0) continue;
    if (end_.found()) co_return true;
    if (connection_.over()) co_return false;
    co_await connection_.news;
  }
}

/// Finds out how much of what has come belongs to the response, and whose turn it is.
void Pop3Service::scan() {
  const std::string_view bytes = connection_.readable();
  const std::size_t before = waiting_;
  waiting_ += end_.take(bytes.substr(std::min(waiting_, bytes.size())));
  if (waiting_ == before || leaving_) return;
  connection_.rest();
  if (before == 0) wait_for_host();
  if (std::exchange(starved_, false)) announce();
}

void Pop3Service::wait_for_host() {
  unread_ = environment_.clock.after(unread_limit, [this] {
    given_up_ = true;
    connection_.end(pop3_code::unread);
    connection_.news.raise();  // it may have ended before
  });
  repeat_ = environment_.clock.after(repeat_interval, [this] { announce(); });
}

/// +POP3READ: 3,<dataLength>, again and again while the host does nothing.
void Pop3Service::announce() {
  repeat_ = environment_.clock.after(repeat_interval, [this] { announce(); });
  environment_.answer(fmt::format("+POP3READ: 3,{}", waiting_), asker_);
}

Pop3Service::Chunk Pop3Service::read(std::size_t count) {
  scan();
  const std::size_t length = std::min(count, waiting_);
  Chunk chunk{std::string(connection_.readable().substr(0, length)), false};
  connection_.consume(length);
  waiting_ -= length;
  chunk.last = end_.found() && waiting_ == 0;
  repeat_.cancel();
  unread_.cancel();
  starved_ = length < count && !chunk.last;
  if (waiting_ > 0) wait_for_host();
  if (waiting_ == 0 && !chunk.last) connection_.expect();
  if (chunk.last) state_ = State::idle;
  connection_.news.raise();
  return chunk;
}

}  // namespace sim800
