// A mail server for tests: answers lines on loopback from a script, in the test's own loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim800::test {

struct MailScript {
  std::string greeting;
  /// Replies by line, or by its first word; an empty one is silence. Any other line gets `otherwise`.
  std::map<std::string, std::string> replies;
  std::string otherwise;
  std::string cut_at;  ///< the connection is closed after the reply to this line; "connect": after the greeting
};

inline MailScript smtp_script() {
  return {.greeting = "220 ready\r\n",
          .replies = {{"EHLO", "250-mail\r\n250 AUTH PLAIN LOGIN\r\n"},
                      {"AUTH", "334 \r\n"},
                      {"AG1lAHNlY3JldA==", "235 welcome\r\n"}},
          .otherwise = "250 fine\r\n",
          .cut_at = {}};
}

inline MailScript pop3_script() {
  return {.greeting = "+OK ready\r\n",
          .replies = {{"CAPA", "+OK\r\nUSER\r\nUIDL\r\n.\r\n"}},
          .otherwise = "+OK fine\r\n",
          .cut_at = {}};
}

class MailServer {
 public:
  using tcp = asio::ip::tcp;

  MailServer(asio::io_context& loop, MailScript what)
      : script(std::move(what)), acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void say(const std::string& text) { reply(session_, text); }

  MailScript script;
  std::vector<std::string> lines;  ///< everything received, on all connections
  std::size_t connections = 0, ended = 0;

 private:
  struct Session {
    explicit Session(tcp::socket accepted) : socket(std::move(accepted)) {}
    tcp::socket socket;
    std::string input;
    std::array<char, 4096> bytes{};
  };
  using SessionPtr = std::shared_ptr<Session>;

  void accept() {
    acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (error) return;
      ++connections;
      session_ = std::make_shared<Session>(std::move(socket));
      reply(session_, script.greeting);
      if (script.cut_at == "connect") cut(session_);
      read(session_);
      accept();
    });
  }

  void read(const SessionPtr& session) {
    session->socket.async_read_some(asio::buffer(session->bytes), [this, session, alive = std::weak_ptr(alive_)](
                                                                      std::error_code error, std::size_t n) {
      if (alive.expired()) return;
      if (error) {
        if (error != asio::error::operation_aborted) ++ended;
        return;
      }
      session->input.append(session->bytes.data(), n);
      for (std::size_t end = 0; (end = session->input.find("\r\n")) != std::string::npos;) {
        take(session, session->input.substr(0, end));
        session->input.erase(0, end + 2);
      }
      read(session);
    });
  }

  void take(const SessionPtr& session, const std::string& line) {
    lines.push_back(line);
    const std::string word = line.substr(0, line.find(' '));
    const auto whole = script.replies.find(line), first = script.replies.find(word);
    reply(session, whole != script.replies.end()   ? whole->second
                   : first != script.replies.end() ? first->second
                                                   : script.otherwise);
    if (script.cut_at == line || script.cut_at == word) cut(session);
  }

  static void reply(const SessionPtr& session, const std::string& text) {
    std::error_code ignored;
    asio::write(session->socket, asio::buffer(text), ignored);
  }
  static void cut(const SessionPtr& session) {
    std::error_code ignored;
    session->socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  tcp::acceptor acceptor_;
  SessionPtr session_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace sim800::test
