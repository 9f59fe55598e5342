// The world a module is in: what a scenario file describes, with the defaults of a healthy, registered, silent module.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"
#include "emulator/core/host_map.hpp"
#include "emulator/core/link_model.hpp"
#include "emulator/core/tls_version.hpp"
#include "emulator/core/world.hpp"
#include "protocol/at/ftp_code.hpp"
#include "protocol/at/http_status.hpp"

namespace sim800 {

/// Decisions that firmware can see and no hardware log confirms: each can be corrected in `module.quirks`.
struct Quirks {
  std::string tls = "1.2";              ///< newest TLS version offered: "1.0", "1.1", "1.2"
  bool sni = true;                      ///< send the server's name in the TLS handshake
  bool sync_bytes = false;              ///< 00 49 49 49 49 FF FF FF FF at power-on (manual 1.4)
  bool cfun_reset_ok_last = false;      ///< OK of AT+CFUN=1,1 after the reset instead of before
  bool sapbr_save = false;              ///< AT+SAPBR=5,<cid> answers OK, as SIM900 does
  bool network_name_by_manual = false;  ///< AT+CLTS=1: *PSNWID and +CTZV as the manual has them, not as R14.18 does
  bool http_status_number = false;      ///< +HTTPSTATUS prints the method as a number (manual V1.12) instead of a word
  bool cusd_blanks = true;              ///< +CUSD: 0, "text", 15 with a blank behind each comma
  int http_timeout_status = http_status::network_error;  ///< when TIMEOUT runs out
  int http_overflow_status = http_status::no_memory;     ///< when the body is larger than the buffer
  int http_data_max = 319'488;                           ///< largest AT+HTTPDATA
  int http_url_max = 512;                                ///< longest URL
  int ftp_empty_name = ftp_code::timeout;                ///< outcome of a session without a file name or server
  int ftp_mode = 1;                                      ///< AT+FTPMODE at power-on: 0 active, 1 passive
  int ftp_put_length = 1360;                             ///< most bytes of one AT+FTPPUT=2
  int ping_unit_ms = 100;                                ///< unit of <replyTime> in +CIPPING
};

constexpr TlsVersion tls_version(std::string_view text) {
  return text == "1.0" ? TlsVersion::v1_0 : text == "1.1" ? TlsVersion::v1_1 : TlsVersion::v1_2;
}

struct ModuleConfig {
  std::string model = "SIM800L";
  std::string revision = "1418B05SIM800L24";
  std::string imei = "866104020304051";
  /// Stored settings by command name ("+CMEE", "E"), each the list of its values as they would be typed (texts
  /// unquoted).
  std::map<std::string, std::vector<std::string>> settings;
  Quirks quirks;
};

struct StoredMessage {
  int index = 0;
  std::string status, from, time, text;
};

struct PhonebookEntry {
  int index = 0;
  std::string number;
  int type = 129;
  std::string name;
};

struct SimConfig {
  bool present = true;
  std::optional<std::string> pin;  ///< given: the SIM asks for it at power-on
  std::string puk = "12345678";
  std::string imsi = "460001234567890";
  std::string iccid = "89860012345678901234";
  std::string number = "+8613800138000";
  std::vector<StoredMessage> messages;
  std::vector<PhonebookEntry> phonebook;
};

enum class Registration : std::uint8_t { home, roaming, searching, denied, unknown };

/// An access point name the network knows, and who may use it.
struct Apn {
  std::optional<std::string> user, password;  ///< not given: anyone
  std::optional<std::string> ip;              ///< address the bearer gets; not given: 10.x from the seed
};

/// The signal from a moment on, counted from power-on.
struct SignalPoint {
  Duration at{};
  int rssi = 21;
  int ber = 0;
};

/// A network that AT+COPS=? finds (27.007 7.3).
struct Operator {
  enum class Status : std::uint8_t { unknown, available, current, forbidden };
  Status status = Status::available;
  std::string long_name, short_name, plmn;
};

/// Somebody who can be called or written to.
struct Subscriber {
  enum class Call : std::uint8_t { answer, busy, no_answer, unreachable };
  enum class Sms : std::uint8_t { deliver, reject, lost };
  Call call = Call::no_answer;
  Duration after = std::chrono::seconds(3);  ///< rings for so long before it answers
  std::optional<Duration> hangs_up_after;    ///< counted from the answer; not given: never
  Sms sms = Sms::deliver;
};

/// Where the vendor's servers take the module to be; at first where the manual's example was.
struct Location {
  double longitude = 121.354848, latitude = 31.220641;  ///< degrees
  unsigned accuracy = 550;                              ///< metres
};

struct NetworkConfig {
  std::string operator_name = "CHINA MOBILE";
  std::string plmn = "46000";
  std::string time = "26/01/01,08:00:00+32";  ///< of its clock when the program starts, as AT+CCLK writes it
  Registration registration = Registration::home;
  int rssi = 21;
  int ber = 0;
  std::vector<SignalPoint> signal;  ///< in the order of time; replaces `rssi` and `ber` from its first moment on
  std::vector<Operator> operators;  ///< empty: only the one the module is in
  bool gprs = true;
  Location location;
  /// Not given: every APN works, also none.
  std::optional<std::map<std::string, Apn>> apns;
  HostMap hosts;
  LinkModel link;
  std::map<std::string, std::vector<std::string>> ussd;  ///< by code: what the network says, one text after the other
  std::map<std::string, Subscriber> numbers;             ///< "*": all others
};

/// The line between host and module.
struct SerialConfig {
  unsigned baud = 115'200;
  bool paced = false;  ///< bytes take the time they take at that rate, 10 bits each
};

enum class TimingProfile : std::uint8_t { typical, instant, maximum };

struct TimingConfig {
  TimingProfile profile = TimingProfile::typical;
  double scale = 1.0;                         ///< 0.01: everything a hundred times shorter
  std::map<std::string, Duration> overrides;  ///< by latency name, see latency.hpp
};

struct World {
  std::string name, description;
  ModuleConfig module;
  SimConfig sim;
  NetworkConfig network;
  SerialConfig serial;
  TimingConfig timing;
};

}  // namespace sim800
