import { RuntimeError } from '../errors.ts';
import type { Networks, NetworkSpec, NetworkState, OccupiedRange } from '../ports/networks.ts';
import type { Attachment } from '../ports/sandboxes.ts';
import { overlap, parseCidr } from '../../schemas/values/addresses.ts';
import type { Gate } from './gate.ts';

/** The interface that a made-up machine has. */
const PARENT = 'eth0';

/** Networks without bridges: what is written down, who is attached, and what a test says of the machine. */
export class FakeNetworks implements Networks {
  readonly specs = new Map<string, NetworkSpec>();
  /** Sandbox id -> its interfaces. FakeSandboxes fills it. */
  readonly attached = new Map<string, readonly Attachment[]>();
  /** Sandboxes whose interfaces went with a bridge. */
  readonly lost = new Set<string>();
  readonly ranges = new Map<string, OccupiedRange>();
  readonly dns = new Map<string, NetworkState['dns']>();
  readonly #gate: Gate;
  readonly #identity: string;

  constructor(gate: Gate, identity: string) {
    this.#gate = gate;
    this.#identity = identity;
  }

  async occupied(): Promise<readonly OccupiedRange[]> {
    await this.#gate.pass('networks.occupied');
    return [...this.ranges.values()];
  }

  async ensure(spec: NetworkSpec): Promise<NetworkState> {
    await this.#gate.pass('networks.ensure');
    const known = this.specs.get(spec.uid);
    if (JSON.stringify(known) !== JSON.stringify(spec)) {
      if (known !== undefined && !sameButInternal(known, spec)) this.#checkUnused(spec.uid);
      checkSpec(spec);
      this.#checkOverlap(spec);
      this.specs.set(spec.uid, spec);
      this.#gate.changed();
    }
    return this.#state(spec);
  }

  async remove(uid: string): Promise<void> {
    await this.#gate.pass('networks.remove');
    this.#checkUnused(uid);
    this.specs.delete(uid);
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('networks.list');
    return [...this.specs.keys()];
  }

  async repair(): Promise<readonly string[]> {
    await this.#gate.pass('networks.repair');
    return [...this.lost];
  }

  /** Somebody deletes the bridge, and the interfaces on it. */
  loseBridge(uid: string): void {
    for (const [id, attachments] of this.attached) {
      if (attachments.some(({ network }) => network === uid)) this.lost.add(id);
    }
  }

  #state({ uid, driver, parent = PARENT }: NetworkSpec): NetworkState {
    const names = driver === 'bridge' ? { available: true, message: 'names are answered' } : NO_NAMES;
    const dns = this.dns.get(uid) ?? names;
    if (driver === 'cni') return { dns };
    return { interface: driver === 'bridge' ? bridgeName(this.#identity, uid) : parent, dns };
  }

  #checkUnused(uid: string): void {
    const users = [...this.attached.values()].filter((all) => all.some(({ network }) => network === uid)).length;
    if (users === 0) return;
    throw new RuntimeError('FailedPrecondition', `${users} sandboxes are attached`, { reason: 'InUse' });
  }

  #checkOverlap(spec: NetworkSpec): void {
    const others = [...this.specs.values()].filter(({ uid }) => uid !== spec.uid);
    const taken = [
      ...others.flatMap(({ namespace, name, subnets }) =>
        subnets.map(({ subnet }) => ({ subnet, holder: `network ${namespace}/${name}` })),
      ),
      ...this.ranges.values(),
    ];
    for (const { subnet } of spec.driver === 'bridge' ? spec.subnets : []) {
      const found = taken.find((other) => overlaps(other.subnet, subnet));
      if (found !== undefined) {
        const message = `${subnet} overlaps ${found.subnet} (${found.holder})`;
        throw new RuntimeError('InvalidArgument', message, { reason: 'SubnetOverlap' });
      }
    }
  }
}

const NO_NAMES: NetworkState['dns'] = {
  available: false,
  reason: 'DNSUnsupported',
  message: 'this machine has no address in the network to answer at',
};

const sameButInternal = (a: NetworkSpec, b: NetworkSpec): boolean =>
  JSON.stringify({ ...a, internal: b.internal }) === JSON.stringify(b);

const bridgeName = (identity: string, uid: string): string =>
  `ts${identity.replaceAll('-', '').slice(0, 5)}-${uid.replaceAll('-', '').slice(0, 7)}`;

function overlaps(a: string, b: string): boolean {
  const [first, second] = [parseCidr(a), parseCidr(b)];
  return first !== undefined && second !== undefined && overlap(first, second);
}

function checkSpec({ driver, subnets, parent = PARENT, config }: NetworkSpec): void {
  if (driver === 'cni') {
    if (Array.isArray(config?.['plugins']) && config['plugins'].length > 0) return;
    throw new RuntimeError('InvalidArgument', 'config has no plugins', { reason: 'CniConfigInvalid' });
  }
  if (subnets.length === 0 || subnets.some(({ subnet }) => parseCidr(subnet) === undefined)) {
    throw new RuntimeError('InvalidArgument', `driver ${driver} needs subnets`);
  }
  if (driver !== 'bridge' && parent !== PARENT) {
    throw new RuntimeError('InvalidArgument', `there is no interface ${parent}`, { reason: 'ParentNotFound' });
  }
}
