// The only place that knows how responses are formatted: CR, LF, ATV, ATQ, AT+CMEE.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "protocol/at/result.hpp"

namespace sim800 {

/// The host's ATE, ATV and ATQ; each AT channel has its own.
struct Format {
  bool echo = true;
  bool verbose = true;
  bool quiet = false;
};

/// Appends one unsolicited line: CR LF text CR LF, or text CR LF under ATV0.
void append_line(std::string& out, const Format& format, std::string_view text);
/// Appends an unsolicited result code (RING, NO CARRIER …), which ATQ1 suppresses.
void append_code(std::string& out, const Format& format, Code code);

/// Writes the response of one command into a buffer that outlives it.
class Response {
 public:
  Response(std::string& out, const Format& format) : out_(&out), format_(&format) {}

  /// An information line. The lines of one command follow each other without an empty line (manual 1.4).
  void line(std::string_view text);
  /// Raw payload, for bytes that belong to the previous line, which ends with CR LF.
  void raw(std::string_view bytes) { out_->append(bytes); }
  /// Prompts for payload: CR LF, "> ", and no line end after it.
  void prompt() { out_->append("\r\n> "); }
  /// Payload without a header line of its own: framed by CR LF before it and by that of the result code after it.
  void bare(std::string_view bytes) { out_->append("\r\n").append(bytes); }
  /// The final result; `error_mode` is AT+CMEE's 0-2.
  void end(Result result, int error_mode);
  /// Forgets that lines were written: the next command's information is framed from the start.
  void next_command() { lines_ = 0; }

 private:
  std::string* out_;
  const Format* format_;
  int lines_ = 0;
};

/// The text of a result between its CR LFs under ATV1; empty for a silent one.
std::string result_text(Result result, int error_mode);

}  // namespace sim800
