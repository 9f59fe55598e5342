// FTP over libcurl: what goes wrong, and the module's code for it (manual 12.2.14), each by real means.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "backends/ftp/ftp_control_connection.hpp"
#include "tests/support/ftp_client_fixture.hpp"

namespace {

using sim800::FtpPutOption;
using sim800::FtpRequest;
using sim800::FtpTls;
using sim800::FtpVerb;
namespace code = sim800::ftp_code;
using sim800::test::ftp_bytes;
using sim800::test::ftp_request;
using sim800::test::FtpClientFixture;
using sim800::test::FtpScript;
using sim800::test::FtpServer;
using sim800::test::run_until;
using sim800::test::unused_port;
using End = FtpScript::End;

constexpr FtpVerb verbs[] = {FtpVerb::get,  FtpVerb::put, FtpVerb::list, FtpVerb::size,
                             FtpVerb::dele, FtpVerb::mkd, FtpVerb::rmd};

// The code of a session with this script; the next one with the same client must work.
int code_for(FtpScript script, FtpRequest request = ftp_request(0), std::string upload = "hello") {
  FtpClientFixture fixture;
  fixture.upload = std::move(upload);
  FtpServer server(fixture.loop, std::move(script));
  request.port = server.port();
  const int result = fixture.run(request).code;
  FtpServer healthy(fixture.loop, {.data = "healthy"});
  CHECK(fixture.run(ftp_request(healthy.port())).code == code::finished);
  CHECK(fixture.received == "healthy");
  return result;
}

int code_for(FtpScript script, FtpVerb verb) { return code_for(std::move(script), ftp_request(0, verb)); }

FtpRequest active_request(FtpVerb verb = FtpVerb::get) {
  FtpRequest request = ftp_request(0, verb);
  request.passive = false;
  return request;
}

FtpScript replying(const std::string& command, std::string reply) {
  return {.replies = {{command, std::move(reply)}}, .data = "hello"};
}

}  // namespace

TEST_CASE("ftp 62: there is no such host") {
  using namespace std::string_literals;
  FtpClientFixture fixture({{"gone.test", "unresolvable"}, {"*", "refuse"}});
  for (const std::string& host : {"gone.test"s, ""s, "a b"s, "a\r\nQUIT"s, "a/b"s, "user@a"s, "a\0b"s, "%0d%0a"s}) {
    CAPTURE(host);
    FtpRequest request = ftp_request(21);
    request.host = host;
    CHECK(fixture.run(request).code == code::dns_error);
  }
}

TEST_CASE("ftp 63: refused and unreachable") {
  FtpClientFixture fixture({{"refuse.test", "refuse"}, {"192.0.2.1", "unresolvable"}});
  FtpRequest request = ftp_request(21);
  request.host = "refuse.test";
  CHECK(fixture.run(request).code == code::connect_error);
  request.host = "192.0.2.1";
  CHECK(fixture.run(request).code == code::connect_error);
  CHECK(fixture.run(ftp_request(unused_port(fixture.loop))).code == code::connect_error);
}

TEST_CASE("ftp: a black hole, which the service has to end") {
  FtpClientFixture fixture(sim800::HostMap{{"hole.test", "blackhole"}});
  FtpRequest request = ftp_request(21);
  request.host = "hole.test";
  fixture.start(request);
  fixture.loop.run();  // returns as there is nothing to wait for
  CHECK_FALSE(fixture.outcome);
  CHECK(fixture.session->room() == 0);
  fixture.session->finish();
  fixture.session.reset();
  CHECK_FALSE(fixture.outcome);
}

TEST_CASE("ftp 65: the control connection is cut, wherever it is") {
  CHECK(code_for({.greeting = "", .cut_at = "connect"}) == code::server_error);
  CHECK(code_for({.greeting = "220-half\r\n", .cut_at = "connect"}) == code::server_error);
  for (const std::string command : {"USER", "PASS", "PWD", "CWD", "PASV", "TYPE", "REST", "RETR"}) {
    CAPTURE(command);
    FtpScript script = replying(command, "");
    script.cut_at = command;
    FtpRequest request = ftp_request(0);
    request.offset = 1;
    CHECK(code_for(script, request) == code::server_error);
  }
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::list, FtpVerb::put}) {
    CHECK(code_for({.data = "hello", .closing = "", .cut_at = "data"}, verb) == code::server_error);
    CHECK(code_for({.data = "hello", .closing = "", .cut_at = "data"}, active_request(verb)) == code::server_error);
  }
}

TEST_CASE("ftp 65: the control connection is cut while data are awaited") {
  for (const bool passive : {true, false}) {
    FtpClientFixture fixture;
    FtpServer server(fixture.loop, {.data = "hello", .data_end = End::hold});
    FtpRequest request = ftp_request(server.port());
    request.passive = passive;
    SUBCASE("cut") {
      fixture.start(request);
      run_until(fixture.loop, [&] { return fixture.received == "hello"; });
      server.close_control();
    }
    SUBCASE("421") {
      fixture.start(request);
      run_until(fixture.loop, [&] { return fixture.received == "hello"; });
      server.say("421 too long\r\n");
    }
    SUBCASE("an upload that pauses, cut") {
      request.verb = FtpVerb::put;
      fixture.writes = false;
      fixture.start(request);
      run_until(fixture.loop, [&] { return fixture.session->room() > 0; });
      server.close_control();
    }
    SUBCASE("an upload that pauses, 421") {
      request.verb = FtpVerb::put;
      fixture.writes = false;
      fixture.start(request);
      run_until(fixture.loop, [&] { return fixture.session->room() > 0; });
      server.say("421 too long\r\n");
    }
    fixture.finish();
    CHECK(fixture.outcome->code == code::server_error);
  }
}

TEST_CASE("ftp 65: 421 at any time") {
  CHECK(code_for({.greeting = "421 full\r\n"}) == code::server_error);
  for (const std::string command : {"USER", "PASS", "PWD", "CWD", "PASV", "TYPE", "REST", "RETR"}) {
    CAPTURE(command);
    FtpRequest request = ftp_request(0);
    request.offset = 1;
    CHECK(code_for(replying(command, "421 leaving\r\n"), request) == code::server_error);
  }
  CHECK(code_for({.data = "hello", .closing = "421 leaving\r\n"}) == code::server_error);
  CHECK(code_for({.closing = "421 leaving\r\n"}, FtpVerb::put) == code::server_error);
}

TEST_CASE("ftp 65: answers that are none") {
  using namespace std::string_literals;
  for (const std::string& text : {"SSH-2.0-OpenSSH_9.2\r\n"s, "hello\r\n220 ready\r\n"s, "22\r\n"s, "220\r\n"s,
                                  "999 no\r\n"s, "\0\0\0\0\n"s, " 220 ready\r\n"s, "\x15\x03\x01\x00\x02\n"s}) {
    CAPTURE(text);
    CHECK(code_for({.greeting = text}) == code::server_error);
    CHECK(code_for(replying("PASS", text)) == code::server_error);
    CHECK(code_for(replying("RETR", text)) == code::server_error);
    CHECK(code_for({.data = "hello", .closing = text}) == code::server_error);
  }
}

TEST_CASE("ftp 65: an answer without end") {
  std::string lines;
  while (lines.size() < 100'000) lines += "220-and so on\r\n";
  CHECK(code_for({.greeting = lines}) == code::server_error);
  CHECK(code_for(replying("CWD", lines)) == code::server_error);
  CHECK(code_for({.data = "hello", .closing = lines}) == code::server_error);
  // A line that never ends leads nowhere; the service ends it.  Here the server does.
  CHECK(code_for({.greeting = "220-" + std::string(200'000, 'x'), .cut_at = "connect"}) == code::server_error);
}

TEST_CASE("ftp 70: a greeting that is a refusal, or another's") {
  for (const std::string text :
       {"500 no\r\n", "530 banned\r\n", "450-busy\r\n450 later\r\n", "120 soon\r\n", "331 hm\r\n"}) {
    CHECK(code_for({.greeting = text}) == code::reply_error);
  }
}

TEST_CASE("ftp 71 to 74: the step that is refused") {
  for (const FtpVerb verb : verbs) {
    CHECK(code_for(replying("USER", "530 who?\r\n"), verb) == code::user_error);
    CHECK(code_for(replying("USER", "430 who?\r\n"), verb) == code::user_error);
    CHECK(code_for(replying("PASS", "530 wrong\r\n"), verb) == code::password_error);
    CHECK(code_for(replying("PASS", "332 account?\r\n"), verb) == code::password_error);
  }
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put, FtpVerb::list, FtpVerb::size}) {
    CHECK(code_for(replying("TYPE", "504 no\r\n"), verb) == code::type_error);
  }
  FtpRequest request = ftp_request(0, FtpVerb::put);
  request.ascii = true;
  CHECK(code_for(replying("TYPE A", "504 no\r\n"), request) == code::type_error);
  request.verb = FtpVerb::get;
  request.offset = 5;
  CHECK(code_for(replying("REST", "502 no\r\n"), request) == code::rest_error);
}

TEST_CASE("ftp 75: passive mode does not come about") {
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put, FtpVerb::list}) {
    CHECK(code_for(replying("PASV", "502 no\r\n"), verb) == code::passive_error);
    CHECK(code_for(replying("PASV", "200 what?\r\n"), verb) == code::passive_error);
    for (const std::string text : {"227 nothing\r\n", "227 (1,2,3)\r\n", "227 (300,300,300,300,300,300)\r\n"}) {
      CAPTURE(text);
      CHECK(code_for(replying("PASV", text), verb) == code::passive_error);
    }
    asio::io_context loop;
    const auto port = unused_port(loop);
    const std::string address = std::to_string(port >> 8U) + "," + std::to_string(port & 255U);
    CHECK(code_for(replying("PASV", "227 (127,0,0,1," + address + ")\r\n"), verb) == code::passive_error);
  }
  CHECK(code_for(replying("RETR", "425 no connection\r\n")) == code::passive_error);
}

TEST_CASE("ftp 76: active mode does not come about") {
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put, FtpVerb::list}) {
    CHECK(code_for(replying("PORT", "500 no\r\n"), active_request(verb)) == code::active_error);
  }
  CHECK(code_for(replying("RETR", "425 no connection\r\n"), active_request()) == code::active_error);
  // The server agrees, and finds then that it cannot connect.
  CHECK(code_for(replying("RETR", "150 soon\r\n425 no connection\r\n"), active_request()) == code::active_error);
  CHECK(code_for(replying("STOR", "150 soon\r\n425 no connection\r\n"), active_request(FtpVerb::put)) ==
        code::active_error);
}

TEST_CASE("ftp 77: the operation is refused") {
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put, FtpVerb::list, FtpVerb::size, FtpVerb::dele}) {
    CHECK(code_for(replying("CWD", "550 no\r\n"), verb) == code::operate_error);
  }
  const std::pair<FtpVerb, std::string> commands[] = {
      {FtpVerb::get, "RETR"},  {FtpVerb::put, "STOR"}, {FtpVerb::list, "LIST"}, {FtpVerb::size, "SIZE"},
      {FtpVerb::dele, "DELE"}, {FtpVerb::mkd, "MKD"},  {FtpVerb::rmd, "RMD"}};
  for (const auto& [verb, command] : commands) {
    CAPTURE(command);
    CHECK(code_for(replying(command, "550 no\r\n"), verb) == code::operate_error);
    CHECK(code_for(replying(command, "550 no\r\n"), active_request(verb)) == code::operate_error);
    CHECK(code_for(replying(command, "500-what\r\nis that?\r\n500 no\r\n"), verb) == code::operate_error);
  }
  FtpRequest request = ftp_request(0, FtpVerb::put);
  request.put_option = FtpPutOption::append;
  CHECK(code_for(replying("APPE", "553 no\r\n"), request) == code::operate_error);
}

TEST_CASE("ftp 78: an upload breaks") {
  for (const FtpRequest& request : {ftp_request(0, FtpVerb::put), active_request(FtpVerb::put)}) {
    const std::string bytes = ftp_bytes(5'000'000);
    CHECK(code_for({.data_limit = 1000, .data_end = End::reset, .closing = "426 broken\r\n"}, request, bytes) ==
          code::upload_error);
    CHECK(code_for({.data_limit = 1000, .closing = "552 full\r\n"}, request, bytes) == code::upload_error);
    CHECK(code_for({.closing = "426 broken\r\n"}, request) == code::upload_error);
    CHECK(code_for({.closing = "451 broken\r\n"}, request) == code::upload_error);
    CHECK(code_for({.closing = "552 full\r\n"}, request) == code::upload_error);
  }
}

TEST_CASE("ftp 78: the server gives up while the upload pauses") {
  for (const bool passive : {true, false}) {
    FtpClientFixture fixture;
    fixture.writes = false;
    FtpServer server(fixture.loop);
    FtpRequest request = ftp_request(server.port(), FtpVerb::put);
    request.passive = passive;
    fixture.start(request);
    run_until(fixture.loop, [&] { return fixture.session->room() > 0 && server.has_data(); });
    server.reset_data();
    fixture.finish();
    CHECK(fixture.outcome->code == code::upload_error);
  }
}

TEST_CASE("ftp 79: a download breaks") {
  for (FtpRequest request : {ftp_request(0), active_request(), ftp_request(0, FtpVerb::list)}) {
    for (const std::string text : {"426 broken\r\n", "451 broken\r\n", "500 broken\r\n"}) {
      CHECK(code_for({.data = "hello", .closing = text}, request) == code::download_error);
    }
    CHECK(code_for({.data = ftp_bytes(5'000'000), .data_limit = 1'000'000, .data_end = End::reset}, request) ==
          code::download_error);
  }
  CHECK(code_for({.opening = "150 go (6 bytes)\r\n", .data = "hello"}) == code::download_error);
  CHECK(code_for({.opening = "150 go (5 bytes)\r\n", .data = "hello"}) == code::finished);
}

TEST_CASE("ftp: replies out of order") {
  // Each is taken for the answer to the command that is under way.
  CHECK(code_for({.greeting = "220 ready\r\n530 no\r\n"}) == code::user_error);
  CHECK(code_for(replying("USER", "331 a\r\n530 b\r\n")) == code::password_error);
  CHECK(code_for(replying("CWD", "226 done\r\n150 go\r\n550 no\r\n")) != code::finished);
  CHECK(code_for(replying("RETR", "226 done\r\n")) == code::operate_error);
  CHECK(code_for(replying("PASS", "227 (127,0,0,1,1,1)\r\n")) != code::password_error);
}

TEST_CASE("ftp 80: no TLS channel") {
  FtpRequest request = ftp_request(0);
  request.tls = FtpTls::explicit_;
  CHECK(code_for(replying("AUTH", "502 no\r\n"), request) == code::tls_no_channel);
  CHECK(code_for(replying("AUTH", "234 but not really\r\n220 hello\r\n"), request) == code::tls_no_channel);
  FtpScript cut = replying("AUTH", "234 go\r\n");
  cut.cut_at = "AUTH";
  CHECK(code_for(cut, request) == code::tls_no_channel);
  request.tls = FtpTls::implicit;
  CHECK(code_for({}, request) == code::tls_no_channel);
  CHECK(code_for({.greeting = "", .cut_at = "connect"}, request) == code::tls_no_channel);
}

TEST_CASE("ftp: a session can be destroyed at any step, and from within its events") {
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put, FtpVerb::list, FtpVerb::size}) {
    for (const bool passive : {true, false}) {
      std::size_t cancelled = 0;
      for (std::size_t steps = 0;; ++steps) {
        FtpClientFixture fixture;
        fixture.upload = fixture.received = ftp_bytes(200'000);
        FtpServer server(fixture.loop, {.data = ftp_bytes(200'000)});
        FtpRequest request = ftp_request(server.port(), verb);
        request.passive = passive;
        fixture.start(request);
        for (std::size_t i = 0; i < steps && !fixture.outcome; ++i) fixture.loop.run_one();
        if (fixture.outcome) break;
        ++cancelled;
        fixture.session.reset();
        fixture.loop.poll();
        CHECK_FALSE(fixture.outcome);
        run_until(fixture.loop, [&] { return server.ended == server.connections; });
      }
      CHECK(cancelled > 3);
    }
  }
  for (const int event : {0, 1, 2}) {
    FtpClientFixture fixture;
    FtpServer server(fixture.loop, {.data = "hello"});
    bool destroyed = false;
    std::unique_ptr<sim800::FtpSession> session;
    const auto destroy = [&] {
      session.reset();
      destroyed = true;
    };
    sim800::FtpEvents events;
    if (event == 0) events.heard = destroy;
    if (event == 1) events.changed = destroy;
    if (event == 2) events.done = [&](sim800::FtpOutcome) { destroy(); };
    session = fixture.client->start(ftp_request(server.port()), std::move(events));
    run_until(fixture.loop, [&] { return destroyed && server.ended == 1; });
  }
}

TEST_CASE("ftp: a session destroyed while it waits for either side") {
  SUBCASE("its reader") {
    FtpClientFixture fixture;
    fixture.reads = false;
    FtpServer server(fixture.loop, {.data = ftp_bytes(1'000'000)});
    fixture.start(ftp_request(server.port()));
    run_until(fixture.loop, [&] { return fixture.session->readable().size() > 40'000; });
    fixture.session.reset();
    run_until(fixture.loop, [&] { return server.ended == 1; });
  }
  SUBCASE("its writer") {
    FtpClientFixture fixture;
    fixture.writes = false;
    FtpServer server(fixture.loop);
    fixture.start(ftp_request(server.port(), FtpVerb::put));
    run_until(fixture.loop, [&] { return fixture.session->room() > 0; });
    fixture.session.reset();
    run_until(fixture.loop, [&] { return server.ended == 1; });
  }
  SUBCASE("a reply, the last one, a connection") {
    for (const auto& script : {FtpScript{.greeting = ""}, replying("USER", ""), replying("PASV", ""),
                               replying("RETR", ""), FtpScript{.closing = ""}, FtpScript{.connects = false}}) {
      FtpClientFixture fixture;
      FtpServer server(fixture.loop, script);
      FtpRequest request = script.connects ? ftp_request(server.port()) : active_request();
      request.port = server.port();
      fixture.start(request);
      const std::string last = script.greeting.empty() ? "" : script.replies.empty() ? "RETR 1K.txt" : "";
      run_until(fixture.loop, [&] {
        if (!last.empty()) return server.has(last);
        if (script.greeting.empty()) return server.connections == 1;
        const std::string& silent = script.replies.begin()->first;
        return !server.commands.empty() && server.commands.back().starts_with(silent);
      });
      fixture.session.reset();
      run_until(fixture.loop, [&] { return server.ended == 1; });
      CHECK_FALSE(fixture.outcome);
    }
  }
}

TEST_CASE("ftp 76: where nobody ever connects, the service is told what is awaited") {
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put}) {
    FtpClientFixture fixture;
    FtpServer server(fixture.loop, {.data = "hello", .connects = false});
    FtpRequest request = active_request(verb);
    request.port = server.port();
    fixture.start(request);
    CHECK_FALSE(fixture.session->awaits_connection());
    run_until(fixture.loop, [&] { return fixture.session->awaits_connection(); });
    server.connect_active();
    run_until(fixture.loop, [&] { return !fixture.session->awaits_connection(); });
    fixture.finish();
    CHECK(fixture.outcome->code == code::finished);
  }
}

TEST_CASE("ftp: in active mode a stranger from another address is not let in") {
  FtpClientFixture fixture;
  FtpServer server(fixture.loop, {.data = "hello", .connects = false});
  FtpRequest request = active_request();
  request.port = server.port();
  fixture.start(request);
  run_until(fixture.loop, [&] { return server.has("RETR 1K.txt") && server.active(); });
  asio::ip::tcp::socket stranger(fixture.loop, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.2"), 0));
  stranger.async_connect(*server.active(), [&](std::error_code error) {
    std::error_code ignored;
    if (!error) stranger.write_some(asio::buffer("forged", 6), ignored);
  });
  for (int turns = 0; turns < 100; ++turns) fixture.loop.poll();
  server.connect_active();
  fixture.finish();
  CHECK(fixture.outcome->code == code::finished);
  CHECK(fixture.received == "hello");
}

TEST_CASE("ftp: a reply is complete with its last line") {
  sim800::FtpControlConnection control;
  CHECK(control.received("220-Welcome\r\n"));
  CHECK_FALSE(control.complete());
  CHECK(control.received(" to\r\n"));
  CHECK_FALSE(control.complete());
  CHECK(control.received("220 all\r\n"));
  CHECK(control.complete());
}
