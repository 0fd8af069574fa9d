/** The probes that netd keeps: it asks those over the network, and of the others remembers how they stood, for the next daemon. */
import type { ProbeState } from '../../ports/probes.ts';
import { askNetwork, dialFrom } from './ask-network.ts';
import { createGate } from './gate.ts';
import { keepAsking, type ProbeTime } from './keep-asking.ts';
import type { KeptProbe } from './protocol.ts';

export interface ProbeTable {
  keep(probe: KeptProbe): void;
  drop(key: string): void;
  list(): readonly KeptProbe[];
}

interface Row {
  probe: KeptProbe;
  readonly asking: Disposable | undefined;
}

/** Each has a socket, and some 20 KB: thousands of containers that start together are asked one after the other. */
const mostAtOnce = 512;
/** So that names are answered in between. */
const mostInATurn = 16;

/** `tell` hears of changes. */
export function createProbeTable(time: ProbeTime, tell: (probe: KeptProbe) => void): ProbeTable {
  const rows = new Map<string, Row>();
  const gate = createGate(mostAtOnce, mostInATurn);
  const ask = (probe: KeptProbe): Disposable | undefined => {
    const { state, question } = probe;
    if (question === undefined) return undefined;
    const { spec, target } = question;
    const { action } = spec;
    if (action.type === 'exec') return undefined;
    const { address, startedAt } = target;
    const dial = dialFrom(address);
    return keepAsking({
      spec,
      startedAt,
      state,
      time,
      gate,
      ask: (signal) => askNetwork(action, address, dial, signal),
      onChange: (changed: ProbeState) => {
        const row = rows.get(probe.key);
        if (row?.probe.serial !== probe.serial) return;
        row.probe = { ...row.probe, state: changed };
        tell(row.probe);
      },
    });
  };
  return {
    keep(probe) {
      const row = rows.get(probe.key);
      if (row?.probe.serial === probe.serial) {
        // The one who asks knows best.
        if (probe.question === undefined) row.probe = probe;
        return;
      }
      row?.asking?.[Symbol.dispose]();
      rows.set(probe.key, { probe, asking: ask(probe) });
    },
    drop(key) {
      rows.get(key)?.asking?.[Symbol.dispose]();
      rows.delete(key);
    },
    list: () => [...rows.values()].map(({ probe }) => probe),
  };
}
