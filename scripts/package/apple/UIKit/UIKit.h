// Of UIKit, the app's state and the device's battery.
#pragma once

#import <Foundation/Foundation.h>

typedef enum : NSInteger {
  UIApplicationStateActive,
  UIApplicationStateInactive,
  UIApplicationStateBackground,
} UIApplicationState;

typedef enum : NSInteger {
  UIDeviceBatteryStateUnknown,
  UIDeviceBatteryStateUnplugged,
  UIDeviceBatteryStateCharging,
  UIDeviceBatteryStateFull,
} UIDeviceBatteryState;

extern NSNotificationName const UIApplicationWillEnterForegroundNotification;
extern NSNotificationName const UIApplicationDidEnterBackgroundNotification;
extern NSNotificationName const UIDeviceBatteryStateDidChangeNotification;

@interface UIApplication : NSObject
@property (class, readonly) UIApplication *sharedApplication;
@property (readonly) UIApplicationState applicationState;
@end

@interface UIDevice : NSObject
@property (class, readonly) UIDevice *currentDevice;
@property (readonly) UIDeviceBatteryState batteryState;
@end
