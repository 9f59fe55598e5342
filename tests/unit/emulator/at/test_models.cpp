// SPDX-License-Identifier: MIT
// Which commands and which rows a member of the family has (AT manual chapter 20), and how it calls itself.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "emulator/core/personality.hpp"
#include "scenarios/loader/loader.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800::test {
namespace {

World world_of(std::string_view model) {
  World world = ModuleFixture::instant();
  world.module = module_of(*find_model(model));
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

TEST_CASE("what ATD and AT+CLCK know differs between models") {
  const struct {
    const char *ask, *lacks, *said;
  } rows[] = {{"ATD>\"Ann\";", "SIM800C-DS", "\r\n+CME ERROR: 100\r\n"},
              {"AT+CLCK=\"FD\",2", "SIM800C-DS", "\r\n+CME ERROR: 765\r\n"},
              {"ATD*21#;", "SIM800C-DS", "\r\nERROR\r\n"},
              {"ATD*100#;", "SIM868", "\r\nERROR\r\n"}};
  for (const auto& row : rows) {
    CAPTURE(row.ask);
    for (const char* model : {"SIM800L", row.lacks}) {
      World world = world_of(model);
      world.sim.phonebook = {{.index = 1, .number = "100", .type = 129, .name = "Ann"}};
      const std::string answer = ModuleFixture(world).ask(row.ask);
      CHECK((answer == row.said) == (std::string_view(model) == row.lacks));
    }
  }
  CHECK(ModuleFixture(world_of("SIM868")).ask("ATD*#06#;").ends_with(OK));
  CHECK(ModuleFixture(world_of("SIM800C-DS")).ask("AT+CLCK=?").find("FD") == std::string::npos);
  World world = world_of("SIM800L");
  world.module.commands = {{"DL", false}};
  CHECK(ModuleFixture(world).ask("ATDL") == unknown);
}

TEST_CASE("firmware decides which commands there are") {
  const struct {
    const char *revision, *ask;
    bool has;
  } rows[] = {
      {"1308B08SIM800L16", "AT+CIPSSL=?", false},      {"1308B09SIM800L16", "AT+CIPSSL=?", true},
      {"1309B10SIM800L16", "AT+CIPSSL=1", true},       {"1418B05SIM800L24", "AT+CIPSSL?", true},
      {"1308B08SIM800L16", "AT+HTTPSSL=?", false},     {"1308B08SIM800L16", "AT+HTTPSSL=1", false},
      {"SIM800L16_20141031_1027", "AT+CIPSSL", false}, {"1308B04SIM800M32", "AT+FTPSSL=?", false},
      {"1308B04SIM800M32", "AT+EMAILSSL=?", false},    {"1308B04SIM800M32", "AT+SSLOPT?", false},
      {"1308B04SIM800M32", "AT+SSLSETCERT=?", false},  {"1308B08SIM800L16", "AT+CREC=?", false},
      {"1418B04SIM800L24", "AT+CREC=?", true},         {"1418B05SIM800L24", "AT+CTTS=?", false},
      {"1418B05SIM800C24", "AT+CTTS=?", false},        {"1418B08SIM800C32", "AT+CTTS=?", true},
      {"1418B08SIM800C32_BT", "AT+CTTS=?", false},     {"1308B05SIM800M32", "AT+CTTS=?", true},
      {"1308B05SIM800M32", "AT+CLBS=?", false},        {"1308B05SIM800M32", "AT+CIPGSMLOC=?", true},
      {"1418B09SIM800C24_TLS12", "AT+CLBS=?", true},   {"1418B09SIM800C24_TLS12", "AT+CIPGSMLOC=?", false},
      {"1308B08SIM800L16", "AT+HTTPGETHEAD=?", false}, {"1418B05SIM800L24", "AT+HTTPGETHEAD=?", true},
      {"1418B05SIM800L24", "AT+CEGPRS=?", false},      {"1308B08SIM800L16", "AT+CEGPRS=?", true},
      {"1418B03SIM808M32_BT", "AT+CMUX=?", false},     {"1418B04SIM808M32", "AT+CMUX=?", true},
      {"1418B05SIM800C24_BT", "AT+CMSS=?", false},     {"1418B05SIM800C24", "AT+CMSS=?", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.revision);
    CAPTURE(row.ask);
    World world = ModuleFixture::instant();
    world.module = module_of(*model_of_revision(row.revision), row.revision);
    world.module.settings = {{"+CMEE", {"1"}}};
    const std::string answer = ModuleFixture(world).ask(row.ask);
    CHECK((answer == unknown) != row.has);
    if (row.has) CHECK(answer.ends_with(OK));
  }
}

TEST_CASE("a scenario adds commands, and takes them away") {
  World world = world_of("SIM800L");
  world.module.commands = {{"+CTTS", true}, {"+CREC", false}, {"+ECHARGE", true}, {"+CSQ", true}, {"E", false}};
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CTTS=?").ends_with(OK));
  CHECK(fixture.ask("AT+ECHARGE?").ends_with(OK));
  CHECK(fixture.ask("AT+CSQ").ends_with(OK));
  for (const char* form : {"=?", "?", "=1,1,1", ""}) CHECK(fixture.ask(std::string("AT+CREC") + form) == unknown);
  CHECK(fixture.ask("ATE0") == unknown);
  CHECK(fixture.ask("AT+CTTSPARAM?") == unknown);  // each by itself
  // A command whose rows are for other models comes in the form that the first of them has.
  world = world_of("SIM800G");
  world.module.commands = {{"+CHFA", true}};
  CHECK(ModuleFixture(world).ask("AT+CHFA=?").ends_with(OK));
}

TEST_CASE("firmware decides how commands behave, unless a quirk does") {
  const struct {
    const char *revision, *ask, *answer;
  } rows[] = {
      {"1308B08SIM800L16", "ATI", "SIM800 R13.08"},
      {"SIM800L16_20141031_1027", "ATI", "SIM800 R13.08"},
      {"1309B10SIM800L16", "ATI", "SIM800 R13.09"},
      {"1418B09SIM800C24_TLS12", "ATI", "SIM800 R14.18"},
      {"1418B03SIM808M32_BT", "ATI", "SIM808 R14.18"},
      {"1308B02SIM808M32", "ATI", "SIM808 R13.08"},
      {"1308B08SIM800L16", "AT+CNUM", R"(+CNUM: "","+8613800138000",145,7,4)"},
      {"1418B05SIM800L24", "AT+CNUM", R"(+CNUM: "","+8613800138000",145,0,4)"},
      {"1418B05SIM868M32_BT", "AT+CNUM", R"(+CNUM: "+8613800138000",145,,4)"},
      {"1418B05SIM868M32_BT", "AT+CPMS=?", R"(+CPMS: ("SM","ME","MT"),("SM","ME","MT"),("SM","ME","MT"))"},
      {"1418B05SIM868M32_BT", "AT+CPMS?", R"(+CPMS: "SM",0,50,"SM",0,50,"SM",0,50)"},
      {"1418B05SIM868M32_BT", "AT+CPMS=\"ME\"", "+CPMS: 0,50,0,50,0,50"},
      {"1418B05SIM868M32_BT", "AT+GMR", "Revision:1418B05SIM868M32_BT"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.revision);
    CAPTURE(row.ask);
    World world = ModuleFixture::instant();
    world.module = module_of(*model_of_revision(row.revision), row.revision);
    CHECK(ModuleFixture(world).ask(row.ask) == answered(row.answer));
    world.module.quirks.ati = "SIM800 R99";
    world.module.quirks.cnum_tail = "1,2";
    world.module.quirks.cnum_empty_name = true;
    CHECK(ModuleFixture(world).ask("ATI") == answered("SIM800 R99"));
    CHECK(ModuleFixture(world).ask("AT+CNUM") == answered(R"(+CNUM: "","+8613800138000",145,1,2)"));
  }
}

TEST_CASE("GPS Ready, and the location server that is gone") {
  World world = ModuleFixture::instant();
  world.module = module_of(Model::sim808, "1308B02SIM808M32");
  ModuleFixture old(world, false);
  old.modem.power_on();
  CHECK(old.wait(30s).find("+CFUN: 1\r\n\r\nGPS Ready\r\n\r\n+CPIN: READY") != std::string::npos);
  ModuleFixture other(world_of("SIM808"), false);
  other.modem.power_on();
  CHECK(other.wait(30s).find("GPS Ready") == std::string::npos);

  ModuleFixture fixture(world_of("SIM868"));
  fixture.open_bearer();
  std::string answer = fixture.ask("AT+CIPGSMLOC=1,1");
  answer += fixture.wait(60s);
  CHECK(answer.starts_with("\r\n+CIPGSMLOC: 0,0.000000,0.000000,"));
}

TEST_CASE("the name of a revision is taken by its parts") {
  const struct {
    const char* name;
    Firmware firmware;
    unsigned flash;
    bool bluetooth, tls12, understood;
  } rows[] = {
      {"1308B08SIM800L16", Firmware::r1308, 16, false, false, true},
      {"1308B09SIM800L16", Firmware::r1309, 16, false, false, true},
      {"1308B11SIM800H32_BT", Firmware::r1309, 32, true, false, true},
      {"1309B01SIM800L16", Firmware::r1309, 16, false, false, true},
      {"1418B99SIM800L24", Firmware::r1418, 24, false, false, true},
      {"1418B08SIM800C32_BT_EAT", Firmware::r1418, 32, true, false, true},
      {"1418B12SIM800C24_BT_TLS12", Firmware::r1418_tls12, 24, true, true, true},
      {"SIM800L16_20141031_1027", Firmware::r1308, 16, false, false, true},
      {"R", Firmware::r1418, 0, false, false, false},
      {"", Firmware::r1418, 0, false, false, false},
      {"1529B01SIM800L24_TLS12", Firmware::r1418_tls12, 24, false, true, false},
      {"MY-1308B04", Firmware::r1308, 0, false, false, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Revision revision = read_revision(Model::sim800l, row.name);
    CHECK(revision.firmware == row.firmware);
    CHECK(revision.flash_mbit == row.flash);
    CHECK(revision.bluetooth == row.bluetooth);
    CHECK(revision.tls12 == row.tls12);
    CHECK(revision.understood == row.understood);
  }
  CHECK(read_revision(Model::sim808, "1418B03SIM808M32_BT").firmware == Firmware::r1418_sim808);
  CHECK(read_revision(Model::sim808, "1308B03SIM808M32").firmware == Firmware::r1308);
  CHECK(read_revision(Model::sim868, "1418B03SIM868M32").firmware == Firmware::r1418_sim868);
}

TEST_CASE("every known revision and every usual one is understood, and names its model") {
  for (const KnownRevision& each : known_revisions()) {
    CAPTURE(each.name);
    CHECK(model_of_revision(each.name) == each.model);
    CHECK(doubt_about(module_of(each.model, each.name)).empty());
  }
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const Model model = *find_model(name);
    CHECK(model_of_revision(usual_revision(model)) == model);
    CHECK(doubt_about(module_of(model)).empty());
  }
  CHECK_FALSE(model_of_revision("R"));
  CHECK_FALSE(model_of_revision("1418B05SIM900L24"));
  CHECK(doubt_about(module_of(Model::sim800l, "R")).find("\"R\"") != std::string::npos);
}

TEST_CASE("the default of every quirk is what the default module does") {
  CHECK(behaviours(Quirks{}) == behaviours(module_of(Model::sim800l).quirks));
  CHECK(ModuleConfig{}.revision == usual_revision(Model::sim800l));
}

TEST_CASE("a scenario's revision decides, its model, its quirks and its commands overrule") {
  const auto module = [](std::string_view text) { return parse_scenario(text, "f").world.module; };
  ModuleConfig read = module(R"({"module": {"revision": "1418B09SIM800C24_TLS12"}})");
  CHECK(read.model == "SIM800C");
  CHECK(read.quirks.tls == "1.2");
  CHECK_FALSE(read.quirks.sni);
  read = module(R"({"module": {"revision": "1418B09SIM800C24_TLS12", "model": "SIM800L", "quirks": {"tls": "1.1"}}})");
  CHECK(read.model == "SIM800L");
  CHECK(read.quirks.tls == "1.1");
  read = module(R"({"module": {"revision": "B05", "commands": {"+CREC": false, "+CTTS": true}}})");
  CHECK(read.model == "SIM800L");
  CHECK(read.commands.size() == 2);
  CHECK(read.commands.at("+CTTS"));
  CHECK(module(R"({"module": {"model": "SIM808"}})").quirks.ati == "SIM808 R14.18");
  CHECK(module(R"({"module": {"quirks": {"gps_ready": true}}})").quirks.gps_ready);
  CHECK(module(R"({"module": {"quirks": {"location_server_gone": true}}})").quirks.location_server_gone);
  CHECK(module(R"({"module": {"quirks": {"tls_suites": "AES128-SHA"}}})").quirks.tls_suites == "AES128-SHA");
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
    CHECK(command_table(module_of(*model)).find("+CSQ") != nullptr);  // building it refuses double names
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
