// The `openssl` program as the other end of a TLS connection, and a certificate for it.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim800::test {

/// A running `openssl` with its output in a pipe, and its input too if requested; ended with this object.
class Openssl {
 public:
  explicit Openssl(std::vector<std::string> arguments, bool with_input = false) {
    std::array<int, 2> in{-1, -1}, out{};
    REQUIRE(pipe2(out.data(), O_CLOEXEC) == 0);
    if (with_input) REQUIRE(pipe2(in.data(), O_CLOEXEC) == 0);
    output_ = out[0];
    input_ = in[1];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (with_input) {
      posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    arguments.insert(arguments.begin(), "openssl");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    REQUIRE(posix_spawnp(&pid_, "openssl", &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    if (with_input) close(in[0]);
  }
  ~Openssl() {
    stop();
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    end_input();
    close(output_);
  }
  Openssl(const Openssl&) = delete;
  Openssl& operator=(const Openssl&) = delete;

  void say(std::string_view text) const {
    REQUIRE(write(input_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void end_input() {
    if (const int input = std::exchange(input_, -1); input >= 0) close(input);
  }
  /// Reads the output up to and with `mark`, or to its end.
  std::string read_to(std::string_view mark) const {
    std::string text;
    for (char c = 0; text.find(mark) == std::string::npos && read(output_, &c, 1) == 1;) text += c;
    return text;
  }
  /// Its output ends, for any reader.
  void stop() const {
    if (pid_ > 0) kill(pid_, SIGTERM);
  }
  int wait() {
    int state = -1;
    waitpid(pid_, &state, 0);
    pid_ = 0;
    return state;
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1, output_ = -1;
};

/// A certificate that nobody trusts. The suites of the module's older firmware need one with an RSA key.
class Certificate {
 public:
  explicit Certificate(const char* kind = "P-256") {
    REQUIRE(mkdtemp(folder_.data()) != nullptr);
    const bool rsa = std::string_view(kind) == "rsa";
    Openssl program({"req", "-x509", "-newkey", rsa ? "rsa" : "ec", "-pkeyopt",
                     rsa ? std::string("rsa_keygen_bits:2048") : "ec_paramgen_curve:" + std::string(kind), "-nodes",
                     "-days", "2", "-subj", "/CN=tls.test", "-keyout", key(), "-out", file()});
    REQUIRE(program.wait() == 0);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  std::string key() const { return folder_ + "/key.pem"; }
  std::string file() const { return folder_ + "/cert.pem"; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_ = "/tmp/sim800-test-XXXXXX";
};

}  // namespace sim800::test
