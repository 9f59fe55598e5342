// Times HTTP downloads through the radio link.
// Usage: bench_link clear|relay BYTES      against libcurl on the same loop, without the link; prints two medians in
// nanoseconds and their ratio
//        bench_link rate KBPS SECONDS      prints the kilobits per second that came through a link set to KBPS
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "backends/curl/curl_multi.hpp"
#include "backends/http/curl_http.hpp"
#include "emulator/program/asio_clock.hpp"
#include "posix.hpp"

namespace {

using sim800::bench::must;
using sim800::bench::Nanoseconds;
using Stopwatch = sim800::bench::Clock;

constexpr std::size_t never_so_much = std::size_t{1} << 40U;

/// Answers every request with so many bytes, one client after the other, for the rest of the program.
class Server {
 public:
  explicit Server(std::size_t bytes) : page_(bytes, 'x') {
    std::thread([this] { serve(); }).detach();
  }
  std::uint16_t port() const { return listener_.port; }

 private:
  [[noreturn]] void serve() const {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(page_.size()) + "\r\n\r\n";
    for (;;) {
      const int wire = listener_.next();
      char request[4096];
      if (recv(wire, request, sizeof request, 0) > 0) send_all(wire, head) && send_all(wire, page_);
      close(wire);
    }
  }
  static bool send_all(int wire, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(wire, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  const sim800::bench::Listener listener_ = sim800::bench::listen_on_loopback();
  std::string page_;
};

/// The module's HTTP client with its link.
class Ours {
 public:
  explicit Ours(const sim800::LinkModel& model = {}) : link(loop_, {}, clock_, model) {}

  Nanoseconds fetch(const Server& server, std::size_t bytes) {
    sim800::HttpRequest request;
    request.host = "127.0.0.1";
    request.port = server.port();
    request.limit = never_so_much;
    std::optional<sim800::HttpResult> result;
    const auto start = Stopwatch::now();
    const auto transfer =
        client_->start(std::move(request), [&](sim800::HttpResult ended) { result = std::move(ended); });
    loop_.restart();
    while (!result) loop_.run_one();
    const auto took = Stopwatch::now() - start;
    if (result->body.size() != bytes) std::exit(1);
    return took;
  }

 private:
  asio::io_context loop_{1};
  sim800::AsioClock clock_{loop_, 1.0};

 public:
  sim800::RadioLink link;

 private:
  std::unique_ptr<sim800::HttpClient> client_ = sim800::make_curl_http_client(loop_, link);
};

/// libcurl on an event loop as the module's client has it, straight to the server.
Nanoseconds fetch_bare(const Server& server, std::size_t bytes) {
  asio::io_context loop{1};
  sim800::CurlMulti multi(loop);
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
  std::string body;
  const auto start = Stopwatch::now();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), curl_easy_cleanup);
  const curl_write_callback append = [](char* data, std::size_t size, std::size_t count, void* text) {
    static_cast<std::string*>(text)->append(data, size * count);
    return size * count;
  };
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &body);
  std::optional<CURLcode> result;
  multi.add(easy.get(), [&](CURLcode code) { result = code; });
  while (!result) loop.run_one();
  if (*result != CURLE_OK || body.size() != bytes) std::exit(1);
  return Stopwatch::now() - start;
}

void compare(bool relayed, std::size_t bytes) {
  const Server server(bytes);
  Ours ours;
  if (relayed) ours.link.relay_always();
  sim800::bench::Rounds rounds;
  for (int round = -1; round < 15; ++round) {
    const auto measured = ours.fetch(server, bytes);
    const auto bare = fetch_bare(server, bytes);
    if (round >= 0) rounds.add(measured, bare);
  }
  rounds.print();
}

void rate(double kbps, double seconds) {
  const auto bytes = static_cast<std::size_t>(kbps * 1000 / 8 * seconds);
  const Server server(bytes);
  Ours ours({.down_kbps = kbps});
  const auto took = ours.fetch(server, bytes);
  std::printf("%f\n", static_cast<double>(bytes) * 8 / 1000 / (static_cast<double>(took.count()) / 1e9));
}

}  // namespace

int main(int count, char** words) {
  const std::string_view what = count > 2 ? words[1] : "";
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (what == "rate" && count == 4) {
    rate(std::atof(words[2]), std::atof(words[3]));
  } else if (what == "clear" || what == "relay") {
    compare(what == "relay", std::strtoull(words[2], nullptr, 10));
  } else {
    std::fputs("usage: bench_link clear|relay BYTES, bench_link rate KBPS SECONDS\n", stderr);
    return 2;
  }
}
