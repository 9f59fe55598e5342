// The card as AT+CSIM and AT+CRSM reach it: its file system, its codes and its commands (51.011 chapters 8 and 9).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/sim/card_contents.hpp"
#include "emulator/sim/card_directory.hpp"
#include "emulator/sim/sim.hpp"

namespace sim800 {

/// The card's response: its status words (9000 is success) and the bytes before them.
struct CardAnswer {
  std::uint16_t status = 0x9000;
  std::string data{};
};

class CardFiles {
 public:
  enum class Operation : std::uint8_t {
    read_binary = 176,
    read_record = 178,
    get_response = 192,
    update_binary = 214,
    update_record = 220,
    status = 242,
  };
  struct Parameters {
    unsigned p1 = 0, p2 = 0, p3 = 0;
    std::string data{};
  };

  CardFiles(const Environment& environment, Sim& sim, Nvram& nvram, std::unique_ptr<CardContents> contents);

  /// AT+CRSM: one operation on one file, wherever it is.
  CardAnswer operate(Operation operation, std::uint16_t id, const Parameters& parameters);
  /// AT+CSIM: one APDU of at least five bytes. What it selects stays so until the card is reset.
  CardAnswer transmit(std::string_view apdu);

  /// Where what was written to it is kept.
  static std::string section(const Identity& identity) { return "card:" + identity.iccid; }

  /// Its bytes, those of a transparent file or of a record; empty if there is no such file.
  std::string content(CardPath path, unsigned record = 0) const;

  /// A network has refused the module, or has let it in after all (EF FPLMN, 51.011 10.3.16).
  void forbid(std::string_view plmn) { list_as_forbidden(plmn, true); }
  void permit(std::string_view plmn) { list_as_forbidden(plmn, false); }
  bool forbids(std::string_view plmn) const;

  /// The toolkit's part of the card: TERMINAL PROFILE, FETCH, TERMINAL RESPONSE, ENVELOPE. Not given: it has none.
  std::function<CardAnswer(std::uint8_t instruction, std::string_view data, unsigned length)> toolkit;
  /// Bytes of the proactive command that waits to be fetched; 0: none.
  std::function<std::size_t()> waiting = [] { return 0; };

 private:
  /// Where one talk with the card is.
  struct Session {
    std::uint16_t folder = ef::mf;
    std::uint16_t file = 0;  ///< 0: none is selected
    unsigned record = 0;     ///< the current one; 0: none
    std::string response{};  ///< for GET RESPONSE
  };

  std::optional<CardFile> find(std::uint16_t folder, std::uint16_t id) const;
  std::optional<CardFile> find_anywhere(std::uint16_t id) const;
  std::optional<CardFile> current(const Session& session) const { return find(session.folder, session.file); }
  bool allowed(CardAccess access) const;
  bool valid(const CardFile& file) const;
  std::string bytes(const CardFile& file, unsigned record) const;
  std::string initial(const CardFile& file) const;
  const std::string* stored(const std::string& key) const;
  CardAnswer write(const CardFile& file, unsigned record, const std::string& bytes);
  bool keep(const std::string& key, const std::string& value);
  void list_as_forbidden(std::string_view plmn, bool forbidden);

  CardAnswer run(Session& session, std::uint8_t instruction, const Parameters& given);
  CardAnswer run_on_file(Session& session, std::uint8_t instruction, const Parameters& given);
  CardAnswer select(Session& session, const Parameters& given) const;
  std::string describe(const Session& session) const;
  std::string describe_folder(std::uint16_t folder) const;
  std::string describe_file(const CardFile& file) const;
  CardAnswer get_response(Session& session, unsigned length) const;
  CardAnswer read_binary(const CardFile& file, const Parameters& given) const;
  CardAnswer update_binary(const CardFile& file, const Parameters& given);
  CardAnswer read_record(Session& session, const CardFile& file, const Parameters& given) const;
  CardAnswer update_record(Session& session, const CardFile& file, const Parameters& given);
  CardAnswer seek(Session& session, const CardFile& file, const Parameters& given) const;
  CardAnswer increase(Session& session, const CardFile& file, const Parameters& given);
  CardAnswer set_valid(const CardFile& file, bool on);
  CardAnswer use_code(std::uint8_t instruction, const Parameters& given);
  CardAnswer authenticate(Session& session, const Parameters& given) const;

  const Environment& environment_;
  Sim& sim_;
  Nvram& nvram_;
  std::unique_ptr<CardContents> contents_;
  Session session_;
  unsigned activation_ = 0;  ///< of the card, when the session began
};

}  // namespace sim800
