// A keyboard for the page, as GDK events: each character is a key that is pressed and
// released, also one that no layout has.
#pragma once

#include <gtk/gtk.h>

#include <string>

namespace mailboat::webkit {

class Keyboard {
 public:
  /// `view` outlives the keyboard.
  explicit Keyboard(GtkWidget* view) : view_(view) {}

  /// Types UTF-8 text into what has the page's focus. A line feed is the return key, a
  /// backspace character the backspace key. Answers how many keys that were.
  int type(const std::string& text);

 private:
  void strike(guint key);
  GdkEvent* make(GdkEventType type, guint key) const;

  GtkWidget* const view_;
};

}  // namespace mailboat::webkit
