// How firmware revisions differ: which commands they have, and how those behave. docs/personalities.md is for users.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/core/model.hpp"
#include "emulator/core/tls_version.hpp"
#include "emulator/core/world.hpp"

namespace sim800 {

/// Lines of firmware that behave alike.
enum class Firmware : std::uint8_t {
  r1308,  ///< R13.08 up to build 8
  r1309,  ///< R13.08 from build 9, and R13.09
  r1418,  ///< R14.18
  r1418_tls12,
  r1418_sim808,
  r1418_sim868,
  count_,
};
using Firmwares = SetOf<Firmware>;

/// What the name of a revision says: "1418B09SIM800C24_TLS12".
struct Revision {
  Firmware firmware = Firmware::r1418;
  unsigned release = 1418;  ///< 1308, 1309, 1418
  unsigned flash_mbit = 0;  ///< 0: it does not say
  bool bluetooth = false;   ///< _BT
  bool tls12 = false;       ///< _TLS12
  bool understood = true;   ///< false: no release is in it, and it is taken as 1418B05
};
Revision read_revision(Model model, std::string_view name);
/// The model that the name of a revision contains: SIM800 of "1308B04SIM800M32".
std::optional<Model> model_of_revision(std::string_view name);

/// A model with a firmware.
struct Personality {
  Personality(Model which, std::string_view revision_name)
      : model(which), revision(read_revision(which, revision_name)) {}
  explicit Personality(const ModuleConfig& module);

  Model model;
  Revision revision;

  /// Whether it has a command: the manual's chapter 20, corrected by what the field has seen.
  bool has(std::string_view command) const;
  /// How it behaves, where a scenario says nothing.
  Quirks quirks() const;
};

/// A module as it leaves the factory; an empty `revision` is the usual one.
ModuleConfig module_of(Model model, std::string_view revision = {});
/// Whether a module has a command, `module.commands` included.
bool has_command(const ModuleConfig& module, const Personality& personality, std::string_view command);

/// What is odd about a module's identity, for whoever wrote it: its revision says nothing. Empty: nothing is.
std::string doubt_about(const ModuleConfig& module);

/// The values of those quirks that depend on the revision, as a scenario would set them: {"tls", "\"1.0\""}.
std::vector<std::pair<std::string, std::string>> behaviours(const Quirks& quirks);

/// A revision that was seen on hardware, or that the manual names.
struct KnownRevision {
  Model model;
  std::string_view name;
};
std::span<const KnownRevision> known_revisions();

/// The cipher suites of firmware with this TLS version, in the order in which it offers them, as `openssl ciphers`
/// names them.
std::string_view firmware_suites(TlsVersion newest);

}  // namespace sim800
