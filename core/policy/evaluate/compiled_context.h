// What evaluation needs of a context beyond the model: the indexes, and what deny lists look at.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_COMPILED_CONTEXT_H_
#define CALLGATE_CORE_POLICY_EVALUATE_COMPILED_CONTEXT_H_

#include "core/policy/evaluate/deny_path_index.h"
#include "core/policy/evaluate/tool_index.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

class CompiledContext {
 public:
  // `context` must stay where it is while this lives.
  explicit CompiledContext(const Context& context);

  const ToolIndex& capabilities() const noexcept { return capabilities_; }
  const ToolIndex& deny_list() const noexcept { return deny_list_; }
  const DenyPathIndex& deny_paths() const noexcept { return deny_paths_; }
  // Keys that any capability of the context adds.
  const KeyList& path_arguments() const noexcept { return path_arguments_; }
  const KeyList& domain_arguments() const noexcept { return domain_arguments_; }
  const KeyList& command_arguments() const noexcept { return command_arguments_; }

 private:
  ToolIndex capabilities_;
  ToolIndex deny_list_;
  DenyPathIndex deny_paths_;
  KeyList path_arguments_;
  KeyList domain_arguments_;
  KeyList command_arguments_;
};

// The context with its index. Only what came through here may be evaluated.
std::shared_ptr<const Context> Compile(Context context);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_COMPILED_CONTEXT_H_
