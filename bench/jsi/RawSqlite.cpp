#include "RawSqlite.h"

#include <array>
#include <cinttypes>
#include <cstdio>
#include <stdexcept>

namespace mailboat::bench {

namespace {

/// Position of the first message that no server has acknowledged.
constexpr std::int64_t pendingPosition = std::int64_t{1} << 52;

void bind(sqlite3_stmt* statement, int place, const std::string& text) {
  sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

/// Rising, as the engine's ids are: where an index grows is part of what a write costs.
std::array<std::uint8_t, 16> entryId(std::int64_t number) {
  std::array<std::uint8_t, 16> id{0x01, 0x90, 0xb0, 0xc0, 0, 0, 0x70, 0, 0x80};
  for (std::size_t place = 0; place < 6; ++place) {
    id.at(15 - place) = static_cast<std::uint8_t>(number >> (8 * place));
  }
  return id;
}

std::string recordId(std::int64_t number) {
  std::array<char, 37> text{};
  std::snprintf(
      text.data(), text.size(), "0190b0c0-0000-7000-8000-%012" PRIx64, static_cast<std::uint64_t>(number));
  return text.data();
}

}  // namespace

RawSqlite::RawSqlite(const std::string& path, const Statements& statements) {
  check(sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr));
  run(statements.pragmas);
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  entry_ = prepare(statements.entry);
  lane_ = prepare(statements.lane);
  message_ = prepare(statements.message);
  window_ = prepare(statements.window);
}

RawSqlite::~RawSqlite() {
  for (auto* statement : {begin_, commit_, entry_, lane_, message_, window_}) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(database_);
}

void RawSqlite::send(const Message& message) {
  const auto number = ++number_;
  const auto entry = entryId(number);
  const auto record = recordId(number);
  const std::string sender = "ann";
  finish(begin_);

  sqlite3_bind_blob(entry_, 1, entry.data(), static_cast<int>(entry.size()), SQLITE_STATIC);
  bind(entry_, 2, record);
  bind(entry_, 3, message.mutation);
  bind(entry_, 4, message.conversation);
  sqlite3_bind_int64(entry_, 5, message.sentAtMs);
  finish(entry_);
  const auto sequence = sqlite3_last_insert_rowid(database_);

  bind(lane_, 1, message.conversation);
  sqlite3_bind_int64(lane_, 2, sequence);
  sqlite3_bind_int64(lane_, 3, message.sentAtMs);
  finish(lane_);

  bind(message_, 1, message.conversation);
  bind(message_, 2, sender);
  bind(message_, 3, message.body);
  sqlite3_bind_int64(message_, 4, message.sentAtMs);
  sqlite3_bind_int64(message_, 5, pendingPosition + sequence);
  sqlite3_bind_int64(message_, 6, number);
  bind(message_, 7, record);
  finish(message_);

  finish(commit_);
}

int RawSqlite::readWindow(const std::string& conversation) {
  bind(window_, 1, conversation);
  const int columns = sqlite3_column_count(window_);
  int rows = 0;
  int status = SQLITE_ROW;
  while ((status = sqlite3_step(window_)) == SQLITE_ROW) {
    for (int column = 0; column < columns; ++column) {
      if (sqlite3_column_type(window_, column) == SQLITE_INTEGER) {
        sqlite3_column_int64(window_, column);
      } else {
        sqlite3_column_text(window_, column);
        sqlite3_column_bytes(window_, column);
      }
    }
    ++rows;
  }
  check(sqlite3_reset(window_));
  return rows;
}

std::string RawSqlite::pragma(const std::string& name) {
  auto* statement = prepare("PRAGMA " + name);
  const bool found = sqlite3_step(statement) == SQLITE_ROW;
  const auto* text = found ? sqlite3_column_text(statement, 0) : nullptr;
  std::string answer = text == nullptr ? "" : reinterpret_cast<const char*>(text);
  check(sqlite3_finalize(statement));
  return answer;
}

void RawSqlite::run(const std::string& sql) {
  check(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

sqlite3_stmt* RawSqlite::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(
      database_, sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return statement;
}

void RawSqlite::finish(sqlite3_stmt* statement) {
  sqlite3_step(statement);
  check(sqlite3_reset(statement));
}

void RawSqlite::check(int status) {
  if (status != SQLITE_OK) {
    throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(database_));
  }
}

}  // namespace mailboat::bench
