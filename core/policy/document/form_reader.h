// The forms that everything in a policy document is made of: maps, strings, lists, numbers, keys.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_FORM_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_FORM_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/nearest.h"
#include "core/policy/document/document.h"
#include "core/policy/document/schema_scope.h"
#include "core/policy/model/argument_pattern.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

inline constexpr std::uint32_t kAbsent = 0xFFFFFFFF;

// Faults that are reported of what is loaded at once.
inline constexpr std::size_t kMostFaults = 100;

// A known key of a map and where it stands. A misspelt key stands for the one that was meant, so
// that what is wrong below it is found too.
struct Member {
  std::string_view name;
  std::uint32_t key = kAbsent;
  std::uint32_t value = kAbsent;  // absent for a JSON null, too
};

// Whatever reads a form returns false where it is not the one. Every fault is kept, so a reader
// goes on with what does not rest on the part that failed; what was read counts only where there is
// no fault in the end.
class FormReader {
 public:
  // `document` must outlive this.
  FormReader(const Document& document, std::int64_t max_regex_memory)
      : document_(document), max_regex_memory_(max_regex_memory) {}

  const Document& document() const noexcept { return document_; }
  const DocumentNode& operator[](std::uint32_t node) const noexcept { return document_[node]; }
  // Of the member whose key is `key`. A key may be a list or map, which is refused.
  std::uint32_t ValueOf(std::uint32_t key) const { return document_[key].end; }
  // The key of the member after it.
  std::uint32_t NextMember(std::uint32_t key) const { return document_[ValueOf(key)].end; }

  // True for a map, whatever keys it has: `rule` is that of an unknown one, and `instead` may know
  // what to write for it; else it returns null.
  bool ReadMap(std::uint32_t node, Member* members, std::size_t count, const char* expected,
               std::string_view rule = "doc.unknown-key",
               const char* (*instead)(std::string_view key) = nullptr);
  bool CheckKeys(std::uint32_t node);  // of a map: strings, none twice, none that fold together
  bool ReadString(std::uint32_t node, std::string_view& out, const char* expected);
  // The nodes of those elements of a list that are strings and not empty. False where it is no list
  // or has others.
  bool ReadStrings(std::uint32_t node, std::vector<std::uint32_t>& out, const char* expected);
  // `rule` is that of a number out of bounds.
  bool ReadInteger(std::uint32_t node, std::uint64_t least, std::uint64_t most, std::uint64_t& out,
                   std::string_view rule, const char* expected);
  bool ReadFlag(std::uint32_t node, bool& out);  // true or false
  bool ReadKeys(std::uint32_t node, KeyList& keys);
  // Nullptr where it is none. Lives as long as this; each text is compiled once.
  const ArgumentPattern* ReadPattern(std::uint32_t node);

  // Of the context that is being read.
  SchemaScope& scope() noexcept { return scope_; }

  // Keeps the fault. Always false.
  bool Fail(std::uint32_t node, std::string_view rule, std::string message);
  // "; did you mean NAME?" for the name that is nearest to `text`, or nothing. `name_of` gives the
  // name of each of `all`.
  template <typename All, typename NameOf>
  std::string Question(std::string_view text, const All& all, NameOf name_of) const {
    if (faults_.size() == kMostFaults) return {};  // more would not be read
    base::Nearest nearest(text);
    for (const auto& one : all) nearest.Offer(name_of(one));
    return nearest.Question();
  }
  // In the order in which they were met; no more than kMostFaults.
  const std::vector<DocumentFault>& faults() const noexcept { return faults_; }

 private:
  const Document& document_;
  std::int64_t max_regex_memory_;
  std::vector<DocumentFault> faults_;
  SchemaScope scope_;
  std::unordered_map<std::string, ArgumentPattern> patterns_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_FORM_READER_H_
