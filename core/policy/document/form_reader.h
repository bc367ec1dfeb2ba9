// The forms that everything in a policy document is made of: maps, strings, lists, numbers, keys.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_FORM_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_FORM_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/policy/document/document.h"
#include "core/policy/document/schema_scope.h"
#include "core/policy/model/argument_pattern.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

inline constexpr std::uint32_t kAbsent = 0xFFFFFFFF;

// A known key of a map and where it stands.
struct Member {
  std::string_view name;
  std::uint32_t key = kAbsent;
  std::uint32_t value = kAbsent;  // absent for a JSON null, too
};

// Whatever reads a form returns false where it is not the one, and fault() then says what was
// expected, at `node` or below.
class FormReader {
 public:
  // `document` must outlive this.
  FormReader(const Document& document, std::int64_t max_regex_memory)
      : document_(document), max_regex_memory_(max_regex_memory) {}

  const Document& document() const noexcept { return document_; }
  const DocumentNode& operator[](std::uint32_t node) const noexcept { return document_[node]; }
  // The key of the member after the one whose key is `key`.
  std::uint32_t NextMember(std::uint32_t key) const { return document_[key + 1].end; }

  bool ReadMap(std::uint32_t node, Member* members, std::size_t count, const char* expected);
  bool CheckKeys(std::uint32_t node);  // of a map: strings, none twice, none that fold together
  bool ReadString(std::uint32_t node, std::string_view& out, const char* expected);
  // The nodes of a list of strings that are not empty.
  bool ReadStrings(std::uint32_t node, std::vector<std::uint32_t>& out, const char* expected);
  bool ReadInteger(std::uint32_t node, std::uint64_t least, std::uint64_t most, std::uint64_t& out,
                   const char* expected);
  bool ReadFlag(std::uint32_t node, bool& out);  // true or false
  bool ReadKeys(std::uint32_t node, KeyList& keys);
  // Nullptr where it is none. Lives as long as this; each text is compiled once.
  const ArgumentPattern* ReadPattern(std::uint32_t node);

  // Of the context that is being read.
  SchemaScope& scope() noexcept { return scope_; }

  // Always false.
  bool Fail(std::uint32_t node, std::string message);
  const DocumentFault& fault() const noexcept { return fault_; }

 private:
  const Document& document_;
  std::int64_t max_regex_memory_;
  DocumentFault fault_;
  SchemaScope scope_;
  std::unordered_map<std::string, ArgumentPattern> patterns_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_FORM_READER_H_
