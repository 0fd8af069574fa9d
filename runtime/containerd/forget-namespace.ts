/** Takes a namespace of containerd away with all that is in it, when nobody uses it any more. */
import { openChannel } from '../../proto/grpc/channel.ts';
import { servicesOn, type Services } from './connection.ts';
import { translated, unlessGone } from './errors.ts';
import { removeSnapshots } from './remove-snapshots.ts';

/** Lists and deletes of a large cache take their time. */
const deadlineMs = 120_000;
/** Of a lease whose synchronous end waits for the collector. */
const LAST_LEASE = 'tsmoby-last';

/**
 * Whoever worked in it has ended; nothing runs in it. Success when it is not there. Rejects with RuntimeError: Unavailable; FailedPrecondition when
 * something in it is still in use; what containerd says otherwise.
 */
export async function forgetNamespace(socketPath: string, name: string, signal?: AbortSignal): Promise<void> {
  using channel = openChannel(`unix://${socketPath}`, {
    headers: { 'containerd-namespace': name },
    deadline: deadlineMs,
  });
  const services = servicesOn(channel);
  const doing = `remove the namespace ${name} of containerd at ${socketPath}`;
  await translated(doing, async () => {
    const { namespaces } = await services.namespaces.list({}, { signal });
    if (!namespaces.some((each) => each.name === name)) return;
    await removeReferences(services, signal);
    await removeSnapshots(services, name, signal);
    await removeContent(services, signal);
    await unlessGone(services.namespaces.delete({ name }, { signal }));
  });
}

/** Everything that keeps something else; then the collector takes what it can. */
async function removeReferences(services: Services, signal: AbortSignal | undefined): Promise<void> {
  const { containers, images, content, leases } = services;
  for (const { id } of (await containers.list({}, { signal })).containers)
    await unlessGone(containers.delete({ id }, { signal }));
  for (const { name } of (await images.list({}, { signal })).images)
    await unlessGone(images.delete({ name }, { signal }));
  for (const { ref } of (await content.listStatuses({}, { signal })).statuses)
    await unlessGone(content.abort({ ref }, { signal }));
  for (const { id } of (await leases.list({}, { signal })).leases) await unlessGone(leases.delete({ id }, { signal }));
  await leases.create({ id: LAST_LEASE }, { signal });
  await unlessGone(leases.delete({ id: LAST_LEASE, sync: true }, { signal }));
}

async function removeContent({ content }: Services, signal: AbortSignal | undefined): Promise<void> {
  const digests: string[] = [];
  for await (const { info } of content.list({}, { signal })) digests.push(...info.map(({ digest }) => digest));
  for (const digest of digests) await unlessGone(content.delete({ digest }, { signal }));
}
