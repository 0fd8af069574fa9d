/** The builder's side of a file transfer, with the generated codec instead of ours. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  Packet_PacketType as PacketType,
  PacketSchema,
  type Packet,
  type Stat,
} from '../../../../proto/gen/buildkit/fsutil_pb.ts';
import type { MemoryCall } from './memory-call.ts';

export interface Received {
  readonly stats: readonly Stat[];
  readonly contents: ReadonlyMap<string, Buffer>;
}

export interface ReceiverOptions {
  /** Default: every file that is no link to another one. */
  readonly wants?: (stat: Stat) => boolean;
  /** After each packet that came. */
  readonly onPacket?: (packet: Packet) => void | Promise<void>;
}

export const encodePacket = (packet: Parameters<typeof create<typeof PacketSchema>>[1]): Uint8Array =>
  toBinary(PacketSchema, create(PacketSchema, packet));

export const decode = (message: Uint8Array): Packet => fromBinary(PacketSchema, message);

const typeBits = 0x8f280000;

/** Until our side answered that it is done. Rejects when it sends an error. */
export async function receive(memory: MemoryCall, options: ReceiverOptions = {}): Promise<Received> {
  const { wants = (stat): boolean => stat.linkname === '' } = options;
  const stats: Stat[] = [];
  const open = new Map<number, Buffer[]>();
  const contents = new Map<string, Buffer>();
  let listed = false;
  for await (const message of memory.sent) {
    const packet = decode(message);
    await options.onPacket?.(packet);
    if (packet.type === PacketType.PACKET_ERR) throw new Error(Buffer.from(packet.data).toString());
    if (packet.type === PacketType.PACKET_FIN) return { stats, contents };
    if (packet.type === PacketType.PACKET_STAT && packet.stat !== undefined) {
      const id = stats.push(packet.stat) - 1;
      if ((packet.stat.mode & typeBits) === 0 && wants(packet.stat)) {
        open.set(id, []);
        memory.push(encodePacket({ type: PacketType.PACKET_REQ, id }));
      }
    } else if (packet.type === PacketType.PACKET_STAT) {
      listed = true;
    } else {
      const chunks = open.get(packet.id);
      if (chunks === undefined) throw new Error(`data of ${packet.id}, which was not asked for`);
      if (packet.data.length > 0) chunks.push(Buffer.from(packet.data));
      else {
        contents.set(stats[packet.id]!.path, Buffer.concat(chunks));
        open.delete(packet.id);
      }
    }
    if (listed && open.size === 0) memory.push(encodePacket({ type: PacketType.PACKET_FIN }));
  }
  throw new Error('the call ended in the middle');
}
