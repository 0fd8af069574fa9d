/** DNS over TCP: each message with its length in two bytes before it. */
export interface Frames {
  /** Messages that are whole with these bytes. */
  push(bytes: Buffer): readonly Buffer[];
}

export function createFrames(): Frames {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const messages: Buffer[] = [];
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const end = 2 + rest.readUInt16BE(0);
        messages.push(rest.subarray(2, end));
        rest = rest.subarray(end);
      }
      return messages;
    },
  };
}

export function frameOf(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(2 + message.length);
  frame.writeUInt16BE(message.length, 0);
  message.copy(frame, 2);
  return frame;
}
