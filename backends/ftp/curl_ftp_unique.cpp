// CurlFtpTraffic: an upload by STOU, for which libcurl has no option.  It logs in (CURLOPT_CONNECT_ONLY); from there on
// the commands and the data connection are ours. SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "backends/curl/reply_line.hpp"
#include "backends/ftp/curl_ftp_traffic.hpp"
#include "backends/ftp/ftp_address.hpp"
#include "backends/ftp/ftp_data_channel.hpp"

namespace sim800 {
namespace {

constexpr int broken = 0;  // instead of a reply

bool is_refusal(int reply) { return reply == broken || reply >= 400; }

}  // namespace

// Returns too when there is something to read on `other`.  False: the session is to end.
bool CurlFtpTraffic::wait_for(int socket, short events, int other) {
  while (!is_over()) {
    std::array<pollfd, 3> entries = {pollfd{bridge_.wake_fd(), POLLIN, 0}, pollfd{socket, events, 0},
                                     pollfd{other, POLLIN, 0}};
    ::poll(entries.data(), entries.size(), -1);
    bridge_.clear();
    if (entries[1].revents != 0 || entries[2].revents != 0) return true;
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

// On the control connection, which may be encrypted.
bool CurlFtpTraffic::say(std::string_view line) {
  while (!line.empty()) {
    std::size_t count = 0;
    const CURLcode result = curl_easy_send(easy_, line.data(), line.size(), &count);
    if (result == CURLE_AGAIN && !wait_for(sockets_.control(), POLLOUT)) return false;
    if (result != CURLE_OK && result != CURLE_AGAIN) return false;
    line.remove_prefix(count);
  }
  return true;
}

int CurlFtpTraffic::ask(const std::string& command) {
  control_.sent(command);
  return say(command + "\r\n") ? next_reply() : broken;
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
    if (control_input_.size() > FtpControlConnection::max_reply) return broken;
    std::size_t count = 0;
    const CURLcode result = curl_easy_recv(easy_, block.data(), block.size(), &count);
    if (result == CURLE_AGAIN) {  // some may wait within TLS: it is asked first
      if (!wait_for(sockets_.control(), POLLIN)) return broken;
      continue;
    }
    if (result != CURLE_OK || count == 0) {
      control_cut_ = true;
      return broken;
    }
    control_input_.append(block.data(), count);
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

// -1: it did not come about.
int CurlFtpTraffic::listen_for_data() {
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  if (::getsockname(sockets_.control(), reinterpret_cast<sockaddr*>(&own), &length) != 0) return -1;
  reinterpret_cast<sockaddr_in*>(&own)->sin_port = 0;
  const int listener = ::socket(own.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) return -1;
  accept_only_from(caller_, listener);
  if (sockets_.adopt(listener) < 0) return -1;  // and is closed
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  std::array<char, NI_MAXHOST> host{};
  if (::bind(listener, address, length) != 0 || ::listen(listener, 1) != 0 ||
      ::getsockname(listener, address, &length) != 0 ||
      ::getnameinfo(address, length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    sockets_.close(listener);
    return -1;
  }
  const auto port = ntohs(reinterpret_cast<const sockaddr_in*>(&own)->sin_port);
  if (!is_refusal(ask(ftp_port_command(host.data(), port)))) return listener;
  sockets_.close(listener);
  return -1;
}

// The server's connection, -1 if it does not come; the listener is closed.
int CurlFtpTraffic::accept_data(int listener) {
  int socket = -1;
  while (socket < 0) {
    const bool told = control_input_.find('\n') != std::string::npos;
    if (!told && !wait_for(listener, POLLIN, sockets_.control())) break;
    socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0 && !comes_from(caller_, socket)) {
      ::close(socket);
      socket = -1;
    }
    if (socket < 0 && (told || sockets_.control_state() != ControlState::quiet) && is_refusal(next_reply())) break;
  }
  sockets_.close(listener);
  if (socket < 0) return -1;
  connected_ = true;
  bridge_.heard(false);
  return sockets_.adopt(socket);
}

// A connection, or what waits for one; -1: neither.
int CurlFtpTraffic::prepare_data(const FtpRequest& request) {
  if (!request.passive) return listen_for_data();
  if (is_refusal(ask("PASV"))) return -1;
  const auto port = ftp_port_in(last_reply_);
  return port ? connect_data(*port) : -1;
}

// From the host to the server, as on_read() lets it through.
bool CurlFtpTraffic::pump(const std::function<bool(std::string_view)>& send) {
  std::array<char, FtpBridge::worth_waking> block;
  for (;;) {
    const std::size_t count = on_read(block.data(), 1, block.size(), this);
    if (count == 0) return true;
    if (count > block.size() || !send({block.data(), count})) return false;
    bridge_.add_sent(count);
  }
}

CURLcode CurlFtpTraffic::store_unique(CURL* easy, const FtpRequest& request) {
  easy_ = easy;
  const CURLcode result = store(request);
  if (sockets_.control() >= 0 && !is_over()) {
    quitting_ = true;
    say("QUIT\r\n");
  }
  return result;
}

CURLcode CurlFtpTraffic::store(const FtpRequest& request) {
  for (const std::string& command : {request.path.empty() ? std::string() : "CWD " + request.path,
                                     std::string(request.ascii ? "TYPE A" : "TYPE I")}) {
    if (!command.empty() && is_refusal(ask(command))) return failure();
  }
  int data = prepare_data(request);
  if (data < 0) {
    if (is_over()) return CURLE_ABORTED_BY_CALLBACK;
    return is_refusal(control_.reply()) ? failure() : CURLE_COULDNT_CONNECT;
  }
  const int reply = ask("STOU " + request.name);
  const bool opened = reply == 125 || reply == 150;
  if (opened && !request.passive) data = accept_data(data);
  const CURLcode result = opened && data >= 0 ? transfer(request, data) : failure();
  if (data >= 0) sockets_.close(data);  // the end of the file
  if (result != CURLE_OK) return result;
  uploading_ = false;
  return is_refusal(next_reply()) ? failure() : CURLE_OK;
}

CURLcode CurlFtpTraffic::transfer(const FtpRequest& request, int socket) {
  std::optional<FtpDataChannel> channel;
  if (control_tls_ != nullptr) {
    channel.emplace(*control_tls_, socket, [this, socket](short events) { return wait_for(socket, events); });
    const CURLcode secured = channel->shake_hands(request, tls_error_);
    if (secured != CURLE_OK) return is_over() ? CURLE_ABORTED_BY_CALLBACK : secured;
  }
  const bool whole =
      pump([&](std::string_view bytes) { return channel ? channel->send(bytes) : send_all(socket, bytes); });
  if (whole && channel) channel->finish();
  if (whole) return CURLE_OK;
  return is_over() ? CURLE_ABORTED_BY_CALLBACK : CURLE_SEND_ERROR;
}

CURLcode CurlFtpTraffic::failure() const {
  if (bridge_.cancelled()) return CURLE_ABORTED_BY_CALLBACK;
  return control_.reply() >= 400 ? CURLE_QUOTE_ERROR : CURLE_RECV_ERROR;
}

}  // namespace sim800
