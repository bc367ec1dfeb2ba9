#include "tests/policy/random_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "tests/support/vectors.h"

namespace callgate::test {
namespace {

std::string Compact(json::Value value) {
  std::string text;
  json::WriteLexical(value, json::KeyOrder::kCodePoint, text);
  return text;
}

RandomCase ReadCase(std::string_view line) {
  const auto document = json::Parse(line);
  if (!document) {
    std::cerr << "a random case is not JSON: " << line << '\n';
    std::exit(1);
  }
  RandomCase one{Compact(*document->root().Find("contexts")), {}, false, false};
  one.has_patterns = one.contexts.find("argument_patterns") != std::string::npos ||
                     one.contexts.find("\"pattern\"") != std::string::npos;
  one.has_declared = one.contexts.find("\"arguments\":{") != std::string::npos;
  for (const json::Value call : document->root().Find("calls")->elements()) {
    RandomCall& read = one.calls.emplace_back();
    auto part = call.elements().begin();
    read.tool = (*part).string();
    for (const json::Member member : (*++part).members()) {
      std::string key;
      json::AppendString(member.key, key);
      read.arguments.emplace_back(std::move(key), Compact(member.value));
    }
  }
  return one;
}

std::vector<RandomCase> ReadCases() {
  const char* const named = std::getenv("CALLGATE_RANDOM_CASES");
  const std::string path = named == nullptr ? CALLGATE_RANDOM_CASES : named;
  std::cout << "cases of " << path << '\n';
  const std::string text = ReadFile(path);
  std::vector<RandomCase> cases;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    cases.push_back(ReadCase(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return cases;
}

}  // namespace

PolicySet RandomCase::Parse() const {
  auto set = PolicySet::Parse(contexts, "generated.json");
  EXPECT_TRUE(set) << set.error().message << " at " << set.error().where << "\n" << contexts;
  return *set;
}

const std::vector<RandomCase>& RandomCases() {
  static const std::vector<RandomCase> cases = ReadCases();
  return cases;
}

std::string Union(const RandomCall& a, const RandomCall& b) {
  std::string json = "{";
  const auto append = [&](const auto& member) {
    if (json.size() > 1) json += ',';
    json += member.first + ':' + member.second;
  };
  for (const auto& member : a.arguments) append(member);
  for (const auto& member : b.arguments) {
    const auto same = [&](const auto& given) { return given.first == member.first; };
    if (std::none_of(a.arguments.begin(), a.arguments.end(), same)) append(member);
  }
  return json + '}';
}

}  // namespace callgate::test
