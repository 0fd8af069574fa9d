/** What a service has of the machine: `ulimits`, `sysctls`, `devices`, `pid`, `ipc`. */
import type { ContainerDevice } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import type { Field, Handlers } from '../book/field.ts';
import { ulimitsOf } from '../ulimits.ts';
import type { ServiceDraft } from './draft.ts';

/** Of namespaces that a container has for itself: what docker's engine takes, too. */
const OWN_SYSCTLS = /^(net\.|fs\.mqueue\.|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$)/;

export const machineKeys: Handlers<ServiceDraft> = {
  ulimits(field, draft) {
    const limits = ulimitsOf(field);
    if (limits.length > 0) draft.spec.ulimits = limits;
    field.to(draft.at('spec.ulimits'));
  },
  sysctls(field, draft) {
    const lost: string[] = [];
    for (const [name, value] of field.pairs()) {
      if (!OWN_SYSCTLS.test(name) || !isOwn(name, draft)) lost.push(name);
      else draft.sysctls.set(name, value.text());
    }
    if (lost.length === 0) field.to(draft.at('spec.securityContext.sysctls'));
    else field.unsupported(`${lost.join(', ')}: set it on this machine, as it is none of a container alone`);
  },
  devices(field, draft) {
    const lost: string[] = [];
    const devices = field.items().flatMap((item): ContainerDevice[] => {
      const device = item.node.type === 'map' ? longDevice(item) : shortDevice(item.text());
      if (/^\/dev\/.+/.test(device.hostPath)) return [device];
      lost.push(device.hostPath);
      return [];
    });
    for (const { hostPath } of devices) draft.c.hostPaths.add(hostPath);
    if (devices.length > 0) draft.spec.devices = devices;
    if (lost.length === 0) field.to(draft.at('spec.devices'));
    else field.unsupported(`${lost.join(', ')}: devices are given by their paths below /dev`);
  },
  pid(field, draft) {
    if (field.text() !== 'host') return field.unsupported('every container has its own processes, or sees all (host)');
    draft.spec.hostPID = true;
    return field.to(draft.at('spec.hostPID'));
  },
  ipc(field, draft) {
    const mode = field.text();
    if (['private', 'shareable', 'none'].includes(mode)) return field.ignored('it is so anyway');
    if (mode !== 'host')
      return field.unsupported('every container has its own, or that of this machine (host); share files, or a socket');
    draft.spec.hostIPC = true;
    return field.to(draft.at('spec.hostIPC'));
  },
};

/** Whether it would be set in a namespace of its own. */
function isOwn(name: string, { plan }: ServiceDraft): boolean {
  const text = (key: string): string => plan.field.get(key)?.text() ?? '';
  if (name.startsWith('net.')) return !/^(host$|service:|container:)/.test(text('network_mode'));
  return text('ipc') !== 'host';
}

/** `HOST[:CONTAINER][:PERMISSIONS]`. */
function shortDevice(text: string): ContainerDevice {
  const [hostPath = '', second = '', third] = text.split(':');
  const permissions = third ?? (/^[rwm]+$/.test(second) ? second : undefined);
  const containerPath = second.startsWith('/') && second !== hostPath ? { containerPath: second } : {};
  return { hostPath, ...containerPath, ...(permissions === undefined ? {} : { permissions }) };
}

function longDevice(item: Field): ContainerDevice {
  dropped(item, ['source', 'target', 'permissions']);
  const hostPath = item.get('source')?.text() ?? item.fail('the source is missing: a device of this machine');
  const target = item.get('target')?.text();
  const permissions = item.get('permissions')?.text();
  return {
    hostPath,
    ...(target === undefined || target === hostPath ? {} : { containerPath: target }),
    ...(permissions === undefined ? {} : { permissions }),
  };
}
