// SPDX-License-Identifier: MIT
#include "protocol/at/response.hpp"

#include <fmt/format.h>

namespace sim800 {

std::string_view text_of(Code code) {
  switch (code) {
    case Code::ok: return "OK";
    case Code::connect: return "CONNECT";
    case Code::ring: return "RING";
    case Code::no_carrier: return "NO CARRIER";
    case Code::error: return "ERROR";
    case Code::no_dialtone: return "NO DIALTONE";
    case Code::busy: return "BUSY";
    case Code::no_answer: return "NO ANSWER";
    case Code::proceeding: return "PROCEEDING";
  }
  return "ERROR";
}

void append_line(std::string& out, const Format& format, std::string_view text) {
  if (format.verbose) out.append("\r\n");
  out.append(text).append("\r\n");
}

void append_code(std::string& out, const Format& format, Code code) {
  if (format.quiet) return;
  if (format.verbose && code == Code::ok) {
    out.append("\r\nOK\r\n");  // ends nearly every response
  } else if (format.verbose) {
    append_line(out, format, text_of(code));
  } else {
    out.push_back(static_cast<char>('0' + static_cast<int>(code)));
    out.push_back('\r');
  }
}

void Response::line(std::string_view text) {
  if (lines_++ == 0) return append_line(*out_, *format_, text);
  out_->append(text).append("\r\n");
}

void Response::end(Result result, int error_mode) {
  if (!result.is_printed()) return;
  if (result.kind == Result::Kind::code) return append_code(*out_, *format_, static_cast<Code>(result.number));
  if (error_mode == 0) return append_code(*out_, *format_, Code::error);
  // A +CME line takes ERROR's place, so ATQ1 takes it away like any result code; under ATV0 it keeps its text.
  if (!format_->quiet) append_line(*out_, *format_, result_text(result, error_mode));
}

std::string result_text(Result result, int error_mode) {
  if (!result.is_printed()) return {};
  if (result.kind == Result::Kind::code) return std::string(text_of(static_cast<Code>(result.number)));
  if (error_mode == 0) return "ERROR";
  const bool cme = result.kind == Result::Kind::cme;
  const std::string_view label = cme ? "+CME ERROR: " : "+CMS ERROR: ";
  if (error_mode == 1) return fmt::format("{}{}", label, result.number);
  return fmt::format("{}{}", label, cme ? cme_text(result.number) : cms_text(result.number));
}

}  // namespace sim800
