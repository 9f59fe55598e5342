// An HTTP server on the event loop: requests come in whole, answers may come later or as a stream.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace sim800 {

struct ServerRequest {
  std::string method, path;  ///< the path decoded, without its query
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// A header's value; empty without it.
  std::string header(const std::string& name) const;
};

struct ServerAnswer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

/// One request and its answer. Whoever answers later keeps it.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const ServerRequest& request() const = 0;
  /// Once. Ignored where the client has left.
  virtual void answer(ServerAnswer answer) = 0;
  /// Answers with a stream instead. `next` gives what comes next, empty where nothing is there yet, nothing at the end;
  /// it is asked when the client has taken what came before, so that a client that reads nothing holds up nobody.
  virtual void stream(std::string type, std::function<std::optional<std::string>()> next) = 0;
  /// `next` may have something.
  virtual void wake() = 0;
  /// The client is still there, as far as the system knows.
  virtual bool present() const = 0;
  /// Called once if the client leaves before its answer is complete.
  std::function<void()> on_gone;
};

/// The address cannot be used: tells which and why.
struct HttpServerError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class HttpServer {
 public:
  /// A request without body beyond this is answered with 413.
  static constexpr std::size_t max_body = std::size_t{1} << 20;
  static constexpr unsigned max_clients = 64;
  /// A client that neither sends nor takes anything for so long is dropped; so is one that has left during a wait.
  static constexpr unsigned patience_seconds = 120;

  using Handler = std::function<void(std::shared_ptr<HttpExchange>)>;

  /// Listens on `address`, "HOST:PORT" (port 0: any free one) or "unix:PATH", and serves once start() is called. Throws
  /// HttpServerError.
  HttpServer(asio::io_context& loop, const std::string& address);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void start(Handler handler);
  /// "http://127.0.0.1:4711" or "unix:/run/x"
  std::string url() const;
  /// Only this machine reaches it.
  bool is_local() const;
  bool is_unix() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim800
