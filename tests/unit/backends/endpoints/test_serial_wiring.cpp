// --serial: what is given, what stands for the rest, and what is refused; marks in a terminal's input.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "backends/endpoints/endpoints.hpp"
#include "backends/endpoints/marked_input.hpp"
#include "backends/endpoints/serial_wiring.hpp"

namespace sim800 {
namespace {

/// "dsr>dtr": the module's line drives the adapter's; "dtr<!cts"; "rts<on".
std::string wires(const std::string& text) {
  std::string said;
  for (const auto& wire : parse_serial_wiring(text).wires) {
    said += (said.empty() ? "" : " ") + std::string(text_of(wire.module)) + (is_from_host(wire.module) ? "<" : ">") +
            (wire.inverted ? "!" : "") + (wire.adapter ? std::string(text_of(*wire.adapter)) : "on");
  }
  return said;
}

TEST_CASE("serial: a device, its rate, and a null-modem cable") {
  const SerialWiring plain = parse_serial_wiring("/dev/none");
  CHECK(plain.device == "/dev/none");
  CHECK_FALSE(plain.baud);
  CHECK(wires("/dev/none") == "DSR>DTR CTS>RTS DTR<DSR RTS<CTS");
  const SerialWiring rated = parse_serial_wiring("/dev/none:9600");
  CHECK(rated.device == "/dev/none");
  CHECK(rated.baud == 9600);
  CHECK(parse_serial_wiring("/dev/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0").device ==
        "/dev/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0");
}

TEST_CASE("serial: a wire that is given takes the place of the usual one at either of its ends") {
  CHECK(wires("/dev/none,dcd=dtr,ri=!rts") == "DCD>DTR RI>!RTS DTR<DSR RTS<CTS");
  CHECK(wires("/dev/none:115200,dtr=on,rts=on") == "DTR<on RTS<on DSR>DTR CTS>RTS");
  CHECK(wires("/dev/none,dtr=!cts") == "DTR<!CTS DSR>DTR CTS>RTS");
  CHECK(wires("/dev/none,dsr=rts") == "DSR>RTS DTR<DSR RTS<CTS");
}

TEST_CASE("serial: what cannot be is refused with what was expected") {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      parse_serial_wiring(text);
    } catch (const EndpointError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal("") == "--serial : expected a device, found \"\"");
  CHECK(refusal("/dev/none:12345") ==
        "--serial /dev/none:12345: expected a rate such as 9600 or 115200 behind the colon, found \"12345\"");
  CHECK(refusal("/dev/none:") ==
        "--serial /dev/none:: expected a rate such as 9600 or 115200 behind the colon, found \"\"");
  CHECK(refusal("/dev/none:99999999999999999999").ends_with("found \"99999999999999999999\""));
  CHECK(refusal("/dev/none,cd=dtr") ==
        "--serial /dev/none,cd=dtr: expected a line of the module (dtr, rts, dcd, cts, "
        "ri, dsr) with = and one of the adapter, found \"cd=dtr\"");
  CHECK(refusal("/dev/none,").ends_with("found \"\""));
  CHECK(refusal("/dev/none,dcd").ends_with("found \"dcd\""));
  CHECK(refusal("/dev/none,dcd=cts")
            .ends_with("expected an output of the adapter (dtr, rts) behind dcd=, found \"cts\""));
  CHECK(refusal("/dev/none,dtr=rts")
            .ends_with("expected an input of the adapter (cts, dsr, dcd, ri) or on behind dtr=, found \"rts\""));
  CHECK(refusal("/dev/none,dcd=on").ends_with("found \"on\""));
  CHECK(refusal("/dev/none,dcd=dtr,dcd=rts").ends_with("the module's dcd is given twice"));
  CHECK(refusal("/dev/none,dcd=dtr,ri=dtr").ends_with("the adapter's dtr is given twice"));
}

TEST_CASE("serial: breaks and bytes of all ones are marked in the input, wherever it is cut") {
  const std::string raw(
      "A\xff\xff"
      "B\xff\0\0C\xff\0Z\xff\xff",
      13);
  for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
    CAPTURE(cut);
    MarkedInput input;
    const MarkedInput::Heard first = input.take(raw.substr(0, cut)), second = input.take(raw.substr(cut));
    CHECK((first.bytes + second.bytes == "A\xff"
                                         "BCZ\xff"));
    std::vector<std::size_t> breaks = first.breaks;
    for (const std::size_t end : second.breaks) breaks.push_back(first.bytes.size() + end);
    CHECK(breaks == std::vector<std::size_t>{3});
  }
}

}  // namespace
}  // namespace sim800
