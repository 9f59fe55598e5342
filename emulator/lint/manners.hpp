// What the manual says of commands that take data, of URCs that say how a command went, and of those that need a
// network: the tables of the driver lint.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emulator/core/duration.hpp"
#include "protocol/at/command_line.hpp"

namespace sim800 {

/// The name of a line's first command: "+CSQ".
std::string_view name_of(std::string_view line);

/// A command that takes data behind a prompt.
struct DataManner {
  std::string_view name;
  Form form;
  std::string_view begins;  ///< of its arguments
  int length;               ///< which of them says how many bytes, from 0; -1: they end with Ctrl-Z
};
/// Null: it takes none.
const DataManner* data_of(const TypedCommand& typed);
/// How many bytes; nothing: they end with Ctrl-Z. `mux`: AT+CIPMUX=1.
std::optional<std::uint64_t> announced(const DataManner& manner, const TypedCommand& typed, bool mux);
/// There is a prompt in what the module has said; the number of bytes that it takes, if it says so, else 0.
std::optional<std::uint64_t> prompt_in(std::string_view heard);

/// A command, the URC that says how it went, and what needs that.
struct UrcManner {
  std::string_view name, begins;  ///< the command; of its arguments
  std::string_view urc;
  std::string_view needed_by, needed_begins;  ///< likewise
  std::string_view ended_by;                  ///< gives up on it
  Duration limit;                             ///< nobody has to wait longer
};
std::span<const UrcManner> awaited_urcs();
bool starts(const UrcManner& row, const TypedCommand& typed);
bool needs_urc(const UrcManner& row, const TypedCommand& typed);
bool ends_wait(const UrcManner& row, const TypedCommand& typed);
bool says(const UrcManner& row, std::string_view urc);

/// It works only on a module that is registered.
bool uses_network(const TypedCommand& typed);
/// Its answer, or the URC that it asks for, tells whether the module is registered.
bool tells_registration(const TypedCommand& typed);

/// A command of 27.007 or of other modules that drivers for many modules try, to see whether there is one.
bool is_probed(std::string_view name);

}  // namespace sim800
