#include "core/policy/counterexample/candidate_calls.h"

#include <algorithm>

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxCalls = 1024;
constexpr std::size_t kMaxPieces = 48;  // of one kind

using Pieces = std::vector<Fragment>;

// The ways to give a value: each key with the first value, the first key with each value.
Pieces PiecesOf(const Keys& keys, const JsonTexts& values, const Pieces& further, bool constrained,
                bool allow_absent) {
  Pieces pieces;
  if (!constrained || allow_absent) pieces.push_back({});
  if (constrained && !values.empty()) {
    for (const std::string& value : values) {
      if (!keys.empty() && pieces.size() < kMaxPieces) pieces.push_back({{keys[0], value}});
    }
    for (std::size_t i = 1; i < keys.size() && i < 4; ++i) pieces.push_back({{keys[i], values[0]}});
  }
  // What others may take for something else is the likelier to tell them apart.
  const std::size_t first = std::min<std::size_t>(pieces.size(), 2);
  pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(first), further.begin(),
                further.end());
  // A pattern may have given the value already.
  if (constrained && !allow_absent) pieces.push_back({});
  return pieces;
}

Pieces CommandPieces(const Capability& capability, const CommandClass& command,
                     const Pieces& further) {
  Pieces pieces;
  if (command.kind == CommandClass::Kind::kWords) {
    pieces = CommandsBeginning(capability, command.words);
  }
  if (pieces.empty()) pieces.push_back({});
  pieces.insert(pieces.begin() + 1, further.begin(), further.end());
  if (command.kind == CommandClass::Kind::kWords) pieces.push_back({});
  return pieces;
}

}  // namespace

void ForEachCandidateCall(const Capability& capability, const CommandClass& command,
                          const Fragment& patterned, const FurtherPieces& further,
                          const std::function<bool(const CallBuilder&)>& take) {
  const JsonTexts path_values = AllowedPaths(capability);
  const JsonTexts domain_values = AllowedDomains(capability);
  const Pieces paths = PiecesOf(KeysOf(capability, kPathKey), path_values, further.paths,
                                capability.path_allowlist.has_value(), capability.allow_absent);
  const Pieces domains = PiecesOf(KeysOf(capability, kDomainKey), domain_values, further.domains,
                                  capability.domain_allowlist.has_value(), capability.allow_absent);
  const Pieces commands = CommandPieces(capability, command, further.commands);
  const CallBuilder empty(capability, path_values.empty() ? "" : path_values[0],
                          domain_values.empty() ? "" : domain_values[0]);

  // By how far the choices are from the first ones, so that each kind is varied early.
  std::size_t calls = 0;
  const std::size_t farthest = paths.size() + domains.size() + commands.size();
  for (std::size_t distance = 0; distance < farthest; ++distance) {
    for (std::size_t p = 0; p < paths.size() && p <= distance; ++p) {
      for (std::size_t d = 0; d < domains.size() && p + d <= distance; ++d) {
        const std::size_t c = distance - p - d;
        if (c >= commands.size()) continue;
        if (++calls > kMaxCalls) return;
        CallBuilder builder = empty;
        if (!patterned.empty() && !(capability.allow_absent && p == 0) && !builder.Add(patterned)) {
          continue;
        }
        if (!paths[p].empty() && !builder.Add(paths[p])) continue;
        if (!domains[d].empty() && !builder.Add(domains[d])) continue;
        if (!commands[c].empty() && !builder.Add(commands[c])) continue;
        if (!take(builder)) return;
      }
    }
  }
}

}  // namespace callgate::policy
