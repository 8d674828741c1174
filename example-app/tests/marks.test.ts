// How far a message has come, out of what the other members' devices have told.

import { markOf, reachOf } from "../src/engines/marks";

const messages = ["m1", "m2", "m3"].map((id) => ({ id, delivery: "sent" as const }));

function marks(receipts: Parameters<typeof reachOf>[1], others = ["ben", "carla"]): string[] {
  const reach = reachOf(messages, receipts, others);
  return messages.map((message, place) => markOf(message, place, reach));
}

function receipt(
  userId: string,
  deliveredId: string | null,
  readId: string | null = null,
): { userId: string; deliveredId: string | null; readId: string | null } {
  return { userId, deliveredId, readId };
}

describe("the mark of a message", () => {
  it("is sent as long as one of the others has told nothing", () => {
    expect(marks([receipt("ben", "m3", "m3")])).toEqual(["sent", "sent", "sent"]);
  });

  it("goes as far as the last of the others has come", () => {
    const receipts = [receipt("ben", "m3", "m2"), receipt("carla", "m2", "m1")];
    expect(marks(receipts)).toEqual(["read", "delivered", "sent"]);
  });

  it("is delivered where it was read and nothing was said of its delivery", () => {
    expect(marks([receipt("ben", null, "m1")], ["ben"])).toEqual(["read", "sent", "sent"]);
  });

  it("takes the best of several devices of one user", () => {
    const receipts = [receipt("ben", "m1", "m1"), receipt("ben", "m3", "m2")];
    expect(marks(receipts, ["ben"])).toEqual(["read", "read", "delivered"]);
  });

  it("counts nothing for a receipt that names a message before those that are shown", () => {
    expect(marks([receipt("ben", "m0", "m0")], ["ben"])).toEqual(["sent", "sent", "sent"]);
  });

  it("stays at sent in a conversation with oneself", () => {
    expect(marks([], [])).toEqual(["sent", "sent", "sent"]);
  });

  it("is the message's own delivery until the server has it", () => {
    const reach = reachOf(messages, [receipt("ben", "m3", "m3")], ["ben"]);
    expect(markOf({ delivery: "queued" }, 0, reach)).toBe("queued");
    expect(markOf({ delivery: "failed" }, 0, reach)).toBe("failed");
  });
});
