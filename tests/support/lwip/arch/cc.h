/* What lwIP asks of a compiler: nothing that it does not know by itself.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#define LWIP_RAND() ((u32_t)random())
