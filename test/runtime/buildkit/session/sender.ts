/** The builder's side when it hands files out, with the generated codec instead of ours. */
import { decode, encodePacket } from './receiver.ts';
import type { MemoryCall } from './memory-call.ts';

export type Sent =
  | { readonly path: string; readonly directory: true; readonly mode?: number }
  | {
      readonly path: string;
      readonly content: string;
      readonly mode?: number;
      readonly setuid?: boolean;
      readonly size?: number;
    }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly same: string }
  | { readonly path: string; readonly device: true };

const modTime = 1_600_000_000_500_000_000n;

interface Habits {
  /** Before the content of a file goes out. */
  readonly onRequest?: () => void;
  /** In the place of an answer to the receiver's last word. */
  readonly last?: () => void;
}

/** Until the receiver has said that it is done. Rejects when it sends an error. */
export async function sendFiles(
  memory: MemoryCall,
  files: readonly Sent[],
  { onRequest, last = () => memory.push(encodePacket({ type: 3 })) }: Habits = {},
): Promise<void> {
  memory.push(...files.map((file) => encodePacket({ type: 0, stat: { path: file.path, modTime, ...statOf(file) } })));
  memory.push(encodePacket({ type: 0 }));
  for await (const message of memory.sent) {
    const packet = decode(message);
    if (packet.type === 4) throw new Error(Buffer.from(packet.data).toString());
    if (packet.type === 3) return last();
    const file = files[packet.id];
    if (file === undefined || !('content' in file)) throw new Error(`${packet.id} cannot be asked for`);
    onRequest?.();
    const content = Buffer.from(file.content);
    for (let at = 0; at < content.length; at += 32_768) {
      memory.push(encodePacket({ type: 2, id: packet.id, data: content.subarray(at, at + 32_768) }));
    }
    memory.push(encodePacket({ type: 2, id: packet.id }));
  }
}

function statOf(file: Sent): { mode: number; size?: bigint; linkname?: string } {
  if ('directory' in file) return { mode: 0x80000000 + (file.mode ?? 0o755) };
  if ('link' in file) return { mode: 0x08000000 + 0o777, linkname: file.link };
  if ('same' in file) return { mode: 0o644, linkname: file.same };
  if ('device' in file) return { mode: 0x04200000 + 0o666 };
  const mode = (file.mode ?? 0o644) + (file.setuid === true ? 0x00800000 : 0);
  return { mode, size: BigInt(file.size ?? Buffer.byteLength(file.content)) };
}
