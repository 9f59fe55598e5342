// SPDX-License-Identifier: MIT
#include "emulator/calls/service_code.hpp"

#include <algorithm>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view services[] = {"002", "004", "03", "04",  "042", "05",  "052", "06", "21",
                                         "30",  "31",  "33", "330", "331", "332", "333", "35", "351",
                                         "353", "43",  "61", "62",  "67",  "76",  "77"};
static_assert(std::ranges::is_sorted(services));

struct Group {
  std::string_view code;
  unsigned classes;
};
constexpr Group groups[] = {{"10", 13}, {"11", 1}, {"12", 12}, {"13", 4}, {"16", 8}, {"19", 5},
                            {"20", 2},  {"21", 2}, {"22", 2},  {"24", 2}, {"25", 2}, {"26", 2}};

}  // namespace

unsigned ServiceCode::classes_of(std::string_view group, unsigned all) {
  if (group.empty()) return all;
  const auto* found = std::ranges::find(groups, group, &Group::code);
  return found == std::end(groups) ? 0 : found->classes & all;
}

std::optional<ServiceCode> parse_service_code(std::string_view text) {
  using enum ServiceCode::Act;
  struct Prefix {
    std::string_view text;
    ServiceCode::Act act;
  };
  constexpr Prefix prefixes[] = {{"**", enter}, {"##", erase}, {"*#", ask}, {"*", activate}, {"#", deactivate}};
  const auto* prefix = std::ranges::find_if(prefixes, [&](const Prefix& one) { return text.starts_with(one.text); });
  if (prefix == std::end(prefixes) || !text.ends_with('#')) return std::nullopt;
  if (text.size() <= prefix->text.size()) return std::nullopt;
  text = text.substr(prefix->text.size(), text.size() - prefix->text.size() - 1);
  ServiceCode code{.act = prefix->act, .service = std::string(text.substr(0, text.find('*'))), .given = {}};
  if (!std::ranges::binary_search(services, std::string_view(code.service))) return std::nullopt;
  if (code.service == "06" && code.act != ask) return std::nullopt;
  text.remove_prefix(code.service.size());
  for (std::size_t i = 0; !text.empty(); ++i) {
    if (i == code.given.size()) return std::nullopt;
    text.remove_prefix(1);
    code.given.at(i) = text.substr(0, text.find('*'));
    text.remove_prefix(code.given.at(i).size());
  }
  return code;
}

std::optional<bool> take_number_hiding(std::string& number) {
  const bool hides = number.starts_with("#31#"), shows = number.starts_with("*31#");
  if ((!hides && !shows) || number.size() == 4) return std::nullopt;
  number.erase(0, 4);
  return hides;
}

}  // namespace sim800
