// The TCP endpoint: one client at a time, half-closed connections, and output that nobody takes.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstring>

#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

struct TcpFixture : Fixture {
  TcpFixture() {
    endpoint = open_tcp(loop, "127.0.0.1:0");
    endpoint->attach(user);
  }
  UniqueFd connect() const { return connected_to_port(*endpoint); }
  /// A client that is in the log already.
  UniqueFd connected() {
    UniqueFd host = connect();
    run_until_log("+");
    user.log.clear();
    return host;
  }
  void echo() {
    user.on_receive = [this](std::string_view bytes) { endpoint->send(bytes); };
  }
};

TEST_CASE("tcp: addresses") {
  asio::io_context loop;
  const auto announced = [&](const std::string& address) { return words(open_tcp(loop, address)->announcement()); };
  CHECK(announced("127.0.0.1:0")[1] == "127.0.0.1");
  CHECK(announced("127.0.0.1:0")[2] != "0");
  CHECK(announced(":0")[1] == "127.0.0.1");
  CHECK(announced("localhost:0")[1] == "localhost");
  CHECK(announced("[::1]:0")[1] == "::1");
  CHECK(open_tcp(loop, "localhost:0")->name() == "tcp:localhost:0");
  CHECK(open_tcp(loop, "localhost:0", 2)->name() == "tcp:localhost:0#2");
  for (const std::string wrong : {"", "localhost", "localhost:", "localhost:x", "localhost:1x", "localhost:65536",
                                  "localhost:-1", "::1:0", "[::1:0", "*:0", "192.0.2.1:0"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(open_tcp(loop, wrong), EndpointError);
  }
  const auto first = open_tcp(loop, "127.0.0.1:0");
  const std::string taken = "127.0.0.1:" + words(first->announcement())[2];
  CHECK_THROWS_WITH_AS(open_tcp(loop, taken), doctest::Contains(taken.c_str()), EndpointError);
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a client arrives, is answered and leaves") {
  echo();
  {
    const UniqueFd host = connect();
    write(host.get(), "AT\r");
    CHECK(read(host.get(), 3) == "AT\r");
  }
  run_until_log("+AT\r-");
  const UniqueFd next = connect();
  write(next.get(), "AT\r");
  CHECK(read(next.get(), 3) == "AT\r");
  CHECK(user.log == "+AT\r-+AT\r");
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a second client is told so and closed, and its bytes go nowhere") {
  const UniqueFd host = connected();
  const UniqueFd second = connect();
  write(second.get(), pattern(1000));
  CHECK(read(second.get(), 100) == "busy\r\n");
  write(host.get(), "AT\r");
  run_until_log("AT\r");
  std::vector<UniqueFd> many;
  for (int count = 0; count < 20; ++count) many.push_back(connect());
  for (const UniqueFd& one : many) CHECK(read(one.get(), 6) == "busy\r\n");
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a client that ends its sending still gets its answers") {
  const UniqueFd host = connect();
  write(host.get(), "AT\r");
  shutdown(host.get(), SHUT_WR);
  run_until_log("+AT\r-");
  endpoint->send("\r\nOK\r\n");
  CHECK(read(host.get(), 6) == "\r\nOK\r\n");
  endpoint->send("RING\r\n");
  CHECK(read(host.get(), 6) == "RING\r\n");
  const std::string text = pattern(400'000);
  endpoint->send(text);
  CHECK((read(host.get(), text.size()) == text));

  const UniqueFd next = connect();
  CHECK(read(host.get(), 1).empty());
  endpoint->send("2");
  CHECK(read(next.get(), 1) == "2");
  CHECK(user.log == "+AT\r-~+");
  CHECK(user.lost == 0);
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: what is sent after a client went is the next client's, with nothing missing") {
  {
    const UniqueFd host = connected();
  }
  run_until_log("-");
  for (int line = 0; line < 100; ++line) {
    endpoint->send("line " + std::to_string(line) + "\r\n");
    if (line % 10 == 0) settle();
  }
  const UniqueFd next = connect();
  std::string expected;
  for (int line = 0; line < 100; ++line) expected += "line " + std::to_string(line) + "\r\n";
  CHECK(read(next.get(), expected.size()) == expected);
  CHECK(user.lost == 0);
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a client that reset its connection leaves what was queued to the next") {
  {
    const UniqueFd host = connected();
    const linger at_once{1, 0};
    setsockopt(host.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  run_until_log("-");
  endpoint->send("RING\r\n");
  CHECK(endpoint->unsent() == 6);
  CHECK(read(connect().get(), 6) == "RING\r\n");
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: the next client gets in right after the one before, which is dealt with first") {
  for (int round = 0; round < 20; ++round) {
    user.log.clear();
    write(connect().get(), "one");
    write(connect().get(), "two");
    run_until_log("+one-+two-");
  }
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: the next client waits for the last bytes of the one before, wanted or not") {
  UniqueFd host = connected();
  user.wanting = false;
  endpoint->input_wanted();
  write(host.get(), "one");
  settle();
  host = UniqueFd();
  const UniqueFd next = connect();
  write(next.get(), "two");
  settle();
  CHECK(user.log.substr(0, 4) == "");
  user.wanting = true;
  endpoint->input_wanted();
  CHECK(user.log.empty());
  run_until_log("one-+two");
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: input and its end wait until they are wanted") {
  for (const std::size_t size : {0U, 1U, 255U, 256U, 257U, 512U, 5000U}) {
    CAPTURE(size);
    UniqueFd host = connected();
    user.wanting = false;
    write(host.get(), pattern(size));
    settle();
    host = UniqueFd();
    settle();
    CHECK(user.log.empty());
    user.wanting = true;
    endpoint->input_wanted();
    CHECK(user.log.empty());  // never from inside
    run_until_log(pattern(size) + "-");
    user.log.clear();
  }
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: nobody there: the last 64 KiB are kept and the rest is counted") {
  const std::string text = pattern(200'000);
  for (std::size_t at = 0; at < text.size(); at += 1000) endpoint->send(text.substr(at, 1000));
  CHECK(user.lost == text.size() - 64 * 1024);
  const UniqueFd host = connect();
  CHECK((read(host.get(), 64 * 1024) == text.substr(text.size() - 64 * 1024)));
  CHECK(user.log == "+~");
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a slow reader that goes leaves 64 KiB to the next") {
  UniqueFd host = connected();
  const std::string text = pattern(1024 * 1024);
  while (endpoint->unsent() < text.size()) {
    endpoint->send(text);
    settle();
  }
  const std::size_t lost = user.lost;
  host = UniqueFd();
  run_until([&] { return endpoint->unsent() == 64 * 1024; });
  CHECK(user.lost >= lost + text.size() - 64 * 1024);
  const UniqueFd next = connect();
  CHECK((read(next.get(), 64 * 1024) == text.substr(text.size() - 64 * 1024)));
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a megabyte comes in and goes out as it is") {
  echo();
  const UniqueFd host = connected();
  const std::string text = pattern(1024 * 1024);
  std::string back;
  for (std::size_t at = 0; at < text.size(); at += 65536) {
    write(host.get(), std::string_view(text).substr(at, 65536));
    back += read(host.get(), 65536);
  }
  CHECK((user.log == text));
  CHECK((back == text));
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: without descriptors for a client the loop does not spin, and takes it later") {
  const UniqueFd host = connect();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const UniqueFd lowest(dup(host.get()));
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest.get());
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  settle();  // would never come back
  CHECK(user.log.empty());
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  run_until_log("+");
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: it may be destroyed at any time") {
  const UniqueFd host = connected();
  const UniqueFd second = connect();
  settle();
  SUBCASE("from within receive()") {
    user.on_receive = [&](std::string_view) { endpoint.reset(); };
    write(host.get(), "AT\r");
    run_until_log("AT\r");
  }
  SUBCASE("with a client that was sent away") { CHECK(read(second.get(), 6) == "busy\r\n"); }
  SUBCASE("with a client that is leaving, and output on its way") {
    shutdown(host.get(), SHUT_WR);
    run_until_log("-");
    endpoint->send(pattern(100'000));
  }
  SUBCASE("with events that are not dealt with yet") { write(host.get(), "AT\r"); }
  endpoint.reset();
  settle();
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a client that leaves its answers unread frees the line for the next one") {
  UniqueFd host = connected();
  user.wanting = false;  // as a channel does that waits for the host to read
  endpoint->input_wanted();
  write(host.get(), "one");
  while (endpoint->unsent() <= Port::congested_at) {
    endpoint->send(pattern(100'000));
    settle();
  }
  SUBCASE("closed") { host = UniqueFd(); }
  SUBCASE("reset") {
    const linger at_once{1, 0};
    setsockopt(host.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    host = UniqueFd();
  }
  const UniqueFd next = connect();
  run_until([&] { return user.log == "~"; });
  CHECK(endpoint->unsent() <= Port::congested_at);
  CHECK(user.lost > 0);
  user.wanting = true;
  endpoint->input_wanted();
  run_until([&] { return user.log.ends_with("one-+"); });
  CHECK(read(next.get(), 64 * 1024).size() == 64 * 1024);
  write(next.get(), "two");
  run_until([&] { return user.log.ends_with("two"); });
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a client that has ended its sending and reads nothing makes way for the next one") {
  endpoint = open_tcp(loop, "127.0.0.1:0", 1, std::chrono::milliseconds(0));
  endpoint->attach(user);
  const UniqueFd host = connected();
  user.wanting = false;
  endpoint->input_wanted();
  while (endpoint->unsent() <= Port::congested_at) {
    endpoint->send(pattern(100'000));
    settle();
  }
  write(host.get(), "one");
  shutdown(host.get(), SHUT_WR);
  settle();
  CHECK(endpoint->unsent() > Port::congested_at);  // it may still read
  const UniqueFd next = connect();
  run_until([&] { return user.log == "~"; });
  CHECK(endpoint->unsent() <= Port::congested_at);
  user.wanting = true;
  endpoint->input_wanted();
  run_until([&] { return user.log.ends_with("one-+"); });
  CHECK(read(next.get(), 64 * 1024).size() == 64 * 1024);
}

/// An option of the endpoint's own end of this connection, which is in this process too.
int option_of_other_end(int host, int level, int option) {
  sockaddr_in here{};
  socklen_t size = sizeof here;
  REQUIRE(getsockname(host, reinterpret_cast<sockaddr*>(&here), &size) == 0);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int socket = std::stoi(entry.path().filename());
    sockaddr_in peer{};
    size = sizeof peer;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_port != here.sin_port) continue;
    int value = -1;
    size = sizeof value;
    REQUIRE(getsockopt(socket, level, option, &value, &size) == 0);
    return value;
  }
  return -1;
}

TEST_CASE_FIXTURE(TcpFixture, "tcp: a client whose machine vanishes is given up after a minute") {
  const UniqueFd host = connected();
  CHECK(option_of_other_end(host.get(), SOL_SOCKET, SO_KEEPALIVE) == 1);
  const int idle = option_of_other_end(host.get(), IPPROTO_TCP, TCP_KEEPIDLE);
  const int interval = option_of_other_end(host.get(), IPPROTO_TCP, TCP_KEEPINTVL);
  const int count = option_of_other_end(host.get(), IPPROTO_TCP, TCP_KEEPCNT);
  CHECK(idle + interval * count == 60);
}

}  // namespace
}  // namespace sim800::endpoint_test
