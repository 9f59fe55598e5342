// The one connection to a mail server, for SMTP and POP3: lines, time limits, and one way to end.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/ports/mail.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/network/bearer.hpp"

namespace sim800 {

class TlsClient;

class MailConnection final : public Service {
 public:
  MailConnection(const Environment& environment, const Settings& settings, const Bearers& bearers,
                 TlsClient& tls_client, MailClient& client);

  /// Connects over the bearer of AT+EMAILCID and with AT+EMAILSSL; returns a mail_code.
  Task<int> enter(MailLogin login);
  void close();
  void power_off() override { close(); }
  bool busy() const override { return open_; }

  /// Why it is over: mail_code::network_error (the bearer was lost, or the server has closed it), mail_code::timeout,
  /// or the argument of end(). What came before can still be read, until close().
  const std::optional<int>& ended() const { return ended_; }
  /// Whether it has ended; if the server has closed it, it ends once all its lines are read.
  bool over();
  void end(int code);
  void bearer_closed(unsigned cid) override;

  /// Longest reply, over all its lines, in bytes.
  static constexpr std::size_t max_reply = 64 * 1024;

  /// It is the server's turn: AT+EMAILTO starts now, and again whenever the server accepts something. What it sends
  /// does not count: a reply has to be whole in time.
  void expect();
  /// It is the host's turn, or nobody's.
  void rest();

  std::string_view readable() const { return session_ ? session_->readable() : std::string_view(kept_); }
  void consume(std::size_t count);
  std::size_t room() const { return session_ ? session_->room() : 0; }
  void write(std::string_view bytes);

  /// The server's next reply, of several lines (SMTP: "250-more", "250 last") the last one, without its end; nothing:
  /// see ended().
  Task<std::optional<std::string>> reply();
  /// Writes as the server accepts it; false: it has ended.
  Task<bool> write_all(std::string_view bytes);

  /// Raised whenever anything above may have changed.
  Signal news;

 private:
  void record(std::string_view phase, int code) const;
  std::optional<std::string> take_line();
  bool continues(std::string_view line) const;
  void look_for_progress();

  const Environment& environment_;
  const Settings& settings_;
  const Bearers& bearers_;
  TlsClient& tls_client_;
  MailClient& client_;
  std::unique_ptr<MailSession> session_;
  std::string kept_;  ///< what the session had received when the bearer was lost
  bool open_ = false;
  std::string host_;  ///< of session_
  std::uint16_t port_ = 0;
  MailProtocol protocol_ = MailProtocol::smtp;
  std::optional<int> entered_, ended_;
  bool closed_ = false;  ///< by the server: what it has sent can still be read
  bool expecting_ = false;
  std::size_t room_ = 0;  ///< when it was last looked at
  Timer silence_;
};

/// A port of AT+SMTPSRV or AT+POP3SRV: the given one, or else the default for AT+EMAILSSL.
std::uint16_t mail_port(const Settings& settings, MailProtocol protocol);

}  // namespace sim800
