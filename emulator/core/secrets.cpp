// SPDX-License-Identifier: MIT
#include "emulator/core/secrets.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::size_t longest = 600;  ///< of what is remembered of a line: more than a command line may have

struct Row {
  std::string_view name;
  unsigned arguments;      ///< bit n: argument n is a secret
  bool read_back = false;  ///< "+FTPPW: …" shows it too
};

constexpr unsigned every = ~0U;
constexpr Row rows[] = {
    {"+CPIN", every},
    {"+CLCK", 1U << 2U},
    {"+CPWD", 1U << 1U | 1U << 2U},
    {"+CPSPWD", every},
    {"+CACM", 1U << 0U},
    {"+CAMM", 1U << 1U},
    {"+CPUC", 1U << 2U},
    {"+CSTT", 1U << 2U, true},
    {"+CIPCSGP", 1U << 3U, true},
    {"+FTPPW", 1U << 0U, true},
    {"+SMTPAUTH", 1U << 2U, true},
    {"+POP3SRV", 1U << 2U, true},
    {"+SSLSETCERT", 1U << 1U},
    {"+SAPBR", 0},
    {"+CSIM", 0},
};

/// Read forms that print a value alone on its line.
constexpr std::string_view lines[] = {"PWD", "Gprs Config Password"};

/// Secrets may come behind this: "AT+FTPPW" and its '=', or "+FTPPW" and the ':' of its read form.
bool announces(std::string_view whole, char end) {
  const std::string_view name = whole.substr(std::min(whole.find('+'), whole.size()));
  const auto* const found = std::ranges::find_if(rows, [name](const Row& row) { return same_word(row.name, name); });
  return found != std::end(rows) && (end == '=' || found->read_back);
}

bool stands_alone(std::string_view whole, char end) {
  return end == ':' && std::ranges::find(lines, whole) != std::end(lines);
}

/// An APDU that gives a PIN to the card: VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK CHV (51.011 9.2). What follows the
/// five bytes of its head is the PIN.
bool gives_pin(std::string_view apdu) {
  constexpr std::size_t head = 10;
  if (apdu.size() <= head) return false;
  const std::string_view instruction = apdu.substr(2, 2);
  for (const std::string_view code : {"20", "24", "26", "28", "2C", "2c"}) {
    if (instruction == code) return true;
  }
  return false;
}

/// "**04*1234*…", "*33*0000#": a PIN, a PUK, or a password of call barring (22.030 6.6, annex B).
bool dials_secret(std::string_view dialled) {
  const std::size_t code = dialled.find_first_not_of("*#");
  if (code == std::string_view::npos || code == 0) return false;
  const std::string_view rest = dialled.substr(code);
  if (rest.find('*') == std::string_view::npos) return false;
  const bool changes = rest.starts_with("03") || rest.starts_with("04") || rest.starts_with("05");
  const bool bars = rest.starts_with("33") || rest.starts_with("35");
  return is_digit(dialled.back()) && (bars || (changes && code == 2));
}

bool dials(std::string_view line) { return same_word(line.substr(0, 1), "D") || same_word(line.substr(0, 3), "ATD"); }

/// Whole lines that the bytes begin with, that nothing is dialled by and that cannot have a secret: they need not be
/// followed byte by byte.
std::size_t plain_lines(std::string_view bytes) {
  std::size_t begin = 0, colon = 0;  // 0: none so far, as one in the first place announces nothing
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    switch (bytes[at]) {
      case '\r':
      case '\n':
        if (dials(bytes.substr(begin, at - begin))) return begin;
        begin = at + 1;
        colon = 0;
        break;
      case '=':
      case ';':
      case '"':
      case '\b': return begin;
      case ':': {
        const std::string_view name = bytes.substr(begin, at - begin);
        if (colon != 0 || announces(name, ':') || stands_alone(name, ':')) return begin;
        colon = at;
        break;
      }
      default: break;
    }
  }
  return begin;
}

}  // namespace

void SecretMask::start_line() {
  context_ = Context::name;
  text_.clear();
  before_.clear();
  quoted_ = false;
}

/// The name of a command ends: "AT+FTPPW=", or of a line that answers one: "+FTPPW:".
void SecretMask::take_name(char end) {
  const std::string whole = std::exchange(text_, {});
  if (stands_alone(whole, end)) {
    context_ = Context::whole_line;
  } else if (announces(whole, end)) {
    name_.clear();
    std::ranges::transform(whole.substr(whole.find('+')), std::back_inserter(name_), to_upper);
    context_ = Context::arguments;
  } else {
    text_ = whole;
  }
}

bool SecretMask::secret() const {
  if (name_ == "+SAPBR") return before_.size() == 3 && same_word(before_[2], "PWD");
  if (name_ == "+CSIM") return before_.size() == 1 && gives_pin(text_);
  const auto* const row = std::ranges::find(rows, name_, &Row::name);
  const std::size_t place = before_.size();
  return row != std::end(rows) && place < 32 && (row->arguments >> place & 1U) != 0;
}

char SecretMask::next(char c) {
  if (c == '\r' || c == '\n') {
    start_line();
    return c;
  }
  if (c == '\b') {
    if (!text_.empty()) text_.pop_back();
    return c;
  }
  if (context_ == Context::whole_line) return c == ' ' ? c : '*';
  const bool separates = !quoted_ && (c == ';' || (context_ == Context::arguments && c == ','));
  if (separates) {
    if (c == ';') {
      start_line();
    } else {
      before_.push_back(std::exchange(text_, {}));
    }
    return c;
  }
  if (c == '"' && context_ != Context::dial) {
    quoted_ = !quoted_;
    return c;
  }
  if (context_ == Context::name && !quoted_ && (c == '=' || c == ':')) {
    take_name(c);
    if (context_ != Context::name) return c;
  }
  if (text_.size() < longest) text_ += c;
  if (context_ == Context::name && (same_word(text_, "ATD") || same_word(text_, "D"))) {
    context_ = Context::dial;
    text_.clear();
    return c;
  }
  if (context_ == Context::dial) return dials_secret(text_) ? '*' : c;
  return context_ == Context::arguments && c != ' ' && secret() ? '*' : c;
}

std::size_t SecretMask::mask(std::string_view bytes, std::string& masked) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (at_start()) at += plain_lines(bytes.substr(at));
    if (at == bytes.size()) break;
    const char shown = next(bytes[at]);
    if (shown == bytes[at]) continue;
    if (count++ == 0) masked = bytes;
    masked[at] = shown;
  }
  return count;
}

std::string masked_url(std::string_view url) {
  std::string text(url);
  const std::size_t start = text.find("://");
  if (start == std::string::npos) return text;
  const std::size_t end = std::min(text.find_first_of("/?#", start + 3), text.size());
  const std::size_t at = text.rfind('@', end);
  const std::size_t colon = text.find(':', start + 3);
  if (at == std::string::npos || at < start || colon >= at) return text;
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(colon) + 1, text.begin() + static_cast<std::ptrdiff_t>(at), '*');
  return text;
}

}  // namespace sim800
