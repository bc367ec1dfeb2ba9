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
  json::ObjectWriter writer(out);
  std::string& list = writer.Raw("envelopes") += '"';
  for (const ledger::Digest& envelope : replays.envelopes) AppendDigest(envelope, list);
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
  for (std::size_t i = 0; i < digests.size(); i += kDigestDigits) {
    const auto digest = ReadDigest(std::string_view(digests).substr(i, kDigestDigits));
    if (!digest) return false;
    replays.envelopes.push_back(*digest);
  }
  state.replays.push_back(std::move(replays));
  return true;
}

void WriteWindow(const ledger::SavedWindow& window, std::string& out) {
  json::ObjectWriter writer(out);
  writer.Integer("period", window.period);
  WriteDigest("root", window.root, writer);
  json::WriteList(window.times, writer.Raw("times"),
                  [&](std::int64_t time) { out += std::to_string(time); });
  WriteDigest("window", window.window, writer);
  writer.End();
}

bool ReadWindow(json::Value value, LedgerState& state) {
  ObjectReader reader(value);
  ledger::SavedWindow window{
      reader.Digest("root"), reader.Digest("window"), reader.Integer("period"), {}};
  for (const json::Value element : reader.List("times")) {
    const auto time = ReadInteger(element);
    if (!time || *time > Millis(state.time)) return false;
    window.times.push_back(*time);
  }
  if (!reader.AllRead() || !std::ranges::is_sorted(window.times)) return false;
  state.windows.push_back(std::move(window));
  return true;
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
  json::WriteList(state.sessions, sessions, [&](const ledger::SavedSession& session) {
    WriteSession(session, contexts, sessions);
  });
  std::string out;
  json::ObjectWriter writer(out);
  contexts.Write(writer.Raw("contexts"));
  writer.Text("digest_key", Base64Encode(AsBytes(state.digest_key)));
  writer.Integer("forgotten", Millis(state.forgotten));
  writer.Text("format", kFormat);
  json::WriteList(state.replays, writer.Raw("replays"),
                  [&](const ledger::SavedReplays& replays) { WriteReplays(replays, out); });
  writer.Integer("sequence", static_cast<std::int64_t>(state.sequence));
  writer.Raw("sessions") += sessions;
  writer.Integer("time", Millis(state.time));
  writer.Integer("window", state.window.count());
  json::WriteList(state.windows, writer.Raw("windows"),
                  [&](const ledger::SavedWindow& window) { WriteWindow(window, out); });
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
