// SPDX-License-Identifier: MIT
// The toolkit's TLVs, byte for byte as the conformance tests have them (51.010-4, 31.124 27.22.4).
#include <doctest/doctest.h>

#include "protocol/sim/proactive.hpp"
#include "protocol/text/hex.hpp"

namespace sim800::test {
namespace {

using enum ProactiveType;

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

ToolkitText text(std::u16string_view said) { return ToolkitText::of(said); }

std::vector<ToolkitItem> items(std::size_t count) {
  std::vector<ToolkitItem> all;
  for (std::size_t i = 1; i <= count; ++i) all.push_back({static_cast<std::uint8_t>(i), "Item " + std::to_string(i)});
  return all;
}

struct Vector {
  const char* hex;
  ProactiveCommand command;
};

const std::vector<Vector> vectors{
    {"D01A8103012180820281028D0F04546F6F6C6B697420546573742031",
     {.type = display_text, .qualifier = 0x80, .destination = 0x02, .text = text(u"Toolkit Test 1")}},
    {"D0158103012200820281828D0A04456E74657220222B22", {.type = get_inkey, .text = text(u"Enter \"+\"")}},
    {"D01B8103012300820281828D0C04456E74657220313233343591020505",
     {.type = get_input, .text = text(u"Enter 12345"), .response_length = {{5, 5}}}},
    {"D009810301020082028182", {.type = more_time}},
    {"D00D81030103008202818284020114",
     {.type = poll_interval, .duration = ToolkitDuration{ToolkitDuration::Unit::seconds, 20}}},
    {"D009810301010382028182", {.type = refresh, .qualifier = 3}},
    {"D01B810301200082028103850944"
     "69616C20546F6E658E010184020105",
     {.type = play_tone,
      .destination = 0x03,
      .alpha = "Dial Tone",
      .tone = 1,
      .duration = ToolkitDuration{ToolkitDuration::Unit::seconds, 5}}},
    {"D03B810301250082028182850C546F6F6C6B6974204D656E758F07014974656D20318F07024974656D20328F07034974656D20338F0704"
     "4974656D2034",
     {.type = set_up_menu, .alpha = "Toolkit Menu", .items = items(4)}},
    {"D03D810301240082028182850E546F6F6C6B69742053656C6563748F07014974656D20318F07024974656D20328F07034974656D20338F"
     "07044974656D2034",
     {.type = select_item, .alpha = "Toolkit Select", .items = items(4)}},
    {"D037810301130082028183850753656E6420534D86099111223344556677F88B180100099110325476F840F40C54657374204D65737361"
     "6765",
     {.type = send_sms,
      .destination = 0x83,
      .alpha = "Send SM",
      .address = bytes("9111223344556677F8"),
      .sms = bytes("0100099110325476F840F40C54657374204D657373616765")}},
    {"D029810301110082028183850C43616C6C20466F7277617264891091AA120A214365870921436587A901FB",
     {.type = send_ss, .destination = 0x83, .alpha = "Call Forward", .ss = bytes("91AA120A214365870921436587A901FB")}},
    {"D01E81030110008202818385084E6F7420627573798609911032042143651C2C",
     {.type = set_up_call, .destination = 0x83, .alpha = "Not busy", .address = bytes("911032042143651C2C")}},
    {"D01B810301140082028183850953656E642044544D46AC052143658709",
     {.type = send_dtmf, .destination = 0x83, .alpha = "Send DTMF", .dtmf = bytes("2143658709")}},
    {"D01A8103012800820281828D0F0449646C65204D6F64652054657874",
     {.type = set_up_idle_text, .text = text(u"Idle Mode Text")}},
    {"D00C810301050082028182990104", {.type = set_up_event_list, .events = bytes("04")}},
    {"D0248103012180820281028D19080417041404200410041204210422041204230419042204"
     "15",
     {.type = display_text, .qualifier = 0x80, .destination = 0x02, .text = text(u"ЗДРАВСТВУЙТЕ")}},
};

}  // namespace

TEST_CASE("proactive commands: written and read as the conformance tests have them") {
  for (const Vector& vector : vectors) {
    CAPTURE(vector.hex);
    CHECK(to_hex(encode_proactive(vector.command)) == vector.hex);
    const auto read = decode_proactive(bytes(vector.hex));
    REQUIRE(read);
    CHECK((*read == vector.command));
    CHECK_FALSE(name_of(read->type).empty());
  }
}

TEST_CASE("SEND USSD: a string of packed septets") {
  const auto read = decode_proactive(bytes(
      "D050810301120082028183850A372D62697420555353448A39F041E19058341E9149E592D9743EA151E9945AB55EB1596D2B2C1E93CB"
      "E6333AAD5EB3DBEE373C2E9FD3EBF63B3EAF6FC564335ACD76C3E560"));
  REQUIRE(read);
  CHECK(read->type == send_ussd);
  CHECK(read->ussd.value_or("").size() == 57);
  const ToolkitText packed{.coding = 0x00, .bytes = read->ussd->substr(1)};
  CHECK(packed.text() == u"ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz-1234567890");
}

TEST_CASE("bytes that are no proactive command") {
  for (const char* hex : {"", "D0", "D000",
                          "D1098103010200820281"
                          "82",
                          "D00A810301020082028182", "D008810301020082028182",
                          "D0098203010200820281"
                          "82",
                          "D009810201020082028182",
                          "D0098103010200820381"
                          "82",
                          "D08109810301020082028182FF", "D082000981030102008202818200"}) {
    CAPTURE(hex);
    CHECK_FALSE(decode_proactive(bytes(hex)));
  }
  CHECK(decode_proactive(bytes("D00B8103010200820281828500")));  // MORE TIME with an empty part at its end
  // A long length, an unknown type, and a part that nobody knows.
  const auto read =
      decode_proactive(bytes("D0810C810301150082028182"
                             "700100"));
  REQUIRE(read);
  CHECK(name_of(read->type).empty());
}

TEST_CASE("terminal responses") {
  const ProactiveCommand inkey{.type = get_inkey};
  const auto said = [](TerminalResponse response) { return response; };
  CHECK(to_hex(encode_response({.type = display_text, .qualifier = 0x80}, said({}))) == "810301218082028281830100");
  TerminalResponse plus;
  plus.text = ToolkitText{0x04, "+"};
  CHECK(to_hex(encode_response(inkey, plus)) == "8103012200820282818301008D02042B");
  TerminalResponse digits;
  digits.text = ToolkitText{0x04, "12345"};
  CHECK(to_hex(encode_response({.type = get_input}, digits)) == "8103012300820282818301008D06043132333435");
  TerminalResponse third;
  third.item = 3;
  CHECK(to_hex(encode_response({.type = select_item}, third)) == "810301240082028281830100900103");
  TerminalResponse interval;
  interval.duration = ToolkitDuration{ToolkitDuration::Unit::seconds, 20};
  CHECK(to_hex(encode_response({.type = poll_interval}, interval)) == "81030103008202828183010084020114");
  TerminalResponse busy;
  busy.result = TerminalResponse::unable;
  busy.additional = TerminalResponse::screen_busy;
  CHECK(to_hex(encode_response({.type = display_text, .qualifier = 0x80}, busy)) == "81030121808202828183022001");

  for (const TerminalResponse& response : {TerminalResponse{}, plus, digits, third, interval, busy}) {
    const auto read = decode_response(encode_response(inkey, response));
    REQUIRE(read);
    CHECK((*read == response));
  }
  CHECK_FALSE(decode_response(bytes("810301218082028281")));
  CHECK_FALSE(decode_response(bytes("8103012180820282818302")));
}

TEST_CASE("envelopes") {
  CHECK(to_hex(menu_selection(2)) == "D30782020181900102");
  CHECK(to_hex(event_download(4)) ==
        "D607990104"
        "82028281");
  const std::string centre = bytes("9111223344556677F8"), tpdu = bytes(
                                                              "0404912233"
                                                              "7FF6891010000000000D53686F7274204D657373616765");
  CHECK(to_hex(sms_download(centre, tpdu)) ==
        "D12D820283810609"
        "9111223344556677F8"
        "8B1C0404912233"
        "7FF6891010000000000D53686F7274204D657373616765");
  const auto chosen = decode_envelope(menu_selection(7));
  REQUIRE(chosen);
  CHECK(chosen->tag == 0xd3);
  CHECK(chosen->item == 7);
  const auto event = decode_envelope(event_download(5));
  REQUIRE(event);
  CHECK(event->event == 5);
  CHECK_FALSE(decode_envelope(bytes("D3078202018190")));
}

}  // namespace sim800::test
