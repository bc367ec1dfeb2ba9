#include "core/json/object_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace callgate::json {
namespace {

TEST(ObjectWriter, WritesEachKindOfMember) {
  std::string out;
  ObjectWriter object(out);
  object.Flag("flag", true);
  object.Integer("integer", -7);
  object.Null("null");
  object.Raw("raw") += "[1.0]";
  object.Text("text", "a\nb");
  object.End();
  EXPECT_EQ(out, R"({"flag":true,"integer":-7,"null":null,"raw":[1.0],"text":"a\nb"})");
}

TEST(ObjectWriter, AnObjectWithoutMembers) {
  std::string out;
  ObjectWriter(out).End();
  EXPECT_EQ(out, "{}");
}

TEST(ObjectWriter, AppendsToWhatIsThere) {
  std::string out = "[";
  ObjectWriter object(out);
  ObjectWriter inner(object.Raw("inner"));
  inner.Integer("a", std::numeric_limits<std::int64_t>::min());
  inner.End();
  object.Integer("last", 1);
  object.End();
  EXPECT_EQ(out, R"([{"inner":{"a":-9223372036854775808},"last":1})");
}

TEST(ObjectWriter, KeysAreEscaped) {
  std::string out;
  ObjectWriter object(out);
  object.Integer("", 0);
  object.Integer("\"\\\n", 1);
  object.Integer("\xC3\xA9", 2);
  object.End();
  EXPECT_EQ(out, "{\"\":0,\"\\\"\\\\\\n\":1,\"\xC3\xA9\":2}");
}

TEST(WriteList, SeparatesWhatEachElementWrites) {
  std::string out;
  const auto write = [&](int number) { out += std::to_string(number); };
  WriteList(std::vector<int>{}, out, write);
  WriteList(std::vector<int>{1}, out, write);
  WriteList(std::vector<int>{1, 2, 3}, out, write);
  EXPECT_EQ(out, "[][1][1,2,3]");
}

}  // namespace
}  // namespace callgate::json
