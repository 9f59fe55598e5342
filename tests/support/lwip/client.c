/* lwIP's PPP as firmware has it (esp_modem, Zephyr): dials on a serial port, uses the network, hangs up, and dials again.
 *   client DEVICE none|pap|chap USER PASSWORD NAME PORT [ping]   The page's body goes to standard output.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lwip/dns.h"
#include "lwip/icmp.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/ip4.h"
#include "lwip/raw.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "netif/ppp/pppapi.h"
#include "netif/ppp/pppos.h"

enum { calls = 2, limit_ms = 30000 };

static int line;
static ppp_pcb *ppp;
static struct netif interface;
static int link_error; /* PPPERR_NONE: it is up; -1: not yet */

u32_t sys_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (u32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void fail(const char *what) {
  fprintf(stderr, "client: %s (PPP: %d)\n", what, link_error);
  exit(1);
}

/* What it stirs its random numbers with. */
u32_t sys_jiffies(void) { return sys_now(); }

/* --- the line */

static void say(const void *bytes, size_t size) {
  for (const char *at = bytes; size > 0;) {
    const ssize_t written = write(line, at, size);
    if (written <= 0) fail("the line does not take anything");
    at += written;
    size -= (size_t)written;
  }
}

/* What has come last, in which words of the module may stand behind its last frame. */
static char heard[2048];
static size_t heard_count;

/* What comes within so many milliseconds. */
static void hear(int wait_ms) {
  struct pollfd query = {.fd = line, .events = POLLIN};
  heard_count = 0;
  if (poll(&query, 1, wait_ms) <= 0) return;
  const ssize_t count = read(line, heard, sizeof heard);
  if (count <= 0) fail("the line has gone");
  heard_count = (size_t)count;
}

/* Octet by octet, so that what follows stays on the line. */
static void expect(const char *wanted) {
  const u32_t begin = sys_now();
  while (memmem(heard, heard_count, wanted, strlen(wanted)) == NULL) {
    struct pollfd query = {.fd = line, .events = POLLIN};
    if (sys_now() - begin > limit_ms || heard_count == sizeof heard) fail(wanted);
    if (poll(&query, 1, 100) > 0 && read(line, heard + heard_count, 1) == 1) ++heard_count;
  }
  heard_count = 0;
}

static void command(const char *typed, const char *answer) {
  say(typed, strlen(typed));
  say("\r", 1);
  expect(answer);
}

/* --- PPP */

static u32_t output(ppp_pcb *pcb, u8_t *data, u32_t size, void *context) {
  (void)pcb;
  (void)context;
  say(data, size);
  return size;
}

static void changed(ppp_pcb *pcb, int error, void *context) {
  (void)pcb;
  (void)context;
  link_error = error;
}

/* Runs the stack as long as `*state` is `value`. */
static void run_while(const int *state, int value, const char *what) {
  for (const u32_t begin = sys_now(); *state == value;) {
    if (sys_now() - begin > limit_ms || (state != &link_error && link_error > 0)) fail(what);
    const u32_t due = sys_timeouts_sleeptime();
    hear(due < 100 ? (int)due : 100);
    if (heard_count > 0) pppos_input(ppp, (u8_t *)heard, (int)heard_count);
    sys_check_timeouts();
  }
}

/* --- use */

static ip_addr_t server;
static int found, replied, fetched;

static void on_found(const char *name, const ip_addr_t *address, void *context) {
  (void)name;
  (void)context;
  found = address != NULL ? 1 : -1;
  if (address != NULL) server = *address;
}

static int resolve(const char *name) {
  found = 0;
  const err_t error = dns_gethostbyname(name, &server, on_found, NULL);
  if (error == ERR_OK) return 1; /* it is known from the call before */
  if (error != ERR_INPROGRESS) fail("no name can be looked up");
  run_while(&found, 0, "no answer from the name servers");
  return found == 1;
}

static u8_t on_reply(void *context, struct raw_pcb *pcb, struct pbuf *packet, const ip_addr_t *from) {
  (void)context;
  (void)pcb;
  struct icmp_echo_hdr echo;
  if (pbuf_copy_partial(packet, &echo, sizeof echo, IP_HLEN) != sizeof echo || echo.type != ICMP_ER) return 0;
  replied = ip_addr_cmp(from, &server);
  pbuf_free(packet);
  return 1;
}

static void ping(void) {
  replied = 0;
  struct raw_pcb *const pcb = raw_new(IP_PROTO_ICMP);
  raw_recv(pcb, on_reply, NULL);
  struct pbuf *const packet = pbuf_alloc(PBUF_IP, sizeof(struct icmp_echo_hdr) + 32, PBUF_RAM);
  memset(packet->payload, 'x', packet->len);
  struct icmp_echo_hdr *const echo = packet->payload;
  memset(echo, 0, sizeof *echo);
  echo->type = ICMP_ECHO;
  echo->id = lwip_htons(7);
  echo->chksum = inet_chksum(echo, packet->len);
  raw_sendto(pcb, packet, &server);
  pbuf_free(packet);
  run_while(&replied, 0, "no reply to the ping");
  raw_remove(pcb);
}

static err_t on_data(void *context, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
  (void)context;
  (void)error;
  if (data == NULL) {
    fetched = 1;
    tcp_err(pcb, NULL);
    return tcp_close(pcb);
  }
  for (struct pbuf *part = data; part != NULL; part = part->next) fwrite(part->payload, 1, part->len, stdout);
  tcp_recved(pcb, data->tot_len);
  pbuf_free(data);
  return ERR_OK;
}

static err_t on_connected(void *context, struct tcp_pcb *pcb, err_t error) {
  static const char request[] = "GET / HTTP/1.0\r\n\r\n";
  (void)context;
  if (error != ERR_OK) return error;
  tcp_write(pcb, request, sizeof request - 1, 0);
  return tcp_output(pcb);
}

static void on_failed(void *context, err_t error) {
  (void)context;
  (void)error;
  fail("the connection is lost");
}

static void fetch(int port) {
  fetched = 0;
  struct tcp_pcb *const pcb = tcp_new();
  tcp_recv(pcb, on_data);
  tcp_err(pcb, on_failed);
  if (tcp_connect(pcb, &server, (u16_t)port, on_connected) != ERR_OK) fail("no connection");
  run_while(&fetched, 0, "no page");
  fflush(stdout);
}

/* --- a call */

static void dial(char **arguments) {
  command("ATE0", "OK\r\n");
  command("AT+CGDCONT=1,\"IP\",\"internet\"", "OK\r\n");
  command("ATD*99#", "CONNECT\r\n");
  const u8_t proof = strcmp(arguments[2], "pap") == 0    ? PPPAUTHTYPE_PAP
                     : strcmp(arguments[2], "chap") == 0 ? PPPAUTHTYPE_CHAP
                                                         : PPPAUTHTYPE_NONE;
  ppp_set_auth(ppp, proof, arguments[3], arguments[4]);
  ppp_set_usepeerdns(ppp, 1);
  ppp_set_default(ppp);
  link_error = -1;
  if (ppp_connect(ppp, 0) != ERR_OK) fail("PPP does not begin");
  run_while(&link_error, -1, "PPP does not come up");
  if (link_error != PPPERR_NONE) fail("PPP does not come up");
}

static void use(char **arguments) {
  fprintf(stderr, "RESULT address %s\n", ip4addr_ntoa(netif_ip4_addr(&interface)));
  fprintf(stderr, "RESULT servers %s", ipaddr_ntoa(dns_getserver(0)));
  fprintf(stderr, " %s\n", ipaddr_ntoa(dns_getserver(1)));
  fprintf(stderr, "RESULT unknown %d\n", resolve("unknown.test"));
  if (!resolve(arguments[5])) fail("the name is not known");
  fetch(atoi(arguments[6]));
  if (arguments[7] != NULL) ping();
}

static void hang_up(void) {
  ppp_close(ppp, 0);
  run_while(&link_error, PPPERR_NONE, "PPP does not end");
  expect("NO CARRIER\r\n");
}

int main(int count, char **arguments) {
  if (count < 7) return 2;
  line = open(arguments[1], O_RDWR | O_NOCTTY);
  struct termios settings;
  if (line < 0 || tcgetattr(line, &settings) != 0) fail(arguments[1]);
  cfmakeraw(&settings);
  tcsetattr(line, TCSANOW, &settings);
  lwip_init();
  ppp = pppos_create(&interface, output, changed, NULL);
  for (int call = 1; call <= calls; ++call) {
    dial(arguments);
    use(arguments);
    hang_up();
    command("AT", "OK\r\n");
    fprintf(stderr, "RESULT calls %d\n", call);
  }
  return 0;
}
