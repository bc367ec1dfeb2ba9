#include "core/gate/state/state_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "callgate/policy.h"
#include "core/base/hex.h"
#include "core/policy/model/context.h"
#include "core/token/claims.h"

namespace callgate::gate {
namespace {

constexpr std::string_view kLivenessNames[] = {"open", "ended", "revoked"};

std::shared_ptr<const policy::Context> ReadContext(json::Value value, const Limits& limits) {
  std::string text;
  json::WriteLexical(value, json::KeyOrder::kCodePoint, text);
  const Result<PolicySet> parsed = PolicySet::Parse(text, "state.json", limits);
  if (!parsed || parsed->context_names().size() != 1) return nullptr;
  return parsed->Find(parsed->context_names()[0]);
}

}  // namespace

void AppendDigest(const ledger::Digest& digest, std::string& out) {
  std::array<std::uint8_t, kDigestDigits / 2> bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(digest.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(digest.low >> (56 - 8 * i));
  }
  base::AppendHex(bytes, out);
}

void WriteDigest(std::string_view key, const ledger::Digest& digest, json::ObjectWriter& object) {
  std::string& out = object.Raw(key);
  out += '"';
  AppendDigest(digest, out);
  out += '"';
}

std::optional<ledger::Digest> ReadDigest(std::string_view text) {
  std::array<std::uint8_t, kDigestDigits / 2> bytes;
  if (!base::FromHex(text, bytes)) return std::nullopt;
  ledger::Digest digest;
  for (std::size_t i = 0; i < 8; ++i) {
    digest.high = digest.high << 8 | bytes[i];
    digest.low = digest.low << 8 | bytes[8 + i];
  }
  return digest;
}

std::optional<std::int64_t> ReadInteger(json::Value value) {
  // Times, counts and numbers of records: all within what every JSON reader keeps exact.
  const auto integer = value.integer();
  if (!integer || *integer < 0 || *integer > (std::int64_t{1} << 53)) return std::nullopt;
  return integer;
}

std::optional<json::Value> ObjectReader::Get(std::string_view key) {
  if (!ok_) return std::nullopt;
  const auto found = value_.Find(key);
  ok_ = found.has_value();
  ++read_;
  return found;
}

std::string ObjectReader::Text(std::string_view key) {
  const auto value = Get(key);
  ok_ = ok_ && value->is_string();
  return ok_ ? std::string(value->string()) : std::string();
}

std::optional<std::string> ObjectReader::TextOrNull(std::string_view key) {
  const auto value = Get(key);
  if (!ok_ || value->is_null()) return std::nullopt;
  ok_ = value->is_string();
  return ok_ ? std::optional<std::string>(value->string()) : std::nullopt;
}

std::int64_t ObjectReader::Integer(std::string_view key) {
  const auto value = Get(key);
  if (!ok_) return 0;
  const auto integer = ReadInteger(*value);
  ok_ = integer.has_value();
  return integer.value_or(0);
}

bool ObjectReader::Flag(std::string_view key) {
  const auto value = Get(key);
  ok_ = ok_ && value->is_bool();
  return ok_ && value->boolean();
}

ledger::Digest ObjectReader::Digest(std::string_view key) {
  const auto value = Get(key);
  ok_ = ok_ && value->is_string();
  if (!ok_) return {};
  const auto digest = ReadDigest(value->string());
  ok_ = digest.has_value();
  return digest.value_or(ledger::Digest());
}

std::vector<json::Value> ObjectReader::List(std::string_view key) {
  const auto value = Get(key);
  ok_ = ok_ && value->is_array();
  std::vector<json::Value> list;
  if (!ok_) return list;
  list.reserve(value->size());
  for (const json::Value element : value->elements()) list.push_back(element);
  return list;
}

std::size_t ContextList::Add(const std::shared_ptr<const policy::Context>& context) {
  const auto same = std::ranges::find_if(
      contexts_, [&](const auto& kept) { return kept->json == context->json; });
  if (same == contexts_.end()) {
    contexts_.push_back(context);
    return contexts_.size() - 1;
  }
  return static_cast<std::size_t>(same - contexts_.begin());
}

void ContextList::Write(std::string& out) const {
  json::WriteList(contexts_, out, [&](const auto& context) { out += context->json; });
}

bool ContextList::Read(const std::vector<json::Value>& list, const Limits& limits) {
  for (const json::Value value : list) {
    auto context = ReadContext(value, limits);
    if (context == nullptr) return false;
    contexts_.push_back(std::move(context));
  }
  return true;
}

void WriteSession(const ledger::SavedSession& session, ContextList& contexts, std::string& out) {
  json::ObjectWriter writer(out);
  json::WriteList(session.snapshots, writer.Raw("contexts"),
                  [&](const auto& snapshot) { out += std::to_string(contexts.Add(snapshot)); });
  writer.Integer("exp", session.expires_at.time_since_epoch().count());
  writer.Text("id", session.identity.id);
  writer.Text("key", session.identity.public_key.ToBase64());
  writer.Flag("key_is_confirmed", session.identity.key_is_confirmed);
  writer.Integer("latest_exp", session.latest_exp.time_since_epoch().count());
  session.parent ? writer.Text("parent", *session.parent) : writer.Null("parent");
  writer.Text("scp", session.identity.context);
  writer.Text("state", NameOf(session.state));
  writer.Text("sub", session.identity.subject);
  writer.End();
}

std::optional<ledger::Liveness> LivenessNamed(std::string_view name) {
  const auto* found = std::ranges::find(kLivenessNames, name);
  if (found == std::end(kLivenessNames)) return std::nullopt;
  return static_cast<ledger::Liveness>(found - std::begin(kLivenessNames));
}

std::string_view NameOf(ledger::Liveness state) {
  return kLivenessNames[static_cast<std::size_t>(state)];
}

std::optional<ledger::SavedSession> ReadSession(json::Value value, const ContextList& contexts) {
  ObjectReader reader(value);
  const Result<PublicKey> key = PublicKey::FromBase64(reader.Text("key"));
  if (!key) return std::nullopt;
  ledger::SavedSession session{{reader.Text("id"), reader.Text("sub"), reader.Text("scp"), *key,
                                reader.Flag("key_is_confirmed")},
                               reader.TextOrNull("parent"),
                               reader.Moment("exp"),
                               reader.Moment("latest_exp"),
                               ledger::Liveness::kEnded,
                               {}};
  const auto state = LivenessNamed(reader.Text("state"));
  for (const json::Value position : reader.List("contexts")) {
    const auto at = ReadInteger(position);
    if (!at || static_cast<std::size_t>(*at) >= contexts.contexts().size()) return std::nullopt;
    session.snapshots.push_back(contexts.contexts()[static_cast<std::size_t>(*at)]);
  }
  if (!state || !reader.AllRead()) return std::nullopt;
  if (!token::IsName(session.identity.id) || !token::IsName(session.identity.subject) ||
      !token::IsName(session.identity.context)) {
    return std::nullopt;
  }
  session.state = *state;
  return session;
}

}  // namespace callgate::gate
