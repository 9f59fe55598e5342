// Multimedia messages: the one in the buffer, sending it to and fetching it from the MMSC (AT manual chapter 14).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/http.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/rtc.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/network/bearer.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sms/sms_service.hpp"
#include "protocol/at/result.hpp"
#include "protocol/mms/mms_pdu.hpp"

namespace sim800 {

/// CME codes of MMS (AT manual 18.1).
namespace mms_error {
constexpr Result busy{static_cast<Cme>(171)}, oversize{static_cast<Cme>(172)}, overtime{static_cast<Cme>(173)},
    no_receiver{static_cast<Cme>(174)}, addresses_full{static_cast<Cme>(175)}, no_address{static_cast<Cme>(176)},
    no_connection{static_cast<Cme>(177)}, no_push_read{static_cast<Cme>(178)}, no_push{static_cast<Cme>(179)},
    not_attached{static_cast<Cme>(180)}, editing{static_cast<Cme>(185)}, not_editing{static_cast<Cme>(186)},
    no_content{static_cast<Cme>(187)}, no_file{static_cast<Cme>(188)}, not_received{static_cast<Cme>(189)},
    no_notification{static_cast<Cme>(191)}, files_full{static_cast<Cme>(192)}, unknown{static_cast<Cme>(193)};
}  // namespace mms_error

class MmsService final : public Service {
 public:
  static constexpr std::size_t max_addresses = 20, longest_address = 40, max_files = 10, max_bytes = 307'200;
  /// <mmstype> of AT+CMMSVIEW.
  enum class Kind : std::uint8_t { received, sent, unsent };
  enum List : std::uint8_t { to, cc, bcc };
  using Addresses = std::vector<std::string>;

  MmsService(const Environment& environment, Settings& settings, const Bearers& bearers, const Network& network,
             const Rtc& rtc, Nvram& nvram, SmsService& sms, HttpClient& client);

  void power_off() override;

  bool on() const { return on_; }
  bool busy() const override { return busy_; }
  /// <status> of AT+CMMSSTATUS.
  std::string_view status() const { return status_; }
  void initialise();
  void terminate() { power_off(); }

  /// AT+CMMSSCONT.
  bool save();
  bool saved() const;

  // The buffer.
  bool editing = false;
  Kind kind = Kind::unsent;
  std::string sender, subject, time;
  std::array<Addresses, 3> addresses;
  std::vector<MmsPart> files;

  void clear();
  std::size_t size() const;  ///< of the files and the subject
  Result add(List list, std::string address);
  /// One address, or all if it is empty.
  Result remove(List list, std::string_view address);
  /// A file downloaded by the host; it gets a name if it has none.
  void add_file(std::string_view type, std::string name, std::string data);
  void set_status(std::string_view status) { status_ = status; }

  /// Sends the buffer, also to `receiver` unless that is empty.
  Task<Result> send(const std::string& receiver);

  /// Looks for a push message at this location of the card's memory.
  Result find_push(std::uint32_t index);
  /// The result of find_push(); nothing if it is not a known message.
  const std::optional<Mms>& push() const { return push_; }
  /// Fetches the message that find_push() has found.
  Task<Result> receive();

  void bearer_closed(unsigned cid) override;

 private:
  struct Busy {
    explicit Busy(MmsService& service, std::string_view status);
    ~Busy();
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    MmsService& service;
  };

  Mms composed(const std::string& receiver) const;
  std::optional<Result> refusal() const;
  bool prepare(HttpMethod method, const std::string& url);
  Task<Result> transfer(std::uint32_t seconds, Result failure);
  Result keep_received();
  void prepare_response();

  const Environment& environment_;
  Settings& settings_;
  const Bearers& bearers_;
  const Network& network_;
  const Rtc& rtc_;
  Nvram& nvram_;
  SmsService& sms_;
  HttpClient& client_;
  bool on_ = false, busy_ = false, lost_ = false, late_ = false;
  std::string_view status_ = "MMS_IDLE";
  unsigned images_ = 0, texts_ = 0, sendings_ = 0;
  std::optional<Mms> push_;
  HttpRequest request_;
  std::string octets_;  ///< that go out
  std::optional<HttpResult> answer_;
  std::unique_ptr<HttpTransfer> transfer_;
  Timer limit_;
  Signal event_;
};

/// <type> of a file in AT+CMMSVIEW; 0 if the manual has no number for it.
unsigned mms_file_type(std::string_view type);
/// "2024-02-17,12:29:39", as <time> appears in field logs.
std::string mms_time(std::optional<std::uint32_t> seconds);

}  // namespace sim800
