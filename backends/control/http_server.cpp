// libmicrohttpd has an epoll descriptor of its own, which the loop watches: there is no second thread.
// SPDX-License-Identifier: MIT
#include "backends/control/http_server.hpp"

#include <fcntl.h>
#include <microhttpd.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/endpoints/endpoints.hpp"
#include "backends/endpoints/listening.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

constexpr std::size_t connection_memory = std::size_t{32} << 10U;
/// A stream without news sends a comment: of a client whose machine has vanished we learn only so that it has left.
constexpr auto heartbeat = std::chrono::seconds(15);
/// After something has come in, those are looked for that have left with their last bytes.
constexpr auto leavers_after = std::chrono::milliseconds(500);

int socket_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

bool has_left(int socket) {
  char byte = 0;
  const ssize_t count = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
}

MHD_Result add_header(void* into, MHD_ValueKind, const char* key, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(into))[lower_case(key)] = value != nullptr ? value : "";
  return MHD_YES;
}

MHD_Result add_argument(void* into, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                        std::size_t size) {
  (*static_cast<std::map<std::string, std::string>*>(into))[std::string(key, key_size)] =
      value != nullptr ? std::string(value, size) : std::string();
  return MHD_YES;
}

void log(void*, const char* format, va_list arguments) {
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  std::string_view line(text);
  while (line.ends_with('\n')) line.remove_suffix(1);
  spdlog::debug("control: {}", line);
}

}  // namespace

std::string ServerRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

struct HttpServer::Impl {
  class Exchange;

  Impl(asio::io_context& l, Listening where)
      : loop(l), listener(std::move(where)), ready(loop), timeout(loop), beat(loop), leavers(loop) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  void start();
  void run();
  void run_soon();
  void watch();
  void beat_on();
  void look_for_leavers();
  std::vector<Exchange*> exchanges() const;

  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url, const char* method,
                           const char* version, const char* data, std::size_t* size, void** context);
  static void completed(void* self, MHD_Connection* connection, void** context, MHD_RequestTerminationCode how);
  static ssize_t read(void* exchange, std::uint64_t position, char* into, std::size_t most);
  static void came_or_went(void* self, MHD_Connection* connection, void** context,
                           MHD_ConnectionNotificationCode which);

  asio::io_context& loop;
  Listening listener;
  Handler handler;
  MHD_Daemon* daemon = nullptr;
  asio::posix::stream_descriptor ready;
  asio::steady_timer timeout, beat, leavers;
  std::map<MHD_Connection*, Exchange*> connections;  ///< null: no request has come in yet, or no other one
  bool run_posted = false, running = false, leavers_due = false;
  /// For what is posted, and may come when all is over.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

class HttpServer::Impl::Exchange final : public HttpExchange, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Impl& server, MHD_Connection* connection) : server_(&server), connection_(connection) {}

  const ServerRequest& request() const override { return request_; }

  void answer(ServerAnswer answer) override {
    if (answer_ || next_) return;
    answer_ = std::move(answer);
    resume();
  }

  void stream(std::string type, std::function<std::optional<std::string>()> next) override {
    if (answer_ || next_) return;
    type_ = std::move(type);
    next_ = std::move(next);
    resume();
  }

  void wake() override {
    if (next_) resume();
  }

  bool present() const override {
    if (connection_ == nullptr) return false;
    return !has_left(socket_of(connection_));
  }
  /// It has come in whole.
  bool dispatched() const { return dispatched_; }

  // From the server.

  MHD_Result go_on(const char* data, std::size_t* size) {
    if (*size > 0) {
      if (request_.body.size() + *size > max_body) too_large_ = true;
      if (!too_large_) request_.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    if (!dispatched_) dispatch();
    if (answer_) return queue(*answer_);
    if (next_) return queue_stream();
    suspend();
    return MHD_YES;
  }

  void begin(const char* url, const char* method) {
    request_.method = method;
    request_.path = url;
    MHD_get_connection_values(connection_, MHD_HEADER_KIND, &add_header, &request_.headers);
    MHD_get_connection_values_n(connection_, MHD_GET_ARGUMENT_KIND, &add_argument, &request_.query);
  }

  ssize_t read(char* into, std::size_t most) {
    while (pending_.empty()) {
      auto more = next_();
      if (!more) return MHD_CONTENT_READER_END_OF_STREAM;
      if (more->empty()) {
        suspend();
        return 0;
      }
      pending_ = std::move(*more);
    }
    const std::size_t count = std::min(most, pending_.size());
    pending_.copy(into, count);
    pending_.erase(0, count);
    return static_cast<ssize_t>(count);
  }

  void look_after() {
    if (!suspended_) return;
    if (!present()) {
      const auto gone = answer_ ? nullptr : std::exchange(on_gone, nullptr);
      if (next_) next_ = [] { return std::nullopt; };
      if (!next_ && !answer_) answer_ = ServerAnswer{.status = 408};
      resume();
      if (gone) gone();
    } else if (next_ && type_ == "text/event-stream") {
      pending_ = ":\n\n";
      resume();
    }
  }

  /// The daemon does not look at a connection that is suspended. What a client sends meanwhile is its next request:
  /// from then on its end shows at the next beat only.
  void await_end() {
    if (end_) return;
    UniqueFd copy(::fcntl(socket_of(connection_), F_DUPFD_CLOEXEC, 0));
    if (copy.get() < 0) return;
    end_.emplace(server_->loop, copy.release());
    end_->async_wait(asio::posix::stream_descriptor::wait_read, [weak = weak_from_this()](asio::error_code problem) {
      const auto self = weak.lock();
      if (problem || !self || self->present()) return;
      self->end_.reset();
      self->look_after();
    });
  }

  /// The connection is gone, or the server.
  void detach() {
    const bool unanswered = !answer_ && dispatched_;
    connection_ = nullptr;
    server_ = nullptr;
    end_.reset();
    next_ = nullptr;
    if (auto gone = std::exchange(on_gone, nullptr); gone && unanswered) gone();
  }

  void resume() {
    if (!suspended_ || connection_ == nullptr) return;
    suspended_ = false;
    MHD_resume_connection(connection_);
    if (server_ != nullptr) server_->run_soon();
  }

 private:
  void dispatch() {
    dispatched_ = true;
    if (too_large_) {
      answer_ = ServerAnswer{.status = 413};
      return;
    }
    const auto self = shared_from_this();
    try {
      server_->handler(self);
    } catch (const std::exception& problem) {
      spdlog::error("control: {} {}: {}", request_.method, request_.path, problem.what());
      answer_ = ServerAnswer{.status = 500, .type = "text/plain", .body = problem.what()};
    }
    request_.body = {};
  }

  void suspend() {
    suspended_ = true;
    MHD_suspend_connection(connection_);
    await_end();
  }

  MHD_Result queue(const ServerAnswer& answer) {
    return send(MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()),
                                                MHD_RESPMEM_MUST_COPY),
                answer.status, answer.type, answer.headers);
  }

  MHD_Result queue_stream() {
    // The response keeps the exchange, which may go before it otherwise.
    auto* const kept = new std::shared_ptr<Exchange>(shared_from_this());
    return send(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, &Impl::read, kept,
                                                  [](void* it) { delete static_cast<std::shared_ptr<Exchange>*>(it); }),
                200, type_, {{"Cache-Control", "no-store"}});
  }

  MHD_Result send(MHD_Response* response, int status, const std::string& type,
                  const std::map<std::string, std::string>& headers) {
    if (response == nullptr) return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type.c_str());
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : headers) MHD_add_response_header(response, name.c_str(), value.c_str());
    const MHD_Result queued = MHD_queue_response(connection_, static_cast<unsigned>(status), response);
    MHD_destroy_response(response);
    return queued;
  }

  Impl* server_;
  MHD_Connection* connection_;
  ServerRequest request_;
  bool too_large_ = false, dispatched_ = false, suspended_ = false;
  std::optional<ServerAnswer> answer_;
  std::optional<asio::posix::stream_descriptor> end_;  ///< a copy of the socket, to see the client leave
  std::string type_, pending_;
  std::function<std::optional<std::string>()> next_;
};

MHD_Result HttpServer::Impl::handle(void* self, MHD_Connection* connection, const char* url, const char* method,
                                    const char*, const char* data, std::size_t* size, void** context) {
  auto& server = *static_cast<Impl*>(self);
  if (*context != nullptr) return (*static_cast<std::shared_ptr<Exchange>*>(*context))->go_on(data, size);
  auto* const made = new std::shared_ptr<Exchange>(std::make_shared<Exchange>(server, connection));
  *context = made;
  server.connections[connection] = made->get();
  (*made)->begin(url, method);
  return MHD_YES;
}

void HttpServer::Impl::came_or_went(void* self, MHD_Connection* connection, void**,
                                    MHD_ConnectionNotificationCode which) {
  auto& server = *static_cast<Impl*>(self);
  if (which == MHD_CONNECTION_NOTIFY_STARTED) {
    server.connections[connection] = nullptr;
  } else {
    server.connections.erase(connection);
    server.run_soon();  // where no place was free, the daemon looks for new clients the next time only
  }
}

void HttpServer::Impl::completed(void* self, MHD_Connection* connection, void** context, MHD_RequestTerminationCode) {
  auto& server = *static_cast<Impl*>(self);
  auto* const exchange = static_cast<std::shared_ptr<Exchange>*>(*context);
  if (exchange == nullptr) return;
  if (const auto of = server.connections.find(connection); of != server.connections.end()) of->second = nullptr;
  (*exchange)->detach();
  delete exchange;
  *context = nullptr;
}

ssize_t HttpServer::Impl::read(void* exchange, std::uint64_t, char* into, std::size_t most) {
  return (*static_cast<std::shared_ptr<Exchange>*>(exchange))->read(into, most);
}

void HttpServer::Impl::start() {
  daemon =
      MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, nullptr, nullptr, &handle, this,
                       MHD_OPTION_EXTERNAL_LOGGER, &log, nullptr, MHD_OPTION_LISTEN_SOCKET, listener.socket.get(),
                       MHD_OPTION_NOTIFY_COMPLETED, &completed, this, MHD_OPTION_NOTIFY_CONNECTION, &came_or_went, this,
                       MHD_OPTION_CONNECTION_LIMIT, max_clients, MHD_OPTION_CONNECTION_TIMEOUT, patience_seconds,
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                       MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
  if (daemon == nullptr) throw HttpServerError("--control: the HTTP server cannot be started");
  listener.socket.release();  // the daemon closes it
  ready.assign(MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
  watch();
  beat_on();
}

HttpServer::Impl::~Impl() {
  *alive = false;
  if (daemon != nullptr) {
    ready.release();
    for (Exchange* exchange : exchanges()) {
      exchange->answer({.status = 503});
      exchange->resume();
    }
    MHD_run(daemon);
    for (Exchange* exchange : exchanges()) exchange->resume();
    MHD_stop_daemon(daemon);
  }
  if (!listener.path.empty()) ::unlink(listener.path.c_str());
}

void HttpServer::Impl::watch() {
  ready.async_wait(asio::posix::stream_descriptor::wait_read, [this, here = alive](asio::error_code problem) {
    if (problem || !*here) return;
    run();
    watch();
  });
}

void HttpServer::Impl::run() {
  if (running) return run_soon();
  running = true;
  MHD_run(daemon);
  running = false;
  if (!leavers_due && !connections.empty()) look_for_leavers();
  MHD_UNSIGNED_LONG_LONG wait = 0;
  if (MHD_get_timeout(daemon, &wait) != MHD_YES) {
    timeout.cancel();
    return;
  }
  if (wait == 0) return run_soon();
  timeout.expires_after(std::chrono::milliseconds(wait));
  timeout.async_wait([this, here = alive](asio::error_code problem) {
    if (!problem && *here) run();
  });
}

void HttpServer::Impl::run_soon() {
  if (std::exchange(run_posted, true)) return;
  asio::post(loop, [this, here = alive] {
    if (!*here) return;
    run_posted = false;
    run();
  });
}

void HttpServer::Impl::beat_on() {
  beat.expires_after(heartbeat);
  beat.async_wait([this, here = alive](asio::error_code problem) {
    if (problem || !*here) return;
    for (Exchange* exchange : exchanges()) exchange->look_after();
    beat_on();
  });
}

std::vector<HttpServer::Impl::Exchange*> HttpServer::Impl::exchanges() const {
  std::vector<Exchange*> all;
  for (const auto& [connection, exchange] : connections) {
    if (exchange != nullptr) all.push_back(exchange);
  }
  return all;
}

/// The daemon does not notice an end that came together with bytes: it would keep the place of a request that will
/// never be whole, or of a client that wants nothing more, for as long as its patience lasts.
void HttpServer::Impl::look_for_leavers() {
  leavers_due = true;
  leavers.expires_after(leavers_after);
  leavers.async_wait([this, here = alive](asio::error_code problem) {
    if (problem || !*here) return;
    leavers_due = false;
    for (const auto& [connection, exchange] : connections) {
      const int socket = socket_of(connection);
      if ((exchange == nullptr || !exchange->dispatched()) && has_left(socket)) ::shutdown(socket, SHUT_RDWR);
    }
  });
}

namespace {

/// Whoever can connect drives the module.
Listening listen_for_owner(asio::io_context& loop, const std::string& address) try {
  return listen_on(loop, address, PathFor::owner);
} catch (const EndpointError& problem) {
  throw HttpServerError("--control: " + std::string(problem.what()));
}

}  // namespace

HttpServer::HttpServer(asio::io_context& loop, const std::string& address)
    : impl_(std::make_unique<Impl>(loop, listen_for_owner(loop, address))) {}
HttpServer::~HttpServer() = default;
void HttpServer::start(Handler handler) {
  impl_->handler = std::move(handler);
  impl_->start();
}
std::string HttpServer::url() const {
  const Listening& listener = impl_->listener;
  return is_unix() ? "unix:" + listener.path : "http://" + to_host_port(listener.host, listener.port);
}
bool HttpServer::is_local() const { return impl_->listener.local; }
bool HttpServer::is_unix() const { return !impl_->listener.path.empty(); }

}  // namespace sim800
