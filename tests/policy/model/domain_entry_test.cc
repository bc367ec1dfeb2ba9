#include "core/policy/model/domain_entry.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

bool Covers(std::string_view entry, std::string_view value,
            bool (DomainEntry::*covers)(const Domain&) const noexcept = &DomainEntry::Matches) {
  const bool denies = covers == &DomainEntry::MatchesDenied;
  const auto parsed = denies ? DomainEntry::ParseDenied(entry) : DomainEntry::ParseAllowed(entry);
  Domain domain;
  EXPECT_TRUE(parsed) << entry;
  // A deny entry sees every spelling.
  if (denies) {
    EXPECT_TRUE(ReadHost(value, domain)) << value;
  } else {
    EXPECT_EQ(ParseDomain(value, domain), "") << value;
  }
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

TEST(DomainEntry, WhatIsNoHostAddressOrBlockIsRefused) {
  for (const std::string_view good :
       {"localhost", "*.a.b:8080", "10.0.0.1", "a_b.c", "[2001:db8::1]", "[2001:db8::1]:443",
        "10.0.0.0/8", "2001:db8::/32", "::/0", "1e100.net", "a.0x.b"}) {
    EXPECT_TRUE(DomainEntry::ParseAllowed(good)) << good;
    EXPECT_TRUE(DomainEntry::ParseDenied(good)) << good;
  }
  for (const std::string_view bad : {"",
                                     "*.",
                                     ".com",
                                     "a.",
                                     "GitHub.com",
                                     "https://a.b",
                                     "a.b/",
                                     "a.b:0",
                                     "a.b:",
                                     "*.1.2.3.4",
                                     "*.*.a",
                                     "a.*",
                                     "1.2.3",
                                     "a b",
                                     "ä.b",
                                     "0xA9FEA9FE",
                                     "a.0x1f",
                                     "169.254.0xfe",
                                     "::1",
                                     "[::1",
                                     "[2001:DB8::1]",
                                     "[::ffff:1.2.3.4]",
                                     "[::ffff:102:304]",
                                     "10.0.0.1/8",
                                     "10.0.0.0/33",
                                     "10.0.0.0/8:80",
                                     "[::]/0",
                                     "2001:db8:0::/32",
                                     "private:80",
                                     "[2002:102:304::1]"}) {
    EXPECT_FALSE(DomainEntry::ParseAllowed(bad)) << bad;
    EXPECT_FALSE(DomainEntry::ParseDenied(bad)) << bad;
  }
}

TEST(DomainEntry, AStarIsOfAllowlistsAndAWordOfDenyLists) {
  EXPECT_TRUE(DomainEntry::ParseAllowed("*"));
  EXPECT_TRUE(DomainEntry::ParseAllowed("*:8443"));
  EXPECT_FALSE(DomainEntry::ParseDenied("*"));
  for (const std::string_view word :
       {"loopback", "private", "link-local", "multicast", "metadata", "not-global"}) {
    EXPECT_TRUE(DomainEntry::ParseDenied(word)) << word;
    EXPECT_FALSE(DomainEntry::ParseAllowed(word)) << word;
  }
  EXPECT_TRUE(DomainEntry::ParseAllowed("*.private")) << "names below one of that name";
  EXPECT_FALSE(DomainEntry::ParseAllowed("64:ff9b::/96")) << "no value may be written so";
  EXPECT_TRUE(DomainEntry::ParseDenied("64:ff9b::/96"));
}

TEST(DomainEntry, AnyHostIsEveryNameAndCanonicalAddress) {
  for (const std::string_view value : {"a.b", "https://a.b", "http://10.0.0.1", "[2001:db8::1]"}) {
    EXPECT_TRUE(Covers("*", value)) << value;
  }
  EXPECT_FALSE(Covers("*", "https://a.b:8443"));
  EXPECT_TRUE(Covers("*:8443", "https://a.b:8443"));
}

TEST(DomainEntry, ABlockHoldsAddressesInEverySpellingForADenyList) {
  EXPECT_TRUE(Covers("10.0.0.0/8", "http://10.1.2.3/"));
  EXPECT_FALSE(Covers("10.0.0.0/8", "http://11.0.0.0/"));
  EXPECT_FALSE(Covers("10.0.0.0/8", "http://10.1.2.3:81/"));
  EXPECT_TRUE(Covers("2001:db8::/32", "https://[2001:db8::7]:443/"));
  for (const std::string_view value :
       {"http://10.1.2.3:81/", "10.66051", "0x0A010203", "012.1.0x2.3", "10.1.2.3.",
        "[::ffff:10.1.2.3]", "[::10.1.2.3]", "[64:ff9b::a01:203]", "[2002:a01:203::9]",
        "http://[::FFFF:A01:203%25eth0]/"}) {
    EXPECT_TRUE(Covers("10.0.0.0/8", value, &DomainEntry::MatchesDenied)) << value;
    EXPECT_TRUE(Covers("private", value, &DomainEntry::MatchesDenied)) << value;
    EXPECT_FALSE(Covers("11.0.0.0/8", value, &DomainEntry::MatchesDenied)) << value;
    EXPECT_FALSE(Covers("loopback", value, &DomainEntry::MatchesDenied)) << value;
  }
  EXPECT_TRUE(Covers("2002::/16", "[2002:a01:203::9]", &DomainEntry::MatchesDenied));
  EXPECT_FALSE(Covers("::/0", "10.1.2.3", &DomainEntry::MatchesDenied));
}

TEST(DomainEntry, WordsStandForAddressesAndNames) {
  const std::pair<std::string_view, std::string_view> covered[] = {
      {"loopback", "localhost"},
      {"loopback", "a.LOCALHOST."},
      {"loopback", "0.0.0.0"},
      {"loopback", "[::]"},
      {"loopback", "[::1]"},
      {"loopback", "127.1"},
      {"private", "192.168.0.1"},
      {"private", "100.64.0.1"},
      {"private", "[fd00::1]"},
      {"link-local", "169.254.1.1"},
      {"link-local", "[fe80::1%eth0]"},
      {"multicast", "[ff02::1]"},
      {"multicast", "239.1.1.1"},
      {"metadata", "169.254.169.254"},
      {"metadata", "100.100.100.200"},
      {"metadata", "168.63.129.16"},
      {"metadata", "[fd00:ec2::254]"},
      {"metadata", "http://Metadata.Google.Internal./x"},
      {"not-global", "localhost"},
      {"not-global", "168.63.129.16"},
      {"not-global", "198.51.100.1"},
      {"not-global", "[2001:db8::1]"},
      {"not-global", "255.255.255.255"},
      {"not-global", "[4000::1]"},
      {"not-global", "[::ffff:0:808:808]"},
      {"not-global", "[64:ff9b::a00:1]"},
      {"metadata", "[fd00:ec2::23]"},
      {"metadata", "metadata"}};
  for (const auto& [word, value] : covered) {
    EXPECT_TRUE(Covers(word, value, &DomainEntry::MatchesDenied)) << word << " " << value;
  }
  const std::pair<std::string_view, std::string_view> others[] = {
      {"loopback", "notlocalhost"},
      {"loopback", "localhost.example"},
      {"loopback", "128.0.0.1"},
      {"private", "172.32.0.1"},
      {"private", "100.128.0.1"},
      {"link-local", "169.255.0.1"},
      {"metadata", "169.254.169.253"},
      {"metadata", "metadata.google.internal.example"},
      {"not-global", "8.8.8.8"},
      {"not-global", "1e100.net"},
      {"not-global", "[2606:4700::1111]"},
      {"not-global", "192.0.0.9"},
      {"not-global", "[64:ff9b::808:808]"},
      {"metadata", "x.metadata.goog"}};
  for (const auto& [word, value] : others) {
    EXPECT_FALSE(Covers(word, value, &DomainEntry::MatchesDenied)) << word << " " << value;
  }
}

TEST(DomainEntry, WhatIsNearlyAWordIsNoEntryOfADenyList) {
  const std::pair<std::string_view, std::string_view> slips[] = {
      {"link_local", "link-local"}, {"linklocal", "link-local"}, {"Link-Local", "link-local"},
      {"notglobal", "not-global"},  {"privat", "private"},       {"metadatas", "metadata"},
      {"loopbakc", "loopback"},     {"multi-cast", "multicast"}};
  for (const auto& [slip, word] : slips) {
    EXPECT_FALSE(DomainEntry::ParseDenied(slip)) << slip;
    EXPECT_EQ(MeantAddressWord(slip), word) << slip;
  }
  EXPECT_TRUE(DomainEntry::ParseAllowed("link_local")) << "no word stands there";
  for (const std::string_view host : {"private-registry", "localhost", "metadata2", "primate",
                                      "link", "local", "meta-data.example", "private.example"}) {
    EXPECT_TRUE(DomainEntry::ParseDenied(host)) << host;
  }
}

}  // namespace
}  // namespace callgate::policy
