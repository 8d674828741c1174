// SQLite without a wrapper: the statements of bench/sql on the library that the engine
// itself is linked with. What it takes is what every contestant pays.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace mailboat::bench {

/// The texts of bench/sql that a database needs.
struct Statements {
  std::string pragmas;
  std::string entry;
  std::string lane;
  std::string message;
  std::string window;
};

/// A message to store.
struct Message {
  std::string conversation;
  std::string body;
  /// What the outbox keeps of it.
  std::string mutation;
  std::int64_t sentAtMs = 0;
};

/// One connection, used from one thread at a time. Every call throws std::runtime_error
/// with what SQLite says.
class RawSqlite {
 public:
  RawSqlite(const std::string& path, const Statements& statements);
  ~RawSqlite();

  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  /// Stores a message, its outbox entry and its lane in a transaction of their own.
  void send(const Message& message);

  /// Reads every column of the newest messages of a conversation; answers how many rows.
  int readWindow(const std::string& conversation);

  /// What a pragma says now.
  std::string pragma(const std::string& name);

 private:
  void run(const std::string& sql);
  sqlite3_stmt* prepare(const std::string& sql);
  void finish(sqlite3_stmt* statement);
  void check(int status);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* entry_ = nullptr;
  sqlite3_stmt* lane_ = nullptr;
  sqlite3_stmt* message_ = nullptr;
  sqlite3_stmt* window_ = nullptr;
  std::int64_t number_ = 0;
};

}  // namespace mailboat::bench
