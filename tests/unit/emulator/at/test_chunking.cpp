// SPDX-License-Identifier: MIT
// What drivers send, replayed whole, byte by byte and in random pieces: the answers are the same.
#include <doctest/doctest.h>

#include <random>
#include <variant>
#include <vector>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

struct Payload {
  std::string bytes;
};
/// A line, which gets its end, or bytes for an open prompt.
using Item = std::variant<std::string, Payload>;

struct Stream {
  const char* name;
  std::vector<Item> items;
};

std::string all_bytes() {
  std::string bytes = "A\r\n\x1b\x1a+++\r\nAT+CPOWD=0\r\n\r\r\n\n";
  for (int value = 0; value < 256; ++value) bytes.push_back(static_cast<char>(value));
  return bytes;
}

const std::vector<Stream>& streams() {
  static const std::vector<Stream> recorded = {{"TinyGSM",
                                                {"AT",
                                                 "ATE0",
                                                 "AT+CMEE=0",
                                                 "AT+CLTS=1",
                                                 "AT+CBATCHK=1",
                                                 "AT+CPIN?",
                                                 "AT+GSN",
                                                 "ATI",
                                                 "AT+CREG?",
                                                 "AT+CSQ",
                                                 "AT+CGATT?",
                                                 "AT+CIPSHUT",
                                                 "AT+CGATT=0",
                                                 "AT+SAPBR=3,1,\"Contype\",\"GPRS\"",
                                                 "AT+SAPBR=3,1,\"APN\",\"internet\"",
                                                 "AT+SAPBR=3,1,\"USER\",\"\"",
                                                 "AT+CGDCONT=1,\"IP\",\"internet\"",
                                                 "AT+CGACT=1,1",
                                                 "AT+SAPBR=1,1",
                                                 "AT+SAPBR=2,1",
                                                 "AT+CGATT=1",
                                                 "AT+CIPMUX=1",
                                                 "AT+CCID"}},
                                               {"FONA",
                                                {"AT",
                                                 "AT",
                                                 "AT",
                                                 "ATE0",
                                                 "ATE0",
                                                 "AT+CVHU=0",
                                                 "ATI",
                                                 "AT+CPMS=\"SM\",\"SM\",\"SM\"",
                                                 "AT+CREG?",
                                                 "AT+CGATT=1",
                                                 "AT+SAPBR=3,1,\"CONTYPE\",\"GPRS\"",
                                                 "AT+SAPBR=1,1",
                                                 "AT+HTTPTERM",
                                                 "AT+HTTPINIT",
                                                 "AT+HTTPPARA=\"CID\"",
                                                 "AT+HTTPPARA=\"CID\",1",
                                                 "AT+HTTPPARA=\"UA\",\"FONA\"",
                                                 "AT+HTTPPARA=\"URL\",\"http://www.sim.com/post\"",
                                                 "AT+HTTPPARA=\"CONTENT\",\"text/plain\"",
                                                 "AT+HTTPDATA=" + std::to_string(all_bytes().size()) + ",10000",
                                                 Payload{all_bytes()},
                                                 "AT+HTTPACTION=1",
                                                 "AT+HTTPREAD",
                                                 "AT+HTTPTERM"}},
                                               {"ostaquet, with echo",
                                                {"AT",
                                                 "AT+CFUN=1",
                                                 "AT+CSQ",
                                                 "AT+CGMR",
                                                 "at+creg?",
                                                 "AT+SAPBR=3,1,\"Contype\",\"GPRS\"",
                                                 "AT+SAPBR=3,1,\"APN\",\"Internet.be\"",
                                                 "AT+SAPBR=1,1",
                                                 "AT+SAPBR=2,1",
                                                 "AT+HTTPINIT",
                                                 "AT+HTTPPARA=\"CID\",1",
                                                 "AT+HTTPPARA=\"URL\",\"https://postman-echo.com/post\"",
                                                 "AT+HTTPPARA=\"CONTENT\",\"application/json\"",
                                                 "AT+HTTPSSL=1",
                                                 "AT+HTTPDATA=12,10000",
                                                 Payload{"{\"a\":\"\r\n\x1a\n\"}"},
                                                 "",
                                                 "AT+HTTPACTION=1",
                                                 "AT+HTTPREAD",
                                                 "AT+HTTPTERM",
                                                 "AT+SAPBR=0,1"}},
                                               {"junk and chains",
                                                {"\x1b",
                                                 "AT",
                                                 std::string("AT+CSQ\0", 7),
                                                 "AT&FZE0&W",
                                                 "\x1a",
                                                 "",
                                                 "AT+CMEE=1;+CREG=2;+CREG?",
                                                 "junk",
                                                 "AT+NONE",
                                                 "ATE1V1;+CSQ;E0",
                                                 "AT+HTTPINIT",
                                                 "AT+HTTPDATA=3,10000",
                                                 Payload{"+++"},
                                                 "surplus",
                                                 "AT+HTTPREAD",
                                                 "AT+CSX\bQ",
                                                 "ATS5?",
                                                 "AT+CMEE=2",
                                                 "AT+SAPBR=1,1",
                                                 "AT+SAPBR=1,1;+SAPBR=2,1",
                                                 "A/",
                                                 "AT" + std::string(557, ' '),
                                                 "ATV0",
                                                 "AT+CSQ",
                                                 "ATV1"}}};
  return recorded;
}

std::string bytes_of(const Item& item, const std::string& end) {
  if (const auto* payload = std::get_if<Payload>(&item))
    return payload->bytes + end;  // drivers send a line end after it
  const std::string& line = std::get<std::string>(item);
  return line == "A/" ? line : line + end;
}

/// How a host's writes cut the stream: at fixed sizes, or by chance.
struct Cut {
  std::size_t size;  ///< 0: by chance
  unsigned seed = 0;
};

std::vector<std::string_view> pieces(std::string_view bytes, const Cut& cut) {
  std::mt19937 random(cut.seed);
  std::vector<std::string_view> all;
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(cut.size != 0 ? cut.size : 1 + random() % 40, bytes.size());
    all.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return all;
}

constexpr Cut whole{.size = 1'000'000};
constexpr Cut cuts[] = {{.size = 1},
                        {.size = 2},
                        {.size = 3},
                        {.size = 7},
                        {.size = 64},
                        {.size = 0, .seed = 1},
                        {.size = 0, .seed = 2},
                        {.size = 0, .seed = 3}};
const std::string ends[] = {"\r", "\n", "\r\n"};

void answer_request(ModuleFixture& fixture) {
  if (fixture.http.running > 0)
    fixture.http.answer({.status = 200, .head = {}, .body = "seen: " + fixture.http.sent_body});
}

/// Time stands still until the host has sent all of it.
std::string replay_at_once(const World& world, const Stream& stream, const std::string& end, const Cut& cut) {
  ModuleFixture fixture(world);
  std::string all;
  for (const Item& item : stream.items) all += bytes_of(item, end);
  for (const std::string_view piece : pieces(all, cut)) fixture.channel->receive(piece);
  std::string answers = fixture.port.take();
  for (int i = 0; i < 50; ++i) {
    answers += fixture.wait(10s);
    answer_request(fixture);
  }
  return answers;
}

/// The host waits for each answer; between two pieces of a line lies the time that `gap` says.
std::string replay_in_turn(const World& world, const Stream& stream, const std::string& end, const Cut& cut,
                           Duration gap) {
  ModuleFixture fixture(world);
  std::string answers;
  for (const Item& item : stream.items) {
    const std::string bytes = bytes_of(item, end);
    for (const std::string_view piece : pieces(bytes, cut)) {
      fixture.channel->receive(piece);
      fixture.clock.advance(gap);
    }
    answers += fixture.wait(3s);
    answer_request(fixture);
    answers += fixture.wait(3s);
  }
  return answers;
}

}  // namespace

TEST_CASE("sent at once: the same answers however the bytes are split") {
  for (const World& world : {World{}, ModuleFixture::instant()}) {
    for (const Stream& stream : streams()) {
      for (const std::string& end : ends) {
        const std::string expected = replay_at_once(world, stream, end, whole);
        for (const Cut& cut : cuts) {
          CAPTURE(stream.name);
          CAPTURE(end);
          CAPTURE(cut.size);
          CAPTURE(cut.seed);
          CHECK(replay_at_once(world, stream, end, cut) == expected);
        }
      }
    }
  }
}

TEST_CASE("sent in turn: the same answers at any rate, in field time and in none") {
  for (const Stream& stream : streams()) {
    for (const std::string& end : ends) {
      const std::string expected = replay_in_turn(World{}, stream, end, whole, 0s);
      for (const World& world : {World{}, ModuleFixture::instant()}) {
        for (const Cut& cut : cuts) {
          CAPTURE(stream.name);
          CAPTURE(end);
          CAPTURE(cut.size);
          CAPTURE(cut.seed);
          CHECK(replay_in_turn(world, stream, end, cut, 87us) == expected);  // a byte at 115200 baud
          CHECK(replay_in_turn(world, stream, end, cut, 0s) == expected);
        }
      }
    }
  }
}

TEST_CASE("CR and CR LF get the same answers; LF too, but that it is not echoed") {
  for (const Stream& stream : streams()) {
    CAPTURE(stream.name);
    const std::string with_cr = replay_in_turn(World{}, stream, "\r", whole, 0s);
    CHECK(replay_in_turn(World{}, stream, "\r\n", whole, 0s) == with_cr);
    const auto without_cr = [](std::string text) {
      std::erase(text, '\r');
      return text;
    };
    CHECK(without_cr(replay_in_turn(World{}, stream, "\n", whole, 0s)) == without_cr(with_cr));
  }
}

TEST_CASE("the payload is what was sent, and the answers are those of a module") {
  const Stream& fona = streams()[1];
  const std::string answers = replay_in_turn(World{}, fona, "\r\n", Cut{.size = 1}, 87us);
  const std::string seen = "seen: " + all_bytes();
  CHECK(answers.find("\r\nDOWNLOAD\r\n\r\nOK\r\n\r\nOK\r\n\r\n+HTTPACTION: 1,200," + std::to_string(seen.size()) +
                     "\r\n") != std::string::npos);
  CHECK(answers.find("\r\n+HTTPREAD: " + std::to_string(seen.size()) + "\r\n" + seen + "\r\nOK\r\n") !=
        std::string::npos);
}

TEST_CASE("a short mixed stream, every byte of its answers") {
  const Stream stream{"mixed",
                      {"AT", "ATE0", "at+csq;+creg?", "AT+HTTPINIT", "AT+HTTPDATA=5,1000", Payload{"A\n\r\x1bT"},
                       "AT+HTTPREAD", "AT+NONE"}};
  const std::string expected =
      "AT\rATE0\rat+csq;+creg?\rAT+HTTPINIT\rAT+HTTPDATA=5,1000\r\r\nOK\r\n\r\nOK\r\n"
      "\r\n+CSQ: 21,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\nOK\r\n\r\nDOWNLOAD\r\n\r\nOK\r\n"
      "\r\n+HTTPREAD: 5\r\nA\n\r\x1bT\r\nOK\r\n\r\nERROR\r\n";
  for (const Cut& cut : cuts) CHECK(replay_at_once(World{}, stream, "\r\n", cut) == expected);
}

}  // namespace sim800::test
