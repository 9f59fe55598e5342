// SPDX-License-Identifier: MIT
// The card's files, codes and commands, and the AT commands that show the same (51.011).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/card_directory.hpp"
#include "protocol/text/hex.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

struct Card : Numbers {
  explicit Card(World given = instant(), Nvram* kept = nullptr) : Numbers(std::move(given), kept) {}

  /// The card's answer to an APDU.
  std::string apdu(std::string_view hex) {
    const std::string said = ask(fmt::format("AT+CSIM={},\"{}\"", hex.size(), hex));
    const std::size_t quote = said.find('"');
    return quote == std::string::npos ? said : said.substr(quote + 1, said.find('"', quote + 1) - quote - 1);
  }
  std::string crsm(std::string_view parameters) {
    const std::string said = ask(fmt::format("AT+CRSM={}", parameters));
    return said.starts_with("\r\n+CRSM: ") ? said.substr(9, said.find("\r\n", 9) - 9) : said;
  }
  void select(std::initializer_list<const char*> path) {
    for (const char* file : path) CHECK(apdu(fmt::format("A0A4000002{}", file)).substr(0, 2) == "9F");
  }
};

constexpr const char* verify_pin2 =
    "A020000208"
    "31323334FFFFFFFF";

}  // namespace

TEST_CASE("SELECT: only what the current folder holds, and what it is like") {
  Card card;
  CHECK(card.apdu("A0A40000023F00") == "9F16");
  CHECK(card.apdu("A0A40000026F3A") == "9404");
  CHECK(card.apdu("A0B000000A") == "9400");
  CHECK(card.apdu("A0A40000027F10") == "9F16");
  CHECK(card.apdu("A0A40000022FE2") == "9404");
  CHECK(card.apdu("A0A40000026F3A") == "9F0F");
  // 250 records of 28 bytes, linear fixed; CHV1 reads and writes it, CHV2 invalidates it.
  CHECK(card.apdu("A0C000000F") ==
        "00001B586F3A040011F022"
        "0102011C9000");
  CHECK(card.apdu("A0A40000027F20") == "9F16");
  CHECK(card.apdu("A0C0000016") ==
        "000000007F20020000000000098000"
        "1704008"
        "38A838A9000");
  CHECK(card.apdu("A0A40000027F21") == "9F16");
  CHECK(card.apdu("A0A40000026F07") == "9F0F");
  CHECK(card.apdu("A0A40000026F39") == "9F0F");
  CHECK(card.apdu("A0C000000F") ==
        "000000036F3904401210440102"
        "03039000");
  CHECK(card.apdu("A0A4000003AABBCC") == "6700");
  CHECK(card.apdu("A0A40100026F07") == "6B00");
  CHECK(card.apdu("A0A40000022FE2AA") == "6700");
  CHECK(card.apdu("A0FA000000") == "9000");
  CHECK(card.apdu("A0EE000000") == "6D00");
  CHECK(card.apdu("00A4000000") == "6E00");
}

TEST_CASE("records: absolute, next, previous, and what is wrong with them") {
  Card card;
  card.ask("AT+CPBW=2,\"+420123\",145,\"Bob\"");
  card.select({"7F10", "6F3A"});
  const std::string empty(56, 'F'), bob =
                                        "426F62FFFFFFFFFFFFFFFFFFFFFF04912410"
                                        "32FFFFFFFFFFFFFFFFFF";
  CHECK(card.apdu("A0B202041C") == bob + "9000");
  CHECK(card.apdu("A0B200021C") == empty + "9000");
  CHECK(card.apdu("A0B200021C") == bob + "9000");
  CHECK(card.apdu("A0B200041C") == bob + "9000");
  CHECK(card.apdu("A0B200031C") == empty + "9000");
  CHECK(card.apdu("A0B200031C") == "9402");
  CHECK(card.apdu("A0B2FB041C") == "9402");
  CHECK(card.apdu("A0B202041D") == "671C");
  CHECK(card.apdu("A0B202051C") == "6B00");
  CHECK(card.apdu("A0B000001C") == "9408");
  CHECK(card.apdu("A0A200000342"
                  "6F62") == "9000");
  CHECK(card.apdu("A0A2001003426F62") == "9F01");
  CHECK(card.apdu("A0C0000001") == "029000");
  CHECK(card.apdu("A0A2000203426F62") == "9404");
  CHECK(card.apdu("A0A2000103426F62") == "9000");
  CHECK(card.apdu("A0A2000403426F62") == "6B00");
  CHECK(card.apdu("A0A2000000") == "6700");
}

TEST_CASE("one truth: a record written as a file is an entry, and comes back as it was") {
  Nvram kept;
  const std::string record =
      "80017B006FFFFFFFFFFFFFFFFFFF0481"
      "2143F5FFFFFFFFFFFFFFFFFF";
  {
    Card card(ModuleFixture::instant(), &kept);
    CHECK(card.crsm("220,28474,7,4,28,\"" + record + "\"") == "144,0");
    CHECK(card.crsm("178,28474,7,4,28") == "144,0,\"" + record + "\"");
    CHECK(card.ask("AT+CSCS=\"UCS2\";+CPBR=7") == answered("+CPBR: 7,\"12345\",129,\"017B006F\""));
  }
  Card card(ModuleFixture::instant(), &kept);
  CHECK(card.crsm("178,28474,7,4,28") == "144,0,\"" + record + "\"");
  card.ask("AT+CPBW=7,\"1\",129,\"A\"");
  CHECK(card.crsm("178,28474,7,4,28") == "144,0,\"41" + std::string(26, 'F') + "0281F1" + std::string(22, 'F') + "\"");
  CHECK(card.crsm("220,28474,7,4,28,\"" + std::string(56, 'F') + "\"") == "144,0");
  CHECK(card.ask("AT+CPBR=7") == OK);
}

TEST_CASE("long numbers go on in EF EXT1") {
  Card card;
  card.ask("AT+CPBW=1,\"1234567890123456789012345\",129,\"L\"");
  CHECK(card.crsm("178,28474,1,4,28").ends_with("0B8121436587092143658709FF01\""));
  CHECK(card.crsm("178,28490,1,4,13") == "144,0,\"02032143F5FFFFFFFFFFFFFFFF\"");
  // Written as files: the rest first, then the record that needs it.
  CHECK(card.crsm("220,28490,2,4,13,\"0201F9FFFFFFFFFFFFFFFFFFFF\"") == "144,0");
  CHECK(card.crsm("220,28474,3,4,28,\"" + std::string(28, 'F') + "0B8121436587092143658709FF02\"") == "144,0");
  CHECK(card.ask("AT+CPBR=3") == answered("+CPBR: 3,\"123456789012345678909\",129,\"\""));
}

TEST_CASE("messages, service centre, preferred networks, dialled numbers and the location are files, too") {
  Card card;
  card.ask("AT+CMGF=0");
  CHECK(card.crsm("178,28476,1,4,176") == "144,0,\"00" + std::string(350, 'F') + "\"");
  const std::string pdu =
      "07918336010500F0040A9121436587090000622122010000"
      "0005C8329BFD06";
  CHECK(card.crsm("220,28476,3,4,176,\"03" + pdu + std::string(350 - pdu.size(), 'F') + "\"") == "144,0");
  CHECK(card.ask("AT+CMGR=3").find(pdu) != std::string::npos);
  CHECK(card.crsm("178,28476,3,4,176").starts_with("144,0,\"01" + pdu));  // read
  CHECK(card.crsm("178,28482,1,4,40") == "144,0,\"" + std::string(24, 'F') + "FD" + std::string(24, 'F') +
                                             "0891683108100005F0" + std::string(12, 'F') + "\"");
  CHECK(card.ask("AT+CSCA=\"+4912345\"") == OK);
  CHECK(card.crsm("178,28482,1,4,40").find("0591942143F5") != std::string::npos);
  CHECK(card.ask("AT+CPOL=2,2,\"26201\"") == OK);
  CHECK(card.crsm("176,28464,0,0,6") == "144,0,\"FFFFFF62F210\"");
  CHECK(card.crsm("214,28464,0,0,3,\"130014\"") == "144,0");
  CHECK(card.ask("AT+CPOL?") == "\r\n+CPOL: 1,2,\"310410\"\r\n+CPOL: 2,2,\"26201\"\r\n" + OK);
  CHECK(card.crsm("176,28542,0,4,7") == "144,0,\"64F0001816FF00\"");
  card.ask("ATD100;");
  card.ask("ATH");
  CHECK(card.crsm("178,28484,1,4,28")
            .ends_with("0381"
                       "01F0"
                       "FFFFFFFFFFFFFFFFFFFF\""));
  card.select({"7F10", "6F44"});
  CHECK(card.apdu("A0DC00031C" + std::string(28, 'F') + "028122" + std::string(22, 'F')) == "9000");
  CHECK(card.apdu("A0DC01041C" + std::string(56, 'F')) == "6B00");
  CHECK(card.ask("AT+CPBS=\"LD\";+CPBR=1,2") == "\r\n+CPBR: 1,\"22\",129,\"\"\r\n+CPBR: 2,\"100\",129,\"\"\r\n" + OK);
}

TEST_CASE("who may do what: CHV1, CHV2, the card's administrator") {
  Card card;
  CHECK(card.crsm("214,28486,0,0,1,\"01\"") == "152,4");                             // EF SPN: ADM
  CHECK(card.crsm("220,28475,1,4,28,\"" + std::string(56, 'F') + "\"") == "152,4");  // EF FDN: CHV2
  card.select({"7F20", "6F39"});
  CHECK(card.apdu("A03200000300"
                  "0010") == "9F06");
  CHECK(card.apdu("A0C0000006") == "0000100000109000");
  CHECK(card.apdu("A0DC000303000000") == "9804");
  CHECK(card.apdu("A0320000"
                  "03FFFFF0") == "9850");
  CHECK(card.apdu("A032000002"
                  "0001") == "6703");
  CHECK(card.apdu(verify_pin2) == "9000");
  CHECK(card.apdu("A0DC000303000000") == "9000");
  CHECK(card.crsm("220,28475,1,4,28,\"" + std::string(28, 'F') + "028122" + std::string(22, 'F') + "\"") == "144,0");
  CHECK(card.ask("AT+CPBS=\"FD\";+CPBR=1") == answered("+CPBR: 1,\"22\",129,\"\""));
  World world = ModuleFixture::instant();
  world.sim.pin = "1234";
  Card locked(world);
  locked.select({"7F20", "6F07"});
  CHECK(locked.apdu("A0B0000009") == "9804");
  CHECK(locked.apdu("A020000108"
                    "31323334FFFFFFFF") == "9000");
  CHECK(locked.apdu("A0B0000009") == "0849060021436587099000");
  CHECK(locked.ask("AT+CPIN?").find("READY") != std::string::npos);
}

TEST_CASE("codes: VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK CHV") {
  World world = ModuleFixture::instant();
  world.sim.pin2 = "5678";
  Card card(world);
  const std::string one = "31323334FFFFFFFF", two = "35363738FFFFFFFF", wrong = "39393939FFFFFFFF",
                    puk = "3132333435363738";
  CHECK(card.apdu("A020000108" + one) == "9808");  // CHV1 is disabled
  CHECK(card.apdu("A024000110" + one + two) == "9808");
  CHECK(card.apdu("A026000108" + one) == "9808");
  CHECK(card.apdu("A028000108" + wrong) == "9804");
  CHECK(card.ask("AT+SPIC") == answered("+SPIC: 2,3,10,10"));
  CHECK(card.apdu("A028000108" + one) == "9000");
  CHECK(card.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 1"));
  CHECK(card.apdu("A024000110" + one + two) == "9000");
  CHECK(card.apdu("A020000108" + two) == "9000");
  CHECK(card.apdu("A026000108" + two) == "9000");
  CHECK(card.apdu("A020000208" + wrong) == "9804");
  CHECK(card.apdu("A020000208" + wrong) == "9804");
  CHECK(card.apdu("A020000208" + wrong) == "9840");
  CHECK(card.apdu("A020000208" + two) == "9840");
  CHECK(card.apdu("A02C000210" + wrong + one) == "9804");
  CHECK(card.ask("AT+SPIC") == answered("+SPIC: 3,0,10,9"));
  CHECK(card.apdu("A02C000210" + puk + one) == "9000");
  CHECK(card.apdu("A020000208" + one) == "9000");
  CHECK(card.apdu("A020000308" + one) == "6B00");
  CHECK(card.apdu("A026000208" + one) == "6B00");
  CHECK(card.apdu("A020000104"
                  "31323334") == "6708");
}

TEST_CASE("UNBLOCK CHV enables CHV1, whoever asks for it") {
  const std::string one = "31323334FFFFFFFF", two = "35363738FFFFFFFF", wrong = "39393939FFFFFFFF",
                    puk = "3132333435363738";
  Card card;
  CHECK(card.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 0"));
  CHECK(card.apdu("A02C000010" + puk + two) == "9000");
  CHECK(card.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 1"));
  CHECK(card.ask("AT+CPIN?") == answered("+CPIN: READY"));
  CHECK(card.apdu("A020000108" + two) == "9000");
  // A code that has blocked itself counts as enabled, and so it is once it is unblocked.
  Card blocked;
  for (const char* said : {"9804", "9804", "9840"}) CHECK(blocked.apdu("A028000108" + wrong) == said);
  CHECK(blocked.ask("AT+CPIN?").find("SIM PUK") != std::string::npos);
  CHECK(blocked.apdu("A0F2000016").substr(26, 2) == "00");
  CHECK(blocked.ask("AT+CPIN=\"12345678\",\"5678\"").starts_with(OK));
  CHECK(blocked.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 1"));
  // 22.030: **05*PUK*NEW*NEW#
  Card dialled;
  CHECK(dialled.ask("ATD**05*12345678*5678*5678#;") == OK);
  CHECK(dialled.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 1"));
}

TEST_CASE("each command on each kind of file") {
  Card card;
  const std::string blank(56, 'F');
  // Transparent, linear, cyclic.
  const std::pair<const char*, const char*> files[] = {{"7F20", "6F7B"}, {"7F10", "6F3A"}, {"7F10", "6F44"}};
  const std::pair<std::string, std::array<const char*, 3>> rows[] = {
      {"A0B0000001", {"90", "9408", "9408"}},
      {"A0D6000001FF", {"90", "9408", "9408"}},
      {"A0B201041C", {"9408", "90", "90"}},
      {"A0DC00031C" + blank, {"9408", "90", "90"}},
      {"A0A200000142", {"9408", "9404", "9408"}},
      {"A032000003000001", {"9408", "9408", "9804"}},  // nobody may increase EF LND
      {"A004000000", {"9804", "9804", "9804"}},
      {"A044000000", {"9804", "9804", "9804"}},
  };
  for (const auto& [apdu, answers] : rows) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CAPTURE(apdu);
      CAPTURE(i);
      card.select({"3F00", files[i].first, files[i].second});
      const std::string said = card.apdu(apdu);
      CHECK(said.substr(said.size() - 4, std::string_view(answers[i]).size()) == answers[i]);
    }
  }
  for (const char* apdu : {"A0B0000001", "A0B201041C", "A032000003000001", "A0A200000142"}) {
    card.select({"7F20"});
    CHECK(card.apdu(apdu) == "9400");
  }
  CHECK(card.crsm("176,32544,0,0,1") == "148,0");
}

TEST_CASE("GET RESPONSE: directly behind the command that it is for") {
  Card card;
  card.select({"7F20", "6F07"});
  CHECK(card.apdu("A0C000000F").ends_with("9000"));
  CHECK(card.apdu("A0B0000001") == "089000");
  CHECK(card.apdu("A0C000000F") == "6F00");
}

TEST_CASE("the list of dialled numbers: records with names, empty ones, and a memory that refuses") {
  Card card;
  card.select({"7F10", "6F44"});
  const std::string bob = "426F62FFFFFFFFFFFFFFFFFFFFFF028122" + std::string(22, 'F');
  CHECK(card.apdu("A0DC00031C" + bob) == "9000");
  CHECK(card.apdu("A0B201041C") == bob + "9000");
  CHECK(card.apdu("A0DC00031C" + bob) == "9000");  // twice is two records
  CHECK(card.apdu("A0DC00031C" + std::string(56, 'F')) == "9000");
  CHECK(card.ask("AT+CPBS=\"LD\";+CPBR=1,3") ==
        "\r\n+CPBR: 2,\"22\",129,\"Bob\"\r\n+CPBR: 3,\"22\",129,\"Bob\"\r\n" + OK);
  for (int i = 0; i < 9; ++i)
    CHECK(card.apdu("A0DC00031C" + std::string(28, 'F') + "028133" + std::string(22, 'F')) == "9000");
  CHECK(card.ask("AT+CPBR=10") == OK);  // the empty one is the oldest now
  const TemporaryDirectory directory;
  Nvram kept(directory.path());
  Card full(ModuleFixture::instant(), &kept);
  full.select({"7F10", "6F44"});
  std::filesystem::remove_all(directory.path());
  CHECK(full.apdu("A0DC00031C" + bob) == "9240");
}

TEST_CASE("what the network has done is in the card: where the module is, its keys, who has refused it") {
  Card card;
  CHECK(card.crsm("176,28542,0,0,11") == "144,0,\"4365870964F0001816FF00\"");
  CHECK(card.crsm("176,28499,0,0,14") == "144,0,\"43658709FFFFFF64F00018160100\"");
  const std::string key = card.crsm("176,28448,0,0,9"), packet_key = card.crsm("176,28498,0,0,9");
  CHECK(key.ends_with("00\""));
  CHECK(packet_key.ends_with("00\""));
  CHECK(key != packet_key);
  CHECK(key == Card().crsm("176,28448,0,0,9"));
  card.ask("AT+CFUN=4");
  CHECK(card.crsm("176,28448,0,0,9") == "144,0,\"FFFFFFFFFFFFFFFF07\"");
  World world = ModuleFixture::instant();
  world.network.registration = Registration::denied;
  Nvram kept;
  Card refused(world, &kept);
  CHECK(refused.crsm("176,28539,0,0,12") == "144,0,\"64F000" + std::string(18, 'F') + "\"");
  CHECK(refused.crsm("176,28542,0,0,11") == "144,0,\"" + std::string(20, 'F') + "02\"");
  CHECK(refused.crsm("214,28539,0,3,9,\"13001431024132F451\"") == "144,0");
  for (const Registration next : {Registration::home, Registration::denied}) {
    refused.modem.network->set_registration(next);
    refused.wait(1min);
    CHECK(refused.crsm("176,28539,0,0,12") ==
          (next == Registration::home ? "144,0,\"13001431024132F451FFFFFF\"" : "144,0,\"13001431024132F45164F000\""));
  }
  // The first of four makes way.
  refused.crsm("214,28539,0,9,3,\"62F210\"");
  refused.modem.network->set_registration(Registration::searching);
  refused.wait(1s);
  refused.modem.network->set_registration(Registration::denied);
  refused.wait(1min);
  CHECK(refused.crsm("176,28539,0,0,12") == "144,0,\"31024132F45162F21064F000\"");
}

TEST_CASE("broadcasts that AT+CSCB accepts and the last message's reference are files, too") {
  World world = ModuleFixture::instant();
  world.network.numbers["*"] = {};
  Card card(world);
  CHECK(card.crsm("176,28485,0,0,4") == "144,0,\"FFFFFFFF\"");
  CHECK(card.ask("AT+CSCB=0,\"50,4370\"") == OK);
  CHECK(card.crsm("176,28485,0,0,6") == "144,0,\"00321112FFFF\"");
  CHECK(card.crsm("214,28485,0,2,2,\"FFFF\"") == "144,0");
  CHECK(card.ask("AT+CSCB?") == answered("+CSCB: 0,\"50\",\"\""));
  world.sim.files["7F20/6F45"] = std::string("\x03\xe8", 2);
  CHECK(Card(world).ask("AT+CSCB?") == answered("+CSCB: 0,\"1000\",\"\""));
  CHECK(card.crsm("176,28483,0,0,2") == "144,0,\"FFFF\"");
  card.ask("AT+CMGF=1");
  for (const char* reference : {"00", "01"}) {
    card.say("AT+CMGS=\"1\"\r");
    card.say("Hi\x1a");
    card.wait(1s);
    CHECK(card.crsm("176,28483,0,0,2") == fmt::format("144,0,\"{}FF\"", reference));
  }
}

TEST_CASE("files that every card has: size, who may do what, structure (51.011 10)") {
  Card card;
  for (const std::string_view like : {
           "000000042F05040001F04401020000", "0000000A2FE204000FF04401020000", "00001B586F3A040011F0220102011C",
           "000001186F3B040012F0440102011C", "000022606F3C040011F044010201B0", "000000466F3D040011F0440102010E",
           "000000546F40040011F0440102011C", "000000286F42040011F04401020128", "000000026F43040011F04401020000",
           "000001186F44040011F0440102031C", "000001186F49040014F0440102011C", "000001046F4A040011F0440102010D",
           "000000826F4B040012F0440102010D", "000000826F4C040014F0440102010D", "000001186F4D040012F0220102011C",
           "000000826F4E040012F0440102010D", "000000046F05040001F04401020000", "000000096F07040014F01401020000",
           "0000001C6F17040011F0440102011C", "000000096F20040011F04401020000", "0000003C6F30040011F04401020000",
           "000000016F31040014F04401020000", "000000036F37040012F04401020000", "0000000A6F38040014F04401020000",
           "000000036F39044012104401020303", "000000056F41040012F04401020000", "000000146F45040011F04401020000",
           "000000116F46040004F04401020000", "000000146F48040014F04401020000", "000000286F50040011F04401020000",
           "000000096F52040011F04401020000", "0000000E6F53040011F01401020000", "000000106F74040011F04401020000",
           "000000026F78040014F04401020000", "0000000C6F7B040011F04401020000", "0000000B6F7E040011F01401020000",
           "000000046FAD040004F04401020000", "000000016FAE040004F04401020000", "0000000F6FB7040004F04401020000",
       }) {
    const auto id = from_hex(like.substr(8, 4));
    const auto number = static_cast<unsigned char>((*id)[0]) << 8 | static_cast<unsigned char>((*id)[1]);
    CHECK(card.crsm(fmt::format("192,{}", number)) == fmt::format("144,0,\"{}\"", like));
  }
}

TEST_CASE("files that only a scenario's card has are written by those whom the standard lets") {
  World world = ModuleFixture::instant();
  world.sim.files = {{"7F20/6F3E", "\x1a"},
                     {"7F20/6F3F", "\x2b"},
                     {"7F20/6FC5#1", "\x43\x01\x02"},
                     {"7F20/6F60", "\x62\xf2\x10\x80\x01"}};
  Card card(world);
  CHECK(card.crsm("214,28478,0,0,1,\"01\"") == "152,4");
  CHECK(card.crsm("214,28479,0,0,1,\"01\"") == "152,4");
  CHECK(card.crsm("220,28613,1,4,3,\"430101\"") == "152,4");
  CHECK(card.crsm("178,28613,1,4,3") == "144,0,\"430102\"");
  CHECK(card.crsm("214,28512,0,0,1,\"01\"") == "144,0");
  CHECK(card.crsm("176,28472,0,3,1") == "144,0,\"FF\"");                       // EF SST: groups 1 and 2 are there
  CHECK(Card().crsm("176,28472,0,0,10") == "144,0,\"FF3FFF0F3F00005C000C\"");  // barred numbers: not activated
  CHECK(Card().crsm("176,28478,0,0,1") == "148,4");
  card.select({"7F20"});
  CHECK(card.apdu("A0C0000016").substr(30, 2) == "1B");  // files in it, 17 otherwise
}

TEST_CASE("files of any size, also of one byte, are read by everybody") {
  for (const CardFile& file : card_files()) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}}) {
      for (const char filling : {'\x00', '\xff', '\x80'}) {
        World world = ModuleFixture::instant();
        world.sim.provider = "\xd0\x96\xd0\x96";  // not in the GSM alphabet
        const unsigned record = file.records > 0 ? 1 : 0;
        const std::size_t room = file.length == 0 ? size : std::min<std::size_t>(size, file.length);
        world.sim.files[key_of(file, record)] = std::string(room, filling);
        CAPTURE(key_of(file, record));
        CAPTURE(size);
        Card card(world);
        for (const char* line : {"AT+CSPN?", "AT+CGID", "AT+CIMI", "AT+CCID", "AT+CNUM", "AT+CSCA?", "AT+CPOL?",
                                 "AT+CAMM?", "AT+CPUC?", "AT+CACM?", "AT+CMGL=4", "AT+CPBR=1,10", "AT+COPS?"})
          CHECK(card.ask(line).find("+CME ERROR: 100\r\n") == std::string::npos);
        const std::string length = std::to_string(file.length == 0 ? room : file.length);
        const std::string id = std::to_string(file.id);
        const bool reads = file.read == CardAccess::chv1 || file.read == CardAccess::always;
        const bool other = file.records == 0 && file.length != 0;  // the scenario's length is its length
        const std::string whole =
            record == 0 ? "176," + id + ",0,0," + (other ? "1" : length) : "178," + id + ",1,4," + length;
        if (reads) CHECK(card.crsm(whole).starts_with("144,0,"));
        CHECK(card.crsm("192," + id).starts_with("144,0,"));
      }
    }
  }
}

TEST_CASE("INVALIDATE and REHABILITATE: EF ADN says whether only fixed numbers are dialled") {
  Card card;
  card.select({"7F10", "6F3A"});
  CHECK(card.apdu("A004000000") == "9804");
  CHECK(card.apdu(verify_pin2) == "9000");
  CHECK(card.apdu("A044000000") == "9810");
  CHECK(card.apdu("A004000000") == "9000");
  CHECK(card.ask("AT+CLCK=\"FD\",2") == answered("+CLCK: 1"));
  CHECK(card.crsm("192,28474").substr(0, 33) == "144,0,\"00001B586F3A040011F0220402");
  CHECK(card.apdu("A044000000") == "9000");
  CHECK(card.ask("AT+CLCK=\"FD\",2") == answered("+CLCK: 0"));
}

TEST_CASE("RUN GSM ALGORITHM: the test algorithm on the scenario's key") {
  World world = ModuleFixture::instant();
  Card card(world);
  const std::string challenge = "1F3C5A7790B2C4D6E8FA0B1D2E3F4051";
  CHECK(card.apdu("A088000010" + challenge) == "9804");
  card.select({"7F20"});
  CHECK(card.apdu("A088000010" + challenge) == "9F0C");
  // SRES, then c3 of the result turned by one and by two bytes.
  CHECK(card.apdu("A0C000000C") == "1F2D7844973BD433090370319000");
  CHECK(card.apdu("A08800000400010203") == "6710");
}

TEST_CASE("files of the scenario: what they say shows in AT commands") {
  World world = ModuleFixture::instant();
  world.sim.files = {{"7F20/6F46", from_hex("01484F4D45").value()},
                     {"7F20/6F3E", from_hex("1A2B").value()},
                     {"7F10/6F3A#2", from_hex("4576"
                                              "61FFFFFFFFFFFFFFFFFFFFFF0391"
                                              "2143")
                                         .value()},
                     {"7F10/6F3B#1", from_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFF028122").value()},
                     {"7F20/6FB7", from_hex("11F2FF99F9FF").value()},
                     {"7F20/6F30", from_hex("62F210").value()},
                     {"7F20/6F99", from_hex("CAFE").value()},
                     {"6F01", from_hex("00").value()}};
  Card card(world);
  CHECK(card.ask("AT+CSPN?") == answered("+CSPN: \"HOME\",1"));
  CHECK(card.ask("AT+CGID") == answered("+GID: 0x1a,0xff"));
  CHECK(card.ask("AT+CPBR=2") == answered("+CPBR: 2,\"+1234\",145,\"Eva\""));
  CHECK(card.ask("AT+CPBS=\"FD\";+CPBR=1") == answered("+CPBR: 1,\"22\",129,\"\""));
  CHECK(card.ask("AT+CPBS=\"EN\";+CPBR=1,5") == "\r\n+CPBR: 1,\"112\",129,\"\"\r\n+CPBR: 2,\"999\",129,\"\"\r\n" + OK);
  CHECK(card.ask("AT+CPOL?") == answered("+CPOL: 1,2,\"26201\""));
  CHECK(card.crsm("176,28569,0,0,2") == "144,0,\"CAFE\"");
  CHECK(card.crsm("214,28569,0,1,1,\"00\"") == "144,0");
  CHECK(card.crsm("176,28569,0,0,2") == "144,0,\"CA00\"");
  CHECK(card.crsm("176,28417,0,0,1") == "144,0,\"00\"");
}

TEST_CASE("the service provider's name is the card's, not the serving network's") {
  World world = ModuleFixture::instant();
  world.network.plmn = "26201";
  world.network.operator_name = "Telekom";
  CHECK(Card(world).ask("AT+CSPN?") == answered("+CSPN: \"\",0"));
  world.network.operators = {{.long_name = "CHINA MOBILE", .short_name = "CMCC", .plmn = "46000"}};
  CHECK(Card(world).ask("AT+CSPN?") == answered("+CSPN: \"CHINA MOBILE\",0"));
  world.sim.provider = "Mine";
  CHECK(Card(world).ask("AT+CSPN?") == answered("+CSPN: \"Mine\",0"));
}

TEST_CASE("fixed and barred dialling numbers are written with PIN2, given by AT+CPIN") {
  for (const char* memory : {"FD", "BN"}) {
    Card card;
    card.ask(fmt::format("AT+CPBS=\"{}\"", memory));
    CHECK(card.ask("AT+CPBW=1,\"112\"") == cme(17));
    CHECK(card.ask("AT+CPBW=1") == cme(17));
    CHECK(card.ask("AT+CPIN?") == answered("+CPIN: SIM PIN2"));
    CHECK(card.ask("AT+CPIN=\"1111\"") == cme(16));
    CHECK(card.ask("AT+CPIN=\"1234\"") == OK);
    CHECK(card.ask("AT+CPBW=1,\"112\",129,\"Help\"") == OK);
    CHECK(card.ask("AT+CPBR=1") == answered("+CPBR: 1,\"112\",129,\"Help\""));
    CHECK(card.ask("AT+CPBW=1") == OK);
    CHECK(card.ask("AT+CPBR=1") == OK);
    card.ask("AT+CFUN=1,1");  // another session
    card.ask(fmt::format("AT+CMEE=1;+CPBS=\"{}\"", memory));
    CHECK(card.ask("AT+CPBW=1,\"112\"") == cme(17));
  }
}

TEST_CASE("entries of the scenario in any memory of the card") {
  World world = ModuleFixture::instant();
  world.sim.phonebook = {{.index = 1, .number = "112", .type = 129, .name = "Help", .memory = "FD"},
                         {.index = 2, .number = "600", .type = 129, .name = "Info", .memory = "SD"}};
  Card card(world);
  CHECK(card.ask("AT+CPBS=\"FD\";+CPBR=1") == answered("+CPBR: 1,\"112\",129,\"Help\""));
  CHECK(card.ask("AT+CPBS=\"SD\";+CPBR=2") == answered("+CPBR: 2,\"600\",129,\"Info\""));
  CHECK(card.crsm("178,28489,2,4,28").starts_with("144,0,\"496E666FFFFF"));
}

}  // namespace sim800::test
