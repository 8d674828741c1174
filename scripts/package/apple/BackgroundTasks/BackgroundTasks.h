// Of BackgroundTasks, the scheduler and its refresh task.
#pragma once

#import <Foundation/Foundation.h>
#import <dispatch/dispatch.h>

@interface BGTask : NSObject
@property (readonly) NSString *identifier;
@property (copy) void (^expirationHandler)(void);
- (void)setTaskCompletedWithSuccess:(BOOL)success;
@end

@interface BGTaskRequest : NSObject
@property (copy) NSDate *earliestBeginDate;
@end

@interface BGAppRefreshTaskRequest : BGTaskRequest
- (instancetype)initWithIdentifier:(NSString *)identifier;
@end

@interface BGTaskScheduler : NSObject
@property (class, readonly) BGTaskScheduler *sharedScheduler;
- (BOOL)registerForTaskWithIdentifier:(NSString *)identifier
                           usingQueue:(dispatch_queue_t)queue
                        launchHandler:(void (^)(BGTask *task))launchHandler;
- (BOOL)submitTaskRequest:(BGTaskRequest *)taskRequest error:(NSError **)error;
@end
