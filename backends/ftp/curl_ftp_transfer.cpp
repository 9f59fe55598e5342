// CurlFtpTransfer: the course of a session, in its thread.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp_transfer.hpp"

#include <pthread.h>

#include <csignal>
#include <optional>
#include <thread>
#include <utility>

#include "backends/ftp/curl_ftp_code.hpp"
#include "backends/ftp/curl_ftp_request.hpp"
#include "backends/ftp/curl_ftp_traffic.hpp"

namespace sim800 {
namespace {

// AT+FTPPUTOPT="STOU": how many names are tried.
constexpr int max_names = 100;

}  // namespace

struct CurlFtpTransfer::Impl {
  Impl(FtpRequest&& what, std::string&& url, const FtpRoute& way, FtpPipe& to);

  void run();
  FtpOutcome outcome();
  std::optional<FtpOutcome> find_free_name();
  CURLcode perform();
  FtpOutcome ended(CURLcode code);
  bool is_short() const;

  FtpPipe& pipe;
  CurlFtpTraffic traffic;
  // libcurl refers to what stands above; a handle is out of `multi` when it goes.
  CurlMultiHandle multi;
  CurlFtpRequest request;
  std::thread thread;
};

CurlFtpTransfer::Impl::Impl(FtpRequest&& what, std::string&& url, const FtpRoute& way, FtpPipe& to)
    : pipe(to), traffic(to, way, what), multi(make_curl_multi()), request(std::move(what), std::move(url), way) {
  traffic.attach(request.easy());
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
  if (request->verb == FtpVerb::put && request->put_option == FtpPutOption::store_unique) {
    if (const auto failure = find_free_name()) return *failure;
  }
  request.ask_for_operation();
  return ended(perform());
}

// libcurl has no STOU, so a free name is looked for on the same connection: NAME, NAME.1, NAME.2, ...
std::optional<FtpOutcome> CurlFtpTransfer::Impl::find_free_name() {
  const std::string wanted = request->name;
  for (int number = 0; number < max_names; ++number) {
    if (number > 0) request.rename(wanted + "." + std::to_string(number));
    request.ask_for_name();
    const CURLcode code = perform();
    if (code != CURLE_OK) return ended(code);
    if (traffic.talk().reply() == 550) return std::nullopt;
    if (traffic.talk().reply() != 213) break;  // it does not tell: rather nothing than another's file overwritten
  }
  return FtpOutcome{ftp_code::operate_error, 0};
}

CURLcode CurlFtpTransfer::Impl::perform() {
  CurlEasy& easy = request.easy();
  if (!easy.ok() || curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  int running = 1;
  while (running > 0 && !traffic.is_over()) {
    curl_multi_perform(multi.get(), &running);
    if (running > 0) traffic.wait(multi.get());
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi.get(), &left);
  const CURLcode result = message != nullptr ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
  // A transfer that still runs is to end without QUIT, for which libcurl would wait here.
  if (running > 0) traffic.cut();
  curl_multi_remove_handle(multi.get(), easy.get());
  return result;
}

FtpOutcome CurlFtpTransfer::Impl::ended(CURLcode code) {
  const FtpControlConnection& talk = traffic.talk();
  // The server still owes a reply, which is a silence and the service's to end.
  if (code == CURLE_OPERATION_TIMEDOUT && talk.reply() != 421) traffic.wait_for_end();
  traffic.flush();
  if (code == CURLE_OK && is_short()) return {ftp_code::download_error, 0};
  FtpOutcome result{ftp_code_of({code, request.easy().error(), traffic.control_cut()}, talk, *request), 0};
  if (request->verb == FtpVerb::size && result.code == ftp_code::finished) {
    const auto size = talk.size();
    result = {size ? ftp_code::finished : ftp_code::server_error, size.value_or(0)};
  }
  return result;
}

// libcurl compares only where it has asked for the size.  After REST servers tell the whole file's size or the rest's,
// and in ASCII the file's, not the transfer's.
bool CurlFtpTransfer::Impl::is_short() const {
  if (request->verb != FtpVerb::get || request->ascii || request->offset > 0) return false;
  const auto announced = traffic.talk().announced();
  return announced && traffic.received() < *announced;
}

CurlFtpTransfer::CurlFtpTransfer(FtpRequest request, std::string url, const FtpRoute& way, FtpPipe& pipe)
    : impl_(std::make_unique<Impl>(std::move(request), std::move(url), way, pipe)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

CurlFtpTransfer::~CurlFtpTransfer() {
  impl_->pipe.cancel();
  impl_->traffic.cut();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace sim800
