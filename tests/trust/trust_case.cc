#include "tests/trust/trust_case.h"

#include <cstdlib>
#include <iostream>

#include "callgate/crypto.h"

namespace callgate::test {

TrustVectors::TrustVectors() : vectors_("trust.json") {
  for (const json::Member& member : vectors_.root().Find("certificates")->members()) {
    documents_.emplace(member.key, Base64Decode(member.value.string()).value());
  }
  for (const json::Member& member : vectors_.root().Find("texts")->members()) {
    documents_.emplace(member.key, member.value.string());
  }
}

const std::string& TrustVectors::Document(std::string_view name) const {
  const auto found = documents_.find(name);
  if (found == documents_.end()) {
    std::cerr << "trust.json has no document " << name << std::endl;
    std::abort();
  }
  return found->second;
}

std::vector<std::string> TrustVectors::Documents(json::Value names) const {
  std::vector<std::string> documents;
  for (const json::Value name : names.elements()) documents.push_back(Document(name.string()));
  return documents;
}

std::vector<TrustedName> TrustVectors::Named(json::Value source, std::string_view kind) const {
  std::vector<TrustedName> named;
  const auto names = source.Find(kind);
  if (!names) return named;
  for (const json::Member& member : names->members()) {
    named.push_back({std::string(member.key), Documents(member.value)});
  }
  return named;
}

Result<TrustSnapshot> TrustVectors::Load(json::Value trust_case, TrustFault* fault) const {
  std::vector<TrustSource> sources;
  for (const json::Value source : trust_case.Find("sources")->elements()) {
    const auto available = source.Find("available");
    sources.push_back({Text(source, "name"), Named(source, "entities"), Named(source, "bundles"),
                       !available || available->boolean()});
  }
  std::vector<std::string> revoked;
  if (const auto elements = trust_case.Find("revoked")) {
    for (const json::Value element : elements->elements()) {
      const auto document = documents_.find(element.string());
      revoked.push_back(document == documents_.end() ? std::string(element.string())
                                                     : document->second);
    }
  }
  TrustOptions options;
  if (const auto given = trust_case.Find("options")) {
    if (const auto skew = given->Find("not_before_skew")) {
      options.not_before_skew = std::chrono::seconds(skew->integer().value());
    }
    options.require_eku = Flag(*given, "require_eku");
    options.accept_any_eku = Flag(*given, "accept_any_eku");
  }
  return TrustSnapshot::Load(sources, revoked, options, fault);
}

Time TimeOf(json::Value trust_case) {
  return Time(std::chrono::milliseconds(trust_case.Find("at_ms")->integer().value()));
}

std::vector<std::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace callgate::test
