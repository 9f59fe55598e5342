// What faults can do to a transfer, and when they are asked.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// Progress of a transfer. HTTP has no login and command, FTP no request and header, a socket none of these.
enum class Phase : std::uint8_t { dns, connect, tls, login, command, request, header, data };
enum class Direction : std::uint8_t { up, down };  ///< from the module, towards it

/// A transfer in the terms of triggers.
struct TransferKind {
  enum class User : std::uint8_t { http, ftp, socket };
  User user = User::http;
  std::string verb;    ///< http: "GET"; ftp: "get", "put", "list", "size", "dele", "mkd", "rmd"
  std::string target;  ///< http: the URL as given by the host; socket: the server's name
  int socket = 0;      ///< number of the socket
};

/// What happens to a transfer at this point. Several may apply: waiting comes first.
struct Verdict {
  static constexpr Duration forever = Duration::max();
  enum class Cut : std::uint8_t { none, close, reset };

  std::optional<Duration> hold;                 ///< nothing continues for this long (module time)
  std::optional<int> code;                      ///< it ends with this code, whatever the server says
  bool dns_fails = false;                       ///< it ends as if its server's name did not exist
  Cut cut = Cut::none;                          ///< its connection ends with FIN or RST at both ends
  std::optional<std::uint64_t> truncate_after;  ///< its connection is closed after this many bytes of data

  bool nothing() const { return !hold && !code && !dns_fails && cut == Cut::none && !truncate_after; }
};

/// Follows one transfer, in the event loop's thread.
class TransferWatch {
 public:
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  virtual ~TransferWatch() = default;
  /// False: reached() would have nothing to say to this phase.
  virtual bool wants(Phase phase) const = 0;
  /// A phase begins; `data` with the first byte, in either direction.
  virtual Verdict reached(Phase phase) = 0;
  /// This many bytes of data have passed in that direction; called when next_stop() has been reached, before the next
  /// byte.
  virtual Verdict moved(Direction direction, std::uint64_t total) = 0;
  /// The byte count at which to call moved() next.
  virtual std::uint64_t next_stop(Direction direction) const = 0;
  /// False: content() would have nothing to say.
  virtual bool wants_content() const { return false; }
  /// These bytes of a socket's data have passed.
  virtual Verdict content(Direction /*direction*/, std::string_view /*bytes*/) { return {}; }
  /// Set by the transfer: a fault with another trigger acts on it in progress.
  std::function<void(const Verdict&)> interrupt;
};

/// Called once per transfer.
class Interference {
 public:
  virtual ~Interference() = default;
  /// Null: no fault concerns transfers of this kind.
  virtual std::unique_ptr<TransferWatch> watch(const TransferKind& kind) = 0;
  /// Some fault may change the link or cut connections: they must go through a relay.
  virtual bool needs_relay() const = 0;
};

}  // namespace sim800
