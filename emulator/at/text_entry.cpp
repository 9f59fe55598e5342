// SPDX-License-Identifier: MIT
#include "emulator/at/text_entry.hpp"

#include <algorithm>

namespace sim800 {
namespace {

constexpr char ctrl_z = 0x1A, esc = 0x1B;

}  // namespace

std::size_t TextEntry::feed(std::string_view bytes, std::string& out) {
  if (options_.exactly) return take_exactly(bytes, out);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == ctrl_z || c == esc) {
      ended_ = c == esc ? PromptResult::cancelled : PromptResult::complete;
      return i + 1;
    }
    type(c, out);
  }
  return bytes.size();
}

std::size_t TextEntry::take_exactly(std::string_view bytes, std::string& out) {
  const std::string_view taken = bytes.substr(0, *options_.exactly - std::min(*options_.exactly, into_.size()));
  if (echo_) out.append(taken);
  into_.append(taken);
  if (into_.size() >= *options_.exactly) ended_ = PromptResult::complete;
  return taken.size();
}

void TextEntry::type(char c, std::string& out) {
  constexpr char del = 0x7f;
  if (options_.del && c == del) {
    if (!into_.empty() && echo_) out.append("\b \b");
    if (!into_.empty()) into_.pop_back();
    return;
  }
  const bool backspace = options_.edits && c == backspace_;
  const bool control = static_cast<unsigned char>(c) < ' ' && c != '\r' && c != '\n';
  if (control && !backspace && !options_.controls) return;
  if (echo_) out.push_back(c);
  if (backspace) {
    if (!into_.empty()) into_.pop_back();
    return;
  }
  if (!options_.controls && c == '\r' && options_.repeat_prompt && echo_) out.append("\r\n> ");
  if (into_.size() <= options_.limit) into_.push_back(c);
}

}  // namespace sim800
