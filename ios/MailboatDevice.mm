#import "MailboatStart.h"

#import "MailboatPlatform.h"

#import <UIKit/UIKit.h>

/// The battery's state is known only where the app has turned its monitoring on, which is
/// the app's to do; Low Power Mode is always known.
static MailboatPower Power()
{
  if (NSProcessInfo.processInfo.lowPowerModeEnabled) {
    return MailboatPowerLow;
  }
  switch (UIDevice.currentDevice.batteryState) {
    case UIDeviceBatteryStateCharging:
    case UIDeviceBatteryStateFull:
      return MailboatPowerCharging;
    case UIDeviceBatteryStateUnplugged:
      return MailboatPowerBattery;
    case UIDeviceBatteryStateUnknown:
    default:
      return MailboatPowerUnknown;
  }
}

static void WatchAppState()
{
  const BOOL behind = UIApplication.sharedApplication.applicationState == UIApplicationStateBackground;
  mailboat_set_app_state(behind ? MailboatBackground : MailboatForeground);
  NSNotificationCenter *center = NSNotificationCenter.defaultCenter;
  [center addObserverForName:UIApplicationWillEnterForegroundNotification
                      object:nil
                       queue:nil
                  usingBlock:^(NSNotification *) {
                    mailboat_set_app_state(MailboatForeground);
                  }];
  [center addObserverForName:UIApplicationDidEnterBackgroundNotification
                      object:nil
                       queue:nil
                  usingBlock:^(NSNotification *) {
                    mailboat_set_app_state(MailboatBackground);
                  }];
}

static void WatchPower()
{
  mailboat_set_power(Power());
  NSArray<NSNotificationName> *changes =
      @[ NSProcessInfoPowerStateDidChangeNotification, UIDeviceBatteryStateDidChangeNotification ];
  for (NSNotificationName change in changes) {
    // The first of them may come on any thread, and UIDevice is of the main one.
    [NSNotificationCenter.defaultCenter addObserverForName:change
                                                    object:nil
                                                     queue:NSOperationQueue.mainQueue
                                                usingBlock:^(NSNotification *) {
                                                  mailboat_set_power(Power());
                                                }];
  }
}

void mailboat::watchDevice()
{
  dispatch_async(dispatch_get_main_queue(), ^{
    WatchAppState();
    WatchPower();
  });
}
