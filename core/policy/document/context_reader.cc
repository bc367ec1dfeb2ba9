#include "core/policy/document/context_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include "core/base/ascii.h"
#include "core/policy/document/acknowledgements.h"
#include "core/policy/document/constraint_table.h"
#include "core/policy/document/deny_list_reader.h"
#include "core/policy/document/schema_reader.h"
#include "core/policy/document/tool_pattern_reader.h"

namespace callgate::policy {
namespace {

// ^[a-z][a-z0-9-]{0,127}$
bool IsContextName(std::string_view name) noexcept {
  if (name.empty() || name.size() > 128 || !base::IsAsciiLower(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return base::IsAsciiLower(c) || base::IsAsciiDigit(c) || c == '-';
  });
}

constexpr ConstraintSet kBesideArguments{Constraint::kArguments, Constraint::kOtherArguments,
                                         Constraint::kRateLimit, Constraint::kMaxResponseSize};

const CapabilityMembers& MembersOfCapability() {
  static const CapabilityMembers members = [] {
    CapabilityMembers all;
    for (std::size_t i = 0; i < kConstraints; ++i) {
      all[i].name = NameOf(kConstraintTable[i].constraint);
    }
    all[kConstraints].name = "tool_pattern";
    all[kConstraints + 1].name = "constraints";
    all[kConstraints + 2].name = "acknowledge";
    return all;
  }();
  return members;
}

}  // namespace

SourcePosition ContextReader::PositionAt(std::uint32_t node) const {
  const Position position = forms_[node].position;
  return {file_, position.line, position.column};
}

void ContextReader::ReadAcknowledged(const Member& member, Acknowledgements& out) {
  if (member.value == kAbsent) return;
  if (!ReadAcknowledgements(forms_, member.value, file_, out)) is_refused_ = true;
}

bool ContextReader::Read(std::vector<Context>& contexts) {
  for (std::uint32_t root = 0; root < forms_.document().size(); root = forms_[root].end) {
    const DocumentNode& document = forms_[root];
    const bool is_list = document.kind == Document::Kind::kList;
    if (document.kind == Document::Kind::kNull || (is_list && document.end == root + 1)) {
      forms_.Fail(root, "doc.empty", "expected at least one context");
    } else if (!is_list) {
      ReadContext(root, contexts.emplace_back());
    } else {
      for (std::uint32_t i = root + 1; i < document.end; i = forms_[i].end) {
        ReadContext(i, contexts.emplace_back());
      }
    }
  }
  return !is_refused_ && faults().empty();
}

void ContextReader::ReadContext(std::uint32_t node, Context& context) {
  Member members[] = {{"name"},         {"description"}, {"definitions"},
                      {"capabilities"}, {"deny_list"},   {"acknowledge"}};
  const auto& [name, description, definitions, capabilities, deny_list, acknowledge] = members;
  if (!forms_.ReadMap(node, members, std::size(members),
                      "expected a context: a map with name and capabilities")) {
    return;
  }
  if (name.value == kAbsent) {
    forms_.Fail(node, "doc.required-name", "expected the key name");
  } else {
    ReadName(name.value, context);
  }
  if (capabilities.value == kAbsent) {
    forms_.Fail(node, "doc.required-capabilities", "expected the key capabilities");
  }
  std::string_view text;
  if (description.value != kAbsent &&
      forms_.ReadString(description.value, text, "expected a string")) {
    context.description = text;
  }
  ReadAcknowledged(acknowledge, context.acknowledged);
  forms_.scope() = {};
  if (definitions.value != kAbsent && !ReadDefinitions(forms_, definitions.value, context)) {
    is_refused_ = true;
  }
  if (capabilities.value != kAbsent) ReadCapabilities(capabilities.value, context);
  if (deny_list.value != kAbsent &&
      !ReadDenyList(forms_, deny_list.value, file_, context.deny_list)) {
    is_refused_ = true;
  }
}

void ContextReader::ReadName(std::uint32_t node, Context& context) {
  constexpr const char* kName =
      "expected a name: a lower-case letter, then at most 127 lower-case letters, digits and -";
  context.position = PositionAt(node);
  std::string_view text;
  if (!forms_.ReadString(node, text, kName)) return;
  if (!IsContextName(text)) {
    forms_.Fail(node, "doc.name", kName);
  } else if (!names_.insert(std::string(text)).second) {
    forms_.Fail(node, "doc.duplicate-name",
                "expected a name that no other context has, found a second " + std::string(text));
  }
  context.name = text;
}

void ContextReader::ReadCapabilities(std::uint32_t node, Context& context) {
  const DocumentNode& list = forms_[node];
  if (list.kind != Document::Kind::kList) {
    forms_.Fail(node, "doc.wrong-type", "expected a list of capabilities");
    return;
  }
  std::unordered_map<std::string, std::uint32_t> nth;
  for (std::uint32_t i = node + 1; i < list.end; i = forms_[i].end) {
    if (forms_[i].kind == Document::Kind::kNull) {
      forms_.Fail(i, "doc.no-null-in-list", "expected a capability");
      continue;
    }
    Capability& capability = context.capabilities.emplace_back();
    ReadCapability(i, capability);
    capability.nth = nth[capability.tool_pattern.text]++;
  }
}

void ContextReader::ReadCapability(std::uint32_t node, Capability& capability) {
  CapabilityMembers members = MembersOfCapability();
  const Member& tool_pattern = members[kConstraints];
  const Member& constraints = members[kConstraints + 1];

  if (!forms_.ReadMap(node, members.data(), members.size(),
                      "expected a capability: a map with tool_pattern")) {
    return;
  }
  if (tool_pattern.value == kAbsent) {
    forms_.Fail(node, "doc.required-tool-pattern", "expected the key tool_pattern");
  } else {
    ReadToolPatterns(forms_, tool_pattern.value, capability.tool_pattern);
  }
  capability.position = PositionAt(node);
  ReadAcknowledged(members[kConstraints + 2], capability.acknowledged);

  if (constraints.value != kAbsent) {
    std::array<Member, kConstraints> nested;
    std::copy_n(MembersOfCapability().begin(), kConstraints, nested.begin());
    forms_.ReadMap(constraints.value, nested.data(), nested.size(),
                   "expected a map of constraints");
    for (std::size_t i = 0; i < kConstraints; ++i) {
      if (nested[i].value == kAbsent) continue;
      if (members[i].value != kAbsent) {
        forms_.Fail(std::max(members[i].key, nested[i].key), "doc.both-places",
                    "expected each constraint once, in constraints or on the capability");
      } else {
        members[i] = nested[i];
      }
    }
  }
  for (std::size_t i = 0; i < kConstraints; ++i) {
    const std::uint32_t value = members[i].value;
    if (value == kAbsent) continue;
    if (!kConstraintTable[i].read(forms_, value, capability)) is_refused_ = true;
  }
  if (capability.arguments) CheckBesideArguments(members);
}

void ContextReader::CheckBesideArguments(const CapabilityMembers& members) {
  for (std::size_t i = 0; i < kConstraints; ++i) {
    const Constraint constraint = kConstraintTable[i].constraint;
    if (members[i].value == kAbsent || kBesideArguments.Holds(constraint)) continue;
    forms_.Fail(members[i].key, "args.alone",
                "expected only other_arguments, rate_limit and max_response_size in a "
                "capability with arguments");
  }
}

}  // namespace callgate::policy
