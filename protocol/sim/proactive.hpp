// What card and module say to each other in the SIM application toolkit: proactive commands, terminal responses and
// envelopes, as BER-TLV and simple TLV (51.014, 11.14: chapters 6, 8, 11 and 12).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim800 {

/// Values are those of 11.14 13.4.
enum class ProactiveType : std::uint8_t {
  refresh = 0x01,
  more_time = 0x02,
  poll_interval = 0x03,
  polling_off = 0x04,
  set_up_event_list = 0x05,
  set_up_call = 0x10,
  send_ss = 0x11,
  send_ussd = 0x12,
  send_sms = 0x13,
  send_dtmf = 0x14,
  play_tone = 0x20,
  display_text = 0x21,
  get_inkey = 0x22,
  get_input = 0x23,
  select_item = 0x24,
  set_up_menu = 0x25,
  provide_local_information = 0x26,
  set_up_idle_text = 0x28,
};

/// A text as the card writes it: the data coding scheme, then the bytes.
struct ToolkitText {
  std::uint8_t coding = 0x04;  ///< 0x00 packed septets, 0x04 septets in octets, 0x08 UCS2
  std::string bytes;
  bool operator==(const ToolkitText&) const = default;

  /// In the GSM alphabet if it has all characters, else in UCS2.
  static ToolkitText of(std::u16string_view text);
  std::u16string text() const;
  std::size_t characters() const { return text().size(); }
};

struct ToolkitItem {
  std::uint8_t id = 0;
  std::string text;  ///< coded as in EF ADN
  bool operator==(const ToolkitItem&) const = default;
};

/// Units as in 11.14 12.8.
struct ToolkitDuration {
  enum class Unit : std::uint8_t { minutes, seconds, tenths };
  Unit unit = Unit::seconds;
  std::uint8_t count = 1;
  bool operator==(const ToolkitDuration&) const = default;
};

/// A proactive command; its type decides which of the fields it has.
struct ProactiveCommand {
  std::uint8_t number = 1;
  ProactiveType type = ProactiveType::display_text;
  std::uint8_t qualifier = 0;
  std::uint8_t destination = 0x82;   ///< 0x02 display, 0x03 earpiece, 0x82 the module, 0x83 the network
  std::optional<std::string> alpha;  ///< coded as in EF ADN
  std::optional<ToolkitText> text;
  std::optional<std::pair<std::uint8_t, std::uint8_t>> response_length;  ///< least and most characters
  std::vector<ToolkitItem> items;
  std::optional<std::uint8_t> tone;
  std::optional<ToolkitDuration> duration;
  std::optional<std::string> address;  ///< type, then digits
  std::optional<std::string> sms;      ///< SMS-SUBMIT
  std::optional<std::string> ss;       ///< type, then digits
  std::optional<std::string> ussd;     ///< data coding scheme, then the string
  std::optional<std::string> dtmf;     ///< digits, two per byte
  std::optional<std::string> events;   ///< one byte each
  std::optional<std::string> files;    ///< how many have changed, then their paths from the master file on
  bool operator==(const ProactiveCommand&) const = default;
};

inline constexpr std::size_t max_toolkit_length = 255;

/// D0, its length, its parts in the standard's order.
std::string encode_proactive(const ProactiveCommand& command);
/// Nothing if the bytes are no proactive command: another tag, lengths that do not fit, no command details.  A type
/// that is not listed above is kept; parts that are unknown are skipped.
std::optional<ProactiveCommand> decode_proactive(std::string_view bytes);
/// The words of the AT manual, "DISPLAY TEXT"; of types that it does not name those of the standard; else "".
std::string_view name_of(ProactiveType type);

/// What the module answers (11.14 6.8).
struct TerminalResponse {
  // General results (11.14 12.12).
  static constexpr std::uint8_t performed = 0x00, ended_by_user = 0x10, backward = 0x11, no_response = 0x12,
                                unable = 0x20, network_unable = 0x21, user_refused = 0x22, beyond_capabilities = 0x30,
                                type_not_understood = 0x31, data_not_understood = 0x32, ss_error = 0x34,
                                required_missing = 0x36, ussd_error = 0x37;
  // Additional information behind `unable`.
  static constexpr std::uint8_t no_cause = 0x00, screen_busy = 0x01, busy_on_call = 0x02, no_service = 0x04,
                                not_in_call = 0x07;
  std::uint8_t result = performed;
  std::string additional{};
  std::optional<ToolkitText> text{};
  std::optional<std::uint8_t> item{};
  std::optional<ToolkitDuration> duration{};
  /// What PROVIDE LOCAL INFORMATION has asked for.
  std::optional<std::string> location{}, imei{}, time{};
  bool operator==(const TerminalResponse&) const = default;

  /// The command has been carried out, perhaps not in every detail.
  bool ok() const { return result < 0x10; }
};
std::string encode_response(const ProactiveCommand& command, const TerminalResponse& response);
std::optional<TerminalResponse> decode_response(std::string_view bytes);

// Envelopes (11.14 chapters 7 to 11)
std::string menu_selection(std::uint8_t item);
/// `centre`: as in SMS addresses of the card, type and digits.
std::string sms_download(std::string_view centre, std::string_view tpdu);
std::string event_download(std::uint8_t event);

/// Of an envelope: its tag, and what the parts that matter hold.
struct Envelope {
  static constexpr std::uint8_t sms_download = 0xd1, menu_selection = 0xd3, event_download = 0xd6;
  std::uint8_t tag = 0;
  std::optional<std::uint8_t> item, event;
  bool sms = false;  ///< it has a message
};
std::optional<Envelope> decode_envelope(std::string_view bytes);

}  // namespace sim800
