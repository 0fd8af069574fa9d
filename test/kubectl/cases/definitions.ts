/** CustomResourceDefinitions that many cases use; each case has them in a group of its own. */

/** A kind with most of what a definition can say: bounds, an enumeration, keyed lists and sets, a default, status, scale, columns. */
export const widgets = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.%GROUP%}
spec:
  group: "%GROUP%"
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [w%ID%], categories: [all%ID%]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
      additionalPrinterColumns:
        - {name: Size, type: integer, jsonPath: .spec.size}
        - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      schema:
        openAPIV3Schema:
          description: A widget, for tests.
          type: object
          properties:
            spec:
              description: What is wanted.
              type: object
              properties:
                size: {description: How large it is., type: integer, minimum: 1, maximum: 100}
                colour: {type: string, enum: [red, green, blue], default: red}
                replicas: {type: integer}
                big: {type: integer, format: int64}
                note: {type: string, nullable: true, maxLength: 20}
                words: {type: array, items: {type: string}}
                tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                ports:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name: {type: string}
                      port: {type: integer}
                      protocol: {type: string, default: TCP}
            status:
              type: object
              properties:
                phase: {type: string}
                replicas: {type: integer}
                selector: {type: string}
                conditions:
                  type: array
                  items:
                    type: object
                    properties:
                      type: {type: string}
                      status: {type: string}
                      message: {type: string}
`;

/** A kind whose rules are written in CEL. */
export const ruled = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ranges.%GROUP%}
spec:
  group: "%GROUP%"
  scope: Namespaced
  names: {plural: ranges, singular: range, kind: Range}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [min, max]
              x-kubernetes-validations:
                - {rule: self.min <= self.max, message: min must not be above max}
                - {rule: 'self.max < 1000', messageExpression: 'self.max > 2000 ? "max is far too much" : "max is too much"', fieldPath: .max}
              properties:
                min: {type: integer}
                max: {type: integer}
                name:
                  type: string
                  maxLength: 20
                  x-kubernetes-validations: [{rule: self == oldSelf, message: name cannot change, reason: FieldValueForbidden}]
`;

/** A cluster-scoped kind that is served in two versions; v1 is stored. */
export const versioned = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gauges.%GROUP%}
spec:
  group: "%GROUP%"
  scope: Cluster
  names: {plural: gauges, singular: gauge, kind: Gauge}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {level: {type: integer, description: Level of v1.}}}
    - name: v1beta1
      served: true
      storage: false
      deprecated: true
      deprecationWarning: gauges are v1 now
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {level: {type: integer, description: Level of v1beta1.}}}
`;
