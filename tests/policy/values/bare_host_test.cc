#include "core/policy/values/bare_host.h"

#include <gtest/gtest.h>

#include <string>

namespace callgate::policy {
namespace {

std::string TextOf(bool is_read, const Domain& domain) {
  if (!is_read) return "none";
  std::string text(domain.host());
  if (domain.address) text = TextOf(*domain.address);
  return domain.port == 0 ? text : text + " " + std::to_string(domain.port);
}

std::string Bare(std::string_view text) {
  Domain domain;
  const bool is_read = ReadBareHost(text, domain);
  return TextOf(is_read, domain);
}

// What the pieces of a word name, one by one.
std::string InWord(std::string_view word) {
  std::string all;
  WordPieces pieces(word);
  for (WordPiece piece; pieces.Next(piece);) {
    Domain domain;
    if (piece.is_url) continue;
    if (ReadIpv6OfPiece(word, piece, domain)) all += TextOf(true, domain) + ";";
    if (ReadHostOfPiece(piece, domain)) all += TextOf(true, domain) + ";";
  }
  return all;
}

TEST(BareHost, IsReadInAnySpelling) {
  EXPECT_EQ(Bare("0xA9FEA9FE"), "169.254.169.254");
  EXPECT_EQ(Bare("169.254.169.254./x"), "169.254.169.254");
  EXPECT_EQ(Bare("10"), "0.0.0.10");
  EXPECT_EQ(Bare("::ffff:1.2.3.4"), "::ffff:102:304");
  EXPECT_EQ(Bare("fe80::1%eth0"), "fe80::1");
  EXPECT_EQ(Bare("[FE80:0::1]:80"), "fe80::1 80");
  EXPECT_EQ(Bare("X.example.:443"), "x.example 443");
  for (const std::string_view text :
       {"", "/x", "12 Main Street", "u@x.example", "[::1", "a..b", "1.2.3.4.5"}) {
    EXPECT_EQ(Bare(text), "none") << text;
  }
}

TEST(BareHost, OfAWordIsItsPieces) {
  EXPECT_EQ(InWord("x.example"), "x.example;");
  EXPECT_EQ(InWord("x.example:8080/y"), "x.example 8080;");
  EXPECT_EQ(InWord("--url=2852039166"), "--url;169.254.169.254;");
  EXPECT_EQ(InWord("root@0251.0376.0251.0376:22"), "root;169.254.169.254 22;");
  EXPECT_EQ(InWord("a/b"), "a;");
  EXPECT_EQ(InWord("/etc/x"), "");
}

TEST(BareHost, OrdinaryNumbersAreNone) {
  for (const std::string_view word :
       {"0", "10", "100", "8080", "65536", "4194304", "16777215", "0x10", "0755", "0.5", "10.5",
        "1.2.3", "10.24.1", "99.1", "2147483647", "4294967295", "0xffffffff", "10.5."}) {
    EXPECT_EQ(InWord(word), "") << word;
  }
  EXPECT_EQ(InWord("16777216"), "1.0.0.0;");
  EXPECT_EQ(InWord("2147483648"), "128.0.0.0;");
  EXPECT_EQ(InWord("127.1"), "127.0.0.1;");
  EXPECT_EQ(InWord("100.64.1"), "100.64.0.1;");
  EXPECT_EQ(InWord("10.1/x"), "10.0.0.1;");
  EXPECT_EQ(InWord("012.1"), "10.0.0.1;");
  EXPECT_EQ(InWord("0xa.1"), "10.0.0.1;");
  EXPECT_EQ(InWord("10.0.0.01"), "10.0.0.1;");
  EXPECT_EQ(InWord("0.0.0.0"), "0.0.0.0;");
}

TEST(BareHost, AnIpv6AddressBeginsWithAPiece) {
  EXPECT_EQ(InWord("::1"), "::1;");
  EXPECT_EQ(InWord("[::1]:80"), "::1 80;");
  EXPECT_EQ(InWord("--host=fd00::1/x"), "--host;fd00::1;fd00;");
  EXPECT_EQ(InWord("1:[::1]:2"), "::1 2;");
  EXPECT_EQ(InWord("host:::1"), "host;");
  EXPECT_EQ(InWord("a.py::b"), "a.py;b;");
  EXPECT_EQ(InWord("[::1"), "");
  EXPECT_EQ(InWord("[" + std::string(200, '0') + "::1]"), "");
}

TEST(BareHost, MetadataByItselfIsAFile) {
  EXPECT_EQ(InWord("metadata"), "");
  EXPECT_EQ(InWord("Metadata/x"), "");
  EXPECT_EQ(InWord("metadata:80"), "metadata 80;");
  EXPECT_EQ(InWord("metadata."), "metadata;");
  EXPECT_EQ(InWord("metadata.example"), "metadata.example;");
}

}  // namespace
}  // namespace callgate::policy
