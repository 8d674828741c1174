// The words of the language's runtime, as 64-bit iOS has them.
#pragma once

// GNUstep asks whose runtime it is.
#define __GNU_LIBOBJC__ 1

#include <cstddef>
#include <cstdint>

typedef struct objc_class *Class;
struct objc_object {
  Class isa;
};
typedef struct objc_object *id;
typedef struct objc_selector *SEL;
typedef id (*IMP)(id, SEL, ...);
typedef bool BOOL;
typedef struct objc_method *Method;
typedef struct objc_ivar *Ivar;

#define YES __objc_yes
#define NO __objc_no
#define Nil nullptr
#define nil nullptr
