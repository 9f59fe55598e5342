// SPDX-License-Identifier: MIT
#include "emulator/core/personality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using namespace models;
using enum Firmware;

// --- which firmware a fact is about

enum class Build : std::uint8_t {
  any,
  bluetooth,  ///< the name ends in _BT
  tls12,      ///< the name ends in _TLS12
  small,      ///< less than 32 Mbit of flash
};

struct Where {
  Models models = Models::all();
  Firmwares firmwares = Firmwares::all();
  Build build = Build::any;

  bool covers(const Personality& who) const {
    return models.has(who.model) && firmwares.has(who.revision.firmware) && covers(who.revision);
  }
  bool covers(const Revision& revision) const {
    switch (build) {
      case Build::any: return true;
      case Build::bluetooth: return revision.bluetooth;
      case Build::tls12: return revision.tls12;
      case Build::small: return revision.flash_mbit > 0 && revision.flash_mbit < 32;
    }
    return false;
  }
};

// --- commands, where the manual's chapter 20 is not what the field has

constexpr std::string_view ssl_commands[] = {"+CIPSSL",     "+HTTPSSL",    "+FTPSSL",    "+EMAILSSL", "+SSLOPT",
                                             "+SSLSETCERT", "+SSLSETROOT", "+SSLDEROOT", "+SSLDECLI"};
constexpr std::string_view recorder[] = {"+CREC"};
constexpr std::string_view speech[] = {"+CTTS", "+CTTSPARAM", "+CTTSRING"};
constexpr std::string_view new_location[] = {"+CLBS", "+CLBSCFG"};
constexpr std::string_view old_location[] = {"+CIPGSMLOC"};
constexpr std::string_view head_in_body[] = {"+HTTPGETHEAD"};
constexpr std::string_view edge[] = {"+CEGPRS"};
constexpr std::string_view not_beside_bluetooth[] = {"D><str>", "+CMSS", "+CMUX"};

struct CommandFact {
  std::span<const std::string_view> commands;
  bool present;
  Where where;
};

// A later row wins.
constexpr CommandFact command_facts[] = {
    {ssl_commands, false, {.firmwares = {r1308}}},  // logs of 1308B08: ERROR to each form; 1308B09 has them
    {recorder,
     true,
     {.models = {sim800l}, .firmwares = Firmwares::all() - Firmwares{r1308, r1309}}},  // ten field sources
    {speech, false, {.build = Build::small}},
    {speech, false, {.build = Build::bluetooth}},
    {new_location, false, {.firmwares = {r1308}}},  // older than the note that has them
    {old_location, false, {.firmwares = {r1418_tls12}}},
    {head_in_body, false, {.firmwares = {r1308}}},
    {edge, false, {.models = {sim800l}, .firmwares = {r1418, r1418_tls12}}},
    {not_beside_bluetooth, false, {.build = Build::bluetooth}},  // Bluetooth application note V1.09
};

// --- behaviour; quirks have the values of 1418B05SIM800L24 where no row says otherwise

struct FlagFact {
  std::string_view quirk;
  bool Quirks::* member;
  bool value;
  Where where;
};
struct TextFact {
  std::string_view quirk;
  std::string Quirks::* member;
  std::string_view value;
  Where where;
};

struct NumberFact {
  std::string_view quirk;
  int Quirks::* member;
  int value;
  Where where;
};

constexpr FlagFact flag_facts[] = {
    {"network_name_by_manual", &Quirks::network_name_by_manual, true, {.firmwares = {r1308}}},
    {"cpms_preferred", &Quirks::cpms_preferred, false, {.build = Build::bluetooth}},
    {"gps_ready", &Quirks::gps_ready, true, {.models = {sim808}, .firmwares = {r1308, r1309}}},
    {"cnum_empty_name", &Quirks::cnum_empty_name, false, {.build = Build::bluetooth}},
    {"location_server_gone", &Quirks::location_server_gone, true, {.models = {sim868}}},
    // The order is the same in the logs of all revisions at power-on, and is known of R14.18 after AT+CFUN=1.
    {"boot_sms_ready_first", &Quirks::boot_sms_ready_first, false, {}},
    {"cfun_call_ready_first", &Quirks::cfun_call_ready_first, false, {}},
    {"second_call_ready", &Quirks::second_call_ready, true, {.models = {sim868}}},
    {"flow_control_silent", &Quirks::flow_control_silent, true, {.firmwares = {r1308}}},  // a driver of 2014
};
// A .NET driver for SIM800H shows 186,368 free bytes, an ESP driver for SIM800C "about 90 KB".
constexpr NumberFact number_facts[] = {
    {"drive_bytes", &Quirks::drive_bytes, 92'160, {.models = {sim800c}, .firmwares = {r1418}}},
};
constexpr TextFact text_facts[] = {
    {"tls", &Quirks::tls, "1.2", {.build = Build::tls12}},
    {"cnum_tail", &Quirks::cnum_tail, "7,4", {.firmwares = {r1308}}},
    {"cnum_tail", &Quirks::cnum_tail, ",4", {.build = Build::bluetooth}},
};

constexpr KnownRevision known[] = {
    {sim800h, "1308B01SIM800H32"},       {sim800h, "1309B12SIM800H32"},        {sim800l, "1308B04SIM800L16"},
    {sim800l, "1308B08SIM800L16"},       {sim800l, "SIM800L16_20141031_1027"}, {sim800l, "1308B09SIM800L16"},
    {sim800l, "1309B10SIM800L16"},       {sim800l, "1418B04SIM800L24"},        {sim800l, "1418B05SIM800L24"},
    {sim800l, "1418B06SIM800L24"},       {sim800, "1308B04SIM800M32"},         {sim800, "1308B05SIM800M32"},
    {sim808, "1418B02SIM808M32_BT"},     {sim808, "1418B03SIM808M32_BT"},      {sim868, "1418B02SIM868M32"},
    {sim868, "1418B03SIM868M32_BT"},     {sim868, "1418B05SIM868M32_BT"},      {sim800c, "1418B05SIM800C24"},
    {sim800c, "1418B05SIM800C24_BT"},    {sim800c, "1418B08SIM800C24"},        {sim800c, "1418B04SIM800C32_BT"},
    {sim800c, "1418B08SIM800C32_BT"},    {sim800c, "1418B08SIM800C24_TLS12"},  {sim800c, "1418B09SIM800C24_TLS12"},
    {sim800c, "1418B10SIM800C24_TLS12"},
};

// Measured at two public test sites, with 1418B06SIM800L24 and 1418B09SIM800C24_TLS12.
constexpr std::string_view suites_of_tls_1_0 =
    "RC4-MD5:RC4-SHA:AES128-SHA:DHE-RSA-DES-CBC3-SHA:DHE-DSS-DES-CBC3-SHA:DES-CBC3-SHA:DES-CBC-SHA:EXP-RC4-MD5:"
    "DHE-DSS-DES-CBC-SHA";
constexpr std::string_view suites_of_tls_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-GCM-SHA256:AES128-SHA256:ECDHE-RSA-AES256-SHA:"
    "ECDHE-ECDSA-AES256-SHA";

// --- names of revisions

unsigned number_at(std::string_view text, std::size_t start, std::size_t most) {
  const std::string_view digits = text.substr(std::min(start, text.size()), most);
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

struct Release {
  unsigned number = 1418, build = 5;
};

/// "1418B05", wherever it stands.
std::optional<Release> release_of(std::string_view name) {
  for (const unsigned number : {1308U, 1309U, 1418U}) {
    const std::size_t start = name.find(std::to_string(number));
    if (start == std::string_view::npos) continue;
    const std::string_view rest = name.substr(start + 4);
    return Release{number, rest.starts_with('B') ? number_at(rest, 1, 2) : 0};
  }
  // How R13.08 for modules with 16 Mbit called itself before it had numbers.
  if (name.starts_with("SIM800L16_")) return Release{1308, 0};
  return std::nullopt;
}

/// Behind "SIM": "800L24_BT" of "1418B05SIM800L24_BT".
std::string_view behind_sim(std::string_view name) {
  const std::size_t start = name.find("SIM");
  return start == std::string_view::npos ? std::string_view{} : name.substr(start + 3);
}

/// In megabits: the last number of the first word behind "SIM8xx".
unsigned flash_of(std::string_view name) {
  const std::string_view word = behind_sim(name).substr(0, behind_sim(name).find('_'));
  std::size_t start = word.size();
  while (start > 3 && is_digit(word[start - 1])) --start;
  return start > 3 ? number_at(word, start, 4) : 0;
}

Firmware firmware_of(Model model, const Release& release, const Revision& revision) {
  if (release.number == 1308) return release.build <= 8 ? r1308 : r1309;
  if (release.number == 1309) return r1309;
  if (model == sim808) return r1418_sim808;
  if (model == sim868) return r1418_sim868;
  return revision.tls12 ? r1418_tls12 : r1418;
}

std::string product(const Personality& who) {
  const std::string release = std::to_string(who.revision.release);
  return fmt::format("{} R{}.{}", name_of(who.model).substr(0, 6), release.substr(0, 2), release.substr(2));
}

}  // namespace

Revision read_revision(Model model, std::string_view name) {
  Revision revision;
  const auto release = release_of(name);
  revision.understood = release.has_value();
  revision.release = release.value_or(Release{}).number;
  revision.flash_mbit = flash_of(name);
  revision.bluetooth = name.find("_BT") != std::string_view::npos;
  revision.tls12 = name.find("_TLS12") != std::string_view::npos;
  revision.firmware = firmware_of(model, release.value_or(Release{}), revision);
  return revision;
}

std::optional<Model> model_of_revision(std::string_view name) {
  std::string_view word = behind_sim(name);
  if (word.size() < 3) return std::nullopt;
  const bool dual = word.find("_DS") != std::string_view::npos;
  word = word.substr(0, word.find('_'));
  // The longest name that it starts with: SIM800W16 before SIM800W. The M of "SIM800M32" is no model.
  std::optional<Model> found;
  for (const std::string_view each : model_names()) {
    const bool longer = !found || each.size() > name_of(*found).size();
    if (longer && word.starts_with(each.substr(3))) found = find_model(each);
  }
  return found == sim800c && dual ? sim800c_ds : found;
}

Personality::Personality(const ModuleConfig& module)
    : Personality(find_model(module.model).value_or(sim800l), module.revision) {}

bool Personality::has(std::string_view command) const {
  bool present = models_of(command).has(model);
  for (const CommandFact& fact : command_facts) {
    if (std::ranges::find(fact.commands, command) != fact.commands.end() && fact.where.covers(*this))
      present = fact.present;
  }
  return present;
}

Quirks Personality::quirks() const {
  Quirks quirks;
  quirks.ati = product(*this);
  for (const FlagFact& fact : flag_facts) {
    if (fact.where.covers(*this)) quirks.*fact.member = fact.value;
  }
  for (const TextFact& fact : text_facts) {
    if (fact.where.covers(*this)) quirks.*fact.member = fact.value;
  }
  for (const NumberFact& fact : number_facts) {
    if (fact.where.covers(*this)) quirks.*fact.member = fact.value;
  }
  return quirks;
}

ModuleConfig module_of(Model model, std::string_view revision) {
  ModuleConfig module;
  module.model = name_of(model);
  module.revision = revision.empty() ? usual_revision(model) : revision;
  module.quirks = Personality(module).quirks();
  return module;
}

bool has_command(const ModuleConfig& module, const Personality& personality, std::string_view command) {
  const auto given = module.commands.find(command);
  return given == module.commands.end() ? personality.has(command) : given->second;
}

std::string doubt_about(const ModuleConfig& module) {
  if (Personality(module).revision.understood) return {};
  return fmt::format("module.revision \"{}\" is not known, and behaves as 1418B05 does; see sim800 models",
                     module.revision);
}

std::vector<std::pair<std::string, std::string>> behaviours(const Quirks& quirks) {
  std::vector<std::pair<std::string, std::string>> list{{"ati", fmt::format("\"{}\"", quirks.ati)}};
  const auto add = [&list](std::string_view quirk, std::string value) {
    const bool there = std::ranges::any_of(list, [quirk](const auto& each) { return each.first == quirk; });
    if (!there) list.emplace_back(quirk, std::move(value));
  };
  for (const TextFact& fact : text_facts) add(fact.quirk, fmt::format("\"{}\"", quirks.*fact.member));
  for (const FlagFact& fact : flag_facts) add(fact.quirk, quirks.*fact.member ? "true" : "false");
  for (const NumberFact& fact : number_facts) add(fact.quirk, std::to_string(quirks.*fact.member));
  return list;
}

std::span<const KnownRevision> known_revisions() { return known; }

std::string_view firmware_suites(TlsVersion newest) {
  return newest == TlsVersion::v1_2 ? suites_of_tls_1_2 : suites_of_tls_1_0;
}

}  // namespace sim800
