import type { Containers } from '../ports/containers.ts';
import type { ContainersContext } from './containers/context.ts';
import { createInstance } from './containers/create.ts';
import { deleteInstance, deleteTask } from './containers/delete.ts';
import { openTaskInput } from './containers/input.ts';
import { killInstance } from './containers/kill.ts';
import { oomKills } from './containers/oom.ts';
import { startInstance } from './containers/start.ts';
import { getInstance, listInstances } from './containers/state.ts';
import { sweep } from './containers/sweep.ts';
import { updateLabels, updateResources } from './containers/update.ts';
import { translated } from './errors.ts';
import { resizeExec } from './exec/calls.ts';
import { execInstance } from './exec/exec.ts';

/** The Containers port on containerd. `leasesInUse` names the leases that a sweep must leave alone. */
export function createContainers(context: ContainersContext, leasesInUse: ReadonlySet<string>): Containers {
  return {
    list: (signal) => translated('list instances', () => listInstances(context, signal)),
    get: (id, signal) => translated(`get instance ${id}`, () => getInstance(context, id, signal)),
    create: (spec, signal) => translated(`create instance ${spec.id}`, () => createInstance(context, spec, signal)),
    start: (id, stdio, signal) =>
      translated(`start instance ${id}`, () => context.turns.take(id, () => startInstance(context, id, stdio, signal))),
    exec: (id, request, signal) =>
      translated(`start a process in instance ${id}`, () => execInstance(context, id, request, signal)),
    input: (id, signal) => translated(`open the input of instance ${id}`, () => openTaskInput(context, id, signal)),
    resize: (id, size) =>
      translated(`resize the terminal of instance ${id}`, () => resizeExec(context, { id, execId: '' }, size)),
    kill: (id, signal, options) =>
      translated(`signal instance ${id}`, () => killInstance(context, id, signal, options)),
    oomKills: (id) => translated(`count OOM kills of instance ${id}`, () => oomKills(context, id)),
    deleteTask: (id) => translated(`delete the task of instance ${id}`, () => deleteTask(context, id)),
    delete: (id) => translated(`delete instance ${id}`, () => deleteInstance(context, id)),
    updateResources: (id, resources) =>
      translated(`change the limits of instance ${id}`, () => updateResources(context, id, resources)),
    updateLabels: (id, labels) =>
      translated(`change the labels of instance ${id}`, () => updateLabels(context, id, labels)),
    sweep: (signal) => translated('sweep leftovers', () => sweep(context, leasesInUse, signal)),
  };
}
