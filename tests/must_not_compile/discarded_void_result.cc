// error: error: .*(unused-result|nodiscard)
#include "callgate/result.h"

callgate::Result<void> Try();

int main() { Try(); }
