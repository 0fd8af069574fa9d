/**
 * What of the machine's own settings has to be changed for networks: forwarding. What was found is written down before, and put back with the last
 * network that has a bridge, unless somebody else has changed it since or may need it.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { unlessMissing } from './failures.ts';
import type { Records } from './records.ts';

export interface HostRecord {
  /** The settings of another boot are gone. */
  readonly boot: string;
  readonly changed: readonly HostChange[];
}

interface HostChange {
  /** Below /proc/sys. */
  readonly setting: string;
  readonly found: string;
  readonly set: string;
}

export const HOST_KEY = 'host';

export interface HostSettingsOptions {
  /** /proc/sys. */
  readonly root: string;
  readonly boot: string;
  readonly record: Records<HostRecord>;
  /** Interfaces over which routers tell of a way to the outside, or may yet. */
  readonly routerWays: () => Promise<ReadonlySet<string>>;
  /** /sys/class/net. */
  readonly classRoot: string;
  /** Bridges of this store. */
  readonly isOurs: (device: string) => boolean;
  readonly log: { warn(fields: object, message: string): void };
}

export class HostSettings {
  readonly #options: HostSettingsOptions;
  /** Bridges of which it was said. */
  readonly #unled = new Set<string>();

  constructor(options: HostSettingsOptions) {
    this.#options = options;
  }

  /** Has the machine forward what these families need. Nothing is written where it does. */
  async provide(families: { readonly ipv4: boolean; readonly ipv6: boolean }): Promise<void> {
    if (families.ipv4) await this.#set('net/ipv4/ip_forward', '1');
    if (!families.ipv6 || (await this.#get(FORWARD_IPV6)) !== '0') return;
    // A machine that forwards ignores what routers advertise, and would lose its own way out. Who was not believed before is not from now on.
    for (const device of await this.#options.routerWays()) {
      const setting = `net/ipv6/conf/${device}/accept_ra`;
      if ((await this.#get(setting)) === '1') await this.#set(setting, '2');
    }
    await this.#set(FORWARD_IPV6, '1');
  }

  /**
   * What comes to this machine's loopback may be led to the bridge. It goes with the bridge. Where it cannot be written, published ports are
   * reached at the machine's other addresses only: that keeps no sandbox from its network.
   */
  async leadLoopback(bridge: string): Promise<void> {
    const setting = `net/ipv4/conf/${bridge}/route_localnet`;
    try {
      if ((await this.#get(setting)) === '0') await this.#write(setting, '1');
    } catch (err) {
      if (this.#unled.has(bridge)) return;
      this.#unled.add(bridge);
      this.#options.log.warn({ bridge, err }, 'published ports cannot be reached at the loopback of this machine');
    }
  }

  /**
   * Where there are bridges of others nothing is put back: whoever came after us found a machine that forwards, and relies on it. What routers
   * advertise goes with forwarding.
   */
  async restore(): Promise<void> {
    const { boot, log } = this.#options;
    const record = this.#options.record.get(HOST_KEY);
    if (record === undefined) return;
    const others = record.boot === boot ? await this.#othersBridges() : [];
    if (others.length > 0) {
      log.warn({ bridges: others, changed: record.changed }, 'forwarding is left as it is: bridges of others need it');
    }
    const changed = record.boot === boot && others.length === 0 ? record.changed.toReversed() : [];
    const left: HostChange[] = [];
    let failure: RuntimeError | undefined;
    for (const change of changed) {
      try {
        if ((await this.#get(change.setting)) === change.set) await this.#write(change.setting, change.found);
      } catch (cause) {
        left.unshift(change);
        failure = new RuntimeError('Unavailable', `${change.setting} could not be put back to ${change.found}`, {
          cause,
        });
      }
    }
    if (left.length === 0) return await this.#options.record.remove(HOST_KEY);
    // Whoever comes next still knows what was found.
    await this.#options.record.write(HOST_KEY, { boot, changed: left });
    throw failure;
  }

  /** Whether something of the machine is not as it was found. */
  get isChanged(): boolean {
    return this.#options.record.get(HOST_KEY) !== undefined;
  }

  async #othersBridges(): Promise<readonly string[]> {
    const { classRoot, isOurs } = this.#options;
    const devices = ((await unlessMissing(readdir(classRoot))) ?? []).filter((device) => !isOurs(device));
    // Most entries are links to folders; those of bonds are files.
    const areBridges = await Promise.all(
      devices.map((device) => stat(join(classRoot, device, 'bridge')).then(Boolean, () => false)),
    );
    return devices.filter((_, index) => areBridges[index]);
  }

  async #set(setting: string, set: string): Promise<void> {
    const found = await this.#get(setting);
    if (found === undefined || found === set) return;
    const { record, boot } = this.#options;
    const known = record.get(HOST_KEY);
    const changed = known?.boot === boot ? known.changed : [];
    if (!changed.some((change) => change.setting === setting)) {
      await record.write(HOST_KEY, { boot, changed: [...changed, { setting, found, set }] });
    }
    await this.#write(setting, set);
  }

  /** Undefined where the kernel has no such setting: a machine without IPv6. */
  async #get(setting: string): Promise<string | undefined> {
    return (await unlessMissing(readFile(join(this.#options.root, setting), 'utf8')))?.trim();
  }

  async #write(setting: string, value: string): Promise<void> {
    await unlessMissing(writeFile(join(this.#options.root, setting), value, { flag: 'r+' }));
  }
}

const FORWARD_IPV6 = 'net/ipv6/conf/all/forwarding';
