#include "core/policy/counterexample/witness_pieces.h"

#include <algorithm>
#include <initializer_list>

#include "core/json/object_writer.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxKeys = 24;  // of one list, that are tried

void Append(std::vector<Fragment>& pieces, const Keys& keys, const JsonTexts& values) {
  for (const std::string& key : keys) {
    for (const std::string& value : values) pieces.push_back({{key, value}});
  }
}

void AppendSpellings(Keys& keys, const KeyList& folded) {
  for (std::size_t i = 0; i < folded.size() && i < kMaxKeys; ++i) {
    for (std::string& spelling : Spellings(folded[i])) keys.push_back(std::move(spelling));
  }
}

Keys First(Keys keys, std::size_t count) {
  if (keys.size() > count) keys.resize(count);
  return keys;
}

// A key of commands, and one under which a list is one command.
Keys KeysOfOne(const Capability& capability) {
  Keys keys = KeysOf(capability, kCommandKey);
  const auto is_one = [](const std::string& key) { return !key.ends_with('s'); };
  const auto one = std::find_if(keys.begin(), keys.end(), is_one);
  Keys chosen = First(keys, 1);
  if (one != keys.end() && one != keys.begin()) chosen.push_back(*one);
  return chosen;
}

// Keys whose values two sides may judge differently.
Keys DisputedKeys(const Capability& inner, const Capability& outer, const KeyList& inner_keys,
                  const KeyList& outer_keys) {
  Keys keys;
  AppendSpellings(keys, outer_keys);
  AppendSpellings(keys, inner.free_arguments);
  AppendSpellings(keys, outer.free_arguments);
  AppendSpellings(keys, inner_keys);
  return keys;
}

// An object under a class key, with a key that only some take for one of the class.
void AppendObjects(std::vector<Fragment>& pieces, std::string_view class_key, const KeyList& keys,
                   const JsonTexts& allowed) {
  for (std::size_t i = 0; i < keys.size() && i < kMaxKeys; ++i) {
    for (const std::string& value : {std::string("1"), allowed.empty() ? "2" : allowed[0]}) {
      pieces.push_back({{std::string(class_key), JsonObject({{keys[i], value}})}});
    }
  }
}

void AppendPaths(std::vector<Fragment>& pieces, const Reached& inner, const Reached& outer) {
  JsonTexts values = AllowedPaths(inner.capability);
  for (std::string& value : StrangePaths()) values.push_back(std::move(value));
  Append(pieces, First(KeysOf(inner.capability, kPathKey), 3), values);
  Append(pieces, {"x-plain"}, values);
  Append(pieces,
         DisputedKeys(inner.capability, outer.capability, inner.capability.path_arguments,
                      outer.capability.path_arguments),
         values);
  for (const std::string& key : First(KeysOf(inner.capability, kPathKey), 2)) {
    AppendObjects(pieces, key, inner.capability.path_arguments, AllowedPaths(inner.capability));
  }
}

void AppendDomains(std::vector<Fragment>& pieces, const Reached& inner, const Reached& outer) {
  JsonTexts values = AllowedDomains(inner.capability);
  for (std::string& value : StrangeDomains()) values.push_back(std::move(value));
  Append(pieces, First(KeysOf(inner.capability, kDomainKey), 3), values);
  Append(pieces, {"x-plain"}, values);
  Append(pieces,
         DisputedKeys(inner.capability, outer.capability, inner.capability.domain_arguments,
                      outer.capability.domain_arguments),
         values);
  for (const std::string& key : First(KeysOf(inner.capability, kDomainKey), 2)) {
    AppendObjects(pieces, key, inner.capability.domain_arguments, AllowedDomains(inner.capability));
  }
}

void AppendCommands(std::vector<Fragment>& pieces, const Reached& inner, const Reached& outer) {
  const JsonTexts values = {R"("x-unlisted")", R"(["x-unlisted"])", "1"};
  Append(pieces, First(KeysOf(inner.capability, kCommandKey), 2), values);
  pieces.push_back({{"shell", "true"}});
  pieces.push_back({{"args", "[]"}});
  pieces.push_back({{"env", R"({"A":"b"})"}});
  Append(pieces,
         DisputedKeys(inner.capability, outer.capability, inner.capability.command_arguments,
                      outer.capability.command_arguments),
         values);
}

// Strings that one side reads as the words of a command, and the other as a whole, or otherwise.
JsonTexts WordTexts(const JsonTexts& allowed_paths) {
  JsonTexts texts = {R"("x /x-unlisted")",
                     R"("x https://x-unlisted/")",
                     R"("//x-unlisted")",
                     R"("x ./x-unlisted")",
                     R"(["x","'/x-unlisted'"])",
                     R"(["x","'../x'"])",
                     R"(["x","ftp:'//x-unlisted/'"])"};
  for (const std::string& path : First(allowed_paths, 3)) {  // in quotes
    texts.push_back(path.substr(0, path.size() - 1) + " *\"");
    texts.push_back("[\"x\"," + path.substr(0, path.size() - 2) + "'" +
                    path.substr(path.size() - 2, 1) + "'\"]");
  }
  return texts;
}

void AppendWords(std::vector<Fragment>& pieces, const Reached& inner, const Reached& outer) {
  Keys keys = DisputedKeys(inner.capability, outer.capability, inner.capability.command_arguments,
                           outer.capability.command_arguments);
  const JsonTexts paths = AllowedPaths(inner.capability);
  for (const std::string& key : keys) {
    if (paths.empty()) break;
    const std::string& path = paths.front();
    pieces.push_back({{key, path}, {"args", path.substr(0, path.size() - 1) + " *\""}});
  }
  for (std::string& key : KeysOfOne(inner.capability)) {
    keys.push_back(std::move(key));
  }
  Append(pieces, keys, WordTexts(paths));
}

void AppendOnly(std::vector<Fragment>& pieces, const Capability& inner, const Capability& outer) {
  Keys keys;
  if (!inner.only_arguments) {
    keys.emplace_back("x-plain");
  } else {
    for (const std::string& key : *inner.only_arguments) {
      if (outer.only_arguments && !Holds(*outer.only_arguments, key)) keys.push_back(key);
      if (keys.size() == kMaxKeys) break;
    }
  }
  JsonTexts values = {"1", "false", "[]", "{}", R"("x")"};
  for (const JsonTexts& more : {AllowedPaths(inner), AllowedDomains(inner)}) {
    if (!more.empty()) values.push_back(more[0]);
  }
  Append(pieces, keys, values);
}

void AppendPatterns(std::vector<Fragment>& pieces, const Capability& outer) {
  Keys keys;
  for (const auto& [key, pattern] : outer.argument_patterns) {
    keys.push_back(key);
    if (keys.size() == kMaxKeys) break;
  }
  Append(pieces, keys, {"1", R"("\n")", R"("")", R"("~")", R"("x-unlisted")"});
}

// What a capability refuses that declares its arguments: keys that it does not, and other values
// under those that it does.
void AppendUndeclared(std::vector<Fragment>& pieces, const Capability& inner,
                      const DeclaredArguments& outer) {
  Append(pieces, {"x-unlisted", "__proto__"}, {"null", "1"});
  Keys keys;
  for (const DeclaredMember& member : outer.members) {
    keys.push_back(member.name);
    if (keys.size() == kMaxKeys) break;
  }
  JsonTexts values = {"null", "1", "true", R"("x-unlisted")", "[]", "{}", R"("")"};
  for (const JsonTexts& more : {AllowedPaths(inner), AllowedDomains(inner)}) {
    if (!more.empty()) values.push_back(more[0]);
  }
  Append(pieces, keys, values);
}

// The constraints that judge values by which a gap shows.
ConstraintSet JudgesOf(Constraint gap) noexcept {
  switch (gap) {
    case Constraint::kArguments:
    case Constraint::kOtherArguments:
      return {Constraint::kArguments};
    case Constraint::kOnlyArguments:
    case Constraint::kArgumentPatterns:
      return {gap};
    case Constraint::kPathAllowlist:
    case Constraint::kBaseDirectory:
      return {Constraint::kPathAllowlist};
    case Constraint::kDomainAllowlist:
      return {Constraint::kDomainAllowlist};
    case Constraint::kCommandAllowlist:
    case Constraint::kSubcommandAllowlist:
      return {Constraint::kCommandAllowlist};
    // What is found under a key of one class may be missed, or taken for more, in any other.
    case Constraint::kExec:
    case Constraint::kPathArguments:
    case Constraint::kDomainArguments:
    case Constraint::kCommandArguments:
    case Constraint::kFreeArguments:
    case Constraint::kWhenAbsent:
      return {Constraint::kPathAllowlist, Constraint::kDomainAllowlist,
              Constraint::kCommandAllowlist};
    // No one call shows a limit.
    case Constraint::kRateLimit:
    case Constraint::kMaxResponseSize:
      return {};
  }
  return {};
}

// Every command of the program that the capability tells apart, in one list.
std::string ListOfProgram(const CapabilityReach& reach, std::string_view program) {
  JsonTexts texts;
  for (const CommandClass& other : reach.commands) {
    if (other.kind != CommandClass::Kind::kWords || other.words[0] != program) continue;
    std::string text;
    for (const std::string_view word : other.words) text.append(word).append(" ");
    texts.push_back(JsonString(text));
  }
  std::string list;
  json::WriteList(texts, list, [&](const std::string& text) { list += text; });
  return list;
}

}  // namespace

std::vector<Fragment> PiecesBetween(const Reached& inner, const Reached& outer,
                                    ConstraintSet gaps) {
  ConstraintSet judges;
  for (const Constraint constraint : kAllConstraints) {
    if (gaps.Holds(constraint)) judges.Add(JudgesOf(constraint));
  }
  std::vector<Fragment> pieces;
  if (judges.Holds(Constraint::kArguments) && outer.capability.arguments) {
    AppendUndeclared(pieces, inner.capability, *outer.capability.arguments);
  }
  if (judges.Holds(Constraint::kOnlyArguments)) {
    AppendOnly(pieces, inner.capability, outer.capability);
  }
  if (judges.Holds(Constraint::kArgumentPatterns)) AppendPatterns(pieces, outer.capability);
  if (judges.Holds(Constraint::kPathAllowlist)) AppendPaths(pieces, inner, outer);
  if (judges.Holds(Constraint::kDomainAllowlist)) AppendDomains(pieces, inner, outer);
  if (judges.Holds(Constraint::kCommandAllowlist)) AppendCommands(pieces, inner, outer);
  if (judges.Meets({Constraint::kPathAllowlist, Constraint::kDomainAllowlist})) {
    AppendWords(pieces, inner, outer);
  }
  return pieces;
}

std::vector<Fragment> PiecesFiring(const DenyEntry& entry, const Reached& inner,
                                   const ContextReach& parent, const ContextReach& child) {
  std::vector<Fragment> pieces;
  const auto keys = [&](std::initializer_list<const char*> plain, const KeyList& parent_keys,
                        const KeyList& child_keys) {
    Keys all(plain.begin(), plain.end());
    AppendSpellings(all, parent_keys);
    AppendSpellings(all, child_keys);
    AppendSpellings(all, inner.capability.free_arguments);
    if (inner.capability.only_arguments) {
      const auto& only = *inner.capability.only_arguments;
      all.insert(all.end(), only.begin(),
                 only.begin() + static_cast<std::ptrdiff_t>(std::min(only.size(), kMaxKeys)));
    }
    return all;
  };
  if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
    JsonTexts values = DeniedPaths(*path, inner.capability);
    for (const Capability& capability : parent.context().capabilities) {
      if (!capability.base_directory || values.size() > 64) continue;
      for (const PathSet& below : PathSet::OfDenied(*path).From(*capability.base_directory)) {
        values.push_back(JsonString("./" + below.Sample(kUnlisted, false)));
      }
    }
    Append(pieces, keys({"path", "content", "x-plain"}, parent.path_keys(), child.path_keys()),
           values);
    Keys holders = First(KeysOf(inner.capability, kPathKey), 2);
    holders.insert(holders.end(), parent.path_keys().begin(), parent.path_keys().end());
    for (const std::string& key : First(holders, kMaxKeys)) {
      AppendObjects(pieces, key, child.path_keys(), AllowedPaths(inner.capability));
    }
  } else if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) {
    Append(pieces, keys({"url", "content", "x-plain"}, parent.domain_keys(), child.domain_keys()),
           DeniedDomains(*domain, inner.capability));
    Keys holders = First(KeysOf(inner.capability, kDomainKey), 2);
    holders.insert(holders.end(), parent.domain_keys().begin(), parent.domain_keys().end());
    for (const std::string& key : First(holders, kMaxKeys)) {
      AppendObjects(pieces, key, child.domain_keys(), AllowedDomains(inner.capability));
    }
  } else if (const auto* command = std::get_if<CommandEntry>(&entry.argument)) {
    const std::string text = JsonString(command->text);
    const Keys all = keys({"command", "cmd"}, parent.command_keys(), child.command_keys());
    Append(pieces, all, {text, "[" + text + "]", R"("x-unlisted")"});
    for (const std::string& key : all) {
      for (const char* value : {R"("x-unlisted")", R"("/x-unlisted")"}) {
        pieces.push_back({{key, value}, {"args", "[]"}});
      }
    }
    pieces.push_back({{"shell", "true"}});
  }
  if (std::holds_alternative<PathEntry>(entry.argument) ||
      std::holds_alternative<DomainEntry>(entry.argument)) {
    const Keys words = keys({"command"}, parent.command_keys(), child.command_keys());
    JsonTexts texts = {R"("/x\\y")", R"("https://x-unlisted:0")"};
    if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
      const std::string sample = PathSet::OfDenied(*path).Sample(kUnlisted, true);
      texts.push_back(JsonString("x " + sample));
      texts.push_back(JsonString(sample + " x"));
    } else if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) {
      texts.push_back(JsonString("x " + domain->host));
    }
    Append(pieces, words, texts);
  }
  return pieces;
}

FurtherPieces PiecesInstead(const Reached& inner, const CommandClass& command,
                            const std::vector<Reached>& outer, const DenyEntry* entry) {
  FurtherPieces further;
  const JsonTexts paths = AllowedPaths(inner.capability);
  const JsonTexts domains = AllowedDomains(inner.capability);
  Keys freed;
  for (const Reached& other : outer) AppendSpellings(freed, other.reach.freed);
  if (!paths.empty()) {
    Append(further.paths, freed,
           {paths.front(), paths.back(), JsonObject({{"x-plain", paths.front()}})});
    Append(further.paths, inner.capability.path_arguments, paths);
  }
  if (!domains.empty()) {
    Append(further.domains, freed, First(domains, 6));
    Append(further.domains, inner.capability.domain_arguments, domains);
  }
  if (command.kind == CommandClass::Kind::kWords) {
    std::string text;
    for (const std::string_view word : command.words) {
      if (!text.empty()) text += ' ';
      text += word;
    }
    Keys keys = inner.capability.command_arguments;
    keys.insert(keys.end(), freed.begin(), freed.end());
    for (const std::string& key : keys) {
      further.commands.push_back({{key, JsonString(text)}});
      further.commands.push_back({{key, JsonString(text)}, {"args", "[]"}});
    }
  }
  if (command.kind == CommandClass::Kind::kWords) {
    for (const std::string& key : KeysOfOne(inner.capability)) {
      std::string list;
      for (const std::string_view word : command.words) list += JsonString(word) + ",";
      for (const char* last :
           {R"("'/x-unlisted'")", R"("'../x'")", R"("ftp:'//x-unlisted/'")", R"("./x-unlisted")"}) {
        further.commands.push_back({{key, "[" + list + last + "]"}});
      }
    }
  }
  if (command.kind == CommandClass::Kind::kWords && inner.reach.takes_several) {
    further.commands.push_back({{"commands", ListOfProgram(inner.reach, command.words[0])}});
  }
  if (entry == nullptr) return further;
  // What the entry covers, as the value that the capability needs.
  if (const auto* path = std::get_if<PathEntry>(&entry->argument)) {
    Append(further.paths, First(KeysOf(inner.capability, kPathKey), 2),
           DeniedPaths(*path, inner.capability));
  } else if (const auto* domain = std::get_if<DomainEntry>(&entry->argument)) {
    Append(further.domains, First(KeysOf(inner.capability, kDomainKey), 2),
           DeniedDomains(*domain, inner.capability));
  }
  if (const auto* denied = std::get_if<CommandEntry>(&entry->argument)) {
    for (const CommandClass& command_class : inner.reach.commands) {
      if (command_class.kind != CommandClass::Kind::kWords) continue;
      auto words = DeniedBeginning(command_class.words, *denied);
      if (!words) continue;
      if (!denied->option.empty()) words->emplace_back(denied->option);
      for (Fragment& piece : CommandsBeginning(inner.capability, *words)) {
        further.commands.push_back(std::move(piece));
      }
    }
  }
  return further;
}

}  // namespace callgate::policy
