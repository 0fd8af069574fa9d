import { RuntimeError } from '../errors.ts';
import type { Networks, NetworkSpec, NetworkState, Subnet } from '../ports/networks.ts';
import { containsAddress, overlap, parseAddress, parseCidr } from '../../schemas/values/addresses.ts';
import type { AddressBook } from './address-book.ts';
import { MACHINE, type Bridges } from './bridges.ts';
import type { Cni } from './cni/chain.ts';
import { configurationOf, configurationProblem } from './cni/configuration.ts';
import { fileFailure } from './failures.ts';
import type { Machine } from './machine.ts';
import { bridgeName, bridgePrefix, checkUid } from './names.ts';
import type { NetworkRecord, Records } from './records.ts';
import type { Turns } from './turns.ts';

export interface NetworksOptions {
  readonly boot: string;
  readonly storeIdentity: string;
  readonly records: Records<NetworkRecord>;
  readonly book: AddressBook;
  readonly bridges: Bridges;
  readonly machine: Machine;
  readonly cni: Cni;
  /** Why names are not answered at a gateway. */
  readonly dnsProblem: (gateway: string) => string | undefined;
  readonly turns: Turns;
}

/** What networks are, written down in `<data>/networks`; what they need of the machine comes with sandboxes (bridges.ts). */
export class MachineNetworks implements Networks {
  readonly #options: NetworksOptions;
  readonly #leaving = new Set<string>();

  constructor(options: NetworksOptions) {
    this.#options = options;
  }

  /** For sandboxes: undefined also for one that is being removed. */
  find(uid: string): NetworkRecord | undefined {
    return this.#leaving.has(uid) ? undefined : this.#options.records.get(uid);
  }

  async occupied() {
    const { machine, records, storeIdentity } = this.#options;
    const names = new Set(records.values().map((record) => record.interface));
    const prefix = bridgePrefix(storeIdentity);
    try {
      return await machine.occupied(
        (device) => device.startsWith(prefix) || (names.has(device) && this.#isBridge(device)),
      );
    } catch (error) {
      throw fileFailure('routes of this machine', error);
    }
  }

  ensure(spec: NetworkSpec): Promise<NetworkState> {
    return this.#inTurn(spec.uid, async () => {
      checkUid(spec.uid);
      const { boot, bridges, records } = this.#options;
      const known = records.get(spec.uid);
      const same = known !== undefined && JSON.stringify(known.spec) === JSON.stringify(spec);
      const used = known?.boot === boot || this.#options.book.users(spec.uid).size > 0;
      if (!used || layoutOf(known?.spec) !== layoutOf(spec)) await this.#checkOverlap(spec);
      if (!same) await this.#write(spec, known);
      if (known !== undefined && known.spec.internal !== spec.internal) await bridges.tell();
      return this.#state(spec);
    });
  }

  remove(uid: string): Promise<void> {
    return this.#inTurn(uid, async () => {
      const { bridges, records } = this.#options;
      const check = (): void => {
        this.#checkUnused(uid);
        this.#leaving.add(uid);
      };
      try {
        await bridges.remove(uid, check, () => records.remove(uid));
      } finally {
        this.#leaving.delete(uid);
      }
    });
  }

  async list(): Promise<readonly string[]> {
    return this.#options.records.keys();
  }

  async repair(): Promise<readonly string[]> {
    try {
      return await this.#options.bridges.repair();
    } catch (error) {
      throw fileFailure('networks', error);
    }
  }

  async #write(spec: NetworkSpec, known: NetworkRecord | undefined): Promise<void> {
    const { bridges, cni, records, turns } = this.#options;
    const device = await this.#deviceOf(spec, known);
    await cni.checkPlugins(configurationOf(spec, device ?? '', { addresses: [], defaultRoutes: [] }));
    if (known !== undefined && layoutOf(known.spec) !== layoutOf(spec)) {
      // What there is of the bridge is of the former layout.
      await bridges.remove(
        spec.uid,
        () => this.#checkUnused(spec.uid),
        () => Promise.resolve(),
      );
    }
    await turns.take(MACHINE, async () => {
      const boot = records.get(spec.uid)?.boot;
      await records.write(spec.uid, {
        spec,
        ...(device === undefined ? {} : { interface: device }),
        ...(boot === undefined ? {} : { boot }),
      });
    });
  }

  async #deviceOf(spec: NetworkSpec, known: NetworkRecord | undefined): Promise<string | undefined> {
    const { machine, records, storeIdentity } = this.#options;
    if (spec.driver === 'cni') {
      const problem = configurationProblem(spec.config);
      if (problem === undefined) return undefined;
      throw invalid(spec, problem, 'CniConfigInvalid');
    }
    checkSubnets(spec);
    if (spec.driver === 'bridge') {
      if (known?.spec.driver === 'bridge' && known.interface !== undefined) return known.interface;
      return bridgeName(storeIdentity, spec.uid, new Set(records.values().map((record) => record.interface ?? '')));
    }
    const parent = spec.parent ?? (await machine.defaultInterface());
    if (parent === undefined) {
      throw invalid(spec, 'this machine has no default route: say which interface is the parent', 'ParentNotFound');
    }
    if ((await machine.interfaces()).has(parent)) return parent;
    throw invalid(spec, `this machine has no interface ${parent}`, 'ParentNotFound');
  }

  /** A bridge's subnet is ours alone; those of others lie over their parent's by nature. */
  async #checkOverlap(spec: NetworkSpec): Promise<void> {
    if (spec.driver !== 'bridge') return;
    const others = this.#options.records.values().filter((other) => other.spec.uid !== spec.uid);
    const taken = [
      ...others.flatMap(({ spec: { driver, namespace, name, subnets } }) =>
        driver === 'bridge' ? subnets.map(({ subnet }) => ({ subnet, holder: `network ${namespace}/${name}` })) : [],
      ),
      ...(await this.occupied()),
    ];
    for (const { subnet } of spec.subnets) {
      const own = parseCidr(subnet);
      const found = taken.find((range) => {
        const other = parseCidr(range.subnet);
        return own !== undefined && other !== undefined && overlap(own, other);
      });
      if (found !== undefined) {
        throw invalid(spec, `${subnet} lies over ${found.subnet} (${found.holder})`, 'SubnetOverlap');
      }
    }
  }

  #checkUnused(uid: string): void {
    const users = [...this.#options.book.users(uid)];
    if (users.length === 0) return;
    const name = this.#options.records.get(uid)?.spec.name ?? uid;
    const some = users.slice(0, 3).join(', ') + (users.length > 3 ? ', …' : '');
    throw new RuntimeError('FailedPrecondition', `network ${name} has ${users.length} sandboxes: ${some}`, {
      reason: 'InUse',
    });
  }

  #state(spec: NetworkSpec): NetworkState {
    const device = this.#options.records.get(spec.uid)?.interface;
    return { ...(device === undefined ? {} : { interface: device }), dns: this.#dns(spec) };
  }

  #dns({ driver, subnets }: NetworkSpec): NetworkState['dns'] {
    const unsupported = { available: false, reason: 'DNSUnsupported' };
    if (driver !== 'bridge') {
      const message = `this machine has no address in a network of driver ${driver} to answer names at`;
      return { ...unsupported, message };
    }
    const problems = subnets.map(({ gateway }) => this.#options.dnsProblem(gateway));
    if (problems.includes(undefined)) return { available: true, message: 'names are answered at the gateway' };
    return { available: false, reason: 'DNSPortTaken', message: problems.join('; ') };
  }

  #isBridge(device: string): boolean {
    return this.#options.records
      .values()
      .some((record) => record.spec.driver === 'bridge' && record.interface === device);
  }

  async #inTurn<T>(uid: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#options.turns.take(`network ${uid}`, work);
    } catch (error) {
      throw fileFailure(`network ${uid}`, error);
    }
  }
}

/** What a bridge that is there cannot change. */
function layoutOf(spec: NetworkSpec | undefined): string {
  return JSON.stringify([spec?.driver, spec?.subnets, spec?.mtu]);
}

function checkSubnets(spec: NetworkSpec): void {
  const { driver, subnets } = spec;
  if (subnets.length === 0) {
    const dhcp = driver === 'bridge' ? '' : ': DHCP is not supported, give the range of addresses that it may take';
    throw invalid(spec, `a network of driver ${driver} needs a subnet${dhcp}`);
  }
  const problem = subnets.map(subnetProblem).find((text) => text !== undefined);
  if (problem !== undefined) throw invalid(spec, problem);
}

function subnetProblem({ subnet, gateway }: Subnet): string | undefined {
  const [range, address] = [parseCidr(subnet), parseAddress(gateway)];
  if (range === undefined) return `${subnet} is no subnet`;
  if (address === undefined || !containsAddress(range, address)) return `${gateway} is no gateway of ${subnet}`;
  return undefined;
}

function invalid(spec: NetworkSpec, message: string, reason?: string): RuntimeError {
  const text = `network ${spec.namespace}/${spec.name}: ${message}`;
  return new RuntimeError('InvalidArgument', text, reason === undefined ? {} : { reason });
}
