// Identities of the modules of one run, and their addresses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "emulator/core/address_plan.hpp"
#include "emulator/core/identity.hpp"
#include "emulator/core/world.hpp"

using namespace sim800;

namespace {

bool checked(const std::string& digits) {
  return !digits.empty() && luhn_digit(digits.substr(0, digits.size() - 1)) == digits.back();
}

}  // namespace

TEST_CASE("identity: the check digit") {
  CHECK(luhn_digit("49015420323751") == '8');  // the IMEI of 3GPP TS 23.003's textbooks
  CHECK(luhn_digit("7992739871") == '3');
}

TEST_CASE("identity: the first module has what the world says, the others count up") {
  const World world;
  CHECK(identity_of(world, {}, 1, 0) == identity_of(world));
  CHECK(identity_of(world, {}, 77, 0) == identity_of(world));
  const Identity third = identity_of(world, {}, 1, 3);
  CHECK(third.number == "+8613800138003");
  CHECK(third.imsi == "460001234567893");
  CHECK(third.imei.substr(0, 14) == "86610402030408");
  CHECK(third.iccid.substr(0, 19) == "8986001234567890126");
}

TEST_CASE("identity: no two modules of a run have anything in common, and their check digits are right") {
  const World world;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, 9'223'372'036'854'775'807ULL}) {
    CAPTURE(seed);
    std::set<std::string> seen;
    constexpr unsigned count = 3000;
    for (unsigned n = 0; n < count; ++n) {
      const Identity each = identity_of(world, {}, seed, n);
      for (const std::string& text : {each.imei, each.imsi, each.iccid, each.number}) seen.insert(text);
      CHECK(each.imei.size() == 15);
      CHECK(each.iccid.size() == 20);
      if (n > 0) CHECK((checked(each.imei) && checked(each.iccid)));
    }
    CHECK(seen.size() == 4 * count);
  }
}

TEST_CASE("identity: another seed gives others, the same seed the same") {
  const World world;
  CHECK(identity_of(world, {}, 5, 1) == identity_of(world, {}, 5, 1));
  CHECK_FALSE(identity_of(world, {}, 5, 1) == identity_of(world, {}, 6, 1));
}

TEST_CASE("identity: what is given wins") {
  World world;
  world.sim.number = "";
  const GivenIdentity given{.imei = "123456789012345", .iccid = "8949"};
  const Identity each = identity_of(world, given, 1, 4);
  CHECK(each.imei == "123456789012345");
  CHECK(each.iccid == "8949");
  CHECK(each.imsi == "460001234567894");
  CHECK(each.number.empty());
}

TEST_CASE("addresses: next to each other, never twice, the same again") {
  AddressPlan plan(1);
  std::set<std::string> seen;
  for (unsigned n = 0; n < 2000; ++n) {
    for (const auto* apn : {"CMNET", "INTERNET"}) seen.insert(plan.assign(n, apn));
  }
  CHECK(seen.size() == 4000);
  CHECK(plan.assign(7, "CMNET") == plan.assign(7, "CMNET"));
  CHECK(plan.assign(0, "CMNET") == AddressPlan::text_of(AddressPlan::place_of(1, "CMNET")));
  CHECK(AddressPlan::text_of(0) == "10.0.0.1");
  CHECK(AddressPlan::text_of(254) == "10.0.1.1");
  CHECK(AddressPlan::text_of(AddressPlan::size - 1) == "10.255.255.254");
}

TEST_CASE("addresses: they lead to loopback and back while they are open") {
  AddressPlan plan(1);
  CHECK_FALSE(plan.find("10.1.2.3"));
  plan.open("10.1.2.3");
  REQUIRE(plan.find("10.1.2.3"));
  CHECK(plan.find("10.1.2.3")->loopback == "127.1.2.3");
  CHECK(plan.find("10.1.2.3")->open);
  CHECK(plan.address_at("127.1.2.3") == "10.1.2.3");
  CHECK_FALSE(plan.address_at("127.0.0.1"));
  plan.close("10.1.2.3");
  CHECK_FALSE(plan.find("10.1.2.3")->open);
  CHECK_FALSE(plan.address_at("127.1.2.3"));
  plan.open("192.168.4.1");
  CHECK(plan.address_at("127.168.4.1") == "192.168.4.1");
}
