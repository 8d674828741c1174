#import "MailboatStart.h"

#import "MailboatModule.h"

#import <Foundation/Foundation.h>
#import <ReactCommon/CxxTurboModuleUtils.h>

#include <memory>

/// Where the native module comes into the app. React Native finds it in its map of C++
/// modules, so nothing has to be added to the app's delegate.
@interface MailboatRegistration : NSObject
@end

@implementation MailboatRegistration

/// Runs before `main`, hence before JavaScript can ask for the module, and early enough for
/// a background task. The rest waits for the first use: this is time that every launch pays.
+ (void)load
{
  facebook::react::registerCxxModuleToGlobalModuleMap(
      "Mailboat",
      [](std::shared_ptr<facebook::react::CallInvoker> jsInvoker) -> std::shared_ptr<facebook::react::TurboModule> {
        mailboat::startPlatform();
        return std::make_shared<mailboat::MailboatModule>(std::move(jsInvoker));
      });
  mailboat::registerBackgroundTask();
}

@end

void mailboat::startPlatform()
{
  static dispatch_once_t once;
  dispatch_once(&once, ^{
    chooseDatabaseFolder();
    watchNetwork();
    watchDevice();
  });
}
