/**
 * Asks the resolver of the container whose network namespace it stands in: `node dns-client.ts RESOLV_CONF NAME SECONDS AT_ONCE`.
 * Prints a DnsReport as JSON. The same program for whoever answers.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, encode } from 'dns-packet';

export interface DnsReport {
  /** Right answers, and the seconds in which they came. */
  readonly answers: number;
  readonly seconds: number;
  /** Answers that were errors, and questions that had none within a second. */
  readonly failures: number;
  /** Milliseconds from question to answer. */
  readonly p50: number;
  readonly p99: number;
}

const PORT = 53;
const PATIENCE_MS = 1000;
const IDS = 0x1_0000;

const [file = '', name = '', seconds = '', atOnce = ''] = process.argv.slice(2);
const server = /^nameserver\s+(\S+)/m.exec(await readFile(file, 'utf8'))?.[1];
if (server === undefined) throw new Error(`${file} names no server`);

const socket = createSocket('udp4');
socket.connect(PORT, server);
await once(socket, 'connect');
const question = encode({ type: 'query', id: 0, flags: 0x0100, questions: [{ type: 'A', name }] });
const asked = new Map<number, number>();
const times: number[] = [];
let failures = 0;
let next = 0;
let ended = false;

function ask(): void {
  if (ended) return;
  next = (next + 1) % IDS;
  const packet = Buffer.from(question);
  packet.writeUInt16BE(next, 0);
  asked.set(next, performance.now());
  socket.send(packet);
}

socket.on('message', (packet) => {
  const answer = decode(packet);
  const begin = asked.get(answer.id ?? -1);
  if (begin === undefined) return;
  asked.delete(answer.id ?? -1);
  if (answer.answers?.[0]?.type === 'A') times.push(performance.now() - begin);
  else failures += 1;
  ask();
});
// Nobody listens: as good as an answer that does not come.
socket.on('error', () => undefined);

const start = performance.now();
for (let index = 0; index < Number(atOnce); index += 1) ask();
for (const end = start + Number(seconds) * 1000; performance.now() < end; await sleep(100)) {
  for (const [id, begin] of asked) {
    if (performance.now() - begin < PATIENCE_MS) continue;
    asked.delete(id);
    failures += 1;
    ask();
  }
}
ended = true;
const took = (performance.now() - start) / 1000;
socket.close();
times.sort((a, b) => a - b);
const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0;
const report: DnsReport = { answers: times.length, seconds: took, failures, p50: at(0.5), p99: at(0.99) };
console.log(JSON.stringify(report));
