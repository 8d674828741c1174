// Everything a test imports from "react-native-mailboat/testing".

export { Link } from "./link";
export {
  createTestMailboat,
  TEST_POLICY,
  type TestMailboat,
  type TestMailboatOptions,
  type TestSchemaOptions,
} from "./testMailboat";
export type { Effect, Fault, FaultKind, FaultTarget, ServerState, TestServer } from "./testServer";
