// SPDX-License-Identifier: MIT
// A card with a toolkit application, and the host that answers it (51.014; AT manual chapter 5).
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/card_application.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/toolkit_service.hpp"
#include "emulator/sim/card_files.hpp"
#include "emulator/sms/sms_service.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/sim/proactive.hpp"
#include "protocol/text/hex.hpp"
#include "tests/support/fault_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

using enum ProactiveType;

ToolkitStep step(const ProactiveCommand& command) {
  return {.command = encode_proactive(command), .wait = {}, .answers = {}};
}
ToolkitStep display(std::u16string_view text) {
  return step({.type = display_text, .qualifier = 0x80, .destination = 0x02, .text = ToolkitText::of(text)});
}

std::shared_ptr<CardApplication> application() {
  auto made = std::make_shared<CardApplication>();
  made->menu = encode_proactive({.type = set_up_menu, .alpha = "Menu", .items = {{1, "One"}, {2, "Two"}, {9, "Nine"}}});
  made->items[1] = {display(u"Hi")};
  ToolkitStep choice = step({.type = select_item, .alpha = "Which", .items = {{4, "A"}, {5, "B"}}});
  choice.answers["5"] = {display(u"B")};
  made->items[2] = {choice, step({.type = get_input, .text = ToolkitText::of(u"N"), .response_length = {{2, 3}}}),
                    step({.type = get_inkey, .text = ToolkitText::of(u"K")})};
  made->items[9] = {};
  return made;
}

struct Toolkit : Numbers {
  explicit Toolkit(std::shared_ptr<const CardApplication> card = application(), World given = instant())
      : Numbers(with(std::move(card), std::move(given))) {
    ask("AT+STKPCIS=1");
  }
  static World with(std::shared_ptr<const CardApplication> card, World given) {
    given.sim.toolkit = std::move(card);
    return given;
  }
};

/// The answer, and what comes within that time after it.
std::string ask(ModuleFixture& module, std::string_view command, Duration then) {
  const std::string answer = module.ask(command);
  return answer + module.wait(then);
}

const std::string end = "\r\n+STKPCI: 2\r\n";
std::string line(std::string_view text) { return "\r\n" + std::string(text) + "\r\n"; }

}  // namespace

TEST_CASE("the menu: set up at the start, shown while +STKPCI is on") {
  Numbers quiet(Toolkit::with(application(), ModuleFixture::instant()));
  CHECK(quiet.ask("AT+STKMENU?") == OK);
  CHECK(quiet.ask("AT+STKPCIS=1") == OK);
  CHECK(quiet.ask("AT+STKMENU?") ==
        "\r\n+STKMENU: 1,1,\"4F6E65\"\r\n+STKMENU: 2,2,\"54776F\"\r\n+STKMENU: "
        "3,9,\"4E696E65\"\r\n" +
            OK);
  CHECK(quiet.ask("AT+STKMENU=?") == OK);
  // A host that wants to hear of it stores that.
  CHECK(quiet.ask("AT&W") == OK);
  const std::string booted = ask(quiet, "AT+CFUN=1,1", 30s);
  CHECK(
      booted.ends_with("\r\n+STKPCI: 0,SET UP MENU,3,\"4D656E75\"\r\n\r\n+STKPCI: 0,ITEM,1,1,\"4F6E65\"\r\n\r\n"
                       "+STKPCI: 0,ITEM,2,2,\"54776F\"\r\n\r\n+STKPCI: 0,ITEM,3,9,\"4E696E65\"\r\n"));
}

TEST_CASE("a menu that is shown waits for an answer, a choice, or the end of patience") {
  World world = ModuleFixture::instant();
  world.module.settings["+STKPCIS"] = {"1"};
  for (const char* answer : {"AT+STKTRS=00", "AT+STKTRS=\"20\"", ""}) {
    CAPTURE(answer);
    Toolkit card(application(), world);
    CHECK((*answer != '\0' ? card.ask(answer) : OK + card.wait(60s)) == OK + end);
    CHECK(card.ask("AT+STKTRS=00") == ERROR);
  }
  Toolkit card(application(), world);
  CHECK(card.ask("AT+STKENVS=D3,01") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"044869\""));
}

TEST_CASE("a choice of the menu, a text, and the end of the session") {
  Toolkit card;
  CHECK(card.ask("AT+STKENVS=\"D3\",\"01\"") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"044869\""));
  CHECK(card.ask("AT+STKENVS=\"D3\",\"01\"") == ERROR);  // in the middle of it
  CHECK(card.ask("AT+STKTRS=\"00\"") == OK + end);
  CHECK(card.ask("AT+STKTRS=\"00\"") == ERROR);
  CHECK(card.ask("AT+STKENVS=D3,09") == OK);  // nothing comes of it
}

TEST_CASE("a choice between items leads where the item does, an input is as long as the card wants") {
  Toolkit card;
  card.ask("AT+STKENVS=D3,02");
  CHECK(card.ask("AT+STKTRS=00") == ERROR);
  CHECK(card.ask("AT+STKTRS=00,06") == ERROR);
  CHECK(card.ask("AT+STKTRS=00,0005") == ERROR);
  CHECK(card.ask("AT+STKTRS=11,05") == ERROR);  // back, and yet a choice
  CHECK(card.ask("AT+STKTRS=00,05") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"0442\""));
  CHECK(card.ask("AT+STKTRS=00") == OK + line("+STKPCI: 0,GET INPUT,0,\"044E\",2,3"));
  CHECK(card.ask("AT+STKTRS=00,0431") == ERROR);
  CHECK(card.ask("AT+STKTRS=00,0431323334") == ERROR);
  CHECK(card.ask("AT+STKTRS=00,0X") == ERROR);
  CHECK(card.ask("AT+STKTRS=11,043132") == ERROR);
  CHECK(card.ask("AT+STKTRS=11") == OK + line("+STKPCI: 0,SELECT ITEM,2,\"5768696368\"") +
                                        line("+STKPCI: 0,ITEM,1,4,\"41\"") + line("+STKPCI: 0,ITEM,2,5,\"42\""));
  CHECK(card.ask("AT+STKTRS=00,04") == OK + line("+STKPCI: 0,GET INPUT,0,\"044E\",2,3"));
  CHECK(card.ask("AT+STKTRS=00,043132") == OK + line("+STKPCI: 0,GET INKEY,0,\"044B\""));
  CHECK(card.ask("AT+STKTRS=00,043132") == ERROR);
  CHECK(card.ask("AT+STKTRS=10") == OK + end);
}

TEST_CASE("a host that does not answer: the session ends, a message that goes by itself goes on") {
  auto card = std::make_shared<CardApplication>();
  ToolkitStep passing = step({.type = display_text, .destination = 0x02, .text = ToolkitText::of(u"A")});
  card->start = {passing, display(u"B"), display(u"C")};
  World world = ModuleFixture::instant();
  world.module.settings["+STKPCIS"] = {"1"};
  Toolkit module(card, world);
  CHECK(module.wait(39s).empty());
  CHECK(module.wait(2s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"0442\""));
  CHECK(module.wait(60s) == end);
}

TEST_CASE("the card may say how long it waits") {
  auto card = std::make_shared<CardApplication>();
  card->items[1] = {step({.type = get_inkey,
                          .text = ToolkitText::of(u"K"),
                          .duration = ToolkitDuration{ToolkitDuration::Unit::seconds, 5}})};
  card->menu = encode_proactive({.type = set_up_menu, .alpha = "M", .items = {{1, "One"}}});
  Toolkit module(card);
  module.ask("AT+STKENVS=D3,01");
  CHECK(module.wait(4s).empty());
  CHECK(module.wait(1s) == end);
}

TEST_CASE("without +STKPCI nobody is asked") {
  Toolkit card;
  card.ask("AT+STKPCIS=0");
  CHECK(card.ask("AT+STKENVS=D3,01") == OK);
  CHECK(card.wait(2min).empty());
  CHECK(card.ask("AT+STKTRS=00") == ERROR);
}

TEST_CASE("what the module does by itself is told, and needs no answer") {
  auto card = std::make_shared<CardApplication>();
  ToolkitStep poll = step({.type = poll_interval, .duration = ToolkitDuration{ToolkitDuration::Unit::seconds, 20}});
  poll.wait = 20s;
  card->items[1] = {step({.type = more_time}), step({.type = refresh, .qualifier = 1}), poll, display(u"A")};
  card->menu = encode_proactive({.type = set_up_menu, .alpha = "M", .items = {{1, "One"}}});
  Toolkit module(card);
  CHECK(module.ask("AT+STKENVS=D3,01") ==
        OK + line("+STKPCI: 1,MORE TIME") + line("+STKPCI: 1,REFRESH") + line("+STKPCI: 1,POLL INTERVAL"));
  CHECK(module.wait(19s).empty());
  CHECK(module.wait(1s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"0441\""));
}

TEST_CASE("REFRESH with a reset starts the card again") {
  auto card = std::make_shared<CardApplication>();
  card->items[1] = {step({.type = refresh, .qualifier = 4})};
  card->menu = encode_proactive({.type = set_up_menu, .alpha = "M", .items = {{1, "One"}}});
  Toolkit module(card);
  const std::string said = ask(module, "AT+STKENVS=D3,01", 20s);
  CHECK(said.find("+STKPCI: 1,REFRESH") != std::string::npos);
  CHECK(said.find("+CPIN: READY") != std::string::npos);
  CHECK(said.find("+STKPCI: 0,SET UP MENU,1,\"4D\"") != std::string::npos);
  CHECK(module.ask("AT+CREG?") == answered("+CREG: 0,1"));
}

TEST_CASE("events, and messages for the card") {
  auto card = std::make_shared<CardApplication>();
  card->events[4] = {display(u"E")};
  card->sms = {display(u"S")};
  card->takes_sms = true;
  Toolkit module(card);
  CHECK(module.ask("AT+STKENVS=D6,05") == ERROR);
  CHECK(module.ask("AT+STKENVS=D6,04") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"0445\""));
  CHECK(module.ask("AT+STKTRS=00") == OK + end);
  Sms message{.type = SmsType::deliver,
              .first_octet = 0x04,
              .address = parse_sender(u"1001"),
              .protocol = 0x7f,
              .coding = 0xf6};
  message.set_data({}, "\x01\x02");
  module.modem.sms->receive(message);
  CHECK(module.wait(1s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"0453\""));
  // One for the host is not the card's.
  message.protocol = 0;
  module.modem.sms->receive(message);
  CHECK(module.wait(1s) == line("+CMTI: \"SM\",1"));
}

TEST_CASE("calls, messages, codes and keys that the card wants") {
  auto card = std::make_shared<CardApplication>();
  const auto address = from_hex("8111F1").value();
  card->menu = encode_proactive(
      {.type = set_up_menu, .alpha = "M", .items = {{1, "Call"}, {2, "SMS"}, {3, "USSD"}, {4, "SS"}, {5, "Keys"}}});
  card->items[1] = {step({.type = set_up_call, .destination = 0x83, .alpha = "Call", .address = address}),
                    display(u"on")};
  Sms submit{.type = SmsType::submit, .first_octet = 0x01, .address = parse_sender(u"222")};
  submit.set_data({}, "Hi");
  card->items[2] = {step({.type = send_sms, .destination = 0x83, .sms = encode_sms(submit)}), display(u"sent")};
  card->items[3] = {step({.type = send_ussd, .destination = 0x83, .ussd = from_hex("0FAA180C3602").value()}),
                    display(u"asked")};
  card->items[4] = {step({.type = send_ss, .destination = 0x83, .ss = from_hex("81BA12FB").value()})};
  card->items[5] = {step({.type = send_dtmf, .destination = 0x83, .dtmf = from_hex("21").value()}), display(u"keys")};
  World world = ModuleFixture::instant();
  world.network.numbers["111"] = {.call = Subscriber::Call::answer, .after = 2s};
  world.network.ussd["*100#"] = {"Credit"};
  Toolkit module(card, world);

  CHECK(module.ask("AT+STKCALL=0") == ERROR);
  CHECK(module.ask("AT+STKENVS=D3,05") == OK + line("+STKPCI: 0,SEND DTMF,0,\"12\""));
  CHECK(module.ask("AT+STKCALL=0") == ERROR);
  CHECK(module.ask("AT+STKDTMF=0") == OK + end);  // there is no call
  CHECK(module.ask("AT+STKENVS=D3,01") == OK + line("+STKPCI: 0,SETUP CALL,\"43616C6C\",\"111\""));
  CHECK(module.ask("AT+STKTRS=00") == ERROR);
  CHECK(module.ask("AT+STKCALL=34") == OK + end);
  module.ask("AT+STKENVS=D3,01");
  CHECK(module.ask("AT+STKCALL=18") == OK + end);
  module.ask("AT+STKENVS=D3,01");
  CHECK(module.ask("AT+STKCALL=0") == OK);
  CHECK(module.wait(3s).find("+STKPCI: 0,DISPLAY TEXT,128,\"046F6E\"") != std::string::npos);
  CHECK(module.modem.calls->talking());
  module.ask("AT+STKTRS=00");
  CHECK(module.ask("AT+STKENVS=D3,05") == OK + line("+STKPCI: 0,SEND DTMF,0,\"12\""));
  CHECK(module.ask("AT+STKDTMF=4") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"046B657973\""));
  module.ask("AT+STKTRS=00");
  module.ask("ATH");
  CHECK(module.ask("AT+STKENVS=D3,02").starts_with(OK + "\r\n+STKPCI: 0,SEND SHORT MESSAGE,0,0,\"0100"));
  CHECK(ask(module, "AT+STKSMS=0", 1s).find("+STKPCI: 0,DISPLAY TEXT,128,\"0473656E74\"") != std::string::npos);
  module.ask("AT+STKTRS=00");
  CHECK(module.ask("AT+STKENVS=D3,03") == OK + line("+STKPCI: 0,SEND USSD,0,\"*100#\""));
  CHECK(ask(module, "AT+STKUSSD=0", 1s).find("0461736B6564") != std::string::npos);
  module.ask("AT+STKTRS=00");
  CHECK(module.ask("AT+STKENVS=D3,04") == OK + line("+STKPCI: 0,SEND SS,0,\"*#21#\""));
  CHECK(module.ask("AT+STKSS=50") == OK + end);
  CHECK(module.ask("AT+CLCK=\"AO\",1,\"0000\"") == OK);
  module.ask("AT+STKENVS=D3,02");
  CHECK(ask(module, "AT+STKSMS=0", 1s) == OK + end);
}

TEST_CASE("a proactive command as it is, also a wrong one") {
  Toolkit module(nullptr);
  const auto say = [&module](std::string_view hex) {
    const ToolkitStep raw{.command = from_hex(hex).value(), .wait = {}, .answers = {}};
    module.modem.toolkit->send(std::make_shared<const ToolkitSteps>(ToolkitSteps{raw}));
    return module.wait(1s);
  };
  CHECK(say("D01A8103012180820281028D0F04546F6F6C6B697420546573742031") ==
        line("+STKPCI: 0,DISPLAY TEXT,128,\"04546F6F6C6B697420546573742031\""));
  CHECK(module.ask("AT+STKTRS=00") == OK + end);
  CHECK(say("D009810301150082028182").empty());  // LAUNCH BROWSER
  CHECK(say("D0").empty());
  CHECK(say("D009810301020082028182") == line("+STKPCI: 1,MORE TIME"));
}

TEST_CASE("without a card, or without an application, nothing answers") {
  Numbers plain;
  CHECK(plain.ask("AT+STKPCIS=1;+STKMENU?") == OK);
  for (const char* typed : {"AT+STKTRS=00", "AT+STKENVS=D3,01", "AT+STKENVS=D1,01", "AT+STKCALL=0", "AT+STKSMS=0",
                            "AT+STKSS=0", "AT+STKUSSD=0", "AT+STKDTMF=0"})
    CHECK(plain.ask(typed) == ERROR);
  World world = ModuleFixture::instant();
  world.sim.present = false;
  CHECK(Numbers(world).ask("AT+STKTRS=00") == cme(10));
  for (const char* typed : {"AT+STKCALL=1", "AT+STKSMS=50", "AT+STKTRS", "AT+STKTRS=00000"})
    CHECK(plain.ask(typed) != OK);
}

TEST_CASE("quirk stk_text: texts as they read") {
  World world = ModuleFixture::instant();
  world.module.quirks.stk_text = true;
  Toolkit card(application(), world);
  CHECK(card.ask("AT+STKMENU?").starts_with("\r\n+STKMENU: 1,1,\"One\"\r\n"));
  CHECK(card.ask("AT+STKENVS=D3,01") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"Hi\""));
}

namespace {

std::string apdu(ModuleFixture& module, std::string_view hex) {
  const std::string said = module.ask(fmt::format("AT+CSIM={},\"{}\"", hex.size(), hex));
  const std::size_t quote = said.find('"');
  return quote == std::string::npos ? said : said.substr(quote + 1, said.find('"', quote + 1) - quote - 1);
}

std::shared_ptr<CardApplication> one_item(ToolkitSteps steps) {
  auto card = std::make_shared<CardApplication>();
  card->menu = encode_proactive({.type = set_up_menu, .alpha = "M", .items = {{1, "One"}, {2, "Two"}}});
  card->items[1] = std::move(steps);
  card->items[2] = {display(u"2")};
  return card;
}

ToolkitStep poll_for(Duration span) {
  ToolkitStep poll = step({.type = poll_interval, .duration = ToolkitDuration{ToolkitDuration::Unit::seconds, 20}});
  poll.wait = span;
  return poll;
}

}  // namespace

TEST_CASE("the card's part over AT+CSIM: FETCH, TERMINAL RESPONSE, ENVELOPE") {
  Toolkit card;
  const std::string choose_one = "A0C2000009D30782020181900101";
  CHECK(apdu(card, "A010000001FF") == "9000");
  CHECK(apdu(card, "A010000101FF") == "6B00");
  CHECK(apdu(card, "A012000010") == "6F00");  // nothing to fetch
  CHECK(apdu(card, "A01400000C810301218082028281830100") == "6F00");
  for (const char* wrong :
       {"A0C2000009D70782020181900101", "A0C2000009D30882020181900101", "A0C2000009D30782020181900107",
        "A0C2000006D30482020181", "A0C2000009D60782020181990104", "A0C2000001D3", "A0C2000000"}) {
    CAPTURE(wrong);
    CHECK(apdu(card, wrong) == "6F00");
  }
  CHECK(card.ask("AT+CSIM=28,\"" + choose_one + "\"") ==
        answered("+CSIM: 4,\"9110\"") + line("+STKPCI: 0,DISPLAY TEXT,128,\"044869\""));
  CHECK(apdu(card, choose_one) == "9300");
  CHECK(apdu(card, "A0F2000016").ends_with("9000"));  // it has been fetched
  CHECK(apdu(card, "A01400000C810301218082028281830100").starts_with("9000"));
  CHECK(apdu(card, "A01400000C810301218082028281830100") == "6F00");
}

TEST_CASE("a proactive command that waits is told with each success, until it is fetched") {
  World world = ModuleFixture::instant();
  world.timing.overrides["sim.read"] = 1s;
  Toolkit card(application(), world);
  const auto ask = [&card](std::string_view hex) {
    card.channel->receive(fmt::format("AT+CSIM={},\"{}\"\r", hex.size(), hex));
    card.clock.advance(1s);
    const std::string said = card.port.take();
    const std::size_t quote = said.find('"');
    return said.substr(quote + 1, said.find('"', quote + 1) - quote - 1);
  };
  ToolkitStep shown = display(u"Hello");
  card.modem.toolkit->send(std::make_shared<const ToolkitSteps>(ToolkitSteps{shown}));
  card.clock.advance(500ms);
  // The module fetches it itself in half a second; this is what the card would say until then.
  CHECK(card.modem.card->transmit(std::string("\xa0\xf2\0\0\x16", 5)).status == 0x9113);
  CHECK(card.modem.card->transmit(std::string("\xa0\xa4\0\0\2\x3f\0", 7)).status == 0x9f16);
  CHECK(card.modem.card->transmit(std::string("\xa0\xc0\0\0\x16", 5)).status == 0x9113);
  CHECK(card.modem.card->transmit(std::string("\xa0\x12\0\0\xff", 5)).status == 0x6713);
  const CardAnswer fetched = card.modem.card->transmit(std::string("\xa0\x12\0\0\x13", 5));
  CHECK(fetched.status == 0x9000);
  CHECK(fetched.data == shown.command);
  CHECK(card.wait(0s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"0448656C6C6F\""));
  CHECK(ask("A0F2000016").ends_with("9000"));
}

TEST_CASE("a menu's item can be chosen while the card waits to be polled, which goes on afterwards") {
  Toolkit module(one_item({poll_for(20s), display(u"later")}));
  CHECK(module.ask("AT+STKENVS=D3,01") == OK + line("+STKPCI: 1,POLL INTERVAL"));
  module.wait(5s);
  CHECK(module.ask("AT+STKENVS=D3,02") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"0432\""));
  CHECK(module.ask("AT+STKENVS=D3,02") == ERROR);
  SUBCASE("in time") {
    CHECK(module.ask("AT+STKTRS=10") == OK + end);
    CHECK(module.wait(14s) == "");
    CHECK(module.wait(1s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"046C61746572\""));
  }
  SUBCASE("longer than that") {
    CHECK(module.wait(20s) == "");
    CHECK(module.ask("AT+STKTRS=11") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"046C61746572\""));
  }
}

TEST_CASE("a session in that time has its own intervals") {
  auto card = std::make_shared<CardApplication>();
  card->menu = encode_proactive({.type = set_up_menu, .alpha = "M", .items = {{1, "One"}, {2, "Two"}, {3, "Three"}}});
  card->items[1] = {poll_for(20s), display(u"later")};
  card->items[2] = {display(u"a"), poll_for(30s), display(u"b")};
  card->items[3] = {display(u"c")};
  Toolkit module(card);
  module.ask("AT+STKENVS=D3,01");
  module.ask("AT+STKENVS=D3,02");
  CHECK(module.wait(25s) == "");  // in which the first one would have gone on
  CHECK(module.ask("AT+STKTRS=00").find("POLL INTERVAL") != std::string::npos);
  CHECK(module.ask("AT+STKENVS=D3,03") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"0463\""));
  CHECK(module.ask("AT+STKTRS=00") == OK + end);
  CHECK(module.wait(29s) == "");
  CHECK(module.wait(1s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"0462\""));
  CHECK(module.ask("AT+STKTRS=00") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"046C61746572\""));
  CHECK(module.ask("AT+STKTRS=00") == OK + end);
}

TEST_CASE("the end of a session is told, even if the next one follows at once") {
  World world = ModuleFixture::instant();
  world.timing.overrides["sim.read"] = 1s;
  Toolkit module(one_item({display(u"1")}), world);
  module.ask("AT+STKENVS=D3,01");
  CHECK(module.wait(1s) == line("+STKPCI: 0,DISPLAY TEXT,128,\"0431\""));
  CHECK(module.ask("AT+STKTRS=00") == OK);
  CHECK(module.ask("AT+STKENVS=D3,02") == OK);
  CHECK(module.wait(1s) == end + line("+STKPCI: 0,DISPLAY TEXT,128,\"0432\""));
}

TEST_CASE("what the scenario's card has to say waits until it is started") {
  World world = ModuleFixture::instant();
  world.module.settings["+STKPCIS"] = {"1"};
  world.timing.overrides["boot.cpin"] = 1s;
  world.timing.overrides["boot.call_ready"] = 5s;
  world.timing.overrides["boot.sms_ready"] = 6s;
  for (const bool has_application : {true, false}) {
    for (const Duration when : {Duration(500ms), Duration(3s), Duration(10s)}) {
      CAPTURE(has_application);
      World given = world;
      if (has_application) given.sim.toolkit = one_item({});
      ModuleFixture module(given, false);
      module.modem.power_on();
      module.wait(when);
      module.modem.toolkit->send(std::make_shared<const ToolkitSteps>(ToolkitSteps{display(u"Hi")}));
      std::string said = module.wait(10s);
      if (has_application) {
        CHECK(module.ask("AT+STKTRS=00").find(OK) != std::string::npos);
        said += module.wait(1s);
        module.ask("AT+STKTRS=00");
      }
      CHECK(module.ask("AT+STKTRS=00").find(has_application ? "ERROR" : "OK") != std::string::npos);
    }
  }
}

TEST_CASE("a card without its supply, or one that is gone, says nothing more") {
  for (const char* off : {"AT+CFUN=0", "AT+CPOWD=1", "AT+CPOWD=0"}) {
    CAPTURE(off);
    Toolkit module(one_item({poll_for(20s), display(u"later")}));
    module.ask("AT+STKENVS=D3,01");
    CHECK(module.ask(off).find("STKPCI") == std::string::npos);
    CHECK(module.wait(2min).find("STKPCI") == std::string::npos);
  }
  for (const char* off : {"AT+CFUN=0", "AT+CPOWD=1"}) {
    World world = ModuleFixture::instant();
    world.timing.overrides["power.down"] = 2min;
    Toolkit module(application(), world);
    module.ask("AT+STKENVS=D3,01");  // a text that nobody answers
    module.ask(off);
    CHECK(module.wait(110s).find("STKPCI") == std::string::npos);
  }
  Toolkit removed;
  removed.ask("AT+STKENVS=D3,01");
  removed.modem.remove_sim();
  CHECK(removed.wait(2min).find("STKPCI") == std::string::npos);
  // With the radio off the card has its supply.
  Toolkit silent;
  silent.ask("AT+CFUN=4");
  CHECK(silent.ask("AT+STKENVS=D3,01") == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"044869\""));
  // And once it is back, it begins anew.
  Toolkit again;
  again.ask("AT+STKENVS=D3,01");
  again.ask("AT+CFUN=0");
  CHECK(ask(again, "AT+CFUN=1", 20s).find("+STKPCI: 0,SET UP MENU,3,") != std::string::npos);
}

TEST_CASE("SET UP CALL: only if idle, beside a call on hold, or in its place") {
  const auto address = from_hex("8111F1").value();
  for (const std::uint8_t qualifier : {0, 1, 2, 3, 4, 5}) {
    CAPTURE(int{qualifier});
    World world = ModuleFixture::instant();
    world.network.numbers["*"] = {.call = Subscriber::Call::answer, .after = 1s};
    Toolkit module(
        one_item({step({.type = set_up_call, .qualifier = qualifier, .destination = 0x83, .address = address}),
                  display(u"on")}),
        world);
    module.ask("ATD222;");
    module.wait(2s);
    module.ask("AT+STKENVS=D3,01");
    const std::string said = ask(module, "AT+STKCALL=0", 3s);
    CHECK((said.find("046F6E") != std::string::npos) == (qualifier >= 2));
    CHECK((said.find("NO CARRIER") != std::string::npos) == (qualifier >= 4));
    const std::string calls = module.ask("AT+CLCC");
    CHECK((calls.find("\"222\"") != std::string::npos) == (qualifier < 4));
    CHECK((calls.find("\"111\"") != std::string::npos) == (qualifier >= 2));
  }
  // Not while another one rings.
  Toolkit rung(one_item({step({.type = set_up_call, .qualifier = 2, .destination = 0x83, .address = address})}));
  rung.modem.calls->receive("222", 0);
  rung.ask("AT+STKENVS=D3,01");
  CHECK(rung.ask("AT+STKCALL=0") == OK + end);
  CHECK(rung.ask("AT+CLCC").find("\"111\"") == std::string::npos);
}

TEST_CASE("a FETCH of the host's own does not keep the card from hearing of its call") {
  World world = ModuleFixture::instant();
  world.network.numbers["*"] = {.call = Subscriber::Call::answer, .after = 5s};
  const ToolkitStep call = step({.type = set_up_call, .destination = 0x83, .address = from_hex("8111F1").value()});
  Toolkit module(one_item({call, display(u"on")}), world);
  module.ask("AT+STKENVS=D3,01");
  CHECK(module.ask("AT+STKCALL=0") == OK);
  CHECK(apdu(module, fmt::format("A0120000{:02X}", call.command.size())) == to_hex(call.command) + "9000");
  CHECK(module.wait(10s).find("046F6E") != std::string::npos);
}

TEST_CASE("SEND SS does what the same code does with ATD") {
  const auto send = [](std::string_view code) {
    return one_item(
        {step({.type = send_ss, .destination = 0x83, .ss = "\x81" + encode_digits(code, (code.size() + 1) / 2)}),
         display(u"done")});
  };
  Toolkit module(send("*21*123#"));
  module.ask("AT+STKENVS=D3,01");
  CHECK(ask(module, "AT+STKSS=0", 1s).find("04646F6E65") != std::string::npos);
  CHECK(module.ask("AT+CCFC=0,2").find("+CCFC: 1,1,\"123\"") != std::string::npos);
  Toolkit asks(send("*#21#"));  // the host does not hear what the network says to that
  asks.ask("AT+STKENVS=D3,01");
  CHECK(ask(asks, "AT+STKSS=0", 1s) == OK + line("+STKPCI: 0,DISPLAY TEXT,128,\"04646F6E65\""));
  for (const char* refused : {"*#66#", "*#06#", "*21*12a#"}) {
    Toolkit other(send(refused));
    other.ask("AT+STKENVS=D3,01");
    CHECK(ask(other, "AT+STKSS=0", 1s) == OK + end);
  }
}

TEST_CASE("PROVIDE LOCAL INFORMATION, and the files that REFRESH names, in what goes to and fro") {
  const TemporaryDirectory directory;
  FaultFixture fixture(R"({"module": {"imei": "490154203237518"}, "sim": {"toolkit": {"menu": "M", "items": [
      {"id": 1, "text": "Where", "steps": [{"raw": "D009810301260082028182"}, {"raw": "D009810301260182028182"},
                                           {"raw": "D009810301260382028182"}, {"raw": "D009810301260282028182"}]},
      {"id": 2, "text": "New", "steps": [{"refresh": "files", "files": ["7F20/6F46", "2FE2"]}, {"refresh": "init-files"}]}
    ]}}})",
                       true, 1, directory.path() / "trace");
  std::string said;
  fixture.trace->listener = [&said](std::string_view, Trace::Fields fields) {
    for (const Trace::Field& field : fields) {
      if (field.key == "response" || field.key == "fetched")
        said += std::string(std::get<std::string_view>(field.value)) + "\n";
    }
  };
  fixture.ask("ATE0;+STKPCIS=1");
  fixture.ask("AT+CCLK=\"26/11/27,10:20:30+04\"");
  const std::string told = "\r\n+STKPCI: 1,PROVIDE LOCAL INFORMATION\r\n";
  CHECK(fixture.ask("AT+STKENVS=D3,01") == OK + told + told + told + told);
  CHECK(said ==
        "D009810301260082028182\n810301260082028281830100930764F0001816F9A1\n"
        "D009810301260182028182\n8103012601820282818301009408"
        "4A09512430325781\n"
        "D009810301260382028182\n810301260382028281830100A60762117201020340\n"
        "D009810301260282028182\n810301260282028281830130\n");
  said.clear();
  fixture.ask("AT+STKENVS=D3,02");
  CHECK(said.starts_with("D016810301010182028182920B023F007F206F463F002FE2\n"));
  CHECK(said.find("D01281030101028202818292070"
                  "13F007F106F3A\n") != std::string::npos);
}

}  // namespace sim800::test
