#include "core/policy/evaluate/schema_check.h"

namespace callgate::policy {

CheckResult CheckDeclared(const DeclaredArguments&, const Arguments&) {
  return {{"args.undeclared"}, ErrorCode::kArgumentNotAllowed, Stage::kMembers};
}

}  // namespace callgate::policy
