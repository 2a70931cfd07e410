// Memory that is done with.

/**
 * Gives a buffer's memory back at once, where the browser can: whoever asks for some next gets the same. It would be kept until
 * garbage is collected, and memory that is new to a process must be cleared first, which takes longer than to fill it.
 */
export function letGo(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && "transfer" in buffer) buffer.transfer(0);
}
