#include "core/gate/state/journal.h"

#include <algorithm>
#include <utility>

#include "core/gate/state/state_json.h"

namespace callgate::gate {
namespace {

using ledger::JournalRecord;
using Type = JournalRecord::Type;

constexpr std::string_view kTypeNames[] = {"call", "open", "renew", "close", "reset"};

std::string_view NameOfType(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::int64_t Millis(Time time) { return time.time_since_epoch().count(); }

void ReadCharges(ObjectReader& reader, JournalRecord& record) {
  for (const json::Value value : reader.List("charges")) {
    ObjectReader charge(value);
    record.charges.push_back({charge.Digest("window"), charge.Integer("period")});
    if (!charge.AllRead()) reader.Fail();
  }
}

}  // namespace

std::string JournalCall(const JournalRecord& record) {
  std::string out;
  json::ObjectWriter writer(out);
  writer.Integer("at", Millis(record.at));
  json::WriteList(record.charges, writer.Raw("charges"), [&](const JournalRecord::Charge& charge) {
    json::ObjectWriter entry(out);
    entry.Integer("period", charge.period);
    WriteDigest("window", charge.window, entry);
    entry.End();
  });
  WriteDigest("envelope", record.envelope, writer);
  writer.Integer("exp", Millis(record.expires_at));
  WriteDigest("ledger", record.ledger, writer);
  WriteDigest("root", record.root, writer);
  writer.Integer("second", record.second);
  writer.Integer("sequence", static_cast<std::int64_t>(record.sequence));
  writer.Text("session", record.session);
  writer.Text("type", NameOfType(Type::kCall));
  writer.End();
  return out;
}

std::string JournalOpen(const ledger::Tables& tables, std::uint64_t sequence,
                        const ledger::SessionEntry& session) {
  std::string opened;
  ContextList contexts;
  WriteSession(Save(session), contexts, opened);
  std::string out;
  json::ObjectWriter writer(out);
  writer.Integer("at", Millis(tables.clock.time()));
  contexts.Write(writer.Raw("contexts"));
  WriteDigest("ledger", LedgerId(tables.digest_key), writer);
  writer.Integer("sequence", static_cast<std::int64_t>(sequence));
  writer.Raw("session") += opened;
  writer.Text("type", NameOfType(Type::kOpen));
  writer.End();
  return out;
}

std::string JournalRenew(const ledger::Tables& tables, std::uint64_t sequence,
                         const ledger::SessionEntry& session) {
  std::string out;
  json::ObjectWriter writer(out);
  writer.Integer("at", Millis(tables.clock.time()));
  writer.Integer("exp", session.expires_at.load());
  WriteDigest("ledger", LedgerId(tables.digest_key), writer);
  writer.Integer("sequence", static_cast<std::int64_t>(sequence));
  writer.Text("session", session.identity.id);
  writer.Text("type", NameOfType(Type::kRenew));
  writer.End();
  return out;
}

std::string JournalClose(const ledger::Tables& tables, std::uint64_t sequence,
                         const ledger::SessionEntry& session) {
  std::string out;
  json::ObjectWriter writer(out);
  writer.Integer("at", Millis(tables.clock.time()));
  WriteDigest("ledger", LedgerId(tables.digest_key), writer);
  writer.Integer("sequence", static_cast<std::int64_t>(sequence));
  writer.Text("session", session.identity.id);
  writer.Text("state", NameOf(session.state.load()));
  writer.Text("type", NameOfType(Type::kClose));
  writer.End();
  return out;
}

std::string JournalReset(const ledger::Tables& tables, std::uint64_t sequence, Time now) {
  std::string out;
  json::ObjectWriter writer(out);
  writer.Integer("at", Millis(now));
  WriteDigest("ledger", LedgerId(tables.digest_key), writer);
  writer.Integer("sequence", static_cast<std::int64_t>(sequence));
  writer.Text("type", NameOfType(Type::kReset));
  writer.End();
  return out;
}

Result<JournalRecord> ReadJournal(std::string_view text, const Limits& limits) {
  const Error invalid{ErrorCode::kInvalidArgument, "not a journal record of this ledger",
                      "effects"};
  Limits text_limits = limits;  // a record holds whole contexts
  text_limits.max_json_bytes = limits.max_policy_bytes;
  text_limits.max_json_nodes = limits.max_policy_nodes;
  const Result<json::Document> document = json::Parse(text, text_limits);
  if (!document) return invalid;
  ObjectReader reader(document->root());
  JournalRecord record;
  record.at = reader.Moment("at");
  record.ledger = reader.Digest("ledger");
  record.sequence = static_cast<std::uint64_t>(reader.Integer("sequence"));
  const auto* type = std::ranges::find(kTypeNames, reader.Text("type"));
  if (type == std::end(kTypeNames) || !reader.ok()) return invalid;
  record.type = static_cast<Type>(type - std::begin(kTypeNames));
  switch (record.type) {
    case Type::kCall:
      ReadCharges(reader, record);
      record.envelope = reader.Digest("envelope");
      record.expires_at = reader.Moment("exp");
      record.root = reader.Digest("root");
      record.second = reader.Integer("second");
      record.session = reader.Text("session");
      break;
    case Type::kOpen: {
      ContextList contexts;
      if (!contexts.Read(reader.List("contexts"), limits)) return invalid;
      const auto session = reader.Get("session");
      if (session) record.opened = ReadSession(*session, contexts);
      if (!record.opened || record.opened->state != ledger::Liveness::kOpen) return invalid;
      break;
    }
    case Type::kRenew:
      record.expires_at = reader.Moment("exp");
      record.session = reader.Text("session");
      break;
    case Type::kClose: {
      record.session = reader.Text("session");
      const auto state = LivenessNamed(reader.Text("state"));
      // Closing is final: no record opens a session again.
      if (!state || *state == ledger::Liveness::kOpen) return invalid;
      record.state = *state;
      break;
    }
    case Type::kReset:
      break;
  }
  if (!reader.AllRead() || !CheckTime(record.at)) return invalid;
  return record;
}

}  // namespace callgate::gate
