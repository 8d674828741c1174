// The specification of the native module: React Native's codegen reads this file and
// writes the C++ base class of cpp/MailboatModule.h (`npm run generate`). What the calls
// take and answer is told in ../engine/host.ts; here only their shapes count.

import { TurboModuleRegistry, type CodegenTypes, type TurboModule } from "react-native";

/** The module as JavaScript finds it. */
export interface Spec extends TurboModule {
  open(config: string): string;
  query(engine: number, request: string): string;
  watch(engine: number, request: string): string;
  unwatch(engine: number, watch: number): void;
  execute(engine: number, command: string): Promise<string>;
  drain(engine: number): string;
  readonly onWake: CodegenTypes.EventEmitter<number>;
}

/** `null` where the native part of the package is not in the app, such as in Expo Go. */
export default TurboModuleRegistry.get<Spec>("Mailboat");
