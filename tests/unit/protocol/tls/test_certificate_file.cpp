// Certificate files in every form a host may write, made by the openssl program.
// SPDX-License-Identifier: MIT
#include "protocol/tls/certificate_file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "tests/support/openssl_program.hpp"

namespace sim800::test {
namespace {

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// What `openssl` makes of these arguments, in a file.
std::string made(const Certificate& certificate, const char* name, std::vector<std::string> arguments) {
  const std::string file = certificate.folder() + "/" + name;
  arguments.insert(arguments.end(), {"-out", file});
  Openssl program(arguments);
  REQUIRE(program.wait() == 0);
  return contents(file);
}

}  // namespace

TEST_CASE("certificate files: PEM, DER, PKCS #12, with and without a key") {
  const Certificate own, stranger;
  const std::string pem = contents(own.file()), key = contents(own.key());
  const std::string p12 =
      made(own, "own.p12", {"pkcs12", "-export", "-in", own.file(), "-inkey", own.key(), "-passout", "pass:secret"});
  const std::string locked = made(own, "locked.pem", {"ec", "-in", own.key(), "-aes128", "-passout", "pass:secret"});
  const std::string der = made(own, "own.cer", {"x509", "-in", own.file(), "-outform", "DER"});
  const struct {
    const char* what;
    std::string bytes;
    const char* password;
    bool readable, has_key;
  } rows[] = {
      {"PEM", pem, "", true, false},
      {"PEM with its key", pem + key, "", true, true},
      {"PEM, the key first", key + pem, "", true, true},
      {"a password nobody asks for", pem + key, "secret", true, true},
      {"PEM with a locked key", pem + locked, "secret", true, true},
      {"PEM with a locked key, wrong password", pem + locked, "wrong", false, false},
      {"PEM with a locked key, no password", pem + locked, "", false, false},
      {"PEM with another's key", pem + contents(stranger.key()), "", false, false},
      {"another's certificate first", contents(stranger.file()) + pem + key, "", true, true},
      {"a key alone", key, "", false, false},
      {"PKCS #12", p12, "secret", true, true},
      {"PKCS #12, wrong password", p12, "wrong", false, false},
      {"DER", der, "", true, false},
      {"half of DER", der.substr(0, der.size() / 2), "", false, false},
      {"rubbish", "no certificate at all", "", false, false},
      {"nothing", "", "", false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto file = read_certificate_file(row.bytes, row.password);
    CHECK(file.has_value() == row.readable);
    if (!file) continue;
    CHECK(file->certificates.starts_with(pem));
    CHECK(file->key.empty() != row.has_key);
    CHECK(file->key.find("ENCRYPTED") == std::string::npos);
  }
}

TEST_CASE("certificate files: roots are in DER") {
  const Certificate own;
  const std::string der = made(own, "own.cer", {"x509", "-in", own.file(), "-outform", "DER"});
  CHECK(certificate_of_der(der) == contents(own.file()));
  CHECK_FALSE(certificate_of_der(contents(own.file())));
  CHECK_FALSE(certificate_of_der(""));
}

}  // namespace sim800::test
