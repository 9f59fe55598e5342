// SPDX-License-Identifier: MIT
#include "emulator/core/model.hpp"

#include <algorithm>
#include <array>

namespace sim800 {
namespace {

constexpr auto count = static_cast<std::size_t>(Model::count_);

constexpr std::array<std::string_view, count> names = {
    "SIM800V",   "SIM840V", "SIM800W", "SIM840W", "SIM800W16", "SIM840W16",  "SIM800H", "SIM800L", "SIM800",
    "SIM800M64", "SIM800G", "SIM808",  "SIM868",  "SIM800C",   "SIM800C-DS", "SIM800A", "SIM800F"};

// Only those of SIM800L, SIM808 and SIM800H are on record (manual 19.1); the others follow the same pattern.
constexpr std::array<std::string_view, count> revisions = {
    "1418B05SIM800V32", "1418B05SIM840V32",    "1418B05SIM800W32",    "1418B05SIM840W32", "1418B05SIM800W16",
    "1418B05SIM840W16", "1308B01SIM800H32",    "1418B05SIM800L24",    "1418B05SIM800M32", "1418B05SIM800M64",
    "1418B05SIM800G32", "1418B02SIM808M32_BT", "1418B05SIM868M32_BT", "1418B05SIM800C24", "1418B05SIM800C32_DS",
    "1418B05SIM800A32", "1418B05SIM800F32"};
static_assert(!names.back().empty() && !revisions.back().empty(), "each model has a name and a revision");

using namespace models;

struct Availability {
  std::string_view command;
  Models models;
};

// Manual 20.4, 20.5 and 20.15. Where 20.5 and 20.15 disagree about +SGPIO on SIM800G, the command's own page is
// followed.
constexpr Models not_small = vw | pcm | Models{sim800g};
constexpr Models recorders =
    (vw - Models{sim800w16, sim840w16}) | Models{sim800h, sim800, sim800m64, sim808, sim868, sim800c_ds} | caf;
constexpr Models speakers = (vw - Models{sim800w16, sim840w16}) | Models{sim800h, sim800, sim800m64, sim800c};
constexpr Models pollers{sim800h, sim800l, sim800, sim800g};
constexpr Models newer = Models{sim868} | caf;

constexpr Availability table[] = {
    {"D><str>", Models::all() - Models{sim800c_ds}},
    {"+ICF", not_small},
    {"+CACM", not_small},
    {"+CAMM", not_small},
    {"+CAOC", not_small},
    {"+CPUC", not_small},
    {"+CCWE", not_small},
    {"+CBST", not_small},
    {"+CMOD", not_small},
    {"+CHFA", Models::all() - Models{sim800g}},
    {"+SGPIO", vw | pcm},
    {"+SPWM", not_small | Models{sim868}},
    {"+CPCMCFG", pcm},
    {"+CPCMSYNC", pcm},
    {"+CANT", pcm | newer},
    {"+SD2PCM", pcm},
    {"+SKPD", pcm | Models{sim800a, sim800f}},
    {"+CMNRP", {sim800h, sim800l, sim800, sim800m64}},
    {"+CEGPRS", {sim800h, sim800l, sim800, sim800m64, sim800c_ds}},
    {"+ECHARGE", {sim808}},
    {"+SIMTIMER", pollers},
    {"+SPE", pollers | newer | Models{sim800c_ds}},
    {"+CCONCINDEX", Models{sim808} | newer},
    {"+SDMODE", {sim808}},
    {"+SRSPT", pollers | Models{sim808} | newer},
    {"+CIPBEIPING", Models{sim800h, sim800l, sim800, sim808, sim800c_ds} | newer},
    {"+HTTPHEAD", pollers},
    {"+CREC", recorders},
    {"+CRECORD", recorders},
    {"+CTTS", speakers},
    {"+CTTSPARAM", speakers},
    {"+CTTSRING", speakers},
};

}  // namespace

std::string_view name_of(Model model) { return names[static_cast<std::size_t>(model)]; }

std::optional<Model> find_model(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Model>(found - names.begin());
}

std::span<const std::string_view> model_names() { return names; }

std::string_view usual_revision(Model model) { return revisions[static_cast<std::size_t>(model)]; }

Models models_of(std::string_view command) {
  const auto found = std::ranges::find(table, command, &Availability::command);
  return found == std::end(table) ? Models::all() : found->models;
}

}  // namespace sim800
