// A mail as it goes to an SMTP server: header, MIME parts, and the line rules of DATA (RFC 5321, 5322, 2045-2047).
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

/// What AT+SMTPFILE says of a file whose bytes come later.
struct MailAttachment {
  std::string name;
  bool base64 = false;  ///< the bytes are base64 already; otherwise they are text
};

struct MailMessage {
  Mailbox from;
  std::vector<Mailbox> to, cc;  ///< those of Bcc stand nowhere
  std::string subject, body;    ///< in `charset`
  std::string charset = "US-ASCII";
  std::string date;      ///< "Thu, 01 Jan 2026 08:00:00 +0000"
  std::string boundary;  ///< between parts, where there is an attachment
  std::optional<MailAttachment> attachment;

  /// All that stands before the attachment's bytes, or all there is; lines end with CR LF, the last one too.
  std::string head() const;
  /// What follows them, and the line end in front of it; empty without an attachment.
  std::string tail() const;
};

/// Makes of text, piece by piece, what may stand in DATA: every line ends with CR LF, a dot in front of one is doubled.
class MailText {
 public:
  std::string next(std::string_view piece);
  /// What is still to come of its last line end.
  std::string end() const { return after_cr_ ? "\n" : ""; }
  /// Whether the last line has its end.
  bool ended() const { return at_start_ || after_cr_; }

 private:
  bool at_start_ = true;  // of a line
  bool after_cr_ = false;
};

/// Folds base64, piece by piece, into lines of 76; line breaks that are there already are left out.
class MailBase64 {
 public:
  std::string next(std::string_view piece);
  std::string end() const { return ""; }
  bool ended() const { return column_ == 0; }

 private:
  std::size_t column_ = 0;
};

}  // namespace sim800
