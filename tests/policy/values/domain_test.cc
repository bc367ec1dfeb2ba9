#include "core/policy/values/domain.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(Domain, NamesTheHostAndPortOfUrlsAndBareHosts) {
  struct Case {
    std::string_view value, host;
    int port, default_port;
  };
  for (const Case& expected :
       {Case{"https://API.GitHub.com./x?y#z", "api.github.com", 443, 443},
        Case{"HTTP://a.b:8080", "a.b", 8080, 80}, Case{"wss://a.b?x@y", "a.b", 443, 443},
        Case{"ws://a_b/", "a_b", 80, 80}, Case{"a.b", "a.b", 0, 0}, Case{"a.b:443", "a.b", 443, 0},
        Case{"http://127.0.0.1", "127.0.0.1", 80, 80},
        Case{"https://evil.com#github.com", "evil.com", 443, 443}}) {
    Domain domain;
    EXPECT_EQ(ParseDomain(expected.value, domain), "") << expected.value;
    EXPECT_EQ(domain.host(), expected.host);
    EXPECT_EQ(domain.port, expected.port) << expected.value;
    EXPECT_EQ(domain.default_port, expected.default_port);
  }
}

TEST(Domain, WhatClientsReadDifferentlyIsRefusedByItsRule) {
  const std::pair<std::string, std::string_view> refused[] = {
      {"", "domain.empty-host"},
      {"https://", "domain.empty-host"},
      {"https:///evil.com", "domain.empty-host"},
      {"https://.", "domain.empty-host"},
      {"https://github.com@evil.com/", "domain.userinfo"},
      {"https://a:b@evil.com/", "domain.userinfo"},
      {"https://evil.com\\@github.com/", "domain.anywhere"},
      {"https://github.com/ x", "domain.anywhere"},
      {"https://github.com/\u3000x", "domain.anywhere"},
      {"ht\ntps://github.com", "domain.anywhere"},
      {"ftp://github.com", "domain.url-scheme"},
      {"file:///etc/passwd", "domain.url-scheme"},
      {"https:evil.com", "domain.port"},
      {"//github.com", "domain.host-label"},
      {"github.com/x", "domain.host-label"},
      {"https://g\u0131thub.com", "domain.authority"},
      {"https://git%68ub.com", "domain.authority"},
      {"https://a..b", "domain.host-label"},
      {"https://" + std::string(64, 'a') + ".b", "domain.host-label"},
      {"https://" + std::string(300, 'a'), "domain.host-length"},
      {"http://127.1/", "domain.host-numeric"},
      {"http://2130706433/", "domain.host-numeric"},
      {"http://0177.0.0.1/", "domain.host-numeric"},
      {"http://256.0.0.1/", "domain.host-numeric"},
      {"http://a.0.0.1/", "domain.host-numeric"},
      {"http://127.0.0.4294967297/", "domain.host-numeric"},
      {"http://[::1]/", "domain.ipv6"},
      {"https://a.b:0", "domain.port"},
      {"https://a.b:", "domain.port"},
      {"https://a.b:65536", "domain.port"},
      {"https://a.b:65979", "domain.port"},  // 443 in 16 bits
      {"https://a.b:080", "domain.port"},
  };
  for (const auto& [value, rule] : refused) {
    Domain domain;
    EXPECT_EQ(ParseDomain(value, domain), rule) << value;
  }
}

TEST(Domain, AQuadIsFourNumbersInTheirOneSpelling) {
  for (const std::string_view quad : {"0.0.0.0", "127.0.0.1", "255.255.255.255"}) {
    EXPECT_TRUE(IsDottedQuad(quad)) << quad;
  }
  for (const std::string_view text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3",
                                      "1.2.3.04", "1.2.3.256", "1.2.3.a", "1.2.3.4294967297"}) {
    EXPECT_FALSE(IsDottedQuad(text)) << text;
  }
}

TEST(Domain, TheLongestHostIsAllowedAndOneMoreIsNot) {
  std::string host;
  while (host.size() < 250) host += "a.";
  host += "abc";
  ASSERT_EQ(host.size(), 253u);
  EXPECT_TRUE(IsHost(host));
  EXPECT_FALSE(IsHost(host + "d"));
}

TEST(Domain, TheValueRuleTakesWhatClientsTakeForUrls) {
  for (const std::string_view value :
       {"https://x", "gopher://x", "http:x", "HTTPS:x", "//x", "\\\\x", "  //x", "a+b.c-1://x"}) {
    EXPECT_TRUE(LooksLikeUrl(value)) << value;
  }
  for (const std::string_view value : {"", "x", "x.y", "mailto:a@b", "1://x", "/x", "a:/b"}) {
    EXPECT_FALSE(LooksLikeUrl(value)) << value;
  }
}

}  // namespace
}  // namespace callgate::policy
