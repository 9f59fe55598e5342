// SPDX-License-Identifier: MIT
#include "emulator/internet/ftp_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/internet/ftp_settings.hpp"
#include "emulator/tls/tls_client.hpp"

namespace sim800 {
namespace {

constexpr Duration usual_silence = 75s;  // manual 12.2.14: "in case no response is received from server"
// Active mode: the server has sent 150 and does not connect. No source says how long the module waits: a minute, which
// is shorter than the silence limit, so that the host gets the right code (76).
constexpr Duration accept_limit = 60s;

using Operation = FtpService::Operation;

FtpVerb verb_of(Operation operation) {
  switch (operation) {
    case Operation::get:
    case Operation::get_to_fs:
    case Operation::ext_get: return FtpVerb::get;
    case Operation::put:
    case Operation::put_from_fs: return FtpVerb::put;
    case Operation::list: return FtpVerb::list;
    case Operation::size: return FtpVerb::size;
    case Operation::dele: return FtpVerb::dele;
    case Operation::mkd: return FtpVerb::mkd;
    case Operation::rmd: return FtpVerb::rmd;
  }
  return FtpVerb::get;
}

}  // namespace

std::string_view word(Operation operation) {
  switch (operation) {
    case Operation::get: return "FTPGET";
    case Operation::put: return "FTPPUT";
    case Operation::list: return "FTPLIST";
    case Operation::size: return "FTPSIZE";
    case Operation::dele: return "FTPDELE";
    case Operation::mkd: return "FTPMKD";
    case Operation::rmd: return "FTPRMD";
    case Operation::get_to_fs: return "FTPGETTOFS";
    case Operation::put_from_fs: return "FTPPUTFRMFS";
    case Operation::ext_get: return "FTPEXTGET";
  }
  return "FTPGET";
}

FtpService::FtpService(const Environment& environment, Settings& settings, Bearers& bearers, TlsClient& tls_client,
                       Nvram& nvram, FileSystem& files, FtpClient& client)
    : environment_(environment),
      settings_(settings),
      bearers_(bearers),
      tls_client_(tls_client),
      nvram_(nvram),
      files_(files),
      client_(client) {}

// --- parameters

bool FtpService::save_context() { return nvram_.store(ftp_context.section, settings_.values_of(ftp_context)); }

/// Version 0.1 did not store FTPTIMEOUT.
bool FtpService::context_saved() const {
  Nvram::Section values = settings_.values_of(ftp_context);
  const Nvram::Section* const stored = nvram_.find(ftp_context.section);
  const auto added = values.find(key::ftptimeout.command);
  if (stored != nullptr && !stored->contains(key::ftptimeout.command) && added->second == "75") values.erase(added);
  return nvram_.holds(ftp_context.section, values);
}

FtpRequest FtpService::request(FtpVerb verb) const {
  const bool put = verb == FtpVerb::put;
  FtpRequest request;
  request.verb = verb;
  request.host = settings_.text(key::ftpserv);
  request.port = static_cast<std::uint16_t>(settings_.number(key::ftpport));
  request.user = settings_.text(key::ftpun);
  request.password = settings_.text(key::ftppw);
  request.path = settings_.text(put ? key::ftpputpath : key::ftpgetpath);
  request.name = settings_.text(put ? key::ftpputname : key::ftpgetname);
  request.passive = settings_.number(key::ftpmode) == 1;
  request.ascii = settings_.text(key::ftptype) == "A";
  if (verb == FtpVerb::get) request.offset = settings_.number(key::ftprest);
  const std::string& option = settings_.text(key::ftpputopt);
  request.put_option = option == "APPE"   ? FtpPutOption::append
                       : option == "STOU" ? FtpPutOption::store_unique
                                          : FtpPutOption::store;
  request.tls = static_cast<FtpTls>(settings_.number(key::ftpssl));
  if (request.tls != FtpTls::off) request.tls_options = tls_client_.options();
  return request;
}

std::optional<int> FtpService::refusal(Operation operation) const {
  const FtpRequest wanted = request(verb_of(operation));
  const bool by_path = operation == Operation::mkd || operation == Operation::rmd;
  const bool nameless = operation != Operation::list && (by_path ? wanted.path : wanted.name).empty();
  if (nameless || wanted.host.empty()) return environment_.world.module.quirks.ftp_empty_name;
  if (!bearers_.connected(settings_.number(key::ftpcid))) return ftp_code::net_error;
  return std::nullopt;
}

// --- the life of a session

void FtpService::start(Operation operation, Channel& asker, FtpFileJob job) {
  if (running_) return environment_.answer(reported(operation, ftp_code::not_allowed), &asker);
  asker_ = &asker;
  running_ = operation;
  told_ = announced_ = ready_ = finishing_ = false;
  moved_ = moved_before_ = on_drive_ = 0;
  for_drive_.clear();
  read_out_ = {};
  kept_.clear();
  outcome_.reset();
  ended_.reset();
  run_ = run(operation, std::move(job));
  run_.start([this] { run_.cancel(); });
}

Task<> FtpService::run(Operation operation, FtpFileJob job) {
  earliest_ = environment_.clock.now() + environment_.latency[Latency::ftp_session];
  int code = 0;
  if (const auto refused = refusal(operation)) {
    code = *refused;
  } else {
    record(operation, "start", code);
    code = co_await perform(operation, job);
    record(operation, "end", ended_.value_or(code));
  }
  close();
  if (code == ftp_code::tls_no_channel || code == ftp_code::tls_alert) {
    tls_client_.failed(settings_.text(key::ftpserv), static_cast<std::uint16_t>(settings_.number(key::ftpport)));
  }
  const TimePoint due = ended_ ? earliest_ : std::max(earliest_, read_out_);
  co_await environment_.clock.sleep_until(due);
  if (ended_) code = *ended_;
  running_.reset();
  told_ = announced_ = ready_ = false;
  environment_.answer(reported(operation, code), asker_);
}

void FtpService::record(Operation operation, std::string_view phase, int code) const {
  if (environment_.trace == nullptr) return;
  const FtpRequest wanted = request(verb_of(operation));
  environment_.record("ftp", {{"phase", phase},
                              {"command", word(operation)},
                              {"host", wanted.host},
                              {"port", std::int64_t{wanted.port}},
                              {"code", std::int64_t{code}}});
}

Task<int> FtpService::perform(Operation operation, FtpFileJob& job) {
  switch (operation) {
    case Operation::get:
    case Operation::list: open(request(verb_of(operation))); co_return co_await stream_down();
    case Operation::put:
      open(request(FtpVerb::put));
      if (method == Method::ext_put || method == Method::file_put) co_return co_await deliver(ram);
      co_return co_await stream_up();
    case Operation::ext_get:
      ram.clear();
      open(request(FtpVerb::get));
      co_return co_await collect();
    case Operation::get_to_fs: co_return co_await download_to_file(job);
    case Operation::put_from_fs: co_return co_await upload_from_file(job);
    default: break;
  }
  open(request(verb_of(operation)));
  while (!outcome_ && !ended_) co_await event_;
  if (ended_) co_return *ended_;
  moved_ = outcome_->size;
  co_return outcome_->code;
}

void FtpService::open(FtpRequest wanted) {
  outcome_.reset();
  heard();
  session_ = client_.start(std::move(wanted), {.heard = [this] { heard(); },
                                               .changed = [this] { event_.raise(); },
                                               .done =
                                                   [this](FtpOutcome outcome) {
                                                     outcome_ = outcome;
                                                     silence_.cancel();
                                                     event_.raise();
                                                   }});
}

void FtpService::close() {
  session_.reset();
  silence_.cancel();
  stop_waiting_for_host();
}

/// Ends the running session from this side.
void FtpService::end(int code) {
  if (!running_ || ended_) return;
  ended_ = code;
  event_.raise();
}

/// AT+FTPTIMEOUT in seconds; 0 leaves the manual's limit.
Duration FtpService::silence_limit() const {
  const std::uint32_t given = settings_.number(key::ftptimeout);
  return given == 0 || !environment_.world.module.quirks.ftp_timeout ? usual_silence : std::chrono::seconds(given);
}

void FtpService::heard() {
  if (ready_) return;  // the server has accepted the data, and now it is the host's turn
  const bool unconnected = session_ && session_->awaits_connection();
  const int code = unconnected ? ftp_code::active_error : ftp_code::timeout;
  const Duration limit = unconnected ? std::min(accept_limit, silence_limit()) : silence_limit();
  silence_ = environment_.clock.after(limit, [this, code] { end(code); });
}

bool FtpService::quit() {
  if (!running_) return false;
  end(ftp_code::manual_quit);
  return true;
}

void FtpService::bearer_closed(unsigned cid) {
  if (!running_ || settings_.number(key::ftpcid) != cid) return;
  if (running_ == Operation::get || running_ == Operation::list) return lose();
  end(ftp_code::net_error);
}

/// The session is gone; what it has received stays until the host has read it.
void FtpService::lose() {
  if (outcome_) return;
  kept_ = received();
  session_.reset();
  silence_.cancel();
  outcome_ = FtpOutcome{ftp_code::net_error, 0};
  event_.raise();
}

void FtpService::power_off() {
  run_.cancel();
  close();
  running_.reset();
  ended_.reset();
  told_ = announced_ = ready_ = false;
  kept_.clear();
  method = Method::normal;
  ram.clear();
  ram.shrink_to_fit();
}

// --- what the host is told

std::optional<std::uint64_t> FtpService::progress(Operation operation) const {
  if (running_ != operation) return std::nullopt;
  const bool uploads = operation == Operation::put_from_fs && session_ != nullptr;
  return uploads ? std::max(moved_, moved_before_ + session_->sent()) : moved_;
}

/// +FTPGET: 1,<res>; FTPGETTOFS and FTPPUTFRMFS report 0,<total> or the bare code.
std::string FtpService::reported(Operation operation, int code) const {
  const bool bare = operation == Operation::get_to_fs || operation == Operation::put_from_fs;
  std::string text = fmt::format("+{}: {}{}", word(operation), bare ? "" : "1,", code);
  if (code == ftp_code::finished && (bare || operation == Operation::size)) text += fmt::format(",{}", moved_);
  return text;
}

}  // namespace sim800
