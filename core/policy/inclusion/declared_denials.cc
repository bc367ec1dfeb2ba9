#include "core/policy/inclusion/declared_denials.h"

#include <algorithm>
#include <span>

#include "core/base/ascii.h"
#include "core/policy/inclusion/denied_commands.h"
#include "core/policy/inclusion/denied_values.h"
#include "core/policy/inclusion/kind_subsumption.h"
#include "core/policy/inclusion/object_shape.h"
#include "core/policy/inclusion/shared_words.h"
#include "core/policy/inclusion/sights.h"

namespace callgate::policy {
namespace {

// A string that no entry takes for anything, but in a command or under `ip` for a host.
bool IsPlainWord(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return base::IsAsciiLetter(c) || base::IsAsciiDigit(c) || c == '_';
  });
}

bool HasString(const Schema& schema) noexcept { return (TypesOf(schema) & kStringType) != 0; }

bool BeginsLikeFile(std::string_view text) noexcept {
  constexpr std::string_view kFile = "file:";
  return text.size() >= kFile.size() &&
         std::equal(kFile.begin(), kFile.end(), text.begin(),
                    [](char a, char b) { return a == base::ToAsciiLower(b); });
}

// A word of the command is declared as a path or a domain.
bool SeesAnyWord(const CommandRule& rule) {
  const auto sees = [](const SchemaPtr& schema) {
    return schema != nullptr && SeesAnything(*schema);
  };
  return sees(rule.operand) ||
         std::any_of(rule.operands_by_place.begin(), rule.operands_by_place.end(), sees) ||
         std::any_of(rule.options.begin(), rule.options.end(),
                     [&](const CommandOption& option) { return sees(option.value); });
}

bool SeesAnyWord(const CommandKind& command) {
  return std::any_of(command.allow.begin(), command.allow.end(),
                     [](const CommandRule& rule) { return SeesAnyWord(rule); });
}

class Denials {
 public:
  Denials(const DenyQuestion& question, const DenyEntry& entry, bool guess_is_covered)
      : question_(question),
        entry_(entry),
        inner_(*question.accepting.capability.arguments),
        scope_{inner_, inner_},
        covered_(question.cover.IsCovered(entry, question.tool)),
        guess_is_covered_(guess_is_covered) {}

  // As far as the parent's entries see by the sight.
  bool Run(const Sight& parent) const {
    return IsSafe(ObjectShape(inner_), parent, question_.sights.child);
  }

 private:
  const PathEntry* path() const noexcept { return std::get_if<PathEntry>(&entry_.argument); }
  const DomainEntry* domain() const noexcept { return std::get_if<DomainEntry>(&entry_.argument); }
  const CommandEntry* command() const noexcept {
    return std::get_if<CommandEntry>(&entry_.argument);
  }

  bool IsSafe(const ObjectShape& shape, const Sight& parent, const Sight& child) const {
    for (const DeclaredMember& member : shape.members()) {
      if (!IsMemberSafe(shape, *member.schema, member.name, parent, child)) return false;
    }
    for (const std::string_view name : shape.continuations()) {
      const Sight seen = parent.OfMember(name, false);
      if (seen.guesses_any || SeesSome(seen) ||
          (seen.guesses && command() == nullptr && !guess_is_covered_)) {
        return false;
      }
    }
    if (shape.additional() == nullptr) return true;
    if (const auto names = shape.ListedNames()) {
      return std::all_of(names->begin(), names->end(), [&](std::string_view name) {
        return IsMemberSafe(shape, *shape.additional(), name, parent, child);
      });
    }
    // Under any name: nothing may be seen.
    const Sight seen = parent.OfAnyMember();
    return !seen.guesses_any && !SeesSome(seen) && IsGuessCovered(parent, child);
  }

  bool IsMemberSafe(const ObjectShape& shape, const Schema& schema, std::string_view name,
                    const Sight& parent, const Sight& child) const {
    return IsSafe(schema, Key{name, &shape, false}, parent.OfMember(name, false),
                  child.OfMember(name, true));
  }

  static bool SeesSome(const Sight& sight) {
    return std::any_of(sight.views.begin(), sight.views.end(),
                       [](const View& view) { return SeesAnything(*view.schema); });
  }

  bool IsGuessCovered(const Sight& parent, const Sight& child) const noexcept {
    return !parent.guesses || (child.guesses && guess_is_covered_);
  }

  struct Key {
    std::string_view name;
    const ObjectShape* object;  // that holds it
    bool in_list;               // the value is an element of a list under the key
  };

  bool IsSafe(const Schema& schema, const Key& key, const Sight& parent, const Sight& child) const {
    if (parent.guesses_any) return false;
    if (!parent.guesses && !SeesSome(parent)) return true;
    if (schema.any) {
      return IsGuessCovered(parent, child) &&
             std::all_of(parent.views.begin(), parent.views.end(), [&](const View& view) {
               return !SeesAnything(*view.schema) || IsCovered(schema, view, child);
             });
    }
    if (!schema.any_of.empty()) {
      return std::all_of(schema.any_of.begin(), schema.any_of.end(), [&](const SchemaPtr& branch) {
        return IsSafe(*branch, key, parent, child);
      });
    }
    if (AcceptsNothing(schema) && !AcceptsNull(schema)) return true;
    for (const View& view : parent.views) {
      if (!NeverFires(schema, view, child) && !IsCovered(schema, view, child)) return false;
    }
    if (!IsGuessCovered(parent, child) && !NeverFiresByGuess(schema, key, child)) return false;
    if (schema.items != nullptr) {
      return IsSafe(*schema.items, {key.name, key.object, true}, parent.OfElement(),
                    child.OfElement());
    }
    return (TypesOf(schema) & kObjectType) == 0 || IsSafe(ObjectShape(schema), parent, child);
  }

  // An entry of the child sees the value by the same kind, and covers what this one does. A value
  // of a path kind is well-formed.
  bool IsCovered(const Schema& schema, const View& view, const Sight& child) const {
    const bool is_path = std::holds_alternative<PathKind>(schema.kind);
    return covered_ && std::any_of(child.views.begin(), child.views.end(), [&](const View& own) {
             return (is_path || view.lenient || !own.lenient) &&
                    (SeeAlike(*view.schema, *own.schema) || SeeSameCommand(view, own) ||
                     DeniesFromBase(view, own));
           });
  }

  // Both are paths, and of relative ones an entry of the child covers, from its own base, whatever
  // this one does.
  bool DeniesFromBase(const View& view, const View& own) const {
    const auto* const one = std::get_if<PathKind>(&view.schema->kind);
    const auto* const other = std::get_if<PathKind>(&own.schema->kind);
    return path() != nullptr && one != nullptr && other != nullptr &&
           IsRelativeDenied(*path(), BaseOf(*one, inner_), question_.child_entries.paths,
                            BaseOf(*other, inner_));
  }

  bool NeverMeetsPath(const PathKind& kind, const Base& base) const {
    return NeverMeets(*path(), base, kind, BaseOf(kind, inner_));
  }

  // An entry of commands reads a command alike whatever commands are allowed.
  bool SeeSameCommand(const View& a, const View& b) const {
    const auto* const one = std::get_if<CommandKind>(&a.schema->kind);
    const auto* const other = std::get_if<CommandKind>(&b.schema->kind);
    return command() != nullptr && one != nullptr && other != nullptr && one->args == other->args;
  }

  // What the schema accepts is nothing, by the kind of the view, that the entry fires on.
  bool NeverFires(const Schema& schema, const View& view, const Sight& child) const {
    const Schema& seen = *view.schema;
    if (std::holds_alternative<std::monostate>(seen.kind)) return true;
    if (const auto* kind = std::get_if<CommandKind>(&seen.kind)) {
      if ((TypesOf(schema) & (kStringType | kArrayType)) == 0) return true;
      return command() != nullptr ? NeverFiresOnCommand(schema, kind->args, child)
                                  : NeverFiresOnWords(schema, view, child);
    }
    if (command() != nullptr || !HasString(schema)) return true;
    const auto listed = ListOf(schema, kStringType, scope_);
    const auto all = [&](auto never) {
      return listed && std::all_of(listed->begin(), listed->end(), [&](const Listed& value) {
               return never(*std::get_if<std::string>(&value.value));
             });
    };
    const bool is_path = std::holds_alternative<PathKind>(schema.kind);
    if (const auto* kind = std::get_if<PathKind>(&seen.kind)) {
      if (path() == nullptr) return true;
      const Base base = BaseOf(*kind, inner_);
      return all([&](const std::string& text) { return NeverCovers(*path(), text, base); }) ||
             (is_path && NeverMeetsPath(*std::get_if<PathKind>(&schema.kind), base));
    }
    const auto* const host = std::get_if<HostKind>(&schema.kind);
    if (std::holds_alternative<HostKind>(seen.kind)) {
      return domain() == nullptr ||
             all([&](const std::string& text) { return Spares(*domain(), text); }) ||
             (host != nullptr && NeverMeets(*domain(), *host));
    }
    // A URI is a path behind `file:`, and may name a host.
    if (is_path) return true;
    if (domain() != nullptr) {
      return all([](const std::string& text) { return text.find("//") == std::string::npos; });
    }
    const auto* const uri = std::get_if<UriKind>(&schema.kind);
    return (host != nullptr && host->url) ||
           all([](const std::string& text) { return !BeginsLikeFile(text); }) ||
           (uri != nullptr &&
            std::find(uri->schemes.begin(), uri->schemes.end(), "file") == uri->schemes.end());
  }

  // Of each word that the view takes for something, the capability takes the same word for what
  // never is what the entry fires on, or the child sees it by the same.
  bool NeverFiresOnWords(const Schema& schema, const View& view, const Sight& child) const {
    const CommandKind& seen = *std::get_if<CommandKind>(&view.schema->kind);
    if (!SeesAnyWord(seen)) return true;
    const auto* const own = std::get_if<CommandKind>(&schema.kind);
    if (own == nullptr || own->exec != seen.exec || own->args != seen.args) return false;
    const bool child_sees =
        covered_ && std::any_of(child.views.begin(), child.views.end(), [&](const View& one) {
          return (view.lenient || !one.lenient) && SeeAlike(*one.schema, schema);
        });
    const auto is_safe = [&](const Schema* accepted, const Schema* other) {
      if (other == nullptr || !SeesAnything(*other)) return true;
      if (accepted == nullptr) return false;
      return (child_sees && SeeAlike(*accepted, *other)) ||
             NeverFiresOnWord(*accepted, *other, child);
    };
    return std::all_of(seen.allow.begin(), seen.allow.end(), [&](const CommandRule& rule) {
      return !SeesAnyWord(rule) ||
             std::all_of(own->allow.begin(), own->allow.end(), [&](const CommandRule& accepting) {
               return ForSharedWords(accepting, rule, is_safe);
             });
    });
  }

  bool NeverFiresOnWord(const Schema& schema, const Schema& seen, const Sight& child) const {
    if (!seen.any_of.empty()) {
      return std::all_of(seen.any_of.begin(), seen.any_of.end(), [&](const SchemaPtr& branch) {
        return NeverFiresOnWord(schema, *branch, child);
      });
    }
    if (!schema.any_of.empty()) {
      return std::all_of(schema.any_of.begin(), schema.any_of.end(), [&](const SchemaPtr& branch) {
        return NeverFiresOnWord(*branch, seen, child);
      });
    }
    return NeverFires(schema, {&seen, true}, child);
  }

  // `args`: what the parent's list takes for the argument that continues the command.
  bool NeverFiresOnCommand(const Schema& schema, std::string_view args, const Sight& child) const {
    const auto* const kind = std::get_if<CommandKind>(&schema.kind);
    if (kind == nullptr || kind->args != args) return false;
    const bool child_sees =
        std::any_of(child.views.begin(), child.views.end(), [&](const View& view) {
          const auto* const seen = std::get_if<CommandKind>(&view.schema->kind);
          return seen != nullptr && seen->args == args;
        });
    return IsDeniedWith(*kind, *command(),
                        child_sees
                            ? std::span<const DenyEntry* const>(question_.child_entries.commands)
                            : std::span<const DenyEntry* const>());
  }

  // Nor is it, by its key and look.
  bool NeverFiresByGuess(const Schema& schema, const Key& key, const Sight& child) const {
    const std::string folded = FoldKey(key.name);
    const KeyClasses classes = ClassesOf(key.name, folded);
    constexpr KeyClasses kWords = kCommandKey | kArgsKey | kEnvKey | kShellKey;
    if (command() != nullptr) {
      return (classes & kWords) == 0 || IsOnlyCommand(schema, key, classes, child);
    }
    const JsonTypes types = TypesOf(schema);
    const KeyClasses own_class = path() != nullptr ? kPathKey : kDomainKey;
    const bool in_class = (classes & own_class) != 0;
    // Under such a key a list holds nothing but strings, and objects a key of the class.
    // Whether a source is a path key hangs on what stands beside it.
    if (path() != nullptr && (classes & kSourceKey) != 0) return false;
    if (in_class &&
        (key.in_list ? types != kStringType || AcceptsNull(schema) : (types & kObjectType) != 0)) {
      return false;
    }
    if (domain() != nullptr &&
        ((classes & kPortKey) != 0 || ((types & (kNumberType | kIntegerType)) != 0 &&
                                       (classes & (kDomainKey | kAddressKey)) != 0))) {
      return false;
    }
    if (!HasString(schema)) return true;
    // Words are taken apart, and globs stand for what is below them.
    const bool is_plain = (classes & (kWords | kGlobKey)) == 0;
    const bool names_host = domain() != nullptr && (classes & (kWords | kAddressKey)) != 0;
    if (const auto listed = ListOf(schema, kStringType, scope_)) {
      return std::all_of(listed->begin(), listed->end(), [&](const Listed& value) {
        const std::string& text = *std::get_if<std::string>(&value.value);
        if (!in_class && IsPlainWord(text) && !names_host) return true;
        if (!is_plain || !in_class) return false;
        return path() != nullptr ? NeverCovers(*path(), text, {}) : Spares(*domain(), text);
      });
    }
    if (!is_plain) return false;
    if (const auto* kind = std::get_if<PathKind>(&schema.kind)) {
      return path() != nullptr && NeverMeetsPath(*kind, {});
    }
    const auto* const host = std::get_if<HostKind>(&schema.kind);
    return domain() != nullptr && host != nullptr && (host->url || in_class) &&
           NeverMeets(*domain(), *host);
  }

  KeyClasses ClassesOf(std::string_view key, const std::string& folded) const {
    KeyClasses classes = ClassifyKey(key, folded);
    if (Holds(question_.parent.path_keys(), folded)) classes |= kPathKey;
    if (Holds(question_.parent.domain_keys(), folded)) classes |= kDomainKey;
    if (Holds(question_.parent.command_keys(), folded)) classes |= kCommandKey;
    return classes;
  }

  // The one command of the call, by its key as by what it is declared to be.
  bool IsOnlyCommand(const Schema& schema, const Key& key, KeyClasses classes,
                     const Sight& child) const {
    const auto* const kind = std::get_if<CommandKind>(&schema.kind);
    if (kind == nullptr || !key.object->is_top() || key.in_list) return false;
    if ((classes & kCommandKey) == 0 || (classes & (kArgsKey | kEnvKey | kShellKey)) != 0) {
      return false;
    }
    // A list under a plural key is several commands.
    if (kind->form != CommandKind::Form::kText && FoldKey(key.name).ends_with('s')) return false;
    for (const DeclaredMember& member : key.object->members()) {
      if (member.name != key.name &&
          (ClassesOf(member.name, FoldKey(member.name)) & kCommandKey) != 0) {
        return false;
      }
    }
    for (const std::string_view name : key.object->continuations()) {
      if (ClassesOf(name, FoldKey(name)) != kArgsKey) return false;
    }
    return NeverFiresOnCommand(schema, kind->args, child);
  }

  const DenyQuestion& question_;
  const DenyEntry& entry_;
  const DeclaredArguments& inner_;
  const Scope scope_;
  const bool covered_;
  const bool guess_is_covered_;
};

}  // namespace

bool SeesOnlyWithChild(const DenyQuestion& question, const DenyEntry& entry) {
  const ToolSights& sights = question.sights;
  const bool covered = question.cover.IsCovered(entry, question.tool);
  if (covered && sights.all_alike) return true;
  for (std::size_t i = 0; i < sights.alike.size(); ++i) {
    if (SeesAnything(AsObject(*sights.parent.arguments[i])) && !(covered && sights.alike[i])) {
      return false;
    }
  }
  return true;
}

bool FiresOnlyWithChildDeclared(const DenyQuestion& question, const DenyEntry& entry,
                                bool guess_is_covered) {
  const ToolSights& sights = question.sights;
  const bool covered = question.cover.IsCovered(entry, question.tool);
  const Denials denials(question, entry, guess_is_covered);
  // By whatever the entry sees, it must not fire alone.
  if (sights.parent.guesses && !(sights.child.guesses && guess_is_covered)) {
    Sight guess;
    guess.guesses = true;
    if (!denials.Run(guess)) return false;
  }
  if (covered && sights.all_alike) return true;
  for (std::size_t i = 0; i < sights.alike.size(); ++i) {
    if (covered && sights.alike[i]) continue;
    Sight one;
    one.is_alone = sights.parent.is_alone;
    one.arguments = {sights.parent.arguments[i]};
    if (!denials.Run(one)) return false;
  }
  return true;
}

}  // namespace callgate::policy
