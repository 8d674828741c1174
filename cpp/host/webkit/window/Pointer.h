// A finger on the page, as GDK events: what the display would send for a real mouse.
#pragma once

#include <gtk/gtk.h>

namespace mailboat::webkit {

class Pointer {
 public:
  /// `view` outlives the pointer.
  explicit Pointer(GtkWidget* view) : view_(view) {}

  /// Places are logical pixels from the view's upper left corner.
  void press(double x, double y);
  void release(double x, double y);

  /// Turns the wheel over a place: what is shown moves by so many logical pixels, positive
  /// towards the end of the content.
  void scroll(double x, double y, double right, double down);

 private:
  GdkEvent* make(GdkEventType type) const;
  void move(double x, double y);
  void button(GdkEventType type, double x, double y);
  /// Gives the event to GTK as if it had come from the display.
  static void deliver(GdkEvent* event);

  GtkWidget* const view_;
};

}  // namespace mailboat::webkit
