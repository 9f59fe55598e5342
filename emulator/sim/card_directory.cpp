// SPDX-License-Identifier: MIT
#include "emulator/sim/card_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

using enum CardAccess;

constexpr CardFile transparent(std::uint16_t folder, std::uint16_t id, std::uint16_t length, CardAccess read,
                               CardAccess update, std::uint8_t service = 0) {
  return {.folder = folder, .id = id, .length = length, .read = read, .update = update, .service = service};
}

constexpr CardFile records(std::uint16_t id, std::uint16_t length, std::uint16_t count, CardAccess update,
                           std::uint8_t service) {
  return {.folder = ef::telecom,
          .id = id,
          .structure = CardFile::Structure::linear,
          .length = length,
          .records = count,
          .read = chv1,
          .update = update,
          .service = service};
}

/// Only on a card of a scenario, which says how large it is and whether it has records.
constexpr CardFile extra(std::uint16_t id, CardAccess read, CardAccess update, std::uint8_t service) {
  return transparent(ef::gsm, id, 0, read, update, service);
}

constexpr CardFile cyclic(CardFile file) {
  file.structure = CardFile::Structure::cyclic;
  return file;
}

constexpr CardFile guarded(CardFile file, CardAccess invalidate, CardAccess rehabilitate) {
  file.invalidate = invalidate;
  file.rehabilitate = rehabilitate;
  return file;
}

/// Names have 14 bytes, as AT+CPBR=? says.
constexpr std::uint16_t number_length = 28;

constexpr CardFile meter = {.folder = ef::gsm,
                            .id = ef::acm,
                            .structure = CardFile::Structure::cyclic,
                            .length = 3,
                            .records = 1,
                            .read = chv1,
                            .update = chv2,
                            .increase = chv1,
                            .service = 5};

/// Where CPHS keeps the number of the mailbox.
constexpr CardFile mailbox = {.folder = ef::gsm,
                              .id = ef::mailbox,
                              .structure = CardFile::Structure::linear,
                              .length = number_length,
                              .records = 1};

constexpr std::array table{
    transparent(ef::mf, 0x2f05, 4, always, chv1),
    transparent(ef::mf, ef::iccid, 10, always, never),
    guarded(records(ef::adn, number_length, 250, chv1, 2), chv2, chv2),
    records(ef::fdn, number_length, 10, chv2, 3),
    records(ef::sms, 176, 50, chv1, 4),
    records(0x6f3d, 14, 5, chv1, 6),
    records(ef::msisdn, number_length, 3, chv1, 9),
    records(ef::smsp, 40, 1, chv1, 12),
    transparent(ef::telecom, ef::smss, 2, chv1, chv1, 4),
    cyclic(records(ef::lnd, number_length, 10, chv1, 13)),
    records(ef::sdn, number_length, 10, adm, 18),
    records(ef::ext1, 13, 20, chv1, 10),
    records(ef::ext2, 13, 10, chv2, 11),
    records(ef::ext3, 13, 10, adm, 19),
    guarded(records(ef::bdn, number_length, 10, chv2, 31), chv2, chv2),
    records(ef::ext4, 13, 10, chv2, 32),
    transparent(ef::gsm, ef::lp, 4, always, chv1),
    guarded(transparent(ef::gsm, ef::imsi, 9, chv1, adm), adm, chv1),
    mailbox,
    transparent(ef::gsm, ef::kc, 9, chv1, chv1),
    transparent(ef::gsm, ef::plmn_selector, 60, chv1, chv1, 7),
    transparent(ef::gsm, ef::hplmn, 1, chv1, adm),
    transparent(ef::gsm, ef::acm_max, 3, chv1, chv2, 5),
    transparent(ef::gsm, ef::sst, 10, chv1, adm),
    meter,
    transparent(ef::gsm, ef::puct, 5, chv1, chv2, 5),
    transparent(ef::gsm, ef::cbmi, 20, chv1, chv1, 14),
    transparent(ef::gsm, ef::spn, 17, always, adm, 17),
    transparent(ef::gsm, 0x6f48, 20, chv1, adm),
    transparent(ef::gsm, 0x6f50, 40, chv1, chv1, 30),
    transparent(ef::gsm, ef::kc_gprs, 9, chv1, chv1, 38),
    guarded(transparent(ef::gsm, ef::loci_gprs, 14, chv1, chv1, 38), adm, chv1),
    transparent(ef::gsm, 0x6f74, 16, chv1, chv1),
    transparent(ef::gsm, ef::acc, 2, chv1, adm),
    transparent(ef::gsm, ef::fplmn, 12, chv1, chv1),
    guarded(transparent(ef::gsm, ef::loci, 11, chv1, chv1), adm, chv1),
    transparent(ef::gsm, ef::ad, 4, always, adm),
    transparent(ef::gsm, ef::phase, 1, always, adm),
    transparent(ef::gsm, ef::ecc, 15, always, adm),
    extra(ef::gid1, chv1, adm, 15),
    extra(ef::gid2, chv1, adm, 16),
    extra(0x6fb1, chv1, adm, 21),  // VGCS
    extra(0x6fb2, chv1, chv1, 21),
    extra(0x6fb3, chv1, adm, 22),  // VBS
    extra(0x6fb4, chv1, chv1, 22),
    extra(0x6fb5, chv1, adm, 23),  // eMLPP
    extra(0x6fb6, chv1, chv1, 24),
    extra(0x6f2c, chv1, chv1, 33),   // DCK
    extra(0x6f32, chv1, adm, 34),    // CNL
    extra(0x6f51, chv1, adm, 36),    // NIA
    extra(0x6f60, chv1, chv1, 43),   // PLMNwAcT
    extra(0x6f61, chv1, adm, 44),    // OPLMNwAcT
    extra(0x6f62, chv1, adm, 45),    // HPLMNwAcT
    extra(0x6f63, chv1, chv1, 46),   // CPBCCH
    extra(0x6f64, chv1, adm, 47),    // INVSCAN
    extra(0x6fc5, always, adm, 51),  // PNN
    extra(0x6fc6, always, adm, 52),  // OPL
    extra(0x6fcd, chv1, adm, 56),    // SPDI
};

std::optional<std::uint16_t> parse_identifier(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != 2) return std::nullopt;
  return static_cast<std::uint16_t>(static_cast<unsigned char>((*bytes)[0]) << 8 |
                                    static_cast<unsigned char>((*bytes)[1]));
}

}  // namespace

std::span<const CardFile> card_files() { return table; }

const CardFile* find_card_file(std::uint16_t folder, std::uint16_t id) {
  const auto found = std::ranges::find_if(
      table, [folder, id](const CardFile& file) { return file.folder == folder && file.id == id; });
  return found == table.end() ? nullptr : &*found;
}

std::optional<CardPath> parse_card_path(std::string_view text) {
  if (text.starts_with("3F00/") || text.starts_with("3f00/")) text.remove_prefix(5);
  CardPath path;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const auto folder = parse_identifier(text.substr(0, slash));
    if (folder != ef::telecom && folder != ef::gsm) return std::nullopt;
    path.folder = *folder;
    text.remove_prefix(slash + 1);
  }
  const auto id = parse_identifier(text);
  if (!id || is_card_folder(*id)) return std::nullopt;
  path.id = *id;
  return path;
}

std::string key_of(std::uint16_t folder, std::uint16_t id, unsigned record) {
  std::string key = folder == ef::mf ? fmt::format("{:04X}", id) : fmt::format("{:04X}/{:04X}", folder, id);
  if (record != 0) key += fmt::format("#{}", record);
  return key;
}

}  // namespace sim800
