#include "core/policy/values/uri.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(Uri, HasASchemeAndMayHaveAnAuthority) {
  Uri uri;
  EXPECT_EQ(JudgeUri("docs://host:1/a/b?c#d", uri), "");
  EXPECT_EQ(uri.scheme, "docs");
  EXPECT_TRUE(uri.has_authority);
  EXPECT_EQ(uri.authority, "host:1");
  EXPECT_EQ(uri.path, "/a/b");
  EXPECT_EQ(JudgeUri("urn:isbn:1", uri), "");
  EXPECT_FALSE(uri.has_authority);
  EXPECT_EQ(uri.path, "isbn:1");
}

TEST(Uri, WhatHasSeveralSpellingsIsRefused) {
  for (const std::string_view good :
       {"file:///workspace/a", "file:/workspace/a", "docs://x/a%20b", "memo:a..b", "x:/a/...",
        "x:", "x://[2001:db8::1]/a", "x://u@h/a", "mailto:a@b.example", "x:a?b/../c", "x:?.."}) {
    Uri uri;
    EXPECT_EQ(JudgeUri(good, uri), "") << good;
  }
  for (const std::string_view bad :
       {"",        "a",           "/a",          "1x:a",          "x:/a/../b",   "x:/a/.",
        "x:..",    "x:/%2e%2e/a", "x:/a%2Fb",    "x:/a%5cb",      "x:/%61",      "x:/%7E",
        "x:/a\\b", "x:/a b",      "x:/a\tb",     "x:/\x7F",       "x:/\xC3\xA4", "x:/%",
        "x:/%4",   "x:/%zz",      "x:/a%00",     "x:/a%0A",       "x:/a#b#c",    "x:/<a>",
        "x:/a[b]", "x://[::1",    "x://a[::1]/", "file://host/a", "FILE://h/a",  "x:/a?b c",
        "x:/a#%2e"}) {
    Uri uri;
    EXPECT_EQ(JudgeUri(bad, uri), "kind.uri-form") << bad;
  }
}

TEST(Uri, ADenyEntrySeesThePathOfAFileDecoded) {
  const std::pair<std::string_view, std::string_view> paths[] = {
      {"file:///etc/passwd", "/etc/passwd"},
      {"FILE:///%65tc%2Fpasswd?x", "/etc/passwd"},
      {"file://host/etc", "/etc"},
      {"file:/a%5Cb", "/a/b"}};
  for (const auto& [value, expected] : paths) {
    Uri uri;
    PathBuffer buffer;
    std::string_view path;
    ASSERT_TRUE(SplitUri(value, uri));
    ASSERT_TRUE(ReadFilePath(uri, buffer, path)) << value;
    EXPECT_EQ(path, expected);
  }
  Uri uri;
  PathBuffer buffer;
  std::string_view path;
  ASSERT_TRUE(SplitUri("docs:///etc", uri));
  EXPECT_FALSE(ReadFilePath(uri, buffer, path));
}

}  // namespace
}  // namespace callgate::policy
