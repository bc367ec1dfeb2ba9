#include "core/policy/version_pairs.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/policy/json_edit.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kTools = "tool_pattern";

std::string ToolsOf(const std::string& capability) {
  const auto parsed = json::Parse(capability, kCanonicalLimits);
  const auto tools = parsed ? parsed->root().Find(kTools) : std::nullopt;
  return tools ? TextOf(*tools) : std::string();
}

std::string RestOf(const std::string& capability) {
  const auto parsed = json::Parse(capability, kCanonicalLimits);
  const JsonPath path = {std::string(kTools)};
  return parsed ? WithReplaced(parsed->root(), path, std::nullopt) : std::string();
}

const std::string& WholeOf(const std::string& text) { return text; }

// Pairs what has the same key on both sides, in order, and takes it from the two lists.
template <typename KeyOf>
std::vector<Pair> TakeSame(const std::vector<std::string>& before,
                           const std::vector<std::string>& after, std::vector<std::size_t>& olds,
                           std::vector<std::size_t>& news, KeyOf&& key_of) {
  std::unordered_map<std::string, std::vector<std::size_t>> by_key;
  for (auto i = news.rbegin(); i != news.rend(); ++i) by_key[key_of(after[*i])].push_back(*i);
  std::vector<Pair> pairs;
  std::vector<std::size_t> left;
  for (const std::size_t i : olds) {
    const auto same = by_key.find(key_of(before[i]));
    if (same == by_key.end() || same->second.empty()) {
      left.push_back(i);
      continue;
    }
    pairs.push_back({i, same->second.back()});
    same->second.pop_back();
  }
  olds = std::move(left);
  news.clear();
  for (const auto& [key, positions] : by_key) {
    news.insert(news.end(), positions.begin(), positions.end());
  }
  std::sort(news.begin(), news.end());
  return pairs;
}

std::vector<std::size_t> Positions0To(std::size_t size) {
  std::vector<std::size_t> positions(size);
  for (std::size_t i = 0; i < size; ++i) positions[i] = i;
  return positions;
}

void AppendAlone(std::vector<Pair>& pairs, const std::vector<std::size_t>& olds,
                 const std::vector<std::size_t>& news) {
  for (const std::size_t i : olds) pairs.push_back({i, std::nullopt});
  for (const std::size_t i : news) pairs.push_back({std::nullopt, i});
}

}  // namespace

std::vector<Pair> PairCapabilities(const std::vector<std::string>& before,
                                   const std::vector<std::string>& after) {
  std::vector<std::size_t> olds = Positions0To(before.size());
  std::vector<std::size_t> news = Positions0To(after.size());
  (void)TakeSame(before, after, olds, news, WholeOf);
  std::vector<Pair> pairs = TakeSame(before, after, olds, news, ToolsOf);
  for (const Pair& pair : TakeSame(before, after, olds, news, RestOf)) pairs.push_back(pair);
  AppendAlone(pairs, olds, news);
  return pairs;
}

std::vector<Pair> PairEntries(const std::vector<std::string>& before,
                              const std::vector<std::string>& after) {
  std::vector<std::size_t> olds = Positions0To(before.size());
  std::vector<std::size_t> news = Positions0To(after.size());
  (void)TakeSame(before, after, olds, news, WholeOf);
  std::vector<Pair> pairs;
  AppendAlone(pairs, olds, news);
  return pairs;
}

}  // namespace callgate::policy
