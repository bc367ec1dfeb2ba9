#include "core/policy/evaluate/arguments.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

json::Document Parse(std::string_view text) {
  Result<json::Document> document = json::Parse(text);
  EXPECT_TRUE(document) << text;
  return std::move(document).value();
}

TEST(Arguments, ListElementsStandUnderTheNearestKey) {
  const json::Document document = Parse(R"({"a":[["x"],{"Path":"y"}],"b":1})");
  const Arguments arguments(document.root());
  ASSERT_EQ(arguments.size(), 6u);
  EXPECT_EQ(arguments[2].key, "a");
  EXPECT_FALSE(arguments[2].is_member);
  EXPECT_EQ(arguments[0].end, 5u);
  EXPECT_EQ(arguments[4].key, "Path");
  EXPECT_EQ(arguments[4].folded, "path");
  EXPECT_EQ(arguments[4].classes, kPathKey);
  EXPECT_EQ(arguments[4].parent, 3u);
  EXPECT_EQ(arguments[5].parent, kNoItem);
}

TEST(Arguments, ASourceIsAPathKeyBesideAnother) {
  const auto is_path = [](std::string_view text, std::uint32_t item) {
    const json::Document document = Parse(text);
    return (Arguments(document.root())[item].classes & kPathKey) != 0;
  };
  // Members are in the order of their keys.
  EXPECT_TRUE(is_path(R"({"source":"a","zip_file":"b"})", 0));
  EXPECT_TRUE(is_path(R"({"Source":"a","path":"b"})", 0));
  EXPECT_TRUE(is_path(R"({"path":"b","source":"a"})", 1));
  EXPECT_TRUE(is_path(R"({"path":"b","source":[{"x":1},["a"]]})", 5)) << "an element of a list";
  EXPECT_FALSE(is_path(R"({"path":"b","source":[{"x":1},["a"]]})", 3)) << "has its own key";
  EXPECT_FALSE(is_path(R"({"source":"a","sources":"b"})", 0));
  EXPECT_FALSE(is_path(R"({"path":null,"source":"a"})", 1));
  EXPECT_FALSE(is_path(R"({"o":{"path":"b"},"source":"a"})", 2));
  EXPECT_FALSE(is_path(R"({"o":{"source":"a"},"path":"b"})", 1));
}

TEST(Arguments, TwinsAreFoundAtAnyDepthAndOnlyWithinOneObject) {
  for (const std::string_view text :
       {R"({"path":1,"Path":2})", R"({"Path":1,"b":2,"path":3})",
        R"({"a":[{"b":{"url":1,"urL":2}}]})", R"({"host":1,"hoſt":2})"}) {
    const json::Document document = Parse(text);
    EXPECT_NE(Arguments(document.root()).twin(), kNoItem) << text;
  }
  for (const std::string_view text :
       {R"({"a":{"path":1},"b":{"Path":1}})", R"({"path":1,"paths":2,"Pat":3})", "{}"}) {
    const json::Document document = Parse(text);
    EXPECT_EQ(Arguments(document.root()).twin(), kNoItem) << text;
  }
}

TEST(Arguments, TheSecondOfTwinsIsTheLaterOne) {
  std::string text = "{";
  for (int i = 0; i < 40; ++i) text += "\"K" + std::to_string(i) + "\":0,";
  const json::Document document = Parse(text + R"("Path":1,"PATH":2,"path":3,"patH":4})");
  const Arguments arguments(document.root());
  ASSERT_NE(arguments.twin(), kNoItem);
  EXPECT_EQ(arguments[arguments.twin()].key, "Path");  // members are sorted: PATH, Path, patH, path
}

TEST(Arguments, ManyMembersSpillWithoutLoss) {
  std::string text = "{";
  for (int i = 0; i < 500; ++i)
    text += "\"Key" + std::to_string(i) + "\":[" + std::to_string(i) + "],";
  const json::Document document = Parse(text + "\"last\":0}");
  const Arguments arguments(document.root());
  ASSERT_EQ(arguments.size(), 1001u);
  EXPECT_EQ(arguments[1000].key, "last");
  for (std::uint32_t i = 0; i < 1000; i += 2) {
    EXPECT_EQ(arguments[i].end, i + 2);
    EXPECT_EQ("K" + std::string(arguments[i].folded.substr(1)), arguments[i].key);
  }
}

TEST(Arguments, PointersAreEscapedAndCutAtACharacter) {
  const json::Document document = Parse(R"({"a/b~":[0,{"x":1}]})");
  const Arguments arguments(document.root());
  EXPECT_EQ(arguments.PointerTo(3), "/a~1b~0/1/x");
  EXPECT_EQ(arguments.PointerTo(kNoItem), "");
  std::string key;
  while (key.size() < 300) key += "\u20AC";
  const json::Document longer = Parse("{\"" + key + "\":1}");
  const std::string pointer = Arguments(longer.root()).PointerTo(0);
  EXPECT_LE(pointer.size(), 128u);
  EXPECT_TRUE(json::IsValidUtf8(pointer));
}

}  // namespace
}  // namespace callgate::policy
