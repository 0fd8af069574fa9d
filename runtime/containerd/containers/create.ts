import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import type { ContainerSchema } from '../../../proto/gen/containerd/containers_pb.ts';
import { OptionsSchema } from '../../../proto/gen/containerd/runc-options_pb.ts';
import type { Mount } from '../../../proto/gen/containerd/types/mount_pb.ts';
import { RuntimeError } from '../../errors.ts';
import type { InstanceSpec } from '../../ports/containers.ts';
import { isGrpc, unlessGone, unlessThere } from '../errors.ts';
import { GC_ROOT, MANIFEST_LABEL, ownerLabels, STORE_LABEL } from '../labels.ts';
import type { ContainersContext, RuntimeOptions } from './context.ts';

/** [S] containerd registers the OCI spec under this name; the value is JSON. */
export const SPEC_TYPE = 'types.containerd.io/opencontainers/runtime-spec/1/Spec';
/** The shim that runs everything here. */
export const RUNTIME = 'io.containerd.runc.v2';
/** Top chain id of the root file system, so that a lost snapshot can be made again. */
export const CHAIN_LABEL = 'tsmoby.dev/chain-id';

/**
 * Snapshot, then record: two calls. The snapshot is a root of the garbage collector by its own label and the record keeps the
 * manifest, so no lease is needed: whatever a crash leaves behind is found by the next create, or by the sweep. Once begun it is
 * finished: an owner that is deleted meanwhile would not know of a snapshot without a record.
 */
export async function createInstance(
  context: ContainersContext,
  spec: InstanceSpec,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const { connection, creating, freshMounts } = context;
  const record = recordOf(context, spec);
  creating.add(spec.id);
  try {
    const mounts = (await prepareRoot(context, spec.id, spec.root)) ?? (await adoptRoot(context, spec));
    const made = await unlessThere(connection.services.containers.create({ container: record }));
    if (made !== undefined && mounts !== undefined) freshMounts.set(spec.id, mounts);
  } finally {
    creating.delete(spec.id);
  }
}

/** A writable layer on the image's chain under the instance's id; undefined when there is one already. */
export async function prepareRoot(
  context: Pick<ContainersContext, 'connection'>,
  id: string,
  root: Pick<InstanceSpec['root'], 'chainId' | 'snapshotter'>,
  signal?: AbortSignal,
): Promise<readonly Mount[] | undefined> {
  const { services, identity } = context.connection;
  const labels = { [STORE_LABEL]: identity, [GC_ROOT]: 'true' };
  try {
    const { snapshotter, chainId: parent } = root;
    return (await services.snapshots.prepare({ snapshotter, key: id, parent, labels }, { signal })).mounts;
  } catch (error) {
    if (isGrpc(error, 'ALREADY_EXISTS')) return undefined;
    if (!isGrpc(error, 'NOT_FOUND')) throw error;
    throw new RuntimeError(
      'NotFound',
      `instance ${id}: image chain ${root.chainId} is not unpacked in ${root.snapshotter}`,
      {
        cause: error,
        reason: 'ImageNotUnpacked',
      },
    );
  }
}

/** A snapshot of our id is there: of the record that is there, too, or a leftover, which must stand on the wanted chain. */
async function adoptRoot(context: ContainersContext, spec: InstanceSpec): Promise<readonly Mount[] | undefined> {
  const { snapshots, containers } = context.connection.services;
  const { snapshotter, chainId } = spec.root;
  const [record, snapshot] = await Promise.all([
    unlessGone(containers.get({ id: spec.id })),
    unlessGone(snapshots.stat({ snapshotter, key: spec.id })),
  ]);
  if (record !== undefined || snapshot?.info?.parent === chainId) return undefined;
  await unlessGone(snapshots.remove({ snapshotter, key: spec.id }));
  return prepareRoot(context, spec.id, spec.root);
}

function recordOf(context: ContainersContext, spec: InstanceSpec): MessageInitShape<typeof ContainerSchema> {
  const { root } = spec;
  return {
    id: spec.id,
    labels: {
      ...spec.labels,
      ...ownerLabels(context.connection.identity, spec.owner),
      [MANIFEST_LABEL]: root.manifestDigest,
      [CHAIN_LABEL]: root.chainId,
    },
    image: root.manifestDigest,
    runtime: { name: RUNTIME, options: runtimeOptions(context.runtime) },
    spec: { typeUrl: SPEC_TYPE, value: context.specOf(spec) },
    snapshotter: root.snapshotter,
    snapshotKey: spec.id,
  };
}

function runtimeOptions(runtime: RuntimeOptions): { typeUrl: string; value: Uint8Array } {
  const options = create(OptionsSchema, {
    root: runtime.root,
    binaryName: runtime.binaryName ?? '',
    systemdCgroup: runtime.systemdCgroup ?? false,
  });
  return { typeUrl: OptionsSchema.typeName, value: toBinary(OptionsSchema, options) };
}
