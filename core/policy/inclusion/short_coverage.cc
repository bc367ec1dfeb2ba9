#include "core/policy/inclusion/short_coverage.h"

#include <algorithm>
#include <array>

#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/inclusion/kind_subsumption.h"
#include "core/policy/inclusion/object_shape.h"
#include "core/policy/inclusion/word_gap.h"
#include "core/policy/model/constraint.h"
#include "core/policy/values/domain.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

using Gap = std::optional<SchemaGap>;

Gap At(std::string_view keyword) { return SchemaGap{{}, std::string(keyword), {}}; }
Gap At(Constraint constraint) { return At(NameOf(constraint)); }

Gap Below(std::string_view step, Gap gap) {
  if (gap) gap->place = std::string(step) + (gap->place.empty() ? "" : ".") + gap->place;
  return gap;
}

const std::vector<std::string> kWebSchemes = {"http", "https", "ws", "wss"};

// A key of the arguments, as the capability in the short form takes it.
struct Key {
  Key(const Capability& outer, std::string_view written)
      : folded(FoldKey(written)), classes(ClassifyKey(written, folded)) {
    if (Holds(outer.path_arguments, folded)) classes |= kPathKey;
    if (Holds(outer.domain_arguments, folded)) classes |= kDomainKey;
    if (Holds(outer.command_arguments, folded)) classes |= kCommandKey;
    freed = Frees(outer.free_arguments, folded, ClassifyKey(written, folded));
  }
  bool Has(KeyClasses key_class) const noexcept { return (classes & key_class) != 0; }
  // A string under the key is not looked at, by the rules for values of the class.
  bool Exempts(KeyClasses key_class) const noexcept {
    return freed || (!Has(key_class) && Has(kTextKey));
  }

  std::string folded;
  KeyClasses classes;
  bool freed;
};

// One list of the capability, for paths or for domains.
struct Judge {
  KeyClasses key_class;
  bool (*looks_like)(std::string_view) noexcept;
  Constraint constraint;
};
constexpr Judge kPaths = {kPathKey, LooksLikePath, Constraint::kPathAllowlist};
constexpr Judge kDomains = {kDomainKey, LooksLikeUrl, Constraint::kDomainAllowlist};

bool AllowsDomain(const Capability& outer, std::string_view value) {
  Domain domain;
  if (!ParseDomain(value, domain).empty()) return false;
  return std::any_of(outer.domain_allowlist->begin(), outer.domain_allowlist->end(),
                     [&](const DomainEntry& entry) { return entry.Matches(domain); });
}

class Coverage {
 public:
  Coverage(const Capability& outer, const DeclaredArguments& inner)
      : outer_(outer),
        inner_(inner),
        scope_{inner, inner},
        paths_(outer.path_allowlist.has_value()),
        domains_(outer.domain_allowlist.has_value()),
        commands_(outer.command_allowlist.has_value()) {}

  Gap Find() const {
    const ObjectShape shape(inner_);
    if (Gap gap = FindInNames(shape)) return gap;
    if (Gap gap = FindInPatterns(shape)) return gap;
    if (!paths_ && !domains_ && !commands_) return std::nullopt;
    if (Gap gap = FindInObject(shape)) return gap;
    if (Gap gap = FindInCommands(shape)) return gap;
    if (outer_.allow_absent) return std::nullopt;
    for (const Judge& judge : Judges()) {
      if (!IsFoundIn(judge, shape)) return At(judge.constraint);
    }
    return std::nullopt;
  }

 private:
  std::vector<Judge> Judges() const {
    std::vector<Judge> judges;
    if (paths_) judges.push_back(kPaths);
    if (domains_) judges.push_back(kDomains);
    return judges;
  }

  // only_arguments looks at the names alone.
  Gap FindInNames(const ObjectShape& shape) const {
    if (!outer_.only_arguments) return std::nullopt;
    const auto& only = *outer_.only_arguments;
    const auto is_listed = [&](std::string_view name) {
      return std::find(only.begin(), only.end(), name) != only.end();
    };
    for (const DeclaredMember& member : shape.members()) {
      if (!is_listed(member.name)) return Below(member.name, At(Constraint::kOnlyArguments));
    }
    for (const std::string_view name : shape.continuations()) {
      if (!is_listed(name)) return Below(name, At(Constraint::kOnlyArguments));
    }
    return shape.additional() == nullptr ? std::nullopt : At(Constraint::kOtherArguments);
  }

  // A patterned argument is a string that matches, by the same text or one by one.
  Gap FindInPatterns(const ObjectShape& shape) const {
    if (outer_.argument_patterns.empty()) return std::nullopt;
    if (shape.additional() != nullptr) return At(Constraint::kOtherArguments);
    for (const auto& [folded, pattern] : outer_.argument_patterns) {
      bool found = false;
      for (const DeclaredMember& member : shape.members()) {
        if (FoldKey(member.name) != folded) continue;
        found = !member.optional && !AcceptsNull(*member.schema);
        if (!found && !outer_.allow_absent) return Below(member.name, At("optional"));
        if (!IsMatched(pattern, *member.schema)) return Below(member.name, At("pattern"));
        found = true;
      }
      for (const std::string_view name : shape.continuations()) {
        if (FoldKey(name) == folded) return Below(name, At("args"));
      }
      if (!found && !outer_.allow_absent) return Below(folded, At(Constraint::kArgumentPatterns));
    }
    return std::nullopt;
  }

  bool IsMatched(const ArgumentPattern& pattern, const Schema& schema) const {
    if (schema.any) return false;
    if (!schema.any_of.empty()) {
      return std::all_of(schema.any_of.begin(), schema.any_of.end(),
                         [&](const SchemaPtr& branch) { return IsMatched(pattern, *branch); });
    }
    if (AcceptsNothing(schema)) return true;
    if (schema.constants) {
      return std::all_of(schema.constants->begin(), schema.constants->end(),
                         [&](const Constant& constant) {
                           const auto* const text = std::get_if<std::string>(&constant);
                           return text != nullptr && pattern.Matches(*text);
                         });
    }
    return TypesOf(schema) == kStringType && schema.pattern &&
           schema.pattern->text() == pattern.text();
  }

  Gap FindInObject(const ObjectShape& shape) const {
    for (const DeclaredMember& member : shape.members()) {
      if (Gap gap = FindInValue(*member.schema, Key(outer_, member.name), false)) {
        return Below(member.name, std::move(gap));
      }
    }
    for (const std::string_view name : shape.continuations()) {
      // What continues a command is words, which lists for paths and domains judge.
      const Key key(outer_, name);
      constexpr KeyClasses kOthers = static_cast<KeyClasses>(~(kArgsKey | kTextKey));
      if (paths_ || domains_ || !key.Has(kArgsKey) || key.Has(kOthers)) {
        return Below(name, At("args"));
      }
    }
    const Schema* const additional = shape.additional();
    if (additional == nullptr || (AcceptsNothing(*additional) && !AcceptsNull(*additional))) {
      return std::nullopt;
    }
    const auto names = shape.ListedNames();
    // A name that is not listed may be of any class.
    if (!names) {
      return shape.is_top() ? At(Constraint::kOtherArguments) : At("additionalProperties");
    }
    for (const std::string_view name : *names) {
      if (Gap gap = FindInValue(*additional, Key(outer_, name), false)) {
        return Below(name, std::move(gap));
      }
    }
    return std::nullopt;
  }

  // `in_list`: the value is an element of a list under the key.
  Gap FindInValue(const Schema& schema, const Key& key, bool in_list) const {
    if (schema.any) return At("any");
    if (in_list && AcceptsNull(schema) && IsJudged(key)) return At("nullable");
    if (AcceptsNothing(schema)) return std::nullopt;
    if (!schema.any_of.empty()) {
      for (const SchemaPtr& branch : schema.any_of) {
        if (Gap gap = FindInValue(*branch, key, in_list)) return gap;
      }
      return std::nullopt;
    }
    if (Gap gap = FindByKey(schema, key)) return gap;
    if (std::holds_alternative<CommandKind>(schema.kind)) return FindInCommand(key, in_list);
    constexpr std::array kTypes = {kStringType,  kNumberType, kIntegerType,
                                   kBooleanType, kArrayType,  kObjectType};
    for (const JsonTypes type : kTypes) {
      if ((TypesOf(schema) & type) == 0) continue;
      if (Gap gap = FindInType(schema, type, key, in_list)) return gap;
    }
    return std::nullopt;
  }

  bool IsJudged(const Key& key) const noexcept {
    return (paths_ && key.Has(kPathKey)) || (domains_ && key.Has(kDomainKey)) ||
           (commands_ && key.Has(kCommandKey | kArgsKey));
  }

  // Keys whose values are judged whatever they are.
  Gap FindByKey(const Schema& schema, const Key& key) const {
    const bool is_command = std::holds_alternative<CommandKind>(schema.kind);
    // Whether it is a path key hangs on what stands beside it.
    if (paths_ && key.Has(kSourceKey)) return At(Constraint::kPathAllowlist);
    if (commands_) {
      if (key.Has(kArgsKey | kEnvKey)) return At(Constraint::kCommandAllowlist);
      if (key.Has(kCommandKey) && !is_command) return At(Constraint::kCommandAllowlist);
      if (key.Has(kShellKey) && !HoldsOnly(schema, {"false"})) {
        return At(Constraint::kCommandAllowlist);
      }
    }
    if (domains_ && key.Has(kPortKey) && !HoldsOnly(schema, {"80", "443"})) {
      return At(Constraint::kDomainAllowlist);
    }
    return std::nullopt;
  }

  // Every value is written as one of the texts: `false`, an integer, or a string.
  bool HoldsOnly(const Schema& schema, std::initializer_list<std::string_view> texts) const {
    for (const JsonTypes type : {kStringType, kNumberType, kIntegerType, kBooleanType}) {
      if ((TypesOf(schema) & type) == 0) continue;
      const auto listed = ListOf(schema, type, scope_);
      if (!listed) return false;
      for (const Listed& value : *listed) {
        std::string_view text;
        if (const auto* string = std::get_if<std::string>(&value.value)) text = *string;
        if (const auto* number = std::get_if<JsonNumber>(&value.value);
            number && value.as_integer) {
          text = number->text;
        }
        if (const auto* boolean = std::get_if<bool>(&value.value)) text = *boolean ? "" : "false";
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) return false;
        // As a string "false" is no false.
        if (type == kStringType && text == "false") return false;
      }
    }
    return (TypesOf(schema) & (kArrayType | kObjectType)) == 0;
  }

  Gap FindInType(const Schema& schema, JsonTypes type, const Key& key, bool in_list) const {
    const bool judged = (paths_ && key.Has(kPathKey)) || (domains_ && key.Has(kDomainKey));
    switch (type) {
      case kStringType:
        return FindInString(schema, key);
      case kArrayType:
        // A list in a list under such a key is refused.
        if (in_list && judged) return At("items");
        if (schema.max_items == 0u) return std::nullopt;
        return Below("items", FindInValue(*schema.items, key, true));
      case kObjectType: {
        const ObjectShape shape(schema);
        for (const Judge& judge : Judges()) {
          if (key.Has(judge.key_class) && !HoldsKey(judge, shape)) return At(judge.constraint);
        }
        return FindInObject(shape);
      }
      default:
        if (in_list && judged) return At("type");
        // An integer may be the address that it spells.
        if (domains_ && type != kBooleanType && key.Has(kDomainKey | kAddressKey)) {
          return At(Constraint::kDomainAllowlist);
        }
        return std::nullopt;
    }
  }

  // An object under a key of a class is refused unless it holds a key of the class.
  bool HoldsKey(const Judge& judge, const ObjectShape& shape) const {
    return std::any_of(shape.members().begin(), shape.members().end(),
                       [&](const DeclaredMember& member) {
                         return !member.optional && !AcceptsNull(*member.schema) &&
                                Key(outer_, member.name).Has(judge.key_class);
                       });
  }

  Gap FindInString(const Schema& schema, const Key& key) const {
    for (const Judge& judge : Judges()) {
      if (key.Has(kCommandKey | kArgsKey)) return At(judge.constraint);
      if (key.Exempts(judge.key_class)) continue;
      const auto listed = ListOf(schema, kStringType, scope_);
      const bool passes = listed ? DoPass(judge, *listed, key) : PassesKind(judge, schema, key);
      if (!passes) return At(judge.constraint);
    }
    return std::nullopt;
  }

  bool DoPass(const Judge& judge, const std::vector<Listed>& listed, const Key& key) const {
    return std::all_of(listed.begin(), listed.end(), [&](const Listed& value) {
      const std::string& text = *std::get_if<std::string>(&value.value);
      if (!key.Has(judge.key_class) && !judge.looks_like(text)) return true;
      return judge.key_class == kPathKey ? JudgeOnePath(outer_, text).empty()
                                         : AllowsDomain(outer_, text);
    });
  }

  // Strings of the kind pass the list, or are nothing that it would look at.
  bool PassesKind(const Judge& judge, const Schema& schema, const Key& key) const {
    const bool in_class = key.Has(judge.key_class);
    const auto* const host = std::get_if<HostKind>(&schema.kind);
    if (judge.key_class == kPathKey) {
      // A host may be read as a drive, `c:80`; a URL may hold a segment `..`.
      if (host != nullptr && !host->url && !in_class) {
        return std::all_of(host->allow.begin(), host->allow.end(), [](const DomainEntry& entry) {
          return entry.kind == DomainEntry::Kind::kName && entry.host.size() > 1;
        });
      }
      if (!std::holds_alternative<PathKind>(schema.kind)) return false;
      Schema around;
      around.kind = PathKind{*outer_.path_allowlist, {}, outer_.base_directory, {}};
      return FindKindGap(around, schema, scope_).keyword.empty();
    }
    // A path `//x` is a URL by its look.
    if (host == nullptr) return false;
    // `http:80` is one, too.
    if (!host->url && !in_class) {
      return std::all_of(host->allow.begin(), host->allow.end(), [](const DomainEntry& entry) {
        return entry.kind != DomainEntry::Kind::kAny && entry.host != "http" &&
               entry.host != "https";
      });
    }
    Schema around;
    around.kind = HostKind{host->url,
                           host->url ? kWebSchemes : std::vector<std::string>(),
                           *outer_.domain_allowlist,
                           {}};
    return FindKindGap(around, schema, scope_).keyword.empty();
  }

  // Words of commands are judged as paths and URLs where there are lists for these.
  Gap FindInCommand(const Key& key, bool in_list) const {
    if (paths_ || domains_) return At("command");
    return commands_ && (in_list || !key.Has(kCommandKey) || key.freed) ? At("command")
                                                                        : std::nullopt;
  }

  // One command at the top level, which every call holds where the capability asks for it.
  Gap FindInCommands(const ObjectShape& shape) const {
    if (!commands_) return std::nullopt;
    std::size_t found = 0;
    bool is_there = false;
    for (const DeclaredMember& member : shape.members()) {
      if (!Key(outer_, member.name).Has(kCommandKey)) {
        if (MayHoldCommand(*member.schema)) return Below(member.name, At("command"));
        continue;
      }
      const auto* const command = std::get_if<CommandKind>(&member.schema->kind);
      if (command == nullptr || ++found > 1) return Below(member.name, At("command"));
      is_there = !member.optional && !AcceptsNull(*member.schema);
      if (const auto gap = FindCommandGap(*command, member.name); !gap.empty()) {
        return Below(member.name, At(gap));
      }
    }
    if (shape.additional() != nullptr) {
      // Of listed names none is that of a command.
      return At(Constraint::kCommandAllowlist);
    }
    if (!is_there && !outer_.allow_absent) return At(Constraint::kCommandAllowlist);
    return std::nullopt;
  }

  // Some object below may hold a key of a command.
  bool MayHoldCommand(const Schema& schema) const {
    if (std::any_of(schema.any_of.begin(), schema.any_of.end(),
                    [&](const SchemaPtr& branch) { return MayHoldCommand(*branch); })) {
      return true;
    }
    if (schema.items != nullptr && MayHoldCommand(*schema.items)) return true;
    if (schema.additional != nullptr) return true;
    return std::any_of(
        schema.properties.begin(), schema.properties.end(), [&](const DeclaredMember& member) {
          return Key(outer_, member.name).Has(kCommandKey) || MayHoldCommand(*member.schema);
        });
  }

  std::string_view FindCommandGap(const CommandKind& command, std::string_view key) const {
    const bool has_list = command.form != CommandKind::Form::kText || !command.args.empty();
    if (has_list && outer_.exec != command.exec) return "exec";
    // A list under a plural key is several commands.
    if (command.form != CommandKind::Form::kText && FoldKey(key).ends_with('s')) return "form";
    for (const CommandRule& rule : command.allow) {
      Words words(rule.words.begin(), rule.words.end());
      if (!rule.then) {
        if (FindWordGap(outer_, words)) return "allow";
        continue;
      }
      for (const std::string& next : *rule.then) {
        words.push_back(next);
        if (FindWordGap(outer_, words)) return "allow";
        words.pop_back();
      }
    }
    return {};
  }

  // Every object of the shape holds a value that the list finds.
  bool IsFoundIn(const Judge& judge, const ObjectShape& shape) const {
    return std::any_of(shape.members().begin(), shape.members().end(),
                       [&](const DeclaredMember& member) {
                         return !member.optional && !AcceptsNull(*member.schema) &&
                                IsFound(judge, *member.schema, Key(outer_, member.name));
                       });
  }

  // Every value of the schema is found, or some value in it is.
  bool IsFound(const Judge& judge, const Schema& schema, const Key& key) const {
    if (schema.any || AcceptsNull(schema)) return false;
    if (!schema.any_of.empty()) {
      return std::all_of(schema.any_of.begin(), schema.any_of.end(),
                         [&](const SchemaPtr& branch) { return IsFound(judge, *branch, key); });
    }
    const JsonTypes types = TypesOf(schema);
    if (types == kArrayType) {
      return schema.min_items.value_or(0) > 0 && IsFound(judge, *schema.items, key);
    }
    if (types == kObjectType) return IsFoundIn(judge, ObjectShape(schema));
    // Only strings are found.
    const auto listed = ListOf(schema, kStringType, scope_);
    if (listed ? listed->size() < schema.constants->size() : types != kStringType) return false;
    if (key.Exempts(judge.key_class)) return false;
    if (key.Has(judge.key_class)) return true;
    if (listed) {
      return std::all_of(listed->begin(), listed->end(), [&](const Listed& value) {
        return judge.looks_like(*std::get_if<std::string>(&value.value));
      });
    }
    if (judge.key_class == kPathKey) {
      const auto* const path = std::get_if<PathKind>(&schema.kind);
      return path != nullptr && BaseOf(*path, inner_).kind == Base::Kind::kNone;
    }
    const auto* const host = std::get_if<HostKind>(&schema.kind);
    return host != nullptr && host->url;
  }

  const Capability& outer_;
  const DeclaredArguments& inner_;
  const Scope scope_;
  const bool paths_;
  const bool domains_;
  const bool commands_;
};

}  // namespace

std::optional<SchemaGap> FindShortGap(const Capability& outer, const DeclaredArguments& inner) {
  return Coverage(outer, inner).Find();
}

}  // namespace callgate::policy
