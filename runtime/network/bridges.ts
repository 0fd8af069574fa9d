import { RuntimeError } from '../errors.ts';
import type { Firewall } from '../ports/firewall.ts';
import type { Host } from '../ports/host.ts';
import type { HostSettings } from './host-settings.ts';
import type { Machine } from './machine.ts';
import type { NetworkRecord, Records, SandboxRecord } from './records.ts';
import { resultHostInterfaces } from './cni/result.ts';
import type { Turns } from './turns.ts';

export interface BridgesOptions {
  readonly boot: string;
  readonly host: Pick<Host, 'run'>;
  readonly firewall: Firewall;
  readonly settings: HostSettings;
  readonly machine: Machine;
  readonly networks: Records<NetworkRecord>;
  readonly sandboxes: Records<SandboxRecord>;
  readonly turns: Turns;
}

/** The turn in which records of networks, the firewall and the machine's settings are changed. */
export const MACHINE = 'machine';

/** What networks of driver `bridge` need of the machine, from their first attachment until they are removed. */
export class Bridges {
  readonly #options: BridgesOptions;
  /** What the firewall was told last, as text. */
  #told: string | undefined;
  /** Interfaces that went with a bridge, or were taken away by somebody: to be made again. */
  readonly #lost = new Set<string>();
  /** Networks whose bridge the plugin has finished. */
  readonly #sound = new Set<string>();

  constructor(options: BridgesOptions) {
    this.#options = options;
  }

  isLost(sandbox: string, network: string): boolean {
    return this.#lost.has(`${sandbox} ${network}`);
  }

  forgetLost(sandbox: string, network: string): void {
    this.#lost.delete(`${sandbox} ${network}`);
  }

  /** Runs `add`, which makes an interface in the network, with everything in place that has to be before and after it. */
  async around<T>({ spec: { uid, driver }, interface: bridge = '' }: NetworkRecord, add: () => Promise<T>): Promise<T> {
    if (driver !== 'bridge') return await add();
    await this.#provide(uid);
    const { machine, turns } = this.#options;
    if (this.#isSound(uid) && (await machine.interfaces()).has(bridge)) return await add();
    // The plugin makes the bridge, and two of them at once would stand in each other's way.
    return await turns.take(`bridge ${bridge}`, () => this.#addFirst(uid, bridge, add));
  }

  /** Has the firewall know the networks as they are now. Nothing happens when it does. */
  async tell(): Promise<void> {
    await this.#options.turns.take(MACHINE, () => this.#tell());
  }

  /** Takes away what there is of a network, once `check` has not thrown; then `end` is run. */
  async remove(uid: string, check: () => void, end: () => Promise<void>): Promise<void> {
    const { networks, turns } = this.#options;
    await turns.take(MACHINE, async () => {
      check();
      const record = networks.get(uid);
      if (record !== undefined) await this.#remove(record);
      await end();
    });
  }

  /** Looks and mends. Answers sandboxes whose interfaces are gone. */
  async repair(): Promise<readonly string[]> {
    const { firewall, machine, sandboxes, settings, turns } = this.#options;
    const before = new Set(sandboxes.values());
    const interfaces = await machine.interfaces();
    // Those that changed meanwhile were looked at too early.
    this.#noticeLost(
      interfaces,
      sandboxes.values().filter((record) => before.has(record)),
    );
    const made = this.#made();
    await turns.take(MACHINE, async () => {
      if (made.length > 0) await settings.provide(families(made));
      for (const record of made) await this.#leadLoopback(record);
      // Without networks as well: rules may be left of one whose removal nobody finished.
      await this.#tell();
      await firewall.repair();
    });
    return [...new Set([...this.#lost].map((key) => key.split(' ')[0] ?? ''))];
  }

  /** Whether an interface was once made on the bridge. */
  #isSound(uid: string): boolean {
    const { boot, sandboxes } = this.#options;
    if (this.#sound.has(uid)) return true;
    const isHere = ({ id, boot: of, attachments }: SandboxRecord): boolean =>
      of === boot &&
      attachments.some(({ network, state }) => network === uid && state === 'attached') &&
      !this.isLost(id, uid);
    const attached = sandboxes.values().some(isHere);
    if (attached) this.#sound.add(uid);
    return attached;
  }

  async #addFirst<T>(uid: string, bridge: string, add: () => Promise<T>): Promise<T> {
    const { host, machine, networks, sandboxes } = this.#options;
    if (!(await machine.interfaces()).has(bridge)) {
      this.#noticeLost(bridge, sandboxes.values());
      this.#sound.delete(uid);
    }
    try {
      const result = await add();
      const record = networks.get(uid);
      if (record !== undefined) await this.#leadLoopback(record);
      this.#sound.add(uid);
      return result;
    } catch (error) {
      // One that the plugin has left half made has no hardware address, and the plugin could never use it.
      if (!this.#isSound(uid)) await host.run('ip', ['link', 'del', bridge]).catch(() => undefined);
      throw error;
    }
  }

  /** Nothing is published of a network that is internal. */
  async #leadLoopback({ spec, interface: bridge = '' }: NetworkRecord): Promise<void> {
    if (!spec.internal) await this.#options.settings.leadLoopback(bridge);
  }

  /** Networks of driver bridge to which something was attached in this boot. */
  #made(): readonly NetworkRecord[] {
    const { boot, networks } = this.#options;
    return networks.values().filter((record) => record.spec.driver === 'bridge' && record.boot === boot);
  }

  async #provide(uid: string): Promise<void> {
    const { boot, networks, settings, turns } = this.#options;
    if (networks.get(uid)?.boot === boot && this.#told === this.#wanted().text) return;
    await turns.take(MACHINE, async () => {
      const record = networks.get(uid);
      // A bridge that the firewall does not know would be open to everybody.
      if (record === undefined) throw new RuntimeError('NotFound', `there is no network ${uid}`);
      if (record.boot !== boot) await networks.write(uid, { ...record, boot });
      await settings.provide(families(this.#made()));
      await this.#tell();
    });
  }

  #wanted() {
    const wanted = this.#made().map(({ spec, interface: bridge = '' }) => {
      const { uid, subnets, internal } = spec;
      return { uid, bridge, subnets, internal };
    });
    return { wanted, text: JSON.stringify(wanted) };
  }

  async #tell(): Promise<void> {
    const { wanted, text } = this.#wanted();
    if (text === this.#told) return;
    await this.#options.firewall.setNetworks(wanted);
    this.#told = text;
  }

  async #remove(record: NetworkRecord): Promise<void> {
    const { host, machine, networks, settings } = this.#options;
    const { spec, interface: bridge = '' } = record;
    if (spec.driver !== 'bridge') return;
    this.#sound.delete(spec.uid);
    if ((await machine.interfaces()).has(bridge)) await host.run('ip', ['link', 'del', bridge]);
    if (record.boot !== undefined) {
      const { boot: _, ...unmade } = record;
      await networks.write(spec.uid, unmade);
    }
    // Also when an earlier removal came so far: what the firewall knows is compared, not what was done.
    await this.#tell();
    if (this.#made().length === 0) await settings.restore();
  }

  /** `gone`: a bridge that is not there, or all interfaces that are. */
  #noticeLost(gone: string | ReadonlySet<string>, records: readonly SandboxRecord[]): void {
    const { boot, networks } = this.#options;
    for (const { id, attachments } of records.filter((record) => record.boot === boot)) {
      for (const { network, state, result = {} } of attachments) {
        if (state !== 'attached' || networks.get(network)?.spec.driver !== 'bridge') continue;
        const needed = [networks.get(network)?.interface ?? '', ...resultHostInterfaces(result)];
        const lost = typeof gone === 'string' ? needed.includes(gone) : needed.some((name) => !gone.has(name));
        if (lost) this.#lost.add(`${id} ${network}`);
      }
    }
  }
}

function families(networks: readonly NetworkRecord[]): { ipv4: boolean; ipv6: boolean } {
  const gateways = networks.flatMap(({ spec }) => spec.subnets.map(({ gateway }) => gateway));
  return { ipv4: gateways.some((one) => !one.includes(':')), ipv6: gateways.some((one) => one.includes(':')) };
}
