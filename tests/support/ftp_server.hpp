// An FTP server for tests: answers on loopback from a script, in the test's own loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim800::test {

/// What a healthy server does, unless the test changes it.
struct FtpScript {
  enum class End { close, reset, hold };

  std::string greeting = "220 ready\r\n";
  /// Replies by command, or by command and argument ("SIZE a.txt"), exactly as sent; an empty one is silence.
  std::map<std::string, std::string> replies;
  std::string opening = "150 go\r\n";  ///< before the data
  std::string data;                    ///< what RETR, LIST and NLST send
  std::size_t data_limit = SIZE_MAX;   ///< how much of it is sent, or how much of an upload is accepted
  End data_end = End::close;
  std::string closing = "226 done\r\n";  ///< after the data
  /// After the reply to this command the control connection is closed; also "connect" and "data".
  std::string cut_at;
  bool connects = true;    ///< in active mode
  int receive_buffer = 0;  ///< of data connections; 0: the system's
};

/// The argument of PORT; the address is assumed to be loopback.
inline asio::ip::tcp::endpoint active_endpoint(const std::string& argument) {
  unsigned numbers[6] = {};
  const char* at = argument.data();
  for (unsigned& number : numbers) at = std::from_chars(at, argument.data() + argument.size(), number).ptr + 1;
  return {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(numbers[4] * 256 + numbers[5])};
}

class FtpServer {
 public:
  using tcp = asio::ip::tcp;

  FtpServer(asio::io_context& loop, FtpScript what = {})
      : script(std::move(what)), loop_(loop), control_(loop, loopback()), data_(loop, tcp::v4()) {
    if (script.receive_buffer > 0) {
      data_.set_option(asio::socket_base::receive_buffer_size(script.receive_buffer));
    }
    data_.bind(loopback());
    data_.listen();
    accept_control();
    accept_data();
  }

  std::uint16_t port() const { return control_.local_endpoint().port(); }
  std::uint16_t data_port() const { return data_.local_endpoint().port(); }

  /// Sends a line on the newest control connection.
  void say(const std::string& text) { reply(session_, text); }
  void close_control() {
    std::error_code ignored;
    session_->socket.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void reset_data() {
    std::error_code ignored;
    if (!transfer_) return;
    transfer_->set_option(asio::socket_base::linger(true, 0), ignored);
    transfer_->close(ignored);
  }
  /// Connects as PORT requested; the script decides whether this happens by itself.
  void connect_active() {
    const auto socket = std::make_shared<tcp::socket>(loop_);
    socket->async_connect(*std::exchange(active_, std::nullopt), [this, socket](std::error_code error) {
      if (!error) connected(std::move(*socket));
    });
  }
  /// Where the client listens, as PORT said.
  const std::optional<tcp::endpoint>& active() const { return active_; }
  bool has_data() const { return transfer_ != nullptr; }
  bool has(std::string_view command) const {
    return std::find(commands.begin(), commands.end(), command) != commands.end();
  }

  FtpScript script;
  std::vector<std::string> commands;  ///< everything received, on all connections
  std::string stored;                 ///< contents of the last upload
  std::size_t connections = 0;
  std::size_t ended = 0;  ///< control connections that the client has closed

 private:
  struct Session {
    explicit Session(tcp::socket accepted) : socket(std::move(accepted)) {}
    tcp::socket socket;
    std::string input;
    std::array<char, 4096> bytes{};
  };
  using SessionPtr = std::shared_ptr<Session>;
  using DataPtr = std::shared_ptr<tcp::socket>;

  static tcp::endpoint loopback() { return {asio::ip::address_v4::loopback(), 0}; }

  void accept_control() {
    control_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (error) return;
      ++connections;
      socket.set_option(tcp::no_delay(true));
      session_ = std::make_shared<Session>(std::move(socket));
      if (!script.greeting.empty()) reply(session_, script.greeting);
      if (script.cut_at == "connect") close_control();
      read(session_);
      accept_control();
    });
  }

  void accept_data() {
    data_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (error) return;
      connected(std::move(socket));
      accept_data();
    });
  }

  void read(const SessionPtr& session) {
    session->socket.async_read_some(
        asio::buffer(session->bytes), [this, session](std::error_code error, std::size_t n) {
          if (error == asio::error::operation_aborted) return;
          if (error) {
            ++ended;
            return;
          }
          session->input.append(session->bytes.data(), n);
          for (auto end = session->input.find("\r\n"); end != std::string::npos; end = session->input.find("\r\n")) {
            const std::string line = session->input.substr(0, end);
            session->input.erase(0, end + 2);
            command(session, line);
          }
          read(session);
        });
  }

  void command(const SessionPtr& session, const std::string& line) {
    commands.push_back(line);
    const std::string verb = line.substr(0, line.find(' '));
    const std::string argument = line.size() > verb.size() ? line.substr(verb.size() + 1) : "";
    auto scripted = script.replies.find(line);
    if (scripted == script.replies.end()) scripted = script.replies.find(verb);
    if (scripted != script.replies.end()) {
      reply(session, scripted->second);
    } else {
      answer(session, verb, argument);
    }
    if (verb == script.cut_at) close_control();
  }

  void answer(const SessionPtr& session, const std::string& verb, const std::string& argument) {
    if (verb == "USER") return reply(session, "331 password\r\n");
    if (verb == "PASS") return reply(session, "230 in\r\n");
    if (verb == "PWD") return reply(session, "257 \"/\" here\r\n");
    if (verb == "QUIT") return reply(session, "221 bye\r\n");
    if (verb == "REST") return reply(session, "350 at " + argument + "\r\n");
    if (verb == "SIZE") return reply(session, "213 " + std::to_string(script.data.size()) + "\r\n");
    if (verb == "PASV") return reply(session, "227 to (" + address(data_port()) + ")\r\n");
    if (verb == "PORT") {
      active_ = active_endpoint(argument);
      return reply(session, "200 noted\r\n");
    }
    if (verb == "RETR" || verb == "LIST" || verb == "NLST" || verb == "STOR" || verb == "APPE" || verb == "STOU") {
      reply(session, script.opening);
      uploading_ = verb == "STOR" || verb == "APPE" || verb == "STOU";
      wanted_ = true;
      if (active_ && script.connects) connect_active();
      return transfer();
    }
    reply(session, "250 done\r\n");
  }

  static std::string address(std::uint16_t port) {
    return "127,0,0,1," + std::to_string(port >> 8U) + "," + std::to_string(port & 255U);
  }

  void reply(const SessionPtr& session, const std::string& text) {
    std::error_code ignored;
    asio::write(session->socket, asio::buffer(text), ignored);
  }

  void connected(tcp::socket socket) {
    transfer_ = std::make_shared<tcp::socket>(std::move(socket));
    transfer();
  }

  // Begins once the command and the connection are both there.
  void transfer() {
    if (!wanted_ || !transfer_) return;
    wanted_ = false;
    if (uploading_) {
      stored.clear();
      return store(transfer_);
    }
    const auto count = std::min(script.data.size(), script.data_limit);
    asio::async_write(*transfer_, asio::buffer(script.data.data(), count),
                      [this, socket = transfer_](std::error_code, std::size_t) { end_data(); });
  }

  void store(const DataPtr& socket) {
    socket->async_read_some(asio::buffer(buffer_), [this, socket](std::error_code error, std::size_t n) {
      stored.append(buffer_.data(), n);
      if (error || stored.size() >= script.data_limit) return end_data();
      store(socket);
    });
  }

  void end_data() {
    if (script.data_end == FtpScript::End::hold) return;
    if (script.data_end == FtpScript::End::reset) {
      reset_data();
    } else {
      std::error_code ignored;
      transfer_->close(ignored);
    }
    transfer_.reset();
    if (!script.closing.empty()) reply(session_, script.closing);
    if (script.cut_at == "data") close_control();
  }

  asio::io_context& loop_;
  tcp::acceptor control_, data_;
  SessionPtr session_;
  DataPtr transfer_;
  std::optional<tcp::endpoint> active_;
  bool wanted_ = false, uploading_ = false;
  std::array<char, 65536> buffer_{};
};

}  // namespace sim800::test
