// The commands of the card (51.011 chapter 8), as APDUs and for AT+CRSM.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "emulator/core/world.hpp"
#include "emulator/sim/card_algorithm.hpp"
#include "emulator/sim/card_files.hpp"
#include "emulator/sim/card_status.hpp"

namespace sim800 {
namespace {

enum : std::uint8_t {
  invalidate = 0x04,
  terminal_profile = 0x10,
  fetch = 0x12,
  terminal_response = 0x14,
  verify_chv = 0x20,
  change_chv = 0x24,
  disable_chv = 0x26,
  enable_chv = 0x28,
  unblock_chv = 0x2c,
  increase_record = 0x32,
  rehabilitate = 0x44,
  run_gsm_algorithm = 0x88,
  seek_record = 0xa2,
  select_file = 0xa4,
  read_binary_file = 0xb0,
  read_one_record = 0xb2,
  get_response_bytes = 0xc0,
  envelope = 0xc2,
  update_binary_file = 0xd6,
  update_one_record = 0xdc,
  status_of_folder = 0xf2,
  sleep = 0xfa,
};

/// Those whose P3 is the length of what follows; that of the others is the length of the answer.
bool takes_data(std::uint8_t instruction) {
  constexpr std::array with_data{terminal_profile,   terminal_response, verify_chv,        change_chv,
                                 disable_chv,        enable_chv,        unblock_chv,       increase_record,
                                 seek_record,        select_file,       run_gsm_algorithm, envelope,
                                 update_binary_file, update_one_record};
  return std::ranges::find(with_data, instruction) != with_data.end();
}

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

/// Which commands work on which files (51.011 table 8).
bool fits(std::uint8_t instruction, CardFile::Structure structure) {
  using enum CardFile::Structure;
  switch (instruction) {
    case read_binary_file:
    case update_binary_file: return structure == transparent;
    case seek_record: return structure == linear;
    case increase_record: return structure == cyclic;
    default: return structure != transparent;
  }
}

/// The card wants another length, which it tells.
CardAnswer other_length(std::size_t right) {
  return {.status = static_cast<std::uint16_t>(wrong_length + std::min<std::size_t>(right, 255))};
}

CardAnswer with_response(std::string& kept, std::string response) {
  kept = std::move(response);
  return {.status = static_cast<std::uint16_t>(has_response + kept.size())};
}

/// Eight bytes, digits in ASCII and FF behind them.
std::string code_in(std::string_view data, std::size_t from = 0) {
  const std::string_view bytes = data.substr(from, 8);
  return std::string(bytes.substr(0, bytes.find('\xff')));
}

CardAnswer told(const Result& result, unsigned attempts_left) {
  if (result.is_ok()) return {};
  if (result == Result{Cme::memory_failure}) return {.status = memory_problem};
  return {.status = attempts_left == 0 ? code_blocked : access_denied};
}

/// 24 bits, big endian.
unsigned counted(std::string_view bytes) {
  return byte_of(bytes[0]) << 16U | byte_of(bytes[1]) << 8U | byte_of(bytes[2]);
}

}  // namespace

CardAnswer CardFiles::operate(Operation operation, std::uint16_t id, const Parameters& parameters) {
  if (operation == Operation::status) return {.data = describe_folder(ef::mf)};
  Session session;
  if (is_card_folder(id)) {
    session.folder = id;
  } else if (const auto file = find_anywhere(id)) {
    session.folder = file->folder;
    session.file = id;
  } else {
    return {.status = not_found};
  }
  if (operation == Operation::get_response) return {.data = describe(session)};
  return run_on_file(session, static_cast<std::uint8_t>(operation), parameters);
}

CardAnswer CardFiles::transmit(std::string_view apdu) {
  if (activation_ != sim_.activation()) {
    session_ = {};
    activation_ = sim_.activation();
  }
  if (byte_of(apdu[0]) != 0xa0) return {.status = wrong_class};
  const auto instruction = static_cast<std::uint8_t>(apdu[1]);
  const Parameters given{byte_of(apdu[2]), byte_of(apdu[3]), byte_of(apdu[4]), std::string(apdu.substr(5))};
  if (given.data.size() != (takes_data(instruction) ? given.p3 : 0U)) return {.status = wrong_length};
  CardAnswer answer = run(session_, instruction, given);
  const bool responds = (answer.status & 0xff00U) == has_response;
  if (!responds && instruction != get_response_bytes) session_.response.clear();  // it was for the command behind
  if (answer.status == success && waiting() > 0)
    answer.status = static_cast<std::uint16_t>(has_command + std::min<std::size_t>(waiting(), 255));
  return answer;
}

CardAnswer CardFiles::run(Session& session, std::uint8_t instruction, const Parameters& given) {
  switch (instruction) {
    case select_file: return select(session, given);
    case get_response_bytes:
      if (given.p1 != 0 || given.p2 != 0) return {.status = wrong_parameters};
      return get_response(session, given.p3);
    case status_of_folder: {
      std::string text = describe_folder(session.folder);
      if (given.p1 != 0 || given.p2 != 0) return {.status = wrong_parameters};
      if (given.p3 > text.size()) return other_length(text.size());
      if (given.p3 != 0) text.resize(given.p3);
      return {.data = std::move(text)};
    }
    case verify_chv:
    case change_chv:
    case disable_chv:
    case enable_chv:
    case unblock_chv: return use_code(instruction, given);
    case run_gsm_algorithm: return authenticate(session, given);
    case sleep: return {};
    case terminal_profile:
    case fetch:
    case terminal_response:
    case envelope:
      if (!toolkit) return {.status = unknown_instruction};
      if (given.p1 != 0 || given.p2 != 0) return {.status = wrong_parameters};
      return toolkit(instruction, given.data, given.p3);
    case invalidate:
    case rehabilitate:
    case increase_record:
    case seek_record:
    case read_binary_file:
    case read_one_record:
    case update_binary_file:
    case update_one_record: return run_on_file(session, instruction, given);
    default: return {.status = unknown_instruction};
  }
}

CardAnswer CardFiles::run_on_file(Session& session, std::uint8_t instruction, const Parameters& given) {
  const auto file = current(session);
  if (!file) return {.status = no_file_selected};
  if (instruction == invalidate || instruction == rehabilitate) return set_valid(*file, instruction == rehabilitate);
  if (!fits(instruction, file->structure)) return {.status = wrong_kind};
  const bool updates = instruction == update_binary_file || instruction == update_one_record;
  const CardAccess access = instruction == increase_record ? file->increase : updates ? file->update : file->read;
  if (!allowed(access)) return {.status = access_denied};
  if (!valid(*file) && file->id != ef::adn) return {.status = contradicts_validity};
  switch (instruction) {
    case read_binary_file: return read_binary(*file, given);
    case update_binary_file: return update_binary(*file, given);
    case read_one_record: return read_record(session, *file, given);
    case update_one_record: return update_record(session, *file, given);
    case increase_record: return increase(session, *file, given);
    default: return seek(session, *file, given);
  }
}

/// Files of the current folder, its own folder and those beside it (8.1).
CardAnswer CardFiles::select(Session& session, const Parameters& given) const {
  if (given.p1 != 0 || given.p2 != 0) return {.status = wrong_parameters};
  if (given.p3 != 2) return {.status = wrong_length};
  const auto id = static_cast<std::uint16_t>(byte_of(given.data[0]) << 8U | byte_of(given.data[1]));
  if (is_card_folder(id)) {
    session = {.folder = id};
  } else if (find(session.folder, id)) {
    session = {.folder = session.folder, .file = id};
  } else {
    return {.status = not_found};
  }
  return with_response(session.response, describe(session));
}

CardAnswer CardFiles::get_response(Session& session, unsigned length) const {
  if (session.response.empty()) return {.status = technical_problem};
  if (length > session.response.size()) return other_length(session.response.size());
  return {.data = session.response.substr(0, length == 0 ? session.response.size() : length)};
}

CardAnswer CardFiles::read_binary(const CardFile& file, const Parameters& given) const {
  const unsigned offset = given.p1 * 256 + given.p2;
  if (offset >= file.length) return {.status = out_of_range};
  const unsigned left = file.length - offset;
  if (given.p3 == 0 || given.p3 > left) return other_length(left);
  return {.data = bytes(file, 0).substr(offset, given.p3)};
}

CardAnswer CardFiles::update_binary(const CardFile& file, const Parameters& given) {
  const unsigned offset = given.p1 * 256 + given.p2;
  if (offset >= file.length) return {.status = out_of_range};
  if (given.p3 != given.data.size() || given.p3 > file.length - offset) return other_length(file.length - offset);
  std::string changed = bytes(file, 0);
  changed.replace(offset, given.data.size(), given.data);
  return write(file, 0, changed);
}

namespace {

enum class Mode : std::uint8_t { next = 2, previous = 3, absolute = 4 };

/// The record meant; nothing if there is none. `current` 0: none yet.
std::optional<unsigned> meant(const CardFile& file, Mode mode, unsigned number, unsigned current) {
  const bool wraps = file.structure == CardFile::Structure::cyclic;
  switch (mode) {
    case Mode::next:
      if (current < file.records) return current + 1;
      return wraps ? std::optional(1U) : std::nullopt;
    case Mode::previous:
      if (current == 0) return file.records;
      if (current > 1) return current - 1;
      return wraps ? std::optional<unsigned>(file.records) : std::nullopt;
    case Mode::absolute: break;
  }
  const unsigned record = number == 0 ? current : number;
  return record >= 1 && record <= file.records ? std::optional(record) : std::nullopt;
}

}  // namespace

CardAnswer CardFiles::read_record(Session& session, const CardFile& file, const Parameters& given) const {
  if (given.p2 < 2 || given.p2 > 4) return {.status = wrong_parameters};
  if (given.p3 != file.length) return other_length(file.length);
  const auto mode = static_cast<Mode>(given.p2);
  const auto record = meant(file, mode, given.p1, session.record);
  if (!record) return {.status = out_of_range};
  if (mode != Mode::absolute) session.record = *record;
  return {.data = bytes(file, *record)};
}

/// Of a cyclic file only the oldest record is written, which then is the first (8.6).
CardAnswer CardFiles::update_record(Session& session, const CardFile& file, const Parameters& given) {
  const bool cycles = file.structure == CardFile::Structure::cyclic;
  if (given.p2 < 2 || given.p2 > 4 || (cycles && given.p2 != 3)) return {.status = wrong_parameters};
  if (given.p3 != file.length || given.data.size() != given.p3) return other_length(file.length);
  const auto mode = static_cast<Mode>(given.p2);
  const auto record = cycles ? 1U : meant(file, mode, given.p1, session.record);
  if (!record) return {.status = out_of_range};
  if (mode != Mode::absolute) session.record = *record;
  return write(file, *record, given.data);
}

CardAnswer CardFiles::seek(Session& session, const CardFile& file, const Parameters& given) const {
  const unsigned mode = given.p2 & 0xfU, kind = given.p2 >> 4U;
  if (given.p1 != 0 || mode > 3 || kind > 1) return {.status = wrong_parameters};
  if (given.p3 == 0 || given.p3 > 16 || given.p3 > file.length) return {.status = wrong_length};
  const bool backwards = mode % 2 == 1, goes_on = mode >= 2 && session.record != 0;
  const int step = backwards ? -1 : 1;
  int record = goes_on ? static_cast<int>(session.record) + step : backwards ? file.records : 1;
  for (; record >= 1 && record <= file.records; record += step) {
    if (!bytes(file, static_cast<unsigned>(record)).starts_with(given.data)) continue;
    session.record = static_cast<unsigned>(record);
    return kind == 0 ? CardAnswer{} : with_response(session.response, std::string(1, static_cast<char>(record)));
  }
  return {.status = not_found};
}

CardAnswer CardFiles::increase(Session& session, const CardFile& file, const Parameters& given) {
  if (given.p1 != 0 || given.p2 != 0) return {.status = wrong_parameters};
  if (given.p3 != 3) return other_length(3);
  const unsigned sum = counted(bytes(file, 1)) + counted(given.data);
  if (sum > 0xffffff) return {.status = limit_reached};
  const std::string changed{static_cast<char>(sum >> 16U), static_cast<char>(sum >> 8U & 0xffU),
                            static_cast<char>(sum & 0xffU)};
  if (const CardAnswer written = write(file, 1, changed); written.status != success) return written;
  session.record = 1;
  return with_response(session.response, changed + given.data);
}

// --- codes (8.9 to 8.13)

CardAnswer CardFiles::use_code(std::uint8_t instruction, const Parameters& given) {
  const bool second = given.p2 == 2;
  const unsigned first_p2 = instruction == unblock_chv ? 0 : 1;
  const bool has_second = instruction != disable_chv && instruction != enable_chv;
  if (given.p1 != 0 || (given.p2 != first_p2 && !(second && has_second))) return {.status = wrong_parameters};
  const bool two_codes = instruction == change_chv || instruction == unblock_chv;
  if (given.p3 != (two_codes ? 16U : 8U)) return other_length(two_codes ? 16 : 8);
  const auto which = second ? Sim::Guard::pin2 : Sim::Guard::pin1;
  const std::string code = code_in(given.data), other = two_codes ? code_in(given.data, 8) : std::string();
  if (instruction == unblock_chv) {
    const Result unblocked = sim_.unblock_code(which, code, other);
    return told(unblocked, sim_.attempts(which).puk);
  }
  if (sim_.attempts(which).pin == 0) return {.status = code_blocked};
  const bool asked = which == Sim::Guard::pin2 || sim_.asks_pin();
  if (asked == (instruction == enable_chv)) return {.status = contradicts_code};
  const Result result = instruction == verify_chv   ? sim_.verify_code(which, code)
                        : instruction == change_chv ? sim_.change_code(which, code, other)
                                                    : sim_.switch_code(instruction == enable_chv, code);
  return told(result, sim_.attempts(which).pin);
}

// --- authentication

CardAnswer CardFiles::authenticate(Session& session, const Parameters& given) const {
  if (given.p1 != 0 || given.p2 != 0) return {.status = wrong_parameters};
  if (given.p3 != 16) return other_length(16);
  if (!sim_.ready() || (session.folder != ef::gsm && session.folder != ef::dcs)) return {.status = access_denied};
  const Authentication made = sim800::authenticate(environment_.world.sim.ki, given.data);
  return with_response(session.response, made.response + made.key);
}

}  // namespace sim800
