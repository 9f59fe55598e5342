// FTP over libcurl: what is said to a server, and that bytes pass unchanged.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/support/ftp_client_fixture.hpp"

namespace {

using sim800::FtpOutcome;
using sim800::FtpPutOption;
using sim800::FtpRequest;
using sim800::FtpSession;
using sim800::FtpVerb;
namespace code = sim800::ftp_code;
using sim800::test::ftp_bytes;
using sim800::test::ftp_request;
using sim800::test::FtpClientFixture;
using sim800::test::FtpScript;
using sim800::test::FtpServer;
using sim800::test::run_until;

using Commands = std::vector<std::string>;

// The commands of a session, without the login and the number of a port.
Commands commands_for(FtpRequest request, FtpScript script = {}) {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, std::move(script));
  request.port = server.port();
  CHECK(fixture.run(std::move(request)).code == code::finished);
  run_until(fixture.loop, [&] { return server.ended == server.connections; });
  Commands rest = server.commands;
  REQUIRE(rest.size() > 4);
  CHECK(Commands(rest.begin(), rest.begin() + 3) == Commands{"USER user", "PASS secret", "PWD"});
  CHECK(rest.back() == "QUIT");
  return {rest.begin() + 3, rest.end() - 1};
}

FtpRequest unique(const FtpServer& server) {
  FtpRequest request = ftp_request(server.port(), FtpVerb::put);
  request.put_option = FtpPutOption::store_unique;
  request.path = "a";
  return request;
}

constexpr std::size_t sizes[] = {0, 1, 1360, 1460, 1461, 300'000};

}  // namespace

TEST_CASE("ftp: what is said to the server") {
  FtpRequest request = ftp_request(0);
  CHECK(commands_for(request) == Commands{"CWD /", "PASV", "TYPE I", "RETR 1K.txt"});
  request.ascii = true;
  CHECK(commands_for(request) == Commands{"CWD /", "PASV", "TYPE I", "TYPE A", "RETR 1K.txt"});
  request.ascii = false;
  request.offset = 300;
  request.path = "";
  CHECK(commands_for(request) == Commands{"PASV", "TYPE I", "REST 300", "RETR 1K.txt"});
  request.verb = FtpVerb::put;
  CHECK(commands_for(request) == Commands{"PASV", "TYPE I", "STOR 1K.txt"});
  request.put_option = FtpPutOption::append;
  CHECK(commands_for(request) == Commands{"PASV", "TYPE I", "APPE 1K.txt"});
  request.ascii = true;
  request.path = "a/b";
  CHECK(commands_for(request) == Commands{"CWD a/b", "PASV", "TYPE I", "TYPE A", "APPE 1K.txt"});
  request.verb = FtpVerb::list;
  CHECK(commands_for(request) == Commands{"CWD a/b", "PASV", "TYPE A", "LIST"});
  request.verb = FtpVerb::size;
  CHECK(commands_for(request) == Commands{"CWD a/b", "TYPE I", "SIZE 1K.txt"});
  request.verb = FtpVerb::dele;
  CHECK(commands_for(request) == Commands{"CWD a/b", "DELE 1K.txt"});
  request.verb = FtpVerb::mkd;
  CHECK(commands_for(request) == Commands{"MKD a/b"});
  request.verb = FtpVerb::rmd;
  CHECK(commands_for(request) == Commands{"RMD a/b"});
}

TEST_CASE("ftp: names and paths go out byte by byte") {
  for (const std::string text : {"a b", "/x/y", "50%", "%2F", "a#b?c", "a;type=a", "caf\xe9", "\xc3\xa9\xff", "-l", "*",
                                 "\"q\"", "a\\b", "~", "..", "/a/../b", "a//b", "[x]{y}", "\x7f", "@:&=+$,"}) {
    CAPTURE(text);
    FtpRequest request = ftp_request(0);
    request.path = text;
    request.name = text;
    CHECK(commands_for(request) == Commands{"CWD " + text, "PASV", "TYPE I", "RETR " + text});
    request.verb = FtpVerb::put;
    CHECK(commands_for(request) == Commands{"CWD " + text, "PASV", "TYPE I", "STOR " + text});
    request.verb = FtpVerb::dele;
    CHECK(commands_for(request) == Commands{"CWD " + text, "DELE " + text});
    request.verb = FtpVerb::mkd;
    CHECK(commands_for(request) == Commands{"MKD " + text});
  }
}

TEST_CASE("ftp 77: what no command can carry is not sent") {
  using namespace std::string_literals;
  FtpClientFixture fixture;
  FtpServer server(fixture.loop);
  const auto refused = [&](auto change) {
    FtpRequest request = ftp_request(server.port());
    change(request);
    CHECK(fixture.run(request).code == code::operate_error);
  };
  for (const std::string& text : {"a\rb"s, "a\nDELE b"s, "a\0b"s, "\x1f"s}) {
    refused([&](FtpRequest& request) { request.user = text; });
    refused([&](FtpRequest& request) { request.password = text; });
    refused([&](FtpRequest& request) { request.path = text; });
    refused([&](FtpRequest& request) { request.name = text; });
  }
  refused([](FtpRequest& request) { request.name = ""; });
  refused([](FtpRequest& request) { request.name = "dir/"; });
  refused([](FtpRequest& request) {
    request.verb = FtpVerb::mkd;
    request.path = "";
  });
  CHECK(server.connections == 0);
}

TEST_CASE("ftp: an empty user is anonymous, and an empty password is sent as one") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop);
  FtpRequest request = ftp_request(server.port());
  request.user = "";
  request.password = "";
  CHECK(fixture.run(request).code == code::finished);
  CHECK(server.has("USER anonymous"));
  CHECK(server.has("PASS "));
}

TEST_CASE("ftp: a user that needs no password") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.replies = {{"USER", "230 in\r\n"}}});
  CHECK(fixture.run(ftp_request(server.port())).code == code::finished);
  CHECK_FALSE(server.has("PASS secret"));
}

TEST_CASE("ftp: downloads and listings are byte-true, passive and active, binary and ASCII") {
  for (const std::size_t size : sizes) {
    for (const int way : {0, 1, 2, 3, 4, 5}) {
      CAPTURE(size);
      CAPTURE(way);
      FtpClientFixture fixture;
      FtpServer server(fixture.loop, {.data = ftp_bytes(size)});
      FtpRequest request = ftp_request(server.port(), way < 4 ? FtpVerb::get : FtpVerb::list);
      request.passive = way % 2 == 0;
      request.ascii = way == 2 || way == 3;
      CHECK(fixture.run(request).code == code::finished);
      CHECK(fixture.received == server.script.data);
      CHECK(fixture.max_readable <= FtpSession::window);
    }
  }
}

TEST_CASE("ftp: uploads are byte-true, passive and active, binary and ASCII") {
  for (const std::size_t size : sizes) {
    for (const int way : {0, 1, 2, 3}) {
      CAPTURE(size);
      CAPTURE(way);
      FtpClientFixture fixture;
      FtpServer server(fixture.loop);
      fixture.upload = ftp_bytes(size);
      FtpRequest request = ftp_request(server.port(), FtpVerb::put);
      request.passive = way % 2 == 0;
      request.ascii = way >= 2;
      fixture.start(request);
      CHECK(fixture.session->room() == 0);
      fixture.finish();
      CHECK(fixture.outcome->code == code::finished);
      CHECK(fixture.session->sent() == size);
      CHECK(server.stored == fixture.upload);
    }
  }
}

TEST_CASE("ftp: ten megabytes, both ways") {
  FtpClientFixture fixture;
  const std::string bytes = ftp_bytes(10'000'000);
  FtpServer server(fixture.loop, {.data = bytes});
  CHECK(fixture.run(ftp_request(server.port())).code == code::finished);
  CHECK((fixture.received == bytes));
  fixture.upload = bytes;
  CHECK(fixture.run(ftp_request(server.port(), FtpVerb::put)).code == code::finished);
  CHECK((server.stored == bytes));
}

TEST_CASE("ftp: a size told with 150 is not that of an ASCII transfer, nor of the rest of a file") {
  for (const bool ascii : {true, false}) {
    CAPTURE(ascii);
    FtpClientFixture fixture;
    FtpServer server(fixture.loop, {.opening = "150 go (10 bytes)\r\n", .data = "01234"});
    FtpRequest request = ftp_request(server.port());
    request.ascii = ascii;
    request.offset = ascii ? 0 : 5;
    CHECK(fixture.run(request).code == code::finished);
    CHECK(fixture.received == "01234");
  }
}

TEST_CASE("ftp: the size of a file") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop);
  server.script.replies["SIZE"] = "213 5000000000\r\n";
  const FtpOutcome outcome = fixture.run(ftp_request(server.port(), FtpVerb::size));
  CHECK(outcome.code == code::finished);
  CHECK(outcome.size == 5'000'000'000U);
  for (const std::string text : {"213 \r\n", "213 x\r\n", "213 -5\r\n", "213 99999999999999999999\r\n", "250 5\r\n"}) {
    CAPTURE(text);
    server.script.replies["SIZE"] = text;
    CHECK(fixture.run(ftp_request(server.port(), FtpVerb::size)).code == code::server_error);
  }
}

TEST_CASE("ftp: STOU is sent as it is, the server chooses the name") {
  for (const bool ascii : {false, true}) {
    FtpClientFixture fixture;
    FtpServer server(fixture.loop);
    server.script.opening = "150-wait\r\n150 FILE: 1K.txt.abc\r\n";
    fixture.upload = std::string(300'000, 'x') + "end";
    FtpRequest request = unique(server);
    request.ascii = ascii;
    CHECK(fixture.run(request).code == code::finished);
    CHECK((server.stored == fixture.upload));
    run_until(fixture.loop, [&] { return server.ended == 1; });
    CHECK(server.connections == 1);
    CHECK(server.commands == Commands{"USER user", "PASS secret", "PWD", "CWD a", ascii ? "TYPE A" : "TYPE I", "PASV",
                                      "STOU 1K.txt", "QUIT"});
  }
}

TEST_CASE("ftp: what becomes of STOU when the server refuses or breaks off") {
  const auto outcome = [](const std::function<void(FtpScript&)>& spoil) {
    FtpClientFixture fixture;
    FtpServer server(fixture.loop);
    spoil(server.script);
    fixture.upload = "hello";
    return fixture.run(unique(server)).code;
  };
  const auto refused = [&](const char* command, const char* reply) {
    return outcome([&](FtpScript& script) { script.replies[command] = reply; });
  };
  CHECK(refused("USER", "530 no\r\n") == code::user_error);
  CHECK(refused("PASS", "530 no\r\n") == code::password_error);
  CHECK(refused("CWD", "550 no\r\n") == code::operate_error);
  CHECK(refused("TYPE", "504 no\r\n") == code::type_error);
  CHECK(refused("PASV", "502 no\r\n") == code::passive_error);
  CHECK(refused("PASV", "227 what\r\n") == code::passive_error);
  CHECK(refused("PASV", "227 (127,0,0,1,0,1)\r\n") == code::passive_error);
  CHECK(refused("STOU", "502 what?\r\n") == code::operate_error);
  CHECK(refused("STOU", "421 bye\r\n") == code::server_error);
  CHECK(refused("STOU", "<html>\r\n") == code::server_error);
  CHECK(refused("STOU", "425 no\r\n") == code::passive_error);
  CHECK(outcome([](FtpScript& script) { script.closing = "451 no\r\n"; }) == code::upload_error);
  CHECK(outcome([](FtpScript& script) { script.replies["STOU"] = "", script.cut_at = "STOU"; }) == code::server_error);
  CHECK(outcome([](FtpScript& script) { script.closing = "", script.cut_at = "data"; }) == code::server_error);
  CHECK(outcome([](FtpScript& script) {
          script.data_limit = 1;
          script.data_end = FtpScript::End::reset;
          script.closing = "426 broken\r\n";
        }) == code::upload_error);
}

TEST_CASE("ftp: a session with STOU can be destroyed while it waits") {
  for (const std::string step : {"USER", "CWD", "PASV", "STOU", "nothing"}) {
    FtpClientFixture fixture;
    FtpServer server(fixture.loop);
    server.script.replies[step] = "";
    server.script.closing = "";
    fixture.upload = "hello";
    fixture.start(unique(server));
    const std::string last = step == "nothing" ? "STOU" : step;
    run_until(fixture.loop, [&] { return !server.commands.empty() && server.commands.back().starts_with(last); });
    fixture.session.reset();
    run_until(fixture.loop, [&] { return server.ended == 1; });
    CHECK_FALSE(fixture.outcome);
  }
}

TEST_CASE("ftp: in active mode STOU is sent as it is, too") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop);
  fixture.upload = std::string(300'000, 'x') + "end";
  FtpRequest request = unique(server);
  request.passive = false;
  CHECK(fixture.run(request).code == code::finished);
  CHECK((server.stored == fixture.upload));
  run_until(fixture.loop, [&] { return server.ended == 1; });
  REQUIRE(server.commands.size() == 8);
  CHECK(server.commands[5].starts_with("PORT 127,0,0,1,"));
  CHECK(server.commands ==
        Commands{"USER user", "PASS secret", "PWD", "CWD a", "TYPE I", server.commands[5], "STOU 1K.txt", "QUIT"});
}

TEST_CASE("ftp 76: STOU in active mode, where the server cannot or does not connect") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.connects = false});
  FtpRequest request = unique(server);
  request.passive = false;
  SUBCASE("PORT is refused") {
    server.script.replies["PORT"] = "500 no\r\n";
    CHECK(fixture.run(request).code == code::active_error);
  }
  SUBCASE("it cannot connect") {
    server.script.replies["STOU"] = "150 soon\r\n425 no connection\r\n";
    CHECK(fixture.run(request).code == code::active_error);
  }
  SUBCASE("it says so later") {
    fixture.start(request);
    run_until(fixture.loop, [&] { return fixture.session->awaits_connection(); });
    server.say("425 no connection\r\n");
    fixture.finish();
    CHECK(fixture.outcome->code == code::active_error);
  }
  SUBCASE("it leaves") {
    fixture.start(request);
    run_until(fixture.loop, [&] { return fixture.session->awaits_connection(); });
    server.close_control();
    fixture.finish();
    CHECK(fixture.outcome->code == code::server_error);
  }
  SUBCASE("nothing happens") {
    fixture.start(request);
    run_until(fixture.loop, [&] { return fixture.session->awaits_connection(); });
    fixture.session.reset();
    CHECK_FALSE(fixture.outcome);
  }
  CHECK(server.stored.empty());
}

TEST_CASE("ftp: a wrong address in the answer to PASV does not matter") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.data = "hello"});
  const auto port = server.data_port();
  server.script.replies["PASV"] =
      "227 (192,0,2,1," + std::to_string(port >> 8U) + "," + std::to_string(port & 255U) + ")\r\n";
  CHECK(fixture.run(ftp_request(server.port())).code == code::finished);
  CHECK(fixture.received == "hello");
}

TEST_CASE("ftp: names of the host map lead elsewhere, with their port") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.data = "hello"});
  sim800::RadioLink link(
      fixture.loop, {{"ftp.test", "127.0.0.1:" + std::to_string(server.port())}, {"*", "unresolvable"}}, fixture.clock);
  fixture.client = sim800::make_curl_ftp_client(fixture.loop, link);
  FtpRequest request = ftp_request(21);
  request.host = "ftp.test";
  for (const bool passive : {true, false}) {
    request.passive = passive;
    CHECK(fixture.run(request).code == code::finished);
    CHECK(fixture.received == "hello");
  }
}

TEST_CASE("ftp: replies of several lines, and in pieces") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.greeting = "220-hello\r\nanything\r\n 220 not yet\r\n220-more\r\n220 ready\r\n",
                                  .replies = {{"USER", "331-a\r\n331-b\r\n331 c\n"}},
                                  .data = "hello",
                                  .closing = "226-it\r\nis\r\n226 over\r\n"});
  CHECK(fixture.run(ftp_request(server.port())).code == code::finished);
  CHECK(fixture.received == "hello");
}

TEST_CASE("ftp: a slow reader holds the server back, and loses nothing") {
  FtpClientFixture fixture;
  fixture.reads = false;
  FtpServer server(fixture.loop, {.data = ftp_bytes(300'000)});
  fixture.start(ftp_request(server.port()));
  const std::size_t full = FtpSession::window - 16 * 1024;  // libcurl gives up to 16 KiB at a time
  run_until(fixture.loop, [&] { return fixture.session->readable().size() > full; });
  while (fixture.received.size() < server.script.data.size()) {
    run_until(fixture.loop, [&] { return !fixture.session->readable().empty(); });
    CHECK(fixture.session->readable().size() <= FtpSession::window);
    const auto part = fixture.session->readable().substr(0, 1460);
    fixture.received += part;
    fixture.session->consume(part.size());
  }
  fixture.finish();
  CHECK(fixture.outcome->code == code::finished);
  CHECK(fixture.received == server.script.data);
}

TEST_CASE("ftp: the end of a transfer is told before all of it is read") {
  FtpClientFixture fixture;
  fixture.reads = false;
  FtpServer server(fixture.loop, {.data = "hello"});
  fixture.start(ftp_request(server.port()));
  fixture.finish();
  CHECK(fixture.outcome->code == code::finished);
  CHECK(fixture.session->readable() == "hello");
  fixture.session->consume(2);
  CHECK(fixture.session->readable() == "llo");
}

TEST_CASE("ftp: an upload with pauses, and a server that takes it slowly") {
  FtpClientFixture fixture;
  fixture.writes = false;
  FtpServer server(fixture.loop, {.receive_buffer = 4096});
  fixture.upload = ftp_bytes(300'000);
  fixture.start(ftp_request(server.port(), FtpVerb::put));
  while (fixture.offered < fixture.upload.size()) {
    run_until(fixture.loop, [&] { return fixture.session->room() > 0; });
    CHECK(fixture.session->room() <= FtpSession::window);
    const auto count = std::min({fixture.session->room(), std::size_t{1360}, fixture.upload.size() - fixture.offered});
    fixture.session->write(std::string_view(fixture.upload).substr(fixture.offered, count));
    fixture.offered += count;
    // Everything has left: the session has nothing to do until more comes.
    if (fixture.offered % 3 == 0) run_until(fixture.loop, [&] { return fixture.session->sent() == fixture.offered; });
  }
  fixture.session->finish();
  CHECK(fixture.session->room() == 0);
  fixture.finish();
  CHECK(fixture.outcome->code == code::finished);
  CHECK(fixture.session->sent() == fixture.upload.size());
  CHECK(server.stored == fixture.upload);
}

TEST_CASE("ftp: what an upload counts as sent is no more than the server has got, also when all has been written") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.receive_buffer = 4096});
  fixture.upload = ftp_bytes(300'000);
  fixture.start(ftp_request(server.port(), FtpVerb::put));
  std::size_t ahead = 0;
  run_until(fixture.loop, [&] {
    const std::size_t sent = fixture.session->sent();
    ahead = std::max(ahead, sent - std::min(sent, server.stored.size()));
    return fixture.outcome.has_value();
  });
  CHECK(ahead < 100'000);  // what the buffers of the server hold
  CHECK(fixture.session->sent() == fixture.upload.size());
  CHECK(server.stored == fixture.upload);
}

TEST_CASE("ftp: a server that never answers QUIT holds nobody up") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.replies = {{"QUIT", ""}}, .data = "hello"});
  CHECK(fixture.run(ftp_request(server.port())).code == code::finished);
  CHECK(fixture.run(ftp_request(server.port(), FtpVerb::dele)).code == code::finished);
  run_until(fixture.loop, [&] { return server.ended == 2; });
  CHECK(server.has("QUIT"));
}

TEST_CASE("ftp: every reply is heard of") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop);
  server.script.replies["RMD"] = "";
  FtpRequest request = ftp_request(server.port(), FtpVerb::rmd);
  fixture.start(request);
  run_until(fixture.loop, [&] { return server.has("RMD /"); });
  const auto before = fixture.heard;
  CHECK(before > 0);
  server.say("250-still at it\r\n250 done\r\n");
  fixture.finish();
  CHECK(fixture.heard > before);
  CHECK(fixture.outcome->code == code::finished);
}

TEST_CASE("ftp: sessions side by side, and the client gone before them") {
  FtpClientFixture fixture;
  FtpServer one(fixture.loop, {.data = "one"});
  FtpServer two(fixture.loop, {.data = "two"});
  std::optional<FtpOutcome> other;
  auto session = fixture.client->start(ftp_request(two.port()),
                                       {.heard = {}, .changed = {}, .done = [&](FtpOutcome o) { other = o; }});
  fixture.start(ftp_request(one.port()));
  fixture.client.reset();
  run_until(fixture.loop, [&] { return fixture.outcome && other; });
  CHECK(fixture.received == "one");
  CHECK(session->readable() == "two");
}
