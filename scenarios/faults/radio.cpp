// Where the module is, {"cell": "F9A1"}, and what becomes of the packet service there: {"gprs": "lost"},
// {"gprs": {"refused": 7}, "for": "1min"}.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>

#include "emulator/core/world.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/network/network.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct CellAction final : Action {
  void apply(Stage& stage) const override {
    int place = word == "none" ? Network::nowhere : Network::anywhere;
    const auto& cells = stage.modem.world.network.cells;
    const auto found = std::ranges::find_if(cells, [this](const RadioCell& one) { return one.id == id; });
    if (id && found == cells.end())
      return stage.modem.record("note", {{"text", "the scenario has no cell " + word + " in network.cells"}});
    if (id) place = static_cast<int>(found - cells.begin());
    if (place == Network::nowhere) stage.strand_transfer();
    const BoardPart part{.name = "cell",
                         .before = Network::anywhere,
                         .apply = [](Modem& modem, const std::string&, int value) { modem.network->move(value); }};
    stage.effects.change_board(part, place, span);
  }
  std::string word;
  std::optional<std::uint16_t> id;
  std::optional<Duration> span;
};

/// Its contexts are gone before it is.
void end_contexts(Modem& modem) {
  if (modem.ip.made()) modem.ip->lose_contexts(nullptr);
}

struct GprsAction final : Action {
  void apply(Stage& stage) const override {
    if (lost || cause != 0) stage.strand_transfer();
    if (lost) {
      stage.effects.soon([&modem = stage.modem] {
        end_contexts(modem);
        modem.network->lose_packets();
      });
      return;
    }
    const BoardPart part{.name = "gprs", .apply = [](Modem& modem, const std::string&, int value) {
                           if (value != 0) end_contexts(modem);
                           modem.network->refuse_packets(value);
                         }};
    stage.effects.change_board(part, cause, span);
  }
  bool lost = false;
  int cause = 0;  ///< 0: allowed
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_cell(const Value& action) {
  auto read = std::make_shared<CellAction>();
  action["cell"].read(read->word);
  if (read->word != "none" && read->word != "any")
    read->id = static_cast<std::uint16_t>(std::strtoul(read->word.c_str(), nullptr, 16));
  read->span = action["for"].duration();
  return read;
}

std::shared_ptr<const Action> read_gprs(const Value& action) {
  constexpr int services_not_allowed = 7;  // 24.008 10.5.5.14
  auto read = std::make_shared<GprsAction>();
  const Value gprs = action["gprs"];
  read->lost = gprs.text() == "lost";
  if (gprs.text() == "refused") read->cause = services_not_allowed;
  if (const auto cause = gprs["refused"].integer()) read->cause = static_cast<int>(*cause);
  read->span = action["for"].duration();
  if (read->lost && read->span) action["for"].refuse_name(R"("for" only beside "refused" or "allowed")", "\"lost\"");
  return read;
}

}  // namespace sim800
