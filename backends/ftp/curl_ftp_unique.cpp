// CurlFtpTraffic: an upload by STOU, for which libcurl has no option.  It logs in (CURLOPT_CONNECT_ONLY), and from
// there on the commands are ours, in clear and with a passive data connection. SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "backends/curl/reply_line.hpp"
#include "backends/ftp/curl_ftp_traffic.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr int broken = 0;  // instead of a reply

// h1,h2,h3,h4,p1,p2 somewhere in the reply to PASV; the address does not matter.
std::optional<std::uint16_t> passive_port(std::string_view reply) {
  for (std::size_t at = 4; at < reply.size(); ++at) {
    if (is_digit(reply[at - 1])) continue;
    std::array<unsigned, 6> numbers{};
    const char* next = reply.data() + at;
    const char* const end = reply.data() + reply.size();
    std::size_t found = 0;
    while (found < numbers.size()) {
      const auto [stop, error] = std::from_chars(next, end, numbers.at(found));
      if (error != std::errc() || numbers.at(found) > 255) break;
      ++found;
      if (stop == end || *stop != ',') break;
      next = stop + 1;
    }
    if (found == numbers.size()) return static_cast<std::uint16_t>(numbers[4] * 256 + numbers[5]);
  }
  return std::nullopt;
}

bool is_refusal(int reply) { return reply == broken || reply >= 400; }

}  // namespace

// False: the session is to end.
bool CurlFtpTraffic::wait_for(int socket, short events) {
  while (!is_over()) {
    std::array<pollfd, 2> entries = {pollfd{bridge_.wake_fd(), POLLIN, 0}, pollfd{socket, events, 0}};
    ::poll(entries.data(), entries.size(), -1);
    bridge_.clear();
    if (entries[1].revents != 0) return true;
  }
  return false;
}

bool CurlFtpTraffic::send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(socket, POLLOUT)) return false;
    const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

int CurlFtpTraffic::ask(const std::string& command) {
  control_.sent(command);
  return send_all(sockets_.control(), command + "\r\n") ? next_reply() : broken;
}

int CurlFtpTraffic::next_reply() {
  for (;;) {
    for (auto end = control_input_.find('\n'); end != std::string::npos; end = control_input_.find('\n')) {
      std::string line = control_input_.substr(0, end + 1);
      control_input_.erase(0, end + 1);
      if (on_reply(line.data(), 1, line.size(), this) != line.size()) return broken;
      last_reply_ = without_line_end(line);
      if (reply_code(last_reply_) && last_reply_.size() > 3 && last_reply_[3] == ' ') return control_.reply();
    }
    std::array<char, 4096> block;
    if (control_input_.size() > FtpControlConnection::max_reply || !wait_for(sockets_.control(), POLLIN)) return broken;
    const auto count = ::recv(sockets_.control(), block.data(), block.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) {
      control_cut_ = true;
      return broken;
    }
    control_input_.append(block.data(), static_cast<std::size_t>(count));
  }
}

// The data connection goes to the control connection's address; -1: it did not come about.
int CurlFtpTraffic::connect_data(std::uint16_t port) {
  sockaddr_storage there{};
  socklen_t length = sizeof there;
  if (::getpeername(sockets_.control(), reinterpret_cast<sockaddr*>(&there), &length) != 0) return -1;
  curl_sockaddr address{};
  address.family = there.ss_family;
  address.socktype = SOCK_STREAM;
  address.protocol = IPPROTO_TCP;
  // The port is at the same place in both families.
  reinterpret_cast<sockaddr_in*>(&there)->sin_port = htons(port);
  std::memcpy(&address.addr, &there, sizeof address.addr);
  const int socket = open_socket(this, CURLSOCKTYPE_IPCXN, &address);  // a relay has a port of its own
  if (socket < 0) return -1;
  const auto give_up = [this, socket] {
    sockets_.close(socket);
    return -1;
  };
  std::memcpy(&there, &address.addr, sizeof(sa_family_t) + sizeof(in_port_t));
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&there), length) != 0 && errno != EINPROGRESS) return give_up();
  int failure = 0;
  socklen_t size = sizeof failure;
  if (!wait_for(socket, POLLOUT) || ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return give_up();
  return failure == 0 ? socket : give_up();
}

// From the host to the server, as on_read() lets it through.
bool CurlFtpTraffic::pump(int socket) {
  std::array<char, FtpBridge::worth_waking> block;
  for (;;) {
    const std::size_t count = on_read(block.data(), 1, block.size(), this);
    if (count == 0) return true;
    if (count > block.size() || !send_all(socket, {block.data(), count})) return false;
    bridge_.add_sent(count);
  }
}

CURLcode CurlFtpTraffic::store_unique(const FtpRequest& request) {
  const CURLcode result = store(request);
  if (sockets_.control() >= 0 && !is_over()) {
    quitting_ = true;
    send_all(sockets_.control(), "QUIT\r\n");
  }
  return result;
}

CURLcode CurlFtpTraffic::store(const FtpRequest& request) {
  for (const std::string& command : {request.path.empty() ? std::string() : "CWD " + request.path,
                                     std::string(request.ascii ? "TYPE A" : "TYPE I"), std::string("PASV")}) {
    if (!command.empty() && is_refusal(ask(command))) return failure();
  }
  const auto port = passive_port(last_reply_);
  const int data = port ? connect_data(*port) : -1;
  if (data < 0) return is_over() ? CURLE_ABORTED_BY_CALLBACK : CURLE_COULDNT_CONNECT;
  const int reply = ask("STOU " + request.name);
  const bool opened = reply == 125 || reply == 150;
  const bool whole = opened && pump(data);
  sockets_.close(data);  // the end of the file
  if (!opened) return failure();
  uploading_ = false;
  if (!whole) return is_over() ? CURLE_ABORTED_BY_CALLBACK : CURLE_SEND_ERROR;
  return is_refusal(next_reply()) ? failure() : CURLE_OK;
}

CURLcode CurlFtpTraffic::failure() const {
  if (bridge_.cancelled()) return CURLE_ABORTED_BY_CALLBACK;
  return control_.reply() >= 400 ? CURLE_QUOTE_ERROR : CURLE_RECV_ERROR;
}

}  // namespace sim800
