import { planResource } from '../../api/plans/plan-resource.ts';
import type { ApiServer } from '../../api/server.ts';
import { serviceUnavailable } from '../../api/status-error.ts';
import type { Manager } from '../../controllers/engine/manager.ts';
import { NotReadyError, type PlannedObject } from '../../controllers/engine/planning/question.ts';
import type { PlanStatusObject } from '../../schemas/gen/types.ts';

/** Serves `plans`, which discovery shows from then on. `manager` is asked for each time: it may not have begun. */
export function servePlans(
  { registry }: Pick<ApiServer, 'registry'>,
  manager: () => Pick<Manager, 'plan'> | undefined,
): void {
  const planner = {
    async plan(...[changes, signal]: Parameters<Manager['plan']>) {
      const begun = manager();
      if (begun === undefined) throw serviceUnavailable('controllers have not begun yet; ask again in a moment');
      try {
        return (await begun.plan(changes, signal)).map(shown);
      } catch (error) {
        if (!(error instanceof NotReadyError)) throw error;
        throw serviceUnavailable(`controllers have not seen all objects yet: ${error.message}; ask again in a moment`);
      }
    },
  };
  registry.add(planResource(registry, planner));
}

const shown = ({ ref, uid, because, action, message, steps }: PlannedObject): PlanStatusObject => ({
  ...ref,
  ...(uid === undefined ? {} : { uid }),
  because,
  action,
  message,
  steps,
});
