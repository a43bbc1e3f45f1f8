import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** The parts of JSON Schema (draft 2020-12) that the scenario's schema uses. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: number | string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

let emitted: JsonSchema | undefined;

/**
 * JSON Schema of a scenario written out, as users write it: fields with a default are optional. Rules across fields
 * (perigee, unique names, ...) are checked on loading only.
 */
export function scenarioJsonSchema(): JsonSchema {
  if (emitted) return emitted;
  const { $schema, ...rest } = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-2020-12' });
  emitted = { $schema, title: 'spacecloud scenario', ...withProfiles(rest as JsonSchema) } as JsonSchema;
  return emitted;
}

/** Fields that a payload profile may stand for, by list of traffic. */
const MEASURED: Readonly<Record<string, readonly string[]>> = {
  observations: ['workTflop', 'reduction'],
  jobs: ['outputBytes', 'workTflop'],
};

/** Either the constants or a profile. */
function withProfiles(schema: JsonSchema): JsonSchema {
  const traffic = schema.properties?.['traffic'] as JsonSchema;
  const lists = Object.entries(MEASURED).map(([name, fields]): [string, JsonSchema] => {
    const list = traffic.properties?.[name] as JsonSchema;
    const item = list.items as JsonSchema;
    const required = item.required?.filter((field) => !fields.includes(field)) ?? [];
    return [name, { ...list, items: { ...item, required, anyOf: [{ required: fields }, { required: ['profile'] }] } }];
  });
  const properties = { ...traffic.properties, ...Object.fromEntries(lists) };
  return { ...schema, properties: { ...schema.properties, traffic: { ...traffic, properties } } };
}
