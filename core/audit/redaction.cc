#include <algorithm>
#include <utility>

#include "callgate/audit.h"
#include "callgate/json.h"
#include "core/audit/apart.h"
#include "core/audit/bounded_json.h"
#include "core/audit/key_patterns.h"
#include "core/audit/redaction_state.h"
#include "core/audit/secret_text.h"

namespace callgate {
namespace {

// Longer payloads are not kept word for word; their digest always is.
constexpr std::size_t kMaxPayload = 64 << 10;
// More values than any tool's arguments have; of such, nothing is shown.
constexpr std::size_t kMaxValues = 4096;

// One past the string that begins at `at`. REQUIRES: valid JSON.
std::size_t StringEnd(std::string_view text, std::size_t at, bool& has_escape) {
  const std::size_t quote = text.find('"', at + 1);
  has_escape = text.substr(at + 1, quote - at - 1).find('\\') != std::string_view::npos;
  if (!has_escape) return quote + 1;
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

bool BeginsList(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n\r");
  return first != std::string_view::npos && text[first] == '[';
}

bool HoldsMoreValues(json::Value value, std::size_t most) {
  std::vector<json::Value> pending = {value};
  std::size_t count = 0;
  while (!pending.empty()) {
    const json::Value next = pending.back();
    pending.pop_back();
    if (++count > most) return true;
    if (!next.is_array() && !next.is_object()) continue;
    if (count + pending.size() + next.size() > most) return true;
    if (next.is_array()) {
      for (const json::Value element : next.elements()) pending.push_back(element);
    } else {
      for (const json::Member member : next.members()) pending.push_back(member.value);
    }
  }
  return false;
}

Redaction::Shown Nothing() { return {false, {}, {""}}; }

}  // namespace

bool Redaction::State::Hides(std::string_view tool) const {
  if (!arguments) return true;
  return std::ranges::any_of(tools, [tool](const std::string& pattern) {
    return !tool.empty() && audit::MatchesGlob(tool, pattern);
  });
}

// The text is read as it stands: every string is one between two quotes, and a key is one before a
// colon. Only a string with escapes is decoded.
bool Redaction::State::ShowsWhole(std::string_view payload) const {
  if (payload.size() > kMaxPayload) return false;
  std::size_t values = 0;
  // Whether a secret may be told by what stands next to it: seldom, and then all is read once more.
  bool may_be_apart = false;
  for (std::size_t at = 0; at < payload.size();) {
    const char c = payload[at];
    if (c != '"') {
      if ((c == ',' || c == '{' || c == '[') && ++values > kMaxValues) return false;
      ++at;
      if (c == '[') may_be_apart = may_be_apart || BeginsList(payload.substr(at));
      continue;
    }
    bool has_escape = false;
    const std::size_t end = StringEnd(payload, at, has_escape);
    const std::string_view text = payload.substr(at + 1, end - at - 2);
    const std::size_t next = payload.find_first_not_of(" \t\n\r", end);
    const bool is_key = next != std::string_view::npos && payload[next] == ':';
    const auto is_secret = [&](std::string_view decoded) {
      may_be_apart =
          may_be_apart || (is_key ? audit::MayHaveCompanions(decoded) : decoded.starts_with('-'));
      return (is_key && (decoded.size() > audit::kMaxText || keys.Match(decoded))) ||
             audit::ShowsSecret(decoded);
    };
    if (!has_escape) {
      if (is_secret(text)) return false;
    } else {
      const auto decoded = json::Parse(payload.substr(at, end - at));
      if (!decoded || is_secret(decoded->root().string())) return false;
    }
    at = end;
  }
  if (!may_be_apart) return true;
  const auto document = json::Parse(payload, audit::Unlimited(payload));
  return document && !audit::HoldsSecretApart(document->root(), keys);
}

Redaction::Redaction() : Redaction(RedactionOptions{DefaultKeys(), {}, true}) {}

Redaction::Redaction(const RedactionOptions& options)
    : state_(std::make_shared<const State>(
          State{audit::KeyPatterns(options.keys), options.tools, options.arguments})) {}

Redaction::Shown Redaction::Show(std::string_view tool, std::string_view payload) const {
  if (state_->Hides(tool)) return Nothing();
  const auto document = json::Parse(payload, audit::Unlimited(payload));
  if (!document || !document->root().is_object()) return Nothing();
  if (state_->ShowsWhole(payload)) return {true, {}, {}};
  const auto params = document->root().Find("params");
  if (!params || !params->is_object() || HoldsMoreValues(*params, kMaxValues)) return Nothing();

  // What stands next to the arguments is not shown, but is named when it had to go.
  Shown shown;
  std::size_t left = audit::kMaxScanned;
  for (const auto& [name, value] : params->members()) {
    audit::Secrets within{.keys = state_->keys, .left = left - std::min(left, name.size())};
    std::string text;
    if (within.HidesValueOf(name)) {
      within.redacted.emplace_back();
      json::AppendString(audit::kRedacted, text);
    } else {
      audit::AppendBounded(value, &within, text);
    }
    left = within.left;
    const bool is_arguments = name == "arguments";
    if (is_arguments) {
      auto canonical = json::Canonicalize(text, audit::Unlimited(text));
      if (!canonical) return Nothing();
      shown.arguments = std::move(canonical).value();
    }
    for (std::string& place : within.redacted) {
      shown.redacted.push_back(is_arguments ? std::move(place)
                                            : '/' + audit::CutText(name) + place);
    }
  }
  return shown;
}

}  // namespace callgate
