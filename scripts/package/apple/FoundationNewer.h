// Of Foundation, what GNUstep's has not. Included before every file.
#pragma once

#import <Foundation/Foundation.h>
#import <dispatch/dispatch.h>

typedef NSString *NSFileAttributeKey;
typedef NSString *NSFileProtectionType;
extern NSFileAttributeKey const NSFileProtectionKey;
extern NSFileProtectionType const NSFileProtectionCompleteUntilFirstUserAuthentication;
extern NSNotificationName const NSProcessInfoPowerStateDidChangeNotification;

@interface NSFileManager (Attributes)
- (BOOL)setAttributes:(NSDictionary<NSFileAttributeKey, id> *)attributes
         ofItemAtPath:(NSString *)path
                error:(NSError **)error;
@end

@interface NSURL (FileSystem)
@property (readonly) const char *fileSystemRepresentation;
- (BOOL)setResourceValue:(id)value forKey:(NSString *)key error:(NSError **)error;
@end

@interface NSProcessInfo (Power)
@property (readonly, getter=isLowPowerModeEnabled) BOOL lowPowerModeEnabled;
@end
