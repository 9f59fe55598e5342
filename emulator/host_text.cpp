// SPDX-License-Identifier: MIT
#include "emulator/host_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sim800 {
namespace {

/// What a name must not hold as it is, and how it is written (AT manual 3.2.27).
constexpr std::array<std::pair<char, std::string_view>, 4> escapes{
    {{'\\', "\\5C"}, {'"', "\\22"}, {'\b', "\\08"}, {'\0', "\\00"}}};

}  // namespace

std::optional<std::string> text_from_host(const Settings&, std::string_view typed) { return std::string(typed); }

std::string text_for_host(const Settings&, std::string_view utf8) { return std::string(utf8); }

std::optional<std::string> name_from_host(const Settings& settings, std::string_view typed) {
  std::string plain;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const auto escape =
        std::ranges::find_if(escapes, [&](const auto& e) { return typed.substr(i).starts_with(e.second); });
    plain.push_back(escape == escapes.end() ? typed[i] : escape->first);
    if (escape != escapes.end()) i += escape->second.size() - 1;
  }
  return text_from_host(settings, plain);
}

std::string escaped_for_host(const Settings& settings, std::string_view utf8) {
  std::string shown;
  for (const char c : text_for_host(settings, utf8)) {
    const auto escape = std::ranges::find(escapes, c, &std::pair<char, std::string_view>::first);
    if (escape == escapes.end()) {
      shown.push_back(c);
    } else {
      shown += escape->second;
    }
  }
  return shown;
}

std::string code_from_host(const Settings& settings, std::string_view typed) {
  return text_from_host(settings, typed).value_or(std::string(typed));
}

NetworkText network_text_for_host(const Settings& settings, std::string_view utf8) {
  return {text_for_host(settings, utf8), false};
}

}  // namespace sim800
