// SPDX-License-Identifier: MIT
#include "emulator/lint/lint_rules.hpp"

#include <array>
#include <cstddef>

namespace sim800 {
namespace {

using enum LintRule;

// docs/lint.md shows this table; acceptance test `lint` holds the two together.
constexpr std::array rows{
    LintRuleRow{
        early_line, "early-line", "the next line came before the final result of the line that ran",
        "The module reads no line while a command runs: it waits in a small buffer, aborts ATD, ATA and AT+COPS=?, or "
        "becomes part of what a prompt takes.",
        "1.4.5"},
    LintRuleRow{
        impatient, "impatient", "the host gave up on a command sooner than the manual allows the module to answer",
        "In a bad network the answer comes after that, and is then taken for the answer to the next line.", "1.7.2"},
    LintRuleRow{early_data, "early-data", "data came before the prompt",
                "What comes before the prompt is no data: the module drops it, or takes it for a command line.", ""},
    LintRuleRow{data_too_long, "data-too-long", "more data came than the command had announced",
                "The module takes what is left over for a command line, and whatever it spells is carried out.", ""},
    LintRuleRow{data_too_short, "data-too-short", "the host stopped before it had sent what the command had announced",
                "The command waits for the rest until its time is up, and takes the next line for data.", ""},
    LintRuleRow{
        missed_urc, "missed-urc", "the host went on without waiting for the URC that says how it went",
        "The final result says only that the command was understood. Before the URC there is nothing to read, and "
        "the next step is refused as soon as the network is slower than on the bench.",
        ""},
    LintRuleRow{
        unheard, "unheard", "the host sent while the module did not listen",
        "While it is off, starts up or sleeps its UART loses what comes. Only AT is sent then, until it is answered.",
        "1.4"},
    LintRuleRow{unknown_command, "unknown-command", "the module has no such command, but one whose name is close to it",
                "Probably a slip: the answer is ERROR, whatever the network does.", ""},
    LintRuleRow{
        hurried_retry, "hurried-retry", "a refused line was sent again and again without a pause",
        "What the module refuses it will refuse a moment later. Retries without a pause drain the battery and hide "
        "the cause.",
        ""},
    LintRuleRow{line_end, "line-end", "a line did not end with CR",
                "The manual ends a line with CR (S3). LF alone is accepted by some firmware and ignored by other.",
                "1.4"},
    LintRuleRow{long_line, "long-line", "a line had more than 556 characters", "None of its commands runs.", "1.4.4"},
    LintRuleRow{
        unread_registration, "unread-registration",
        "the network was used although nobody had asked whether the module is registered",
        "It works on a bench where the module has been on for a while. After power-on, and in a tunnel, it fails.",
        "3.2.32"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].rule) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const LintRuleRow> lint_rules() { return rows; }
const LintRuleRow& row_of(LintRule rule) { return rows[static_cast<std::size_t>(rule)]; }

}  // namespace sim800
