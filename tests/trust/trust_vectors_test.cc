#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callgate/trust.h"
#include "tests/trust/trust_case.h"

namespace callgate {
namespace {

using test::MaybeText;
using test::Text;
using testing::ElementsAreArray;

const test::TrustVectors& AllVectors() {
  static const test::TrustVectors vectors;
  return vectors;
}

void ExpectTrusted(const TrustVerdict& verdict, json::Value expected) {
  ASSERT_TRUE(verdict.trusted) << TrustReasonName(verdict.reason) << ' ' << verdict.detail;
  EXPECT_EQ(verdict.entity, Text(expected, "entity"));
  EXPECT_EQ(verdict.backend, Text(expected, "backend"));
  EXPECT_EQ(verdict.spiffe_id, MaybeText(expected, "spiffe_id").value_or(""));
  if (const auto anchor = MaybeText(expected, "anchor")) {
    EXPECT_EQ(verdict.anchor_sha256, Sha256(AllVectors().Document(*anchor)));
  }
  if (const auto until = expected.Find("valid_until_ms")) {
    EXPECT_EQ(verdict.valid_until.time_since_epoch().count(), until->integer());
  }
  EXPECT_EQ(verdict.path_spki_sha256.back(), verdict.anchor_spki_sha256);
}

void ExpectRefused(const TrustVerdict& verdict, json::Value expected) {
  ASSERT_FALSE(verdict.trusted);
  EXPECT_EQ(TrustReasonName(verdict.reason), Text(expected, "reason"));
  EXPECT_EQ(verdict.Where(), MaybeText(expected, "where").value_or(verdict.Where()));
  std::vector<std::string> unavailable;
  if (const auto names = expected.Find("unavailable")) {
    for (const json::Value name : names->elements()) unavailable.emplace_back(name.string());
  }
  EXPECT_THAT(verdict.unavailable, ElementsAreArray(unavailable));
  EXPECT_EQ(verdict.entity, "");
  EXPECT_EQ(verdict.spiffe_id, "");
}

TEST(TrustVectors, ChainsGetTheirVerdicts) {
  for (const json::Value chain : AllVectors().chains()) {
    SCOPED_TRACE(Text(chain, "name"));
    const Result<TrustSnapshot> snapshot = AllVectors().Load(chain);
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    const std::vector<std::string> presented = AllVectors().Documents(*chain.Find("chain"));
    const TrustVerdict verdict = snapshot->Verify(test::Views(presented), test::TimeOf(chain));
    const auto trusted = chain.Find("trusted");
    trusted ? ExpectTrusted(verdict, *trusted) : ExpectRefused(verdict, chain);
  }
}

TEST(TrustVectors, AnchorsLoadOrSayWhatIsWrong) {
  for (const json::Value load : AllVectors().loads()) {
    SCOPED_TRACE(Text(load, "name"));
    TrustFault fault;
    const Result<TrustSnapshot> snapshot = AllVectors().Load(load, &fault);
    const auto anchors = load.Find("anchors");
    ASSERT_EQ(snapshot.ok(), anchors.has_value());
    if (anchors) {
      std::vector<Sha256Digest> expected, found;
      for (const std::string& der : AllVectors().Documents(*anchors)) {
        expected.push_back(Sha256(der));
      }
      for (const TrustAnchor& anchor : snapshot->anchors()) found.push_back(anchor.sha256);
      EXPECT_EQ(found, expected);
      continue;
    }
    EXPECT_EQ(TrustReasonName(fault.reason), Text(load, "reason"));
    const auto text_or_nothing = [&](std::string_view key) {
      const auto member = load.Find(key);
      return member->is_null() ? std::string() : std::string(member->string());
    };
    EXPECT_EQ(fault.source, text_or_nothing("source"));
    EXPECT_EQ(fault.entity, text_or_nothing("entity"));
    const auto certificate = load.Find("certificate");
    EXPECT_EQ(fault.certificate, certificate->is_null() ? 0 : certificate->integer().value());
  }
}

// Certificates that the public registry's own tools wrote.
TEST(TrustVectors, CertificatesOfThePublicRegistryGetTheirVerdicts) {
  const std::string folder = "registration/certs/";
  const test::Vectors vectors(folder + "cases.json");
  for (const json::Value registered : vectors.Cases("cases")) {
    SCOPED_TRACE(Text(registered, "name"));
    std::vector<TrustedName> names;
    for (const json::Member& member : registered.Find("anchors")->members()) {
      TrustedName& name = names.emplace_back(TrustedName{std::string(member.key), {}});
      for (const json::Value file : member.value.elements()) {
        name.files.push_back(test::ReadVectorFile(folder + std::string(file.string())));
      }
    }
    TrustSource source{"anchors", {}, {}, true};
    (Text(registered, "backend") == "spiffe" ? source.bundles : source.entities) = names;
    const Result<TrustSnapshot> snapshot = TrustSnapshot::Load({&source, 1});
    ASSERT_TRUE(snapshot) << snapshot.error().message;

    // All cases are judged at the start of December 2026.
    ASSERT_EQ(Text(registered, "at"), "2026-12-01T00:00:00Z");
    const Time now{std::chrono::sys_days{std::chrono::year(2026) / 12 / 1}};
    const std::string chain = test::ReadVectorFile(folder + Text(registered, "chain_file"));
    const std::string_view presented[] = {chain};
    const TrustVerdict verdict = snapshot->Verify(presented, now);
    const json::Value expected = *registered.Find("expected");
    EXPECT_EQ(verdict.trusted, Text(expected, "verdict") == "accept");
    if (verdict.trusted) {
      EXPECT_EQ(verdict.entity, Text(expected, "entity"));
      continue;
    }
    std::vector<std::string_view> right;
    for (const json::Value reason : expected.Find("reasons_ok")->elements()) {
      right.push_back(reason.string());
    }
    EXPECT_THAT(right, testing::Contains(TrustReasonName(verdict.reason)));
  }
}

TEST(TrustVectors, ManyChainsGetTheVerdictsOfEach) {
  const json::Value first = AllVectors().chains().front();
  const Result<TrustSnapshot> snapshot = AllVectors().Load(first);
  ASSERT_TRUE(snapshot);
  std::vector<std::vector<std::string>> kept;
  std::vector<std::vector<std::string_view>> chains;
  for (const json::Value chain : AllVectors().chains()) {
    kept.push_back(AllVectors().Documents(*chain.Find("chain")));
  }
  for (const std::vector<std::string>& chain : kept) chains.push_back(test::Views(chain));
  const Time now = test::TimeOf(first);
  const std::vector<TrustVerdict> verdicts = snapshot->VerifyMany(chains, now);
  ASSERT_EQ(verdicts.size(), chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    const TrustVerdict alone = snapshot->Verify(chains[i], now);
    EXPECT_EQ(verdicts[i].trusted, alone.trusted);
    EXPECT_EQ(verdicts[i].reason, alone.reason);
    EXPECT_EQ(verdicts[i].path_spki_sha256, alone.path_spki_sha256);
  }
}

}  // namespace
}  // namespace callgate
