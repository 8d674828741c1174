#include "CommandInput.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

#include <utility>

namespace mailboat::webkit {

CommandInput::CommandInput(std::function<void(const Json&)> onCommand, std::function<void()> onEnd)
    : onCommand_(std::move(onCommand)), onEnd_(std::move(onEnd)), cancellable_(g_cancellable_new()) {
  const Owned<GInputStream> bytes(g_unix_input_stream_new(STDIN_FILENO, FALSE));
  stream_.reset(g_data_input_stream_new(bytes.get()));
  readNext();
}

CommandInput::~CommandInput() {
  g_cancellable_cancel(cancellable_.get());
}

void CommandInput::readNext() {
  g_data_input_stream_read_line_async(
      stream_.get(), G_PRIORITY_DEFAULT, cancellable_.get(), onLine, this);
}

void CommandInput::onLine(GObject* stream, GAsyncResult* result, gpointer self) {
  Failure failure;
  const OwnedText line(g_data_input_stream_read_line_finish_utf8(
      G_DATA_INPUT_STREAM(stream), result, nullptr, failure.slot()));
  if (g_error_matches(failure.get(), G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    return;
  }
  auto* const input = static_cast<CommandInput*>(self);
  if (!line) {
    input->onEnd_();
    return;
  }
  if (const auto command = Json::parse(line.get())) {
    input->onCommand_(*command);
  } else {
    g_printerr("mailboat-window: no JSON object on stdin: %s\n", line.get());
  }
  input->readNext();
}

}  // namespace mailboat::webkit
