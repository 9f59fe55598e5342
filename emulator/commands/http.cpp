// HTTP (AT manual chapter 11, application note 3.2-3.9) and its SSL options (SSL application note).
// SPDX-License-Identifier: MIT
#include "emulator/modem.hpp"

namespace sim800 {
namespace {

constexpr Result not_allowed{Cme::not_allowed};

// --- 11.2.1, 11.2.2 HTTPINIT, HTTPTERM

/// The bearer is not looked at: a request without one fails with 601.
Result initialise(Call& call) {
  if (call.modem.http.on()) return not_allowed;
  call.modem.http.initialise();
  return ok;
}

Result terminate(Call& call) {
  if (!call.modem.http.on()) return not_allowed;
  call.modem.http.terminate();
  return ok;
}

// --- 11.2.3 HTTPPARA

Result show_parameters(Call& call) {
  const HttpService& http = call.modem.http;
  if (!http.on()) return not_allowed;
  call.line("+HTTPPARA:");
  for (std::size_t i = 0; i < HttpService::tag_count; ++i) {
    call.print("{}: {}", HttpService::tags[i].name, http.value(static_cast<HttpService::Tag>(i)));
  }
  return ok;
}

/// AT+HTTPPARA=<HTTPParamTag>,<HTTPParamValue>
Result set_parameter(Call& call) {
  HttpService& http = call.modem.http;
  if (!http.on() || http.busy()) return not_allowed;
  return http.set(call.text(0), call.text(1)) ? ok : Result{Cme::invalid_input};
}

// --- 11.2.4 HTTPDATA

/// AT+HTTPDATA=<size>,<time>: DOWNLOAD, the bytes, OK.  When <time> ms are over, what came is the body, and it is OK
/// too. Size 0 empties the buffer without a prompt.
Task<Result> take_data(Call& call) {
  HttpService& http = call.modem.http;
  if (!http.on() || http.busy()) co_return not_allowed;
  const std::uint32_t size = call.number(0);
  if (size > static_cast<std::uint32_t>(call.modem.world.module.quirks.http_data_max)) co_return Cme::invalid_input;
  if (size == 0) {
    http.buffer.clear();
    co_return ok;
  }
  if (!co_await call.channel.settle_line_end()) co_return Result::silent();
  call.line("DOWNLOAD");
  std::string data;
  data.reserve(size);
  const Channel::Intake intake =
      co_await call.channel.take_payload(data, size, std::chrono::milliseconds(call.number(1)));
  if (intake == Channel::Intake::gone) co_return Result::silent();
  if (http.on() && !http.busy()) http.buffer = std::move(data);
  co_return ok;
}

// --- 11.2.5 HTTPACTION

/// AT+HTTPACTION=<Method>: OK at once, +HTTPACTION: <Method>,<StatusCode>,<DataLen> when it is done.
Result act(Call& call) {
  HttpService& http = call.modem.http;
  if (!http.on() || http.busy()) return not_allowed;
  return http.act(static_cast<HttpMethod>(call.number(0))) ? ok : not_allowed;
}

// --- 11.2.6, 11.2.9 HTTPREAD, HTTPHEAD

/// Header line and bytes; with nothing to show, OK is all there is.
Result print_block(Call& call, std::string_view bytes) {
  if (bytes.empty() || call.modem.http.busy()) return ok;
  call.print("{}: {}", call.command.name, bytes.size());
  call.response.raw(bytes);
  return ok;
}

/// AT+HTTPREAD, AT+HTTPREAD=<start_address>,<byte_size>
Result read_buffer(Call& call) {
  const HttpService& http = call.modem.http;
  if (!http.on()) return not_allowed;
  const bool all = call.typed.empty();
  const std::size_t start = all ? 0 : call.number(0), size = all ? HttpService::buffer_size : call.number(1);
  const std::string_view bytes = http.buffer;
  return print_block(call, start < bytes.size() ? bytes.substr(start, size) : std::string_view{});
}

Result read_head(Call& call) {
  if (!call.modem.http.on()) return not_allowed;
  return print_block(call, call.modem.http.head());
}

// --- 11.2.7, 11.2.8, 11.2.10 HTTPSCONT, HTTPSTATUS, HTTPGETHEAD

/// <mode> 0: the values are the saved ones, 1: they are not.
Result show_context(Call& call) {
  const HttpService& http = call.modem.http;
  if (!http.on()) return not_allowed;
  call.print("+HTTPSCONT: {}", http.saved() ? 0 : 1);
  for (std::size_t i = 0; i < HttpService::tag_count; ++i) {
    const HttpService::TagRow& tag = HttpService::tags[i];
    if (tag.saved) call.print("{}: {}", tag.name, http.value(static_cast<HttpService::Tag>(i)));
  }
  return ok;
}

Result save_context(Call& call) {
  if (!call.modem.http.on()) return not_allowed;
  return call.modem.http.save() ? ok : error;
}

/// +HTTPSTATUS: <mode>,<status>,<finish>,<remain>
Result show_status(Call& call) {
  if (!call.modem.http.on()) return not_allowed;
  const auto [method, phase, finished, remaining] = call.modem.http.status();
  if (call.modem.world.module.quirks.http_status_number) {
    call.print("+HTTPSTATUS: {},{},{},{}", static_cast<int>(method), phase, finished, remaining);
  } else {
    call.print("+HTTPSTATUS: {},{},{},{}", word(method), phase, finished, remaining);
  }
  return ok;
}

Result show_head_option(Call& call) {
  if (!call.modem.http.on()) return not_allowed;
  call.print("+HTTPGETHEAD: {}", call.modem.http.show_head ? 1 : 0);
  return ok;
}
Result set_head_option(Call& call) {
  if (!call.modem.http.on() || call.modem.http.busy()) return not_allowed;
  call.modem.http.show_head = call.number(0) == 1;
  return ok;
}

// --- SSL application note: HTTPSSL, SSLOPT

Result show_tls(Call& call) {
  call.print("+HTTPSSL: {}", call.modem.http.tls ? 1 : 0);
  return ok;
}
/// Taken in any state but busy: some drivers send it before HTTPINIT.  HTTPTERM forgets it.
Result set_tls(Call& call) {
  if (call.modem.http.busy()) return not_allowed;
  call.modem.http.tls = call.number(0) == 1;
  return ok;
}

/// <opt> 0: ignore an invalid certificate; 1: authenticate the client.
Result show_ssl_options(Call& call) {
  for (std::size_t option = 0; option < 2; ++option) {
    call.print("+SSLOPT: {},{}", option, call.modem.settings.number("+SSLOPT", option));
  }
  return ok;
}
Result set_ssl_option(Call& call) {
  if (call.arguments.size() != 2) return Cme::invalid_input;
  call.modem.settings.set("+SSLOPT", call.number(0), std::to_string(call.number(1)));
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+HTTPINIT", .section = "11.2.1", .test = "", .execute = initialise},
    {.name = "+HTTPTERM", .section = "11.2.2", .test = "", .execute = terminate},
    {.name = "+HTTPPARA", .section = "11.2.3", .parameters = {text(16), text(556)},
     .test = R"(+HTTPPARA: "HTTPParamTag","HTTPParmValue")", .read = show_parameters, .write = set_parameter},
    {.name = "+HTTPDATA", .section = "11.2.4", .parameters = {number("0-319488"), number("1000-120000")},
     .test = show_ranges, .write = take_data},
    {.name = "+HTTPACTION", .section = "11.2.5", .parameters = {number("0-3")}, .test = show_ranges, .write = act, .seconds = 5},
    {.name = "+HTTPREAD", .section = "11.2.6", .parameters = {number("0-319488"), number("1-319488")},
     .test = show_ranges, .write = read_buffer, .execute = read_buffer},
    {.name = "+HTTPSCONT", .section = "11.2.7", .test = "", .read = show_context, .execute = save_context},
    {.name = "+HTTPSTATUS", .section = "11.2.8", .test = "", .read = show_status},
    {.name = "+HTTPHEAD", .section = "11.2.9", .test = "", .execute = read_head},
    {.name = "+HTTPGETHEAD", .section = "11.2.10", .parameters = {number("0-1")},
     .test = show_ranges, .read = show_head_option, .write = set_head_option},
    {.name = "+HTTPSSL", .section = "", .parameters = {number("0-1")}, .test = show_ranges, .read = show_tls, .write = set_tls},
    {.name = "+SSLOPT", .section = "", .parameters = {number("0-1", "1"), number("0-1", "0")},
     .test = show_ranges, .read = show_ssl_options, .write = set_ssl_option},
};
// clang-format on

}  // namespace

std::span<const Command> http_commands() { return table; }

}  // namespace sim800
