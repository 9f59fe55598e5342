// SPDX-License-Identifier: MIT
#include "emulator/internet/smtp_service.hpp"
#include "emulator/core/latency.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "emulator/internet/mail_settings.hpp"
#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

// Leading dots are doubled and base64 lines get their ends: no block grows to more than this.
constexpr std::size_t max_of_block = 2 * SmtpService::block + 2;

bool is_ascii(std::string_view charset) {
  return charset == "ASCII" || charset == "ascii" || charset == "US-ASCII" || charset == "us-ascii";
}

/// A refusal as AT+SMTPSEND's code; not called for an expected reply.
int code_of(int reply, int otherwise) { return reply == 530 ? smtp_code::not_authenticated : otherwise; }

std::vector<Mailbox> list(const SmtpService::Recipients& recipients) {
  std::vector<Mailbox> list;
  for (const auto& [index, mailbox] : recipients) list.push_back(mailbox);
  return list;
}

}  // namespace

SmtpService::SmtpService(const Environment& environment, const Settings& settings, const Rtc& rtc,
                         MailConnection& connection)
    : environment_(environment), settings_(settings), rtc_(rtc), connection_(connection) {}

/// RFC 5322 3.3
std::string SmtpService::date() const {
  const int zone = rtc_.zone() * 15;
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} {}{:02}{:02}", rtc_.now(), zone < 0 ? '-' : '+', std::abs(zone) / 60,
                     std::abs(zone) % 60);
}

std::optional<MailMessage> SmtpService::compose() const {
  MailMessage message;
  message.from = {settings_.text(key::smtpfrom_address), settings_.text(key::smtpfrom_name)};
  message.to = list(recipients[to]);
  message.cc = list(recipients[cc]);
  message.subject = settings_.text(key::smtpsub);
  message.body = body;
  if (const std::string charset = settings_.text(key::smtpcs); !is_ascii(charset)) {
    auto subject = from_hex(message.subject), typed = from_hex(message.body);
    if (!subject || !typed) return std::nullopt;
    message.subject = std::move(*subject);
    message.body = std::move(*typed);
    message.charset = charset;
  }
  message.date = date();
  message.boundary = fmt::format("=_SIM800_{:016X}_{}", environment_.seed, mails_);
  if (const auto type = settings_.number(key::smtpfile_type); type != 0) {
    message.attachment = MailAttachment{settings_.text(key::smtpfile_name), type == 2};
  }
  return message;
}

bool SmtpService::start(Channel& asker) {
  const bool addressed = std::ranges::any_of(recipients, [](const Recipients& some) { return !some.empty(); });
  if (!addressed || settings_.text(key::smtpsrv_server).empty() || settings_.text(key::smtpfrom_address).empty())
    return false;
  auto message = compose();
  if (!message) return false;
  asker_ = &asker;
  busy_ = true;
  ++mails_;
  message_ = std::move(*message);
  run_ = run();
  run_.start([this] { run_.cancel(); });
  return true;
}

void SmtpService::power_off() {
  run_.cancel();
  busy_ = ready_ = false;
  for (Recipients& some : recipients) some.clear();
  body.clear();
}

Task<> SmtpService::run() {
  const TimePoint earliest = environment_.clock.now() + environment_.latency[Latency::mail_session];
  ready_ = finished_ = false;
  const int code = co_await send();
  ready_ = false;
  connection_.close();
  co_await environment_.clock.sleep_until(earliest);
  busy_ = false;
  environment_.answer(fmt::format("+SMTPSEND: {}", code), asker_);
}

Task<int> SmtpService::send() {
  MailLogin login;
  login.host = settings_.text(key::smtpsrv_server);
  login.port = mail_port(settings_, MailProtocol::smtp);
  if (settings_.number(key::smtpauth_type) == 1) {
    login.account = MailAccount{settings_.text(key::smtpauth_user), settings_.text(key::smtpauth_password)};
  }
  int code = co_await connection_.enter(std::move(login));
  if (code == mail_code::done) code = co_await address();
  if (code == mail_code::done) code = co_await deliver();
  if (connection_.ended()) co_return *connection_.ended();
  connection_.write("QUIT\r\n");  // nobody waits for the server's reply
  co_return code;
}

/// If one recipient is refused, the mail is not sent.
Task<int> SmtpService::address() {
  int reply = co_await ask(fmt::format("MAIL FROM:<{}>", message_.from.address));
  if (reply != 250) co_return code_of(reply, mail_code::response_error);
  for (const Recipients& some : recipients) {
    for (const Mailbox& mailbox : list(some)) {
      reply = co_await ask(fmt::format("RCPT TO:<{}>", mailbox.address));
      if (reply != 250 && reply != 251) co_return code_of(reply, smtp_code::bad_recipient);
    }
  }
  co_return mail_code::done;
}

Task<int> SmtpService::deliver() {
  int answer = co_await ask("DATA");
  if (answer != 354) co_return code_of(answer, mail_code::response_error);
  data_ = {};
  const std::string head = message_.head();
  if (!co_await write_data(head)) co_return mail_code::network_error;
  if (message_.attachment && !co_await attach()) co_return mail_code::network_error;
  std::string end = data_.next(message_.tail());
  end += data_.end();
  if (!co_await connection_.write_all(end)) co_return mail_code::network_error;
  answer = co_await reply();
  co_return answer == 250 ? mail_code::done : mail_code::response_error;
}

/// False: it is over.
Task<bool> SmtpService::write_data(std::string_view text) {
  const std::string bytes = data_.next(text);
  co_return co_await connection_.write_all(bytes);
}

/// +SMTPFT: 1,<maxLength> whenever there is room for a block, until the host ends the file. False: it is over.
Task<bool> SmtpService::attach() {
  base64_.reset();
  if (message_.attachment->base64) base64_.emplace();
  while (!finished_) {
    if (connection_.over()) co_return false;
    if (!ready_ && connection_.room() >= max_of_block) {
      co_await environment_.clock.sleep(environment_.latency[Latency::mail_block]);
      if (connection_.over()) co_return false;
      connection_.rest();  // it is the host's turn
      ready_ = true;
      environment_.answer(fmt::format("+SMTPFT: 1,{}", block), asker_);
    }
    co_await connection_.news;
  }
  co_return true;
}

void SmtpService::write(std::string_view bytes) {
  if (!std::exchange(ready_, false)) return;
  connection_.write(data_.next(base64_ ? base64_->next(bytes) : std::string(bytes)));
  connection_.expect();
  connection_.news.raise();
}

void SmtpService::finish() {
  if (!std::exchange(ready_, false)) return;
  finished_ = true;
  connection_.news.raise();
}

Task<int> SmtpService::ask(std::string line) {
  line = without_controls(line) + "\r\n";
  int answer = 0;
  if (co_await connection_.write_all(line)) answer = co_await reply();
  co_return answer;
}

/// For a line that is not a reply, 0 is as good as any code.
Task<int> SmtpService::reply() {
  const auto last = co_await connection_.reply();
  co_return last ? std::atoi(last->substr(0, 3).c_str()) : 0;
}

}  // namespace sim800
