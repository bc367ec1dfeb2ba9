#include "core/policy/document/form_reader.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::policy {

bool FormReader::Fail(std::uint32_t node, std::string message) {
  fault_ = {document_[node].position, std::move(message)};
  return false;
}

bool FormReader::CheckKeys(std::uint32_t node) {
  std::vector<std::pair<std::string, std::uint32_t>> folded;
  for (std::uint32_t key = node + 1; key < document_[node].end; key = NextMember(key)) {
    if (document_[key].kind != Document::Kind::kString)
      return Fail(key, "expected a string as key");
    folded.emplace_back(FoldKey(document_[key].text), key);
  }
  std::sort(folded.begin(), folded.end());
  std::uint32_t first = kAbsent;
  for (std::size_t i = 1; i < folded.size(); ++i) {
    if (folded[i].first == folded[i - 1].first) first = std::min(first, folded[i].second);
  }
  if (first == kAbsent) return true;
  return Fail(first, "expected a key that no other key of this map equals, whatever its case");
}

bool FormReader::ReadMap(std::uint32_t node, Member* members, std::size_t count,
                         const char* expected) {
  if (document_[node].kind != Document::Kind::kMap) return Fail(node, expected);
  for (std::uint32_t key = node + 1; key < document_[node].end; key = NextMember(key)) {
    // A key that is no string has no name that is known: a number its digits, a boolean its word.
    Member* const end = members + count;
    Member* const member = std::find_if(
        members, end, [&](const Member& known) { return known.name == document_[key].text; });
    if (member == end) {
      std::string message = "expected one of the keys";
      for (const Member* known = members; known != end; ++known) {
        message.append(known == members ? " " : ", ").append(known->name);
      }
      return Fail(key, std::move(message));
    }
    if (member->key != kAbsent) {
      return Fail(key, "expected each key once, found a second " + std::string(member->name));
    }
    member->key = key;
    if (document_[key + 1].kind != Document::Kind::kNull) member->value = key + 1;
  }
  return true;
}

bool FormReader::ReadString(std::uint32_t node, std::string_view& out, const char* expected) {
  if (document_[node].kind != Document::Kind::kString) return Fail(node, expected);
  out = document_[node].text;
  return true;
}

bool FormReader::ReadStrings(std::uint32_t node, std::vector<std::uint32_t>& out,
                             const char* expected) {
  if (document_[node].kind != Document::Kind::kList) return Fail(node, expected);
  for (std::uint32_t i = node + 1; i < document_[node].end; i = document_[i].end) {
    if (document_[i].kind != Document::Kind::kString) return Fail(i, "expected a string");
    if (document_[i].text.empty()) return Fail(i, "expected a string that is not empty");
    out.push_back(i);
  }
  return true;
}

bool FormReader::ReadInteger(std::uint32_t node, std::uint64_t least, std::uint64_t most,
                             std::uint64_t& out, const char* expected) {
  const DocumentNode& number = document_[node];
  constexpr std::size_t kMostDigits = 16;  // of 2^53 - 1
  if (number.kind != Document::Kind::kNumber || number.text.size() > kMostDigits) {
    return Fail(node, expected);
  }
  std::uint64_t value = 0;
  for (const char c : number.text) {
    if (!base::IsAsciiDigit(c)) return Fail(node, expected);
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value < least || value > most) return Fail(node, expected);
  out = value;
  return true;
}

bool FormReader::ReadFlag(std::uint32_t node, bool& out) {
  const Document::Kind kind = document_[node].kind;
  if (kind != Document::Kind::kTrue && kind != Document::Kind::kFalse) {
    return Fail(node, "expected true or false");
  }
  out = kind == Document::Kind::kTrue;
  return true;
}

bool FormReader::ReadKeys(std::uint32_t node, KeyList& keys) {
  std::vector<std::uint32_t> strings;
  if (!ReadStrings(node, strings, "expected a list of argument keys")) return false;
  for (const std::uint32_t i : strings) keys.push_back(FoldKey(document_[i].text));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return true;
}

const ArgumentPattern* FormReader::ReadPattern(std::uint32_t node) {
  std::string_view text;
  if (!ReadString(node, text, "expected an RE2 expression as a string")) return nullptr;
  if (text.empty()) {
    Fail(node, "expected an RE2 expression that is not empty");
    return nullptr;
  }
  auto known = patterns_.find(std::string(text));
  if (known == patterns_.end()) {
    auto compiled = ArgumentPattern::Compile(text, max_regex_memory_);
    if (!compiled) {
      Fail(node, compiled.error().message);
      return nullptr;
    }
    known = patterns_.emplace(std::string(text), std::move(*compiled)).first;
  }
  return &known->second;
}

}  // namespace callgate::policy
