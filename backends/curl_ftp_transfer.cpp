// CurlFtpTransfer: libcurl's options and callbacks.
// SPDX-License-Identifier: MIT
#include "backends/curl_ftp_transfer.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "backends/curl_easy.hpp"
#include "backends/curl_ftp_code.hpp"
#include "backends/ftp_sockets.hpp"
#include "backends/ftp_talk.hpp"
#include "backends/http_target.hpp"

namespace sim800 {
namespace {

// libcurl's own limits would end a silence that the service is to end.
constexpr long no_limit_s = 86'400;
// AT+FTPPUTOPT="STOU": how many names are tried.
constexpr int most_names = 100;

struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string percent_encoded(CURL* easy, const std::string& text) {
  if (text.empty()) return {};
  const std::unique_ptr<char, FreeText> encoded(curl_easy_escape(easy, text.data(), static_cast<int>(text.size())));
  if (encoded == nullptr) throw std::bad_alloc();
  return encoded.get();
}

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
}

bool is_transfer(FtpVerb verb) { return verb == FtpVerb::get || verb == FtpVerb::put || verb == FtpVerb::list; }
bool takes_name(FtpVerb verb) { return verb != FtpVerb::list && verb != FtpVerb::mkd && verb != FtpVerb::rmd; }

}  // namespace

bool can_be_sent(const FtpRequest& request) {
  for (const std::string& text : {request.user, request.password, request.path, request.name}) {
    if (!is_plain(text)) return false;
  }
  if (!takes_name(request.verb)) return request.verb == FtpVerb::list || !request.path.empty();
  return !request.name.empty() && !request.name.ends_with('/');
}

struct CurlFtpTransfer::Impl {
  Impl(FtpRequest&& what, std::string&& where, const Route& route, FtpPipe& to);

  void run();
  FtpOutcome outcome();
  std::optional<FtpOutcome> find_free_name();
  CURLcode perform();
  void wait();
  void watch_control();
  template <class Condition>
  bool wait_until(Condition reached);
  FtpOutcome ended(CURLcode code);

  void set_connection(const Route& route);
  void set_login();
  void set_tls();
  void set_callbacks();
  void set_command();
  void set_transfer();
  void enter_directory();
  void leave();
  bool take_raw();
  bool is_short() const;

  static int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self);
  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);
  static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);

  FtpRequest request;
  const std::string url;
  FtpPipe& pipe;
  FtpSockets sockets;
  FtpTalk talk;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::string raw;  // data as they came, not yet in the pipe
  std::uint64_t received = 0;
  bool in_directory = false;   // CWD has been sent
  bool quitting = false;       // QUIT has been sent: the outcome is known
  bool control_cut = false;    // the control connection has ended, or is about to
  bool control_spoke = false;  // something on it waits for libcurl, which reads it after the data
  bool uploading = false;
  // libcurl refers to what stands above, so it is destroyed after the handles; a handle is out of `multi` when it goes.
  CurlList connect_to, commands, before_transfer;
  std::unique_ptr<CURLM, FreeMulti> multi;
  CurlEasy easy;
  std::thread thread;
};

CurlFtpTransfer::Impl::Impl(FtpRequest&& what, std::string&& where, const Route& route, FtpPipe& to)
    : request(std::move(what)), url(std::move(where)), pipe(to), multi(curl_multi_init()) {
  if (multi == nullptr) throw std::bad_alloc();
  set_connection(route);
  set_login();
  set_tls();
  set_callbacks();
}

// Nothing comes from the environment, and libcurl never has a name to resolve.
void CurlFtpTransfer::Impl::set_connection(const Route& route) {
  easy.set(CURLOPT_PROTOCOLS_STR, "ftp,ftps");
  easy.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  easy.set(CURLOPT_PROXY, "");
  easy.set(CURLOPT_NOPROXY, "");
  connect_to.add("::" + host_and_port(route.address, route.port));
  easy.set(CURLOPT_CONNECT_TO, connect_to.get());
  easy.set(CURLOPT_NOSIGNAL, 1L);
  easy.set(CURLOPT_CONNECTTIMEOUT, no_limit_s);
  easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, no_limit_s);

  easy.set(CURLOPT_FTP_USE_EPSV, 0L);
  easy.set(CURLOPT_FTP_USE_EPRT, 0L);
  // Data go to the control connection's address, whatever PASV says: there the radio link leads, and the address that a
  // server behind a gateway tells is often of no use.
  easy.set(CURLOPT_FTP_SKIP_PASV_IP, 1L);
  if (!request.passive) easy.set(CURLOPT_FTPPORT, "-");  // the control connection's own address
  easy.set(CURLOPT_PATH_AS_IS, 1L);
  easy.set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_NOCWD));
}

// Without a name libcurl would log in as somebody of its own.
void CurlFtpTransfer::Impl::set_login() {
  easy.set(CURLOPT_USERNAME, request.user.empty() ? "anonymous" : request.user.c_str());
  easy.set(CURLOPT_PASSWORD, request.password.c_str());
}

// As for HTTP, but with session resumption: many servers want to see the control connection's session on the data's.
void CurlFtpTransfer::Impl::set_tls() {
  if (request.tls == FtpTls::explicit_) {
    easy.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    easy.set(CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
  }
  constexpr std::array<long, 3> newest = {CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1,
                                          CURL_SSLVERSION_MAX_TLSv1_2};
  easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_0 | newest.at(static_cast<std::size_t>(request.tls_max)));
  easy.set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
  easy.set(CURLOPT_SSL_VERIFYPEER, request.verify_peer ? 1L : 0L);
  easy.set(CURLOPT_SSL_VERIFYHOST, request.verify_peer ? 2L : 0L);
  if (!request.verify_peer) {
    easy.set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    easy.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

void CurlFtpTransfer::Impl::set_callbacks() {
  easy.set(CURLOPT_ERRORBUFFER, error.data());
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

// Not by way of the URL, where a path cannot be told from a name with a slash in it.
void CurlFtpTransfer::Impl::enter_directory() {
  if (!in_directory && !request.path.empty()) commands.add("CWD " + request.path);
  in_directory = true;
}

// What needs no data connection: libcurl logs in, sends a list of commands and nothing else.
void CurlFtpTransfer::Impl::set_command() {
  switch (request.verb) {
    case FtpVerb::mkd: commands.add("MKD " + request.path); break;
    case FtpVerb::rmd: commands.add("RMD " + request.path); break;
    case FtpVerb::dele:
      enter_directory();
      commands.add("DELE " + request.name);
      break;
    default:  // a size is that of the bytes only in TYPE I
      enter_directory();
      commands.add("TYPE I");
      commands.add("SIZE " + request.name);
      break;
  }
  easy.set(CURLOPT_URL, url.c_str());
  easy.set(CURLOPT_QUOTE, commands.get());
  easy.set(CURLOPT_NOBODY, 1L);
}

void CurlFtpTransfer::Impl::set_transfer() {
  commands = {};
  enter_directory();
  easy.set(CURLOPT_QUOTE, commands.get());
  const bool listing = request.verb == FtpVerb::list;
  easy.set(CURLOPT_URL, (url + (listing ? "" : percent_encoded(easy.get(), request.name))).c_str());
  easy.set(CURLOPT_NOBODY, 0L);
  if (request.verb == FtpVerb::put) {
    easy.set(CURLOPT_UPLOAD, 1L);
    if (request.put_option == FtpPutOption::append) easy.set(CURLOPT_APPEND, 1L);
    // libcurl would turn LF into CR LF if it were told of ASCII.
    if (request.ascii) before_transfer.add("TYPE A");
  } else if (request.verb == FtpVerb::get) {
    // libcurl would ask for the size first, and refuse to go on where the server has none to tell.
    easy.set(CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
    // Known to libcurl, so that it does not compare a size told with bytes that the server has converted.
    if (request.ascii) easy.set(CURLOPT_TRANSFERTEXT, 1L);
    if (request.offset > 0) before_transfer.add("REST " + std::to_string(request.offset));
  }
  easy.set(CURLOPT_PREQUOTE, before_transfer.get());
}

void CurlFtpTransfer::Impl::run() {
  // Signals are the main thread's; SIGPIPE comes from OpenSSL, which writes to sockets that may be cut.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  const FtpOutcome result = outcome();
  if (!pipe.cancelled()) pipe.end(result);
}

FtpOutcome CurlFtpTransfer::Impl::outcome() {
  if (request.verb == FtpVerb::put && request.put_option == FtpPutOption::store_unique) {
    if (const auto failure = find_free_name()) return *failure;
  }
  if (is_transfer(request.verb)) {
    set_transfer();
  } else {
    set_command();
  }
  easy.set(CURLOPT_FORBID_REUSE, 1L);  // quits at once
  return ended(perform());
}

// libcurl has no STOU, so a free name is looked for on the same connection: NAME, NAME.1, NAME.2, ...
std::optional<FtpOutcome> CurlFtpTransfer::Impl::find_free_name() {
  const std::string wanted = request.name;
  for (int number = 0; number < most_names; ++number) {
    if (number > 0) request.name = wanted + "." + std::to_string(number);
    commands = {};
    enter_directory();
    if (number == 0) commands.add("TYPE I");
    commands.add("*SIZE " + request.name);  // the asterisk: a refusal is no failure
    easy.set(CURLOPT_URL, url.c_str());
    easy.set(CURLOPT_QUOTE, commands.get());
    easy.set(CURLOPT_NOBODY, 1L);
    const CURLcode code = perform();
    if (code != CURLE_OK) return ended(code);
    if (talk.reply() == 550) return std::nullopt;
    if (talk.reply() != 213) break;  // a server that does not tell: rather nothing than another's file overwritten
  }
  return FtpOutcome{ftp_code::operate_error, 0};
}

CURLcode CurlFtpTransfer::Impl::perform() {
  if (!easy.ok() || curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  int running = 1;
  while (running > 0 && !pipe.cancelled() && !control_cut) {
    curl_multi_perform(multi.get(), &running);
    if (running > 0) wait();
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi.get(), &left);
  const CURLcode result = message != nullptr ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
  // A transfer that still runs is to end without QUIT, for which libcurl would wait here.
  if (running > 0) sockets.cut();
  curl_multi_remove_handle(multi.get(), easy.get());
  return result;
}

// For the sockets that libcurl waits for, for the loop's side, and during a transfer for the control connection, which
// libcurl leaves alone then.
void CurlFtpTransfer::Impl::wait() {
  std::array<curl_waitfd, 2> others = {curl_waitfd{pipe.wake_fd(), CURL_WAIT_POLLIN, 0},
                                       curl_waitfd{sockets.control(), CURL_WAIT_POLLIN, 0}};
  const bool watching = talk.transferring() && !control_spoke && sockets.control() >= 0;
  // As curl_easy_perform() does: on a connection used again libcurl goes on to the data connection only at a next call,
  // but asks for none.
  constexpr int longest_ms = 1000;
  curl_multi_poll(multi.get(), others.data(), watching ? 2 : 1, longest_ms, nullptr);
  pipe.clear();
  if (watching) watch_control();
}

void CurlFtpTransfer::Impl::watch_control() {
  const ControlState state = look_at_control(sockets.control());
  if (state == ControlState::quiet) return;
  // What still waits on the data connection may be the rest of a file whose 226 libcurl has read together with the 150.
  if (!uploading && has_data(sockets.data())) return;
  if (state == ControlState::speaking) control_spoke = true;
  if (state == ControlState::leaving || state == ControlState::gone) control_cut = true;
}

// Blocks in the midst of a callback; libcurl does nothing meanwhile.  False: the session is to end.
template <class Condition>
bool CurlFtpTransfer::Impl::wait_until(Condition reached) {
  while (!pipe.cancelled() && !control_cut) {
    if (reached()) return true;
    std::array<pollfd, 3> entries = {pollfd{pipe.wake_fd(), POLLIN, 0},
                                     pollfd{uploading && !control_spoke ? sockets.control() : -1, POLLIN, 0},
                                     pollfd{uploading ? sockets.data() : -1, POLLRDHUP, 0}};
    ::poll(entries.data(), entries.size(), -1);
    pipe.clear();
    if (entries[1].revents != 0) watch_control();
    if (entries[2].revents != 0) return false;  // the server does not take the rest
  }
  return false;
}

FtpOutcome CurlFtpTransfer::Impl::ended(CURLcode code) {
  // The server still owes a reply, which is a silence and the service's to end.
  if (code == CURLE_OPERATION_TIMEDOUT && talk.reply() != 421) {
    wait_until([] { return false; });
  }
  take_raw();
  if (code == CURLE_OK && is_short()) return {ftp_code::download_error, 0};
  FtpOutcome result{ftp_code_of({code, error.data(), control_cut}, talk, request), 0};
  if (request.verb == FtpVerb::size && result.code == ftp_code::finished) {
    const auto size = talk.size();
    result = {size ? ftp_code::finished : ftp_code::server_error, size.value_or(0)};
  }
  return result;
}

// libcurl compares only where it has asked for the size.  After REST servers tell the whole file's size or the rest's,
// and in ASCII the file's, not the transfer's.
bool CurlFtpTransfer::Impl::is_short() const {
  if (request.verb != FtpVerb::get || request.ascii || request.offset > 0) return false;
  return talk.announced() && received < *talk.announced();
}

// The outcome stands, and nobody waits for the answer: libcurl's own waiting for it ends here.
void CurlFtpTransfer::Impl::leave() {
  if (look_at_control(sockets.control()) == ControlState::gone) control_cut = true;
  quitting = true;
  ::shutdown(sockets.control(), SHUT_RD);
}

// Moves data on; blocks while the window is full.
bool CurlFtpTransfer::Impl::take_raw() {
  if (raw.empty()) return true;
  if (!wait_until([this] { return pipe.has_space(raw.size()); })) return false;
  pipe.put(raw);
  received += raw.size();
  raw.clear();
  return true;
}

// Data are taken from here because libcurl turns CR LF into LF before it calls the function meant for them.
int CurlFtpTransfer::Impl::on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  auto& transfer = *static_cast<Impl*>(self);
  const std::string_view text(data, size);
  if (type == CURLINFO_DATA_IN) transfer.raw += text;
  if (type == CURLINFO_DATA_OUT) transfer.pipe.add_sent(size);
  if (type == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) {
    transfer.leave();
  } else if (type == CURLINFO_HEADER_OUT) {
    transfer.talk.sent(text);
  }
  return 0;
}

std::size_t CurlFtpTransfer::Impl::on_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Impl*>(self);
  if (transfer.quitting) return size * count;
  transfer.pipe.heard();
  return transfer.talk.received({data, size * count}) ? size * count : 0;
}

std::size_t CurlFtpTransfer::Impl::on_data(char*, std::size_t size, std::size_t count, void* self) {
  return static_cast<Impl*>(self)->take_raw() ? size * count : CURL_WRITEFUNC_ERROR;
}

// Its first call says that the server has agreed and the data connection stands.
std::size_t CurlFtpTransfer::Impl::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Impl*>(self);
  if (!std::exchange(transfer.uploading, true)) transfer.pipe.ready();
  std::optional<std::size_t> bytes;
  const bool more = transfer.wait_until([&] {
    bytes = transfer.pipe.get({data, size * count});
    return bytes.has_value();
  });
  return more ? *bytes : CURL_READFUNC_ABORT;
}

curl_socket_t CurlFtpTransfer::Impl::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  return static_cast<Impl*>(self)->sockets.open(address->family, address->socktype, address->protocol);
}

int CurlFtpTransfer::Impl::close_socket(void* self, curl_socket_t socket) {
  auto& transfer = *static_cast<Impl*>(self);
  const bool control = socket == transfer.sockets.control();
  if (control && !transfer.quitting && look_at_control(socket) == ControlState::gone) transfer.control_cut = true;
  transfer.sockets.close(socket);
  return 0;
}

// An accepted data connection is libcurl's to close, so it is only looked at.
int CurlFtpTransfer::Impl::on_socket(void* self, curl_socket_t socket, curlsocktype purpose) {
  if (purpose == CURLSOCKTYPE_ACCEPT) static_cast<Impl*>(self)->sockets.set_data(socket);
  return CURL_SOCKOPT_OK;
}

CurlFtpTransfer::CurlFtpTransfer(FtpRequest request, std::string url, const Route& route, FtpPipe& pipe)
    : impl_(std::make_unique<Impl>(std::move(request), std::move(url), route, pipe)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

CurlFtpTransfer::~CurlFtpTransfer() {
  impl_->pipe.cancel();
  impl_->sockets.cut();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace sim800
