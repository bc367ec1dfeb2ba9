#include "core/policy/evaluate/schema_check.h"

#include <algorithm>

#include "core/policy/evaluate/schema_value.h"

namespace callgate::policy {
namespace {

using Members = std::vector<DeclaredMember>;

// A fault and its place in the call; kNoItem: the arguments as a whole.
struct PlacedFault : StagedFault {
  std::uint32_t item = kNoItem;
};

// Of faults that are met in the order of the call, the one of the earliest stage.
class EarliestFault {
 public:
  // True when none can come earlier.
  bool Add(const PlacedFault& fault) noexcept {
    if (fault && (!earliest_ || fault.stage < earliest_.stage)) earliest_ = fault;
    return earliest_ && earliest_.stage == Stage::kMembers;
  }
  const PlacedFault& earliest() const noexcept { return earliest_; }

 private:
  PlacedFault earliest_;
};

// What an object declares of its members.
struct ObjectSchema {
  const Members& properties;
  const Schema* additional;
  const Schema* names;  // of additional members; null: any
};

bool IsPrototypeKey(std::string_view key) noexcept {
  return key == "__proto__" || key == "constructor" || key == "prototype";
}

bool IsNamed(const Schema* names, std::string_view key) {
  if (names == nullptr || !names->constants) return false;
  return std::any_of(names->constants->begin(), names->constants->end(), [key](const auto& name) {
    const auto* text = std::get_if<std::string>(&name);
    return text != nullptr && *text == key;
  });
}

const CommandKind* CommandOf(const Schema& schema) noexcept {
  return std::get_if<CommandKind>(&schema.kind);
}

// The member whose command `key` continues; null without.
const DeclaredMember* ContinuedBy(const Members& members, std::string_view key) noexcept {
  for (const DeclaredMember& member : members) {
    const CommandKind* const command = CommandOf(*member.schema);
    if (command != nullptr && !command->args.empty() && command->args == key) return &member;
  }
  return nullptr;
}

// Judges every item by what declares it. Each pair of an item and a place in the schemas is met
// once, and calls nest as deep as schemas do.
class Walk {
 public:
  explicit Walk(const Arguments& arguments) noexcept : arguments_(arguments), bases_(arguments) {}

  // `object` is kNoItem for the arguments themselves.
  PlacedFault JudgeMembers(const ObjectSchema& schema, std::uint32_t object) {
    const std::uint32_t first = object == kNoItem ? 0 : object + 1;
    const std::uint32_t end = object == kNoItem ? arguments_.size() : arguments_[object].end;
    EarliestFault earliest;
    bool is_missing = false;
    auto next = schema.properties.begin();  // these and the members of objects are sorted alike
    for (std::uint32_t i = first; i < end; i = arguments_[i].end) {
      const std::string_view key = arguments_[i].key;
      for (; next != schema.properties.end() && next->name < key; ++next) {
        is_missing = is_missing || !next->optional;
      }
      const bool is_listed = next != schema.properties.end() && next->name == key;
      if (earliest.Add(is_listed ? Judge(*next->schema, i, first, end)
                                 : JudgeUnlisted(schema, i, first, end))) {
        return earliest.earliest();
      }
      if (is_listed) ++next;
    }
    for (; next != schema.properties.end(); ++next) is_missing = is_missing || !next->optional;
    if (is_missing) earliest.Add({{"args.missing", Stage::kMembers}, object});
    return earliest.earliest();
  }

 private:
  // [first, end) are the members of the object that holds the item; empty in a list.
  PlacedFault Judge(const Schema& schema, std::uint32_t i, std::uint32_t first, std::uint32_t end) {
    const json::Value value = arguments_[i].value;
    if (schema.any || (value.is_null() && schema.nullable)) return {};
    if (!schema.any_of.empty()) {
      return FurthestOf(schema.any_of,
                        [&](const Schema& branch) { return Judge(branch, i, i, i); });
    }
    if (const CommandKind* const command = CommandOf(schema);
        command != nullptr && (value.is_string() || value.is_array())) {
      return JudgeCommand(schema, *command, i, first, end);
    }
    if (value.is_array() && (schema.types & kArrayType) != 0) return JudgeList(schema, i);
    if (value.is_object() && (schema.types & kObjectType) != 0) return JudgeObject(schema, i);
    return {JudgeScalar(schema, Scalar::Of(value), bases_), i};
  }

  PlacedFault JudgeUnlisted(const ObjectSchema& schema, std::uint32_t i, std::uint32_t first,
                            std::uint32_t end) {
    const std::string_view key = arguments_[i].key;
    if (IsPrototypeKey(key) && !IsNamed(schema.names, key)) {
      return {{"args.prototype", Stage::kMembers}, i};
    }
    if (const DeclaredMember* const command = ContinuedBy(schema.properties, key)) {
      if (arguments_[i].value.is_null()) return {{"args.null", Stage::kMembers}, i};
      const std::uint32_t continued = MemberOf(command->name, first, end);
      // Without its command nothing judges it; else the command does.
      if (continued != kNoItem && !arguments_[continued].value.is_null()) return {};
      return {{"operand.args", Stage::kMembers}, i};
    }
    if (schema.additional == nullptr ||
        (schema.names != nullptr && JudgeString(*schema.names, key, bases_))) {
      return {{"args.undeclared", Stage::kMembers}, i};
    }
    return Judge(*schema.additional, i, i, i);
  }

  PlacedFault JudgeObject(const Schema& schema, std::uint32_t i) {
    EarliestFault earliest;
    if (schema.max_properties && arguments_[i].value.size() > *schema.max_properties) {
      earliest.Add({{"schema.additional", Stage::kValues}, i});
    }
    earliest.Add(
        JudgeMembers({schema.properties, schema.additional.get(), schema.property_names.get()}, i));
    return earliest.earliest();
  }

  PlacedFault JudgeList(const Schema& schema, std::uint32_t i) {
    if (schema.items == nullptr) return {{"schema.items", Stage::kValues}, i};
    EarliestFault earliest;
    const std::size_t size = arguments_[i].value.size();
    if (size < schema.min_items.value_or(0) || size > schema.max_items.value_or(size)) {
      earliest.Add({{"schema.items", Stage::kValues}, i});
    } else if (schema.unique_items && HoldsEqual(i)) {
      earliest.Add({{"schema.unique", Stage::kValues}, i});
    }
    const std::uint32_t end = arguments_[i].end;
    for (std::uint32_t element = i + 1; element < end; element = arguments_[element].end) {
      if (earliest.Add(Judge(*schema.items, element, element, element))) break;
    }
    return earliest.earliest();
  }

  // Of at most 64 elements, since uniqueItems needs a maxItems. Only scalars are compared: the
  // schema of the elements refuses the others.
  bool HoldsEqual(std::uint32_t list) const noexcept {
    const std::uint32_t end = arguments_[list].end;
    for (std::uint32_t a = list + 1; a < end; a = arguments_[a].end) {
      if (!IsScalar(a)) continue;
      for (std::uint32_t b = arguments_[a].end; b < end; b = arguments_[b].end) {
        if (IsScalar(b) &&
            AreEqual(Scalar::Of(arguments_[a].value), Scalar::Of(arguments_[b].value))) {
          return true;
        }
      }
    }
    return false;
  }

  bool IsScalar(std::uint32_t i) const noexcept {
    return !arguments_[i].value.is_array() && !arguments_[i].value.is_object();
  }

  PlacedFault JudgeCommand(const Schema&, const CommandKind&, std::uint32_t i, std::uint32_t,
                           std::uint32_t) {
    return {{"kind.command", Stage::kCommands}, i};
  }

  std::uint32_t MemberOf(std::string_view name, std::uint32_t first,
                         std::uint32_t end) const noexcept {
    for (std::uint32_t i = first; i < end; i = arguments_[i].end) {
      if (arguments_[i].key == name) return i;
    }
    return kNoItem;
  }

  const Arguments& arguments_;
  Bases bases_;
};

}  // namespace

CheckResult CheckDeclared(const DeclaredArguments& declared, const Arguments& arguments) {
  PlacedFault fault;
  if (arguments.twin() != kNoItem) {
    fault = {{"key.twins", Stage::kMembers}, arguments.twin()};
  } else {
    fault =
        Walk(arguments).JudgeMembers({declared.members, declared.other.get(), nullptr}, kNoItem);
  }
  return {{fault.rule, fault.item}, CodeOf(fault.stage), fault.stage};
}

}  // namespace callgate::policy
