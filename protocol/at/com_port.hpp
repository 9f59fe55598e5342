// A serial port over TELNET (RFC 2217): lines, rate, framing and breaks beside the bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "protocol/at/modem_lines.hpp"
#include "protocol/at/telnet.hpp"

namespace sim800 {

/// The side that has the port: the module's. The client is the host.
class ComPortServer {
 public:
  struct Acts {
    std::function<void(std::string_view bytes)> send;  ///< to the client, over TELNET
    std::function<void(std::string_view bytes)> data;  ///< from the host
    std::function<void(ModemLine line, bool on)> line;
    std::function<void(const Framing& framing)> framing;
    std::function<void(bool on)> on_break;
    /// What waits in that direction is dropped.
    std::function<void(bool from_host, bool to_host)> purge;
    /// The client stops the flow towards it, or lets it go on.
    std::function<void(bool on)> stop;
  };
  explicit ComPortServer(Acts acts);

  void connect();
  void disconnect();
  void receive(std::string_view bytes) { line_.receive(bytes); }
  /// Of the module; told to the client if it wants to know.
  void set_line(ModemLine line, bool on);

 private:
  void take(std::string_view values);
  void set_framing(std::uint8_t command, std::string_view values);
  void control(std::uint8_t value);
  void host_line(ModemLine line, bool on);
  void answer(std::uint8_t command, std::string_view values);
  void answer(std::uint8_t command, std::uint8_t value);
  void notify(std::uint8_t changes);
  std::uint8_t modem_state() const;

  Acts acts_;
  telnet::Line line_;
  LineLevels levels_;
  Framing framing_;
  std::uint8_t flow_ = 1, inbound_flow_ = 14;  ///< as the client has set them, and gets them back
  bool break_ = false;
  bool told_ = false;  ///< the client knows of COM-PORT-OPTION
  std::uint8_t modem_mask_ = 0xff;
};

/// The side that uses a port: here the module, whose host is at the remote port. The module's outputs are the port's:
/// DSR its DTR, CTS its RTS; what the port hears as DSR is the host's DTR, CTS the host's RTS, as with a null-modem
/// cable.
class ComPortClient {
 public:
  struct Acts {
    std::function<void(std::string_view bytes)> send;
    std::function<void(std::string_view bytes)> data;
    std::function<void(ModemLine line, bool on)> line;  ///< of the host
  };
  explicit ComPortClient(Acts acts);

  void connect();
  void disconnect();
  void receive(std::string_view bytes) { line_.receive(bytes); }
  void set_line(ModemLine line, bool on);
  void set_framing(const Framing& framing);

 private:
  void take(std::string_view values);
  void host_line(ModemLine line, bool on);
  void say_framing();
  void say_line(ModemLine line);
  void say(std::uint8_t command, std::string_view values);

  Acts acts_;
  telnet::Line line_;
  LineLevels levels_;
  Framing framing_;
  bool accepted_ = false;  ///< there is a connection
};

}  // namespace sim800
