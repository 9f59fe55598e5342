// A module on a virtual clock, with a recording port and an HTTP client that answers when told to.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/ftp.hpp"
#include "backends/ports/http.hpp"
#include "backends/ports/mail.hpp"
#include "emulator/commands/command_list.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "tests/support/held_pinger.hpp"
#include "tests/support/held_sockets.hpp"

namespace sim800::test {

class RecordingPort final : public Port {
 public:
  void send(std::string_view bytes) override {
    sent.append(bytes);
    ++writes;
  }
  std::size_t unsent() const override { return stuck; }
  void input_wanted() override { ++wanted; }
  void set_line(ModemLine line, bool on) override { lines.drive(line, on); }
  void set_framing(const Framing& given) override { framing = given; }

  /// What was sent since the last call.
  std::string take() { return std::exchange(sent, {}); }

  std::string sent;
  std::size_t stuck = 0;
  int writes = 0, wanted = 0;
  LineLevels lines;  ///< as the module has them
  Framing framing;
};

/// Keeps the last request; the test answers it.
class HeldHttpClient final : public HttpClient {
 public:
  std::unique_ptr<HttpTransfer> start(HttpRequest wanted, std::function<void(HttpResult)> done) override {
    request = std::move(wanted);
    sent_body = std::string(request.body);
    answer = std::move(done);
    ++started;
    return std::make_unique<Transfer>(*this);
  }

  HttpRequest request;
  std::string sent_body;
  HttpProgress progress;
  HttpResult received;  ///< so far
  std::function<void(HttpResult)> answer;
  int started = 0, running = 0;

 private:
  struct Transfer final : HttpTransfer {
    explicit Transfer(HeldHttpClient& c) : client(c) { ++client.running; }
    ~Transfer() override { --client.running; }
    HttpProgress progress() const override { return client.progress; }
    HttpResult received() const override { return client.received; }
    HeldHttpClient& client;
  };
};

/// One session at a time, played by the test.
class HeldFtpClient final : public FtpClient {
 public:
  std::unique_ptr<FtpSession> start(FtpRequest wanted, FtpEvents told) override {
    request = std::move(wanted);
    requests.push_back(request);
    events = std::move(told);
    incoming.clear();
    written.clear();
    free_room = 0;
    finished = false;
    return std::make_unique<Session>(*this);
  }

  void data(std::string_view bytes) {
    incoming.append(bytes);
    events.heard();
    events.changed();
  }
  void accept(std::size_t count = FtpSession::window) {
    free_room = count;
    events.heard();
    events.changed();
  }
  void done(int code, std::uint64_t size = 0) { events.done({code, size}); }

  FtpRequest request;
  std::vector<FtpRequest> requests;
  FtpEvents events;
  std::string incoming, written;
  std::size_t free_room = 0;
  bool finished = false, awaits_connection = false;
  int running = 0;

 private:
  struct Session final : FtpSession {
    explicit Session(HeldFtpClient& c) : client(c) { ++client.running; }
    ~Session() override { --client.running; }
    bool awaits_connection() const override { return client.awaits_connection; }
    std::string_view readable() const override { return client.incoming; }
    void consume(std::size_t count) override { client.incoming.erase(0, count); }
    std::size_t room() const override { return client.free_room; }
    void write(std::string_view bytes) override {
      client.written.append(bytes);
      client.free_room -= bytes.size();
    }
    void finish() override { client.finished = true; }
    std::uint64_t sent() const override { return client.written.size(); }
    HeldFtpClient& client;
  };
};

/// One session at a time; the test is the server.
class HeldMailClient final : public MailClient {
 public:
  std::unique_ptr<MailSession> start(MailLogin wanted, MailEvents told) override {
    login = std::move(wanted);
    events = std::move(told);
    incoming.clear();
    written.clear();
    free_room = MailSession::window;
    return std::make_unique<Session>(*this);
  }

  void enter(int code = mail_code::done) { events.entered(code); }
  void say(std::string_view bytes) {
    incoming.append(bytes);
    events.heard();
    if (running > 0) events.changed();
  }
  void make_room(std::size_t count) {
    free_room = count;
    events.heard();
    events.changed();
  }
  void close() { events.closed(); }
  /// What was written since the last call.
  std::string take() { return std::exchange(written, {}); }

  MailLogin login;
  MailEvents events;
  std::string incoming, written;
  std::size_t free_room = 0;
  int running = 0;

 private:
  struct Session final : MailSession {
    explicit Session(HeldMailClient& c) : client(c) { ++client.running; }
    ~Session() override { --client.running; }
    std::string_view readable() const override { return client.incoming; }
    void consume(std::size_t count) override { client.incoming.erase(0, count); }
    std::size_t room() const override { return client.free_room; }
    void write(std::string_view bytes) override {
      client.written.append(bytes);
      client.free_room -= bytes.size();
    }
    HeldMailClient& client;
  };
};

struct ModuleFixture {
  /// Boots it unless `boot` is false; the boot URCs are removed.
  explicit ModuleFixture(World given = instant(), bool boot = true, Nvram* kept = nullptr)
      : world(std::move(given)),
        modem({world, command_table, clock, kept != nullptr ? *kept : own_nvram, files, http, ftp, sockets, pinger,
               mail, nullptr, 1}) {
    channel = &modem.attach(port, "test");
    if (!boot) return;
    modem.power_on();
    clock.advance(20s);
    port.take();
  }

  static World instant() {
    World world;
    world.timing.profile = TimingProfile::instant;
    return world;
  }

  /// Sends bytes and returns what the module says before time moves.
  std::string say(std::string_view bytes) {
    channel->receive(bytes);
    clock.advance(0s);
    return port.take();
  }
  std::string wait(Duration span) {
    clock.advance(span);
    return port.take();
  }
  /// The answer to a command line, without its echo.
  std::string ask(std::string_view line) {
    channel->receive(std::string(line) + "\r");
    clock.advance(0s);
    std::string answer = port.take();
    const std::string echo = std::string(line) + "\r";
    return answer.starts_with(echo) ? answer.substr(echo.size()) : answer;
  }
  void open_bearer() { ask("AT+SAPBR=1,1"); }

  World world;
  VirtualClock clock;
  Nvram own_nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem;
  Channel* channel = nullptr;
};

inline const std::string OK = "\r\nOK\r\n";
inline const std::string ERROR = "\r\nERROR\r\n";

/// The answer of a command with one line, and OK.
inline std::string answered(std::string_view text) { return "\r\n" + std::string(text) + "\r\n" + OK; }
inline std::string cme(int number) { return "\r\n+CME ERROR: " + std::to_string(number) + "\r\n"; }

/// Echo off, errors by number.
struct Numbers : ModuleFixture {
  explicit Numbers(World given = instant(), Nvram* kept = nullptr) : ModuleFixture(std::move(given), true, kept) {
    ask("ATE0+CMEE=1");
  }
};

}  // namespace sim800::test
