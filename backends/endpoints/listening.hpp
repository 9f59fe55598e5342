// Sockets that listen: TCP ports and unix sockets.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

struct Listening {
  UniqueFd socket;
  std::string host{};      ///< as it was given
  std::uint16_t port = 0;  ///< the one that the system has picked
  std::string path{};      ///< of a unix socket, instead
  bool local = true;       ///< only this machine reaches it

  /// "HOST PORT", or the path
  std::string where() const { return path.empty() ? host + " " + std::to_string(port) : path; }
};

enum class PathFor : std::uint8_t { everybody, owner };

/// `text` is HOST:PORT. Throws EndpointError.
Listening listen_on_port(asio::io_context& loop, const std::string& text);
/// Replaces a socket that a killed process has left over. Throws EndpointError.
Listening listen_on_path(const std::string& path, PathFor who = PathFor::everybody);
/// `address` is HOST:PORT or unix:PATH. Throws EndpointError.
Listening listen_on(asio::io_context& loop, const std::string& address, PathFor who = PathFor::everybody);

/// Waits for clients and sends away those that nobody can take. A unix socket's path goes with it.
class Listener {
 public:
  Listener(asio::io_context& loop, Listening listening, std::string name);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// A client is there: take() it, or leave it waiting.
  std::function<void()> on_client;

  const std::string& where() const { return where_; }
  void await_client();
  /// Its socket; -1 where there is none now, and it waits for the next one.
  int take();
  /// Tells a client that another one is there.
  void refuse(int socket);

 private:
  using Descriptor = asio::posix::stream_descriptor;
  void accept_failed();
  void await_refused(const std::shared_ptr<Descriptor>& refused);

  asio::io_context& loop_;
  const std::string name_, where_, path_;
  Descriptor acceptor_;
  asio::steady_timer retry_;
  std::vector<std::shared_ptr<Descriptor>> refused_;
  std::shared_ptr<void> life_ = std::make_shared<char>();
};

}  // namespace sim800
