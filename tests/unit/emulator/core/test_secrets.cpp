// PINs and passwords in the log and the trace.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "emulator/core/secrets.hpp"

namespace sim800 {
namespace {

std::string masked(std::string text) {
  SecretMask().mask(text, text);
  return text;
}

/// In pieces of one byte.
std::string masked_slowly(std::string text) {
  SecretMask mask;
  std::string shown;
  for (const char c : text) {
    std::string piece(1, c);
    mask.mask(piece, piece);
    shown += piece;
  }
  return shown;
}

TEST_CASE("secrets: what is masked, byte for byte, in whatever pieces it comes") {
  struct Row {
    std::string typed, shown;
  };
  const Row rows[] = {
      {"AT+CPIN=1234\r", "AT+CPIN=****\r"},
      {"at+cpin=\"1234\",\"5678\"\r", "at+cpin=\"****\",\"****\"\r"},
      {"ATE0+CPIN=1234\r", "ATE0+CPIN=****\r"},
      {"AT+CMEE=2;+CPIN=1234;+CSQ\r", "AT+CMEE=2;+CPIN=****;+CSQ\r"},
      {"\x1a"
       "AT+CPIN=1234\rAT+CSQ\r",
       "\x1a"
       "AT+CPIN=****\rAT+CSQ\r"},
      {"AT+CPIQ\bN=1234\r", "AT+CPIQ\bN=****\r"},
      {"AT+CLCK=\"SC\",1,\"1234\",7\r", "AT+CLCK=\"SC\",1,\"****\",7\r"},
      {"AT+CPWD=\"SC\",\"1234\",\"5678\"\r", "AT+CPWD=\"SC\",\"****\",\"****\"\r"},
      {"AT+CSTT=\"apn\",\"user\",\"a,b;c\"\r", "AT+CSTT=\"apn\",\"user\",\"*****\"\r"},
      {"\r\n+CSTT: \"apn\",\"user\",\"word\"\r\n\r\nOK\r\n", "\r\n+CSTT: \"apn\",\"user\",\"****\"\r\n\r\nOK\r\n"},
      {"AT+SAPBR=3,1,\"PWD\",\"word\"\r", "AT+SAPBR=3,1,\"PWD\",\"****\"\r"},
      {"AT+SAPBR=3,1,\"USER\",\"name\"\r", "AT+SAPBR=3,1,\"USER\",\"name\"\r"},
      {"AT\r\r\nOK\r\nat+cpin=1234\rATI\r", "AT\r\r\nOK\r\nat+cpin=****\rATI\r"},
      {"\r\nOK\r\natd*33*0000#\rD*33*0000#\r", "\r\nOK\r\natd*33*****#\rD*33*****#\r"},
      {"\r\nOK\r\n\r\n+FTPPW: word\r\n", "\r\nOK\r\n\r\n+FTPPW: ****\r\n"},
      {"\r\nUSER: name\r\nPWD: a b\r\n", "\r\nUSER: name\r\nPWD: * *\r\n"},
      {"AT+CSIM=26,\"A020000108313233340FFFFFFF\"\r", "AT+CSIM=26,\"A020000108****************\"\r"},
      {"AT+CSIM=14,\"A0A40000023F00\"\r", "AT+CSIM=14,\"A0A40000023F00\"\r"},
      {"ATD**04*1234*5678*5678#;\r", "ATD**04***************#;\r"},
      {"ATD*33*0000#\r", "ATD*33*****#\r"},
      {"ATD+420777123456;\r", "ATD+420777123456;\r"},
      {"ATD*21*+420777#\r", "ATD*21*+420777#\r"},
      {"\r\n+CPIN: READY\r\n", "\r\n+CPIN: READY\r\n"},
      {"\r\n+CLCK: 1,7\r\n", "\r\n+CLCK: 1,7\r\n"},
      {"AT+HTTPPARA=\"URL\",\"http://host:80/+CPIN=1\"\r", "AT+HTTPPARA=\"URL\",\"http://host:80/+CPIN=1\"\r"},
  };
  for (const Row& row : rows) {
    CHECK(masked(row.typed) == row.shown);
    CHECK(masked_slowly(row.typed) == row.shown);
  }
}

TEST_CASE("secrets: the bytes that were masked are counted") {
  SecretMask mask;
  std::string shown;
  CHECK(mask.mask("AT+CPIN=12", shown) == 2);
  CHECK(shown == "AT+CPIN=**");
  CHECK(mask.mask("34\r", shown) == 2);
  CHECK(shown == "**\r");
  CHECK(mask.mask("AT+CSQ\r", shown) == 0);
}

TEST_CASE("secrets: the password in a URL") {
  CHECK(masked_url("http://user:word@host/a:b@c") == "http://user:****@host/a:b@c");
  CHECK(masked_url("http://user@host:80/") == "http://user@host:80/");
  CHECK(masked_url("host:80/a@b") == "host:80/a@b");
  CHECK(masked_url("http://host:80/a@b") == "http://host:80/a@b");
}

}  // namespace
}  // namespace sim800
