/* A board: firmware on simavr's ATmega644, whose UART is a pseudo-terminal, as in simavr's examples.
 *   board FIRMWARE.elf
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <simavr/parts/uart_pty.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

int main(int count, char **arguments) {
  elf_firmware_t firmware = {0};
  if (count != 2 || elf_read_firmware(arguments[1], &firmware) != 0) return 2;
  avr_t *const avr = avr_make_mcu_by_name("atmega644");
  if (avr == NULL) return 2;
  avr_init(avr);
  avr_load_firmware(avr, &firmware);
  uart_pty_t uart;
  uart_pty_init(avr, &uart);
  uart_pty_connect(&uart, '0');
  printf("uart %s\n", uart.pty.slavename);
  fflush(stdout);
  int state = cpu_Running;
  while (state != cpu_Done && state != cpu_Crashed) state = avr_run(avr);
  return state == cpu_Done ? 0 : 1;
}
