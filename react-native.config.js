// What the autolinking of React Native and Expo cannot see by itself.
//
// There is no `codegenConfig` in package.json: cpp/generated has the code that codegen writes
// for the native module, libmailboat.so and the pod compile it from there, and the module
// registers itself. Autolinking must not write or link it a second time.
module.exports = {
  dependency: {
    platforms: {
      android: {
        packageImportPath: "import com.mailboat.MailboatPackage;",
        packageInstance: "new MailboatPackage()",
      },
      ios: {},
    },
  },
};
