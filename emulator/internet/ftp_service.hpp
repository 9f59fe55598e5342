// FTP sessions: one at a time, each logging in anew, its outcome told by a URC (AT manual chapter 12, application
// note 3.10-3.26). SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/ports/ftp.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/network/bearer.hpp"

namespace sim800 {

/// Arguments of FTPGETTOFS and FTPPUTFRMFS in addition to the parameters.
struct FtpFileJob {
  std::string file;      ///< path on the module's drive
  unsigned retries = 3;  ///< after a cut or silence
  Duration pause = 5s;   ///< before each
};

class TlsClient;

class FtpService final : public Service {
 public:
  /// The purpose of a session; each has a command and a URC with its name.
  enum class Operation : std::uint8_t { get, put, list, size, dele, mkd, rmd, get_to_fs, put_from_fs, ext_get };

  /// Who uses the RAM buffer, and therefore the source of FTPPUT=1.
  enum class Method : std::uint8_t { normal, ext_put, file_put, ext_get };
  static constexpr std::size_t ram_size = 307'200;  ///< "300k"

  FtpService(const Environment& environment, Settings& settings, Bearers& bearers, TlsClient& tls_client, Nvram& nvram,
             FileSystem& files, FtpClient& client);

  void power_off() override;

  // AT+FTPSCONT.
  bool save_context();
  bool context_saved() const;

  bool busy() const override { return running_.has_value(); }
  /// Starts a session; the outcome is reported by a URC, 66 if one is running.
  void start(Operation operation, Channel& asker, FtpFileJob job = {});
  /// AT+FTPQUIT: the running session ends with 86. False if there is none.
  bool quit();
  void bearer_closed(unsigned cid) override;

  // Reading: get and list. What has arrived can be read to its end, however the session ends; its code comes behind.
  /// Waiting data, or nothing if AT+FTPGET=2 is not allowed: before 1,1 or after the session's code.
  std::optional<std::string_view> readable(Operation operation) const;
  /// The host has read this much; 0: it found nothing, and is notified again when data arrive.
  void consumed(std::size_t count);

  // Writing: put.
  bool ready_to_write() const { return ready_; }
  void write(std::string_view bytes);
  void finish();
  /// The payload of AT+FTPPUT=2 did not arrive in time.
  void give_up_writing() { end(ftp_code::timeout); }

  // The RAM buffer of FTPEXTPUT, FTPEXTGET, FTPFILEPUT.
  Method method = Method::normal;
  std::string ram;

  /// Bytes that have arrived at their end, here or at the server, in the running session of this kind; nothing if none
  /// is running.
  std::optional<std::uint64_t> progress(Operation operation) const;
  /// FTPGETTOFS: of these, the bytes that have been written to the drive.
  std::uint64_t on_drive() const { return on_drive_; }

 private:
  Task<> run(Operation operation, FtpFileJob job);
  void record(Operation operation, std::string_view phase, int code) const;
  Task<int> perform(Operation operation, FtpFileJob& job);
  Task<int> stream_down();
  Task<int> stream_up();
  Task<int> collect();
  Task<int> deliver(std::string_view bytes);
  Task<int> store(const std::string& file);
  bool write_to_drive(const std::string& file, std::size_t block);
  Task<int> download_to_file(FtpFileJob& job);
  Task<int> upload_from_file(FtpFileJob& job);

  /// A code without a connection: no bearer, no name, no server.
  std::optional<int> refusal(Operation operation) const;
  FtpRequest request(FtpVerb verb) const;
  void open(FtpRequest request);
  void close();
  void end(int code);
  void lose();
  Duration silence_limit() const;
  void heard();
  std::string_view received() const;
  void announce();
  void repeat_later();
  void wait_for_host();
  void stop_waiting_for_host();
  std::string reported(Operation operation, int code) const;

  const Environment& environment_;
  Settings& settings_;
  Bearers& bearers_;
  TlsClient& tls_client_;
  Nvram& nvram_;
  FileSystem& files_;
  FtpClient& client_;

  std::optional<Operation> running_;
  std::unique_ptr<FtpSession> session_;
  std::optional<FtpOutcome> outcome_;  ///< outcome of the server's side
  std::optional<int> ended_;           ///< what ended it from this side: 61, 64, 86
  bool told_ = false;                  ///< the host was told once that data are waiting
  bool announced_ = false;             ///< and has not found nothing since
  bool ready_ = false;                 ///< the host was told that it may write
  bool finishing_ = false;
  std::uint64_t moved_ = 0;
  std::uint64_t moved_before_ = 0;  ///< of these, before the session was resumed
  std::uint64_t on_drive_ = 0;
  std::string for_drive_;  ///< received, and not written to the drive yet
  std::string kept_;       ///< what the host can still read once the bearer has taken the session along
  bool unread_runs_ = false;
  TimePoint earliest_{};  ///< minimum time from OK to the first URC
  TimePoint read_out_{};  ///< minimum time from the last read to the URC that ends the session
  Signal event_;
  Timer silence_, unread_, repeat_;
  Task<> run_;
  Channel* asker_ = nullptr;
};

/// "FTPGET", "FTPLIST", …
std::string_view word(FtpService::Operation operation);

}  // namespace sim800
