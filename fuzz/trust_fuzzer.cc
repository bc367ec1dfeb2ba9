// Whatever is loaded and presented: no crash, and a trusted chain is what it says. No edit of a
// leaf that is trusted gives another that is; revoking any key of a path ends it.
#include <string>
#include <utility>
#include <vector>

#include "callgate/trust.h"
#include "core/base/hex.h"
#include "fuzz/input.h"

namespace {

using callgate::Time;
using callgate::TrustReason;
using callgate::TrustSnapshot;
using callgate::TrustSource;
using callgate::TrustVerdict;
using callgate::fuzz::Edited;
using callgate::fuzz::Input;
using callgate::fuzz::Require;
using Chain = std::vector<std::string>;

constexpr Time kNow{std::chrono::seconds{1'796'083'200}};  // 2026-12-01, as the vectors

// Elements, each after its size in two bytes.
Chain Elements(Input& input, std::size_t count) {
  Chain elements;
  for (std::size_t i = 0; i < count; ++i) elements.emplace_back(input.Take(input.Word()));
  return elements;
}

TrustVerdict Verify(const TrustSnapshot& snapshot, const Chain& chain) {
  const std::vector<std::string_view> views(chain.begin(), chain.end());
  return snapshot.Verify(views, kNow);
}

std::string Pem(const std::string& der) {
  return "-----BEGIN CERTIFICATE-----\r\n" + callgate::Base64Encode(der) +
         "\n-----END CERTIFICATE-----\n";
}

void CheckVerdict(const TrustVerdict& verdict, const Chain& chain) {
  if (!verdict.trusted) {
    Require(verdict.entity.empty() && verdict.spiffe_id.empty(), "a refusal has no name");
    Require(verdict.path_spki_sha256.empty(), "a refusal has no path");
    return;
  }
  Require(verdict.entity == "acme" || verdict.entity == "mesh.example", "the entity is known");
  Require(verdict.spiffe_id.empty() || verdict.spiffe_id.starts_with("spiffe://mesh.example/"),
          "a SPIFFE ID is of its trust domain");
  Require((verdict.entity == "mesh.example") == !verdict.spiffe_id.empty(), "an SVID has an ID");
  Require(verdict.valid_until > kNow, "what is trusted is current");
  Require(verdict.path_spki_sha256.size() >= 2, "a path has a leaf and an anchor");
  Require(verdict.path_spki_sha256.back() == verdict.anchor_spki_sha256, "it ends in the anchor");
  Require(!chain.empty(), "there is a leaf");
}

void CheckRevoked(const std::vector<TrustSource>& sources, const Chain& chain,
                  const TrustVerdict& trusted) {
  for (const callgate::Sha256Digest& key : trusted.path_spki_sha256) {
    const std::vector<std::string> revoked = {callgate::base::ToHex(key)};
    const auto snapshot = TrustSnapshot::Load(sources, revoked);
    Require(snapshot.ok(), "what loads also loads with a revoked key");
    const TrustVerdict verdict = Verify(*snapshot, chain);
    Require(!verdict.trusted && verdict.reason == TrustReason::kRevoked, "revoked is revoked");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const bool bundle = input.Below(2) == 1;
  const Chain anchors = Elements(input, input.Below(4));
  const Chain chain = Elements(input, input.Below(10));
  TrustSource source{"source", {}, {}, true};
  (bundle ? source.bundles : source.entities)
      .push_back({bundle ? "mesh.example" : "acme", anchors});
  const std::vector<TrustSource> sources = {source};
  const auto snapshot = TrustSnapshot::Load(sources);
  if (!snapshot) {
    Require(!snapshot.error().message.empty(), "a refusal says why");
    return 0;
  }
  Require(snapshot->anchors().size() <= 64 * anchors.size(), "anchors come from files");
  const TrustVerdict verdict = Verify(*snapshot, chain);
  CheckVerdict(verdict, chain);
  if (!verdict.trusted) return 0;
  CheckRevoked(sources, chain, verdict);

  Chain texts;
  for (const std::string& element : chain) {
    texts.push_back(element.starts_with("0") ? Pem(element) : element);
  }
  Require(Verify(*snapshot, texts).anchor_sha256 == verdict.anchor_sha256, "PEM says the same");

  Chain edited = chain;
  edited[0] = Edited(input, chain[0]);
  if (edited[0] != chain[0] && chain[0].starts_with("0")) {
    Require(!Verify(*snapshot, edited).trusted, "an edited leaf is not trusted");
  }
  return 0;
}
