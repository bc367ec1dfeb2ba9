#include "core/policy/document/form_reader.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/shown.h"

namespace callgate::policy {

namespace {

// What stands at a node, for messages.
std::string FoundAt(const DocumentNode& node) {
  switch (node.kind) {
    case DocumentNode::Kind::kNull:
      return "null";
    case DocumentNode::Kind::kTrue:
      return "true";
    case DocumentNode::Kind::kFalse:
      return "false";
    case DocumentNode::Kind::kNumber:
    case DocumentNode::Kind::kString:
      return base::Shown(node.text);
    case DocumentNode::Kind::kList:
    case DocumentNode::Kind::kMap:
      return {};
  }
  return {};
}

}  // namespace

bool FormReader::Fail(std::uint32_t node, std::string_view rule, std::string message) {
  if (faults_.size() < kMostFaults) {
    faults_.push_back(
        {document_[node].position, std::move(message), rule, FoundAt(document_[node])});
  }
  return false;
}

bool FormReader::CheckKeys(std::uint32_t node) {
  bool ok = true;
  std::vector<std::pair<std::string, std::uint32_t>> folded;
  for (std::uint32_t key = node + 1; key < document_[node].end; key = NextMember(key)) {
    if (document_[key].kind != Document::Kind::kString) {
      ok = Fail(key, "doc.string-key", "expected a string as key");
    } else {
      folded.emplace_back(FoldKey(document_[key].text), key);
    }
  }
  std::sort(folded.begin(), folded.end());
  for (std::size_t i = 1; i < folded.size(); ++i) {
    if (folded[i].first != folded[i - 1].first) continue;
    const bool same = document_[folded[i].second].text == document_[folded[i - 1].second].text;
    ok = Fail(folded[i].second, same ? "doc.duplicate-key" : "doc.folded-key",
              "expected a key that no other key of this map equals, whatever its case");
  }
  return ok;
}

bool FormReader::ReadMap(std::uint32_t node, Member* members, std::size_t count,
                         const char* expected, std::string_view rule,
                         const char* (*instead)(std::string_view key)) {
  if (document_[node].kind != Document::Kind::kMap) return Fail(node, "doc.wrong-type", expected);
  Member* const end = members + count;
  const auto named = [&](std::string_view name) {
    return std::find_if(members, end, [&](const Member& known) { return known.name == name; });
  };
  const auto take = [&](Member& member, std::uint32_t key) {
    member.key = key;
    if (document_[ValueOf(key)].kind != Document::Kind::kNull) member.value = ValueOf(key);
  };
  std::vector<std::uint32_t> unknown;
  for (std::uint32_t key = node + 1; key < document_[node].end; key = NextMember(key)) {
    // A key that is no string has no name that is known: a number its digits, a boolean its word.
    Member* const member = named(document_[key].text);
    if (member == end) {
      unknown.push_back(key);
    } else if (member->key != kAbsent) {
      Fail(key, "doc.duplicate-key",
           "expected each key once, found a second " + std::string(member->name));
    } else {
      take(*member, key);
    }
  }
  for (const std::uint32_t key : unknown) {
    const bool is_string = document_[key].kind == Document::Kind::kString;
    if (const char* const known = instead != nullptr ? instead(document_[key].text) : nullptr) {
      Fail(key, rule, known);
      continue;
    }
    std::string message = "expected one of the keys";
    base::Nearest nearest(document_[key].text);
    for (const Member* known = members; known != end; ++known) {
      message.append(known == members ? " " : ", ").append(known->name);
      if (known->key == kAbsent) nearest.Offer(known->name);
    }
    Fail(key, is_string ? rule : "doc.string-key", message + nearest.Question());
    if (!nearest.name().empty()) take(*named(nearest.name()), key);
  }
  return true;
}

bool FormReader::ReadString(std::uint32_t node, std::string_view& out, const char* expected) {
  if (document_[node].kind != Document::Kind::kString) {
    return Fail(node, "doc.wrong-type", expected);
  }
  out = document_[node].text;
  return true;
}

bool FormReader::ReadStrings(std::uint32_t node, std::vector<std::uint32_t>& out,
                             const char* expected) {
  if (document_[node].kind != Document::Kind::kList) return Fail(node, "doc.wrong-type", expected);
  bool ok = true;
  for (std::uint32_t i = node + 1; i < document_[node].end; i = document_[i].end) {
    if (document_[i].kind == Document::Kind::kNull) {
      ok = Fail(i, "doc.no-null-in-list", "expected a string");
    } else if (document_[i].kind != Document::Kind::kString) {
      ok = Fail(i, "doc.wrong-type", "expected a string");
    } else if (document_[i].text.empty()) {
      ok = Fail(i, "doc.no-empty-string-in-list", "expected a string that is not empty");
    } else {
      out.push_back(i);
    }
  }
  return ok;
}

bool FormReader::ReadInteger(std::uint32_t node, std::uint64_t least, std::uint64_t most,
                             std::uint64_t& out, std::string_view rule, const char* expected) {
  const DocumentNode& number = document_[node];
  constexpr std::size_t kMostDigits = 16;  // of 2^53 - 1
  if (number.kind != Document::Kind::kNumber) return Fail(node, "doc.wrong-type", expected);
  const std::string_view magnitude = number.text.substr(number.text.starts_with('-') ? 1 : 0);
  if (!std::ranges::all_of(magnitude, base::IsAsciiDigit)) {
    return Fail(node, "doc.integer", expected);
  }
  if (magnitude.size() != number.text.size() || number.text.size() > kMostDigits)
    return Fail(node, rule, expected);
  std::uint64_t value = 0;
  for (const char c : number.text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  if (value < least || value > most) return Fail(node, rule, expected);
  out = value;
  return true;
}

bool FormReader::ReadFlag(std::uint32_t node, bool& out) {
  const Document::Kind kind = document_[node].kind;
  if (kind != Document::Kind::kTrue && kind != Document::Kind::kFalse) {
    return Fail(node, "doc.wrong-type", "expected true or false");
  }
  out = kind == Document::Kind::kTrue;
  return true;
}

bool FormReader::ReadKeys(std::uint32_t node, KeyList& keys) {
  std::vector<std::uint32_t> strings;
  const bool ok = ReadStrings(node, strings, "expected a list of argument keys");
  for (const std::uint32_t i : strings) keys.push_back(FoldKey(document_[i].text));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return ok;
}

const ArgumentPattern* FormReader::ReadPattern(std::uint32_t node) {
  std::string_view text;
  if (!ReadString(node, text, "expected an RE2 expression as a string")) return nullptr;
  if (text.empty()) {
    Fail(node, "doc.empty-pattern", "expected an RE2 expression that is not empty");
    return nullptr;
  }
  auto known = patterns_.find(std::string(text));
  if (known == patterns_.end()) {
    auto compiled = ArgumentPattern::Compile(text, max_regex_memory_);
    if (!compiled) {
      Fail(node, "pattern.bad", compiled.error().message);
      return nullptr;
    }
    known = patterns_.emplace(std::string(text), std::move(*compiled)).first;
  }
  return &known->second;
}

}  // namespace callgate::policy
