// SPDX-License-Identifier: MIT
#include "backends/endpoints/serial_wiring.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "backends/endpoints/endpoints.hpp"
#include "backends/endpoints/terminal_framing.hpp"

namespace sim800 {
namespace {

using Wire = SerialWiring::Wire;

constexpr std::array usual_wires{Wire{ModemLine::dsr, ModemLine::dtr}, Wire{ModemLine::cts, ModemLine::rts},
                                 Wire{ModemLine::dtr, ModemLine::dsr}, Wire{ModemLine::rts, ModemLine::cts}};

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw EndpointError("--serial " + text + ": " + why);
}

std::string lower(ModemLine line) {
  std::string name(text_of(line));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::optional<ModemLine> line_of(std::string_view name) {
  const auto found = std::ranges::find_if(modem_lines, [name](ModemLine line) { return lower(line) == name; });
  return found == modem_lines.end() ? std::nullopt : std::optional(*found);
}

/// Paths have colons too: only a number behind the last one is a rate, and none where the whole is a file.
void read_device(SerialWiring& wiring, const std::string& given, const std::string& text) {
  wiring.device = given;
  const std::size_t colon = given.rfind(':');
  std::error_code none_such;
  if (colon != std::string::npos && !std::filesystem::exists(given, none_such)) {
    const std::string number = given.substr(colon + 1);
    const bool is_number = number.find_first_not_of("0123456789") == std::string::npos;
    unsigned baud = 0;
    std::from_chars(number.data(), number.data() + number.size(), baud);
    termios settings{};
    if (is_number && !set_framing(settings, Framing{.baud = baud}))
      refuse(text, "expected a rate such as 9600 or 115200 behind the colon, found \"" + number + "\"");
    if (is_number) {
      wiring.baud = baud;
      wiring.device = given.substr(0, colon);
    }
  }
  if (wiring.device.empty()) refuse(text, "expected a device, found \"\"");
}

Wire read_wire(std::string_view given, const std::string& text) {
  const std::size_t equals = given.find('=');
  const std::string left(given.substr(0, equals));
  std::string_view right = equals == std::string_view::npos ? "" : given.substr(equals + 1);
  const auto module = line_of(left);
  if (equals == std::string_view::npos || !module) {
    refuse(text, "expected a line of the module (dtr, rts, dcd, cts, ri, dsr) with = and one of the adapter, found \"" +
                     std::string(given) + "\"");
  }
  const bool input = is_from_host(*module);
  if (input && right == "on") return {*module, std::nullopt};
  const bool inverted = right.starts_with('!');
  if (inverted) right.remove_prefix(1);
  const auto adapter = line_of(right);
  if (!adapter || is_from_host(*adapter) == input) {
    refuse(text, "expected " +
                     std::string(input ? "an input of the adapter (cts, dsr, dcd, ri) or on"
                                       : "an output of the adapter (dtr, rts)") +
                     " behind " + left + "=, found \"" + std::string(right) + "\"");
  }
  return {*module, adapter, inverted};
}

bool has_module(const SerialWiring& wiring, ModemLine line) {
  return std::ranges::any_of(wiring.wires, [line](const Wire& wire) { return wire.module == line; });
}
bool has_adapter(const SerialWiring& wiring, const std::optional<ModemLine>& line) {
  return line && std::ranges::any_of(wiring.wires, [&line](const Wire& wire) { return wire.adapter == line; });
}

void add(SerialWiring& wiring, const Wire& wire, const std::string& text) {
  if (has_module(wiring, wire.module)) refuse(text, "the module's " + lower(wire.module) + " is given twice");
  if (has_adapter(wiring, wire.adapter)) refuse(text, "the adapter's " + lower(*wire.adapter) + " is given twice");
  wiring.wires.push_back(wire);
}

}  // namespace

const Wire* SerialWiring::driver_of(ModemLine output) const {
  const auto found = std::ranges::find_if(wires, [output](const Wire& wire) { return wire.adapter == output; });
  return found == wires.end() ? nullptr : &*found;
}

const Wire* SerialWiring::source_of(ModemLine input) const {
  const auto found = std::ranges::find_if(wires, [input](const Wire& wire) { return wire.module == input; });
  return found == wires.end() ? nullptr : &*found;
}

SerialWiring parse_serial_wiring(const std::string& text) {
  SerialWiring wiring;
  std::size_t comma = text.find(',');
  read_device(wiring, text.substr(0, comma), text);
  while (comma != std::string::npos) {
    const std::size_t next = text.find(',', comma + 1);
    add(wiring, read_wire(std::string_view(text).substr(comma + 1, next - comma - 1), text), text);
    comma = next;
  }
  for (const Wire& wire : usual_wires) {
    if (!has_module(wiring, wire.module) && !has_adapter(wiring, wire.adapter)) wiring.wires.push_back(wire);
  }
  return wiring;
}

}  // namespace sim800
