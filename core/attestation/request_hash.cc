#include "core/attestation/request_hash.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/json/key_order.h"

namespace callgate {
namespace attestation {
namespace {

constexpr std::string_view kModernPath[] = {"_meta", kAttestationExtension};
constexpr std::string_view kLegacyPath[] = {"capabilities", "experimental", kLegacyAttestationKey};

// Appends `object` without the member that `path` leads to. As deep as the path is long.
Result<void> AppendWithout(json::Value object, std::span<const std::string_view> path,
                           std::string& out) {
  std::vector<json::Member> members;
  for (const json::Member member : object.members()) members.push_back(member);
  std::ranges::sort(members, json::LessUtf16, &json::Member::key);
  out += '{';
  const std::size_t begin = out.size();
  for (const auto& [key, value] : members) {
    const bool is_on_path = key == path.front();
    if (is_on_path && path.size() == 1) continue;
    if (out.size() != begin) out += ',';
    json::AppendString(key, out);
    out += ':';
    if (is_on_path && value.is_object()) {
      if (Result<void> ok = AppendWithout(value, path.subspan(1), out); !ok) return ok;
      continue;
    }
    const Result<std::string> text = json::Canonicalize(value);
    if (!text) return text.error();
    out += *text;
  }
  out += '}';
  return {};
}

}  // namespace

std::span<const std::string_view> CarrierPath(AttestationEra era) noexcept {
  switch (era) {
    case AttestationEra::kLegacy:
      return kLegacyPath;
    case AttestationEra::kModern:
      return kModernPath;
  }
  return kModernPath;
}

Result<Sha256Digest> RequestHash(json::Value params, AttestationEra era) {
  std::string text;
  if (Result<void> ok = AppendWithout(params, CarrierPath(era), text); !ok) return ok.error();
  return Sha256(text);
}

}  // namespace attestation

Result<Sha256Digest> AttestationRequestHash(std::string_view params_json, AttestationEra era,
                                            const Limits& limits) {
  const Result<json::Document> params = json::Parse(params_json, limits);
  if (!params) return params.error();
  if (!params->root().is_object()) {
    return Error{ErrorCode::kInvalidJson, "params must be an object", ""};
  }
  return attestation::RequestHash(params->root(), era);
}

}  // namespace callgate
