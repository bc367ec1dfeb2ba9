// error: error: .*(unused-result|nodiscard)
#include "callgate/json.h"

int main() { callgate::json::Parse("{}"); }
