// Endpoints for hosts: pseudo-terminals, TCP ports, standard input and output.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/at/port.hpp"

namespace sim800 {

/// An endpoint is not available (name used by a file, port in use, bad address): tells which and why.
struct EndpointError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A serial line that outlives its clients. It exists (and is announced) from construction on, and moves bytes from
/// attach() on.
class Endpoint : public Port {
 public:
  /// Starts to move bytes to and from `user`, which must outlive the endpoint.
  virtual void attach(PortUser& user) = 0;
  /// "pty LINK /dev/pts/N", "tcp HOST PORT", "stdio": the line that `sim800 run` prints.
  virtual std::string announcement() const = 0;
  /// A short name for traces, the same in every run and of no other endpoint in it: "pty:LINK", "tcp:HOST:PORT" as
  /// given
  /// ("tcp:127.0.0.1:0#2" is the second one that was given so), "stdio".
  virtual std::string name() const = 0;
  /// From now on the user is told how the host frames its bytes, where the endpoint can know.
  virtual void watch_framing() {}
  /// Where no client is, what none has read is lost: the next one is not to find it.
  virtual void forget_unread() {}
};

/// A pseudo-terminal whose slave is reached by the symbolic link `link`; the link goes with the endpoint.
/// Throws EndpointError, also where `link` is an existing file that is no symbolic link, or is the link of another
/// endpoint, in this process or another one.  A link that nobody owns any more is replaced.
std::unique_ptr<Endpoint> open_pty(asio::io_context& loop, const std::string& link);

/// One for each of `count` modules: `folder`/0, `folder`/1 … The folder is created if need be. Throws EndpointError,
/// also where another process uses the folder in this way.
std::vector<std::unique_ptr<Endpoint>> open_ptys(asio::io_context& loop, const std::string& folder, std::size_t count);

constexpr std::chrono::milliseconds usual_patience = std::chrono::seconds(2);

/// A listening TCP socket; `address` is HOST:PORT ([HOST]:PORT for IPv6 literals), port 0 picks a free one. One client
/// at a time: a second one is sent "busy" CR LF and closed. `nth` tells those with the same `address` apart, from 1.
/// A client that has ended its sending and takes no answer for `patience` makes way for the next one; one whose machine
/// has vanished makes way after a minute at most.  Throws EndpointError.
std::unique_ptr<Endpoint> open_tcp(asio::io_context& loop, const std::string& address, std::size_t nth = 1,
                                   std::chrono::milliseconds patience = usual_patience);

/// A unix socket that listens at `path`, which goes with the endpoint; clients as of TCP. One that nobody listens on
/// any more is replaced. Throws EndpointError, also where any other file is there.
std::unique_ptr<Endpoint> open_unix(asio::io_context& loop, const std::string& path);

/// TCP with RFC 2217 on it: the client has DTR and RTS, sees the module's lines, sets rate and framing and sends
/// breaks. Without a client DTR and RTS are off. Throws EndpointError.
std::unique_ptr<Endpoint> open_rfc2217(asio::io_context& loop, const std::string& address, std::size_t nth = 1);
/// The same on what clients come to.
std::unique_ptr<Endpoint> serve_rfc2217(asio::io_context& loop, std::unique_ptr<Endpoint> listener);

/// A connection to an end that listens, made again whenever it has ended: "tcp:HOST:PORT", "unix:PATH", or
/// "rfc2217:HOST:PORT", a server that has a real port: the module is on that port, with its rate and lines. Throws
/// EndpointError.
std::unique_ptr<Endpoint> open_connection(asio::io_context& loop, const std::string& target);
/// RFC 2217 as a client on such a connection.
std::unique_ptr<Endpoint> speak_rfc2217(asio::io_context& loop, std::unique_ptr<Endpoint> connection);

/// A serial port of this machine: "DEVICE[:BAUD][,dcd=dtr,ri=!rts,...]", see serial_wiring.hpp. It is opened again
/// whenever it has gone; without lines of its own DTR and RTS are on. Throws EndpointError.
std::unique_ptr<Endpoint> open_serial(asio::io_context& loop, const std::string& text);
/// What a terminal tells by PARMRK is taken out of its bytes, and a module that has to find its host's rate tries one
/// after the other. `baud`: stands for the first one that the module has.
std::unique_ptr<Endpoint> hear_serial(asio::io_context& loop, std::unique_ptr<Endpoint> device,
                                      std::optional<unsigned> baud = std::nullopt);

/// One listening TCP socket for many modules.
class EndpointPool {
 public:
  virtual ~EndpointPool() = default;
  /// "tcp-any HOST PORT"
  virtual std::string announcement() const = 0;
  /// A module's line; clients come once all are attached and start() is called.
  virtual Endpoint& line(std::size_t n) = 0;
  virtual void start() = 0;
};

/// A client gets the first of `count` lines that is free, and has it until it leaves; where none is, it is sent "busy"
/// CR LF and closed. Throws EndpointError.
std::unique_ptr<EndpointPool> open_tcp_any(asio::io_context& loop, const std::string& address, std::size_t count);

/// Standard input and output (a terminal, a pipe or a file). `at_end` is called once, from the loop, when the input has
/// ended, all of it was delivered and the output up to then is written; or when the reader of the output is gone.
/// Commands may still be running then: whoever ends the program waits for them, and runs the loop until unsent() is 0
/// again. A terminal on `input` sends each key unchanged (Enter is CR, Ctrl-Z is data; Ctrl-C still ends the program)
/// and gets its settings back when the endpoint is destroyed. SIGPIPE is ignored from here on. Throws EndpointError.
std::unique_ptr<Endpoint> open_stdio(asio::io_context& loop, std::function<void()> at_end, int input = 0,
                                     int output = 1);

}  // namespace sim800
