// The module's environment as a scenario file describes it; the defaults are a healthy, registered, idle module.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"
#include "emulator/core/host_map.hpp"
#include "emulator/core/link_model.hpp"
#include "emulator/core/radio_cells.hpp"
#include "emulator/core/subscription.hpp"
#include "emulator/core/tls_version.hpp"
#include "protocol/at/ftp_code.hpp"
#include "protocol/at/http_status.hpp"

namespace sim800 {

/// Behaviour that differs between revisions (personality.hpp), and decisions that no hardware log confirms; each can be
/// changed in `module.quirks`. The values are those of 1418B05SIM800L24.
struct Quirks {
  std::string ati = "SIM800 R14.18";    ///< product and release, as ATI shows them
  std::string tls = "1.0";              ///< newest TLS version offered: "1.0", "1.1", "1.2"
  std::string tls_suites;               ///< offered, as `openssl ciphers` names them; empty: the firmware's
  bool sni = false;                     ///< send the server's name in the TLS handshake
  bool cpms_preferred = true;           ///< AT+CPMS knows SM_P and ME_P besides SM, ME and MT
  bool gps_ready = false;               ///< GPS Ready after +CFUN: 1 at power-on
  bool location_server_gone = false;    ///< AT+CIPGSMLOC finds 0.000000,0.000000
  bool cnum_empty_name = true;          ///< AT+CNUM shows a name that is empty as ""
  std::string cnum_tail = "0,4";        ///< <speed>,<service> of AT+CNUM
  bool sync_bytes = false;              ///< 00 49 49 49 49 FF FF FF FF at power-on (manual 1.4)
  bool cfun_reset_ok_last = false;      ///< AT+CFUN=1,1 answers OK after the reset instead of before it
  bool flow_control_silent = false;     ///< AT&K is swallowed without an answer, as by firmware of 2014
  bool boot_sms_ready_first = false;    ///< SMS Ready precedes Call Ready at power-on
  bool cfun_call_ready_first = false;   ///< Call Ready precedes SMS Ready after AT+CFUN=1, as at power-on
  bool second_call_ready = false;       ///< a second Call Ready follows SMS Ready at power-on
  int drive_bytes = 186'368;            ///< size of drive C:
  bool sapbr_save = false;              ///< AT+SAPBR=5,<cid> answers OK, as SIM900 does
  bool network_name_by_manual = false;  ///< AT+CLTS=1: *PSNWID and +CTZV in the manual's form instead of R14.18's
  bool http_status_number = false;      ///< +HTTPSTATUS prints the method as a number (manual V1.12) instead of a word
  bool cusd_blanks = true;              ///< +CUSD: 0, "text", 15 with a space after each comma
  bool sms_header_hex = false;          ///< text mode shows a part of a long message in hexadecimal, with its header
  std::optional<bool> cnma_prompt;      ///< AT+CNMA=0 in PDU mode prompts for a report; not given: on SIM800C
  int http_timeout_status = http_status::network_error;  ///< when TIMEOUT expires
  int http_overflow_status = http_status::no_memory;     ///< when the body is larger than the buffer
  bool http_cut_body = true;                             ///< a response that was cut can be read as far as it came
  bool http_port_behind_path = false;                    ///< host/path:port, as the manual draws it
  int http_data_max = 319'488;                           ///< largest AT+HTTPDATA
  int http_url_max = 512;                                ///< longest URL
  int ftp_empty_name = ftp_code::timeout;                ///< outcome of a session without a file name or server
  int ftp_mode = 1;                                      ///< AT+FTPMODE at power-on: 0 active, 1 passive
  bool ftp_timeout = true;                               ///< AT+FTPTIMEOUT is the longest silence of a server
  int ftp_put_length = 1360;                             ///< largest block of AT+FTPPUT=2
  int ping_unit_ms = 100;                                ///< unit of <replyTime> in +CIPPING
  bool stk_text = false;                                 ///< +STKPCI and AT+STKMENU show texts, not hexadecimal
};

constexpr TlsVersion tls_version(std::string_view text) {
  return text == "1.0" ? TlsVersion::v1_0 : text == "1.1" ? TlsVersion::v1_1 : TlsVersion::v1_2;
}

struct ModuleConfig {
  std::string model = "SIM800L";
  std::string revision = "1418B05SIM800L24";
  std::string imei = "866104020304051";
  /// Stored settings by command name ("+CMEE", "E"), each with its list of values as typed (text without quotes).
  std::map<std::string, std::vector<std::string>> settings;
  /// Commands by name ("+CREC"): true, the module has it, false, it has not, whatever its revision says.
  std::map<std::string, bool, std::less<>> commands;
  /// What becomes of a command that the module does not know.
  enum class Unknown : std::uint8_t { refused, accepted, no_answer };
  Unknown unknown = Unknown::refused;
  Quirks quirks;
};

struct StoredMessage {
  int index = 0;
  std::string status, from, time, text;
};

struct CardApplication;  // card_application.hpp

struct PhonebookEntry {
  int index = 0;
  std::string number;
  int type = 129;
  std::string name;
  std::string memory = "SM";  ///< as in AT+CPBS
};

struct SimConfig {
  bool present = true;
  std::optional<std::string> pin;  ///< if given, the SIM asks for it at power-on
  std::string puk = "12345678";
  std::string pin2 = "1234";
  std::string imsi = "460001234567890";
  std::string iccid = "89860012345678901234";
  std::string number = "+8613800138000";
  std::vector<StoredMessage> messages;
  std::vector<PhonebookEntry> phonebook;
  std::optional<std::string> provider;                  ///< its network's name (EF SPN); not given: by its IMSI
  std::string ki = "00112233445566778899AABBCCDDEEFF";  ///< its key, in hexadecimal
  /// Bytes by path, "7F20/6F46", those of a record by "7F10/6F3A#1".
  std::map<std::string, std::string, std::less<>> files;
  std::shared_ptr<const CardApplication> toolkit;  ///< null: it has none
};

enum class Registration : std::uint8_t { home, roaming, searching, denied, unknown };

/// An access point name of the network, and who may use it.
struct Apn {
  std::optional<std::string> user, password;  ///< not given: anyone
  std::optional<std::string> ip;              ///< address of the bearer; not given: 10.x, derived from the seed
};

/// The signal from a certain time on, counted from the start of the run.
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

/// A number that can be called and sent messages.
struct Subscriber {
  enum class Call : std::uint8_t { answer, busy, no_answer, unreachable, barred };
  enum class Sms : std::uint8_t { deliver, reject, lost };
  Call call = Call::no_answer;
  Duration after = std::chrono::seconds(3);  ///< how long it rings before it answers
  std::optional<Duration> hangs_up_after;    ///< counted from the answer; not given: never
  std::string forwards_to;                   ///< where the calls go that it does not take, or all that it would answer
  bool waits = false;                        ///< it talks already: the call waits
  bool hides_number = false;                 ///< COLR
  Sms sms = Sms::deliver;
  struct Report {
    Duration after{};         ///< counted from the message
    std::uint8_t status = 0;  ///< TP-Status (23.040 9.2.3.15)
  };
  std::vector<Report> reports;  ///< on a message that asks for one; empty: received, at once
};

/// Position reported by the vendor's location servers; the default is that of the manual's example.
struct Location {
  double longitude = 121.354848, latitude = 31.220641;  ///< degrees
  unsigned accuracy = 550;                              ///< metres
  int code = 0;                                         ///< of AT+CLBS where the servers do not answer; 0: they do
};

/// What is wrong with the module's end of PPP.
struct PppConfig {
  bool lcp_silent = false;               ///< LCP never answers
  bool refuse_authentication = false;    ///< whatever the host proves itself by
  bool refuse_ip = false;                ///< IPCP is rejected
  std::optional<Duration> silent_after;  ///< from IPCP on: then nothing gets through any more
};

struct NetworkConfig {
  std::string operator_name = "CHINA MOBILE";
  std::string plmn = "46000";
  int number_type = 129;                      ///< of a caller's number without +: 129 unknown, 161 national
  std::string time = "26/01/01,08:00:00+32";  ///< of its clock when the program starts, in the format of AT+CCLK
  Registration registration = Registration::home;
  int rssi = 21;
  int ber = 0;
  std::vector<SignalPoint> signal;  ///< in order of time; replaces `rssi` and `ber` from its first time on
  std::vector<Operator> operators;  ///< empty: only the one the module is on
  std::vector<RadioCell> cells;     ///< empty: seven of the module's network, at the level of `rssi`
  Subscription services;
  std::optional<Tariff> tariff;  ///< not given: calls are free
  bool gprs = true;
  Location location;
  /// Not given: every APN works, even an empty one.
  std::optional<std::map<std::string, Apn>> apns;
  HostMap hosts;
  PppConfig ppp;
  LinkChange link;  ///< see initial_link()
  std::map<std::string, std::vector<std::string>>
      ussd;                                   ///< by code: what the network answers, one text after the other
  std::map<std::string, Subscriber> numbers;  ///< "*": all others
};

/// Numbers between which one is drawn, or one number.
struct SizeRange {
  std::size_t least = 0, most = 0;
};

/// The serial line between host and module.
struct SerialConfig {
  unsigned baud = 115'200;
  bool paced = false;              ///< bytes take as long as they do at that rate, 10 bits each
  std::optional<SizeRange> slice;  ///< what the module sends arrives in pieces of so many bytes
  DurationRange gap;               ///< between two pieces
};

enum class TimingProfile : std::uint8_t { typical, instant, maximum };

struct TimingConfig {
  TimingProfile profile = TimingProfile::typical;
  double scale = 1.0;                              ///< 0.01: everything a hundred times shorter
  std::map<std::string, DurationRange> overrides;  ///< by latency name, see latency.hpp
};

struct BoardConfig;  // board_config.hpp

struct World {
  std::string name, description;
  ModuleConfig module;
  SimConfig sim;
  NetworkConfig network;
  SerialConfig serial;
  TimingConfig timing;
  std::shared_ptr<const BoardConfig> board;  ///< null: nothing is wired to the module
};

}  // namespace sim800
