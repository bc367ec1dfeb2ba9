// Chains that were changed: never trusted as anything but what they were, and never a crash.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "callgate/trust.h"
#include "tests/trust/trust_case.h"

namespace callgate {
namespace {

using Chain = std::vector<std::string>;

class MutatedChains : public testing::Test {
 protected:
  // Runs `check` on each case of a chain in DER.
  template <typename Check>
  void ForEachCase(Check check, std::set<std::int64_t> but_rows = {}) {
    for (const json::Value chain : vectors_.chains()) {
      if (but_rows.contains(chain.Find("row")->integer().value())) continue;
      SCOPED_TRACE(test::Text(chain, "name"));
      const Result<TrustSnapshot> snapshot = vectors_.Load(chain);
      ASSERT_TRUE(snapshot);
      const Chain presented = vectors_.Documents(*chain.Find("chain"));
      const bool in_der = std::all_of(presented.begin(), presented.end(), [](const auto& element) {
        return element.size() > 2 && element[0] == '0' && element.size() < 4096;
      });
      if (!presented.empty() && in_der) check(*snapshot, presented, test::TimeOf(chain));
    }
  }

  static TrustVerdict Verify(const TrustSnapshot& snapshot, const Chain& chain, Time now) {
    return snapshot.Verify(test::Views(chain), now);
  }

  test::TrustVectors vectors_;
  std::mt19937 random_{20260201};
};

TEST_F(MutatedChains, AFlippedBitOfTheLeafIsNeverTrusted) {
  ForEachCase([&](const TrustSnapshot& snapshot, const Chain& chain, Time now) {
    for (int round = 0; round < 8; ++round) {
      Chain changed = chain;
      const std::size_t byte = random_() % changed[0].size();
      changed[0][byte] ^= static_cast<char>(1U << random_() % 8);
      EXPECT_FALSE(Verify(snapshot, changed, now).trusted) << "byte " << byte;
    }
  });
}

// But where another path, or a revoked certificate that no path needs, is presented too: a client
// may as well leave those out. These are rows 32, 34 and 56.
TEST_F(MutatedChains, AFlippedBitAboveTheLeafChangesNoIdentity) {
  ForEachCase(
      [&](const TrustSnapshot& snapshot, const Chain& chain, Time now) {
        const TrustVerdict before = Verify(snapshot, chain, now);
        for (std::size_t element = 1; element < chain.size(); ++element) {
          Chain changed = chain;
          changed[element][random_() % changed[element].size()] ^= 0x10;
          const TrustVerdict after = Verify(snapshot, changed, now);
          if (after.trusted) {
            EXPECT_TRUE(before.trusted);
            EXPECT_EQ(after.entity, before.entity);
          }
        }
      },
      {32, 34, 56});
}

TEST_F(MutatedChains, ACutOffElementIsMalformed) {
  ForEachCase([&](const TrustSnapshot& snapshot, const Chain& chain, Time now) {
    if (chain.size() > kMaxChainCertificates) return;
    Chain changed = chain;
    std::string& element = changed[random_() % changed.size()];
    element.resize(random_() % element.size());
    EXPECT_EQ(Verify(snapshot, changed, now).reason, TrustReason::kMalformed);
  });
}

TEST_F(MutatedChains, TheOrderAboveTheLeafDecidesNothing) {
  ForEachCase([&](const TrustSnapshot& snapshot, const Chain& chain, Time now) {
    const TrustVerdict before = Verify(snapshot, chain, now);
    Chain changed = chain;
    std::reverse(changed.begin() + 1, changed.end());
    const TrustVerdict after = Verify(snapshot, changed, now);
    EXPECT_EQ(after.trusted, before.trusted);
    EXPECT_EQ(after.entity, before.entity);
  });
}

TEST_F(MutatedChains, AnIntermediateInFrontOfTheLeafIsNeverTrusted) {
  ForEachCase([&](const TrustSnapshot& snapshot, const Chain& chain, Time now) {
    if (chain.size() < 2 || !Verify(snapshot, chain, now).trusted) return;
    Chain changed = chain;
    std::swap(changed[0], changed[1]);
    EXPECT_FALSE(Verify(snapshot, changed, now).trusted);
  });
}

}  // namespace
}  // namespace callgate
