// Registration with the GSM network and attachment to its packet service (27.007 7.2, 10.1.20; AT
// manual 3.2.22, 3.2.32, 7.2.1). SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/cell_list.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Network final : public Service {
 public:
  Network(const Environment& environment, Settings& settings);

  /// Searches for the network selected by AT+COPS, then registers and attaches after the usual time. `cause`: the
  /// command that waits for it.
  void search(Channel* cause = nullptr);
  /// Without a usable SIM, only searches for a cell that allows emergency calls; from then on it is not registered and
  /// does not search (27.007: 0), as logs of modules without a card or PIN show.
  void search_for_emergencies();
  /// Leaves the network at once: radio off, AT+COPS=2.
  void leave(Channel* cause);
  void power_on() override;
  void power_off() override;
  /// AT+CBAND: other cells can be received from now on.
  void bands_changed(Channel* cause);

  /// AT+CGATT: attaches or detaches; detaching ends everything on the packet service.
  void attach(Channel* cause = nullptr);
  void detach(Channel* cause);

  /// The packet service is refused from now on, for a cause of 24.008 10.5.5.14, and lost where the module has it; 0:
  /// it is not, and the module attaches again.
  void refuse_packets(int cause);
  int packet_refusal() const { return packet_refusal_; }
  /// The network detaches the module, which does not attach again by itself.
  void lose_packets();
  /// The module goes to where a cell of the scenario, by its place in the list, is the best one of its network, and
  /// other networks are out of reach; `nowhere`: to where there is no cell.
  void move(int cell);
  static constexpr int anywhere = -1, nowhere = -2;

  /// The registration state that the network gives the module from now on, reported in URCs. Registration takes its
  /// time; when it is lost, the packet service and the bearers go too. May be called at any time.
  void set_registration(Registration registration);
  /// The signal from now on, overriding the scenario: rssi 0-31 or 99, ber 0-7 or 99 (27.007 8.5).
  void set_signal(int rssi, int ber);
  /// The scenario's again, which may be another one by now.
  void release_signal();

  bool registered() const { return is_registered(stat_); }
  bool roaming() const { return stat_ == 5; }
  /// 27.007 <stat>: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming.
  int stat() const { return stat_; }
  bool attached() const { return packet_ == Packet::attached; }
  /// 99, 99 until a cell has been found.
  SignalPoint signal() const;

  /// What AT+COPS=? finds, with the current status of each.
  std::vector<Operator> operators() const;
  /// It does not register there by itself, because the card lists it as forbidden (23.122 3.1).
  bool shuns(const std::string& plmn) const;
  /// The operator the module is, or would be, registered with.
  Operator serving() const;
  /// The network that AT+COPS=0 leads to: the one in use, unless the module is away from its own and can return (23.122
  /// 4.4.3).
  std::string wanted() const;
  /// The operator with this `name` in <format> 0 long, 1 short, 2 numeric.
  std::optional<Operator> find(std::uint32_t format, std::string_view name) const;

  /// LAC and CI of the cell in use, four hexadecimal digits each.
  std::string area() const { return hex(area_); }
  std::string cell() const { return hex(cell_); }
  /// The cells that are received: the one in use, those of its network, then others.
  std::vector<Cell> cells() const;
  /// The numbers of the networks in the card's list (AT+CPOL), in its order.
  std::function<std::vector<std::string>()> preferred;
  /// Whether the card lists the network as one that has refused the module (EF FPLMN).
  std::function<bool(const std::string& plmn)> forbidden = [](const std::string&) { return false; };

  /// The text after "+CREG: " or "+CGREG: ": with <n> in the read form, without it in a URC.
  std::string creg(std::uint32_t n, bool read) const { return describe(stat_, n, read); }
  std::string cgreg(std::uint32_t n, bool read) const { return describe(packet_stat(), n, read); }

  /// From SIM ready to registration.
  Duration registering_time() const;

  /// The packet service was lost while in use.
  std::function<void(Channel* cause)> on_detached;
  std::function<void(bool registered, Channel* cause)> on_registration;
  /// A network has refused to register the module (24.008: PLMN not allowed).
  std::function<void(const std::string& plmn)> on_refused;

 private:
  /// What it looks for while the radio is on.
  enum class Seeks : std::uint8_t { nothing, emergency_cell, service };
  /// The packet service, with its own registration.
  enum class Packet : std::uint8_t { detached, refused, attaching, attached };
  static bool is_registered(int stat) { return stat == 1 || stat == 5; }
  int stat_of(Registration registration) const;
  int packet_stat() const;
  static std::string hex(std::uint16_t code);
  std::string describe(int stat, std::uint32_t n, bool read) const;
  /// A registration state as it was told last, or would have been.
  struct Told {
    int stat = 0;
    std::uint16_t area = 0, cell = 0;
    bool operator==(const Told&) const = default;
  };
  Told now(int stat) const { return is_registered(stat) ? Told{stat, area_, cell_} : Told{stat, 0, 0}; }
  enum class Losing : std::uint8_t { at_once, soon };
  void change(int stat, Packet packet, Channel* cause, Losing losing = Losing::at_once);
  void cancel_all();
  void found_cell(Channel* cause);
  void try_attaching();
  void search_in_vain();
  void tell_signal_soon();
  void tell_signal();
  void await_signal_point();
  bool hears_cells() const;
  bool hears(int channel) const;
  bool unlocked(int channel) const;
  std::vector<Cell> received() const;
  bool placed() const { return !environment_.world.network.cells.empty(); }
  std::vector<Cell> usable_cells(std::string_view plmn) const;
  const std::string* chosen() const;
  std::vector<std::string> candidates() const;
  bool is_usable(const std::string& plmn) const;
  std::optional<std::string> best() const;
  bool choose();
  void use(const Cell& cell);
  void cells_changed();
  void reselect();

  const Environment& environment_;
  Settings& settings_;
  Registration registration_;
  bool let_in_ = false;                ///< set_registration() has said that the network lets it in
  std::optional<SignalPoint> signal_;  ///< set_signal()
  std::string serving_;                ///< PLMN
  int stat_ = 0;                       ///< 27.007: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming
  Packet packet_ = Packet::detached;
  Seeks seeks_ = Seeks::nothing;
  Told creg_now_, cgreg_now_;
  std::uint16_t area_ = 0x1816, cell_ = 0xF9A1;  ///< of the cell in use
  int packet_refusal_ = 0, place_ = anywhere;
  bool detached_by_host_ = false;                      ///< AT+CGATT=0: it does not attach automatically
  bool registers_ = false;                             ///< search() is under way
  bool moves_ = false;                                 ///< to another cell, once `searching_` is over
  bool camped_ = false;                                ///< a cell has been found, so its signal is known
  SignalPoint told_{.at = {}, .rssi = 99, .ber = 99};  ///< the signal last reported by +CSQN
  Timer registering_, attaching_, searching_, losing_, telling_, next_point_;
};

}  // namespace sim800
