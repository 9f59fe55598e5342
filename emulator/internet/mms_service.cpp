// SPDX-License-Identifier: MIT
#include "emulator/internet/mms_service.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "emulator/core/secrets.hpp"
#include "emulator/core/world.hpp"
#include "emulator/internet/http_url.hpp"
#include "emulator/internet/mms_settings.hpp"
#include "protocol/sms/sms_ports.hpp"

namespace sim800 {
namespace {

constexpr std::string_view content_type = "application/vnd.wap.mms-message";

/// <valid> of AT+CMMSSENDCFG in seconds; "maximum" is left to the MMSC.
std::optional<std::uint32_t> validity(std::uint32_t code) {
  constexpr std::uint32_t hour = 3600, day = 24 * hour;
  constexpr std::array<std::uint32_t, 5> seconds = {hour, 12 * hour, day, 2 * day, 7 * day};
  return code < seconds.size() ? std::optional(seconds[code]) : std::nullopt;
}

/// A line end in a field would be one on the host's line.
void keep_printable(std::string& text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

void keep_printable(Mms& message) {
  for (std::string* text : {&message.from, &message.subject, &message.transaction, &message.location}) {
    keep_printable(*text);
  }
  for (auto* list : {&message.to, &message.cc, &message.bcc}) {
    list->resize(std::min(list->size(), MmsService::max_addresses));
    for (std::string& address : *list) keep_printable(address);
  }
  for (MmsPart& part : message.parts) keep_printable(part.name);
}

std::optional<std::uint8_t> below(std::uint32_t code, std::uint32_t not_set) {
  return code < not_set ? std::optional(static_cast<std::uint8_t>(code)) : std::nullopt;
}

}  // namespace

unsigned mms_file_type(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 8> numbers = {{{"text/html", 3},
                                                                             {"text/plain", 4},
                                                                             {"image/gif", 6},
                                                                             {"image/jpeg", 7},
                                                                             {"image/jpg", 7},
                                                                             {"image/tiff", 8},
                                                                             {"image/png", 9},
                                                                             {"application/smil", 10}}};
  for (const auto& [name, number] : numbers) {
    if (name == type) return number;
  }
  return type.starts_with("text/") ? 2 : type.starts_with("image/") ? 5 : 0;
}

std::string mms_time(std::optional<std::uint32_t> seconds) {
  if (!seconds) return {};
  return fmt::format("{:%Y-%m-%d,%H:%M:%S}", std::chrono::sys_seconds(std::chrono::seconds(*seconds)));
}

MmsService::MmsService(const Environment& environment, Settings& settings, const Bearers& bearers,
                       const Network& network, const Rtc& rtc, Nvram& nvram, SmsService& sms, HttpClient& client)
    : environment_(environment),
      settings_(settings),
      bearers_(bearers),
      network_(network),
      rtc_(rtc),
      nvram_(nvram),
      sms_(sms),
      client_(client) {}

// --- settings

bool MmsService::save() { return nvram_.store(mms_context.section, settings_.values_of(mms_context)); }

bool MmsService::saved() const { return nvram_.holds(mms_context.section, settings_.values_of(mms_context)); }

// --- the buffer

void MmsService::initialise() {
  power_off();
  on_ = true;
}

void MmsService::power_off() {
  on_ = false;
  transfer_.reset();
  clear();
  status_ = "MMS_IDLE";
}

void MmsService::clear() {
  editing = false;
  kind = Kind::unsent;
  sender.clear();
  subject.clear();
  time.clear();
  for (Addresses& list : addresses) list.clear();
  files.clear();
  images_ = texts_ = 0;
  push_.reset();
}

std::size_t MmsService::size() const {
  std::size_t sum = subject.size();
  for (const MmsPart& file : files) sum += file.data.size();
  return sum;
}

Result MmsService::add(List list, std::string address) {
  if (!editing) return mms_error::not_editing;
  if (addresses[list].size() == max_addresses) return mms_error::addresses_full;
  addresses[list].push_back(std::move(address));
  return ok;
}

Result MmsService::remove(List list, std::string_view address) {
  if (!editing) return mms_error::not_editing;
  if (address.empty()) {
    addresses[list].clear();
    return ok;
  }
  return std::erase(addresses[list], address) > 0 ? ok : mms_error::no_address;
}

void MmsService::add_file(std::string_view type, std::string name, std::string data) {
  if (name.empty())
    name = type == "text/plain" ? fmt::format("text{}.txt", texts_++) : fmt::format("image{}.jpg", images_++);
  files.push_back({std::move(name), std::string(type), std::move(data)});
  kind = Kind::unsent;
}

// --- requests

MmsService::Busy::Busy(MmsService& s, std::string_view status) : service(s) {
  service.busy_ = true;
  service.status_ = status;
}

/// Also if the command was cancelled.
MmsService::Busy::~Busy() {
  service.busy_ = false;
  service.transfer_.reset();
  service.limit_.cancel();
  if (service.status_ == "MMS_SENDING" || service.status_ == "MMS_RECEIVING") service.status_ = "MMS_IDLE";
}

std::optional<Result> MmsService::refusal() const {
  if (!network_.attached()) return mms_error::not_attached;
  return bearers_.connected(settings_.number(key::cmmscid)) ? std::nullopt : std::optional(mms_error::no_connection);
}

/// False if the URL is invalid.
bool MmsService::prepare(HttpMethod method, const std::string& url) {
  const auto target = parse_http_url(url, false, environment_.world.module.quirks.http_port_behind_path);
  if (!target) return false;
  request_ = {};
  request_.method = method;
  request_.url = url;
  request_.host = target->host;
  request_.port = target->port;
  request_.path = target->path;
  request_.user_agent = settings_.text(key::cmmsua);
  request_.content_type = content_type;
  if (const std::string& profile = settings_.text(key::cmmsprofile); !profile.empty()) {
    request_.headers.push_back(fmt::format("X-Wap-Profile: \"{}\"", profile));
  }
  request_.body = octets_;
  const std::string& gateway = settings_.text(key::cmmsproto_gateway);
  if (!gateway.empty() && gateway != "0.0.0.0") {
    request_.proxy_host = gateway;
    request_.proxy_port = static_cast<std::uint16_t>(settings_.number(key::cmmsproto_port));
  }
  request_.limit = 2 * max_bytes;
  return true;
}

/// Runs request_; if the result is OK, its response is in answer_. `failure` is the result for an invalid response.
Task<Result> MmsService::transfer(std::uint32_t seconds, Result failure) {
  answer_.reset();
  lost_ = late_ = false;
  const std::string_view method = request_.method == HttpMethod::post ? "POST" : "GET";
  environment_.record("http", {{"phase", "start"}, {"method", method}, {"url", masked_url(request_.url)}});
  transfer_ = client_.start(request_, [this](HttpResult result) {
    answer_ = std::move(result);
    event_.raise();
  });
  limit_ = environment_.clock.after(std::chrono::seconds(seconds), [this] {
    late_ = true;
    event_.raise();
  });
  while (!answer_ && !late_ && !lost_) co_await event_;
  transfer_.reset();
  limit_.cancel();
  environment_.record("http", {{"phase", "end"},
                               {"method", method},
                               {"url", masked_url(request_.url)},
                               {"status", std::int64_t{answer_ && !lost_ && !late_ ? answer_->status : 0}},
                               {"length", static_cast<std::int64_t>(answer_ ? answer_->body.size() : 0)}});
  if (lost_) co_return mms_error::no_connection;
  if (late_) co_return mms_error::overtime;
  if (answer_->status >= 600) co_return mms_error::no_connection;
  co_return answer_->status == 200 ? ok : failure;
}

void MmsService::bearer_closed(unsigned cid) {
  if (!busy_ || settings_.number(key::cmmscid) != cid) return;
  lost_ = true;
  event_.raise();
}

// --- sending

Mms MmsService::composed(const std::string& receiver) const {
  Mms message;
  message.transaction = fmt::format("{:X}", sendings_);
  message.date = static_cast<std::uint32_t>(rtc_.now().time_since_epoch().count() - rtc_.zone() * 900);
  message.to = addresses[to];
  if (!receiver.empty()) message.to.push_back(receiver);
  message.cc = addresses[cc];
  message.bcc = addresses[bcc];
  message.subject = subject;
  message.validity = validity(settings_.number(key::cmmssendcfg_valid));
  message.priority = below(settings_.number(key::cmmssendcfg_pri), 3);
  message.delivery_report = settings_.number(key::cmmssendcfg_sendrep) == 1;
  message.read_report = settings_.number(key::cmmssendcfg_readrep) == 1;
  message.sender_visibility = below(settings_.number(key::cmmssendcfg_visible), 2);
  message.message_class = below(settings_.number(key::cmmssendcfg_class), 4);
  message.parts = files;
  return message;
}

Task<Result> MmsService::send(const std::string& receiver) {
  const bool addressed =
      !receiver.empty() || std::ranges::any_of(addresses, [](const Addresses& list) { return !list.empty(); });
  if (!addressed) co_return mms_error::no_receiver;
  if (files.empty() && subject.empty()) co_return mms_error::no_content;
  const auto refused = refusal();
  if (refused) co_return *refused;
  ++sendings_;
  octets_ = encode_mms(composed(receiver));
  if (!prepare(HttpMethod::post, settings_.text(key::cmmscurl))) co_return mms_error::no_connection;
  const Busy guard(*this, "MMS_SENDING");
  const Result result = co_await transfer(settings_.number(key::cmmstimeout_send), mms_error::unknown);
  if (!result.is_ok()) co_return result;
  const auto confirmation = decode_mms(answer_->body);
  const bool accepted =
      confirmation && confirmation->type == MmsType::send_confirmation && confirmation->response == Mms::accepted;
  if (accepted) kind = Kind::sent;
  co_return accepted ? ok : mms_error::unknown;
}

// --- receiving

Result MmsService::find_push(std::uint32_t index) {
  clear();
  SmsMemory card = sms_.memory("SM");
  const StoredSms* stored = card.has(static_cast<int>(index)) ? card.find(static_cast<int>(index)) : nullptr;
  if (stored == nullptr) return mms_error::no_push_read;
  const Sms message = stored->decoded().message;
  const auto octets = is_mms_push(message) ? mms_in_push(message.body()) : std::nullopt;
  if (!octets) return mms_error::no_push;
  card.set_status(static_cast<int>(index), SmsStatus::read);
  if (!card.save()) return mms_error::no_push_read;
  push_ = decode_mms(*octets);
  if (push_) keep_printable(*push_);
  return ok;
}

Task<Result> MmsService::receive() {
  const auto refused = refusal();
  if (refused) co_return *refused;
  if (!push_ || push_->type != MmsType::notification) co_return mms_error::no_notification;
  octets_.clear();
  if (!prepare(HttpMethod::get, push_->location)) co_return mms_error::not_received;
  const Busy guard(*this, "MMS_RECEIVING");
  Result result = co_await transfer(settings_.number(key::cmmstimeout_recv), mms_error::not_received);
  if (result.is_ok()) result = keep_received();
  if (!result.is_ok()) co_return result;
  prepare_response();
  // Whatever the MMSC answers: the message is here.
  if (settings_.number(key::cmmssendcfg_notifrspcheck) == 0)
    co_await transfer(settings_.number(key::cmmstimeout_recv), ok);
  status_ = "MMS_RECEIVED";
  co_return ok;
}

Result MmsService::keep_received() {
  auto message = decode_mms(answer_->body);
  if (!message || message->type != MmsType::retrieve_confirmation) return mms_error::not_received;
  if (message->retrieved && *message->retrieved != Mms::accepted) return mms_error::not_received;
  if (message->parts.size() > max_files) return mms_error::files_full;
  keep_printable(*message);
  kind = Kind::received;
  sender = message->from;
  subject = message->subject;
  time = mms_time(message->date);
  addresses = {message->to, message->cc, message->bcc};
  files = std::move(message->parts);
  return ok;
}

/// M-NotifyResp.ind to the MMSC: retrieved.
void MmsService::prepare_response() {
  Mms response;
  response.type = MmsType::notify_response;
  response.transaction = push_->transaction;
  response.status = 1;
  octets_ = encode_mms(response);
  prepare(HttpMethod::post, settings_.text(key::cmmscurl));
}

}  // namespace sim800
