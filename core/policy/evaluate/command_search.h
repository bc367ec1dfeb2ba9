// The commands of a call, each as argv.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_COMMAND_SEARCH_H_
#define CALLGATE_CORE_POLICY_EVALUATE_COMMAND_SEARCH_H_

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"
#include "core/policy/values/command.h"

namespace callgate::policy {

// What a call runs: one command, or those of a list under a key in the plural.
struct Commands {
  bool empty() const noexcept { return ends.empty(); }
  std::size_t size() const noexcept { return ends.size(); }
  // One argv: from BeginOf(i) up to ends[i] in `words`.
  std::size_t BeginOf(std::size_t i) const noexcept { return i == 0 ? 0 : ends[i - 1]; }

  WordBuffer words;
  base::SmallVector<std::size_t, 8> ends;
  std::uint32_t item = kNoItem;  // that holds them
};

struct CommandSearch {
  const KeyList& added;
  const KeyList& freed;
  Exec exec;

  // Into `commands`, which is empty; it stays so where the call holds none. The fault is one that
  // denies whatever the allowlist.
  [[nodiscard]] Fault Find(const Arguments& arguments, base::TextArena& arena,
                           Commands& commands) const;

 private:
  bool IsCommand(const Item& item) const noexcept;
  bool IsFreed(const Arguments& arguments, std::uint32_t i) const noexcept;
  // Of a list under a key in the plural: each element, and all of them as one argv.
  std::string_view TakeSeveral(const Arguments& arguments, std::uint32_t i, base::TextArena& arena,
                               Commands& commands) const;
  std::string_view TakeWords(const Arguments& arguments, std::uint32_t i, base::TextArena& arena,
                             WordBuffer& words) const;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_COMMAND_SEARCH_H_
