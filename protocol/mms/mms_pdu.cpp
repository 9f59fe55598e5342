// SPDX-License-Identifier: MIT
#include "protocol/mms/mms_pdu.hpp"

#include <algorithm>

#include "protocol/mms/wsp.hpp"

namespace sim800 {
namespace {

// Header fields (encapsulation 1.2, table 12).
enum Field : std::uint8_t {
  bcc = 0x01,
  cc = 0x02,
  content_location = 0x03,
  content_type = 0x04,
  date = 0x05,
  delivery_report = 0x06,
  expiry = 0x08,
  from = 0x09,
  message_class = 0x0a,
  message_id = 0x0b,
  message_type = 0x0c,
  version = 0x0d,
  message_size = 0x0e,
  priority = 0x0f,
  read_report = 0x10,
  response_status = 0x12,
  sender_visibility = 0x14,
  status = 0x15,
  subject = 0x16,
  to = 0x17,
  transaction_id = 0x18,
  retrieve_status = 0x19,
};

constexpr std::uint8_t version_1_2 = 0x12;
constexpr std::uint8_t address_present = 0, insert_address = 1;  // From
constexpr std::uint8_t relative = 1;                             // Expiry
constexpr std::uint8_t yes = 0, no = 1;
constexpr std::string_view unknown_type = "application/octet-stream";  // of a part that does not say
constexpr std::string_view phone = "/TYPE=PLMN";
// Headers of a part.
constexpr std::uint8_t part_location = 0x0e, part_id = 0x40;
constexpr std::uint8_t push_pdu = 0x06;
constexpr std::size_t max_parts = 1000;

char high(std::uint8_t value) { return static_cast<char>(0x80U | value); }

/// "+8613…/TYPE=PLMN"; e-mail addresses stay as they are.
std::string typed_address(std::string_view address) {
  const bool number = !address.empty() && std::ranges::all_of(address, [](char c) {
    return (c >= '0' && c <= '9') || c == '+' || c == '*' || c == '#';
  });
  return std::string(address) + (number ? std::string(phone) : std::string());
}

std::string plain_address(std::string address) {
  if (const auto end = address.find("/TYPE="); end != std::string::npos) address.resize(end);
  return address;
}

class Writer {
 public:
  std::string octets;

  void small(Field field, std::uint8_t value) { octets += {high(field), high(value)}; }
  void small(Field field, const std::optional<std::uint8_t>& value) {
    if (value) small(field, *value);
  }
  void answer(Field field, const std::optional<bool>& value) {
    if (value) small(field, *value ? yes : no);
  }
  void text(Field field, const std::string& text) {
    if (!text.empty()) octets += high(field) + wsp::text(text);
  }
  void encoded(Field field, const std::string& text) {
    if (!text.empty()) octets += high(field) + wsp::encoded_text(text);
  }
  void number(Field field, const std::optional<std::uint32_t>& value) {
    if (value) octets += high(field) + wsp::long_integer(*value);
  }
  void counted(Field field, const std::string& value) {
    octets += high(field) + wsp::value_length(value.size()) + value;
  }
};

std::string sender(const Mms& message) {
  if (message.from.empty()) return {high(insert_address)};
  return high(address_present) + wsp::encoded_text(typed_address(message.from));
}

std::string encode_part(const MmsPart& part) {
  std::string head = wsp::content_type(part.type, part.name);
  if (!part.name.empty()) {
    head += high(part_location) + wsp::text(part.name);
    head += high(part_id) + ("\"<" + part.name + ">") + '\0';
  }
  return wsp::uintvar(static_cast<std::uint32_t>(head.size())) +
         wsp::uintvar(static_cast<std::uint32_t>(part.data.size())) + head + part.data;
}

std::string encode_body(const std::vector<MmsPart>& parts) {
  std::string body = wsp::uintvar(static_cast<std::uint32_t>(parts.size()));
  for (const MmsPart& part : parts) body += encode_part(part);
  return body;
}

bool has_body(MmsType type) { return type == MmsType::send_request || type == MmsType::retrieve_confirmation; }

/// Its name, from the headers that may contain it.
void read_part_headers(wsp::Reader head, MmsPart& part) {
  while (head.sound() && !head.empty()) {
    if (head.peek() < 0x80) {
      head.text();
      head.text();
      continue;
    }
    const std::uint8_t field = head.octet() & 0x7fU;
    if (field != part_location && field != part_id) {
      head.skip();
      continue;
    }
    std::string name = field == part_id ? head.quoted() : head.text();
    if (name.starts_with('<') && name.ends_with('>')) name = name.substr(1, name.size() - 2);
    if (part.name.empty()) part.name = std::move(name);
  }
}

bool decode_body(wsp::Reader body, std::vector<MmsPart>& parts) {
  const std::uint32_t count = body.uintvar();
  if (count > max_parts) return false;
  for (std::uint32_t i = 0; i < count && body.sound(); ++i) {
    const std::uint32_t head_length = body.uintvar(), data_length = body.uintvar();
    wsp::Reader head(body.take(head_length));
    const wsp::Reader::ContentType type = head.content_type();
    MmsPart part{type.name, type.type.empty() ? std::string(unknown_type) : type.type, {}};
    read_part_headers(head, part);
    part.data = body.take(data_length);
    parts.push_back(std::move(part));
  }
  return body.sound();
}

std::uint8_t small(wsp::Reader& reader) { return static_cast<std::uint8_t>(reader.octet() & 0x7fU); }

void read_sender(wsp::Reader& reader, Mms& message) {
  wsp::Reader value = reader.counted();
  if (small(value) == address_present) message.from = plain_address(value.encoded_text());
}

void read_expiry(wsp::Reader& reader, Mms& message) {
  wsp::Reader value = reader.counted();
  if (small(value) == relative) message.validity = value.integer();
}

void read_class(wsp::Reader& reader, Mms& message) {
  if (reader.peek() >= 0x80) {
    message.message_class = small(reader);
  } else {
    reader.text();
  }
}

void read_field(std::uint8_t field, wsp::Reader& reader, Mms& message) {
  switch (field) {
    case bcc: message.bcc.push_back(plain_address(reader.encoded_text())); break;
    case cc: message.cc.push_back(plain_address(reader.encoded_text())); break;
    case to: message.to.push_back(plain_address(reader.encoded_text())); break;
    case content_location: message.location = reader.text(); break;
    case transaction_id: message.transaction = reader.text(); break;
    case message_id: message.id = reader.text(); break;
    case subject: message.subject = reader.encoded_text(); break;
    case from: read_sender(reader, message); break;
    case expiry: read_expiry(reader, message); break;
    case date: message.date = reader.integer(); break;
    case message_size: message.size = reader.integer(); break;
    case message_class: read_class(reader, message); break;
    case priority: message.priority = small(reader); break;
    case sender_visibility: message.sender_visibility = small(reader); break;
    case delivery_report: message.delivery_report = small(reader) == yes; break;
    case read_report: message.read_report = small(reader) == yes; break;
    case response_status: message.response = reader.octet(); break;
    case retrieve_status: message.retrieved = reader.octet(); break;
    case status: message.status = small(reader); break;
    default: reader.skip(); break;
  }
}

}  // namespace

std::string encode_mms(const Mms& message) {
  Writer writer;
  writer.small(message_type, static_cast<std::uint8_t>(message.type));
  writer.text(transaction_id, message.transaction);
  writer.small(version, version_1_2);
  writer.text(message_id, message.id);
  writer.number(date, message.date);
  if (message.type == MmsType::send_request || !message.from.empty()) writer.counted(from, sender(message));
  for (const std::string& address : message.to) writer.encoded(to, typed_address(address));
  for (const std::string& address : message.cc) writer.encoded(cc, typed_address(address));
  for (const std::string& address : message.bcc) writer.encoded(bcc, typed_address(address));
  writer.encoded(subject, message.subject);
  writer.small(message_class, message.message_class);
  if (message.validity) writer.counted(expiry, high(relative) + wsp::long_integer(*message.validity));
  writer.small(priority, message.priority);
  writer.small(sender_visibility, message.sender_visibility);
  writer.answer(delivery_report, message.delivery_report);
  writer.answer(read_report, message.read_report);
  writer.small(response_status, message.response);
  writer.small(retrieve_status, message.retrieved);
  writer.small(status, message.status);
  writer.number(message_size, message.size);
  writer.text(content_location, message.location);
  if (!has_body(message.type)) return writer.octets;
  // The content type is the last header: the body follows it.
  return writer.octets + high(content_type) + wsp::content_type("application/vnd.wap.multipart.mixed", "") +
         encode_body(message.parts);
}

std::optional<Mms> decode_mms(std::string_view octets) {
  wsp::Reader reader(octets);
  Mms message;
  if (reader.octet() != (0x80U | message_type)) return std::nullopt;
  const std::uint8_t type = small(reader);
  if (type > static_cast<std::uint8_t>(MmsType::delivery)) return std::nullopt;
  message.type = static_cast<MmsType>(type);
  while (reader.sound() && !reader.empty()) {
    if (reader.peek() < 0x80) {  // a header whose name is text
      reader.text();
      reader.text();
      continue;
    }
    const std::uint8_t field = small(reader);
    if (field != content_type) {
      read_field(field, reader, message);
      continue;
    }
    const std::string whole = reader.content_type().type;
    if (whole.find("multipart") != std::string::npos) {
      if (!decode_body(wsp::Reader(reader.rest()), message.parts)) return std::nullopt;
    } else {
      message.parts.push_back({{}, whole.empty() ? std::string(unknown_type) : whole, std::string(reader.rest())});
    }
    return reader.sound() ? std::optional(message) : std::nullopt;
  }
  return reader.sound() ? std::optional(message) : std::nullopt;
}

std::optional<std::string> mms_in_push(std::string_view wsp) {
  wsp::Reader reader(wsp);
  reader.octet();  // transaction
  if (reader.octet() != push_pdu) return std::nullopt;
  const std::uint32_t length = reader.uintvar();
  wsp::Reader headers(reader.take(length));
  if (headers.content_type().type != "application/vnd.wap.mms-message" || !reader.sound()) return std::nullopt;
  return std::string(reader.rest());
}

std::string push_of_mms(std::string_view octets) {
  // Content type, and the target application (X-Wap-Application-Id: MMS).
  constexpr std::string_view headers{"\xbe\xaf\x84", 3};
  return std::string{'\1', static_cast<char>(push_pdu)} + wsp::uintvar(headers.size()) + std::string(headers) +
         std::string(octets);
}

}  // namespace sim800
