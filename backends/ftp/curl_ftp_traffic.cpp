// CurlFtpTraffic: libcurl's callbacks.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp_traffic.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "backends/link/relay.hpp"
#include "backends/link/tcp_options.hpp"

namespace sim800 {
namespace {

// How long the first block of an upload waits for the next ones, in real time.
constexpr std::chrono::milliseconds gathering(1);

// Null: there is none.
SSL* tls_of(CURL* easy) {
  const curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == nullptr) return nullptr;
  return static_cast<SSL*>(session->internals);
}

}  // namespace

void CurlFtpTraffic::attach(CurlEasy& easy) {
  easy.set(CURLOPT_VERBOSE, 1L);
  easy.set(CURLOPT_DEBUGFUNCTION, &on_debug);
  easy.set(CURLOPT_DEBUGDATA, this);
  easy.set(CURLOPT_HEADERFUNCTION, &on_reply);
  easy.set(CURLOPT_HEADERDATA, this);
  easy.set(CURLOPT_WRITEFUNCTION, &on_data);
  easy.set(CURLOPT_WRITEDATA, this);
  easy.set(CURLOPT_READFUNCTION, &on_read);
  easy.set(CURLOPT_READDATA, this);
  easy.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  easy.set(CURLOPT_OPENSOCKETDATA, this);
  easy.set(CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
  easy.set(CURLOPT_CLOSESOCKETDATA, this);
  easy.set(CURLOPT_SOCKOPTFUNCTION, &on_socket);
  easy.set(CURLOPT_SOCKOPTDATA, this);
}

void CurlFtpTraffic::wait(CURLM* multi) {
  std::array<curl_waitfd, 2> others = {curl_waitfd{bridge_.wake_fd(), CURL_WAIT_POLLIN, 0},
                                       curl_waitfd{sockets_.control(), CURL_WAIT_POLLIN, 0}};
  const bool watching = control_.transferring() && !control_spoke_ && sockets_.control() >= 0;
  // As in curl_easy_perform(): on a reused connection libcurl goes on to the data connection only at its next call, for
  // which it sets no timer.
  constexpr int longest_ms = 1000;
  curl_multi_poll(multi, others.data(), watching ? 2 : 1, longest_ms, nullptr);
  bridge_.clear();
  if (watching) watch_control();
}

void CurlFtpTraffic::watch_control() {
  const ControlState state = sockets_.control_state();
  if (state == ControlState::quiet) return;
  // What is left on the data connection may be the rest of a file whose 226 libcurl has read together with the 150.
  if (!uploading_ && sockets_.has_data()) return;
  if (state == ControlState::speaking) control_spoke_ = true;
  if (state == ControlState::leaving || state == ControlState::gone) control_cut_ = true;
}

// Blocks within a callback; libcurl does nothing in the meantime.  A negative limit means none; every wake-up restarts
// it.
template <class Condition>
CurlFtpTraffic::Wait CurlFtpTraffic::wait_until(Condition reached, std::chrono::milliseconds limit) {
  while (!is_over()) {
    if (reached()) return Wait::reached;
    std::array<pollfd, 3> entries = {pollfd{bridge_.wake_fd(), POLLIN, 0},
                                     pollfd{uploading_ && !control_spoke_ ? sockets_.control() : -1, POLLIN, 0},
                                     pollfd{uploading_ ? sockets_.data() : -1, POLLRDHUP, 0}};
    if (::poll(entries.data(), entries.size(), static_cast<int>(limit.count())) == 0) return Wait::timed_out;
    bridge_.clear();
    if (entries[1].revents != 0) watch_control();
    if (entries[2].revents != 0) return Wait::over;  // the server does not take the rest
  }
  return Wait::over;
}

void CurlFtpTraffic::wait_for_end() {
  wait_until([] { return false; });
}

// QUIT has been sent and the outcome is known: this ends libcurl's waiting for the reply.
void CurlFtpTraffic::leave() {
  if (sockets_.control_state() == ControlState::gone) control_cut_ = true;
  quitting_ = true;
  ::shutdown(sockets_.control(), SHUT_RD);
}

// Moves data on, up to each checkpoint; blocks while the window is full.  False: the session is to end.
bool CurlFtpTraffic::take(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (!checkpoints_.reach(Phase::data)) return false;
  while (!bytes.empty() && !checkpoints_.closed()) {
    const std::size_t count = checkpoints_.room(Direction::down, bytes.size());
    if (!deliver(bytes.substr(0, count)) || !checkpoints_.pass(Direction::down)) return false;
    bytes.remove_prefix(count);
  }
  return true;
}

bool CurlFtpTraffic::take_listing() {
  const std::string bytes = std::exchange(raw_listing_, {});
  return take(bytes);
}

bool CurlFtpTraffic::deliver(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (wait_until([this, bytes] { return bridge_.has_space(bytes.size()); }) == Wait::over) return false;
  bridge_.put(bytes);
  received_ += bytes.size();
  checkpoints_.moved(Direction::down, bytes.size());
  return true;
}

// A listing is taken from here because libcurl turns its CR LF into LF before it calls the function meant for data.
int CurlFtpTraffic::on_debug(CURL* easy, curl_infotype type, char* data, std::size_t size, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  const std::string_view text(data, size);
  if (type == CURLINFO_DATA_IN && traffic.listing_) traffic.raw_listing_ += text;
  if (type == CURLINFO_DATA_OUT) traffic.bridge_.add_sent(size);
  if (type == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) {
    traffic.leave();
  } else if (type == CURLINFO_HEADER_OUT) {
    traffic.control_.sent(text);
    if (text.starts_with("USER")) traffic.control_tls_ = tls_of(easy);
    // After AUTH there is no reply between the handshake and USER at which to ask.
    if (traffic.secured_later_ && text.starts_with("USER")) traffic.checkpoints_.reach(Phase::login);
  }
  return 0;
}

std::size_t CurlFtpTraffic::on_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  if (traffic.quitting_) return size * count;
  const bool readable = traffic.control_.received({data, size * count});
  // A reply has to be whole before the silence is over, however many lines of it there are.
  if (traffic.control_.complete()) traffic.bridge_.heard(traffic.control_.transferring() && !traffic.connected_);
  return readable && traffic.replied() ? size * count : 0;
}

// False: the session is to end.
bool CurlFtpTraffic::replied() {
  const int reply = control_.reply();
  if (reply < 200 || reply >= 300) return true;
  const std::string& command = control_.command();
  if (command.empty()) return checkpoints_.reach(secured_later_ ? Phase::tls : Phase::login);
  return command == "PASS" || command == "USER" ? checkpoints_.reach(Phase::command) : true;
}

std::size_t CurlFtpTraffic::on_data(char* data, std::size_t size, std::size_t count, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  const bool taken = traffic.listing_ ? traffic.take_listing() : traffic.take({data, size * count});
  return taken ? size * count : CURL_WRITEFUNC_ERROR;
}

// The first call means that the server has agreed and the data connection is up.  Blocks that the host sends in quick
// succession go out together.
std::size_t CurlFtpTraffic::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  if (!std::exchange(traffic.uploading_, true)) traffic.bridge_.ready();
  FtpBridge& bridge = traffic.bridge_;
  FtpCheckpoints& checkpoints = traffic.checkpoints_;
  // At once: the host is not asked for more until that is decided.
  if (!checkpoints.pass(Direction::up) || checkpoints.closed()) return CURL_READFUNC_ABORT;
  Wait wait = traffic.wait_until([&] { return bridge.has_bytes(1); });
  if (wait == Wait::reached)
    wait = traffic.wait_until([&] { return bridge.has_bytes(FtpBridge::worth_waking); }, gathering);
  if (wait == Wait::over) return CURL_READFUNC_ABORT;
  if (!checkpoints.reach(Phase::data) || !checkpoints.pass(Direction::up) || checkpoints.closed()) {
    return CURL_READFUNC_ABORT;
  }
  const std::size_t taken = bridge.get({data, checkpoints.room(Direction::up, size * count)});
  checkpoints.moved(Direction::up, taken);
  return taken;
}

curl_socket_t CurlFtpTraffic::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  const bool for_data = traffic.sockets_.control() >= 0;
  const bool direct = traffic.relay_ == nullptr || (for_data && !traffic.passive_);
  if (direct) {
    const int opened = sim800::open_socket(nullptr, *address);
    if (for_data) accept_only_from(traffic.caller_, opened);
    if (for_data && traffic.relay_ != nullptr) limit_buffers(opened);
    return traffic.sockets_.adopt(opened);
  }
  Relay* const relay = for_data ? traffic.relay_for_data(*address) : traffic.relay_;
  return traffic.sockets_.adopt(relay == nullptr ? -1 : relay->open_socket());
}

// libcurl goes to the control connection's address, which is the relay's: what counts is the port.
Relay* CurlFtpTraffic::relay_for_data(curl_sockaddr& address) {
  sockaddr_in there{};
  std::memcpy(&there, &address.addr, sizeof there);
  const auto reply = bridge_.ask({.kind = FtpLoopRequest::Kind::connect, .port = ntohs(there.sin_port)});
  if (!reply || reply->relay == nullptr) return nullptr;
  there.sin_port = htons(reply->port);
  std::memcpy(&address.addr, &there, sizeof there);
  return reply->relay;
}

int CurlFtpTraffic::close_socket(void* self, curl_socket_t socket) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  const bool control = socket == traffic.sockets_.control();
  if (control && !traffic.quitting_ && traffic.sockets_.control_state() == ControlState::gone) {
    traffic.control_cut_ = true;
  }
  traffic.sockets_.close(socket);
  return 0;
}

// An accepted data connection is libcurl's to close, so it is not adopted.  One from elsewhere ends the session: where
// the system has taken the filter, there is none.
int CurlFtpTraffic::on_socket(void* self, curl_socket_t socket, curlsocktype purpose) {
  if (purpose != CURLSOCKTYPE_ACCEPT) return CURL_SOCKOPT_OK;
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  if (!comes_from(traffic.caller_, socket)) return CURL_SOCKOPT_ERROR;
  traffic.sockets_.set_data(socket);
  traffic.connected_ = true;
  traffic.bridge_.heard(false);
  return CURL_SOCKOPT_OK;
}

}  // namespace sim800
