import { render, screen, userEvent, waitFor } from "@testing-library/react-native";
import { useState } from "react";
import { Button, Text, TextInput } from "react-native";
import { MailboatProvider, useMessages, useSyncStatus } from "react-native-mailboat";
import { createTestMailboat, type TestMailboat } from "react-native-mailboat/testing";

function ChatScreen({ conversationId }: { conversationId: string }) {
  const { messages, send } = useMessages(conversationId);
  const { online, pending } = useSyncStatus();
  const [draft, setDraft] = useState("");
  const sendDraft = async () => {
    await send(draft);
    setDraft("");
  };
  return (
    <>
      {!online && <Text>Offline, {pending} to send</Text>}
      {messages.map(({ id, senderId, body, delivery }) => (
        <Text key={id}>
          {senderId}: {body} ({delivery})
        </Text>
      ))}
      <TextInput placeholder="Message" value={draft} onChangeText={setDraft} />
      <Button title="Send" onPress={() => void sendDraft()} />
    </>
  );
}

describe("the chat screen", () => {
  let ann: TestMailboat;
  let crew: string;

  beforeEach(async () => {
    ann = await createTestMailboat({ user: "ann" });
    const values = { title: "Crew", memberIds: ["ann", "ben"] };
    crew = (await ann.mailboat.create("conversations", values)).id;
    await ann.mailboat.sync();
  });

  afterEach(() => ann.close());

  function show() {
    return render(
      <MailboatProvider mailboat={ann.mailboat}>
        <ChatScreen conversationId={crew} />
      </MailboatProvider>,
    );
  }

  it("keeps a message that was written offline through a crash, and sends it once", async () => {
    const { unmount } = show();
    await ann.goOffline();
    const user = userEvent.setup();
    await user.type(screen.getByPlaceholderText("Message"), "We leave at high tide.");
    await user.press(screen.getByText("Send"));
    await waitFor(() => screen.getByText("ann: We leave at high tide. (queued)"));
    screen.getByText("Offline, 1 to send");

    unmount();
    ann.kill();
    await ann.restart();
    show();
    screen.getByText("ann: We leave at high tide. (queued)");

    // The server takes the message, but its first answer gets lost.
    await ann.server.faults([{ on: "push", kind: "dropAfterCommit" }]);
    await ann.goOnline();
    await waitFor(() => screen.getByText("ann: We leave at high tide. (sent)"));
    expect(await ann.server.state()).toMatchObject({
      records: { messages: 1 },
      repeatedEffects: 0,
    });
  });

  it("shows what others write", async () => {
    const ben = await ann.another("ben");
    await ben.mailboat.sync();
    show();
    await ben.mailboat.sendMessage(crew, "Ahoy!");
    await waitFor(() => screen.getByText("ben: Ahoy! (sent)"));
  });
});
