/* Marks the functions that TypeScript may call; all others are hidden (-fvisibility=hidden). */
#ifndef UNDERSTUDY_EXPORT_H
#define UNDERSTUDY_EXPORT_H

#define US_EXPORT __attribute__((visibility("default")))

#endif
