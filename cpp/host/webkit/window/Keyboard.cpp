#include "Keyboard.h"

namespace mailboat::webkit {

namespace {

guint keyOf(gunichar character) {
  switch (character) {
    case '\n':
      return GDK_KEY_Return;
    case '\b':
      return GDK_KEY_BackSpace;
    case '\t':
      return GDK_KEY_Tab;
    default:
      return gdk_unicode_to_keyval(character);
  }
}

}  // namespace

int Keyboard::type(const std::string& text) {
  gtk_widget_grab_focus(view_);
  int keys = 0;
  for (const char* next = text.c_str(); *next != '\0'; next = g_utf8_next_char(next)) {
    strike(keyOf(g_utf8_get_char(next)));
    ++keys;
  }
  return keys;
}

void Keyboard::strike(guint key) {
  for (const GdkEventType type : {GDK_KEY_PRESS, GDK_KEY_RELEASE}) {
    GdkEvent* const event = make(type, key);
    // To the view itself: it need not be in the window that the display gives its keys to.
    gtk_widget_event(view_, event);
    gdk_event_free(event);
  }
}

GdkEvent* Keyboard::make(GdkEventType type, guint key) const {
  GdkDisplay* const display = gtk_widget_get_display(view_);
  GdkEvent* const event = gdk_event_new(type);
  event->key.window = GDK_WINDOW(g_object_ref(gtk_widget_get_window(view_)));
  event->key.time = static_cast<guint32>(g_get_monotonic_time() / 1000);
  event->key.keyval = key;
  gdk_event_set_device(event, gdk_seat_get_keyboard(gdk_display_get_default_seat(display)));

  // Where the layout has that key, if it has.
  GdkKeymapKey* keys = nullptr;
  int count = 0;
  if (gdk_keymap_get_entries_for_keyval(gdk_keymap_get_for_display(display), key, &keys, &count)) {
    event->key.hardware_keycode = static_cast<guint16>(keys[0].keycode);
    event->key.group = static_cast<guint8>(keys[0].group);
    event->key.state = (keys[0].level & 1) != 0 ? GDK_SHIFT_MASK : 0;
    g_free(keys);
  }
  return event;
}

}  // namespace mailboat::webkit
