// FTP over TLS, against the `openssl` program: both ways to begin it, data channel, alerts, certificates.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "ftp_rig.hpp"

namespace {

using sim800::FtpRequest;
using sim800::FtpTls;
using sim800::TlsVersion;
namespace code = sim800::ftp_code;
using sim800::test::ftp_request;
using sim800::test::FtpRig;
using tcp = asio::ip::tcp;

// A certificate nobody vouches for, made once per run.
class Certificate {
 public:
  Certificate() {
    REQUIRE(mkdtemp(folder_.data()) != nullptr);
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ftps.test -keyout " +
        key() + " -out " + file() + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  std::string key() const { return folder_ + "/key.pem"; }
  std::string file() const { return folder_ + "/cert.pem"; }

 private:
  std::string folder_ = "/tmp/sim800-test-XXXXXX";
};

// `openssl s_server` for one connection: what is written to it goes to the client, and the other way round.
class TlsEnd {
 public:
  explicit TlsEnd(const std::vector<std::string>& options = {}) {
    static const Certificate certificate;
    std::vector<std::string> words = {
        "openssl", "s_server",         "-accept", "127.0.0.1:0",     "-naccept", "1",
        "-cert",   certificate.file(), "-key",    certificate.key(), "-cipher",  "DEFAULT@SECLEVEL=0"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    int in[2], out[2];
    REQUIRE(pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(pipe2(out, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    REQUIRE(posix_spawnp(&pid_, "openssl", &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    output_ = out[0];
    read_to("ACCEPT 127.0.0.1:");
    const std::string digits = read_to("\n");
    std::from_chars(digits.data(), digits.data() + digits.size(), port_);
    REQUIRE(port_ != 0);
  }
  ~TlsEnd() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    if (input_ >= 0) close(input_);
    close(output_);
  }
  TlsEnd(const TlsEnd&) = delete;
  TlsEnd& operator=(const TlsEnd&) = delete;

  std::uint16_t port() const { return port_; }
  void say(const std::string& text) const {
    REQUIRE(write(input_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  std::string read_to(std::string_view mark) const {
    std::string text;
    for (char c = 0; text.find(mark) == std::string::npos && read(output_, &c, 1) == 1;) text += c;
    return text;
  }
  // The end of its input makes `openssl` end the connection.
  void hang_up() { close(std::exchange(input_, -1)); }
  // Takes commands up to and with this one, answering each.
  void serve_to(const std::string& last, const std::vector<std::pair<std::string, std::string>>& replies) const {
    for (;;) {
      const std::string line = read_to("\r\n");
      REQUIRE_FALSE(line.empty());
      if (line.find(last) != std::string::npos) return;
      for (const auto& [command, reply] : replies) {
        if (line.find(command) == std::string::npos) continue;
        say(reply);
        break;
      }
    }
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1, output_ = -1;
  std::uint16_t port_ = 0;
};

std::vector<std::pair<std::string, std::string>> replies_with(std::uint16_t data_port) {
  return {
      {"USER ", "331 password\r\n"},
      {"PASS ", "230 in\r\n"},
      {"PWD", "257 \"/\"\r\n"},
      {"PBSZ", "200 fine\r\n"},
      {"PROT P", "200 fine\r\n"},
      {"PASV", "227 (127,0,0,1," + std::to_string(data_port >> 8U) + "," + std::to_string(data_port & 255U) + ")\r\n"},
      {"TYPE", "200 fine\r\n"},
      {"CWD", "250 fine\r\n"}};
}

// Says what comes before TLS where it is begun by AUTH, then passes the bytes on.
class Prelude {
 public:
  Prelude(asio::io_context& loop, std::uint16_t target)
      : acceptor_(loop, {asio::ip::address_v4::loopback(), 0}), client_(loop), server_(loop) {
    acceptor_.async_accept(client_, [this, target](std::error_code) {
      asio::write(client_, asio::buffer(std::string_view("220 ready\r\n")));
      client_.async_read_some(asio::buffer(up_), [this, target](std::error_code, std::size_t n) {
        request.assign(up_.data(), n);
        server_.connect({asio::ip::address_v4::loopback(), target});
        asio::write(client_, asio::buffer(std::string_view("234 go\r\n")));
        pump(client_, server_, up_);
        pump(server_, client_, down_);
      });
    });
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string request;

 private:
  using Bytes = std::array<char, 16384>;
  void pump(tcp::socket& from, tcp::socket& to, Bytes& bytes) {
    from.async_read_some(asio::buffer(bytes), [this, &from, &to, &bytes](std::error_code error, std::size_t n) {
      std::error_code ignored;
      if (error) {
        to.shutdown(tcp::socket::shutdown_send, ignored);
        return;
      }
      asio::write(to, asio::buffer(bytes, n), ignored);
      pump(from, to, bytes);
    });
  }
  tcp::acceptor acceptor_;
  tcp::socket client_, server_;
  Bytes up_{}, down_{};
};

FtpRequest tls_request(std::uint16_t port, FtpTls tls = FtpTls::implicit) {
  FtpRequest request = ftp_request(port);
  request.tls = tls;
  return request;
}

}  // namespace

TEST_CASE("ftps: implicit and explicit TLS, on the control and the data connection") {
  for (const FtpTls tls : {FtpTls::implicit, FtpTls::explicit_}) {
    const TlsEnd control;
    TlsEnd data;
    FtpRig rig;
    Prelude prelude(rig.loop, control.port());
    const bool implicit = tls == FtpTls::implicit;
    rig.start(tls_request(implicit ? control.port() : prelude.port(), tls));
    std::thread server([&] {
      if (implicit) control.say("220 ready\r\n");
      control.serve_to("RETR 1K.txt", replies_with(data.port()));
      control.say("150 go\r\n");
      data.say("hello\r\n");
      data.hang_up();
      control.say("226 done\r\n");
    });
    rig.finish();
    server.join();
    CHECK(rig.outcome->code == code::finished);
    CHECK(rig.received == "hello\r\n");
    if (!implicit) CHECK(prelude.request == "AUTH TLS\r\n");
  }
}

TEST_CASE("ftps 81: the peer's alert, a refused certificate") {
  FtpRig rig;
  SUBCASE("the server speaks TLS 1.3 only") {
    const TlsEnd control({"-tls1_3"});
    CHECK(rig.run(tls_request(control.port())).code == code::tls_alert);
  }
  SUBCASE("the server speaks newer versions only than are wanted") {
    const TlsEnd control({"-tls1_2"});
    FtpRequest request = tls_request(control.port());
    request.tls_max = TlsVersion::v1_0;
    CHECK(rig.run(request).code == code::tls_alert);
  }
  SUBCASE("nobody vouches for the certificate") {
    const TlsEnd control;
    FtpRequest request = tls_request(control.port());
    request.verify_peer = true;
    CHECK(rig.run(request).code == code::tls_alert);
  }
  SUBCASE("after AUTH") {
    const TlsEnd control({"-tls1_3"});
    Prelude prelude(rig.loop, control.port());
    CHECK(rig.run(tls_request(prelude.port(), FtpTls::explicit_)).code == code::tls_alert);
  }
}
