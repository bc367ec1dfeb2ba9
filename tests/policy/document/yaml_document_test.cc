#include <gtest/gtest.h>

#include "core/policy/document/read_policy.h"

namespace callgate::policy {
namespace {

bool Loads(const std::string& text) {
  std::vector<Context> contexts;
  return ReadPolicy(text, "test.yaml", Limits{}, contexts).ok();
}

TEST(YamlDocument, HoldsNoControlCharactersButTabsAndEndsOfLines) {
  EXPECT_TRUE(Loads("name: n # a\tb\ncapabilities: []\n"));
  EXPECT_TRUE(Loads("name: n\r\ncapabilities: []\r\n"));
  for (const char c : {'\x01', '\v', '\f', '\x1F', '\x7F'}) {
    EXPECT_FALSE(Loads(std::string("name: n # a") + c + "b\ncapabilities: []\n")) << int{c};
  }
}

}  // namespace
}  // namespace callgate::policy
