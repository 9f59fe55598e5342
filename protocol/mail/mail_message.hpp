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

  /// Everything before the attachment's bytes, or everything there is; lines end with CR LF, including the last one.
  std::string head() const;
  /// What follows the attachment's bytes, and the line end before it; empty without an attachment.
  std::string tail() const;
};

/// Converts text, piece by piece, to the form of DATA: every line ends with CR LF, a leading dot is doubled.
class MailText {
 public:
  std::string next(std::string_view piece);
  /// The pending rest of the last line end.
  std::string end() const { return after_cr_ ? "\n" : ""; }
  /// Whether the last line is terminated.
  bool ended() const { return at_start_ || after_cr_; }

 private:
  bool at_start_ = true;  // of a line
  bool after_cr_ = false;
};

/// Folds base64, piece by piece, into lines of 76; existing line breaks are dropped.
class MailBase64 {
 public:
  std::string next(std::string_view piece);
  std::string end() const { return ""; }
  bool ended() const { return column_ == 0; }

 private:
  std::size_t column_ = 0;
};

}  // namespace sim800
