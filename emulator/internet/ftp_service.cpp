// SPDX-License-Identifier: MIT
#include "emulator/internet/ftp_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sim800 {
namespace {

constexpr std::string_view nvram_section = "ftp";
constexpr Duration silence_limit = 75s;  // manual 12.2.14: "in case no response is received from server"
// Active mode: the server has sent 150 and does not connect. No source says how long the module waits: a minute, which
// is shorter than the silence limit, so that the host gets the right code (76).
constexpr Duration accept_limit = 60s;

constexpr std::array<std::string_view, 14> context{
    "+FTPSERV",   "+FTPPORT", "+FTPUN",      "+FTPPW",      "+FTPCID",     "+FTPMODE",    "+FTPTYPE",
    "+FTPPUTOPT", "+FTPREST", "+FTPGETNAME", "+FTPGETPATH", "+FTPPUTNAME", "+FTPPUTPATH", "+FTPSSL"};

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

FtpService::FtpService(const Environment& environment, Settings& settings, Bearers& bearers, Nvram& nvram,
                       FileSystem& files, FtpClient& client)
    : environment_(environment),
      settings_(settings),
      bearers_(bearers),
      nvram_(nvram),
      files_(files),
      client_(client) {}

// --- parameters

void FtpService::power_on() {
  settings_.set("+FTPMODE", 0, std::to_string(environment_.world.module.quirks.ftp_mode));
  const Nvram::Section* saved = nvram_.find(nvram_section);
  if (saved == nullptr) return;
  for (const std::string_view name : context) {
    const auto found = saved->find(name);
    if (found != saved->end() && !settings_.refuse(name, {found->second})) settings_.set(name, 0, found->second);
  }
}

bool FtpService::save_context() {
  Nvram::Section section;
  for (const std::string_view name : context) section.emplace(name, settings_.values(name)[0]);
  return nvram_.store(nvram_section, std::move(section));
}

bool FtpService::context_saved() const {
  const Nvram::Section* saved = nvram_.find(nvram_section);
  return saved != nullptr && std::ranges::all_of(context, [&](std::string_view name) {
           const auto found = saved->find(name);
           return found != saved->end() && found->second == settings_.values(name)[0];
         });
}

FtpRequest FtpService::request(FtpVerb verb) const {
  const auto text = [this](std::string_view name) { return settings_.values(name)[0]; };
  const bool put = verb == FtpVerb::put;
  FtpRequest request;
  request.verb = verb;
  request.host = text("+FTPSERV");
  request.port = static_cast<std::uint16_t>(settings_.number("+FTPPORT"));
  request.user = text("+FTPUN");
  request.password = text("+FTPPW");
  request.path = text(put ? "+FTPPUTPATH" : "+FTPGETPATH");
  request.name = text(put ? "+FTPPUTNAME" : "+FTPGETNAME");
  request.passive = settings_.number("+FTPMODE") == 1;
  request.ascii = text("+FTPTYPE") == "A";
  if (verb == FtpVerb::get) request.offset = settings_.number("+FTPREST");
  const std::string option = text("+FTPPUTOPT");
  request.put_option = option == "APPE"   ? FtpPutOption::append
                       : option == "STOU" ? FtpPutOption::store_unique
                                          : FtpPutOption::store;
  request.tls = static_cast<FtpTls>(settings_.number("+FTPSSL"));
  request.tls_max = tls_version(environment_.world.module.quirks.tls);
  request.verify_peer = settings_.number("+SSLOPT", 0) == 0;
  return request;
}

std::optional<int> FtpService::refusal(Operation operation) const {
  const FtpRequest wanted = request(verb_of(operation));
  const bool by_path = operation == Operation::mkd || operation == Operation::rmd;
  const bool nameless = operation != Operation::list && (by_path ? wanted.path : wanted.name).empty();
  if (nameless || wanted.host.empty()) return environment_.world.module.quirks.ftp_empty_name;
  if (!bearers_.connected(settings_.number("+FTPCID"))) return ftp_code::net_error;
  return std::nullopt;
}

// --- the life of a session

void FtpService::start(Operation operation, FtpFileJob job) {
  if (running_) return report(operation, ftp_code::not_allowed);
  running_ = operation;
  announced_ = ready_ = finishing_ = false;
  moved_ = 0;
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
    code = co_await perform(operation, job);
  }
  close();
  co_await environment_.clock.sleep_until(earliest_);
  if (ended_) code = *ended_;
  running_.reset();
  announced_ = ready_ = false;
  report(operation, code);
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
      co_return co_await collect(ram, ram_size, ftp_code::download_error);
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
  unread_.cancel();
  repeat_.cancel();
}

/// Ends the running session from this side.
void FtpService::end(int code) {
  if (!running_ || ended_) return;
  ended_ = code;
  event_.raise();
}

void FtpService::heard() {
  if (ready_) return;  // the server has accepted the data, and now it is the host's turn
  const bool unconnected = session_ && session_->awaits_connection();
  const int code = unconnected ? ftp_code::active_error : ftp_code::timeout;
  silence_ = environment_.clock.after(unconnected ? accept_limit : silence_limit, [this, code] { end(code); });
}

bool FtpService::quit() {
  if (!running_) return false;
  end(ftp_code::manual_quit);
  return true;
}

void FtpService::bearer_closed(unsigned cid) {
  if (running_ && settings_.number("+FTPCID") == cid) end(ftp_code::net_error);
}

void FtpService::power_off() {
  run_.cancel();
  close();
  running_.reset();
  ended_.reset();
  announced_ = ready_ = false;
  method = Method::normal;
  ram.clear();
  ram.shrink_to_fit();
}

// --- what the host is told

std::optional<std::uint64_t> FtpService::progress(Operation operation) const {
  return running_ == operation ? std::optional(moved_) : std::nullopt;
}

/// +FTPGET: 1,<res>; FTPGETTOFS and FTPPUTFRMFS report 0,<total> or the bare code.
void FtpService::report(Operation operation, int code) {
  const bool bare = operation == Operation::get_to_fs || operation == Operation::put_from_fs;
  std::string text = fmt::format("+{}: {}{}", word(operation), bare ? "" : "1,", code);
  if (code == ftp_code::finished && (bare || operation == Operation::size)) text += fmt::format(",{}", moved_);
  environment_.urc(text, nullptr);
}

}  // namespace sim800
