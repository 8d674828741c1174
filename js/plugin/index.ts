// The Expo config plugin: what the app's own Android and iOS projects must say for Mailboat,
// and nothing else. Everything that needs no word of the app comes with the library itself.

import { AndroidConfig, withAndroidManifest, withInfoPlist } from "expo/config-plugins";
import type { ConfigPlugin, InfoPlist } from "expo/config-plugins";

/** What an app can say to the plugin in its app.json. */
export interface PluginOptions {
  /**
   * Whether the outbox is sent, and news fetched, while the app is not open. Without it the
   * app gets no background mode and no permission for one.
   */
  background?: boolean;
}

/** To reach the server, and to know whether there is a network. */
const PERMISSIONS = ["INTERNET", "ACCESS_NETWORK_STATE"];
/** A job that is to outlive a restart of the phone is set up again when the phone has started. */
const BACKGROUND_PERMISSION = "RECEIVE_BOOT_COMPLETED";
/** The library's own start looks for it in the app's manifest. */
const BACKGROUND_FLAG = "com.mailboat.background";
/** iOS runs only tasks that the app has named before; the library registers this one. */
const TASKS = ["com.mailboat.background"];
/** What a task that refreshes the app goes by. */
const BACKGROUND_MODES = ["fetch"];

export const withMailboat: ConfigPlugin<PluginOptions | undefined> = (config, options) => {
  const background = wantsBackground(options ?? {});
  const permissions = background ? [...PERMISSIONS, BACKGROUND_PERMISSION] : PERMISSIONS;
  const android = AndroidConfig.Permissions.withPermissions(
    config,
    permissions.map((name) => `android.permission.${name}`),
  );
  return background ? withBackground(android) : android;
};

const withBackground: ConfigPlugin = (config) =>
  withInfoPlist(
    withAndroidManifest(config, (android) => {
      const application = AndroidConfig.Manifest.getMainApplicationOrThrow(android.modResults);
      AndroidConfig.Manifest.addMetaDataItemToMainApplication(application, BACKGROUND_FLAG, "true");
      return android;
    }),
    (ios) => {
      add(ios.modResults, "UIBackgroundModes", BACKGROUND_MODES);
      add(ios.modResults, "BGTaskSchedulerPermittedIdentifiers", TASKS);
      return ios;
    },
  );

/** Adds to a list of the Info.plist what is not in it; what the app has put there stays. */
function add(plist: InfoPlist, key: string, words: string[]): void {
  const there = plist[key];
  const list = Array.isArray(there) ? there : [];
  plist[key] = [...list, ...words.filter((word) => !list.includes(word))];
}

/** A word that the plugin does not know is a mistake that would else show on a phone only. */
function wantsBackground(options: unknown): boolean {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalid("its options are an object");
  }
  for (const [name, value] of Object.entries(options)) {
    if (name !== "background") throw invalid(`it has no option "${name}"`);
    if (typeof value !== "boolean") throw invalid('"background" is true or false');
  }
  return "background" in options && options.background === true;
}

function invalid(reason: string): Error {
  const example = '["react-native-mailboat", { "background": true }]';
  return new Error(`The config plugin of react-native-mailboat: ${reason}, as in ${example}.`);
}

export default withMailboat;
