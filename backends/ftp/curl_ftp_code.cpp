// From libcurl's code, the last command and the last reply to the module's code.
// SPDX-License-Identifier: MIT
#include "backends/ftp/curl_ftp_code.hpp"

#include "backends/curl/tls_failure.hpp"

namespace sim800 {
namespace {

struct Row {
  std::string_view command;
  int code;
};

// A command that is not listed is the operation itself, or the CWD before it.
constexpr Row steps[] = {
    {"", ftp_code::reply_error},  // the greeting
    {"AUTH", ftp_code::tls_no_channel}, {"PBSZ", ftp_code::tls_no_channel}, {"PROT", ftp_code::tls_no_channel},
    {"USER", ftp_code::user_error},     {"PASS", ftp_code::password_error}, {"TYPE", ftp_code::type_error},
    {"REST", ftp_code::rest_error},     {"PASV", ftp_code::passive_error},  {"EPSV", ftp_code::passive_error},
    {"PORT", ftp_code::active_error},   {"EPRT", ftp_code::active_error},
};

int code_of_step(const FtpControlConnection& control) {
  for (const Row& row : steps) {
    if (row.command == control.command()) return row.code;
  }
  return ftp_code::operate_error;
}

bool is_broken(CURLcode code) {
  return code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING;
}

// After 150.
int code_of_transfer(const FtpEnd& end, const FtpControlConnection& control, const FtpRequest& request) {
  if (end.control_cut && control.reply() < 400) return ftp_code::server_error;
  return request.verb == FtpVerb::put ? ftp_code::upload_error : ftp_code::download_error;
}

}  // namespace

int ftp_code_of(const FtpEnd& end, const FtpControlConnection& control, const FtpRequest& request) {
  if (control.unreadable()) return ftp_code::server_error;
  if (end.code == CURLE_OK) return ftp_code::finished;
  if (control.reply() == 421) return ftp_code::server_error;
  if (const auto tls = tls_failure(end.code, end.error, {ftp_code::tls_no_channel, ftp_code::tls_alert})) return *tls;
  if (control.reply() == 425) return request.passive ? ftp_code::passive_error : ftp_code::active_error;
  if (control.transferring()) return code_of_transfer(end, control, request);
  if (control.reply() == 0) {
    const bool greeted = !control.command().empty();
    return end.code == CURLE_COULDNT_CONNECT && !greeted ? ftp_code::connect_error : ftp_code::server_error;
  }
  if (control.reply() < 400 && is_broken(end.code)) return ftp_code::server_error;
  return code_of_step(control);
}

}  // namespace sim800
