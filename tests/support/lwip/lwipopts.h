/* lwIP as the client of a serial line: PPP, and IPv4 on it, in one thread.
 * SPDX-License-Identifier: MIT */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define LWIP_DNS 1
#define LWIP_RAW 1
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define TCP_MSS 1460
#define TCP_WND (8 * TCP_MSS)
#define PPP_SUPPORT 1
#define PAP_SUPPORT 1
#define CHAP_SUPPORT 1
#define LCP_ECHOINTERVAL 1 /* s */
