// A JSON text with the place of each of its keys and values, which nlohmann_json does not keep.
// SPDX-License-Identifier: MIT
#include "scenarios/json/positions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim800 {
namespace {

using nlohmann::json;

constexpr std::string_view blank = " \t\r\n";
constexpr std::string_view blank_or_separator = " \t\r\n,:";

// The library's explanation without its prefix and without the token, which the place shows.
std::string reason(std::string_view what) {
  if (const auto dash = what.find(" - "); dash != what.npos) {
    what.remove_prefix(dash + 3);
  } else if (const auto prefix = what.find("] "); prefix != what.npos) {
    what.remove_prefix(prefix + 2);
  }
  return std::string(what.substr(0, what.find("; last read")));
}

}  // namespace

// The parser says what comes, not where.  But between the end of one token and the next stand only spaces, commas and
// colons, so the places follow from the text itself.
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
    pointer_ = pointer_to(pointer_.substr(0, level.pointer_size), name);
    const std::size_t offset = next_token();
    target_.keys_[pointer_] = offset;
    const auto [first, added] = level.keys.emplace(name, offset);
    if (!added) {
      add(offset,
          fmt::format("a key that is given once; it is already in line {}", target_.place_of(first->second).line));
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& error) override {
    const std::string why = reason(error.what());
    // A token in the wrong place is shown from its start, one that is wrong in itself where it goes wrong.
    add(why.starts_with("invalid") ? position - 1 : last_token(position), "valid JSON: " + why);
    return false;
  }

 private:
  struct Level {
    bool list;
    std::size_t pointer_size;                 // of the container's own pointer, which begins pointer_
    std::size_t items = 0;                    // of a list, so far
    std::map<std::string, std::size_t> keys;  // of an object, so far
  };

  bool value() {
    if (!levels_.empty() && levels_.back().list) {
      pointer_.resize(levels_.back().pointer_size);
      pointer_ += fmt::format("/{}", levels_.back().items++);
    }
    target_.values_[pointer_] = next_token();
    return true;
  }

  bool open(bool list) {
    value();
    if (levels_.size() == max_depth) {
      add(target_.values_[pointer_], fmt::format("nesting of at most {} levels", max_depth));
      return false;
    }
    levels_.push_back({list, pointer_.size(), 0, {}});
    return true;
  }

  bool close() {
    next_token();
    pointer_.resize(levels_.back().pointer_size);
    levels_.pop_back();
    return true;
  }

  // Offset of the token that the parser has just taken.
  std::size_t next_token() {
    const std::string_view text = target_.text_;
    const std::size_t start = text.find_first_not_of(blank_or_separator, end_);
    end_ = start + 1;
    if (text[start] == '"') {
      while (text[end_] != '"') end_ += text[end_] == '\\' ? 2 : 1;
      ++end_;
    } else if (std::string_view("{}[]").find(text[start]) == text.npos) {
      end_ = std::min(text.size(), text.find_first_of(" \t\r\n,:]}", start));
    }
    return start;
  }

  // Start of the token that ends before `position` and that the parser has not taken.
  std::size_t last_token(std::size_t position) const {
    const std::string_view text = target_.text_;
    std::size_t start = end_;
    while (start + 1 < position && start < text.size() && blank_or_separator.find(text[start]) != text.npos) ++start;
    return start;
  }

  void add(std::size_t offset, std::string expected) {
    target_.mistakes_.push_back({target_.place_of(offset), pointer_, std::move(expected)});
  }

  PlacedJson& target_;
  std::vector<Level> levels_;
  std::string pointer_;
  std::size_t end_ = 0;  // of the token taken last
};

PlacedJson::PlacedJson(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  if (text_.find_first_not_of(blank) == text_.npos) {
    mistakes_.push_back({{}, "", "a JSON object; the file is empty"});
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
