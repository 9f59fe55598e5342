// How the module is wired to an adapter's port: DEVICE[:BAUD][,dcd=dtr,ri=!rts,...].
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/at/modem_lines.hpp"

namespace sim800 {

/// An adapter has the plug of a PC: DTR and RTS are its outputs, the rest its inputs.
struct SerialWiring {
  struct Wire {
    ModemLine module;
    /// Of the adapter; nothing: the module's line is on for good.
    std::optional<ModemLine> adapter;
    bool inverted = false;
    friend bool operator==(const Wire&, const Wire&) = default;
  };

  std::string device;
  std::optional<unsigned> baud;
  /// Each line of either side once at most.
  std::vector<Wire> wires;

  /// What drives the adapter's `output`; null: nothing does.
  const Wire* driver_of(ModemLine output) const;
  /// How DTR or RTS comes to the module; null: not at all.
  const Wire* source_of(ModemLine input) const;
};

/// What is not said is as through a null-modem cable: the module's DSR and CTS drive the adapter's DTR and RTS, and its
/// DSR and CTS are the module's DTR and RTS. Throws EndpointError.
SerialWiring parse_serial_wiring(const std::string& text);

}  // namespace sim800
