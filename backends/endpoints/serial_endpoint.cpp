// A serial port of this machine as the module's: an adapter whose plug leads to the board.
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "backends/endpoints/marked_input.hpp"
#include "backends/endpoints/serial_wiring.hpp"
#include "backends/endpoints/stream_endpoint.hpp"
#include "backends/endpoints/terminal_framing.hpp"
#include "backends/endpoints/wrapped_endpoint.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

/// How often the adapter's inputs are looked at.
constexpr std::chrono::milliseconds look_every(20);
constexpr std::chrono::milliseconds again_after(500);
/// A byte this long after the one before begins something new.
constexpr std::chrono::milliseconds silence(30);

int bit_of(ModemLine adapter) {
  switch (adapter) {
    case ModemLine::dtr: return TIOCM_DTR;
    case ModemLine::rts: return TIOCM_RTS;
    case ModemLine::dcd: return TIOCM_CAR;
    case ModemLine::cts: return TIOCM_CTS;
    case ModemLine::ri: return TIOCM_RNG;
    case ModemLine::dsr: return TIOCM_DSR;
  }
  return 0;
}

/// As a UART is: every byte as it is, no line that stops anything, a break marked.
void set_plain(termios& settings) {
  cfmakeraw(&settings);
  settings.c_iflag = PARMRK;
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
}

/// The device, and how it was set before.
struct OpenedPort {
  UniqueFd descriptor;
  termios before{};
};

/// Tells what is wrong.
std::string open_port(const std::string& device, const Framing& framing, OpenedPort& port) {
  UniqueFd opened(open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (opened.get() < 0) return std::strerror(errno);
  if (tcgetattr(opened.get(), &port.before) != 0) return "expected a serial port: " + std::string(std::strerror(errno));
  if (flock(opened.get(), LOCK_EX | LOCK_NB) != 0) return "another program has it";
  termios settings = port.before;
  set_plain(settings);
  set_framing(settings, framing);
  if (tcsetattr(opened.get(), TCSAFLUSH, &settings) != 0) return std::strerror(errno);
  port.descriptor = std::move(opened);
  return {};
}

/// Bytes, lines and rate of the device; what is plugged in is the client.
class SerialDevice final : public StreamEndpoint {
 public:
  SerialDevice(asio::io_context& loop, SerialWiring wiring)
      : StreamEndpoint(loop, "serial:" + wiring.device), wiring_(std::move(wiring)), look_(loop), retry_(loop) {
    framing_.baud = wiring_.baud.value_or(framing_.baud);
    if (const std::string problem = open_device(); !problem.empty())
      throw EndpointError("--serial " + wiring_.device + ": " + problem);
  }
  ~SerialDevice() override {
    if (!output_over()) tcsetattr(wire(), TCSANOW, &before_);
  }
  SerialDevice(const SerialDevice&) = delete;
  SerialDevice& operator=(const SerialDevice&) = delete;

  std::string announcement() const override { return "serial " + wiring_.device; }

  void set_line(ModemLine line, bool on) override {
    levels_.drive(line, on);
    drive_outputs();
  }

  /// What was sent before goes at the old rate; nobody waits for it.
  void set_framing(const Framing& framing) override {
    framing_ = framing;
    unset_ = true;
    settle_framing();
  }

 private:
  std::string open_device() {
    OpenedPort port;
    std::string problem = open_port(wiring_.device, framing_, port);
    if (!problem.empty()) return problem;
    before_ = port.before;
    const int descriptor = port.descriptor.release();
    open_wire(descriptor, descriptor);
    set_limit(kept_for_client);
    int bits = 0;
    has_lines_ = ioctl(descriptor, TIOCMGET, &bits) == 0;
    if (!has_lines_) spdlog::info("{}: it has no modem lines: DTR and RTS count as on", name());
    unset_ = false;
    outputs_.reset();
    drive_outputs();
    return {};
  }

  void attached() override { begin(); }

  void begin() {
    const std::weak_ptr<void> watch = life();
    user()->client_arrived();
    if (!watch.expired()) look();
  }

  void input_ended() override {
    spdlog::warn("{}: it is gone; trying again", name());
    close_wire();
    look_.cancel();
    set_limit(kept_for_nobody);
    const std::weak_ptr<void> watch = life();
    if (has_lines_) tell_inputs(0);
    if (watch.expired()) return;
    user()->client_left();
    if (!watch.expired()) try_again();
  }

  void try_again() {
    retry_.expires_after(again_after);
    retry_.async_wait(guarded(life(), [this] { reopen(); }));
  }

  /// Each reason is told once.
  void reopen() {
    const std::string problem = open_device();
    if (!problem.empty()) {
      if (std::exchange(said_, problem) != problem) spdlog::warn("{}: {}; trying again", name(), problem);
      return try_again();
    }
    said_.clear();
    spdlog::info("{}: it is there again", name());
    const std::weak_ptr<void> watch = life();
    begin();
    if (watch.expired()) return;
    await_input();
    await_output();
  }

  // --- lines

  void drive_outputs() {
    if (!has_lines_ || output_over()) return;
    int bits = 0;
    for (const ModemLine output : {ModemLine::dtr, ModemLine::rts}) {
      const SerialWiring::Wire* driver = wiring_.driver_of(output);
      if (driver == nullptr || levels_.is_on(driver->module) != driver->inverted) bits |= bit_of(output);
    }
    if (outputs_ == bits) return;
    outputs_ = bits;
    int low = (TIOCM_DTR | TIOCM_RTS) & ~bits;
    // One after the other, because TIOCMSET would move lines that are no outputs on some drivers.
    ioctl(wire(), TIOCMBIS, &bits);
    ioctl(wire(), TIOCMBIC, &low);
  }

  void look() {
    const std::weak_ptr<void> watch = wire_life();
    if (has_lines_) {
      int bits = 0;
      if (ioctl(wire(), TIOCMGET, &bits) == 0) tell_inputs(bits);
      if (watch.expired()) return;
    }
    if (unset_) settle_framing();
    look_again();
  }

  void look_again() {
    if (!has_lines_ && !unset_) return;
    look_.expires_after(look_every);
    look_.async_wait(guarded(wire_life(), [this] { look(); }));
  }

  void tell_inputs(int bits) {
    const std::weak_ptr<void> watch = life();
    for (const ModemLine line : {ModemLine::dtr, ModemLine::rts}) {
      const SerialWiring::Wire* source = wiring_.source_of(line);
      if (source == nullptr || !source->adapter) continue;
      const bool on = ((bits & bit_of(*source->adapter)) != 0) != source->inverted;
      if (levels_.drive(line, on)) user()->host_line(line, on);
      if (watch.expired()) return;
    }
  }

  // --- rate and framing

  /// The last stop bit is out, as far as the driver tells.
  bool is_sent() {
    int waiting = 0;
    unsigned status = TIOCSER_TEMT;
    if (unsent() > 0 || (ioctl(wire(), TIOCOUTQ, &waiting) == 0 && waiting > 0)) return false;
    return ioctl(wire(), TIOCSERGETLSR, &status) != 0 || (status & TIOCSER_TEMT) != 0;
  }

  void settle_framing() {
    if (output_over()) return;
    if (!is_sent()) return look_again();
    unset_ = false;
    termios settings{};
    if (tcgetattr(wire(), &settings) == 0 && sim800::set_framing(settings, framing_) &&
        tcsetattr(wire(), TCSANOW, &settings) == 0 && tcgetattr(wire(), &settings) == 0 &&
        framing_of(settings) == framing_) {
      return;
    }
    spdlog::warn("{}: it does not take {} bit/s with {} bits", name(), framing_.baud, framing_.bits());
  }

  const SerialWiring wiring_;
  asio::steady_timer look_, retry_;
  termios before_{};
  Framing framing_;
  LineLevels levels_;
  std::optional<int> outputs_;  ///< as the adapter has them
  bool has_lines_ = false;
  bool unset_ = false;  ///< the framing is still to be set
  std::string said_;
};

/// What the module makes of the device's bytes: breaks, and a rate that it has to find.
class SerialEndpoint final : public WrappedEndpoint {
 public:
  SerialEndpoint(asio::io_context& loop, std::unique_ptr<Endpoint> device, std::optional<unsigned> baud)
      : WrappedEndpoint(std::move(device)), quiet_(loop), baud_(baud) {}

  /// The rate that was asked for stands for the one that the module has stored.
  void set_framing(const Framing& framing) override {
    if (told_ == framing) return;
    const bool first = !std::exchange(told_, framing);
    Framing now = framing;
    if (first && baud_) now.baud = *baud_;
    searching_ = now.baud == 0;
    if (searching_) now.baud = rates[rate_ = 0];
    inner().set_framing(now);
  }

 private:
  void client_arrived() override {
    marks_.reset();
    WrappedEndpoint::client_arrived();
  }

  void receive(std::string_view bytes) override {
    const std::weak_ptr<void> watch = life_;
    const MarkedInput::Heard heard = marks_.take(bytes);
    std::string_view rest = heard.bytes;
    std::size_t passed = 0;
    for (const std::size_t end : heard.breaks) {
      pass(rest.substr(0, end - passed));
      rest.remove_prefix(end - std::exchange(passed, end));
      for (const bool on : {true, false}) {
        if (watch.expired()) return;
        user()->host_break(on);
      }
      if (watch.expired()) return;
    }
    pass(rest);
  }

  void pass(std::string_view bytes) {
    if (bytes.empty()) return;
    if (!searching_) return user()->receive(bytes);
    if (const std::string heard = found(bytes); !heard.empty()) user()->receive(heard);
  }

  /// The module hears nothing before A and T in a row have come at the rate that is tried. Where something else has
  /// come, another rate is tried once it is over.
  std::string found(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const char a = std::exchange(before_, bytes[i]);
      if (!((a == 'A' && bytes[i] == 'T') || (a == 'a' && bytes[i] == 't'))) continue;
      searching_ = false;
      quiet_.cancel();
      return std::string(1, a) + std::string(bytes.substr(i));
    }
    user()->output_lost(bytes.size());
    quiet_.expires_after(silence);
    quiet_.async_wait(guarded(life_, [this] { try_next(); }));
    return {};
  }

  void try_next() {
    if (!searching_) return;
    before_ = '\0';
    rate_ = (rate_ + 1) % rates.size();
    Framing next = *told_;
    next.baud = rates[rate_];
    inner().set_framing(next);
  }

  static constexpr std::array<unsigned, 8> rates{115'200, 9600, 57'600, 38'400, 19'200, 4800, 2400, 1200};

  asio::steady_timer quiet_;
  const std::optional<unsigned> baud_;
  std::optional<Framing> told_;
  MarkedInput marks_;
  bool searching_ = false;
  std::size_t rate_ = 0;
  char before_ = '\0';
  std::shared_ptr<void> life_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<Endpoint> open_serial(asio::io_context& loop, const std::string& text) {
  SerialWiring wiring = parse_serial_wiring(text);
  const std::optional<unsigned> baud = wiring.baud;
  return hear_serial(loop, std::make_unique<SerialDevice>(loop, std::move(wiring)), baud);
}

std::unique_ptr<Endpoint> hear_serial(asio::io_context& loop, std::unique_ptr<Endpoint> device,
                                      std::optional<unsigned> baud) {
  return std::make_unique<SerialEndpoint>(loop, std::move(device), baud);
}

}  // namespace sim800
