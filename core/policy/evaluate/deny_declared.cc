#include <optional>

#include "core/policy/evaluate/declared_command.h"
#include "core/policy/evaluate/declared_values.h"
#include "core/policy/evaluate/denied_paths.h"
#include "core/policy/evaluate/kind_check.h"
#include "core/policy/model/path_glob.h"
#include "core/policy/values/path.h"
#include "core/policy/values/uri.h"

namespace callgate::policy {
namespace {

// What is malformed for its kind the capability refuses, with the code of the kind. Another that
// matches the tool may take it for a text, though: then what is malformed as a path fires, since no
// entry can tell where it leads. In a branch of an anyOf that may take it otherwise, and in the
// words of a command, which another entry may accept, it fires nothing.
class DeclaredDenial {
 public:
  DeclaredDenial(const Context& context, const DenyEntries& entries, std::uint32_t capability,
                 bool is_alone, const Arguments& arguments, CallPaths& paths)
      : context_(context),
        entries_(entries),
        capability_(capability),
        is_alone_(is_alone),
        arguments_(arguments),
        paths_(paths),
        denied_paths_(context, entries.paths, {}) {}

  Denial Judge(const DeclaredArguments* seen) {
    auto visit = [this](const DeclaredValue& value) {
      denial_ = JudgeValue(value);
      return static_cast<bool>(denial_);
    };
    (void)DeclaredValues(arguments_, paths_, visit)
        .VisitAll(*context_.capabilities[capability_].arguments, seen);
    return denial_;
  }

 private:
  Denial JudgeValue(const DeclaredValue& value) {
    if (value.schema.any) return JudgeAnything(value.item);
    if (const CommandKind* const command = CommandOf(value.schema)) {
      return JudgeCommand(*command, value);
    }
    if (const auto* const path = std::get_if<PathKind>(&value.schema.kind)) {
      return JudgePathArgument(*path, value);
    }
    return JudgeString(value.schema, value.item, arguments_[value.item].value.string());
  }

  // By itself, under the nearest key around it.
  Denial JudgeAnything(std::uint32_t item) const {
    const Arguments part(arguments_[item].key, arguments_[item].value);
    Positions without_directory;
    without_directory.Append(capability_);
    Denial denial = JudgeDeniedGuesses(context_, entries_, without_directory, part);
    if (denial) denial.item = item + (denial.item == kNoItem ? 0 : denial.item);
    return denial;
  }

  Denial JudgeCommand(const CommandKind& kind, const DeclaredValue& value) {
    const json::Value command = arguments_[value.item].value;
    std::optional<json::Value> args;
    if (value.args != kNoItem) args = arguments_[value.args].value;
    base::TextArena arena;
    if (!entries_.commands.empty()) {
      WordBuffer words;
      if (!TakeDeclaredWords(Exec::kArgv, command, args, arena, words).empty()) return {};
      const DenyEntry* fired = nullptr;
      const std::string_view rule =
          JudgeDeniedWords(entries_.commands, words.data(), words.size(), fired);
      if (fired != nullptr) return {{rule, value.item}, fired};
    }
    if (entries_.paths.empty() && entries_.domains.empty()) return {};
    WordBuffer words;
    if (!TakeDeclaredWords(kind.exec, command, args, arena, words).empty()) return {};
    Denial denial;
    ForEachDeclaredWord(kind, words, [&](const Schema& schema, std::string_view word) {
      if (!denial) denial = JudgeString(schema, value.item, word);
    });
    return denial;
  }

  Denial JudgeString(const Schema& schema, std::uint32_t item, std::string_view value) {
    for (const SchemaPtr& branch : schema.any_of) {
      if (const Denial denial = JudgeString(*branch, item, value)) return denial;
    }
    if (const auto* const path = std::get_if<PathKind>(&schema.kind)) {
      return JudgePathValue(*path, item, value);
    }
    if (const auto* const host = std::get_if<HostKind>(&schema.kind)) {
      Domain domain;
      return ReadHost(value, domain) ? JudgeDomainValue(domain, item) : Denial{};
    }
    if (std::holds_alternative<UriKind>(schema.kind)) return JudgeUriValue(item, value);
    return {};
  }

  Denial JudgePathArgument(const PathKind& kind, const DeclaredValue& value) {
    if (entries_.paths.empty()) return {};
    const PathJudgement judgement = paths_.Judge(value.item);
    if (!judgement.rule.empty() && !is_alone_ && !value.may_be_other) {
      return {{"deny.malformed", value.item}, entries_.paths[0]};
    }
    const std::string_view path = arguments_[value.item].value.string();
    return JudgeJudgedPath(kind, value.item, path, judgement);
  }

  Denial JudgePathValue(const PathKind& kind, std::uint32_t item, std::string_view value) {
    return entries_.paths.empty() ? Denial{} : JudgeJudgedPath(kind, item, value, JudgePath(value));
  }

  Denial JudgeJudgedPath(const PathKind& kind, std::uint32_t item, std::string_view value,
                         const PathJudgement& judgement) {
    if (!judgement.rule.empty()) return {};
    NormalPath base;
    if (!IsAbsolutePath(value)) {
      base = paths_.BaseOf(kind);
      if (base.text.empty()) return {};
    }
    PathBuffer buffer;
    const DenyEntry* const entry = denied_paths_.Find(Normalize(value, judgement, base, buffer));
    return entry == nullptr ? Denial{} : Denial{{"deny.path", item}, entry};
  }

  Denial JudgeUriValue(std::uint32_t item, std::string_view value) {
    Uri uri;
    if (!SplitUri(value, uri)) return {};
    Domain domain;
    if (!uri.authority.empty() && ReadHost(value, domain)) {
      if (const Denial denial = JudgeDomainValue(domain, item)) return denial;
    }
    PathBuffer buffer;
    std::string_view path;
    if (!ReadFilePath(uri, buffer, path) || !IsAbsolutePath(path)) return {};
    return JudgePathValue(PathKind{}, item, path);
  }

  Denial JudgeDomainValue(const Domain& domain, std::uint32_t item) const {
    for (const DenyEntry* const entry : entries_.domains) {
      if (As<DomainEntry>(entry).MatchesDenied(domain)) return {{"deny.domain", item}, entry};
    }
    return {};
  }

  const Context& context_;
  const DenyEntries& entries_;
  const std::uint32_t capability_;
  const bool is_alone_;  // no other capability matches the tool
  const Arguments& arguments_;
  CallPaths& paths_;
  DeniedPaths denied_paths_;  // without directories: each path is joined to that of its kind
  Denial denial_;
};

}  // namespace

Denial JudgeDeniedDeclared(const Context& context, const DenyEntries& entries,
                           std::uint32_t capability, bool is_alone, const DeclaredArguments* seen,
                           const Arguments& arguments, CallPaths& paths) {
  return DeclaredDenial(context, entries, capability, is_alone, arguments, paths).Judge(seen);
}

}  // namespace callgate::policy
