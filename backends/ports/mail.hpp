// Mail servers as the module needs them, independent of the library behind it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/ports/tls.hpp"

namespace sim800 {

enum class MailProtocol : std::uint8_t { smtp, pop3 };
enum class MailTls : std::uint8_t { off, implicit, upgraded };  // AT+EMAILSSL's 0-2; upgraded: STARTTLS, STLS

struct MailAccount {
  std::string user, password;
};

struct MailLogin {
  MailProtocol protocol = MailProtocol::smtp;
  std::string host;
  std::uint16_t port = 25;
  std::optional<MailAccount> account;  ///< SMTP only; none: not authenticated.  POP3's USER and PASS are the owner's
  MailTls tls = MailTls::off;
  TlsOptions tls_options;  ///< of an encrypted connection
};

/// Result codes of AT+SMTPSEND and AT+POP3IN (AT manual 13.2.10, 13.2.14; 71 and 72: SSL application note).
namespace mail_code {
inline constexpr int done = 1;
inline constexpr int network_error = 61;
inline constexpr int dns_error = 62;
inline constexpr int connect_error = 63;
inline constexpr int timeout = 64;
inline constexpr int response_error = 65;
inline constexpr int tls_no_channel = 71;
inline constexpr int tls_alert = 72;
}  // namespace mail_code
namespace smtp_code {
inline constexpr int not_authenticated = 66;
inline constexpr int bad_account = 67;
inline constexpr int bad_recipient = 68;
}  // namespace smtp_code
namespace pop3_code {
inline constexpr int rejected = 66;
inline constexpr int bad_user = 67;
inline constexpr int bad_account = 68;
inline constexpr int unread = 69;
}  // namespace pop3_code

/// What happens to a session: called from the loop, never from inside a call to the session.  Destroying it from within
/// any of these is allowed.
struct MailEvents {
  std::function<void()> heard;            ///< before `entered`: the server has completed a reply
  std::function<void(int code)> entered;  ///< once; after any code but mail_code::done the session is over
  std::function<void()> changed;          ///< readable() or room() has grown
  std::function<void()> closed;           ///< once, after `entered`: the server has ended it, or it broke
};

/// A connection to a mail server, greeted, secured and (SMTP) authenticated: what goes over it from then on is its
/// owner's business.  Destroying it closes the connection; what was written is still sent.
class MailSession {
 public:
  /// Most bytes that are buffered here, in either direction; beyond that the server waits.
  static constexpr std::size_t window = 16 * 1024;

  virtual ~MailSession() = default;

  virtual std::string_view readable() const = 0;
  virtual void consume(std::size_t count) = 0;
  virtual std::size_t room() const = 0;  ///< bytes that write() accepts now; 0 before login
  virtual void write(std::string_view bytes) = 0;
};

class MailClient {
 public:
  virtual ~MailClient() = default;
  /// A session has no time limit of its own; the service ends one by destroying it.
  virtual std::unique_ptr<MailSession> start(MailLogin login, MailEvents events) = 0;
};

}  // namespace sim800
