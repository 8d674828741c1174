// Grand Central Dispatch. Its objects are Objective-C objects, as on iOS.
#pragma once

#import <Foundation/Foundation.h>

@protocol OS_dispatch_queue <NSObject>
@end
@protocol OS_dispatch_queue_attr <NSObject>
@end
typedef NSObject<OS_dispatch_queue> *dispatch_queue_t;
typedef NSObject<OS_dispatch_queue_attr> *dispatch_queue_attr_t;
typedef void (^dispatch_block_t)(void);
typedef intptr_t dispatch_once_t;
typedef unsigned int qos_class_t;

#define DISPATCH_QUEUE_SERIAL ((dispatch_queue_attr_t)nil)
enum { QOS_CLASS_UTILITY = 0x11 };

extern "C" {
void dispatch_once(dispatch_once_t *predicate, dispatch_block_t block);
void dispatch_async(dispatch_queue_t queue, dispatch_block_t block);
dispatch_queue_t dispatch_queue_create(const char *label, dispatch_queue_attr_t attr);
dispatch_queue_t dispatch_get_global_queue(intptr_t identifier, uintptr_t flags);
dispatch_queue_t dispatch_get_main_queue(void);
}
