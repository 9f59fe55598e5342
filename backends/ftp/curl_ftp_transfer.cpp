// CurlFtpTransfer: the course of a session, in its thread.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp_transfer.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "backends/ftp/curl_ftp_code.hpp"

namespace sim800 {

CurlFtpTransfer::CurlFtpTransfer(FtpRequest request, std::string url, const FtpRoute& route, FtpBridge& bridge)
    : bridge_(bridge),
      traffic_(bridge, route, request),
      multi_(make_curl_multi()),
      request_(std::move(request), std::move(url), route) {
  traffic_.attach(request_.easy());
  thread_ = std::thread([this] { run(); });
}

CurlFtpTransfer::~CurlFtpTransfer() {
  bridge_.cancel();
  traffic_.cut();
  if (thread_.joinable()) thread_.join();
}

void CurlFtpTransfer::run() {
  // Signals are the main thread's; SIGPIPE comes from OpenSSL, which writes to sockets that may be cut.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  const FtpOutcome result = outcome();
  if (!bridge_.cancelled()) bridge_.end(result);
}

FtpOutcome CurlFtpTransfer::outcome() {
  if (request_->verb == FtpVerb::put && request_->put_option == FtpPutOption::store_unique) {
    return ended(store_unique());
  }
  request_.ask_for_operation();
  return ended(perform());
}

CURLcode CurlFtpTransfer::store_unique() {
  request_.ask_for_login();
  CURLcode result = run_to_end();
  if (result == CURLE_OK) result = traffic_.store_unique(request_.easy().get(), *request_);
  remove(true);
  return result;
}

CURLcode CurlFtpTransfer::perform() {
  const CURLcode result = run_to_end();
  remove(false);
  return result;
}

// The handle stays in `multi_`, and with it its connection.
CURLcode CurlFtpTransfer::run_to_end() {
  CurlEasy& easy = request_.easy();
  if (!easy.ok() || curl_multi_add_handle(multi_.get(), easy.get()) != CURLM_OK) return CURLE_FAILED_INIT;
  int running = 1;
  while (running > 0 && !traffic_.is_over()) {
    curl_multi_perform(multi_.get(), &running);
    if (running > 0) traffic_.wait(multi_.get());
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left);
  const CURLcode result = message != nullptr ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
  // A transfer that is still running ends without QUIT, whose reply libcurl would wait for here.
  if (running > 0) traffic_.cut();
  return result;
}

void CurlFtpTransfer::remove(bool cut) {
  if (cut) traffic_.cut();
  curl_multi_remove_handle(multi_.get(), request_.easy().get());
}

FtpOutcome CurlFtpTransfer::ended(CURLcode code) {
  const FtpControlConnection& control = traffic_.control();
  // libcurl gives up on a reply that the server still owes: a silence, which is the service's to end.
  if (code == CURLE_OPERATION_TIMEDOUT && control.reply() != 421) traffic_.wait_for_end();
  traffic_.flush();
  // Whatever the server says to that, or does to the control connection, may come before or after libcurl has noticed.
  if (code != CURLE_OK && traffic_.data_cut()) {
    return {request_->verb == FtpVerb::put ? ftp_code::upload_error : ftp_code::download_error, 0};
  }
  if (code == CURLE_OK && is_short()) return {ftp_code::download_error, 0};
  const std::string_view error = traffic_.tls_error().empty() ? request_.easy().error() : traffic_.tls_error();
  FtpOutcome result{ftp_code_of({code, error, traffic_.control_cut()}, control, *request_), 0};
  if (request_->verb == FtpVerb::size && result.code == ftp_code::finished) {
    const auto size = control.size();
    result = {size ? ftp_code::finished : ftp_code::server_error, size.value_or(0)};
  }
  return result;
}

// libcurl does not compare, as it has not asked for the size.  After REST some servers announce the whole file's size,
// others the rest's, and in ASCII the file's, not the transfer's.
bool CurlFtpTransfer::is_short() const {
  if (request_->verb != FtpVerb::get || request_->ascii || request_->offset > 0) return false;
  const auto announced = traffic_.control().announced();
  return announced && traffic_.received() < *announced;
}

}  // namespace sim800
