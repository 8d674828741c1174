// What the machine and the JavaScript engine charge before any library does. The global
// `floor` has:
//
//   empty()                      a host function that does nothing
//   hop(callback)                to another thread and back; the callback hears how many
//                                microseconds the way back alone took
//   open(path, statements)       SQLite without a wrapper (RawSqlite.h):
//     .commit(conversation, body, mutation, sentAt, callback)
//                                to another thread, one durable send, and back
//     .read(conversation)        the rows of a window, without an object made of them
//     .pragma(name)              what a pragma says
//     .close()
#pragma once

#include <ReactCommon/CallInvoker.h>
#include <jsi/jsi.h>

#include <memory>

namespace mailboat::bench {

void installFloor(
    facebook::jsi::Runtime& runtime, const std::shared_ptr<facebook::react::CallInvoker>& invoker);

}  // namespace mailboat::bench
