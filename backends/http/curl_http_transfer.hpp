// One HTTP request on libcurl: its way to the server, hop by hop, and the response.
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/curl/curl_multi.hpp"
#include "backends/curl/http_target.hpp"
#include "backends/http/curl_http_request.hpp"
#include "backends/http/http_answer.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/link/relay.hpp"
#include "backends/link/transfer_gate.hpp"
#include "backends/ports/http.hpp"

namespace sim800 {

class CurlHttpTransfer final : public HttpTransfer {
 public:
  struct Parts {
    asio::io_context& loop;
    RadioLink& link;
    std::shared_ptr<CurlMulti> multi;
    std::unique_ptr<TransferWatch> watch;  ///< null: no fault concerns it
  };
  CurlHttpTransfer(Parts parts, HttpRequest request, std::function<void(HttpResult)> done);
  ~CurlHttpTransfer() override;
  CurlHttpTransfer(const CurlHttpTransfer&) = delete;
  CurlHttpTransfer& operator=(const CurlHttpTransfer&) = delete;

  HttpProgress progress() const override;
  HttpResult received() const override { return so_far(http_status::network_error); }

 private:
  // What libcurl has delivered in its callbacks, where faults cannot be asked.
  struct Event {
    enum class Kind : std::uint8_t { header, body, end };
    Kind kind;
    std::string bytes;
    long status = 0;
    CURLcode code = CURLE_OK;
  };

  std::size_t delivered() const;
  bool has_proxy() const { return !request_.proxy_host.empty(); }
  void start();
  void find_route();
  void take(const Route& route);
  void connect(const Route& route);
  void request_by(const Route& route);
  void set_callbacks();
  void ended(CURLcode code);
  std::optional<HttpTarget> next_target(long status) const;
  void follow(HttpTarget target, long status);
  HttpResult so_far(int status) const;
  void fail(int status) { finish({status, {}, {}}); }
  void succeed(long status);
  void finish(HttpResult result);

  // Where a fault may act (curl_http_watched.cpp):
  bool end_by_fault(const Verdict& verdict);
  void process_later();
  void process();
  bool step();
  bool take_header();
  bool take_body();
  bool ask_upload();
  void truncated(bool reset);
  std::uint64_t upload_stop() const;

  long status() const;
  bool keep(Event event);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self);
  static int on_request(void* self, char* there, char* here, int there_port, int here_port);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  asio::io_context& loop_;
  RadioLink& link_;
  std::shared_ptr<CurlMulti> multi_;
  HttpRequest request_;
  std::function<void(HttpResult)> done_;
  HttpMethod method_;
  int redirects_ = 0;
  std::optional<HttpTarget> target_;
  std::unique_ptr<Lookup> lookup_;
  std::unique_ptr<Relay> relay_;  // null: the connection is direct
  TransferGate gate_;
  std::deque<Event> events_;       // all three are used where the transfer is watched only
  std::size_t waiting_bytes_ = 0;  // in events_
  bool connected_ = false;         // the relay has reached the server
  bool asking_request_ = false;
  bool upload_paused_ = false;
  std::size_t uploaded_ = 0;           // given to libcurl
  int socket_ = -1;                    // libcurl's, the newest
  mutable std::size_t delivered_ = 0;  // of the body, to the server
  bool processing_ = false;
  // libcurl refers to the following, so it is destroyed after the handle.
  HttpAnswer answer_;
  bool no_socket_ = false;  // the process has no socket left
  std::optional<CurlHttpRequest> hop_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace sim800
