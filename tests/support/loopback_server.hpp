// Servers for tests: they answer on loopback from a script, in the test's own loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim800::test {

/// Runs the loop until `reached()`; fails the test if that does not happen (the time is a watchdog, nothing is
/// measured).
template <class Condition>
void run_until(asio::io_context& loop, Condition reached) {
  const auto watchdog = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  loop.restart();
  while (!reached()) REQUIRE(loop.run_one_until(watchdog) == 1);
}

/// What a server does with one connection.
struct Script {
  enum class End { close, hold, reset };

  std::vector<std::string> pieces;  ///< each sent by one write
  End end = End::close;
  bool awaits_request = true;  ///< false: sends at once
  bool endless = false;        ///< the last piece is sent again and again
};

/// True once `request` has a head and as much of a body as its Content-Length says.
inline bool is_whole(std::string_view request) {
  const auto end = request.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto field = request.substr(0, end).find(name);
  if (field == std::string_view::npos) return true;
  std::size_t length = 0;
  std::from_chars(request.data() + field + name.size(), request.data() + end, length);
  return request.size() >= end + 4 + length;
}

class LoopbackServer {
 public:
  /// The n-th connection follows the n-th script; later ones follow the last.
  LoopbackServer(asio::io_context& loop, std::vector<Script> scripts, int receive_buffer = 0)
      : acceptor_(loop, asio::ip::tcp::v4()), scripts_(std::move(scripts)) {
    if (receive_buffer > 0) acceptor_.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
    acceptor_.bind({asio::ip::address_v4::loopback(), 0});
    acceptor_.listen();
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::vector<std::string> requests;  ///< received on each connection
  std::size_t ended = 0;              ///< connections that the client has closed

 private:
  struct Session {
    explicit Session(asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    asio::ip::tcp::socket socket;
    std::size_t number = 0;
    std::size_t next = 0;
    bool answering = false;
    Script script;
    std::vector<char> bytes = std::vector<char>(65536);
  };
  using SessionPtr = std::shared_ptr<Session>;

  void accept() {
    acceptor_.async_accept([this](std::error_code error, asio::ip::tcp::socket socket) {
      if (error) return;
      const auto session = std::make_shared<Session>(std::move(socket));
      session->number = requests.size();
      session->script = scripts_.at(std::min(session->number, scripts_.size() - 1));
      session->socket.set_option(asio::ip::tcp::no_delay(true));
      requests.emplace_back();
      if (!session->script.awaits_request) answer(session);
      read(session);
      accept();
    });
  }

  void read(const SessionPtr& session) {
    session->socket.async_read_some(asio::buffer(session->bytes),
                                    [this, session](std::error_code error, std::size_t n) {
                                      if (error == asio::error::operation_aborted) return;
                                      if (error) {
                                        ++ended;
                                        return;
                                      }
                                      requests[session->number].append(session->bytes.data(), n);
                                      if (!session->answering && is_whole(requests[session->number])) answer(session);
                                      if (session->socket.is_open()) read(session);
                                    });
  }

  void answer(const SessionPtr& session) {
    session->answering = true;
    const Script& script = session->script;
    if (session->next == script.pieces.size()) {
      if (!script.endless) return end(session);
      --session->next;
    }
    asio::async_write(session->socket, asio::buffer(script.pieces[session->next++]),
                      [this, session](std::error_code error, std::size_t) {
                        if (!error) answer(session);
                      });
  }

  static void end(const SessionPtr& session) {
    std::error_code ignored;
    if (session->script.end == Script::End::close) {
      session->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    } else if (session->script.end == Script::End::reset) {
      session->socket.set_option(asio::socket_base::linger(true, 0), ignored);
      session->socket.close(ignored);
    }
  }

  asio::ip::tcp::acceptor acceptor_;
  std::vector<Script> scripts_;
};

/// A port without a listener.
inline std::uint16_t unused_port(asio::io_context& loop) {
  const asio::ip::tcp::acceptor probe(loop, {asio::ip::address_v4::loopback(), 0});
  return probe.local_endpoint().port();
}

}  // namespace sim800::test
