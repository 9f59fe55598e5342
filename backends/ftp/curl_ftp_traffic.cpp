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

namespace sim800 {
namespace {

// How long the first block of an upload waits for the next ones, in real time.
constexpr std::chrono::milliseconds gathering(1);

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

bool CurlFtpTraffic::is_over() const { return pipe_.cancelled() || control_cut_; }

void CurlFtpTraffic::wait(CURLM* multi) {
  std::array<curl_waitfd, 2> others = {curl_waitfd{pipe_.wake_fd(), CURL_WAIT_POLLIN, 0},
                                       curl_waitfd{sockets_.control(), CURL_WAIT_POLLIN, 0}};
  const bool watching = talk_.transferring() && !control_spoke_ && sockets_.control() >= 0;
  // As curl_easy_perform() does: on a connection used again libcurl goes on to the data connection only at a next call,
  // but asks for none.
  constexpr int longest_ms = 1000;
  curl_multi_poll(multi, others.data(), watching ? 2 : 1, longest_ms, nullptr);
  pipe_.clear();
  if (watching) watch_control();
}

void CurlFtpTraffic::watch_control() {
  const ControlState state = look_at_control(sockets_.control());
  if (state == ControlState::quiet) return;
  // What still waits on the data connection may be the rest of a file whose 226 libcurl has read together with the 150.
  if (!uploading_ && has_data(sockets_.data())) return;
  if (state == ControlState::speaking) control_spoke_ = true;
  if (state == ControlState::leaving || state == ControlState::gone) control_cut_ = true;
}

// Blocks in the midst of a callback; libcurl does nothing meanwhile.  A negative limit is none; anything that happens
// makes it begin anew.
template <class Condition>
CurlFtpTraffic::Wait CurlFtpTraffic::wait_until(Condition reached, std::chrono::milliseconds limit) {
  while (!is_over()) {
    if (reached()) return Wait::reached;
    std::array<pollfd, 3> entries = {pollfd{pipe_.wake_fd(), POLLIN, 0},
                                     pollfd{uploading_ && !control_spoke_ ? sockets_.control() : -1, POLLIN, 0},
                                     pollfd{uploading_ ? sockets_.data() : -1, POLLRDHUP, 0}};
    if (::poll(entries.data(), entries.size(), static_cast<int>(limit.count())) == 0) return Wait::timed_out;
    pipe_.clear();
    if (entries[1].revents != 0) watch_control();
    if (entries[2].revents != 0) return Wait::over;  // the server does not take the rest
  }
  return Wait::over;
}

void CurlFtpTraffic::cut() {
  if (way_.desk != nullptr) way_.desk->cancel();
  sockets_.cut();
}

void CurlFtpTraffic::wait_for_end() {
  wait_until([] { return false; });
}

// The outcome stands, and nobody waits for the answer: libcurl's own waiting for it ends here.
void CurlFtpTraffic::leave() {
  if (look_at_control(sockets_.control()) == ControlState::gone) control_cut_ = true;
  quitting_ = true;
  ::shutdown(sockets_.control(), SHUT_RD);
}

// Moves data on; blocks while the window is full.
bool CurlFtpTraffic::take_raw() {
  if (raw_.empty()) return true;
  taken_.clear();
  taken_.swap(raw_);
  if (!stops_.reach(Phase::data)) return false;
  std::string_view rest = taken_;
  while (!rest.empty() && !stops_.closed()) {
    const std::size_t count = stops_.room(Direction::down, rest.size());
    if (!deliver(rest.substr(0, count)) || !stops_.pass(Direction::down)) return false;
    rest.remove_prefix(count);
  }
  return true;
}

bool CurlFtpTraffic::deliver(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (wait_until([this, bytes] { return pipe_.has_space(bytes.size()); }) == Wait::over) return false;
  pipe_.put(bytes);
  received_ += bytes.size();
  stops_.moved(Direction::down, bytes.size());
  return true;
}

// Data are taken from here because libcurl turns CR LF into LF before it calls the function meant for them.
int CurlFtpTraffic::on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  const std::string_view text(data, size);
  if (type == CURLINFO_DATA_IN) traffic.raw_ += text;
  if (type == CURLINFO_DATA_OUT) traffic.pipe_.add_sent(size);
  if (type == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) {
    traffic.leave();
  } else if (type == CURLINFO_HEADER_OUT) {
    traffic.talk_.sent(text);
    // With AUTH there is no reply between the channel and the log-in, at which to stop.
    if (traffic.secured_later_ && text.starts_with("USER")) traffic.stops_.reach(Phase::login);
  }
  return 0;
}

std::size_t CurlFtpTraffic::on_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  if (traffic.quitting_) return size * count;
  const bool readable = traffic.talk_.received({data, size * count});
  traffic.pipe_.heard(traffic.talk_.transferring() && !traffic.connected_);
  return readable && traffic.replied() ? size * count : 0;
}

// False: the session is to end.
bool CurlFtpTraffic::replied() {
  const int reply = talk_.reply();
  if (reply < 200 || reply >= 300) return true;
  const std::string& command = talk_.command();
  if (command.empty()) return stops_.reach(secured_later_ ? Phase::tls : Phase::login);
  return command == "PASS" || command == "USER" ? stops_.reach(Phase::command) : true;
}

std::size_t CurlFtpTraffic::on_data(char*, std::size_t size, std::size_t count, void* self) {
  return static_cast<CurlFtpTraffic*>(self)->take_raw() ? size * count : CURL_WRITEFUNC_ERROR;
}

// Its first call says that the server has agreed and the data connection stands.  Blocks of a host that follow one
// another quickly go out together.
std::size_t CurlFtpTraffic::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  if (!std::exchange(traffic.uploading_, true)) traffic.pipe_.ready();
  FtpPipe& pipe = traffic.pipe_;
  Wait wait = traffic.wait_until([&] { return pipe.has_bytes(1); });
  if (wait == Wait::reached)
    wait = traffic.wait_until([&] { return pipe.has_bytes(FtpPipe::worth_waking); }, gathering);
  if (wait == Wait::over) return CURL_READFUNC_ABORT;
  FtpCheckpoints& stops = traffic.stops_;
  if (!stops.reach(Phase::data) || !stops.pass(Direction::up) || stops.closed()) return CURL_READFUNC_ABORT;
  const std::size_t taken = pipe.get({data, stops.room(Direction::up, size * count)});
  stops.moved(Direction::up, taken);
  return taken;
}

curl_socket_t CurlFtpTraffic::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  FtpSockets& sockets = traffic.sockets_;
  Relay* const relay = traffic.way_.control;
  if (relay != nullptr && sockets.control() < 0) return sockets.adopt(relay->open_socket());
  if (relay != nullptr && traffic.passive_) return traffic.open_data(address);
  return sockets.open(address->family, address->socktype, address->protocol);
}

// libcurl goes to the control connection's address, which is the relay's: what counts is the port.
int CurlFtpTraffic::open_data(curl_sockaddr* address) {
  sockaddr_in there{};
  std::memcpy(&there, &address->addr, sizeof there);
  FtpQuestion question;
  question.kind = FtpQuestion::Kind::connection;
  question.port = ntohs(there.sin_port);
  const auto answer = way_.desk->ask(question);
  if (!answer || answer->relay == nullptr) return -1;
  there.sin_port = htons(answer->port);
  std::memcpy(&address->addr, &there, sizeof there);
  return sockets_.adopt(answer->relay->open_socket());
}

int CurlFtpTraffic::close_socket(void* self, curl_socket_t socket) {
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  const bool control = socket == traffic.sockets_.control();
  if (control && !traffic.quitting_ && look_at_control(socket) == ControlState::gone) traffic.control_cut_ = true;
  traffic.sockets_.close(socket);
  return 0;
}

// An accepted data connection is libcurl's to close, so it is only looked at.
int CurlFtpTraffic::on_socket(void* self, curl_socket_t socket, curlsocktype purpose) {
  if (purpose != CURLSOCKTYPE_ACCEPT) return CURL_SOCKOPT_OK;
  auto& traffic = *static_cast<CurlFtpTraffic*>(self);
  traffic.sockets_.set_data(socket);
  traffic.connected_ = true;
  traffic.pipe_.heard(false);
  return CURL_SOCKOPT_OK;
}

}  // namespace sim800
