// Audio commands: channels, gains, tones, codecs (27.007 3.2.45-3.2.49, SIMCom's chapter 6). There is no sound, so most
// of them are settings.
// SPDX-License-Identifier: MIT
#include "emulator/board/tones.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;
using namespace models;

// --- 6.2.18 AT+CHF, 6.2.19 AT+CHFA: which audio channel is in use; both set the same one

void use_channel(Invocation& cmd, std::uint32_t channel) {
  Settings& settings = cmd.modem.settings;
  if (settings.number(key::chfa) == channel) return;
  settings.set(key::chfa, channel);
  if (settings.number(key::chf) == 1) cmd.modem.urc(fmt::format("+CHF: {}", channel));
}

/// AT+CHFA=<n>
Result swap_channel(Invocation& cmd) {
  use_channel(cmd, cmd.number(0));
  return ok;
}

/// +CHF: <ind>,<state>   Only <ind> survives power-off.
Result show_hands_free(Invocation& cmd) {
  cmd.print("+CHF: {},{}", cmd.modem.settings.number(key::chf), cmd.modem.settings.number(key::chfa));
  return ok;
}

/// The channels that the model has, as in 0-4; one without AT+CHFA has the main channel only.
std::string_view channels_of(const Modem& modem) {
  const Command* channels = modem.commands.find("+CHFA");
  return channels == nullptr ? "0" : channels->parameters[0].range;
}

Result show_hands_free_ranges(Invocation& cmd) {
  cmd.print("+CHF: (0,1),({})", channels_of(cmd.modem));
  return ok;
}

/// AT+CHF=<ind>[,<state>]
Result set_hands_free(Invocation& cmd) {
  if (cmd.has(1) && !in_range(channels_of(cmd.modem), cmd.number(1))) return Cme::invalid_input;
  cmd.modem.settings.set(key::chf, cmd.number(0));
  if (cmd.has(1)) use_channel(cmd, cmd.number(1));
  return ok;
}

constexpr Command channel_row(Models on_models, std::string_view channels, const char* test) {
  return on(on_models, {.name = "+CHFA",
                        .section = "6.2.19",
                        .support = state,
                        .parameters = {number(channels, "0")},
                        .test = test,
                        .read = show_setting,
                        .write = swap_channel});
}

// --- 3.2.46 AT+CALS

/// +CALS: <n>,<switch>   The tone is not audible.
Result show_alert_sound(Invocation& cmd) {
  cmd.print("+CALS: {},{}", cmd.settings.values_of(cmd.command.name)[0], cmd.modem.tones->alerts ? 1 : 0);
  return ok;
}

/// AT+CALS=<n>[,<switch>]
Result set_alert_sound(Invocation& cmd) {
  if (cmd.has(1)) cmd.modem.tones->alerts = cmd.number(1) == 1;
  return keep_setting(cmd);
}

// --- 3.2.49 AT+CMUT

/// AT+CMUT=<n>   Only during a call.
Result set_mute(Invocation& cmd) { return cmd.modem.calls->talking() ? keep_setting(cmd) : Cme::not_allowed; }

// --- 6.2.59 AT+CPCMSYNC

/// AT+CPCMSYNC=<sync>,<length>   Short sync is one bit long.
Result set_pcm_sync(Invocation& cmd) {
  return cmd.number(0) == 0 && cmd.number(1) != 1 ? Result{Cme::invalid_input} : keep_setting(cmd);
}

constexpr Models four_channels = Models::all() - vw - caf - Models{Model::sim800, sim800m64};

constexpr Command side_tone(Models on_models, std::string_view channels, const char* test) {
  Command row = on(
      on_models, list_setting("+SIDET", "6.2.1", state, automatic, {number(channels), number("0-16")}, "10,10,10,10"));
  if (test != nullptr) row.test = test;
  return row;
}

constexpr Command microphone(Models on_models, std::string_view channels, std::string_view gains) {
  return on(on_models, list_setting("+CMIC", "6.2.4", state, automatic, {number(channels), number("0-15")}, gains));
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    setting("+CALM", "3.2.45", state, never, {flag("0")}),
    {.name = "+CALS", .section = "3.2.46", .support = state, .saved = profile, .parameters = {number("0-19", "1"), optional(number("0,1"))},
     .test = show_ranges, .read = show_alert_sound, .write = set_alert_sound, .profile_line = 30},
    setting("+CRSL", "3.2.47", state, automatic, {number("0-100", "50")}),
    setting("+CLVL", "3.2.48", state, automatic, {number("0-100", "50")}),
    {.name = "+CMUT", .section = "3.2.49", .parameters = {flag("0")},
     .test = show_ranges, .read = show_setting, .write = set_mute},
    side_tone(vw, "0,1", nullptr),
    side_tone(caf | Models{Model::sim800, sim800m64}, "0,2", "+SIDET: (0, 2),(0-16)"),
    side_tone(four_channels, "0-3", nullptr),
    microphone(vw, "0,1", "6,9,6,9"),
    microphone(Models{Model::sim800, sim800m64}, "0,2", "10,11,10,11"),
    microphone(caf, "0,2", "10,8,10,8"),
    microphone(four_channels, "0-3", "10,11,10,11"),
    {.name = "+CHF", .section = "6.2.18", .support = state, .saved = profile, .parameters = {flag("0"), optional(number("0-4"))},
     .test = show_hands_free_ranges, .read = show_hands_free, .write = set_hands_free, .profile_line = 31},
    channel_row(vw, "0,1", "+CHFA: (0 = NORMAL_AUDIO,1 = AUX_AUDIO)"),
    channel_row(Models{Model::sim800, sim800m64}, "0,2,4", "+CHFA: (0 = NORMAL_AUDIO, 2 = HANDFREE_AUDIO,4=PCM_AUDIO)"),
    channel_row(caf, "0,2", "+CHFA: (0 = NORMAL_AUDIO, 2 = HANDFREE_AUDIO)"),
    channel_row(four_channels, "0-4", "+CHFA: (0 = NORMAL_AUDIO, 1 = AUX_AUDIO, 2 = HANDFREE_AUDIO, 3 = AUX_HANDFREE_AUDIO, 4 = PCM_AUDIO)"),
    list_setting("+ECHO", "6.2.41", state, automatic,
                 {flag({}), number("0-65535"), number("0-65535"), number("0-65535"), number("0-65535"), optional(number("0,1"))},
                 "96,96,253,253,16388,16388,57351,57351"),
    listed(32, setting("+CAAS", "6.2.42", state, profile, {number("0-2", "1")})),
    listed(36, setting("+SVR", "6.2.43", state, profile, {number("0-17", "16")})),
    {.name = "+CBUZZERRING", .section = "6.2.48", .support = state, .saved = profile, .parameters = {flag("0")},
     .read = show_setting, .write = keep_setting, .profile_line = 33},
    setting("+CEXTERNTONE", "6.2.49", state, never, {flag("0")}),
    setting("+CMICBIAS", "6.2.55", state, never, {flag("1")}),
    setting("+DTAM", "6.2.56", full, never, {number("0-2", "0")}),
    setting("+CPCMCFG", "6.2.58", state, never, {number("0-1", "0")}),
    {.name = "+CPCMSYNC", .section = "6.2.59", .support = state, .parameters = {number("0-1", "0"), number("1-8", "1")},
     .test = show_ranges, .read = show_setting, .write = set_pcm_sync},
    setting("+CAGCSET", "6.2.61", state, never, {flag("1")}),
    list_setting("+SNDLEVEL", "6.2.72", state, never, {number("0-1"), number("0-100")}, "31,16"),
    setting("+SPE", "6.2.75", state, never, {flag("0")}),
};
// clang-format on

}  // namespace

std::span<const Command> audio_commands() { return table; }

}  // namespace sim800
