#include "core/policy/lint/public_suffix.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(PublicSuffix, TopLevelsButReservedOnesAreOpen) {
  for (const char* host : {"com", "org", "dev", "uk", "madeup"}) {
    EXPECT_TRUE(IsOpenToAnyone(host)) << host;
  }
  for (const char* host : {"internal", "local", "localhost", "test", "example", "invalid"}) {
    EXPECT_FALSE(IsOpenToAnyone(host)) << host;
  }
}

TEST(PublicSuffix, SecondLevelsOfCountriesAreOpen) {
  for (const char* host : {"co.uk", "com.au", "ac.jp", "org.br", "gov.uk", "anything.ck"}) {
    EXPECT_TRUE(IsOpenToAnyone(host)) << host;
  }
  for (const char* host : {"bbc.co.uk", "co.de", "com.uk.example", "wikipedia.org", "co.org"}) {
    EXPECT_FALSE(IsOpenToAnyone(host)) << host;
  }
}

TEST(PublicSuffix, NamesOfProvidersAndWhatIsAboveThemAreOpen) {
  for (const char* host : {"github.io", "pages.dev", "s3.amazonaws.com", "amazonaws.com"}) {
    EXPECT_TRUE(IsOpenToAnyone(host)) << host;
  }
  for (const char* host : {"acme.github.io", "github.com", "xgithub.io", "aws.com"}) {
    EXPECT_FALSE(IsOpenToAnyone(host)) << host;
  }
}

}  // namespace
}  // namespace callgate::policy
