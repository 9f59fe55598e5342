// TLS on the module's sockets, against the openssl program.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "tests/support/socket_fixture.hpp"
#include "tests/support/tls_server.hpp"

namespace {

using sim800::SocketError;
using sim800::TlsOptions;
using sim800::TlsVersion;
using sim800::test::Certificate;
using sim800::test::every_byte;
using sim800::test::Openssl;
using sim800::test::SocketFixture;
using sim800::test::TlsServer;

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct TlsRig : SocketFixture {
  using SocketFixture::SocketFixture;
  SocketError handshake(std::uint16_t port, const TlsOptions& tls, const std::string& host = "tls.test") {
    sim800::SocketRequest wanted;
    wanted.host = host;
    wanted.port = port;
    wanted.tls = tls;
    module.connected.reset();
    connect(wanted);
    until([this] { return module.connected.has_value(); });
    return *module.connected;
  }
  /// The page of s_server -www tells of the connection.
  std::string page() {
    module.received.clear();
    module.write("GET / HTTP/1.0\r\n\r\n");
    until([this] { return module.closed.has_value(); });
    return module.received;
  }
  static sim800::HostMap hosts() { return {{"tls.test", "127.0.0.1"}}; }
};

TlsOptions up_to(TlsVersion version) {
  TlsOptions tls;
  tls.profile.max = version;
  return tls;
}

}  // namespace

TEST_CASE("tls socket: speaks every version it is told to") {
  const TlsServer any;
  const TlsServer old({"-tls1"});
  const TlsServer young({"-tls1_2"});
  struct Row {
    const TlsServer& server;
    TlsVersion max;
    const char* version;  // null: no connection
  };
  for (const Row& row : {Row{any, TlsVersion::v1_0, "TLSv1\n"}, Row{any, TlsVersion::v1_1, "TLSv1.1\n"},
                         Row{any, TlsVersion::v1_2, "TLSv1.2\n"}, Row{old, TlsVersion::v1_2, "TLSv1\n"},
                         Row{young, TlsVersion::v1_0, nullptr}}) {
    for (const bool by_relay : {false, true}) {
      TlsRig fixture(TlsRig::hosts());
      if (by_relay) fixture.link.relay_always();
      const SocketError result = fixture.handshake(row.server.port(), up_to(row.max));
      CHECK(result == (row.version == nullptr ? SocketError::tls : SocketError::none));
      if (row.version == nullptr) continue;
      const std::string text = fixture.page();
      CAPTURE(text);
      CHECK(text.find(std::string("Protocol  : ") + row.version) != std::string::npos);
      CHECK(fixture.module.closed == SocketError::none);
      CHECK(fixture.module.socket->acknowledged() == 18);
    }
  }
}

TEST_CASE("tls socket: names the server it wants, or not") {
  for (const bool sni : {true, false}) {
    CAPTURE(sni);
    const TlsServer strict({"-servername", "tls.test", "-servername_fatal"});
    TlsRig fixture(TlsRig::hosts());
    TlsOptions tls;
    tls.profile.sni = sni;
    CHECK(fixture.handshake(strict.port(), tls) == SocketError::none);
    fixture.module.socket.reset();
    fixture.settle();
    TlsRig other(sim800::HostMap{{"other.test", "127.0.0.1"}});
    CHECK(other.handshake(strict.port(), tls, "other.test") == (sni ? SocketError::tls : SocketError::none));
  }
}

TEST_CASE("tls socket: a certificate nobody vouches for is refused where it is looked at") {
  const TlsServer server;
  TlsOptions strict;
  strict.verify_peer = true;
  TlsRig fixture(TlsRig::hosts());
  CHECK(fixture.handshake(server.port(), strict) == SocketError::tls);
  CHECK(fixture.handshake(server.port(), strict, "127.0.0.1") == SocketError::tls);
  fixture.settle();
  CHECK_FALSE(fixture.module.closed);
}

TEST_CASE("tls socket: an own certificate is shown") {
  const Certificate own;
  const Certificate stranger;
  const TlsServer server({"-Verify", "1", "-verify_return_error", "-CAfile", own.file()});
  struct Row {
    std::string certificate, key;
    SocketError result;
  };
  // TLS 1.2: the client learns of the server's refusal within the handshake.
  for (const Row& row : {Row{contents(own.file()), contents(own.key()), SocketError::none},
                         Row{contents(stranger.file()), contents(stranger.key()), SocketError::tls},
                         Row{contents(own.file()), contents(stranger.key()), SocketError::tls},
                         Row{"no certificate", "no key", SocketError::tls}, Row{"", "", SocketError::tls}}) {
    TlsRig fixture(TlsRig::hosts());
    TlsOptions tls;
    tls.certificate = row.certificate;
    tls.key = row.key;
    CHECK(fixture.handshake(server.port(), tls) == row.result);
  }
}

TEST_CASE("tls socket: an authority vouches for servers") {
  const Certificate own, other;
  const TlsServer server({"-cert", own.file(), "-key", own.key()});
  for (const bool right : {true, false}) {
    TlsRig fixture(TlsRig::hosts());
    TlsOptions tls;
    tls.verify_peer = true;
    tls.authorities = contents(right ? own.file() : other.file());
    CHECK(fixture.handshake(server.port(), tls) == (right ? SocketError::none : SocketError::tls));
  }
}

TEST_CASE("tls socket: only the suites it is told to offer") {
  struct Row {
    const char* server;
    const char* suites;
    SocketError result;
  };
  constexpr const char* old_suites = "RC4-MD5:AES128-SHA";
  const std::string certificate = TlsServer::rsa_certificate().file(), key = TlsServer::rsa_certificate().key();
  for (const Row& row : {Row{"AES128-SHA:@SECLEVEL=0", old_suites, SocketError::none},
                         Row{"ECDHE-RSA-AES128-SHA:@SECLEVEL=0", old_suites, SocketError::tls},
                         Row{"DEFAULT:@SECLEVEL=0", "RC4-MD5", SocketError::tls}}) {
    CAPTURE(row.server);
    const TlsServer server({"-cert", certificate, "-key", key, "-cipher", row.server});
    TlsRig fixture(TlsRig::hosts());
    TlsOptions tls = up_to(TlsVersion::v1_0);
    tls.profile.suites = row.suites;
    CHECK(fixture.handshake(server.port(), tls) == row.result);
  }
}

TEST_CASE("tls socket: a server that does not speak it") {
  for (const char* answer : {"SMTP ready\r\n", ""}) {
    SocketFixture fixture;
    auto wanted = fixture.request();
    wanted.tls = TlsOptions{};
    fixture.connect(wanted);
    fixture.until([&] { return fixture.accepted; });
    const std::string text = answer;
    fixture.peer.write(text);
    if (text.empty()) fixture.until([&] { return !fixture.peer.received.empty(); });
    if (text.empty()) fixture.peer.socket.close();
    fixture.until([&] { return fixture.module.connected.has_value(); });
    CHECK(fixture.module.connected == SocketError::tls);
  }
}

TEST_CASE("tls socket: much data, both ways at once") {
  const TlsServer server({"-rev"});
  TlsRig fixture(TlsRig::hosts());
  REQUIRE(fixture.handshake(server.port(), {}) == SocketError::none);
  // It gives each line back, the other way round.
  std::string line(1000, 'x'), all, expected;
  for (int i = 0; i < 300; ++i) {
    line[0] = static_cast<char>('a' + i % 26);
    all += line + "\n";
    expected += std::string(line.rbegin(), line.rend()) + "\n";
  }
  fixture.module.write(all);
  fixture.until([&] { return fixture.module.received.size() == expected.size(); });
  CHECK((fixture.module.received == expected));
  CHECK(fixture.module.largest <= sim800::Socket::window);
  fixture.until([&] { return fixture.module.socket->acknowledged() == all.size(); });
}

TEST_CASE("tls socket: faults in its phase") {
  using sim800::Phase;
  const TlsServer server;
  TlsRig fixture(TlsRig::hosts(), {}, true);
  CHECK(fixture.handshake(server.port(), {}) == SocketError::none);
  CHECK(fixture.page().size() > 100);
  CHECK(fixture.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect, Phase::tls, Phase::data});
  for (const auto how : {sim800::Verdict::Cut::reset, sim800::Verdict::Cut::close}) {
    TlsRig broken(TlsRig::hosts(), {}, true);
    broken.faults.at_phase[Phase::tls] = sim800::test::cut(how);
    CHECK(broken.handshake(server.port(), {}) == SocketError::tls);
  }
}
