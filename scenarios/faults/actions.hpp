// What faults and events can do: one reader for each file in this folder, and the table that lists them.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "emulator/sms/incoming_sms.hpp"
#include "protocol/sms/sms_pdu.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/stage.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

class SmsService;
enum class FarEnd : std::uint8_t;  // call_service.hpp

/// Reads an action as a fault's or event's "do" has it: its name and what stands beside it.  Null after a mistake,
/// which is reported.
using ReadAction = std::shared_ptr<const Action> (*)(const Value& action);

std::shared_ptr<const Action> read_result(const Value& action);
std::shared_ptr<const Action> read_cme(const Value& action);
std::shared_ptr<const Action> read_cms(const Value& action);
std::shared_ptr<const Action> read_http_status(const Value& action);
std::shared_ptr<const Action> read_ftp_error(const Value& action);
std::shared_ptr<const Action> read_delay(const Value& action);
std::shared_ptr<const Action> read_silence(const Value& action);
std::shared_ptr<const Action> read_urc(const Value& action);
std::shared_ptr<const Action> read_serial(const Value& action);
std::shared_ptr<const Action> read_link(const Value& action);
std::shared_ptr<const Action> read_connection(const Value& action);
std::shared_ptr<const Action> read_truncate_after(const Value& action);
std::shared_ptr<const Action> read_dns(const Value& action);
std::shared_ptr<const Action> read_bearer(const Value& action);
std::shared_ptr<const Action> read_pdp(const Value& action);
std::shared_ptr<const Action> read_registration(const Value& action);
std::shared_ptr<const Action> read_cell(const Value& action);
std::shared_ptr<const Action> read_gprs(const Value& action);
std::shared_ptr<const Action> read_signal(const Value& action);
std::shared_ptr<const Action> read_sim(const Value& action);
std::shared_ptr<const Action> read_sms(const Value& action);
std::shared_ptr<const Action> read_call(const Value& action);
std::shared_ptr<const Action> read_ussd(const Value& action);
std::shared_ptr<const Action> read_supply(const Value& action);
std::shared_ptr<const Action> read_temperature(const Value& action);
std::shared_ptr<const Action> read_level_action(const Value& action);
std::shared_ptr<const Action> read_battery(const Value& action);
std::shared_ptr<const Action> read_adc(const Value& action);
std::shared_ptr<const Action> read_antenna(const Value& action);
std::shared_ptr<const Action> read_jamming(const Value& action);
std::shared_ptr<const Action> read_key_pad(const Value& action);
std::shared_ptr<const Action> read_pins(const Value& action);
std::shared_ptr<const Action> read_cell_broadcast(const Value& action);
std::shared_ptr<const Action> read_toolkit(const Value& action);
std::shared_ptr<const Action> read_reset(const Value& action);
std::shared_ptr<const Action> read_freeze(const Value& action);
std::shared_ptr<const Action> read_power(const Value& action);
std::shared_ptr<const Action> read_state(const Value& action);
std::shared_ptr<const Action> read_raw(const Value& action);

struct ActionRow {
  std::string_view name;
  ReadAction read;
};
std::span<const ActionRow> action_rows();

/// What stands under "do": an action, or a list of them with "wait" and "repeat" between them. `trigger` starts them;
/// null: nothing does, as in an event. Mistakes are reported.
/// `groups`: of a regular expression that is not a trigger's, and whose captures texts can use.
Steps read_steps(const Value& steps, const Awaited* trigger, std::optional<int> groups = std::nullopt);
/// In short: "cme 3; wait 2s; state broken".
std::string summary_of_steps(const Value& steps);

/// What steps take at least, from one wait to another.
struct Pace {
  std::uint64_t actions = 0;
  Duration least{};  ///< their waits together
  bool waits_for_trigger = false;
  bool ends = true;
};
Pace pace_of(const Steps& steps);
/// Of all repetitions in them the one that acts most often: its actions, and its shortest pass.  None: none waits for
/// time only.
std::optional<Pace> busiest(const Steps& steps);

std::shared_ptr<const Action> message_from(const std::string& number, const std::string& text);
/// What "sms" says: a message as it is, or who sends what.
struct ArrivingMessage {
  std::optional<Sms> pdu;
  IncomingSms sms;
  void arrive(SmsService& at) const;
};
ArrivingMessage read_message(const Value& sms);
/// `rings` 0: the caller does not give up.
std::shared_ptr<const Action> call_from(const std::string& number, unsigned rings = 0);

// Words and objects that stand in other places of a scenario, too.
std::optional<FarEnd> read_far_end(const Value& state);
std::optional<Result> result_word(const std::string& word);
std::optional<Registration> read_registration_word(const Value& value);
std::optional<SerialDirection> read_serial_direction(const Value& value);
LinkChange read_link_change(const Value& link);
std::optional<SizeRange> read_size_range(const Value& value);
std::optional<AntennaState> read_antenna_word(const Value& value);
/// One voltage at the ADC, or one for each of the SIM808's two.
std::array<int, 2> read_adc_voltages(const Value& value);

}  // namespace sim800
