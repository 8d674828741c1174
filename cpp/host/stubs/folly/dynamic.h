// React Native's bridging headers can carry folly::dynamic between C++ and
// JavaScript, so they include it; nothing of Mailboat does. The headers only need
// the name, and with this stub the host build does not need folly.
#pragma once

namespace folly {
class dynamic {};
}  // namespace folly
