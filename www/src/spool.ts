// Where a ZIP stays until it is whole, and searched where it must be: the browser's own storage, or memory.
import { letGo } from "./engine/memory.js";
import type { Spool } from "./engine/index.js";

/** Whether the browser has storage that can be written at once; only a worker has it, so only there it shows. */
export const canSpool = () => "createSyncAccessHandle" in FileSystemFileHandle.prototype;

/** Bytes written at once: a few megabytes take Chromium half as long again when they are written in one go. */
const PIECE = 512 << 10;

/** A file in the browser's own storage: no memory is taken, however large the ZIP. */
export async function storageSpool(file: string): Promise<Spool & { stored: () => Promise<File> }> {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(file, { create: true });
  const access = await handle.createSyncAccessHandle();
  return {
    write(bytes) {
      for (let at = 0; at < bytes.byteLength; ) {
        const written = access.write(bytes.subarray(at, at + PIECE));
        if (written === 0) throw new DOMException("nothing was written", "QuotaExceededError");
        at += written;
      }
      letGo(bytes.buffer);
    },
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      return bytes.subarray(0, access.read(bytes, { at: start }));
    },
    close() {
      access.flush();
      access.close();
    },
    async abort() {
      access.close();
      await folder.removeEntry(file);
    },
    stored: () => handle.getFile(),
  };
}

/** Where there is no storage, memory. */
export function memorySpool(): Spool & { stored: () => Promise<Blob> } {
  const pieces: { at: number; bytes: Uint8Array<ArrayBuffer> }[] = [];
  let size = 0;
  return {
    write(bytes) {
      pieces.push({ at: size, bytes: bytes.slice() });
      size += bytes.byteLength;
    },
    read(start, end) {
      const out = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      for (const { at, bytes } of pieces) {
        if (at + bytes.byteLength > start && at < end) out.set(bytes.subarray(Math.max(0, start - at), end - at), Math.max(0, at - start));
      }
      return out;
    },
    close() {},
    abort: () => void (pieces.length = 0),
    stored: async () => new Blob(pieces.map(({ bytes }) => bytes), { type: "application/zip" }),
  };
}
