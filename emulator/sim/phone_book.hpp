// The phone book: the memories of the card and of the module, and the call lists (27.007 8.11, AT manual 3.2.24).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class PhoneBook final : public Service {
 public:
  static constexpr std::size_t number_length = 40;  ///< longest number and text, as AT+CPBR=? reports them
  static constexpr std::size_t text_length = 14;

  /// What may be written to a memory.
  enum class Access : std::uint8_t {
    write,
    erase,  ///< call lists: the module writes them itself
    pin2,   ///< fixed and barred dialling: written with PIN2 only
    read,
  };
  struct Memory {
    std::string_view name;  ///< "SM"
    int capacity;           ///< entries count from 1
    bool on_card;
    Access access;
  };
  struct Entry {
    std::string number, name;  ///< the name in UTF-8
  };
  using Entries = std::map<int, Entry>;

  /// Nothing for an unknown name.
  static const Memory* find_memory(std::string_view name);

  PhoneBook(const Environment& environment, Nvram& nvram);

  /// AT+CPBS: the memory that the other commands use; "SM" after power-on.
  void select(const Memory& memory) { selected_ = &memory; }
  void power_on() override { selected_ = find_memory("SM"); }
  const Memory& selected() const { return *selected_; }

  const Entries& entries(std::string_view memory) const;
  const Entries& entries() const { return entries(selected_->name); }

  /// Why no memory takes it: CME 26 and 27 the number, 24 the text; nothing if it fits.
  static std::optional<Result> misfit(const Entry& entry);
  /// AT+CPBW in the selected memory; `index` not given: the first free location. CME 20 full, 21 no such location, 26
  /// and 27 the number, 24 the text, 3 not writable, 23 it cannot be stored. PIN2, where it is needed, has been given.
  Result write(std::optional<int> index, Entry entry);
  Result erase(int index);
  /// The module stores an entry itself, whatever the host may write there. False if it cannot.
  bool put(std::string_view memory, int index, Entry entry);

  /// The name for a number, from the card's memory, else the module's; "" if none.
  std::string name_of(std::string_view number) const;
  /// The number for a name, from all memories (AT manual 2.2.5).
  std::optional<std::string> number_of(std::string_view name) const;

  /// Call lists, the newest entry at location 1: "LD" dialled, "RC" received, "MC" missed.
  void log(std::string_view list, const std::string& number);
  /// As UPDATE RECORD of a cyclic file does: the oldest entry is lost, the others move by one. False if it cannot.
  bool put_first(std::string_view list, Entry newest);

 private:
  Entries& entries_of(std::string_view memory);
  void load(const Nvram::Section& section);
  void fill_from_scenario();
  void fill_from_files();
  std::string section(bool on_card) const;
  /// The memory has these entries, or, if that cannot be stored, those it had.
  bool replace(const Memory& memory, Entries changed);

  const Environment& environment_;
  Nvram& nvram_;
  std::map<std::string_view, Entries> kept_;
  const Memory* selected_;
};

}  // namespace sim800
