// What is wired to the module: {"battery": {"level": 8, "charger": true}}, {"adc": 603}, {"antenna": "open"},
// {"jamming": "detected"}, {"key_pad": {"5": "down"}}, {"pins": {"GPIO3": "high"}}; all but the first with "for".
// SPDX-License-Identifier: MIT
#include "emulator/board/board.hpp"

#include <utility>
#include <vector>

#include "emulator/board/pins.hpp"
#include "emulator/network/jamming.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

BoardConfig config_of(const Stage& stage) {
  const auto& board = stage.modem.world.board;
  return board != nullptr ? *board : BoardConfig{};
}

void put_battery(Modem& modem, std::optional<double> level, std::optional<bool> charger) {
  auto& battery = modem.board->battery;
  if (!battery) return modem.record("note", {{"text", "the scenario has no board.battery that could change"}});
  if (level) battery->put_level(*level);
  if (charger) battery->put_charger(*charger);
}

struct BatteryAction final : Action {
  void apply(Stage& stage) const override {
    stage.effects.soon(
        [&modem = stage.modem, percent = level, connected = charger] { put_battery(modem, percent, connected); });
  }
  std::optional<double> level;
  std::optional<bool> charger;
};

/// Parts that change together, and how each was at the start.
struct BoardAction final : Action {
  struct Change {
    BoardPart part;
    int value = 0;
    int (*before)(const BoardConfig& config, const std::string& name) = nullptr;  ///< null: 0
  };
  void apply(Stage& stage) const override {
    for (const Change& change : changes) {
      BoardPart part = change.part;
      if (change.before != nullptr) part.before = change.before(config_of(stage), part.name);
      stage.effects.change_board(part, change.value, span);
    }
  }
  std::vector<Change> changes;
  std::optional<Duration> span;
};

std::shared_ptr<BoardAction> board_action(const Value& action) {
  auto made = std::make_shared<BoardAction>();
  made->span = action["for"].duration();
  return made;
}

void put_adc(Modem& modem, const std::string& name, int value) { modem.board->adc_mv[name == "adc 2" ? 1 : 0] = value; }
int adc_before(const BoardConfig& config, const std::string& name) { return config.adc_mv[name == "adc 2" ? 1 : 0]; }

void put_antenna(Modem& modem, const std::string& /*name*/, int value) {
  modem.board->antenna.put(static_cast<AntennaState>(value));
}
int antenna_before(const BoardConfig& config, const std::string& /*name*/) { return static_cast<int>(config.antenna); }

void put_jamming(Modem& modem, const std::string& /*name*/, int value) { modem.jamming->put(value); }

void press_key(Modem& modem, const std::string& name, int value) {
  modem.board->press(static_cast<unsigned>(std::stoul(name.substr(name.find(' ') + 1))), value != 0);
}

void drive_pin(Modem& modem, const std::string& name, int value) {
  modem.gpios->drive(name, value != 0);
  modem.pins->drive(name, value != 0);
}
int pin_before(const BoardConfig& config, const std::string& name) {
  const auto found = config.pins.find(name);
  return found != config.pins.end() && found->second ? 1 : 0;
}

}  // namespace

std::shared_ptr<const Action> read_battery(const Value& action) {
  auto read = std::make_shared<BatteryAction>();
  read->level = action["battery"]["level"].number();
  read->charger = action["battery"]["charger"].flag();
  return read;
}

std::array<int, 2> read_adc_voltages(const Value& value) {
  std::array<int, 2> voltages{};
  if (const auto one = value.integer()) voltages.fill(static_cast<int>(*one));
  std::size_t i = 0;
  for (const Value& item : value.items()) {
    if (i < voltages.size()) voltages[i++] = static_cast<int>(item.integer().value_or(0));
  }
  return voltages;
}

std::optional<AntennaState> read_antenna_word(const Value& value) {
  return value.word<AntennaState>({{"connected", AntennaState::connected},
                                   {"grounded", AntennaState::grounded},
                                   {"powered", AntennaState::powered},
                                   {"open", AntennaState::open}});
}

std::shared_ptr<const Action> read_adc(const Value& action) {
  auto read = board_action(action);
  const auto voltages = read_adc_voltages(action["adc"]);
  read->changes.push_back({{.name = "adc 1", .apply = put_adc}, voltages[0], adc_before});
  read->changes.push_back({{.name = "adc 2", .apply = put_adc}, voltages[1], adc_before});
  return read;
}

std::shared_ptr<const Action> read_antenna(const Value& action) {
  auto read = board_action(action);
  const auto state = read_antenna_word(action["antenna"]).value_or(AntennaState::connected);
  read->changes.push_back({{.name = "antenna", .apply = put_antenna}, static_cast<int>(state), antenna_before});
  return read;
}

std::shared_ptr<const Action> read_jamming(const Value& action) {
  auto read = board_action(action);
  const Value jamming = action["jamming"];
  int variance = Jamming::none;
  if (const auto given = jamming["variance"].integer()) variance = static_cast<int>(*given);
  if (jamming.text() == "detected") variance = Jamming::least_variance;
  if (jamming.text() == "interference") variance = Jamming::interference;
  read->changes.push_back({{.name = "jamming", .apply = put_jamming}, variance, nullptr});
  return read;
}

std::shared_ptr<const Action> read_key_pad(const Value& action) {
  auto read = board_action(action);
  for (const Value& key : action["key_pad"].members())
    read->changes.push_back({{.name = "key " + key.name(), .apply = press_key}, key.text() == "down" ? 1 : 0, nullptr});
  return read;
}

std::shared_ptr<const Action> read_pins(const Value& action) {
  auto read = board_action(action);
  for (const Value& pin : action["pins"].members())
    read->changes.push_back({{.name = pin.name(), .apply = drive_pin}, pin.text() == "high" ? 1 : 0, pin_before});
  return read;
}

}  // namespace sim800
