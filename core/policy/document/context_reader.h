// Document trees to SecurityContexts: every check of a document, and what was expected instead.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/policy/document/form_reader.h"
#include "core/policy/model/constraint.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The constraints in the order of their table, then what may only stand on the capability itself.
using CapabilityMembers = std::array<Member, kConstraints + 3>;

class ContextReader {
 public:
  // `file` is what positions name. `document` must outlive this.
  ContextReader(const Document& document, std::string file, std::int64_t max_regex_memory)
      : forms_(document, max_regex_memory), file_(std::move(file)) {}

  // Appends the contexts of all roots. False with fault() when anything is wrong.
  [[nodiscard]] bool Read(std::vector<Context>& contexts);
  const DocumentFault& fault() const noexcept { return forms_.fault(); }

 private:
  bool ReadContext(std::uint32_t node, std::vector<Context>& contexts);
  bool ReadCapability(std::uint32_t node, Capability& capability);
  bool ReadToolPatterns(std::uint32_t node, ToolPatterns& patterns);
  bool ReadToolPattern(std::uint32_t node, std::optional<ToolPattern>& pattern);
  bool CheckBesideArguments(const CapabilityMembers& members);
  bool ReadDenyEntry(std::uint32_t node, std::vector<DenyEntry>& entries);
  bool ReadDenyText(std::uint32_t node, std::vector<DenyEntry>& entries);
  bool ReadAcknowledged(const Member& member, Acknowledgements& out);
  SourcePosition PositionAt(std::uint32_t node) const;

  FormReader forms_;
  std::string file_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_
