#include "callgate/decision.h"
#include "callgate/json.h"
#include "callgate/result.h"

callgate::Result<void> Try();

int main() {
  if (!Try().ok()) return 1;
  const callgate::Result<callgate::json::Document> document = callgate::json::Parse("{}");
  return document.ok() ? 0 : 1;
}
