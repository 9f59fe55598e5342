// Sending mail: recipients, body, and the one mail in progress (AT manual 13.2.3-13.2.12).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/rtc.hpp"
#include "emulator/core/service.hpp"
#include "emulator/internet/mail_connection.hpp"
#include "protocol/mail/mail_message.hpp"

namespace sim800 {

class SmtpService final : public Service {
 public:
  static constexpr std::size_t block = 1360;  ///< <maxLength> of +SMTPFT, as in field logs
  static constexpr std::size_t body_max = 10'240;
  /// <rcptType> of AT+SMTPRCPT.
  enum Kind : std::uint8_t { to, cc, bcc };
  using Recipients = std::map<unsigned, Mailbox>;

  SmtpService(const Environment& environment, const Settings& settings, const Rtc& rtc, MailConnection& connection);

  std::array<Recipients, 3> recipients;
  std::string body;  ///< as typed: hexadecimal unless AT+SMTPCS is ASCII

  bool busy() const override { return busy_; }
  /// Sends the mail; +SMTPSEND follows. False: server, sender or recipients are missing, or a text is not the
  /// hexadecimal that its character set requires.
  bool start(Channel& asker);
  void power_off() override;

  // The attachment.
  bool ready() const { return ready_; }  ///< the host was told that it may write
  void write(std::string_view bytes);
  void finish();

 private:
  std::optional<MailMessage> compose() const;
  Task<> run();
  Task<int> send();
  Task<int> address();
  Task<int> deliver();
  Task<bool> write_data(std::string_view text);
  Task<bool> attach();
  /// The server's whole reply to a line; 0: there was none.
  Task<int> ask(std::string line);
  Task<int> reply();
  std::string date() const;

  const Environment& environment_;
  const Settings& settings_;
  const Rtc& rtc_;
  MailConnection& connection_;
  bool busy_ = false;
  MailMessage message_;  ///< the mail in progress
  bool ready_ = false, finished_ = false;
  MailText data_;                     ///< all that goes between DATA and its end
  std::optional<MailBase64> base64_;  ///< of the file, unless it is text
  unsigned mails_ = 0;
  Task<> run_;
  Channel* asker_ = nullptr;
};

}  // namespace sim800
