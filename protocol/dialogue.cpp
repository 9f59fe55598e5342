// Dialogue files: what a host sends and what a module must answer, line by line (docs/dialogues.md).
// SPDX-License-Identifier: MIT
#include "protocol/dialogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

/// The file's bytes, no more than one beyond `most`: /dev/zero is a file, too.
std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t most) {
  std::error_code missing;
  if (std::filesystem::is_directory(path, missing)) return std::nullopt;  // a stream would open it and read nothing
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes;
  std::array<char, 65536> part{};
  while (bytes.size() <= most && (in.read(part.data(), part.size()) || in.gcount() > 0))
    bytes.append(part.data(), std::min(static_cast<std::size_t>(in.gcount()), most + 1 - bytes.size()));
  return bytes;
}

/// The most characters of a line that a message shows.
constexpr std::size_t shown_max = 200;

std::string shown(std::string_view text) {
  return escaped(text.substr(0, shown_max)) + (text.size() > shown_max ? "…" : "");
}

/// The bytes that `>> N bytes` sends.
std::string counting_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i & 0xFF);
  return bytes;
}

class Parser {
 public:
  explicit Parser(const std::string& file) : dialogue_{file, {}} {}

  void line(std::string_view text) {
    ++number_;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() || text.front() == '#') return;
    const auto blank = text.find(' ');
    const auto kind = text.substr(0, blank);
    const auto rest = blank == text.npos ? std::string_view() : text.substr(blank + 1);
    if (kind == ">") return add(SendLine{std::string(rest)});
    if (kind == ">>") return send_payload(rest);
    if (kind == "<<") return expect_payload(rest);
    if (kind == ">=") return add(SendPayload{exact_bytes(kind, rest)});
    if (kind == "<=") return add(ExpectBytes{exact_bytes(kind, rest)});
    if (kind == "~") return add(Pause{pause(rest)});
    if (kind == "<!") return expect_level(rest);
    if (kind != "<" && kind != "<~" && !is_choice(kind))
      fail(
          fmt::format("expected a line that begins with \"> \", \">> \", \">= \", \"< \", \"<~ \", \"<< \", \"<= \", "
                      "\"<| \", \"<|~ \", \"<& \", \"<&~ \", \"<! \", \"~ \" or \"#\", found \"{}\"",
                      shown(text)));
    if (rest.empty())
      fail(fmt::format("expected text after \"{}\" (empty lines are never compared), found none", kind));
    if (kind == "<" && (rest == "> " || rest == ">")) return add(ExpectPrompt{});
    if (kind == "<") return add(ExpectLine{std::string(rest)});
    if (kind == "<~") return expect_match(std::string(rest));
    if (kind[1] == '|') return join<ExpectOneOf>(pattern_of(kind, rest));
    join<ExpectAllOf>(pattern_of(kind, rest));
  }

  Dialogue take() { return std::move(dialogue_); }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DialogueError(fmt::format("{}:{}: {}", dialogue_.file, number_, what));
  }

  template <class Action>
  void add(Action action) {
    dialogue_.steps.push_back({number_, std::move(action)});
  }

  void send_payload(std::string_view what) {
    if (what.starts_with('@')) return add(SendPayload{beside(what.substr(1))});
    if (const auto count = byte_count(what)) {
      account(*count);
      return add(SendPayload{counting_bytes(*count)});
    }
    fail(fmt::format("expected \">> N bytes\" or \">> @FILE\", found \">> {}\"", shown(what)));
  }

  void expect_payload(std::string_view what) {
    if (what.starts_with('@')) return add(ExpectPayload{beside(what.substr(1))});
    if (const auto count = byte_count(what)) return add(ExpectCount{*count});
    if (what != "* bytes")
      fail(fmt::format("expected \"<< N bytes\", \"<< * bytes\" or \"<< @FILE\", found \"<< {}\"", shown(what)));
    if (!follows_line())
      fail("expected the \"<\" or \"<~\" line that tells the number, found \"<< * bytes\" without one before it");
    add(ExpectAnnounced{});
  }

  void account(std::size_t payload) {
    payloads_ += payload;
    if (payloads_ > dialogue_payloads_max)
      fail(fmt::format("expected payloads of at most {} bytes together, found more", dialogue_payloads_max));
  }

  void expect_match(std::string source) {
    Pattern pattern = compiled(source);
    add(ExpectMatch{std::move(source), std::move(pattern)});
  }

  Pattern compiled(const std::string& source) {
    if (++patterns_ > dialogue_patterns_max)
      fail(fmt::format("expected at most {} regular expressions, found more", dialogue_patterns_max));
    try {
      return Pattern(source);
    } catch (const PatternError& error) {
      fail(fmt::format("expected {}, found \"{}\": {}", Pattern::expected, shown(source), error.what()));
    }
  }

  static bool is_choice(std::string_view kind) {
    return kind == "<|" || kind == "<|~" || kind == "<&" || kind == "<&~";
  }

  LinePattern pattern_of(std::string_view kind, std::string_view rest) {
    LinePattern line{std::string(rest), std::nullopt};
    if (kind.ends_with('~')) line.pattern = compiled(line.source);
    return line;
  }

  /// Lines of a kind that stand directly below each other are one step.
  template <class Choice>
  void join(LinePattern line) {
    const bool goes_on = !dialogue_.steps.empty() && choice_line_ + 1 == number_;
    auto* const open = goes_on ? std::get_if<Choice>(&dialogue_.steps.back().action) : nullptr;
    choice_line_ = number_;
    if (open == nullptr) {
      add(Choice{});
      return std::get<Choice>(dialogue_.steps.back().action).lines.push_back(std::move(line));
    }
    if (open->lines.size() >= dialogue_choices_max)
      fail(fmt::format("expected at most {} lines of a kind below each other, found one more", dialogue_choices_max));
    open->lines.push_back(std::move(line));
  }

  void expect_level(std::string_view rest) {
    const auto blank = std::min(rest.find(' '), rest.size());
    const std::string_view signal = rest.substr(0, blank), level = rest.substr(blank);
    if (signal != "DCD" || (level != " on" && level != " off"))
      fail(fmt::format("expected \"<! DCD on\" or \"<! DCD off\", found \"<! {}\"", shown(rest)));
    add(ExpectLevel{std::string(signal), level == " on"});
  }

  std::string exact_bytes(std::string_view mark, std::string_view text) const {
    if (text.empty()) fail(fmt::format("expected bytes after \"{}\", found none", mark));
    auto bytes = unescaped(text);
    if (!bytes)
      fail(fmt::format(R"(expected the escapes \r, \n, \t, \\ and \xNN only, found "{}")", text.substr(0, shown_max)));
    return std::move(*bytes);
  }

  /// "250ms", "3s" or "1.5s".
  std::chrono::milliseconds pause(std::string_view text) const {
    double number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number, std::chars_format::fixed);
    const std::string_view unit(end, text.end());
    // from_chars would also take a sign, "inf" and "nan".
    const bool digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
    if (error != std::errc() || (unit != "ms" && unit != "s") || !digit)
      fail(fmt::format(R"(expected a duration such as "250ms" or "1.5s" after "~", found "{}")", shown(text)));
    const std::chrono::duration<double, std::milli> duration(unit == "s" ? number * 1000 : number);
    if (!(duration <= dialogue_pause_max)) fail(fmt::format("expected at most 3600s, found \"{}\"", shown(text)));
    return std::chrono::ceil<std::chrono::milliseconds>(duration);
  }

  bool follows_line() const {
    if (dialogue_.steps.empty()) return false;
    const auto& last = dialogue_.steps.back().action;
    return std::holds_alternative<ExpectLine>(last) || std::holds_alternative<ExpectMatch>(last) ||
           std::holds_alternative<ExpectOneOf>(last);
  }

  /// "N bytes" or "N byte"; nothing for other text.
  std::optional<std::size_t> byte_count(std::string_view text) const {
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit != " bytes" && unit != " byte") return std::nullopt;
    if (error != std::errc() || count > dialogue_payload_max)
      fail(fmt::format("expected at most {} bytes, found \"{}\"", dialogue_payload_max, shown(text)));
    return count;
  }

  std::string beside(std::string_view name) {
    const auto path = std::filesystem::path(dialogue_.file).parent_path() / name;
    auto bytes = read_file(path, dialogue_payload_max);
    if (!bytes) fail(fmt::format("expected a file, found none that can be read at \"{}\"", path.string()));
    if (bytes->size() > dialogue_payload_max)
      fail(fmt::format("expected a file of at most {} bytes, found more in \"{}\"", dialogue_payload_max,
                       path.string()));
    account(bytes->size());
    return std::move(*bytes);
  }

  Dialogue dialogue_;
  int number_ = 0, choice_line_ = -1;
  std::size_t payloads_ = 0, patterns_ = 0;
};

}  // namespace

bool Dialogue::begins_at_power_on() const {
  return !steps.empty() && !std::holds_alternative<SendLine>(steps.front().action) &&
         !std::holds_alternative<SendPayload>(steps.front().action);
}

Dialogue parse_dialogue(std::string_view text, const std::string& file) {
  if (text.size() > dialogue_size_max)
    throw DialogueError(
        fmt::format("{}: expected a dialogue of at most {} bytes, found more", file, dialogue_size_max));
  Parser parser(file);
  while (!text.empty()) {
    const auto end = text.find('\n');
    parser.line(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parser.take();
}

Dialogue load_dialogue(const std::string& file) {
  const auto text = read_file(file, dialogue_size_max);
  if (!text) throw DialogueError(fmt::format("{}: expected a dialogue file, found none that can be read", file));
  return parse_dialogue(*text, file);
}

}  // namespace sim800
