#include "core/policy/counterexample/shorter_calls.h"

#include <utility>

#include "core/policy/counterexample/candidate_values.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxShorter = 64;
constexpr std::size_t kMaxParts = 64;  // members or elements, of what is taken apart

std::string Text(json::Value value) {
  std::string text;
  json::WriteLexical(value, json::KeyOrder::kCodePoint, text);
  return text;
}

std::vector<std::string> OfObject(json::Value value) {
  Fragment members;
  for (const json::Member member : value.members()) {
    members.emplace_back(std::string(member.key), Text(member.value));
  }
  std::vector<std::string> shorter;
  for (std::size_t i = 0; i < members.size(); ++i) {
    Fragment left = members;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
    shorter.push_back(JsonObject(left));
  }
  std::size_t i = 0;
  for (const json::Member member : value.members()) {
    for (std::string& part : ShorterOf(member.value)) {
      Fragment changed = members;
      changed[i].second = std::move(part);
      shorter.push_back(JsonObject(changed));
    }
    ++i;
  }
  return shorter;
}

std::vector<std::string> OfList(json::Value value) {
  JsonTexts elements;
  for (const json::Value element : value.elements()) elements.push_back(Text(element));
  std::vector<std::string> shorter;
  for (std::size_t i = 0; elements.size() > 1 && i < elements.size(); ++i) {
    shorter.push_back(JsonList({elements[i]}));
  }
  for (std::size_t i = 0; elements.size() != 2 && i < elements.size(); ++i) {
    JsonTexts left = elements;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
    shorter.push_back(JsonList(left));
  }
  std::size_t i = 0;
  for (const json::Value element : value.elements()) {
    for (std::string& part : ShorterOf(element)) {
      JsonTexts changed = elements;
      changed[i] = std::move(part);
      shorter.push_back(JsonList(changed));
    }
    ++i;
  }
  return shorter;
}

}  // namespace

std::vector<std::string> ShorterOf(json::Value value) {
  if ((!value.is_object() && !value.is_array()) || value.size() > kMaxParts) return {};
  std::vector<std::string> shorter = value.is_object() ? OfObject(value) : OfList(value);
  if (shorter.size() > kMaxShorter) shorter.resize(kMaxShorter);
  return shorter;
}

}  // namespace callgate::policy
