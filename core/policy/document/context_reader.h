// Document trees to SecurityContexts: every check of a document, and what was expected instead.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <set>
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
  // `file` is what positions name. `names` are those that contexts have so far. Both, and
  // `document`, must outlive this.
  ContextReader(const Document& document, std::string file, std::int64_t max_regex_memory,
                std::set<std::string, std::less<>>& names)
      : forms_(document, max_regex_memory), file_(std::move(file)), names_(names) {}

  // Appends the contexts of all roots. Where it returns false they mean nothing.
  [[nodiscard]] bool Read(std::vector<Context>& contexts);
  const std::vector<DocumentFault>& faults() const noexcept { return forms_.faults(); }

 private:
  void ReadContext(std::uint32_t node, Context& context);
  void ReadName(std::uint32_t node, Context& context);
  void ReadCapabilities(std::uint32_t node, Context& context);
  void ReadCapability(std::uint32_t node, Capability& capability);
  void CheckBesideArguments(const CapabilityMembers& members);
  void ReadAcknowledged(const Member& member, Acknowledgements& out);
  SourcePosition PositionAt(std::uint32_t node) const;

  FormReader forms_;
  std::string file_;
  bool is_refused_ = false;
  std::set<std::string, std::less<>>& names_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_CONTEXT_READER_H_
