// Which files a card has, and who may do what with them (51.011 chapter 10).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim800 {

/// Values are those of a file's description (51.011 9.3).
enum class CardAccess : std::uint8_t { always = 0, chv1 = 1, chv2 = 2, adm = 4, never = 15 };

struct CardFile {
  enum class Structure : std::uint8_t { transparent = 0, linear = 1, cyclic = 3 };
  std::uint16_t folder = 0, id = 0;
  Structure structure = Structure::transparent;
  std::uint16_t length = 0;   ///< of the file, or of each record; 0: only a scenario's card has it
  std::uint16_t records = 0;  ///< 0: it has none
  CardAccess read = CardAccess::chv1, update = CardAccess::chv1, increase = CardAccess::never,
             invalidate = CardAccess::adm, rehabilitate = CardAccess::adm;
  std::uint8_t service = 0;  ///< its number in the service table; 0: it is always there
};

namespace ef {

constexpr std::uint16_t mf = 0x3f00, telecom = 0x7f10, gsm = 0x7f20, dcs = 0x7f21;
constexpr std::uint16_t iccid = 0x2fe2;
constexpr std::uint16_t adn = 0x6f3a, fdn = 0x6f3b, sms = 0x6f3c, msisdn = 0x6f40, smsp = 0x6f42, smss = 0x6f43,
                        lnd = 0x6f44, sdn = 0x6f49, ext1 = 0x6f4a, ext2 = 0x6f4b, ext3 = 0x6f4c, bdn = 0x6f4d,
                        ext4 = 0x6f4e;
constexpr std::uint16_t lp = 0x6f05, imsi = 0x6f07, mailbox = 0x6f17, kc = 0x6f20, plmn_selector = 0x6f30,
                        hplmn = 0x6f31, acm_max = 0x6f37, sst = 0x6f38, acm = 0x6f39, gid1 = 0x6f3e, gid2 = 0x6f3f,
                        puct = 0x6f41, cbmi = 0x6f45, spn = 0x6f46, kc_gprs = 0x6f52, loci_gprs = 0x6f53, acc = 0x6f78,
                        fplmn = 0x6f7b, loci = 0x6f7e, ad = 0x6fad, phase = 0x6fae, ecc = 0x6fb7;

}  // namespace ef

/// All files that a card has, and those that a scenario may add and whose access conditions the standard knows.
std::span<const CardFile> card_files();
const CardFile* find_card_file(std::uint16_t folder, std::uint16_t id);
constexpr bool is_card_folder(std::uint16_t id) {
  return id == ef::mf || id == ef::telecom || id == ef::gsm || id == ef::dcs;
}

/// "7F10/6F3A", "2FE2", also from the master file on ("3F00/2FE2"). Nothing for another text or folder.
struct CardPath {
  std::uint16_t folder = ef::mf, id = 0;
  bool operator==(const CardPath&) const = default;
};
std::optional<CardPath> parse_card_path(std::string_view text);
/// "7F10/6F3A", of a record "7F10/6F3A#1": as scenario and NVRAM name it.
std::string key_of(std::uint16_t folder, std::uint16_t id, unsigned record = 0);
inline std::string key_of(const CardFile& file, unsigned record = 0) { return key_of(file.folder, file.id, record); }

}  // namespace sim800
