// One module and what is done to it: lines, payloads, clients, power cuts and servers that do as they like, on a
// virtual clock. Whatever happened, it can be brought back to where AT answers OK. SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/commands/command_list.hpp"
#include "emulator/core/world.hpp"
#include "emulator/internet/http_service.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/escape.hpp"
#include "tests/fuzz/fuzz_frames.hpp"
#include "tests/fuzz/fuzz_lines.hpp"
#include "tests/fuzz/hostile_clients.hpp"
#include "tests/fuzz/hostile_pinger.hpp"
#include "tests/fuzz/hostile_sockets.hpp"
#include "tests/support/module_fixture.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1  // as GCC says it
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // GCC comes without the header
#endif

namespace sim800::test {

inline std::size_t memory_in_use() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

inline World any_world(Chance& chance) {
  World world;
  static constexpr TimingProfile profiles[] = {TimingProfile::instant, TimingProfile::instant, TimingProfile::typical,
                                               TimingProfile::maximum};
  world.timing.profile = chance.one_of<TimingProfile>(profiles);
  if (chance.percent(20)) world.sim.pin = "1234";
  if (chance.percent(10)) world.sim.present = false;
  if (chance.percent(10)) world.network.registration = Registration::denied;
  world.module.quirks.cfun_reset_ok_last = chance.percent(20);
  world.module.quirks.http_status_number = chance.percent(20);
  return world;
}

class HostileSession {
 public:
  /// `memory_limit`: what this process may use, in bytes; 0: anything.
  HostileSession(Chance& chance, std::uint64_t& lines, std::size_t memory_limit)
      : chance_(chance),
        lines_(lines),
        memory_limit_(memory_limit),
        maker_(chance),
        world_(any_world(chance)),
        http_(chance, clock_),
        ftp_(chance, clock_),
        sockets_(chance, clock_),
        pinger_(chance, clock_),
        mail_(chance, clock_) {
    if (chance_.percent(10)) trace_.emplace("/dev/null", clock_);
    modem_.emplace(Modem::Parts{world_, command_table, clock_, nvram_, files_, http_, ftp_, sockets_, pinger_, mail_,
                                trace_ ? &*trace_ : nullptr, chance.below(1000)});
    for (Wire& wire : wires_) wire.channel = &modem_->attach(wire.port, "wire");
    modem_->power_on();
  }

  /// Some 2000 lines.
  void run() {
    for (const std::uint64_t end = lines_ + lines_per_session; lines_ < end;) {
      restore();
      check_framing();
      for (int i = 0; i < 20; ++i) step();
    }
    restore();
  }

  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t requests() const { return http_.started; }

  // Single deeds, on one of the two wires.
  void feed(std::size_t wire, std::string_view bytes) { feed(wires_[wire], bytes); }
  void client_leaves(std::size_t wire, bool comes_back) { client_leaves(wires_[wire], comes_back); }
  void peer_stops(std::size_t wire, bool stuck) { peer_stops(wires_[wire], stuck); }
  void pass_time(Duration span) {
    note(fmt::format("{} ms pass", span / 1ms));
    clock_.advance(span);
    check_always();
  }
  void press_power_key() {
    note("power key");
    modem_->press_power_key();
    check_always();
  }

  /// Whatever happened: the module can be brought back, and then AT answers OK.
  void restore() {
    note("restore");
    finish();
    for (Wire& wire : wires_) wire.channel->receive("\r");  // ends half a line with any content
    finish();
    clock_.advance(130s);
    if (!modem_->answers()) modem_->press_power_key();
    clock_.advance(130s);
    if (!modem_->answers()) fail("the module does not start");
    for (Wire& wire : wires_) {
      wire.channel->receive("\r");  // a module that sleeps (AT+CSCLK=2) wakes, and loses the bytes that woke it
      clock_.advance(1s);
      // One of these two is the way back, whatever the backspace character is.
      for (const char* line : {"ATS5=8\r", "at&f&w\r", "ATE0V1Q0\r", "AT+CSCLK=0\r", "AT+CIPSHUT\r", "AT+CPIN=1234\r",
                               "AT+CFUN=1\r", "AT+COPS=0\r"}) {
        wire.channel->receive(line);
        finish();
      }
    }
    clock_.advance(130s);
    for (Wire& wire : wires_) {
      take(wire);
      wire.channel->receive("AT\r");
      finish();
      const std::string answer = take(wire);
      if (!answer.starts_with(OK) || !well_formed(answer)) fail("AT does not answer OK", answer);
    }
    check_always();
    const std::size_t used = memory_limit_ > 0 ? memory_in_use() : 0;
    if (used > memory_limit_) fail(fmt::format("{} bytes of memory in use", used));
  }

 private:
  static constexpr std::size_t lines_per_session = 2000;

  struct Wire {
    RecordingPort port;
    Channel* channel = nullptr;
  };

  [[noreturn]] void fail(std::string_view what, std::string_view seen = {}) {
    fmt::print(stderr, "fuzz: {} at line {}\n", what, lines_);
    if (!seen.empty()) fmt::print(stderr, "  {}\n", escaped(seen.substr(0, 2000)));
    fmt::print(stderr, "what came before, oldest first:\n");
    for (const std::string& action : history_) fmt::print(stderr, "  {}\n", action);
    std::exit(1);
  }
  void note(std::string action) {
    history_.push_back(std::move(action));
    if (history_.size() > 40) history_.pop_front();
  }

  std::string take(Wire& wire) {
    bytes_out += wire.port.sent.size();
    return wire.port.take();
  }

  void step() {
    Wire& wire = wires_[chance_.below(2)];
    const std::size_t what = chance_.below(100);
    if (what < 71) {
      send_line(wire, maker_.line());
    } else if (what < 73) {
      if (chance_.percent(50)) feed(wire, "\rAT+CMUX=0\r");
      feed(wire, hostile_frames(chance_, maker_));
      ++lines_;
    } else if (what < 75) {
      request(wire);
    } else if (what < 81) {
      payload(wire);
    } else if (what < 92) {
      pass_time();
    } else if (what < 95) {
      client_leaves(wire, chance_.percent(70));
    } else if (what < 98) {
      peer_stops(wire, chance_.percent(50));
    } else if (what < 99) {
      wire.channel->output_lost(chance_.below(100));
    } else {
      press_power_key();
    }
    check_always();
  }

  void client_leaves(Wire& wire, bool comes_back) {
    note("client left");
    wire.channel->client_left();
    if (comes_back) wire.channel->client_arrived();
  }

  void peer_stops(Wire& wire, bool stuck) {
    wire.port.stuck = stuck ? Port::congested_at : 0;
    note(fmt::format("unsent {}", wire.port.stuck));
    if (!stuck) wire.channel->drained();
  }

  void send_line(Wire& wire, std::string_view line) {
    static constexpr std::string_view ends[] = {"\r", "\r", "\r\n", "\n", ""};
    feed(wire, std::string(line).append(chance_.one_of<std::string_view>(ends)));
    ++lines_;
  }

  /// A request, which random input would hardly ever produce.
  void request(Wire& wire) {
    for (const char* line : {"AT+CPIN=1234", "AT+SAPBR=1,1", "AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"host/x\""}) {
      feed(wire, fmt::format("\r{}\r", line));
      ++lines_;
    }
    if (chance_.percent(50)) payload(wire);
    feed(wire, fmt::format("\rAT+HTTPACTION={}\r", chance_.below(4)));
    ++lines_;
  }

  void payload(Wire& wire) {
    const std::size_t wanted = chance_.percent(3) ? 319'488 : 1 + chance_.below(300);
    feed(wire, fmt::format("AT+HTTPDATA={},{}\r", wanted, 1000 + chance_.below(3000)));
    ++lines_;
    if (chance_.percent(50)) pass_time();
    feed(wire, chance_.bytes(chance_.percent(50) ? wanted : chance_.below(2 * wanted)));
    if (chance_.percent(30)) {
      note("client left");
      wire.channel->client_left();
    }
  }

  /// Sends bytes in pieces, and waits while the channel wants none.
  void feed(Wire& wire, std::string_view bytes) {
    note(fmt::format("{}> {}", &wire - wires_.data(), escaped(bytes.substr(0, 700))));
    bytes_in += bytes.size();
    while (!bytes.empty()) {
      if (!wire.channel->wants_input()) finish();
      if (!wire.channel->wants_input()) fail("input is not wanted any more");
      const std::size_t size = chance_.percent(60) ? bytes.size() : 1 + chance_.below(bytes.size());
      wire.channel->receive(bytes.substr(0, std::min<std::size_t>(size, 16 * 1024)));
      bytes.remove_prefix(std::min<std::size_t>(size, std::min<std::size_t>(bytes.size(), 16 * 1024)));
      if (chance_.percent(5)) pass_time();
    }
  }

  void pass_time() {
    static constexpr Duration spans[] = {0s, 1ms, 10ms, 15ms, 100ms, 1s, 3s, 60s, 130s};
    pass_time(chance_.one_of<Duration>(spans));
  }

  /// Lets everything that was started come to its end.
  void finish() {
    for (Wire& wire : wires_) {
      if (std::exchange(wire.port.stuck, 0) > 0) wire.channel->drained();
    }
    for (Wire& wire : wires_) end_frames(wire);
    int prompts = 0;
    for (int i = 0; !modem_->idle(); ++i) {
      if (i < 100'000 && clock_.advance_to_next()) continue;
      if (++prompts > 100) fail("a channel waits for something that never comes");
      for (Wire& wire : wires_) leave_data(wire);
      clock_.advance(10s);                          // a peer that accepts nothing is given up after 645 s
      if (prompts > 10) modem_->press_power_key();  // AT+CIPCCFG has switched the escape off
    }
  }

  /// A prompt and a transparent connection have no time limit.
  void leave_data(Wire& wire) {
    if (!wire.channel->online()) return wire.channel->receive("\x1B");
    clock_.advance(2s);
    wire.channel->receive("+++");
    clock_.advance(2s);
  }

  /// Back to lines on a multiplexed line; the module may have to wake first.
  void end_frames(Wire& wire) {
    for (int tries = 0; !wire.channel->has_lines(); ++tries) {
      if (tries > 100) fail("the multiplexer does not end");
      wire.channel->receive("\x1B" + end_of_frames());  // a prompt may precede it
      for (int i = 0; i < 1000 && !wire.channel->has_lines() && clock_.advance_to_next(); ++i) continue;
      clock_.advance(1s);
    }
  }

  void check_always() {
    if (modem_->http->buffer.size() > HttpService::buffer_size) fail("the HTTP buffer is too large");
    if (http_.body_changed) fail("the body of a request changed under it");
    for (Wire& wire : wires_) {
      if (wire.port.sent.size() > 1024 * 1024) take(wire);
    }
  }

  /// Under ATE0V1Q0 every line is answered, and between the lines there is only CR LF.
  void check_framing() {
    Wire& wire = wires_[0];
    for (int i = 0; i < 5; ++i) {
      const std::string line = maker_.extended_line();
      if (may_change_format(line) || may_open_socket(line)) continue;
      take(wire);
      note("0> " + escaped(line));
      wire.channel->receive(line + "\r");
      ++lines_;
      finish();
      const Format& format = wire.channel->format;
      const std::string answer = take(wire);
      if (restarts(line) || format.echo || !format.verbose) return;
      if (!well_formed(answer)) fail("badly framed", line + " -> " + answer);
      if (!has_result(answer)) fail("no final result", line + " -> " + answer);
    }
  }

  /// Socket data have a framing of their own, and so do some answers of the toolkit's commands.
  static bool may_open_socket(std::string line) {
    std::ranges::transform(line, line.begin(), to_upper);
    return line.find("+CI") != std::string::npos;
  }
  static bool restarts(std::string line) {
    std::ranges::transform(line, line.begin(), to_upper);
    return line.find("CFUN") != std::string::npos || line.find("CPOWD") != std::string::npos ||
           line.find("CMUX") != std::string::npos;
  }
  /// CR LF at both ends, and no lone CR or LF.
  static bool well_formed(std::string_view text) {
    if (text.size() < 4 || !text.starts_with("\r\n") || !text.ends_with("\r\n")) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) return false;
      if (text[i] == '\n' && text[i - 1] != '\r') return false;
    }
    return true;
  }
  static bool has_result(std::string_view text) {
    static constexpr std::string_view results[] = {"\r\nOK\r\n", "\r\nERROR\r\n",
                                                   "\r\n+CME ERROR: ", "\r\n+CMS ERROR: "};
    return std::ranges::any_of(results,
                               [&](std::string_view result) { return text.find(result) != std::string_view::npos; });
  }

  Chance& chance_;
  std::uint64_t& lines_;
  std::size_t memory_limit_;
  LineMaker maker_;
  World world_;
  VirtualClock clock_;
  Nvram nvram_;
  FileSystem files_;
  HostileHttpClient http_;
  HostileFtpClient ftp_;
  HostileSockets sockets_;
  HostilePinger pinger_;
  HostileMailClient mail_;
  std::optional<Trace> trace_;
  std::array<Wire, 2> wires_;
  std::optional<Modem> modem_;
  std::deque<std::string> history_;
};

}  // namespace sim800::test
