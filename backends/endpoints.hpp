// The wires a host can be attached to: pseudo-terminals, TCP ports, standard input and output.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "protocol/port.hpp"

namespace sim800 {

/// An endpoint cannot be had (name taken by a file, port in use, bad address): says which and why.
struct EndpointError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A wire that outlives its clients.  It exists (and is announced) from construction on, and moves bytes from attach() on.
class Endpoint : public Port {
 public:
  /// Begins to move bytes to and from `user`, which must outlive the endpoint.
  virtual void attach(PortUser& user) = 0;
  /// "pty LINK /dev/pts/N", "tcp HOST PORT", "stdio": the line `sim800 run` prints.
  virtual std::string announcement() const = 0;
  /// A short name that is the same in every run, for traces: "pty:LINK", "tcp:HOST:PORT" as given, "stdio".
  virtual std::string name() const = 0;
};

/// A pseudo-terminal whose slave is reached by the symbolic link `link`; the link goes with the endpoint.
/// Throws EndpointError, also where `link` is an existing file that is no symbolic link.
std::unique_ptr<Endpoint> open_pty(asio::io_context& loop, const std::string& link);

/// A listening TCP socket; `address` is HOST:PORT ([HOST]:PORT for IPv6 literals), port 0 takes any free one.
/// One client at a time: a second one is sent "busy" CR LF and closed.  Throws EndpointError.
std::unique_ptr<Endpoint> open_tcp(asio::io_context& loop, const std::string& address);

/// Standard input and output (a terminal or a pipe).  `at_end` is called when input has ended and all of it is answered
/// for: the bytes received before it have been handed over and output is flushed.
std::unique_ptr<Endpoint> open_stdio(asio::io_context& loop, std::function<void()> at_end);

}  // namespace sim800
