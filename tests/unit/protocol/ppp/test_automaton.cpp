// The automaton, held against the table of RFC 1661 4.1 as it is printed there.
// SPDX-License-Identifier: MIT
#include "protocol/ppp/automaton.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cctype>
#include <sstream>
#include <string>
#include <vector>

using namespace sim800::ppp;

namespace {

constexpr const char* first_half = R"(
    Up   |    2     irc,scr/6     -         -         -         -
    Down |    -         -         0       tls/1       0         1
    Open |  tls/1       1     irc,scr/6     3r        5r        5r
    Close|    0       tlf/0       2         2         4         4
     TO+ |    -         -         -         -       str/4     str/5
     TO- |    -         -         -         -       tlf/2     tlf/3
    RCR+ |    -         -       sta/2 irc,scr,sca/8   4         5
    RCR- |    -         -       sta/2 irc,scr,scn/6   4         5
    RCA  |    -         -       sta/2     sta/3       4         5
    RCN  |    -         -       sta/2     sta/3       4         5
    RTR  |    -         -       sta/2     sta/3     sta/4     sta/5
    RTA  |    -         -         2         3       tlf/2     tlf/3
    RUC  |    -         -       scj/2     scj/3     scj/4     scj/5
    RXJ+ |    -         -         2         3         4         5
    RXJ- |    -         -       tlf/2     tlf/3     tlf/2     tlf/3
    RXR  |    -         -         2         3         4         5
)";

constexpr const char* second_half = R"(
    Up   |    -         -         -           -
    Down |    1         1         1         tld/1
    Open |    6         7         8           9r
    Close|irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4
     TO+ |  scr/6     scr/6     scr/8         -
     TO- | tlf/3p    tlf/3p    tlf/3p         -
    RCR+ |  sca/8   sca,tlu/9   sca/8   tld,scr,sca/8
    RCR- |  scn/6     scn/7     scn/6   tld,scr,scn/6
    RCA  |  irc/7     scr/6x  irc,tlu/9   tld,scr/6x
    RCN  |irc,scr/6   scr/6x  irc,scr/8   tld,scr/6x
    RTR  |  sta/6     sta/6     sta/6   tld,zrc,sta/5
    RTA  |    6         6         8       tld,scr/6
    RUC  |  scj/6     scj/7     scj/8       scj/9
    RXJ+ |    6         6         8           9
    RXJ- |  tlf/3     tlf/3     tlf/3   tld,irc,str/5
    RXR  |    6         7         8         ser/9
)";

/// The cells of a half, row by row, without the remarks r, p and x.
std::vector<std::vector<std::string>> cells(const std::string& half) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(half);
  for (std::string line; std::getline(lines, line);) {
    const auto bar = line.find('|');
    if (bar == std::string::npos) continue;
    std::istringstream columns(line.substr(bar + 1));
    auto& row = rows.emplace_back();
    for (std::string cell; columns >> cell;) {
      while (cell.size() > 1 && std::isalpha(static_cast<unsigned char>(cell.back())) != 0) cell.pop_back();
      row.push_back(cell);
    }
  }
  return rows;
}

std::string text_of(const Transition& step) {
  static const std::array names{"",    "tlu", "tld", "tls", "tlf", "irc", "zrc",
                                "scr", "sca", "scn", "str", "sta", "scj", "ser"};
  if (!step.possible) return "-";
  std::string text;
  for (const Action action : step.actions) {
    if (action != Action::none)
      text += (text.empty() ? "" : ",") + std::string(names.at(static_cast<std::size_t>(action)));
  }
  return text + (text.empty() ? "" : "/") + std::to_string(static_cast<int>(step.next));
}

}  // namespace

TEST_CASE("ppp: the automaton is that of RFC 1661") {
  auto rows = cells(first_half);
  const auto rest = cells(second_half);
  REQUIRE(rows.size() == event_count);
  REQUIRE(rest.size() == event_count);
  for (std::size_t event = 0; event < event_count; ++event) {
    rows[event].insert(rows[event].end(), rest[event].begin(), rest[event].end());
    REQUIRE(rows[event].size() == state_count);
    for (std::size_t state = 0; state < state_count; ++state) {
      CAPTURE(event);
      CAPTURE(state);
      CHECK(text_of(transition(static_cast<Event>(event), static_cast<State>(state))) == rows[event][state]);
    }
  }
}
