// The Detox agent, whose eyes and judgement are JavaScript in the page (../agent) and whose
// hands are here: events of the display, pictures of the view.
#pragma once

#include "Json.h"
#include "Keyboard.h"
#include "Pointer.h"
#include "Window.h"

#include <functional>
#include <string>

namespace mailboat::webkit {

class PageAgent {
 public:
  /// What a call came to: what the page answered, or the message of what it threw.
  struct Outcome {
    bool succeeded = false;
    Json answer;
    std::string error;
  };

  /// Before the first page is loaded. `onIdle` is called once for each document: it is loaded
  /// and has nothing to do.
  PageAgent(Window& window, std::function<void()> onIdle);
  ~PageAgent();

  PageAgent(const PageAgent&) = delete;
  PageAgent& operator=(const PageAgent&) = delete;

  /// Calls a method of the page's `detoxAgent` and awaits it. A page that goes away meanwhile
  /// is an error, too.
  void call(const char* method, const Json& argument, std::function<void(const Outcome&)> done);

 private:
  class Reply;

  static gboolean onRequest(
      WebKitUserContentManager* content, JSCValue* value, WebKitScriptMessageReply* reply, PageAgent* self);
  /// Does what the page asks for. What cannot be answered at once answers later by itself.
  void serve(const Json& request, const Reply& reply);
  void takeElementSnapshot(const Json& request, const Reply& reply);

  Window& window_;
  Pointer pointer_;
  Keyboard keyboard_;
  const std::function<void()> onIdle_;
  int pictures_ = 0;
};

}  // namespace mailboat::webkit
