// Standard input and output as the module's serial line.
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "backends/endpoints/stream_endpoint.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {

namespace {

/// Reads a terminal key by key without its own echo; restores it when destroyed.
class KeyMode {
 public:
  explicit KeyMode(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal_, &before_) != 0) return;
    termios keys = before_;
    keys.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ECHONL | IEXTEN);
    // Ctrl-Z ends a text at the module's prompt, so it must not suspend the program.
    keys.c_cc[VSUSP] = _POSIX_VDISABLE;
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    changed_ = tcsetattr(terminal_, TCSANOW, &keys) == 0;
  }
  KeyMode(const KeyMode&) = delete;
  KeyMode& operator=(const KeyMode&) = delete;
  ~KeyMode() {
    if (changed_) tcsetattr(terminal_, TCSANOW, &before_);
  }

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

/// A descriptor for the same thing. Pipes and terminals are opened again, because O_NONBLOCK belongs to the open file
/// and would affect the shell and our own messages too. If that is refused, writes may wait for the reader; files and
/// sockets do not need it.
UniqueFd descriptor_for(int given, int direction) {
  struct stat status{};
  if (fstat(given, &status) != 0)
    throw EndpointError("cannot use standard input and output: " + std::string(std::strerror(errno)));
  // Opening the master side of a pty again would create another pty.
  std::array<char, 64> name{};
  const bool terminal = isatty(given) != 0 && ptsname_r(given, name.data(), name.size()) != 0;
  if (terminal || S_ISFIFO(status.st_mode)) {
    const std::string path = "/proc/self/fd/" + std::to_string(given);
    if (UniqueFd again(open(path.c_str(), direction | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)); again.get() >= 0)
      return again;
  }
  UniqueFd copy(fcntl(given, F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) throw EndpointError("cannot use standard input and output: " + std::string(std::strerror(errno)));
  return copy;
}

class StdioEndpoint final : public StreamEndpoint {
 public:
  StdioEndpoint(asio::io_context& loop, std::function<void()> at_end, int input, int output)
      : StreamEndpoint(loop, "stdio"), at_end_(std::move(at_end)), keys_(input) {
    // Writing to a closed pipe must fail instead of ending the process.
    std::signal(SIGPIPE, SIG_IGN);
    UniqueFd from = descriptor_for(input, O_RDONLY);
    UniqueFd to = descriptor_for(output, O_WRONLY);
    open_wire(from.release(), to.release());
    set_limit(kept_for_client);
  }

  std::string announcement() const override { return "stdio"; }

 private:
  void attached() override {
    asio::post(loop(), guarded(life(), [this] { user()->client_arrived(); }));
  }

  void input_ended() override {
    ended_ = true;
    if (unsent() == 0) finish();
  }

  void output_flushed() override {
    if (ended_) finish();
  }

  void output_failed() override {
    set_limit(0);
    asio::post(loop(), guarded(life(), [this] { finish(); }));
  }

  void finish() {
    // Moved out first: it may destroy this endpoint.
    if (const auto at_end = std::exchange(at_end_, nullptr)) at_end();
  }

  std::function<void()> at_end_;
  KeyMode keys_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Endpoint> open_stdio(asio::io_context& loop, std::function<void()> at_end, int input, int output) {
  return std::make_unique<StdioEndpoint>(loop, std::move(at_end), input, output);
}

}  // namespace sim800
