// The pty endpoint: its link, its line settings, and clients that come and go.
// SPDX-License-Identifier: MIT
#include <termios.h>

#include <fstream>

#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

namespace fs = std::filesystem;

struct PtyFixture : Fixture {
  PtyFixture() { endpoint = open_pty(loop, link); }
  void attach() { endpoint->attach(user); }
  UniqueFd connect() const {
    UniqueFd host(open(link.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK));
    REQUIRE(host.get() >= 0);
    return host;
  }
  /// A client that is in the log already.
  UniqueFd connected() {
    UniqueFd host = connect();
    run_until_log("+");
    user.log.clear();
    return host;
  }
  TemporaryFolder folder;
  std::string link = folder.path / "tty";
};

bool is_raw(int terminal) {
  termios settings{};
  REQUIRE(tcgetattr(terminal, &settings) == 0);
  return (settings.c_lflag & (ECHO | ICANON | ISIG)) == 0 && (settings.c_iflag & (ICRNL | IXON)) == 0 &&
         (settings.c_oflag & OPOST) == 0;
}

void set_cooked(int terminal) {
  termios settings{};
  REQUIRE(tcgetattr(terminal, &settings) == 0);
  settings.c_lflag |= ECHO | ICANON | ISIG;
  settings.c_iflag |= ICRNL;
  settings.c_oflag |= OPOST;
  REQUIRE(tcsetattr(terminal, TCSANOW, &settings) == 0);
}

TEST_CASE_FIXTURE(PtyFixture, "pty: the link leads to a raw slave before anything moves, and goes with the endpoint") {
  CHECK(endpoint->name() == "pty:" + link);
  const auto said = words(endpoint->announcement());
  REQUIRE(said.size() == 3);
  CHECK(said[0] == "pty");
  CHECK(said[1] == link);
  CHECK(fs::read_symlink(link) == said[2]);
  CHECK(is_raw(connect().get()));
  endpoint.reset();
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a link that nobody owns is replaced, and one that was taken over stays") {
  endpoint.reset();
  fs::create_symlink("/nowhere", link);
  endpoint = open_pty(loop, link);
  CHECK(fs::read_symlink(link) == words(endpoint->announcement())[2]);
  fs::remove(link);
  fs::create_symlink("/elsewhere", link);
  endpoint.reset();
  CHECK(fs::read_symlink(link) == "/elsewhere");
}

TEST_CASE_FIXTURE(PtyFixture, "pty: the link of another endpoint is refused, however it is spelled") {
  const fs::path folder_again = fs::path(folder.path) / "again";
  fs::create_directory_symlink(folder.path, folder_again);
  for (const fs::path& name : {fs::path(link), fs::path(folder.path) / "." / "tty", folder_again / "tty"}) {
    CHECK_THROWS_WITH_AS(open_pty(loop, name), (name.string() + " is given twice").c_str(), EndpointError);
  }
  CHECK(fs::read_symlink(link) == words(endpoint->announcement())[2]);
  endpoint.reset();
  endpoint = open_pty(loop, link);
  CHECK(fs::is_symlink(fs::symlink_status(link)));
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a link may have a name longer than a socket's") {
  const fs::path below = fs::path(folder.path) / std::string(150, 'x');
  fs::create_directory(below);
  const auto first = open_pty(loop, below / "a"), second = open_pty(loop, below / "b");
  CHECK_THROWS_AS(open_pty(loop, below / "a"), EndpointError);
}

TEST_CASE_FIXTURE(PtyFixture, "pty: any other file, a folder and a missing folder are refused by name") {
  const std::string file = folder.path / "file";
  std::ofstream(file) << "precious";
  CHECK_THROWS_WITH_AS(open_pty(loop, file), doctest::Contains(file.c_str()), EndpointError);
  std::string kept;
  std::ifstream(file) >> kept;
  CHECK(kept == "precious");
  CHECK_THROWS_AS(open_pty(loop, folder.path), EndpointError);
  const std::string missing = folder.path / "missing" / "tty";
  CHECK_THROWS_WITH_AS(open_pty(loop, missing), doctest::Contains(missing.c_str()), EndpointError);
}

TEST_CASE_FIXTURE(PtyFixture, "pty: what is sent from within receive() arrives, and receive() is never nested") {
  attach();
  user.on_receive = [&](std::string_view bytes) {
    endpoint->input_wanted();
    endpoint->send(bytes);
    endpoint->input_wanted();
  };
  const UniqueFd host = connect();
  write(host.get(), "AT\r\n");
  CHECK(read(host.get(), 4) == "AT\r\n");
  CHECK(user.log == "+AT\r\n");
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a client's last bytes come before its leaving") {
  attach();
  for (int round = 0; round < 20; ++round) {
    user.log.clear();
    write(connect().get(), "AT+CS");
    run_until_log("+AT+CS-");
  }
}

TEST_CASE_FIXTURE(PtyFixture,
                  "pty: a client's last bytes come before its leaving, also when they are not wanted at once") {
  attach();
  user.wanting = false;
  write(connect().get(), "AT+CS");
  settle();
  CHECK(user.log == "+");
  endpoint->input_wanted();
  settle();
  CHECK(user.log == "+");
  user.wanting = true;
  endpoint->input_wanted();
  CHECK(user.log == "+");
  settle();
  CHECK(user.log == "+AT+CS-");
  write(connect().get(), "Q\r");
  run_until_log("+AT+CS-+Q\r-");
}

TEST_CASE_FIXTURE(PtyFixture, "pty: only the last of several clients leaves, however quickly they come and go") {
  attach();
  {
    const UniqueFd first = connect(), second = connect(), third = connect();
    run_until_log("+");
    connect();
    {
      const UniqueFd fourth = connect(), fifth = connect();
    }
    settle();
    CHECK(user.log == "+");
  }
  run_until_log("+-");
}

TEST_CASE_FIXTURE(PtyFixture, "pty: other terminals are no clients") {
  attach();
  const UniqueFd other(posix_openpt(O_RDWR | O_NOCTTY));
  unlockpt(other.get());
  UniqueFd(open(ptsname(other.get()), O_RDWR | O_NOCTTY));
  settle();
  CHECK(user.log.empty());
}

TEST_CASE_FIXTURE(PtyFixture, "pty: the line is raw again after a client that left it cooked, and nothing comes back") {
  attach();
  UniqueFd host = connect();
  set_cooked(host.get());
  host = UniqueFd();
  run_until_log("+-");
  endpoint->send("\r\nRDY\r\n");
  settle();
  CHECK(user.log == "+-");
  host = connect();
  CHECK(is_raw(host.get()));
  CHECK(read(host.get(), 7) == "\r\nRDY\r\n");
  run_until_log("+-+");
}

TEST_CASE_FIXTURE(PtyFixture, "pty: what a client sets stays while it is there") {
  attach();
  const UniqueFd host = connect();
  set_cooked(host.get());
  connect();
  run_until_log("+");
  settle();
  CHECK_FALSE(is_raw(host.get()));
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a late client gets what the kernel held and the last 64 KiB; the rest is counted") {
  attach();
  const std::string text = pattern(200'000);
  for (std::size_t at = 0; at < text.size(); at += 1000) endpoint->send(text.substr(at, 1000));
  CHECK(endpoint->unsent() == 64 * 1024);
  CHECK(user.lost > 0);
  const std::size_t held = text.size() - user.lost - 64 * 1024;
  const UniqueFd host = connect();
  const std::string got = read(host.get(), held + 64 * 1024);
  CHECK((got == text.substr(0, held) + text.substr(text.size() - 64 * 1024)));
  CHECK(endpoint->unsent() == 0);
}

TEST_CASE_FIXTURE(PtyFixture, "pty: input that is not wanted waits") {
  attach();
  user.on_receive = [&](std::string_view) { user.wanting = false; };
  const UniqueFd host = connected();
  write(host.get(), "one");
  run_until_log("one");
  write(host.get(), "two");
  settle();
  CHECK(user.log == "one");
  user.wanting = true;
  endpoint->input_wanted();
  CHECK(user.log == "one");
  run_until_log("onetwo");
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a slow reader gets a megabyte, and its user hears once when there is room") {
  attach();
  const UniqueFd host = connected();
  const std::string text = pattern(1024 * 1024);
  endpoint->send(text);
  CHECK(endpoint->unsent() >= Port::congested_at);
  settle();
  CHECK(user.log.empty());
  CHECK((read(host.get(), text.size()) == text));
  CHECK(user.log == "~");
  CHECK(user.lost == 0);

  endpoint->send(text + text);
  CHECK(endpoint->unsent() == 1024 * 1024);
  CHECK(user.lost > 0);
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a megabyte comes in and goes out as it is") {
  attach();
  const UniqueFd host = connected();
  user.on_receive = [&](std::string_view bytes) { endpoint->send(bytes); };
  std::string text = pattern(1024 * 1024), back;
  for (std::size_t byte = 0; byte < 256; ++byte) text[byte] = static_cast<char>(byte);
  for (std::size_t at = 0; at < text.size(); at += 4096) {
    write(host.get(), std::string_view(text).substr(at, 4096));
    back += read(host.get(), 4096);
  }
  CHECK((user.log == text));
  CHECK((back == text));
}

TEST_CASE_FIXTURE(PtyFixture, "pty: it may be destroyed at any time") {
  attach();
  const UniqueFd host = connected();
  SUBCASE("from within receive()") {
    user.on_receive = [&](std::string_view) { endpoint.reset(); };
    write(host.get(), "AT\r");
    run_until_log("AT\r");
  }
  SUBCASE("with input that was just made wanted again") {
    user.wanting = false;
    write(host.get(), "AT\r");
    settle();
    endpoint->input_wanted();
  }
  SUBCASE("with output under way") { endpoint->send(pattern(100'000)); }
  endpoint.reset();
  settle();
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE_FIXTURE(PtyFixture, "pty: a client that leaves its answers unread does not hold up what it has written") {
  attach();
  UniqueFd host = connected();
  user.wanting = false;  // as a channel does that waits for the host to read
  endpoint->input_wanted();
  write(host.get(), "one");
  while (endpoint->unsent() <= Port::congested_at) {
    endpoint->send(pattern(100'000));
    settle();
  }
  host = UniqueFd();
  run_until([&] { return user.log == "~"; });
  CHECK(endpoint->unsent() <= Port::congested_at);
  CHECK(user.lost > 0);
  user.wanting = true;
  endpoint->input_wanted();
  run_until([&] { return user.log.find("one-") != std::string::npos; });
}

}  // namespace
}  // namespace sim800::endpoint_test
