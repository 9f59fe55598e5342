// SPDX-License-Identifier: MIT
#include "emulator/program/host_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

constexpr int cannot_run = 126, not_found = 127, killed = 128;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> with_ours(const std::map<std::string, std::string>& ours) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    if (!ours.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : ours) all.push_back(name + '=' + value);
  return all;
}

}  // namespace

HostCommand::HostCommand(asio::io_context& loop, std::vector<std::string> words)
    : loop_(loop), words_(std::move(words)), process_(loop) {}

HostCommand::~HostCommand() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void HostCommand::start(const std::map<std::string, std::string>& environment, std::function<void()> ended) {
  ended_ = std::move(ended);
  std::vector<std::string> variables = with_ours(environment);
  const std::vector<char*> words = pointers(words_), all = pointers(variables);
  std::array<int, 2> ends{};
  const bool piped = ::pipe2(ends.data(), O_CLOEXEC) == 0;
  const UniqueFd read_end(piped ? ends[0] : -1);
  UniqueFd write_end(piped ? ends[1] : -1);
  const pid_t parent = ::getpid();
  pid_ = piped ? ::fork() : -1;
  int error = errno;
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // whatever happens to us
    if (::getppid() != parent) ::_exit(not_found);
    become(words.data(), all.data(), write_end.get());
  }
  write_end = UniqueFd();
  // The child writes why it cannot become the command; an end of the pipe says that it has.
  const bool failed = pid_ < 0 || ::read(read_end.get(), &error, sizeof error) == sizeof error;
  if (!failed) {
    // glibc 2.36 declares pidfd_open for C only.
    process_.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    process_.async_wait(asio::posix::stream_descriptor::wait_read, [this](asio::error_code problem) {
      if (!problem) wait();
    });
    return;
  }
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  status_ = error == ENOENT ? not_found : cannot_run;
  problem_ = fmt::format("{}: {}", words_.front(), std::strerror(error));
  asio::post(loop_, [this] { std::exchange(ended_, nullptr)(); });
}

void HostCommand::become(char* const* words, char* const* environment, int tell) const {
  for (const int ignored : {SIGPIPE, SIGXFSZ}) std::signal(ignored, SIG_DFL);
  ::execvpe(words[0], words, environment);
  const int error = errno;
  const auto written = ::write(tell, &error, sizeof error);
  ::_exit(written < 0 ? cannot_run : not_found);
}

void HostCommand::wait() {
  int how = 0;
  if (::waitpid(pid_, &how, 0) == pid_) status_ = WIFSIGNALED(how) ? killed + WTERMSIG(how) : WEXITSTATUS(how);
  pid_ = -1;
  std::exchange(ended_, nullptr)();
}

void HostCommand::signal(int number) const {
  if (running()) ::kill(pid_, number);
}

}  // namespace sim800
