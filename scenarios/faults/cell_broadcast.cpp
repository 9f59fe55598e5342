// A cell broadcast: {"cell_broadcast": {"channel": 50, "text": "Flood warning", "language": "en"}}.
// SPDX-License-Identifier: MIT
#include "protocol/sms/cell_broadcast.hpp"

#include <utility>
#include <vector>

#include "emulator/sms/sms_service.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct CellBroadcast final : Action {
  void apply(Stage& stage) const override {
    stage.effects.soon([&modem = stage.modem, all = pages] {
      for (const BroadcastPage& page : all) modem.sms->broadcast(page);
    });
  }
  std::vector<BroadcastPage> pages;
};

std::uint16_t serial_of(const Value& broadcast) {
  const auto number = [&](const char* key) { return static_cast<unsigned>(broadcast[key].integer().value_or(0)); };
  return static_cast<std::uint16_t>(number("scope") << 14U | number("code") << 4U | number("update"));
}

Broadcast read_broadcast(const Value& broadcast) {
  Broadcast read;
  read.serial = serial_of(broadcast);
  read.identifier = static_cast<std::uint16_t>(broadcast["channel"].integer().value_or(0));
  read.language = broadcast["language"].text().value_or("");
  if (const auto dcs = broadcast["dcs"].integer()) read.coding = static_cast<std::uint8_t>(*dcs);
  read.text = from_utf8(broadcast["text"].text().value_or(""));
  if (const auto octets = broadcast["octets"].text()) read.data = from_hex(*octets).value_or("");
  return read;
}

}  // namespace

std::shared_ptr<const Action> read_cell_broadcast(const Value& action) {
  auto made = std::make_shared<CellBroadcast>();
  const Value broadcast = action["cell_broadcast"];
  if (const auto pdu = broadcast["pdu"].text()) {
    if (const auto page = decode_broadcast(from_hex(*pdu).value_or(""))) made->pages.push_back(*page);
    return made;
  }
  if (bool(broadcast["text"]) == bool(broadcast["octets"]))
    broadcast.refuse(R"(either the key "text" or the key "octets")", broadcast["text"] ? "both" : "none");
  if (broadcast["language"] && broadcast["dcs"])
    broadcast["language"].refuse_name(R"(either "language" or "dcs")", "both");
  const auto all = pages_of(read_broadcast(broadcast));
  if (!broadcast["pages"]) made->pages = all;
  for (const Value& page : broadcast["pages"].items()) {
    const auto number = static_cast<std::size_t>(page.integer().value_or(0));
    if (number >= 1 && number <= all.size()) {
      made->pages.push_back(all[number - 1]);
    } else {
      page.refuse("a page of this message");
    }
  }
  return made;
}

}  // namespace sim800
