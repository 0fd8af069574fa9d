import { KINDS } from '../schemas/kinds.ts';
import { ACTIONS } from './commands/builder/actions.ts';
import { ACTIONS as SYNC_ACTIONS } from './commands/sync/actions.ts';
import { defineCommand, type Command } from './commands/command.ts';
import type { CommandEntry } from './commands/table.ts';
import { connectionFlags } from './connect/flags.ts';
import type { Session } from './connect/session.ts';
import { print } from './io.ts';
import { refOf } from './kinds/directory.ts';

/** Nobody waits longer for a hint. */
const PATIENCE_MS = 1500;
/** Commands whose arguments name containers. */
const OF_CONTAINERS = ['logs', 'exec', 'attach', 'port-forward'];
const ROLLOUT_ACTIONS = ['status', 'history', 'undo', 'restart', 'pause', 'resume'];
const NO_KINDS = [
  'apply',
  'build',
  'diff',
  'create',
  'replace',
  'daemon',
  'completion',
  'version',
  'events',
  'api-resources',
  'cp',
];

/** What the completion scripts call: prints what may stand in place of the last word. */
export function completeCommand(commands: readonly CommandEntry[]): Command {
  return defineCommand({
    name: '__complete',
    usage: ['-- WORD…'],
    description: 'Print what may come next; for the scripts of "tsmoby completion".',
    flags: connectionFlags,
    async run({ rest, io, session }) {
      const last = rest.at(-1) ?? '';
      const found = (await candidates(commands, rest, session)).filter((word) => word.startsWith(last));
      await print(io.stdout, found.map((word) => `${word}\n`).join(''));
      return 0;
    },
  });
}

async function candidates(
  commands: readonly CommandEntry[],
  words: readonly string[],
  open: () => Promise<Session>,
): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  const [name, ...args] = words.slice(0, -1).filter((word) => !word.startsWith('-'));
  if (name === undefined) return commands.map((command) => command.name);
  const entry = commands.find((command) => command.name === name || command.aliases?.includes(name));
  if (entry === undefined) return [];
  if (last.startsWith('-')) return Object.keys((await entry.load()).flags).map((flag) => `--${flag}`);
  if (NO_KINDS.includes(entry.name)) return [];
  const slash = last.indexOf('/');
  if (OF_CONTAINERS.includes(entry.name) && (slash < 0 || entry.name !== 'logs')) return await names('container', open);
  if (slash > 0) return (await names(last.slice(0, slash), open)).map((one) => `${last.slice(0, slash + 1)}${one}`);
  if (entry.name === 'rollout' && args.length === 0) return ROLLOUT_ACTIONS;
  if (entry.name === 'builder') return await builderWords(args, open);
  if (entry.name === 'sync') return await syncWords(args, open);
  const [kind] = entry.name === 'rollout' ? args.slice(1) : args;
  return kind === undefined || kind.includes('/') ? KINDS.map(({ plural }) => plural) : await names(kind, open);
}

/** What to do, then of which builder. */
async function builderWords([action]: readonly string[], open: () => Promise<Session>): Promise<readonly string[]> {
  if (action === undefined) return ACTIONS;
  return action === 'ls' || action === 'create' ? [] : await names('builder', open);
}

/** What to do, then with which Sync. */
async function syncWords([action]: readonly string[], open: () => Promise<Session>): Promise<readonly string[]> {
  if (action === undefined) return SYNC_ACTIONS;
  return action !== 'list' && SYNC_ACTIONS.includes(action) ? await names('sync', open) : [];
}

async function names(typed: string, open: () => Promise<Session>): Promise<readonly string[]> {
  const { client, kinds, namespace } = await open();
  const kind = await kinds.typed(typed);
  const place = kind.scope === 'Cluster' ? {} : { namespace };
  const { items } = await client.list(refOf(kind), { ...place, signal: AbortSignal.timeout(PATIENCE_MS) });
  return items.map(({ metadata }) => metadata.name);
}
