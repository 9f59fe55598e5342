// SPDX-License-Identifier: MIT
// Every setting of the table: what brings it back, and what does not.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

using Values = Settings::Values;

/// Those that change how the test itself talks to the module, or whether it boots.
constexpr std::string_view of_the_line[] = {"E", "Q", "V", "S3", "S4", "S5", "+IPR", "+ICF", "+IFC", "+CFUN", "+CSCLK"};

/// One value that is not the factory's, in the first place that has another; nothing if there is none to be found.
std::optional<Values> other_values(const Settings& settings, const Command& command, const Values& factory) {
  for (std::size_t i = 0; i < factory.size(); ++i) {
    for (int number = 0; number <= 300; ++number) {
      Values changed = factory;
      changed[i] = std::to_string(number);
      if (changed != factory && !settings.refuse(command.name, changed)) return changed;
    }
  }
  return std::nullopt;
}

std::vector<const Command*> settings_of(const Modem& modem) {
  std::vector<const Command*> found;
  for (const Command* row : modem.commands.rows()) {
    if (modem.commands.find(row->name) != row || !row->is_setting() || row->context != nullptr) continue;
    if (std::ranges::find(of_the_line, row->name) == std::end(of_the_line)) found.push_back(row);
  }
  return found;
}

}  // namespace

TEST_CASE("every saved setting comes back by ATZ and by a restart, AT&F has the factory's, others are gone") {
  std::size_t tried = 0;
  for (const char* model : {"SIM800L", "SIM808", "SIM800C", "SIM800V"}) {
    World world = ModuleFixture::instant();
    world.module.model = model;
    const ModuleFixture names(world);
    for (const Command* row : settings_of(names.modem)) {
      CAPTURE(model);
      CAPTURE(row->name);
      Nvram nvram;
      ModuleFixture fixture(world, true, &nvram);
      Settings& settings = fixture.modem.settings;
      const Values factory = settings.values_of(row->name);
      const auto other = other_values(settings, *row, factory);
      if (!other) continue;
      ++tried;
      const auto set_again = [&] { settings.set_values_of(row->name, *other); };
      const bool of_profile = row->saved == Saved::profile,
                 with_profile = of_profile || row->saved == Saved::profile_uart;
      const bool stays = with_profile || row->saved == Saved::automatic;

      fixture.ask("ATE0");
      set_again();
      CHECK(fixture.ask("AT&W") == OK);
      settings.set_values_of(row->name, factory);
      if (row->saved == Saved::automatic) set_again();  // which was written at once
      CHECK(fixture.ask("ATZ") == OK);
      fixture.ask("ATE0");
      CHECK(settings.values_of(row->name) == (of_profile || row->saved == Saved::automatic ? *other : factory));
      set_again();
      CHECK(fixture.ask("AT&F") == OK);
      fixture.ask("ATE0");
      CHECK(settings.values_of(row->name) == (of_profile ? factory : *other));
      CHECK(fixture.ask("AT+CFUN=1,1").starts_with(OK));
      fixture.wait(30s);
      CHECK(settings.values_of(row->name) == (stays ? *other : factory));
      const ModuleFixture later(world, true, &nvram);
      CHECK(later.modem.settings.values_of(row->name) == (stays ? *other : factory));
    }
  }
  CHECK(tried > 300);
}

TEST_CASE("of AT+DDET only the switch is stored") {
  ModuleFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+DDET=1,100,1,1") == OK);
  CHECK(fixture.ask("AT&W") == OK);
  CHECK(fixture.ask("AT+CFUN=1,1").starts_with(OK));
  fixture.wait(30s);
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+DDET?") == "\r\n+DDET: 1,0,0,0\r\n" + OK);
}

}  // namespace sim800::test
