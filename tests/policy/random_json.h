// JSON of what was drawn.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_JSON_H_
#define CALLGATE_TESTS_POLICY_RANDOM_JSON_H_

#include <string>
#include <utility>
#include <vector>

#include "callgate/json.h"
#include "tests/policy/random_atoms.h"

namespace callgate::test {

inline std::string Quoted(const std::string& text) {
  std::string json;
  json::AppendString(text, json);
  return json;
}

inline std::string List(const Strings& values) {
  std::string json = "[";
  for (const std::string& value : values) json += (json.size() > 1 ? "," : "") + Quoted(value);
  return json + "]";
}

using Members = std::vector<std::pair<std::string, std::string>>;  // key, JSON

inline void Put(Members& members, const std::string& key, std::string value) {
  for (auto& [present, text] : members) {
    if (present == key) {
      text = std::move(value);
      return;
    }
  }
  members.emplace_back(key, std::move(value));
}

inline std::string Object(const Members& members) {
  std::string json = "{";
  for (const auto& [key, value] : members) {
    json += (json.size() > 1 ? "," : "") + Quoted(key) + ":" + value;
  }
  return json + "}";
}

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_JSON_H_
