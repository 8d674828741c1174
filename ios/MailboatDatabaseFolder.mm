#import "MailboatStart.h"

#import "MailboatPlatform.h"

#import <Foundation/Foundation.h>

static NSString *const kFolder = @"mailboat";

/// Kept out of backups: a phone that is set up from one must not send its outbox again.
///
/// Readable from the first unlock on, also while the phone is locked again: a background task
/// opens the database then, and SQLite's files must not become unreadable under it. The files
/// in the folder take its class.
static BOOL Prepare(NSURL *folder, NSError **error)
{
  NSFileManager *files = NSFileManager.defaultManager;
  NSDictionary *attributes = @{NSFileProtectionKey : NSFileProtectionCompleteUntilFirstUserAuthentication};
  return [files createDirectoryAtURL:folder withIntermediateDirectories:YES attributes:attributes error:error] &&
      // One that was there already keeps the attributes that it has.
      [files setAttributes:attributes ofItemAtPath:folder.path error:error] &&
      [folder setResourceValue:@YES forKey:NSURLIsExcludedFromBackupKey error:error];
}

void mailboat::chooseDatabaseFolder()
{
  NSError *error = nil;
  NSURL *support = [NSFileManager.defaultManager URLForDirectory:NSApplicationSupportDirectory
                                                        inDomain:NSUserDomainMask
                                               appropriateForURL:nil
                                                          create:YES
                                                           error:&error];
  NSURL *folder = [support URLByAppendingPathComponent:kFolder isDirectory:YES];
  if (folder == nil || !Prepare(folder, &error)) {
    // Opening a database says what is wrong, if it is.
    NSLog(@"Mailboat: the folder of the databases cannot be prepared: %@", error);
  }
  if (folder != nil) {
    mailboat_set_database_folder(folder.fileSystemRepresentation);
  }
}
