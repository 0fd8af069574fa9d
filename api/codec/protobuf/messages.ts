/** Which message stands in the envelope for which kind. The table that protobuf bodies and answers go by. */
import type { DescMessage } from '@bufbuild/protobuf';
import * as apiextensions from '../../../proto/gen/kubernetes/apiextensions_pb.ts';
import * as apps from '../../../proto/gen/kubernetes/apps_pb.ts';
import * as authentication from '../../../proto/gen/kubernetes/authentication_pb.ts';
import * as authorization from '../../../proto/gen/kubernetes/authorization_pb.ts';
import * as coordination from '../../../proto/gen/kubernetes/coordination_pb.ts';
import * as core from '../../../proto/gen/kubernetes/core_pb.ts';
import * as events from '../../../proto/gen/kubernetes/events_pb.ts';
import * as meta from '../../../proto/gen/kubernetes/meta_pb.ts';

/** Kinds of each group version, lists included. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, DescMessage>>>> = {
  v1: {
    ConfigMap: core.ConfigMapSchema,
    ConfigMapList: core.ConfigMapListSchema,
    Event: core.EventSchema,
    EventList: core.EventListSchema,
    Namespace: core.NamespaceSchema,
    NamespaceList: core.NamespaceListSchema,
    Secret: core.SecretSchema,
    SecretList: core.SecretListSchema,
    Status: meta.StatusSchema,
  },
  'apiextensions.k8s.io/v1': {
    CustomResourceDefinition: apiextensions.CustomResourceDefinitionSchema,
    CustomResourceDefinitionList: apiextensions.CustomResourceDefinitionListSchema,
  },
  'apps/v1': {
    ControllerRevision: apps.ControllerRevisionSchema,
    ControllerRevisionList: apps.ControllerRevisionListSchema,
  },
  'authentication.k8s.io/v1': {
    SelfSubjectReview: authentication.SelfSubjectReviewSchema,
  },
  'authorization.k8s.io/v1': {
    LocalSubjectAccessReview: authorization.LocalSubjectAccessReviewSchema,
    SelfSubjectAccessReview: authorization.SelfSubjectAccessReviewSchema,
    SelfSubjectRulesReview: authorization.SelfSubjectRulesReviewSchema,
    SubjectAccessReview: authorization.SubjectAccessReviewSchema,
  },
  'coordination.k8s.io/v1': {
    Lease: coordination.LeaseSchema,
    LeaseList: coordination.LeaseListSchema,
  },
  'events.k8s.io/v1': {
    Event: events.EventSchema,
    EventList: events.EventListSchema,
  },
  'meta.k8s.io/v1': {
    PartialObjectMetadata: meta.PartialObjectMetadataSchema,
    PartialObjectMetadataList: meta.PartialObjectMetadataListSchema,
  },
  'meta.k8s.io/v1beta1': {
    PartialObjectMetadata: meta.PartialObjectMetadataSchema,
    PartialObjectMetadataList: meta.PartialObjectMetadataListSchema,
  },
};

/** The message of a kind, or undefined. Every group version has a DeleteOptions of its own, all alike. */
export function messageOf(apiVersion: string, kind: string): DescMessage | undefined {
  if (kind === 'DeleteOptions') return meta.DeleteOptionsSchema;
  const kinds = Object.hasOwn(MESSAGES, apiVersion) ? MESSAGES[apiVersion] : undefined;
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}
