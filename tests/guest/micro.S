/* SPDX-License-Identifier: MIT */
/*
 * The smallest machine worth switching on: one 512-byte sector that boots
 * from a disk, a floppy, a CD (El Torito, no emulation) or the network, and
 * is up a tenth of a second after power on.  It speaks only through the
 * BIOS (INT 10h, 16h), so with the BIOS console redirected the same text is
 * on the serial port and on the screen, and keys count from both.
 *
 *	MICRO drive 80 sum 9A3F
 *
 * is the BIOS number of the drive it came from and the 16-bit sum of the
 * little-endian words of the blocks it reads there (by default this sector
 * alone; mkdisk writes another range at `range').  Then it echoes keys.  A
 * line of one letter is a command:
 *
 *	d	read the blocks again	r	reset the machine
 *	o	switch it off (APM)
 *
 * An ACPI power button does nothing at all.
 */
	.code16
	.globl	_start
_start:
	ljmp	$0, $main		/* a CD is entered at 07c0:0000 */
main:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$_start, %sp
	mov	%dl, drive

banner:
	mov	$hello, %si
	call	print
	mov	drive, %al
	call	print_byte
	mov	$with_sum, %si
	call	print
	call	sum_blocks
	mov	%bh, %al
	call	print_byte
	mov	%bl, %al
	call	print_byte
	call	newline

next_line:
	xor	%cx, %cx		/* %cl: last key, %ch: 1 if alone */
next_key:
	xor	%ax, %ax		/* wait for a key: ASCII in %al */
	int	$0x16
	cmp	$'\r', %al
	je	enter
	call	print_char
	mov	%al, %cl
	stc
	rcl	%ch			/* 0, 1, 3, 7 ... 255, 255 */
	jmp	next_key
enter:
	call	newline
	cmp	$0x100 + 'd', %cx
	je	banner
	cmp	$0x100 + 'r', %cx
	je	reset
	cmp	$0x100 + 'o', %cx
	jne	next_line
off:
	mov	$0x5307, %ax		/* APM: set power state, */
	mov	$1, %bx			/* all devices, */
	mov	$3, %cx			/* off */
	int	$0x15
	jmp	next_line
reset:
	mov	$0xfe, %al		/* keyboard controller: reset */
	out	%al, $0x64
	hlt

newline:
	mov	$crlf, %si
print:
	lodsb
	test	%al, %al
	jz	1f
	call	print_char
	jmp	print
1:	ret

print_byte:
	push	%ax
	shr	$4, %al
	call	print_digit
	pop	%ax
	and	$15, %al
print_digit:
	cmp	$10, %al
	sbb	$0x69, %al		/* the old trick: nibble to */
	das				/* ASCII without a branch */
print_char:
	pusha
	mov	$0x0e, %ah		/* teletype output, page 0 */
	mov	$7, %bx
	int	$0x10
	popa
	ret

/*
 * %bx = sum over the range, one block at a time; stops where the BIOS
 * cannot read (a floppy has no INT 13h extensions: sum 0).
 */
sum_blocks:
	xor	%bx, %bx
	mov	$256, %bp		/* words in a block, */
	mov	$parameters, %si
	movw	$26, parameters
	mov	$0x48, %ah		/* unless the drive knows better */
	call	disk
	jc	1f
	mov	parameters + 24, %bp
	shr	%bp
1:	mov	first, %eax
	mov	%eax, lba
	mov	count, %cx
2:	jcxz	4f
	mov	$packet, %si
	mov	$0x42, %ah		/* extended read */
	call	disk
	jc	4f
	mov	$block, %si
	mov	%bp, %dx
3:	lodsw
	add	%ax, %bx
	dec	%dx
	jnz	3b
	incl	lba
	dec	%cx
	jmp	2b
4:	ret

disk:					/* keeps all but the carry flag */
	pusha
	mov	drive, %dl
	int	$0x13
	popa
	ret

hello:		.asciz	"\r\nMICRO drive "
with_sum:	.asciz	" sum "
crlf:		.asciz	"\r\n"
drive:		.byte	0
	.balign	4
packet:		.word	16, 1		/* its size, one block */
		.word	block, 0	/* to 0000:8000 */
lba:		.long	0, 0
		.set	block, 0x8000
		.set	parameters, 0x7e00	/* 26 bytes, block size at 24 */

	.org	440
range:
first:		.long	0		/* mkdisk: first block to sum */
count:		.word	1		/* and how many */
	.org	510
	.word	0xaa55
