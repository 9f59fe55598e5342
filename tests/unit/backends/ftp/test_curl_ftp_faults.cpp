// What the link and faults do to an FTP session, at each of its phases, and what the server sees of it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>

#include "backends/link/relay.hpp"
#include "tests/support/fake_interference.hpp"
#include "tests/support/ftp_client_fixture.hpp"

namespace {

using namespace sim800;
using namespace sim800::test;
namespace code = sim800::ftp_code;
using Cut = Verdict::Cut;

struct WatchedFtp {
  explicit WatchedFtp(const LinkModel& model = {}) : link(fixture.loop, {}, clock, model) {
    fixture.client = make_curl_ftp_client(fixture.loop, link, &faults);
  }
  ~WatchedFtp() { fixture.session.reset(); }
  WatchedFtp(const WatchedFtp&) = delete;
  WatchedFtp& operator=(const WatchedFtp&) = delete;

  int run(FtpRequest request) { return fixture.run(std::move(request)).code; }
  template <class Condition>
  void until(Condition reached) {
    run_until(fixture.loop, reached);
  }
  void settle() {
    fixture.loop.restart();
    for (int quiet = 0; quiet < 3;) quiet = fixture.loop.poll() == 0 ? quiet + 1 : 0;
  }

  FakeInterference faults;
  VirtualClock clock;
  FtpClientFixture fixture;
  RadioLink link;
};

const std::vector<Phase> phases = {Phase::dns, Phase::connect, Phase::login, Phase::command, Phase::data};

FtpScript with_data(std::size_t count) {
  FtpScript script;
  script.data = ftp_bytes(count);
  script.opening = "150 go (" + std::to_string(count) + " bytes)\r\n";
  return script;
}

FtpRequest active(std::uint16_t port, FtpVerb verb) {
  FtpRequest request = ftp_request(port, verb);
  request.passive = false;
  return request;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("ftp link: both connections of a passive session pass the relay, either way") {
  WatchedFtp ftp;
  ftp.faults.watches = false;
  ftp.link.relay_always();
  FtpServer server(ftp.fixture.loop, with_data(1'000'000));
  CHECK(ftp.run(ftp_request(server.port())) == code::finished);
  CHECK((ftp.fixture.received == server.script.data));
  ftp.fixture.upload = ftp_bytes(1'000'000);
  CHECK(ftp.run(ftp_request(server.port(), FtpVerb::put)) == code::finished);
  CHECK((server.stored == ftp.fixture.upload));
  CHECK(ftp.run(ftp_request(server.port(), FtpVerb::size)) == code::finished);
}

TEST_CASE("ftp link: an active session tells the server an address that it can reach") {
  WatchedFtp ftp;
  ftp.faults.watches = false;
  ftp.link.relay_always();
  FtpServer server(ftp.fixture.loop, with_data(100'000));
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::list, FtpVerb::put}) {
    ftp.fixture.upload = ftp_bytes(100'000);
    CHECK(ftp.run(active(server.port(), verb)) == code::finished);
    if (verb != FtpVerb::put) CHECK((ftp.fixture.received == server.script.data));
  }
  CHECK((server.stored == ftp.fixture.upload));
}

TEST_CASE("ftp link: an active session's data take as long as the link does, and what it holds up stays") {
  WatchedFtp ftp({.latency = 2s});
  ftp.faults.watches = false;
  FtpServer server(ftp.fixture.loop, with_data(1'000));
  ftp.fixture.start(active(server.port(), FtpVerb::get));
  while (!server.has("RETR 1K.txt")) {
    REQUIRE(ftp.clock.now() < 1min);
    ftp.clock.advance(100ms);
    ftp.fixture.loop.restart();
    ftp.fixture.loop.run_for(std::chrono::milliseconds(1));
  }
  ftp.settle();
  CHECK(ftp.fixture.received.empty());
  ftp.clock.advance(999ms);
  ftp.settle();
  CHECK(ftp.fixture.received.empty());
  ftp.link.set_model({.latency = 2s, .blackhole = true});
  ftp.clock.advance(1min);
  ftp.settle();
  CHECK(ftp.fixture.received.empty());
  ftp.link.set_model({});
  ftp.until([&] { return ftp.fixture.received.size() == 1'000; });
  ftp.fixture.finish();
  CHECK(ftp.fixture.outcome->code == code::finished);
}

TEST_CASE("ftp link: with a relay, too, an active session lets in nobody but the server") {
  WatchedFtp ftp;
  ftp.faults.watches = false;
  ftp.link.relay_always();
  FtpServer server(ftp.fixture.loop, with_data(1'000));
  server.script.connects = false;
  ftp.fixture.start(active(server.port(), FtpVerb::get));
  ftp.until([&] { return server.has("RETR 1K.txt") && server.active(); });
  asio::ip::tcp::socket stranger(ftp.fixture.loop, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.2"), 0));
  stranger.async_connect(*server.active(), [&](std::error_code error) {
    std::error_code ignored;
    if (!error) stranger.write_some(asio::buffer("forged", 6), ignored);
  });
  ftp.settle();
  server.connect_active();
  ftp.fixture.finish();
  CHECK(ftp.fixture.outcome->code == code::finished);
  CHECK((ftp.fixture.received == server.script.data));
}

TEST_CASE("ftp link: STOU passes the relay, passive and active") {
  for (const bool passive : {true, false}) {
    WatchedFtp ftp;
    ftp.faults.watches = false;
    ftp.link.relay_always();
    FtpServer server(ftp.fixture.loop);
    ftp.fixture.upload = ftp_bytes(100'000);
    FtpRequest request = ftp_request(server.port(), FtpVerb::put);
    request.passive = passive;
    request.put_option = FtpPutOption::store_unique;
    CHECK(ftp.run(request) == code::finished);
    CHECK((server.stored == ftp.fixture.upload));
  }
}

TEST_CASE("ftp link: what is refused is refused") {
  WatchedFtp ftp;
  ftp.faults.watches = false;
  ftp.link.relay_always();
  CHECK(ftp.run(ftp_request(unused_port(ftp.fixture.loop))) == code::connect_error);
  FtpServer server(ftp.fixture.loop, with_data(10));
  const auto nobody = unused_port(ftp.fixture.loop);
  server.script.replies["PASV"] =
      "227 to (127,0,0,1," + std::to_string(nobody / 256) + "," + std::to_string(nobody % 256) + ")\r\n";
  CHECK(ftp.run(ftp_request(server.port())) == code::passive_error);
}

TEST_CASE("ftp link: bandwidth is that of the model") {
  WatchedFtp ftp({.down_kbps = 80});
  ftp.faults.watches = false;
  FtpServer server(ftp.fixture.loop, with_data(100'000));
  ftp.fixture.start(ftp_request(server.port()));
  while (!ftp.fixture.outcome) {
    REQUIRE(ftp.clock.now() < 1min);
    // The session has a thread of its own: it is given the time it needs for what has come.
    const auto before = ftp.fixture.received.size();
    ftp.clock.advance(100ms);
    ftp.fixture.loop.restart();
    ftp.fixture.loop.run_for(std::chrono::milliseconds(2));
    CHECK(ftp.fixture.received.size() - before <= 20'000);
  }
  CHECK(ftp.fixture.outcome->code == code::finished);
  CHECK(ftp.clock.now() >= 10s);
}

TEST_CASE("ftp faults: the phases are reached in their order, each once") {
  WatchedFtp ftp;
  FtpServer server(ftp.fixture.loop, with_data(100'000));
  CHECK(ftp.run(ftp_request(server.port())) == code::finished);
  CHECK((ftp.faults.phases == phases));
  CHECK(ftp.faults.kinds.at(0).user == TransferKind::User::ftp);
  CHECK(ftp.faults.kinds.at(0).verb == "get");
  ftp.faults.phases.clear();
  ftp.fixture.upload = ftp_bytes(100'000);
  CHECK(ftp.run(ftp_request(server.port(), FtpVerb::put)) == code::finished);
  CHECK((ftp.faults.phases == phases));
  CHECK(ftp.faults.kinds.at(1).verb == "put");
}

TEST_CASE("ftp faults: a code, or a failing name, ends it at any phase") {
  for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put}) {
    for (const Phase phase : phases) {
      CAPTURE(static_cast<int>(phase));
      WatchedFtp ftp;
      FtpServer server(ftp.fixture.loop, with_data(1'000));
      ftp.fixture.upload = "upload";
      ftp.faults.at_phase[phase] = end_with(72);
      CHECK(ftp.run(ftp_request(server.port(), verb)) == 72);
      CHECK(ftp.faults.phases.back() == phase);
      CHECK(server.has("USER user") == (phase == Phase::command || phase == Phase::data));
      ftp.faults.at_phase[phase] = dns_fails();
      CHECK(ftp.run(ftp_request(server.port(), verb)) == code::dns_error);
    }
  }
}

TEST_CASE("ftp faults: a cut hits the data connection in the data phase, the control connection before") {
  for (const Cut how : {Cut::close, Cut::reset}) {
    for (const FtpVerb verb : {FtpVerb::get, FtpVerb::put}) {
      for (const Phase phase : phases) {
        CAPTURE(static_cast<int>(how));
        CAPTURE(static_cast<int>(verb));
        CAPTURE(static_cast<int>(phase));
        WatchedFtp ftp;
        FtpServer server(ftp.fixture.loop, with_data(1'000));
        ftp.fixture.upload = "upload";
        ftp.faults.at_phase[phase] = cut(how);
        const int ended = ftp.run(ftp_request(server.port(), verb));
        if (phase == Phase::dns || phase == Phase::connect) {
          CHECK(ended == code::connect_error);
          CHECK(server.connections == 0);
        } else if (phase == Phase::data) {
          CHECK(ended == (verb == FtpVerb::get ? code::download_error : code::upload_error));
        } else {
          CHECK(ended == code::server_error);
          ftp.until([&] { return server.ended == 1; });
        }
      }
    }
  }
}

TEST_CASE("ftp faults: what is held goes on when its time has come, and not before") {
  for (const Phase phase : phases) {
    CAPTURE(static_cast<int>(phase));
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop, with_data(1'000));
    ftp.faults.at_phase[phase] = hold(10s);
    ftp.fixture.start(ftp_request(server.port()));
    ftp.until([&] { return ftp.faults.has(phase); });
    ftp.clock.advance(9'999ms);
    ftp.settle();
    CHECK_FALSE(ftp.fixture.outcome);
    CHECK(ftp.faults.phases.back() == phase);
    CHECK(ftp.fixture.received.empty());
    if (phase == Phase::login) CHECK(server.commands.empty());
    ftp.clock.advance(1ms);
    ftp.fixture.finish();
    CHECK(ftp.fixture.outcome->code == code::finished);
    CHECK((ftp.fixture.received == server.script.data));
  }
}

TEST_CASE("ftp faults: one that is held for good ends when it is destroyed") {
  const auto before = open_descriptors();
  for (const Phase phase : phases) {
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop, with_data(1'000));
    ftp.faults.at_phase[phase] = hold(Verdict::forever);
    ftp.fixture.start(ftp_request(server.port()));
    ftp.until([&] { return ftp.faults.has(phase); });
    ftp.clock.advance(24h);
    ftp.settle();
    CHECK_FALSE(ftp.fixture.outcome);
    ftp.fixture.session.reset();
    ftp.settle();
    CHECK_FALSE(ftp.fixture.outcome);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("ftp faults: a stop in the data is exact") {
  WatchedFtp ftp;
  FtpServer server(ftp.fixture.loop, with_data(100'000));
  ftp.faults.at_stop[{Direction::down, 40'000}] = hold(1min);
  ftp.fixture.start(ftp_request(server.port()));
  ftp.until([&] { return !ftp.faults.stops.empty(); });
  ftp.settle();
  CHECK(ftp.fixture.received.size() == 40'000);
  ftp.clock.advance(1min);
  ftp.fixture.finish();
  CHECK((ftp.fixture.received == server.script.data));
}

TEST_CASE("ftp faults: a download is cut at its byte, passive and active") {
  for (const Cut how : {Cut::close, Cut::reset}) {
    for (const bool passive : {true, false}) {
      WatchedFtp ftp;
      FtpServer server(ftp.fixture.loop, with_data(100'000));
      ftp.faults.at_stop[{Direction::down, 40'000}] = cut(how);
      FtpRequest request = ftp_request(server.port());
      request.passive = passive;
      CHECK(ftp.run(request) == code::download_error);
      CHECK(ftp.fixture.received.size() == 40'000);
    }
  }
}

TEST_CASE("ftp faults: truncated data end the transfer as the server sees it") {
  for (const Phase phase : phases) {
    CAPTURE(static_cast<int>(phase));
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop, with_data(100'000));
    ftp.faults.at_phase[phase] = truncate_after(40'000);
    CHECK(ftp.run(ftp_request(server.port())) == code::download_error);
    CHECK(ftp.fixture.received.size() == 40'000);
  }
}

TEST_CASE("ftp faults: the server has got of an upload what went before the cut, passive and active") {
  for (const Cut how : {Cut::close, Cut::reset}) {
    for (const bool passive : {true, false}) {
      WatchedFtp ftp;
      FtpServer server(ftp.fixture.loop);
      ftp.fixture.upload = ftp_bytes(100'000);
      ftp.faults.at_stop[{Direction::up, 40'000}] = cut(how);
      FtpRequest request = ftp_request(server.port(), FtpVerb::put);
      request.passive = passive;
      CHECK(ftp.run(request) == code::upload_error);
      ftp.until([&] { return !server.has_data(); });
      CHECK(server.stored.size() == 40'000);
    }
  }
}

TEST_CASE("ftp faults: at a byte count the host is held back until the fault has been asked") {
  for (const std::size_t block : {1'360U, 1'000U}) {  // the stop is within a block, or at its end
    CAPTURE(block);
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop);
    ftp.faults.at_stop[{Direction::up, 40'000}] = cut(Cut::reset);
    ftp.fixture.writes = false;
    ftp.fixture.start(ftp_request(server.port(), FtpVerb::put));
    const std::string bytes = ftp_bytes(block);
    std::size_t written = 0;
    while (!ftp.fixture.outcome) {
      ftp.until([&] { return ftp.fixture.outcome || ftp.fixture.session->room() >= block; });
      if (ftp.fixture.outcome) break;
      ftp.fixture.session->write(bytes);
      written += block;
    }
    CHECK(ftp.fixture.outcome->code == code::upload_error);
    CHECK(written == (40'000 + block - 1) / block * block);
  }
}

TEST_CASE("ftp faults: cut data have their own code, also with a server that leaves because of that") {
  for (const Cut how : {Cut::close, Cut::reset}) {
    for (const char* farewell : {"", "421 gone\r\n"}) {
      WatchedFtp ftp;
      FtpServer server(ftp.fixture.loop);
      server.script.closing = farewell;
      server.script.cut_at = "data";
      ftp.fixture.upload = ftp_bytes(100'000);
      ftp.faults.at_stop[{Direction::up, 40'000}] = cut(how);
      CHECK(ftp.run(ftp_request(server.port(), FtpVerb::put)) == code::upload_error);
    }
  }
}

TEST_CASE("ftp faults: at a byte count that lets the upload go on, the host goes on too") {
  WatchedFtp ftp;
  FtpServer server(ftp.fixture.loop);
  ftp.faults.at_stop[{Direction::up, 40'000}] = Verdict{};
  ftp.faults.at_stop[{Direction::up, 70'000}] = Verdict{};
  ftp.fixture.upload = ftp_bytes(100'000);
  CHECK(ftp.run(ftp_request(server.port(), FtpVerb::put)) == code::finished);
  CHECK((server.stored == ftp.fixture.upload));
  CHECK(ftp.faults.stops.size() == 2);
}

TEST_CASE("ftp link: what the relay has taken counts as sent once the server has it") {
  WatchedFtp ftp;
  ftp.faults.watches = false;
  ftp.link.relay_always();
  FtpServer server(ftp.fixture.loop);
  ftp.fixture.writes = false;
  ftp.fixture.start(ftp_request(server.port(), FtpVerb::put));
  ftp.until([&] { return ftp.fixture.session->room() > 0; });
  ftp.link.set_model({.blackhole = true});
  const std::string bytes = ftp_bytes(20'000);
  ftp.fixture.session->write(bytes);
  ftp.until([&] { return ftp.fixture.session->room() == FtpSession::window; });  // libcurl has it all
  ftp.settle();
  CHECK(ftp.fixture.session->sent() == 0);
  ftp.link.set_model({});
  ftp.until([&] { return ftp.fixture.session->sent() == bytes.size(); });
  ftp.fixture.session->finish();
  ftp.fixture.finish();
  CHECK(ftp.fixture.outcome->code == code::finished);
  CHECK((server.stored == bytes));
}

TEST_CASE("ftp faults: a running session can be interrupted") {
  for (const auto& [verdict, expected] :
       {std::pair{end_with(77), 77}, std::pair{cut(Cut::reset), code::download_error}}) {
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop, with_data(1'000));
    server.script.data_limit = 500;
    server.script.data_end = FtpScript::End::hold;
    ftp.fixture.start(ftp_request(server.port()));
    ftp.until([&] { return ftp.fixture.received.size() == 500; });
    ftp.faults.running->interrupt(verdict);
    ftp.fixture.finish();
    CHECK(ftp.fixture.outcome->code == expected);
  }
}

TEST_CASE("ftp faults: a fault may destroy the session as it is asked") {
  for (const Phase phase : phases) {
    CAPTURE(static_cast<int>(phase));
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop, with_data(1'000));
    ftp.faults.on_reached = [&](Phase now) {
      if (now == phase) ftp.fixture.session.reset();
    };
    ftp.fixture.start(ftp_request(server.port()));
    ftp.until([&] { return ftp.faults.has(phase); });
    ftp.settle();
    CHECK_FALSE(ftp.fixture.outcome);
  }
}

TEST_CASE("ftp faults: with TLS there is a phase of its own, before the handshake") {
  for (const FtpTls tls : {FtpTls::implicit, FtpTls::explicit_}) {
    WatchedFtp ftp;
    FtpServer server(ftp.fixture.loop);
    FtpRequest request = ftp_request(server.port());
    request.tls = tls;
    ftp.faults.at_phase[Phase::tls] = end_with(code::tls_no_channel);
    CHECK(ftp.run(request) == code::tls_no_channel);
    CHECK((ftp.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect, Phase::tls}));
    ftp.until([&] { return server.connections == 1; });
    ftp.settle();
    CHECK(server.commands.empty());
  }
}
