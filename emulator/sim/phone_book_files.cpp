// SPDX-License-Identifier: MIT
#include "emulator/sim/phone_book_files.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "protocol/sim/card_coding.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

struct Kept {
  std::string_view memory;
  std::uint16_t folder, file, extension;
};
constexpr std::uint16_t none = 0;
constexpr std::array kept_as{
    Kept{"SM", ef::telecom, ef::adn, ef::ext1}, Kept{"ON", ef::telecom, ef::msisdn, ef::ext1},
    Kept{"LD", ef::telecom, ef::lnd, ef::ext1}, Kept{"FD", ef::telecom, ef::fdn, ef::ext2},
    Kept{"SD", ef::telecom, ef::sdn, ef::ext3}, Kept{"BN", ef::telecom, ef::bdn, ef::ext4},
    Kept{"VM", ef::gsm, ef::mailbox, none},     Kept{"EN", ef::gsm, ef::ecc, none},
};

constexpr std::uint8_t no_extension = 0xff;

const Kept* find_kept(const CardFile& file) {
  const auto found = std::ranges::find_if(
      kept_as, [&file](const Kept& each) { return each.folder == file.folder && each.file == file.id; });
  return found == kept_as.end() ? nullptr : &*found;
}

/// As the card's alphabet of digits has it: pauses are "p", wild cards "w".
std::string digits_of(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  std::string digits = lower_case(number);
  std::ranges::replace(digits, ',', 'p');
  return digits;
}

struct Long {
  std::string_view memory;
  int place;
  std::string digits;
};

/// Those with more digits than a record holds.
std::vector<Long> long_numbers(const PhoneBook& book, std::uint16_t extension_file) {
  std::vector<Long> found;
  for (const Kept& each : kept_as) {
    if (each.extension != extension_file || extension_file == none) continue;
    for (const auto& [place, entry] : book.entries(each.memory)) {
      std::string digits = digits_of(entry.number);
      if (digits.size() > DiallingNumber::most_digits) found.push_back({each.memory, place, std::move(digits)});
    }
  }
  return found;
}

}  // namespace

const CardFile* file_of_memory(std::string_view memory) {
  const auto found = std::ranges::find(kept_as, memory, &Kept::memory);
  return found == kept_as.end() ? nullptr : find_card_file(found->folder, found->file);
}

std::string_view memory_of_file(const CardFile& file) {
  const Kept* kept = find_kept(file);
  return kept == nullptr ? std::string_view() : kept->memory;
}

std::uint16_t extension_of(const CardFile& file) {
  const Kept* kept = find_kept(file);
  return kept == nullptr ? none : kept->extension;
}

std::optional<PhoneBook::Entry> decode_entry(const CardFile& file, std::string_view record, const ReadRecord& read) {
  constexpr char additional_data = 2;  // type of an extension record (10.5.10)
  std::uint8_t extension = no_extension;
  auto number = decode_record(record, extension);
  if (!number) return std::nullopt;
  const CardFile* more = find_card_file(ef::telecom, extension_of(file));
  if (more != nullptr && extension >= 1 && extension <= more->records) {
    const std::string rest = read(*more, extension);
    const std::size_t bytes = rest.size() < 2 ? 0 : static_cast<unsigned char>(rest[1]);
    if (bytes != 0 && rest[0] == additional_data)
      number->digits += decode_digits(rest.substr(2, std::min(bytes, std::size_t{10})));
  }
  const bool international = (number->type & 0x70U) == 0x10U;
  return PhoneBook::Entry{(international ? "+" : "") + number->digits, to_utf8(number->name)};
}

std::string encode_entry(const CardFile& file, const PhoneBook::Entry* entry, std::uint8_t extension) {
  if (entry == nullptr) return encode_record(std::nullopt, file.length, no_extension);
  const DiallingNumber number{.name = from_utf8(entry->name),
                              .type = entry->number.starts_with('+') ? international_number : unknown_number,
                              .digits = digits_of(entry->number)};
  return encode_record(number, file.length, extension);
}

PhoneBook::Entries decode_emergency(std::string_view bytes) {
  PhoneBook::Entries entries;
  for (int place = 1; bytes.size() >= 3; ++place, bytes.remove_prefix(3)) {
    if (std::string digits = decode_digits(bytes.substr(0, 3)); !digits.empty())
      entries[place] = {std::move(digits), ""};
  }
  return entries;
}

std::string encode_emergency(const PhoneBook::Entries& entries, std::size_t length) {
  std::string bytes(length, '\xff');
  for (const auto& [place, entry] : entries) {
    const auto from = static_cast<std::size_t>(place - 1) * 3;
    if (from + 3 <= length) bytes.replace(from, 3, encode_digits(entry.number, 3));
  }
  return bytes;
}

std::string extension_record(const PhoneBook& book, std::uint16_t extension_file, unsigned record) {
  const auto numbers = long_numbers(book, extension_file);
  if (record == 0 || record > numbers.size()) return {};
  const std::string rest = numbers[record - 1].digits.substr(DiallingNumber::most_digits);
  std::string bytes = "\x02";
  bytes += static_cast<char>((rest.size() + 1) / 2);
  bytes += encode_digits(rest, 10);
  return bytes + '\xff';
}

std::uint8_t extension_number(const PhoneBook& book, const CardFile& file, int place) {
  const auto numbers = long_numbers(book, extension_of(file));
  const std::string_view memory = memory_of_file(file);
  for (std::size_t i = 0; i < numbers.size() && i < 20; ++i) {
    if (numbers[i].memory == memory && numbers[i].place == place) return static_cast<std::uint8_t>(i + 1);
  }
  return no_extension;
}

}  // namespace sim800
