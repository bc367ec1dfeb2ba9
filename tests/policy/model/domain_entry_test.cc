#include "core/policy/model/domain_entry.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

bool Covers(std::string_view entry, std::string_view value,
            bool (DomainEntry::*covers)(const Domain&) const noexcept = &DomainEntry::Matches) {
  const auto parsed = DomainEntry::Parse(entry);
  Domain domain;
  EXPECT_TRUE(parsed) << entry;
  EXPECT_EQ(ParseDomain(value, domain), "") << value;
  return parsed && ((*parsed).*covers)(domain);
}

TEST(DomainEntry, AHostIsExactlyThatHost) {
  EXPECT_TRUE(Covers("github.com", "https://GitHub.com/x"));
  for (const std::string_view other :
       {"https://evilgithub.com", "https://api.github.com", "https://github.com.evil.io"}) {
    EXPECT_FALSE(Covers("github.com", other)) << other;
  }
}

TEST(DomainEntry, AWildcardIsAnyDeeperLabelNeverTheApex) {
  EXPECT_TRUE(Covers("*.wikipedia.org", "en.wikipedia.org"));
  EXPECT_TRUE(Covers("*.wikipedia.org", "a.b.wikipedia.org"));
  EXPECT_FALSE(Covers("*.wikipedia.org", "wikipedia.org"));
  EXPECT_FALSE(Covers("*.wikipedia.org", "evilwikipedia.org"));
  EXPECT_TRUE(Covers("*.wikipedia.org", "wikipedia.org", &DomainEntry::MatchesDenied));
  EXPECT_FALSE(Covers("*.wikipedia.org", "evilwikipedia.org", &DomainEntry::MatchesDenied));
}

TEST(DomainEntry, PortsAreTheDefaultOrExactlyWhatIsWritten) {
  EXPECT_TRUE(Covers("a.b", "https://a.b:443"));
  EXPECT_TRUE(Covers("a.b", "http://a.b:80"));
  EXPECT_FALSE(Covers("a.b", "http://a.b:443"));
  EXPECT_FALSE(Covers("a.b", "https://a.b:8443"));
  EXPECT_FALSE(Covers("a.b", "a.b:443"));
  EXPECT_TRUE(Covers("a.b:443", "https://a.b"));
  EXPECT_TRUE(Covers("a.b:443", "a.b:443"));
  EXPECT_FALSE(Covers("a.b:443", "a.b"));
  EXPECT_TRUE(Covers("a.b", "https://a.b:8443", &DomainEntry::MatchesDenied));
  EXPECT_FALSE(Covers("a.b:80", "https://a.b", &DomainEntry::MatchesDenied));
}

TEST(DomainEntry, WhatIsNoLowerCaseHostIsRefused) {
  for (const std::string_view good : {"localhost", "*.a.b:8080", "10.0.0.1", "a_b.c"}) {
    EXPECT_TRUE(DomainEntry::Parse(good)) << good;
  }
  for (const std::string_view bad :
       {"", "*", "*.", ".com", "a.", "GitHub.com", "https://a.b", "a.b/", "a.b:0",
        "a.b:", "*.1.2.3.4", "*.*.a", "a.*", "[::1]", "1.2.3", "a b", "ä.b"}) {
    EXPECT_FALSE(DomainEntry::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace callgate::policy
