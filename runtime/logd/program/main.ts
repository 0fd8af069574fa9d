/**
 * logd: holds the FIFOs that containers write to, and writes what comes out of them into log files. It outlives the daemon, so that
 * the daemon may be killed, stopped or upgraded without a line lost or a container blocked. It knows nothing of containers.
 *
 * Usage: node main.mjs --run-directory DIRECTORY --version VERSION
 */
import { join } from 'node:path';
import { serveLines, type Handled } from '../../resident/program/serve-lines.ts';
import { createClock } from './clock.ts';
import { createReadBuffer } from './fifo-reader.ts';
import { createBufferPool } from './output-queue.ts';
import { protocolVersion, type Answer, type Message } from './protocol.ts';
import { createRuns } from './runs.ts';

/** A request of ours has a few hundred bytes. */
const maxRequestBytes = 64 * 1024;

const [, , , directory = '', , version = ''] = process.argv;

async function main(): Promise<void> {
  process.umask(0o077);
  const clock = createClock(Date.now, () => process.hrtime.bigint());
  const runs = createRuns(join(directory, 'open'), { clock, pool: createBufferPool(), readBuffer: createReadBuffer() });
  await runs.restore();
  const server = serveLines<Message, Answer>(join(directory, 'logd.sock'), { maxRequestBytes, handle });

  async function handle(message: Message): Promise<Handled<Answer>> {
    switch (message.op) {
      case 'hello':
        return { protocol: protocolVersion, version };
      case 'open':
        await runs.open(message);
        return {};
      case 'drain':
        await runs.drain(message);
        return {};
      case 'attach':
        return { pid: process.pid, takeOver: runs.attach(message) };
      case 'retire':
        await runs.release();
        server.close();
        setImmediate(() => process.exit(0));
        return {};
      default:
        throw Object.assign(new Error('unknown message: this logd is older than the daemon'), { code: 'ENOSYS' });
    }
  }
  process.once('SIGTERM', () => void handle({ op: 'retire' }));
}

await main();
