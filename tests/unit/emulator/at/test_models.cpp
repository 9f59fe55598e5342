// SPDX-License-Identifier: MIT
// Which commands and which rows a member of the family has (AT manual chapter 20), and how it calls itself.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "emulator/core/world.hpp"
#include "scenarios/loader/loader.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800::test {
namespace {

World world_of(std::string_view model) {
  World world = ModuleFixture::instant();
  world.module.model = model;
  world.module.revision = usual_revision(*find_model(model));
  world.module.settings = {{"+CMEE", {"1"}}};
  return world;
}

const std::string unknown = "\r\n+CME ERROR: 100\r\n";

}  // namespace

TEST_CASE("a module says who it is") {
  const struct {
    const char *model, *product, *revision;
  } rows[] = {{"SIM800L", "SIM800 R14.18", "1418B05SIM800L24"},
              {"SIM800H", "SIM800 R13.08", "1308B01SIM800H32"},
              {"SIM808", "SIM808 R14.18", "1418B02SIM808M32_BT"},
              {"SIM868", "SIM868 R14.18", "1418B05SIM868M32_BT"},
              {"SIM800C-DS", "SIM800 R14.18", "1418B05SIM800C32_DS"}};
  for (const auto& row : rows) {
    CAPTURE(row.model);
    ModuleFixture fixture(world_of(row.model));
    CHECK(fixture.ask("ATI") == answered(row.product));
    for (const char* ask : {"AT+GMM", "AT+CGMM"})
      CHECK(fixture.ask(ask) == answered("SIMCOM_" + std::string(row.model)));
    for (const char* ask : {"AT+GMR", "AT+CGMR"})
      CHECK(fixture.ask(ask) == answered("Revision:" + std::string(row.revision)));
    CHECK(fixture.ask("AT+GSV") ==
          "\r\nSIMCOM_Ltd\r\nSIMCOM_" + std::string(row.model) + "\r\nRevision:" + row.revision + "\r\n\r\nOK\r\n");
  }
}

TEST_CASE("a scenario that names only the model gets that model's firmware") {
  const ModuleConfig module = parse_scenario(R"({"module": {"model": "SIM808"}})", "f").world.module;
  CHECK(module.revision == "1418B02SIM808M32_BT");
}

TEST_CASE("a command that a model lacks is unknown to it") {
  const struct {
    const char *ask, *has, *lacks;
  } rows[] = {{"AT+ICF?", "SIM800L", "SIM800C"},      {"AT+CBST?", "SIM808", "SIM868"},
              {"AT+CMOD?", "SIM800G", "SIM800A"},     {"AT+SGPIO=?", "SIM800V", "SIM800G"},
              {"AT+SPWM=?", "SIM868", "SIM800C"},     {"AT+CPCMCFG?", "SIM800L", "SIM800C"},
              {"AT+CPCMSYNC?", "SIM808", "SIM800V"},  {"AT+CANT?", "SIM800C", "SIM800G"},
              {"AT+SD2PCM?", "SIM800", "SIM868"},     {"AT+SKPD?", "SIM800F", "SIM800C"},
              {"AT+CMNRP?", "SIM800M64", "SIM808"},   {"AT+CEGPRS?", "SIM800C-DS", "SIM800C"},
              {"AT+ECHARGE?", "SIM808", "SIM800L"},   {"AT+SIMTIMER?", "SIM800G", "SIM808"},
              {"AT+SPE?", "SIM868", "SIM808"},        {"AT+SDMODE?", "SIM808", "SIM800"},
              {"AT+CHFA?", "SIM800L", "SIM800G"},     {"AT+CAOC?", "SIM800W16", "SIM800F"},
              {"AT+HTTPHEAD=?", "SIM800L", "SIM808"}, {"AT+CAMM?", "SIM800H", "SIM868"}};
  for (const auto& row : rows) {
    CAPTURE(row.ask);
    CHECK(ModuleFixture(world_of(row.has)).ask(row.ask).ends_with(OK));
    CHECK(ModuleFixture(world_of(row.lacks)).ask(row.ask) == unknown);
  }
}

TEST_CASE("rows that differ between models") {
  const struct {
    const char *model, *ask, *answer;
  } rows[] = {
      {"SIM800V", "AT+SIDET=?", "+SIDET: (0,1),(0-16)"},
      {"SIM800", "AT+SIDET=?", "+SIDET: (0, 2),(0-16)"},
      {"SIM800L", "AT+SIDET=?", "+SIDET: (0-3),(0-16)"},
      {"SIM800W", "AT+CMIC=?", "+CMIC: (0,1),(0-15)"},
      {"SIM800C", "AT+CMIC=?", "+CMIC: (0,2),(0-15)"},
      {"SIM868", "AT+CMIC=?", "+CMIC: (0-3),(0-15)"},
      {"SIM800L", "AT+CMIC?", "+CMIC: (0,10),(1,11),(2,10),(3,11)"},
      {"SIM840W", "AT+CMIC?", "+CMIC: (0,6),(1,9)"},
      {"SIM800V", "AT+CHFA=?", "+CHFA: (0 = NORMAL_AUDIO,1 = AUX_AUDIO)"},
      {"SIM800M64", "AT+CHFA=?", "+CHFA: (0 = NORMAL_AUDIO, 2 = HANDFREE_AUDIO,4=PCM_AUDIO)"},
      {"SIM800F", "AT+CHFA=?", "+CHFA: (0 = NORMAL_AUDIO, 2 = HANDFREE_AUDIO)"},
      {"SIM800V", "AT+SGPIO=?", "+SGPIO: (0-1),(1-11),(0-1),(0-1)"},
      {"SIM808", "AT+SGPIO=?", "+SGPIO: (0-1),(1-7),(0-1),(0-1)"},
      {"SIM800L", "AT+CFGRI?", "+CFGRI: 0"},
      {"SIM868", "AT+CFGRI?", "+CFGRI: 2"},
      {"SIM800L", "AT+CBATCHK?", "+CBATCHK: 1"},
      {"SIM800C", "AT+CBATCHK?", "+CBATCHK: 0"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.model);
    CAPTURE(row.ask);
    CHECK(ModuleFixture(world_of(row.model)).ask(row.ask) == answered(row.answer));
  }
}

TEST_CASE("AT&V shows what the model has") {
  CHECK(ModuleFixture().ask("AT&V").find("S10: 15\r\n+CRLP: 61,61,48,6\r\nV: 1\r\n") != std::string::npos);
  CHECK(ModuleFixture(world_of("SIM808")).ask("AT&V").find("S10: 15\r\n+CBST: 7,0,1\r\n+CRLP: ") != std::string::npos);
  CHECK(ModuleFixture().ask("AT&V").find("\r\n+CANT: 0,0,10\r\n") != std::string::npos);
  CHECK(ModuleFixture(world_of("SIM800G")).ask("AT&V").find("+CANT") == std::string::npos);
}

TEST_CASE("every model has a name, a firmware and a table of its own without double names") {
  std::set<std::string_view> revisions;
  for (const std::string_view name : model_names()) {
    const auto model = find_model(name);
    REQUIRE(model);
    CHECK(name_of(*model) == name);
    revisions.insert(usual_revision(*model));
    CHECK(command_table(*model).find("+CSQ") != nullptr);  // building it refuses double names
  }
  CHECK(revisions.size() == model_names().size());
  const auto schema = nlohmann::json::parse(std::ifstream(test::source_dir() + "/scenarios/scenario.schema.json"));
  const auto& listed = schema.at("/properties/module/properties/model/enum"_json_pointer);
  CHECK(listed.get<std::vector<std::string>>() == std::vector<std::string>(model_names().begin(), model_names().end()));
  CHECK_FALSE(find_model("sim800l"));
  CHECK_FALSE(find_model("SIM900"));
}

TEST_CASE("LTE modules' commands and others that the family lacks") {
  ModuleFixture fixture(world_of("SIM800L"));
  for (const char* ask : {"AT+CEREG?", "AT+CEREG=2", "AT+CESQ", "AT+CNMP?", "AT+CPSI?", "AT+QCSQ", "AT+UGPIOC=1",
                          "AT+CIND?", "AT+CMER=2", "AT+CLAC", "AT^DTMF=?", "AT+WIND=?", "AT#GPIO=1", "AT$QCRMCALL"}) {
    CAPTURE(ask);
    CHECK(fixture.ask(ask) == unknown);
  }
}

}  // namespace sim800::test
