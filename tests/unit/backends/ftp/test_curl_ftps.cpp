// FTP over TLS, against the `openssl` program: both ways to begin it, data channel, alerts, certificates.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <thread>

#include "tests/support/ftp_client_fixture.hpp"
#include "tests/support/openssl_program.hpp"

namespace {

using sim800::FtpRequest;
using sim800::FtpTls;
using sim800::TlsVersion;
namespace code = sim800::ftp_code;
using sim800::test::Certificate;
using sim800::test::ftp_request;
using sim800::test::FtpClientFixture;
using sim800::test::Openssl;
using sim800::test::run_until;
using tcp = asio::ip::tcp;

// `openssl s_server` for one connection: what is written to it goes to the client, and the other way round.
class TlsEnd {
 public:
  explicit TlsEnd(const std::vector<std::string>& options = {}) : program_(arguments(options), true) {
    program_.read_to("ACCEPT 127.0.0.1:");
    const std::string digits = program_.read_to("\n");
    std::from_chars(digits.data(), digits.data() + digits.size(), port_);
    REQUIRE(port_ != 0);
  }

  std::uint16_t port() const { return port_; }
  void say(const std::string& text) const { program_.say(text); }
  std::string read_to(std::string_view mark) const { return program_.read_to(mark); }
  // `openssl` takes input while it waits for a handshake, and if both come at once it reads from the client next, whom
  // it has still to tell something: so it is told nothing before.
  void await_handshake() const { read_to("CIPHER is"); }
  // The end of its input makes `openssl` end the connection.
  void hang_up() { program_.end_input(); }
  void stop() const { program_.stop(); }
  // Takes commands up to and with this one, answering each; returns that one, or nothing where the client leaves
  // before.
  std::string serve_to(const std::string& last, const std::vector<std::pair<std::string, std::string>>& replies) const {
    for (;;) {
      std::string line = read_to("\r\n");
      if (line.empty() || line.find(last) != std::string::npos) return line;
      for (const auto& [command, reply] : replies) {
        if (line.find(command) == std::string::npos) continue;
        say(reply);
        break;
      }
    }
  }

 private:
  static std::vector<std::string> arguments(const std::vector<std::string>& options) {
    static const Certificate certificate;
    std::vector<std::string> all = {"s_server",
                                    "-accept",
                                    "127.0.0.1:0",
                                    "-naccept",
                                    "1",
                                    "-cert",
                                    certificate.file(),
                                    "-key",
                                    certificate.key(),
                                    "-cert2",
                                    certificate.file(),
                                    "-key2",
                                    certificate.key(),
                                    "-cipher",
                                    "DEFAULT@SECLEVEL=0"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  Openssl program_;
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

// What the servers do, beside the session.  If the test fails, they are ended, so that nothing waits for anything.
class Beside {
 public:
  Beside(std::vector<const TlsEnd*> ends, std::function<void()> act)
      : ends_(std::move(ends)), thread_(std::move(act)) {}
  ~Beside() {
    if (!thread_.joinable()) return;
    for (const TlsEnd* end : ends_) end->stop();
    thread_.join();
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  void join() { thread_.join(); }

 private:
  std::vector<const TlsEnd*> ends_;
  std::thread thread_;
};

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
    FtpClientFixture fixture;
    Prelude prelude(fixture.loop, control.port());
    const bool implicit = tls == FtpTls::implicit;
    fixture.start(tls_request(implicit ? control.port() : prelude.port(), tls));
    Beside server({&control, &data}, [&] {
      control.await_handshake();
      if (implicit) control.say("220 ready\r\n");
      if (control.serve_to("RETR 1K.txt", replies_with(data.port())).empty()) return;
      control.say("150 go\r\n");
      data.await_handshake();
      data.say("hello\r\n");
      data.hang_up();
      control.say("226 done\r\n");
    });
    fixture.finish();
    server.join();
    CHECK(fixture.outcome->code == code::finished);
    CHECK(fixture.received == "hello\r\n");
    if (!implicit) CHECK(prelude.request == "AUTH TLS\r\n");
  }
}

TEST_CASE(
    "ftps: a session ends at once while the data connection's handshake stalls, passive though active is wanted") {
  const TlsEnd control;
  FtpClientFixture fixture;
  tcp::acceptor acceptor(fixture.loop, {asio::ip::address_v4::loopback(), 0});
  tcp::socket data(fixture.loop);
  FtpRequest request = tls_request(control.port());
  request.passive = false;
  fixture.start(request);
  bool stalled = false;
  Beside server({&control}, [&] {
    control.await_handshake();
    control.say("220 ready\r\n");
    if (control.serve_to("RETR", replies_with(acceptor.local_endpoint().port())).empty()) return;
    control.say("150 go\r\n");
    acceptor.accept(data);
    std::array<char, 1> hello{};
    std::error_code ignored;
    asio::read(data, asio::buffer(hello), ignored);
    asio::post(fixture.loop, [&] { stalled = true; });
  });
  run_until(fixture.loop, [&] { return stalled; });
  server.join();
  fixture.session.reset();
  CHECK_FALSE(fixture.outcome);
}

TEST_CASE("ftps: STOU is sent as it is, and the file goes over TLS") {
  for (const FtpTls tls : {FtpTls::implicit, FtpTls::explicit_}) {
    const TlsEnd control;
    const TlsEnd data;
    FtpClientFixture fixture;
    fixture.upload = std::string(5'000, 'x') + "end";
    Prelude prelude(fixture.loop, control.port());
    const bool implicit = tls == FtpTls::implicit;
    FtpRequest request = tls_request(implicit ? control.port() : prelude.port(), tls);
    request.verb = sim800::FtpVerb::put;
    request.put_option = sim800::FtpPutOption::store_unique;
    fixture.start(request);
    std::string command, stored;
    Beside server({&control, &data}, [&] {
      control.await_handshake();
      if (implicit) control.say("220 ready\r\n");
      command = control.serve_to("STOU", replies_with(data.port()));
      if (command.empty()) return;
      control.say("150 FILE: 1K.txt.1\r\n");
      data.await_handshake();
      stored = data.read_to("xend");
      control.say("226 done\r\n");
    });
    fixture.finish();
    server.join();
    CHECK(fixture.outcome->code == code::finished);
    CHECK(command.ends_with("STOU 1K.txt\r\n"));
    CHECK(stored.ends_with(fixture.upload));
  }
}

TEST_CASE("ftps: STOU where the data connection's handshake fails") {
  const TlsEnd control;
  const TlsEnd data({"-tls1_3"});
  FtpClientFixture fixture;
  fixture.upload = "hello";
  FtpRequest request = tls_request(control.port());
  request.verb = sim800::FtpVerb::put;
  request.put_option = sim800::FtpPutOption::store_unique;
  fixture.start(request);
  Beside server({&control, &data}, [&] {
    control.await_handshake();
    control.say("220 ready\r\n");
    if (!control.serve_to("STOU", replies_with(data.port())).empty()) control.say("150 go\r\n");
  });
  fixture.finish();
  server.join();
  CHECK(fixture.outcome->code == code::tls_alert);
}

TEST_CASE("ftps: the server's name is told in the handshake, or not") {
  for (const bool sni : {true, false}) {
    CAPTURE(sni);
    // This server refuses any other name with an alert, but takes clients that tell none.
    const TlsEnd control({"-servername", "tls.test", "-servername_fatal"});
    FtpClientFixture fixture(sim800::HostMap{{"other.test", "127.0.0.1"}});
    FtpRequest request = tls_request(control.port());
    request.host = "other.test";
    request.tls_options.profile.sni = sni;
    fixture.start(request);
    Beside server({&control}, [&] {
      if (sni) return;
      control.await_handshake();
      control.say("500 no\r\n");
    });
    fixture.finish();
    server.join();
    CHECK(fixture.outcome->code == (sni ? code::tls_alert : code::reply_error));
  }
}

TEST_CASE("ftps 81: the peer's alert, a refused certificate") {
  FtpClientFixture fixture;
  SUBCASE("the server speaks TLS 1.3 only") {
    const TlsEnd control({"-tls1_3"});
    CHECK(fixture.run(tls_request(control.port())).code == code::tls_alert);
  }
  SUBCASE("the server speaks newer versions only than are wanted") {
    const TlsEnd control({"-tls1_2"});
    FtpRequest request = tls_request(control.port());
    request.tls_options.profile.max = TlsVersion::v1_0;
    CHECK(fixture.run(request).code == code::tls_alert);
  }
  SUBCASE("nobody vouches for the certificate") {
    const TlsEnd control;
    FtpRequest request = tls_request(control.port());
    request.tls_options.verify_peer = true;
    CHECK(fixture.run(request).code == code::tls_alert);
  }
  SUBCASE("after AUTH") {
    const TlsEnd control({"-tls1_3"});
    Prelude prelude(fixture.loop, control.port());
    CHECK(fixture.run(tls_request(prelude.port(), FtpTls::explicit_)).code == code::tls_alert);
  }
}
