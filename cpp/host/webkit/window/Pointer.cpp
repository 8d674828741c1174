#include "Pointer.h"

#include <cmath>

namespace mailboat::webkit {

namespace {

/// What WebKit scrolls for a whole turn of the wheel, in logical pixels, in a view that is so
/// high or wide: its Scrollbar::pixelsPerLineStep.
double pixelsPerTurn(int viewSize) {
  return std::floor(std::pow(viewSize, 2.0 / 3.0));
}

guint32 nowMs() {
  return static_cast<guint32>(g_get_monotonic_time() / 1000);
}

/// Every kind of event has the same members, each in a structure of its own.
template <typename Event>
void place(Event& event, GdkWindow* window, double x, double y) {
  int originX = 0;
  int originY = 0;
  gdk_window_get_origin(window, &originX, &originY);
  event.time = nowMs();
  event.x = x;
  event.y = y;
  event.x_root = originX + x;
  event.y_root = originY + y;
}

}  // namespace

void Pointer::press(double x, double y) {
  gtk_widget_grab_focus(view_);
  move(x, y);
  button(GDK_BUTTON_PRESS, x, y);
}

void Pointer::release(double x, double y) {
  button(GDK_BUTTON_RELEASE, x, y);
}

void Pointer::scroll(double x, double y, double right, double down) {
  move(x, y);
  GdkEvent* const event = make(GDK_SCROLL);
  place(event->scroll, event->any.window, x, y);
  event->scroll.direction = GDK_SCROLL_SMOOTH;
  event->scroll.delta_x = right / pixelsPerTurn(gtk_widget_get_allocated_width(view_));
  event->scroll.delta_y = down / pixelsPerTurn(gtk_widget_get_allocated_height(view_));
  deliver(event);
}

GdkEvent* Pointer::make(GdkEventType type) const {
  GdkEvent* const event = gdk_event_new(type);
  GdkSeat* const seat = gdk_display_get_default_seat(gtk_widget_get_display(view_));
  event->any.window = GDK_WINDOW(g_object_ref(gtk_widget_get_window(view_)));
  gdk_event_set_device(event, gdk_seat_get_pointer(seat));
  return event;
}

void Pointer::move(double x, double y) {
  GdkEvent* const event = make(GDK_MOTION_NOTIFY);
  place(event->motion, event->any.window, x, y);
  deliver(event);
}

void Pointer::button(GdkEventType type, double x, double y) {
  GdkEvent* const event = make(type);
  place(event->button, event->any.window, x, y);
  event->button.button = GDK_BUTTON_PRIMARY;
  event->button.state = type == GDK_BUTTON_RELEASE ? GDK_BUTTON1_MASK : 0;
  deliver(event);
}

void Pointer::deliver(GdkEvent* event) {
  gtk_main_do_event(event);
  gdk_event_free(event);
}

}  // namespace mailboat::webkit
