import type { WriteCallOptions } from '../../client/client.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { note } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import { printWritten } from '../output/written.ts';
import { fileFlags } from '../resources/flags.ts';
import { defineCommand } from './command.ts';
import { objectFromArguments } from './create/from-arguments.ts';
import { writeFlags } from './write-flags.ts';

const createFlags = {
  ...fileFlags,
  ...writeFlags,
  'from-literal': { type: 'texts', value: 'KEY=VALUE', help: 'configmap, secret: a key and its value.' },
  'from-file': {
    type: 'texts',
    value: '[KEY=]FILE',
    help: 'configmap, secret: a file; its name is the key unless one is given. A directory: all its files.',
  },
  type: { type: 'text', value: 'TYPE', help: 'secret generic: the type of the secret.' },
  'docker-server': {
    type: 'text',
    value: 'HOST',
    default: 'https://index.docker.io/v1/',
    help: 'secret docker-registry: the registry.',
  },
  'docker-username': { type: 'text', value: 'NAME', help: 'secret docker-registry: who signs in.' },
  'docker-password': {
    type: 'text',
    value: 'WORD',
    help: 'secret docker-registry: the password; - reads it from standard input.',
  },
} as const satisfies Flags;

export const create = defineCommand({
  name: 'create',
  usage: [
    '-f FILE',
    'namespace NAME',
    'configmap NAME --from-literal=KEY=VALUE --from-file=FILE',
    'secret generic NAME --from-literal=KEY=VALUE --from-file=FILE',
    'secret docker-registry NAME --docker-server=HOST --docker-username=NAME --docker-password=WORD',
  ],
  description: 'Make objects that are not there yet; refuses those that are.',
  examples: [
    'tsmoby create -f web.yaml',
    'tsmoby create namespace shop',
    'tsmoby create configmap settings --from-file=app.conf',
  ],
  flags: createFlags,
  async run(call) {
    const { flags, args, given, io } = call;
    const session = await call.session();
    const options: WriteCallOptions = {
      fieldManager: 'tsmoby-create',
      fieldValidation: 'Strict',
      dryRun: flags['dry-run'] === 'server',
      onWarning: (text) => note(io, `Warning: ${text}`),
      signal: io.signal,
    };
    if (flags.filename.length === 0) {
      if (args.length === 0)
        throw new UsageError('must specify -f FILE, or what to create: namespace, configmap, secret');
      const { kind, object } = await objectFromArguments(args, flags, io);
      const target =
        kind.scope === 'Cluster'
          ? object
          : { ...object, metadata: { ...object.metadata, namespace: session.namespace } };
      const created = await session.client.create({ ...target, ...refOf(kind) }, options);
      await printWritten(io, [{ kind, object: created, verb: 'created' }], flags);
      return 0;
    }
    if (args.length > 0) throw new UsageError(`unexpected argument "${args[0] ?? ''}" beside -f`);
    const { loadManifests } = await import('../manifests/load.ts');
    const { sendManifests } = await import('../manifests/send-manifests.ts');
    const manifests = await loadManifests(flags, session, io, { namespaceGiven: given.has('namespace') });
    const { written, failed } = await sendManifests(io, manifests, 'created', ({ object }) =>
      session.client.create(object, options),
    );
    await printWritten(io, written, flags);
    return failed ? 1 : 0;
  },
});
