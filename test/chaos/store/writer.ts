/**
 * A process that writes until it is killed: `node writer.ts <database> <first sequence> <writers> <worker URL> [compact]`. Each answered
 * write is told on stdout, a pipe; what its reader got was acknowledged.
 */
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { acknowledge, valueOf } from './values.ts';

const [, , path = '', first = '1', writers = '16', worker = '', compact] = process.argv;
const store = await openSqliteStore(path, { workerUrl: new URL(worker) });
let sequence = Number(first);

async function write(writer: number): Promise<never> {
  for (let round = 0; ; round++) {
    const key = `/w/${writer}/${round % 7}`;
    const head = await store.get(key);
    const own = sequence++;
    if (head && round % 5 === 4) {
      const revision = await store.delete(key, head.modRevision);
      process.stdout.write(acknowledge({ revision, key, sequence: 0 }));
    } else {
      const value = valueOf(key, own);
      const revision = head ? await store.update(key, value, head.modRevision) : await store.create(key, value);
      process.stdout.write(acknowledge({ revision, key, sequence: own }));
    }
    if (compact && writer === 0 && round % 10 === 9) await store.compact(store.currentRevision());
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));
