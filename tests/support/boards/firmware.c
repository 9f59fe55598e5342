/* Firmware for an ATmega644 that asks a modem on its UART, again until it answers: what comes goes to simavr's console.
 * SPDX-License-Identifier: MIT */
#include <avr/avr_mcu_section.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/interrupt.h>
#include <util/delay.h>

AVR_MCU(F_CPU, "atmega644");
AVR_MCU_SIMAVR_CONSOLE(&GPIOR0);

static void say(const char *text) {
  for (; *text != '\0'; ++text) {
    while ((UCSR0A & (1 << UDRE0)) == 0) {
    }
    UDR0 = *text;
  }
}

/* Shows what comes until nothing has come for half a second; whether these words were in it. */
static char hear(const char *words) {
  const char *wanted = words;
  for (unsigned idle = 0; idle < 50000U;) {
    if ((UCSR0A & (1 << RXC0)) == 0) {
      _delay_us(10);
      ++idle;
      continue;
    }
    const char now = UDR0;
    GPIOR0 = now;
    if (*wanted != '\0') wanted = now == *wanted ? wanted + 1 : words;
    idle = 0;
  }
  return *wanted == '\0';
}

int main(void) {
  UCSR0A = 1 << U2X0;
  UBRR0 = F_CPU / 8 / 115200;
  UCSR0B = (1 << RXEN0) | (1 << TXEN0);
  do say("AT\r");
  while (!hear("OK"));
  do say("AT+CSQ\r");
  while (!hear("+CSQ: "));
  GPIOR0 = '\r';
  cli();
  sleep_mode(); /* without interrupts it ends the simulation */
  return 0;
}
