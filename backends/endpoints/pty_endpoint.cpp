// A pseudo-terminal as the module's serial line.
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <limits.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "backends/endpoints/link_claim.hpp"
#include "backends/endpoints/pty_watch.hpp"
#include "backends/endpoints/stream_endpoint.hpp"
#include "backends/endpoints/terminal_framing.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {

namespace {

namespace fs = std::filesystem;

void set_raw(int terminal) {
  termios settings{};
  if (tcgetattr(terminal, &settings) != 0) return;
  cfmakeraw(&settings);
  tcsetattr(terminal, TCSANOW, &settings);
}

/// The symlink; removed with the object unless somebody else has replaced it.
class Link {
 public:
  Link(fs::path link, fs::path target) : link_(std::move(link)), target_(std::move(target)) {
    std::error_code error;
    fs::create_symlink(target_, link_, error);
    if (error == std::errc::file_exists) replace(error);
    if (error) throw EndpointError("cannot create the symlink " + link_.string() + ": " + error.message());
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    std::error_code ignored;
    if (fs::read_symlink(link_, ignored) == target_) fs::remove(link_, ignored);
  }

 private:
  // A client that opens the symlink meanwhile finds the old target or the new one, never nothing.
  void replace(std::error_code& error) {
    if (!fs::is_symlink(fs::symlink_status(link_, error))) {
      throw EndpointError(link_.string() + " exists and is not a symlink: not replaced");
    }
    const fs::path temporary = link_.string() + "." + std::to_string(getpid()) + ".new";
    fs::remove(temporary, error);
    fs::create_symlink(target_, temporary, error);
    if (error) return;
    fs::rename(temporary, link_, error);
    if (error) {
      std::error_code ignored;
      fs::remove(temporary, ignored);
    }
  }

  fs::path link_, target_;
};

/// The limit of the system that this error stands for, or nothing.
const char* limit_of(int error) {
  if (error == ENOSPC) return " (kernel.pty.max, see /proc/sys/kernel/pty)";
  if (error == EMFILE) return " (RLIMIT_NOFILE, see ulimit -n)";
  return "";
}

[[noreturn]] void fail(const std::string& link, const char* what) {
  throw EndpointError("cannot open a pseudo-terminal for " + link + ": " + what + ": " + std::strerror(errno) +
                      limit_of(errno));
}

UniqueFd open_master(const std::string& link) {
  UniqueFd master(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (master.get() < 0) fail(link, "posix_openpt");
  if (grantpt(master.get()) != 0) fail(link, "grantpt");
  if (unlockpt(master.get()) != 0) fail(link, "unlockpt");
  return master;
}

std::string slave_path(int master, const std::string& link) {
  std::array<char, PATH_MAX> name{};
  if (ptsname_r(master, name.data(), name.size()) != 0) fail(link, "ptsname");
  return name.data();
}

UniqueFd open_slave(const std::string& path, const std::string& link) {
  UniqueFd slave(open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (slave.get() < 0) fail(link, path.c_str());
  set_raw(slave.get());
  return slave;
}

/// The master side. Our own slave descriptor keeps the line up while no client has it open; the kernel holds the first
/// few KiB written to an absent client, the queue the rest.
class PtyEndpoint final : public StreamEndpoint {
 public:
  /// `claim` stands for the link, or for the folder it is in.
  PtyEndpoint(asio::io_context& loop, const std::string& link, std::shared_ptr<const LinkClaim> claim,
              std::shared_ptr<PtyWatch> watch)
      : PtyEndpoint(loop, link, std::move(claim), std::move(watch), open_master(link)) {}
  ~PtyEndpoint() override { watch_->forget(node_); }
  PtyEndpoint(const PtyEndpoint&) = delete;
  PtyEndpoint& operator=(const PtyEndpoint&) = delete;

  std::string announcement() const override { return "pty " + name().substr(4) + " " + slave_path_; }

  /// A terminal that no host has set has the module's rate.
  void watch_framing() override {
    watches_framing_ = true;
    termios settings{};
    if (tcgetattr(slave_.get(), &settings) != 0) return;
    cfsetspeed(&settings, B115200);
    tcsetattr(slave_.get(), TCSANOW, &settings);
  }

  void forget_unread() override {
    if (!watched_) return;
    watch_->read(&node_);
    take_events();
    if (clients_ > 0) return;
    StreamEndpoint::forget_unread();
    std::array<char, 4096> unread;
    while (read(slave_.get(), unread.data(), unread.size()) > 0) {
    }
  }

  void input_wanted() override {
    if (!leaving_) return await_input();
    asio::post(loop(), guarded(life(), [this] { take_rest(); }));
  }

 private:
  // The watch starts after the slave was opened, so that our own open is not counted.
  PtyEndpoint(asio::io_context& loop, const std::string& link, std::shared_ptr<const LinkClaim> claim,
              std::shared_ptr<PtyWatch> watch, UniqueFd master)
      : StreamEndpoint(loop, "pty:" + link),
        claim_(std::move(claim)),
        slave_path_(slave_path(master.get(), link)),
        slave_(open_slave(slave_path_, link)),
        watch_(std::move(watch)),
        link_(link, slave_path_) {
    watched_ = watch_->add(slave_path_, node_);
    node_.came = [this] { take_events(); };
    // It is then unknown whether a client is there, and a slow reader must not lose output.
    if (!watched_) set_limit(kept_for_client);
    const int descriptor = master.release();
    open_wire(descriptor, descriptor);
  }

  void attached() override { watch_->start(); }

  void input_ready() override {
    // A client may have opened and written before its open was read: it must arrive first.
    if (clients_ == 0 && watched_ && !leaving_) {
      const std::weak_ptr<void> watch = life();
      watch_->read(&node_);
      if (watch.expired()) return;
      take_events();
      if (watch.expired()) return;
    }
    if (leaving_) return take_rest();
    if (watches_framing_) tell_framing();
    StreamEndpoint::input_ready();
  }

  /// Before what was sent with it.
  void tell_framing() {
    termios settings{};
    if (tcgetattr(slave_.get(), &settings) != 0) return;
    const Framing framing = framing_of(settings);
    if (std::exchange(framing_, framing) != framing) user()->host_framing(framing);
  }

  // A pty becomes writable with every read of the client: handling that would cost a fifth of a short command's round
  // trip.
  void output_flushed() override { forget_output_wait(); }

  // Our own slave descriptor rules out a hang-up, so this is a kernel failure.
  void input_ended() override { spdlog::error("{}: read failed: {}", name(), std::strerror(errno)); }

  // While a client is leaving no event is taken, so that what follows its last bytes finds it gone.
  void take_events() {
    const std::weak_ptr<void> watch = life();
    while (!leaving_ && user() != nullptr && !node_.masks.empty()) {
      const std::uint32_t mask = node_.masks.front();
      node_.masks.pop_front();
      take_event(mask);
      if (watch.expired()) return;
    }
  }

  void take_event(std::uint32_t mask) {
    const int before = clients_;
    if ((mask & PtyWatch::opened) != 0) clients_ = before + 1;
    if ((mask & PtyWatch::closed) != 0 && before > 0) clients_ = before - 1;
    if (before == 0 && clients_ == 1) {
      set_limit(kept_for_client);
      user()->client_arrived();
    } else if (before == 1 && clients_ == 0) {
      // It may have left the line in cooked mode, which would echo our output as input. Never done on open: that would
      // undo the client's settings.
      set_raw(slave_.get());
      leaving_ = true;
      set_limit(kept_for_nobody);
      take_rest();
    }
  }

  // What the client wrote before it closed comes before its leaving. A read of an empty pty waits for what the kernel
  // has in transit; the bound is more than the kernel holds, so that a next client who floods the line cannot hold it
  // up.
  void take_rest() {
    constexpr int max_reads = 64;
    for (int reads = 0; leaving_ && reads < max_reads; ++reads) {
      if (!user()->wants_input()) return;
      const Input input = take_input();
      if (input == Input::gone) return;
      if (input != Input::some) break;
    }
    if (!std::exchange(leaving_, false)) return;
    const std::weak_ptr<void> watch = life();
    user()->client_left();
    if (watch.expired()) return;
    await_input();
    // What has come meanwhile waits.
    asio::post(loop(), guarded(life(), [this] { take_events(); }));
  }

  std::shared_ptr<const LinkClaim> claim_;
  std::string slave_path_;
  UniqueFd slave_;
  std::shared_ptr<PtyWatch> watch_;
  PtyWatch::Node node_;
  bool watched_ = false;  ///< the kernel tells of clients
  Link link_;
  int clients_ = 0;
  bool leaving_ = false;
  bool watches_framing_ = false;
  std::optional<Framing> framing_;  ///< as the user knows it
};

}  // namespace

std::unique_ptr<Endpoint> open_pty(asio::io_context& loop, const std::string& link) {
  return std::make_unique<PtyEndpoint>(loop, link, std::make_shared<LinkClaim>(link), std::make_shared<PtyWatch>(loop));
}

std::vector<std::unique_ptr<Endpoint>> open_ptys(asio::io_context& loop, const std::string& folder, std::size_t count) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) throw EndpointError("cannot create the folder " + folder + ": " + problem.message());
  const auto claim = std::make_shared<LinkClaim>(folder);
  const auto watch = std::make_shared<PtyWatch>(loop);
  std::vector<std::unique_ptr<Endpoint>> opened;
  opened.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    opened.push_back(
        std::make_unique<PtyEndpoint>(loop, (fs::path(folder) / std::to_string(n)).string(), claim, watch));
  }
  return opened;
}

}  // namespace sim800
