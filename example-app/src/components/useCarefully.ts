// What a button starts may fail. Its sentence then stands where the person looks.

import { useCallback, useState } from "react";
import { MailboatError } from "react-native-mailboat";

/**
 * Answers what went wrong last, as a sentence, and a function that waits for a promise and
 * says so when it fails.
 */
export function useCarefully(): readonly [
  error: string | null,
  carefully: (work: Promise<unknown>) => void,
] {
  const [error, setError] = useState<string | null>(null);
  const carefully = useCallback((work: Promise<unknown>) => {
    setError(null);
    work.catch((thrown: unknown) => {
      setError(sentenceOf(thrown));
    });
  }, []);
  return [error, carefully];
}

/** What to tell a person of a failure. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof MailboatError) return thrown.message;
  return thrown instanceof Error ? thrown.message : "Something went wrong.";
}
