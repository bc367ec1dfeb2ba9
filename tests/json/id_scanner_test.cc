#include <gtest/gtest.h>

#include "callgate/scan.h"
#include "tests/json/random_document.h"

namespace callgate::json {
namespace {

std::string IdIn(std::string_view message, std::size_t chunk) {
  IdScanner scanner;
  for (std::size_t at = 0; at < message.size(); at += chunk) {
    scanner.Feed(message.substr(at, chunk));
  }
  return std::string(scanner.id());
}

// In chunks of every size it is the same.
std::string IdIn(std::string_view message) {
  const std::string whole = IdIn(message, message.size() + 1);
  for (const std::size_t chunk : {1, 2, 3, 7}) EXPECT_EQ(IdIn(message, chunk), whole) << message;
  return whole;
}

TEST(IdScanner, FindsTheIdWhereverItStands) {
  EXPECT_EQ(IdIn(R"({"id":7,"result":{}})"), "7");
  EXPECT_EQ(IdIn(R"({"result":{"id":8},"jsonrpc":"2.0","id":7})"), "7");
  EXPECT_EQ(IdIn("\n{ \"id\" :\t7 , \"x\":1 }"), "7");
  EXPECT_EQ(IdIn(R"({"id":"a-b_c.9"})"), R"("a-b_c.9")");
  EXPECT_EQ(IdIn(R"({"\u0069d":7})"), "7");
  EXPECT_EQ(IdIn("{\"x\":\"" + std::string(100'000, 'y') + "\",\"id\":7}"), "7");
}

TEST(IdScanner, FindsTheIdOfAMessageThatIsCutOrNoJson) {
  EXPECT_EQ(IdIn(R"({"id":7,"result":{"text":"cut)"), "7");
  EXPECT_EQ(IdIn("{\"id\":7,\"result\":\"\xFF\x01\\x\"}"), "7");
  EXPECT_EQ(IdIn(R"({"result":{"a":NaN,},"id":7})"), "7");
}

TEST(IdScanner, FindsNoneThatIsNotTheMessagesOwn) {
  for (const std::string_view message :
       {R"({"result":{"id":7}})", R"({"result":"\",\"id\":7,\""})", R"({"result":["id",7]})",
        R"({"x":"id","y":7})", R"({"id2":7})", R"([{"id":7}])", R"("id":7)", "7", "", "{}",
        R"({"x":1}{"id":7})"}) {
    EXPECT_EQ(IdIn(message), "") << message;
  }
}

TEST(IdScanner, FindsNoneWhereThereIsNoOneId) {
  for (const std::string_view message :
       {R"({"id":7,"id":8})", R"({"id":7,"id":7})", R"({"id":7,"\u0069d":8})", R"({"id":{"id":7}})",
        R"({"id":[7]})", R"({"id":null})", R"({"id":true})", R"({"id":-7})", R"({"id":7.0})",
        R"({"id":1234567890123456789})", R"({"id":""})", R"({"id":"a b"})", R"({"id":"\u0041"})",
        R"({"id":7)", R"({"id":"7)", R"({"id")"}) {
    EXPECT_EQ(IdIn(message), "") << message;
  }
  EXPECT_EQ(IdIn("{\"id\":\"" + std::string(64, 'a') + "\"}"), '"' + std::string(64, 'a') + '"');
  EXPECT_EQ(IdIn("{\"id\":\"" + std::string(65, 'a') + "\"}"), "");
}

TEST(IdScanner, FindsTheIdBesideAnything) {
  RandomDocument random(kRandomSeed);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(IdIn("{\"result\":" + random.Next() + ",\"id\":7,\"z\":" + random.Next() + "}"), "7");
  }
}

}  // namespace
}  // namespace callgate::json
