import type { Build, Container } from '../../schemas/gen/types.ts';
import type { Session } from '../connect/session.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { print, type Io } from '../io.ts';
import { refOf, shownName, type KindInfo } from '../kinds/directory.ts';
import { connectionFlags } from '../connect/flags.ts';
import { selectionsOf } from '../resources/arguments.ts';
import { defineCommand } from './command.ts';
import { rolloutBuild, type RolledBuild } from './rollout/builds.ts';
import { pauseRollout, restartRollout, resumeRollout } from './rollout/change.ts';
import { showHistory } from './rollout/history.ts';
import { awaitRollout } from './rollout/status.ts';
import { undoRollout } from './rollout/undo.ts';

const rolloutFlags = {
  ...connectionFlags,
  revision: { type: 'integer', value: 'NUMBER', default: 0, help: 'history, status: this revision.' },
  'to-revision': {
    type: 'integer',
    value: 'NUMBER',
    default: 0,
    help: 'undo: back to this one; 0: the one before, or the one that was good last.',
  },
  watch: { type: 'boolean', short: 'w', default: true, help: 'status: wait for the end.' },
  timeout: { type: 'duration', value: 'TIME', default: 0, help: 'status: give up after this time; 0 waits for ever.' },
} as const satisfies Flags;

/** A Container that a rollout command is about, as it is now. */
export interface Rolled {
  readonly session: Session;
  readonly kind: KindInfo;
  readonly object: Container;
  readonly shown: string;
}

const ACTIONS = ['status', 'history', 'undo', 'restart', 'pause', 'resume'] as const;

export const rollout = defineCommand({
  name: 'rollout',
  usage: ACTIONS.map((action) => `${action} KIND NAME…, ${action} KIND/NAME…`),
  description:
    'See how changes of containers come along, take them back, hold them up, start anew. Of a Build, revisions are its results.',
  examples: [
    'tsmoby rollout status container/web --timeout=60s',
    'tsmoby rollout history container web',
    'tsmoby rollout undo container/web --to-revision=2',
    'tsmoby rollout restart container/web',
    'tsmoby rollout undo build/app',
  ],
  flags: rolloutFlags,
  async run(call) {
    const { flags, args, io } = call;
    const [typed = '', ...named] = args;
    const action = ACTIONS.find((one) => one === typed);
    if (action === undefined) throw new UsageError(`you must say what to do: ${ACTIONS.join(', ')}`);
    if (named.length === 0) throw new UsageError('required resource not specified: KIND NAME or KIND/NAME');
    const session = await call.session();
    for (const rolled of await rolledOf(session, named)) {
      if (isBuild(rolled)) {
        const code = await rolloutBuild(action, rolled, io, flags);
        if (code !== 0) return code;
      } else if (action === 'status') {
        const code = await awaitRollout(rolled, io, flags);
        if (code !== 0) return code;
      } else if (action === 'history') await print(io.stdout, await showHistory(rolled, flags.revision));
      else await print(io.stdout, `${rolled.shown} ${await CHANGES[action](rolled, io, flags['to-revision'])}\n`);
    }
    return 0;
  },
});

const CHANGES = {
  undo: (rolled: Rolled, _io: Io, to: number) => undoRollout(rolled, to),
  restart: (rolled: Rolled, io: Io) => restartRollout(rolled, io.now()),
  pause: (rolled: Rolled) => pauseRollout(rolled),
  resume: (rolled: Rolled) => resumeRollout(rolled),
} as const;

const isBuild = (rolled: Rolled | RolledBuild): rolled is RolledBuild => rolled.object.kind === 'Build';

async function rolledOf(session: Session, named: readonly string[]): Promise<readonly (Rolled | RolledBuild)[]> {
  const selections = await selectionsOf(named, session.kinds);
  const all = selections.map(async ({ kind, names }) => {
    if (!['Container', 'Build'].includes(kind.kind))
      throw new CommandError(`${kind.plural} have no rollouts: only containers and builds do`);
    if (names.length === 0) throw new UsageError(`you must name the ${kind.singular}: KIND NAME or KIND/NAME`);
    return Promise.all(
      names.map(async (name) => {
        const ref = { ...refOf(kind), namespace: session.namespace, name };
        const object = await session.client.get<Container | Build>(ref);
        return { session, kind, object, shown: shownName(kind, name) } as Rolled | RolledBuild;
      }),
    );
  });
  return (await Promise.all(all)).flat();
}
