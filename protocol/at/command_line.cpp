// SPDX-License-Identifier: MIT
#include "protocol/at/command_line.hpp"

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr bool names_extended(char c) { return c == '+' || c == '*' || c == '^' || c == '$' || c == '%' || c == '#'; }
constexpr bool continues_name(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '!';
}

/// Scans the line; each method takes one kind of command.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : rest_(line) {}

  /// False at the end of the line.
  bool next(TypedCommand& command) {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == ';')) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    command = {};
    const char first = to_upper(take());
    command.name.push_back(first);
    if (names_extended(first)) {
      extended(command);
    } else if (first == 'D') {
      dial(command);
    } else if (first == 'A') {
      rest_ = {};  // anything after ATA on the line is ignored (manual 2.2.2)
    } else {
      basic(command, first);
    }
    return true;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip_blanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool take_if(char wanted) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view take_digits() {
    skip_blanks();
    std::size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    return take_front(n);
  }
  std::string_view take_front(std::size_t n) {
    const std::string_view front = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return front;
  }

  // ATE1, ATZ, AT&W, ATS0=1, ATS0?
  void basic(TypedCommand& command, char first) {
    if (first == '&') {
      skip_blanks();
      if (!rest_.empty()) command.name.push_back(to_upper(take()));
    }
    const std::string_view digits = take_digits();
    if (first == 'S') {
      for (const char c : digits) command.name.push_back(c);
      if (take_if('=')) {
        command.form = Form::write;
        command.arguments = take_digits();
      } else if (take_if('?')) {
        command.form = Form::read;
      }
    } else if (!digits.empty()) {
      command.form = Form::write;
      command.arguments = digits;
    }
  }

  // +NAME, +NAME?, +NAME=?, +NAME=arguments; up to ';' or the end.
  void extended(TypedCommand& command) {
    skip_blanks();
    while (!rest_.empty() && continues_name(rest_.front())) command.name.push_back(to_upper(take()));
    if (take_if('=')) {
      skip_blanks();
      const std::string_view arguments = take_front(arguments_end());
      const bool test = trim(arguments) == "?";
      command.form = test ? Form::test : Form::write;
      command.arguments = test ? std::string_view{} : arguments;
    } else if (take_if('?')) {
      command.form = Form::read;
    }
    // Text between here and the ';' fits no form: the command is unknown.
    skip_blanks();
    if (!rest_.empty() && rest_.front() != ';' && rest_.front() != '&') {
      take();
      command.name.push_back('?');  // not part of any command's name
    }
  }

  // Where the arguments end: at a ';' outside quotes, or at an '&' after nothing but numbers (AT+IPR=115200&W).
  std::size_t arguments_end() const {
    bool numeric = true;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '"') {
        i = closing_quote(rest_, i);
        if (i == std::string_view::npos) return rest_.size();
        numeric = false;
      } else if (c == ';' || (c == '&' && numeric)) {
        return i;
      } else if (!is_digit(c) && c != ',' && c != ' ') {
        numeric = false;
      }
    }
    return rest_.size();
  }

  // The dial string extends to the ';' of a voice call, which belongs to it, or to the end (V.250 6.3.1). A quoted name
  // may contain a ';'.
  void dial(TypedCommand& command) {
    skip_blanks();
    std::size_t i = 0;
    for (; i < rest_.size() && rest_[i] != ';'; ++i) {
      if (rest_[i] != '"') continue;
      const std::size_t close = closing_quote(rest_, i);
      if (close != std::string_view::npos) i = close;
    }
    command.arguments = take_front(i < rest_.size() ? i + 1 : i);
  }

  std::string_view rest_;
};

}  // namespace

void CommandName::push_back(char c) {
  if (length_ < max_length) text_[length_++] = c;
}

bool CommandLine::parse(std::string_view line) {
  Scanner scanner(line);
  for (count_ = 0; count_ < max_commands; ++count_) {
    if (!scanner.next(commands_[count_])) return true;
  }
  TypedCommand more;
  return !scanner.next(more);
}

}  // namespace sim800
