#import "MailboatStart.h"

#import "MailboatPlatform.h"

#import <BackgroundTasks/BackgroundTasks.h>
#import <UIKit/UIKit.h>

/// The config plugin writes it into the Info.plist of an app that wants background sync
/// (js/plugin), beside the background mode `fetch`.
static NSString *const kIdentifier = @"com.mailboat.background";
static NSString *const kPermittedKey = @"BGTaskSchedulerPermittedIdentifiers";
/// iOS gives a refresh about half a minute and counts what a task takes against the app.
static const uint32_t kBudgetMs = 25000;
/// Not before it, and later as iOS likes.
static const NSTimeInterval kEarliestS = 15 * 60;

static BOOL IsPermitted()
{
  NSArray *permitted = [NSBundle.mainBundle objectForInfoDictionaryKey:kPermittedKey];
  return [permitted isKindOfClass:NSArray.class] && [permitted containsObject:kIdentifier];
}

/// Asks for the next run. A request that waits already is replaced.
static void Schedule()
{
  BGAppRefreshTaskRequest *request = [[BGAppRefreshTaskRequest alloc] initWithIdentifier:kIdentifier];
  request.earliestBeginDate = [NSDate dateWithTimeIntervalSinceNow:kEarliestS];
  NSError *error = nil;
  if (![BGTaskScheduler.sharedScheduler submitTaskRequest:request error:&error]) {
    // So it is on a simulator, and where the user has turned Background App Refresh off.
    NSLog(@"Mailboat: iOS takes no background task now: %@", error);
  }
}

static void Run(BGTask *task)
{
  // First, since iOS may end the app in the middle.
  Schedule();
  task.expirationHandler = ^{
    mailboat_stop_sync();
  };
  // Off the scheduler's queue, which the expiration may want.
  dispatch_async(dispatch_get_global_queue(QOS_CLASS_UTILITY, 0), ^{
    mailboat::startPlatform();
    const int32_t end = mailboat_sync_once(nullptr, kBudgetMs, nullptr);
    [task setTaskCompletedWithSuccess:end != MailboatSyncFailed];
  });
}

void mailboat::registerBackgroundTask()
{
  if (!IsPermitted()) {
    return;
  }
  [BGTaskScheduler.sharedScheduler registerForTaskWithIdentifier:kIdentifier
                                                      usingQueue:nil
                                                   launchHandler:^(BGTask *task) {
                                                     Run(task);
                                                   }];
  [NSNotificationCenter.defaultCenter addObserverForName:UIApplicationDidEnterBackgroundNotification
                                                  object:nil
                                                   queue:nil
                                              usingBlock:^(NSNotification *) {
                                                Schedule();
                                              }];
}
