// All connections to the outside go through here: names are mapped and resolved, and if the link is not clear, the
// bytes go through here too.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "backends/link/link_path.hpp"
#include "emulator/core/address_plan.hpp"
#include "emulator/core/host_map.hpp"

struct addrinfo;

namespace sim800 {

class Relay;

/// Where a connection to a server and port really leads.
struct Route {
  enum class Kind {
    reachable,     ///< connect to `address` and `port`
    unresolvable,  ///< the name has no address
    unreachable,   ///< a literal address that is unreachable (`unresolvable` for a literal): fails at once
    refused,       ///< the connection is refused
    black_hole,    ///< never an answer
  };
  Kind kind = Kind::unresolvable;
  std::string address;  ///< numeric, IPv4 or IPv6 without brackets
  std::uint16_t port = 0;
  bool to_module = false;           ///< another module of this run
  std::string local_address;        ///< for relay(): the connection's own address; empty: any
  std::uint16_t local_port = 0;     ///< and its own port; 0: any
  std::vector<std::string> others;  ///< further addresses of the name, of the same family
};

/// A name lookup; destroying it discards the answer.
class Lookup {
 public:
  virtual ~Lookup() = default;
};

/// As the system writes it, where `host` is an IPv4 or IPv6 address, without brackets, in any spelling that the system
/// would connect to: 0x7f.1, 2130706433, ::ffff:127.0.0.1, with a dot at its end.  Nothing where it is a name.
std::optional<std::string> numeric_address(const std::string& host);

/// The IPv4 addresses of a system's answer, each once; the IPv6 ones where there is no other.
std::vector<std::string> numeric_addresses(const addrinfo* list);

class RadioLink {
 public:
  /// `clock` (module time) and `seed` (jitter) are for the model. Both references must outlive the link.
  RadioLink(asio::io_context& loop, HostMap hosts, Clock& clock, const LinkModel& model = {}, std::uint64_t seed = 1);
  ~RadioLink();  ///< ends all relays

  /// Finds the route to `host`:`port`. `done` is called once, later, from the loop, unless the Lookup is destroyed
  /// first. Names are resolved off the loop (a dead name server blocks nothing, not even the end of the process); IPv4
  /// is preferred, because a SIM800 has nothing else.
  std::unique_ptr<Lookup> route(const std::string& host, std::uint16_t port, std::function<void(Route)> done);

  /// The addresses of this run's modules, which win over a "*" in `hosts`; null: there is only one. It must outlive the
  /// link.
  void set_modules(const AddressPlan* modules);
  /// From now on; connections stay as they are.
  void set_hosts(const HostMap& hosts);
  /// Has those of another link with the same map, which are then in memory once.
  void share_hosts(const RadioLink& other);
  const AddressPlan* modules() const;

  /// True: each connection goes through a relay. False: directly to the result of route(), at no cost.
  bool relays() const;
  /// From now on, whatever the model: it may change, or connections may have to be cut.
  void relay_always();
  /// Connects to a reachable route through a port on loopback; see Relay::Ready.
  std::unique_ptr<Relay> relay(const Route& there, std::function<void(std::error_code, std::uint16_t port)> ready);
  /// The same for a connection that has come from outside.
  std::unique_ptr<Relay> relay(asio::ip::tcp::socket accepted,
                               std::function<void(std::error_code, std::uint16_t port)> ready);
  /// And for one to a client that listens on 127.0.0.1:`port`, where `caller` connects; see Relay for `settled`.
  std::unique_ptr<Relay> relay(asio::ip::tcp::socket accepted, asio::ip::tcp::socket caller, std::uint16_t port,
                               std::function<void()> settled);

  /// Applies to relayed connections from now on.
  void set_model(const LinkModel& model);
  /// Whatever the model, nothing gets through for now: the module uses its radio for something else.
  void suspend(bool on);
  const LinkState& state() const;
  const LinkModel& model() const { return state().model; }
  Clock& clock() const { return state().clock; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim800
