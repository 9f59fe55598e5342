// The phone book as files of the card (51.011 10.5).
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/sim/card_directory.hpp"
#include "emulator/sim/phone_book.hpp"

namespace sim800 {

/// Null: that memory is no file of the card.
const CardFile* file_of_memory(std::string_view memory);
/// Empty: that file is no memory of the phone book.
std::string_view memory_of_file(const CardFile& file);
/// Where the digits are that a record of this file has no room for.
std::uint16_t extension_of(const CardFile& file);

/// The bytes of a record, when asked for by another one.
using ReadRecord = std::function<std::string(const CardFile& file, unsigned record)>;

/// Nothing: the record is empty, or holds no number.
std::optional<PhoneBook::Entry> decode_entry(const CardFile& file, std::string_view record, const ReadRecord& read);
/// `extension`: the number of the record with the rest of a long number; 0xff: none.
std::string encode_entry(const CardFile& file, const PhoneBook::Entry* entry, std::uint8_t extension);

/// EF ECC: three bytes for each number (10.3.27).
PhoneBook::Entries decode_emergency(std::string_view bytes);
std::string encode_emergency(const PhoneBook::Entries& entries, std::size_t length);

/// Long numbers of all memories whose rest is in one extension file, in its order: record n is for the n-th.
std::string extension_record(const PhoneBook& book, std::uint16_t extension_file, unsigned record);
std::uint8_t extension_number(const PhoneBook& book, const CardFile& file, int place);

}  // namespace sim800
