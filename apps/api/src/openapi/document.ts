import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jobSpecInputSchema } from '@massif/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

/**
 * Settings of @fastify/swagger that make an OpenAPI 3.1 document from zod schemas. A schema with an id (`.meta({ id })`)
 * becomes a component and a `$ref`; bodies and queries show what may be sent, answers what comes.
 */
export function openApiSettings({ version }: { version: string }): FastifyDynamicSwaggerOptions {
  // As text: @fastify/swagger changes what it is given.
  const components = new Map<string, string>();

  const convert = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const {
      $schema,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: io === 'output' ? mayGrow : () => {} }) as Json & {
      $defs?: Record<string, Json>;
    };
    for (const [id, definition] of Object.entries($defs)) define(id, definition);
    const id = z.globalRegistry.get(schema)?.id;
    // Some roots come as a reference to their own definition already.
    if (id === undefined || '$ref' in root) return withRefs(root) as Json;
    define(id, root);
    return { $ref: `#/components/schemas/${id}` };
  };

  const define = (id: string, definition: Json) => {
    const { id: _, ...rest } = withRefs(definition) as Json;
    const text = JSON.stringify(rest);
    if ((components.get(id) ?? text) !== text) throw new Error(`two different schemas are called ${id}`);
    components.set(id, text);
  };

  const convertAnswer = (answer: unknown): unknown => {
    if (answer instanceof z.ZodUndefined) return { type: 'null', description: answer.description };
    if (answer instanceof z.ZodType)
      return {
        description: z.globalRegistry.get(answer)?.description ?? 'OK',
        content: { 'application/json': { schema: convert(answer, 'output') } },
      };
    const { content, ...rest } = answer as { content?: Record<string, { schema: z.ZodType }> };
    if (!content) return answer;
    return {
      ...rest,
      content: Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema: convert(schema, 'output') }])),
    };
  };

  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Massif',
        version,
        description: 'Train large models on your own GPUs. Errors are problem objects (RFC 9457); docs/errors.md lists their codes.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'massif_session_PORT',
            description: 'Of a browser that signed in. Whatever changes something must come from our own origin.',
          },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => {
      if (!schema || schema.hide) return { schema: { hide: true }, url };
      const { body, querystring, params, headers, response, ...rest } = schema as Record<string, unknown>;
      // Some handlers read their body themselves: a job spec as JSON or YAML, or a file.
      const spec = route.config?.body === 'text';
      const file = route.config?.body === 'stream';
      const given = { body: spec ? jobSpecInputSchema : body, querystring, params, headers };
      const requests = Object.entries(given).flatMap(([part, value]) =>
        value instanceof z.ZodType ? [[part, convert(value, 'input')] as const] : [],
      );
      if (file) requests.push(['body', { type: 'string', format: 'binary' }]);
      const answers = Object.entries((response ?? {}) as Json).map(([status, answer]) => [status, convertAnswer(answer)] as const);
      return {
        schema: {
          operationId: operationId(String(route.method), url),
          ...rest,
          ...(spec ? { consumes: ['application/json', 'application/yaml'] } : {}),
          ...Object.fromEntries(requests),
          response: Object.fromEntries(answers),
          ...(route.config?.permission === 'public' ? { security: [] } : {}),
        },
        url,
      };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return {};
      const { openapiObject } = document;
      const schemas = Object.fromEntries(
        [...components].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, text]) => [id, JSON.parse(text) as Json]),
      );
      return { ...openapiObject, components: { ...openapiObject.components, schemas } } as typeof openapiObject;
    },
  };
}

/** Answers get more fields from version to version; clients must not refuse what they do not know. */
function mayGrow({ jsonSchema }: { jsonSchema: { additionalProperties?: unknown } }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

/** `GET /api/v1/jobs/:id/events` -> `getJobsByIdEvents`. */
function operationId(method: string, url: string): string {
  const words = url
    .replace('/api/v1', '')
    .split(/[/.]/)
    .filter((word) => word !== '');
  const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1);
  return method.toLowerCase() + words.map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word))).join('');
}

/** zod refers to `#/$defs/Name`. */
function withRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRefs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : withRefs(inner),
    ]),
  );
}
