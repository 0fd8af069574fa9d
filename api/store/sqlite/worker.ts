/**
 * The entry of a store thread; `workerData` says which role it has. Requests are answered one after the other, but a
 * compaction lets commits go first between its slices.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { openForReading } from './database.ts';
import { ThreadFailure, toFailure } from './failures.ts';
import type { AnswerMessage, Operation, RequestMessage, Requests, ThreadData } from './protocol.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

interface Connection {
  readonly reader: Reader;
  /** Absent in the reading thread. */
  readonly writer?: Writer;
  close(): void;
}

/** What each request does, for the words of its error. */
const ACTIONS: Readonly<Record<Operation, string>> = {
  open: 'open it',
  commit: 'write',
  compact: 'compact its history',
  get: 'read',
  list: 'read',
  changes: 'read',
  close: 'close it',
};

function serve(port: MessagePort, { path, role }: ThreadData): void {
  let connection: Connection | undefined;
  const connect = (): Connection => (connection ??= role === 'writer' ? connectWriter(path) : connectReader(path));
  const respond = async (message: RequestMessage): Promise<void> => {
    const answered = await answer(message, connect, path);
    port.postMessage(answered, transferables(answered));
    if (message.operation === 'commit') connection?.writer?.checkpoint();
    if (message.operation === 'close') port.close();
  };
  port.on('message', (message: RequestMessage) => void respond(message));
}

async function answer(message: RequestMessage, connect: () => Connection, path: string): Promise<AnswerMessage> {
  const { id, operation } = message;
  try {
    return { id, answer: await perform(message, connect()) };
  } catch (error) {
    const { code, message: text } = toFailure(path, ACTIONS[operation], error);
    return { id, failure: { code, message: text } };
  }
}

function perform(
  { operation, ask }: RequestMessage,
  connection: Connection,
): Requests[Operation]['answer'] | Promise<Requests[Operation]['answer']> {
  switch (operation) {
    case 'open':
      return writing(connection).position();
    case 'commit':
      writing(connection).commit(ask.base, ask.records);
      return {};
    case 'compact':
      return writing(connection)
        .compact(ask.revision)
        .then(() => ({}));
    case 'get':
      return connection.reader.get(ask.key, ask.revision);
    case 'list':
      return connection.reader.list(ask.prefix, ask.revision, ask.after, ask.limit);
    case 'changes':
      return connection.reader.changes(ask.prefix, ask.after, ask.until);
    case 'close':
      connection.close();
      return {};
  }
}

function writing({ writer }: Connection): Writer {
  if (!writer) throw new ThreadFailure('Unavailable', 'the reading thread was asked to write');
  return writer;
}

function connectWriter(path: string): Connection {
  const writer = new Writer(path);
  return { writer, reader: new Reader(writer.database), close: () => writer[Symbol.dispose]() };
}

function connectReader(path: string): Connection {
  const database = openForReading(path);
  return { reader: new Reader(database), close: () => database.close() };
}

function transferables(message: AnswerMessage): ArrayBuffer[] {
  return 'answer' in message && 'records' in message.answer ? [message.answer.records] : [];
}

if (parentPort) serve(parentPort, workerData as ThreadData);
