// The one command of a call, as argv.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_COMMAND_SEARCH_H_
#define CALLGATE_CORE_POLICY_EVALUATE_COMMAND_SEARCH_H_

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"
#include "core/policy/values/command.h"

namespace callgate::policy {

struct CommandSearch {
  const KeyList& added;
  const KeyList& freed;
  Exec exec;

  // Appends argv to `words`; nothing where the call holds no command. `item` is the command's. The
  // fault is one that denies whatever the allowlist.
  [[nodiscard]] Fault Find(const Arguments& arguments, base::TextArena& arena, WordBuffer& words,
                           std::uint32_t& item) const;

 private:
  bool IsCommand(const Item& item) const noexcept;
  bool IsFreed(const Arguments& arguments, std::uint32_t i) const noexcept;
  std::string_view TakeWords(const Arguments& arguments, std::uint32_t i, base::TextArena& arena,
                             WordBuffer& words) const;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_COMMAND_SEARCH_H_
