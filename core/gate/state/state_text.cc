#include "core/gate/state/state_text.h"

#include <algorithm>
#include <utility>

#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/gate/state/state_json.h"
#include "core/ledger/state.h"

namespace callgate::gate {
namespace {

using ledger::LedgerState;

constexpr std::string_view kFormat = "callgate/state/1";

std::int64_t Millis(Time time) { return time.time_since_epoch().count(); }

Error Invalid(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), "state"};
}

// The replay entries of one second and session: all digests in one text, since there may be
// millions.
void WriteReplays(const ledger::SavedReplays& replays, std::string& out) {
  ObjectWriter writer(out);
  std::string& list = writer.Raw("envelopes") += '"';
  for (const ledger::Digest& envelope : replays.envelopes) AppendHex(envelope, list);
  list += '"';
  writer.Integer("second", replays.second);
  replays.session ? writer.Text("session", *replays.session) : writer.Null("session");
  writer.End();
}

bool ReadReplays(json::Value value, LedgerState& state) {
  ObjectReader reader(value);
  ledger::SavedReplays replays{reader.Integer("second"), reader.TextOrNull("session"), {}};
  const std::string digests = reader.Text("envelopes");
  if (!reader.AllRead()) return false;
  for (std::size_t i = 0; i < digests.size(); i += 32) {
    const auto digest = ReadHex(std::string_view(digests).substr(i, 32));
    if (!digest) return false;
    replays.envelopes.push_back(*digest);
  }
  state.replays.push_back(std::move(replays));
  return true;
}

void WriteWindow(const ledger::SavedWindow& window, std::string& out) {
  ObjectWriter writer(out);
  writer.Integer("period", window.period);
  writer.Hex("root", window.root);
  std::string& times = writer.Raw("times") += '[';
  for (const std::int64_t time : window.times) {
    if (times.back() != '[') times += ',';
    times += std::to_string(time);
  }
  times += ']';
  writer.Hex("window", window.window);
  writer.End();
}

bool ReadWindow(json::Value value, LedgerState& state) {
  ObjectReader reader(value);
  ledger::SavedWindow window{
      reader.Hex("root"), reader.Hex("window"), reader.Integer("period"), {}};
  for (const json::Value element : reader.List("times")) {
    const auto time = ReadInteger(element);
    if (!time || *time > Millis(state.time)) return false;
    window.times.push_back(*time);
  }
  if (!reader.AllRead() || !std::ranges::is_sorted(window.times)) return false;
  state.windows.push_back(std::move(window));
  return true;
}

template <typename T, typename Write>
void WriteList(const std::vector<T>& list, std::string& out, Write write) {
  out += '[';
  for (const T& element : list) {
    if (&element != list.data()) out += ',';
    write(element, out);
  }
  out += ']';
}

bool ReadRoot(json::Value root, const Limits& limits, LedgerState& state) {
  ObjectReader reader(root);
  if (reader.Text("format") != kFormat) return false;
  const auto key = Base64Decode(reader.Text("digest_key"));
  if (!key || key->size() != state.digest_key.size()) return false;
  std::copy(key->begin(), key->end(), state.digest_key.begin());
  state.sequence = static_cast<std::uint64_t>(reader.Integer("sequence"));
  state.window = std::chrono::milliseconds(reader.Integer("window"));
  if (state.window > kLargestWindow) return false;
  state.time = reader.Moment("time");
  state.forgotten = reader.Moment("forgotten");
  ContextList contexts;
  if (!contexts.Read(reader.List("contexts"), limits)) return false;
  for (const json::Value value : reader.List("sessions")) {
    auto session = ReadSession(value, contexts);
    if (!session) return false;
    state.sessions.push_back(std::move(*session));
  }
  for (const json::Value value : reader.List("replays")) {
    if (!ReadReplays(value, state)) return false;
  }
  for (const json::Value value : reader.List("windows")) {
    if (!ReadWindow(value, state)) return false;
  }
  return reader.AllRead();
}

}  // namespace

std::string WriteState(const LedgerState& state) {
  ContextList contexts;
  std::string sessions;
  WriteList(state.sessions, sessions, [&](const ledger::SavedSession& session, std::string& out) {
    WriteSession(session, contexts, out);
  });
  std::string out;
  ObjectWriter writer(out);
  contexts.Write(writer.Raw("contexts"));
  writer.Text("digest_key", Base64Encode(AsBytes(state.digest_key)));
  writer.Integer("forgotten", Millis(state.forgotten));
  writer.Text("format", kFormat);
  WriteList(state.replays, writer.Raw("replays"), WriteReplays);
  writer.Integer("sequence", static_cast<std::int64_t>(state.sequence));
  writer.Raw("sessions") += sessions;
  writer.Integer("time", Millis(state.time));
  writer.Integer("window", state.window.count());
  WriteList(state.windows, writer.Raw("windows"), WriteWindow);
  writer.End();
  return out;
}

Result<LedgerState> ReadState(std::string_view text, const Limits& limits) {
  Limits unbounded;  // the tables' own limits bound what is in it
  unbounded.max_json_bytes = text.size();
  unbounded.max_json_nodes = text.size() + 1;
  const Result<json::Document> document = json::Parse(text, unbounded);
  if (!document) return Invalid("the state is no JSON: " + document.error().message);
  LedgerState state;
  if (!ReadRoot(document->root(), limits, state)) {
    return Invalid("not a state that ExportState wrote");
  }
  return state;
}

}  // namespace callgate::gate
