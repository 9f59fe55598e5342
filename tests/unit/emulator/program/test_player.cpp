// The player against modules that follow a script, on a socket pair.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "emulator/program/host_line.hpp"
#include "emulator/program/player.hpp"
#include "protocol/pattern.hpp"

namespace {

using sim800::parse_dialogue;
using sim800::Player;
using sim800::UniqueFd;

/// What a scripted module does: after it has read these bytes it writes those.
struct Turn {
  std::string reads, writes;
};

std::pair<UniqueFd, UniqueFd> socket_pair() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// A module on a thread of its own.  It hangs up when its script is over, unless told to stay until the host hangs up.
class ScriptedModule {
 public:
  ScriptedModule(UniqueFd line, std::vector<Turn> script, std::size_t write_size, bool stays)
      : thread_([line = std::move(line), script = std::move(script), write_size, stays] {
          for (const auto& turn : script)
            if (!read_exactly(line.get(), turn.reads) || !write_all(line.get(), turn.writes, write_size)) return;
          char byte = 0;
          while (stays && ::read(line.get(), &byte, 1) > 0) continue;
        }) {}
  ~ScriptedModule() { thread_.join(); }

 private:
  static bool read_exactly(int line, const std::string& wanted) {
    std::string got(wanted.size(), '\0');
    for (std::size_t have = 0; have < wanted.size();) {
      const auto count = ::read(line, got.data() + have, wanted.size() - have);
      if (count <= 0) return false;
      have += static_cast<std::size_t>(count);
    }
    return got == wanted;
  }
  static bool write_all(int line, std::string_view bytes, std::size_t size) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
      const auto piece = bytes.substr(0, size);
      if (::send(line, piece.data(), piece.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(piece.size())) return false;
    }
    return true;
  }
  std::thread thread_;
};

struct Scene {
  std::vector<Turn> script;
  std::size_t write_size = 1 << 20;
  bool stays = true;
  sim800::PlayerOptions options = {};
  int synchronise = 0;  ///< attempts
};

/// "ok", or the first difference.
std::string play(const std::string& dialogue, Scene scene) {
  auto [host, module] = socket_pair();
  const ScriptedModule scripted(std::move(module), std::move(scene.script), scene.write_size, scene.stays);
  const UniqueFd line = std::move(host);  // closed before the module's thread is joined
  Player player(line.get(), scene.options);
  if (scene.synchronise > 0 && !player.synchronise(scene.synchronise)) return "no OK";
  return player.play(parse_dialogue(dialogue, "d")).value_or("ok");
}

/// With a module that has said all it will ever say: ten seconds become a millisecond.
std::string play_said(const std::string& dialogue, const std::string& said) {
  auto [host, module] = socket_pair();
  REQUIRE(::write(module.get(), said.data(), said.size()) == static_cast<ssize_t>(said.size()));
  return Player(host.get(), {.time_scale = 0.0001}).play(parse_dialogue(dialogue, "d")).value_or("ok");
}

const std::string csq = "> AT+CSQ\n< +CSQ: 21,0\n< OK\n";
const std::string csq_answer = "\r\n+CSQ: 21,0\r\n\r\nOK\r\n";

}  // namespace

TEST_CASE("player: lines are compared without empty lines, echo skipped, in any split") {
  for (const std::size_t write_size : {1, 2, 3, 1000}) {
    CAPTURE(write_size);
    CHECK(play(csq, {.script = {{"AT+CSQ\r", csq_answer}}, .write_size = write_size}) == "ok");
    CHECK(play(csq + "> AT\n< OK\n", {.script = {{"AT+CSQ\r", "AT+CSQ\r" + csq_answer}, {"AT\r", "AT\r\r\nOK\r\n"}},
                                      .write_size = write_size}) == "ok");
  }
}

TEST_CASE("player: without verbose results a line ends at CR") {
  CHECK(play("> ATV0\n< 0\n> AT+CSQ\n< +CSQ: 21,0\n< 0",
             {.script = {{"ATV0\r", "ATV0\r0\r"}, {"AT+CSQ\r", "+CSQ: 21,0\r\n0\r"}}}) == "ok");
}

TEST_CASE("player: an echo that nothing follows is no line") {
  CHECK(play("> ATQ1\n> ATQ0\n< OK\n", {.script = {{"ATQ1\r", "ATQ1\r"}, {"ATQ0\r", "ATQ0\r\r\nOK\r\n"}}}) == "ok");
}

TEST_CASE("player: an answer that reads like the command is no echo") {
  CHECK(play("> AT\n< OK\n", {.script = {{"AT\r", "\r\nAT\r\n\r\nOK\r\n"}}}) == R"(d:2: expected "OK", got "AT")");
}

TEST_CASE("player: a line that differs is told with its place") {
  CHECK(play(csq, {.script = {{"AT+CSQ\r", "\r\n+CSQ: 99\x07,0\r\n\r\nOK\r\n"}}}) ==
        R"(d:2: expected "+CSQ: 21,0", got "+CSQ: 99\x07,0")");
  CHECK(play("> AT\n# why\n<~ O|K\n", {.script = {{"AT\r", "\r\nOK\r\n"}}}) == R"(d:3: expected /O|K/, got "OK")");
  CHECK(play("> AT\n<~ [A-Z]+\n", {.script = {{"AT\r", "\r\nOK\r\n"}}}) == "ok");
}

TEST_CASE("player: a line too many is a difference, before a command, a payload and the end") {
  const std::string more = "\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n";
  CHECK(play("> AT\n< OK\n> ATI\n< OK\n", {.script = {{"AT\r", more}}}) ==
        R"(d:3: expected nothing more before "ATI", got "+CMTI: "SM",1")");
  CHECK(play("> AT\n< OK\n>> 3 bytes\n", {.script = {{"AT\r", more}}}) ==
        R"(d:3: expected nothing more before the payload, got "+CMTI: "SM",1")");
  CHECK(play("> AT\n< OK\n", {.script = {{"AT\r", more}}}) ==
        R"(d:2: expected nothing more after this line, got "+CMTI: "SM",1")");
  CHECK(play_said("< OK\n", "\r\nOK\r\n\r\nbegun") == R"(d:1: expected nothing more after this line, got "begun")");
}

TEST_CASE("player: a long line is compared whole, and does not keep a pattern busy for ever") {
  const std::string text(60'000, 'A');
  const Scene scene{.script = {{"AT\r", "\r\n" + text + "\r\n"}}};
  CHECK(play("> AT\n< " + text + "\n", scene) == "ok");
  CHECK(play("> AT\n<~ (A*)*\n", scene) == "ok");
  CHECK(play("> AT\n<~ (A*)*B\n", scene).starts_with("d:2: expected /(A*)*B/, got \"AAA"));
}

TEST_CASE("player: lines to ignore are skipped everywhere") {
  Scene scene{.script = {{"AT+CSQ\r", "\r\nRDY\r\n" + csq_answer + "\r\n+CFUN: 1\r\n"}}};
  scene.options.ignore = {sim800::Pattern("RDY"), sim800::Pattern("\\+CFUN: .")};
  CHECK(play(csq, scene) == "ok");
  scene.options.ignore = {sim800::Pattern("RD"), sim800::Pattern("\\+CFUN: .")};
  CHECK(play(csq, scene) == R"(d:2: expected "+CSQ: 21,0", got "RDY")");
}

TEST_CASE("player: an answer is waited for 10 s, a URC after the final result 120 s") {
  const std::string soon = R"(expected "LATE", got nothing for 0.001 s)";
  const std::string late = R"(expected "LATE", got nothing for 0.012 s)";
  CHECK(play_said("> AT\n< LATE\n", "") == "d:2: " + soon);
  CHECK(play_said("< OK\n", "\r\nO") == R"(d:1: expected "OK", got "O" and then nothing for 0.001 s)");
  CHECK(play_said("< INFO\n< LATE\n", "\r\nINFO\r\n") == "d:2: " + soon);
  CHECK(play_said("< OK\n< LATE\n", "\r\nOK\r\n") == "d:2: " + late);
  CHECK(play_said("< ERROR\n< LATE\n", "\r\nERROR\r\n") == "d:2: " + late);
  CHECK(play_said("<~ .*\n< LATE\n", "\r\n+CME ERROR: 3\r\n") == "d:2: " + late);
  CHECK(play_said("<~ .*\n< URC\n< LATE\n", "\r\nOK\r\n\r\nURC\r\n") == "d:3: " + late);
  CHECK(play_said("< OK\n> ATI\n< LATE\n", "\r\nOK\r\n") == "d:3: " + soon);
}

TEST_CASE("player: a prompt is waited for, behind an echo or none") {
  for (const std::string echo : {"", "AT+CMGS=1\r"}) {
    CAPTURE(echo);
    for (const std::size_t write_size : {1, 1000}) {
      const Scene scene{.script = {{"AT+CMGS=1\r", echo + "\r\n> "}, {"Hi\x1a", "\r\n+CMGS: 1\r\n\r\nOK\r\n"}},
                        .write_size = write_size};
      CHECK(play("> AT+CMGS=1\n< > \n>= Hi\\x1a\n< +CMGS: 1\n< OK\n", scene) == "ok");
    }
  }
  CHECK(play("> AT+CMGS=1\n< > \n", {.script = {{"AT+CMGS=1\r", "\r\nERROR\r\n"}}}) ==
        R"(d:2: expected the prompt "> ", got "ERROR")");
  CHECK(play_said("< >\n", "\r\n>") == R"(d:1: expected the prompt "> ", got ">" and then nothing for 0.001 s)");
  CHECK(play_said("< >\n", "") == R"(d:1: expected the prompt "> ", got nothing for 0.001 s)");
}

TEST_CASE("player: the echo of a text at a prompt is skipped") {
  const std::string dialogue = "> AT+CMGS=1\n< > \n>= Hi\\x1a\n< +CMGS: 1\n< OK\n";
  for (const std::string said : {"\r\n+CMGS: 1\r\n\r\nOK\r\n", "Hi\r\n+CMGS: 1\r\n\r\nOK\r\n"}) {
    for (const std::size_t write_size : {1, 1000})
      CHECK(play(dialogue, {.script = {{"AT+CMGS=1\r", "\r\n> "}, {"Hi\x1a", said}}, .write_size = write_size}) ==
            "ok");
  }
}

TEST_CASE("player: one of several lines, or all of them in any order") {
  const std::string either = "<| OK\n<|~ \\+CME ERROR: .*\n";
  CHECK(play_said(either, "\r\nOK\r\n") == "ok");
  CHECK(play_said(either, "\r\n+CME ERROR: 3\r\n") == "ok");
  CHECK(play_said(either, "\r\nERROR\r\n") == R"(d:1: expected "OK" or /\+CME ERROR: .*/, got "ERROR")");
  const std::string all = "<& OK\n<&~ \\+U.*\n<& OK\n";
  CHECK(play_said(all, "\r\nOK\r\n\r\n+U: 1\r\n\r\nOK\r\n") == "ok");
  CHECK(play_said(all, "\r\n+U: 1\r\n\r\nOK\r\n\r\nOK\r\n") == "ok");
  CHECK(play_said(all, "\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n") == R"(d:1: expected /\+U.*/, got "OK")");
  CHECK(play_said("< A\n" + all, "\r\nA\r\n\r\nOK\r\n").starts_with(R"(d:2: expected /\+U.*/ or "OK", got nothing)"));
  CHECK(play("> AT+HTTPREAD\n<| +HTTPREAD: 5\n<| +HTTPREAD: 4\n<< * bytes\n< OK\n",
             {.script = {{"AT+HTTPREAD\r", "\r\n+HTTPREAD: 4\r\nABCD\r\nOK\r\n"}}}) == "ok");
}

TEST_CASE("player: the level of a modem line is waited for") {
  int asked = 0;
  Scene scene{.options = {.time_scale = 0.001}};
  scene.options.level = [&asked](const std::string& signal) {
    return signal == "DCD" ? std::optional(++asked >= 3) : std::nullopt;
  };
  CHECK(play("<! DCD off\n<! DCD on\n", scene) == "ok");
  CHECK(asked == 3);
  CHECK(play("<! DCD off\n", scene) == "d:1: expected DCD to be off, got on for 0.01 s");
  CHECK(play_said("<! DCD on\n", "") == "d:1: expected the line DCD, got a connection that has none");
}

TEST_CASE("player: a module that boots is asked until it has") {
  auto [host, module] = socket_pair();
  const ScriptedModule scripted(std::move(module),
                                {{"AT+CCALR?\r", "\r\n+CCALR: 0\r\n\r\nOK\r\n"},
                                 {"AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"},
                                 {"AT+CCALR?\r", "\r\n+CCALR: 1\r\n\r\nOK\r\n\r\nSMS Ready\r\n"},
                                 {"AT\r", "\r\nOK\r\n"}},
                                1000, true);
  const UniqueFd line = std::move(host);
  Player player(line.get(), {.time_scale = 0.05});
  player.await_boot();
  CHECK(player.play(parse_dialogue("> AT\n< OK\n", "d")).value_or("ok") == "ok");
}

TEST_CASE("player: a module that has booted, or has no card, is not asked any further") {
  using Script = std::vector<Turn>;
  for (const Script& script :
       {Script{{"AT+CCALR?\r", "\r\n+CCALR: 1\r\n\r\nOK\r\n"}}, Script{{"AT+CCALR?\r", "\r\nERROR\r\n"}},
        Script{{"AT+CCALR?\r", "\r\n+CCALR: 0\r\n\r\nOK\r\n"}, {"AT+CPIN?\r", "\r\n+CME ERROR: 10\r\n"}}}) {
    auto [host, module] = socket_pair();
    Script whole = script;
    whole.push_back({"AT\r", "\r\nOK\r\n"});
    const ScriptedModule scripted(std::move(module), whole, 1000, true);
    const UniqueFd line = std::move(host);
    Player player(line.get());
    player.await_boot();
    CHECK(player.play(parse_dialogue("> AT\n< OK\n", "d")).value_or("ok") == "ok");
  }
}

TEST_CASE("player: a wait is as long as asked for, however small the scale") {
  auto [host, module] = socket_pair();
  Player player(host.get(), {.time_scale = 0.0001, .least_wait = std::chrono::milliseconds(20)});
  CHECK(player.play(parse_dialogue("< OK\n", "d")) == R"(d:1: expected "OK", got nothing for 0.02 s)");
}

TEST_CASE("player: a payload begins right after its header line, whatever it holds") {
  const std::string payload = "\r\nOK\n";
  const std::string answer = "AT+HTTPREAD\r\r\n+HTTPREAD: 5\r\n" + payload + "\r\nOK\r\n";
  for (const std::size_t write_size : {1, 3, 1000}) {
    CAPTURE(write_size);
    const Scene scene{.script = {{"AT+HTTPREAD\r", answer}}, .write_size = write_size};
    CHECK(play("> AT+HTTPREAD\n< +HTTPREAD: 5\n<< 5 bytes\n< OK\n", scene) == "ok");
    CHECK(play("> AT+HTTPREAD\n<~ .*: [0-9]+\n# announced\n<< * bytes\n< OK\n", scene) == "ok");
    // What is shown as got is as much as had come.
    const std::string difference = play("> AT+HTTPREAD\n< +HTTPREAD: 5\n<< 6 bytes\n< OK\n", scene);
    CHECK(difference.starts_with(R"(d:4: expected "\r\n" and a line after the payload, got "\n)"));
  }
  CHECK(play("> A\n< +FTPGET: 2,2\n<< * bytes\n< OK\n", {.script = {{"A\r", "\r\n+FTPGET: 2,2\r\nOK\r\nOK\r\n"}}}) ==
        "ok");
}

TEST_CASE("player: a payload that is short, different or not announced is a difference") {
  CHECK(play_said("< N: 9\n<< 9 bytes\n", "\r\nN: 9\r\n12345") ==
        "d:2: expected 9 bytes, got 5 bytes and then nothing for 0.001 s");
  CHECK(play("> A\n< N: 9\n<< 9 bytes\n", {.script = {{"A\r", "\r\nN: 9\r\n12345"}}, .stays = false}) ==
        "d:3: expected 9 bytes, got 5 bytes and then the end of the connection");
  CHECK(play("> A\n< N: x\n<< * bytes\n", {.script = {{"A\r", "\r\nN: x\r\n12345"}}}) ==
        R"(d:3: expected a line that ends with a number of bytes, got "N: x")");
  CHECK(play("> A\n<~ N.*\n<< * bytes\n", {.script = {{"A\r", "\r\nN: 99999999999999999999\r\n12345"}}}) ==
        R"(d:3: expected a line that ends with a number of bytes, got "N: 99999999999999999999")");

  auto [host, module] = socket_pair();
  REQUIRE(::write(module.get(), "\r\nN: 4\r\nABXD", 12) == 12);
  const sim800::Dialogue dialogue{"d", {{1, sim800::ExpectLine{"N: 4"}}, {2, sim800::ExpectPayload{"ABCD"}}}};
  CHECK(Player(host.get()).play(dialogue) == R"(d:2: expected "CD" at byte 2 of the payload, got "XD")");
}

TEST_CASE("player: exact bytes are compared with echo and empty lines, in any split") {
  const std::string answer = "AT+CSQ\r" + csq_answer;
  const std::string exact = "> AT+CSQ\n<= AT+CSQ\\r\\r\\n+CSQ: 21,0\\r\\n\n<= \\r\\nOK\\r\\n\n";
  for (const std::size_t write_size : {1, 2, 3, 1000}) {
    CAPTURE(write_size);
    CHECK(play(exact, {.script = {{"AT+CSQ\r", answer}}, .write_size = write_size}) == "ok");
    CHECK(play("> AT+CSQ\n< +CSQ: 21,0\n<= \\r\\nOK\\r\\n\n> AT\n< OK\n",
               {.script = {{"AT+CSQ\r", answer}, {"AT\r", "AT\r\r\nOK\r\n"}}, .write_size = write_size}) == "ok");
    CHECK(play("> A\n<= A\\r\\r\\n> \n>= Hi\\x1a\n< OK\n",
               {.script = {{"A\r", "A\r\r\n> "}, {"Hi\x1a", "Hi\r\nOK\r\n"}}, .write_size = write_size}) ==
          R"(d:4: expected "OK", got "Hi")");
    CHECK(play("> A\n<= A\\r\\r\\n> \n>= Hi\\x1a\n<= Hi\n< OK\n",
               {.script = {{"A\r", "A\r\r\n> "}, {"Hi\x1a", "Hi\r\nOK\r\n"}}, .write_size = write_size}) == "ok");
  }
}

TEST_CASE("player: exact bytes that differ, are missing or too many are told") {
  CHECK(play_said("<= \\r\\nOK\\r\\n\n", "\r\n\r\nOK\r\n") == R"(d:1: expected "\r\nOK\r\n", got "\r\n\r\nOK\r\n")");
  CHECK(play_said("<= \\r\\n> \n", "\r\n>") == R"(d:1: expected "\r\n> ", got "\r\n>" and then nothing for 0.001 s)");
  CHECK(play_said("<= A\n", "") == R"(d:1: expected "A", got nothing for 0.001 s)");
  CHECK(play_said("<= \\r\\nOK\\r\\n\n<= A\n", "\r\nOK\r\n") == R"(d:2: expected "A", got nothing for 0.012 s)");
  CHECK(play_said("<= \\r\\nOK\\r\\n\n", "\r\nOK\r\n\r\n") ==
        R"(d:1: expected nothing more after this line, got "\r\n")");
  CHECK(play_said("<= \\r\\nOK\\r\\n\n>= A\n", "\r\nOK\r\n\r\n") ==
        R"(d:2: expected nothing more before the payload, got "\r\n")");
  CHECK(play_said("< A\n<= \\r\\nB\\r\\n\n", "\r\nA\r\n\r\n\r\nB\r\n") ==
        R"(d:2: expected "\r\nB\r\n", got "\r\n\r\nB\r\n")");
}

TEST_CASE("player: a pause lasts, and what comes in it is not lost") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(play_said("~ 100s\n< RDY\n", "\r\nRDY\r\n") == "ok");
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(10));
  CHECK(play_said("< OK\n~ 1s\n> AT\n", "\r\nOK\r\n\r\nRDY\r\n") ==
        R"(d:3: expected nothing more before "AT", got "RDY")");
}

TEST_CASE("player: a module that goes in a pause is a difference") {
  auto [host, module] = socket_pair();
  module = UniqueFd();
  Player player(host.get(), {.time_scale = 0.01});
  const sim800::Dialogue dialogue{"d", {{1, sim800::Pause{std::chrono::seconds(1)}}}};
  CHECK(player.play(dialogue).value_or("ok") == "d:1: expected a connection that lasts, got the end of the connection");
}

TEST_CASE("player: a payload larger than the line's buffers is sent whole") {
  std::string payload(1'000'000, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i);
  CHECK(play("> A\n< DOWNLOAD\n>> 1000000 bytes\n< OK\n",
             {.script = {{"A\r", "\r\nDOWNLOAD\r\n"}, {payload, "\r\nOK\r\n"}}}) == "ok");
}

TEST_CASE("player: a module that takes nothing more is a difference, not a hang") {
  auto [host, module] = socket_pair();
  Player player(host.get(), {.time_scale = 0.0001});
  const sim800::Dialogue dialogue{"d", {{1, sim800::SendPayload{std::string(10'000'000, 'x')}}}};
  const auto difference = player.play(dialogue).value_or("ok");
  CHECK(difference.starts_with("d:1: expected the module to take "));
  CHECK(difference.ends_with(" more bytes, got nothing for 0.001 s"));
}

TEST_CASE("player: a lost connection is a difference") {
  CHECK(play(csq, {.script = {{"AT+CSQ\r", "\r\n+CSQ: 21,0\r\n"}}, .stays = false}) ==
        R"(d:3: expected "OK", got the end of the connection)");
  auto [host, module] = socket_pair();
  module = UniqueFd();
  CHECK(Player(host.get()).play(parse_dialogue("> AT\n< OK\n", "d")) ==
        "d:1: expected the module to take 3 more bytes, got the end of the connection");
  CHECK_FALSE(Player(host.get()).synchronise(3));
}

TEST_CASE("player: synchronising drops all that came before the OK") {
  CHECK(play(csq, {.script = {{"AT\r", "half a li\r\nRDY\r\nAT\r\r\nOK\r\n"}, {"AT+CSQ\r", csq_answer}},
                   .synchronise = 1}) == "ok");
  CHECK(play(csq, {.script = {{"AT\r", "\r\nERROR\r\n"}},
                   .options = {.synchronise_wait = std::chrono::milliseconds(1)},
                   .synchronise = 2}) == "no OK");
}

TEST_CASE("player: answers to earlier attempts to synchronise are dropped") {
  auto [host, module] = socket_pair();
  const std::string_view said = "\r\nERROR\r\n\r\nOK\r\n\r\nOK\r\n";
  REQUIRE(::write(module.get(), said.data(), said.size()) == static_cast<ssize_t>(said.size()));
  Player player(host.get(), {.synchronise_wait = std::chrono::milliseconds(1)});
  CHECK(player.synchronise(2));
  CHECK_FALSE(player.play(parse_dialogue("> AT\n", "d")));
}

TEST_CASE("host line: a tty is opened raw at the rate asked for") {
  const UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(::grantpt(master.get()) == 0);
  REQUIRE(::unlockpt(master.get()) == 0);
  std::array<char, 64> name{};
  REQUIRE(::ptsname_r(master.get(), name.data(), name.size()) == 0);
  const auto port = sim800::open_serial(name.data(), 9600);
  termios settings{};
  REQUIRE(::tcgetattr(port.get(), &settings) == 0);
  CHECK(::cfgetospeed(&settings) == B9600);
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
  CHECK((settings.c_oflag & OPOST) == 0);
  CHECK_THROWS_AS(sim800::open_serial(name.data(), 12345), sim800::HostLineError);
  CHECK_THROWS_AS(sim800::open_serial("/dev/null", 9600), sim800::HostLineError);
}

TEST_CASE("host line: an address that cannot be connected to is told") {
  CHECK_THROWS_WITH_AS(sim800::connect_tcp("4711"), "4711: expected HOST:PORT", sim800::HostLineError);
  CHECK_THROWS_WITH_AS(sim800::connect_tcp(":4711"), ":4711: expected HOST:PORT", sim800::HostLineError);
}

TEST_CASE("host line: an emulator is ready when started, and gone afterwards") {
  const auto says = [](const char* lines) {
    return [lines] {
      std::fputs(lines, stdout);
      return 0;
    };
  };
  {
    const sim800::ChildEmulator child([&says] {
      says("pty a b\ntcp 127.0.0.1 4711\nready\n")();
      std::fflush(stdout);
      return ::pause();
    });
    CHECK(child.tcp_address() == "127.0.0.1:4711");
  }
  {
    const auto boots = [&says] {
      says("tcp 127.0.0.1 4711\n")();
      std::fflush(stdout);
      return ::pause();
    };
    CHECK(sim800::ChildEmulator(boots, sim800::ChildEmulator::Until::reachable).tcp_address() == "127.0.0.1:4711");
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
  CHECK_THROWS_WITH_AS(sim800::ChildEmulator(says("tcp 127.0.0.1 4711\n")), "the emulator ended before it was ready",
                       sim800::HostLineError);
  CHECK_THROWS_WITH_AS(sim800::ChildEmulator(says("ready\n")), "the emulator announced no TCP endpoint",
                       sim800::HostLineError);
}
