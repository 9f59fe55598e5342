// What happens to the module now: the scenarios' actions, and a few with requests of their own.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>

#include "emulator/calls/ussd_service.hpp"
#include "emulator/control/handlers.hpp"
#include "emulator/sms/sms_service.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// Typed text as bytes.
std::string bytes_in(const std::string& place, const std::string& text) {
  auto bytes = bytes_of_text(text);
  if (!bytes) throw Refusal(400, place, "characters from U+0000 to U+00FF, one for each byte", "others");
  return std::move(*bytes);
}

Refusal still_running() {
  return {409, "at", "a channel without a command", "one that still runs though its time was up"};
}

/// Its lines without the final result, and that.
nlohmann::ordered_json shown(const AtLine::Answer& answer) {
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  const std::string text = text_of_bytes(answer.text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  nlohmann::ordered_json reply{{"text", text}};
  if (answer.end == AtLine::Answer::complete && !lines.empty()) {
    reply["result"] = lines.back();
    lines.erase(lines.end() - 1);
  }
  reply["lines"] = std::move(lines);
  return reply;
}

}  // namespace

void post_do(Call& call) {
  Body body(call.request().body, call.rules());
  auto steps = std::make_shared<const Steps>(read_steps(body.value(), nullptr));
  const std::string words = summary_of_steps(body.value());
  body.done();
  call.module().faults.perform(std::move(steps), words);
  call.reply_when_settled({{"done", words}});
}

void post_at(Call& call) {
  Body body(call.request().body, call.rules());
  std::string line, payload;
  Duration limit = 60s;
  body.value()["line"].read(line);
  body.value()["payload"].read(payload);
  body.value()["timeout"].read(limit);
  body.done();
  line = bytes_in("line", line);
  if (line.find_first_of("\r\n") != std::string::npos) throw Refusal(400, "line", "one line", "a line end in it");
  const bool asked = call.api.at_line(call.module())
                         .ask(line, bytes_in("payload", payload), limit, [call](const AtLine::Answer& answer) mutable {
                           if (answer.end == AtLine::Answer::refused)
                             return call.exchange->answer(still_running().answer());
                           call.reply(shown(answer), answer.end == AtLine::Answer::complete ? 200 : 408);
                         });
  if (!asked) throw Refusal(503, "at", fmt::format("at most {} lines that wait", AtLine::max_waiting), "one more");
}

void post_sms(Call& call) {
  Body body(call.request().body, call.rules());
  const ArrivingMessage message = read_message(body.value());
  body.done();
  message.arrive(*call.module().modem.sms);
  call.reply_done();
}

void post_ussd(Call& call) {
  Body body(call.request().body, call.rules());
  std::string text;
  bool reply_expected = false;
  body.value()["text"].read(text);
  body.value()["reply_expected"].read(reply_expected);
  call.module().modem.ussd->receive(text, reply_expected);
  call.reply_done();
}

void post_power(Call& call) {
  Body body(call.request().body, call.rules());
  if (body.json()["power"] == "key") {
    call.module().modem.press_power_key();
  } else {
    call.module().modem.lose_power();
  }
  call.reply_when_settled(nlohmann::ordered_json::object());
}

void post_module_reset(Call& call) {
  call.module().modem.reset();
  call.reply_when_settled(nlohmann::ordered_json::object());
}

void get_state(Call& call) { call.reply({{"state", call.module().faults.state()}}); }

void put_state(Call& call) {
  Body body(call.request().body, call.rules());
  call.module().faults.enter(body.json()["state"].get<std::string>());
  get_state(call);
}

}  // namespace sim800
