// FtpService: the bytes of a session, to and from the host, the RAM buffer and the drive.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/internet/ftp_service.hpp"

namespace sim800 {
namespace {

constexpr Duration unread_limit = 75s;  // data left unread; application note 3.12 shows three announcements before that
constexpr Duration repeat_interval = 30s;
// Application note 3.22 shows 174125 bytes received while 163900 are on the drive.
constexpr std::size_t drive_block = 10'240;

/// A cut or silence is worth a retry; a refusal is not.
bool worth_a_retry(int code) {
  return code == ftp_code::timeout || code == ftp_code::server_error || code == ftp_code::connect_error ||
         code == ftp_code::upload_error || code == ftp_code::download_error;
}

}  // namespace

// --- get and list: the host fetches

/// Its code comes once the host has read everything, also if the server or the bearer has gone in the meantime.
Task<int> FtpService::stream_down() {
  for (;;) {
    if (ended_) co_return *ended_;
    const bool waiting = !received().empty();
    if (waiting && !announced_) {
      co_await environment_.clock.sleep_until(earliest_);
      if (!ended_) announce();
      continue;
    }
    if (!waiting && outcome_) co_return outcome_->code;
    if (waiting && !unread_runs_) wait_for_host();
    co_await event_;
  }
}

/// +FTPGET: 1,1
void FtpService::announce() {
  told_ = announced_ = true;
  if (!unread_runs_) wait_for_host();
  environment_.answer(fmt::format("+{}: 1,1", word(*running_)), asker_);
}

/// The announcement is repeated every 30 s while the host does nothing; if that lasts too long, the session ends.
void FtpService::wait_for_host() {
  silence_.cancel();  // it is the host's turn, and the host may be what holds up the server
  unread_runs_ = true;
  unread_ = environment_.clock.after(unread_limit, [this] {
    const bool cut = outcome_ && outcome_->code != ftp_code::finished;
    end(cut ? outcome_->code : ftp_code::timeout);
  });
  repeat_later();
}

void FtpService::repeat_later() {
  repeat_ = environment_.clock.after(repeat_interval, [this] {
    repeat_later();
    announce();
  });
}

void FtpService::stop_waiting_for_host() {
  unread_runs_ = false;
  unread_.cancel();
  repeat_.cancel();
}

std::string_view FtpService::received() const {
  if (ended_) return {};
  return session_ ? session_->readable() : std::string_view(kept_);
}

std::optional<std::string_view> FtpService::readable(Operation operation) const {
  return running_ == operation && told_ ? std::optional(received()) : std::nullopt;
}

void FtpService::consumed(std::size_t count) {
  if (ended_) return;
  if (session_) {
    session_->consume(count);
  } else {
    kept_.erase(0, count);
  }
  moved_ += count;
  stop_waiting_for_host();
  if (count == 0) announced_ = false;
  if (!received().empty()) {
    wait_for_host();
  } else {
    if (count > 0) read_out_ = environment_.clock.now() + environment_.latency[Latency::ftp_end];
    if (!outcome_) heard();
  }
  event_.raise();
}

// --- put: the host delivers

Task<int> FtpService::stream_up() {
  const std::size_t block = environment_.world.module.quirks.ftp_put_length;
  for (;;) {
    if (ended_) co_return *ended_;
    if (outcome_) co_return outcome_->code;
    if (!ready_ && !finishing_ && session_->room() >= block) {
      co_await environment_.clock.sleep_until(earliest_);
      if (ended_ || outcome_) continue;
      ready_ = true;
      silence_.cancel();  // it is the host's turn
      environment_.answer(fmt::format("+FTPPUT: 1,1,{}", block), asker_);
    }
    co_await event_;
  }
}

void FtpService::write(std::string_view bytes) {
  if (!session_) return;
  ready_ = false;
  moved_ += bytes.size();
  session_->write(bytes);
  heard();
  earliest_ = environment_.clock.now() + environment_.latency[Latency::ftp_block];
  event_.raise();
}

void FtpService::finish() {
  ready_ = false;
  finishing_ = true;
  if (session_) session_->finish();
  heard();
  event_.raise();
}

// --- whole files: RAM and drive

Task<int> FtpService::collect() {
  for (;;) {
    if (ended_) co_return *ended_;
    const std::string_view waiting = session_->readable();
    if (ram.size() + waiting.size() > ram_size) co_return ftp_code::download_error;
    ram.append(waiting);
    moved_ = ram.size();
    session_->consume(waiting.size());
    if (outcome_ && session_->readable().empty()) co_return outcome_->code;
    if (session_->readable().empty()) co_await event_;
  }
}

Task<int> FtpService::deliver(std::string_view bytes) {
  bool finished = false;
  for (;;) {
    if (ended_) co_return *ended_;
    if (outcome_) co_return outcome_->code;
    const std::size_t part = std::min(bytes.size(), session_->room());
    session_->write(bytes.substr(0, part));
    bytes.remove_prefix(part);
    moved_ = std::max(moved_, moved_before_ + session_->sent());
    if (bytes.empty() && !std::exchange(finished, true)) session_->finish();
    co_await event_;
  }
}

/// FTPGETTOFS: after a cut or silence it resumes.  What has arrived stays on the drive, whatever comes of the rest.
Task<int> FtpService::download_to_file(FtpFileJob& job) {
  for (unsigned tries = 0;; ++tries) {
    FtpRequest wanted = request(FtpVerb::get);
    wanted.offset += moved_;
    open(std::move(wanted));
    const int code = co_await store(job.file);
    if (code == ftp_code::finished || !worth_a_retry(code) || tries >= job.retries) co_return code;
    close();
    if (ended_ == ftp_code::timeout) ended_.reset();
    co_await environment_.clock.sleep(job.pause);
    if (ended_) co_return *ended_;
  }
}

/// A file of that name is replaced when the first byte has arrived, or the end of an empty file.
Task<int> FtpService::store(const std::string& file) {
  for (;;) {
    const std::string_view waiting = session_->readable();
    for_drive_.append(waiting);
    moved_ += waiting.size();
    session_->consume(waiting.size());
    const bool over = ended_ || (outcome_ && session_->readable().empty());
    const int code = ended_ ? *ended_ : outcome_ ? outcome_->code : ftp_code::finished;
    if (!write_to_drive(file, over ? 1 : drive_block)) co_return ftp_code::file_system_error;
    if (over && code == ftp_code::finished && moved_ == 0 && !files_.put(file, "")) {
      co_return ftp_code::file_system_error;
    }
    if (over) co_return code;
    if (session_->readable().empty()) co_await event_;
  }
}

/// In whole blocks.
bool FtpService::write_to_drive(const std::string& file, std::size_t block) {
  const std::size_t count = for_drive_.size() / block * block;
  const std::string_view bytes = std::string_view(for_drive_).substr(0, count);
  if (bytes.empty()) return true;
  const bool written = on_drive_ == 0 ? files_.put(file, bytes) : files_.write(file, on_drive_, bytes);
  if (!written) return false;
  on_drive_ += count;
  for_drive_.erase(0, count);
  return true;
}

/// FTPPUTFRMFS: after a cut or silence it asks the server for the size, and appends the rest.
Task<int> FtpService::upload_from_file(FtpFileJob& job) {
  const auto data = files_.read(job.file, 0, FileSystem::capacity);
  if (!data) co_return ftp_code::file_system_error;
  std::size_t from = 0;
  for (unsigned tries = 0;; ++tries) {
    FtpRequest wanted = request(FtpVerb::put);
    if (from > 0) wanted.put_option = FtpPutOption::append;
    open(std::move(wanted));
    const int code = co_await deliver(std::string_view(*data).substr(from));
    if (code == ftp_code::finished) moved_ = data->size();
    if (code == ftp_code::finished || !worth_a_retry(code) || tries >= job.retries) co_return code;
    close();
    if (ended_ == ftp_code::timeout) ended_.reset();
    co_await environment_.clock.sleep(job.pause);
    if (ended_) co_return *ended_;
    FtpRequest asked = request(FtpVerb::put);
    asked.verb = FtpVerb::size;
    open(std::move(asked));
    while (!outcome_ && !ended_) co_await event_;
    if (ended_ == ftp_code::timeout) ended_.reset();
    if (ended_) co_return *ended_;
    if (!outcome_) continue;  // the server did not report the size: the next attempt starts where this one did
    from = outcome_->code == ftp_code::finished ? std::min<std::size_t>(outcome_->size, data->size()) : 0;
    moved_ = moved_before_ = from;
    close();
  }
}

}  // namespace sim800
