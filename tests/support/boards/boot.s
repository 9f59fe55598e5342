# A boot sector for a PC that asks a modem on its first serial port: what comes goes to QEMU's debug console.
# SPDX-License-Identifier: MIT
        .code16
        .set com1, 0x3f8
        .set line_status, com1 + 5
        .set console, 0xe9
        .set exit, 0xf4

        .text
        xor     %ax, %ax
        mov     %ax, %ds
        cld
        mov     $com1 + 3, %dx          # 8N1 at 115200 bit/s
        mov     $0x80, %al
        outb    %al, %dx
        mov     $com1, %dx
        mov     $1, %ax
        outw    %ax, %dx
        mov     $com1 + 3, %dx
        mov     $3, %al
        outb    %al, %dx

        mov     $lines + 0x7c00, %si
say:    lodsb                           # a line ends with CR, the last one is empty
        test    %al, %al
        jz      done
        mov     %al, %bl
        mov     $line_status, %dx
1:      inb     %dx, %al
        test    $0x20, %al              # room for an octet
        jz      1b
        mov     %bl, %al
        mov     $com1, %dx
        outb    %al, %dx
        cmp     $'\r', %bl
        jne     say

        xor     %bx, %bx
hear:   mov     $line_status, %dx
        inb     %dx, %al
        test    $1, %al                 # an octet has come
        jz      hear
        mov     $com1, %dx
        inb     %dx, %al
        outb    %al, $console
        mov     %bl, %bh
        mov     %al, %bl
        cmp     $0x4f4b, %bx            # OK
        jne     hear
        jmp     say

done:   outb    %al, $exit
        jmp     done

lines:  .asciz  "AT\rAT+CSQ\r"

        .org    510
        .word   0xaa55
