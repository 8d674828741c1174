import { MailboatError, sameError, toMailboatError } from "../../src/error";

const full = { code: "DISK_FULL", message: "Free some space.", retryable: true } as const;

describe("toMailboatError", () => {
  it("reads the error that a host put into its message", () => {
    const error = toMailboatError(new Error(JSON.stringify({ ...full, cause: "ENOSPC" })));
    expect(error).toBeInstanceOf(MailboatError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "MailboatError", ...full, cause: "ENOSPC" });
  });

  it("reads it from an error of another realm too", () => {
    expect(toMailboatError({ message: JSON.stringify(full) }).code).toBe("DISK_FULL");
  });

  it("leaves a MailboatError as it is", () => {
    const error = new MailboatError(full);
    expect(toMailboatError(error)).toBe(error);
  });

  it.each([
    new Error("napi went wrong"),
    new Error('{"code":"NO_SUCH_CODE","message":"?","retryable":false}'),
    new Error('{"code":"toString","message":"?","retryable":false}'),
    new Error('{"code":"CLOSED"}'),
    new Error("null"),
    "a thrown text",
    undefined,
  ])("calls anything else INTERNAL and keeps what it said as the cause", (thrown) => {
    const error = toMailboatError(thrown);
    expect(error.code).toBe("INTERNAL");
    expect(error.retryable).toBe(false);
    expect(error.cause).toBe(thrown instanceof Error ? thrown.message : String(thrown));
  });
});

describe("sameError", () => {
  it("compares what two errors say, not which objects they are", () => {
    expect(sameError(new MailboatError(full), new MailboatError(full))).toBe(true);
    expect(sameError(new MailboatError(full), null)).toBe(false);
    expect(sameError(null, null)).toBe(true);
    expect(sameError(new MailboatError(full), new MailboatError({ ...full, code: "LOCKED" }))).toBe(
      false,
    );
  });
});
