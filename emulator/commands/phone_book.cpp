// The phone book (AT manual 3.2.24 to 3.2.27, 3.2.39, 6.2.16).
// SPDX-License-Identifier: MIT
#include "emulator/sim/phone_book.hpp"
#include "emulator/at/host_text.hpp"
#include "emulator/commands/phone_book.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

constexpr std::size_t number_length = PhoneBook::number_length, text_length = PhoneBook::text_length;

/// Waits as long as the card takes, then says whether it can be read.
Task<Result> settle(Modem& modem, Latency span = Latency::phone_book) {
  co_await modem.clock.sleep(modem.latency[span]);
  co_return phone_book_refusal(modem).value_or(ok);
}

/// +CPBR: <index>,"<number>",<type>,"<text>"
void show_entry(Invocation& cmd, int index, const PhoneBook::Entry& entry) {
  cmd.print("{}: {},\"{}\",{},\"{}\"", cmd.command.name, index, entry.number, type_of_number(entry.number),
            escaped_for_host(cmd.modem.settings, entry.name));
}

std::string indexes(const PhoneBook& book) { return fmt::format("(1-{})", book.selected().capacity); }

// --- 3.2.26 AT+CPBS

/// +CPBS: "<storage>",<used>,<total>
Task<Result> show_memory(Invocation& cmd) {
  if (const Result ready = co_await settle(cmd.modem); !ready.is_ok()) co_return ready;
  const PhoneBook& book = *cmd.modem.phone_book;
  cmd.print("+CPBS: \"{}\",{},{}", book.selected().name, book.entries().size(), book.selected().capacity);
  co_return ok;
}

Task<Result> select_memory(Invocation& cmd) {
  if (const Result ready = co_await settle(cmd.modem); !ready.is_ok()) co_return ready;
  cmd.modem.phone_book->select(*PhoneBook::find_memory(cmd.text(0)));
  co_return ok;
}

// --- 3.2.25 AT+CPBR

/// +CPBR: (<indexes>),<nlength>,<tlength>
Result show_reading(Invocation& cmd) {
  if (const auto refused = phone_book_refusal(cmd.modem)) return *refused;
  cmd.print("+CPBR: {},{},{}", indexes(*cmd.modem.phone_book), number_length, text_length);
  return ok;
}

/// AT+CPBR=<index1>[,<index2>]   Empty locations are skipped.
Task<Result> read_entries(Invocation& cmd) {
  const Result ready = co_await settle(cmd.modem, cmd.has(1) ? Latency::phone_book_list : Latency::phone_book);
  if (!ready.is_ok()) co_return ready;
  const PhoneBook& book = *cmd.modem.phone_book;
  const std::uint32_t first = cmd.number(0), last = cmd.number(1, first);
  if (first < 1 || last < first || last > static_cast<std::uint32_t>(book.selected().capacity))
    co_return Cme::invalid_index;
  for (const auto& [index, entry] : book.entries()) {
    if (index >= static_cast<int>(first) && index <= static_cast<int>(last)) show_entry(cmd, index, entry);
  }
  co_return ok;
}

// --- 3.2.24 AT+CPBF

Result show_finding(Invocation& cmd) {
  if (const auto refused = phone_book_refusal(cmd.modem)) return *refused;
  cmd.print("+CPBF: {},{}", number_length, text_length);
  return ok;
}

/// AT+CPBF=[<findtext>]   Entries that contain it; none: OK alone.
Task<Result> find_entries(Invocation& cmd) {
  const Result ready = co_await settle(cmd.modem, Latency::phone_book_list);
  if (!ready.is_ok()) co_return ready;
  const auto wanted = name_from_host(cmd.modem.settings, cmd.text(0));
  if (!wanted) co_return Cme::text_characters;
  for (const auto& [index, entry] : cmd.modem.phone_book->entries()) {
    if (entry.name.find(*wanted) != std::string::npos) show_entry(cmd, index, entry);
  }
  co_return ok;
}

// --- 3.2.27 AT+CPBW

/// +CPBW: (<indexes>),<nlength>,(<types>),<tlength>
Result show_writing(Invocation& cmd) {
  if (const auto refused = phone_book_refusal(cmd.modem)) return *refused;
  cmd.print("+CPBW: {},{},(129,145),{}", indexes(*cmd.modem.phone_book), number_length, text_length);
  return ok;
}

/// AT+CPBW=[<index>][,<number>[,<type>[,<text>]]]   Neither number nor text: deletes; no index: the first free
/// location.
Task<Result> write_entry(Invocation& cmd) {
  const Result ready = co_await settle(cmd.modem);
  if (!ready.is_ok()) co_return ready;
  PhoneBook& book = *cmd.modem.phone_book;
  const std::optional<int> index =
      cmd.has(0) ? std::optional(static_cast<int>(std::min(cmd.number(0), 65'535U))) : std::nullopt;
  if (book.selected().access == PhoneBook::Access::pin2) {
    if (const Result known = cmd.modem.sim->give_pin2(std::nullopt); !known.is_ok()) co_return known;
  }
  const auto name = name_from_host(cmd.modem.settings, cmd.text(3));
  if (!name) co_return Cme::text_characters;
  std::string number = number_from_host(cmd.modem.settings, cmd.text(1));
  if (cmd.number(2) == 145 && !number.empty() && !number.starts_with('+')) number.insert(0, "+");
  if (number.empty() && name->empty()) co_return index ? book.erase(*index) : Result{Cme::invalid_input};
  co_return book.write(index, {number, *name});
}

// --- 3.2.39 AT+CNUM, 6.2.16 AT+CCVM

/// +CNUM: ["<alpha>",]"<number>",<type>,<speed>,<service>   the card's own numbers, for voice
Task<Result> show_own_numbers(Invocation& cmd) {
  if (const Result ready = co_await settle(cmd.modem); !ready.is_ok()) co_return ready;
  const Quirks& quirks = cmd.modem.world.module.quirks;
  for (const auto& [index, entry] : cmd.modem.phone_book->entries("ON")) {
    const bool named = !entry.name.empty() || quirks.cnum_empty_name;
    const std::string name = named ? fmt::format("\"{}\",", escaped_for_host(cmd.modem.settings, entry.name)) : "";
    cmd.print("+CNUM: {}\"{}\",{},{}", name, entry.number, type_of_number(entry.number), quirks.cnum_tail);
  }
  co_return ok;
}

/// +CCVM: "<number>","<text>"   OK alone if none is set
Task<Result> show_voice_mail(Invocation& cmd) {
  if (const Result ready = co_await settle(cmd.modem); !ready.is_ok()) co_return ready;
  for (const auto& [index, entry] : cmd.modem.phone_book->entries("VM"))
    cmd.print("+CCVM: \"{}\",\"{}\"", entry.number, escaped_for_host(cmd.modem.settings, entry.name));
  co_return ok;
}

/// AT+CCVM=<number>[,<text>]   An empty number deletes it.
Task<Result> set_voice_mail(Invocation& cmd) {
  if (const Result ready = co_await settle(cmd.modem); !ready.is_ok()) co_return ready;
  const auto name = name_from_host(cmd.modem.settings, cmd.text(1));
  if (!name) co_return Cme::text_characters;
  PhoneBook::Entry entry{number_from_host(cmd.modem.settings, cmd.text(0)), *name};
  if (const auto refused = PhoneBook::misfit(entry)) co_return *refused;
  co_return kept_if(cmd.modem.phone_book->put("VM", 1, std::move(entry)));
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CPBF", .section = "3.2.24", .parameters = {optional(text(256))},
     .test = show_finding, .write = find_entries, .seconds = 30},
    {.name = "+CPBR", .section = "3.2.25", .parameters = {number("0-65535"), optional(number("0-65535"))},
     .test = show_reading, .write = read_entries, .seconds = 30},
    {.name = "+CPBS", .section = "3.2.26", .parameters = {words(R"("SM","ME","ON","FD","LD","DC","RC","MC","EN","VM","BN","SD")")},
     .test = R"(+CPBS: ("SM","ME","ON","FD"))", .read = show_memory, .write = select_memory, .seconds = 3},
    {.name = "+CPBW", .section = "3.2.27",
     .parameters = {optional(number("0-65535")), optional(text(256)), optional(number("128-255")), optional(text(256))},
     .test = show_writing, .write = write_entry, .seconds = 3},
    {.name = "+CNUM", .section = "3.2.39", .test = "", .execute = show_own_numbers},
    {.name = "+CCVM", .section = "6.2.16", .saved = automatic, .parameters = {text(256), optional(text(256))},
     .test = "+CCVM: 40,14", .read = show_voice_mail, .write = set_voice_mail},
};
// clang-format on

}  // namespace

std::optional<Result> phone_book_refusal(Modem& modem) {
  if (const auto refused = modem.sim->refusal()) return refused;
  if (!modem.call_ready()) return Cme::sim_busy;
  return std::nullopt;
}

std::span<const Command> phone_book_commands() { return table; }

}  // namespace sim800
