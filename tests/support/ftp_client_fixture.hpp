// An FTP client with its loop and radio link, for tests.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "backends/ftp/curl_ftp.hpp"
#include "emulator/program/asio_clock.hpp"
#include "tests/support/ftp_server.hpp"
#include "tests/support/loopback_server.hpp"

namespace sim800::test {

struct FtpClientFixture {
  explicit FtpClientFixture(HostMap hosts = {})
      : link(loop, std::move(hosts), clock), client(make_curl_ftp_client(loop, link)) {}

  /// Uploads send `upload`; downloads are collected in `received`, unless `reads` is false.
  void start(FtpRequest request) {
    outcome.reset();
    received.clear();
    offered = 0;
    is_put = request.verb == FtpVerb::put;
    FtpEvents events;
    events.heard = [this] { ++heard; };
    events.changed = [this] { moved(); };
    events.done = [this](FtpOutcome ended) {
      CHECK_FALSE(outcome);
      if (reads && !is_put) take();
      outcome = ended;
    };
    session = client->start(std::move(request), std::move(events));
    CHECK_FALSE(outcome);  // never from inside start()
  }

  void finish() {
    run_until(loop, [this] { return outcome.has_value(); });
  }

  FtpOutcome run(FtpRequest request) {
    start(std::move(request));
    finish();
    session.reset();
    return *outcome;
  }

  void moved() {
    max_readable = std::max(max_readable, session->readable().size());
    if (is_put && writes) give();
    if (!is_put && reads) take();
  }
  void take() {
    received += session->readable();
    session->consume(session->readable().size());
  }
  void give() {
    const auto count = std::min(session->room(), upload.size() - offered);
    session->write(std::string_view(upload).substr(offered, count));
    offered += count;
    if (offered == upload.size() && session->room() > 0) session->finish();
  }

  asio::io_context loop;
  AsioClock clock{loop, 1.0};
  RadioLink link;
  std::unique_ptr<FtpClient> client;
  std::unique_ptr<FtpSession> session;
  std::optional<FtpOutcome> outcome;
  bool reads = true, writes = true, is_put = false;
  std::string received, upload;
  std::size_t offered = 0, heard = 0, max_readable = 0;
};

inline FtpRequest ftp_request(std::uint16_t port, FtpVerb verb = FtpVerb::get) {
  FtpRequest request;
  request.verb = verb;
  request.host = "127.0.0.1";
  request.port = port;
  request.user = "user";
  request.password = "secret";
  request.path = "/";
  request.name = "1K.txt";
  return request;
}

/// Bytes of every value, with all kinds of line ends.
inline std::string ftp_bytes(std::size_t count) {
  std::string bytes;
  bytes.reserve(count);
  std::uint32_t state = 1;
  while (bytes.size() < count) {
    state = state * 1664525U + 1013904223U;
    const auto value = state >> 24U;
    bytes += value < 16 ? '\r' : value < 32 ? '\n' : static_cast<char>(value);
  }
  return bytes;
}

}  // namespace sim800::test
