// Certificates that a host imports, and what the module offers a TLS server (SSL application note).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <fstream>
#include <sstream>

#include "emulator/core/personality.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/openssl_program.hpp"

namespace sim800::test {
namespace {

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string der_of(const Certificate& certificate) {
  const std::string file = certificate.folder() + "/own.cer";
  Openssl program({"x509", "-in", certificate.file(), "-outform", "DER", "-out", file});
  REQUIRE(program.wait() == 0);
  return contents(file);
}

/// A module with all the clients that know TLS, and a certificate on its drive.
struct Secure : Numbers {
  explicit Secure(World own = instant(), Nvram* kept = nullptr) : Numbers(std::move(own), kept) {
    files.put(R"(C:\USER\own.crt)", contents(certificate().file()) + contents(certificate().key()));
    files.put(R"(C:\USER\ca.crt)", contents(authority().file()));
    files.put(R"(C:\USER\bad.crt)", "no certificate at all");
    files.put(R"(C:\USER\ca.der)", der_of(authority()));
    open_bearer();
  }
  static const Certificate& certificate() {
    static const Certificate made;
    return made;
  }
  static const Certificate& authority() {
    static const Certificate made;
    return made;
  }

  /// What each client would offer a server now: HTTPS, FTPS, mail, CIPSSL.
  std::vector<TlsOptions> offers() {
    ask("AT+HTTPINIT");
    ask("AT+HTTPSSL=1");
    ask(R"(AT+HTTPPARA="URL","https://a.test/")");
    ask("AT+HTTPACTION=0");
    const TlsOptions by_http = http.request.tls_options;
    http.answer({.status = 200, .head = {}, .body = {}});
    wait(1s);
    ask("AT+HTTPTERM");
    for (const char* line :
         {"AT+FTPCID=1", R"(AT+FTPSERV="a.test")", R"(AT+FTPGETNAME="f")", "AT+FTPSSL=2", "AT+FTPSIZE"})
      ask(line);
    const TlsOptions by_ftp = ftp.request.tls_options;
    ftp.done(ftp_code::finished);
    wait(10s);
    for (const char* line : {"AT+EMAILCID=1", "AT+EMAILSSL=1", R"(AT+POP3SRV="a.test","u","p")", "AT+POP3IN"})
      ask(line);
    const TlsOptions by_mail = mail.login.tls_options;
    mail.enter(mail_code::network_error);
    wait(1s);
    for (const char* line : {"AT+CIPSHUT", "AT+CIPSSL=1", R"(AT+CIPSTART="TCP","10.1.2.3",443)"}) ask(line);
    wait(1s);
    const TlsOptions by_socket = *sockets.last().request.tls;
    ask("AT+CIPSHUT");
    return {by_http, by_ftp, by_mail, by_socket};
  }
};

std::string urc(std::string_view text) { return OK + "\r\n" + std::string(text) + "\r\n"; }

World with_quirks(const std::function<void(Quirks&)>& change) {
  World world = ModuleFixture::instant();
  change(world.module.quirks);
  return world;
}

}  // namespace

TEST_CASE("AT+SSLSETCERT takes certificates only, and the last one stays") {
  Secure fixture;
  CHECK(fixture.ask("AT+SSLSETCERT=?") == answered("+SSLSETCERT: 100,32"));
  CHECK(fixture.ask("AT+SSLDECLI?") == OK);
  const auto import = [&fixture](const std::string& name) { return fixture.ask(R"(AT+SSLSETCERT="C:\USER\)" + name); };
  CHECK(import("own.crt\"") == urc("+SSLSETCERT: 0"));
  CHECK(fixture.ask("AT+SSLDECLI?") == answered("+SSLDECLI: own.crt"));
  fixture.files.put(R"(C:\USER\own.txt)", contents(Secure::certificate().file()));
  for (const char* name : {"bad.crt\"", "none.crt\"", "own.txt\"", "bad.crt\",\"word\""}) {
    CAPTURE(name);
    CHECK(import(name) == urc("+SSLSETCERT: 1"));
    CHECK(fixture.ask("AT+SSLDECLI?") == answered("+SSLDECLI: own.crt"));
  }
  CHECK(import("ca.crt\"") == urc("+SSLSETCERT: 0"));
  CHECK(fixture.ask("AT+SSLDECLI?") == answered("+SSLDECLI: ca.crt"));
  CHECK(fixture.ask("AT+SSLDECLI=\"own.crt\"") == answered("+SSLDECLI: 13"));
  CHECK(fixture.ask("AT+SSLDECLI=\"CA.CRT\"") == answered("+SSLDECLI: 0"));
  CHECK(fixture.ask("AT+SSLDECLI?") == OK);
  CHECK(fixture.ask("AT+SSLDECLI=\"ca.crt\"") == answered("+SSLDECLI: 13"));
}

TEST_CASE("the password of a certificate has to be right") {
  Secure fixture;
  const std::string file = Secure::certificate().folder() + "/own.p12";
  Openssl program({"pkcs12", "-export", "-in", Secure::certificate().file(), "-inkey", Secure::certificate().key(),
                   "-passout", "pass:secret", "-out", file});
  REQUIRE(program.wait() == 0);
  fixture.files.put(R"(C:\USER\own.p12)", contents(file));
  CHECK(fixture.ask(R"(AT+SSLSETCERT="C:\USER\own.p12","wrong")") == urc("+SSLSETCERT: 1"));
  CHECK(fixture.ask(R"(AT+SSLSETCERT="C:\USER\own.p12")") == urc("+SSLSETCERT: 1"));
  CHECK(fixture.ask(R"(AT+SSLSETCERT="C:\USER\own.p12","secret")") == urc("+SSLSETCERT: 0"));
  CHECK(fixture.ask(R"(AT+SSLSETCERT="C:\USER\own.p12","a password of more than 32 characters")") == cme(765));
}

TEST_CASE("an own certificate serves every client, while AT+SSLOPT=1,1") {
  Secure fixture;
  fixture.ask(R"(AT+SSLSETCERT="C:\USER\own.crt")");
  for (const TlsOptions& offer : fixture.offers()) CHECK(offer.certificate.empty());
  fixture.ask("AT+SSLOPT=1,1");
  fixture.ask("AT+SSLOPT=0,0");
  for (const TlsOptions& offer : fixture.offers()) {
    CHECK(offer.certificate == contents(Secure::certificate().file()));
    CHECK(offer.key == contents(Secure::certificate().key()));
    CHECK(offer.verify_peer);
    CHECK(offer.authorities.empty());  // it is the client's own
  }
}

TEST_CASE("an imported authority vouches wherever certificates are checked") {
  for (const char* import : {R"(AT+SSLSETCERT="C:\USER\ca.crt")", R"(AT+SSLSETROOT="C:\USER\ca.der",)"}) {
    CAPTURE(import);
    Secure fixture;
    const std::string line = import;
    const bool root = line.ends_with(',');
    const std::string answer = fixture.ask(root ? line + std::to_string(der_of(Secure::authority()).size()) : line);
    CHECK(answer == (root ? OK : urc("+SSLSETCERT: 0")));
    for (const TlsOptions& offer : fixture.offers()) CHECK_FALSE(offer.verify_peer);
    fixture.ask("AT+SSLOPT=0,0");
    fixture.ask("AT+SSLOPT=1,1");
    for (const TlsOptions& offer : fixture.offers()) {
      CHECK(offer.verify_peer);
      CHECK(offer.authorities == contents(Secure::authority().file()));
      CHECK(offer.certificate.empty());
    }
  }
}

TEST_CASE("AT+SSLSETROOT, AT+SSLDEROOT") {
  Secure fixture;
  const std::string size = std::to_string(der_of(Secure::authority()).size());
  const std::string import = R"(AT+SSLSETROOT="C:\USER\ca.der",)";
  const std::string built_in = fixture.ask("AT+SSLDEROOT?");
  CHECK(built_in.starts_with("\r\n+SSLDEROOT: 1001\r\n+SSLDEROOT: 1002\r\n"));
  CHECK(built_in.ends_with("+SSLDEROOT: 1013\r\n\r\nOK\r\n"));
  for (const char* wrong : {R"("C:\USER\none.der",700)", R"("C:\USER\ca.crt",20)", R"("C:\USER\ca.der",16384)"}) {
    CAPTURE(wrong);
    CHECK(fixture.ask(std::string("AT+SSLSETROOT=") + wrong) == ERROR);
  }
  CHECK(fixture.ask(R"(AT+SSLSETROOT="C:\USER\ca.der")") == cme(765));
  CHECK(fixture.ask(import + "16385") == cme(765));
  CHECK(fixture.ask(import + size) == OK);
  CHECK(fixture.ask(import + size) == answered("Certificate already exists!"));
  CHECK(fixture.ask("AT+SSLDEROOT?").ends_with("+SSLDEROOT: 1013\r\n+SSLDEROOT: ca.der\r\n\r\nOK\r\n"));
  CHECK(fixture.ask("AT+SSLDEROOT=\"1001\"") == answered("+SSLDEROOT: 42"));
  CHECK(fixture.ask("AT+SSLDEROOT=\"none.der\"") == answered("+SSLDEROOT: 13"));
  CHECK(fixture.ask("AT+SSLDEROOT=\"ca.der\"") == answered("+SSLDEROOT: 0"));
  CHECK(fixture.ask("AT+SSLDEROOT=\"ca.der\"") == answered("+SSLDEROOT: 13"));
  CHECK(fixture.ask("AT+SSLDEROOT?") == built_in);
  for (const char* test : {"AT+SSLSETROOT=?", "AT+SSLDEROOT=?", "AT+SSLDECLI=?"}) CHECK(fixture.ask(test) == OK);
}

TEST_CASE("imported certificates survive power-off, and the loss of their files") {
  Nvram nvram;
  {
    Secure fixture(ModuleFixture::instant(), &nvram);
    fixture.ask(R"(AT+SSLSETCERT="C:\USER\own.crt")");
    fixture.ask(R"(AT+SSLSETROOT="C:\USER\ca.der",)" + std::to_string(der_of(Secure::authority()).size()));
  }
  Numbers later(ModuleFixture::instant(), &nvram);
  CHECK(later.ask("AT+SSLDECLI?") == answered("+SSLDECLI: own.crt"));
  CHECK(later.ask("AT+SSLDEROOT?").find("+SSLDEROOT: ca.der\r\n") != std::string::npos);
}

TEST_CASE("every client offers what the revision offers, or the quirks") {
  const struct {
    World world;
    TlsVersion max;
    bool sni;
    std::string suites;
  } rows[] = {
      {ModuleFixture::instant(), TlsVersion::v1_0, false, std::string(firmware_suites(TlsVersion::v1_0))},
      {with_quirks([](Quirks& q) { q = Personality(Model::sim800c, "1418B09SIM800C24_TLS12").quirks(); }),
       TlsVersion::v1_2, false, std::string(firmware_suites(TlsVersion::v1_2))},
      {with_quirks([](Quirks& q) { q.tls = "1.2"; }), TlsVersion::v1_2, false,
       std::string(firmware_suites(TlsVersion::v1_2))},
      {with_quirks([](Quirks& q) { q.tls = "1.1"; }), TlsVersion::v1_1, false,
       std::string(firmware_suites(TlsVersion::v1_0))},
      {with_quirks([](Quirks& q) { q.sni = true, q.tls_suites = "AES128-SHA"; }), TlsVersion::v1_0, true, "AES128-SHA"},
  };
  for (const auto& row : rows) {
    Secure fixture(row.world);
    const auto offers = fixture.offers();
    CHECK(offers.size() == 4);
    for (const TlsOptions& offer : offers) {
      CHECK(offer.profile.max == row.max);
      CHECK(offer.profile.sni == row.sni);
      CHECK(offer.profile.suites == row.suites);
    }
  }
}

TEST_CASE("the log says once what a server may have missed") {
  const auto failures = [](World world) {
    std::ostringstream text;
    const auto before = spdlog::default_logger();
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)));
    Numbers fixture(std::move(world));
    fixture.open_bearer();
    fixture.ask("AT+HTTPINIT");
    fixture.ask("AT+HTTPSSL=1");
    fixture.ask(R"(AT+HTTPPARA="URL","https://a.test/")");
    for (const int status : {200, 606, 605}) {
      fixture.ask("AT+HTTPACTION=0");
      fixture.http.answer({.status = status, .head = {}, .body = {}});
      fixture.wait(1s);
    }
    spdlog::set_default_logger(before);
    return text.str();
  };
  const std::string text = failures(ModuleFixture::instant());
  CAPTURE(text);
  CHECK(text.find("a.test:443") != std::string::npos);
  CHECK(text.find("1418B05SIM800L24 offers TLS 1.0 and does not name the server") != std::string::npos);
  CHECK(text.find("_TLS12") != std::string::npos);
  CHECK(text.find("\"sni\"") != std::string::npos);
  CHECK(text.find("no TLS connection") == text.rfind("no TLS connection"));
  CHECK(failures(with_quirks([](Quirks& q) { q.tls = "1.2"; })).find("_TLS12") == std::string::npos);
  CHECK(failures(with_quirks([](Quirks& q) { q.tls = "1.2", q.sni = true; })).empty());
}

}  // namespace sim800::test
