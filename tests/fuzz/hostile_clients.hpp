// Servers of HTTP, FTP and mail that do as they like.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "backends/ports/ftp.hpp"
#include "backends/ports/http.hpp"
#include "backends/ports/mail.hpp"
#include "emulator/core/clock.hpp"
#include "tests/fuzz/fuzz_lines.hpp"

namespace sim800::test {

/// A server that answers anything at any time, or never.
class HostileHttpClient final : public HttpClient {
 public:
  HostileHttpClient(Chance& chance, Clock& clock) : chance_(chance), clock_(clock) {}

  std::unique_ptr<HttpTransfer> start(HttpRequest request, std::function<void(HttpResult)> done) override {
    ++started;
    return std::make_unique<Transfer>(*this, std::move(request), std::move(done));
  }

  /// The body differs between the start and the end of a request.
  bool body_changed = false;
  std::uint64_t started = 0;

 private:
  struct Transfer final : HttpTransfer {
    Transfer(HostileHttpClient& c, HttpRequest r, std::function<void(HttpResult)> d)
        : client(c), request(std::move(r)), done(std::move(d)), sum(checksum()) {
      if (client.chance_.percent(10)) return;  // never answers
      answering = client.clock_.after(
          std::chrono::milliseconds(client.chance_.below(client.chance_.percent(90) ? 3000 : 2'000'000)),
          [this] { answer(); });
    }
    HttpProgress progress() const override {
      return {.sending = client.chance_.percent(50),
              .done = client.chance_.below(400'000),
              .total = client.chance_.below(400'000)};
    }
    HttpResult received() const override { return client.chance_.percent(50) ? HttpResult{} : client.result(); }
    std::uint64_t checksum() const {
      return std::accumulate(request.body.begin(), request.body.end(), std::uint64_t{request.body.size()});
    }
    void answer() {
      client.body_changed |= sum != checksum();
      const auto last = std::exchange(done, nullptr);
      last(client.result());  // destroys this object
    }
    HostileHttpClient& client;
    HttpRequest request;
    std::function<void(HttpResult)> done;
    std::uint64_t sum;
    Timer answering;
  };

  HttpResult result() {
    static constexpr std::size_t sizes[] = {0, 1, 1440, 1441, 319'487, 319'488, 319'489, 400'000};
    const auto size = [this] { return chance_.percent(2) ? chance_.one_of<std::size_t>(sizes) : chance_.below(600); };
    HttpResult result;
    result.status =
        chance_.percent(30) ? 600 + static_cast<int>(chance_.below(8)) : static_cast<int>(chance_.below(1000));
    result.body = std::string(size(), chance_.byte());
    result.head = chance_.percent(50) ? "HTTP/1.1 200 OK\r\nX: Y\r\n\r\n" : std::string(size(), chance_.byte());
    return result;
  }

  Chance& chance_;
  Clock& clock_;
};

/// A server that sends, accepts and ends as it likes.
class HostileFtpClient final : public FtpClient {
 public:
  HostileFtpClient(Chance& chance, Clock& clock) : chance_(chance), clock_(clock) {}

  std::unique_ptr<FtpSession> start(FtpRequest, FtpEvents events) override {
    ++started;
    return std::make_unique<Session>(*this, std::move(events));
  }
  std::uint64_t started = 0;

 private:
  struct Session final : FtpSession {
    Session(HostileFtpClient& c, FtpEvents told) : client(c), events(std::move(told)) { plan(); }
    bool awaits_connection() const override { return false; }
    std::string_view readable() const override { return data; }
    void consume(std::size_t count) override { data.erase(0, count); }
    std::size_t room() const override { return free; }
    void write(std::string_view bytes) override {
      free -= bytes.size();
      taken += bytes.size();
    }
    void finish() override {}
    std::uint64_t sent() const override { return taken; }

    void plan() {
      if (client.chance_.percent(10)) return;  // sends nothing more
      next = client.clock_.after(std::chrono::milliseconds(client.chance_.below(5000)), [this] { act(); });
    }
    void act() {
      if (client.chance_.percent(30)) {
        const auto done = std::exchange(events.done, nullptr);
        const int code = client.chance_.percent(50) ? 0 : 61 + static_cast<int>(client.chance_.below(30));
        return done({code, client.chance_.below(1'000'000)});  // may destroy this object
      }
      plan();
      if (client.chance_.percent(50))
        data.append(client.chance_.below(window - data.size() + 1), client.chance_.byte());
      free += client.chance_.below(window - free + 1);
      const auto heard = events.heard, changed = events.changed;
      heard();
      changed();
    }
    HostileFtpClient& client;
    FtpEvents events;
    std::string data;
    std::size_t free = 0;
    std::uint64_t taken = 0;
    Timer next;
  };

  Chance& chance_;
  Clock& clock_;
};

/// A server that sends lines and bytes, and leaves, as it likes.
class HostileMailClient final : public MailClient {
 public:
  HostileMailClient(Chance& chance, Clock& clock) : chance_(chance), clock_(clock) {}

  std::unique_ptr<MailSession> start(MailLogin, MailEvents events) override {
    ++started;
    return std::make_unique<Session>(*this, std::move(events));
  }
  std::uint64_t started = 0;

 private:
  struct Session final : MailSession {
    Session(HostileMailClient& c, MailEvents told) : client(c), events(std::move(told)) { plan(); }
    std::string_view readable() const override { return data; }
    void consume(std::size_t count) override { data.erase(0, count); }
    std::size_t room() const override { return free; }
    void write(std::string_view bytes) override { free -= bytes.size(); }

    void plan() {
      if (client.chance_.percent(5)) return;  // sends nothing more
      next = client.clock_.after(std::chrono::milliseconds(client.chance_.below(5000)), [this] { act(); });
    }
    // Each event may destroy this object.
    void act() {
      if (!std::exchange(entered, true)) {
        plan();
        const auto tell = events.entered;
        return tell(client.chance_.percent(90) ? mail_code::done : 61 + static_cast<int>(client.chance_.below(12)));
      }
      if (client.chance_.percent(5)) {
        const auto tell = events.closed;
        return tell();
      }
      plan();
      static constexpr std::string_view lines[] = {"250 ok\r\n", "354 go\r\n",  "+OK 1 2\r\n", "-ERR\r\n",
                                                   "\r\n.\r\n",  "250-and\r\n", "\n",          "+OK\r\n"};
      const std::string line(client.chance_.one_of<std::string_view>(lines));
      if (data.size() + line.size() <= window) data += line;
      if (client.chance_.percent(20))
        data.append(client.chance_.below(window - data.size() + 1), client.chance_.byte());
      free += client.chance_.below(window - free + 1);
      const auto heard = events.heard, changed = events.changed;
      heard();
      changed();
    }
    HostileMailClient& client;
    MailEvents events;
    std::string data;
    std::size_t free = 0;
    bool entered = false;
    Timer next;
  };

  Chance& chance_;
  Clock& clock_;
};

}  // namespace sim800::test
