/** What reading and writing need to know of a message, by number and at hand. */
import { getOption, ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import { always } from '../../../proto/gen/kubernetes/json_pb.ts';

export interface FieldPlan {
  readonly field: DescField;
  /** A zero says no more than absence, and is left out of JSON. */
  readonly dropsZero: boolean;
}

export interface MessagePlan {
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  /** Fields that stand in JSON also when the message does not have them. */
  readonly zeros: readonly (readonly [name: string, zero: boolean | number | string])[];
}

/** Plans of the messages that its owner has met. */
export class MessagePlans {
  readonly #plans = new Map<DescMessage, MessagePlan>();

  of(message: DescMessage): MessagePlan {
    let plan = this.#plans.get(message);
    if (plan === undefined) this.#plans.set(message, (plan = planOf(message)));
    return plan;
  }
}

function planOf({ fields }: DescMessage): MessagePlan {
  const byNumber = new Map<number, FieldPlan>();
  const zeros: [string, boolean | number | string][] = [];
  for (const field of fields) {
    const stays = getOption(field, always);
    byNumber.set(field.number, { field, dropsZero: !stays && field.presence !== FeatureSet_FieldPresence.EXPLICIT });
    if (stays && field.fieldKind === 'scalar') zeros.push([field.jsonName, zeroOf(field.scalar)]);
  }
  return { byNumber, zeros };
}

function zeroOf(scalar: ScalarType): boolean | number | string {
  if (scalar === ScalarType.BOOL) return false;
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES ? '' : 0;
}
