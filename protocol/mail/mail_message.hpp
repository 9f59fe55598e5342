// A mail as sent to an SMTP server: header, MIME parts, and the line rules of DATA (RFC 5321, 5322, 2045-2047).
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

struct Mailbox {
  std::string address;
  std::string name;  ///< empty: none
};

/// AT+SMTPFILE's description of a file whose bytes follow later.
struct MailAttachment {
  std::string name;
  bool base64 = false;  ///< the bytes are already base64; otherwise they are text
};

struct MailMessage {
  Mailbox from;
  std::vector<Mailbox> to, cc;  ///< Bcc recipients do not appear
  std::string subject, body;    ///< in `charset`
  std::string charset = "US-ASCII";
  std::string date;      ///< "Thu, 01 Jan 2026 08:00:00 +0000"
  std::string boundary;  ///< between parts, if there is an attachment
  std::optional<MailAttachment> attachment;

  /// Everything before the attachment's bytes, or everything there is, including the last line's end. It goes through
  /// MailText, for the body has the host's line ends.
  std::string head() const;
  /// What follows the attachment's bytes, and the line end before it; empty without an attachment.
  std::string tail() const;
};

/// Without control characters: in a header, or a line of the protocol, they would begin another one.
std::string without_controls(std::string_view text);

/// Everything between DATA and the final dot goes through it, piece by piece: every line ends with CR LF, a leading dot
/// is doubled. Nothing that the host gives can end the mail.
class MailText {
 public:
  std::string next(std::string_view piece);
  /// The end of the mail, behind a line end.
  std::string end() const { return after_cr_ ? "\n.\r\n" : at_start_ ? ".\r\n" : "\r\n.\r\n"; }

 private:
  bool at_start_ = true;  // of a line
  bool after_cr_ = false;
};

/// Folds base64, piece by piece, into lines of 76; existing line breaks are dropped.
class MailBase64 {
 public:
  std::string next(std::string_view piece);

 private:
  std::size_t column_ = 0;
};

}  // namespace sim800
