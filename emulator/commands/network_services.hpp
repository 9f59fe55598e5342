// What the network keeps for its subscriber, as AT+CCFC, AT+CCWA, AT+CLCK and the codes of 22.030 change and show it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/at/command.hpp"
#include "emulator/calls/forwarding.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Modem;

/// Why the network cannot be asked.
std::optional<Result> network_unreachable(Modem& modem);
/// Why a call, message or code to that number is not sent: fixed dialling, and the card's list has nothing that it
/// begins with (22.101 A.24).
bool fixed_dialling_forbids(Modem& modem, std::string_view number);

/// Why a message to that number is not sent by that service centre: CMS 302 by fixed dialling, which concerns both, 530
/// by the packet service alone while a call suspends it, 10 if outgoing messages are barred.
std::optional<Result> refuse_message(Modem& modem, std::string_view number, std::string_view centre);

/// <mode> of AT+CCFC.
enum class ForwardingMode : std::uint8_t { disable, enable, query, registration, erasure };
/// <reason> 0 to 5.
Result change_forwarding(Modem& modem, unsigned reason, ForwardingMode mode, const Forwarding& wanted,
                         unsigned classes);
/// +CCFC lines for <reason> 0 to 3.
Result show_forwarding(Invocation& cmd, unsigned reason, unsigned classes);

Result let_calls_wait(Modem& modem, bool on, unsigned classes);
Result show_waiting_classes(Invocation& cmd, unsigned classes);

/// A class of AT+CLCK as the network bars it: all classes are all services, messages too.
unsigned barring_classes(unsigned classes);
Result bar_calls(Modem& modem, std::string_view facility, bool on, std::string_view password, unsigned classes);
Result show_barring(Invocation& cmd, std::string_view facility, unsigned classes);

/// <m> of +CLIP, +CLIR and +COLP.
int presentation_of(Modem& modem, std::string_view command);

}  // namespace sim800
