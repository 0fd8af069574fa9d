import { isReason, type ApplyOptions } from '../../../client/client.ts';
import { build } from '../../../schemas/definitions/build.ts';
import { secret } from '../../../schemas/definitions/secret.ts';
import type { Build, Secret } from '../../../schemas/gen/types.ts';
import type { ObjectInput } from '../../../schemas/object.ts';
import { BUILD_MANAGER, isMadeByBuild } from '../../builds/manager.ts';
import type { BuildRef } from '../../builds/open-log.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError } from '../../errors.ts';
import { refOf } from '../../kinds/directory.ts';

/** The Secret beside a Build of a command line, with what `--secret` and `--ssh` name. */
export interface BuildSecret {
  /** Has it hold that, if it is anything. It goes with the Build. */
  apply(build: Build): Promise<void>;
  /** Takes away what an earlier command line named, once the Build refers to nothing of it; what others put into it stays. */
  removeUnused(): Promise<void>;
}

export const secretNameOf = (buildName: string): string => `${buildName}-build`;

/** Looks at what has its name. `data` in base64. Rejects with CommandError where it is needed, and there is one of somebody else. */
export async function openBuildSecret(
  { client }: Session,
  { namespace, name: buildName }: BuildRef,
  data: Readonly<Record<string, string>>,
  options: ApplyOptions & { readonly signal: AbortSignal },
): Promise<BuildSecret> {
  const { signal } = options;
  const name = secretNameOf(buildName);
  const ref = { ...refOf(secret), namespace, name };
  const isNeeded = Object.keys(data).length > 0;
  const found = await client.get<Secret>(ref, { signal }).catch(unless('NotFound'));
  const own = found !== undefined && isMadeByBuild(found) ? found : undefined;
  if (isNeeded && found !== undefined && own === undefined)
    throw new CommandError(
      `secret "${name}" is there, and was not made by "tsmoby build": --secret and --ssh would overwrite what it holds. Give the Build another name with --name, or rename that Secret`,
    );
  return {
    async apply(made) {
      if (!isNeeded) return;
      const owner = { ...refOf(build), name: made.metadata.name, uid: made.metadata.uid };
      const object = {
        ...refOf(secret),
        metadata: { namespace, name, ownerReferences: [owner] },
        type: 'Opaque',
        data,
      };
      // one that somebody makes just now is not ours to overwrite
      await client.apply<Secret>(object as ObjectInput<Secret>, { ...options, force: own !== undefined });
    },
    async removeUnused() {
      if (isNeeded || own === undefined) return;
      const { uid, resourceVersion, managedFields = [] } = own.metadata;
      if (managedFields.some(({ manager }) => manager !== BUILD_MANAGER)) {
        // whoever applies nothing gives up all that is his alone
        await client.apply<Secret>({ ...refOf(secret), metadata: { namespace, name } } as ObjectInput<Secret>, options);
        return;
      }
      const preconditions = { uid, resourceVersion };
      // whoever was faster has changed it, or has taken it away
      await client.delete(ref, { signal, preconditions }).catch(unless('NotFound', 'Conflict'));
    },
  };
}

/** For `catch`: a refusal with one of these reasons is no error. */
function unless(...reasons: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!reasons.some((reason) => isReason(error, reason))) throw error;
  };
}
