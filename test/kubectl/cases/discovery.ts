/** What the server says about itself: kinds, versions, health, raw paths. */
import type { Case } from '../suite/case.ts';
import { versioned, widgets } from './definitions.ts';

export const discoveryCases: readonly Case[] = [
  {
    title: 'api-resources lists kinds with short names, versions and scope',
    steps: [
      {
        kubectl: 'api-resources',
        out: [
          /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\n/,
          /^configmaps +cm +v1 +true +ConfigMap$/m,
          /^namespaces +ns +v1 +false +Namespace$/m,
          /^secrets +v1 +true +Secret$/m,
          /^customresourcedefinitions +crd,crds +apiextensions\.k8s\.io\/v1 +false +CustomResourceDefinition$/m,
          /^controllerrevisions +apps\/v1 +true +ControllerRevision$/m,
          /^leases +coordination\.k8s\.io\/v1 +true +Lease$/m,
          /^selfsubjectaccessreviews +authorization\.k8s\.io\/v1 +false +SelfSubjectAccessReview$/m,
        ],
      },
    ],
  },
  {
    title: 'api-resources -o name, --no-headers, -o wide',
    steps: [
      {
        kubectl: 'api-resources -o name',
        out: [/^configmaps$/m, /^customresourcedefinitions\.apiextensions\.k8s\.io$/m],
      },
      { kubectl: 'api-resources --no-headers', lacks: /^NAME/, out: /configmaps/ },
      {
        kubectl: 'api-resources -o wide',
        out: [/VERBS/, /^configmaps .* create,delete,deletecollection,get,list,patch,update,watch/m],
      },
    ],
  },
  {
    title: 'api-resources by verb, scope and group',
    steps: [
      { kubectl: 'api-resources --verbs=list,get -o name', out: /^secrets$/m, lacks: /selfsubject/ },
      { kubectl: 'api-resources --namespaced=false -o name', out: /^namespaces$/m, lacks: /^configmaps$/m },
      { kubectl: 'api-resources --namespaced=true -o name', out: /^configmaps$/m, lacks: /^namespaces$/m },
      {
        kubectl: 'api-resources --api-group=apiextensions.k8s.io -o name',
        out: 'customresourcedefinitions.apiextensions.k8s.io',
      },
      { kubectl: `api-resources --api-group='' -o name`, out: /^secrets$/m, lacks: /apiextensions/ },
      { kubectl: 'api-resources --sort-by=kind --no-headers', out: /ConfigMap[^]*Secret/ },
    ],
  },
  {
    title: 'api-resources shows a new kind at once, with its categories',
    definitions: widgets,
    steps: [
      { kubectl: 'api-resources --api-group=%GROUP%', out: /^NAME .*\nwidgets +w%ID% +%GROUP%\/v1 +true +Widget\n$/ },
      { kubectl: 'api-resources --categories=all%ID% -o name', out: 'widgets.%GROUP%' },
      { kubectl: 'get w%ID%', out: '', err: /No resources found/ },
    ],
  },
  {
    title: 'api-versions lists group versions',
    definitions: versioned,
    steps: [
      {
        kubectl: 'api-versions',
        out: [
          /^v1$/m,
          /^apiextensions\.k8s\.io\/v1$/m,
          /^coordination\.k8s\.io\/v1$/m,
          /^%GROUP%\/v1$/m,
          /^%GROUP%\/v1beta1$/m,
        ],
      },
    ],
  },
  {
    title: 'the first version of a group is the most stable',
    definitions: versioned,
    steps: [
      {
        kubectl: 'get --raw /apis/%GROUP%',
        json: {
          kind: 'APIGroup',
          name: '%GROUP%',
          versions: [
            { groupVersion: '%GROUP%/v1', version: 'v1' },
            { groupVersion: '%GROUP%/v1beta1', version: 'v1beta1' },
          ],
          preferredVersion: { groupVersion: '%GROUP%/v1', version: 'v1' },
        },
      },
    ],
  },
  {
    title: 'the resource list of a version names subresources, verbs and Scale',
    definitions: widgets,
    steps: [
      {
        kubectl: 'get --raw /apis/%GROUP%/v1',
        json: {
          kind: 'APIResourceList',
          groupVersion: '%GROUP%/v1',
          resources: [
            {
              name: 'widgets',
              singularName: 'widget',
              namespaced: true,
              kind: 'Widget',
              verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
              shortNames: ['w%ID%'],
              categories: ['all%ID%'],
            },
            { name: 'widgets/status', namespaced: true, kind: 'Widget', verbs: ['get', 'patch', 'update'] },
            {
              name: 'widgets/scale',
              namespaced: true,
              group: 'autoscaling',
              version: 'v1',
              kind: 'Scale',
              verbs: ['get', 'patch', 'update'],
            },
          ],
        },
      },
    ],
  },
  {
    title: 'version tells both versions',
    steps: [
      {
        kubectl: 'version',
        out: [/^Client Version: v1\.\d+/m, /^Server Version: v1\.\d+/m],
        err: /^$|version difference/,
      },
      {
        kubectl: 'version -o json',
        json: { serverVersion: { major: '1', minor: /^\d+/, gitVersion: /^v1\./, platform: /\// } },
        err: /^$|version difference/,
      },
    ],
  },
  {
    title: 'cluster-info names the address',
    steps: [{ kubectl: 'cluster-info', out: /Kubernetes control plane.* is running at.*https:\/\// }],
  },
  {
    title: 'there is no Service yet, and nobody can make one',
    needs: ['tsmoby'],
    steps: [
      { kubectl: 'get svc', err: /No resources found/ },
      { kubectl: 'create service clusterip a --tcp=80', exit: 1, err: /there are no Services here yet/ },
    ],
  },
  {
    title: 'health is ok, in short and at length',
    steps: [
      { kubectl: 'get --raw /healthz', out: 'ok' },
      { kubectl: 'get --raw /livez', out: 'ok' },
      { kubectl: 'get --raw /readyz', out: 'ok' },
      { kubectl: 'get --raw "/livez?verbose"', out: [/^\[\+\]ping ok$/m, /livez check passed$/m] },
      { kubectl: 'get --raw "/readyz?verbose"', out: /readyz check passed$/m },
      { kubectl: 'get --raw /healthz/ping', out: 'ok' },
    ],
  },
  {
    title: 'metrics are in the text format of Prometheus',
    steps: [{ kubectl: 'get --raw /metrics', out: [/^# HELP /m, /^# TYPE apiserver_request_total counter$/m] }],
  },
  {
    title: 'OpenAPI v3 has a document for each group version, and v2 one for all',
    definitions: widgets,
    steps: [
      {
        kubectl: 'get --raw /openapi/v3',
        eventually: true,
        json: {
          paths: {
            'api/v1': { serverRelativeURL: /^\/openapi\/v3\/api\/v1\?hash=/ },
            'apis/%GROUP%/v1': { serverRelativeURL: /hash=/ },
          },
        },
      },
      {
        kubectl: 'get --raw /openapi/v3/apis/%GROUP%/v1',
        json: { openapi: '3.0.0', components: { schemas: {} }, paths: {} },
      },
      { kubectl: 'get --raw /openapi/v2', json: { swagger: '2.0', definitions: {} } },
    ],
  },
  {
    title: 'a path that is none is NotFound',
    steps: [
      { kubectl: 'get --raw /nope', exit: 1, err: /NotFound/ },
      { kubectl: 'get --raw /apis/nope.example.com/v1/things', exit: 1, err: /NotFound/ },
      {
        kubectl: 'get --raw /api/v1/nopes',
        exit: 1,
        err: 'Error from server (NotFound): the server could not find the requested resource',
      },
    ],
  },
  {
    title: 'the root lists paths',
    steps: [{ kubectl: 'get --raw /', out: [/"\/api"/, /"\/apis"/, /"\/openapi\/v3"/, /"\/version"/] }],
  },
  {
    title: 'a definition that is deleted vanishes from discovery',
    definitions: widgets,
    steps: [
      { kubectl: 'delete crd widgets.%GROUP%', out: /deleted/ },
      {
        kubectl: 'get widgets.%GROUP%',
        exit: 1,
        err: /the server doesn't have a resource type "widgets"/,
        eventually: true,
      },
      { kubectl: 'api-resources --api-group=%GROUP% -o name', out: '' },
    ],
  },
];
