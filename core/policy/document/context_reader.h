// Document trees to SecurityContexts: every check of a document, and what was expected instead.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/policy/document/document.h"
#include "core/policy/model/context.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

class ContextReader {
 public:
  // `file` is what positions name. `document` must outlive this.
  ContextReader(const Document& document, std::string file, std::int64_t max_regex_memory)
      : document_(document), file_(std::move(file)), max_regex_memory_(max_regex_memory) {}

  // Appends the contexts of all roots. False with fault() when anything is wrong.
  [[nodiscard]] bool Read(std::vector<Context>& contexts);
  const DocumentFault& fault() const noexcept { return fault_; }

 private:
  static constexpr std::uint32_t kAbsent = 0xFFFFFFFF;
  // A known key of a map and where it stands.
  struct Member {
    std::string_view name;
    std::uint32_t key = kAbsent;
    std::uint32_t value = kAbsent;  // absent for a JSON null, too
  };

  bool ReadContext(std::uint32_t node, std::vector<Context>& contexts);
  bool ReadCapability(std::uint32_t node, Capability& capability);
  bool ReadConstraints(const Member* members, Capability& capability);
  bool ReadSubcommands(std::uint32_t node, Capability& capability);
  bool ReadPatterns(std::uint32_t node, Capability& capability);
  bool ReadRate(std::uint32_t node, Capability& capability);
  bool ReadDenyEntry(std::uint32_t node, std::vector<DenyEntry>& entries);
  bool ReadDenyText(std::uint32_t node, std::vector<DenyEntry>& entries);
  bool ReadKeys(std::uint32_t node, KeyList& keys);

  // The basic forms. Each fails at `node` with what was expected.
  bool ReadMap(std::uint32_t node, Member* members, std::size_t count, const char* expected);
  bool CheckKeys(std::uint32_t node);  // strings, none twice, none that fold together
  bool ReadString(std::uint32_t node, std::string_view& out, const char* expected);
  bool ReadStrings(std::uint32_t node, std::vector<std::uint32_t>& out, const char* expected);
  bool ReadInteger(std::uint32_t node, std::uint64_t least, std::uint64_t most, std::uint64_t& out,
                   const char* expected);
  template <typename Entry>
  bool ReadEntries(std::uint32_t node, std::optional<std::vector<Entry>>& out,
                   const char* expected);

  bool Fail(std::uint32_t node, std::string message);
  SourcePosition PositionAt(std::uint32_t node) const;
  // The member after the one whose key is `key`.
  std::uint32_t NextMember(std::uint32_t key) const { return document_[key + 1].end; }

  const Document& document_;
  std::string file_;
  std::int64_t max_regex_memory_;
  DocumentFault fault_;
  std::unordered_map<std::string, ArgumentPattern> patterns_;  // each text is compiled once
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_
