// error: error: .*(unused-result|nodiscard)
#include "callgate/decision.h"

callgate::Decision Decide();

int main() { Decide(); }
