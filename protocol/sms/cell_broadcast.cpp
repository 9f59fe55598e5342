// SPDX-License-Identifier: MIT
#include "protocol/sms/cell_broadcast.hpp"

#include <algorithm>

#include "protocol/sms/sms_parts.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::size_t content_octets = 82, content_septets = 93;
// A language precedes the text: two letters and CR, or two letters in two octets before UCS2.
constexpr std::uint8_t gsm_with_language = 0x10, ucs2_with_language = 0x11, ucs2 = 0x48, octets_only = 0x44;
constexpr std::uint8_t no_language = 0x0F;

struct Language {
  std::string_view name;
  std::uint8_t coding;
};
constexpr Language languages[] = {{"de", 0x00}, {"en", 0x01}, {"it", 0x02}, {"fr", 0x03}, {"es", 0x04},
                                  {"nl", 0x05}, {"sv", 0x06}, {"da", 0x07}, {"pt", 0x08}, {"fi", 0x09},
                                  {"no", 0x0A}, {"el", 0x0B}, {"tr", 0x0C}, {"hu", 0x0D}, {"pl", 0x0E},
                                  {"cs", 0x20}, {"he", 0x21}, {"ar", 0x22}, {"ru", 0x23}, {"is", 0x24}};

std::uint8_t coding_for(const Broadcast& message) {
  if (message.coding) return *message.coding;
  if (message.data) return octets_only;
  if (!fits_gsm(message.text)) return message.language.empty() ? ucs2 : ucs2_with_language;
  if (message.language.empty()) return no_language;
  const auto* known = std::ranges::find(languages, message.language, &Language::name);
  return known != std::end(languages) ? known->coding : gsm_with_language;
}

std::string whole_body(const Broadcast& message, SmsAlphabet alphabet) {
  if (message.data) return *message.data;
  return alphabet == SmsAlphabet::gsm ? to_gsm(message.text) : to_octets(message.text);
}

/// What each page begins with, one char per septet or octet.
std::string prefix_of(const Broadcast& message, std::uint8_t coding) {
  const std::string language = message.language.empty() ? "en" : message.language;
  if (coding == gsm_with_language) return language + '\r';
  return coding == ucs2_with_language ? pack_septets(language) : std::string();
}

std::string content_of(SmsAlphabet alphabet, std::string body) {
  if (alphabet == SmsAlphabet::gsm) {
    body.resize(content_septets, '\r');  // 23.041: padded with CR
    body = pack_septets(body);
  } else if (alphabet == SmsAlphabet::ucs2) {
    while (body.size() + 2 <= content_octets) body += std::string("\0\r", 2);
  }
  body.resize(content_octets, '\0');
  return body;
}

void put_16(std::string& into, std::uint16_t value) {
  into.push_back(static_cast<char>(value >> 8U));
  into.push_back(static_cast<char>(value & 0xFFU));
}

}  // namespace

SmsAlphabet broadcast_alphabet(std::uint8_t coding) {
  const unsigned group = coding >> 4U;
  if (coding == ucs2_with_language) return SmsAlphabet::ucs2;
  if ((group >= 4 && group <= 7) || group == 9) {
    const unsigned bits = coding >> 2U & 3U;
    return bits == 1 ? SmsAlphabet::octets : bits == 2 ? SmsAlphabet::ucs2 : SmsAlphabet::gsm;
  }
  return group == 0xF && (coding & 4U) != 0 ? SmsAlphabet::octets : SmsAlphabet::gsm;
}

SmsAlphabet BroadcastPage::alphabet() const { return broadcast_alphabet(coding); }

std::string BroadcastPage::body() const {
  if (alphabet() == SmsAlphabet::octets) return content;
  if (alphabet() == SmsAlphabet::gsm) {
    std::string septets = unpack_septets(content, content_septets);
    septets.erase(septets.find_last_not_of('\r') + 1);
    return septets;
  }
  std::string body = content;
  while (body.size() >= 2 && body.ends_with(std::string_view("\0\r", 2))) body.resize(body.size() - 2);
  return body;
}

std::string BroadcastPage::encode() const {
  std::string all;
  all.reserve(octets);
  put_16(all, serial);
  put_16(all, identifier);
  all.push_back(static_cast<char>(coding));
  all.push_back(static_cast<char>(number << 4U | total));
  all += content;
  all.resize(octets, '\0');
  return all;
}

std::optional<BroadcastPage> decode_broadcast(std::string_view octets) {
  if (octets.size() != BroadcastPage::octets) return std::nullopt;
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(octets[i]); };
  BroadcastPage page;
  page.serial = static_cast<std::uint16_t>(octet(0) << 8U | octet(1));
  page.identifier = static_cast<std::uint16_t>(octet(2) << 8U | octet(3));
  page.coding = octet(4);
  page.number = octet(5) >> 4U;
  page.total = octet(5) & 0xFU;
  if (page.number == 0 || page.total == 0) page.number = page.total = 1;
  page.content = octets.substr(6);
  return page;
}

std::vector<BroadcastPage> pages_of(const Broadcast& message) {
  BroadcastPage page;
  page.serial = message.serial;
  page.identifier = message.identifier;
  page.coding = coding_for(message);
  const SmsAlphabet alphabet = page.alphabet();
  const std::string prefix = prefix_of(message, page.coding), all = whole_body(message, alphabet);
  const std::size_t room = (alphabet == SmsAlphabet::gsm ? content_septets : content_octets) - prefix.size();
  std::vector<BroadcastPage> pages;
  std::string_view left = all;
  do {
    const std::size_t end = cut_body(alphabet, left, room);
    page.content = content_of(alphabet, prefix + std::string(left.substr(0, end)));
    pages.push_back(page);
    left.remove_prefix(end);
  } while (!left.empty() && pages.size() < BroadcastPage::most);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    pages[i].number = static_cast<std::uint8_t>(i + 1);
    pages[i].total = static_cast<std::uint8_t>(pages.size());
  }
  return pages;
}

}  // namespace sim800
