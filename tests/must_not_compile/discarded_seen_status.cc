// error: error: .*(unused-result|nodiscard)
#include "callgate/seen_table.h"

void Try(callgate::SeenTable& table) { table.Insert({}, {}); }
