#include "core/policy/evaluate/schema_check.h"

#include <optional>

#include "core/policy/evaluate/declared_command.h"
#include "core/policy/evaluate/object_schema.h"
#include "core/policy/evaluate/schema_value.h"

namespace callgate::policy {
namespace {

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

// Judges every item by what declares it. Each pair of an item and a place in the schemas is met
// once, and calls nest as deep as schemas do.
class Walk {
 public:
  Walk(const Arguments& arguments, CallPaths& paths) noexcept
      : arguments_(arguments), paths_(paths) {}

  // `object` is kNoItem for the arguments themselves.
  PlacedFault JudgeMembers(const ObjectSchema& schema, std::uint32_t object) {
    EarliestFault earliest;
    const MemberRange members = MemberRange::Of(arguments_, object);
    const bool is_missing = ForEachMember(
        arguments_, schema, members, [&](std::uint32_t i, const DeclaredMember* listed) {
          return earliest.Add(listed != nullptr ? Judge(*listed->schema, i, members)
                                                : JudgeUnlisted(schema, i, members));
        });
    if (is_missing) earliest.Add({{"args.missing", Stage::kMembers}, object});
    return earliest.earliest();
  }

  // `siblings` are the members of the object that holds the item; none in a list.
  PlacedFault Judge(const Schema& schema, std::uint32_t i, MemberRange siblings) {
    const json::Value value = arguments_[i].value;
    if (schema.any || (value.is_null() && schema.nullable)) return {};
    if (!schema.any_of.empty()) {
      return FurthestOf(schema.any_of,
                        [&](const Schema& branch) { return Judge(branch, i, siblings); });
    }
    if (const CommandKind* const command = CommandOf(schema);
        command != nullptr && (value.is_string() || value.is_array())) {
      return JudgeCommand(schema, *command, i, siblings);
    }
    if (value.is_array() && schema.items != nullptr) return JudgeList(schema, i);
    if (value.is_object() && (schema.types & kObjectType) != 0) return JudgeObject(schema, i);
    return {JudgeScalar(schema, Scalar::Of(value, i), paths_), i};
  }

 private:
  PlacedFault JudgeUnlisted(const ObjectSchema& schema, std::uint32_t i, MemberRange members) {
    const std::string_view key = arguments_[i].key;
    if (const DeclaredMember* const command = schema.ContinuedBy(key)) {
      if (arguments_[i].value.is_null()) return {{"args.null", Stage::kMembers}, i};
      const std::uint32_t continued = members.Find(arguments_, command->name);
      // Without its command nothing judges it; else the command does.
      if (continued != kNoItem && !arguments_[continued].value.is_null()) return {};
      return {{"operand.args", Stage::kMembers}, i};
    }
    if (const std::string_view rule = schema.JudgeKey(key, paths_); !rule.empty()) {
      return {{rule, Stage::kMembers}, i};
    }
    return Judge(*schema.additional, i, {});
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
    EarliestFault earliest;
    const std::size_t size = arguments_[i].value.size();
    if (size < schema.min_items.value_or(0) || size > schema.max_items.value_or(size)) {
      earliest.Add({{"schema.items", Stage::kValues}, i});
    } else if (schema.unique_items && HoldsEqual(i)) {
      earliest.Add({{"schema.unique", Stage::kValues}, i});
    }
    const std::uint32_t end = arguments_[i].end;
    for (std::uint32_t element = i + 1; element < end; element = arguments_[element].end) {
      if (earliest.Add(Judge(*schema.items, element, {}))) break;
    }
    return earliest.earliest();
  }

  // Of at most 64 elements, since uniqueItems needs a maxItems. The schema of the elements refuses
  // whatever is no scalar.
  bool HoldsEqual(std::uint32_t list) const noexcept {
    const std::uint32_t end = arguments_[list].end;
    for (std::uint32_t a = list + 1; a < end; a = arguments_[a].end) {
      const Scalar scalar = Scalar::Of(arguments_[a].value);
      for (std::uint32_t b = arguments_[a].end; b < end; b = arguments_[b].end) {
        if (AreEqual(scalar, Scalar::Of(arguments_[b].value))) return true;
      }
    }
    return false;
  }

  PlacedFault JudgeCommand(const Schema& schema, const CommandKind& kind, std::uint32_t i,
                           MemberRange siblings) {
    const std::uint32_t args = ArgsOf(kind, arguments_, siblings);
    std::optional<json::Value> continued;
    if (args != kNoItem) continued = arguments_[args].value;
    const json::Value command = arguments_[i].value;
    const auto judge = [this](const Schema& of_word, std::string_view word) {
      return JudgeString(of_word, word, paths_).rule;
    };
    if (const auto rule = JudgeDeclaredCommand(kind, command, continued, judge); !rule.empty()) {
      return {{rule, Stage::kCommands}, i};
    }
    return {command.is_string() ? JudgeText(schema, command.string()) : StagedFault{}, i};
  }

  const Arguments& arguments_;
  CallPaths& paths_;
};

CheckResult ResultOf(const PlacedFault& fault) noexcept {
  return {{fault.rule, fault.item}, CodeOf(fault.stage), fault.stage};
}

}  // namespace

CheckResult CheckDeclared(const DeclaredArguments& declared, const Arguments& arguments,
                          CallPaths& paths) {
  PlacedFault fault;
  if (arguments.twin() != kNoItem) {
    fault = {{"key.twins", Stage::kMembers}, arguments.twin()};
  } else {
    fault = Walk(arguments, paths).JudgeMembers(ObjectSchema::Of(declared), kNoItem);
  }
  return ResultOf(fault);
}

CheckResult CheckItem(const Schema& schema, const Arguments& arguments, std::uint32_t item,
                      MemberRange siblings) {
  CallPaths paths(arguments);
  return ResultOf(Walk(arguments, paths).Judge(schema, item, siblings));
}

}  // namespace callgate::policy
