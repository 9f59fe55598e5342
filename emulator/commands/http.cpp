// HTTP (AT manual chapter 11, application note 3.2-3.9) and its SSL options (SSL application note).
// SPDX-License-Identifier: MIT
#include "emulator/core/world.hpp"
#include "emulator/internet/http_service.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

// --- 11.2.1, 11.2.2 HTTPINIT, HTTPTERM

/// The bearer is not checked: a request without one fails with 601.
Result initialise(Invocation& cmd) {
  if (cmd.modem.http->on()) return not_allowed;
  cmd.modem.http->initialise();
  return ok;
}

Result terminate(Invocation& cmd) {
  if (!cmd.modem.http->on()) return not_allowed;
  cmd.modem.http->terminate();
  return ok;
}

// --- 11.2.3 HTTPPARA

Result show_parameters(Invocation& cmd) {
  const HttpService& http = *cmd.modem.http;
  if (!http.on()) return not_allowed;
  cmd.line("+HTTPPARA:");
  for (std::size_t i = 0; i < HttpService::tag_count; ++i) {
    cmd.print("{}: {}", HttpService::tags[i].name, http.value(static_cast<HttpService::Tag>(i)));
  }
  return ok;
}

/// AT+HTTPPARA=<HTTPParamTag>,<HTTPParamValue>
Result set_parameter(Invocation& cmd) {
  HttpService& http = *cmd.modem.http;
  if (!http.on() || http.busy()) return not_allowed;
  return http.set(cmd.text(0), cmd.text(1)) ? ok : Result{Cme::invalid_input};
}

// --- 11.2.4 HTTPDATA

/// AT+HTTPDATA=<size>,<time>: DOWNLOAD, the bytes, OK. After <time> ms, what has arrived is the body, also with OK.
/// Size 0 empties the buffer without a prompt.
Task<Result> take_data(Invocation& cmd) {
  HttpService& http = *cmd.modem.http;
  if (!http.on() || http.busy()) co_return not_allowed;
  const std::uint32_t size = cmd.number(0);
  if (size > static_cast<std::uint32_t>(cmd.modem.world.module.quirks.http_data_max)) co_return Cme::invalid_input;
  if (size == 0) {
    http.buffer.clear();
    co_return ok;
  }
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.line("DOWNLOAD");
  std::string data;
  data.reserve(size);
  const Channel::PayloadResult intake =
      co_await cmd.channel.take_payload(data, size, std::chrono::milliseconds(cmd.number(1)));
  if (intake == Channel::PayloadResult::gone) co_return Result::silent();
  if (http.on() && !http.busy()) http.buffer = std::move(data);
  co_return ok;
}

// --- 11.2.5 HTTPACTION

/// AT+HTTPACTION=<Method>: OK at once, +HTTPACTION: <Method>,<StatusCode>,<DataLen> when it is done.
Result act(Invocation& cmd) {
  HttpService& http = *cmd.modem.http;
  if (!http.on() || http.busy()) return not_allowed;
  return http.act(static_cast<HttpMethod>(cmd.number(0)), cmd.channel) ? ok : not_allowed;
}

// --- 11.2.6, 11.2.9 HTTPREAD, HTTPHEAD

/// Header line and bytes; if there is nothing to show, OK alone.
Result print_block(Invocation& cmd, std::string_view bytes) {
  if (bytes.empty() || cmd.modem.http->busy()) return ok;
  cmd.print("{}: {}", cmd.command.name, bytes.size());
  cmd.response.raw(bytes);
  return ok;
}

/// AT+HTTPREAD, AT+HTTPREAD=<start_address>,<byte_size>
Result read_buffer(Invocation& cmd) {
  const HttpService& http = *cmd.modem.http;
  if (!http.on()) return not_allowed;
  const bool all = cmd.typed.empty();
  const std::size_t start = all ? 0 : cmd.number(0), size = all ? HttpService::buffer_size : cmd.number(1);
  const std::string_view bytes = http.buffer;
  return print_block(cmd, start < bytes.size() ? bytes.substr(start, size) : std::string_view{});
}

Result read_head(Invocation& cmd) {
  if (!cmd.modem.http->on()) return not_allowed;
  return print_block(cmd, cmd.modem.http->head());
}

// --- 11.2.7, 11.2.8, 11.2.10 HTTPSCONT, HTTPSTATUS, HTTPGETHEAD

/// <mode> 0: the values are the saved ones, 1: they are not.
Result show_context(Invocation& cmd) {
  const HttpService& http = *cmd.modem.http;
  if (!http.on()) return not_allowed;
  cmd.print("+HTTPSCONT: {}", http.saved() ? 0 : 1);
  for (std::size_t i = 0; i < HttpService::tag_count; ++i) {
    const HttpService::TagRow& tag = HttpService::tags[i];
    if (tag.saved) cmd.print("{}: {}", tag.name, http.value(static_cast<HttpService::Tag>(i)));
  }
  return ok;
}

Result save_context(Invocation& cmd) {
  if (!cmd.modem.http->on()) return not_allowed;
  return cmd.modem.http->save() ? ok : error;
}

/// +HTTPSTATUS: <mode>,<status>,<finish>,<remain>
Result show_status(Invocation& cmd) {
  if (!cmd.modem.http->on()) return not_allowed;
  const auto [method, phase, finished, remaining] = cmd.modem.http->status();
  if (cmd.modem.world.module.quirks.http_status_number) {
    cmd.print("+HTTPSTATUS: {},{},{},{}", static_cast<int>(method), phase, finished, remaining);
  } else {
    cmd.print("+HTTPSTATUS: {},{},{},{}", word(method), phase, finished, remaining);
  }
  return ok;
}

Result show_head_option(Invocation& cmd) {
  if (!cmd.modem.http->on()) return not_allowed;
  cmd.print("+HTTPGETHEAD: {}", cmd.modem.http->show_head ? 1 : 0);
  return ok;
}
Result set_head_option(Invocation& cmd) {
  if (!cmd.modem.http->on() || cmd.modem.http->busy()) return not_allowed;
  cmd.modem.http->show_head = cmd.number(0) == 1;
  return ok;
}

// --- SSL application note: HTTPSSL

Result show_tls(Invocation& cmd) {
  cmd.print("+HTTPSSL: {}", cmd.modem.http->tls ? 1 : 0);
  return ok;
}
/// A module outside a session answers the read form only (logs of 1418B05). HTTPTERM resets it.
Result set_tls(Invocation& cmd) {
  if (!cmd.modem.http->on() || cmd.modem.http->busy()) return not_allowed;
  cmd.modem.http->tls = cmd.number(0) == 1;
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+HTTPINIT", .section = "11.2.1", .test = "", .execute = initialise},
    {.name = "+HTTPTERM", .section = "11.2.2", .test = "", .execute = terminate},
    {.name = "+HTTPPARA", .section = "11.2.3", .parameters = {text(16), text(556)},
     .test = R"(+HTTPPARA: "HTTPParamTag","HTTPParmValue")", .read = show_parameters, .write = set_parameter},
    {.name = "+HTTPDATA", .section = "11.2.4", .parameters = {number("0-319488"), number("1000-120000")},
     .test = show_ranges, .write = with_input(take_data)},
    {.name = "+HTTPACTION", .section = "11.2.5", .parameters = {number("0-3")}, .test = show_ranges, .write = act, .seconds = 5},
    {.name = "+HTTPREAD", .section = "11.2.6", .parameters = {number("0-319488"), number("1-319488")},
     .test = show_ranges, .write = read_buffer, .execute = read_buffer},
    {.name = "+HTTPSCONT", .section = "11.2.7", .test = "", .read = show_context, .execute = save_context},
    {.name = "+HTTPSTATUS", .section = "11.2.8", .test = "", .read = show_status},
    {.name = "+HTTPHEAD", .section = "11.2.9", .test = "", .execute = read_head},
    {.name = "+HTTPGETHEAD", .section = "11.2.10", .parameters = {number("0-1")},
     .test = show_ranges, .read = show_head_option, .write = set_head_option},
    {.name = "+HTTPSSL", .section = "", .parameters = {number("0-1")}, .test = show_ranges, .read = show_tls, .write = set_tls},
};
// clang-format on

}  // namespace

std::span<const Command> http_commands() { return table; }

}  // namespace sim800
