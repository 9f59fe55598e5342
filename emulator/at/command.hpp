// The rows of the command table, and what a handler is given. docs/add-a-command.md shows how to add one.
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/factory_settings.hpp"
#include "emulator/at/name_table.hpp"
#include "emulator/core/model.hpp"
#include "emulator/core/task.hpp"
#include "protocol/at/arguments.hpp"
#include "protocol/at/command_line.hpp"
#include "protocol/at/response.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Channel;
class Modem;
class Settings;
struct Command;
struct ModuleConfig;

/// One run of one command. It outlives the handler, even if that is a coroutine.
struct Invocation {
  Modem& modem;
  Channel& channel;
  Settings& settings;
  const Command& command;
  std::string_view typed;      ///< the arguments as typed
  const Arguments& arguments;  ///< of the write form, checked against the row's parameters
  Response& response;

  bool has(std::size_t i) const { return arguments[i].given(); }
  /// A number that was checked against the row's parameter; `absent` if the argument was omitted.
  std::uint32_t number(std::size_t i, std::uint32_t absent = 0) const {
    return parse_number(arguments[i].text).value_or(absent);
  }
  std::string text(std::size_t i) const { return unescape(arguments[i].text); }
  void line(std::string_view text) const { response.line(text); }
  /// An information line formatted with fmt, without heap allocation.
  template <class... Values>
  void print(fmt::format_string<Values...> format, Values&&... values) const {
    fmt::memory_buffer buffer;
    fmt::format_to(fmt::appender(buffer), format, std::forward<Values>(values)...);
    response.line({buffer.data(), buffer.size()});
  }
};

/// A handler is one of three: a function that answers at once, a coroutine, or a fixed text.
struct Handler {
  using Act = Result (*)(Invocation&);
  using Conversation = Task<Result> (*)(Invocation&);
  Act act = nullptr;
  Conversation conversation = nullptr;
  const char* says = nullptr;  ///< one information line, then OK; "": OK alone
  bool takes_input = false;    ///< what the host sends behind the line may be no further line: see with_input()

  constexpr Handler() = default;
  constexpr Handler(Act a) : act(a) {}                    // NOLINT(google-explicit-constructor): rows name functions
  constexpr Handler(Conversation d) : conversation(d) {}  // NOLINT(google-explicit-constructor)
  constexpr Handler(const char* t) : says(t) {}           // NOLINT(google-explicit-constructor)
  constexpr explicit operator bool() const { return act != nullptr || conversation != nullptr || says != nullptr; }
};

/// For a handler that reads what follows its line (a prompt's text, payload, the key that interrupts it), or that leads
/// to data mode. Lines behind it are not echoed before it has ended.
constexpr Handler with_input(Handler handler) {
  handler.takes_input = true;
  return handler;
}

/// The wrong moment for it.
inline constexpr Result not_allowed{Cme::not_allowed};
/// For what is stored: refused if the state directory refused it, and then nothing has changed.
constexpr Result kept_if(bool stored) { return stored ? ok : Result{Cme::memory_failure}; }

/// A parameter that is 0 or 1.
constexpr Parameter flag(std::string_view initial) { return number("0,1", initial); }

/// How much of the module's behaviour a command has.
enum class Support : std::uint8_t {
  full,     ///< what the module does
  state,    ///< stores and reports its setting, without any effect yet
  accepts,  ///< answers OK only, as on a module where it has no effect, or where no effect is possible
};

/// Where a setting is stored (manual 1.7).
enum class Saved : std::uint8_t {
  never,         ///< NO_SAVE
  profile,       ///< AT&W_SAVE: the user profile, reloaded by ATZ and at boot
  profile_uart,  ///< likewise, but not changed by ATZ and AT&F: CSCLK, IPR, ICF, IFC, CMNRP
  automatic,     ///< AUTO_SAVE
};

/// Settings that a command of theirs saves together: AT+CIPSCONT, AT+FTPSCONT, AT+CMMSSCONT.
struct SavedContext {
  std::string_view section;    ///< of the NVRAM
  std::string_view separator;  ///< in its keys, between command and value: "+CIPATS 1"; empty: "+FTPUN", one value each
};

struct Command {
  std::string_view name;     ///< "+CSQ", "E", "&W", "S0"
  std::string_view section;  ///< of the AT manual V1.12; "" for commands of application notes
  Support support = Support::full;
  Saved saved = Saved::never;
  std::array<Parameter, 9>
      parameters{};  ///< of the write form; those with an initial value, up to the first without one, are stored
  Handler test{}, read{}, write{}, execute{};
  std::uint16_t seconds = 0;                ///< the manual's maximum response time; 0: none given
  Result usage_error = Cme::invalid_input;  ///< for arguments that do not fit the parameters
  /// Factory values, separated by commas, of a setting whose write form changes a list part by part (+SLEDS). The range
  /// of the second parameter applies to each of them.
  std::string_view list{};
  std::uint8_t profile_line = 0;          ///< place in each block of AT&V, from 1; 0: not shown
  const SavedContext* context = nullptr;  ///< the one its values belong to, if any
  /// The models with this row, if a command has different rows (manual 20.1-20.14). Whether a module has the command at
  /// all depends on its personality too.
  Models models = Models::all();

  const Handler& handler(Form form) const;
  bool basic() const { return name[0] != '+' && name[0] != '*'; }
  /// Whether its values are stored in Settings.
  bool is_setting() const { return !list.empty() || kept() > 0; }
  /// How many of its parameters are stored.
  std::size_t kept() const;
  /// What the `i`-th of the kept values may be.
  const Parameter& kept_parameter(std::size_t i) const { return parameters[list.empty() ? i : 1]; }
};

// Handlers for rows without code of their own.

/// Test: the parameters' ranges, "+CREG: (0-2)".
Result show_ranges(Invocation& cmd);
/// Read: the stored values, "+CREG: 0".
Result show_setting(Invocation& cmd);
/// Write: stores the values; an omitted argument keeps its value.
Result keep_setting(Invocation& cmd);

/// Write, for a row with a `list`: AT+SIDET=<channel>,<gain>. The first argument selects the part that the others
/// change.
Result keep_part(Invocation& cmd);
/// Read, likewise: "+SIDET: (0,10),(1,10)", one part per value of the first parameter.
Result show_parts(Invocation& cmd);

/// The indices in a list (column by column) of the values of part `which`; empty if there is no such part.
std::vector<std::size_t> places_of_part(const Command& command, std::uint32_t which);

/// A row that is only a setting.
constexpr Command setting(std::string_view name, std::string_view section, Support support, Saved saved,
                          std::array<Parameter, 9> parameters) {
  return {.name = name,
          .section = section,
          .support = support,
          .saved = saved,
          .parameters = parameters,
          .test = show_ranges,
          .read = show_setting,
          .write = keep_setting};
}

/// A setting of which each write changes one part; `list` has the factory values, column by column.
constexpr Command list_setting(std::string_view name, std::string_view section, Support support, Saved saved,
                               std::array<Parameter, 9> parameters, std::string_view list) {
  Command row = setting(name, section, support, saved, parameters);
  row.read = show_parts;
  row.write = keep_part;
  row.list = list;
  return row;
}

/// The row, limited to some models.
constexpr Command on(Models models, Command row) {
  row.models = models;
  return row;
}

/// The row as AT&V shows it, in that line of each block.
constexpr Command listed(std::uint8_t profile_line, Command row) {
  row.profile_line = profile_line;
  return row;
}

/// The row as part of a context.
constexpr Command in_context(const SavedContext& context, Command row) {
  row.context = &context;
  return row;
}

/// Rows of the whole table, for all models.
using CommandRows = std::span<const Command* const>;

/// The commands of one module, by name.
class CommandTable {
 public:
  /// Two rows with the same name for one model are a mistake in the table: the program stops and names them. A command
  /// that `module.commands` gives to a model without a row for it gets the first row of its name.
  CommandTable(CommandRows rows, const ModuleConfig& module);
  const Command* find(std::string_view name) const {
    const Command* const* found = by_name_.find(name);
    return found != nullptr ? *found : nullptr;
  }
  /// The rows that AT&V shows, in its order.
  std::vector<const Command*> profile_lines() const;
  /// The rows it was built from.
  CommandRows rows() const { return rows_; }
  /// What their settings start with.
  const FactorySettings& factory() const { return factory_; }

 private:
  CommandRows rows_;
  NameTable<const Command*> by_name_;
  FactorySettings factory_;
};

}  // namespace sim800
