// A module in the hands of a C++ test: a client of the control interface (docs/control.md, docs/cpp.md).
// SPDX-License-Identifier: MIT
//
// One header for doctest, GoogleTest and Catch2 alike; C++17, POSIX sockets and nlohmann_json. Run tests by
// `sim800 exec -- ./my_tests`, which says in SIM800_CONTROL and SIM800_TTY where the module is.
#pragma once

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sim800 {

using Json = nlohmann::json;

/// A request that the program refused, or that did not reach it (status 0); the text is what `sim800 check` would say.
class Refused : public std::runtime_error {
 public:
  Refused(int code, const std::string& text) : std::runtime_error(text), status(code) {}
  int status;
};

inline std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw Refused(0, std::string(name) + " is not set: run this by `sim800 exec -- ...`");
  return value;
}

/// As a part of a path or a query.
inline std::string escaped(const std::string& text) {
  const char* const digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
        c == '.') {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

/// The interface itself; a connection for each request.
class Control {
 public:
  explicit Control(std::string url = from_environment("SIM800_CONTROL"), std::string token = {})
      : url_(std::move(url)), token_(std::move(token)) {}

  /// `path` begins behind /v1; throws Refused.
  std::string text(const std::string& method, const std::string& path, const std::string& body = {}) const {
    std::string request = method + " /v1" + path + " HTTP/1.0\r\nHost: localhost\r\n";
    if (!token_.empty()) request += "Authorization: Bearer " + token_ + "\r\n";
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    const std::string answer = exchange(request + "\r\n" + body);
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == std::string::npos || answer.compare(0, 5, "HTTP/") != 0)
      throw Refused(0, "no HTTP answer from " + url_);
    const int status = std::atoi(answer.c_str() + answer.find(' '));
    std::string content = answer.substr(head + 4);
    if (status >= 400) throw Refused(status, reason(content));
    return content;
  }
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr) const {
    return Json::parse(text(method, path, body.is_null() ? std::string() : body.dump()));
  }

 private:
  struct Socket {
    explicit Socket(int family) : fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Socket() {
      if (fd >= 0) ::close(fd);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int fd;
  };

  static std::string reason(const std::string& content) {
    const Json answer = Json::parse(content, nullptr, false);
    if (!answer.is_object() || !answer.contains("errors")) return content;
    std::string all;
    for (const Json& error : answer["errors"]) all += (all.empty() ? "" : "; ") + error.value("text", std::string());
    return all;
  }

  std::string exchange(const std::string& request) const {
    if (url_.compare(0, 5, "unix:") == 0) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      const std::string path = url_.substr(5);
      if (path.size() >= sizeof address.sun_path) throw Refused(0, url_ + " is too long for a unix socket");
      std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
      const Socket socket(AF_UNIX);
      if (!connects(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address)) fail();
      return talk(socket, request);
    }
    const std::size_t from = url_.compare(0, 7, "http://") == 0 ? 7 : 0;
    const std::string place = url_.substr(from, url_.find('/', from) - from);
    const std::size_t colon = place.rfind(':');
    if (colon == std::string::npos) throw Refused(0, "expected http://HOST:PORT or unix:PATH, found \"" + url_ + "\"");
    std::string host = place.substr(0, colon);
    if (!host.empty() && host.front() == '[') host = host.substr(1, host.size() - 2);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    const int unknown = ::getaddrinfo(host.c_str(), place.substr(colon + 1).c_str(), &hints, &found);
    if (unknown != 0) throw Refused(0, "cannot reach " + url_ + ": " + ::gai_strerror(unknown));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {  // "localhost" has two
      const Socket socket(one->ai_family);
      if (connects(socket, one->ai_addr, one->ai_addrlen)) return talk(socket, request);
    }
    fail();
  }
  static bool connects(const Socket& socket, const sockaddr* address, socklen_t size) {
    return socket.fd >= 0 && ::connect(socket.fd, address, size) == 0;
  }
  [[noreturn]] void fail() const { throw Refused(0, "cannot reach " + url_ + ": " + std::strerror(errno)); }

  std::string talk(const Socket& socket, const std::string& request) const {
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t count = ::send(socket.fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count < 0) fail();
      sent += static_cast<std::size_t>(count);
    }
    std::string answer;
    char piece[16384];
    for (;;) {
      const ssize_t count = ::recv(socket.fd, piece, sizeof piece, 0);
      if (count < 0) fail();
      if (count == 0) return answer;
      answer.append(piece, static_cast<std::size_t>(count));
    }
  }

  std::string url_, token_;
};

struct AtAnswer {
  std::string text;                ///< all of it, as it was
  std::vector<std::string> lines;  ///< without the final result
  std::string result;
};

struct Command {
  std::string line, result;  ///< no result: it still runs
  double time = 0;
};

struct Sms {
  std::string number;  ///< of the other end
  std::string text;
  bool taken = false;
};

class Modem;

/// A fault that was added while the module runs; it goes with this object.
class Fault {
 public:
  Fault(Control control, std::string path) : control_(std::move(control)), path_(std::move(path)) {}
  Fault(Fault&& other) noexcept : control_(other.control_), path_(std::exchange(other.path_, {})) {}
  Fault& operator=(Fault&&) = delete;
  ~Fault() {
    try {
      if (!path_.empty()) control_.text("DELETE", path_);
    } catch (const std::exception&) {  // a reset has removed it, or the run is over
    }
  }

  int fired() const { return control_.ask("GET", path_)["fired"]; }
  int matched() const { return control_.ask("GET", path_)["matched"]; }
  void enable(bool on = true) { control_.ask("PATCH", path_, {{"enabled", on}}); }
  std::string id() const { return path_.substr(path_.rfind('/') + 1); }

 private:
  Control control_;
  std::string path_;
};

/// A module of the run: the first, or the one of this name.
class Modem {
 public:
  explicit Modem(Control control = Control(), const std::string& name = {})
      : control_(std::move(control)), prefix_(name.empty() ? std::string() : "/modems/" + escaped(name)) {}

  /// Any request of docs/control.md.
  Json get(const std::string& path) const { return control_.ask("GET", prefix_ + path); }
  Json post(const std::string& path, const Json& body = nullptr) const {
    return control_.ask("POST", prefix_ + path, body);
  }
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr) const {
    return control_.ask(method, prefix_ + path, body);
  }

  // The world.
  /// An action, or an array of them, as in a scenario's "do".
  void act(const Json& actions) const { post("/do", actions); }
  void patch_world(const Json& change) const { ask("PATCH", "/world", change); }
  void map_host(const std::string& name, const std::string& server) const {
    patch_world({{"network", {{"hosts", {{name, server}}}}}});
  }
  void signal(int rssi) const { act({{"signal", {{"rssi", rssi}}}}); }
  /// "key" or "loss".
  void power(const std::string& what) const { post("/power", {{"power", what}}); }
  void enter_state(const std::string& name) const { ask("PUT", "/state", {{"state", name}}); }
  /// Everything as at the start, between two tests.
  void reset() const { control_.ask("POST", "/reset"); }

  // What arrives.
  void sms(const std::string& from, const std::string& text) const { post("/sms", {{"from", from}, {"text", text}}); }
  void call(const std::string& from) const { post("/calls", {{"from", from}}); }
  void ussd(const std::string& text) const { post("/ussd", {{"text", text}}); }

  // Faults, expectations, waiting; times are module time.
  Fault fault(const Json& fault) const {
    return {control_, prefix_ + "/faults/" + std::to_string(post("/faults", fault)["id"].get<int>())};
  }
  void expectation(const Json& terms) const { post("/expectations", terms); }
  /// "registered", "sim_ready", "bearer_open" ...; at once where it holds already.
  Json wait_for(const std::string& event, const std::string& timeout = "10s") const {
    return get("/wait?event=" + escaped(event) + "&timeout=" + escaped(timeout));
  }
  Json wait_for(const Fault& fault, const std::string& timeout = "10s") const {
    return get("/wait?fault=" + fault.id() + "&timeout=" + escaped(timeout));
  }
  /// A trigger, from now on.
  Json wait_for_trigger(const Json& trigger, const std::string& timeout = "10s") const {
    return post("/wait", {{"on", trigger}, {"timeout", timeout}});
  }
  void advance(const std::string& by) const { control_.ask("POST", "/clock/advance", {{"by", by}}); }
  /// What is to be said against the run if it ended now; empty: nothing.
  std::string complaints() const {
    const Json report = control_.ask("GET", "/report?end=true");
    std::string all;
    for (const Json& one : report["faults"])
      if (one["fired"] == 0) all += "fault never fired: " + one["on"].get<std::string>() + "\n";
    for (const Json& one : report["expectations"])
      if (one["state"] == "failed") all += "expectation failed: " + one["why"].get<std::string>() + "\n";
    return all;
  }

  // What the host has done.
  AtAnswer at(const std::string& line) const {
    const Json answer = post("/at", {{"line", line}});
    return {answer["text"], answer["lines"], answer.value("result", std::string())};
  }
  /// The host's lines in which the regular expression is found.
  std::vector<Command> commands(const std::string& match = {}) const {
    std::vector<Command> all;
    for (const Json& one : get("/commands?match=" + escaped(match)))
      all.push_back({one["line"], one.value("result", std::string()), one["t"]});
    return all;
  }
  std::vector<Sms> sent_sms() const {
    std::vector<Sms> all;
    for (const Json& one : get("/sms?direction=out")) all.push_back({one["to"], one["text"], one["taken"]});
    return all;
  }

 private:
  Control control_;
  std::string prefix_;
};

}  // namespace sim800
