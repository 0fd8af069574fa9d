import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { Attachment, PlaceOf, Sandbox, Sandboxes, SandboxSpec } from '../ports/sandboxes.ts';
import { ensureAttachments, removeAttachments, type Workshop } from './attachments.ts';
import { isMark, prepareDirectory } from './boot.ts';
import { attachedFiles, sandboxFiles } from './content.ts';
import { fileFailure, unlessMissing } from './failures.ts';
import { describe, hostFiles, machineResolvConf, writeFiles, type HostPaths } from './files.ts';
import { checkHostname, checkId } from './names.ts';
import { isNetns } from './netns.ts';
import type { AttachmentRecord } from './records.ts';
import type { Turns } from './turns.ts';

export interface SandboxesOptions {
  readonly shop: Workshop;
  readonly runDirectory: string;
  readonly hostPaths: HostPaths;
  /** Why names are not answered at a gateway. */
  readonly dnsProblem: (gateway: string) => string | undefined;
  readonly turns: Turns;
}

/** Three small files each, in `<run>/sandboxes/<id>`; of mode `cni` a namespace `<run>/netns/<id>` besides, and a durable record. */
export function createSandboxes({ shop, ...options }: SandboxesOptions): Sandboxes {
  const root = join(options.runDirectory, 'sandboxes');
  let prepared: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    prepared ??= prepareDirectory(root, shop.boot);
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };
  /** One after the other for each sandbox. */
  const inTurn = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    checkId(id);
    try {
      return await options.turns.take(`sandbox ${id}`, work);
    } catch (error) {
      throw fileFailure(`sandbox ${id}`, error);
    }
  };
  const ensure = async (spec: SandboxSpec): Promise<Sandbox> => {
    const directory = join(root, spec.id);
    const plain = describe(directory, spec.id, spec.mode);
    if (spec.mode === 'cni') {
      const record = await ensureAttachments(shop, spec);
      await writeFiles(directory, plain, filesOf(shop, options, spec, record.attachments));
      return { ...plain, netnsPath: shop.netnsPath(spec.id), attachments: record.attachments.map(attachmentOf) };
    }
    await removeAttachments(shop, spec.id);
    if (spec.mode === 'shared') return await share(shop, root, spec);
    const machine = spec.mode === 'host' ? hostFiles(options.hostPaths) : { hosts: '', resolvConf: '' };
    await writeFiles(directory, plain, sandboxFiles(spec, machine));
    return plain;
  };
  return {
    ensure(spec) {
      return inTurn(spec.id, async () => {
        checkHostname(spec.id, spec.hostname);
        await prepare();
        return await ensure(spec);
      });
    },
    remove(id) {
      return inTurn(id, async () => {
        await removeAttachments(shop, id);
        await rm(join(root, id), { recursive: true, force: true });
      });
    },
    async list() {
      try {
        await prepare();
        const files = (await readdir(root)).filter((name) => !isMark(name));
        const namespaces = (await unlessMissing(readdir(dirname(shop.netnsPath('any'))))) ?? [];
        return [...new Set([...files, ...namespaces, ...shop.sandboxes.keys()])];
      } catch (error) {
        throw fileFailure('sandboxes', error);
      }
    },
  };
}

/** Where others find a sandbox; of another boot there is none yet. */
export function createPlaceOf({ boot, sandboxes, network }: Workshop): PlaceOf {
  return (id) => {
    const record = sandboxes.get(id);
    if (record?.boot !== boot) return undefined;
    const attachments = record.attachments.flatMap((one) => {
      const spec = network(one.network)?.spec;
      if (spec === undefined || one.state === 'detaching') return [];
      return [{ ...attachmentOf(one), driver: spec.driver, internal: spec.internal, subnets: spec.subnets }];
    });
    return { attachments };
  };
}

const attachmentOf = ({ network, interface: name, addresses, mac }: AttachmentRecord): Attachment => ({
  network,
  interface: name,
  addresses,
  mac,
});

/** Everything is the other one's; a folder of its own says that it is there. */
async function share(shop: Workshop, root: string, { id, of = '' }: SandboxSpec): Promise<Sandbox> {
  const record = shop.sandboxes.get(of);
  const netnsPath = shop.netnsPath(of);
  if (record?.boot !== shop.boot || !(await isNetns(netnsPath))) {
    throw new RuntimeError('NotFound', `there is no sandbox ${of} with a network that sandbox ${id} could share`);
  }
  await mkdir(join(root, id), { recursive: true, mode: 0o755 });
  return { ...describe(join(root, of), id, 'shared'), netnsPath };
}

function filesOf(
  { network }: Workshop,
  { hostPaths, dnsProblem }: Pick<SandboxesOptions, 'hostPaths' | 'dnsProblem'>,
  spec: SandboxSpec,
  attachments: readonly AttachmentRecord[],
) {
  const bridges = attachments
    .flatMap((one) => network(one.network)?.spec ?? [])
    .filter(({ driver }) => driver === 'bridge');
  const gateways = bridges.flatMap(({ subnets }) => subnets.map(({ gateway }) => gateway));
  const nameServer = gateways.find((gateway) => dnsProblem(gateway) === undefined);
  const addresses = attachments.flatMap((one) => one.addresses);
  return attachedFiles(spec, addresses, { nameServer, gateway: gateways[0] }, machineResolvConf(hostPaths));
}
