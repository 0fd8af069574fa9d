/** Runs the plugins of a configuration list: https://www.cni.dev/docs/spec/, sections 3 and 4. */
import { isRuntimeError } from '../../errors.ts';
import type { Host } from '../../ports/host.ts';
import { pluginTypes, type CniList } from './configuration.ts';
import { cniFailed, pluginFailure } from './failures.ts';
import { findPlugin, missingPlugin } from './plugins.ts';
import type { CniResult } from './result.ts';

export interface CniCall {
  readonly list: CniList;
  readonly containerId: string;
  /** Empty for DEL when it is gone. */
  readonly netns: string;
  readonly interface: string;
  readonly mac: string;
  /** For plugins that allocate themselves and can be asked: with prefix length, or without where nobody knows it. */
  readonly ips?: readonly string[];
  /** Of the ADD that is undone. */
  readonly result?: CniResult;
}

export interface Cni {
  /** Rejects: Unsupported (CniPluginMissing), Unavailable or Internal (CniFailed). What was made by then is there: `del` takes it away. */
  add(call: CniCall): Promise<CniResult>;
  /** Success when nothing is there. Rejects as `add` does. */
  del(call: CniCall): Promise<void>;
  /** Rejects: Unsupported (CniPluginMissing). Starts nothing. */
  checkPlugins(list: CniList): Promise<void>;
}

/** Milliseconds for one plugin; those of ours need 50, others may wait for somebody else. */
const DEADLINE = 60_000;

export function createCni(host: Pick<Host, 'runPlugin'>, directories: readonly string[]): Cni {
  const run = async (command: 'ADD' | 'DEL', call: CniCall, index: number, previous: CniResult | undefined) => {
    const plugin = call.list.plugins[index] ?? {};
    const type = String(plugin['type']);
    const path = await findPlugin(type, directories);
    const options = {
      environment: environmentOf(command, call, directories),
      input: JSON.stringify(inputOf(call, plugin, previous)),
      deadline: DEADLINE,
    };
    const end = await host.runPlugin(path, options).catch((cause: unknown) => {
      if (isRuntimeError(cause, 'Unsupported')) throw missingPlugin(type, directories, cause);
      throw cniFailed('Unavailable', `the CNI plugin ${type} failed to ${command}: ${String(cause)}`, cause);
    });
    if (end.code !== 0) throw pluginFailure(type, command, end);
    return { type, stdout: end.stdout };
  };
  return {
    async add(call) {
      let result: CniResult | undefined;
      for (const index of call.list.plugins.keys()) {
        const { type, stdout } = await run('ADD', call, index, result);
        result = parseResult(type, stdout);
      }
      return result ?? {};
    },
    async del(call) {
      const indexes = [...call.list.plugins.keys()].reverse();
      for (const index of indexes) await run('DEL', call, index, call.result);
    },
    async checkPlugins(list) {
      await Promise.all(pluginTypes(list).map((type) => findPlugin(type, directories)));
    },
  };
}

function environmentOf(command: string, call: CniCall, directories: readonly string[]): Record<string, string> {
  const args = ['IgnoreUnknown=1', `MAC=${call.mac}`, ...(call.ips ?? []).slice(0, 1).map((ip) => `IP=${ip}`)];
  return {
    CNI_COMMAND: command,
    CNI_CONTAINERID: call.containerId,
    CNI_NETNS: call.netns,
    CNI_IFNAME: call.interface,
    CNI_ARGS: args.join(';'),
    CNI_PATH: directories.join(':'),
  };
}

/** A plugin gets of the runtime's wishes what it says that it can do. */
function inputOf(
  { list, mac, ips }: CniCall,
  plugin: Readonly<Record<string, unknown>>,
  previous?: CniResult,
): unknown {
  const capabilities = (plugin['capabilities'] ?? {}) as Readonly<Record<string, unknown>>;
  const runtimeConfig = {
    ...(capabilities['mac'] === true ? { mac } : {}),
    ...(capabilities['ips'] === true && ips !== undefined ? { ips } : {}),
  };
  return {
    ...plugin,
    cniVersion: list.cniVersion,
    name: list.name,
    ...(Object.keys(runtimeConfig).length > 0 ? { runtimeConfig } : {}),
    ...(previous === undefined ? {} : { prevResult: previous }),
  };
}

function parseResult(type: string, stdout: string): CniResult {
  try {
    const value: unknown = JSON.parse(stdout);
    if (typeof value === 'object' && value !== null) return value as CniResult;
  } catch {
    // Told below, as what is no object.
  }
  throw cniFailed('Internal', `the CNI plugin ${type} answered something that is no result: ${stdout.slice(0, 200)}`);
}
