// SPDX-License-Identifier: MIT
#include "emulator/control/event_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "emulator/core/trace_text.hpp"

namespace sim800 {
namespace {

constexpr std::size_t block_size = std::size_t{64} << 10U;

/// In front of each packed event; behind it the fields as they are, then the bytes of their texts.
struct Head {
  std::uint64_t number;
  TimePoint at;
  std::uint32_t size, module;  ///< size: of all of it
  std::uint32_t fields;
  std::string_view name, module_name;
};

static_assert(std::is_trivially_copyable_v<Trace::Field> && std::is_trivially_copyable_v<Head>);

std::string_view text_in(const Trace::Field& field) {
  const auto* const text = std::get_if<std::string_view>(&field.value);
  return text != nullptr ? *text : std::string_view();
}

Head head_of(const EventRing::Event& event, std::size_t size, std::size_t fields) {
  return {.number = event.number,
          .at = event.at,
          .size = static_cast<std::uint32_t>(size),
          .module = event.module,
          .fields = static_cast<std::uint32_t>(fields),
          .name = event.name,
          .module_name = event.module_name};
}

Head head_at(const char* at) {
  Head head;
  std::memcpy(&head, at, sizeof head);
  return head;
}

}  // namespace

std::vector<Trace::Field> EventRing::Event::fields() const {
  std::vector<Trace::Field> list(field_count);
  if (list.empty()) return list;
  std::memcpy(list.data(), packed.data(), field_count * sizeof(Trace::Field));
  std::string_view texts = packed.substr(field_count * sizeof(Trace::Field));
  for (Trace::Field& field : list) {
    if (!std::holds_alternative<std::string_view>(field.value)) continue;
    const std::size_t size = text_in(field).size();
    field.value = texts.substr(0, size);
    texts.remove_prefix(size);
  }
  return list;
}

std::string_view EventRing::Event::text(std::string_view key) const {
  return value_of<std::string_view>(fields(), key);
}

std::string EventRing::Event::json() const {
  std::string line = "{";
  append_event(line, at, module_name, name, fields());
  return line + '}';
}

std::string EventRing::Event::numbered_json() const {
  std::string line = fmt::format("{{\"n\":{},", number);
  append_event(line, at, module_name, name, fields());
  return line + '}';
}

void EventRing::add(const Event& head, Trace::Fields fields) {
  const std::size_t fixed = sizeof(Head) + fields.size() * sizeof(Trace::Field);
  std::size_t size = fixed;
  for (const Trace::Field& field : fields) size += text_in(field).size();
  char* const to = room_for(size);
  const Head packed = head_of(head, size, fields.size());
  std::memcpy(to, &packed, sizeof packed);
  std::memcpy(to + sizeof packed, fields.begin(), fields.size() * sizeof(Trace::Field));
  char* texts = to + fixed;
  for (const Trace::Field& field : fields) texts += text_in(field).copy(texts, std::string_view::npos);
  drop_surplus();
}

void EventRing::add(const Event& event) {
  const std::size_t size = sizeof(Head) + event.packed.size();
  char* const to = room_for(size);
  const Head packed = head_of(event, size, event.field_count);
  std::memcpy(to, &packed, sizeof packed);
  event.packed.copy(to + sizeof packed, event.packed.size());
  drop_surplus();
}

char* EventRing::room_for(std::size_t size) {
  if (blocks_.empty() || blocks_.back().capacity - blocks_.back().end < size) {
    if (spare_.capacity >= size) {
      blocks_.push_back(std::exchange(spare_, {}));
    } else {
      const std::size_t capacity = std::max(block_size, size);
      blocks_.push_back({.bytes = std::make_unique_for_overwrite<char[]>(capacity), .capacity = capacity});
    }
  }
  Block& last = blocks_.back();
  char* const place = last.bytes.get() + last.end;
  last.end += size;
  bytes_ += size;
  ++count_;
  return place;
}

void EventRing::drop_first() {
  Block& first = blocks_.front();
  const char* const place = first.bytes.get() + first.begin;
  const Head head = head_at(place);
  if (left_) left_(event_at(place));
  dropped_ = head.number;
  first.begin += head.size;
  bytes_ -= head.size;
  --count_;
  if (first.begin < first.end) return;
  if (first.capacity == block_size) {
    spare_ = std::move(first);
    spare_.begin = spare_.end = 0;
  }
  blocks_.pop_front();
}

void EventRing::forget(const std::function<bool(const Event&)>& which) {
  std::deque<Block> before = std::exchange(blocks_, {});
  count_ = bytes_ = 0;
  for (Iterator event(before, 0); event.block_ < before.size(); ++event) {
    if (which(*event)) {
      if (left_) left_(*event);
      continue;
    }
    const char* const packed = before[event.block_].bytes.get() + event.at_;
    const std::size_t size = head_at(packed).size;
    std::memcpy(room_for(size), packed, size);
  }
}

void EventRing::clear() {
  blocks_.clear();
  count_ = bytes_ = 0;
}

EventRing::Iterator::Iterator(const std::deque<Block>& blocks, std::size_t block) : blocks_(&blocks), block_(block) {
  if (block < blocks.size()) at_ = blocks[block].begin;
}

EventRing::Event EventRing::Iterator::operator*() const { return event_at((*blocks_)[block_].bytes.get() + at_); }

EventRing::Event EventRing::event_at(const char* place) {
  const Head head = head_at(place);
  return {.number = head.number,
          .at = head.at,
          .module = head.module,
          .name = head.name,
          .module_name = head.module_name,
          .packed = std::string_view(place + sizeof head, head.size - sizeof head),
          .field_count = head.fields};
}

EventRing::Iterator& EventRing::Iterator::operator++() {
  const Block& block = (*blocks_)[block_];
  at_ += head_at(block.bytes.get() + at_).size;
  if (at_ == block.end) *this = Iterator(*blocks_, block_ + 1);
  return *this;
}

EventRing::Iterator EventRing::from(std::uint64_t number) const {
  const auto later = std::ranges::find_if(
      blocks_, [number](const Block& block) { return head_at(block.bytes.get() + block.begin).number > number; });
  const auto blocks_before = static_cast<std::size_t>(later - blocks_.begin());
  Iterator event(blocks_, blocks_before > 0 ? blocks_before - 1 : 0);
  while (event != end() && (*event).number < number) ++event;
  return event;
}

}  // namespace sim800
