// AT+SAPBR: bearer profiles (AT manual 9.2.1, application note 3.1).
// SPDX-License-Identifier: MIT
#include "emulator/network/bearer.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sim/sim.hpp"

namespace sim800 {
namespace {

enum CommandType : std::uint8_t {
  close_bearer,
  open_bearer,
  query_bearer,
  set_parameter,
  get_parameters,
  save_parameters
};

Result query(Invocation& cmd, unsigned cid) {
  const Bearers& bearers = *cmd.modem.bearers;
  cmd.print("+SAPBR: {},{},\"{}\"", cid, static_cast<int>(bearers.state(cid)), bearers.address(cid));
  return ok;
}

/// One line per tag, without quotes, the password in clear.
Result list_parameters(Invocation& cmd, unsigned cid) {
  cmd.line("+SAPBR:");
  for (std::size_t i = 0; i < Bearers::tags.size(); ++i) {
    cmd.print("{}: {}", Bearers::tags[i].name, cmd.modem.bearers->value(cid, i));
  }
  return ok;
}

/// AT+SAPBR=<cmd_type>,<cid>[,<ConParamTag>,<ConParamValue>]
Task<Result> control_bearer(Invocation& cmd) {
  Bearers& bearers = *cmd.modem.bearers;
  const auto type = static_cast<CommandType>(cmd.number(0));
  const unsigned cid = cmd.number(1);
  const bool has_parameter = cmd.has(2) && cmd.has(3);
  if (type == set_parameter ? !has_parameter : cmd.arguments.size() > 2) co_return Cme::invalid_input;
  switch (type) {
    case close_bearer: co_return co_await bearers.close(cid);
    case open_bearer:
      if (cmd.modem.functionality() != 1) co_return Cme::cfun_off;
      if (const auto refused = cmd.modem.sim->refusal()) co_return *refused;
      co_return co_await bearers.open(cid);
    case query_bearer: co_return query(cmd, cid);
    case set_parameter: co_return bearers.set(cid, cmd.text(2), cmd.text(3)) ? ok : Result{Cme::invalid_input};
    case get_parameters: co_return list_parameters(cmd, cid);
    case save_parameters: break;  // SIM900 has it, but no SIM800 manual
  }
  co_return cmd.modem.world.module.quirks.sapbr_save ? ok : Result{Cme::invalid_input};
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+SAPBR", .section = "9.2.1",
     .parameters = {number("0-5"), number("1-3"), optional(text(16)), optional(text(64))},
     .test = R"(+SAPBR: (0-4),(1-3),"ConParamTag","ConParamValue")", .write = control_bearer, .seconds = 85},
};
// clang-format on

}  // namespace

std::span<const Command> bearer_commands() { return table; }

}  // namespace sim800
