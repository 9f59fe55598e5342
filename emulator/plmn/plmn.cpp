// SPDX-License-Identifier: MIT
#include "emulator/plmn/plmn.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "emulator/plmn/call_cause.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

/// What two ways of writing one number have in common.
std::string_view tail_of(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  return number.substr(number.size() - std::min(number.size(), least_national_digits));
}

}  // namespace

void Plmn::add(unsigned index, MobileStation& station) {
  stations_[index] = &station;
  if (!station.number().empty()) by_number_.emplace(tail_of(station.number()), index);
}

void Plmn::remove(unsigned index) {
  const auto station = stations_.find(index);
  if (station == stations_.end()) return;
  auto [entry, last] = by_number_.equal_range(tail_of(station->second->number()));
  while (entry != last) entry = entry->second == index ? by_number_.erase(entry) : std::next(entry);
  stations_.erase(station);
  addresses.forget(index);
  std::vector<CallLeg> own;
  for (const auto& [id, leg] : legs_) {
    if (leg.module == index) own.push_back(id);
  }
  for (const CallLeg leg : own) release(leg, call_cause::network);
}

std::optional<unsigned> Plmn::find(std::string_view number, unsigned caller) const {
  const auto [first, last] = by_number_.equal_range(tail_of(number));
  std::optional<unsigned> similar;
  for (auto entry = first; entry != last; ++entry) {
    const unsigned index = entry->second;
    if (index == caller) continue;
    const std::string& own = stations_.at(index)->number();
    if (own == number) return index;
    if (!similar && same_subscriber(own, number)) similar = index;
  }
  return similar;
}

SmsRecipient* Plmn::recipient(unsigned index) const {
  const auto found = stations_.find(index);
  return found == stations_.end() ? nullptr : &found->second->sms_recipient();
}

// --- calls

CallLeg Plmn::add_leg(unsigned module) {
  legs_[++last_leg_].module = module;
  return last_leg_;
}

CallLeg Plmn::call(unsigned caller, unsigned callee, const CallOffer& offer) {
  const CallLeg near = add_leg(caller), far = add_leg(callee);
  legs_[near].far = far;
  legs_[far].far = near;
  tell(near, [offer](CallParty& there, CallLeg its) { there.called(its, offer); });
  return near;
}

/// The leg is over at once, the far one when its owner has been told.
void Plmn::end(CallLeg leg, Message message) {
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return;
  const CallLeg far = found->second.far;
  tell(leg, std::move(message), true);
  legs_.erase(found);
  if (const auto other = legs_.find(far); other != legs_.end()) other->second.far = 0;
}

void Plmn::transfer(CallLeg one, CallLeg other) {
  const auto first = legs_.find(one), second = legs_.find(other);
  if (first == legs_.end() || second == legs_.end()) return;
  const auto left = legs_.find(first->second.far), right = legs_.find(second->second.far);
  if (left == legs_.end() || right == legs_.end()) {
    release(one, call_cause::normal);
    return release(other, call_cause::normal);
  }
  left->second.far = right->first;
  right->second.far = left->first;
  legs_.erase(one);
  legs_.erase(other);
}

void Plmn::tell(CallLeg leg, Message message, bool last) {
  const auto found = legs_.find(leg);
  if (found == legs_.end() || found->second.far == 0) return;
  messages_.push_back({found->second.far, std::move(message), last});
  if (messages_.size() == 1) messages_timer_ = clock_.after(Duration::zero(), [this] { tell_all(); });
}

/// What these cause is told in a turn of its own.
void Plmn::tell_all() {
  for (const auto& [leg, message, last] : std::exchange(messages_, {})) {
    const auto found = legs_.find(leg);
    if (found == legs_.end()) continue;
    const auto station = stations_.find(found->second.module);
    if (last) legs_.erase(found);
    if (station != stations_.end()) message(station->second->call_party(), leg);
  }
}

}  // namespace sim800
