// The TCP/IP toolkit: contexts, six connections, a server, and delivery of received data (AT manual chapter 8).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/socket.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/ip/ip_connection.hpp"
#include "emulator/ip/ip_settings.hpp"
#include "emulator/ip/transparent_mode.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/pdp.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class TlsClient;

class IpStack final : public Service {
 public:
  static constexpr unsigned connection_count = 6;
  static constexpr unsigned context_count = 2;
  static constexpr std::size_t block = 1460;  ///< most bytes of one send, read or record

  /// <state> (8.2.2). With several connections the states of the single one do not occur, and `processing` does.
  enum class State : std::uint8_t {
    initial,
    start,
    config,
    gprs_active,
    status,
    processing,
    connecting,
    listening,
    connected,
    closing,
    closed,
    deactivated,
  };

  struct Parts {
    const Environment& environment;
    Settings& settings;
    Network& network;
    PdpContexts& pdp;
    TlsClient& tls;
    Nvram& nvram;
    Sockets& sockets;
    Trace* trace;
  };
  explicit IpStack(const Parts& parts);

  void power_on() override;  ///< the saved access point is loaded
  void power_off() override;
  bool multi() const { return settings_.number(key::cipmux) == 1; }
  State state() const;
  std::string_view state_name() const;
  bool active() const;  ///< the selected context has an address
  /// A connection is being opened or closed.
  bool busy() const override;

  // Contexts; commands act on the one selected by AT+CIPSGTXT.

  void select(unsigned context) { selected_ = context; }
  /// Of the selected context; "" until it is active.
  std::string address() const { return context().address; }
  PdpContexts::Access& access() { return context().access; }
  /// AT+CSTT: initial to start.
  void start() { context().stage = Stage::start; }
  /// AT+CIICR: start to gprs_active. A refusal by the network leads to deactivated, no network to start.
  Task<Result> activate() { return bring_up(context()); }
  /// AT+CIFSR has shown the address.
  void address_shown();
  /// AT+CIPSHUT: back to initial.
  Task<> shut();
  /// The network, or a command (`cause`), ended the packet service.
  void lose_service(Channel* cause);
  /// The network deactivated the contexts.
  void lose_contexts(Channel* cause);

  // Connections. `n` is 0 to 5, 0 if there is only one.

  const IpConnection& connection(unsigned n) const { return connections_[n]; }
  IpConnection& connection(unsigned n) { return connections_[n]; }
  /// AT+CIPSTART, in a state that allows it; the outcome is sent as lines.
  void connect(unsigned n, SocketRequest request, Channel& channel);
  /// AT+CIPCLOSE of a connection in use.
  Task<> close(unsigned n, bool quick);
  /// AT+CIPSEND. A peer that does not acknowledge for 645 s is given up.
  Task<bool> send(unsigned n, std::string_view bytes);
  /// Bytes that a command may read: those reported to the host.
  std::size_t readable(unsigned n) const;
  std::string take(unsigned n, std::size_t most);
  /// AT+CIPUDPMODE was changed.
  void set_udp_mode(unsigned n, unsigned mode, const SocketAddress& there);
  unsigned udp_mode(unsigned n) const { return udp_modes_[n].mode; }
  const SocketAddress& udp_peer(unsigned n) const { return udp_modes_[n].there; }
  /// It is in transparent mode, also while escaped to commands.
  bool transparent(unsigned n) const { return transparent_.uses(connections_[n]); }
  /// ATO
  bool resume(Channel& channel) { return transparent_.resume(channel); }
  /// Data have been pushed to a host in command mode.
  std::function<void()> on_pushed = [] {};

  /// AT+CIPSERVER.
  void listen(std::uint16_t port, Channel& channel);
  void stop_listening() { server_.reset(); }
  bool listening() const { return server_ != nullptr; }
  std::uint16_t server_port() const { return server_port_; }

  /// AT+CDNSGIP: +CDNSGIP follows.
  void resolve(const std::string& host, Channel& asker);

  /// AT+CIPCSGP=0: a circuit-switched data call, which nobody answers.
  struct Dialled {
    std::string number, user, password;
    unsigned rate = 2;
  };
  Dialled dialled;
  /// AT+CLPORT.
  struct LocalPorts {
    std::uint16_t tcp = 0, udp = 0;
  };
  std::array<LocalPorts, connection_count> local_ports{};

  // AT+CIPSCONT keeps the settings and the access point.
  bool save_context();
  bool context_saved() const;

  /// The channel's line is free.
  void channel_free(const Channel& channel);

 private:
  enum class Stage : std::uint8_t { initial, start, config, gprs_active, status, deactivated };
  struct Context {
    Stage stage = Stage::initial;
    PdpContexts::Access access{"CMNET", "", ""};
    std::string apn;      ///< that it was opened with
    std::string address;  ///< empty: not open
    unsigned run = 0;     ///< attempts so far
  };
  struct UdpMode {
    unsigned mode = 0;
    SocketAddress there;
  };

  Nvram::Section saved_values() const;
  Context& context() { return contexts_[selected_]; }
  const Context& context() const { return contexts_[selected_]; }
  Task<Result> bring_up(Context& context);
  void take_down(Context& context, Stage left_in);
  void end_connections(unsigned context, IpConnection::State left_in);

  Task<> open(unsigned n, SocketRequest request);
  Task<> open_server();
  void opened(unsigned n);
  void failed(unsigned n, bool by_tls);
  void client_came(std::unique_ptr<Socket> socket);
  std::optional<TlsOptions> tls(const SocketRequest& request) const;
  void drop(unsigned n, IpConnection::State left_in);
  void check_service();
  void say_deactivated();

  void changed(unsigned n);
  void announce(unsigned n);
  void push(unsigned n);
  bool delivered(unsigned n) const;
  void expect_end(unsigned n);
  void end_data_mode(unsigned n);
  void release(unsigned n);
  void peer_gone(unsigned n);
  void peer_lost(unsigned n);
  void say(unsigned n, std::string_view text) const;
  void record(unsigned n, std::string_view phase) const;

  const Environment& environment_;
  Settings& settings_;
  Network& network_;
  PdpContexts& pdp_;
  TlsClient& tls_client_;
  Nvram& nvram_;
  Sockets& sockets_;
  Trace* trace_;

  std::array<Context, context_count> contexts_;
  unsigned selected_ = 0;
  std::array<IpConnection, connection_count> connections_;
  std::array<Task<>, connection_count> opening_;
  std::array<UdpMode, connection_count> udp_modes_;
  std::unique_ptr<SocketServer> server_;
  std::uint16_t server_port_ = 0;
  unsigned server_context_ = 0;
  Channel* server_channel_ = nullptr;
  Task<> server_opening_;
  std::unique_ptr<NameQuery> query_;
  Timer query_delay_, query_limit_;
  bool deactivated_ = false;  ///< by the network; the host is still to be told
  TransparentMode transparent_;
  Timer service_check_;
  unsigned service_checks_ = 0;
};

/// "CONNECTED", "CLOSED" …, as in AT+CIPSTATUS.
std::string_view word(IpConnection::State state);

}  // namespace sim800
