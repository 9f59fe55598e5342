// SPDX-License-Identifier: MIT
#include "emulator/module/net_light.hpp"

#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/network/network.hpp"
#include "emulator/ppp/ppp_service.hpp"

namespace sim800 {
namespace {

Duration milliseconds(const Modem& modem, const NumberKey& key) {
  return std::chrono::milliseconds(modem.settings.number(key));
}

}  // namespace

NetLight net_light(const Modem& modem) {
  if (!modem.answers() || modem.settings.number(key::cnetlight) == 0) return {};
  const std::uint32_t data_mode = modem.settings.number(key::csgs);
  const bool data = data_mode != 0 && modem.ppp.made() && modem.ppp->busy();
  if (data && data_mode == 1) return {64ms, 300ms};
  if (data) return {milliseconds(modem, key::sleds_data_on), milliseconds(modem, key::sleds_data_off)};
  if (modem.network.made() && modem.network->registered())
    return {milliseconds(modem, key::sleds_registered_on), milliseconds(modem, key::sleds_registered_off)};
  return {milliseconds(modem, key::sleds_searching_on), milliseconds(modem, key::sleds_searching_off)};
}

}  // namespace sim800
