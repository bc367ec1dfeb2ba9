// Reads tests/vectors/*.json, the facts that every language runs (formats:
// tests/vectors/README.md).
#ifndef CALLGATE_TESTS_SUPPORT_VECTORS_H_
#define CALLGATE_TESTS_SUPPORT_VECTORS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/json.h"

namespace callgate::test {

// One vector file. A file that is missing or malformed ends the test program with a message.
class Vectors {
 public:
  explicit Vectors(std::string_view file);  // e.g. "keys.json"
  json::Value root() const { return document_.root(); }
  // The elements of the top-level list of that name; never empty. They live as long as this, so a
  // temporary, which a range-based for would end before its first round, is refused.
  std::vector<json::Value> Cases(std::string_view list) const&;
  std::vector<json::Value> Cases(std::string_view list) && = delete;

 private:
  json::Document document_;
};

// Members of a case. Those that are required end the test program when they are missing.
std::string Text(json::Value object, std::string_view key);
std::optional<std::string> MaybeText(json::Value object, std::string_view key);
std::string HexBytes(json::Value object, std::string_view key);
bool Flag(json::Value object, std::string_view key);  // false when absent

std::string FromHex(std::string_view hex);
std::string ToHex(std::string_view bytes);

// The text of a file; the test program ends when it cannot be read.
std::string ReadFile(const std::string& path);
// The text of a file below tests/vectors/.
std::string ReadVectorFile(std::string_view file);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_SUPPORT_VECTORS_H_
