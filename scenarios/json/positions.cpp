// A JSON text with the place of each of its keys and values, which nlohmann_json does not keep.
// SPDX-License-Identifier: MIT
#include "scenarios/json/positions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "scenarios/json/mistake.hpp"

namespace sim800 {
namespace {

using nlohmann::json;

constexpr std::string_view blank = " \t\r\n";
constexpr std::string_view blank_or_separator = " \t\r\n,:";

// The most bytes of a key or value that a message shows.
constexpr std::size_t max_shown = 40;

// The library's explanation without its prefix and without the token, which the position shows.
std::string_view reason(std::string_view what) {
  if (const auto dash = what.find(" - "); dash != what.npos) what.remove_prefix(dash + 3);
  return what.substr(0, what.find("; last read"));
}

// Offset behind the token that starts at `start`.  The text may end within it.
std::size_t token_end(std::string_view text, std::size_t start) {
  if (std::string_view("{}[]").find(text[start]) != text.npos) return start + 1;
  if (text[start] != '"') return std::min(text.size(), text.find_first_of(" \t\r\n,:]}", start));
  std::size_t end = start + 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return std::min(text.size(), end + 1);
}

/// Puts spaces in the place of comments, so that everything else keeps its own.
void blank_comments(std::string& text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      quoted = false;  // no string has more than a line
    } else if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '/' && i + 1 < text.size() && text[i + 1] == '/') {
      while (i < text.size() && text[i] != '\n') text[i++] = ' ';
    }
  }
}

std::string shown(std::string_view token) {
  if (token.size() <= max_shown) return std::string(token);
  std::size_t end = max_shown;
  while ((static_cast<unsigned char>(token[end]) & 0xC0) == 0x80) --end;  // not within a character
  return std::string(token.substr(0, end)) + (token.front() == '"' ? "…\"" : "…");
}

}  // namespace

// The parser reports tokens without positions. But between two tokens there are only spaces, commas and colons, so the
// positions follow from the text itself.
class PlacedJson::Recorder : public json::json_sax_t {
 public:
  explicit Recorder(PlacedJson& target) : target_(target) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(json::number_integer_t) override { return value(); }
  bool number_unsigned(json::number_unsigned_t) override { return value(); }
  bool number_float(json::number_float_t, const json::string_t&) override { return value(); }
  bool string(json::string_t&) override { return value(); }
  bool binary(json::binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_array() override { return close(); }

  bool key(json::string_t& name) override {
    Level& level = levels_.back();
    const std::size_t offset = next_token();
    if (name.size() > max_key) {
      add(offset, fmt::format("a key of at most {} bytes", max_key), target_.token_at(offset).text);
      return false;
    }
    key_offset_ = offset;
    level.key = name;
    const auto [first, added] = level.keys.emplace(name, offset);
    if (added) return true;
    add(offset, "each key once",
        fmt::format("{} again (first in line {})", target_.token_at(offset).text,
                    target_.place_of(first->second).line));
    return target_.mistakes_.size() <= max_mistakes;
  }

  bool parse_error(std::size_t position, const std::string& token, const json::exception& error) override {
    // "unexpected ','; expected ']'", "invalid literal", "number overflow parsing '1e999'"
    const std::string_view why = reason(error.what());
    if (constexpr std::string_view unexpected = "unexpected ", but = "; expected "; why.starts_with(unexpected)) {
      const std::size_t split = std::min(why.find(but), why.size());
      const std::string_view wanted = why.substr(std::min(split + but.size(), why.size()));
      add(last_token(position), std::string(wanted), std::string(why.substr(0, split).substr(unexpected.size())));
    } else if (why.starts_with("invalid")) {  // shown where it goes wrong, not where it starts
      add(position - 1, "valid JSON", fmt::format("an {}", why));
    } else {
      add(last_token(position), "a number that fits a double", token);
    }
    return false;
  }

 private:
  struct Level {
    bool list;
    std::size_t node;                         // the container's own
    std::size_t items = 0;                    // of a list, so far
    std::optional<std::string> key;           // of an object, the last so far
    std::map<std::string, std::size_t> keys;  // of an object, so far
  };

  bool value() {
    if (!levels_.empty() && levels_.back().list) ++levels_.back().items;
    auto& nodes = target_.nodes_;
    nodes.push_back({.key = narrow(key_offset_), .value = narrow(next_token()), .end = narrow(nodes.size() + 1)});
    return true;
  }

  bool open(bool list) {
    value();
    const std::size_t node = target_.nodes_.size() - 1;
    if (levels_.size() == max_depth) {
      add(target_.nodes_[node].value, fmt::format("nesting of at most {} levels", max_depth), "one more");
      return false;
    }
    levels_.push_back({.list = list, .node = node, .key = {}, .keys = {}});
    return true;
  }

  bool close() {
    next_token();
    target_.nodes_[levels_.back().node].end = narrow(target_.nodes_.size());
    levels_.pop_back();
    return true;
  }

  // Nothing is longer than max_size.
  static std::uint32_t narrow(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

  // Of the last key or value.
  std::string pointer() const {
    std::string text;
    for (const Level& level : levels_) {
      if (level.list && level.items > 0) text = pointer_to(text, std::to_string(level.items - 1));
      if (level.key) text = pointer_to(text, *level.key);
    }
    return text;
  }

  // Offset of the token just parsed.
  std::size_t next_token() {
    const std::string_view text = target_.text_;
    const std::size_t start = text.find_first_not_of(blank_or_separator, end_);
    end_ = token_end(text, start);
    return start;
  }

  // Start of the token that ends before `position` and was not parsed yet.
  std::size_t last_token(std::size_t position) const {
    const std::string_view text = target_.text_;
    std::size_t start = end_;
    while (start + 1 < position && start < text.size() && blank_or_separator.find(text[start]) != text.npos) ++start;
    return start;
  }

  void add(std::size_t offset, std::string expected, std::string found) {
    target_.mistakes_.push_back({target_.place_of(offset), pointer(), std::move(expected), std::move(found)});
  }

  PlacedJson& target_;
  std::vector<Level> levels_;
  std::size_t key_offset_ = 0;  // of the last key
  std::size_t end_ = 0;         // of the last token
};

PlacedJson::PlacedJson(std::string_view text) : text_(text.substr(0, max_size)) {
  if (text.size() > max_size) {
    mistakes_.push_back({{}, "", fmt::format("at most {} MiB", max_size >> 20), "more"});
    return;
  }
  if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  blank_comments(text_);
  if (text_.find_first_not_of(blank) == text_.npos) {
    mistakes_.push_back({{}, "", "a JSON object", "an empty file"});
    return;
  }
  Recorder recorder(*this);
  parsed_ = json::sax_parse(text_, &recorder);
  if (parsed_) root_ = json::parse(text_);
}

Place PlacedJson::place_of(std::size_t offset) const {
  const auto before = std::string_view(text_).substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return {1 + static_cast<int>(std::ranges::count(before, '\n')),
          1 + static_cast<int>(std::ranges::count_if(before.substr(line_start), is_character))};
}

Token PlacedJson::token_at(std::size_t offset) const {
  const std::string_view text = text_;
  const Place place = place_of(offset);
  if (text[offset] != '{' && text[offset] != '[')
    return {place, shown(text.substr(offset, token_end(text, offset) - offset))};
  const std::size_t next = std::min(text.find_first_not_of(blank, offset + 1), text.size() - 1);
  const bool empty = text[next] == '}' || text[next] == ']';
  return {place, std::string(empty ? "an empty " : "an ") + (text[offset] == '{' ? "object" : "array")};
}

const PlacedJson::Node& PlacedJson::node_at(std::string_view pointer) const {
  std::size_t node = 0;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    node = part(node, pointer.substr(0, end));
    pointer.remove_prefix(end);
  }
  return nodes_[node];
}

// `name` as a pointer has it.
std::size_t PlacedJson::part(std::size_t parent, std::string_view name) const {
  std::size_t child = parent + 1;
  if (text_[nodes_[parent].value] == '[') {
    std::size_t index = 0;
    std::from_chars(name.data(), name.data() + name.size(), index);
    for (; index > 0; --index) child = nodes_[child].end;
    return child;
  }
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool escape = name[i] == '~';
    if (escape) ++i;
    key += escape ? (name[i] == '0' ? '~' : '/') : name[i];
  }
  std::size_t found = child;
  for (; child < nodes_[parent].end; child = nodes_[child].end) {
    if (key_is(nodes_[child], key)) found = child;  // of one that is there twice, the last one counts
  }
  return found;
}

bool PlacedJson::key_is(const Node& node, std::string_view name) const {
  const std::string_view token = std::string_view(text_).substr(node.key, token_end(text_, node.key) - node.key);
  const std::string_view written = token.substr(1, token.size() - 2);
  if (written.find('\\') == written.npos) return written == name;
  return json::parse(token).get_ref<const std::string&>() == name;
}

std::string pointer_to(const std::string& pointer, std::string_view key) {
  std::string result = pointer + '/';
  for (const char c : key) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace sim800
